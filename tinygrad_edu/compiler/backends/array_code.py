"""With this module the code of an operation becomes a function of whole arrays, of NumPy or of JAX.

Both know the functions of the C library by the same names, so one dialect serves both. Both branches of a choice are
computed, and nothing raises. A reduction runs along the first axis: what its variable stands for is the whole sequence,
and what does not depend on it, such as a maximum, spreads over that axis by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...ops.code import SEQUENCE
from ...ops.code_writer import Dialect, Writer
from ...ops.operation import Op

ARRAYS = Dialect(
    {
        "if": "np.where({0}, {1}, {2})",
        "not": "np.logical_not({0})",
        "and": "np.logical_and({0}, {1})",
        "or": "np.logical_or({0}, {1})",
        "**": "power({0}, {1})",
        "len": "len({sequence})",
        "map": "{body}",
        "halves": "{sequence}",
        "pair": "{}, {}",
        "sum": "np.sum({items}, 0)",
        "prod": "np.prod({items}, 0)",
        "max": "np.max({items}, 0)",
        "min": "np.min({items}, 0)",
    },
    functions={
        **{f"a{name}": f"np.arc{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
        "atan2": "np.arctan2",
        "fabs": "np.abs",
        "erf": "erf",
        "erfc": "erfc",
    },
    prefix="np.",
    number=lambda x: repr(x) if x - x == 0.0 else f"np.{x}".replace("np.-", "-np."),  # of no dtype of its own
    bound={
        "x": SEQUENCE,
        "u": f"{SEQUENCE}[: len({SEQUENCE}) // 2]",
        "v": f"{SEQUENCE}[len({SEQUENCE}) // 2 :]",
    },
)
"""Arrays of `np`, which may be `numpy` or `jax.numpy`, and of `power`, `erf` and `erfc`."""


def array_function(op: Op, library: Mapping[str, Any]) -> Callable[..., Any]:
    """Give the function of arrays that the code of an operation says.

    Parameters
    ----------
    op : Op
        Of any number of arguments: then a function of one array, along whose first axis they stand.
    library : mapping of str to object
        What `ARRAYS` names.

    Returns
    -------
    callable
    """
    namespace = dict(library)
    exec(Writer(ARRAYS).function(op, "code"), namespace)
    function: Callable[..., Any] = namespace["code"]
    return function
