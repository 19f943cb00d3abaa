"""With this module one can build networks that look at images: convolution, pooling, flattening.

Names, arguments, parameters and their order are PyTorch's. An image is one example, without PyTorch's axis of
examples: channels of rows of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..arguments import as_count
from ..ops.sequences import dot
from ..ops.sequences import max as largest
from ..ops.sequences import sum as total
from .arguments import Activation, Seed, activation_of, generator_of
from .description import rebuilt
from .initial import Init, made, start, zeros
from .module import Module
from .nested import as_pair, flat, refuse_shape, shape_of

Pair = int | Sequence[int]
Image = Sequence[Sequence[Sequence[Any]]]


class _Window:
    """Where a window stands on an image: its size, its stride, and how far the image is padded.

    Parameters
    ----------
    kernel_size, stride, padding : int or pair of int
    """

    def __init__(self, kernel_size: Pair, stride: Pair, padding: Pair) -> None:
        self.size = as_pair(kernel_size, "kernel_size")
        self.stride = as_pair(stride, "stride")
        self.padding = as_pair(padding, "padding", 0)

    def options(self) -> dict[str, Any]:
        """Give the three, as they are saved and printed."""
        pairs = {"kernel_size": self.size, "stride": self.stride, "padding": self.padding}
        return {name: list(pair) if pair[0] != pair[1] else pair[0] for name, pair in pairs.items()}

    def over(self, module: Module, image: Image, f: Callable[[list[tuple[int, int]]], Any]) -> list[list[Any]]:
        """Apply a function to the places that each window covers, row by row; those in the padding are outside."""
        height, width = shape_of(image)[1:]
        tops, lefts = (
            range(-pad, length + pad - size + 1, step)
            for length, size, step, pad in zip((height, width), self.size, self.stride, self.padding, strict=True)
        )
        if not tops or not lefts:
            rows, columns = self.size
            raise refuse_shape(module, image, f"images of at least {rows}×{columns} with their padding")
        rows, columns = self.size
        return [
            [f([(y, x) for y in range(top, top + rows) for x in range(left, left + columns)]) for left in lefts]
            for top in tops
        ]


def _pixel(channel: Sequence[Sequence[Any]], place: tuple[int, int]) -> Any:
    """Give the number at a place, 0 outside."""
    y, x = place
    return channel[y][x] if 0 <= y < len(channel) and 0 <= x < len(channel[0]) else 0.0


@rebuilt
class Conv2d(Module):
    """Slide kernels over an image, as `torch.nn.Conv2d` does: each output is an inner product with a window, plus b.

    Source: LeCun et al. 1989, doi:10.1162/neco.1989.1.4.541.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size : int or pair of int
        Height and width of a window.
    stride : int or pair of int, default 1
        How far a window is from the next.
    padding : int or pair of int, default 0
        How many rows and columns of zeros are put around the image, on each side.
    bias : bool, default True
    activation, init, seed
        As in `Linear`.

    Attributes
    ----------
    weight : nested lists of Value, shape (out_channels, in_channels, height, width)
    bias : list of Value, or None

    Examples
    --------
    >>> convolution = Conv2d(1, 4, kernel_size=3, padding=1, seed=0)
    >>> maps = convolution([[[0.0] * 8 for _ in range(8)]])
    >>> len(maps), len(maps[0]), len(maps[0][0])
    (4, 8, 8)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        bias: bool = True,
        *,
        activation: Activation = "linear",
        init: Init = "kaiming",
        seed: Seed = None,
    ) -> None:
        nin, nout = as_count(in_channels, "in_channels"), as_count(out_channels, "out_channels")
        self.window = _Window(kernel_size, stride, padding)
        self.activation, self._activate = activation_of(activation)
        area, generator = self.window.size[0] * self.window.size[1], generator_of(seed)
        draw = start(init, nin * area, nout * area, self.activation)
        self.weight = made("weight", (nout, nin, *self.window.size), draw, generator)
        self.bias = made("bias", (nout,), zeros, generator) if bias else None

    def forward(self, image: Image) -> list[list[list[Any]]]:
        """Evaluate all kernels at all places."""
        channels = len(self.weight[0])
        shape = shape_of(image)
        if len(shape) != 3 or shape[0] != channels:
            raise refuse_shape(self, image, f"images of {channels} channels, rows and columns")
        patches = self.window.over(
            self, image, lambda places: [_pixel(channel, place) for channel in image for place in places]
        )
        biases = [0.0] * len(self.weight) if self.bias is None else self.bias
        return [self._map(flat(kernel), b, patches) for kernel, b in zip(self.weight, biases, strict=True)]

    def _map(self, kernel: list[Any], b: Any, patches: list[list[list[Any]]]) -> list[list[Any]]:
        def at(patch: list[Any]) -> Any:
            z = dot(kernel, patch) if self.bias is None else dot(kernel, patch) + b
            return z if self._activate is None else self._activate(z)

        return [[at(patch) for patch in row] for row in patches]

    def options(self) -> dict[str, Any]:
        """Give channels and window, and what else was asked for."""
        channels = {"in_channels": len(self.weight[0]), "out_channels": len(self.weight)}
        described = {**channels, **self.window.options(), "bias": self.bias is not None}
        return described if self._activate is None else {**described, "activation": self.activation}


class _Pool(Module):
    """What pooling layers have in common: windows that are as far apart as they are large, unless told otherwise."""

    def __init__(self, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> None:
        self.window = _Window(kernel_size, kernel_size if stride is None else stride, padding)
        if any(2 * pad > size for pad, size in zip(self.window.padding, self.window.size, strict=True)):
            raise ValueError(f"padding must be at most half of kernel_size {kernel_size!r}, got {padding!r}")

    def forward(self, image: Image) -> list[list[list[Any]]]:
        """Pool every channel."""
        if len(shape_of(image)) != 3:
            raise refuse_shape(self, image, "images of channels, rows and columns")
        return [self.window.over(self, [channel], partial(self._pooled, channel)) for channel in image]

    def _pooled(self, channel: Sequence[Sequence[Any]], places: list[tuple[int, int]]) -> Any:
        raise NotImplementedError

    def options(self) -> dict[str, Any]:
        """Give the window; the stride only where it is not the window's size."""
        options = self.window.options()
        if self.window.stride == self.window.size:
            del options["stride"]
        return options


@rebuilt
class MaxPool2d(_Pool):
    """Give the largest number of each window, as `torch.nn.MaxPool2d` does; a tie shares the gradient equally.

    (PyTorch gives all of it to the first of a tie.)

    Parameters
    ----------
    kernel_size : int or pair of int
    stride : int or pair of int, optional
        As large as the window if left out.
    padding : int or pair of int, default 0
        How far windows reach over the edge; there is nothing to be the largest.

    Examples
    --------
    >>> MaxPool2d(2)([[[1.0, 2.0], [4.0, 3.0]]])
    [[[4.0]]]
    """

    def _pooled(self, channel: Sequence[Sequence[Any]], places: list[tuple[int, int]]) -> Any:
        height, width = len(channel), len(channel[0])
        return largest([channel[y][x] for y, x in places if 0 <= y < height and 0 <= x < width])


@rebuilt
class AvgPool2d(_Pool):
    """Give the mean of each window, as `torch.nn.AvgPool2d` does: padding counts as zeros.

    Parameters
    ----------
    kernel_size : int or pair of int
    stride : int or pair of int, optional
        As large as the window if left out.
    padding : int or pair of int, default 0

    Examples
    --------
    >>> AvgPool2d(2)([[[1.0, 2.0], [4.0, 3.0]]])
    [[[2.5]]]
    """

    def _pooled(self, channel: Sequence[Sequence[Any]], places: list[tuple[int, int]]) -> Any:
        return total([_pixel(channel, place) for place in places]) / len(places)


@rebuilt
class Flatten(Module):
    """List all numbers of an example, as `torch.nn.Flatten` does.

    Examples
    --------
    >>> Flatten()([[[1.0, 2.0], [4.0, 3.0]]])
    [1.0, 2.0, 4.0, 3.0]
    """

    def forward(self, x: Any) -> list[Any]:
        """List them, the last axis first."""
        return flat(x)

    def options(self) -> dict[str, Any]:
        """Give nothing: there are none."""
        return {}
