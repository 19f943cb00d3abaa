# %% [markdown] lang="en"
# # 7. Trust, but verify
#
# A wrong derivative does not crash. The loss still goes down, and nobody asks why it does not go down further. This page is about finding out, at two speeds.
#
# - **The first half** is for everybody who knows what a derivative is. At its end you can measure a slope with nothing but a calculator's arithmetic, say how large a step to take, and find a mistake in a gradient that somebody wrote by hand. Needed: [the first gradient](01_first_gradient.ipynb).
# - **The second half** is for those who write derivatives for a living. At its end you can check first and second derivatives with a tolerance that is not a guess, tell noise and kinks from mistakes, let a machine look for the smallest program that fails, and call a witness who computes with a hundred digits. It needs the libraries hypothesis and mpmath, which the extras `notebook` and `check` bring along: `python -m pip install ".[notebook]"`.

# %% [markdown] lang="zh"
# # 7. 信任，但要核实
#
# 导数写错了，程序不会崩。损失照样往下降，没有人会问它为什么不再降一点。这一页讲怎么查出来，分快慢两档。
#
# - **前半部分**给所有知道导数是什么的人。读完之后，你只用加减乘除就能量出斜率，知道步长该取多大，还能从别人手写的梯度里找出错误。需要先读：[第一个梯度](01_first_gradient.ipynb)。
# - **后半部分**给靠写导数吃饭的人。读完之后，你能检验一阶和二阶导数，容差不靠猜；能分清噪声、折点和真正的错误；能让机器替你找出出错的最小程序；还能请来一位用一百位数字计算的证人。这一半要用到 hypothesis 和 mpmath 两个库，附加组件 `notebook` 和 `check` 都带着它们：`python -m pip install ".[notebook]"`。

# %%
import math

import numpy as np

import tinygrad_edu as tg

# %% [markdown] lang="en"
# ## First half: by hand
#
# ### Which of the two is wrong?
#
# A neuron tanh(w·x + b) learns nine points. Here are its loss and its gradient, written by hand. There is a mistake in the gradient, which the second run has corrected.

# %% [markdown] lang="zh"
# ## 前半：亲手来
#
# ### 两个里面哪个错了？
#
# 一个神经元 tanh(w·x + b) 要学九个点。下面是手写的损失和梯度。梯度里有一处错误；两次训练中，有一次把它改正了。

# %%
points = [(-2.0, -1), (-1.5, -1), (-1.0, -1), (-0.5, 1), (0.0, -1), (0.5, -1), (1.0, 1), (1.5, 1), (2.0, 1)]

def answers(p):
    return [(x, t, math.tanh(p[0] * x + p[1])) for x, t in points]

def loss(p):
    return sum((y - t) ** 2 for x, t, y in answers(p)) / 9

def gradient(p):
    towards_w = sum(2 * (y - t) * (1 - y * y) * x for x, t, y in answers(p)) / 9
    towards_b = sum(2 * (y - t) for x, t, y in answers(p)) / 9
    return [towards_w, towards_b]

def corrected(p):
    towards_b = sum(2 * (y - t) * (1 - y * y) for x, t, y in answers(p)) / 9
    return [gradient(p)[0], towards_b]

def train(slopes, updates=60):
    p, losses = [0.0, -1.5], []
    for _ in range(updates):
        losses.append(loss(p))
        p = [q - 0.3 * g for q, g in zip(p, slopes(p), strict=True)]
    return losses

runs = {"A": train(gradient), "B": train(corrected)}
tg.plot.lines(runs, x="update", y="loss")

# %% [markdown] lang="zh" strings=true
# "update" => "更新次数"
# "loss" => "损失"

# %% hidden=true
choices = ["A, the solid one", "B, the dashed one"]
tg.predict(
    "Look at the curves alone. Which of the two runs uses the wrong gradient?",
    choices[0],
    choices=choices,
    mistakes={
        choices[1]: "It falls more slowly at first, and is right. The wrong one lacks a factor that is at most 1, so its first steps are longer.",
    },
    because=f"A is wrong, and falls faster at first. In the end it has {runs['A'][-1]:.4f} and B has {runs['B'][-1]:.4f}. A falling loss proves nothing.",
)

# %% [markdown] lang="zh" strings=true
# "A, the solid one", "B, the dashed one" => "A，实线", "B，虚线"
# "Look at the curves alone. Which of the two runs uses the wrong gradient?" => "只看曲线：哪一次用的是错的梯度？"
# f"A is wrong, and falls faster at first. In the end it has {runs['A'][-1]:.4f} and B has {runs['B'][-1]:.4f}. A falling loss proves nothing." => f"A 是错的，一开始反而降得更快。最后 A 是 {runs['A'][-1]:.4f}，B 是 {runs['B'][-1]:.4f}。损失在降，什么也证明不了。"
# "It falls more slowly at first, and is right. The wrong one lacks a factor that is at most 1, so its first steps are longer." => "它一开始降得慢，却是对的。错的那个少了一个不超过 1 的因子，所以头几步更大。"

# %% [markdown] lang="en"
# ### A slope from values alone
#
# A derivative is a promise about values: if x moves by a little h, the result moves by about slope × h. Values are easy to get right, so let them judge.
#
# Here is a function and the two oldest recipes. The *forward* difference looks from x to x + h. The *central* difference looks from x − h to x + h, the same way to both sides.

# %% [markdown] lang="zh"
# ### 只用函数值量斜率
#
# 导数是对函数值的一个承诺：x 动一点点 h，结果就动大约 斜率 × h。函数值不容易算错，就让它来当裁判。
#
# 下面是一个函数和两种最古老的办法。**前向差分**从 x 看到 x + h；**中心差分**从 x − h 看到 x + h，两边看得一样远。

# %%
def f(x):
    return tg.exp(-(x**2)) * tg.sin(3.0 * x)

def forward(h):
    return (f(x + h) - f(x)) / h

def central(h):
    return (f(x + h) - f(x - h)) / (2 * h)

x = 0.7
true = tg.grad(f)(x)

def line(slope):
    return lambda s: f(x) + slope * (s - x)

straight = {"tangent": line(true), "forward, h = 0.5": line(forward(0.5)), "central, h = 0.5": line(central(0.5))}
tg.plot.curve({"f": f} | straight, -0.1, 1.5)

# %% [markdown] lang="zh" strings=true
# "tangent" => "切线"
# "forward, h = 0.5" => "前向，h = 0.5"
# "central, h = 0.5" => "中心，h = 0.5"

# %% [markdown] lang="en"
# Both are off, for half a unit is no small step. So take a smaller one.

# %% [markdown] lang="zh"
# 两个都不准，因为 0.5 不算小。那就取小一点。

# %% hidden=true
tg.predict(
    "Halve the step. The error of the forward difference falls to about a half. To what share does that of the central difference fall? (a number; try 0.5 if you think: the same)",
    (central(0.005) - true) / (central(0.01) - true),
    tolerance=0.05,
    mistakes={
        0.5: "As that of the forward one? The part that is proportional to h has the other sign on the other side, and cancels.",
        0.125: "That is h³. The largest part that is left goes like h².",
    },
    because="To a quarter. What bends the curve the same way on both sides cancels, and what is left grows like h².",
)

# %% [markdown] lang="zh" strings=true
# "Halve the step. The error of the forward difference falls to about a half. To what share does that of the central difference fall? (a number; try 0.5 if you think: the same)" => "步长减半，前向差分的误差大约减半。中心差分的误差会变成原来的几分之几？（填一个小数；如果你觉得也是一半，就填 0.5）"
# "To a quarter. What bends the curve the same way on both sides cancels, and what is left grows like h²." => "变成四分之一。曲线在两边弯得一样的部分抵消了，剩下的部分和 h² 成正比。"
# "As that of the forward one? The part that is proportional to h has the other sign on the other side, and cancels." => "和前向差分一样？和 h 成正比的那一份，在另一边是反号的，抵消了。"
# "That is h³. The largest part that is left goes like h²." => "这是 h³。剩下的里面，最大的一份和 h² 成正比。"

# %%
for h in (0.02, 0.01, 0.005):
    print(f"h = {h:<6}  error: forward {forward(h) - true:+.1e}   central {central(h) - true:+.1e}")

# %% [markdown] lang="zh" strings=true
# error: forward => 误差：前向
#    central {central(h) =>    中心 {central(h)

# %% [markdown] lang="en"
# ### Smaller is better, until it is not
#
# If half the step is better, a step of 10⁻¹⁵ must be perfect.

# %% [markdown] lang="zh"
# ### 越小越好，直到不好
#
# 减半就更准，那取 10⁻¹⁵ 岂不完美。

# %% hidden=true
choices = ["about 10⁻¹⁵", "about 10⁻⁹", "about 10⁻³"]
tg.predict(
    "How far is the central difference off with h = 10⁻¹⁵?",
    choices[2] if abs(central(1e-15) - true) > 1e-3 else choices[1],
    choices=choices,
    mistakes={
        choices[0]: "So it would be with numbers of endless digits. In 16 digits the two values are nearly the same, and what differs is rounding.",
        choices[1]: "So good it is at 10⁻⁷ or so. Beyond, each tenth of the step makes the error ten times as large.",
    },
    because=f"It says {central(1e-15):.3f}, and the truth is {true:.3f}. The two values differ in their last digits only, and those are rounding.",
)

# %% [markdown] lang="zh" strings=true
# "about 10⁻¹⁵", "about 10⁻⁹", "about 10⁻³" => "大约 10⁻¹⁵", "大约 10⁻⁹", "大约 10⁻³"
# "How far is the central difference off with h = 10⁻¹⁵?" => "h = 10⁻¹⁵ 时，中心差分差多少？"
# f"It says {central(1e-15):.3f}, and the truth is {true:.3f}. The two values differ in their last digits only, and those are rounding." => f"它说 {central(1e-15):.3f}，真值是 {true:.3f}。两个函数值只差在最后几位，而那几位是舍入出来的。"
# "So it would be with numbers of endless digits. In 16 digits the two values are nearly the same, and what differs is rounding." => "数字有无穷多位才会这样。只有 16 位时，两个函数值几乎相同，差出来的是舍入。"
# "So good it is at 10⁻⁷ or so. Beyond, each tenth of the step makes the error ten times as large." => "在 10⁻⁷ 左右才这么准。再往下，步长每缩到十分之一，误差就大十倍。"

# %% [markdown] lang="en"
# Let the step shrink from 1 to 10⁻¹⁵ and plot how far each recipe is off. Both axes count powers of ten.

# %% [markdown] lang="zh"
# 让步长从 1 一路缩到 10⁻¹⁵，把每种办法的误差画出来。两个坐标轴都是按 10 的幂来数的。

# %% name="error-curve"
steps = 10.0 ** np.linspace(-15, 0, 200)
recipes = {
    "forward": forward,
    "central": central,
    "central, extrapolated once": lambda h: (4 * central(h / 2) - central(h)) / 3,
}

errors = {name: [max(abs(recipe(h) - true), 1e-17) for h in steps] for name, recipe in recipes.items()}
tg.plot.lines(errors | {"2·10⁻¹⁶ / h": 2e-16 / steps}, at=steps, x="h", y="error", log=True)

# %% [markdown] lang="zh" strings=true
# "forward" => "前向"
# "central" => "中心"
# "central, extrapolated once" => "中心，外推一次"
# "error" => "误差"

# %% [markdown] lang="en"
# Read it from the right. As the step shrinks, the error falls: along a line of slope 1 for the forward difference (its error is proportional to h), of slope 2 for the central one (h²), of slope 4 once two central differences are combined so that their h² terms cancel. Then every curve turns and climbs again along the same line, 2·10⁻¹⁶ / h. There the two values are so close that their difference is mostly rounding: a double carries 16 digits, and dividing by h blows up the last one.
#
# So the best step is a compromise, and so is the best error: about 10⁻⁸ for the forward difference, 10⁻¹¹ for the central one. For *this* function, at *this* point: no fixed step suits all.

# %% [markdown] lang="zh"
# 从右往左看。步长越小，误差越小：前向差分沿斜率 1 的直线下降（误差与 h 成正比），中心差分沿斜率 2 的直线（h²）；把两个中心差分搭配起来，让 h² 项抵消，就沿斜率 4 的直线。然后每条曲线都掉头，沿同一条线 2·10⁻¹⁶ / h 爬上去。在那里，两个函数值太接近，相减之后剩下的大半是舍入误差：双精度只有 16 位数字，除以 h 就把最后一位放大了。
#
# 所以最好的步长是折中，最好的误差也是折中：前向差分大约 10⁻⁸，中心差分大约 10⁻¹¹。这只是对这一个函数、这一个点而言：没有哪个固定的步长对谁都合适。

# %% [markdown] lang="en"
# ### Find the mistake
#
# Back to the gradient of the neuron. Put each of its two numbers beside a central difference. Which one is wrong?

# %% [markdown] lang="zh"
# ### 找出错误
#
# 回到那个神经元的梯度。把两个数分别和中心差分放在一起。哪个错了？

# %% name="planted-mistake"
p, h = [0.5, -0.3], 1e-5
by_differences = [
    (loss([p[0] + h, p[1]]) - loss([p[0] - h, p[1]])) / (2 * h),
    (loss([p[0], p[1] + h]) - loss([p[0], p[1] - h])) / (2 * h),
]
for name, given, measured in zip("wb", gradient(p), by_differences, strict=True):
    print(f"{name}   given {given:+.8f}   measured {measured:+.8f}")

# %% [markdown] lang="zh" strings=true
# f"{name}   given {given:+.8f}   measured {measured:+.8f}" => f"{name}   给出 {given:+.8f}   测得 {measured:+.8f}"

# %% hidden=true
tg.predict(
    "Which of the two is wrong: w or b?",
    "b",
    choices=["w", "b"],
    mistakes={
        "w": "Look at its line: given and measured are the same in every digit that is shown.",
    },
    because="That of b lacks the slope of tanh, 1 − y². The chain rule has a factor for every step, also on the way to b.",
)

# %% [markdown] lang="zh" strings=true
# "Which of the two is wrong: w or b?" => "哪个错了，w 还是 b？"
# "That of b lacks the slope of tanh, 1 − y². The chain rule has a factor for every step, also on the way to b." => "b 的少了 tanh 的斜率 1 − y²。链式法则每一步都有一个因子，通往 b 的路上也不例外。"
# "Look at its line: given and measured are the same in every digit that is shown." => "看它那一行：给出的和测得的，显示的每一位都相同。"

# %% [markdown] lang="en"
# The same in one call, which chooses its steps itself:

# %% [markdown] lang="zh"
# 同样的事，一行就够，步长由它自己选：

# %%
try:
    tg.check.gradient_function(loss, gradient, p)
except tg.errors.GradientMismatch as mismatch:
    print(mismatch)

# %% [markdown] lang="en"
# That is all of the idea: *values judge slopes*. If this was your half, go on to the first exercise at the end.
#
# ## Second half: by machine
#
# ### A measurement that knows its error
#
# `tg.check.Ray` chooses its steps. It climbs from the finest to wider ones until the function has bent, measures on the way how noisy it is, extrapolates as often as it pays, and says how far off it may be.

# %% [markdown] lang="zh"
# 道理就这么多：让函数值来评判斜率。如果你只想读前半，现在可以去做最后的第一道练习了。
#
# ## 后半：让机器来
#
# ### 知道自己误差的测量
#
# `tg.check.Ray` 自己选步长。它从最小的步长往上爬，直到函数明显弯了为止；一路上估计函数有多大噪声，外推到不划算为止，最后报告自己可能差多少。

# %%
measured = tg.check.Ray(lambda t: [f(x + t)], x).slope(0)
noisy = tg.check.Ray(lambda t: [(1e8 + math.sin(x + t)) - 1e8], x).slope(0)
for slope, right in ((measured, true), (noisy, math.cos(x))):
    print(f"{slope.value:.15f}   may be off by {slope.error:.0e}, is off by {abs(slope.value - right):.0e}")

# %% [markdown] lang="zh" strings=true
#    may be off by {slope.error:.0e}, is off by => ，自称误差不超过 {slope.error:.0e}，实际误差

# %% [markdown] lang="en"
# In the second line 10⁸ was added and taken away again: the sine loses eight digits on the way, and the measurement knows.
#
# ### Checking a gradient, to second order
#
# `tg.check_grads` compares every derivative that this library computes, in reverse and in forward mode, with such a measurement. The tolerance is not a guess: it follows from the error of the measurement itself.

# %% [markdown] lang="zh"
# 第二行先加上 10⁸ 再减掉：正弦在路上丢了八位数字，测量自己心里有数。
#
# ### 检验梯度，直到二阶
#
# `tg.check_grads` 把本库算出的每一个导数（反向模式和前向模式）都和这样的测量对照。容差不是猜的，而是由测量自身的误差决定。

# %%
def energy(v, options):
    return tg.logsumexp([a * options["scale"] for a in v]) * tg.tanh(v[0] - v[2])

print(tg.check_grads(energy, ([0.3, -0.2, 0.9], {"scale": 1.5}), order=2))

# %% [markdown] lang="en"
# A gradient that was written by hand, of a function that has never heard of this library, goes through `tg.check.gradient_function`. Here is the loss of a logistic regression with 12 weights, and its gradient, copied from somewhere.

# %% [markdown] lang="zh"
# 手写的梯度，函数也和本库毫无关系，就交给 `tg.check.gradient_function`。下面是有 12 个权重的逻辑回归的损失，以及不知从哪儿抄来的梯度。

# %%
generator = np.random.default_rng(0)
X, labels = generator.normal(size=(20, 12)), generator.integers(0, 2, 20)

def logistic_loss(w):
    z = X @ w
    return np.mean(np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0) - labels * z)

def logistic_gradient(w):
    wrong = 1 / (1 + np.exp(-X @ w)) - labels
    g = X.T @ wrong / len(labels)
    g[7] = X[:, 7] @ wrong / (len(labels) - 1)
    return g

try:
    tg.check.gradient_function(logistic_loss, logistic_gradient, generator.normal(size=12))
except tg.errors.GradientMismatch as mismatch:
    print(mismatch)

# %% [markdown] lang="en"
# Eleven are right. That of `x[7]` divides by 19 where it should divide by 20, which is 5 % too much: enough to train a little worse, not enough to notice.
#
# ### Kinks
#
# Where a function has a kink there is no slope, only a convention. `relu` promises slope 0 at 0; a central difference, which looks to both sides, would say one half. Neither is a mistake, so the check reports the place and counts nothing.

# %% [markdown] lang="zh"
# 十一个是对的。`x[7]` 那个本该除以 20，却除以了 19，大了 5 %：足以让训练差一点，却不足以让人察觉。
#
# ### 折点
#
# 函数有折点的地方没有斜率，只有约定。`relu` 约定在 0 处斜率是 0；中心差分两边都看，会说是二分之一。谁都没有错，所以检验只报告这个位置，不计对错。

# %%
print(tg.check_grads(lambda x: tg.relu(x - 1.0) + x, (1.0,)))

# %% [markdown] lang="en"
# ### Noise, and a witness of a hundred digits
#
# Add a large number to a function and its slope stays what it was. Its values lose their digits. Here is a sine whose slope is 1 % too small, first plain, then on top of 10¹⁴, where two neighbouring floats are 0.016 apart.

# %% [markdown] lang="zh"
# ### 噪声，和一百位数字的证人
#
# 给函数加上一个大数，斜率不变，函数值却丢了位数。下面这个正弦的斜率少了 1 %：先单独检验，再垫在 10¹⁴ 上检验；那里相邻两个浮点数相差 0.016。

# %%
def verdict(op, offset):
    try:
        report = tg.check_grads(lambda x: op(x) + offset, (0.7,))
    except tg.errors.GradientMismatch as mismatch:
        return "wrong, by 100 digits" if mismatch.comparisons[0].precise else "wrong"
    return "right" if report.conclusive else "not decided"

silent = tg.Op("silent", math.sin, lambda y, x: (0.99 * tg.cos(x),))
spoken = tg.Op("spoken", math.sin, lambda y, x: (0.99 * tg.cos(x),), code="sin(x)")

# %% [markdown] lang="zh" strings=true
# "wrong, by 100 digits" if => "错，用一百位数字判定" if
# else "wrong" => else "错"
# return "right" if => return "对" if
# else "not decided" => else "无法判定"

# %% hidden=true
tg.predict(
    "The wrong sine on top of 10¹⁴, checked by floats alone. What must an honest check say?",
    verdict(silent, 1e14),
    choices=[verdict(silent, 0.0), verdict(tg.sin, 0.0), verdict(silent, 1e14)],
    mistakes={
        verdict(silent, 0.0): "It is wrong. But who has only these floats cannot see it.",
        verdict(tg.sin, 0.0): "Not to see a mistake is not to see that there is none.",
    },
    because="The sine varies by 2 in all, and the values can be told apart only in steps of 0.016: one per cent of a slope cannot be seen in that.",
)

# %% [markdown] lang="zh" strings=true
# "The wrong sine on top of 10¹⁴, checked by floats alone. What must an honest check say?" => "垫在 10¹⁴ 上的错正弦，只用浮点数检验。诚实的检验应当怎么说？"
# "The sine varies by 2 in all, and the values can be told apart only in steps of 0.016: one per cent of a slope cannot be seen in that." => "正弦总共只变化 2，而函数值只能分辨到 0.016 一格：斜率的百分之一在里面看不出来。"
# "It is wrong. But who has only these floats cannot see it." => "它确实错了。可只凭这些浮点数，看不出来。"
# "Not to see a mistake is not to see that there is none." => "没看见错误，不等于看见了没有错误。"

# %% name="witness"
print("no code, alone:          ", verdict(silent, 0.0))
print("no code, on 1e14:        ", verdict(silent, 1e14))
print("code stated, on 1e14:    ", verdict(spoken, 1e14))
print("the right sine, on 1e14: ", verdict(tg.sin, 1e14))

# %% [markdown] lang="zh" strings=true
# "no code, alone:          " => "没写 code，单独：    "
# "no code, on 1e14:        " => "没写 code，垫 1e14： "
# "code stated, on 1e14:    " => "写了 code，垫 1e14： "
# "the right sine, on 1e14: " => "正确的正弦，垫 1e14："

# %% [markdown] lang="en"
# An operation that states its `code` can be run on other numbers than floats. Where floats do not decide, the whole program runs once more on numbers of a hundred digits (with the library mpmath), where 10¹⁴ hides nothing: there a plain difference settles the matter.
#
# ### From examples to properties
#
# A check at one point says something about that point. A *property* says what must hold for every input, and [hypothesis](https://hypothesis.readthedocs.io) looks for one that breaks it. For instance: differentiation is linear. Not for one pair of functions, but for any two.
#
# `tg.check.programs()` draws whole random programs. They share and reuse their results, and stay away from kinks and poles by construction. One of them:

# %% [markdown] lang="zh"
# 写明了 `code` 的运算，可以在浮点数以外的数上运行。浮点数判不了的时候，整个程序就用一百位数字（借助 mpmath）再跑一遍；在那里 10¹⁴ 什么也藏不住，普通的差分就能定案。
#
# ### 从例子到性质
#
# 在一个点上检验，只说明那一个点。“性质”说的是对所有输入都该成立的事，[hypothesis](https://hypothesis.readthedocs.io) 会去找一个让它不成立的输入。例如：求导是线性的。不是对某一对函数，而是对任意两个。
#
# `tg.check.programs()` 随机生成整个程序。它们会共用、重复使用中间结果，并且生成时就避开了折点和极点。其中一个：

# %%
from hypothesis import find, given, settings

quiet = settings(derandomize=True, database=None, max_examples=1000, deadline=None)
ops = [tg.OPS[name] for name in ("sin", "mul", "exp", "add", "tanh", "div")]
example = find(tg.check.programs(ops=ops), lambda p: len({line.op for line in p.lines}) >= 4, settings=quiet)
print(example)
example.draw()

# %%
@settings(quiet, max_examples=100)
@given(tg.check.programs(leaves=1), tg.check.programs(leaves=1), tg.check.finite_values())
def differentiation_is_linear(p, q, a):
    (x,) = p.point
    q_slope = tg.grad(q)(x)
    if not abs(q_slope) < 1e4:
        return  # q was made for another x
    together = tg.grad(lambda x: a * p(x) + q(x))(x)
    apart = a * tg.grad(p)(x) + q_slope
    assert math.isclose(together, apart, rel_tol=1e-9, abs_tol=1e-9)

differentiation_is_linear()
print("no counterexample among 100 pairs")

# %% [markdown] lang="zh" strings=true
# # q was made for another x => # q 是为别的 x 生成的
# "no counterexample among 100 pairs" => "试了 100 对，没有反例"

# %% [markdown] lang="en"
# ### A planted bug, found and shrunk
#
# Let us plant a bug and see. `swish` is x · sigmoid(x). Its derivative has two terms; somebody forgot the second.

# %% [markdown] lang="zh"
# ### 埋一个错，找到它，再把它缩小
#
# 我们埋一个错试试。`swish` 是 x · sigmoid(x)。它的导数有两项，有人忘了第二项。

# %%
swish = tg.Op("swish", lambda x: x * tg.sigmoid(x), lambda y, x: (tg.sigmoid(x),))

def network(x, w):
    hidden = [swish(w[0] * x + w[1]), swish(w[2] * x + w[3])]
    return tg.square(tg.tanh(hidden[0] - hidden[1]) - 0.5)

try:
    tg.check_grads(network, (0.8, [0.4, -0.1, -1.2, 0.6]))
except tg.errors.GradientMismatch as error:
    mismatch = error
    print(error)

# %% [markdown] lang="en"
# Five derivatives are wrong, but not five operations: the check looked at each operation on its own and names the first whose own derivative disagrees. Its drawing comes with it.

# %% [markdown] lang="zh"
# 错了五个导数，但不是错了五个运算：检验把每个运算单独看了一遍，指出第一个自己的导数就对不上的。它还附了一张图。

# %%
mismatch.drawing

# %% [markdown] lang="en"
# Now suppose we did not know where to look. Draw random programs in which it occurs among other operations, and ask for the smallest one that fails.

# %% [markdown] lang="zh"
# 假如我们不知道该往哪儿看呢？随机生成一些程序，让它混在别的运算里，再要出错的程序里最小的那个。

# %%
def fails(program):
    try:
        tg.check_grads(program, program.point)
    except tg.errors.GradientMismatch:
        return True
    return False

smallest = find(tg.check.programs(ops=[*ops, swish]), fails, settings=quiet)

# %% hidden=true
tg.predict(
    "hypothesis meets programs of up to a dozen operations, and shrinks the first that fails. How many operations are left in the end?",
    len(smallest.lines),
    tolerance=0.0,
    mistakes={
        12.0: "With so many it may begin. Then it takes away whatever the failure does not need.",
        2.0: "One besides the wrong one? It fails without it, too.",
    },
    because="The wrong one alone, at a round number. Whatever can be taken away without the failure going away is taken away.",
)

# %% [markdown] lang="zh" strings=true
# "hypothesis meets programs of up to a dozen operations, and shrinks the first that fails. How many operations are left in the end?" => "hypothesis 碰到的程序可能有十几步运算；它会把第一个出错的程序不断缩小。最后剩几步运算？"
# "The wrong one alone, at a round number. Whatever can be taken away without the failure going away is taken away." => "只剩那个错的，取值也是个整齐的数。凡是去掉之后照样出错的，都去掉了。"
# "With so many it may begin. Then it takes away whatever the failure does not need." => "开头可能有这么多。然后，凡是出错用不着的，都去掉。"
# "One besides the wrong one? It fails without it, too." => "除了错的那个，还留一个？没有它也照样出错。"

# %% name="shrunk"
print(smallest)
smallest.draw()

# %% [markdown] lang="en"
# In a test-suite the same thing is a decorator. When the test fails, it prints the program and writes its drawing to a file.

# %% [markdown] lang="zh"
# 在测试里，同样的事只是一个装饰器。测试失败时，它打印出程序，并把图存成文件。

# %%
@tg.check.given_program(ops=[*ops, swish])
@quiet
def test_gradients(program):
    tg.check_grads(program, program.point)

try:
    test_gradients()
except AssertionError as error:
    print(str(error).splitlines()[0])
    print(error.__notes__[-1].split("its drawing")[0])

# %% [markdown] lang="en"
# And for a single operation of your own there is one call, which also checks its second derivatives, its kinks, and that floats, graphs and captions all read it alike.

# %% [markdown] lang="zh"
# 至于你自己写的单个运算，一次调用就够了；它还检验二阶导数、折点，以及浮点数、计算图和说明文字读到的是不是同一回事。

# %%
repaired = tg.Op("swish", lambda x: x * tg.sigmoid(x), lambda y, x: (tg.sigmoid(x) + y * tg.sigmoid(-x),))
print(tg.check.operation(repaired, points=8))

# %% [markdown] lang="en"
# ## Exercises
#
# **1.** (first half) Mend this gradient. Here is another neuron, y = tanh(w·x) with x = 2 and the loss (y − 0.5)², and a gradient with a factor too few. Change the second line until the check is content.

# %% [markdown] lang="zh"
# ## 练习
#
# **1.**（前半）把这个梯度改对。另一个神经元，y = tanh(w·x)，x = 2，损失是 (y − 0.5)²；梯度里少了一个因子。改第二个函数，直到检验满意为止。

# %%
def small_loss(p):
    return (math.tanh(p[0] * 2.0) - 0.5) ** 2

def small_gradient(p):
    return [2 * (math.tanh(p[0] * 2.0) - 0.5) * 2.0]

try:
    print(tg.check.gradient_function(small_loss, small_gradient, [0.6]))
except tg.errors.GradientMismatch as mismatch:
    print(mismatch)

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# The slope of tanh is missing: `y = math.tanh(p[0] * 2.0)`, `return [2 * (y - 0.5) * (1 - y * y) * 2.0]`.
# </details>
#
# **2.** (both halves) The error of the central difference is about h²·c + 10⁻¹⁶/h, with a c of the size of 1. At which step is it smallest?

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 少了 tanh 的斜率：`y = math.tanh(p[0] * 2.0)`，`return [2 * (y - 0.5) * (1 - y * y) * 2.0]`。
# </details>
#
# **2.**（前后都要）中心差分的误差大约是 h²·c + 10⁻¹⁶/h，c 的大小在 1 上下。步长取多大时误差最小？

# %% hidden=true
tg.predict(
    "The best step of the central difference, in millionths (10⁻⁶)?",
    1e6 * (1e-16 / 2) ** (1 / 3),
    tolerance=0.7,
    mistakes={
        1e6 * 1e-16**0.5: "That is 10⁻⁸, the best step of the forward difference, whose error goes like h.",
    },
    because="Least where the slope of the sum is 0: 2h = 10⁻¹⁶/h², so h is the cube root of 10⁻¹⁶/2, about 4·10⁻⁶. For the forward difference it is a square root, about 10⁻⁸.",
)

# %% [markdown] lang="zh" strings=true
# "The best step of the central difference, in millionths (10⁻⁶)?" => "中心差分最好的步长，是百万分之几（10⁻⁶）？"
# "Least where the slope of the sum is 0: 2h = 10⁻¹⁶/h², so h is the cube root of 10⁻¹⁶/2, about 4·10⁻⁶. For the forward difference it is a square root, about 10⁻⁸." => "和的斜率为 0 的地方最小：2h = 10⁻¹⁶/h²，所以 h 是 10⁻¹⁶/2 的立方根，约 4·10⁻⁶。前向差分则是平方根，约 10⁻⁸。"
# "That is 10⁻⁸, the best step of the forward difference, whose error goes like h." => "这是 10⁻⁸，是前向差分最好的步长，它的误差和 h 成正比。"

# %% [markdown] lang="en"
# **3.** (second half) Somebody wrote the slope of a cube like this. Which order does it take to see what is wrong?

# %% [markdown] lang="zh"
# **3.**（后半）有人这样写了立方的斜率。要检验到几阶，才能看出哪里不对？

# %%
cube = tg.Op("cube", lambda x: x**3, lambda y, x: (3.0 * x * tg.ops.detach(x),))

def passes(order):
    try:
        return tg.check_grads(cube, (1.5,), order=order).conclusive
    except tg.errors.GradientMismatch:
        return False

# %% hidden=true
tg.predict(
    "Which order of check_grads is the first that finds the mistake: 1 or 2?",
    str(next(order for order in (1, 2) if not passes(order))),
    choices=["1", "2"],
    mistakes={
        "1": "The first derivative is right: the factor that was cut off still has its value. Only that it depends on x is forgotten.",
    },
    because="The first derivative is right: 3x². But one factor was cut off from the graph, so the second derivative comes out as 3x in place of 6x.",
)

# %% [markdown] lang="zh" strings=true
# "Which order of check_grads is the first that finds the mistake: 1 or 2?" => "check_grads 的 order 取几，才第一次查出错误：1 还是 2？"
# "The first derivative is right: 3x². But one factor was cut off from the graph, so the second derivative comes out as 3x in place of 6x." => "一阶导数是对的：3x²。但有一个因子被从图上剪掉了，二阶导数就成了 3x，而不是 6x。"
# "The first derivative is right: the factor that was cut off still has its value. Only that it depends on x is forgotten." => "一阶导数是对的：被剪掉的因子，数值还在。忘掉的只是它随 x 变。"

# %% [markdown] lang="en"
# ## What comes next
#
# A gradient that is right still has to be used well: [notebook 08](08_train_a_classifier.ipynb) trains with it. And an engine of your own is examined in [notebook 14](14_build_your_own.ipynb), by the same means as above.

# %% [markdown] lang="zh"
# ## 接下来
#
# 梯度对了，还要用得好：[第 8 课](08_train_a_classifier.ipynb)就用它来训练。至于你自己写的引擎，[第 14 课](14_build_your_own.ipynb)会用这里的办法来考它。
