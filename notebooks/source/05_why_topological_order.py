# %% [markdown] lang="en"
# # 5. Why the order matters
#
# `backward()` visits the boxes of a computation in one particular order: each box only after everything that was made from it. At the end of this page you know what goes wrong otherwise, why gradients are *added* and never *set*, and what a second `backward()` does.

# %%
import tinygrad_edu as tg
from tinygrad_edu import Value

# %% [markdown] lang="en"
# ## A box that is used twice
#
# The smallest computation that causes trouble:

# %%
a = Value(3.0, "a")
b = a + a
b.name = "b"
c = b + b
c.name = "c"
c.backward()
tg.draw(c)

# %% [markdown] lang="en"
# `c` is four times `a`, so the gradient of `a` must be 4. Four paths lead from `c` down to `a`, each with the product 1:

# %%
print(tg.paths(c, a))

# %% [markdown] lang="en"
# ## Plain recursion counts wrong
#
# The obvious program says: give your gradient to your parents, then let each parent do the same. Here it is, with a dictionary in place of `.grad`, so that it harms nothing.

# %%
def recursive(node, grads):
    for parent, slope in zip(node.parents, node.partials, strict=True):
        grads[parent] = grads.get(parent, 0.0) + slope * grads[node]
        recursive(parent, grads)
    return grads

recursive(c, {c: 1.0})[a]

# %% [markdown] lang="en"
# It says 6, and the right answer is 4. What happened: `c` gave `b` a gradient of 1, and `b` at once passed 1 on to `a`, twice. Then `c` gave `b` its second 1; now `b` held 2, and passed on **all of it** again, twice. The first 1 was handed down two times: 1 + 1 + 2 + 2 = 6.
#
# A box may pass its gradient on only when that gradient is complete.
#
# ## The right order
#
# List the boxes so that each comes after its parents (a *topological order*), and walk the list from its end. Then everything that was made from a box is done before the box itself has its turn.

# %%
order = tg.topological_order(c)
print("forward: ", [node.name for node in order])
print("backward:", [node.name for node in reversed(order)])

grads = {c: 1.0}
for node in reversed(order):
    for parent, slope in zip(node.parents, node.partials, strict=True):
        grads[parent] = grads.get(parent, 0.0) + slope * grads[node]
grads[a]

# %% [markdown] lang="en"
# Watch it. Both contributions to `b` arrive before `b` passes anything on.

# %%
tg.play(c)

# %% [markdown] lang="en"
# ## Added, not set
#
# Look at the formula of each step: `b.grad += …`. With `=` in its place the second contribution would wipe out the first:

# %%
grads = {c: 1.0}
for node in reversed(order):
    for parent, slope in zip(node.parents, node.partials, strict=True):
        grads[parent] = slope * grads[node]
grads[a]

# %% [markdown] lang="en"
# 1 in place of 4. Whenever a value is used more than once (and every weight of a network is, once per example), its gradient is a sum over its uses.
#
# ## In slow motion, from code
#
# `Stepper` makes the same walk under your control. The gradients on the boxes are those of the current step.

# %%
stepper = tg.Stepper(c)
while (step := stepper.run_until(lambda step: step.kind == "backward")) is not None:
    print(f"{step.caption:40}   b.grad = {b.grad}   a.grad = {a.grad}")

# %% [markdown] lang="en"
# ## A second backward
#
# Leaves keep what they were given, so that several examples can add their gradients up before one step of learning. Calling `backward()` again therefore adds again:

# %%
tg.zero_grad([a])
c.backward()
print("first: ", a.grad)
c.backward()
print("second:", a.grad)
tg.zero_grad([a])
c.backward()
print("after zero_grad:", a.grad)

# %% [markdown] lang="en"
# Boxes in the middle, like `b`, start afresh each time. If they did not, the second pass would hand down the first one's gradient once more, and `a` would get more than 8. Try it: this loop leaves the old gradients of the middle in place.

# %%
grads = {a: 0.0, b: 0.0, c: 0.0}
for sweep in (1, 2):
    grads[c] = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.partials, strict=True):
            grads[parent] += slope * grads[node]
    print("sweep", sweep, "a:", grads[a])

# %% [markdown] lang="en"
# 12 in place of 8.
#
# ## Exercises
#
# **1.** How much would plain recursion get for `d` = `c` + `c` (so that the right answer is 8)? First think, then try.
#
# <details><summary>Answer</summary>
#
# 26. It enters `c` with a gradient of 1 and then with 2; each visit to `c` enters `b` twice, with what has piled up there so far. The error grows with every level.
# </details>
#
# **2.** Is there a computation with a box that is used twice, for which plain recursion is right all the same?
#
# <details><summary>Answer</summary>
#
# Yes: if the box is a leaf, as in `x * x`. It passes nothing on, so it does not matter that it was visited early.
# </details>
#
# **3.** How many steps does a chain of 30 boxes, each `a = a + a`, take by recursion, and how many in topological order?
#
# <details><summary>Answer</summary>
#
# Recursion visits a box once per path: 2 + 4 + … + 2³⁰, two billion steps. In topological order each of the 60 arrows is used exactly once. The order makes the result right, and it makes it cheap.
# </details>
