"""With this module every kind of number has Python's operators and the operations of one argument as methods.

>>> from tinygrad_edu import Value
>>> (-Value(3.0) / 2.0).data, Value(0.0).cos().data
(-1.5, 1.0)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import table as ops
from .arrays import is_array, item_by_item
from .operation import Op
from .protocol import Number, rank_of

BINARY = {"add": ops.add, "sub": ops.sub, "mul": ops.mul, "truediv": ops.div, "pow": ops.pow, "mod": ops.remainder}
"""Python's binary operators (``__add__`` and its reflection ``__radd__``) and what they apply."""

UNARY = {"neg": ops.neg, "abs": ops.abs}

COMPARISONS = {"lt": (ops.less, 1), "le": (ops.less_equal, 1), "gt": (ops.less, -1), "ge": (ops.less_equal, -1)}
"""Python's comparisons, and what they apply to the operands in which order: ``a > b`` is ``less(b, a)``."""

METHODS = {op.name: op for op in ops.OPS.values() if op.arity == 1}
"""Operations of one argument, each also a method: ``x.tanh()``."""

Factory = Callable[[Op], Any]


def install(kind: type, binary: Factory, reflected: Factory, unary: Factory) -> None:
    """Give a kind of number its operators and methods, made by the three factories from entries of the table.

    Parameters
    ----------
    kind : type
        The class.
    binary, reflected, unary : callable
        ``factory(op)`` gives the method that applies `op` to ``(self, other)``, ``(other, self)`` or ``(self,)``.
    """
    for name, op in BINARY.items():
        _set(kind, f"__{name}__", binary(op), op)
        _set(kind, f"__r{name}__", reflected(op), op)
    for name, op in UNARY.items():
        _set(kind, f"__{name}__", unary(op), op)
    for name, op in METHODS.items():
        if name not in vars(kind):
            _set(kind, name, unary(op), op)


def _set(kind: type, name: str, method: Any, op: Op) -> None:
    method.__name__ = name
    method.__doc__ = op.__doc__
    setattr(kind, name, method)


# What a number gets that has nothing quicker. Where the other operand is of a higher rank, it knows how to take us in.


def _binary(op: Op) -> Any:
    def method(self: Any, other: Any) -> Any:
        if is_array(other):
            return item_by_item(op, self, other)
        return NotImplemented if rank_of(type(other)) > self._rank else self._apply(op, (self, other))

    return method


def _reflected(op: Op) -> Any:
    def method(self: Any, other: Any) -> Any:
        return item_by_item(op, other, self) if is_array(other) else self._apply(op, (other, self))

    return method


def _unary(op: Op) -> Any:
    def method(self: Any) -> Any:
        return self._apply(op, (self,))

    return method


def _comparison(op: Op, direction: int) -> Any:
    def method(self: Any, other: Any) -> Any:
        if is_array(other):
            return item_by_item(method, self, other)
        return NotImplemented if rank_of(type(other)) > self._rank else self._compare(op, (self, other)[::direction])

    return method


install(Number, _binary, _reflected, _unary)
for _name, (_op, _direction) in COMPARISONS.items():
    _set(Number, f"__{_name}__", _comparison(_op, _direction), _op)
