"""With this module a node is what Python expects of an object: compared, hashed, asked for its truth, printed.

A Value is a number to our functions, and a node to Python: in lists and dicts it is found by identity.
"""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

from .running import demand_free_choice


class InPython:
    """What a node says to ``==``, ``hash``, ``bool``, ``float``, ``format`` and ``repr``."""

    __slots__ = ()

    if TYPE_CHECKING:
        _data: float
        data: float
        grad: float
        name: str | None
        op: Any

    def __eq__(self, other: object) -> bool:
        """Whether it is the very same node: Values are looked for in lists and dicts, so numbers do not matter here."""
        if self is other:
            return True
        if isinstance(other, Real) or getattr(other, "shape", None) == ():
            demand_free_choice()
            import warnings

            warnings.warn(
                f"== asks whether two nodes are the same, so a Value is never == {other!r:.40}; compare the numbers, "
                "x.data == ..., or with <= and >=",
                UserWarning,
                stacklevel=2,
            )
            return False
        return NotImplemented

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        demand_free_choice()
        return self._data != 0.0

    def __float__(self) -> float:
        raise TypeError(
            "a Value does not turn into a float by itself, for that would silently cut the graph: take x.data for the "
            "number, and tg.sin(x), tg.exp(x) ... in place of math.sin, math.exp ..."
        )

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        name = f", name={self.name!r:.60}" if self.name is not None else ""
        op = f", op={self.op.name}" if self.op is not None else ""
        return f"Value(data={self.data:.6g}, grad={self.grad:.6g}{name}{op})"
