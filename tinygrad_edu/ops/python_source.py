"""With this module operations become Python source: derivatives for the engine, and code that runs on floats."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from . import float_sequences as folds
from . import floats as num
from .code import C_LIBRARY, FOLDS, argument_names
from .code_atoms import Code, partials_of
from .code_writer import PYTHON_FORMS, Dialect, Writer
from .operation import Op


def value_source(op: Op) -> str:
    """Write the application of an operation to ``a`` and ``b``: in line where Python's operator never raises.

    Parameters
    ----------
    op : Op
        An operation with a fixed number of arguments.

    Returns
    -------
    str

    Examples
    --------
    >>> from tinygrad_edu.ops import OPS
    >>> value_source(OPS["add"]), value_source(OPS["div"])
    ('a + b', 'fn(a, b)')
    """
    letters = _LETTERS[: op.arity]
    tree = Code._apply(op, tuple(map(Code, letters))).tree
    if tree.kind in ("call", "/"):
        return f"fn({', '.join(letters)})"
    return Writer(Dialect(PYTHON_FORMS)).write([tree])[1][0]


def partials_source(op: Op) -> tuple[list[str], dict[str, Any]] | None:
    """Write the partials of an operation as Python expressions in `y` and the arguments `a`, `b`, `c`.

    Operations other than arithmetic are called by their `fn`: that gives the floats which the entry itself gives.

    Parameters
    ----------
    op : Op
        An operation with a fixed number of arguments.

    Returns
    -------
    (list of str, dict) or None
        One expression per argument and the functions they call; None if the entry cannot be read as text
        (it may use `math` directly), so that it must be called instead.

    Examples
    --------
    >>> from tinygrad_edu.ops import OPS
    >>> partials_source(OPS["tan"])[0]
    ['1.0 + y * y']
    """
    functions: dict[str, Any] = {}

    def called(other: Op) -> str:
        name = f"fn_{other.name}"
        while functions.setdefault(name, other.fn) is not other.fn:  # another of that name
            name += "_"
        return name

    letters = _LETTERS[: op.arity]
    try:
        trees = partials_of(op, len(letters))
    except (TypeError, ValueError, AttributeError):
        return None
    writer = Writer(Dialect(PYTHON_FORMS, native=called, line=""))
    return writer.write(trees, dict(zip(argument_names(len(letters)), letters, strict=True)))[1], functions


_LETTERS = tuple("abcdefgh")


# ---------------------------------------------------------------------------------------- code on floats


@cache
def on_floats(op: Op) -> Callable[..., float]:
    """Give the function that the code of an operation says, on floats, by IEEE 754.

    Parameters
    ----------
    op : Op

    Returns
    -------
    callable

    Raises
    ------
    GraphError
        If it states no code.

    Examples
    --------
    >>> from tinygrad_edu.ops import OPS
    >>> on_floats(OPS["reciprocal"])(0.0)
    inf
    """
    code = over(op, _ON_FLOATS)
    return lambda *args: float(code(*map(num.IEEEFloat, args)))


def over(op: Op, names: Mapping[str, Any]) -> Callable[..., Any]:
    """Give the function that the code of an operation says, over any numbers that Python's operators take.

    Parameters
    ----------
    op : Op
    names : mapping of str to object
        The functions of `C_LIBRARY` and ``pow``, as far as they are there, over these numbers; ``sum_of`` and the other
        folds, of a sequence; ``number``, which makes one from a float; ``inf`` and ``nan``.

    Returns
    -------
    callable

    Raises
    ------
    GraphError
        If it states no code.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from tinygrad_edu.ops import OPS
    >>> over(OPS["relu"], {"number": Fraction})(Fraction(1, 3))
    Fraction(1, 3)
    """
    namespace = dict(names)
    exec(Writer(_FLOATS).function(op, "code"), namespace)
    code: Callable[..., Any] = namespace["code"]
    return code


def _fmod(a: float, b: float) -> float:
    return math.fmod(a, b) if math.isfinite(a) and b != 0.0 else math.nan


_FLOATS = Dialect(
    {**PYTHON_FORMS, "**": "pow({0}, {1})"}, number=lambda x: f"number({x!r})", rest="*{}", functions={"fabs": "abs"}
)
_LIBRARY: dict[str, Callable[..., float]] = {
    **{name: getattr(num, name, None) or getattr(math, name) for name in C_LIBRARY if name != "rint"},
    "fmod": _fmod,
    "rint": num.rounded,
    "pow": num.power,
}
_FOLDED = {
    "sum": folds.total,
    "prod": folds.product,
    "max": folds.largest,
    "min": folds.smallest,
}


def _ieee(f: Callable[..., float]) -> Callable[..., float]:
    return lambda *args: num.IEEEFloat(f(*args))


def _ieee_fold(f: Callable[..., float]) -> Callable[..., float]:
    return lambda xs: num.IEEEFloat(f(*xs))


_ON_FLOATS: dict[str, Any] = {
    "number": num.IEEEFloat,
    "inf": math.inf,
    "nan": math.nan,
    **{name: _ieee(f) for name, f in _LIBRARY.items()},
    **{f"{fold}_of": _ieee_fold(_FOLDED[fold]) for fold in FOLDS},
}
