"""With this module a derivative becomes Python source for the engine."""

from __future__ import annotations

from typing import Any

from .floats import number
from .operation import Op
from .operators import BINARY, UNARY
from .protocol import Number, Rank


class Code(Number):
    """A formula as Python source, on floats; table functions are called by their entries' `fn`."""

    __slots__ = ("functions", "source")
    _rank = Rank.ATOM

    def __init__(self, source: str, functions: dict[str, Any]) -> None:
        self.source = source
        self.functions = functions

    def __bool__(self) -> bool:
        raise TypeError(f"the partials of an operation must not branch on a number ({self.source}); write where(...)")

    @staticmethod
    def _apply(op: Op, args: tuple[Any, ...]) -> Code:
        functions = next(arg.functions for arg in args if isinstance(arg, Code))
        texts = [arg.source if isinstance(arg, Code) else repr(number(arg)) for arg in args]
        if op in _PYTHON:
            return Code(f"({_PYTHON[op].format(*texts)})", functions)
        functions[f"fn_{op.name}"] = op.fn
        return Code(f"fn_{op.name}({', '.join(texts)})", functions)


_PYTHON = {
    BINARY["add"]: "{} + {}",
    BINARY["sub"]: "{} - {}",
    BINARY["mul"]: "{} * {}",
    BINARY["truediv"]: "{} / {}",
    UNARY["neg"]: "-{}",
}


def partials_source(op: Op) -> tuple[list[str], dict[str, Any]] | None:
    """Write the partials of an operation as Python expressions in `y` and the arguments `a`, `b`, `c`.

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
    >>> partials_source(OPS["tanh"])[0]
    ['(1.0 - (y * y))']
    """
    functions: dict[str, Any] = {}
    letters = "abcdefgh"[: op.arity]
    try:
        partials = op.partials(*[Code(name, functions) for name in ("y", *letters)])
        return [p.source if isinstance(p, Code) else repr(number(p)) for p in partials], functions
    except (TypeError, ValueError, AttributeError):
        return None
