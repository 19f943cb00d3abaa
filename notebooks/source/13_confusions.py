# %% [markdown] lang="en"
# # 13. The confusions page
#
# Twenty-four questions that people ask about backpropagation, each at most a screen long. At the end of this page you can say, for each of them, what is wrong with the usual belief, and show it with an experiment of a few lines.
#
# You need [the first gradient](01_first_gradient.ipynb). The questions stand alone: begin with the one that bothers you. In the code, `node.parents` are what a node was made from, and `node.partials` the local derivatives towards them.
#
# Each has the same five parts: the **belief**, **where it comes from**, a **prediction** that you make before you look, an **experiment** that breaks the belief, and the **right idea** in one sentence.
#
# **What is known about them.** As far as we know, nobody has published an inventory of the misconceptions about backpropagation, as physics has one for Newton's laws (the *Force Concept Inventory*: Hestenes, Wells and Swackhamer, *The Physics Teacher* 30, 1992). This is a first one. It was collected from questions that people really asked: issues of [micrograd](https://github.com/karpathy/micrograd) and of [its lectures](https://github.com/karpathy/nn-zero-to-hero), other repositories, question-and-answer sites. Where we can point to a thread we do. Where we cannot, we say so. How *often* each belief is held, nobody has measured, and neither have we.

# %% [markdown] lang="zh"
# # 13. 答疑页：二十四个常见的误会
#
# 关于反向传播，人们反复在问的二十四个问题，每个最多占一屏。读完这一页，你能说出每个问题里常见的想法错在哪儿，还能用几行代码当场演示给人看。
#
# 需要先读[第一个梯度](01_first_gradient.ipynb)。各题互不依赖：哪个最让你困惑，就从哪个开始。代码里，`node.parents` 是算出这个节点的父节点，`node.partials` 是对它们的局部导数。
#
# 每一题都由五部分组成：**常见的想法**、**它从哪儿来**、先写下来再看的**预测**、戳破它的**实验**，以及一句话的**正解**。
#
# **关于这些误会，我们知道多少。** 据我们所知，还没有人发表过关于反向传播的“误区清单”；物理学里关于牛顿定律倒是有一份（《力学概念量表》，Hestenes、Wells、Swackhamer，*The Physics Teacher* 30，1992）。这一页算是第一份。题目都来自真实的提问：[micrograd](https://github.com/karpathy/micrograd) 和[它的配套课程](https://github.com/karpathy/nn-zero-to-hero)的讨论区、别的代码仓库、问答网站。能给出原帖的，我们给；给不出的，我们直说。每种想法到底有多普遍，没有人统计过，我们也没有。

# %%
import math
import sys

import numpy as np
from IPython.display import display

import tinygrad_edu as tg
from tinygrad_edu import Value, nn

# %% [markdown] lang="en"
# ## A. Order and adding
#
# ### 1. Why a topological order? And why make it anew every time?
#
# **Belief.** A node can hand its gradient to its parents as soon as it has got some. A function that calls itself will do; no sorting is needed.
#
# **From.** The most asked of all. Threads of micrograd: [21](https://github.com/karpathy/micrograd/issues/21), [23](https://github.com/karpathy/micrograd/pull/23), [64](https://github.com/karpathy/micrograd/pull/64), [67](https://github.com/karpathy/micrograd/issues/67), [68](https://github.com/karpathy/micrograd/issues/68), [81](https://github.com/karpathy/micrograd/issues/81), [91](https://github.com/karpathy/micrograd/issues/91), [96](https://github.com/karpathy/micrograd/issues/96). On a tree, where every node is used once, the belief is true; that is why it survives so long. (The recursion of thread 81 is right, because it forgets what it has passed on; but it visits a node once for every path, and paths can double with every step.) The example below is from thread 64.

# %% [markdown] lang="zh"
# ## A. 次序与累加
#
# ### 1. 为什么要拓扑序？为什么每次都重排一遍？
#
# **常见的想法。** 节点一拿到梯度，就可以马上传给父节点。写个递归函数就行，用不着排序。
#
# **从哪儿来。** 这是被问得最多的一题。micrograd 的讨论：[21](https://github.com/karpathy/micrograd/issues/21)、[23](https://github.com/karpathy/micrograd/pull/23)、[64](https://github.com/karpathy/micrograd/pull/64)、[67](https://github.com/karpathy/micrograd/issues/67)、[68](https://github.com/karpathy/micrograd/issues/68)、[81](https://github.com/karpathy/micrograd/issues/81)、[91](https://github.com/karpathy/micrograd/issues/91)、[96](https://github.com/karpathy/micrograd/issues/96)。如果每个节点只用一次（计算图是一棵树），这个想法完全正确，所以它才这么顽固。（第 81 号里的递归其实是对的，因为它传完就忘；但每条路径都要走一遍，而路径的条数可以一步翻一倍。）下面的例子出自第 64 号讨论。

# %%
a = Value(1.0, "a")
b = a + a
b.name = "b"
c = b + b
c.name = "c"

def recursive(node, grads):
    for parent, slope in zip(node.parents, node.partials, strict=True):
        grads[parent] = grads.get(parent, 0.0) + slope * grads[node]
        recursive(parent, grads)
    return grads

# %% hidden=true
tg.predict(
    "c = 4·a, so the gradient of a is 4. What does the recursion find?",
    recursive(c, {c: 1.0})[a],
    mistakes={
        4.0: "That is what it should find. But b hands on before it has all.",
        2.0: "That is after b's first 1. The second is still to come.",
    },
    because="b gets its first 1 and passes it on, twice; then it gets its second 1, holds 2, and passes on all of it again, twice: 1 + 1 + 2 + 2.",
)

# %% [markdown] lang="zh" strings=true
# "c = 4·a, so the gradient of a is 4. What does the recursion find?" => "c = 4·a，所以 a 的梯度是 4。这个递归会算出多少？"
# "b gets its first 1 and passes it on, twice; then it gets its second 1, holds 2, and passes on all of it again, twice: 1 + 1 + 2 + 2." => "b 收到第一个 1，立刻往下传两次；接着收到第二个 1，手里有 2，又把这 2 全部往下传两次：1 + 1 + 2 + 2。"
# "That is what it should find. But b hands on before it has all." => "该得到的是这个数。可 b 没收齐就往下传了。"
# "That is after b's first 1. The second is still to come." => "这是 b 收到第一个 1 之后。第二个还没来。"

# %%
tg.play(c, order="recursive")  # the mistake, step by step: b passes on before all has arrived

# %% [markdown] lang="zh" strings=true
# # the mistake, step by step: b passes on before all has arrived => # 一步一步看这个错误：还没到齐，b 就往下传了

# %%
tg.play(c)  # the right walk: both contributions arrive before b passes anything on

# %% [markdown] lang="zh" strings=true
# # the right walk: both contributions arrive before b passes anything on => # 正确的走法：两份贡献都到齐了，b 才往下传

# %% [markdown] lang="en"
# And kept from step to step ([92](https://github.com/karpathy/micrograd/issues/92))? The next step makes *new* nodes. Of the old order only the leaf is still there:

# %% [markdown] lang="zh"
# 那能不能把次序留到下一步接着用（[92](https://github.com/karpathy/micrograd/issues/92)）？下一步产生的全是新节点，旧的次序里只剩叶节点还在：

# %%
w = Value(0.5, "w")
first, second = (tg.topological_order(tg.tanh(w * x)) for x in (1.0, 2.0))
[node.name for node in first if node in second]

# %% [markdown] lang="en"
# **Right idea.** A node may pass its gradient on only when all of it has arrived; a topological order guarantees that, and it belongs to one graph, so a new graph needs a new order (unless all graphs have one shape: then one can be kept, which is what [compiling](12_from_scalars_to_tensors.ipynb) does).

# %% [markdown] lang="zh"
# **正解。** 节点要等梯度全部到齐才能往下传，拓扑序保证了这一点；次序属于某一张图，换了图就要重排（除非所有的图形状都一样，那就可以只排一次，这正是[编译](12_from_scalars_to_tensors.ipynb)所做的事）。

# %% [markdown] lang="en"
# ### 2. Why `+=` and not `=`?
#
# **Belief.** A gradient is *the* slope of a node, one number. One sets it.
#
# **From.** The lecture itself: its notebook says of one line that the video had `=` where `+=` belongs (quoted in [nn-zero-to-hero 52](https://github.com/karpathy/nn-zero-to-hero/issues/52)). With every node used once nobody can tell the two apart.

# %% [markdown] lang="zh"
# ### 2. 为什么是 `+=`，不是 `=`？
#
# **常见的想法。** 梯度不就是一个节点的斜率吗？一个数而已，赋值就完了。
#
# **从哪儿来。** 连原课程都栽过：配套笔记里有一行注明，视频里写成了 `=`，应当是 `+=`（见 [nn-zero-to-hero 52](https://github.com/karpathy/nn-zero-to-hero/issues/52) 的引文）。只要每个节点只用一次，谁也看不出两者的差别。

# %%
a, b = Value(2.0, "a"), Value(3.0, "b")
y = a * b + a
y.name = "y"

def sweep(root, adds):
    grads = {root: 1.0}
    for node in reversed(tg.topological_order(root)):
        for parent, slope in zip(node.parents, node.partials, strict=True):
            grads[parent] = (grads.get(parent, 0.0) if adds else 0.0) + slope * grads[node]
    return grads

# %% hidden=true
tg.predict(
    "y = a·b + a with a = 2, b = 3. The gradient of a is b + 1 = 4. What is it if the sweep sets (=) in place of adding (+=)?",
    sweep(y, adds=False)[a],
    mistakes={
        4.0: "That is the sum, by +=.",
        1.0: "That came first, from the sum. The product comes after it, and overwrites it.",
    },
    because="a first gets 1 from the sum, then 3 from the product. Setting keeps only what came last.",
)

# %% [markdown] lang="zh" strings=true
# "y = a·b + a with a = 2, b = 3. The gradient of a is b + 1 = 4. What is it if the sweep sets (=) in place of adding (+=)?" => "y = a·b + a，a = 2，b = 3，a 的梯度是 b + 1 = 4。如果扫描时用 = 赋值，而不是用 += 累加，会得到多少？"
# "a first gets 1 from the sum, then 3 from the product. Setting keeps only what came last." => "a 先从加法得到 1，再从乘法得到 3。赋值只留下最后来的那一份。"
# "That is the sum, by +=." => "这是用 += 加出来的和。"
# "That came first, from the sum. The product comes after it, and overwrites it." => "这是先来的，来自加法。后来的乘法把它覆盖了。"

# %% [markdown] lang="en"
# Do it yourself. Write `=` for `+=` somewhere, and you are told:

# %% [markdown] lang="zh"
# 自己走一遍。如果你把 `+=` 算成了 `=`，它会认出来：

# %%
tg.practice(y)

# %% [markdown] lang="en"
# **Right idea.** A number that is used in two places acts on the result in two ways, and turning it does both at once: the effects add.

# %% [markdown] lang="zh"
# **正解。** 一个数用在两处，就通过两条路影响结果；拧它一下，两条路同时起作用，效果相加。

# %% [markdown] lang="en"
# ### 3. Why `zero_grad`, and what happens without?
#
# **Belief.** `backward()` computes the gradients anew each time, so nothing needs to be cleared. Or: without it learning only becomes a little worse.
#
# **From.** “Why do we need to call zero_grad() in PyTorch?” is a classic of Stack Overflow; [micrograd 25](https://github.com/karpathy/micrograd/issues/25). In [aihwkit 446](https://github.com/IBM/aihwkit/issues/446) an example left it out: its loss falls, and then climbs again.

# %% [markdown] lang="zh"
# ### 3. 为什么要 `zero_grad`？忘了会怎样？
#
# **常见的想法。** `backward()` 每次都会把梯度重新算一遍，没什么要清的。或者：忘了顶多学得差一点。
#
# **从哪儿来。** “Why do we need to call zero_grad() in PyTorch?” 是 Stack Overflow 上的经典提问；[micrograd 25](https://github.com/karpathy/micrograd/issues/25)。[aihwkit 446](https://github.com/IBM/aihwkit/issues/446) 的一个示例漏了这一步：损失先降下去，后来又爬了上来。

# %%
def descend(zeroing, updates=60, rate=0.1):
    w, path = Value(0.0, "w"), []
    for _ in range(updates):
        path.append(w.data)
        if zeroing:
            tg.zero_grad([w])
        ((w - 3.0) ** 2).backward()
        w.data -= rate * w.grad
    return path

# %% hidden=true
choices = ["it creeps to 3, only slower", "it swings around 3 and does not come to rest", "it stands still at 0"]
tg.predict(
    "The loss is (w − 3)². The gradient is never zeroed. What does w do?",
    choices[1],
    choices=choices,
    mistakes={
        choices[0]: "Slower? The old gradients are added to each new one: the steps become longer.",
        choices[2]: "The first gradient is −6, and it is not lost: w sets off.",
    },
    because="The sum of all old gradients is a velocity without friction: w swings like a mass on a spring.",
)

# %% [markdown] lang="zh" strings=true
# "it creeps to 3, only slower", "it swings around 3 and does not come to rest", "it stands still at 0" => "慢慢挪到 3，只是慢一些", "在 3 的两边摆来摆去，停不下来", "停在 0 不动"
# "The loss is (w − 3)². The gradient is never zeroed. What does w do?" => "损失是 (w − 3)²，梯度从不清零。w 会怎么走？"
# "The sum of all old gradients is a velocity without friction: w swings like a mass on a spring." => "旧梯度的总和就像没有摩擦的速度：w 像弹簧上的小球一样来回摆。"
# "Slower? The old gradients are added to each new one: the steps become longer." => "更慢？旧梯度都加进了新的一步：步子越来越大。"
# "The first gradient is −6, and it is not lost: w sets off." => "第一个梯度是 −6，没有丢：w 这就动身了。"

# %%
tg.plot.lines({"zero_grad": descend(True), "no zero_grad": descend(False)}, x="update", y="w")

# %% [markdown] lang="zh" strings=true
# "no zero_grad" => "没有 zero_grad"
# "update" => "更新次数"

# %% [markdown] lang="en"
# **Right idea.** Leaves keep what they are given, so that several examples can add up; when a new sum begins is for you to say, and `zero_grad` says it.

# %% [markdown] lang="zh"
# **正解。** 叶节点会把收到的梯度攒着，好让几个样本加在一起；新的一轮从哪儿算起，要由你来说，`zero_grad` 说的就是这句话。

# %% [markdown] lang="en"
# ### 4. Why is the second `backward()` wrong in some engines?
#
# **Belief.** Calling it twice gives twice the gradient, in every engine.
#
# **From.** micrograd [53](https://github.com/karpathy/micrograd/issues/53), [63](https://github.com/karpathy/micrograd/pull/63), [102](https://github.com/karpathy/micrograd/pull/102). The example is that of thread 53.

# %% [markdown] lang="zh"
# ### 4. 为什么有些引擎里第二次 `backward()` 就错了？
#
# **常见的想法。** 调用两次，梯度就是两倍，哪个引擎都一样。
#
# **从哪儿来。** micrograd [53](https://github.com/karpathy/micrograd/issues/53)、[63](https://github.com/karpathy/micrograd/pull/63)、[102](https://github.com/karpathy/micrograd/pull/102)。例子取自第 53 号。

# %%
a, b, d = Value(3.0, "a"), Value(2.0, "b"), Value(1.0, "d")
c = a + b
e = c * d
kept, after = dict.fromkeys(tg.topological_order(e), 0.0), []
for _ in range(2):
    kept[e] = 1.0
    for node in reversed(tg.topological_order(e)):
        for parent, slope in zip(node.parents, node.partials, strict=True):
            kept[parent] += slope * kept[node]
    after.append(kept[a])

# %% hidden=true
tg.predict(
    "e = (a + b)·d with d = 1, so a's gradient is 1. An engine keeps the old gradients of ALL nodes. What does it say of a after the second backward?",
    after[1],
    mistakes={
        2.0: "That is right, and what one gets if only leaves keep their gradients.",
        1.0: "That is after the first. The second adds to it.",
    },
    because="c still holds the 1 of the first time. The second time it gets another 1, and passes on 2: a has 1 + 2.",
)

# %% [markdown] lang="zh" strings=true
# "e = (a + b)·d with d = 1, so a's gradient is 1. An engine keeps the old gradients of ALL nodes. What does it say of a after the second backward?" => "e = (a + b)·d，d = 1，所以 a 的梯度是 1。某个引擎把所有节点的旧梯度都留着。第二次 backward 之后，它说 a 的梯度是多少？"
# "c still holds the 1 of the first time. The second time it gets another 1, and passes on 2: a has 1 + 2." => "c 手里还留着第一次的 1，第二次又来一个 1，于是往下传了 2：a 得到 1 + 2。"
# "That is right, and what one gets if only leaves keep their gradients." => "这是对的结果，前提是只有叶节点留着梯度。"
# "That is after the first. The second adds to it." => "这是第一次之后。第二次要加上去。"

# %%
for time in (1, 2):
    e.backward()
    print(f"{time}:  a.grad = {a.grad}   c.grad = {c.grad}   all kept: {after[time - 1]}")

# %% [markdown] lang="zh" strings=true
# all kept: => 全部保留的引擎：

# %% [markdown] lang="en"
# **Right idea.** Leaves may add up over calls; a node in the middle must start afresh with each sweep, or it hands down the same blame again. (In a training loop one does not notice: the nodes in the middle are new each time.)

# %% [markdown] lang="zh"
# **正解。** 叶节点可以跨调用累加；中间节点每次扫描都必须从零开始，否则旧账会再往下传一遍。（训练循环里看不出来，因为每次的中间节点都是新的。）

# %% [markdown] lang="en"
# ### 5. Why does the picture show gradient 0 before `backward`?
#
# **Belief.** The gradient 0 in the picture is the gradient.
#
# **From.** nn-zero-to-hero [40](https://github.com/karpathy/nn-zero-to-hero/issues/40), [80](https://github.com/karpathy/nn-zero-to-hero/pull/80): the lecture's drawing shows zeros everywhere, and people miss a call of `backward()`.

# %% [markdown] lang="zh"
# ### 5. 还没 `backward`，图上的梯度为什么是 0？
#
# **常见的想法。** 图上写着梯度 0，那梯度就是 0。
#
# **从哪儿来。** nn-zero-to-hero [40](https://github.com/karpathy/nn-zero-to-hero/issues/40)、[80](https://github.com/karpathy/nn-zero-to-hero/pull/80)：课程里的图到处是 0，有人以为漏写了 `backward()`。

# %%
w, x, b = Value(-1.0, "w"), Value(2.0, "x"), Value(0.5, "b")
y = tg.relu(w * x) + b
tg.draw(y)

# %%
y.backward()

# %% hidden=true
tg.predict(
    "Above, every gradient is still “–”: not asked for. After backward, how many of the three leaves have a gradient that really is 0?",
    sum(p.grad == 0.0 for p in (w, x, b)),
    mistakes={
        3.0: "“–” was on all three. But b is added after the relu, and gets 1.",
        0.0: "w·x is −2, so the relu is closed, and w and x lie behind it.",
    },
    because="relu is closed, so nothing passes it to w and x. b gets 1.",
)

# %% [markdown] lang="zh" strings=true
# "Above, every gradient is still “–”: not asked for. After backward, how many of the three leaves have a gradient that really is 0?" => "上图里每个梯度都还是“–”：还没人问过。backward 之后，三个叶节点里有几个的梯度真的是 0？"
# "relu is closed, so nothing passes it to w and x. b gets 1." => "relu 关着，什么也传不到 w 和 x。b 得到 1。"
# "“–” was on all three. But b is added after the relu, and gets 1." => "三个上面都是“–”。可 b 是在 relu 之后加上的，得到 1。"
# "w·x is −2, so the relu is closed, and w and x lie behind it." => "w·x 是 −2，relu 关着，而 w 和 x 在它后面。"

# %%
tg.draw(y)

# %% [markdown] lang="en"
# **Right idea.** “Nobody has asked yet” and “turning this changes nothing” are different things; `grad` begins as 0 because sums begin at 0.

# %% [markdown] lang="zh"
# **正解。** “还没人问”和“拧它没有用”是两回事；`grad` 一开始是 0，只因为累加要从 0 开始。

# %% [markdown] lang="en"
# ## B. Kinks and dead units
#
# ### 6. What is the slope of relu at 0, and does it matter?
#
# **Belief.** Two beliefs: “there is none, so it must not be used”, and “any number from 0 to 1 will do”.
#
# **From.** [TensorFlow Playground 19](https://github.com/tensorflow/playground/issues/19), [a question on Cross Validated](https://stats.stackexchange.com/questions/333394/what-is-the-derivative-of-the-relu-activation-function).

# %% [markdown] lang="zh"
# ## B. 折点与死神经元
#
# ### 6. relu 在 0 处的斜率是多少？要紧吗？
#
# **常见的想法。** 有两种：“那里没有斜率，所以不能用”；“0 到 1 之间随便取一个就行”。
#
# **从哪儿来。** [TensorFlow Playground 19](https://github.com/tensorflow/playground/issues/19)、[Cross Validated 上的提问](https://stats.stackexchange.com/questions/333394/what-is-the-derivative-of-the-relu-activation-function)。

# %% hidden=true
tg.predict(
    "relu(x) − relu(−x) is just x, with slope 1 everywhere. Which slope does the engine give at x = 0, if relu'(0) = 0?",
    tg.grad(lambda x: tg.relu(x) - tg.relu(-x))(0.0),
    mistakes={
        1.0: "So it is on paper. The engine does not see the whole formula, only one operation at a time.",
    },
    because="Both relus are told to have slope 0 there, so the difference has 0. With ½ it would come out right, and then relu(x) − relu(relu(x)), which is 0 everywhere, would get ¼: no convention is right for every formula.",
)

# %% [markdown] lang="zh" strings=true
# "relu(x) − relu(−x) is just x, with slope 1 everywhere. Which slope does the engine give at x = 0, if relu'(0) = 0?" => "relu(x) − relu(−x) 其实就是 x，处处斜率为 1。如果规定 relu'(0) = 0，引擎在 x = 0 处会给出多少？"
# "Both relus are told to have slope 0 there, so the difference has 0. With ½ it would come out right, and then relu(x) − relu(relu(x)), which is 0 everywhere, would get ¼: no convention is right for every formula." => "两个 relu 在这里都被规定斜率为 0，差的斜率也就是 0。取 ½ 这道题倒是对了，可是恒等于 0 的 relu(x) − relu(relu(x)) 就会得到 ¼：没有哪个约定对所有公式都对。"
# "So it is on paper. The engine does not see the whole formula, only one operation at a time." => "纸上是这样。可引擎看不见整个公式，一次只看一个运算。"

# %% [markdown] lang="en"
# Does it matter? Count how often a neuron's sum is exactly 0, over 200 examples and 16 random neurons:

# %% [markdown] lang="zh"
# 要紧吗？数一数：200 个样本、16 个随机神经元，加权和恰好等于 0 的有几次：

# %%
model, data = nn.MLP(2, [16, 1], seed=0), tg.data.load("moons", n=200, seed=0)
neurons = model.layers[0].neurons
sums = [tg.dot([p.data for p in n.w], x) + n.b.data for n in neurons for x in data.X]
len(sums), sum(z == 0.0 for z in sums), min(abs(z) for z in sums)

# %% [markdown] lang="en"
# Never in 3,200. It is another matter with fewer digits: Bertoin and others (*Numerical influence of ReLU'(0) on backpropagation*, NeurIPS 2021) report that with 32 bits the choice changes gradients of large networks about half of the time, with 16 bits always, and with 64 bits not.
#
# **Right idea.** At a kink there is no slope but a convention (here, as in PyTorch, 0); it matters where sums hit 0 exactly, as with weights or inputs that are all zero, or with few digits.

# %% [markdown] lang="zh"
# 3200 次里一次也没有。位数少的时候就不一样了：Bertoin 等人（*Numerical influence of ReLU'(0) on backpropagation*，NeurIPS 2021）报告说，32 位精度下，这个取值大约有一半的时候会改变大网络的梯度，16 位下总是会，64 位下不会。
#
# **正解。** 折点处没有斜率，只有约定（这里和 PyTorch 一样取 0）；只有当加权和恰好等于 0 时才要紧，例如权重或输入全是 0，或者位数太少。

# %% [markdown] lang="en"
# ### 7. Does relu kill the gradient for ever?
#
# **Belief.** A relu whose input is once below 0 never comes back.
#
# **From.** Lecture notes say that such units can *die* (“irreversibly”), and that is true of some. Readers take it for all.

# %% [markdown] lang="zh"
# ### 7. relu 会让梯度永远断掉吗？
#
# **常见的想法。** relu 的输入只要有一次小于 0，它就再也回不来了。
#
# **从哪儿来。** 讲义里说这种神经元会“死掉”（“不可逆”）。有些确实如此，读者却以为个个如此。

# %%
w, outputs = Value(0.5, "w"), []
for _ in range(10):
    t = w * 1.0
    h = tg.relu(t - 1.0)
    outputs.append(h.data)
    tg.zero_grad([w])
    ((h + t - 3.0) ** 2).backward()
    w.data -= 0.1 * w.grad

# %% hidden=true
tg.predict(
    "h = relu(w − 1), and the prediction is h + w. At w = 0.5 the relu is closed. After how many updates is h above 0?",
    next(i for i, out in enumerate(outputs) if out > 0.0),
    tolerance=0.0,
    mistakes={
        1.0: "After one, w is 1: just at the kink, where h is still 0.",
        0.0: "At the start w − 1 is −0.5, and relu makes 0 of it.",
    },
    because="The gradient that does not pass the relu reaches w by the other way. w moves, and opens the relu from outside.",
)

# %% [markdown] lang="zh" strings=true
# "h = relu(w − 1), and the prediction is h + w. At w = 0.5 the relu is closed. After how many updates is h above 0?" => "h = relu(w − 1)，预测值是 h + w。w = 0.5 时 relu 关着。更新几次之后 h 会大于 0？"
# "The gradient that does not pass the relu reaches w by the other way. w moves, and opens the relu from outside." => "过不了 relu 的梯度，会从另一条路到达 w。w 一动，就从外面把 relu 打开了。"
# "After one, w is 1: just at the kink, where h is still 0." => "更新一次之后 w 是 1：正好在折点上，h 还是 0。"
# "At the start w − 1 is −0.5, and relu makes 0 of it." => "一开始 w − 1 是 −0.5，relu 把它变成 0。"

# %%
tg.plot.lines({"h": outputs}, at=range(10), x="update", y="h")

# %% [markdown] lang="zh" strings=true
# "update" => "更新次数"

# %% [markdown] lang="en"
# And one that is really dead: silent on *every* example, with nothing below it that could move.

# %% [markdown] lang="zh"
# 再看一个真死的：对每个样本都不出声，下面也没有别的东西能动。

# %%
w, b = Value(1.0, "w"), Value(-9.0, "b")
loss = tg.mean([(tg.relu(w * x + b) - target) ** 2 for x, target in [(1.0, 2.0), (3.0, 1.0), (5.0, 4.0)]])
loss.backward()
w.grad, b.grad

# %% [markdown] lang="en"
# **Right idea.** relu closes for one example at a time; a unit is dead only if it is closed for all of them, and then only until something below it moves.

# %% [markdown] lang="zh"
# **正解。** relu 是对一个个样本关的；只有对所有样本都关着才叫死，而且也只死到它下面有东西动起来为止。

# %% [markdown] lang="en"
# ### 8. How does a gradient pass through max pooling, and through a batch?
#
# **Belief.** Maximum is a choice and not a formula, so it has no derivative. And a batch has one gradient, of its average picture.
#
# **From.** Question-and-answer sites: for example [how 2D max pooling passes gradients on](https://stats.stackexchange.com/questions/414301/2d-max-pool-gradient-propagation). For the batch we know no single thread.

# %% [markdown] lang="zh"
# ### 8. 梯度怎么穿过最大池化？怎么穿过一个批次？
#
# **常见的想法。** 取最大是“挑一个”，不是公式，哪来的导数。批次嘛，就是对“平均样本”求一个梯度。
#
# **从哪儿来。** 问答网站，例如[二维最大池化怎么传梯度](https://stats.stackexchange.com/questions/414301/2d-max-pool-gradient-propagation)。关于批次，我们没有找到专门的帖子。

# %%
x1, x2, x3 = Value(0.2, "x1"), Value(0.9, "x2"), Value(0.7, "x3")
y = tg.max([x1, x2, x3])
y.backward()

# %% hidden=true
tg.predict(
    "y is the largest of 0.2, 0.9, 0.7. What is the gradient of the 0.7?",
    x3.grad,
    mistakes={
        1.0: "That is the winner's, of 0.9.",
        1 / 3: "So it is for a mean. The maximum listens to one alone.",
        0.7: "That is its value.",
    },
    because="A small turn of the 0.7 leaves the largest as it is. The winner gets all: slope 1.",
)

# %% [markdown] lang="zh" strings=true
# "y is the largest of 0.2, 0.9, 0.7. What is the gradient of the 0.7?" => "y 是 0.2、0.9、0.7 中最大的。0.7 的梯度是多少？"
# "A small turn of the 0.7 leaves the largest as it is. The winner gets all: slope 1." => "把 0.7 拧一点点，最大的还是原来那个。赢家通吃：斜率为 1。"
# "That is the winner's, of 0.9." => "那是赢家 0.9 的。"
# "So it is for a mean. The maximum listens to one alone." => "取平均才是这样。取最大只听一个的。"
# "That is its value." => "这是它的数值。"

# %% [markdown] lang="en"
# Turn `x3` past 0.9 and see the gradient change hands:

# %% [markdown] lang="zh"
# 把 `x3` 拧到 0.9 以上，看梯度怎么易主：

# %%
tg.play(y)

# %% [markdown] lang="en"
# A batch is simpler still: its loss is a mean, and the slope of a mean of three is ⅓ towards each. Three examples, one weight:

# %% [markdown] lang="zh"
# 批次更简单：批次的损失是平均值，三个数的平均对每个数的斜率都是 ⅓。三个样本，一个权重：

# %%
w, examples = Value(1.0, "w"), [(1.0, 2.0), (2.0, 2.0), (3.0, 9.0)]
one_by_one = [tg.grad(lambda w, x=x, t=t: (w * x - t) ** 2)(1.0) for x, t in examples]
tg.mean([(w * x - t) ** 2 for x, t in examples]).backward()
x, t = 2.0, 13.0 / 3.0
print("each:", one_by_one, "  batch:", w.grad, "  average example:", round(tg.grad(lambda w: (w * x - t) ** 2)(1.0), 3))

# %% [markdown] lang="zh" strings=true
# "each:" => "各自："
# "  batch:" => "  批次："
# "  average example:" => "  平均样本："

# %% [markdown] lang="en"
# **Right idea.** Maximum passes the gradient to the winner (a tie is shared equally, by convention); a batch's gradient is the mean of its examples' gradients, not the gradient of a mean example.

# %% [markdown] lang="zh"
# **正解。** 取最大把梯度全给赢家（并列时平分，这是约定）；批次的梯度是各样本梯度的平均，不是“平均样本”的梯度。

# %% [markdown] lang="en"
# ## C. Parameters
#
# ### 9. Why does b vanish in ∂z/∂w?
#
# **Belief.** In z = w·x + b the derivative by w is x. So b has no say in how w learns.
#
# **From.** A question of first courses; we know no single thread to point to. The first sentence is right, and the second does not follow.

# %% [markdown] lang="zh"
# ## C. 参数
#
# ### 9. ∂z/∂w 里的 b 去哪儿了？
#
# **常见的想法。** z = w·x + b 对 w 求导得 x，所以 w 怎么学，b 说不上话。
#
# **从哪儿来。** 入门课上常有人问；我们没有找到可以引用的帖子。前半句对，后半句推不出来。

# %%
def slope_towards_w(b):
    return tg.grad(lambda w: tg.tanh(w * 2.0 + b))(0.5)

# %% hidden=true
choices = ["smaller", "the same", "larger"]
tg.predict(
    "y = tanh(w·x + b) with w = 0.5, x = 2. Turn b from −1 to 1. What becomes of ∂y/∂w?",
    choices[0] if slope_towards_w(1.0) < slope_towards_w(-1.0) else choices[2],
    choices=choices,
    mistakes={
        choices[1]: "∂z/∂w is the same. But z goes on into tanh, and there b has a say.",
        choices[2]: "z moves from 0 to 2, away from where tanh is steep.",
    },
    because="∂z/∂w stays x = 2. But tanh is steep at z = 0 (slope 1) and flat at z = 2 (slope 0.07), and b decides where on it one stands.",
)

# %% [markdown] lang="zh" strings=true
# "smaller", "the same", "larger" => "变小", "不变", "变大"
# "y = tanh(w·x + b) with w = 0.5, x = 2. Turn b from −1 to 1. What becomes of ∂y/∂w?" => "y = tanh(w·x + b)，w = 0.5，x = 2。把 b 从 −1 拧到 1，∂y/∂w 会怎样？"
# "∂z/∂w stays x = 2. But tanh is steep at z = 0 (slope 1) and flat at z = 2 (slope 0.07), and b decides where on it one stands." => "∂z/∂w 一直是 x = 2。但 tanh 在 z = 0 处很陡（斜率 1），在 z = 2 处很平（斜率 0.07），站在哪儿由 b 决定。"
# "∂z/∂w is the same. But z goes on into tanh, and there b has a say." => "∂z/∂w 不变。可 z 还要进 tanh，在那里 b 说得上话。"
# "z moves from 0 to 2, away from where tanh is steep." => "z 从 0 移到 2，离开了 tanh 陡的地方。"

# %% [markdown] lang="en"
# Turn the knob `b`. The number on the arrow from `w` stays 2; the gradient of `w` does not:

# %% [markdown] lang="zh"
# 拧一拧旋钮 `b`。从 `w` 出来的箭头上一直是 2，`w` 的梯度却在变：

# %%
w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-1.0, "b")
z = w * x + b
z.name = "z"
tg.play(tg.tanh(z))

# %% [markdown] lang="en"
# **Right idea.** A local derivative says how one step reacts to one operand with all others held still; what the others *are* comes in through the later steps.

# %% [markdown] lang="zh"
# **正解。** 局部导数说的是：别的都不动，这一步对某一个自变量怎么反应；别的数是多少，要通过后面的步骤才起作用。

# %% [markdown] lang="en"
# ### 10. What is the bias for?
#
# **Belief.** The weights do the work; the bias is an ornament.
#
# **From.** “What is the role of the bias in neural networks?” is a classic of Stack Overflow; the asker could not get AND to work without one.

# %% [markdown] lang="zh"
# ### 10. 偏置有什么用？
#
# **常见的想法。** 干活的是权重，偏置只是点缀。
#
# **从哪儿来。** “What is the role of the bias in neural networks?” 是 Stack Overflow 上的经典提问；提问的人不加偏置，怎么也学不会“与”运算（AND）。

# %%
AND = [((0.0, 0.0), -1.0), ((0.0, 1.0), -1.0), ((1.0, 0.0), -1.0), ((1.0, 1.0), 1.0)]

def right(w1, w2, b=0.0):
    return sum(label * (w1 * x1 + w2 * x2 + b) > 0.0 for (x1, x2), label in AND)

# %% hidden=true
tg.predict(
    "AND: answer + for (1, 1) and − for (0, 0), (0, 1), (1, 0), by the sign of w1·x1 + w2·x2. How many of the four can one get right at best?",
    max(right(math.cos(k / 100), math.sin(k / 100)) for k in range(629)),
    tolerance=0.0,
    mistakes={
        4.0: "With a bias one can. Without, (0, 0) gets no answer.",
        3.0: "For (0, 1) and (1, 0) both weights have to be negative, for (1, 1) their sum positive: not all three.",
    },
    because="At (0, 0) the sum is 0 whatever the weights: no answer. Of the other three at most two: if both w are negative, so is w1 + w2.",
)

# %% [markdown] lang="zh" strings=true
# "AND: answer + for (1, 1) and − for (0, 0), (0, 1), (1, 0), by the sign of w1·x1 + w2·x2. How many of the four can one get right at best?" => "AND：按 w1·x1 + w2·x2 的正负作答，(1, 1) 应为 +，(0, 0)、(0, 1)、(1, 0) 应为 −。四个里最多能答对几个？"
# "At (0, 0) the sum is 0 whatever the weights: no answer. Of the other three at most two: if both w are negative, so is w1 + w2." => "在 (0, 0) 处，不管权重是多少，和都是 0，等于没答。另外三个最多对两个：两个 w 都是负的，w1 + w2 也就是负的。"
# "With a bias one can. Without, (0, 0) gets no answer." => "有偏置才行。没有偏置，(0, 0) 就没有答案。"
# "For (0, 1) and (1, 0) both weights have to be negative, for (1, 1) their sum positive: not all three." => "(0, 1) 和 (1, 0) 要两个权重都是负的，(1, 1) 又要它们的和是正的：三个不能全对。"

# %%
for settings in ([(0.5, 0), (1, 0), (3, 0)], [(1, 2), (1, 0), (1, -2)]):
    curves = {f"w = {w:g}, b = {b:g}": lambda x, w=w, b=b: tg.tanh(w * x + b) for w, b in settings}
    display(tg.plot.curve(curves, -4.0, 4.0))
print("with w = (1, 1) and b = −1.5:", right(1.0, 1.0, -1.5), "of 4")

# %% [markdown] lang="zh" strings=true
# "with w = (1, 1) and b = −1.5:" => "取 w = (1, 1)、b = −1.5："
# "of 4" => "（共 4 个）"

# %% [markdown] lang="en"
# **Right idea.** Weights turn and stretch a neuron's response, the bias moves it: without it every neuron answers 0 to the input 0, and every boundary goes through the origin.

# %% [markdown] lang="zh"
# **正解。** 权重让神经元的反应转向、变陡，偏置让它平移：没有偏置，输入 0 就只能答 0，所有的决策边界都得穿过原点。

# %% [markdown] lang="en"
# ### 11. Why not only linear activations?
#
# **Belief.** More layers are more power; the curved function between them is a detail (and costs time).
#
# **From.** “Why must a nonlinear activation function be used in a backpropagation neural network?”, another classic of Stack Overflow.

# %% [markdown] lang="zh"
# ### 11. 只用线性激活行不行？
#
# **常见的想法。** 层数多就厉害；层与层之间那个弯曲的函数只是细节（还费时间）。
#
# **从哪儿来。** Stack Overflow 上的另一个经典：“Why must a nonlinear activation function be used in a backpropagation neural network?”

# %%
straight = nn.MLP(2, [8, 8, 1], activation="linear", seed=0)
curved = nn.MLP(2, [8, 8, 1], activation="tanh", seed=0)
points = [[0.0, 0.0], [1.0, -1.0], [3.0, 2.0]]
slopes = {}
for name, net in (("linear", straight), ("tanh", curved)):
    slopes[name] = [round(tg.grad(net)(p)[0].data, 3) for p in points]

# %% hidden=true
tg.predict(
    "Three layers, all linear, random weights. The slope of the output towards the first input is measured at three points. How many different numbers come out?",
    len(set(slopes["linear"])),
    tolerance=0.0,
    mistakes={
        3.0: "So it is with a bend between the layers.",
    },
    because="A straight function of a straight function is straight: one slope everywhere. Three layers are one.",
)

# %% [markdown] lang="zh" strings=true
# "Three layers, all linear, random weights. The slope of the output towards the first input is measured at three points. How many different numbers come out?" => "三层，全是线性的，权重随机。在三个点上量输出对第一个输入的斜率，会量出几个不同的数？"
# "A straight function of a straight function is straight: one slope everywhere. Three layers are one." => "直的套直的还是直的：处处同一个斜率。三层等于一层。"
# "So it is with a bend between the layers." => "层与层之间有弯，才是这样。"

# %%
circles = tg.data.load("circles", n=200, seed=0)
for net in (straight, curved):
    tg.fit(net, circles, epochs=60, seed=0, progress=False)
print(slopes, "  accuracy on circles:", tg.accuracy(straight, circles), tg.accuracy(curved, circles))
tg.plot.decision_boundary(straight, circles)

# %% [markdown] lang="zh" strings=true
# "  accuracy on circles:" => "  在圆盘和圆环（circles）上的准确率："

# %% [markdown] lang="en"
# **Right idea.** Linear layers in a row are one linear layer, and its boundary is one straight line; what bends is the activation.

# %% [markdown] lang="zh"
# **正解。** 线性层叠多少层都还是一层，决策边界就是一条直线；会拐弯的是激活函数。

# %% [markdown] lang="en"
# ### 12. Why not start all weights at zero?
#
# **Belief.** Zero is neutral: the network will find by itself where to go. Or: not zero, but any one number for all would do.
#
# **From.** “Why should weights of neural networks be initialized to random numbers?” (Stack Overflow).

# %% [markdown] lang="zh"
# ### 12. 权重为什么不能全从零开始？
#
# **常见的想法。** 零最公平，网络自己会找到方向。或者：零不行，那全部取同一个数总行吧。
#
# **从哪儿来。** “Why should weights of neural networks be initialized to random numbers?”（Stack Overflow）。

# %%
def trained(start):
    net = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    for p in net.parameters() if start is not None else ():
        p.data = start
    tg.fit(net, tg.data.load("xor", n=200, seed=0), lr=0.05, epochs=60, seed=0, progress=False)
    return net

same = trained(0.5)

# %% hidden=true
tg.predict(
    "Three hidden neurons, all weights 0.5 at the start, sixty epochs of training. How many different neurons are there then?",
    len({tuple(p.data for p in (*n.w, n.b)) for n in same.layers[0].neurons}),
    tolerance=0.0,
    mistakes={
        3.0: "Training pulls all three in the same way: nothing makes them differ.",
    },
    because="They see the same, answer the same, are blamed the same, and move by the same: triplets for ever.",
)

# %% [markdown] lang="zh" strings=true
# "Three hidden neurons, all weights 0.5 at the start, sixty epochs of training. How many different neurons are there then?" => "三个隐藏神经元，所有权重都从 0.5 开始，训练六十轮。最后有几个不一样的神经元？"
# "They see the same, answer the same, are blamed the same, and move by the same: triplets for ever." => "它们看到的一样，答的一样，分到的责任一样，动的也一样：永远是三胞胎。"
# "Training pulls all three in the same way: nothing makes them differ." => "训练对三个的拉法一模一样：没有什么让它们变得不同。"

# %%
for start in (0.0, 0.5, None):
    net = trained(start)
    print(start, " accuracy", tg.accuracy(net, tg.data.load("xor", n=200, seed=0)))
    print("   first layer:", [round(n.w[0].data, 3) for n in net.layers[0].neurons], end="  ")
    print("moved:", [name for name, p in net.named_parameters() if p.data != start] if start == 0.0 else "all")
tg.draw(same, [1.0, -1.0])

# %% [markdown] lang="zh" strings=true
# " accuracy" => " 准确率"
# "   first layer:" => "   第一层："
# "moved:" => "动过的："
# else "all" => else "全部"

# %% [markdown] lang="en"
# From 0 it is worse still: the gradient of a weight of the first layer has a weight of the second as a factor, that of a weight of the second layer an output of the first, so that all stay exactly 0 but the last bias, `layers.1.neurons.0.b`.
#
# **Right idea.** Equal neurons get equal gradients and stay equal; random numbers make them differ, and different neurons can take different jobs.

# %% [markdown] lang="zh"
# 从 0 开始更糟：第一层权重的梯度里乘着第二层的权重，反过来，第二层权重的梯度里乘着第一层的输出，于是除了最后那个偏置 `layers.1.neurons.0.b`，全都一动不动地停在 0。
#
# **正解。** 一样的神经元得到一样的梯度，就永远一样；随机数让它们不一样，才能各干各的活。

# %% [markdown] lang="en"
# ### 13. A parameter that occurs in many places: is it updated many times?
#
# **Belief.** A weight that is used five times (in a convolution, a recurrent network, a batch) gets five updates.
#
# **From.** Questions about shared weights in convolutional and recurrent networks; we know no single thread that says it in these words.

# %% [markdown] lang="zh"
# ### 13. 一个参数用在很多地方，会被更新很多次吗？
#
# **常见的想法。** 一个权重用了五次（卷积里、循环网络里、一个批次里），就要更新五次。
#
# **从哪儿来。** 关于卷积网络和循环网络“共享权重”的提问；没有找到哪个帖子是用这句话问的。

# %%
w, x = Value(0.5, "w"), Value(1.0, "x")
y = w * (w * (w * x))
y.backward()

# %% hidden=true
tg.predict(
    "w = 0.5 is used three times in y = w·(w·(w·x)), with x = 1. What is the one number w.grad?",
    w.grad,
    mistakes={
        0.5**2: "That is one of the three uses.",
        0.5**3: "That is y.",
    },
    because="Each use contributes w² = 0.25. They are added: 3·w² = 0.75. Then w moves once.",
)

# %% [markdown] lang="zh" strings=true
# "w = 0.5 is used three times in y = w·(w·(w·x)), with x = 1. What is the one number w.grad?" => "y = w·(w·(w·x)) 里 w = 0.5 用了三次，x = 1。w.grad 是多少（只有一个数）？"
# "Each use contributes w² = 0.25. They are added: 3·w² = 0.75. Then w moves once." => "每用一次贡献 w² = 0.25，加起来是 3·w² = 0.75。然后 w 只动一次。"
# "That is one of the three uses." => "这是三次使用中的一次。"
# "That is y." => "这是 y。"

# %%
print(tg.paths(y, w))
tg.play(y)

# %% [markdown] lang="en"
# **Right idea.** One node, one gradient (the sum over all its uses), one update.

# %% [markdown] lang="zh"
# **正解。** 一个节点，一个梯度（所有用处之和），一次更新。

# %% [markdown] lang="en"
# ## D. Modes and methods
#
# ### 14. What does reverse mode gain over forward mode?
#
# **Belief.** Both apply the same chain rule and multiply the same numbers, so they cost the same.
#
# **From.** “Reverse mode differentiation vs. forward mode differentiation: where are the benefits?” (Stack Exchange). On the asker's example, sin(x·y), there is indeed nothing to see.

# %% [markdown] lang="zh"
# ## D. 模式与方法
#
# ### 14. 反向模式比前向模式好在哪儿？
#
# **常见的想法。** 两者用的是同一条链式法则，乘的是同一批数，代价当然一样。
#
# **从哪儿来。** “Reverse mode differentiation vs. forward mode differentiation: where are the benefits?”（Stack Exchange）。提问者举的例子是 sin(x·y)，确实看不出差别。

# %%
n = 100
f = lambda p: tg.sum([tg.sin(u) * v for u, v in zip(p, p[1:] + p[:1], strict=True)])
point = [0.01 * i for i in range(n)]
columns = [[float(i == j) for j in range(n)] for i in range(n)]
forward = [tg.jvp(f, (point,), (column,))[1] for column in columns]  # one sweep each

# %% [markdown] lang="zh" strings=true
# # one sweep each => # 每个方向扫描一趟

# %% hidden=true
choices = ["about 500", "about 20,000", "about 100,000"]
tg.predict(
    f"A function of 100 numbers takes {len(tg.trace(f, point).equations)} operations. How many take the function and all its 100 slopes, in reverse mode?",
    choices[0] if len(tg.trace(f, point).value_and_grad().equations) < 1000 else choices[1],
    choices=choices,
    mistakes={
        choices[1]: "That is 100 × 201, an evaluation for each slope: the price by differences.",
        choices[2]: "That is forward mode: 100 sweeps of 1,000 operations.",
    },
    because="A forward sweep carries along how everything reacts to ONE input: a hundred sweeps. A backward sweep carries along how ONE result reacts to everything: one sweep.",
)

# %% [markdown] lang="zh" strings=true
# "about 500", "about 20,000", "about 100,000" => "约 500", "约 20,000", "约 100,000"
# f"A function of 100 numbers takes {len(tg.trace(f, point).equations)} operations. How many take the function and all its 100 slopes, in reverse mode?" => f"一个有 100 个自变量的函数要做 {len(tg.trace(f, point).equations)} 次运算。用反向模式，函数连同全部 100 个斜率，一共要做多少次？"
# "A forward sweep carries along how everything reacts to ONE input: a hundred sweeps. A backward sweep carries along how ONE result reacts to everything: one sweep." => "前向扫描带着走的是一切对某一个输入的反应：要一百趟。反向扫描带着走的是某一个结果对一切的反应：一趟就够。"
# "That is 100 × 201, an evaluation for each slope: the price by differences." => "这是 100 × 201，每个斜率算一次函数：差分才是这个价。"
# "That is forward mode: 100 sweeps of 1,000 operations." => "这是前向模式：100 趟，每趟 1,000 次运算。"

# %%
backward = tg.grad(f)(point)
graph = tg.trace(f, point)
print("largest difference:", max(abs(u - v) for u, v in zip(forward, backward, strict=True)))
one_sweep = tg.trace(lambda p: tg.jvp(f, (p,), (columns[0],)), point)
print("operations of f:", len(graph.equations))
print("f and its whole gradient, reverse:", len(graph.value_and_grad().equations))
print("f and its whole gradient, forward: 100 sweeps of", len(one_sweep.equations))

# %% [markdown] lang="zh" strings=true
# "largest difference:" => "最大差别："
# "operations of f:" => "f 的运算次数："
# "f and its whole gradient, reverse:" => "f 连同整个梯度，反向模式："
# "f and its whole gradient, forward: 100 sweeps of" => "f 连同整个梯度，前向模式：100 趟，每趟"

# %% [markdown] lang="en"
# **Right idea.** Forward mode pays per input, reverse mode per output; a loss has one output and many inputs. (For one input and many outputs it is the other way round.)

# %% [markdown] lang="zh"
# **正解。** 前向模式按输入个数付费，反向模式按输出个数付费；损失只有一个输出，输入却很多。（如果输入只有一个、输出很多，就反过来。）

# %% [markdown] lang="en"
# ### 15. Is backpropagation the same as gradient descent?
#
# **Belief.** Backpropagation is how networks learn, gradient descent is how networks learn: two names for one thing.
#
# **From.** A question so common that there are articles of that title, for example [this one](https://www.analyticsvidhya.com/blog/2023/01/gradient-descent-vs-backpropagation-whats-the-difference/).

# %% [markdown] lang="zh"
# ### 15. 反向传播就是梯度下降吗？
#
# **常见的想法。** 网络靠反向传播学习，网络靠梯度下降学习，所以是一回事的两个名字。
#
# **从哪儿来。** 问的人多到有文章专门以此为题，例如[这一篇](https://www.analyticsvidhya.com/blog/2023/01/gradient-descent-vs-backpropagation-whats-the-difference/)。

# %%
def loss(p):
    return (p[0] * 2.0 + p[1] - 1.0) ** 2 + 0.1 * p[0] ** 2

def by_differences(p, h=1e-5):
    towards_0 = (loss([p[0] + h, p[1]]) - loss([p[0] - h, p[1]])) / (2 * h)
    towards_1 = (loss([p[0], p[1] + h]) - loss([p[0], p[1] - h])) / (2 * h)
    return [towards_0, towards_1]

def walk(gradient, updates=40):
    p = [1.0, 1.0]
    for _ in range(updates):
        p = [q - 0.1 * g for q, g in zip(p, gradient(p), strict=True)]
    return p

with_it, without_it = walk(tg.grad(loss)), walk(by_differences)

# %% hidden=true
choices = ["it does not learn", "it ends elsewhere", "it ends at the same point (to six digits)"]
tg.predict(
    "Gradient descent, forty updates. The gradient comes from finite differences: no backpropagation anywhere. Compared with backpropagation:",
    choices[2] if all(math.isclose(u, v, rel_tol=1e-6) for u, v in zip(with_it, without_it, strict=True)) else choices[1],
    choices=choices,
    mistakes={
        choices[0]: "A measured gradient points downhill, too.",
        choices[1]: "By as much as the measurement is off: beyond the sixth digit.",
    },
    because="Descent asks for a gradient, and does not ask where it comes from.",
)

# %% [markdown] lang="zh" strings=true
# "it does not learn", "it ends elsewhere", "it ends at the same point (to six digits)" => "学不会", "走到别处去了", "走到同一点（六位数字都相同）"
# "Gradient descent, forty updates. The gradient comes from finite differences: no backpropagation anywhere. Compared with backpropagation:" => "梯度下降，更新四十次。梯度用有限差分得到，完全没有反向传播。和用反向传播相比："
# "Descent asks for a gradient, and does not ask where it comes from." => "下降要的是梯度，不问它从哪儿来。"
# "A measured gradient points downhill, too." => "量出来的梯度，一样指着下坡。"
# "By as much as the measurement is off: beyond the sixth digit." => "只差测量的那点误差：在六位数字之后。"

# %% [markdown] lang="en"
# And the other way round: backpropagation with no descent at all. Newton's method uses derivatives and jumps to the lowest point of this loss at once.

# %% [markdown] lang="zh"
# 反过来也行：用反向传播，却完全不做梯度下降。牛顿法同样用导数，一步就跳到这个损失的最低点。

# %%
g, H = tg.grad(loss)([1.0, 1.0]), tg.hessian(loss)([1.0, 1.0])
newton = np.round(np.array([1.0, 1.0]) - np.linalg.solve(H, g), 12) + 0.0
print("descent, backpropagation:", with_it)
print("descent, differences:    ", without_it)
print("Newton, one step:        ", newton.tolist(), "  gradient there:", tg.grad(loss)(newton.tolist()))

# %% [markdown] lang="zh" strings=true
# "descent, backpropagation:" => "梯度下降，反向传播："
# "descent, differences:    " => "梯度下降，有限差分："
# "Newton, one step:        " => "牛顿法，一步：      "
# "  gradient there:" => "  那里的梯度："

# %% [markdown] lang="en"
# **Right idea.** Backpropagation computes a gradient; gradient descent is one of the things that one can do with it.

# %% [markdown] lang="zh"
# **正解。** 反向传播负责算梯度；梯度下降只是拿到梯度之后可以做的事情之一。

# %% [markdown] lang="en"
# ## E. Checks
#
# ### 16. Which step and which tolerance in a gradient check, and when do differences lie?
#
# **Belief.** Differences are the truth. One takes h = 10⁻⁶ and compares to a few digits.
#
# **From.** 10⁻⁶ is the default of PyTorch's `gradcheck`. Threads: [single precision](https://github.com/pytorch/pytorch/issues/5351), [a kink](https://github.com/pytorch/pytorch/issues/114234), [a solver that is noisy](https://github.com/pasteurlabs/tesseract-core/issues/740).

# %% [markdown] lang="zh"
# ## E. 检验
#
# ### 16. 梯度检验用多大的步长、多大的容差？差分什么时候会骗人？
#
# **常见的想法。** 差分就是真理。取 h = 10⁻⁶，对上几位数字就行。
#
# **从哪儿来。** 10⁻⁶ 是 PyTorch 的 `gradcheck` 的默认值。讨论：[单精度](https://github.com/pytorch/pytorch/issues/5351)、[折点](https://github.com/pytorch/pytorch/issues/114234)、[求解器有噪声](https://github.com/pasteurlabs/tesseract-core/issues/740)。

# %%
def difference(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / (2 * h)

# %% hidden=true
tg.predict(
    "f(x) = tanh(10⁹·x) has slope 10⁹ at 0. What does a central difference with h = 10⁻⁶ say?",
    difference(lambda x: tg.tanh(1e9 * x), 0.0),
    mistakes={
        1e9: "That is the true slope. The steep place is a thousand times narrower than the step.",
        0.0: "At both ends it is flat. But they lie at −1 and at 1: the difference is not 0.",
    },
    because="At ±10⁻⁶ the tanh has long been flat at ±1: the difference is 2, divided by 2·10⁻⁶.",
)

# %% [markdown] lang="zh" strings=true
# "f(x) = tanh(10⁹·x) has slope 10⁹ at 0. What does a central difference with h = 10⁻⁶ say?" => "f(x) = tanh(10⁹·x) 在 0 处的斜率是 10⁹。取 h = 10⁻⁶ 的中心差分会说是多少？"
# "At ±10⁻⁶ the tanh has long been flat at ±1: the difference is 2, divided by 2·10⁻⁶." => "到了 ±10⁻⁶，tanh 早就平在 ±1 上了：差是 2，再除以 2·10⁻⁶。"
# "That is the true slope. The steep place is a thousand times narrower than the step." => "这是真正的斜率。可陡的那一段，比步长窄一千倍。"
# "At both ends it is flat. But they lie at −1 and at 1: the difference is not 0." => "两头都是平的。可一头在 −1，一头在 1：差不是 0。"

# %% [markdown] lang="en"
# Four functions, the true slope, the difference with 10⁻⁶, and what `tg.check.Ray` measures, which looks for the right step itself and says how far it may be off. At the kink there is no true slope: the rule says 0, the differences, which look to both sides, say ½.

# %% [markdown] lang="zh"
# 四个函数：真正的斜率、用 10⁻⁶ 的差分，以及 `tg.check.Ray` 的测量值；它自己找合适的步长，还会报告可能差多少。折点处没有真正的斜率：规则说 0，差分两边都看，说 ½。

# %%
cases = [
    ("sin(x)        at 0.7", tg.sin, 0.7, math.cos(0.7)),
    ("tanh(1e9 x)   at 0", lambda x: tg.tanh(1e9 * x), 0.0, 1e9),
    ("sin(x) + 1e10 at 0.7", lambda x: tg.sin(x) + 1e10, 0.7, math.cos(0.7)),
    ("relu(x)       at 0", tg.relu, 0.0, 0.0),
]
for name, f, x, true in cases:
    ray = tg.check.Ray(lambda t, f=f, x=x: [f(x + t)], x).slope(0)
    print(f"{name:22}{true:14.6g}{difference(f, x):14.6g}{ray.value:14.6g} ± {ray.error:.0e}")

# %% [markdown] lang="en"
# **Right idea.** The step must be small beside the bends of the function and large beside its noise, which no fixed number is for all; the tolerance should be the error of the measurement, and at a kink nobody is wrong. [Notebook 07](07_trust_but_verify.ipynb) measures all this.

# %% [markdown] lang="zh"
# **正解。** 步长要比函数的弯曲小、又比函数的噪声大，没有哪个固定的数对谁都合适；容差应当等于测量本身的误差；在折点处，谁也没错。[第 7 课](07_trust_but_verify.ipynb)把这些都量了一遍。

# %% [markdown] lang="en"
# ## F. Losses
#
# ### 17. Why is the gradient of softmax with cross-entropy just p − y?
#
# **Belief.** Softmax is complicated, the logarithm is complicated, so the derivative of both must be; p − y is an approximation.
#
# **From.** Asked and derived on dozens of pages, for example [here](https://davidbieber.com/snippets/2020-12-12-derivative-of-softmax-and-the-softmax-cross-entropy-loss/).

# %% [markdown] lang="zh"
# ## F. 损失
#
# ### 17. softmax 配交叉熵，梯度怎么就是 p − y？
#
# **常见的想法。** softmax 复杂，对数也复杂，合在一起的导数一定更复杂；p − y 只是近似。
#
# **从哪儿来。** 问它、推它的网页有几十个，例如[这里](https://davidbieber.com/snippets/2020-12-12-derivative-of-softmax-and-the-softmax-cross-entropy-loss/)。

# %%
z = [Value(1.2, "z0"), Value(0.0, "z1"), Value(-0.7, "z2")]
p = tg.softmax([v.data for v in z])
loss = nn.cross_entropy(z, 1)
loss.backward()

# %% hidden=true
tg.predict(
    f"The three probabilities are {p[0]:.3f}, {p[1]:.3f}, {p[2]:.3f}, and the right class is the second. What is the gradient of its score z1?",
    z[1].grad,
    mistakes={
        p[1]: "So it is for a wrong class. For the right one y = 1 is still to be taken away.",
        1 - p[1]: "That is the pull, y − p. The gradient has the other sign.",
    },
    because="p − y with y = 1. The loss is ln(exp z0 + exp z1 + exp z2) − z1: the slope of the first is p, that of the second −1. The logarithm and the exponential have cancelled.",
)

# %% [markdown] lang="zh" strings=true
# f"The three probabilities are {p[0]:.3f}, {p[1]:.3f}, {p[2]:.3f}, and the right class is the second. What is the gradient of its score z1?" => f"三个概率是 {p[0]:.3f}、{p[1]:.3f}、{p[2]:.3f}，正确的是第二类。它的得分 z1 的梯度是多少？"
# "p − y with y = 1. The loss is ln(exp z0 + exp z1 + exp z2) − z1: the slope of the first is p, that of the second −1. The logarithm and the exponential have cancelled." => "p − y，其中 y = 1。损失就是 ln(exp z0 + exp z1 + exp z2) − z1：前一项的斜率是 p，后一项是 −1。对数和指数互相抵消了。"
# "So it is for a wrong class. For the right one y = 1 is still to be taken away." => "错误类别的才是这样。正确类别的还要减去 y = 1。"
# "That is the pull, y − p. The gradient has the other sign." => "这是拉力 y − p。梯度要变号。"

# %%
print([round(v.grad, 4) for v in z], " sum", abs(round(sum(v.grad for v in z), 12)))
tg.play(loss)

# %% [markdown] lang="zh" strings=true
# " sum" => " 总和"

# %% [markdown] lang="en"
# **Right idea.** Exactly p − y, because the logarithm undoes the exponential: −ln p = logsumexp(z) − z, where logsumexp is the logarithm of the sum of the exponentials, and its slopes are the probabilities. (So the pull on a score never exceeds 1; a squared error of the score itself pulls without limit.)

# %% [markdown] lang="zh"
# **正解。** 不多不少就是 p − y，因为对数抵消了指数：−ln p = logsumexp(z) − z，其中 logsumexp 是“指数之和的对数”，它的斜率恰好就是那些概率。（所以对得分的拉力从不超过 1；若直接对得分取平方误差，拉力没有上限。）

# %% [markdown] lang="en"
# ### 18. Is the loss printed the one before or after the update?
#
# **Belief.** “Step 3, loss 0.14” is how good the network is after step 3.
#
# **From.** Every printed training loop; we know no single thread.

# %% [markdown] lang="zh"
# ### 18. 打印出来的损失，是更新之前的还是之后的？
#
# **常见的想法。** “第 3 步，损失 0.14”，意思是走完第 3 步之后网络有多好。
#
# **从哪儿来。** 任何一个会打印的训练循环；没有找到专门的帖子。

# %%
w, printed, after = Value(0.0, "w"), [], []
for _ in range(4):
    loss = (w - 3.0) ** 2
    tg.zero_grad([w])
    loss.backward()
    w.data -= 0.3 * w.grad
    printed.append(loss.data)
    after.append((w.data - 3.0) ** 2)

# %% hidden=true
tg.predict(
    "The loop prints loss.data after the update, and the first line says 9. The update took w from 0 to 1.8. What is the loss of the network that one now has?",
    after[0],
    mistakes={
        printed[0]: "That is of the old w, 0: (0 − 3)².",
        3 - 1.8: "That is the distance. The loss is its square.",
    },
    because="(1.8 − 3)² = 1.44. loss.data was computed before the update, and does not change by itself.",
)

# %% [markdown] lang="zh" strings=true
# "The loop prints loss.data after the update, and the first line says 9. The update took w from 0 to 1.8. What is the loss of the network that one now has?" => "循环在更新之后打印 loss.data，第一行是 9。这次更新把 w 从 0 变成 1.8。此刻手里这个网络的损失是多少？"
# "(1.8 − 3)² = 1.44. loss.data was computed before the update, and does not change by itself." => "(1.8 − 3)² = 1.44。loss.data 是更新之前算的，它自己不会变。"
# "That is of the old w, 0: (0 − 3)²." => "这是旧的 w = 0 的：(0 − 3)²。"
# "That is the distance. The loss is its square." => "这是距离。损失是它的平方。"

# %%
for step, (old, new) in enumerate(zip(printed, after, strict=True)):
    print(f"step {step}   printed {old:.4f}   of the new w {new:.4f}")

# %% [markdown] lang="zh" strings=true
# f"step {step}   printed {old:.4f}   of the new w {new:.4f}" => f"第 {step} 步   打印的 {old:.4f}   新的 w 的 {new:.4f}"

# %% [markdown] lang="en"
# **Right idea.** A loss belongs to the weights it was computed with: what a loop prints is one update old, and the weights you keep have never been measured.

# %% [markdown] lang="zh"
# **正解。** 损失属于算它时用的那组权重：循环打印的总是晚一步，你最后留下的那组权重，其实还没量过。

# %% [markdown] lang="en"
# ## G. Graphs and Python
#
# ### 19. Why has `a + a` two edges?
#
# **Belief.** One parent, one arrow.
#
# **From.** micrograd keeps the parents in a set, in which `a` is only once, and its pictures show one arrow (its gradients are right all the same, for they do not come from the set); [micrograd 77](https://github.com/karpathy/micrograd/issues/77) asks whether `x * x` is an edge case.

# %% [markdown] lang="zh"
# ## G. 计算图与 Python
#
# ### 19. `a + a` 为什么有两条边？
#
# **常见的想法。** 一个父节点，一根箭头。
#
# **从哪儿来。** micrograd 把父节点放在集合里，`a` 在集合里只有一个，画出来也就一根箭头（梯度倒没算错，因为梯度不是按这个集合算的）；[micrograd 77](https://github.com/karpathy/micrograd/issues/77) 问：`x * x` 算不算特例？

# %%
a = Value(3.0, "a")
y = a * a
y.backward()

# %% hidden=true
tg.predict(
    "y = a·a with a = 3, and each arrow carries the slope of the product towards ONE factor. What does an engine find for a.grad that follows only one arrow?",
    y.partials[0],
    mistakes={
        6.0: "That is what both arrows bring together.",
        y.data: "That is y.",
    },
    because="Towards the left factor the slope is the right factor, 3, and the other way round. Together 6, which is 2·a.",
)

# %% [markdown] lang="zh" strings=true
# "y = a·a with a = 3, and each arrow carries the slope of the product towards ONE factor. What does an engine find for a.grad that follows only one arrow?" => "y = a·a，a = 3，每根箭头上是乘积对其中一个因子的斜率。只走一根箭头的引擎，算出的 a.grad 是多少？"
# "Towards the left factor the slope is the right factor, 3, and the other way round. Together 6, which is 2·a." => "对左边的因子，斜率是右边的因子 3；对右边的也一样。合起来是 6，也就是 2·a。"
# "That is what both arrows bring together." => "这是两根箭头合起来的。"
# "That is y." => "这是 y。"

# %%
tg.draw(y, edges="contribution")

# %% [markdown] lang="en"
# **Right idea.** An edge belongs to an operand and not to a parent: two operands, two edges, two contributions.

# %% [markdown] lang="zh"
# **正解。** 边属于操作数，而不是属于父节点：两个操作数，两条边，两份贡献。

# %% [markdown] lang="en"
# ### 20. Can a graph have a cycle?
#
# **Belief.** `x = x + 1` makes one, and so does a recurrent network.
#
# **From.** [micrograd 67](https://github.com/karpathy/micrograd/issues/67) reports as a bug that its sort would fail on cycles.

# %% [markdown] lang="zh"
# ### 20. 计算图里会有环吗？
#
# **常见的想法。** `x = x + 1` 就是环，循环神经网络更是。
#
# **从哪儿来。** [micrograd 67](https://github.com/karpathy/micrograd/issues/67) 报了一个“错”：要是有环，它的排序就不对了。

# %%
h, w = Value(0.5, "h"), Value(0.9, "w")
start = h
for _ in range(3):
    h = tg.tanh(w * h)

# %% hidden=true
choices = ["one node h with an arrow to itself", "a chain of new nodes, and w with three arrows", "three copies of w"]
tg.predict(
    "h = tanh(w·h), three times in a loop. What does the graph look like?",
    choices[1],
    choices=choices,
    mistakes={
        choices[0]: "h is a name, not a node: each round it is given to a new one.",
        choices[2]: "w is made once. It is used three times, by three arrows.",
    },
    because="The name h moves on to a new node; the old one stays as it was, as a parent.",
)

# %% [markdown] lang="zh" strings=true
# "one node h with an arrow to itself", "a chain of new nodes, and w with three arrows", "three copies of w" => "一个节点 h，箭头指向自己", "一串新节点，w 上有三根箭头", "w 变成三份"
# "h = tanh(w·h), three times in a loop. What does the graph look like?" => "h = tanh(w·h)，在循环里做三遍。计算图是什么样子？"
# "The name h moves on to a new node; the old one stays as it was, as a parent." => "名字 h 挪到了新节点上；旧节点原样留着，成了父节点。"
# "h is a name, not a node: each round it is given to a new one." => "h 是名字，不是节点：每一圈，它都给了一个新节点。"
# "w is made once. It is used three times, by three arrows." => "w 只造了一次，用了三次，有三根箭头。"

# %%
try:
    start.parents = (h,)
except AttributeError as error:
    print(error)
tg.draw(h)

# %% [markdown] lang="en"
# **Right idea.** A node is made after its parents and its parents never change, so no way leads back to it; a loop in the program is a chain in the graph.

# %% [markdown] lang="zh"
# **正解。** 节点总是在父节点之后才产生，父节点又从不更换，所以没有路能绕回来；程序里的循环，在图上是一串。

# %% [markdown] lang="en"
# ### 21. `x**y` with a negative base, and overflow in softmax and tanh
#
# **Belief.** A formula that is right on paper is right in the computer.
#
# **From.** micrograd [41](https://github.com/karpathy/micrograd/pull/41) (negative bases), [29](https://github.com/karpathy/micrograd/pull/29) and [74](https://github.com/karpathy/micrograd/pull/74) (tanh from exponentials ends in an OverflowError at x = 1000).

# %% [markdown] lang="zh"
# ### 21. 负数做底的 `x**y`，softmax 和 tanh 的溢出
#
# **常见的想法。** 纸上对的公式，到了计算机里也对。
#
# **从哪儿来。** micrograd [41](https://github.com/karpathy/micrograd/pull/41)（负底数）、[29](https://github.com/karpathy/micrograd/pull/29) 和 [74](https://github.com/karpathy/micrograd/pull/74)（用指数拼出来的 tanh，在 x = 1000 时报 OverflowError）。

# %%
scores = [Value(1000.0, "z0"), Value(0.0, "z1")]
exponentials = [tg.exp(z) for z in scores]
naive = exponentials[0] / tg.sum(exponentials)

# %% hidden=true
tg.predict(
    "softmax of (1000, 0) is (1, 0) to every digit. What does exp(z0) / (exp(z0) + exp(z1)) give in floating point? (type nan, for “not a number”, or inf, 0, 1)",
    str(naive.data),
    mistakes={
        "1": "So it is on paper. But in the computer both are inf, and inf / inf is not 1.",
        "inf": "Above the line stands inf. Below it, too.",
        "0": "Below the line stands inf. Above it, too.",
    },
    because="exp(1000) is beyond the largest float: inf / inf is nan. Subtract the largest score from all first, which changes nothing on paper.",
)

# %% [markdown] lang="zh" strings=true
# "softmax of (1000, 0) is (1, 0) to every digit. What does exp(z0) / (exp(z0) + exp(z1)) give in floating point? (type nan, for “not a number”, or inf, 0, 1)" => "softmax(1000, 0) 的每一位都等于 (1, 0)。用浮点数算 exp(z0) / (exp(z0) + exp(z1))，会得到什么？（请输入 nan，即“不是数”，或者 inf、0、1）"
# "exp(1000) is beyond the largest float: inf / inf is nan. Subtract the largest score from all first, which changes nothing on paper." => "exp(1000) 超出了最大的浮点数：inf / inf 是 nan。先把所有得分减去最大的那个，纸面上什么也没变。"
# "So it is on paper. But in the computer both are inf, and inf / inf is not 1." => "纸上是这样。可在计算机里，分子分母都是 inf，而 inf / inf 不是 1。"
# "Above the line stands inf. Below it, too." => "分子是 inf。分母也是。"
# "Below the line stands inf. Above it, too." => "分母是 inf。分子也是。"

# %%
print(tg.find_nonfinite(naive))
print("softmax:", tg.softmax([1000.0, 0.0]), "  tanh(1000):", tg.tanh(1000.0))
for exponent in (3.0, 1 / 3):
    x, y = Value(-8.0, "x"), Value(exponent, "y")
    power = x**y
    power.backward()
    print(f"(−8)**{exponent:.3g} = {power.data:g}   slope towards x: {x.grad:g}   towards y: {y.grad:g}")

# %% [markdown] lang="zh" strings=true
#    slope towards x: =>    对 x 的斜率：
#    towards y: =>    对 y 的斜率：

# %% [markdown] lang="en"
# **Right idea.** With a negative base only whole exponents give real numbers, so turning the exponent a little leads nowhere: its slope is nan, not some number. And exponentials must be shifted before they are divided.

# %% [markdown] lang="zh"
# **正解。** 底数为负时，只有整数指数才有实数结果，把指数拧一点点就无处可去：它的斜率是 nan，不是某个数。指数相除之前，先要平移。

# %% [markdown] lang="en"
# ### 22. Why does `math.sin(x)` fail, and what about NumPy?
#
# **Belief.** A Value is a number, so every function of numbers takes it.
#
# **From.** We know no single thread; it is what everybody meets who brings functions along.

# %% [markdown] lang="zh"
# ### 22. `math.sin(x)` 为什么报错？NumPy 呢？
#
# **常见的想法。** Value 就是数，凡是吃数的函数都该吃它。
#
# **从哪儿来。** 没有找到专门的帖子；凡是想把现成函数拿来用的人都会撞上。

# %%
x = Value(2.0, "x")
y = x * x
cut = math.sin(y.data) * x
cut.backward()

# %% hidden=true
tg.predict(
    "cut = math.sin(y.data)·x with y = x². Python is content. Is the gradient of x right?",
    "no" if not math.isclose(x.grad, tg.grad(lambda x: tg.sin(x * x) * x)(2.0)) else "yes",
    choices=["yes", "no"],
    mistakes={
        "yes": "One way is right, that of the factor x. The other, by way of y, is missing.",
    },
    because="y.data is a plain number that remembers nothing: the way through the sine is cut, silently.",
)

# %% [markdown] lang="zh" strings=true
# "cut = math.sin(y.data)·x with y = x². Python is content. Is the gradient of x right?" => "cut = math.sin(y.data)·x，其中 y = x²。Python 没有意见。x 的梯度对吗？"
# "no" if => "不对" if
# else "yes", => else "对",
# choices=["yes", "no"] => choices=["对", "不对"]
# "yes": => "对":
# "y.data is a plain number that remembers nothing: the way through the sine is cut, silently." => "y.data 只是个普通的数，什么也不记得：经过正弦的那条路，不声不响地断了。"
# "One way is right, that of the factor x. The other, by way of y, is missing." => "一条路是对的：作为因子的 x。另一条，经过 y 的，没有了。"

# %%
for attempt in (lambda: math.sin(y), lambda: np.sin(y), lambda: np.float64(3.0) * y, lambda: tg.sin(y)):
    try:
        print(attempt())
    except TypeError as error:
        print("TypeError:", error)

# %% [markdown] lang="en"
# **Right idea.** `math.sin` turns its argument into a plain float first, which would cut the graph without a word; so a Value refuses, and `tg.sin` is the one that remembers. NumPy's *numbers* are welcome as operands.

# %% [markdown] lang="zh"
# **正解。** `math.sin` 会先把参数变成普通浮点数，那样图就无声无息地断了；所以 Value 拒绝，会记账的是 `tg.sin`。NumPy 的数可以放心地拿来运算。

# %% [markdown] lang="en"
# ### 23. What if data is changed after the forward pass?
#
# **Belief.** `backward()` uses the numbers as they are now.
#
# **From.** PyTorch refuses with “one of the variables needed for gradient computation has been modified by an inplace operation”, about which people ask again and again, as in [36470](https://github.com/pytorch/pytorch/issues/36470). micrograd says nothing, and reads the changed number.

# %% [markdown] lang="zh"
# ### 23. 前向传播之后再改数据，会怎样？
#
# **常见的想法。** `backward()` 用的是此刻的数。
#
# **从哪儿来。** PyTorch 会拒绝，说 “one of the variables needed for gradient computation has been modified by an inplace operation”，一再有人问这句话是什么意思，例如 [36470](https://github.com/pytorch/pytorch/issues/36470)。micrograd 不吭声，读到的是改过的数。

# %%
w, x = Value(0.5, "w"), Value(2.0, "x")
y = w * x
w.data = 10.0
y.backward()

# %% hidden=true
tg.predict(
    "y = w·x with w = 0.5. Then w.data = 10, then y.backward(). What is x.grad in this library?",
    x.grad,
    mistakes={
        10.0: "That is w now. When y was computed it was 0.5.",
    },
    because="The slopes were written down in the forward pass: those of the y that was computed, which is still 1.",
)

# %% [markdown] lang="zh" strings=true
# "y = w·x with w = 0.5. Then w.data = 10, then y.backward(). What is x.grad in this library?" => "y = w·x，w = 0.5。然后 w.data = 10，再 y.backward()。在这个库里 x.grad 是多少？"
# "The slopes were written down in the forward pass: those of the y that was computed, which is still 1." => "斜率在前向传播时就记下了，属于当时算出的那个 y；y 现在还是 1。"
# "That is w now. When y was computed it was 0.5." => "这是现在的 w。算 y 的时候，它是 0.5。"

# %%
tg.draw(y)

# %% [markdown] lang="en"
# The picture says 10 for `w`, and 0.5 on the arrow from `x`: the arrow is from the forward pass.
#
# **Right idea.** A backward pass belongs to the forward pass before it; change data between steps, as an optimiser does, and then compute anew.

# %% [markdown] lang="zh"
# 图上 `w` 写着 10，从 `x` 出来的箭头上却是 0.5：箭头上的数属于前向传播那一刻。
#
# **正解。** 反向传播属于它前面的那次前向传播；要改数据，就像优化器那样在两步之间改，改完重新算。

# %% [markdown] lang="en"
# ### 24. Why does deep recursion fail?
#
# **Belief.** The sort in the lecture is a function that calls itself, and it works; so it always works.
#
# **From.** [micrograd 90](https://github.com/karpathy/micrograd/pull/90), and the answers to [21](https://github.com/karpathy/micrograd/issues/21) and [91](https://github.com/karpathy/micrograd/issues/91).

# %% [markdown] lang="zh"
# ### 24. 递归太深为什么会崩？
#
# **常见的想法。** 课程里的排序就是一个调用自己的函数，能跑；那就永远能跑。
#
# **从哪儿来。** [micrograd 90](https://github.com/karpathy/micrograd/pull/90)，以及 [21](https://github.com/karpathy/micrograd/issues/21) 和 [91](https://github.com/karpathy/micrograd/issues/91) 的回答。

# %%
def chain(length):
    x = y = Value(1.0, "x")
    for _ in range(length):
        y = y + 1.0
    return x, y

def depth(node):
    return 1 + max(map(depth, node.parents), default=0)

def survives(length):
    try:
        depth(chain(length)[1])
    except RecursionError:
        return "no"
    return "yes"

# %% [markdown] lang="zh" strings=true
# return "no" => return "不能"
# return "yes" => return "能"

# %% hidden=true
tg.predict(
    "A running sum of 100,000 numbers is a chain of 100,000 nodes. Does a function that calls itself, once a node, get to its end in Python?",
    survives(100_000),
    choices=["yes", "no"],
    mistakes={
        "yes": "It does for a few hundred. But each call waits for the one inside it, and they pile up.",
    },
    because=f"Python stops a function that calls itself more than {sys.getrecursionlimit():,} times deep (a limit that one can raise, until the memory for calls is used up).",
)

# %% [markdown] lang="zh" strings=true
# "A running sum of 100,000 numbers is a chain of 100,000 nodes. Does a function that calls itself, once a node, get to its end in Python?" => "把 100,000 个数一路加下去，就是一条 100,000 个节点的链。一个每个节点调用自己一次的函数，在 Python 里能走到头吗？"
# choices=["yes", "no"] => choices=["能", "不能"]
# "yes": => "能":
# f"Python stops a function that calls itself more than {sys.getrecursionlimit():,} times deep (a limit that one can raise, until the memory for calls is used up)." => f"Python 不让函数调用自己超过 {sys.getrecursionlimit():,} 层（这个上限可以调高，直到存放调用的内存用完）。"
# "It does for a few hundred. But each call waits for the one inside it, and they pile up." => "几百个还行。可每层调用都在等里面那一层，越堆越高。"

# %%
x, y = chain(100_000)
y.backward()
for length in (100, 5_000, 100_000):
    print(f"{length:7,}  depth by recursion: {survives(length)}")
print("gradient of x by backward(), without recursion, at 100,000:", x.grad)

# %% [markdown] lang="zh" strings=true
#   depth by recursion: =>   递归求深度：
# "gradient of x by backward(), without recursion, at 100,000:" => "不用递归的 backward()，100,000 个节点，x 的梯度："

# %% [markdown] lang="en"
# **Right idea.** The calls in progress pile up in a place of limited size; a list of one's own, which holds the nodes still to be visited, is limited by memory only.

# %% [markdown] lang="zh"
# **正解。** 没结束的调用堆在一块大小有限的地方；自己用一个列表记下还没走到的节点，就只受内存限制。

# %% [markdown] lang="en"
# ## Exercises
#
# **1.** Four of the questions at once: a node used three times, a relu, a sum and a product. By hand:

# %% [markdown] lang="zh"
# ## 练习
#
# **1.** 一次碰上四个问题：一个用了三次的节点、一个 relu、一个和、一个积。请手算：

# %%
a = Value(2.0, "a")
h = tg.relu(3.0 - a)
y = a * h + a
tg.practice(y)

# %% [markdown] lang="en"
# **2.** Without a computer: what is the gradient of `a` there?

# %% [markdown] lang="zh"
# **2.** 不用计算机：上题里 `a` 的梯度是多少？

# %% hidden=true
tg.predict(
    "y = a·relu(3 − a) + a at a = 2. The gradient of a?",
    tg.grad(lambda a: a * tg.relu(3.0 - a) + a)(2.0),
    mistakes={
        2.0: "Two ways of three: as a factor, and as a summand. Through the relu comes −2.",
        4.0: "The way through the relu has the other sign: 3 − a falls when a rises.",
        -1.0: "The summand a is missing, which brings 1.",
    },
    because="1 as a factor, −2 through the relu, 1 as a summand.",
)

# %% [markdown] lang="zh" strings=true
# "y = a·relu(3 − a) + a at a = 2. The gradient of a?" => "y = a·relu(3 − a) + a，在 a = 2 处。a 的梯度是多少？"
# "Two ways of three: as a factor, and as a summand. Through the relu comes −2." => "三条路只算了两条：作为因子，作为加数。穿过 relu 的还有 −2。"
# "The way through the relu has the other sign: 3 − a falls when a rises." => "穿过 relu 的那条要变号：a 增大，3 − a 减小。"
# "The summand a is missing, which brings 1." => "漏了作为加数的 a，它带来 1。"
# "1 as a factor, −2 through the relu, 1 as a summand." => "作为因子是 1，穿过 relu 是 −2，作为加数是 1。"

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# h = 1. Three ways lead to a: as a factor (slope h = 1), through the relu (slope a · 1 · −1 = −2), and as a summand (1). Together 0: here a small turn of a changes nothing, which is not the same as “a does not matter”.
# </details>
#
# **3.** Write the slope of `leaky`: x where x > 0, x/10 elsewhere. The version below has that of relu; the check says where it is wrong. (A partial must not ask with `if`; write `tg.where(x > 0.0, …, …)`.)

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# h = 1。到 a 有三条路：作为因子（斜率 h = 1）、穿过 relu（斜率 a · 1 · −1 = −2）、作为加数（1）。合起来是 0：在这里把 a 拧一点点没有影响，但这不等于“a 不重要”。
# </details>
#
# **3.** 写出 `leaky` 的斜率：x > 0 时它是 x，其余是 x/10。下面给的是 relu 的斜率，检验会告诉你哪里不对。（偏导数里不能用 `if`，请写 `tg.where(x > 0.0, …, …)`。）

# %%
leaky = tg.Op("leaky", lambda x: x if x > 0.0 else x / 10.0, lambda y, x: (tg.where(x > 0.0, 1.0, 0.0),))

for place in (2.0, -2.0):
    try:
        print(tg.check_grads(lambda x: leaky(x) * x, (place,)))
    except tg.errors.GradientMismatch as mismatch:
        print(mismatch)

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# `lambda y, x: (tg.where(x > 0.0, 1.0, 0.1),)`
# </details>
#
# ## What comes next
#
# Each of these mistakes can be made by an engine, and most have been. [Notebook 14](14_build_your_own.ipynb) lets you build one, and says which of them yours makes.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# `lambda y, x: (tg.where(x > 0.0, 1.0, 0.1),)`
# </details>
#
# ## 接下来
#
# 这些错，引擎都可能犯，大多数也真的犯过。[第 14 课](14_build_your_own.ipynb)让你自己写一个引擎，并告诉你它犯了哪一个。
