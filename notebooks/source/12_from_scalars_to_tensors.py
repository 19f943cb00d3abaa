# %% [markdown] lang="en"
# # 12. From scalars to tensors
#
# So far every number was a box of its own. That is the clearest way to see what happens, and the slowest way to compute it: a processor would much rather multiply two matrices. At the end of this page you have watched one and the same loss as a graph of scalars, as a short program of array operations, and on the clock; and you know how the second is made from the first.

# %%
import time

import numpy as np

import tinygrad_edu as tg
from tinygrad_edu import Value, nn

# %% [markdown] lang="en"
# ## One loss, written in scalars
#
# A small network and the hinge loss of one example. Nothing here says "matrix".

# %%
model = nn.MLP(2, [3, 1], seed=0)

def loss(x, label):
    return nn.hinge(model(x), label)

tg.draw(loss([0.5, -1.0], 1), collapse=1)

# %% [markdown] lang="en"
# The loss of one example is a graph of a few dozen boxes. A batch of a hundred examples is a hundred such graphs, all of the same shape, with different numbers in them. Whoever sees that need only look at one.
#
# ## Traced once
#
# `trace` calls the function a single time, with variables in place of numbers, and writes down what it does:

# %%
graph = tg.trace(loss, [0.5, -1.0], 1.0)
graph

# %% [markdown] lang="en"
# The *captured* Values are the parameters: all examples share them. What depends on an input differs from example to example. Let us call the first kind *unbatched* and the second *batched*.
#
# ## Compiled
#
# `tg.compile` takes it from there. It is called with many examples at once: the first axis counts them.

# %%
data = tg.data.load("moons", n=100, seed=0)
X = np.array(data.X)
labels = 2.0 * np.array(data.y) - 1.0

compiled = tg.compile(loss, model.parameters())
value, gradient = compiled.value_and_grad(X, labels)
print(compiled.program)

# %% [markdown] lang="en"
# Read it from the top. `a1` is the first layer for all neurons and all examples in **one** matrix product: `w|b` are the weights with the biases as one more column, `[x;1]` the inputs with a row of ones below them. Then `relu` of it, and so on down to the loss. From there the lines run backward through the network. The last ones are the gradients of the weights: a product again, of what flowed back with what had come in.
#
# A `°` marks what is gathered from several places first; everything else is read where it stands. N is the number of examples.
#
# The same as a picture:

# %%
tg.draw(compiled, direction="TB")

# %% [markdown] lang="en"
# Is it right? The scalars have the last word. Here is the gradient by `backward()`, one example after the other:

# %%
total = tg.mean([loss(x, label) for x, label in zip(data.X, labels.tolist(), strict=True)])
model.zero_grad()
total.backward()
by_scalars = np.array([p.grad for p in model.parameters()])
print("value:   ", value, total.data)
print("largest difference of a gradient:", np.abs(gradient - by_scalars).max())

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
# The third point can be tried. Two writers, two styles, one program:

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

parameters = [p for w, b in rows for p in (*w, b)]
for f in (tidy, untidy):
    written = tg.compile(f, parameters)
    written.value_and_grad(np.ones((5, 4)))
    print(written.program, end="\n\n")

# %% [markdown] lang="en"
# A convolution slides one small kernel over a row of numbers. Written in scalars it is a loop in a loop; the compiler finds the matrix product in it by itself:

# %%
kernels = [[Value(0.1 * (k + i)) for i in range(3)] for k in range(4)]

def convolution(x):
    return [[tg.dot(kernel, x[t : t + 3]) for t in range(len(x) - 2)] for kernel in kernels]

maps = tg.compile(convolution)
print(maps(np.ones((5, 10))).shape)
print(maps.program)

# %% [markdown] lang="en"
# ## What it gains
#
# A network of a more usual size, 2-16-16-1, and the clock. Three ways: scalar by scalar, compiled, and arrays written by hand.

# %%
model = nn.MLP(2, [16, 16, 1], seed=0)
compiled = tg.compile(loss, model.parameters())
compiled.value_and_grad(X, labels)

def scalars():
    model.zero_grad()
    for x, label in zip(data.X, labels.tolist(), strict=True):
        loss(x, label).backward(0.01)

theta = np.array([p.data for p in model.parameters()])
layers = [theta[:48].reshape(16, 3), theta[48:320].reshape(16, 17), theta[320:].reshape(1, 17)]

def by_hand():
    ones = np.ones((1, len(X)))
    inputs, slopes, h = [], [], X.T
    for W in layers:
        inputs.append(np.vstack([h, ones]))
        z = W @ inputs[-1]
        slopes.append(z > 0.0)
        h = np.maximum(z, 0.0)
    delta = -labels * (1.0 - labels * z > 0.0) / len(X)
    gradients = []
    for W, x, below in zip(layers[::-1], inputs[::-1], [*slopes[1::-1], None], strict=True):
        gradients.append(delta @ x.T)
        if below is not None:
            delta = W[:, :-1].T @ delta * below
    return gradients[::-1]

def clock(f, seconds=0.5):
    times = []
    while sum(times) < seconds:
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]

ways = {
    "scalar by scalar": scalars,
    "compiled": lambda: compiled.value_and_grad(X, labels, at=theta),
    "by hand": by_hand,
}
for name, f in ways.items():
    print(f"{name:18}{1e6 * clock(f):10.0f} µs")
print("array operations:", len(compiled.program))
same = np.concatenate([g.ravel() for g in by_hand()])
print("largest difference:", np.abs(same - compiled.value_and_grad(X, labels)[1]).max())

# %% [markdown] lang="en"
# Hundreds of times faster than scalar by scalar, and about as fast as the arrays that an expert would have written; who wrote the loss need not have thought of arrays at all. `fit` does this by itself whenever model and loss can be traced, and says so:

# %%
model = nn.MLP(2, [16, 16, 1], seed=0)
history = tg.fit(model, data, epochs=60, progress=False)
print(history.engine)
print(history, f"in {history.seconds:.2f} s")

# %% [markdown] lang="en"
# ## Where it ends
#
# A program that decides by looking at a number has no single graph. The compiler says so, and what to write instead:

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
# **1.** Add a penalty `0.01 * tg.dot(parameters, parameters)` to the loss of the small network at the top and print the program. Which lines are new, and why has none of them an N?
#
# <details><summary>Answer</summary>
#
# New are the inner product of the parameters with themselves, its multiplication by 0.01, an addition to each example's loss, and on the way back a multiple of the parameters themselves that is added to their gradient. Parameters are unbatched, so what depends on them alone is computed once for the whole batch. (The addition to the loss has an N: the loss of each example is batched.)
# </details>
#
# **2.** How many more array operations does a network of ten hidden layers take than one of nine? Guess, then count.
#
# <details><summary>Answer</summary>
#
# Five or six: forward a product and `relu`; backward the slope of `relu`, the product with the transposed weights, the product with that slope, and the gradient of the weights. That last one may come for free: the gradients of layers of equal size are one stack of matrix products. The number of neurons does not enter.
# </details>
#
# **3.** `tg.compile(tg.hessian(f))` works too. Why?
#
# <details><summary>Answer</summary>
#
# A Hessian is computed from Values like anything else, so it can be traced: derivatives are equations of the same kind as what they are derived from.
# </details>
