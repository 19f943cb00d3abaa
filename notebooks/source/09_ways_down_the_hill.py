# %% [markdown] lang="en"
# # 9. Ways down the hill
#
# At the end of this page you can say what SGD, momentum, Nesterov, RMSProp and Adam do with a gradient, see on which ground each is good, choose a learning rate and a schedule, and hold back a network that learns its examples by heart. And you can answer a question that confuses many: is backpropagation the same as gradient descent?
#
# Before: [training a classifier](08_train_a_classifier.ipynb).

# %% [markdown] lang="zh"
# # 9. 下山的几种走法
#
# 读完这一页，你能说出 SGD、动量、Nesterov、RMSProp、Adam 各自拿梯度做了什么，看得出它们各自擅长什么地形；会选学习率和学习率调度；当网络把样本背下来时，知道怎么拉住它。还能回答一个让很多人犯糊涂的问题：反向传播就是梯度下降吗？
#
# 需要先读：[训练一个分类器](08_train_a_classifier.ipynb)。

# %%
import math

from IPython.display import display

import tinygrad_edu as tg
from tinygrad_edu import nn, optim

# %% [markdown] lang="en"
# ## A narrow valley
#
# Two parameters, x and y. The loss is the height of a landscape: gently curved along x, 25 times as strongly along y. From the white dot we walk against the gradient: *parameter −= learning rate × gradient*. That is gradient descent. (Its usual name is SGD; the S is for *stochastic*, because in training the gradient comes from a random handful of examples.)

# %% [markdown] lang="zh"
# ## 一条窄谷
#
# 只有两个参数，x 和 y。损失就是地形的高度：沿 x 很平缓，沿 y 要弯曲得厉害 25 倍。我们从白点出发，逆着梯度走：**参数 −= 学习率 × 梯度**。这就是梯度下降。（它常被叫作 SGD，S 指“随机”，因为训练时的梯度来自随机抽出的一小把样本。）

# %%
def valley(x, y):
    return 0.5 * (x * x + 25.0 * y * y)

# %% hidden=true
tg.predict(
    "The slope along y is 25 y. So a step makes y − lr · 25 y of y. From which learning rate on does y grow instead of shrinking?",
    2 / 25,
    mistakes={
        1 / 25: "There 1 − 25 lr is 0: one step leads right to the floor. It may be longer than that.",
    },
    because="y is multiplied by 1 − 25 lr in each step. At lr = 2/25 = 0.08 this is −1: y jumps from side to side and never settles. Above, each jump is longer than the one before.",
)

# %% [markdown] lang="zh" strings=true
# "The slope along y is 25 y. So a step makes y − lr · 25 y of y. From which learning rate on does y grow instead of shrinking?" => "沿 y 的斜率是 25 y，所以走一步，y 变成 y − lr · 25 y。学习率 lr 从多大开始，y 不但不缩小，反而越变越大？"
# "y is multiplied by 1 − 25 lr in each step. At lr = 2/25 = 0.08 this is −1: y jumps from side to side and never settles. Above, each jump is longer than the one before." => "每走一步，y 就乘上 1 − 25 lr。lr = 2/25 = 0.08 时，它等于 −1：y 在两侧来回跳，永远停不下来。再大，就一跳比一跳远。"
# "There 1 − 25 lr is 0: one step leads right to the floor. It may be longer than that." => "这时 1 − 25 lr 是 0：一步正好到谷底。还可以再长些。"

# %% name="valley"
rates = {f"lr {lr}": (lambda params, lr=lr: optim.SGD(params, lr=lr)) for lr in (0.01, 0.07, 0.081)}
tg.plot.descents(valley, (-4.0, 1.0), rates, steps=40, across=(-4.5, 1.0), up=(-3.0, 3.0))

# %% [markdown] lang="en"
# This is the whole dilemma of the learning rate. The steepest direction sets the limit, and at that limit the flat direction takes ages: at 0.01 we creep, at 0.07 we zigzag but arrive, at 0.081 we fly out.
#
# ## Momentum: a heavy ball
#
# Let the parameters have a speed. Each step keeps 0.9 of the old speed and adds the gradient; then the parameters move along the speed. Across the valley the gradients change sign and cancel. Along it they agree and add up. (Polyak 1964, [doi:10.1016/0041-5553(64)90137-5](https://doi.org/10.1016/0041-5553%2864%2990137-5).)

# %% [markdown] lang="zh"
# 学习率的全部难处就在这里。最陡的方向定了上限，而在这个上限之下，平缓的方向要走很久：0.01 是爬，0.07 一路左右摇摆但到得了，0.081 就飞出去了。
#
# ## 动量：一个重球
#
# 给参数一个速度。每一步保留旧速度的 0.9，再加上梯度，然后参数沿着速度走。横穿山谷的方向，梯度一正一负，互相抵消；顺着山谷的方向，梯度方向一致，越积越快。（Polyak 1964，[doi:10.1016/0041-5553(64)90137-5](https://doi.org/10.1016/0041-5553%2864%2990137-5)。）

# %% hidden=true
tg.predict(
    "On a slope that is 1 everywhere, with lr = 0.1 and momentum 0.9: how long does a step become in the end?",
    0.1 / (1 - 0.9),
    mistakes={
        0.1: "That is the first step. The speed goes on growing.",
        0.1 * (1 + 0.9): "That is the second step. The speed goes on growing.",
    },
    because="The speed v becomes 0.9 v + 1. It settles where v = 0.9 v + 1, at v = 10, and the step is 0.1 × 10. Ten times as far as without momentum.",
)

# %% [markdown] lang="zh" strings=true
# "On a slope that is 1 everywhere, with lr = 0.1 and momentum 0.9: how long does a step become in the end?" => "坡度处处是 1，lr = 0.1，动量 0.9。走到后来，一步有多长？"
# "The speed v becomes 0.9 v + 1. It settles where v = 0.9 v + 1, at v = 10, and the step is 0.1 × 10. Ten times as far as without momentum." => "速度 v 变成 0.9 v + 1，最后停在 v = 0.9 v + 1 的地方，也就是 v = 10，一步是 0.1 × 10。是没有动量时的十倍。"
# "That is the first step. The speed goes on growing." => "这是第一步。速度还会往上涨。"
# "That is the second step. The speed goes on growing." => "这是第二步。速度还会往上涨。"

# %% name="momentum"
balls = {
    "SGD": lambda params: optim.SGD(params, lr=0.02),
    "momentum": lambda params: optim.SGD(params, lr=0.02, momentum=0.9),
    "Nesterov": lambda params: optim.SGD(params, lr=0.02, momentum=0.9, nesterov=True),
}
tg.plot.descents(valley, (-4.0, 1.0), balls, steps=60)

# %% [markdown] lang="zh" strings=true
# "momentum" => "动量"

# %% [markdown] lang="en"
# A ball with too much speed overshoots and rolls back, which you see in the height: it falls fast, and in waves. Nesterov's variant first updates the speed v, then steps along g + 0.9 v in place of v, as if it looked one step ahead: that is the speed that the ball would have one step later on the same slope. The ball brakes before it is past the bottom. (Nesterov, Soviet Mathematics Doklady 27, 1983, 372; in this form Sutskever et al. 2013, [PMLR 28](https://proceedings.mlr.press/v28/sutskever13.html).)
#
# ## To each its own step: RMSProp and Adam
#
# Another remedy for the valley: divide the gradient of each parameter by how large its gradients have usually been. Steep and flat directions then move alike. RMSProp does that (Tieleman and Hinton, lecture 6.5, 2012). Adam does that *and* has momentum (Kingma and Ba 2014, [arXiv:1412.6980](https://arxiv.org/abs/1412.6980)).

# %% [markdown] lang="zh"
# 球速太快，会冲过头再滚回来。在高度曲线上能看到：降得快，但一浪一浪的。Nesterov 的变体先更新速度 v，再用 g + 0.9 v 代替 v 来走，好像往前多看了一步：坡度不变的话，下一步的速度就是它。于是球在冲过谷底之前就开始刹车。（Nesterov，Soviet Mathematics Doklady 27，1983，372；这种写法见 Sutskever 等 2013，[PMLR 28](https://proceedings.mlr.press/v28/sutskever13.html)。）
#
# ## 各走各的步子：RMSProp 与 Adam
#
# 对付窄谷还有一招：每个参数的梯度，除以它平时梯度的大小。这样陡的方向、平的方向步子就一样大了。RMSProp 就是这么做的（Tieleman 与 Hinton，课程第 6.5 讲，2012）。Adam 除此之外**还**带动量（Kingma 与 Ba 2014，[arXiv:1412.6980](https://arxiv.org/abs/1412.6980)）。

# %% hidden=true
first = tg.plot.descent_of(lambda x, y: 1000.0 * x * x + y * y, (3.0, 0.0), lambda params: optim.Adam(params, lr=0.1), steps=1)
tg.predict(
    "The loss is 1000 x², x is 3, so the slope is 6000. How far does Adam's first step go, with lr = 0.1?",
    first.points[0][0] - first.points[1][0],
    mistakes={
        0.1 * 6000: "So far plain descent goes, by lr × slope.",
    },
    because="The gradient divided by its own size is 1. On a slope of 0.006 it would have gone just as far.",
)

# %% [markdown] lang="zh" strings=true
# "The loss is 1000 x², x is 3, so the slope is 6000. How far does Adam's first step go, with lr = 0.1?" => "损失是 1000 x²，x 是 3，所以斜率是 6000。lr = 0.1 时，Adam 的第一步走多远？"
# "The gradient divided by its own size is 1. On a slope of 0.006 it would have gone just as far." => "梯度除以它自己的大小，就是 1。换成 0.006 的坡，它也走这么远。"
# "So far plain descent goes, by lr × slope." => "朴素的梯度下降才走这么远：lr × 斜率。"

# %% [markdown] lang="en"
# In the same valley, with the same learning rate for all:

# %% [markdown] lang="zh"
# 还是那条谷，大家学习率相同：

# %% name="adaptive"
rules = {
    "SGD": lambda params, lr=0.04: optim.SGD(params, lr=lr),
    "momentum": lambda params, lr=0.04: optim.SGD(params, lr=lr, momentum=0.9),
    "Nesterov": lambda params, lr=0.04: optim.SGD(params, lr=lr, momentum=0.9, nesterov=True),
    "RMSProp": lambda params, lr=0.04: optim.RMSprop(params, lr=lr),
    "Adam": lambda params, lr=0.04: optim.Adam(params, lr=lr),
}
tg.plot.descents(valley, (-4.0, 1.0), rules, steps=100)

# %% [markdown] lang="zh" strings=true
# "momentum" => "动量"

# %% [markdown] lang="en"
# Adam and RMSProp begin at 45°: the same step in x as in y, though the slopes are −4 and 25. They are not the first to arrive. Adam's steps are at most about as long as the learning rate, and 0.04 is short: it has not arrived after 100. RMSProp's first steps are up to ten times as long, for its mean of squares starts at 0; Adam corrects for that.
#
# “To each its own” has a price. Turn the valley by 45°. For a ball nothing changes but the direction; for a rule that looks at x and at y separately, the valley is no longer along an axis:

# %% [markdown] lang="zh"
# Adam 和 RMSProp 起步就是 45°：x 和 y 走得一样多，尽管两个斜率是 −4 和 25。它们并不是最先到的：Adam 的步长最多和学习率差不多，0.04 太短，走 100 步还没到。RMSProp 起头的几步却最多长十倍：它的平方平均从 0 算起；Adam 对此做了修正。
#
# “各走各的”是有代价的。把山谷转 45°。对重球来说，除了方向什么都没变；对分别看 x 和 y 的规则来说，山谷不再顺着坐标轴了：

# %%
def turned(x, y):
    return valley(0.5**0.5 * (x + y), 0.5**0.5 * (y - x))

in_turned, in_straight = (
    tg.plot.descent_of(f, start, rules["RMSProp"]).heights[-1]
    for f, start in ((turned, (-5.0 * 0.5**0.5, -3.0 * 0.5**0.5)), (valley, (-4.0, 1.0)))
)

# %% hidden=true
tg.predict(
    "After 100 steps of RMSProp, is it higher in the turned valley or in the straight one?",
    "turned" if in_turned > in_straight else "straight",
    choices=["turned", "straight"],
    mistakes={
        "straight": "There x and y are the flat way and the steep way, and dividing each by its own size evens them out.",
    },
    because="In the turned valley x and y are equally steep. Dividing each by its own size no longer tells the way along from the way across.",
)

# %% [markdown] lang="zh" strings=true
# "After 100 steps of RMSProp, is it higher in the turned valley or in the straight one?" => "RMSProp 走 100 步之后，在哪条谷里停得更高：转过的，还是没转的？"
# "turned" if => "转过的" if
# else "straight" => else "没转的"
# ["turned", "straight"] => ["转过的", "没转的"]
# "straight": => "没转的":
# "There x and y are the flat way and the steep way, and dividing each by its own size evens them out." => "没转的谷里，x 和 y 正好一个平、一个陡，各自除以自己的大小，就拉平了。"
# "In the turned valley x and y are equally steep. Dividing each by its own size no longer tells the way along from the way across." => "转过的谷里，x 和 y 一样陡。各自除以自己的大小，就分不出哪边是顺着谷、哪边是横着谷了。"

# %% name="turned"
tg.plot.descents(turned, (-5.0 * 0.5**0.5, -3.0 * 0.5**0.5), rules, steps=100)

# %% [markdown] lang="en"
# ## A banana
#
# Rosenbrock's valley is bent and its floor almost flat: (1 − x)² + 100 (y − x²)², lowest at (1, 1) ([doi:10.1093/comjnl/3.3.175](https://doi.org/10.1093/comjnl/3.3.175)). To be fair, each rule gets the best of five learning rates.

# %% [markdown] lang="zh"
# ## 一根香蕉
#
# Rosenbrock 的山谷是弯的，谷底几乎是平的：(1 − x)² + 100 (y − x²)²，最低点在 (1, 1)（[doi:10.1093/comjnl/3.3.175](https://doi.org/10.1093/comjnl/3.3.175)）。为了公平，每种规则都从五个学习率里用最好的那个。

# %%
def banana(x, y):
    return (1.0 - x) ** 2 + 100.0 * (y - x * x) ** 2

tuned, lowest = {}, {}
for name, rule in rules.items():
    for lr in (0.001, 0.002, 0.02, 0.1, 0.2):
        tried = lambda params, rule=rule, lr=lr: rule(params, lr)
        height = tg.plot.descent_of(banana, (-1.2, 1.0), tried, steps=200).heights[-1]
        if height < lowest.get(name, float("inf")):
            lowest[name], tuned[name] = height, tried

# %% hidden=true
tg.predict(
    "Which one is still highest after 200 steps?",
    max(lowest, key=lowest.get),
    choices=list(rules),
    mistakes={
        "Adam": "It was late in the valley above, with a rate too small for it. Here each has the best of five.",
        "RMSProp": "The bends cost it something, too. But plain descent is far behind.",
    },
    because="The steep walls forbid it long steps, and on the flat floor it then creeps.",
)

# %% [markdown] lang="zh" strings=true
# "Which one is still highest after 200 steps?" => "走 200 步之后，哪一个还停在最高处？"
# "It was late in the valley above, with a rate too small for it. Here each has the best of five." => "在前面的谷里它到得晚，是因为学习率对它太小。这里各家用的都是五个里最好的。"
# "The bends cost it something, too. But plain descent is far behind." => "拐弯也让它吃了亏。可朴素的下降落得更远。"
# "The steep walls forbid it long steps, and on the flat floor it then creeps." => "陡峭的谷壁不许它迈大步，于是到了平平的谷底只能爬。"

# %% name="banana"
tg.plot.descents(banana, (-1.2, 1.0), tuned, steps=200, across=(-1.8, 1.8), up=(-0.8, 2.2))

# %% [markdown] lang="en"
# One surface, one start: this is not a ranking of rules. It shows what each does on bent ground.
#
# ## A saddle
#
# At a saddle the gradient is 0, and yet it is no bottom. Here two basins lie at y = −1 and y = 1, at a height of −1/4, and between them a ridge runs along y = 0. We start almost exactly on the ridge, a thousandth beside it.

# %% [markdown] lang="zh"
# 一个地形、一个起点，不能拿来给规则排名。它只是让我们看到，弯曲的地面上各家怎么走。
#
# ## 鞍点
#
# 鞍点处梯度是 0，却不是谷底。下面的地形在 y = −1 和 y = 1 各有一个盆地，高度都是 −1/4，中间沿 y = 0 是一道山脊。我们几乎正好从山脊上出发，只偏了千分之一。

# %%
def saddle(x, y):
    return 0.5 * x * x - 0.5 * y * y + 0.25 * y**4

def steps_to_leave(name):
    heights = tg.plot.descent_of(saddle, (-1.0, 0.001), rules[name], steps=400).heights
    return next(step for step, height in enumerate(heights) if height < -0.2)

needed = {name: steps_to_leave(name) for name in rules}

# %% hidden=true
tg.predict(
    f"Adam is in a basin (below −0.2) after {needed['Adam']} steps. How many does plain SGD need, with the same learning rate?",
    needed["SGD"],
    0.3,
    mistakes={
        needed["Adam"]: "As many as Adam? Adam's steps do not depend on how steep it is. Those of SGD do, and here it is nearly flat.",
    },
    because="Near the ridge the slope along y is −y, next to nothing. Each step of SGD makes y only 4 % larger, from 0.001 on. Adam divides by the size of the gradient and so does not notice that it is small.",
)

# %% [markdown] lang="zh" strings=true
# "Adam is in a basin (below −0.2) after {needed['Adam']} steps. How many does plain SGD need, with the same learning rate?" => "Adam 走 {needed['Adam']} 步就进了盆地（低于 −0.2）。同样的学习率，朴素的 SGD 要走几步？"
# "Near the ridge the slope along y is −y, next to nothing. Each step of SGD makes y only 4 % larger, from 0.001 on. Adam divides by the size of the gradient and so does not notice that it is small." => "山脊附近，沿 y 的斜率是 −y，几乎为零。SGD 每一步只让 y 增大 4%，要从 0.001 慢慢涨起来。Adam 把梯度除以它的大小，所以感觉不到它小。"
# "As many as Adam? Adam's steps do not depend on how steep it is. Those of SGD do, and here it is nearly flat." => "和 Adam 一样多？Adam 的步子和坡有多陡无关。SGD 的有关，而这里几乎是平的。"

# %% name="saddle"
tg.plot.descents(saddle, (-1.0, 0.001), rules, steps=200, across=(-1.3, 0.6), up=(-0.4, 1.5))

# %% [markdown] lang="en"
# Start exactly at y = 0 and none of them ever leaves: the gradient along y is exactly 0. In training, the randomness of the examples gives the push.
#
# ## In a network
#
# Now 105 parameters: the spirals of notebook 8. SGD with a learning rate of 0.1 is slow. What we learned about momentum says which rate would let it keep up with momentum at 0.1.

# %% [markdown] lang="zh"
# 如果正好从 y = 0 出发，谁都离不开：沿 y 的梯度恰好是 0。训练的时候，样本的随机性会推它一把。
#
# ## 放到网络里
#
# 现在有 105 个参数，是第 8 课的螺线。学习率 0.1 的 SGD 很慢。想让它跟得上学习率 0.1 的动量法，该用多大的学习率？前面关于动量的结论已经告诉你了。

# %%
spirals = tg.data.load("spirals", n=300, seed=0)
on_spirals = {"SGD 0.1": "SGD", "SGD 1": "SGD", "SGD 10": "SGD", "momentum 0.1": "momentum", "RMSProp 0.01": "RMSProp", "Adam 0.03": "Adam"}
courses = {}
for name, rule in on_spirals.items():
    model = nn.MLP(2, [8, 8, 1], activation="tanh", init="kaiming", seed=0)
    chosen = rules[rule](model.parameters(), lr=float(name.split()[1]))
    courses[name] = tg.fit(model, spirals, optimizer=chosen, epochs=60, progress=False)
closest = min(("SGD 0.1", "SGD 1", "SGD 10"), key=lambda name: abs(courses[name].loss[-1] - courses["momentum 0.1"].loss[-1]))

# %% [markdown] lang="zh" strings=true
# "momentum 0.1": "momentum" => "动量 0.1": "动量"
# courses["momentum 0.1"] => courses["动量 0.1"]

# %% hidden=true
tg.predict(
    "Which learning rate brings plain SGD to about the same loss as momentum 0.9 with lr 0.1?",
    closest,
    choices=["SGD 0.1", "SGD 1", "SGD 10"],
    mistakes={
        "SGD 0.1": "With the same rate momentum goes ten times as far.",
        "SGD 10": "That is a hundred times the rate of momentum, which makes steps ten times as long, not a hundred.",
    },
    because="With momentum 0.9 a step becomes 1 / (1 − 0.9) = 10 times as long: a rate of 0.1 with it is like 1 without.",
)

# %% [markdown] lang="zh" strings=true
# "Which learning rate brings plain SGD to about the same loss as momentum 0.9 with lr 0.1?" => "朴素的 SGD 用哪个学习率，最后的损失和“动量 0.9、学习率 0.1”差不多？"
# "With the same rate momentum goes ten times as far." => "学习率相同，动量法走的是十倍远。"
# "That is a hundred times the rate of momentum, which makes steps ten times as long, not a hundred." => "这是动量法学习率的一百倍。可动量只让步子长十倍。"
# "With momentum 0.9 a step becomes 1 / (1 − 0.9) = 10 times as long: a rate of 0.1 with it is like 1 without." => "动量 0.9，步子会变成 1 / (1 − 0.9) = 10 倍长：有动量的 0.1，就像没有动量的 1。"

# %% name="network"
tg.plot.loss_curves(courses, log=True)

# %% [markdown] lang="en"
# So much of what looks like a better rule is a better step length. Adam's merit is another: its steps do not depend on how large the gradients happen to be, as we saw on the slope of 6000, so a learning rate need not be found anew for every loss and every layer.
#
# ## A schedule
#
# With four examples at a time the gradient is a rough guess. A long step gets far and then cannot settle: it keeps jumping about the bottom. A short one never gets there. So begin with long steps and end with short ones.

# %% [markdown] lang="zh"
# 所以，看上去是规则更好，很多时候只是步长更合适。Adam 的好处在别处：它的步子不取决于梯度碰巧有多大，斜率 6000 的坡上我们已经看到了，所以不必为每个损失、每一层重新去找学习率。
#
# ## 学习率调度
#
# 每次只看四个样本，梯度只是粗略的猜测。步子长，走得远，可到了谷底停不稳，一直跳来跳去；步子短，又老是到不了。那就先长后短。

# %%
shaken = tg.data.load("moons", n=200, noise=0.3, seed=0)
plans = {}
for name, lr, schedule in (("lr 0.1", 0.1, None), ("lr 1", 1.0, None), ("1 → 0, cosine", 1.0, "cosine")):
    model = nn.MLP(2, [8, 1], activation="tanh", init="kaiming", seed=0)
    plans[name] = tg.fit(model, shaken, optimizer="sgd", lr=lr, schedule=schedule, batch_size=4, epochs=60, validation=None, progress=False)

# %% [markdown] lang="zh" strings=true
# "1 → 0, cosine" => "1 → 0，余弦"

# %% hidden=true
tg.predict(
    "Which has the smallest loss in the end?",
    min(plans, key=lambda name: plans[name].loss[-1]),
    choices=list(plans),
    mistakes={
        "lr 0.1": "Its steps are calm, but short: it is still on its way.",
        "lr 1": "It gets far soon, and then keeps jumping about the bottom.",
    },
    because="Long steps to get there, short ones to settle.",
)

# %% [markdown] lang="zh" strings=true
# "Which has the smallest loss in the end?" => "最后谁的损失最小？"
# "Its steps are calm, but short: it is still on its way." => "步子稳，可是短：它还在路上。"
# "It gets far soon, and then keeps jumping about the bottom." => "它很快走得很远，然后在谷底附近跳个不停。"
# "Long steps to get there, short ones to settle." => "先用大步赶到，再用小步停稳。"

# %% name="schedule"
tg.plot.loss_curves(plans)

# %% [markdown] lang="en"
# ## Learning by heart
#
# Down the hill is not the goal. The goal is to be right about points that were never seen. Here are only 40 points to learn from, of two classes that overlap, and a network of 697 parameters. 400 other points, never learned from, judge it.

# %% [markdown] lang="zh"
# ## 死记硬背
#
# 下山并不是目的。目的是对没见过的点也能答对。这里只有 40 个点可学，两类还有重叠，而网络有 697 个参数。另有 400 个从不参与学习的点来当裁判。

# %%
few = tg.data.load("moons", n=40, noise=0.35, seed=3)
unseen = tg.data.load("moons", n=400, noise=0.35, seed=4)

def network(*, dropout=0.0):
    drop = [nn.Dropout(dropout, seed=0)] if dropout else []
    sizes = ((2, 24, "tanh"), (24, 24, "tanh"), (24, 1, "linear"))
    first, second, last = (nn.Layer(*size, seed=k, init="kaiming") for k, size in enumerate(sizes, 1))
    return nn.Sequential(first, *drop, second, *drop, last)

def learn(model, **settings):
    settings = {"optimizer": optim.Adam(model.parameters(), lr=0.01), **settings}
    return tg.fit(model, few, validation=unseen, epochs=300, progress=False, **settings)

free = network()
held = {"free": learn(free)}

# %% [markdown] lang="zh" strings=true
# "free" => "自由"

# %% hidden=true
tg.predict(
    f"It gets {tg.accuracy(free, few):.0%} of the 40 points right. What share of the 400 others, from 0 to 1?",
    tg.accuracy(free, unseen),
    0.03,
    mistakes={
        1.0: "So it is on the points that it has learned by heart.",
        0.5: "That is a coin. The two moons it has got, if not their edges.",
    },
    because="Its border is wound around single points, which says little about others that lie there.",
)

# %% [markdown] lang="zh" strings=true
# "It gets {tg.accuracy(free, few):.0%} of the 40 points right. What share of the 400 others, from 0 to 1?" => "那 40 个点，它答对了 {tg.accuracy(free, few):.0%}。另外 400 个呢？（填 0 到 1 之间的数）"
# "So it is on the points that it has learned by heart." => "背下来的那些点才是这样。"
# "That is a coin. The two moons it has got, if not their edges." => "那是抛硬币。两弯月亮它是学到了的，只是边上没学对。"
# "Its border is wound around single points, which says little about others that lie there." => "它的边界绕着一个个点打弯；附近的别的点对不对，它管不了。"

# %% name="by-heart"
display(tg.plot.loss_curve(held["free"], title="40 / 400"))
tg.plot.decision_boundary(free, few, title=f"free: {tg.accuracy(free, few):.0%}, {tg.accuracy(free, unseen):.0%}")

# %% [markdown] lang="zh" strings=true
# held["free"] => held["自由"]
# f"free:  => f"自由：

# %% [markdown] lang="en"
# The loss of the 40 goes to nothing. The loss of the 400 falls for a few epochs, and then **rises** for the rest. All rubber bands of the pictures it has seen are slack, and that says little about those it has not seen. This is *overfitting*. Its border is wound around single points, and it is very sure of it.
#
# Four ways to hold it back:
#
# - **Weight decay (L2)**: each step shrinks every weight a little towards 0. Only what the data keep asking for stays large. (With plain SGD this is the same as adding the squares of the weights to the loss; with Adam it is not: Loshchilov and Hutter 2017, [arXiv:1711.05101](https://arxiv.org/abs/1711.05101).)
# - **L1**: add the absolute values of the weights to the loss. The pull towards 0 is then as strong for a small weight as for a large one, so that many end at 0 (Tibshirani 1996, [doi:10.1111/j.2517-6161.1996.tb02080.x](https://doi.org/10.1111/j.2517-6161.1996.tb02080.x)).
# - **Dropout**: in every step of training a random half of the hidden neurons is silent. Nobody can rely on one neighbour. In use all speak (Srivastava et al. 2014, [JMLR 15](https://jmlr.org/papers/v15/srivastava14a.html)).
# - **Early stopping**: watch the loss on examples set aside, and go back to where it was smallest (Prechelt 1998, [doi:10.1007/3-540-49430-8_3](https://doi.org/10.1007/3-540-49430-8_3)).

# %% [markdown] lang="zh"
# 40 个点的损失一路降到几乎为零。400 个点的损失只降了几轮，之后**一路上升**。看过的图片，橡皮筋全松了，可这并不能说明没看过的会怎样。这就是**过拟合**。边界绕着一个个单独的点打弯，而且网络还非常自信。
#
# 有四种办法拉住它：
#
# - **权重衰减（L2）**：每一步都把所有权重往 0 缩一点点，只有数据一再要求的权重才保持得住。（对朴素的 SGD，这等于把权重的平方加进损失；对 Adam 则不等于：Loshchilov 与 Hutter 2017，[arXiv:1711.05101](https://arxiv.org/abs/1711.05101)。）
# - **L1**：把权重的绝对值加进损失。这时不管权重大小，往 0 拉的力都一样大，于是许多权重最后就成了 0（Tibshirani 1996，[doi:10.1111/j.2517-6161.1996.tb02080.x](https://doi.org/10.1111/j.2517-6161.1996.tb02080.x)）。
# - **Dropout**：训练的每一步，随机让一半隐藏神经元闭嘴。谁也不能只靠某一个邻居。真正使用时，大家都开口（Srivastava 等 2014，[JMLR 15](https://jmlr.org/papers/v15/srivastava14a.html)）。
# - **提前停止**：盯着留出样本的损失，回到它最小的那一刻（Prechelt 1998，[doi:10.1007/3-540-49430-8_3](https://doi.org/10.1007/3-540-49430-8_3)）。

# %%
decayed, dropped, stopped = network(), network(dropout=0.5), network()
held["weight decay"] = learn(decayed, optimizer=optim.AdamW(decayed.parameters(), lr=0.01, weight_decay=0.3))
held["dropout"] = learn(dropped)
held["early stopping"] = learn(stopped, early_stopping=30)

# %% [markdown] lang="zh" strings=true
# "weight decay" => "权重衰减"
# "early stopping" => "提前停止"

# %% hidden=true
tg.predict(
    "Early stopping keeps the parameters of the epoch in which the held-out loss was smallest. Which epoch was that, about?",
    held["early stopping"].best_epoch,
    0.5,
    mistakes={
        300.0: "The loss of the 40 is smallest near the end. That of the 400 has long been rising by then.",
        held["early stopping"].best_epoch + 30.0: "That is where it stopped, after 30 epochs without getting better. Kept is what it had before them.",
    },
    because="After that it went on for 30 epochs without getting better, and stopped.",
)

# %% [markdown] lang="zh" strings=true
# "Early stopping keeps the parameters of the epoch in which the held-out loss was smallest. Which epoch was that, about?" => "提前停止会保留留出样本损失最小的那一轮的参数。大约是第几轮？"
# "After that it went on for 30 epochs without getting better, and stopped." => "之后它又练了 30 轮，没有变好，就停了。"
# "early stopping" => "提前停止"
# "The loss of the 40 is smallest near the end. That of the 400 has long been rising by then." => "40 个点的损失快到最后才最小。那时 400 个点的损失早就在上升了。"
# "That is where it stopped, after 30 epochs without getting better. Kept is what it had before them." => "那是停下来的时候，已经 30 轮没有变好。留下的是这之前的参数。"

# %% name="regularisation"
tg.plot.loss_curves(held)

# %% name="boundaries"
for name, model in {"weight decay": decayed, "dropout": dropped, "early stopping": stopped}.items():
    display(tg.plot.decision_boundary(model, few, title=f"{name}: {tg.accuracy(model, few):.0%}, {tg.accuracy(model, unseen):.0%}"))

# %% [markdown] lang="zh" strings=true
# "weight decay" => "权重衰减"
# "early stopping" => "提前停止"
# f"{name}: { => f"{name}：{

# %% [markdown] lang="en"
# (Above each picture: the share of the 40 it gets right, and of the 400.) None of them gets all 40 right any more, and none should: some of these points lie on the wrong side by chance. Their borders are calmer. The share of unseen points that they get right is only a little larger, but the loss is about half: where they are wrong, they are no longer so sure of it. One caution: the 400 chose the epoch in early stopping, so they are no longer strangers to it. In earnest one sets a third part aside, to be used once, at the end.
#
# And L1? Its penalty is part of the loss, so the curves cannot be compared. Look at the weights instead:

# %% [markdown] lang="zh"
# （图上方的两个数：40 个点答对多少，400 个点答对多少。）它们都不再把 40 个点全答对，也不该全对：其中有些点本来就是碰巧落在了错的一边。它们的边界平静得多。没见过的点，答对的比例只高了一点，损失却少了一半左右：答错的时候，它们不再那么自信了。要小心一点：提前停止是靠那 400 个点选轮次的，它们对它已经不算陌生。认真做的话，要再留出第三份，只在最后用一次。
#
# L1 呢？它的惩罚也算在损失里，曲线没法直接比。我们来看权重：

# %%
sparse = network()
weights = [value for name, value in sparse.named_parameters() if ".w." in name]
learn(sparse, loss=lambda score, label: nn.binary_cross_entropy(score, label) + optim.l1_penalty(weights, 0.003))

def share_near_zero(model):
    found = [abs(value.data) < 0.001 for name, value in model.named_parameters() if ".w." in name]
    return sum(found) / len(found)

# %% hidden=true
tg.predict(
    f"Of the weights of the free network {share_near_zero(free):.1%} are within 0.001 of 0. What share is it with L1, from 0 to 1?",
    share_near_zero(sparse),
    0.3,
    mistakes={
        0.0: "So it is with L2, whose pull fades as a weight becomes small. That of L1 does not.",
    },
    because="For each weight the data must outbid a constant pull. Where they cannot, the weight falls to 0 and stays.",
)

# %% [markdown] lang="zh" strings=true
# "Of the weights of the free network {share_near_zero(free):.1%} are within 0.001 of 0. What share is it with L1, from 0 to 1?" => "自由的网络里，{share_near_zero(free):.1%} 的权重离 0 不到 0.001。加上 L1，是几成？（填 0 到 1 之间的数）"
# "For each weight the data must outbid a constant pull. Where they cannot, the weight falls to 0 and stays." => "对每个权重，数据都得顶住一股大小不变的拉力。顶不住的，就掉到 0，留在那里。"
# "So it is with L2, whose pull fades as a weight becomes small. That of L1 does not." => "L2 才是这样：权重越小，拉力越弱。L1 的拉力不会变弱。"

# %% name="l1"
tg.draw(sparse, few.X[0])

# %% [markdown] lang="en"
# The grey threads are weights close to 0. A handful of coloured lines carries the whole answer.
#
# ## Is backpropagation the same as gradient descent?
#
# No. *Backpropagation computes a gradient. Gradient descent uses one.* Three experiments.
#
# First: a backward pass changes no parameter.

# %% [markdown] lang="zh"
# 灰色的细丝是接近 0 的权重。整个回答，就靠那几条有颜色的线。
#
# ## 反向传播就是梯度下降吗？
#
# 不是。**反向传播计算梯度，梯度下降使用梯度**。三个实验。
#
# 第一，反向传播一个参数也不改。

# %%
model = nn.MLP(2, [8, 1], activation="tanh", seed=0)
before = [p.data for p in model.parameters()]
nn.binary_cross_entropy(model(few.X[0]), few.y[0]).backward()
changed = sum(p.data != old for p, old in zip(model.parameters(), before, strict=True))

# %% hidden=true
tg.predict(
    "How many of the 33 parameters has backward() changed?",
    changed,
    0.0,
    mistakes={
        33.0: "So many gradients it has written. The parameters are what they were.",
    },
    because="Nobody has taken a step yet.",
)

# %% [markdown] lang="zh" strings=true
# "How many of the 33 parameters has backward() changed?" => "backward() 改动了 33 个参数中的几个？"
# "Nobody has taken a step yet." => "还没有谁迈出一步。"
# "So many gradients it has written. The parameters are what they were." => "它写下了这么多个梯度。参数还是原来的参数。"

# %% [markdown] lang="en"
# Second: descent does not need backpropagation. Here the gradient is measured, by turning each knob a little up and down, and the way down is the same.

# %% [markdown] lang="zh"
# 第二，梯度下降不一定要靠反向传播。下面的梯度是量出来的：把每个旋钮往上、往下各拧一点点。走出来的路一样。

# %% name="not-the-same"
x, y, h = -1.2, 1.0, 1e-6
for _ in range(300):
    slope_x = (banana(x + h, y) - banana(x - h, y)) / (2 * h)
    slope_y = (banana(x, y + h) - banana(x, y - h)) / (2 * h)
    x, y = x - 0.001 * slope_x, y - 0.001 * slope_y
by_backward = tg.plot.descent_of(banana, (-1.2, 1.0), lambda params: optim.SGD(params, lr=0.001), steps=300)
print(f"measured:  {x:.6f} {y:.6f}\nbackward:  {by_backward.points[-1][0]:.6f} {by_backward.points[-1][1]:.6f}")

# %% [markdown] lang="zh" strings=true
# "measured:  {x:.6f} {y:.6f}\nbackward:  {by_backward.points[-1][0]:.6f} {by_backward.points[-1][1]:.6f}" => "实测：     {x:.6f} {y:.6f}\n反向传播： {by_backward.points[-1][0]:.6f} {by_backward.points[-1][1]:.6f}"

# %% [markdown] lang="en"
# (For two knobs that is fine. For a million knobs it takes two million evaluations a step, where a backward pass costs about as much as a few: notebook 6 measures it.)
#
# Third: backpropagation serves other masters. Momentum and Adam take steps that are not along the gradient at all, and some gradients are for no descent. Which of the two inputs matters more to this answer? The one with the steeper slope:

# %% [markdown] lang="zh"
# （两个旋钮还行。一百万个旋钮，每一步就要算两百万次；而一次反向传播只相当于算几次：第 6 课量过。）
#
# 第三，反向传播也为别的目的服务。动量和 Adam 走的并不是梯度的方向；还有些梯度根本不是用来下山的。比如：对这个回答，两个输入里哪个更要紧？斜率更陡的那个：

# %%
print([f"{slope:+.2f}" for slope in tg.grad(free)(few.X[0])])

# %% [markdown] lang="en"
# ## Exercises
#
# **1.** The ball again: momentum 0.95 in place of 0.9. How many times as long as without momentum do steps become on an even slope?

# %% [markdown] lang="zh"
# ## 练习
#
# **1.** 还是那个重球，动量从 0.9 换成 0.95。在均匀的坡上，步子最后是没有动量时的几倍？

# %% hidden=true
tg.predict(
    "How many times as long?",
    1 / (1 - 0.95),
    mistakes={
        1 / (1 - 0.9): "That is for 0.9.",
        1 + 0.95: "That is after two steps. It goes on: 0.95², 0.95³ …",
        0.95 / (1 - 0.95): "That leaves out the gradient of the step itself, the 1.",
    },
    because="1 + 0.95 + 0.95² + … = 1 / (1 − 0.95).",
)

# %% [markdown] lang="zh" strings=true
# "How many times as long?" => "几倍？"
# "That is for 0.9." => "这是 0.9 的。"
# "That is after two steps. It goes on: 0.95², 0.95³ …" => "这是走了两步。后面还有 0.95²、0.95³……"
# "That leaves out the gradient of the step itself, the 1." => "这漏掉了这一步自己的梯度，也就是那个 1。"

# %% [markdown] lang="en"
# **2.** Write momentum yourself. `update` gets a parameter, its gradient and what was remembered of it (here one number, 0 at first), and returns the new parameter and what to remember. As it stands it is plain descent. Change it until the last line says `True`: then it takes the same steps as ours, up to rounding.

# %% [markdown] lang="zh"
# **2.** 自己写一个动量法。`update` 拿到一个参数、它的梯度，以及上次记下的东西（这里是一个数，最初是 0），返回新的参数和要记住的东西。现在它只是朴素的梯度下降。改到最后一行显示 `True` 为止：那时它走的每一步都和我们的一样（只差舍入）。

# %%
class Mine(optim.Optimizer):
    slots = ("velocity",)

    def update(self, data, grad, memory, t, lr):
        (velocity,) = memory
        return data - lr * grad, (velocity,)

mine = tg.plot.descent_of(valley, (-4.0, 1.0), lambda params: Mine(params, lr=0.02))
ours = tg.plot.descent_of(valley, (-4.0, 1.0), lambda params: optim.SGD(params, lr=0.02, momentum=0.9))
off = max(math.dist(a, b) for a, b in zip(mine.points, ours.points, strict=True))
print(off < 1e-9)

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# ```python
# (velocity,) = memory
# velocity = 0.9 * velocity + grad
# return data - lr * velocity, (velocity,)
# ```
# </details>
#
# **3.** Invent a penalty that pulls small weights like L2 and large ones like L1: (√(1 + w²) − 1) summed over the weights. Write it: the first line says whether its value is right, and `check_grads` measures its derivative. As it stands it gives L2.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# ```python
# (velocity,) = memory
# velocity = 0.9 * velocity + grad
# return data - lr * velocity, (velocity,)
# ```
# </details>
#
# **3.** 发明一种惩罚：对小权重像 L2，对大权重像 L1，也就是对所有权重求和 √(1 + w²) − 1。写出来：第一行告诉你数值对不对，`check_grads` 实测它的导数。现在写的是 L2。

# %%
def penalty(weights):
    return tg.sum([w * w for w in weights])

some = [0.1, -2.0, 30.0]
right = math.isclose(penalty(some), sum(math.hypot(1.0, w) - 1.0 for w in some))
print("right" if right else "not yet")
print(tg.check_grads(penalty, (some,)))

# %% [markdown] lang="zh" strings=true
# "right" => "对了"
# "not yet" => "还不对"

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# `return tg.sum([tg.sqrt(1.0 + w * w) - 1.0 for w in weights])`. The derivatives given then are 0.0995, −0.8944 and 0.9994: about w itself for the small weight, nearly 1 for the large one.
# </details>
#
# ## What comes next
#
# Until now every network was layers of neurons that see everything. [Notebook 10](10_shapes_of_networks.ipynb) builds other shapes from the same Values: networks that look, that remember, and that attend.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# `return tg.sum([tg.sqrt(1.0 + w * w) - 1.0 for w in weights])`。这时算出的导数是 0.0995、−0.8944 和 0.9994：小权重的约等于 w 自己，大权重的接近 1。
# </details>
#
# ## 接下来
#
# 到现在为止，每个网络都是一层层“什么都看得见”的神经元。[第 10 课](10_shapes_of_networks.ipynb)用同样的 Value 搭出别的形状：会看的网络、会记的网络、会留意的网络。
