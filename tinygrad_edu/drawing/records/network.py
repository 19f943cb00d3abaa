"""With this module one can hold a network as people draw it: columns of neurons, and blocks for what has none."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

Grid = tuple[tuple[float, ...], ...]
"""Numbers over a plane, row by row from the top."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A neuron, or an input.

    Attributes
    ----------
    name : str
        What it is called: an input's name, or the place of a neuron in the model (``layers.0.neurons.3``).
    weights : tuple of float
        One for each unit of the column before; none for an input.
    bias : float or None
    total : float or None
        The weighted sum of its inputs, before the activation; None where no example was given.
    value : float or None
        What it gives.
    blame : float or None
        The gradient of its sum after a backward pass, which is that of its bias.
    answers : Grid or None
        What it gives over the plane of two inputs.
    """

    name: str
    weights: tuple[float, ...] = ()
    bias: float | None = None
    total: float | None = None
    value: float | None = None
    blame: float | None = None
    answers: Grid | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A layer of neurons, the inputs, or a block.

    Attributes
    ----------
    name : str
        Its place in the model; "" for the inputs.
    title : str
        What it is, in a word or two: "tanh", "Conv2d".
    units : tuple of Unit
        Its neurons in their order; none for a block.
    lines : tuple of str
        What else there is to say of a block.
    maps : tuple of Grid
        What a block gives, plane by plane.
    modules : tuple
        What computes it, one after the other; not compared by ``==``.
    """

    name: str
    title: str
    units: tuple[Unit, ...] = ()
    lines: tuple[str, ...] = ()
    maps: tuple[Grid, ...] = ()
    modules: tuple[Any, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Network:
    """A network as columns, from the inputs to the outputs.

    Attributes
    ----------
    columns : tuple of Column
    plane : tuple of (str, float, float), optional
        For thumbnails: name, least and largest number of each of the two inputs.
    """

    columns: tuple[Column, ...]
    plane: tuple[tuple[str, float, float], ...] = ()

    def weights_into(self, place: int) -> bool:
        """Whether the neurons of a column read the units of the one before, each of them."""
        before, here = self.columns[place - 1], self.columns[place]
        return bool(place and before.units) and all(len(u.weights) == len(before.units) > 0 for u in here.units)

    @property
    def largest_weight(self) -> float:
        """The magnitude of the largest finite weight; 1 if there is none."""
        sizes = [abs(w) for column in self.columns for unit in column.units for w in unit.weights if math.isfinite(w)]
        return max(sizes, default=1.0) or 1.0
