# %% [markdown] lang="en"
# # 10. Shapes of networks
#
# At the end of this page you can say what convolution, a recurrent cell and attention compute, number by number; why each of them uses the same parameter in many places; and what the gradient of such a parameter is. You will have trained a network that looks at digits, one that remembers, and a tiny GPT that invents names.
#
# Before: [training a classifier](08_train_a_classifier.ipynb). Nothing new happens to the engine here. Everything is `+`, `×`, `tanh`, `exp` of Values, and the backward pass does not even notice.

# %% [markdown] lang="zh"
# # 10. 网络的各种形状
#
# 读完这一页，你能一个数一个数地说清楚卷积、循环单元和注意力在算什么；为什么它们都把同一个参数用在许多地方；这样一个参数的梯度又是多少。你还会亲手训练一个会看数字的网络、一个会记事的网络，和一个会起名字的小小 GPT。
#
# 需要先读：[训练一个分类器](08_train_a_classifier.ipynb)。这一页里，引擎没有任何新东西。一切都还是 Value 的 `+`、`×`、`tanh`、`exp`，反向传播根本察觉不到有什么不同。

# %%
import itertools
import math
import random

from IPython.display import display

import tinygrad_edu as tg
from tinygrad_edu import Value, nn

# %% [markdown] lang="en"
# ## Looking: one little window, moved about
#
# Where does a row of pixels turn from dark to bright? A window of two pixels can tell: *right minus left*. Slide the same window along the row, and you have a **convolution**. Here the row has four pixels, so the window stands in three places, and the loss adds up the squares of what it says.

# %% [markdown] lang="zh"
# ## 看：一扇挪来挪去的小窗
#
# 一排像素，在哪里由暗变亮？一扇两个像素宽的窗就能看出来：**右减左**。让同一扇窗沿着这排像素滑过去，就是**卷积**。下面这排有四个像素，窗能放在三个位置上；损失是它在三处所说的数的平方和。

# %%
row = [0.0, 0.5, 2.0, 1.0]

def slide(kernel):
    left, right = kernel
    return tg.sum([(left * a + right * b) ** 2 for a, b in itertools.pairwise(row)])

kernel = [Value(-1.0, "w0"), Value(1.0, "w1")]
answer = slide(kernel)
answer.name = "y"
tg.play(answer)

# %% [markdown] lang="en"
# `w0` is one box with three arrows going out. Suppose each place had a window of its own, six parameters in all:

# %% [markdown] lang="zh"
# `w0` 是一个框，伸出三条箭头。假如每个位置都有一扇自己的窗，一共六个参数：

# %%
def own_windows(kernels):
    return tg.sum([(left * a + right * b) ** 2 for (left, right), a, b in zip(kernels, row, row[1:], strict=False)])

separate = tg.grad(own_windows)([[-1.0, 1.0]] * 3)
print("towards the three left weights:", [g[0] for g in separate])

# %% [markdown] lang="zh" strings=true
# "towards the three left weights:" => "对三个左权重："

# %% hidden=true
tg.predict(
    "These are the gradients of the three separate left weights. What is the gradient of the shared w0?",
    sum(g[0] for g in separate),
    mistakes={
        sum(g[0] for g in separate) / 3: "That is their mean. But a turn of w0 turns all three, not a third of each.",
        separate[-1][0]: "That is the last one alone, as if each place had overwritten the one before.",
    },
    because="Their sum. Turning the shared knob turns all three at once, and the effects add up. This is why backward says += and not =.",
)

# %% [markdown] lang="zh" strings=true
# "These are the gradients of the three separate left weights. What is the gradient of the shared w0?" => "这是三个独立的左权重各自的梯度。那么共用的 w0，梯度是多少？"
# "Their sum. Turning the shared knob turns all three at once, and the effects add up. This is why backward says += and not =." => "它们的和。拧一下共用的旋钮，等于三个一起拧，效果相加。所以 backward 里写的是 +=，而不是 =。"
# "That is their mean. But a turn of w0 turns all three, not a third of each." => "这是平均。可拧一下 w0，三个都跟着整个拧，不是各拧三分之一。"
# "That is the last one alone, as if each place had overwritten the one before." => "这只是最后一个，好像每个位置都把前一个覆盖掉了。"

# %% name="shared"
answer.backward()
print("w0.grad =", kernel[0].grad)
print(tg.check_grads(slide, ([-1.0, 1.0],)))

# %% [markdown] lang="en"
# The last lines compare the gradient with measurement: turn the shared weight a little, and see how much the loss moves. The sum is right.
#
# ## Digits anywhere
#
# Small pictures of 8 × 8 pixels, with noise. A digit of 5 × 3 pixels stands anywhere in it.

# %% [markdown] lang="zh"
# 最后几行把梯度和实测对照：把共用的权重拧动一点点，看损失变多少。求和是对的。
#
# ## 数字在哪儿都行
#
# 8 × 8 像素的小图，带噪声。图里有一个 5 × 3 像素的数字，位置随意。

# %%
SHAPES = """### .#. ### ### #.# ### ### ### ### ###
#.# ##. ..# ..# #.# #.. #.. ..# #.# #.#
#.# .#. ### ### ### ### ### ..# ### ###
#.# .#. #.. ..# ..# ..# #.# ..# #.# ..#
### ### ### ### ..# ### ### ..# ### ###"""
GLYPHS = list(zip(*(line.split() for line in SHAPES.splitlines()), strict=True))

def picture(digit, generator):
    top, left = generator.randrange(4), generator.randrange(6)
    image = [[abs(generator.gauss(0.0, 0.2)) for _ in range(8)] for _ in range(8)]
    for y, x in itertools.product(range(5), range(3)):
        image[top + y][left + x] += GLYPHS[digit][y][x] == "#"
    return image

generator = random.Random(0)
digits = [generator.randrange(10) for _ in range(700)]
pictures = [picture(digit, generator) for digit in digits]
tg.plot.pictures(pictures[:10], digits[:10])

# %% [markdown] lang="en"
# Two networks learn from 400 of them, and are asked about the 300 others.
#
# - *Everything to everyone*: 64 pixels, 64 relu neurons, 10 outputs. 4,810 parameters.
# - *Looking*: 12 windows of 5 × 3 pixels slide over the picture. Of each window only the strongest answer is kept, wherever it was (`MaxPool2d`). Ten outputs weigh these 12 numbers. 322 parameters.

# %% [markdown] lang="zh"
# 两个网络从其中 400 张学习，再用另外 300 张考它们。
#
# - **人人看全图**：64 个像素，64 个 relu 神经元，10 个输出。4810 个参数。
# - **用窗看**：12 扇 5 × 3 像素的窗在图上滑动。每扇窗只留下最强的那个回答，不管它在哪里（`MaxPool2d`）。10 个输出对这 12 个数加权。322 个参数。

# %%
dense = nn.Sequential(nn.Flatten(), nn.Linear(64, 64, init="kaiming", seed=0), nn.ReLU(), nn.Linear(64, 10, seed=0))
looking = nn.Sequential(nn.Conv2d(1, 12, (5, 3), seed=0), nn.MaxPool2d((4, 6)), nn.Flatten(), nn.Linear(12, 10, seed=0))
images = [[image] for image in pictures]
learned_from, unseen = (images[:400], digits[:400]), (images[400:], digits[400:])
courses = {}
for name, model in (("dense", dense), ("looking", looking)):
    courses[name] = tg.fit(model, learned_from, validation=unseen, epochs=30, lr=0.01, progress=False)

# %% [markdown] lang="zh" strings=true
# "dense" => "人人看全图"
# "looking" => "用窗看"

# %% hidden=true
tg.predict(
    f"The looking network gets {tg.accuracy(looking, unseen):.0%} of the unseen pictures right. And the dense one, from 0 to 1?",
    tg.accuracy(dense, unseen),
    0.2,
    mistakes={
        1.0: "So it is on the pictures that it has learned from.",
        0.1: "That would be guessing among ten digits.",
    },
    because="It gets all the pictures right that it has learned from. But what it learned about a 7 in the top left corner says nothing to the weights that see the bottom right. The window takes along what it has learned wherever it goes.",
)

# %% [markdown] lang="zh" strings=true
# "The looking network gets {tg.accuracy(looking, unseen):.0%} of the unseen pictures right. And the dense one, from 0 to 1?" => "没见过的图，用窗看的网络答对了 {tg.accuracy(looking, unseen):.0%}。人人看全图的那个呢？（填 0 到 1 之间的数）"
# "It gets all the pictures right that it has learned from. But what it learned about a 7 in the top left corner says nothing to the weights that see the bottom right. The window takes along what it has learned wherever it goes." => "学过的图它全对。可是，它在左上角学到的“7”，对看右下角的那些权重毫无用处。窗就不同了：走到哪儿，学到的东西就带到哪儿。"
# "So it is on the pictures that it has learned from." => "学过的图才是这样。"
# "That would be guessing among ten digits." => "那是在十个数字里瞎猜。"

# %% name="convolution"
tg.plot.loss_curves(courses)

# %% [markdown] lang="en"
# What did the twelve windows learn to look for? Orange is “bright here”, blue is “dark here”.

# %% [markdown] lang="zh"
# 十二扇窗学会了找什么？橙色表示“这里要亮”，蓝色表示“这里要暗”。

# %% name="windows"
windows = [[[w.data for w in line] for line in channel[0]] for channel in looking[0].weight]
tg.plot.pictures(windows, columns=12)

# %%
tg.draw(looking, images[0])

# %% [markdown] lang="en"
# The largest of several numbers lets a gradient pass to one alone: the winner. The others could change a little, and the largest would still be the same. So of each window only the place with the strongest answer learns from a picture.

# %% [markdown] lang="zh"
# 几个数取最大，梯度只传给一个：赢家。别的数稍微变一变，最大值还是那个。所以看一张图时，每扇窗只有回答最强的那个位置在学习。

# %% name="max"
a, b, c = Value(0.3, "a"), Value(0.9, "b"), Value(0.5, "c")
winner = tg.max([a, b, c])
winner.name = "max"
winner.backward()
tg.draw(winner)

# %% [markdown] lang="en"
# ## Remembering: the same step again and again
#
# A **recurrent** cell reads a sequence one item at a time. It keeps a state h, and makes the next one from the item and the old state: h′ = tanh(w·x + u·h). The same w and u in every step. Written out for three steps it is a graph like any other:

# %% [markdown] lang="zh"
# ## 记：同一步，一遍又一遍
#
# **循环单元**每次读序列中的一项。它保存一个状态 h，用这一项和旧状态算出新状态：h′ = tanh(w·x + u·h)。每一步用的都是同样的 w 和 u。把三步摊开来写，还是一张普通的计算图：

# %%
w, u, h0 = Value(1.0, "w"), Value(0.5, "u"), Value(0.2, "h0")
h = h0
for t, x in enumerate((1.0, -1.0, 0.5), 1):
    h = tg.tanh(w * x + u * h)
    h.name = f"h{t}"

# %% hidden=true
tg.predict(
    "How many paths lead from the last state h3 back to u?",
    tg.paths(h, u).count,
    0.0,
    mistakes={
        1.0: "That is the use in the last step. But h2 and h1 were made with u, too.",
    },
    because="u is used in three steps, and there is one path to each use: through the last tanh, the last two, all three.",
)

# %% [markdown] lang="zh" strings=true
# "How many paths lead from the last state h3 back to u?" => "从最后的状态 h3 回到 u，有几条路径？"
# "u is used in three steps, and there is one path to each use: through the last tanh, the last two, all three." => "u 在三步里各用了一次，到每一次使用各有一条路：穿过最后一个 tanh，最后两个，全部三个。"
# "That is the use in the last step. But h2 and h1 were made with u, too." => "这是最后一步的那次使用。可 h2 和 h1 也是用 u 算出来的。"

# %% name="recurrent"
tg.play(h)

# %% [markdown] lang="en"
# The gradient of u is the sum over its three uses, and measurement agrees:

# %% [markdown] lang="zh"
# u 的梯度，是它三次使用各自那一份的和。实测也是这个数：

# %%
def unrolled(w, u):
    state = 0.2
    for x in (1.0, -1.0, 0.5):
        state = tg.tanh(w * x + u * state)
    return state

print(tg.paths(h, u))
print(tg.check_grads(unrolled, (1.0, 0.5)))

# %% [markdown] lang="en"
# The paths to early steps are longer, and each step multiplies by u and by a slope of tanh, which is at most 1.

# %% [markdown] lang="zh"
# 通往早先那几步的路更长，而每走一步都要乘上 u，再乘上 tanh 的斜率（最大是 1）。

# %%
def last_state(first):
    state = first
    for _ in range(20):
        state = tg.tanh(0.5 * state)
    return state

arrives = tg.grad(last_state)(0.2)
sizes = ["about a half", "about a thousandth", "less than a millionth"]

# %% [markdown] lang="zh" strings=true
# "about a half", "about a thousandth", "less than a millionth" => "大约一半", "大约千分之一", "不到百万分之一"

# %% hidden=true
tg.predict(
    "With u = 0.5: how much of the gradient of the state after 20 steps arrives at the first one?",
    sizes[2 if arrives < 1e-6 else 1 if arrives < 0.1 else 0],
    choices=sizes,
    mistakes={
        sizes[0]: "That is one step: × 0.5. There are twenty.",
        sizes[1]: "That is 0.5¹⁰, ten steps. There are twenty.",
    },
    because="At most 0.5 to the power of 20, which is 0.00000095. With u = 2 and straight steps it would be a million instead. This is the vanishing and exploding gradient of recurrent networks.",
)

# %% [markdown] lang="zh" strings=true
# "With u = 0.5: how much of the gradient of the state after 20 steps arrives at the first one?" => "u = 0.5：20 步之后那个状态的梯度，传回第一个状态还剩多少？"
# "At most 0.5 to the power of 20, which is 0.00000095. With u = 2 and straight steps it would be a million instead. This is the vanishing and exploding gradient of recurrent networks." => "最多是 0.5 的 20 次方，也就是 0.00000095。如果 u = 2、又没有 tanh 压着，就会变成一百万倍。这就是循环网络的梯度消失和梯度爆炸。"
# "That is one step: × 0.5. There are twenty." => "这是一步：× 0.5。一共有二十步。"
# "That is 0.5¹⁰, ten steps. There are twenty." => "这是 0.5¹⁰，十步。一共有二十步。"

# %% [markdown] lang="en"
# An **LSTM** cell (Hochreiter and Schmidhuber 1997, [doi:10.1162/neco.1997.9.8.1735](https://doi.org/10.1162/neco.1997.9.8.1735); the gate f: Gers, Schmidhuber and Cummins 2000, [doi:10.1162/089976600300015015](https://doi.org/10.1162/089976600300015015)) keeps a second state c, and changes it by a sum: c′ = f·c + i·g. The *gate* f, a sigmoid, decides how much is kept; g is what is new, and the gate i how much of it is let in. Here is one cell of size 1, with all its gates:

# %% [markdown] lang="zh"
# **LSTM** 单元（Hochreiter 与 Schmidhuber 1997，[doi:10.1162/neco.1997.9.8.1735](https://doi.org/10.1162/neco.1997.9.8.1735)；门 f 出自 Gers、Schmidhuber 与 Cummins 2000，[doi:10.1162/089976600300015015](https://doi.org/10.1162/089976600300015015)）另外保存一个状态 c，用加法来更新：c′ = f·c + i·g。**门** f 是一个 sigmoid，决定旧的留下多少；g 是新的内容，门 i 决定放进来多少。下面是一个大小为 1 的单元，所有的门都在：

# %% name="lstm"
old_h, old_c = Value(0.1, "h"), Value(0.8, "c")
[new_h], [new_c] = nn.LSTMCell(1, 1, seed=0)([1.0], ([old_h], [old_c]))
new_h.name, new_c.name = "h′", "c′"
tg.draw([new_h, new_c])

# %%
print(tg.paths(new_c, old_c))

# %% [markdown] lang="en"
# From c′ to c there is one path, and its slope is the gate f. No tanh lies in between. A network that wants to remember only has to open that gate: with f = 0.99 four fifths of a gradient survive 20 steps.
#
# ## Parity
#
# Read bits, and say after each whether the number of ones so far is odd. One forgotten bit spoils all later answers. We train on all 64 sequences of six bits, and ask about sequences of thirty.

# %% [markdown] lang="zh"
# 从 c′ 到 c 只有一条路，斜率就是门 f，中间没有 tanh。想记住东西的网络，只要把这扇门打开：f = 0.99 时，走 20 步，梯度还剩五分之四。
#
# ## 奇偶
#
# 逐个读入 0 和 1，每读一个就回答：到目前为止，1 的个数是不是奇数？漏记一个，后面的答案全错。我们用全部 64 个六位序列来训练，再拿三十位的序列来考。

# %%
def parities(bits):
    return [total % 2 for total in itertools.accumulate(bits)]

short = list(itertools.product((0, 1), repeat=6))
long = [[generator.randrange(2) for _ in range(30)] for _ in range(50)]
readers = {
    "RNN": nn.Sequential(nn.Recurrent(nn.RNNCell(1, 4, seed=0)), nn.Linear(4, 2, seed=0)),
    "LSTM": nn.Sequential(nn.Recurrent(nn.LSTMCell(1, 3, seed=0)), nn.Linear(3, 2, seed=0)),
}
examples = [[[float(bit)] for bit in bits] for bits in short], [parities(bits) for bits in short]
reading = {
    name: tg.fit(reader, examples, loss="cross_entropy", validation=None, lr=0.03, epochs=150, progress=False)
    for name, reader in readers.items()
}
tg.plot.loss_curves(reading, log=True)

# %% hidden=true
def share_right(reader):
    said = reader.predict([[[float(bit)] for bit in bits] for bits in long])
    right = [(odd > even) == parity for bits, rows in zip(long, said, strict=True) for (even, odd), parity in zip(rows, parities(bits), strict=True)]
    return sum(right) / len(right)

tg.predict(
    "Trained on six bits, asked about thirty: what share of its answers does the LSTM get right, from 0 to 1?",
    share_right(readers["LSTM"]),
    0.05,
    mistakes={
        0.6: "So it would be if it knew the six-bit sequences by heart: 6 of 30 answers right, the other 24 guessed.",
        0.5: "That would be guessing. It has learned six bits at least.",
    },
    because="All of them. It has not learned sequences but a step: flip what you remember if the bit is 1. A step that is right can be repeated as often as one likes.",
)

# %% [markdown] lang="zh" strings=true
# "Trained on six bits, asked about thirty: what share of its answers does the LSTM get right, from 0 to 1?" => "用六位训练，拿三十位来考：LSTM 的回答能对几成？（填 0 到 1 之间的数）"
# "All of them. It has not learned sequences but a step: flip what you remember if the bit is 1. A step that is right can be repeated as often as one likes." => "全对。它学会的不是那些序列，而是一个步骤：读到 1，就把记着的翻过来。步骤对了，重复多少遍都行。"
# "So it would be if it knew the six-bit sequences by heart: 6 of 30 answers right, the other 24 guessed." => "如果它只是背下了六位的序列，就是这样：30 个回答里对 6 个，另外 24 个瞎猜。"
# "That would be guessing. It has learned six bits at least." => "那是瞎猜。它至少学过六位。"

# %% [markdown] lang="en"
# Look inside. Above, the bits (dark is 1) and the right answers; below, the three numbers that the LSTM hands on, from left to right over thirty steps:

# %% [markdown] lang="zh"
# 往里看看。上面是读入的比特（深色是 1）和正确答案；下面是 LSTM 一步步往下传的三个数，从左到右一共三十步：

# %% name="memory"
states = readers["LSTM"][0]([[float(bit)] for bit in long[0]])
display(tg.plot.pictures([[long[0], parities(long[0])]], columns=1, title="bit, parity"))
tg.plot.pictures([list(zip(*states, strict=True))], columns=1, title="h")

# %% [markdown] lang="zh" strings=true
# "bit, parity" => "比特，奇偶"

# %% [markdown] lang="en"
# ## Attending: everyone asks everyone
#
# A recurrent cell squeezes all that was into one state. **Attention** keeps everything and looks back where it wants to. Each position asks a question, the *query* q. Each position offers a *key* k, what it can be found by, and a *value* v, what it has to say. The products q·k are turned into shares by softmax, and the answer is the mean of the values by these shares (Vaswani et al. 2017, [arXiv:1706.03762](https://arxiv.org/abs/1706.03762)).
#
# With single numbers, one question and two positions. Turn the knob k2 until the answer leans to v2:

# %% [markdown] lang="zh"
# ## 留意：人人问人人
#
# 循环单元把过去的一切挤进一个状态。**注意力**则什么都留着，想看哪里就回头看哪里。每个位置提一个问题，叫**查询** q；每个位置亮出一个**键** k，好让人找到它；再备好一个**值** v，是它要说的话。乘积 q·k 经过 softmax 变成份额，回答就是按份额对各个值取平均（Vaswani 等 2017，[arXiv:1706.03762](https://arxiv.org/abs/1706.03762)）。
#
# 先用单个的数：一个问题，两个位置。拧 k2 这个旋钮，直到回答偏向 v2：

# %% name="attention"
def attend(query, keys, values):
    shares = tg.softmax([query * key for key in keys])
    return tg.dot(shares, values)

q, k1, k2, v1, v2 = Value(1.0, "q"), Value(2.0, "k1"), Value(0.0, "k2"), Value(1.0, "v1"), Value(-1.0, "v2")
y = attend(q, [k1, k2], [v1, v2])
y.name = "y"
tg.play(y)

# %%
y.backward()

# %% hidden=true
tg.predict(
    "k1 and k2 have gradients. What is their sum?",
    round(k1.grad + k2.grad, 12),
    1e-6,
    mistakes={
        2 * k1.grad: "Both are of the same size, but of opposite signs.",
        1.0: "That is the sum of the shares. It stays 1 whatever the keys are, and so their effects cancel.",
    },
    because="0. Shares always add up to 1: what one position gains, the other loses. Raising both keys alike changes nothing.",
)

# %% [markdown] lang="zh" strings=true
# "k1 and k2 have gradients. What is their sum?" => "k1 和 k2 都有梯度。它们的和是多少？"
# "0. Shares always add up to 1: what one position gains, the other loses. Raising both keys alike changes nothing." => "0。份额加起来总是 1：一个位置多得的，就是另一个少得的。两个键一起抬高，什么也不变。"
# "Both are of the same size, but of opposite signs." => "两个大小相同，正负号却相反。"
# "That is the sum of the shares. It stays 1 whatever the keys are, and so their effects cancel." => "这是份额之和。不管键是多少，它总是 1，所以两边的影响抵消了。"

# %%
print(tg.check_grads(attend, (1.0, [2.0, 0.0, 0.5], [1.0, -1.0, 3.0])))

# %% [markdown] lang="en"
# ## A tiny GPT
#
# It reads the letters of a name and says at each place which letter comes next. Its parts, in order: a vector for each letter; a vector for each place, added; attention, by which a place may look at itself and those before it; a small network for each place; and scores for the 23 possible next letters. The dot stands for beginning and end. (In the code: `num_heads=2` lets each place ask two questions at a time; `Residual` adds what a part says to what went into it; `RMSNorm` first scales each vector so that the mean of its squares is 1, times factors that are learned.)

# %% [markdown] lang="zh"
# ## 一个小小的 GPT
#
# 它读一个名字的字母，在每个位置上说出下一个字母是什么。它的零件依次是：每个字母一个向量；每个位置一个向量，加上去；注意力，每个位置可以看自己和前面的位置；每个位置过一个小网络；最后给 23 个可能的下一个字母打分。点号表示开头和结尾。（代码里，`num_heads=2` 让每个位置一次提两个问题；`Residual` 把零件的输出加到它的输入上；`RMSNorm` 先把每个向量缩放到平方的平均为 1，再乘上学来的系数。）

# %%
NAMES = """anna hannah lena elena helena nina marina martina tina bettina clara sarah laura lara mara maria marie julia
julian emma emilia amelia mia lia leah lea leo leon noah jonah joanna johanna jonas thomas lukas markus martin marin robin
alina selina sabina sabrina karina karla carla carola paola paula paul alma wilma vilma gerda greta rita anita ida frida
linda amanda miranda sandra sandro pedro petra peter dieter walter werner oskar edgar"""
names = NAMES.split()
letters = "." + "".join(sorted(set("".join(names))))
rows = [[letters.index(letter) for letter in f".{name}........"[:9]] for name in names]
size = 12
gpt = nn.Sequential(
    nn.Embedding(len(letters), size, init=0.3, seed=1),
    nn.PositionalEmbedding(8, size, seed=2),
    nn.Residual(nn.Sequential(nn.RMSNorm(size), nn.SelfAttention(size, num_heads=2, causal=True, seed=3))),
    nn.Residual(nn.Sequential(nn.RMSNorm(size), nn.Linear(size, 24, seed=4), nn.ReLU(), nn.Linear(24, size, seed=5))),
    nn.Linear(size, len(letters), seed=6),
)
print(gpt.table(rows[0][:8]))

# %% [markdown] lang="en"
# One loss of this network is a graph of five thousand Values. Folded by its parts it fits on a page:

# %% [markdown] lang="zh"
# 这个网络的一个损失，就是一张五千个 Value 的计算图。按零件折叠起来，一页就放得下：

# %% name="gpt-graph"
loss = nn.cross_entropy(gpt(rows[0][:8]), rows[0][1:])
loss.name = "loss"
tg.draw(loss, collapse=1, show=["value"])

# %% hidden=true
tg.predict(
    "It has learned nothing yet. If it gave each of the 23 letters the same chance, what would the loss −ln p be?",
    math.log(len(letters)),
    mistakes={
        1 / len(letters): "That is p.",
        math.log10(len(letters)): "That is the logarithm to the base 10. ln has the base e.",
        -math.log(len(letters)): "That is ln p. The loss has a minus before it.",
    },
    because="−ln(1/23) = ln 23. A first loss far above that is a sign that the start is too loud. After training one asks how far below it one has come.",
)

# %% [markdown] lang="zh" strings=true
# "It has learned nothing yet. If it gave each of the 23 letters the same chance, what would the loss −ln p be?" => "它还什么都没学。如果 23 个字母机会均等，损失 −ln p 是多少？"
# "−ln(1/23) = ln 23. A first loss far above that is a sign that the start is too loud. After training one asks how far below it one has come." => "−ln(1/23) = ln 23。最初的损失若比它高很多，说明起点太“吵”。训练之后，就看比它低了多少。"
# "That is p." => "这是 p。"
# "That is the logarithm to the base 10. ln has the base e." => "这是以 10 为底的对数。ln 的底是 e。"
# "That is ln p. The loss has a minus before it." => "这是 ln p。损失前面还有一个负号。"

# %% name="gpt"
sequences = [row[:8] for row in rows], [row[1:] for row in rows]
history = tg.fit(gpt, sequences, loss="cross_entropy", validation=None, epochs=100, lr=0.01, progress=False)
tg.plot.loss_curve(history)

# %% [markdown] lang="en"
# Let it speak: begin with a dot, draw the next letter by its chances, append it, and ask again until a dot comes.

# %% [markdown] lang="zh"
# 让它开口：从一个点开始，按概率抽下一个字母，接上去，再问，直到抽到点为止。

# %% name="gpt-speaks"
def invent(generator):
    word = [0]
    while len(word) <= 8:
        chances = tg.softmax(gpt.predict([word])[0][-1])
        word.append(generator.choices(range(len(letters)), chances)[0])
        if word[-1] == 0:
            break
    return "".join(letters[index] for index in word).strip(".")

invented = [invent(random.Random(seed)) for seed in range(20)]
print("known: ", *(name for name in invented if name in names))
print("new:   ", *(name for name in invented if name not in names))

# %% [markdown] lang="zh" strings=true
# "known: " => "学过的："
# "new:   " => "新造的："

# %% [markdown] lang="en"
# Which letters made it say what it says? Ask the gradient. Each row is a place of the word; dark is how much the score of its most likely next letter would change with the vector of each letter (column).

# %% [markdown] lang="zh"
# 它这么说，是受了哪些字母的影响？问梯度。每一行是词中的一个位置；颜色越深，表示那一列字母的向量稍微一变，这一行得分最高的下一个字母的得分变得越多。

# %% name="gpt-blame"
def blame(word):
    x = [[Value(v.data) for v in vector] for vector in gpt[1](gpt[0]([letters.index(letter) for letter in word]))]
    rows = []
    for scores in nn.Sequential(*itertools.islice(gpt, 2, None))(x):
        tg.zero_grad(itertools.chain(*x))
        max(scores, key=lambda score: score.data).backward()
        rows.append([tg.norm([v.grad for v in vector]) for vector in x])
    return rows

tg.plot.pictures([blame(".marin")], ticks=".marin")

# %% [markdown] lang="en"
# Above the diagonal all is white, exactly 0: nobody can look ahead. And a transformer is a graph of sums and products like the neuron of [notebook 1](01_first_gradient.ipynb). The backward pass that found three gradients there has found 1,931 here, by the same two rules.
#
# ## Exercises
#
# **1.** In the looking network each of the 12 windows stands in 4 × 6 places of a picture. In one step of training on one picture, how many times is the weight of a window updated?

# %% [markdown] lang="zh"
# 对角线以上全是白的，恰好是 0：谁也看不到后面。Transformer 也不过是一张由加和乘组成的图，跟[第 1 课](01_first_gradient.ipynb)的那个神经元一样。在那里找到三个梯度的反向传播，在这里用同样的两条规则，找到了 1931 个。
#
# ## 练习
#
# **1.** 用窗看的网络里，12 扇窗各在图上的 4 × 6 个位置停过。用一张图训练一步，窗的一个权重会更新几次？

# %% hidden=true
tg.predict(
    "How many times?",
    1,
    0.0,
    mistakes={
        4 * 6: "In so many places it is used. What they contribute is added up to one gradient first.",
    },
    because="Once. The weight is one number. Its gradient is a sum over all places (here with MaxPool only one place of each window has a share other than 0), and the step is taken once, along the sum.",
)

# %% [markdown] lang="zh" strings=true
# "How many times?" => "几次？"
# "Once. The weight is one number. Its gradient is a sum over all places (here with MaxPool only one place of each window has a share other than 0), and the step is taken once, along the sum." => "一次。权重是一个数。它的梯度是所有位置之和（这里有 MaxPool，每扇窗只有一个位置的那份不是 0），然后沿着这个和走一步。"
# "In so many places it is used. What they contribute is added up to one gradient first." => "它在这么多个位置上用过。可各处的贡献先加成了一个梯度。"

# %% [markdown] lang="en"
# **2.** Write a gate. It shall keep `old` where `z` is 0, take `new` where `z` is 1, and mix them in proportion between. As it stands it always takes `new`. The first line says whether it mixes rightly, and `check_grads` measures the derivatives.

# %% [markdown] lang="zh"
# **2.** 写一个门。`z` 是 0 时保留 `old`，`z` 是 1 时换成 `new`，在中间就按比例混合。现在它总是换成 `new`。第一行告诉你混合得对不对，`check_grads` 会实测导数。

# %%
def gate(z, old, new):
    return 1.0 * new

mixed = [gate(z, 2.0, 10.0) for z in (0.0, 0.25, 1.0)]
print(mixed, "right" if mixed == [2.0, 4.0, 10.0] else "not yet")
print(tg.check_grads(gate, (0.25, 2.0, 10.0)))

# %% [markdown] lang="zh" strings=true
# "right" => "对了"
# "not yet" => "还不对"

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# `return (1.0 - z) * old + z * new`. Its derivatives are 8 (new − old), 0.75 and 0.25. It is the last step of a GRU cell (Cho et al. 2014, [arXiv:1406.1078](https://arxiv.org/abs/1406.1078)).
# </details>
#
# **3.** Take the places away from the GPT: leave `PositionalEmbedding` out. Without attention to order, what can it no longer tell apart, and why does it still learn something?
#
# <details><summary>Answer</summary>
#
# A place then sees the letters before it, but not where they stand. With one layer of attention, as here, after *m*, *a*, *r* it must say the same as after *a*, *m*, *r*. It still knows the letter at its own place, and which others came before.
# </details>
#
# ## What comes next
#
# All these shapes learn by handing blame back along the very weights by which the answer came. Must it be so? Brains have no such wires. [Notebook 11](11_other_ways.ipynb) tries other ways.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# `return (1.0 - z) * old + z * new`。三个导数是 8（即 new − old）、0.75 和 0.25。这正是 GRU 单元的最后一步（Cho 等 2014，[arXiv:1406.1078](https://arxiv.org/abs/1406.1078)）。
# </details>
#
# **3.** 把位置从 GPT 里拿掉：去掉 `PositionalEmbedding`。不知道顺序，它就分不清什么了？为什么还能学到一点东西？
#
# <details><summary>答案</summary>
#
# 这时每个位置看得见前面有哪些字母，却不知道它们各在哪里。像这里只有一层注意力时，读了 *m*、*a*、*r* 之后，和读了 *a*、*m*、*r* 之后，它说的必然一样。不过它仍然知道自己这个位置上是什么字母，也知道前面出现过哪些。
# </details>
#
# ## 接下来
#
# 这些形状，都是沿着得出答案的那些权重，原路把责任传回去来学习的。非这样不可吗？大脑里可没有这样的线路。[第 11 课](11_other_ways.ipynb)试试别的办法。
