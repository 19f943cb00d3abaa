"""With this module one can read what every operation is: its function and its derivative, one entry each.

An entry is written once and read by everyone. Its partial derivatives are a line of mathematics in the result
`y` and the arguments, in arithmetic and table functions, without a Python `if` on a number. Called with floats it
yields slopes, with graph variables equations, with Values differentiable gradients, with text the caption "1 - y²".
What the function computes is stated once more as a line of portable code, for what Python functions cannot reach: other
languages, compilers, arrays (`code`).

The entries stand in `piecewise`, `elementary`, `special_functions` and `many`; this is the one table of them all.

>>> OPS["tanh"].partials(0.5, 0.549)
(0.75,)
>>> tanh(0.0)
0.0
"""

from .elementary import *  # noqa: F403  # the entries stand there
from .entry import OPS as OPS
from .many import *  # noqa: F403
from .piecewise import *  # noqa: F403
from .special_functions import *  # noqa: F403
