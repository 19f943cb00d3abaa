"""With this package one can build networks of Values, measure how wrong they are, save them and load them.

Examples
--------
>>> from tinygrad_edu.nn import MLP, hinge
>>> model = MLP(2, [16, 16, 1], seed=0)
>>> loss = hinge(model([0.5, -1.0]), 1)
>>> loss.backward()
>>> len(model.parameters())
337
"""

from __future__ import annotations

from .layers import MLP as MLP
from .layers import Layer as Layer
from .layers import Neuron as Neuron
from .loading import load as load
from .losses import LOSSES as LOSSES
from .losses import binary_cross_entropy as binary_cross_entropy
from .losses import cross_entropy as cross_entropy
from .losses import hinge as hinge
from .losses import mse as mse
from .module import Module as Module
from .pipeline import Sequential as Sequential
from .pipeline import Standardize as Standardize

__all__ = [
    "LOSSES",
    "MLP",
    "Layer",
    "Module",
    "Neuron",
    "Sequential",
    "Standardize",
    "binary_cross_entropy",
    "cross_entropy",
    "hinge",
    "load",
    "mse",
]
