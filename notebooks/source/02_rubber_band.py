# %% [markdown] lang="en"
# # 2. The rubber band
#
# At the end of this page you can read a loss as rubber bands: which way each prediction is pulled, how strongly, and why that pull is the gradient with its sign turned. You can say what squared error and cross-entropy do differently, and where the picture of the band limps.
#
# You need notebook [1](01_first_gradient.ipynb): what a gradient is.

# %% [markdown] lang="zh"
# # 2. 橡皮筋
#
# 读完这一页，你能把损失看成一根根橡皮筋：每个预测被往哪边拉、拉得多用力，以及为什么这股拉力就是变了号的梯度。你还能说清平方误差和交叉熵差在哪里，橡皮筋这个比方又在哪里说不通。
#
# 预备知识：[第 1 课](01_first_gradient.ipynb)，知道梯度是什么。

# %%
import math

import tinygrad_edu as tg
from tinygrad_edu import Value

# %% [markdown] lang="en"
# ## A sparrow, a rail, a pin
#
# A network that has learned nothing yet is shown a sparrow. It answers: *bird 0.1, dog 0.8*. The truth is *bird 1, dog 0*.
#
# Give each class a rail from 0 to 1. Nail a **pin** where the truth is. Put a **slider** where the prediction is. Join the two with a rubber band. The band cannot be pressed together, only stretched: it pulls the slider towards the pin and never pushes it.

# %% [markdown] lang="zh"
# ## 一只麻雀，一条导轨，一颗钉子
#
# 一个什么都还没学过的网络，看到了一只麻雀。它说：*鸟 0.1，狗 0.8*。真相是：*鸟 1，狗 0*。
#
# 给每个类别一条从 0 到 1 的导轨。真值在哪儿，就在哪儿钉一颗**钉子**；预测在哪儿，就把**滑块**推到哪儿。两者之间套一根橡皮筋。橡皮筋压不短，只能拉长：它只会把滑块往钉子那边拽，从不往外推。

# %%
bands = tg.rubber_band([0.1, 0.8], [1.0, 0.0], classes=["bird", "dog"])

# %% [markdown] lang="zh" strings=true
# "bird" => "鸟"
# "dog" => "狗"

# %% hidden=true
tg.predict(
    "Bird is predicted 0.1 and should be 1. Dog is predicted 0.8 and should be 0. Which band is longer?",
    "bird" if bands.stretches[0] > bands.stretches[1] else "dog",
    choices=["bird", "dog"],
    mistakes={
        "dog": "The dog has the larger prediction. A band reaches from the prediction to the pin: from 0.8 to 0, and from 0.1 to 1.",
    },
    because=f"The bird's band is {bands.stretches[0]:.1f} long, the dog's {bands.stretches[1]:.1f}.",
)

# %% [markdown] lang="zh" strings=true
# "bird" => "鸟"
# "dog" => "狗"
# "Bird is predicted 0.1 and should be 1. Dog is predicted 0.8 and should be 0. Which band is longer?" => "鸟的预测是 0.1，应该是 1；狗的预测是 0.8，应该是 0。哪根橡皮筋更长？"
# The bird's band is {bands.stretches[0]:.1f} long, the dog's {bands.stretches[1]:.1f}. => 鸟的那根长 {bands.stretches[0]:.1f}，狗的那根长 {bands.stretches[1]:.1f}。
# "The dog has the larger prediction. A band reaches from the prediction to the pin: from 0.8 to 0, and from 0.1 to 1." => "狗的预测更大。可橡皮筋是从预测拉到钉子：一根从 0.8 到 0，一根从 0.1 到 1。"

# %% name="bands"
bands

# %% [markdown] lang="en"
# Drag a slider, or move it with the arrow keys. Bring it near its pin, then far away. Watch two things: how **long** the band is, and how hard it **pulls**. On the bird's rail the pull goes up, to the right. On the dog's rail it goes down, to the left.
#
# ## The pull is the gradient, turned round
#
# Where does a pull come from? From a loss. A stretched band stores energy: half its length squared, if it is one unit stiff. Add the energies of both bands and you have a **squared error**:
#
# loss = ½ (bird − 1)² + ½ (dog − 0)²
#
# The gradient says how the loss grows when a slider moves up. A band wants the opposite: it wants the loss to shrink.

# %% [markdown] lang="zh"
# 拖一拖滑块（用方向键也行）。先靠近钉子，再拉得远远的。留意两件事：橡皮筋有多**长**，它拉得有多**用力**。鸟的导轨上，力往大的方向拉；狗的导轨上，力往小的方向拉。
#
# ## 拉力就是掉了头的梯度
#
# 拉力从哪里来？从损失来。拉长的橡皮筋里存着能量：如果它的劲度系数是 1，能量就是长度平方的一半。把两根橡皮筋的能量加起来，就是**平方误差**：
#
# 损失 = ½ (鸟 − 1)² + ½ (狗 − 0)²
#
# 梯度说的是：滑块往大处挪一点，损失会增加多少。橡皮筋想要的正相反，它想让损失变小。

# %%
bird, dog = Value(0.1, "bird"), Value(0.8, "dog")
loss = (bird - 1) ** 2 / 2 + dog**2 / 2
loss.name = "loss"
loss.backward()

# %% [markdown] lang="zh" strings=true
# "bird" => "鸟"
# "dog" => "狗"
# "loss" => "损失"

# %% hidden=true
tg.predict(
    "The bird's slider stands at 0.1, its pin at 1. What is the gradient of the loss with respect to bird?",
    bird.grad,
    mistakes={
        -bird.grad: "That is the pull. The gradient points the other way: where the loss grows.",
        2 * bird.grad: "That is the slope of (p − 1)². The ½ takes the 2 away.",
    },
    because="The slope of ½(p − 1)² is p − 1 = 0.1 − 1 = −0.9: moving up makes the loss smaller.",
)

# %% [markdown] lang="zh" strings=true
# "The bird's slider stands at 0.1, its pin at 1. What is the gradient of the loss with respect to bird?" => "鸟的滑块在 0.1，钉子在 1。损失对“鸟”的梯度是多少？"
# "The slope of ½(p − 1)² is p − 1 = 0.1 − 1 = −0.9: moving up makes the loss smaller." => "½(p − 1)² 的斜率是 p − 1 = 0.1 − 1 = −0.9：往大处挪，损失会变小。"
# "That is the pull. The gradient points the other way: where the loss grows." => "这是拉力。梯度指的是反方向：损失增大的方向。"
# "That is the slope of (p − 1)². The ½ takes the 2 away." => "这是 (p − 1)² 的斜率。前面的 ½ 把那个 2 抵掉了。"

# %% name="pull"
tg.plot.bars(
    {
        "gradient, bird": bird.grad,
        "pull of the band, bird": bands.pulls[0],
        "gradient, dog": dog.grad,
        "pull of the band, dog": bands.pulls[1],
    },
)

# %% [markdown] lang="zh" strings=true
# "gradient, bird" => "鸟：梯度"
# "pull of the band, bird" => "鸟：橡皮筋的拉力"
# "gradient, dog" => "狗：梯度"
# "pull of the band, dog" => "狗：橡皮筋的拉力"

# %% [markdown] lang="en"
# Same size, opposite sign. **Going along the pull is going against the gradient.** And the size is the length of the band: 0.9 and 0.8.
#
# Here is the bird's loss as a curve. At 0.1 the tangent falls with slope −0.9. The slider rolls down the slope, towards 1, and the slope becomes flatter as it comes closer.

# %% [markdown] lang="zh"
# 大小一样，符号相反。**顺着拉力走，就是逆着梯度走。** 而且拉力的大小正好是橡皮筋的长度：0.9 和 0.8。
#
# 下面把鸟的那份损失画成曲线。在 0.1 处，切线往下倾，斜率是 −0.9。滑块沿着坡往 1 滑下去，越靠近 1，坡越平。

# %%
tg.plot.curve(lambda p: (p - 1) ** 2 / 2, 0.0, 1.0, tangents=[0.1, 0.6], x="bird", y="loss")

# %% [markdown] lang="zh" strings=true
# "bird" => "鸟"
# "loss" => "损失"

# %% [markdown] lang="en"
# The whole computation, one step at a time. The boxes at the left are knobs: turn `bird` and see which numbers follow.

# %% [markdown] lang="zh"
# 整个计算，一步一步来。左边的方框都是旋钮：拧一拧“鸟”，看哪些数跟着变。

# %%
tg.play(loss)

# %% [markdown] lang="en"
# ## Let go
#
# Now let the bands pull, a little at a time. In each step a slider moves by *learning rate × pull*.

# %% [markdown] lang="zh"
# ## 松手
#
# 现在让橡皮筋来拉，一次拉一点。每一步，滑块移动 *学习率 × 拉力*。

# %% hidden=true
tg.predict(
    "The bird's slider is at 0.1 and its band pulls with 0.9. After one step with a learning rate of 0.1, where is it?",
    0.1 - 0.1 * bird.grad,
    mistakes={
        0.1 + 0.9: "That is a whole pull. The learning rate lets it go a tenth of the way.",
        0.1 + 0.1 * bird.grad: "That is along the gradient, away from the pin. The step goes along the pull.",
    },
    because="0.1 + 0.1 × 0.9 = 0.19. The band has lost a tenth of its length.",
)

# %% [markdown] lang="zh" strings=true
# "The bird's slider is at 0.1 and its band pulls with 0.9. After one step with a learning rate of 0.1, where is it?" => "鸟的滑块在 0.1，橡皮筋的拉力是 0.9。学习率取 0.1，走一步之后滑块在哪里？"
# "0.1 + 0.1 × 0.9 = 0.19. The band has lost a tenth of its length." => "0.1 + 0.1 × 0.9 = 0.19。橡皮筋缩短了十分之一。"
# "That is a whole pull. The learning rate lets it go a tenth of the way." => "这是把拉力整个走完了。学习率只让它走十分之一。"
# "That is along the gradient, away from the pin. The step goes along the pull." => "这是顺着梯度走，离钉子更远了。该顺着拉力走。"

# %%
lengths = {"bird": [], "dog": []}
for _ in range(40):
    lengths["bird"].append(1 - bird.data)
    lengths["dog"].append(dog.data)
    loss = (bird - 1) ** 2 / 2 + dog**2 / 2
    tg.zero_grad([bird, dog])
    loss.backward()
    for slider in (bird, dog):
        slider.data -= 0.1 * slider.grad

tg.plot.lines(lengths, y="length of the band")

# %% [markdown] lang="zh" strings=true
# "bird" => "鸟"
# "dog" => "狗"
# "length of the band" => "橡皮筋的长度"

# %% [markdown] lang="en"
# Both bands lose a tenth of their length in every step. They go slack quickly at first, slowly at the end. That is what it means that a band pulls *with its stretch*: half the stretch, half the pull.
#
# ## A band that is no band: cross-entropy
#
# Classifiers are seldom trained with the squared error. Their usual loss is the **cross-entropy**: −ln p, where p is the probability that was given to the right class. Being right with certainty, p = 1, costs nothing. Being wrong with certainty, p = 0, costs infinitely much.

# %% [markdown] lang="zh"
# 每一步，两根橡皮筋都缩短十分之一：开头松得快，到后来越来越慢。所谓*拉多长，用多大力*，就是这个意思：长度减半，拉力也减半。
#
# ## 不像橡皮筋的橡皮筋：交叉熵
#
# 训练分类器，很少用平方误差，常用的是**交叉熵**：−ln p，其中 p 是给正确类别的概率。十拿九稳而且对了，p 接近 1，几乎不用付代价；一口咬定却错了，p 接近 0，代价没有上限。

# %%
def squared_error(p):
    return (1 - p) ** 2 / 2


def cross_entropy(p):
    return -tg.log(p)

# %% hidden=true
tg.predict(
    "At p = 0.1 the squared error pulls p with 0.9. With what does −ln p pull?",
    -tg.grad(cross_entropy)(0.1),
    mistakes={
        1 - 0.1: "That is the stretch, with which a real band pulls. −ln p has another slope: −1/p.",
        -math.log(0.1): "That is the loss itself, −ln 0.1. The pull is its slope with the sign turned.",
        tg.grad(cross_entropy)(0.1): "That is the slope. The pull has the other sign.",
    },
    because="The slope of −ln p is −1/p, so the pull is 1/p = 10.",
)

# %% [markdown] lang="zh" strings=true
# "At p = 0.1 the squared error pulls p with 0.9. With what does −ln p pull?" => "在 p = 0.1 处，平方误差用 0.9 的力拉 p。−ln p 用多大的力？"
# "The slope of −ln p is −1/p, so the pull is 1/p = 10." => "−ln p 的斜率是 −1/p，所以拉力是 1/p = 10。"
# "That is the stretch, with which a real band pulls. −ln p has another slope: −1/p." => "这是伸长，真的橡皮筋才用这么大的力。−ln p 的斜率是 −1/p。"
# "That is the loss itself, −ln 0.1. The pull is its slope with the sign turned." => "这是损失本身，−ln 0.1。拉力是它的斜率变号。"
# "That is the slope. The pull has the other sign." => "这是斜率。拉力要变号。"

# %%
tg.plot.curve(
    {"squared error": squared_error, "cross-entropy": cross_entropy}, 0.02, 1.0, tangents=[0.1], x="p", y="loss"
)

# %% [markdown] lang="zh" strings=true
# "squared error" => "平方误差"
# "cross-entropy" => "交叉熵"
# y="loss" => y="损失"

# %% [markdown] lang="en"
# **Here the picture limps.** Plot the pull against the stretch 1 − p. A real band gives a straight line through 0. Cross-entropy gives a curve that begins at 1 and goes to infinity: it still pulls when the band is slack, and it pulls ten times as hard as that at a stretch of 0.9.

# %% [markdown] lang="zh"
# **橡皮筋的比方，在这里说不通了。** 把拉力对着伸长 1 − p 画出来。真的橡皮筋，是一条过原点的直线。交叉熵却是一条曲线，从 1 出发，一直冲向无穷大：橡皮筋已经松了，它还在拉；伸长 0.9 时，力是松弛时的十倍。

# %% name="stretch"
def pull(loss):
    return lambda stretch: -tg.grad(loss)(1 - stretch)


tg.plot.curve(
    {"squared error, a real band": pull(squared_error), "cross-entropy": pull(cross_entropy)},
    0.0,
    0.95,
    x="stretch 1 − p",
    y="pull on p",
)

# %% [markdown] lang="zh" strings=true
# "squared error, a real band" => "平方误差：真的橡皮筋"
# "cross-entropy" => "交叉熵"
# "stretch 1 − p" => "伸长 1 − p"
# "pull on p" => "对 p 的拉力"

# %% [markdown] lang="en"
# ## Where cross-entropy is a band after all
#
# Nobody moves a probability directly. A network gives **scores**, one per class, and softmax makes probabilities of them: p = eˢ / Σ eˢ. So ask how hard the *scores* are pulled. In scores, the cross-entropy of the class "bird" is
#
# loss = −ln p(bird) = ln(Σ eˢ) − s(bird)
#
# Differentiate: ln(Σ eˢ) has the slope eˢ / Σ eˢ = p towards each score, and −s(bird) has the slope −1 towards one of them. Together: **p − y**, where y is 1 for the right class and 0 for the others. Below, the third class takes the 0.1 that bird and dog leave over.

# %% [markdown] lang="zh"
# ## 换个地方量，交叉熵又是橡皮筋了
#
# 没有人能直接挪动概率。网络给出的是**得分**（logit），每个类别一个；softmax 再把得分变成概率：p = eˢ / Σ eˢ。所以该问的是：*得分*被拉得多用力？用得分来写，“鸟”这一类的交叉熵是
#
# 损失 = −ln p(鸟) = ln(Σ eˢ) − s(鸟)
#
# 求导：ln(Σ eˢ) 对每个得分的斜率是 eˢ / Σ eˢ = p；−s(鸟) 只对其中一个得分有斜率 −1。合起来就是 **p − y**：正确类别的 y 是 1，其余是 0。下面的第三个类别，拿走鸟和狗剩下的 0.1。

# %%
scores = [Value(math.log(p), name) for p, name in ((0.1, "bird"), (0.8, "dog"), (0.1, "others"))]
loss = tg.nn.cross_entropy(scores, 0)
loss.backward()

# %% [markdown] lang="zh" strings=true
# "bird" => "鸟"
# "dog" => "狗"
# "others" => "其他"

# %% hidden=true
tg.predict(
    "softmax gives bird 0.1, dog 0.8, others 0.1. It is a bird. What is the gradient of the dog's score?",
    scores[1].grad,
    mistakes={
        -scores[1].grad: "That is the pull. The gradient is p − y: the loss grows with the dog's score.",
        0.8 - 1.0: "y is 1 for the right class only, and the right class is the bird. For the dog it is 0.",
    },
    because="p − y = 0.8 − 0 = 0.8.",
)

# %% [markdown] lang="zh" strings=true
# "softmax gives bird 0.1, dog 0.8, others 0.1. It is a bird. What is the gradient of the dog's score?" => "softmax 给出：鸟 0.1，狗 0.8，其他 0.1；真相是鸟。交叉熵对“狗”的得分的梯度是多少？"
# "That is the pull. The gradient is p − y: the loss grows with the dog's score." => "这是拉力。梯度是 p − y：狗的得分越高，损失越大。"
# "y is 1 for the right class only, and the right class is the bird. For the dog it is 0." => "只有正确类别的 y 是 1，而正确的是鸟。狗的 y 是 0。"

# %%
tg.plot.bars({score.name: score.grad for score in scores}, x="gradient of the score: p − y")

# %% [markdown] lang="zh" strings=true
# "gradient of the score: p − y" => "得分的梯度：p − y"

# %% [markdown] lang="en"
# −0.9, 0.8, 0.1: the lengths of the bands, with the sign of a gradient. Measured at the scores, the pull of cross-entropy *is* the stretch. (If the sliders add up to more than 1, softmax first scales them to 1, and the pull is measured from there.) That is why the page below shows the same 0.9 and 0.8 for it: it pulls the scores, while the squared error pulls the predictions. Both stand side by side there. Drag, and let each take a few steps along its pull.

# %% [markdown] lang="zh"
# −0.9、0.8、0.1：正是橡皮筋的长度，带着梯度的正负号。在得分上量，交叉熵的拉力*就是*伸长。（滑块之和超过 1 时，softmax 先把它们缩到 1，拉力从那里量。）所以下面这一页里，交叉熵显示的还是 0.9 和 0.8：它拉的是得分，平方误差拉的是预测。页面里两者并排放着。拖一拖滑块，再让它们各自顺着拉力走几步。

# %%
tg.rubber_band([0.1, 0.8], [1.0, 0.0], classes=["bird", "dog"], loss="cross_entropy")

# %% [markdown] lang="zh" strings=true
# "bird" => "鸟"
# "dog" => "狗"

# %% [markdown] lang="en"
# Why then not pull with the squared error? Look at what arrives at a score when it has to go through a sigmoid first, p = σ(s) = 1 / (1 + e⁻ˢ), which squeezes any score into the range from 0 to 1. The right class has the score s; far to the left the network is sure and wrong.

# %% [markdown] lang="zh"
# 那为什么不干脆用平方误差来拉？来看看：如果得分要先过一个 sigmoid，p = σ(s) = 1 / (1 + e⁻ˢ)（不管什么得分，都压到 0 和 1 之间），传到得分上的拉力还剩多少。横轴是正确类别的得分 s；最左边，是网络又自信、又错的地方。

# %%
tg.plot.curve(
    {
        "squared error": lambda s: -tg.grad(lambda t: squared_error(tg.sigmoid(t)))(s),
        "cross-entropy": lambda s: -tg.grad(lambda t: cross_entropy(tg.sigmoid(t)))(s),
    },
    -6.0,
    6.0,
    x="score s of the right class",
    y="pull on the score",
)

# %% [markdown] lang="zh" strings=true
# "squared error" => "平方误差"
# "cross-entropy" => "交叉熵"
# "score s of the right class" => "正确类别的得分 s"
# "pull on the score" => "对得分的拉力"

# %% [markdown] lang="en"
# Where it is most wrong, the squared error hardly pulls at all: the slope of the sigmoid, p(1 − p), is nearly 0 there. Cross-entropy pulls with almost 1. So this is the trade: on the rail it is not a real band, and exactly for that reason it is one at the scores.
#
# ## One step moves every slider
#
# On the pages above you moved one slider and the other stood still. In a network nobody can do that. The sliders hang on the same weights. Here is the smallest case: one hidden unit, its loudness is used by *bird* and by *dog*.

# %% [markdown] lang="zh"
# 错得最离谱的地方，平方误差反而几乎不拉：sigmoid 在那里的斜率 p(1 − p) 差不多是 0。交叉熵的拉力却接近 1。这就是取舍：在导轨上，它不像真的橡皮筋；正因为如此，在得分上，它才像。
#
# ## 一步下去，所有滑块都动
#
# 在上面的页面里，你挪一个滑块，另一个纹丝不动。在网络里，谁也做不到这一点：所有滑块挂在同一批权重上。下面是最小的例子：只有一个隐藏单元，它的激活值，*鸟*要用，*狗*也要用。

# %%
w, u, v = Value(0.5, "w"), Value(-2.885, "u"), Value(1.82, "v")


def answer(x):
    loudness = tg.tanh(w * x)
    return tg.sigmoid(u * loudness), tg.sigmoid(v * loudness)


bird, dog = answer(Value(2.0, "sparrow"))
bird.name, dog.name = "bird", "dog"
print(f"{bird:.3f} {dog:.3f}")
tg.draw((bird - 1) ** 2 / 2 + dog**2 / 2)

# %% [markdown] lang="zh" strings=true
# "sparrow" => "麻雀"
# "bird", "dog" => "鸟", "狗"

# %% [markdown] lang="en"
# Shown the sparrow (2.0), it says bird 0.1, dog 0.8. There is a second picture, a dog (1.0), for which it says bird 0.209, dog 0.699. Now we take **one step along the pull of a single band**: the sparrow's band on the bird's rail. Nobody pulls the other three.

# %% [markdown] lang="zh"
# 看到麻雀（输入 2.0），它说鸟 0.1、狗 0.8。还有第二张图，一只狗（输入 1.0），它说鸟 0.209、狗 0.699。现在我们**只顺着一根橡皮筋的拉力走一步**：麻雀那张图里，鸟的导轨上的那根。另外三根，谁也没去拉。

# %%
def band_lengths():
    (bird, dog), (bird2, dog2) = answer(2.0), answer(1.0)
    return [1 - bird.data, dog.data, bird2.data, 1 - dog2.data]


before = band_lengths()
loss = (answer(2.0)[0] - 1) ** 2 / 2
loss.backward()
for weight in (w, u, v):
    weight.data -= 1.0 * weight.grad
changes = [after - length for after, length in zip(band_lengths(), before, strict=True)]

# %% hidden=true
tg.predict(
    "Only the sparrow's bird band was pulled. What happens to the two bands of the other picture, the dog?",
    "they get longer" if min(changes[2:]) > 0 else "something else",
    choices=["they stay as they are", "they get shorter", "they get longer", "something else"],
    mistakes={
        "they stay as they are": "Nobody pulled them. But their sliders hang on the three weights that moved.",
        "they get shorter": "For that the hidden unit would have to speak louder. It became quieter, for that was what the sparrow's band asked for.",
    },
    because="They hang on the same weights. The step made the hidden unit quieter, for every picture.",
)

# %% [markdown] lang="zh" strings=true
# "Only the sparrow's bird band was pulled. What happens to the two bands of the other picture, the dog?" => "只拉了麻雀那张图里“鸟”的那根橡皮筋。另一张图（狗）的两根橡皮筋会怎样？"
# "they get longer" => "都变长"
# "something else" => "别的情况"
# "they stay as they are" => "都不变"
# "they get shorter" => "都变短"
# "They hang on the same weights. The step made the hidden unit quieter, for every picture." => "它们挂在同样的权重上。这一步让隐藏单元变安静了，对每张图都是如此。"
# "Nobody pulled them. But their sliders hang on the three weights that moved." => "确实没人拉它们。可它们的滑块挂在那三个动过的权重上。"
# "For that the hidden unit would have to speak louder. It became quieter, for that was what the sparrow's band asked for." => "要变短，隐藏单元得更大声。它却变安静了：麻雀的那根橡皮筋要的就是这个。"

# %% name="sliders"
tg.plot.bars(
    dict(zip(("sparrow, bird (pulled)", "sparrow, dog", "dog, bird", "dog, dog"), changes, strict=True)),
    x="change of the band's length in one step",
)

# %% [markdown] lang="zh" strings=true
# "sparrow, bird (pulled)" => "麻雀图，鸟（被拉的）"
# "sparrow, dog" => "麻雀图，狗"
# "dog, bird" => "狗图，鸟"
# "dog, dog" => "狗图，狗"
# "change of the band's length in one step" => "走一步，橡皮筋长度的变化"

# %% [markdown] lang="en"
# All four sliders moved. The one that was pulled came closer. The sparrow's *dog* slider came closer, too, though nobody pulled it: the hidden unit had become quieter, and *dog* listens to the same unit. Both sliders of the other picture moved **away** from their pins: repairing one answer damaged another. Training therefore adds up the pulls of many pictures before it takes a step, and takes small ones.
#
# ## Exercises
#
# **1.** Another network says of the sparrow: bird 0.7, dog 0.4. By the squared error: how hard, and which way, is the dog's slider pulled? Is that more than the bird's?

# %% [markdown] lang="zh"
# 四个滑块全动了。被拉的那个，靠近了钉子。麻雀图里“狗”的滑块也靠近了，虽然没人拉它：隐藏单元变安静了，而“狗”听的是同一个单元。另一张图的两个滑块，都**离钉子更远了**：修好一个答案，弄坏了另一个。所以训练总是先把许多图的拉力加起来，再走一步，而且步子要小。
#
# ## 练习
#
# **1.** 另一个网络看到麻雀，说：鸟 0.7，狗 0.4。按平方误差，狗的滑块受到多大的拉力，往哪边？比鸟的大吗？

# %% hidden=true
other = tg.rubber_band([0.7, 0.4], [1.0, 0.0])
tg.predict(
    "What is the pull on the dog's slider, with its sign?",
    other.pulls[1],
    mistakes={
        -other.pulls[1]: "The size is right. It goes down, to the pin at 0: minus.",
        1.0 - 0.4: "That is the way to 1. The dog's pin is at 0.",
    },
    because="y − p = 0 − 0.4 = −0.4, and the bird's is only 0.3.",
)

# %% [markdown] lang="zh" strings=true
# "What is the pull on the dog's slider, with its sign?" => "狗的滑块受到的拉力是多少？（带正负号）"
# "y − p = 0 − 0.4 = −0.4, and the bird's is only 0.3." => "y − p = 0 − 0.4 = −0.4；鸟的那根只有 0.3。"
# "The size is right. It goes down, to the pin at 0: minus." => "大小对了。它往下拉，拉向 0 处的钉子：是负的。"
# "That is the way to 1. The dog's pin is at 0." => "这是到 1 的距离。狗的钉子在 0。"

# %% [markdown] lang="en"
# **2.** Write the gradient of the cross-entropy by hand, in terms of the scores; class 0 is right. The library measures the slopes and compares. As it stands, the function below forgets something.

# %% [markdown] lang="zh"
# **2.** 亲手写出交叉熵对各个得分的梯度；第 0 类是正确答案。库会去实测斜率，和你的对照。下面这个函数，现在还漏了点东西。

# %%
def gradient_by_hand(scores):
    p = tg.softmax(scores)
    return [p[0], p[1], p[2]]  # mend this line


try:
    print(tg.check.gradient_function(lambda scores: tg.nn.cross_entropy(scores, 0), gradient_by_hand, [0.3, 1.2, -0.5]))
except tg.errors.GradientMismatch as mismatch:
    print(mismatch)

# %% [markdown] lang="zh" strings=true
# # mend this line => # 改这一行

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# `return [p[0] - 1, p[1], p[2]]`: p − y, and y is 1 for class 0.
# </details>
#
# **3.** A band pulls with its stretch. With which learning rate does a slider land exactly on its pin in one step? And with which does it swing to and fro for ever, as far beyond as it was before?

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# `return [p[0] - 1, p[1], p[2]]`：p − y，第 0 类的 y 是 1。
# </details>
#
# **3.** 橡皮筋拉多长就用多大力。学习率取多少，滑块一步就正好落在钉子上？取多少，它会永远来回摆，每次冲过头的距离和原来一样远？

# %% hidden=true
tg.predict(
    "With which learning rate does it land on the pin in one step?",
    1.0,
    mistakes={
        0.1: "That was the rate above: it goes a tenth of the way.",
        0.5: "That goes half of the way, and then half of what is left.",
        2.0: "That goes as far beyond the pin as it was before it.",
    },
    because="A step is rate × pull, and the pull is the whole stretch.",
)

# %% [markdown] lang="zh" strings=true
# "With which learning rate does it land on the pin in one step?" => "学习率取多少，一步就正好落在钉子上？"
# "That was the rate above: it goes a tenth of the way." => "那是上面用的学习率：只走十分之一的路。"
# "That goes half of the way, and then half of what is left." => "这样先走一半，再走剩下的一半。"
# "That goes as far beyond the pin as it was before it." => "这样会冲过钉子，冲出去的距离和原来一样远。"
# "A step is rate × pull, and the pull is the whole stretch." => "一步 = 学习率 × 拉力，而拉力就是整个伸长。"

# %% hidden=true
tg.predict(
    "Which learning rate makes it swing for ever?",
    2.0,
    mistakes={
        1.0: "There it lands on the pin, and stays.",
    },
    because="The new stretch is (1 − rate) × the old one: 0 at rate 1, and −1 times the old one at rate 2.",
)

# %% [markdown] lang="zh" strings=true
# "Which learning rate makes it swing for ever?" => "学习率取多少，它会永远来回摆？"
# "The new stretch is (1 − rate) × the old one: 0 at rate 1, and −1 times the old one at rate 2." => "新的伸长 = (1 − 学习率) × 旧的伸长：学习率为 1 时是 0，为 2 时是旧的 −1 倍。"
# "There it lands on the pin, and stays." => "这时它正好落在钉子上，不再动。"

# %% [markdown] lang="en"
# **Next:** one slider was moved by three weights. In [3, the coffee shop](03_coffee_shop.ipynb), you trace a complaint back to everyone who had a part in it.

# %% [markdown] lang="zh"
# **接下来：**这里，一个滑块后面是几个权重。到了[第 3 课，咖啡店](03_coffee_shop.ipynb)，你要顺着一句抱怨，查到每一个有份的人。
