"""With this module one can bring the numbers of an example to a common scale, as PyTorch's layers do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arguments import as_number
from ..ops.sequences import dot, mean
from .description import rebuilt
from .initial import made, ones, zeros
from .module import Module
from .nested import added, as_shape, flat, mapped, refuse_shape, reshaped, shape_of


class _Norm(Module):
    """What layers that bring vectors to a common scale have in common: a shape, and a gain for each place."""

    weight: Any

    def __init__(self, normalized_shape: int | Sequence[int], eps: float, gains: bool) -> None:
        self.normalized_shape = as_shape(normalized_shape, "normalized_shape")
        self.eps = as_number(eps, "eps", 0.0)
        self.weight = made("weight", self.normalized_shape, ones, None) if gains else None

    def forward(self, x: Any) -> Any:
        """Normalise an example, or every part of it that has the shape."""
        return mapped(self._part, x, len(self.normalized_shape))

    def _part(self, x: Any) -> Any:
        if shape_of(x) != self.normalized_shape:
            raise refuse_shape(self, x, f"parts of shape {'×'.join(map(str, self.normalized_shape))}")
        return reshaped(self._scaled(flat(x)), self.normalized_shape)

    def _scaled(self, x: list[Any]) -> list[Any]:
        raise NotImplementedError

    def _gained(self, x: list[Any]) -> list[Any]:
        return x if self.weight is None else [xi * g for xi, g in zip(x, flat(self.weight), strict=True)]

    def example_input(self) -> Any:
        """Give zeros of the shape."""
        count = 1
        for size in self.normalized_shape:
            count *= size
        return reshaped([0.0] * count, self.normalized_shape)

    def options(self) -> dict[str, Any]:
        """Give shape, ε, and whether there are gains."""
        shape = self.normalized_shape
        return {
            "normalized_shape": list(shape) if len(shape) > 1 else shape[0],
            "eps": self.eps,
            "elementwise_affine": self.weight is not None,
        }


@rebuilt
class LayerNorm(_Norm):
    """Give ``(x − mean) / √(variance + ε) · weight + bias`` over an example, as `torch.nn.LayerNorm` does.

    Source: Ba, Kiros and Hinton 2016, arXiv:1607.06450.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        Shape of what is normalised together: the last axes of an example.
    eps : float, default 1e-5
    elementwise_affine : bool, default True
        Whether there are weight and bias, which start at 1 and 0.
    bias : bool, default True
        Whether there is a bias, if there is a weight.

    Attributes
    ----------
    weight, bias : nested lists of Value, or None

    Examples
    --------
    >>> LayerNorm(2, eps=0.0, elementwise_affine=False)([1.0, 3.0])
    [-1.0, 1.0]
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ) -> None:
        super().__init__(normalized_shape, eps, elementwise_affine)
        self.bias = made("bias", self.normalized_shape, zeros, None) if elementwise_affine and bias else None

    def _scaled(self, x: list[Any]) -> list[Any]:
        middle = mean(x)
        centred = [xi - middle for xi in x]
        scale = (dot(centred, centred) / len(x) + self.eps) ** -0.5
        out = self._gained([c * scale for c in centred])
        return out if self.bias is None else added(out, flat(self.bias))

    def options(self) -> dict[str, Any]:
        """Give shape, ε, and which parameters there are."""
        return {**super().options(), "bias": self.bias is not None}


@rebuilt
class RMSNorm(_Norm):
    """Give ``x / √(mean of x² + ε) · weight`` over an example, as `torch.nn.RMSNorm` does.

    Source: Zhang and Sennrich 2019, arXiv:1910.07467.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        Shape of what is normalised together: the last axes of an example.
    eps : float, default 2⁻⁵²
        PyTorch's own default for double precision.
    elementwise_affine : bool, default True
        Whether there is a weight, which starts at 1.

    Attributes
    ----------
    weight : nested lists of Value, or None

    Examples
    --------
    >>> RMSNorm(2, eps=0.0, elementwise_affine=False)([3.0, -3.0])
    [1.0, -1.0]
    """

    def __init__(
        self, normalized_shape: int | Sequence[int], eps: float = 2.0**-52, elementwise_affine: bool = True
    ) -> None:
        super().__init__(normalized_shape, eps, elementwise_affine)

    def _scaled(self, x: list[Any]) -> list[Any]:
        scale = (dot(x, x) / len(x) + self.eps) ** -0.5
        return self._gained([xi * scale for xi in x])
