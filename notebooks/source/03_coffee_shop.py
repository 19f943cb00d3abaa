# %% [markdown] lang="en"
# # 3. The coffee shop
#
# At the end of this page you can read a recipe as a computation graph, answer the question "who made the coffee bitter?" with a sign and a number for every ingredient, and train the recipe to a customer's taste, cup by cup. And you can say why brewing for longer is not the same as learning faster.
#
# You need notebook [1](01_first_gradient.ipynb): gradient, and `backward()`.

# %% [markdown] lang="zh"
# # 3. 咖啡店
#
# 读完这一页，你能把一张咖啡配方看成计算图；有人问“咖啡是被谁弄苦的？”，你能给每一样原料报出一个带正负号的数；你还能一杯接一杯地，把配方调到客人喜欢的味道。最后，你能说清：煮得久，为什么不等于学得快。
#
# 预备知识：[第 1 课](01_first_gradient.ipynb)，梯度和 `backward()`。

# %%
import tinygrad_edu as tg
from tinygrad_edu import Value

# %% [markdown] lang="en"
# ## A cup is a computation
#
# Six things can be chosen: how many **beans**, how fine the **grind** (1 coarse, 10 fine), the brewing **time** in minutes, the **water**, the **milk** and the **sugar**. These are the *parameters* of the cup, and each has a meaning that one can taste.
#
# The recipe is a small model of a cup, made up for this page:
#
# - *extraction*: the finer the grind and the longer the time, the more is drawn out of the beans
# - *strength*: much extraction from many beans in little water
# - *bitterness*: a strong coffee that was drawn out for long; milk softens it
# - *sweetness*: sugar, and half of the milk

# %% [markdown] lang="zh"
# ## 一杯咖啡，就是一次计算
#
# 有六样东西可以选：多少**咖啡豆**，**研磨**多细（1 最粗，10 最细），冲煮**时间**几分钟，多少**水**，多少**奶**，多少**糖**。它们是这杯咖啡的*参数*，每一个都尝得出来。
#
# 下面的配方是一个简化的模型，专为这一页编的：
#
# - *萃取*：磨得越细、煮得越久，从豆子里带出来的东西越多
# - *浓度*：豆子多、萃取多、水少，就浓
# - *苦味*：又浓又萃取过头，就苦；加奶能压一压
# - *甜味*：糖，再加上一半的奶

# %%
def brew(beans, grind, time, water, milk, sugar):
    extraction = grind * time / 10
    strength = beans * extraction / water
    bitterness = strength * extraction / (1 + milk)
    sweetness = sugar + milk / 2
    extraction.name, strength.name = "extraction", "strength"
    bitterness.name, sweetness.name = "bitterness", "sweetness"
    return strength, bitterness, sweetness


def first_recipe():
    return {
        "beans": Value(1.0, "beans"),
        "grind": Value(6.0, "grind"),
        "time": Value(3.0, "time"),
        "water": Value(1.2, "water"),
        "milk": Value(0.2, "milk"),
        "sugar": Value(0.5, "sugar"),
    }

# %% [markdown] lang="zh" strings=true
# "extraction", "strength" => "萃取", "浓度"
# "bitterness", "sweetness" => "苦味", "甜味"
# 1.0, "beans" => 1.0, "咖啡豆"
# 6.0, "grind" => 6.0, "研磨"
# 3.0, "time" => 3.0, "时间"
# 1.2, "water" => 1.2, "水"
# 0.2, "milk" => 0.2, "奶"
# 0.5, "sugar" => 0.5, "糖"

# %% [markdown] lang="en"
# A customer tastes three things, and has three wishes: strength 1.2, bitterness 0.8, sweetness 1. The further a taste is from the wish, the more stars are missing from the five. The **loss** is the number of missing stars.

# %% [markdown] lang="zh"
# 客人尝到的是三样，心里也有三个期望：浓度 1.2，苦味 0.8，甜味 1。离期望越远，五颗星里扣掉的就越多。**损失**就是扣掉的星数。

# %%
def complaint(strength, bitterness, sweetness):
    off = (strength - 1.2) ** 2 + (bitterness - 0.8) ** 2 + (sweetness - 1.0) ** 2
    rating = 5 - off
    loss = 5 - rating
    off.name, rating.name, loss.name = "off", "rating", "loss"
    return loss

# %% [markdown] lang="zh" strings=true
# "off", "rating", "loss" => "偏差", "评分", "损失"

# %% [markdown] lang="en"
# Here is the whole cup, from the beans to the missing stars. Nothing is hidden.

# %% [markdown] lang="zh"
# 这就是整杯咖啡，从豆子到扣掉的星星，全在图里，没有藏起来的东西。

# %% name="recipe"
recipe = first_recipe()
strength, bitterness, sweetness = brew(**recipe)
loss = complaint(strength, bitterness, sweetness)
tg.draw(loss)

# %% [markdown] lang="en"
# Forward is making the cup: from left to right every box is computed from the boxes before it.

# %% [markdown] lang="zh"
# 前向传播就是冲咖啡：从左到右，每个方框都由它前面的方框算出来。

# %% name="cup"
tastes = {"strength": strength, "bitterness": bitterness, "sweetness": sweetness}
tg.plot.bars({**tastes, "missing stars": loss}, title="the first cup")

# %% [markdown] lang="zh" strings=true
# "strength" => "浓度"
# "bitterness" => "苦味"
# "sweetness" => "甜味"
# "missing stars" => "扣掉的星"
# "the first cup" => "第一杯"

# %% [markdown] lang="en"
# 2.65 stars of 5. The customer says: "too bitter", and is right: 2.25 where 0.8 was wished for.
#
# ## Who made it bitter?
#
# Go backward from *bitterness*. Which way leads to the brewing time?

# %% [markdown] lang="zh"
# 5 颗星得了 2.65 颗。客人说：“太苦了。”没说错：想要 0.8，端上来的是 2.25。
#
# ## 是谁弄苦的？
#
# 从*苦味*出发，往回走。走到冲煮时间，有几条路？

# %% hidden=true
tg.predict(
    "Look at the graph: how many paths lead from bitterness back to time?",
    tg.paths(bitterness, recipe["time"]).count,
    tolerance=0.0,
    mistakes={
        1.0: "One leads directly from bitterness to extraction. There is a second, by way of strength.",
        tg.paths(loss, recipe["time"]).count: "So many lead there from the loss, for the customer tastes the strength, too. From bitterness it is one less.",
    },
    because="Two. Time makes extraction; extraction makes the coffee bitter directly, and once more through strength.",
)

# %% [markdown] lang="zh" strings=true
# "Look at the graph: how many paths lead from bitterness back to time?" => "看图：从苦味往回走到时间，有几条路？"
# "Two. Time makes extraction; extraction makes the coffee bitter directly, and once more through strength." => "两条。时间决定萃取；萃取直接让咖啡变苦，又通过浓度再让它苦一次。"
# "One leads directly from bitterness to extraction. There is a second, by way of strength." => "一条是从苦味直接到萃取。还有一条，绕道浓度。"
# "So many lead there from the loss, for the customer tastes the strength, too. From bitterness it is one less." => "从损失出发才有这么多，因为客人也尝浓度。从苦味出发，少一条。"

# %% name="paths"
print(tg.paths(bitterness, recipe["time"]))
print(tg.paths(bitterness, recipe["milk"]))

# %% [markdown] lang="en"
# Each path is a product of local derivatives, and the gradient is their sum. So one more minute adds 1.5 to the bitterness (at first; the curve bends), half of it directly and half by way of strength. Milk has one path, with a minus: more milk, less bitterness. Milk is to blame, too, for there being too little of it.
#
# A minute and a spoon of milk cannot be compared. Ask instead: *what would 10 % more of each have done?* That is gradient × change, and it has the same unit for all: bitterness.

# %% [markdown] lang="zh"
# 每条路径，是沿途局部导数的乘积；梯度，是所有路径之和。所以多煮一分钟，苦味增加 1.5（只是起步时这样，曲线会弯）：一半直接来，一半绕道浓度。奶只有一条路径，而且是负号：奶越多，越不苦。奶也有责任，责任在于它太少了。
#
# 一分钟和一勺奶，没法直接比。换个问法：*每样都多 10 %，苦味各变多少？* 这就是梯度 × 变化量，大家单位相同，都是“苦味”，可以比了。

# %%
tg.zero_grad(recipe.values())
bitterness.backward()

# %% hidden=true
tg.predict(
    "10 % more beans add 0.225 to the bitterness. What do 10 % more time add, by gradient × change?",
    recipe["time"].grad * 0.1 * recipe["time"].data,
    mistakes={
        recipe["beans"].grad * 0.1 * recipe["beans"].data: "As much as the beans? Beans have one path to bitterness, time has two.",
        recipe["time"].grad: "That is for a whole minute. 10 % of 3 minutes are 0.3 minutes.",
        recipe["time"].grad * 0.1: "That is for a tenth of a minute. 10 % of 3 minutes are 0.3 minutes.",
    },
    because="1.5 per minute × 0.3 minutes = 0.45, twice as much as beans: time works along two paths.",
)

# %% [markdown] lang="zh" strings=true
# "10 % more beans add 0.225 to the bitterness. What do 10 % more time add, by gradient × change?" => "咖啡豆多 10 %，苦味增加 0.225。时间多 10 %，按“梯度 × 变化量”算，苦味增加多少？"
# "1.5 per minute × 0.3 minutes = 0.45, twice as much as beans: time works along two paths." => "每分钟 1.5 × 0.3 分钟 = 0.45，是咖啡豆的两倍：时间走的是两条路径。"
# "As much as the beans? Beans have one path to bitterness, time has two." => "和咖啡豆一样？咖啡豆通向苦味只有一条路，时间有两条。"
# "That is for a whole minute. 10 % of 3 minutes are 0.3 minutes." => "这是整整多煮一分钟。3 分钟的 10 % 是 0.3 分钟。"
# "That is for a tenth of a minute. 10 % of 3 minutes are 0.3 minutes." => "这是多煮 0.1 分钟。3 分钟的 10 % 是 0.3 分钟。"

# %% name="blame"
tg.plot.bars(
    {part.name: part.grad * 0.1 * part.data for part in recipe.values()},
    x="change of bitterness for 10 % more",
    title="who made the coffee bitter?",
)

# %% [markdown] lang="zh" strings=true
# "change of bitterness for 10 % more" => "多 10 %，苦味的变化"
# "who made the coffee bitter?" => "是谁把咖啡弄苦的？"

# %% [markdown] lang="en"
# Every ingredient has its share, with a **sign** (which way) and a **size** (how much). Grind and time are first. Water and milk hold against it. Sugar gets exactly 0: no path leads from bitterness to sugar. In this recipe, at least, sugar hides nothing.
#
# Is the sum over paths really what happens? Turn the knobs and compare. Set `time` to 3.3: the page shows gradient × change beside the true change.

# %% [markdown] lang="zh"
# 每样原料都有自己的一份责任，带着**正负号**（往哪边）和**大小**（有多少）。研磨和时间排在最前面；水和奶在往回拉；糖正好是 0：没有一条路从苦味通向糖。至少在这张配方里，糖盖不住苦。
#
# 路径加起来，真的就等于实际的变化吗？拧旋钮，自己比一比。把“时间”拧到 3.3，页面会把“梯度 × 变化量”和真实的变化并排给你看。

# %%
tg.play(bitterness)

# %% [markdown] lang="en"
# The gradient promises 0.45, the cup gives 0.4725: 5 % off, because time works twice and the two work on each other. For small changes the promise is good.
#
# ## From the complaint to a better recipe
#
# The customer does not complain about bitterness alone. Start from the **loss**, and the same walk shares out the whole complaint.

# %% [markdown] lang="zh"
# 梯度许诺 0.45，杯子里实际是 0.4725，差了 5 %：时间起了两次作用，两次又叠在一起。变化小的时候，许诺是靠得住的。
#
# ## 从一句抱怨，到一张更好的配方
#
# 客人抱怨的不止是苦。从**损失**出发，同样往回走一遍，就把整句抱怨分摊下去了。

# %% name="complaint"
tg.zero_grad(recipe.values())
loss.backward()
tg.plot.bars(
    {part.name: -part.grad for part in recipe.values()},
    x="the pull on each amount: gradient with its sign turned",
    title="how the recipe should change",
)

# %% [markdown] lang="zh" strings=true
# "the pull on each amount: gradient with its sign turned" => "对每样用量的拉力：变了号的梯度"
# "how the recipe should change" => "配方该怎么改"

# %% [markdown] lang="en"
# The notice to everyone: fewer beans, coarser, shorter; more water, more milk, a little more sugar. Take a small step along it, brew the next cup, listen again.

# %% [markdown] lang="zh"
# 每一位都收到了通知：豆子少一点，磨粗一点，煮短一点；水多一点，奶多一点，糖也稍微多一点。顺着它改一小步，冲下一杯，再听客人怎么说。

# %%
def train(rate, cups):
    recipe, losses = first_recipe(), []
    for _ in range(cups):
        loss = complaint(*brew(**recipe))
        losses.append(loss.data)
        tg.zero_grad(recipe.values())
        loss.backward()
        for part in recipe.values():
            part.data -= rate * part.grad
    return recipe, losses


trained, losses = train(rate=0.03, cups=40)

# %% hidden=true
tg.predict(
    "2.35 stars are missing from the first cup. After one step with a rate of 0.03, how many are missing from the second?",
    losses[1],
    tolerance=0.5,
    mistakes={
        losses[0] * (1 - 0.03): "The rate is no percentage of the loss: each ingredient moves by 0.03 × its gradient, and the gradients are large.",
    },
    because=f"{losses[1]:.2f}. One step repairs most of it: it was the bitterness.",
)

# %% [markdown] lang="zh" strings=true
# "2.35 stars are missing from the first cup. After one step with a rate of 0.03, how many are missing from the second?" => "第一杯扣了 2.35 颗星。学习率取 0.03，走一步，第二杯会扣几颗？（猜个大概）"
# {losses[1]:.2f}. One step repairs most of it: it was the bitterness. => {losses[1]:.2f} 颗。一步就修好了大半：主要问题就是苦。
# "The rate is no percentage of the loss: each ingredient moves by 0.03 × its gradient, and the gradients are large." => "学习率不是损失的百分比：每样原料走的是 0.03 × 它的梯度，而梯度很大。"

# %% name="cups"
tg.plot.lines({"learning rate 0.03": losses}, x="changes of the recipe", y="missing stars")

# %% [markdown] lang="zh" strings=true
# "learning rate 0.03" => "学习率 0.03"
# "changes of the recipe" => "配方改了几次"
# "missing stars" => "扣掉的星"

# %%
changes = {part.name: trained[key].data - part.data for key, part in first_recipe().items()}
tg.plot.bars(changes, x="change of the amount after 40 cups")

# %% [markdown] lang="zh" strings=true
# "change of the amount after 40 cups" => "40 杯之后，用量的变化"

# %% [markdown] lang="en"
# 4.95 stars after forty cups: the customer is content. Look at who moved. Grind and time, which had the largest share of the bitterness, moved least relative to their size: less than 10 % of the amount. The others moved more (beans by 14 %, milk to 3.7 times as much): a step is rate × gradient *per unit*, however small the amount is. So the choice of units (minutes or seconds, spoons or cups) decides who moves. That is a real nuisance in training, and one reason for methods such as Adam, in notebook [9](09_ways_down_the_hill.ipynb).
#
# One thing is not real here. We could go backward through the customer, because we had made up the customer's formula. A real tongue is a black box; one would first have to learn a formula for it.
#
# ## Brewing longer is not learning faster
#
# It is tempting to say: the brewing time is the learning rate; brew too long and it goes wrong, learn too fast and it goes wrong. The picture is false. **Time is a parameter**: it is a box in the graph, it has a gradient, training changes it. **The learning rate is in no cup**: it says how far the recipe moves between two cups.

# %% [markdown] lang="zh"
# 四十杯之后，4.95 颗星，客人满意了。看看是谁在变。研磨和时间对苦味的责任最大，可按自身的比例，它们动得最少，不到 10 %；别的动得更多（豆子 14 %，奶变成 3.7 倍）：一步 = 学习率 × *每一个单位*的梯度，不管原来有多少。所以，单位怎么选（分钟还是秒，勺还是杯），就决定了谁动得多。这是训练中实实在在的麻烦，也是 Adam 这类方法的来由之一，见[第 9 课](09_ways_down_the_hill.ipynb)。
#
# 这里有一点不真实：我们能一路退到客人心里，是因为客人的公式就是我们编的。真人的舌头是黑箱，得先学出一个公式来代替它。
#
# ## 煮得久，不等于学得快
#
# 有一个说法很诱人：冲煮时间就是学习率，煮太久会坏事，学太快也会坏事。这个比方是错的。**时间是参数**：它是图里的一个方框，有梯度，训练会改它。**学习率不在任何一杯咖啡里**：它说的是，两杯之间，配方挪多远。

# %%
rate = Value(0.03, "learning rate")
print(tg.paths(loss, recipe["time"], top=1))
print(tg.paths(loss, rate))

# %% [markdown] lang="zh" strings=true
# "learning rate" => "学习率"

# %% [markdown] lang="en"
# Three paths lead from the loss to the brewing time, none to the learning rate. And with everything else held still, one can plot the loss over the brewing time: it has a slope, 4.65, and a best value, near 2 minutes. For a single cup nothing of the kind exists for the learning rate.

# %% [markdown] lang="zh"
# 从损失到冲煮时间有三条路，到学习率一条也没有。而且，其他都不变，可以把损失对着冲煮时间画出来：它有斜率，4.65；也有最合适的值，在 2 分钟附近。对单独一杯咖啡，学习率根本没有这样的图可画。

# %% name="parameter"
tg.plot.curve(
    lambda minutes: complaint(*brew(**{**first_recipe(), "time": minutes})),
    1.0,
    4.0,
    tangents=[3.0],
    x="time in minutes",
    y="missing stars",
)

# %% [markdown] lang="zh" strings=true
# "time in minutes" => "时间（分钟）"
# "missing stars" => "扣掉的星"

# %% [markdown] lang="en"
# Now let us make the learning rate too large.

# %% [markdown] lang="zh"
# 现在，把学习率调得太大，看看会怎样。

# %%
worse = train(1.0, 12)[1]

# %% hidden=true
tg.predict(
    "What happens with a learning rate of 1 in place of 0.03?",
    "each cup is worse than the one before" if worse == sorted(worse) else "something else",
    choices=[
        "the customer is content sooner",
        "each cup is a little too bitter",
        "each cup is worse than the one before",
        "something else",
    ],
    mistakes={
        "the customer is content sooner": "A larger rate helps as long as no step goes past the goal. These do.",
        "each cup is a little too bitter": "That is what brewing too long does. The rate is in no cup.",
    },
    because="Every step jumps over the goal, lands further away on the other side, and the next jump is larger.",
)

# %% [markdown] lang="zh" strings=true
# "What happens with a learning rate of 1 in place of 0.03?" => "学习率不取 0.03，取 1，会怎样？"
# "each cup is worse than the one before" => "一杯比一杯更糟"
# "something else" => "别的情况"
# "the customer is content sooner" => "客人更快满意"
# "each cup is a little too bitter" => "每杯都稍微苦一点"
# "Every step jumps over the goal, lands further away on the other side, and the next jump is larger." => "每一步都跳过了目标，落在另一边更远的地方，下一跳就更大。"
# "A larger rate helps as long as no step goes past the goal. These do." => "学习率大一点是会快，前提是一步不能跨过目标。这里跨过了。"
# "That is what brewing too long does. The rate is in no cup." => "那是煮得太久的结果。学习率不在任何一杯咖啡里。"

# %% name="rates"
tg.plot.lines(
    {f"rate {rate}": train(rate, 12)[1] for rate in (0.01, 0.03, 0.4, 1.0)}, x="changes of the recipe", y="missing stars", log=True
)

# %% [markdown] lang="zh" strings=true
# f"rate {rate}" => f"学习率 {rate}"
# "changes of the recipe" => "配方改了几次"
# "missing stars" => "扣掉的星"

# %% [markdown] lang="en"
# Too small, 0.01: safe and slow. 0.03: good. 1: every cup is worse. And 0.4 looks tolerable here. Look what it made of the recipe:

# %% [markdown] lang="zh"
# （纵轴是对数刻度。）
#
# 0.01 太小：稳，但是慢。0.03：正好。1：一杯比一杯糟。那 0.4 呢？看着好像还过得去。可是看看它把配方改成了什么样：

# %% name="nonsense"
tg.plot.bars({part.name: part for part in train(0.4, 40)[0].values()}, title="the recipe after 40 cups with rate 0.4")

# %% [markdown] lang="zh" strings=true
# "the recipe after 40 cups with rate 0.4" => "学习率 0.4，40 杯之后的配方"

# %% [markdown] lang="en"
# Minus 1.4 minutes of brewing, with minus 3.3 portions of beans. In the strength the two minus signs cancel, and the cup still gets four stars. A loss sees only what it is made of. What a recipe must never be (negative) has to be built in, or watched.
#
# ## Exercises
#
# **1.** In the first recipe: what is the gradient of the **strength** with respect to **water**? (Strength is beans × extraction / water = 1 × 1.8 / 1.2.)

# %% [markdown] lang="zh"
# 冲煮负 1.4 分钟，用负 3.3 份咖啡豆。在浓度的公式里，两个负号抵消了，这杯咖啡照样拿到四颗星。损失只看得见它由什么算出来。配方绝不能是负的，这件事要么写进公式，要么自己盯着。
#
# ## 练习
#
# **1.** 在最初的配方里，**浓度**对**水**的梯度是多少？（浓度 = 咖啡豆 × 萃取 / 水 = 1 × 1.8 / 1.2。）

# %% hidden=true
tg.predict(
    "∂strength/∂water = ?",
    tg.paths(strength, recipe["water"]).gradient,
    mistakes={
        -1.8 / 1.2: "One 1.2 is missing: the slope of 1/water is −1/water².",
        1.8 / 1.2**2: "The size is right. More water makes it weaker: minus.",
    },
    because="−1.8 / 1.2² = −1.25: more water, weaker coffee.",
)

# %% [markdown] lang="zh" strings=true
# "∂strength/∂water = ?" => "∂浓度/∂水 = ？"
# "−1.8 / 1.2² = −1.25: more water, weaker coffee." => "−1.8 / 1.2² = −1.25：水越多，越淡。"
# "One 1.2 is missing: the slope of 1/water is −1/water²." => "少除了一个 1.2：1/水 的斜率是 −1/水²。"
# "The size is right. More water makes it weaker: minus." => "大小对了。水越多越淡：是负的。"

# %% [markdown] lang="en"
# **2.** Do the walk yourself. The page asks for every step backward from the strength.

# %% [markdown] lang="zh"
# **2.** 亲手追查一遍。从浓度往回走，每一步都由你来填。

# %%
tg.practice(strength)

# %% [markdown] lang="en"
# **3.** A tongue gets used to bitterness: it *feels* x / (1 + x). Below that is an operation of its own, with a derivative written by hand, and the derivative is wrong. Mend it until the check is content. Then use `felt(bitterness)` in the complaint.

# %% [markdown] lang="zh"
# **3.** 舌头会麻木：苦味是 x，*感觉到的*只有 x / (1 + x)。下面把它写成一个自己的运算，导数是手写的，而且写错了。改到检验通过为止。然后在抱怨里用上 `felt(bitterness)`。

# %%
felt = tg.Op("felt", lambda x: x / (1 + x), lambda y, x: (1 / (1 + x),))  # mend the second function

try:
    print(tg.check_grads(lambda x: felt(x), (2.25,)))
except tg.errors.GradientMismatch as mismatch:
    print(mismatch)

# %% [markdown] lang="zh" strings=true
# # mend the second function => # 改第二个函数

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# The quotient rule gives ((1 + x) − x) / (1 + x)² = 1 / (1 + x)²: write `lambda y, x: (1 / (1 + x) ** 2,)`.
# </details>
#
# **Next:** in [4, the company](04_the_company.ipynb), the same walk runs through four ranks of employees, and nobody's name says any more what he is for.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 用商的求导法则：((1 + x) − x) / (1 + x)² = 1 / (1 + x)²，写成 `lambda y, x: (1 / (1 + x) ** 2,)`。
# </details>
#
# **接下来：**在[第 4 课，一家认图的公司](04_the_company.ipynb)里，同样的追查要穿过四级员工，而且再也没有谁的名字能告诉你，他是干什么的。
