# %% [markdown] lang="en"
# # 1. The first gradient
#
# At the end of this page you can build a small computation, draw it, walk backward through it, and get the same number in three ways: by the library, by hand, and by a tiny experiment.
#
# You need a little Python, and to have heard what a derivative is: the slope of a curve. Everything here runs from the installed package, without a network.

# %% [markdown] lang="zh"
# # 1. 第一个梯度
#
# 读完这一页，你能搭起一个小小的计算，把它画出来，倒着走一遍，并用三种办法得到同一个数：让库来算，自己动手推，做一个小实验。
#
# 预备知识：会一点 Python，知道导数就是曲线的斜率。这里的一切都用装好的库运行，不需要联网。

# %%
import math

import tinygrad_edu as tg
from tinygrad_edu import Value

# %% [markdown] lang="en"
# ## A curve and its slope
#
# A gradient answers one question: *if I turn this a little, how much does that change?* For a curve the answer is its slope. Here is the curve that this page needs, tanh. It squeezes any number into the range from −1 to 1. In the middle it is steep, at both ends flat. The straight lines are tangents: they touch the curve in one point and have its slope there.

# %% [markdown] lang="zh"
# ## 一条曲线和它的斜率
#
# 梯度只回答一个问题：*我把这个拧动一点点，那个会变多少？* 对一条曲线来说，答案就是斜率。下面是这一页要用的曲线 tanh（双曲正切）：不管什么数，它都压到 −1 和 1 之间。中间陡，两头平。图里的直线是切线：在一点上和曲线贴着，斜率就是曲线在那一点的斜率。

# %% name="tangents"
tg.plot.curve(tg.tanh, -3.0, 3.0, tangents=[-2.0, -0.5, 1.0], x="x", y="tanh(x)")

# %% hidden=true
tg.predict(
    "The tangents above have the slopes 0.07, 0.79 and 0.42. What is the slope of tanh in the middle, at x = 0?",
    tg.grad(tg.tanh)(0.0),
    mistakes={
        0.0: "0 is the value of tanh there, not its slope.",
    },
    because="1: near 0, tanh(x) is almost x itself.",
)

# %% [markdown] lang="zh" strings=true
# "The tangents above have the slopes 0.07, 0.79 and 0.42. What is the slope of tanh in the middle, at x = 0?" => "上面三条切线的斜率是 0.07、0.79、0.42。在正中间 x = 0 处，tanh 的斜率是多少？"
# "1: near 0, tanh(x) is almost x itself." => "是 1：在 0 附近，tanh(x) 几乎就是 x 自己。"
# "0 is the value of tanh there, not its slope." => "0 是 tanh 在那里的值，不是斜率。"

# %% [markdown] lang="en"
# The slope depends on where you stand. It is 1 where y = tanh(x) is 0, and it goes to 0 where y comes close to −1 or 1. That smells of a formula in y: **1 − y²**. Draw both:

# %% [markdown] lang="zh"
# 斜率取决于你站在哪里。y = tanh(x) 等于 0 的地方，斜率是 1；y 接近 −1 或 1 的地方，斜率趋于 0。像是一个只跟 y 有关的公式：**1 − y²**。把两者画在一起：

# %%
tg.plot.curve(
    {"slope of tanh": tg.grad(tg.tanh), "1 − y²": lambda x: 1 - tg.tanh(x) ** 2}, -3.0, 3.0, x="x", y="slope"
)

# %% [markdown] lang="zh" strings=true
# "slope of tanh" => "tanh 的斜率"
# y="slope" => y="斜率"

# %% [markdown] lang="en"
# They are the same curve. (Proof: tanh = s/c with s = (eˣ − e⁻ˣ)/2 and c = (eˣ + e⁻ˣ)/2, where s′ = c and c′ = s. The quotient rule gives (c·c − s·s)/c² = 1 − (s/c)² = 1 − y².) The formula is convenient: who has computed y has almost computed the slope.
#
# ## A computation that remembers itself
#
# A `Value` is a number that remembers where it came from. Here is one neuron: it multiplies an input `x` by a weight `w`, adds a bias `b`, and sends the sum through tanh.

# %% [markdown] lang="zh"
# 两条曲线完全重合。（证明：tanh = s/c，其中 s = (eˣ − e⁻ˣ)/2，c = (eˣ + e⁻ˣ)/2，而 s′ = c，c′ = s。用商的求导法则，得 (c·c − s·s)/c² = 1 − (s/c)² = 1 − y²。）这个公式很省事：算出了 y，斜率也就差不多到手了。
#
# ## 记得自己来历的计算
#
# `Value` 是一个记得自己从哪儿来的数。下面是一个神经元：输入 `x` 乘上权重 `w`，加上偏置 `b`，再把和送进 tanh。

# %%
w = Value(0.5, "w")
x = Value(2.0, "x")
b = Value(-1.5, "b")
y = tg.tanh(w * x + b)
y.name = "y"
tg.draw(y)

# %% [markdown] lang="en"
# Each box is a *node*: one number of the computation. The arrows say what it was made from. `w`, `x` and `b` were given, not computed: they are *leaves*. The number on an arrow is its **local derivative**, its slope: by how much the box at its tip changes for one unit of the box at its start. You know one of them already: 0.7864 is the slope of tanh at −0.5, the second tangent above. The gradients show “–”: nobody has asked for them yet.
#
# ## Backward
#
# *If I turn `w` up a little, what happens to `y`?*

# %% [markdown] lang="zh"
# 每个方框是一个**节点**，即计算中的一个数；箭头说明它由谁算出。`w`、`x`、`b` 是给定的，不是算出来的，叫**叶节点**。箭头上的数是**局部导数**，也就是斜率：箭尾的方框变一个单位，箭头所指的方框变多少。其中一个你已经见过了：0.7864，正是 tanh 在 −0.5 处的斜率，上面的第二条切线。梯度那一栏都是“–”：还没有人问过。
#
# ## 往回走
#
# *把 `w` 往上拧一点点，`y` 会怎样？*

# %%
y.backward()

# %% hidden=true
tg.predict(
    "w = 0.5, x = 2, b = −1.5, y = tanh(w·x + b). One turns w up a little. Does y go up or down?",
    "up" if w.grad > 0 else "down",
    choices=["up", "down"],
    mistakes={
        "down": "The sum is −0.5, so y is negative. But up is up: from −0.46 towards 0.",
    },
    because="x is positive, so w·x grows; and tanh rises everywhere.",
)

# %% [markdown] lang="zh" strings=true
# "w = 0.5, x = 2, b = −1.5, y = tanh(w·x + b). One turns w up a little. Does y go up or down?" => "w = 0.5，x = 2，b = −1.5，y = tanh(w·x + b)。把 w 往上拧一点点，y 变大还是变小？"
# "up" => "变大"
# "down" => "变小"
# "x is positive, so w·x grows; and tanh rises everywhere." => "x 是正的，所以 w·x 变大；而 tanh 处处上升。"
# "The sum is −0.5, so y is negative. But up is up: from −0.46 towards 0." => "和是 −0.5，所以 y 是负的。可变大就是变大：从 −0.46 往 0 走。"

# %% [markdown] lang="en"
# How much is the gradient of `y` with respect to `w`. `y.backward()` works it out for every box at once. Each box now holds its own answer:

# %% [markdown] lang="zh"
# 变多少，就是 `y` 对 `w` 的梯度。`y.backward()` 一次就把每个方框的答案都算出来。现在，每个方框里都有了自己的梯度：

# %%
tg.draw(y)

# %% [markdown] lang="en"
# ## Step by step
#
# Press **▶** or the arrow keys. The first steps compute the values, from left to right. Then the gradient starts at the result with 1 and flows back, one arrow at a time: each arrow adds *local derivative × gradient of the box it points to* to the box it starts from.
#
# Click the box `w` and you are told why it has the gradient it has.

# %% [markdown] lang="zh"
# ## 一步一步看
#
# 按 **▶** 或方向键。前几步从左到右，把数值算出来。然后，梯度从结果出发，起点是 1，沿着箭头一条一条往回流：每条箭头都把*局部导数 × 它所指方框的梯度*，加到它出发的那个方框上。
#
# 点一下方框 `w`，它会告诉你，自己的梯度为什么是这个数。

# %% name="player"
tg.play(y)

# %% [markdown] lang="en"
# ## By hand
#
# There is one path from `y` down to `w`. Along it lie three local derivatives:
#
# - `y = tanh(v2)`: the slope of tanh is 1 − y²
# - `v2 = v1 + b`: the slope of a sum is 1
# - `v1 = w × x`: the slope towards `w` is `x`
#
# Why multiply them? If `v1` moves 2 for each unit of `w`, and `y` moves 0.7864 for each unit of `v1`, then `y` moves 0.7864 × 2 for each unit of `w`. That is the **chain rule**.

# %% [markdown] lang="zh"
# ## 自己动手推
#
# 从 `y` 往下走到 `w`，只有一条路径，沿途有三个局部导数：
#
# - `y = tanh(v2)`：tanh 的斜率是 1 − y²
# - `v2 = v1 + b`：和的斜率是 1
# - `v1 = w × x`：对 `w` 的斜率是 `x`
#
# 为什么要相乘？`w` 变一个单位，`v1` 变 2；`v1` 变一个单位，`y` 变 0.7864；那么 `w` 变一个单位，`y` 就变 0.7864 × 2。这就是**链式法则**。

# %% hidden=true
tg.predict(
    "1 − y² is 0.7864, and x is 2. What is the gradient of y with respect to w?",
    w.grad,
    mistakes={
        1 - y.data**2: "That is the slope of tanh alone. On the way to w comes one more: w·x has the slope x = 2.",
        x.grad: "That is the gradient of x: 0.7864 × w. Towards w the slope of w·x is x.",
        x.data: "That is the slope of w·x alone. After it comes tanh, with the slope 0.7864.",
    },
    because="0.7864 × 1 × 2 = 1.5729.",
)

# %% [markdown] lang="zh" strings=true
# "1 − y² is 0.7864, and x is 2. What is the gradient of y with respect to w?" => "1 − y² 是 0.7864，x 是 2。y 对 w 的梯度是多少？"
# "0.7864 × 1 × 2 = 1.5729." => "0.7864 × 1 × 2 = 1.5729。"
# "That is the slope of tanh alone. On the way to w comes one more: w·x has the slope x = 2." => "这只是 tanh 的斜率。通向 w 的路上还有一个：w·x 的斜率是 x = 2。"
# "That is the gradient of x: 0.7864 × w. Towards w the slope of w·x is x." => "这是 x 的梯度：0.7864 × w。w·x 对 w 的斜率是 x。"
# "That is the slope of w·x alone. After it comes tanh, with the slope 0.7864." => "这只是 w·x 的斜率。后面还有 tanh，斜率是 0.7864。"

# %%
by_hand = (1 - y.data**2) * 1 * x.data
print(by_hand, w.grad)
print(tg.paths(y, w))

# %% [markdown] lang="en"
# `paths` lists every way from the result down to a value, with its product. Here there is one; in larger computations there are many, and the gradient is their sum.
#
# ## The knob
#
# A gradient is a promise about *small* turns: change of `y` ≈ gradient × change of `w`. Go back to the player above. Every leaf is a knob there. Turn `w` from 0.5 to 0.6, and the page shows the promise beside the truth. First say what you expect:

# %% [markdown] lang="zh"
# `paths` 列出从结果走到某个数的每一条路径和它的乘积。这里只有一条；计算大了会有很多条，梯度是它们的和。
#
# ## 旋钮
#
# 梯度是一个关于*微小*变化的许诺：`y` 的变化 ≈ 梯度 × `w` 的变化。回到上面的播放器，那里每个叶节点都是一个旋钮。把 `w` 从 0.5 拧到 0.6，页面会把许诺和真相并排给你看。先说说你的猜测：

# %% hidden=true
promised = w.grad * 0.1
true = math.tanh(0.6 * 2.0 - 1.5) - math.tanh(0.5 * 2.0 - 1.5)

tg.predict(
    "w goes from 0.5 to 0.6. Gradient × change promises that y rises by 0.157. By how much does it rise in truth?",
    "a little more" if true > promised else "a little less",
    choices=["a little less", "exactly 0.157", "a little more"],
    mistakes={
        "exactly 0.157": "Exactly so it would be on the tangent. The curve leaves the tangent.",
        "a little less": "So it would be where tanh flattens, to the right of 0. At −0.5 it is still on its way to its steepest place.",
    },
    because=f"By {true:.3f}: to the right of −0.5 tanh becomes steeper still.",
)

# %% [markdown] lang="zh" strings=true
# "w goes from 0.5 to 0.6. Gradient × change promises that y rises by 0.157. By how much does it rise in truth?" => "w 从 0.5 拧到 0.6。按“梯度 × 变化量”，y 应该升高 0.157。实际会升高多少？"
# "a little more" => "比这多一点"
# "a little less" => "比这少一点"
# "exactly 0.157" => "正好 0.157"
# By {true:.3f}: to the right of −0.5 tanh becomes steeper still. => 升高 {true:.3f}：在 −0.5 的右边，tanh 还要更陡一些。
# "Exactly so it would be on the tangent. The curve leaves the tangent." => "只有沿着切线走才正好是它，曲线却会离开切线。"
# "So it would be where tanh flattens, to the right of 0. At −0.5 it is still on its way to its steepest place." => "在 0 的右边，tanh 越走越平，那里才会少一点。在 −0.5 处，它还在往最陡的地方去。"

# %%
tg.plot.curve(lambda w: tg.tanh(w * 2 - 1.5), 0.0, 1.5, tangents=[0.5], x="w", y="y")

# %% [markdown] lang="en"
# The tangent is the promise, the curve is the truth. Close to the point they are one.
#
# ## By experiment
#
# So forget derivatives. Turn `w` up by a tiny bit, turn it down by the same bit, see how much `y` moved, and divide. This is called a finite difference.

# %% [markdown] lang="zh"
# 切线是许诺，曲线是真相。离切点很近时，两者就是一回事。
#
# ## 做个实验
#
# 那就把导数忘掉。把 `w` 往上拧极小的一点，再往下拧同样一点，看 `y` 动了多少，除一下。这叫有限差分。

# %%
def neuron(w, x, b):
    return tg.tanh(w * x + b)


h = 1e-6
by_experiment = (neuron(0.5 + h, 2.0, -1.5) - neuron(0.5 - h, 2.0, -1.5)) / (2 * h)
print(by_experiment, w.grad)

# %% [markdown] lang="en"
# Three ways, one number (up to the small error of the experiment). That is all a gradient is: how much the result moves when you turn one knob.
#
# ## What it is good for
#
# Suppose we want `y` to be 0.5. The gradient of the error says which way to turn the knobs: against it. Take small steps, and watch `y`. (`zero_grad` sets the gradients back to 0; [5](05_why_topological_order.ipynb) says why.)

# %% [markdown] lang="zh"
# 三种办法，同一个数（实验那个带着一点点误差）。梯度就是这么回事：拧动一个旋钮，结果动多少。
#
# ## 有什么用
#
# 假设我们想让 `y` 变成 0.5。误差的梯度告诉我们旋钮该往哪边拧：逆着它。一小步一小步地走，盯着 `y` 看。（`zero_grad` 把梯度清零，为什么见[第 5 课](05_why_topological_order.ipynb)。）

# %%
w, b = Value(0.5, "w"), Value(-1.5, "b")
ys = []
for _ in range(25):
    y = tg.tanh(w * 2.0 + b)
    ys.append(y.data)
    error = (y - 0.5) ** 2
    tg.zero_grad([w, b])
    error.backward()
    w.data -= 0.05 * w.grad
    b.data -= 0.05 * b.grad

tg.plot.lines({"y": ys, "wanted": [0.5] * len(ys)}, y="y")

# %% [markdown] lang="zh" strings=true
# "wanted" => "想要的值"

# %% [markdown] lang="en"
# A neural network does this with thousands of knobs. Nothing else changes.
#
# ## Exercises
#
# **1.** Do the backward pass yourself. The page asks which arrow comes next and what it adds, and says what went wrong if something does.

# %% [markdown] lang="zh"
# 神经网络做的就是这件事，只不过旋钮有成千上万个。别的什么也没变。
#
# ## 练习
#
# **1.** 亲手做一遍反向传播。页面会问你：下一条该走哪条箭头，它加上多少；错了，会告诉你错在哪里。

# %%
w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-1.5, "b")
y = neuron(w, x, b)
y.name = "y"
tg.practice(y)

# %% [markdown] lang="en"
# **2.** Set `b` to −5: the sum is −4, and y = −0.9993.

# %% [markdown] lang="zh"
# **2.** 把 `b` 改成 −5：和是 −4，y = −0.9993。

# %% hidden=true
saturated = tg.grad(neuron)(0.5, 2.0, -5.0)
tg.predict(
    "What is now the gradient with respect to w: about 1.6, about 0.1, or almost 0?",
    "almost 0" if abs(saturated) < 0.01 else "another",
    choices=["about 1.6", "about 0.1", "almost 0"],
    mistakes={
        "about 1.6": "That was its gradient with b = −1.5. The same w, but the sum is at another place of the curve now.",
        "about 0.1": "That is what it would be at a sum of −2. At −4 the curve is flatter still.",
    },
    because=f"{saturated:.4f}: at −4 tanh is almost flat. The neuron is saturated, and learns next to nothing.",
)

# %% [markdown] lang="zh" strings=true
# "What is now the gradient with respect to w: about 1.6, about 0.1, or almost 0?" => "现在对 w 的梯度是多少：约 1.6，约 0.1，还是几乎为 0？"
# "about 1.6" => "约 1.6"
# "about 0.1" => "约 0.1"
# "almost 0" => "几乎为 0"
# {saturated:.4f}: at −4 tanh is almost flat. The neuron is saturated, and learns next to nothing. => {saturated:.4f}：在 −4 处 tanh 几乎是平的。这个神经元饱和了，几乎学不动。
# "That was its gradient with b = −1.5. The same w, but the sum is at another place of the curve now." => "那是 b = −1.5 时的梯度。w 没变，和却到了曲线上的另一处。"
# "That is what it would be at a sum of −2. At −4 the curve is flatter still." => "和是 −2 时才是这么多。到了 −4，曲线还要平得多。"

# %% [markdown] lang="en"
# **3.** Now x is used twice: y = tanh(w·x + b·x). Write all three derivatives by hand, for any w, x and b. The library measures the slopes and compares. As it stands, one of them is wrong.

# %% [markdown] lang="zh"
# **3.** 现在 x 用了两次：y = tanh(w·x + b·x)。对任意的 w、x、b，把三个导数都亲手写出来。库会实测斜率来对照。现在的写法里，有一个是错的。

# %%
def twice(p):
    w, x, b = p
    return math.tanh(w * x + b * x)


def slopes_by_hand(p):
    w, x, b = p
    steepness = 1 - twice(p) ** 2
    return [steepness * x, steepness * w * b, steepness * x]  # mend this line


try:
    print(tg.check.gradient_function(twice, slopes_by_hand, [0.5, 2.0, -1.5]))
except tg.errors.GradientMismatch as mismatch:
    print(mismatch)

# %% [markdown] lang="zh" strings=true
# # mend this line => # 改这一行

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# Two paths lead from y to x, one through each product, with the slopes w and b. They add up: the second entry is `steepness * (w + b)`.
# </details>
#
# **Next:** who decides what "better" means? In [2, the rubber band](02_rubber_band.ipynb), the error becomes something that pulls.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 从 y 到 x 有两条路径，各经过一个乘积，斜率分别是 w 和 b。两条加起来：第二项是 `steepness * (w + b)`。
# </details>
#
# **接下来：**什么叫“更好”，由谁说了算？在[第 2 课，橡皮筋](02_rubber_band.ipynb)里，误差变成了一股拉力。
