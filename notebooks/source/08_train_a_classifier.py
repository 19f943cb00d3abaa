# %% [markdown] lang="en"
# # 8. Train a classifier
#
# At the end of this page you can train a network that tells two or three kinds of things apart, say which examples it gets wrong and why, and give a reason for each choice: how many neurons, how many layers, which activation, which start, which learning rate. For every choice you will have seen what goes wrong without it.
#
# Before: [the first gradient](01_first_gradient.ipynb). You know that a gradient says which way to turn a knob. Here a few dozen knobs are turned at once.

# %% [markdown] lang="zh"
# # 8. 训练一个分类器
#
# 读完这一页，你能训练一个网络，让它分清两三类东西；能说出哪些样本它总是答错、为什么；也能为每个选择讲出理由：要几个神经元、几层、哪种激活函数、从什么权重出发、学习率多大。每个选择如果做错了会怎样，你都会亲眼看到。
#
# 需要先读：[第一个梯度](01_first_gradient.ipynb)。你已经知道，梯度告诉我们一个旋钮该往哪边拧。这一页要同时拧几十个旋钮。

# %%
import math
import tempfile
from pathlib import Path

from IPython.display import display

import tinygrad_edu as tg
from tinygrad_edu import nn

# %% [markdown] lang="en"
# ## Two moons
#
# Each example is a point: two numbers. Each belongs to one of two classes, shaped like moons. A fifth of the points are set aside first. The network never learns from these, so they can tell us how it does on what it has not seen.
#
# The network has two inputs, eight tanh neurons, and one output. Above 0 it says class 1, below 0 class 0. Its weights are random numbers.

# %% [markdown] lang="zh"
# ## 两弯月亮
#
# 每个样本是平面上的一个点，也就是两个数。它属于两类中的一类，两类的形状像两弯月亮。先留出五分之一的点。网络永远不从这些点学习，所以它们能告诉我们：遇到没见过的东西，它表现如何。
#
# 网络有两个输入、八个 tanh 神经元和一个输出。输出大于 0 就答“第 1 类”，小于 0 就答“第 0 类”。它的权重一开始都是随机数。

# %%
moons = tg.data.load("moons", n=200, seed=0)
train, test = moons.split(test=0.2, seed=0)
model = nn.MLP(2, [8, 1], activation="tanh", seed=2)
tg.draw(model)

# %% hidden=true
tg.predict(
    "Half of the points belong to each class. What share of them does this untrained network get right, from 0 to 1?",
    tg.accuracy(model, test),
    0.35,
    mistakes={
        0.5: "So a coin would do, tossed anew for each point. But this network is no coin.",
    },
    because="It is one fixed smooth surface, and whole regions get the same answer, right or wrong together. Two hundred other seeds gave anything from 0.15 to 0.88.",
)

# %% [markdown] lang="zh" strings=true
# "Half of the points belong to each class. What share of them does this untrained network get right, from 0 to 1?" => "两类的点各占一半。这个还没训练的网络能答对几成？（填 0 到 1 之间的数）"
# "It is one fixed smooth surface, and whole regions get the same answer, right or wrong together. Two hundred other seeds gave anything from 0.15 to 0.88." => "它是一张固定的光滑曲面：整片区域得到同一个答案，要对一起对，要错一起错。换了两百个随机种子，从 0.15 到 0.88 都有。"
# "So a coin would do, tossed anew for each point. But this network is no coin." => "每个点都重新抛一次硬币，才是这样。可这个网络不是硬币。"

# %% [markdown] lang="en"
# Now it learns. For each point the output goes into the *cross-entropy*, a loss that is small when the network is sure and right, and large when it is sure and wrong. `fit` takes 16 points at a time, goes forward, goes backward, turns all 33 knobs a little against the gradient, and goes on. One round through all points is an *epoch*.
#
# `record="film"` keeps every moment. (Of the 160 points it is given, `fit` itself holds a fifth out, to measure on while it runs: the diamonds, and the dashed curve.) Move the slider. Watch three things: the weights (lines), what each hidden neuron answers over the plane (small pictures), and the border between the two answers. Above the loss curve the page says when most was learned, and which points were right in no epoch.

# %% [markdown] lang="zh"
# 现在让它学。每个点的输出都送进**交叉熵**这个损失：网络答得又肯定又对，损失就小；又肯定又错，损失就大。`fit` 每次取 16 个点，前向算一遍，反向算一遍，把 33 个旋钮都逆着梯度拧一点点，再取下一批。把所有点过一遍，叫一轮（epoch）。
#
# `record="film"` 把每个时刻都录了下来。（交给 `fit` 的 160 个点里，它自己又留出五分之一，边训练边测量：图上的菱形和虚线。）拖动进度条，看三样东西：权重（连线），每个隐藏神经元在平面上给出的答案（小图），还有两种答案之间的边界。损失曲线上方的一句话会告诉你：大部分是到第几轮学会的，哪些点没有一轮答对过。

# %% name="film"
history = tg.fit(model, train, epochs=30, lr=0.05, record="film", progress=False)
tg.play(history)

# %% [markdown] lang="en"
# Each hidden neuron by itself only cuts the plane along a straight line, softly. The output adds the eight with weights of its own, and a curve appears.

# %% [markdown] lang="zh"
# 单看每个隐藏神经元，它只会沿一条直线把平面切开，切口是柔和的。输出把这八刀按各自的权重加起来，就弯成了一条曲线。

# %% hidden=true
wrong = sum(found != label for found, label in zip(model.classify(test.X), test.y, strict=True))
tg.predict(
    "How many of the 40 points set aside does it get wrong now?",
    wrong,
    0.5,
    mistakes={
        0.0: "For that the border would have to know points that it has never seen.",
        20.0: "So many it would be by guessing. It has learned something.",
    },
    because="The border runs between the moons, also where there were few points to learn from; the ones it misses lie close to it.",
)

# %% [markdown] lang="zh" strings=true
# "How many of the 40 points set aside does it get wrong now?" => "留出的 40 个点，它现在答错几个？"
# "The border runs between the moons, also where there were few points to learn from; the ones it misses lie close to it." => "边界从两弯月亮之间穿过，学过的点很少的地方也是如此；答错的点都紧挨着边界。"
# "For that the border would have to know points that it has never seen." => "要这样，边界得认识那些从没见过的点。"
# "So many it would be by guessing. It has learned something." => "瞎猜才错这么多。它毕竟学过了。"

# %% [markdown] lang="en"
# The large points are those set aside. A ring marks what is answered wrongly.

# %% [markdown] lang="zh"
# 大点是留出来的。答错的点外面套了一个圈。

# %% name="boundary"
tg.plot.decision_boundary(model, train, test=test)

# %% [markdown] lang="en"
# ## Which points it never gets
#
# Real measurements are noisy. Shake the points more, and give the network more to work with: two layers of 32 neurons, 1,185 knobs for 200 points.

# %% [markdown] lang="zh"
# ## 哪些点它永远学不会
#
# 真实的测量总有噪声。把点抖得更散一些，同时给网络更多本钱：两层，每层 32 个神经元，用 1185 个旋钮去对付 200 个点。

# %%
shaken = tg.data.load("moons", n=200, noise=0.3, seed=0)
large = nn.MLP(2, [32, 32, 1], activation="tanh", init="kaiming", seed=0)
tg.fit(large, shaken, epochs=100, validation=None, progress=False)
tg.plot.decision_boundary(large, shaken)

# %% [markdown] lang="en"
# The rings lie where the classes overlap: a point of one class among many of the other. The inputs do not hold what would tell them apart, so no border can be right about both neighbours and stay simple. Given far more time and neurons a network could wind its border around each of these points. It would then have learned the noise; [notebook 9](09_ways_down_the_hill.ipynb) shows what that costs.
#
# ## How many neurons?
#
# Here one class is a disc and the other a ring around it. The network must fence the disc in. Each tanh neuron is one soft straight cut.

# %% [markdown] lang="zh"
# 圈都落在两类重叠的地方：一个点，周围多半是另一类的点。输入里根本没有能分开它们的信息，所以没有哪条简单的边界能同时照顾到两边。再给多得多的时间和神经元，网络也能绕着这些点一个个画出弯来。可那时它学到的就是噪声了；代价是什么，[第 9 课](09_ways_down_the_hill.ipynb)会讲。
#
# ## 要几个神经元？
#
# 这一次，一类是中间的圆盘，另一类是外面的圆环。网络得把圆盘围起来。每个 tanh 神经元只能切一刀，直的，软的。

# %%
circles = tg.data.load("circles", n=200, seed=0)
fences = {count: nn.MLP(2, [count, 1], activation="tanh", init="kaiming", seed=0) for count in (1, 2, 3)}
for fence in fences.values():
    tg.fit(fence, circles, epochs=60, lr=0.05, validation=None, progress=False)
fewest = next(count for count, fence in fences.items() if tg.accuracy(fence, circles) > 0.95)

# %% hidden=true
tg.predict(
    "What is the smallest number of hidden neurons that fences the disc in?",
    str(fewest),
    choices=["1", "2", "3"],
    mistakes={
        "1": "One cut gives half of the plane.",
        "2": "Two cuts give a strip or a wedge, which is open at an end.",
    },
    because="Three cuts give a triangle with soft corners: closed.",
)

# %% [markdown] lang="zh" strings=true
# "What is the smallest number of hidden neurons that fences the disc in?" => "最少要几个隐藏神经元，才能把圆盘围住？"
# "Three cuts give a triangle with soft corners: closed." => "三刀围成一个圆角的三角形：封口了。"
# "One cut gives half of the plane." => "一刀只切出半个平面。"
# "Two cuts give a strip or a wedge, which is open at an end." => "两刀切出一条带子或一个楔形，总有一头敞着。"

# %% name="width"
for count, fence in list(fences.items())[1:]:
    display(tg.plot.decision_boundary(fence, circles, resolution=40, title=f"hidden neurons: {count}"))

# %% [markdown] lang="zh" strings=true
# f"hidden neurons: {count}" => f"隐藏神经元：{count}"

# %% [markdown] lang="en"
# So the width is not magic: it is the number of cuts. More than needed does little harm here, and makes learning easier, because not every neuron starts in a useful place.
#
# ## Deeper or wider?
#
# Two spirals. One network has a single layer of 26 neurons, the other two layers of 8. Both have exactly 105 parameters.

# %% [markdown] lang="zh"
# 所以宽度没什么神秘的，它就是刀数。比需要的多几个，在这里没什么坏处，反而更好学：不是每个神经元一开始都站在有用的位置上。
#
# ## 加深还是加宽？
#
# 两条螺线。一个网络只有一层、26 个神经元；另一个有两层、每层 8 个。两个都正好是 105 个参数。

# %%
spirals = tg.data.load("spirals", n=300, seed=0)
wide = nn.MLP(2, [26, 1], activation="tanh", init="kaiming", seed=0)
deep = nn.MLP(2, [8, 8, 1], activation="tanh", init="kaiming", seed=0)
assert len(wide.parameters()) == len(deep.parameters()) == 105
courses = {
    "26": tg.fit(wide, spirals, epochs=60, lr=0.02, progress=False),
    "8, 8": tg.fit(deep, spirals, epochs=60, lr=0.02, progress=False, record="film"),
}
better = min(courses, key=lambda name: courses[name].loss[-1])

# %% hidden=true
tg.predict(
    "Which of them has the smaller loss after 60 epochs?",
    better,
    choices=list(courses),
    mistakes={
        "26": "It has 26 straight cuts through the plane, and as many parameters as the other. But all its cuts are of the plane itself.",
    },
    because="The second layer does not cut the plane but what the first layer has made of it. It bends curves that are bent already, and a spiral is a much bent curve.",
)

# %% [markdown] lang="zh" strings=true
# "Which of them has the smaller loss after 60 epochs?" => "60 轮之后，哪一个的损失更小？"
# "The second layer does not cut the plane but what the first layer has made of it. It bends curves that are bent already, and a spiral is a much bent curve." => "第二层切的不是平面，而是第一层加工过的平面。它把已经弯了的曲线再弯一次，而螺线恰好是弯了又弯的曲线。"
# "It has 26 straight cuts through the plane, and as many parameters as the other. But all its cuts are of the plane itself." => "它能在平面上直直地切 26 刀，参数也和另一个一样多。可它切的只是平面本身。"

# %% name="depth"
tg.plot.loss_curves(courses, log=True)

# %%
tg.play(courses["8, 8"])

# %% [markdown] lang="en"
# This is one task, on which depth pays. On the circles above, one layer of three neurons was enough.
#
# ## Why the bend?
#
# Take tanh away: let each neuron give its weighted sum as it is. Three layers, 105 parameters, and the circles again.

# %% [markdown] lang="zh"
# 这只是一个任务，恰好加深划算。对前面的圆盘，一层三个神经元就够了。
#
# ## 为什么要“弯”？
#
# 把 tanh 拿掉，让每个神经元直接交出加权和。三层，105 个参数，还是刚才的圆盘。

# %%
straight = nn.MLP(2, [8, 8, 1], activation="linear", seed=0)
_ = tg.fit(straight, circles, epochs=60, validation=None, progress=False)

# %% hidden=true
tg.predict(
    "What share of the points does it get right, from 0 to 1?",
    tg.accuracy(straight, circles),
    0.1,
    mistakes={
        1.0: "Three layers look like a lot. But nothing in them bends.",
    },
    because="A weighted sum of weighted sums is a weighted sum. However many layers there are, it is one straight cut. Through the middle it is worth a coin; even the best gets only about two of three.",
)

# %% [markdown] lang="zh" strings=true
# "What share of the points does it get right, from 0 to 1?" => "它能答对几成？（填 0 到 1 之间的数）"
# "A weighted sum of weighted sums is a weighted sum. However many layers there are, it is one straight cut. Through the middle it is worth a coin; even the best gets only about two of three." => "加权和的加权和，还是加权和。不管叠多少层，都只有直直一刀：从中间切，跟抛硬币一样；切得最好，也只对三分之二左右。"
# "Three layers look like a lot. But nothing in them bends." => "三层看着不少，可里面没有一处会弯。"

# %% name="linear"
tg.plot.decision_boundary(straight, circles)

# %% [markdown] lang="en"
# You can see it in the derivative, too. The slope of the output towards the inputs is the same everywhere, as for a plane. With tanh it is not:

# %% [markdown] lang="zh"
# 从导数也看得出来。输出对输入的斜率处处相同，就像一块平板。有了 tanh 就不一样了：

# %%
for network in (straight, deep):
    print([[f"{slope:+.3f}" for slope in tg.grad(network)(point)] for point in ([0.0, 0.0], [1.0, -1.0], [5.0, 3.0])])

# %% [markdown] lang="en"
# ## Which bend?
#
# A sigmoid is a tanh, shifted and squeezed between 0 and 1, and it was the classical choice. Its slope is at most 1/4. On the way back every layer multiplies by that slope. Here are networks with five hidden layers of 8 neurons, untrained, and the mean size of the gradient in each layer after one example:

# %% [markdown] lang="zh"
# ## 用哪种弯法？
#
# sigmoid 就是平移、压缩到 0 和 1 之间的 tanh，曾经是标准选择。它的斜率最大只有 1/4，而反向传播每过一层都要乘上这个斜率。下面的网络有五个隐藏层，每层 8 个神经元，还没训练；图中是只看一个样本之后，每层梯度的平均大小：

# %% name="vanishing"
sizes = {}
for activation in ("sigmoid", "tanh", "relu"):
    chain = nn.MLP(2, [8, 8, 8, 8, 8, 1], activation=activation, init="kaiming", seed=0)
    nn.binary_cross_entropy(chain(train.X[0]), train.y[0]).backward()
    sizes[activation] = [sum(abs(p.grad) for p in layer.parameters()) / len(layer.parameters()) for layer in chain.layers]
    if activation == "sigmoid":
        display(tg.plot.gradient_flow(chain, title="sigmoid"))
for activation, layers in sizes.items():
    print(f"{activation:8}", "  ".join(f"{size:.5f}" for size in layers), f"   last / first = {layers[-1] / layers[0]:.0f}")

# %% [markdown] lang="zh" strings=true
# last / first = => 末层 / 首层 =

# %% [markdown] lang="en"
# With sigmoids the first layer hears thousands of times less than the last: the gradient *vanishes*. With tanh (slope up to 1) and relu (slope 0 or 1) it arrives. So hidden layers use tanh or relu, and sigmoid is left for outputs that shall be probabilities.
#
# tanh and relu draw differently. Relu bends sharply, so its border is made of straight pieces:

# %% [markdown] lang="zh"
# 用 sigmoid 时，第一层听到的声音只有最后一层的几千分之一：梯度**消失**了。tanh 的斜率最大是 1，relu 的斜率非 0 即 1，梯度传得到底。所以隐藏层用 tanh 或 relu，sigmoid 留给要当概率用的输出。
#
# tanh 和 relu 画出来的东西也不同。relu 弯得很急，所以它的边界由一段段直线拼成：

# %%
angular = nn.MLP(2, [16, 1], activation="relu", init="kaiming", seed=1)
tg.fit(angular, circles, epochs=40, lr=0.05, validation=None, progress=False)
tg.plot.decision_boundary(angular, circles, title="relu")

# %% [markdown] lang="en"
# ## Where to start?
#
# Why not start with all weights at zero? It would be fair to everyone.

# %% [markdown] lang="zh"
# ## 从哪里出发？
#
# 为什么不让所有权重从零开始？对谁都公平。

# %%
zero = nn.MLP(2, [3, 1], activation="tanh", init="zeros")
nn.binary_cross_entropy(zero(train.X[0]), train.y[0]).backward()
moving = sum(p.grad != 0.0 for p in zero.parameters())

# %% hidden=true
tg.predict(
    "This network has 13 parameters, all 0. How many of them get a gradient other than 0 from one example?",
    moving,
    0.0,
    mistakes={
        13.0: "All start alike, but a gradient is a product, and nearly every product here has a factor 0.",
        4.0: "The three weights of the output, too? Theirs is error × what the hidden neurons say, and they say tanh(0) = 0.",
        0.0: "Nearly. But the bias of the output is multiplied with nothing: its gradient is the error itself.",
    },
    because="Only the bias of the output. A weight's gradient is what arrives × what the neuron before it says, and the hidden neurons say tanh(0) = 0. And nothing arrives at the hidden neurons: the blame is handed down times the weights, which are 0.",
)

# %% [markdown] lang="zh" strings=true
# "This network has 13 parameters, all 0. How many of them get a gradient other than 0 from one example?" => "这个网络有 13 个参数，全是 0。看一个样本之后，有几个参数的梯度不是 0？"
# "Only the bias of the output. A weight's gradient is what arrives × what the neuron before it says, and the hidden neurons say tanh(0) = 0. And nothing arrives at the hidden neurons: the blame is handed down times the weights, which are 0." => "只有输出的偏置。权重的梯度 = 传来的梯度 × 前一个神经元说的话，而隐藏神经元说的是 tanh(0) = 0。隐藏神经元自己也什么都收不到：责任往下传要乘权重，权重全是 0。"
# "All start alike, but a gradient is a product, and nearly every product here has a factor 0." => "起点都一样，可梯度是乘积，而这里几乎每个乘积都有一个因子是 0。"
# "The three weights of the output, too? Theirs is error × what the hidden neurons say, and they say tanh(0) = 0." => "输出的三个权重也算？它们的梯度是误差 × 隐藏神经元说的话，而那是 tanh(0) = 0。"
# "Nearly. But the bias of the output is multiplied with nothing: its gradient is the error itself." => "差一点。输出的偏置不和什么相乘，它的梯度就是误差本身。"

# %% [markdown] lang="en"
# It stays so for ever: that one bias moves, and nothing else. Then start all weights at 0.5. Now gradients flow, but all three hidden neurons get the same one:

# %% [markdown] lang="zh"
# 它会永远这样下去：动的只有那一个偏置，别的都不动。那就全从 0.5 出发吧。这回梯度流动了，可三个隐藏神经元收到的一模一样：

# %% name="twins"
twins = nn.MLP(2, [3, 1], activation="tanh", init=lambda generator: 0.5)
tg.fit(twins, train, epochs=20, validation=None, progress=False)
for neuron in twins.layers[0].neurons:
    print([f"{p.data:+.4f}" for p in neuron.parameters()])
tg.draw(twins, train.X[0])

# %% [markdown] lang="en"
# Three copies of one neuron, before and after. Equal neurons get equal blame and stay equal. Random weights are there to make them different. (How large they should be depends on how many inputs a neuron has: `init="kaiming"`, after He et al. 2015, [arXiv:1502.01852](https://arxiv.org/abs/1502.01852).)
#
# ## A dead neuron
#
# relu(z) is 0 for every negative z, and so is its slope. Suppose a bias has got far below 0. Do the backward pass yourself:

# %% [markdown] lang="zh"
# 训练前后都是同一个神经元的三份拷贝。一样的神经元受到一样的责备，于是永远一样。随机的权重，就是为了让它们彼此不同。（该取多大，要看一个神经元有几个输入：`init="kaiming"`，出自 He 等人 2015，[arXiv:1502.01852](https://arxiv.org/abs/1502.01852)。）
#
# ## 死神经元
#
# z 为负时，relu(z) 是 0，斜率也是 0。假设某个偏置跌到了远低于 0 的地方。请你亲手做一遍反向传播：

# %% name="dead-practice"
w, x, b, v = tg.Value(0.5, "w"), tg.Value(2.0, "x"), tg.Value(-10.0, "b"), tg.Value(1.5, "v")
y = v * tg.relu(w * x + b)
y.name = "y"
tg.practice(y)

# %% [markdown] lang="en"
# The 0 of relu's slope stops everything that comes from above. If that is so for every example, the neuron can never move again. Here one of four neurons (the second) starts with a bias of −10; the other three learn.

# %% [markdown] lang="zh"
# relu 的斜率是 0，把上面传来的一切都挡住了。如果对每个样本都这样，这个神经元就再也动不了了。下面四个神经元中，第二个的偏置从 −10 开始；其余三个照常学习。

# %%
limping = nn.MLP(2, [4, 1], activation="relu", seed=0)
dead = limping.layers[0].neurons[1]
dead.b.data = -10.0
_ = tg.fit(limping, train, epochs=20, validation=None, progress=False)

# %% hidden=true
tg.predict(
    "What is the dead neuron's bias after 20 epochs of training?",
    dead.b.data,
    mistakes={
        0.0: "That is its gradient. The bias stays where it is.",
    },
    because="Exactly what it was: 0 × anything is 0, step after step.",
)

# %% [markdown] lang="zh" strings=true
# "What is the dead neuron's bias after 20 epochs of training?" => "训练 20 轮之后，死神经元的偏置是多少？"
# "Exactly what it was: 0 × anything is 0, step after step." => "分毫未变：0 乘什么都是 0，步步如此。"
# "That is its gradient. The bias stays where it is." => "这是它的梯度。偏置停在原地。"

# %% name="dead"
limping.zero_grad()
nn.binary_cross_entropy(limping(train.X[0]), train.y[0]).backward()
print("gradients at the dead neuron:", [p.grad for p in dead.parameters()])
tg.draw(limping, train.X[0])

# %% [markdown] lang="zh" strings=true
# "gradients at the dead neuron:" => "死神经元处的梯度："

# %% [markdown] lang="en"
# ## How far in each step?
#
# Plain gradient descent (`"sgd"`), one layer of 8 relu neurons, four learning rates. Which will be best?

# %% [markdown] lang="zh"
# ## 一步走多远？
#
# 最朴素的梯度下降（`"sgd"`），一层 8 个 relu 神经元，四种学习率。哪个最好？

# %%
rates, trained = {}, {}
for lr in (0.001, 0.1, 1.0, 10.0):
    trained[lr] = nn.MLP(2, [8, 1], activation="relu", seed=0)
    rates[f"lr {lr:g}"] = tg.fit(trained[lr], train, optimizer="sgd", lr=lr, epochs=30, validation=None, progress=False)
best = min(rates, key=lambda name: rates[name].loss[-1])

# %% hidden=true
tg.predict(
    "Which learning rate has the smallest loss after 30 epochs?",
    best,
    choices=list(rates),
    mistakes={
        "lr 0.001": "It goes the right way, but 30 epochs are too few for steps so short.",
        "lr 0.1": "It comes close: ten times as much is a little better still.",
        "lr 10": "Its steps throw the neurons to where all are silent. From there no gradient brings them back.",
    },
    because="Of these four it is the largest that does not throw everything away. One finds it by trying.",
)

# %% [markdown] lang="zh" strings=true
# "Which learning rate has the smallest loss after 30 epochs?" => "30 轮之后，哪个学习率的损失最小？"
# "It goes the right way, but 30 epochs are too few for steps so short." => "方向没错，可步子这么短，30 轮不够走。"
# "It comes close: ten times as much is a little better still." => "很接近了：再大十倍，还要好一点。"
# "Its steps throw the neurons to where all are silent. From there no gradient brings them back." => "它的步子把神经元甩到了全都沉默的地方，再也没有梯度把它们带回来。"
# "Of these four it is the largest that does not throw everything away. One finds it by trying." => "这四个里面，它是不会把一切甩飞的最大的那个。只能试出来。"

# %% name="rates"
tg.plot.loss_curves(rates, log=True)

# %% [markdown] lang="en"
# Too small: it goes the right way and does not arrive. Too large: it jumps, and stays bad for good. Why for good? Count the neurons that are silent on every example:

# %% [markdown] lang="zh"
# 太小：方向没错，就是走不到。太大：一跳就坏了，而且再也好不了。为什么好不了？数一数，有几个神经元对所有样本都沉默：

# %%
for lr, network in trained.items():
    silent = [n for n in network.layers[0].neurons if all(n(point).data == 0.0 for point in train.X)]
    print(f"lr {lr:<6g} {len(silent)} / 8")

# %% [markdown] lang="en"
# Steps that were far too long threw the weights and biases to where every relu is silent, and a silent one gets no gradient to come back by. From then on the network gives the same answer to every point it learned from. (Even the best of the four rates has cost one neuron its life.)
#
# ## The same scale for all
#
# The wines of this table are described by thirteen measurements. Look at the ranges:

# %% [markdown] lang="zh"
# 步子迈得太大，权重和偏置被甩到了让所有 relu 都沉默的地方；沉默了就没有梯度，也就回不来了。从此对学过的每个点，网络的回答都一样。（就连四个里最好的那个学习率，也让一个神经元送了命。）
#
# ## 把尺度调齐
#
# 这张表里的葡萄酒有十三项测量值。看看它们的范围：

# %%
wine_train, wine_test = tg.data.load("wine").split(test=0.25, seed=0)
print(wine_train.describe())

# %% [markdown] lang="en"
# Proline is in the hundreds, hue around 1. In the sum of a neuron proline drowns everything else, and tanh is saturated from the start. `Standardize` subtracts each column's mean and divides by its spread. It is learned from the training part only and saved with the model.

# %% [markdown] lang="zh"
# proline（脯氨酸）有好几百，hue（色调）在 1 左右。在神经元的加权和里，脯氨酸把别的全淹没了，tanh 一开始就饱和。`Standardize` 把每一列减去平均值、再除以标准差。它只从训练的那部分样本计算，并和模型一起保存。

# %%
raw = nn.MLP(13, [8, 3], activation="tanh", seed=0)
scaled = nn.Sequential(nn.Standardize.of(wine_train.X), nn.MLP(13, [8, 3], activation="tanh", seed=0))
scales = {name: tg.fit(each, wine_train, epochs=40, progress=False) for name, each in {"raw": raw, "standardised": scaled}.items()}

# %% [markdown] lang="zh" strings=true
# "raw" => "原始数据"
# "standardised" => "标准化之后"

# %% hidden=true
tg.predict(
    "There are three kinds of wine, the most frequent being two in five. What share of the wines set aside does the network without Standardize get right, from 0 to 1?",
    tg.accuracy(raw, wine_test),
    0.15,
    mistakes={
        1.0: "So it is with Standardize. Without, proline drowns all else.",
    },
    because="It does what one can do without looking: name the most frequent kind. With Standardize the same network, from the same start, gets them all.",
)

# %% [markdown] lang="zh" strings=true
# "There are three kinds of wine, the most frequent being two in five. What share of the wines set aside does the network without Standardize get right, from 0 to 1?" => "酒有三种，最多的一种占五分之二。不用 Standardize 的网络，对留出的酒能答对几成？（填 0 到 1 之间的数）"
# "It does what one can do without looking: name the most frequent kind. With Standardize the same network, from the same start, gets them all." => "它做的是闭着眼也能做的事：总是猜最多的那一种。加上 Standardize，同样的网络、同样的起点，全对。"
# "So it is with Standardize. Without, proline drowns all else." => "加上 Standardize 才是这样。不加，脯氨酸把别的全淹没了。"

# %% name="standardise"
print("raw:", f"{tg.accuracy(raw, wine_test):.0%}", "  standardised:", f"{tg.accuracy(scaled, wine_test):.0%}")
tg.plot.loss_curves(scales)

# %% [markdown] lang="zh" strings=true
# "raw:" => "原始数据："
# "  standardised:" => "  标准化之后："

# %% [markdown] lang="en"
# ## Which classes are confused?
#
# Fisher's irises: 150 flowers, four lengths each, three species (R. A. Fisher 1936, [doi:10.1111/j.1469-1809.1936.tb02137.x](https://doi.org/10.1111/j.1469-1809.1936.tb02137.x)). With three classes the network has three outputs, and the largest wins. A *confusion matrix* counts: each row is a true species, each column an answer.

# %% [markdown] lang="zh"
# ## 哪两类会弄混？
#
# 费希尔的鸢尾花：150 朵，每朵量四个长度，共三个品种（R. A. Fisher 1936，[doi:10.1111/j.1469-1809.1936.tb02137.x](https://doi.org/10.1111/j.1469-1809.1936.tb02137.x)）。有三类，网络就有三个输出，最大的那个算数。**混淆矩阵**用来计数：每一行是真实的品种，每一列是网络的回答。

# %%
iris_train, iris_test = tg.data.load("iris").split(test=0.4, seed=1)
flowers = nn.Sequential(nn.Standardize.of(iris_train.X), nn.MLP(4, [8, 3], activation="tanh", seed=0))
_ = tg.fit(flowers, iris_train, epochs=60, progress=False)

# %% name="confusion"
tg.plot.confusion_matrix(flowers, iris_test)

# %% [markdown] lang="en"
# Setosa is never confused with anything. Versicolor and virginica overlap, in the measurements as in nature, and that is where all mistakes are. A single number such as 92 % hides this; the matrix does not. And all of it is counted on flowers that were set aside.

# %% [markdown] lang="zh"
# setosa（山鸢尾）从不和别的弄混。versicolor（变色鸢尾）和 virginica（维吉尼亚鸢尾）的测量值本来就有重叠，错误全出在这里。一个“92 %”看不出这件事，矩阵看得出。而且这些都是在留出的花上数出来的。

# %%
tg.plot.decision_boundary(flowers, iris_train, test=iris_test)

# %% [markdown] lang="en"
# ## A table of your own
#
# A table in a file is enough: a column for each measurement, one column with the answer. Text becomes numbers by itself, and missing cells are filled. (These leaves are made up. Put your own file in their place.)

# %% [markdown] lang="zh"
# ## 用你自己的表格
#
# 一个表格文件就够了：每项测量一列，答案一列。文字会自动变成数，缺的格子会自动补上。（下面的树叶数据是编的，换成你自己的文件吧。）

# %% name="csv"
table = Path(tempfile.mkdtemp()) / "leaves.csv"
table.write_text("""length,width,edge,tree
9.5,5.8,lobed,oak
11.2,6.5,lobed,oak
8.7,5.1,lobed,oak
10.4,,lobed,oak
12.0,7.1,lobed,oak
7.1,4.6,smooth,beech
6.4,4.1,smooth,beech
8.0,5.2,smooth,beech
7.5,4.4,smooth,beech
6.9,4.7,smooth,beech
5.0,4.2,toothed,birch
4.4,3.6,toothed,birch
5.6,4.5,toothed,birch
4.9,3.9,toothed,birch
""")
leaves = tg.data.from_csv(table, label="tree")
print(leaves.describe())

# %%
trees = nn.Sequential(nn.Standardize.of(leaves.X), nn.MLP(len(leaves.X[0]), [6, 3], activation="tanh", seed=0))
tg.fit(trees, leaves, epochs=80, progress=False)
tg.plot.confusion_matrix(trees, leaves)

# %% [markdown] lang="en"
# Fourteen leaves are too few to set any aside, so this matrix says only that the network can tell the leaves it has seen. On the command line the same takes one line: `tinygrad-edu train leaves.csv --label tree`.
#
# ## Exercises
#
# **1.** How many parameters has `nn.MLP(4, [8, 8, 3])`?

# %% [markdown] lang="zh"
# 只有十四片叶子，没法再留出一部分，所以这个矩阵只说明：见过的叶子它认得。在命令行里，同样的事只要一行：`tinygrad-edu train leaves.csv --label tree`。
#
# ## 练习
#
# **1.** `nn.MLP(4, [8, 8, 3])` 有几个参数？

# %% hidden=true
tg.predict(
    "How many parameters has nn.MLP(4, [8, 8, 3])?",
    len(nn.MLP(4, [8, 8, 3]).parameters()),
    0.0,
    mistakes={
        4 * 8 + 8 * 8 + 8 * 3: "These are the weights. Each neuron has a bias besides: 8 + 8 + 3.",
    },
    because="Each neuron has a weight for each input and a bias: 8 × (4 + 1) + 8 × (8 + 1) + 3 × (8 + 1) = 40 + 72 + 27.",
)

# %% [markdown] lang="zh" strings=true
# "How many parameters has nn.MLP(4, [8, 8, 3])?" => "nn.MLP(4, [8, 8, 3]) 有几个参数？"
# "Each neuron has a weight for each input and a bias: 8 × (4 + 1) + 8 × (8 + 1) + 3 × (8 + 1) = 40 + 72 + 27." => "每个神经元对每个输入有一个权重，另加一个偏置：8 × (4 + 1) + 8 × (8 + 1) + 3 × (8 + 1) = 40 + 72 + 27。"
# "These are the weights. Each neuron has a bias besides: 8 + 8 + 3." => "这是权重。每个神经元另有一个偏置：8 + 8 + 3。"

# %% [markdown] lang="en"
# **2.** A network may use an activation that you wrote. This one is straight, so the network cannot bend. Change it so that it gives `x` where `x` is above 0, and a tenth of `x` below (a *leaky* relu, which cannot die). The first line says whether the values are right; `check_grads` compares the derivative with measurement, above and below 0; the picture tells whether the circles are fenced in.

# %% [markdown] lang="zh"
# **2.** 网络可以用你自己写的激活函数。下面这个是直的，所以网络弯不起来。请把它改成：`x` 大于 0 时给出 `x`，小于 0 时给出 `x` 的十分之一（**漏**的 relu，它不会死）。第一行告诉你数值对不对；`check_grads` 会在 0 的两侧把它的导数和实测值对照；图会告诉你圆盘围住了没有。

# %%
def bent(x):
    return 1.0 * x

right = math.isclose(bent(2.0), 2.0) and math.isclose(bent(-2.0), -0.2)
print("right:" if right else "not yet:", bent(2.0), bent(-2.0))
for place in (0.7, -0.7):
    print(tg.check_grads(bent, (place,)))
own = nn.MLP(2, [8, 1], activation=bent, seed=0)
tg.fit(own, circles, epochs=60, lr=0.05, validation=None, progress=False)
tg.plot.decision_boundary(own, circles, title=f"{tg.accuracy(own, circles):.0%}")

# %% [markdown] lang="zh" strings=true
# "right:" if => "对了：" if
# "not yet:" => "还不对："

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# `return tg.maximum(x, 0.1 * x)`, or `return tg.where(x > 0, x, 0.1 * x)`. The accuracy rises from half to all.
# </details>
#
# **3.** A neuron's bias has become −10 and its relu is dead. What makes it learn again? Think first; then try it with `limping` above.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# `return tg.maximum(x, 0.1 * x)`，或者 `return tg.where(x > 0, x, 0.1 * x)`。准确率从一半升到全对。
# </details>
#
# **3.** 某个神经元的偏置成了 −10，它的 relu 死了。怎样才能让它重新学习？先想好，再用上面的 `limping` 试试。

# %% hidden=true
def gradient_of_bias(activation):
    again = nn.MLP(2, [4, 1], activation=activation, seed=0)
    again.layers[0].neurons[1].b.data = -10.0
    nn.binary_cross_entropy([again(row) for row in train.X], train.y).backward()
    return again.layers[0].neurons[1].b.grad

remedies = ["more epochs", "a larger learning rate", "another activation, leaky relu"]
tg.predict(
    "Which of these makes it learn again?",
    remedies[2] if gradient_of_bias("relu") == 0.0 != gradient_of_bias("leaky_relu") else remedies[1],
    choices=remedies,
    mistakes={
        remedies[0]: "A gradient of 0 moves nothing, however often.",
        remedies[1]: "A hundred times 0 is 0.",
    },
    because="Leaky relu has a slope of 0.01 below 0, so something arrives at the bias.",
)

# %% [markdown] lang="zh" strings=true
# "more epochs", "a larger learning rate", "another activation, leaky relu" => "多训练几轮", "加大学习率", "换成另一种激活函数 leaky relu"
# "Which of these makes it learn again?" => "下面哪种办法能让它重新学习？"
# "A gradient of 0 moves nothing, however often." => "梯度是 0，走多少步都不动。"
# "A hundred times 0 is 0." => "0 的一百倍还是 0。"
# "Leaky relu has a slope of 0.01 below 0, so something arrives at the bias." => "leaky relu 在 0 以下的斜率是 0.01，所以偏置总能收到一点。"

# %% [markdown] lang="en"
# <details><summary>Why?</summary>
#
# A gradient of 0 stays 0 however often and however far one steps along it. Leaky relu has the slope 0.01 below 0 (`activation="leaky_relu"`): small, but not nothing, and the bias moves. (Which way is another question. From this start it first goes further down: what the network finds useful is the little that comes through.)
# </details>
#
# ## What comes next
#
# Here one rule turned the knobs, Adam, and we did not ask how. [Notebook 9](09_ways_down_the_hill.ipynb) lets the rules race down the same slopes, and shows what to do when a network learns its examples by heart.

# %% [markdown] lang="zh"
# <details><summary>为什么？</summary>
#
# 梯度是 0，走多少步、步子多大，都还是 0。leaky relu 在 0 以下的斜率是 0.01（`activation="leaky_relu"`）：很小，但不是没有，偏置就动起来了。（往哪边动是另一回事。从这个起点出发，它先是往更低处走：网络觉得有用的，正是漏过来的那一点点。）
# </details>
#
# ## 接下来
#
# 这一页里，拧旋钮的规则是 Adam，我们没有问它怎么拧。[第 9 课](09_ways_down_the_hill.ipynb)让几种规则在同样的坡上赛跑，还会讲网络把样本背下来时该怎么办。
