# %% [markdown] lang="en"
# # 6. The two wings
#
# At the end of this page you can write down both passes of a network, layer by layer, and check them against the library. You have measured why the backward pass is cheap, with 10 parameters and with 100,000, and what is paid for it.
#
# You need notebooks [1](01_first_gradient.ipynb) and [5](05_why_topological_order.ipynb).

# %% [markdown] lang="zh"
# # 6. 一对翅膀
#
# 读完这一页，你能逐层写出一个网络的前向和反向两趟计算，并和库的结果对上。你还会亲手量出：为什么反向这一趟便宜，10 个参数如此，100,000 个参数也如此；以及为此付出了什么。
#
# 预备知识：[第 1 课](01_first_gradient.ipynb)和[第 5 课](05_why_topological_order.ipynb)。

# %%
import math
import time
import tracemalloc
from contextlib import nullcontext
from itertools import zip_longest

import tinygrad_edu as tg
from tinygrad_edu import Value, nn

# %% [markdown] lang="en"
# ## The first wing: forward
#
# A network is a function with knobs. It is made of layers, and a layer does two things: a weighted sum, and a bend.
#
# **z = w · x + b,  a = σ(z)**
#
# (σ here is any bend; below it is tanh.) Here is a small one: two inputs, two tanh neurons, one output that is only summed. It has nine parameters.

# %% [markdown] lang="zh"
# ## 第一只翅膀：前向
#
# 网络是一个带旋钮的函数。它由一层层叠起来，每层只做两件事：求一个加权和，再弯一下。
#
# **z = w · x + b,  a = σ(z)**
#
# （这里 σ 代表任意弯法，下面用 tanh。）下面是个小的：两个输入，两个 tanh 神经元，一个只求和的输出。一共九个参数。

# %% name="layers"
net = nn.MLP(2, [2, 1], "tanh", seed=3)
for parameter, name in zip(net.parameters(), ["w11", "w12", "b1", "w21", "w22", "b2", "u1", "u2", "c"], strict=True):
    parameter.name = name
x, target = [0.5, -1.0], 1.0
tg.draw(net, x)

# %% [markdown] lang="en"
# Now the same by hand, with plain numbers. Mind what is **kept** on the way: the inputs of each layer.

# %% [markdown] lang="zh"
# 再用普通的数手算一遍。注意一路上**留下了什么**：每一层的输入。

# %%
w11, w12, b1, w21, w22, b2, u1, u2, c = [parameter.data for parameter in net.parameters()]
z1, z2 = w11 * x[0] + w12 * x[1] + b1, w21 * x[0] + w22 * x[1] + b2
a1, a2 = math.tanh(z1), math.tanh(z2)
out = u1 * a1 + u2 * a2 + c
(out, net(x).data)

# %% [markdown] lang="en"
# The last step forward is the loss, here (out − target)². Step through the whole. The gradients come in the second half, and every one of them uses a number that the first half left behind.

# %% [markdown] lang="zh"
# 前向的最后一步是损失，这里取 (out − target)²。从头到尾走一遍。梯度在后半程出现，每一个都要用到前半程留下的某个数。

# %% name="kept"
loss = (net(x) - target) ** 2
computed = [node for node in tg.topological_order(loss) if node.parents]
for node, name in zip(computed, ["s1", "z1", "a1", "s2", "z2", "a2", "s", "out", "miss", "loss"], strict=True):
    node.name = name
tg.play(loss)

# %% [markdown] lang="en"
# ## The second wing: backward
#
# Start from the error at the output, and go through the layers, last first. For each layer three formulas:
#
# | what | formula |
# | --- | --- |
# | gradient of a weight | error × the activation that the weight multiplied |
# | gradient of a bias | error |
# | error of the layer before | (weights × error) × slope of the bend, for tanh 1 − a² |

# %% [markdown] lang="zh"
# ## 第二只翅膀：反向
#
# 从输出的误差出发，从最后一层往前走。每一层只有三条公式：
#
# | 求什么 | 公式 |
# | --- | --- |
# | 权重的梯度 | 误差 × 这个权重当时乘的激活值 |
# | 偏置的梯度 | 误差 |
# | 前一层的误差 | （权重 × 误差）× 弯曲处的斜率，tanh 是 1 − a² |

# %%
error = 2 * (out - target)
error1, error2 = u1 * error * (1 - a1**2), u2 * error * (1 - a2**2)
by_hand = [error1 * x[0], error1 * x[1], error1, error2 * x[0], error2 * x[1], error2, error * a1, error * a2, error]

# %% hidden=true
tg.predict(
    f"The error at the output is {error:.3f}, and a1 = {a1:.3f}. What is the gradient of u1, which multiplies a1?",
    error * a1,
    mistakes={
        -(error * a1): "Both numbers are negative: their product is positive.",
        error * u1: "That is error × weight, which goes on to the layer before. For a weight it is error × activation.",
    },
    because="Error × the activation that the weight multiplied.",
)

# %% [markdown] lang="zh" strings=true
# The error at the output is {error:.3f}, and a1 = {a1:.3f}. What is the gradient of u1, which multiplies a1? => 输出处的误差是 {error:.3f}，a1 = {a1:.3f}。u1 乘的是 a1，它的梯度是多少？
# Error × the activation that the weight multiplied. => 误差 × 这个权重当时乘的激活值。
# "Both numbers are negative: their product is positive." => "两个数都是负的，乘积是正的。"
# "That is error × weight, which goes on to the layer before. For a weight it is error × activation." => "这是误差 × 权重，是传给前一层的。权重的梯度是误差 × 激活值。"

# %% name="by_hand"
loss.backward()
names = [f"{parameter.name}, by backward() {parameter.grad:.4f}" for parameter in net.parameters()]
tg.plot.bars(dict(zip(names, by_hand, strict=True)), x="gradient by hand")

# %% [markdown] lang="zh" strings=true
# f"{parameter.name}, by backward() {parameter.grad:.4f}" => f"{parameter.name}，backward() 给出 {parameter.grad:.4f}"
# "gradient by hand" => "手算的梯度"

# %% [markdown] lang="en"
# The same nine numbers. Look at the biases: their gradients *are* the errors. That is why the network pictures show “the blame of a neuron” as the gradient of its bias.
#
# ## Side by side
#
# | | forward | backward |
# | --- | --- | --- |
# | direction | from inputs to loss | from loss to inputs |
# | task | give an answer | share out the error |
# | when | in training and in use | in training only |
# | computes | sums, bends, one loss | slopes, products, one gradient for every parameter |
# | needs | inputs and parameters | what the forward pass kept |
#
# And here they are, step by step, each in its own order:

# %% [markdown] lang="zh"
# 九个数一一相同。看看偏置：它们的梯度*就是*误差。所以网络图里说的“某个神经元的责任”，画的正是它偏置的梯度。
#
# ## 并排看
#
# | | 前向 | 反向 |
# | --- | --- | --- |
# | 方向 | 从输入到损失 | 从损失到输入 |
# | 任务 | 给出回答 | 分摊误差 |
# | 何时进行 | 训练和使用都要 | 只在训练时 |
# | 算什么 | 求和、弯曲、一个损失 | 斜率、乘积、每个参数一个梯度 |
# | 需要什么 | 输入和参数 | 前向留下的东西 |
#
# 下面把两趟的每一步，按各自的次序列出来：

# %% name="wings"
walk = list(tg.steps(loss))
forward = [step.caption for step in walk if step.kind == "forward"]
backward = [step.caption for step in walk if step.kind != "forward"]
for left, right in zip_longest(forward, backward, fillvalue=""):
    print(f"{left:56.56}  {right}")

# %% [markdown] lang="en"
# ## The loop
#
# Training is: start at random; then again and again **forward, loss, backward, update**, and report the loss. Nothing is hidden in `fit` but this:

# %% [markdown] lang="zh"
# ## 训练循环
#
# 训练就是：随机开头；然后一遍又一遍地**前向、损失、反向、更新**，并报出损失。`fit` 里藏着的也就是这些：

# %% name="loop"
moons = tg.data.load("moons", n=40, seed=0)
student = nn.MLP(2, [6, 1], "tanh", seed=1)
losses = []
for _ in range(60):
    outputs = [student(row) for row in moons.X]
    loss = nn.binary_cross_entropy(outputs, moons.y)
    tg.zero_grad(student.parameters())
    loss.backward()
    for parameter in student.parameters():
        parameter.data -= 0.5 * parameter.grad
    losses.append(loss.data)
tg.plot.lines({"loss": losses}, x="epoch", y="loss")

# %% [markdown] lang="zh" strings=true
# "loss" => "损失"
# x="epoch" => x="轮次"

# %% [markdown] lang="en"
# ## The same pair elsewhere
#
# **A production line.** A rod is cut, stretched and ground; at the end it is measured. Forward is making the rod. Backward is the quality inspection: the rod is 3 mm too long, and the complaint goes back to the stations. By how much, and which way, should each be adjusted?

# %% [markdown] lang="zh"
# ## 别处的同一对翅膀
#
# **生产线。** 一根杆子先切、再拉、再磨，最后量长度。前向就是把杆子做出来。反向就是质检：杆子长了 3 毫米，这个意见一站一站往回传。每一站该往哪边调，调多少？

# %%
cut, stretch, grind = Value(50.0, "cut"), Value(2.1, "stretch"), Value(2.0, "grind")
rod = cut * stretch - grind
complaint = (rod - 100.0) ** 2 / 2
complaint.backward()

# %% [markdown] lang="zh" strings=true
# "cut" => "切"
# "stretch" => "拉"
# "grind" => "磨"

# %% hidden=true
tg.predict(
    "The rod is 103 mm long and should be 100. Which setting is the complaint most sensitive to, per unit?",
    max((cut, stretch, grind), key=lambda v: abs(v.grad)).name,
    choices=["cut", "stretch", "grind"],
    mistakes={
        "cut": "Its number is the largest, 50. But a unit of it moves the rod by 2.1 mm only.",
        "grind": "A unit of it moves the rod by 1 mm, the least of the three.",
    },
    because="One unit of stretch moves the rod by 50 mm, one unit of cut by 2.1, one unit of grind by 1.",
)

# %% [markdown] lang="zh" strings=true
# The rod is 103 mm long and should be 100. Which setting is the complaint most sensitive to, per unit? => 杆子长 103 毫米，应该是 100。每动一个单位，损失对哪个设定最敏感？
# One unit of stretch moves the rod by 50 mm, one unit of cut by 2.1, one unit of grind by 1. => 拉伸倍数动一个单位，杆子就变 50 毫米；切割动一个单位变 2.1，打磨变 1。
# ["cut", "stretch", "grind"] => ["切", "拉", "磨"]
# "cut": => "切":
# "grind": => "磨":
# "Its number is the largest, 50. But a unit of it moves the rod by 2.1 mm only." => "它的数最大，50。可它动一个单位，杆子只变 2.1 毫米。"
# "A unit of it moves the rod by 1 mm, the least of the three." => "它动一个单位，杆子变 1 毫米，三个里最少。"

# %% name="line"
tg.draw(complaint, edges="contribution")

# %% [markdown] lang="en"
# (Units matter: a gradient compares *one unit* of each. Nobody turns the stretch by a whole unit.)
#
# **A child** believes that what has four legs is a dog. It sees a cat and says: dog. No, that is a cat; a dog barks. Forward is the guess, the correction goes backward into two beliefs. (The sigmoid squeezes the sum of the beliefs into the range from 0 to 1: how sure the child is.)

# %% [markdown] lang="zh"
# （单位很要紧：梯度比较的是各自的*一个单位*。没有人会把拉伸倍数一下拧动一整个单位。）
#
# **一个小孩**以为四条腿的都是狗。看见猫，他说：狗。不对，这是猫；会汪汪叫的才是狗。猜是前向，纠正则反向传进两条看法里。（sigmoid 把各条看法的和压到 0 和 1 之间，就是孩子有几分把握。）

# %% name="child"
legs, barks, doubt = Value(3.0, "legs"), Value(0.0, "barks"), Value(-1.5, "doubt")
animals = {"dog": (1, 1, 1), "cat": (1, 0, 0), "bird": (0, 0, 0)}  # four legs?, barks?, a dog?
guesses = {name: [] for name in animals}
for _ in range(80):
    for name, (has_legs, does_bark, truth) in animals.items():
        guess = tg.sigmoid(legs * has_legs + barks * does_bark + doubt)
        guesses[name].append(guess.data)
        tg.zero_grad([legs, barks, doubt])
        nn.mse(guess, truth).backward()
        for belief in (legs, barks, doubt):
            belief.data -= 0.5 * belief.grad
tg.plot.lines(guesses, x="days that have passed", y="says dog")

# %% [markdown] lang="zh" strings=true
# four legs?, barks?, a dog? => 四条腿？会叫？是狗？
# "legs" => "四条腿"
# "barks" => "会叫"
# "doubt" => "怀疑"
# "dog": (1, 1, 1) => "狗": (1, 1, 1)
# "cat" => "猫"
# "bird" => "鸟"
# "days that have passed" => "过了几天"
# "says dog" => "有多肯定是狗"

# %% [markdown] lang="en"
# On the first day the cat is a dog with 0.83. The dog is doubted too, down to 0.62 after ten days: the correction hits the belief in legs, which the dog shares. Then the child finds the barking; but only after 54 days is it as sure of the dog as at first.
#
# **A feedback loop.** Control theory draws it so: stimulus → processing → action → observed result → **error signal** (desired − actual) → new setting. A heater: the room has 5 °C and every unit of power adds 1 °C; 20 °C are desired. The controller adds *rate × error* to the power. That is gradient descent on ½ · error², under another name.

# %% [markdown] lang="zh"
# 第一天，猫是狗的把握有 0.83。连狗也被怀疑，十天之后跌到 0.62：纠正打在“四条腿”这条看法上，而狗也有四条腿。后来，孩子注意到了叫声；可要过 54 天，他对狗才恢复当初的把握。
#
# **反馈回路。** 控制论是这样画的：刺激 → 处理 → 动作 → 观察到的结果 → **误差信号**（期望 − 实际）→ 新的设定。一台暖气：屋里 5 °C，功率每加一个单位就升 1 °C，想要 20 °C。控制器每次给功率加上*速率（rate）× 误差*。这就是对 ½ · 误差² 做梯度下降，只是换了个名字。

# %% name="feedback"
def heat(rate):
    power, course = Value(0.0, "power"), []
    for _ in range(20):
        room = 5.0 + power
        course.append(room.data)
        power.grad = 0.0
        ((20.0 - room) ** 2 / 2).backward()
        power.data -= rate * power.grad  # the same as += rate * (20 - room)
    return course

tg.plot.lines({f"rate {rate}": heat(rate) for rate in (0.1, 0.5, 1.7)}, x="minute", y="room, °C")

# %% [markdown] lang="zh" strings=true
# the same as += rate * (20 - room) => 也就是 += rate * (20 - room)
# "power" => "功率"
# f"rate {rate}" => f"速率 {rate}"
# "minute" => "分钟"
# "room, °C" => "室温（°C）"

# %% hidden=true
tg.predict(
    "Each minute the error is multiplied by (1 − rate). At which rate does the room swing up and down for ever?",
    2.0,
    mistakes={
        1.0: "There the factor is 0: after one minute it has 20 °C, and stays there.",
        1.7: "There the factor is −0.7: it swings, and each swing is smaller.",
    },
    because="At rate 2 the factor is −1: 5, 35, 5, 35 ... Beyond it the swings grow. A learning rate has such a limit, too.",
)

# %% [markdown] lang="zh" strings=true
# Each minute the error is multiplied by (1 − rate). At which rate does the room swing up and down for ever? => 每一分钟，误差都乘上 (1 − rate)。rate 取多少时，室温会永远上下摆动？
# At rate 2 the factor is −1: 5, 35, 5, 35 ... Beyond it the swings grow. A learning rate has such a limit, too. => rate 取 2 时，这个系数是 −1：5、35、5、35……再大，摆动就越来越大。学习率也有这样一条界线。
# "There the factor is 0: after one minute it has 20 °C, and stays there." => "这时系数是 0：一分钟后就到 20 °C，不再动。"
# "There the factor is −0.7: it swings, and each swing is smaller." => "这时系数是 −0.7：会摆，但一次比一次小。"

# %% [markdown] lang="en"
# ## Why it is cheap
#
# A network with a million weights needs a million derivatives. By experiment one would turn each knob in turn: a million evaluations, and one more. How many does the backward pass need? Guess, then measure. The function is Σ tanh(xᵢ) · xᵢ₊₁ of n numbers.

# %% [markdown] lang="zh"
# ## 为什么便宜
#
# 一百万个权重的网络，需要一百万个导数。靠实验的话，要把旋钮一个一个拧过去：一百万次计算，外加一次。反向传播要几次？先猜，再量。用的函数是 n 个数的 Σ tanh(xᵢ) · xᵢ₊₁。

# %%
def total(xs):
    return tg.sum([tg.tanh(a) * b for a, b in zip(xs, xs[1:] + xs[:1], strict=True)])

def seconds(task, xs):
    """The least time that a task takes the processor."""
    times = []
    with tg.collector_paused():
        for _ in range(3 + 3_000 // len(xs)):
            start = time.process_time()
            task(xs)
            times.append(time.process_time() - start)
    return min(times)

sizes, timed = [10, 100, 1_000, 10_000, 100_000], []
for n in sizes:
    xs = [Value(math.sin(i)) for i in range(n)]
    timed.append(seconds(lambda xs: total(xs).backward(), xs) / seconds(total, xs))

# %% [markdown] lang="zh" strings=true
# The least time that a task takes the processor. => 一个任务占用处理器的最短时间。

# %% hidden=true
choices = {"about 2": 2, "about 300": 300, "about 100,000": 100_000}
tg.predict(
    "With 100,000 parameters: value and all 100,000 derivatives together cost how many evaluations?",
    min(choices, key=lambda text: abs(math.log(choices[text] / timed[-1]))),
    choices=list(choices),
    mistakes={
        "about 100,000": "That is what it costs by experiment: an evaluation for each knob.",
        "about 300": "About the root of 100,000? The cost does not grow with the number of parameters at all.",
    },
    because="The backward pass visits every edge of the graph once. Each + × tanh has one or two, and the sum has one for each term.",
)

# %% [markdown] lang="zh" strings=true
# With 100,000 parameters: value and all 100,000 derivatives together cost how many evaluations? => 有 100,000 个参数时，数值加上全部 100,000 个导数，相当于算几次函数？
# "about 2" => "约 2"
# "about 300" => "约 300"
# "about 100,000" => "约 100,000"
# The backward pass visits every edge of the graph once. Each + × tanh has one or two, and the sum has one for each term. => 反向传播把图上每条边恰好走一次：+、×、tanh 各有一两条，求和则是每项一条。
# "That is what it costs by experiment: an evaluation for each knob." => "靠实验才要这么多：每个旋钮算一次。"
# "About the root of 100,000? The cost does not grow with the number of parameters at all." => "大约是 100,000 的平方根？这个代价根本不随参数个数增长。"

# %% [markdown] lang="en"
# That was the clock, which no two machines read alike. So count, too: `trace` writes every operation down as an equation. In **reverse mode** the equations of the function and of its whole gradient; in **forward mode** (`tg.jvp`), which carries one derivative along from the inputs on, those of one run, times the n runs that it takes; by **experiment** n + 1 evaluations. (A sum of many terms is one equation.)

# %% [markdown] lang="zh"
# 这是掐表量的，换台机器就是另一个数。所以再数一数：`trace` 把每个运算记成一条等式。**反向模式**：函数连同整个梯度的等式数；**前向模式**（`tg.jvp`，从输入出发，一趟带一个导数往前走）：一趟的等式数，乘以要跑的 n 趟；靠**实验**：n + 1 次计算。（许多项的和算一条等式。）

# %% name="cheap"
def evaluations(n):
    """What reverse and forward mode cost, in operations of the function itself."""
    xs, first = [math.sin(i) for i in range(n)], [1.0] + [0.0] * (n - 1)
    f, one_run = tg.trace(total, xs), tg.trace(lambda xs: tg.jvp(total, (xs,), (first,)), xs)
    return [len(f.value_and_grad().equations) / len(f.equations), n * len(one_run.equations) / len(f.equations)]

reverse, forward = zip(*map(evaluations, sizes[:3]), strict=True)
for n, backward_mode, forward_mode in zip(sizes, reverse, forward, strict=False):
    print(f"{n:6,} {backward_mode:6.2f} {forward_mode:10.1f} {n + 1:6,}")
costs = {"reverse mode, timed": timed, "reverse mode, counted": reverse, "forward mode, counted": forward}
tg.plot.lines(costs | {"by experiment": [n + 1 for n in sizes]}, at=sizes, x="parameters", y="cost in evaluations", log=True)

# %% [markdown] lang="zh" strings=true
# What reverse and forward mode cost, in operations of the function itself. => 反向模式和前向模式的代价，以函数本身的运算次数为单位。
# "reverse mode, timed" => "反向模式，掐表"
# "reverse mode, counted" => "反向模式，数运算"
# "forward mode, counted" => "前向模式，数运算"
# "by experiment" => "靠实验"
# "parameters" => "参数个数"
# "cost in evaluations" => "相当于算几次"

# %% [markdown] lang="en"
# (The columns: n, reverse, forward, experiment.) **Reverse mode is flat**: 2.5 evaluations counted, about 2 by the clock, from ten parameters to a hundred thousand. Experiment and forward mode grow with n. A run of forward mode costs 5 evaluations here, so that the whole gradient costs 5 n: 5,000 evaluations for 1,000 parameters. It is exact, as differences are not, but it is not cheap.
#
# It must be so. Forward, an operation is computed once. Backward, each of its edges costs one multiplication by a slope and one addition. A sum of many terms counts as many additions both ways. That is a constant factor, and **n does not occur in it**. Baur and Strassen proved it in 1983 for rational functions: with all its partial derivatives a function needs at most three times as many multiplications and divisions, those by constants not counted (Theoretical Computer Science 22, 317–330, doi:10.1016/0304-3975(83)90110-X).
#
# To be fair: an evaluation here records a graph. Plain floats record nothing. What does recording cost?

# %% [markdown] lang="zh"
# （各列依次是：n、反向、前向、实验。）**反向模式是平的**：数运算是 2.5 次，掐表是 2 次左右，从十个参数到十万个参数都如此。实验和前向模式则随 n 增长。这里前向模式跑一趟相当于算 5 次，整个梯度就是 5 n：1,000 个参数要算 5,000 次。它是准确的（差分做不到），但不便宜。
#
# 道理也必然如此。前向时，每个运算算一次。反向时，它的每条边只多出一次乘法（乘斜率）和一次加法。许多项的和，前向反向都算作许多次加法。于是只差一个常数倍，**里面没有 n**。Baur 和 Strassen 在 1983 年对有理函数证明了这一点：连同全部偏导数，乘除法的次数至多是原来的三倍（乘除常数的不算；Theoretical Computer Science 22, 317–330, doi:10.1016/0304-3975(83)90110-X）。
#
# 说句公道话：这里的一次计算要记录计算图，普通的浮点数什么也不记。记录要花多少？

# %%
def in_floats(numbers):
    return sum(math.tanh(a) * b for a, b in zip(numbers, numbers[1:] + numbers[:1], strict=True))

xs = [Value(math.sin(i)) for i in range(10_000)]
plain = seconds(in_floats, [x.data for x in xs])
slower = {"Value": seconds(total, xs) / plain, "Value, backward()": seconds(lambda xs: total(xs).backward(), xs) / plain}

# %% hidden=true
choices = {"about 1": 1, "about 10": 10, "about 100": 100}
tg.predict(
    "The same sum of 10,000 products with plain floats and math.tanh. How many times as long does it take with Values, without a gradient?",
    min(choices, key=lambda text: abs(math.log(choices[text] / slower["Value"]))),
    choices=list(choices),
    mistakes={
        "about 1": "So it would be if only the arithmetic counted. But a node is made for every operation.",
    },
    because=f"{slower['Value']:.0f} times when this page was run: each node is an object that remembers its parents and slopes.",
)

# %% [markdown] lang="zh" strings=true
# "about 1" => "约 1"
# "about 10" => "约 10"
# "about 100" => "约 100"
# The same sum of 10,000 products with plain floats and math.tanh. How many times as long does it take with Values, without a gradient? => 同样是 10,000 个乘积之和，改用普通浮点数和 math.tanh。用 Value 来算（不求梯度），时间是它的几倍？
# {slower['Value']:.0f} times when this page was run: each node is an object that remembers its parents and slopes. => {slower['Value']:.0f} 倍，这是运行这一页时量的：每个节点都是一个对象，记着自己的父节点和斜率。
# "So it would be if only the arithmetic counted. But a node is made for every operation." => "只算加减乘除，才是这样。可每个运算都要造一个节点。"

# %% name="floats"
tg.plot.bars(slower, x="time, in that of plain floats")

# %% [markdown] lang="zh" strings=true
# "time, in that of plain floats" => "时间（以普通浮点数为 1）"

# %% [markdown] lang="en"
# This too is a factor without n. ([12](12_from_scalars_to_tensors.ipynb) gets rid of it: the same scalars, regrouped into arrays.)
#
# ## What is paid
#
# The backward pass needs what the forward pass left behind. That has to be kept: **memory** grows with the number of operations.

# %% [markdown] lang="zh"
# 这也只是一个不含 n 的倍数。（[第 12 课](12_from_scalars_to_tensors.ipynb)会把它省掉：同样的标量，重新组合成数组。）
#
# ## 付出了什么
#
# 反向要用前向留下的东西，所以这些东西得留着：**内存**随运算的个数增长。

# %% name="memory"
def kept_bytes(n, recording):
    xs = [Value(math.sin(i)) for i in range(n)]
    tracemalloc.start()
    with nullcontext() if recording else tg.no_grad():
        result = total(xs)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return kept, result.data

memory = {"graph kept": [kept_bytes(n, True)[0] for n in sizes[:4]]}
memory["no_grad"] = [kept_bytes(n, False)[0] for n in sizes[:4]]
tg.plot.lines(memory, at=sizes[:4], x="parameters", y="bytes kept", log=True)

# %% [markdown] lang="zh" strings=true
# "graph kept" => "留着计算图"
# "parameters" => "参数个数"
# "bytes kept" => "留下的字节数"

# %% hidden=true
tg.predict(
    "With 10,000 parameters, how many bytes are kept for each of them (two operations each)?",
    memory["graph kept"][-1] / sizes[3],
    tolerance=0.3,
    mistakes={
        2 * 8: "That is two floats. A node keeps more than its number: its parents, and the slopes towards them.",
    },
    because="Two nodes and their edges for each. Without a backward pass to come, no_grad() keeps next to nothing.",
)

# %% [markdown] lang="zh" strings=true
# With 10,000 parameters, how many bytes are kept for each of them (two operations each)? => 10,000 个参数时，平均为每个参数（各有两个运算）留下多少字节？
# Two nodes and their edges for each. Without a backward pass to come, no_grad() keeps next to nothing. => 每个参数两个节点和它们的边。如果后面没有反向传播，no_grad() 几乎什么都不留。
# memory["graph kept"] => memory["留着计算图"]
# "That is two floats. A node keeps more than its number: its parents, and the slopes towards them." => "这是两个浮点数。一个节点留下的不止一个数，还有父节点和斜率。"

# %% [markdown] lang="en"
# That is the trade: time independent of n, for memory that grows with the length of the computation.
#
# ## It is general
#
# Nothing above asked what the function *is*. From the perceptron to a Transformer block, each is a graph of the same small operations, and one backward pass serves them all. Below: the edges walked backward for each operation computed forward.

# %% [markdown] lang="zh"
# 这就是那笔交易：时间与 n 无关，代价是内存随计算的长度增长。
#
# ## 它是通用的
#
# 上面没有一处问过这个函数*是什么*。从感知机到一个 Transformer 块，都是由同样的小运算连成的图，同一趟反向传播全都管用。下面是：每做一个前向运算，反向要走几条边。

# %% name="general"
block = nn.Sequential(nn.Residual(nn.LayerNorm(4), nn.SelfAttention(4, seed=0)), nn.LayerNorm(4), nn.Flatten())
shapes = {
    "perceptron": (nn.Sequential(nn.Linear(4, 1, seed=0), nn.Tanh()), [0.1, 0.2, 0.3, 0.4]),
    "multi-layer": (nn.MLP(4, [8, 8, 2], "tanh", seed=0), [0.1, 0.2, 0.3, 0.4]),
    "convolution": (nn.Sequential(nn.Conv2d(1, 2, 3, seed=0), nn.Flatten()), [[[0.1 * (i + j) for j in range(6)] for i in range(6)]]),
    "recurrent": (nn.Recurrent(nn.LSTMCell(2, 3, seed=0), last=True), [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]),
    "Transformer block": (block, [[0.1, 0.2, 0.3, 0.5], [0.4, 0.1, 0.2, 0.3], [0.3, 0.5, 0.1, 0.2]]),
}
edges = {}
for name, (model, example) in shapes.items():
    outputs = model(example)
    loss = tg.norm(outputs if isinstance(outputs, list) else [outputs])
    kinds = [step.kind for step in tg.steps(loss)]
    edges[f"{name}: {len(model.parameters())} parameters"] = kinds.count("backward") / kinds.count("forward")
tg.plot.bars(edges, x="edges / operations")

# %% [markdown] lang="zh" strings=true
# "perceptron" => "感知机"
# "multi-layer" => "多层"
# "convolution" => "卷积"
# "recurrent" => "循环"
# "Transformer block" => "Transformer 块"
# {len(model.parameters())} parameters => {len(model.parameters())} 个参数
# "edges / operations" => "边数 / 运算数"

# %% [markdown] lang="en"
# A sum of many terms is one operation with many edges, so the ratio is more than two where layers are wide; forward, such a sum costs as many additions.
#
# ## Exercises
#
# **1.** A gradient of a model with 10¹² parameters, by experiment, one evaluation taking one second: how many thousand years?

# %% [markdown] lang="zh"
# 许多项的和算一个运算，却有许多条边，所以层一宽，比值就超过二；而前向算这样一个和，也要做那么多次加法。
#
# ## 练习
#
# **1.** 一个有 10¹² 个参数的模型，每算一次要一秒，靠实验求一次梯度：要多少个一千年？

# %% hidden=true
tg.predict(
    "How many thousand years?",
    (1e12 + 1) / (365.25 * 24 * 3600) / 1000,
    tolerance=0.05,
    mistakes={
        (1e12 + 1) / (365.25 * 24 * 3600): "So many years. Asked are thousands of years.",
    },
    because="10¹² seconds are 31,700 years. By backward(): a few seconds.",
)

# %% [markdown] lang="zh" strings=true
# How many thousand years? => 几千年？（以千年为单位，填一个数）
# 10¹² seconds are 31,700 years. By backward(): a few seconds. => 10¹² 秒就是 31,700 年。用 backward()：几秒钟。
# "So many years. Asked are thousands of years." => "这是年数。问的是多少个一千年。"

# %% [markdown] lang="en"
# **2.** Write the backward wing of one tanh neuron yourself: replace the zeros. The library measures the slopes and says what is wrong.

# %% [markdown] lang="zh"
# **2.** 自己写出一个 tanh 神经元的反向：把那些零换掉。库会去量斜率，告诉你哪里不对。

# %%
def neuron_loss(p):
    w, b = p
    return (math.tanh(w * 0.5 + b) - 1.0) ** 2

def my_backward(p):
    w, b = p
    a = math.tanh(w * 0.5 + b)
    return [0.0 * a, 0.0 * a]  # the gradients of w and of b

try:
    print(tg.check.gradient_function(neuron_loss, my_backward, [0.8, -0.3]))
except tg.errors.GradientMismatch as mismatch:
    print(mismatch)

# %% [markdown] lang="zh" strings=true
# the gradients of w and of b => w 和 b 的梯度

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# `error = 2 * (a - 1.0) * (1 - a**2)`, then `return [error * 0.5, error]`.
# </details>
#
# **3.** And once by hand, edge by edge:

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# `error = 2 * (a - 1.0) * (1 - a**2)`，然后 `return [error * 0.5, error]`。
# </details>
#
# **3.** 再亲手走一遍，一条边一条边地走：

# %% name="your_turn"
w, b = Value(0.8, "w"), Value(-0.3, "b")
tg.practice((tg.tanh(w * 0.5 + b) - 1.0) ** 2)

# %% [markdown] lang="en"
# **Next:** [07](07_trust_but_verify.ipynb): how to trust a derivative.

# %% [markdown] lang="zh"
# **下一课：**[第 7 课](07_trust_but_verify.ipynb)：怎样才能信得过一个导数。
