# %% [markdown] lang="en"
# # 7. Trust, but verify
#
# A wrong derivative does not crash. The loss still goes down, a little slower, and nobody asks why. At the end of this page you can find out whether a gradient is right, how sure one can be of the answer, and which single operation is to blame if it is wrong.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

import tinygrad_edu as tg

# %% [markdown] lang="en"
# ## A slope from values alone
#
# A derivative is a promise about values: if x moves by a little h, the result moves by about slope × h. Values are easy to get right, so let them judge. Here is a function, its slope by this library, and the slope by the two oldest recipes there are.

# %%
def f(x):
    return tg.exp(-(x**2)) * tg.sin(3.0 * x)


x, h = 0.7, 1e-4
forward = (f(x + h) - f(x)) / h
central = (f(x + h) - f(x - h)) / (2 * h)
print("by the chain rule:  ", tg.grad(f)(x))
print("forward difference: ", forward)
print("central difference: ", central)

# %% [markdown] lang="en"
# Close, but not equal. Who is off, and by how much? That depends on the step, and not the way one expects.
#
# ## Smaller is better, until it is not
#
# Let the step shrink from 1 to 10⁻¹⁵ and plot how far each recipe is off.

# %%
true = tg.grad(f)(x)
steps = 10.0 ** np.linspace(-15, 0, 200)
recipes = {
    "forward difference": lambda h: (f(x + h) - f(x)) / h,
    "central difference": lambda h: (f(x + h) - f(x - h)) / (2 * h),
    "central, extrapolated once": lambda h: (
        4 * (f(x + h / 2) - f(x - h / 2)) / h - (f(x + h) - f(x - h)) / (2 * h)
    ) / 3,
}

figure, axes = plt.subplots(figsize=(8, 4.5))
for name, recipe in recipes.items():
    errors = [max(abs(recipe(h) - true), 1e-17) for h in steps]
    axes.loglog(steps, errors, label=name, linewidth=1.2)
axes.loglog(steps, 2e-16 / steps, "k:", linewidth=1, label="rounding: 2·10⁻¹⁶ / h")
axes.set(xlabel="step h", ylabel="error of the slope", ylim=(1e-16, 10))
axes.legend(frameon=False)
axes.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown] lang="en"
# Read it from the right. As the step shrinks, the error falls: along a line of slope 1 for the forward difference (its error is proportional to h), of slope 2 for the central one (h²), of slope 4 once two central differences are combined so that their h² terms cancel. Then every curve turns and climbs again along the same dotted line. There the two values are so close that their difference is mostly rounding: a double carries 16 digits, and dividing by h blows up the last one.
#
# So the best step is a compromise, and so is the best error: about 10⁻⁸ for the forward difference, 10⁻¹¹ for the central one, and better than 10⁻¹² after one extrapolation. No fixed step suits every function.
#
# `tg.check.Ray` makes that compromise by itself. It climbs from the finest steps to wider ones until the function has bent, measures on the way how noisy it is, extrapolates as often as it pays, and says how far off it may be.

# %%
ray = tg.check.Ray(lambda t: [f(x + t)], x)
measured = ray.slope(0)
print(f"measured {measured.value:.15f}")
print(f"true     {true:.15f}")
print(f"it says it may be off by {measured.error:.1e}; it is off by {abs(measured.value - true):.1e}")

# %% [markdown] lang="en"
# And the estimate is honest. Add 10⁸ and take it away again: the sine loses eight digits on the way, and the measurement knows.

# %%
noisy = tg.check.Ray(lambda t: [(1e8 + math.sin(x + t)) - 1e8], x).slope(0)
print(f"measured {noisy.value:.9f}, may be off by {noisy.error:.0e}; it is off by {abs(noisy.value - math.cos(x)):.0e}")

# %% [markdown] lang="en"
# ## Checking a gradient
#
# `tg.check_grads` compares every derivative that this library computes, in reverse and in forward mode, with such a measurement. The tolerance is not a guess: it is the error of the measurement itself.

# %%
def energy(v, options):
    return tg.logsumexp([a * options["scale"] for a in v]) * tg.tanh(v[0] - v[2])


print(tg.check_grads(energy, ([0.3, -0.2, 0.9], {"scale": 1.5}), order=2))

# %% [markdown] lang="en"
# A gradient that was written by hand, of a function that has never heard of this library, goes through `tg.check.gradient_function`. Here is the loss of a logistic regression with 12 weights, and its gradient, copied from somewhere.

# %%
generator = np.random.default_rng(0)
X, y = generator.normal(size=(20, 12)), generator.integers(0, 2, 20)


def loss(w):
    z = X @ w
    return np.mean(np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0) - y * z)


def gradient(w):
    p = 1 / (1 + np.exp(-X @ w))
    g = X.T @ (p - y) / len(y)
    g[7] = X[:, 7] @ (p - y) / (len(y) - 1)
    return g


try:
    tg.check.gradient_function(loss, gradient, generator.normal(size=12))
except tg.errors.GradientMismatch as error:
    print(error)

# %% [markdown] lang="en"
# Eleven are right. That of `x[7]` divides by 19 where it should divide by 20, which is 5 % too much: enough to train a little worse, not enough to notice.
#
# ## Corners
#
# Where a function has a corner there is no slope, only a convention. `relu` promises 0 at 0; the difference, which looks to both sides, says one half. That is nobody's mistake, so it is reported, not counted.

# %%
print(tg.check_grads(lambda x: tg.relu(x - 1.0) + x, (1.0,)))

# %% [markdown] lang="en"
# ## From examples to properties
#
# A check at one point says something about that point. A *property* says what must hold for every input, and [hypothesis](https://hypothesis.readthedocs.io) looks for one that breaks it. For instance: differentiation is linear. Not for one pair of functions, but for any two.
#
# `tg.check.programs()` draws whole random programs. They share and reuse their results, and stay away from corners and poles by construction. One of them:

# %%
from hypothesis import find, given, settings

ops = [tg.OPS[name] for name in ("sin", "mul", "exp", "add", "tanh", "div")]
example = find(
    tg.check.programs(ops=ops),
    lambda p: len(p.point) == 2 and len(p.lines) >= 4 and len({line.op for line in p.lines}) >= 4,
    settings=settings(derandomize=True, database=None, max_examples=1000),
)
print(example)
example.draw()

# %%
@settings(max_examples=100, database=None, derandomize=True)
@given(tg.check.programs(leaves=1), tg.check.programs(leaves=1), tg.check.finite_values())
def differentiation_is_linear(p, q, a):
    (x,) = p.point
    try:
        q_slope = tg.grad(q)(x)
    except ValueError:
        return
    if not math.isfinite(q_slope) or abs(q_slope) > 1e4:
        return  # q was made for another x
    together = tg.grad(lambda x: a * p(x) + q(x))(x)
    apart = a * tg.grad(p)(x) + q_slope
    assert math.isclose(together, apart, rel_tol=1e-9, abs_tol=1e-9)


differentiation_is_linear()
print("holds for 100 pairs of programs")

# %% [markdown] lang="en"
# ## A planted bug, found and shrunk
#
# Let us plant a bug and see. `swish` is x · sigmoid(x). Its derivative has two terms; somebody forgot the second.

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

# %%
mismatch.drawing

# %% [markdown] lang="en"
# Now suppose we did not know where to look. Draw random programs in which it occurs among other operations, and ask for the smallest one that fails.

# %%
def fails(program):
    try:
        tg.check_grads(program, program.point)
    except tg.errors.GradientMismatch:
        return True
    return False


smallest = find(tg.check.programs(ops=[*ops, swish]), fails, settings=settings(derandomize=True, database=None, max_examples=1000))
print(smallest)
smallest.draw()

# %% [markdown] lang="en"
# Whatever it met first, a dozen operations perhaps, it ends with one line and a round number. In a test-suite the same thing is a decorator. When the test fails, it prints the program and writes its drawing to a file.

# %%
@tg.check.given_program(ops=[*ops, swish])
@settings(derandomize=True, database=None, max_examples=1000)
def test_gradients(program):
    tg.check_grads(program, program.point)


try:
    test_gradients()
except AssertionError as error:
    print(str(error).splitlines()[0])
    print(error.__notes__[-1].split("its drawing")[0])

# %% [markdown] lang="en"
# And for a single operation of your own there is one call, which also checks its second derivatives, its corners, and that floats, graphs and captions all read it alike.

# %%
repaired = tg.Op("swish", lambda x: x * tg.sigmoid(x), lambda y, x: (tg.sigmoid(x) + y * tg.sigmoid(-x),))
print(tg.check.operation(repaired, points=8))

# %% [markdown] lang="en"
# ## Exercises
#
# **1.** Where is the lowest point of the forward difference's curve, and why just there?
#
# <details><summary>Answer</summary>
#
# Near h = 10⁻⁸, the square root of the rounding error 2·10⁻¹⁶. The error is about h·|f″|/2 + 2·10⁻¹⁶·|f|/h; it is least where the two parts are equal. For the central difference the parts are h² and 10⁻¹⁶/h, so the best step is the cube root, 6·10⁻⁶.
# </details>
#
# **2.** `cube = tg.Op("cube", lambda x: x**3, lambda y, x: (3.0 * x * tg.ops.detach(x),))`. Does `check_grads` with `order=1` find anything wrong? With `order=2`?
#
# <details><summary>Answer</summary>
#
# The first derivative is right: 3x². But one factor was cut off from the graph, so the second derivative comes out as 3x in place of 6x. Only `order=2` sees it.
# </details>
#
# **3.** A test compares gradients with differences and allows a relative error of 1 %. Which of the bugs on this page would it let through? Which functions would it blame wrongly?
#
# <details><summary>Answer</summary>
#
# It lets through anything smaller than 1 %, such as a constant with a wrong third digit; it would find the 5 % of the logistic regression. And it blames functions whose differences are themselves off by more than 1 %: noisy ones, or any function with a badly chosen step. A tolerance should follow from the error of the measurement.
# </details>
