"""With this module one can put activations between layers, as PyTorch's modules are put there.

Every operation of one argument is an activation, by its name: ``Activation("sin")``. Those that PyTorch has as modules
bear PyTorch's names, found in the table of operations whatever the capitals: ReLU is relu, LeakyReLU leaky_relu.
"""

from __future__ import annotations

from typing import Any

from ..ops.sequences import logsumexp, softmax
from ..ops.table import OPS
from .arguments import Activation as Given
from .arguments import activation_of, label
from .description import rebuilt
from .module import Module
from .nested import elementwise, mapped


@rebuilt
class Activation(Module):
    """Apply an operation to every number.

    Parameters
    ----------
    activation : str or callable
        The name of an operation of one argument, any function of one argument, or "linear" for none.

    Examples
    --------
    >>> Activation("square")([[1.0, -2.0]])
    [[1.0, 4.0]]
    """

    keeps_shape = True

    def __init__(self, activation: Given) -> None:
        self.activation, self._activate = activation_of(activation)
        f = OPS[self.activation] if isinstance(self.activation, str) and self._activate else self._activate
        self._function = f

    def forward(self, x: Any) -> Any:
        """Apply it."""
        return x if self._function is None else elementwise(self._function, x)

    def options(self) -> dict[str, Any]:
        """Give the activation."""
        return {"activation": self.activation}

    def __repr__(self) -> str:
        return f"Activation({label(self.activation)})"


def named_like_pytorch(name: str) -> type[Activation]:
    """Make the class of an activation, given PyTorch's name for it."""
    (found,) = [op for op in OPS.values() if op.arity == 1 and op.name.replace("_", "") == name.lower()]

    def initialised(self: Activation) -> None:
        Activation.__init__(self, found.name)

    content = {
        "__doc__": f"Apply `tinygrad_edu.{found.name}` to every number, as `torch.nn.{name}` does: {found.__doc__}",
        "__module__": __name__,
        "__init__": initialised,
        "__repr__": lambda self: f"{name}()",
        "options": lambda self: {},
    }
    return rebuilt(type(name, (Activation,), content))


ReLU = named_like_pytorch("ReLU")
LeakyReLU = named_like_pytorch("LeakyReLU")
ELU = named_like_pytorch("ELU")
SiLU = named_like_pytorch("SiLU")
GELU = named_like_pytorch("GELU")
Sigmoid = named_like_pytorch("Sigmoid")
Tanh = named_like_pytorch("Tanh")
Softplus = named_like_pytorch("Softplus")
Identity = named_like_pytorch("Identity")


@rebuilt
class Softmax(Module):
    """Turn the scores of every vector into probabilities, as `torch.nn.Softmax` over the last axis does.

    Examples
    --------
    >>> Softmax()([0.0, 0.0])
    [0.5, 0.5]
    """

    def forward(self, x: Any) -> Any:
        """Apply it to a vector, or to every vector of a sequence."""
        return mapped(softmax, x, 1)

    def options(self) -> dict[str, Any]:
        """Give nothing: there are none."""
        return {}


@rebuilt
class LogSoftmax(Module):
    """Give the logarithms of the probabilities of `Softmax`, as `torch.nn.LogSoftmax` over the last axis does.

    Examples
    --------
    >>> LogSoftmax()([0.0, 1000.0])
    [-1000.0, 0.0]
    """

    def forward(self, x: Any) -> Any:
        """Apply it to a vector, or to every vector of a sequence."""
        return mapped(self._vector, x, 1)

    @staticmethod
    def _vector(scores: Any) -> list[Any]:
        whole = logsumexp(scores)
        return [score - whole for score in scores]

    def options(self) -> dict[str, Any]:
        """Give nothing: there are none."""
        return {}
