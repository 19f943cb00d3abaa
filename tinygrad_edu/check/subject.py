"""With this module one can see any function as one list of numbers in, one list of numbers out, each with a name."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..engine.value import Value
from ..graph.structure import flatten, parameter_names
from ..nn.module import Module
from ..ops.floats import number
from ..ops.operation import Op
from ..ops.protocol import Number


class Subject:
    """A function together with the point at which it is examined.

    Parameters
    ----------
    f : callable
        What the user wants to know about.
    args : tuple
        Its arguments: numbers, nested containers of numbers, modules (their parameters count as numbers).

    Attributes
    ----------
    names : list of str
        What each number is called: ``x``, ``v[2]``, ``model.layers.0.neurons.3.b``.
    point : list of float
        The numbers.
    """

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if not callable(f):
            raise TypeError(f"the function to check must be callable, got {type(f).__name__}")
        self.f = f
        self.title: str = getattr(f, "__name__", type(f).__name__)
        self.leaves, self.structure = flatten(args, _leaf, "args")
        self.names: list[str] = []
        self.point: list[float] = []
        labels = [
            label
            for parameter, child in zip(parameter_names(f, len(args)), self.structure.children, strict=True)
            for label in child.names(parameter)
        ]
        for label, leaf in zip(labels, self.leaves, strict=True):
            if isinstance(leaf, Module):
                for name, value in leaf.named_parameters():
                    self.names.append(f"{label}.{name}")
                    self.point.append(value.data)
            else:
                self.names.append(label)
                self.point.append(leaf)
        if not self.point:
            raise ValueError(f"there is nothing to differentiate {self.title} by: its arguments hold no numbers")
        if not all(map(math.isfinite, self.point)):
            bad = next(i for i, x in enumerate(self.point) if not math.isfinite(x))
            raise ValueError(f"a derivative is checked at finite numbers, got {self.names[bad]} = {self.point[bad]}")
        self.output_names = [""]

    def __call__(self, numbers: Sequence[Any]) -> list[Any]:
        """Run the function on any kind of number; its results, flat.

        A module is copied, with the numbers standing in the copy where its parameters stood.
        """
        rest = iter(numbers)
        given = []
        for leaf in self.leaves:
            if isinstance(leaf, Module):
                memo = {id(p): _as_value(next(rest)) for p in leaf.parameters()}
                given.append(copy.deepcopy(leaf, memo))
            else:
                given.append(next(rest))
        result = self.f(*self.structure.unflatten(given))
        outputs, structure = flatten(result, _result, f"the result of {self.title}")
        self.output_names = structure.names("")
        return outputs

    def values(self, numbers: Sequence[float]) -> tuple[list[Value], list[Any]]:
        """Run the function on new Values; give them and the results."""
        leaves = [Value(x, name) for x, name in zip(numbers, self.names, strict=True)]
        return leaves, self(leaves)

    def evaluate(self, numbers: Sequence[float]) -> list[float]:
        """Run the function on new Values; give the results as floats."""
        return [plain(y) for y in self.values(numbers)[1]]


def refuse_inexact(ops: Iterable[Op], title: str) -> None:
    """Raise if an operation says that what it sends back is no derivative: then there is nothing to compare."""
    for op in ops:
        if not op.exact:
            raise ValueError(
                f"{title} cannot be checked: the backward pass of {op.name!r} is not its derivative, on purpose "
                f"({op.__doc__ or 'it was made with exact=False'}); check the same computation with the exact operation"
            )


def plain(result: Any) -> float:
    """Give the number of a float or Value."""
    return result.data if isinstance(result, Value) else float(result)


def _leaf(leaf: Any, where: str) -> Any:
    if isinstance(leaf, (Module, Value)):
        return leaf.data if isinstance(leaf, Value) else leaf
    return number(leaf, f"{where} as a number, a module, or a container of them")


def _result(leaf: Any, where: str) -> Any:
    return leaf if isinstance(leaf, Number) else number(leaf, f"{where} as a number or Value")


def _as_value(x: Any) -> Any:
    return Value(x) if isinstance(x, float) else x
