"""With this module a setting of an optimiser is read by its name, and refused where it is out of range."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any

from ..arguments import as_number

Reader = Callable[[str, Any], Any]
"""Takes the name of a setting and what the user gave; gives what the rule is to see, or raises."""


def as_python(setting: Any) -> Any:
    """Give a setting with Python's numbers in place of NumPy's: a float32 would have the rule computed in float32."""
    if type(setting) in _PYTHON:
        return setting
    if isinstance(setting, (tuple, list)):
        return tuple(map(as_python, setting))
    if isinstance(setting, Integral):
        return int(setting)
    return float(setting) if isinstance(setting, Real) else setting


_PYTHON = (float, bool, int, type(None), str)


def at_least_0(name: str, value: Any) -> float:
    """Read a number of at least 0."""
    return as_number(value, name, 0.0)


def _up_to_1(name: str, value: Any) -> float:
    return as_number(value, name, 0.0, most=1.0)


def _below_1(name: str, value: Any) -> float:
    return as_number(value, name, 0.0, below=1.0)


def _above_0(name: str, value: Any) -> float:
    number = at_least_0(name, value)
    if number == 0.0:
        raise ValueError(f"{name} must be above 0: it keeps a gradient of 0 from being divided by 0")
    return number


def _truth(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return value


def _two_below_1(name: str, value: Any) -> tuple[float, float]:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"{name} must be a pair of numbers such as (0.9, 0.999), got {value!r}")
    return _below_1(f"{name}[0]", value[0]), _below_1(f"{name}[1]", value[1])


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "lr": at_least_0,
        "alpha": _below_1,
        "amsgrad": _truth,
        "betas": _two_below_1,
        "centered": _truth,
        "dampening": _up_to_1,
        "decoupled_weight_decay": _truth,
        "eps": _above_0,
        "initial_accumulator_value": at_least_0,
        "lr_decay": at_least_0,
        "maximize": _truth,
        "momentum": at_least_0,
        "momentum_decay": at_least_0,
        "nesterov": _truth,
        "weight_decay": at_least_0,
    }
)
"""The reader of each setting; a name means the same in every optimiser."""
