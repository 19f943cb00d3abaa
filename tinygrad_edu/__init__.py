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
from .engine.collector import collector_paused as collector_paused
from .engine.context import no_grad as no_grad
from .engine.context import scope as scope
from .engine.float_sweep import zero_grad as zero_grad
from .engine.shown import open_with as _open_with
from .engine.sweep import topological_order as topological_order
from .engine.value import Value as Value
from .ops.operation import Op as Op
from .ops.sequences import dot as dot
from .ops.sequences import log_softmax as log_softmax
from .ops.sequences import logsumexp as logsumexp
from .ops.sequences import max as max
from .ops.sequences import mean as mean
from .ops.sequences import min as min
from .ops.sequences import norm as norm
from .ops.sequences import prod as prod
from .ops.sequences import softmax as softmax
from .ops.sequences import sum as sum
from .ops.table import OPS as OPS
from .ops.table import abs as abs
from .ops.table import acos as acos
from .ops.table import acosh as acosh
from .ops.table import asin as asin
from .ops.table import asinh as asinh
from .ops.table import atan as atan
from .ops.table import atan2 as atan2
from .ops.table import atanh as atanh
from .ops.table import cbrt as cbrt
from .ops.table import ceil as ceil
from .ops.table import clip as clip
from .ops.table import cos as cos
from .ops.table import cosh as cosh
from .ops.table import digamma as digamma
from .ops.table import elu as elu
from .ops.table import erf as erf
from .ops.table import erfc as erfc
from .ops.table import erfinv as erfinv
from .ops.table import exp as exp
from .ops.table import exp2 as exp2
from .ops.table import expm1 as expm1
from .ops.table import floor as floor
from .ops.table import gelu as gelu
from .ops.table import heaviside as heaviside
from .ops.table import hypot as hypot
from .ops.table import leaky_relu as leaky_relu
from .ops.table import less as less
from .ops.table import less_equal as less_equal
from .ops.table import lgamma as lgamma
from .ops.table import log as log
from .ops.table import log1p as log1p
from .ops.table import log2 as log2
from .ops.table import log10 as log10
from .ops.table import log_ndtr as log_ndtr
from .ops.table import logaddexp as logaddexp
from .ops.table import maximum as maximum
from .ops.table import minimum as minimum
from .ops.table import ndtr as ndtr
from .ops.table import reciprocal as reciprocal
from .ops.table import relu as relu
from .ops.table import remainder as remainder
from .ops.table import round as round
from .ops.table import sigmoid as sigmoid
from .ops.table import sign as sign
from .ops.table import silu as silu
from .ops.table import sin as sin
from .ops.table import sinc as sinc
from .ops.table import sinh as sinh
from .ops.table import softplus as softplus
from .ops.table import sqrt as sqrt
from .ops.table import square as square
from .ops.table import tan as tan
from .ops.table import tanh as tanh
from .ops.table import trunc as trunc
from .ops.table import where as where
from .ops.table import xlogy as xlogy
from .words import set_language as set_language

if TYPE_CHECKING:
    from . import blame as blame
    from . import check as check
    from . import data as data
    from . import drawing as drawing
    from . import nn as nn
    from . import optim as optim
    from . import plot as plot
    from .check.gradients import check_grads as check_grads
    from .compiler import batch_mean as batch_mean
    from .compiler import compile as compile
    from .drawing import Drawing as Drawing
    from .drawing import draw as draw
    from .graph.graph import Graph as Graph
    from .graph.tracing import trace as trace
    from .graph.variable import Eqn as Eqn
    from .graph.variable import Var as Var
    from .inspection.nonfinite import find_nonfinite as find_nonfinite
    from .inspection.pathwise import Path as Path
    from .inspection.pathwise import Paths as Paths
    from .inspection.pathwise import paths as paths
    from .inspection.stepwise import Step as Step
    from .inspection.stepwise import steps as steps
    from .optim.minimising import minimize as minimize
    from .pages import Player as Player
    from .pages import Practice as Practice
    from .pages import Prediction as Prediction
    from .pages import RubberBands as RubberBands
    from .pages import play as play
    from .pages import practice as practice
    from .pages import predict as predict
    from .pages import rubber_band as rubber_band
    from .stepping import Stepper as Stepper
    from .training import History as History
    from .training import Sweep as Sweep
    from .training import accuracy as accuracy
    from .training import fit as fit
    from .training import sweep as sweep
    from .transforms.derivatives import grad as grad
    from .transforms.derivatives import hessian as hessian
    from .transforms.derivatives import hvp as hvp
    from .transforms.derivatives import jacobian as jacobian
    from .transforms.derivatives import jvp as jvp
    from .transforms.derivatives import value_and_grad as value_and_grad
    from .transforms.scanning import scan as scan

__version__ = "0.1.0"


# What a notebook shows is drawn by rooms above the engine, which it names and does not import.
_open_with(lambda name: import_module(f".{name}", __name__))

# Values and operations, above, are there at once; the other rooms open when they are first used, so that importing
# stays quick.
_ROOMS = {
    "blame": "blame",
    "check": "check",
    "data": "data",
    "drawing": "drawing",
    "nn": "nn",
    "optim": "optim",
    "plot": "plot",
    "accuracy": "training",
    "batch_mean": "compiler",
    "check_grads": "check.gradients",
    "compile": "compiler",
    "draw": "drawing",
    "Drawing": "drawing",
    "Eqn": "graph.variable",
    "find_nonfinite": "inspection.nonfinite",
    "fit": "training",
    "grad": "transforms.derivatives",
    "Graph": "graph.graph",
    "hessian": "transforms.derivatives",
    "History": "training",
    "hvp": "transforms.derivatives",
    "jacobian": "transforms.derivatives",
    "jvp": "transforms.derivatives",
    "minimize": "optim.minimising",
    "Path": "inspection.pathwise",
    "Paths": "inspection.pathwise",
    "paths": "inspection.pathwise",
    "play": "pages",
    "Player": "pages",
    "Practice": "pages",
    "practice": "pages",
    "predict": "pages",
    "Prediction": "pages",
    "rubber_band": "pages",
    "RubberBands": "pages",
    "scan": "transforms.scanning",
    "Step": "inspection.stepwise",
    "Stepper": "stepping",
    "steps": "inspection.stepwise",
    "Sweep": "training",
    "sweep": "training",
    "trace": "graph.tracing",
    "value_and_grad": "transforms.derivatives",
    "Var": "graph.variable",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = import_module(f".{_ROOMS[name]}", __name__)
    found = globals()[name] = room if _ROOMS[name] == name else getattr(room, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS})
