"""With this module layers make their parameters: how many, and which numbers they start with.

A start is named after PyTorch's `torch.nn.init`, and follows its conventions: `fan_in` is how many numbers enter an
output, `fan_out` how many outputs a number enters, and `gain` makes up for what the activation takes away.

=================  ============================================  ============================================
name               each parameter is drawn from                  source
=================  ============================================  ============================================
"kaiming"          U(±gain · √(3 / fan_in))                      He et al. 2015, arXiv:1502.01852
"kaiming_normal"   N(0, gain / √fan_in)                          the same
"xavier"           U(±gain · √(6 / (fan_in + fan_out)))          Glorot and Bengio 2010, PMLR 9, page 249
"xavier_normal"    N(0, gain · √(2 / (fan_in + fan_out)))        the same
"uniform"          U(±1 / √fan_in)                               what PyTorch's own layers start with
"normal"           N(0, 1)
"zeros"            0
a number s         N(0, s)
a function f       f(generator)
=================  ============================================  ============================================
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, TypeVar

from ..arguments import as_number, counted, unknown
from ..engine.context import ParameterName
from ..engine.value import Value
from ..ops.table import OPS

if TYPE_CHECKING:
    from .module import Module

T = TypeVar("T")
M = TypeVar("M", bound="Module")

Init = str | float | Callable[[Any], float] | None
Draw = Callable[[Any], float]
"""How the number of a parameter is drawn: given a generator such as `random.Random`."""

# torch.nn.init.calculate_gain
_GAINS = {
    "linear": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3.0, "relu": math.sqrt(2.0),
    "leaky_relu": math.sqrt(2.0 / (1.0 + 0.01**2)),
}  # fmt: skip


def gain(activation: Any) -> float:
    """Give the factor on the weights that makes up for what an activation takes from the size of its inputs.

    Parameters
    ----------
    activation : str or callable
        "linear", the name of an operation of one argument, or a function.

    Returns
    -------
    float
        `torch.nn.init.calculate_gain` where that knows the activation. Else what keeps the mean square of numbers drawn
        from N(0, 1), 1 / √E[f(z)²], by which relu has its √2 (He et al. 2015, arXiv:1502.01852); 1 for a function that
        is not in the table of operations.

    Examples
    --------
    >>> gain("relu") ** 2, gain("tanh") * 3
    (2.0000000000000004, 5.0)
    """
    if not isinstance(activation, str) or activation in _GAINS:
        return _GAINS.get(activation, 1.0) if isinstance(activation, str) else 1.0
    f, step = OPS[activation].fn, 0.01
    places = [step * k for k in range(-800, 801)]  # the trapezoid rule is exact to rounding for what decays like this
    mean_square = math.fsum(f(z) ** 2 * math.exp(-0.5 * z * z) for z in places) * step / math.sqrt(2.0 * math.pi)
    return 1.0 / math.sqrt(mean_square) if 0.0 < mean_square < math.inf else 1.0


def uniform(bound: float) -> Draw:
    """Draw from -bound to bound."""
    return lambda generator: float(generator.uniform(-bound, bound))


def normal(deviation: float) -> Draw:
    """Draw from the normal distribution of that standard deviation around 0."""
    return lambda generator: float(generator.gauss(0.0, deviation))


_STARTS: dict[str, Callable[[int, int, float], Draw]] = {
    "kaiming": lambda fan_in, fan_out, gain: uniform(gain * math.sqrt(3.0 / fan_in)),
    "kaiming_normal": lambda fan_in, fan_out, gain: normal(gain / math.sqrt(fan_in)),
    "xavier": lambda fan_in, fan_out, gain: uniform(gain * math.sqrt(6.0 / (fan_in + fan_out))),
    "xavier_normal": lambda fan_in, fan_out, gain: normal(gain * math.sqrt(2.0 / (fan_in + fan_out))),
    "uniform": lambda fan_in, fan_out, gain: uniform(1.0 / math.sqrt(fan_in)),
    "normal": lambda fan_in, fan_out, gain: normal(1.0),
    "zeros": lambda fan_in, fan_out, gain: lambda generator: 0.0,
}


def start(init: Init, fan_in: int, fan_out: int, activation: Any = "linear") -> Draw:
    """Give how the weights of a layer are drawn.

    Parameters
    ----------
    init : str, number or callable
        One of the names above, the deviation of a normal distribution, or a function of the generator.
    fan_in, fan_out : int
    activation : str or callable, default "linear"
        What follows on the layer.

    Returns
    -------
    callable

    Raises
    ------
    TypeError, ValueError
        If there is no such start.

    Examples
    --------
    >>> import random
    >>> abs(start("kaiming", 6, 2, "relu")(random.Random(0))) < 1.0
    True
    """
    if isinstance(init, str):
        if init not in _STARTS:
            raise ValueError(f"{unknown('start', init, _STARTS)}, a deviation such as 0.02, or a function")
        return _STARTS[init](fan_in, fan_out, gain(activation))
    if callable(init):
        return init
    return normal(as_number(init, "init, if it is no name such as 'kaiming' and no function,", 0.0))


class _Allowance:
    """How many numbers a model may have whose file holds that many."""

    def __init__(self, count: int) -> None:
        self.count = self.left = count


_allowance: ContextVar[_Allowance | None] = ContextVar("tinygrad_edu allowance", default=None)


def built_blank(count: int, build: Callable[..., T], *args: Any) -> T:
    """Build a module whose numbers are loaded afterwards: nothing is drawn, and no more is made than is there to load.

    Parameters
    ----------
    count : int
        How many numbers there are.
    build : callable
        Builds the module.
    *args
        Its arguments.

    Returns
    -------
    object
        What `build` gives.

    Raises
    ------
    ValueError
        Before more than `count` numbers have been made: a short file may describe a network that fills the memory.
    """
    context = copy_context()
    allowance = _Allowance(count)
    context.run(_allowance.set, allowance)
    built = context.run(build, *args)
    if allowance.left:
        described, held = counted(count - allowance.left, "number"), counted(count, "number")
        raise ValueError(f"it describes {described}, but holds {held}")
    return built


def draws(count: int) -> bool:
    """Say before making so many numbers of the state whether they are to be drawn; if not, they will be loaded."""
    allowance = _allowance.get()
    if allowance is None:
        return True
    if count > allowance.left:
        held = counted(allowance.count, "number")
        raise ValueError(f"it describes more than {allowance.count} numbers, but holds {held}")
    allowance.left -= count
    return False


_way: ContextVar[str] = ContextVar("tinygrad_edu way", default="")
"""What the names of parameters that are made here begin with."""


def part(name: str, build: Callable[..., M], *args: Any, **options: Any) -> M:
    """Build a module within another one: its parameters and its scope are named by the place that it will have there.

    Parameters
    ----------
    name : str
        The way to it, such as ``layers.0``.
    build : callable
        Builds the module.
    *args, **options
        What `build` takes.

    Returns
    -------
    Module
        What `build` gives.
    """
    before = _way.get()
    try:
        _way.set(f"{before}{name}.")
        built = build(*args, **options)
    finally:
        _way.set(before)
    built.scope_name = name
    return built


def made(name: str, shape: tuple[int, ...], draw: Draw, generator: Any) -> Any:
    """Make parameters: nested lists of Values of that shape, drawn in PyTorch's order, the last axis first.

    Parameters
    ----------
    name : str
        The attribute that they will be, by which they are named, as `named_parameters` does.
    shape : tuple of int
    draw : callable
        Gives a number, given the generator.
    generator : random.Random or module random

    Returns
    -------
    list, or Value for the shape ()
    """
    return _nested(_way.get() + name, shape, draw if draws(math.prod(shape)) else lambda _: 0.0, generator)


def _nested(name: str, shape: tuple[int, ...], draw: Draw, generator: Any) -> Any:
    if not shape:
        return Value(draw(generator), ParameterName(name))
    return [_nested(f"{name}.{i}", shape[1:], draw, generator) for i in range(shape[0])]


def ones(generator: Any) -> float:
    """Start at 1."""
    return 1.0


def zeros(generator: Any) -> float:
    """Start at 0."""
    return 0.0
