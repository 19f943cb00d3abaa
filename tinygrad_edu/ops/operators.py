"""With this module a class takes part in arithmetic: the operator surface, written once for every kind of number.

A class that inherits `Operators` and has `_apply(op, args)` gets ``+ - * / ** abs``, in both operand orders, and
a method for every operation of one argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import table as ops
from .operation import Op

if TYPE_CHECKING:
    from typing import Self

BINARY = {"add": ops.add, "sub": ops.sub, "mul": ops.mul, "truediv": ops.div, "pow": ops.pow}
"""Python's binary operators (``__add__`` and its reflection ``__radd__``) and what they apply."""

UNARY = {"neg": ops.neg, "abs": ops.abs}

METHODS = {op.name: op for op in ops.OPS.values() if op.arity == 1}
"""Operations of one argument, each also a method: ``x.tanh()``."""


class Operators:
    """Python's operators and the unary operations as methods, each applying an entry of the table."""

    __slots__ = ()
    # NumPy arrays and scalars must let us answer `array * value`, not broadcast over us.
    __array_ufunc__ = None

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
        def __neg__(self) -> Self: ...
        def __abs__(self) -> Self: ...
        def __getattr__(self, name: str) -> Any: ...

    def __pos__(self) -> Self:
        return self


def install(kind: type, binary: Any, reflected: Any, unary: Any) -> None:
    """Give `kind` the operator surface, made by the three factories from entries of the table.

    Parameters
    ----------
    kind : type
        The class.
    binary, reflected, unary : callable
        ``factory(op)`` gives the method that applies `op` to ``(self, other)``, ``(other, self)`` or ``(self,)``.
    """
    for name, op in BINARY.items():
        setattr(kind, f"__{name}__", _named(binary(op), f"__{name}__", op))
        setattr(kind, f"__r{name}__", _named(reflected(op), f"__r{name}__", op))
    for name, op in UNARY.items():
        setattr(kind, f"__{name}__", _named(unary(op), f"__{name}__", op))
    for name, op in METHODS.items():
        if name not in vars(kind):
            setattr(kind, name, _named(unary(op), name, op))


def _named(method: Any, name: str, op: Op) -> Any:
    method.__name__ = name
    method.__doc__ = op.__doc__
    return method


def _binary(op: Op) -> Any:
    def method(self: Any, other: Any) -> Any:
        if getattr(type(other), "_priority", 0) > self._priority:
            return NotImplemented  # the other kind knows how to take us in
        return self._apply(op, (self, other))

    return method


def _reflected(op: Op) -> Any:
    def method(self: Any, other: Any) -> Any:
        return self._apply(op, (other, self))

    return method


def _unary(op: Op) -> Any:
    def method(self: Any) -> Any:
        return self._apply(op, (self,))

    return method


install(Operators, _binary, _reflected, _unary)
