# %% [markdown] lang="en"
# # 1. The first gradient
#
# At the end of this page you can build a small computation, draw it, walk backward through it, and get the same number in three ways: by the library, by hand, and by a tiny experiment.
#
# You need Python and a little school mathematics. Everything here runs from the installed package, without a network.

# %%
import tinygrad_edu as tg
from tinygrad_edu import Value

# %% [markdown] lang="en"
# ## A computation that remembers itself
#
# A `Value` is a number that remembers where it came from. Here is one neuron: it multiplies an input `x` by a weight `w`, adds a bias `b`, and squeezes the sum into the range from −1 to 1 with `tanh`.

# %%
w = Value(0.5, "w")
x = Value(2.0, "x")
b = Value(-1.5, "b")
y = tg.tanh(w * x + b)
y.name = "y"
y.data

# %% [markdown] lang="en"
# Each box below is one number of the computation. The arrows say what it was made from. The number on an arrow is its **slope**, the local derivative: by how much the box at its tip changes for one unit of the box at its start. The gradients show “–”: nobody has asked for them yet.

# %%
tg.draw(y)

# %% [markdown] lang="en"
# ## Backward
#
# *If I turn `w` up a little, what happens to `y`?* The answer is the gradient of `y` with respect to `w`. `backward()` works it out for every box at once.

# %%
y.backward()
tg.draw(y)

# %% [markdown] lang="en"
# ## Step by step
#
# Press **▶** or the arrow keys. The first steps compute the values, from left to right. Then the gradient starts at the result with 1 and flows back, one arrow at a time: each arrow adds *slope × gradient of the box it points to* to the box it starts from.
#
# Click the box `w` and you are told why it has the gradient it has.

# %%
tg.play(y)

# %% [markdown] lang="en"
# The same steps as text:

# %%
print(tg.play(y).text())

# %% [markdown] lang="en"
# ## By hand
#
# There is one path from `y` down to `w`. Along it lie three slopes:
#
# - `y = tanh(v2)`: the slope of tanh is 1 − y²
# - `v2 = v1 + b`: the slope of a sum is 1
# - `v1 = w × x`: the slope towards `w` is `x`
#
# The gradient is their product.

# %%
by_hand = (1 - y.data**2) * 1 * x.data
by_hand, w.grad

# %% [markdown] lang="en"
# `paths` lists every way from the result down to a value, with its product. Here there is one; in larger computations there are many, and the gradient is their sum.

# %%
print(tg.paths(y, w))

# %% [markdown] lang="en"
# ## By experiment
#
# Forget derivatives. Turn `w` up by a tiny bit, turn it down by the same bit, and see how much `y` moved. This is called a finite difference.

# %%
def neuron(w, x, b):
    return tg.tanh(w * x + b)

h = 1e-6
by_experiment = (neuron(0.5 + h, 2.0, -1.5) - neuron(0.5 - h, 2.0, -1.5)) / (2 * h)
by_experiment, w.grad

# %% [markdown] lang="en"
# Three ways, one number (up to the small error of the experiment). That is all a gradient is: how much the result moves when you turn one knob.
#
# ## What it is good for
#
# Suppose we want `y` to be 0.5. The gradient says which way to turn the knobs. Take small steps, and look at `y`:

# %%
w, b = Value(0.5, "w"), Value(-1.5, "b")
for step in range(6):
    y = tg.tanh(w * 2.0 + b)
    error = (y - 0.5) ** 2
    tg.zero_grad([w, b])
    error.backward()
    print(f"step {step}   y = {y:+.4f}   error = {error:.4f}   w.grad = {w.grad:+.4f}   b.grad = {b.grad:+.4f}")
    w.data -= 0.1 * w.grad
    b.data -= 0.1 * b.grad

# %% [markdown] lang="en"
# A neural network does this with thousands of knobs. Nothing else changes.
#
# ## Exercises
#
# **1.** What is `x.grad` in the neuron above? Say it before you run anything.
#
# <details><summary>Answer</summary>
#
# The path is the same but for its last slope, which towards `x` is `w` = 0.5: (1 − y²) × 1 × 0.5 = 0.7864 × 0.5 = 0.3932.
# </details>
#
# **2.** Set `b` to −5. What happens to the gradients, and why?
#
# <details><summary>Answer</summary>
#
# The sum is −4, where tanh is almost flat: y = −0.9993, and 1 − y² is only 0.0013. All gradients shrink with it: the neuron is *saturated*, and learns next to nothing.
# </details>
#
# **3.** Use `x` twice: `y = tg.tanh(w * x + b * x)`. How many paths lead from `y` to `x`? Check with `tg.paths(y, x)`.
#
# <details><summary>Answer</summary>
#
# Two, one through each product. Their slopes towards `x` are `w` and `b`, so `x.grad` = (1 − y²) × (w + b).
# </details>
