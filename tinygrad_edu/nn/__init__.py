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

from .activations import ELU as ELU
from .activations import GELU as GELU
from .activations import Activation as Activation
from .activations import Identity as Identity
from .activations import LeakyReLU as LeakyReLU
from .activations import LogSoftmax as LogSoftmax
from .activations import ReLU as ReLU
from .activations import Sigmoid as Sigmoid
from .activations import SiLU as SiLU
from .activations import Softmax as Softmax
from .activations import Softplus as Softplus
from .activations import Tanh as Tanh
from .attention import SelfAttention as SelfAttention
from .convolution import AvgPool2d as AvgPool2d
from .convolution import Conv2d as Conv2d
from .convolution import Flatten as Flatten
from .convolution import MaxPool2d as MaxPool2d
from .dropout import Dropout as Dropout
from .embedding import Embedding as Embedding
from .embedding import PositionalEmbedding as PositionalEmbedding
from .layers import MLP as MLP
from .layers import Layer as Layer
from .layers import Neuron as Neuron
from .linear import Linear as Linear
from .loading import load as load
from .losses import LOSSES as LOSSES
from .losses import binary_cross_entropy as binary_cross_entropy
from .losses import cross_entropy as cross_entropy
from .losses import hinge as hinge
from .losses import mse as mse
from .module import Module as Module
from .normalisation import LayerNorm as LayerNorm
from .normalisation import RMSNorm as RMSNorm
from .pipeline import Residual as Residual
from .pipeline import Sequential as Sequential
from .pipeline import Standardize as Standardize
from .recurrence import GRUCell as GRUCell
from .recurrence import LSTMCell as LSTMCell
from .recurrence import Recurrent as Recurrent
from .recurrence import RNNCell as RNNCell
from .torch_bridge import from_torch as from_torch

__all__ = [
    "ELU",
    "GELU",
    "LOSSES",
    "MLP",
    "Activation",
    "AvgPool2d",
    "Conv2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "GRUCell",
    "Identity",
    "LSTMCell",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MaxPool2d",
    "Module",
    "Neuron",
    "PositionalEmbedding",
    "RMSNorm",
    "RNNCell",
    "ReLU",
    "Recurrent",
    "Residual",
    "SelfAttention",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Standardize",
    "Tanh",
    "binary_cross_entropy",
    "cross_entropy",
    "from_torch",
    "hinge",
    "load",
    "mse",
]
