"""With this module one can run the programs of the peers: micrograd's networks, and the Value of the microgpt script.

micrograd comes from the package index. The microgpt script is one file and no package, so the design of
its Value is written anew here: four slots, children and local gradients as tuples, plain arithmetic only,
subtraction and division made of other operations, and a recursive sort that marks nodes in a set.
"""

from __future__ import annotations

import inspect
import math
import types
from typing import Any


class ScriptValue:
    """A node in the design of the microgpt script: it does as much work per operation, and no more."""

    __slots__ = ("_children", "_local_grads", "data", "grad")

    def __init__(self, data: float, children: tuple[Any, ...] = (), local_grads: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self._children = children
        self._local_grads = local_grads

    def __add__(self, other: Any) -> ScriptValue:
        if not isinstance(other, ScriptValue):
            other = ScriptValue(other)
        return ScriptValue(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other: Any) -> ScriptValue:
        if not isinstance(other, ScriptValue):
            other = ScriptValue(other)
        return ScriptValue(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent: float) -> ScriptValue:
        return ScriptValue(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def log(self) -> ScriptValue:
        return ScriptValue(math.log(self.data), (self,), (1 / self.data,))

    def exp(self) -> ScriptValue:
        return ScriptValue(math.exp(self.data), (self,), (math.exp(self.data),))

    def relu(self) -> ScriptValue:
        return ScriptValue(max(0, self.data), (self,), (float(self.data > 0),))

    def __radd__(self, other: float) -> ScriptValue:
        return self + other

    def __rmul__(self, other: float) -> ScriptValue:
        return self * other

    def __neg__(self) -> ScriptValue:
        return self * -1

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: float) -> Any:
        return other + (-self)

    def __truediv__(self, other: Any) -> Any:
        return self * other**-1

    def __rtruediv__(self, other: float) -> Any:
        return other * self**-1

    def backward(self) -> None:
        order = []
        seen = set()

        def visit(node: ScriptValue) -> None:
            if node not in seen:
                seen.add(node)
                for child in node._children:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for child, local_grad in zip(node._children, node._local_grads):  # noqa: B905  (a keyword would cost time)
                child.grad += local_grad * node.grad


def micrograd_networks(value_class: type | None = None) -> types.ModuleType:
    """Give micrograd's module of networks, over its own Value or, with only the import changed, over another.

    Parameters
    ----------
    value_class
        The class that takes the place of `micrograd.engine.Value`; None leaves the module as it is.

    Returns
    -------
    module
        A module with `Neuron`, `Layer` and `MLP`.

    Raises
    ------
    ImportError
        If micrograd is not installed, or no longer has the one import this function replaces.
    """
    try:
        import micrograd.nn
    except ImportError as error:
        raise ImportError("the benchmark needs micrograd as a peer: python -m pip install '.[bench]'") from error
    networks: types.ModuleType = micrograd.nn
    if value_class is None:
        return networks
    source = inspect.getsource(networks)
    its_import = "from micrograd.engine import Value\n"
    if source.count(its_import) != 1:
        raise ImportError(f"micrograd.nn was expected to hold the line {its_import.strip()!r} once; it does not")
    module = types.ModuleType("micrograd_nn_over_another_value")
    module.__dict__["Value"] = value_class
    exec(compile(source.replace(its_import, ""), "micrograd/nn.py", "exec"), module.__dict__)
    return module
