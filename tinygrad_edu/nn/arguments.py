"""With this module one can read the arguments that networks are built from."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from operator import methodcaller
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from ..arguments import as_count, as_seed, unknown
from ..ops.operation import Op
from ..ops.table import OPS

if TYPE_CHECKING:
    from ..engine.value import Value

Activation = str | Callable[[Any], Any] | None
Seed = int | random.Random | ModuleType | None


class Dense(NamedTuple):
    """The weights of a layer in which every output reads every input.

    Attributes
    ----------
    weights : sequence of sequence of Value
        One row an output.
    biases : sequence of Value, or None
    activation : str
        What is applied to the sums; "" for nothing.
    names : sequence of str, optional
        What the outputs are called within the layer.
    """

    weights: Sequence[Sequence[Value]]
    biases: Sequence[Value] | None
    activation: str
    names: Sequence[str] = ()


def drawn_as(activation: Activation) -> str:
    """Give what a picture calls an activation; "" for none."""
    if isinstance(activation, str):
        return "" if activation == "linear" else activation
    return getattr(activation, "__name__", "") or getattr(activation, "name", type(activation).__name__)


def generator_of(seed: Seed) -> Any:
    """Give what draws the weights: Python's global generator if the seed is None."""
    if seed is None:
        return random
    return seed if seed is random or isinstance(seed, random.Random) else random.Random(as_seed(seed))


def activation_of(activation: Activation, nonlin: bool | None = None) -> tuple[Activation, Callable[[Any], Any] | None]:
    """Give the activation as it is to be remembered, and the function that applies it (None for "linear")."""
    if nonlin is None and isinstance(activation, bool):  # micrograd's Neuron(2, False)
        nonlin = activation
    if nonlin is not None:
        activation = "relu" if nonlin else "linear"
    if activation is None or activation == "linear":
        return "linear", None
    if isinstance(activation, Op) and OPS.get(activation.name) is activation:
        activation = activation.name
    if isinstance(activation, str):
        if activation not in OPS or OPS[activation].arity != 1:
            known = [name for name, op in OPS.items() if op.arity == 1]
            raise ValueError(unknown("activation", activation, ["linear", *sorted(known)]))
        # The method of a Value is quicker than the function, which must first find out what it was given.
        return activation, methodcaller(activation)
    if not callable(activation):
        raise TypeError(f"the activation must be a name such as 'relu', or a function of one Value, got {activation!r}")
    return activation, activation


def sizes_of(nouts: Any) -> list[int]:
    """Give the sizes of the layers as a list of ints."""
    if isinstance(nouts, (str, bytes)) or not hasattr(nouts, "__iter__"):
        raise TypeError(f"nouts must be a sequence of layer sizes such as [16, 16, 1], got {nouts!r}")
    sizes = [as_count(size, f"nouts[{i}]") for i, size in enumerate(nouts)]
    if not sizes:
        raise ValueError("nouts is empty: give the size of each layer, the outputs last, such as [16, 16, 1]")
    return sizes


def listed(module: Any, x: Any) -> Sequence[Any]:
    """Give the inputs of one example as a list or tuple, or say what the module takes."""
    if isinstance(x, (list, tuple)):
        return x
    if isinstance(x, (str, bytes)) or not hasattr(x, "__iter__") or getattr(x, "shape", None) == ():
        raise TypeError(f"{module!r} takes a sequence of numbers, got {x!r:.60}")
    if isinstance(x, (dict, set, frozenset)):  # whose keys, or items in whatever order, would be taken
        raise TypeError(f"{module!r} takes a sequence of numbers, in which each has its place, got {x!r:.60}")
    return list(x)


def wrong_length(module: Any, given: int, expected: int) -> ValueError:
    """Give the error for an input of the wrong size."""
    return ValueError(f"{module!r} takes {expected} inputs, got {given}")


def label(activation: Activation) -> str:
    """Give the activation as it is printed."""
    return repr(activation) if isinstance(activation, str) else getattr(activation, "__name__", repr(activation))
