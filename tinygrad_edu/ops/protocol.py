"""With this module one can say what a kind of number is. It is the idea of the package, so read it first.

An operation is written once, as its entry in the table: a function on floats and its partial derivatives, a line of
arithmetic each. What such a line yields depends on what it is called with, and that is a *kind of number*: floats give
slopes, Values a graph that can be swept, variables the equations of a traced function, pieces of text the caption
"1 − y²" or a line of code. Every reader of an entry is one more kind, and no entry knows which.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from typing import Self

    from .operation import Op


class Rank(IntEnum):
    """Who answers where kinds of number meet: the kind of the highest rank, for it knows how to take in the others."""

    PLAIN = 0
    """int, float, NumPy's scalars: whatever Python takes for a real number, and no `Number`."""
    IEEE = 1
    """Floats whose operators never raise."""
    VALUE = 2
    """Numbers that remember how they were computed."""
    VARIABLE = 3
    """Numbers that are not known yet: of a graph being traced, of a program being compiled."""
    ATOM = 4
    """Pieces of text or code. They stand for operands, so that the entry writes down its own formula."""


class Number:
    """What a kind of number offers; a class that inherits from this and states the two names below is one.

    - `_rank` says who answers where two kinds meet.
    - `_apply(op, args)` applies an operation of the table to arguments of which at least one is of this kind, and none
      of a higher rank; what it gives is of this kind.

    One that knows its number may show it as `_seen`, which `seen` reads.

    All else follows from these, and is here once: ``+ - * / ** %`` in both operand orders, ``abs`` and ``round``,
    ``< <= > >=``, and a method for every operation of one argument (``x.tanh()``). Each of them applies an entry of the
    table, which lies above this module, so that they are filled in there (`tinygrad_edu.ops.operators`). A kind may do
    better where it matters: Values get methods generated from the entries.

    Examples
    --------
    >>> from tinygrad_edu import ops
    >>> class Logged(Number):
    ...     _rank = Rank.VALUE
    ...     @staticmethod
    ...     def _apply(op, args):
    ...         print(op.name)
    ...         return Logged()
    >>> y = 2.0 * Logged() + ops.sin(Logged())
    mul
    sin
    add
    """

    __slots__ = ()
    # NumPy's arrays and scalars must let us answer `array * value`, not broadcast over us.
    __array_ufunc__: ClassVar[None] = None

    _rank: ClassVar[Rank]

    @property
    def _seen(self) -> float:
        return math.nan

    @staticmethod
    def _apply(op: Op, args: tuple[Any, ...]) -> Any:
        """Apply an operation to arguments of which at least one is of this kind, and none of a higher rank."""
        raise NotImplementedError(f"a kind of number says how {op.name} is applied to it, by _apply(op, args)")

    @classmethod
    def _compare(cls, op: Op, args: tuple[Any, ...]) -> Any:
        """Answer a comparison, ``less`` or ``less_equal``: here, by applying it like any other operation."""
        return cls._apply(op, args)

    def __pos__(self) -> Self:
        return self

    def __round__(self, digits: int | None = None) -> Self:
        if digits is not None:
            raise TypeError(
                f"round(x, {digits!r:.20}) of a {type(self).__name__}: only whole numbers are rounded to; write "
                "round(x * 100) / 100 for two decimals, or f'{x.data:.2f}' to print them"
            )
        rounded: Self = self.round()
        return rounded

    if TYPE_CHECKING:

        def __add__(self, other: Any) -> Self: ...
        def __radd__(self, other: Any) -> Self: ...
        def __sub__(self, other: Any) -> Self: ...
        def __rsub__(self, other: Any) -> Self: ...
        def __mul__(self, other: Any) -> Self: ...
        def __rmul__(self, other: Any) -> Self: ...
        def __truediv__(self, other: Any) -> Self: ...
        def __rtruediv__(self, other: Any) -> Self: ...
        def __pow__(self, other: Any) -> Self: ...
        def __rpow__(self, other: Any) -> Self: ...
        def __mod__(self, other: Any) -> Self: ...
        def __rmod__(self, other: Any) -> Self: ...
        def __neg__(self) -> Self: ...
        def __abs__(self) -> Self: ...
        def __lt__(self, other: Any) -> Any: ...
        def __le__(self, other: Any) -> Any: ...
        def __gt__(self, other: Any) -> Any: ...
        def __ge__(self, other: Any) -> Any: ...
        def __getattr__(self, name: str) -> Any: ...


def seen(x: Any) -> float:
    """Look at a number, to choose between two ways that differ by rounding only; nan where nothing is to be seen.

    Parameters
    ----------
    x : float or Number

    Returns
    -------
    float

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> seen(tg.Value(3.0)), seen(2.0)
    (3.0, 2.0)
    """
    number: float = x if isinstance(x, float) else x._seen
    return number


def rank_of(kind: type) -> int:
    """Give the rank of a type.

    Parameters
    ----------
    kind : type
        A kind of number, or any other type, which then is plain.

    Returns
    -------
    int

    Examples
    --------
    >>> rank_of(float)
    <Rank.PLAIN: 0>
    """
    rank: int = getattr(kind, "_rank", Rank.PLAIN)
    return rank
