# %% [markdown] lang="en"
# # 5. Why the order matters
#
# At the end of this page you can say in which order `backward()` visits a computation, and what goes wrong if a node goes too early; why gradients are *added* and never *set*; and what a second `backward()` does.
#
# You need notebook [1](01_first_gradient.ipynb).

# %% [markdown] lang="zh"
# # 5. 次序为什么要紧
#
# 读完这一页，你能说清：`backward()` 按什么次序走过一个计算，节点走得太早会错在哪里；梯度为什么是*加上去*的，从来不是*换成*；再调用一次 `backward()` 会怎样。
#
# 预备知识：[第 1 课](01_first_gradient.ipynb)。

# %%
import tinygrad_edu as tg
from tinygrad_edu import Value

# %% [markdown] lang="en"
# ## A node that is used twice
#
# The smallest computation that causes trouble: `b = a + a`, then `c = b + b`. What is the gradient of `a`?

# %% [markdown] lang="zh"
# ## 用了两次的节点
#
# 会惹麻烦的最小计算：`b = a + a`，再来 `c = b + b`。`a` 的梯度是多少？

# %%
a = Value(3.0, "a")
b = a + a
b.name = "b"
c = b + b
c.name = "c"
c.backward()

# %% hidden=true
tg.predict(
    "b = a + a, c = b + b. By how much does c change for each unit of a?",
    a.grad,
    mistakes={
        2.0: "That is one level: b = 2a. The next one doubles again.",
        1.0: "That is one path. There are four of them.",
    },
    because="c is four times a.",
)

# %% [markdown] lang="zh" strings=true
# b = a + a, c = b + b. By how much does c change for each unit of a? => b = a + a，c = b + b。a 每变一个单位，c 变多少？
# c is four times a. => c 是 a 的四倍。
# "That is one level: b = 2a. The next one doubles again." => "这只是一级：b = 2a。下一级再翻一倍。"
# "That is one path. There are four of them." => "这只是一条路。一共有四条。"

# %% [markdown] lang="en"
# Four paths lead from `c` down to `a`, two choices at each level, each with the product 1:

# %% [markdown] lang="zh"
# 从 `c` 往下走到 `a` 有四条路，每一级两种走法，每条路的乘积都是 1：

# %%
print(tg.paths(c, a))

# %% [markdown] lang="en"
# ## The obvious program
#
# *“Give your gradient to your parents. Then let each parent do the same.”* That is three lines. They are written here with a dictionary in place of `.grad`, so that they harm nothing. (`node.parents` are what a node was made from, `node.partials` the local derivatives towards them.)

# %% [markdown] lang="zh"
# ## 最容易想到的程序
#
# “把你的梯度交给父节点，然后让每个父节点照样做一遍。”三行就写完了。这里用一个字典代替 `.grad`，免得弄坏什么。（`node.parents` 是算出这个节点的父节点，`node.partials` 是对它们的局部导数。）

# %%
def recursive(node, grads):
    for parent, slope in zip(node.parents, node.partials, strict=True):
        grads[parent] = grads.get(parent, 0.0) + slope * grads[node]
        recursive(parent, grads)
    return grads

# %% hidden=true
tg.predict(
    "What does this program say for a? (Follow it with a pencil: c hands 1 to b, b at once hands on what it holds, twice; then c hands b its second 1 ...)",
    recursive(c, {c: 1.0})[a],
    mistakes={
        4.0: "That is the right gradient. But b hands on its first 1 before the second has come.",
        2.0: "That is what a has after the first 1. Then b gets its second one, and hands on again.",
    },
    because="1 + 1, and then, as b holds 2, another 2 + 2.",
)

# %% [markdown] lang="zh" strings=true
# What does this program say for a? (Follow it with a pencil: c hands 1 to b, b at once hands on what it holds, twice; then c hands b its second 1 ...) => 这个程序说 a 的梯度是多少？（拿支笔跟着走：c 交给 b 一个 1，b 立刻把手里的交下去，交两次；然后 c 再交给 b 第二个 1……）
# 1 + 1, and then, as b holds 2, another 2 + 2. => 先是 1 + 1；等到 b 手里有了 2，又交下去 2 + 2。
# "That is the right gradient. But b hands on its first 1 before the second has come." => "这是正确的梯度。可是第二个 1 还没到，b 就把第一个交下去了。"
# "That is what a has after the first 1. Then b gets its second one, and hands on again." => "这是第一个 1 交下去之后 a 手里的数。接着 b 得到第二个，又往下交。"

# %% [markdown] lang="en"
# ## Watch it go wrong
#
# Here is that program, played step by step. **This walk is wrong on purpose.** Step with → through the backward part, and keep your eye on `b`.

# %% [markdown] lang="zh"
# ## 看它怎么出错
#
# 下面一步一步播放这个程序。**这个走法是故意走错的。**按 → 走到反向的部分，眼睛盯住 `b`。

# %% name="wrong"
tg.play(c, order="recursive")

# %% [markdown] lang="en"
# `b` passed 1 on before its second 1 had arrived. When that came, `b` held 2 and passed on **all of it** again. The first 1 went down twice. The sum is 6; the right one is 4.
#
# And here is the right walk, for the same computation. Both contributions to `b` arrive before `b` passes anything on.

# %% [markdown] lang="zh"
# 第二个 1 还没到，`b` 就把第一个 1 交下去了。等第二个到了，`b` 手里是 2，它又**全部**交了一遍。第一个 1 交了两次。加起来是 6，应该是 4。
#
# 下面是同一个计算的正确走法。等交给 `b` 的两份都到齐了，`b` 才往下交。

# %% name="right"
tg.play(c)

# %% [markdown] lang="en"
# Side by side, what `a` holds after each step backward:

# %% [markdown] lang="zh"
# 并排看看，反向每走一步之后，`a` 手里有多少：

# %% name="beside"
walks = {}
for way, name in (("topological", "topological order"), ("recursive", "plain recursion")):
    held, a_holds = 0.0, []
    for step in tg.steps(c, order=way):
        if step.kind == "backward":
            held = step.grad_after if step.parent is a else held
            a_holds.append(held)
    walks[name] = a_holds
tg.plot.lines(walks, x="step backward", y="gradient of a so far")

# %% [markdown] lang="zh" strings=true
# "topological order" => "拓扑序"
# "plain recursion" => "朴素递归"
# "step backward" => "反向第几步"
# "gradient of a so far" => "到此为止 a 的梯度"

# %% [markdown] lang="en"
# The rule in one sentence: **a node may pass its gradient on only when that gradient is complete.**
#
# ## The right order
#
# List the nodes so that each comes after its parents: a *topological order*. Walk the list from its end. Then everything that was made from a node is done before the node itself has its turn.

# %% [markdown] lang="zh"
# 规矩只有一句话：**一个节点的梯度收齐了，才可以往下交。**
#
# ## 正确的次序
#
# 把节点排成一列，让每个节点都排在它的父节点之后，这就是*拓扑序*。从末尾倒着走。这样，轮到一个节点的时候，所有用过它的节点都已经处理完了。

# %%
order = tg.topological_order(c)
grads = {c: 1.0}
for node in reversed(order):
    for parent, slope in zip(node.parents, node.partials, strict=True):
        grads[parent] = grads.get(parent, 0.0) + slope * grads[node]

([node.name for node in order], grads[a])

# %% [markdown] lang="en"
# No recursion, and every arrow is used once.
#
# ## Added, not set
#
# Look at the line `grads[parent] = grads.get(parent, 0.0) + …`. In the player it reads `b.grad += …`. Suppose one writes `=`:

# %% [markdown] lang="zh"
# 没有递归，每条边恰好用一次。
#
# ## 是加上，不是换成
#
# 看看 `grads[parent] = grads.get(parent, 0.0) + …` 这一行，播放器里写作 `b.grad += …`。要是写成 `=` 呢：

# %%
grads = {c: 1.0}
for node in reversed(order):
    for parent, slope in zip(node.parents, node.partials, strict=True):
        grads[parent] = slope * grads[node]

# %% hidden=true
tg.predict(
    "With = in place of +=, in the right order: what does a get?",
    grads[a],
    mistakes={
        4.0: "That is with +=.",
        2.0: "That would be so if only a lost a contribution. b loses one, too.",
    },
    because="The second contribution wipes the first one out, at b and again at a: 1, not 4.",
)

# %% [markdown] lang="zh" strings=true
# With = in place of +=, in the right order: what does a get? => 次序正确，但把 += 写成 =：a 得到多少？
# The second contribution wipes the first one out, at b and again at a: 1, not 4. => 第二份把第一份抹掉了，在 b 处一次，在 a 处又一次：得 1，不是 4。
# "That is with +=." => "这是用 += 的结果。"
# "That would be so if only a lost a contribution. b loses one, too." => "只有 a 丢了一份，才是这样。b 也丢了一份。"

# %% [markdown] lang="en"
# Every weight of a network is used for every example, in some networks many times. Its gradient is a sum over its uses.
#
# ## A second backward
#
# Leaves keep what they were given, so that several examples can add up before one step of learning. So `backward()` once more adds once more:

# %% [markdown] lang="zh"
# 网络里每个权重，每个样本都要用到，有的网络里还不止一次。它的梯度，就是每次使用的贡献之和。
#
# ## 再来一次 backward
#
# 叶节点会留着已经得到的梯度，好让几个样本的梯度攒在一起，再学一步。所以再调用一次 `backward()`，就再加一次：

# %% name="again"
counts = []
tg.zero_grad([a])
for _ in range(3):
    c.backward()
    counts.append(a.grad)
tg.zero_grad([a])
c.backward()
tg.plot.bars({"first": counts[0], "second": counts[1], "third": counts[2], "after zero_grad": a.grad}, x="a.grad")

# %% [markdown] lang="zh" strings=true
# "first" => "第一次"
# "second" => "第二次"
# "third" => "第三次"
# "after zero_grad" => "zero_grad 之后"

# %% [markdown] lang="en"
# Nodes in the middle, like `b`, start afresh each time. Suppose they did not, and kept what the first pass gave them:

# %% [markdown] lang="zh"
# 中间的节点（如 `b`）每次都从头开始。假如不这样，而是留着第一趟给它们的东西呢：

# %%
grads = {a: 0.0, b: 0.0, c: 0.0}
for _ in range(2):
    grads[c] = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.partials, strict=True):
            grads[parent] += slope * grads[node]

# %% hidden=true
tg.predict(
    "Two passes, and b keeps its old gradient in between. What does a hold? (Two right passes give 8.)",
    grads[a],
    mistakes={
        8.0: "That is right, and what one gets if b starts afresh.",
        4.0: "That is after the first pass.",
    },
    because="First pass: b gets 2 and a gets 4. Second: b grows to 4 and hands all of it down twice: 4 + 8 = 12.",
)

# %% [markdown] lang="zh" strings=true
# Two passes, and b keeps its old gradient in between. What does a hold? (Two right passes give 8.) => 走两趟，中间 b 留着旧梯度。a 手里有多少？（正确地走两趟是 8。）
# First pass: b gets 2 and a gets 4. Second: b grows to 4 and hands all of it down twice: 4 + 8 = 12. => 第一趟：b 得 2，a 得 4。第二趟：b 涨到 4，又全部往下交两次：4 + 8 = 12。
# "That is right, and what one gets if b starts afresh." => "这是对的结果，前提是 b 每趟都从头来。"
# "That is after the first pass." => "这是第一趟之后。"

# %% [markdown] lang="en"
# ## Exercises
#
# **1.** One level more: `d = c + c`. The right answer is 8. What does plain recursion say? Think, then type.

# %% [markdown] lang="zh"
# ## 练习
#
# **1.** 再多一级：`d = c + c`。正确答案是 8。朴素的递归会说多少？想好再填。

# %% hidden=true
d = c + c
tg.predict(
    "Plain recursion, d = c + c: the gradient of a?",
    recursive(d, {d: 1.0})[a],
    mistakes={
        8.0: "That is the right gradient. Recursion hands on too early, and so too often.",
        6.0 + 2 * 6.0: "So it would be if b were empty when c comes the second time. It still holds 2.",
        2 * 6.0: "Twice the 6 from above? The second visit brings more: c then hands on 2.",
    },
    because="It enters c with 1 and then with 2; each visit to c enters b twice, with what has piled up there: b holds 1, 2, then 4, 6, and a gets twice each: 26.",
)

# %% [markdown] lang="zh" strings=true
# Plain recursion, d = c + c: the gradient of a? => 朴素递归，d = c + c：a 的梯度是多少？
# It enters c with 1 and then with 2; each visit to c enters b twice, with what has piled up there: b holds 1, 2, then 4, 6, and a gets twice each: 26. => 它先带着 1 进 c，再带着 2 进；每次进 c 又进 b 两次，带着那里攒下的数：b 手里先后是 1、2、4、6，a 每次得到它的两倍：26。
# "That is the right gradient. Recursion hands on too early, and so too often." => "这是正确的梯度。递归交得太早，于是交了太多次。"
# "So it would be if b were empty when c comes the second time. It still holds 2." => "如果 c 第二次来的时候 b 是空的，就是这么多。可它手里还有 2。"
# "Twice the 6 from above? The second visit brings more: c then hands on 2." => "是上面 6 的两倍？第二次来的更多：那时 c 交的是 2。"

# %% [markdown] lang="en"
# **2.** A chain of 30 nodes, each `a = a + a`. In topological order each of its 60 arrows is used once. How many does recursion use? It visits a node once per path.

# %% [markdown] lang="zh"
# **2.** 一条 30 个节点的链，每个都是 `a = a + a`。按拓扑序，60 条边各用一次。递归要用多少次？它每有一条路就把节点访问一遍。

# %% hidden=true
tg.predict(
    "How many steps does recursion take, in billions (10⁹)?",
    sum(2**level for level in range(1, 31)) / 1e9,
    tolerance=0.1,
    mistakes={
        2**30 / 1e9: "So many paths lead down to the end. The steps of the levels above them come on top.",
        2 * 30 / 1e9: "That is 60 steps, what the topological order takes.",
    },
    because="2 + 4 + … + 2³⁰, about two billion. The order makes the result right, and it makes it cheap.",
)

# %% [markdown] lang="zh" strings=true
# How many steps does recursion take, in billions (10⁹)? => 递归要走多少个十亿（10⁹）步？
# 2 + 4 + … + 2³⁰, about two billion. The order makes the result right, and it makes it cheap. => 2 + 4 + … + 2³⁰，大约二十亿。有了次序，结果才对，也才便宜。
# "So many paths lead down to the end. The steps of the levels above them come on top." => "走到底的路有这么多。前面各级的步数还要加上去。"
# "That is 60 steps, what the topological order takes." => "那是 60 步，是拓扑序要走的。"

# %% [markdown] lang="en"
# **3.** Find a computation in which a node is used twice and plain recursion is right all the same. Replace the one below, until it says “right”.

# %% [markdown] lang="zh"
# **3.** 找一个计算：里面有节点用了两次，朴素的递归却照样正确。改动下面这个，直到它说“对了”。

# %%
x = Value(3.0, "x")
y = x * x
z = y + y  # change me

tg.zero_grad([x])
z.backward()
uses = [parent for node in tg.topological_order(z) for parent in node.parents]
wrong = abs(recursive(z, {z: 1.0})[x] - x.grad) > 1e-9
"nothing is used twice" if len(uses) == len(set(uses)) else "recursion is wrong here" if wrong else "right"

# %% [markdown] lang="zh" strings=true
# change me => 改这里
# else "right" => else "对了"
# "nothing is used twice" => "没有哪个节点用了两次"
# "recursion is wrong here" => "这里递归算错了"

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# `z = y + 1.0`: only the leaf `x` is used twice, in `x * x`. A leaf passes nothing on, so it does not matter that it was visited early.
# </details>
#
# **4.** Do the right walk yourself. Which edge may come next?

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# `z = y + 1.0`：用了两次的只有叶节点 `x`（在 `x * x` 里）。叶节点不往下交，早一点被访问到也无妨。
# </details>
#
# **4.** 自己把正确的走法走一遍。下一步可以走哪条边？

# %% name="your_turn"
p = Value(2.0, "p")
q = p * p
q.name = "q"
tg.practice(q * p + q)

# %% [markdown] lang="en"
# **Next:** [06](06_two_wings.ipynb) lays both passes side by side, and measures why the backward one is cheap.

# %% [markdown] lang="zh"
# **下一课：**[第 6 课](06_two_wings.ipynb)把两趟并排摆开，并量出反向为什么便宜。
