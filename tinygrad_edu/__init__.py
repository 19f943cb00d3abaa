"""Scalar reverse-mode automatic differentiation that one can read, draw, step through and trust.

>>> from tinygrad_edu import Value
>>> x = Value(3.0, "x")
>>> y = x * x + 1
>>> y.backward()
>>> x.grad
6.0
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import ops as ops
from .blame import Path as Path
from .blame import Paths as Paths
from .blame import paths as paths
from .context import collector_paused as collector_paused
from .context import no_grad as no_grad
from .context import scope as scope
from .graph import Eqn as Eqn
from .graph import Graph as Graph
from .nonfinite import find_nonfinite as find_nonfinite
from .operation import Op as Op
from .ops import OPS as OPS
from .ops import abs as abs
from .ops import acos as acos
from .ops import acosh as acosh
from .ops import asin as asin
from .ops import asinh as asinh
from .ops import atan as atan
from .ops import atan2 as atan2
from .ops import atanh as atanh
from .ops import clip as clip
from .ops import cos as cos
from .ops import cosh as cosh
from .ops import elu as elu
from .ops import erf as erf
from .ops import erfc as erfc
from .ops import exp as exp
from .ops import expm1 as expm1
from .ops import gelu as gelu
from .ops import heaviside as heaviside
from .ops import hypot as hypot
from .ops import leaky_relu as leaky_relu
from .ops import less as less
from .ops import less_equal as less_equal
from .ops import log as log
from .ops import log1p as log1p
from .ops import log2 as log2
from .ops import log10 as log10
from .ops import maximum as maximum
from .ops import minimum as minimum
from .ops import reciprocal as reciprocal
from .ops import relu as relu
from .ops import sigmoid as sigmoid
from .ops import sign as sign
from .ops import silu as silu
from .ops import sin as sin
from .ops import sinh as sinh
from .ops import softplus as softplus
from .ops import sqrt as sqrt
from .ops import square as square
from .ops import tan as tan
from .ops import tanh as tanh
from .ops import where as where
from .sequences import dot as dot
from .sequences import logsumexp as logsumexp
from .sequences import max as max
from .sequences import mean as mean
from .sequences import min as min
from .sequences import prod as prod
from .sequences import softmax as softmax
from .sequences import sum as sum
from .showing import mime_bundle as _shown_in_notebooks  # noqa: F401  # Values and graphs show themselves from here on
from .sweep import topological_order as topological_order
from .sweep import zero_grad as zero_grad
from .tracing import trace as trace
from .transforms import grad as grad
from .transforms import hessian as hessian
from .transforms import hvp as hvp
from .transforms import jacobian as jacobian
from .transforms import jvp as jvp
from .transforms import value_and_grad as value_and_grad
from .value import Value as Value
from .variable import Var as Var
from .walk import Step as Step
from .walk import steps as steps

if TYPE_CHECKING:
    from . import check as check
    from . import data as data
    from . import nn as nn
    from . import optim as optim
    from . import plot as plot
    from .check.gradients import check_grads as check_grads
    from .compiler import batch_mean as batch_mean
    from .compiler import compile as compile
    from .drawing import Drawing as Drawing
    from .drawing import draw as draw
    from .stepping import Player as Player
    from .stepping import Stepper as Stepper
    from .stepping import play as play
    from .training import History as History
    from .training import accuracy as accuracy
    from .training import fit as fit

__version__ = "0.1.0"

# The engine above is there at once; the rooms open when they are first used, so that importing stays quick.
_ROOMS = {
    "check": "check",
    "data": "data",
    "nn": "nn",
    "optim": "optim",
    "plot": "plot",
    "batch_mean": "compiler",
    "check_grads": "check.gradients",
    "compile": "compiler",
    "Drawing": "drawing",
    "draw": "drawing",
    "History": "training",
    "Player": "stepping",
    "Stepper": "stepping",
    "accuracy": "training",
    "fit": "training",
    "play": "stepping",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = import_module(f".{_ROOMS[name]}", __name__)
    found = globals()[name] = room if _ROOMS[name] == name else getattr(room, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS})
