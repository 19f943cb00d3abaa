"""With this module one can build linear layers as PyTorch has them.

Names, arguments, parameters and their order are PyTorch's. A layer takes one example, whose vectors are on the last
axis: a vector, a sequence of them, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arguments import as_count
from ..ops.sequences import dot
from .arguments import Activation, Dense, Seed, activation_of, drawn_as, generator_of
from .description import rebuilt
from .initial import Init, made, start, zeros
from .module import Module
from .nested import is_nested, mapped, refuse_shape


@rebuilt
class Linear(Module):
    """Give ``activation(W x + b)``, as `torch.nn.Linear` does.

    Parameters
    ----------
    in_features, out_features : int
    bias : bool, default True
        Whether b is there.
    activation : str, callable or None, default "linear"
        What is applied to each output, which also decides how large the weights start; see `tinygrad_edu.nn.Neuron`.
    init : str, number or callable, default "kaiming"
        What the weights are drawn from, by the names in `tinygrad_edu.nn.initial`; b starts at 0.
    seed : int, random.Random or None, default None
        What they are drawn with; None draws from Python's global generator.

    Attributes
    ----------
    weight : list of list of Value, shape (out_features, in_features)
    bias : list of Value, shape (out_features,), or None

    Examples
    --------
    >>> layer = Linear(2, 3, activation="relu", seed=0)
    >>> len(layer([0.5, -1.0])), [name for name, _ in layer.named_parameters()][5:7]
    (3, ['weight.2.1', 'bias.0'])
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        activation: Activation = "linear",
        init: Init = "kaiming",
        seed: Seed = None,
    ) -> None:
        nin, nout = as_count(in_features, "in_features"), as_count(out_features, "out_features")
        self.activation, self._activate = activation_of(activation)
        generator = generator_of(seed)
        self.weight = made("weight", (nout, nin), start(init, nin, nout, self.activation), generator)
        self.bias = made("bias", (nout,), zeros, generator) if bias else None

    def forward(self, x: Sequence[Any]) -> Any:
        """Evaluate the layer on a vector, or on every vector of a sequence."""
        return mapped(self._vector, x, 1)

    def _vector(self, x: Sequence[Any]) -> list[Any]:
        nin = len(self.weight[0])
        if not is_nested(x) or len(x) != nin:
            raise refuse_shape(self, x, f"vectors of {nin} numbers")
        out = affine(self.weight, x, self.bias)
        return out if self._activate is None else [self._activate(z) for z in out]

    def example_input(self) -> list[float]:
        """Give as many zeros as there are inputs."""
        return [0.0] * len(self.weight[0])

    def options(self) -> dict[str, Any]:
        """Give sizes, and what else was asked for."""
        sizes = {"in_features": len(self.weight[0]), "out_features": len(self.weight), "bias": self.bias is not None}
        return sizes if self._activate is None else {**sizes, "activation": self.activation}

    def dense(self) -> Dense:
        """Give its weights."""
        return Dense(self.weight, self.bias, drawn_as(self.activation))


def affine(weight: Sequence[Any], x: Sequence[Any], bias: Sequence[Any] | None) -> list[Any]:
    """Give W x + b, without b if that is None."""
    x = x if isinstance(x, list) else list(x)
    products = [dot(row, x) for row in weight]
    return products if bias is None else [z + b for z, b in zip(products, bias, strict=True)]
