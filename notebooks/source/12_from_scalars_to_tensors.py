# %% [markdown] lang="en"
# # 12. From scalars to tensors
#
# So far every number was a box of its own. That is the clearest way to see what happens, and the slowest way to compute it: a processor would much rather multiply two matrices. At the end of this page you have watched scalars become a matrix, one and the same loss as a graph of boxes, as a short program of array operations, and on the clock; and you know how the second is made from the first.
#
# You need [the first gradient](01_first_gradient.ipynb), and to know how a matrix is multiplied: each number of the product is a row times a column.

# %% [markdown] lang="zh"
# # 12. 从标量到张量
#
# 到现在为止，每个数都是一个单独的方框。这样看得最清楚，算得也最慢：处理器更愿意一口气乘两个矩阵。读完这一页，你会亲眼看到标量怎样变成矩阵；看到同一个损失的三种样子：一张方框图、一段很短的数组程序、秒表上的时间；还会知道后者是怎么从前者来的。
#
# 需要先读[第一个梯度](01_first_gradient.ipynb)，还要知道矩阵怎么乘：乘积里的每个数，都是一行乘一列。

# %%
import time

import numpy as np

import tinygrad_edu as tg
from tinygrad_edu import Value, nn

# %% [markdown] lang="en"
# ## One loss, written in scalars
#
# A small network, and the hinge loss of one example: max(0, 1 − label × score), label ±1. Nothing here says "matrix". The picture folds the neurons; each is a weighted sum, a bias and a relu.

# %% [markdown] lang="zh"
# ## 用标量写的一个损失
#
# 一个小网络，和一个样本的合页损失（hinge loss）：max(0, 1 − 标签 × 得分)，标签取 ±1。这里没有任何地方写着“矩阵”。图里把神经元折叠了，每一个都是一个加权和、一个偏置、一个 relu。

# %%
model = nn.MLP(2, [3, 1], seed=0)

def loss(x, label):
    return nn.hinge(model(x), label)

tg.draw(loss([0.5, -1.0], 1), collapse=1)

# %% [markdown] lang="en"
# A batch of a hundred examples is a hundred such graphs, which share only the weights. Look at two of them, and compare what is computed, box by box:

# %% [markdown] lang="zh"
# 一百个样本的批次，就是一百张这样的图，共用的只有权重。拿两张出来，一个方框一个方框地比一比各自算了什么：

# %% hidden=true
def operations(x, label):
    return [node.op for node in tg.topological_order(loss(x, label))]

choices = ["the same operations in the same order", "the same operations in another order", "other operations"]
tg.predict(
    "The losses of the examples (0.5, −1) and (−2, 3), both with label −1. What do their graphs have in common?",
    choices[0] if operations([0.5, -1.0], -1) == operations([-2.0, 3.0], -1) else choices[1],
    choices=choices,
    mistakes={
        choices[1]: "For another order the program would have to look at the numbers.",
        choices[2]: "In one of them a relu may be closed. But it is computed all the same.",
    },
    because="The program does not look at the numbers, so it does the same with all of them. Whoever knows one graph knows all hundred.",
)

# %% [markdown] lang="zh" strings=true
# "the same operations in the same order", "the same operations in another order", "other operations" => "运算相同，次序也相同", "运算相同，次序不同", "运算不同"
# "The losses of the examples (0.5, −1) and (−2, 3), both with label −1. What do their graphs have in common?" => "样本 (0.5, −1) 和 (−2, 3) 的损失，标签都是 −1。两张图有什么共同之处？"
# "The program does not look at the numbers, so it does the same with all of them. Whoever knows one graph knows all hundred." => "程序不看数值，所以对谁都做同样的事。看懂一张图，就看懂了一百张。"
# "For another order the program would have to look at the numbers." => "要换次序，程序就得去看数值。"
# "In one of them a relu may be closed. But it is computed all the same." => "其中一个的 relu 也许关着。可它照样要算一遍。"

# %% [markdown] lang="en"
# ## Traced once
#
# So `trace` calls the function a single time, with variables in place of numbers, and writes down what it does:

# %% [markdown] lang="zh"
# ## 只记一遍
#
# 所以 `trace` 只调用函数一次，用变量代替数，把它做的事记下来，这叫**追踪**：

# %%
graph = tg.trace(loss, [0.5, -1.0], 1.0)
graph

# %% [markdown] lang="en"
# The boxes marked *parameter* are shared by all examples; the pointed ones, *input*, and whatever depends on them, differ from example to example. Let us call the first kind *unbatched* and the second *batched*.
#
# ## Scalars that become a matrix
#
# `tg.compile` takes it from there. It is called with many examples at once: the first axis counts them.

# %% [markdown] lang="zh"
# 标着 parameter 的方框是参数，所有样本共用；带尖角、标着 input 的是输入，凡是依赖输入的，每个样本都不一样。我们把前一种叫“不随样本变”的，后一种叫“随样本变”的。
#
# ## 标量变成矩阵
#
# 接下来交给 `tg.compile`。它一次接收许多样本：第一个轴数的是样本。

# %%
data = tg.data.load("moons", n=100, seed=0)
X = np.array(data.X)
labels = 2.0 * np.array(data.y) - 1.0

compiled = tg.compile(loss, model.parameters())
value, gradient = compiled.value_and_grad(X, labels)

# %% [markdown] lang="en"
# The first layer has three neurons, each with two weights and a bias. Written as scalars that is three sums. Where do their nine numbers go?

# %% [markdown] lang="zh"
# 第一层有三个神经元，每个有两个权重和一个偏置。写成标量就是三个和式。这九个数会到哪儿去？

# %% hidden=true
choices = ["9 × 1: a column of all numbers", "3 × 3: a row for each neuron", "3 × 2, and the biases apart"]
tg.predict(
    "As which matrix do the numbers of the first layer enter the product?",
    choices[1],
    choices=choices,
    mistakes={
        choices[0]: "A column would be one sum of nine. There are three sums, each with numbers of its own.",
        choices[2]: "So one may write it by hand. Here the biases come along as a column, and save a step.",
    },
    because="A row for each neuron. The biases are one more column, and the inputs get a row of ones to be multiplied with.",
)

# %% [markdown] lang="zh" strings=true
# "9 × 1: a column of all numbers", "3 × 3: a row for each neuron", "3 × 2, and the biases apart" => "9 × 1：所有数排成一列", "3 × 3：每个神经元一行", "3 × 2，偏置另外放"
# "As which matrix do the numbers of the first layer enter the product?" => "第一层的数是以什么样的矩阵参加乘法的？"
# "A row for each neuron. The biases are one more column, and the inputs get a row of ones to be multiplied with." => "每个神经元一行。偏置是多出来的一列，输入则补上一行 1 和它相乘。"
# "A column would be one sum of nine. There are three sums, each with numbers of its own." => "一列只够做一个九项的和。这里是三个和，各有各的数。"
# "So one may write it by hand. Here the biases come along as a column, and save a step." => "手写时可以这样。这里偏置作为一列跟着走，省了一步。"

# %% name="scalars-become-a-matrix"
tg.plot.matrix_product(compiled)

# %% [markdown] lang="en"
# Above, the three sums as they were written, for one example: a colour for each neuron. Below, the same scalars, each where it went. `0.w.1` is weight 1 of neuron 0. The columns of the middle matrix are the examples, N of them; the pale ones stand for the others. One product, and the first layer is done, for all neurons and all examples.
#
# ## The whole program

# %% [markdown] lang="zh"
# 上面是原来写的三个和式（一个样本），每个神经元一种颜色。下面是同样这些标量，看各自去了哪里。`0.w.1` 是 0 号神经元的 1 号权重。中间那个矩阵的每一列是一个样本，共 N 列；颜色浅的代表其余的样本。一次乘法，第一层就算完了：所有神经元，所有样本。
#
# ## 整个程序

# %%
print(compiled.program)

# %% [markdown] lang="en"
# Read it from the top. `a1` is the product in the picture: `w|b` are the weights with the biases, `[x;1]` the inputs with a row of ones below them. Then `relu` of it, and so on down to the loss, `a7`. `a3` and `a8` are the slopes of the two relus (heaviside is 1 where its argument is above 0). From `a9` on the lines run backward through the network. The last two are the gradients of the weights: a product again, of what flowed back with what had come in. N is the number of examples; where a line has no N, it was summed over them.
#
# The same as a picture:

# %% [markdown] lang="zh"
# 从上往下读。`a1` 就是图里的乘法：`w|b` 是权重连同偏置，`[x;1]` 是输入下面补一行 1。接着对它做 `relu`，一直算到损失 `a7`。`a3` 和 `a8` 是两个 relu 的斜率（heaviside 在自变量大于 0 时是 1）。从 `a9` 起，就是在网络里往回走。最后两行是权重的梯度：又是乘法，把传回来的和当初进去的乘在一起。N 是样本数；哪一行没有 N，就是已经对样本求过和了。
#
# 画成图：

# %%
tg.draw(compiled, direction="TB")

# %% hidden=true
def grown(hidden, length=len):
    net = nn.MLP(2, [hidden, 1], seed=0)
    bigger = tg.compile(lambda x, label: nn.hinge(net(x), label), net.parameters())
    bigger.value_and_grad(X, labels)
    return len(tg.topological_order(nn.hinge(net([0.5, -1.0]), 1))), len(bigger.program)

small, large = grown(3), grown(30)
tg.predict(
    f"With 30 hidden neurons in place of 3 the graph of one example grows from {small[0]} boxes to {large[0]}. The array program had {small[1]} lines. How many has it now?",
    large[1],
    tolerance=0.0,
    mistakes={
        10 * small[1]: "Ten times as many neurons do ten times as much, but all the same: they share each line.",
    },
    because="The matrices grow, the number of lines does not.",
)

# %% [markdown] lang="zh" strings=true
# f"With 30 hidden neurons in place of 3 the graph of one example grows from {small[0]} boxes to {large[0]}. The array program had {small[1]} lines. How many has it now?" => f"隐藏神经元从 3 个变成 30 个，一个样本的图从 {small[0]} 个方框变成 {large[0]} 个。数组程序原来有 {small[1]} 行，现在有几行？"
# "The matrices grow, the number of lines does not." => "矩阵变大了，行数没有变。"
# "Ten times as many neurons do ten times as much, but all the same: they share each line." => "神经元是原来的十倍，事情也是十倍，可做的都一样：每一行是大家共用的。"

# %% [markdown] lang="en"
# Is it right? The scalars have the last word. Here is the gradient by `backward()`, one example after the other:

# %% [markdown] lang="zh"
# 算得对吗？标量说了算。下面是用 `backward()` 一个样本一个样本算出来的梯度：

# %%
total = tg.mean([loss(x, label) for x, label in zip(data.X, labels.tolist(), strict=True)])
model.zero_grad()
total.backward()
by_scalars = np.array([p.grad for p in model.parameters()])
print("value:", value, "and", total.data, "  largest difference of a gradient:", np.abs(gradient - by_scalars).max())

# %% [markdown] lang="zh" strings=true
# "value:" => "损失："
# "and" => "与"
# "  largest difference of a gradient:" => "  梯度的最大差别："

# %% [markdown] lang="en"
# ## How it is done
#
# **1. The derivative of a graph is a graph.** The backward sweep runs over the traced variables, with the rule that each operation brings along. The result is a longer list of scalar equations.
#
# **2. One rule for batches.** A weight is used by every example, so its gradient is the sum over all of them. Wherever something batched flows back into something unbatched, it is summed over the batch there.
#
# **3. Forget how it was written.** `w*x` or `x*w`, bias first or last, a loop or a tree of additions: chains of additions become one flat sum, products in a sum become pairs, pairs are put in a fixed order.
#
# **4. Put together what is alike.** All operations of one kind whose operands are ready run as one array operation. Inner products whose factors form a complete block, every row with every column, are a matrix product.
#
# The third point can be tried. Two writers, two styles:

# %% [markdown] lang="zh"
# ## 是怎么做到的
#
# **一、图的导数还是一张图。** 反向扫描在记下来的变量上走一遍，用的是每种运算自带的规则。结果是一列更长的标量等式。
#
# **二、批次只有一条规则。** 一个权重被每个样本用到，所以它的梯度是所有样本之和。凡是“随样本变”的东西往回流进“不随样本变”的东西，就在那里对样本求和。
#
# **三、忘掉当初是怎么写的。** `w*x` 还是 `x*w`，偏置放前放后，循环相加还是两两相加：连加变成一个平铺的和，和里的乘积变成一对一对，每一对按固定的次序排好。
#
# **四、把一样的放在一起。** 同一种运算，只要操作数都齐了，就作为一次数组运算来做。如果一批内积的因子恰好凑成完整的一块（每一行都配每一列），那就是一次矩阵乘法。
#
# 第三点可以试一试。两个人，两种写法：

# %%
rows = [([Value(0.1 * i - 0.2 * j) for i in range(4)], Value(0.5)) for j in range(3)]

def tidy(x):
    return tg.sum([tg.tanh(tg.dot(w, x) + b) for w, b in rows])

def untidy(x):
    total = 0.0
    for w, b in rows:
        z = -b
        for i in (2, 0, 3, 1):
            z = z - x[i] * w[i]
        total += tg.tanh(-z)
    return total

programs = []
for f in (tidy, untidy):
    written = tg.compile(f, [p for w, b in rows for p in (*w, b)])
    written.value_and_grad(np.ones((5, 4)))
    programs.append(str(written.program))

# %% hidden=true
tg.predict(
    "In how many lines do the two programs differ?",
    sum(a != b for a, b in zip(programs[0].splitlines(), programs[1].splitlines(), strict=True)),
    tolerance=0.0,
    mistakes={
        len(programs[0].splitlines()): "In all of them? They are written differently, but what they compute is the same.",
    },
    because="In none. The signs cancel, the order of the terms is put right, and the loop becomes the same matrix product.",
)

# %% [markdown] lang="zh" strings=true
# "In how many lines do the two programs differ?" => "两段程序有几行不一样？"
# "In none. The signs cancel, the order of the terms is put right, and the loop becomes the same matrix product." => "一行也没有。负号抵消了，各项的次序理顺了，循环也变成了同样的矩阵乘法。"
# "In all of them? They are written differently, but what they compute is the same." => "每行都不一样？写法不同，算的却是同样的东西。"

# %%
print(programs[1])

# %% [markdown] lang="en"
# (The line with `1 − ·²` is the slope of tanh, computed from its result; `p0|p1|…` are the 15 parameters, which have no names here.)

# %% [markdown] lang="zh"
# （带 `1 − ·²` 的那一行是 tanh 的斜率，由它的结果算出；`p0|p1|…` 是那 15 个参数，它们在这里没有名字。）

# %% [markdown] lang="en"
# A convolution slides one small kernel over a row of numbers. Written in scalars it is a loop in a loop. The compiler finds the matrix product in it by itself:

# %% [markdown] lang="zh"
# 卷积是让一个小小的核沿着一排数滑过去。用标量写，就是循环套循环。编译器自己会从里面找出矩阵乘法：

# %%
kernels = [[Value(0.1 * (k + i), f"{name}{i}") for i in range(3)] for k, name in enumerate("pqr")]

def convolution(x):
    return [[tg.dot(kernel, x[t : t + 3]) for t in range(len(x) - 2)] for kernel in kernels]

maps = tg.compile(convolution)
maps(np.ones((5, 7)))
tg.plot.matrix_product(maps)

# %% [markdown] lang="en"
# Three kernels `p`, `q`, `r` of width 3, a row of 7 numbers, 5 places. Each column of the middle matrix is the window that the kernels see at one place. Every kernel stands there *once*, and is used in every column: that is what sharing weights means.
#
# ## What it gains
#
# A network of a more usual size, 2-16-16-1, and the clock. Three ways: scalar by scalar, compiled, and arrays written by hand, as an expert would.

# %% [markdown] lang="zh"
# 三个宽为 3 的核 `p`、`q`、`r`，一排 7 个数，5 个位置。中间矩阵的每一列，是核在某个位置看到的窗口。每个核只写了一次，却用在每一列上：这就是“共享权重”的意思。
#
# ## 快了多少
#
# 换一个大小更平常的网络 2-16-16-1，掐表来看。三种办法：一个标量一个标量地算、编译之后算、像行家那样手写数组。

# %%
model = nn.MLP(2, [16, 16, 1], seed=0)
compiled = tg.compile(loss, model.parameters())
compiled.value_and_grad(X, labels)
theta = np.array([p.data for p in model.parameters()])
ones = np.ones((1, len(X)))
layers = [theta[:48].reshape(16, 3), theta[48:320].reshape(16, 17), theta[320:].reshape(1, 17)]

def by_scalars():
    model.zero_grad()
    for x, label in zip(data.X, labels.tolist(), strict=True):
        loss(x, label).backward(0.01)

def by_hand():
    inputs = [np.vstack([X.T, ones])]
    for W in layers[:-1]:
        inputs.append(np.vstack([np.maximum(W @ inputs[-1], 0.0), ones]))
    delta = -labels * (1.0 - labels * (layers[-1] @ inputs[-1]) > 0.0) / len(X)
    gradients = []
    for W, h in zip(layers[::-1], inputs[::-1], strict=True):
        gradients.append(delta @ h.T)
        delta = (W.T @ delta)[:-1] * (h[:-1] > 0.0)
    return np.concatenate([g.ravel() for g in gradients[::-1]])

def clock(f, seconds=0.5):
    times = []
    while sum(times) < seconds:
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]

ways = {"scalars": by_scalars, "compiled": lambda: compiled.value_and_grad(X, labels, at=theta), "by hand": by_hand}
times = {name: clock(f) for name, f in ways.items()}

# %% [markdown] lang="zh" strings=true
# "scalars" => "标量"
# "compiled" => "编译"
# "by hand" => "手写"

# %% hidden=true
choices = ["2 times as fast", "10 times as fast", "more than 50 times as fast"]
tg.predict(
    "Compiled, against scalar by scalar, for the gradient of a hundred examples:",
    choices[2] if times["scalars"] > 50 * times["compiled"] else choices[1],
    choices=choices,
    mistakes={
        choices[0]: "So it would be if making the boxes cost no more than the arithmetic in them.",
        choices[1]: "A single array operation here does the work of hundreds of nodes.",
    },
    because=f"When this page was run: {times['scalars'] / times['compiled']:.0f} times.",
)

# %% [markdown] lang="zh" strings=true
# "2 times as fast", "10 times as fast", "more than 50 times as fast" => "速度是 2 倍左右", "速度是 10 倍左右", "速度是 50 倍以上"
# "Compiled, against scalar by scalar, for the gradient of a hundred examples:" => "一百个样本的梯度：编译之后的速度，是一个标量一个标量地算的几倍？"
# f"When this page was run: {times['scalars'] / times['compiled']:.0f} times." => f"运行这一页的时候，是 {times['标量'] / times['编译']:.0f} 倍。"
# times["scalars"] => times["标量"]
# times["compiled"] => times["编译"]
# "So it would be if making the boxes cost no more than the arithmetic in them." => "如果造方框并不比里面的算术更费时间，才是这样。"
# "A single array operation here does the work of hundreds of nodes." => "这里的一次数组运算，顶得上几百个节点。"

# %%
for name, seconds in times.items():
    print(f"{name:10}{1e6 * seconds:10.0f} µs")
print("largest difference:", np.abs(by_hand() - compiled.value_and_grad(X, labels)[1]).max())

# %% [markdown] lang="zh" strings=true
# "largest difference:" => "最大差别："

# %% [markdown] lang="en"
# Far faster than scalar by scalar, and in the league of the arrays that an expert would have written; who wrote the loss need not have thought of arrays at all. `fit` does this by itself whenever model and loss can be traced, and says so:

# %% [markdown] lang="zh"
# 比逐个标量快得多，和行家手写的数组在同一个档次；而写损失的人根本不必想到数组。只要模型和损失能被记下来，`fit` 自己就会这么做，并且会告诉你：

# %%
model = nn.MLP(2, [16, 16, 1], seed=0)
history = tg.fit(model, data, epochs=60, progress=False)
print(history.engine)
history

# %% [markdown] lang="en"
# ## Where it ends
#
# A program that decides by looking at a number has no single graph: another number may take another way. The compiler says so, and what to write instead:

# %% [markdown] lang="zh"
# ## 到哪里为止
#
# 看着数值做决定的程序，没有唯一的一张图：换一个数，可能就走另一条路。编译器会直说，还会告诉你该怎么写：

# %%
try:
    tg.compile(lambda x: x if x > 0 else -x)([1.0, -2.0])
except tg.errors.TracedBoolError as error:
    print(error)

tg.compile(lambda x: tg.where(x > 0, x, -x))([1.0, -2.0])

# %% [markdown] lang="en"
# And a graph in which no two scalars do the same at the same time stays what it is: many small operations, one by one.
#
# ## Exercises
#
# **1.** How many more lines does a network of ten hidden layers take than one of nine, forward and backward? Count what each layer needs: a product and a relu on the way there; on the way back the slope of the relu, the product with the transposed weights, the product with that slope, and the gradient of the weights.

# %% [markdown] lang="zh"
# 如果一张图里没有两个标量同时在做同样的事，那它就只能是老样子：许多小运算，一个一个来。
#
# ## 练习
#
# **1.** 十个隐藏层的网络，比九个隐藏层的多几行（前向加反向）？数一数每一层需要什么：去的时候一次乘法、一次 relu；回来的时候 relu 的斜率、和转置权重的乘法、再乘上那个斜率，还有权重的梯度。

# %% hidden=true
def lines(depth):
    net = nn.MLP(2, [4 + k for k in range(depth)] + [1], seed=0)
    deep = tg.compile(lambda x, label: nn.hinge(net(x), label), net.parameters())
    deep.value_and_grad(X, labels)
    return len(deep.program)

tg.predict(
    "With layers of different sizes: how many more lines are there for ten hidden layers than for nine?",
    lines(10) - lines(9),
    tolerance=0.0,
    mistakes={
        2.0: "That is the way there. The way back takes four more.",
        4.0: "That is the way back. The way there takes two more.",
    },
    because="Six. (With layers of equal size it may be five: their weight gradients are then one stack of products.)",
)

# %% [markdown] lang="zh" strings=true
# "With layers of different sizes: how many more lines are there for ten hidden layers than for nine?" => "各层大小都不同：十个隐藏层比九个隐藏层多几行？"
# "Six. (With layers of equal size it may be five: their weight gradients are then one stack of products.)" => "六行。（如果各层一样大，可能只多五行：它们的权重梯度可以叠成一摞，一次乘完。）"
# "That is the way there. The way back takes four more." => "这是去的路。回来还要四行。"
# "That is the way back. The way there takes two more." => "这是回来的路。去的时候还有两行。"

# %% [markdown] lang="en"
# **2.** Four kernels of width 5 slide over a row of 20 numbers. How many numbers does each example's result have?

# %% [markdown] lang="zh"
# **2.** 四个宽为 5 的核滑过一排 20 个数。每个样本的结果有多少个数？

# %% hidden=true
fives = [[Value(1.0) for _ in range(5)] for _ in range(4)]
tg.predict(
    "How many numbers come out?",
    np.size(tg.compile(lambda x: [[tg.dot(k, x[t : t + 5]) for t in range(16)] for k in fives])(np.ones((1, 20)))),
    tolerance=0.0,
    mistakes={
        4 * 20: "At the last four numbers the kernel would stick out: there are 16 places.",
        4 * (20 - 5): "One place too few: the first is place 0, the last place 15.",
        20 - 5 + 1: "That is one kernel. There are four.",
    },
    because="A row for each kernel, a column for each of the 20 − 5 + 1 = 16 places: 4 × 16 = 64.",
)

# %% [markdown] lang="zh" strings=true
# "How many numbers come out?" => "一共出来多少个数？"
# "A row for each kernel, a column for each of the 20 − 5 + 1 = 16 places: 4 × 16 = 64." => "每个核一行，20 − 5 + 1 = 16 个位置各占一列：4 × 16 = 64。"
# "At the last four numbers the kernel would stick out: there are 16 places." => "到最后四个数，核就伸到外面了：只有 16 个位置。"
# "One place too few: the first is place 0, the last place 15." => "少算了一个位置：第一个是 0，最后一个是 15。"
# "That is one kernel. There are four." => "这是一个核的。一共四个。"

# %% [markdown] lang="en"
# **3.** This function cannot be compiled. Write it so that it can, with the same results: (−4, 0.5, 3) should give (−1, 0.5, 1).

# %% [markdown] lang="zh"
# **3.** 这个函数编译不了。把它改写成能编译的样子，结果不变：(−4, 0.5, 3) 应当得到 (−1, 0.5, 1)。

# %%
def limited(x):
    if x > 1.0:
        return 1.0
    return x if x > -1.0 else -1.0

try:
    result = tg.compile(limited)([-4.0, 0.5, 3.0])
    print(result, "right" if result.tolist() == [-1.0, 0.5, 1.0] else "not yet")
except tg.errors.TracedBoolError as error:
    print(error)

# %% [markdown] lang="zh" strings=true
# "right" if => "对了" if
# "not yet" => "还不对"

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# `return tg.where(x > 1.0, 1.0, tg.where(x > -1.0, x, -1.0))`, or shorter `return tg.clip(x, -1.0, 1.0)`.
# </details>
#
# A question to take along: `tg.compile(tg.hessian(f))` works, too. Why?
#
# <details><summary>Answer</summary>
#
# A Hessian (the table of all second derivatives) is computed from Values like anything else, so it can be traced: derivatives are equations of the same kind as what they are derived from.
# </details>
#
# ## What comes next
#
# [Notebook 13](13_confusions.ipynb) collects the questions that people ask about all this. [Notebook 14](14_build_your_own.ipynb) has you build the engine that stands at the beginning.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# `return tg.where(x > 1.0, 1.0, tg.where(x > -1.0, x, -1.0))`，更短的是 `return tg.clip(x, -1.0, 1.0)`。
# </details>
#
# 带走一个问题：`tg.compile(tg.hessian(f))` 也行得通，为什么？
#
# <details><summary>答案</summary>
#
# 海森矩阵（所有二阶导数排成的表）也是用 Value 一步步算出来的，和别的计算没有两样，所以也能被记下来：导数和它的来源是同一类等式。
# </details>
#
# ## 接下来
#
# [第 13 课](13_confusions.ipynb)收集了人们对这一切的疑问。[第 14 课](14_build_your_own.ipynb)让你亲手造出最开头的那个引擎。
