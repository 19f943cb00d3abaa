"""With this module parameters are read as groups, and refused where an optimiser could not move them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..engine.value import Value
from ..ops.floats import number


def as_groups(params: Any) -> list[Mapping[str, Any]]:
    """Read parameters, a module's or any, or groups of them, as groups."""
    if callable(getattr(params, "parameters", None)):
        params = params.parameters()
    if isinstance(params, (Value, str, Mapping)) or not hasattr(params, "__iter__"):
        raise TypeError(f"params must be a sequence of Values such as model.parameters(), got {params!r:.60}")
    found = list(params)
    if not found:
        raise ValueError("params is empty: there is nothing to optimise; give model.parameters()")
    return found if all(isinstance(item, Mapping) for item in found) else [{"params": found}]


def as_parameters(params: Any, others: Sequence[Value]) -> list[Value]:
    """Read the parameters of a group, which have to be others than those of the groups before it."""
    (group,) = as_groups(params)
    found: list[Value] = group["params"]
    for i, p in enumerate(found):
        if not isinstance(p, Value):
            raise TypeError(f"params must be Values, but params[{i}] is {p!r}; write Value({p!r}) where it is made")
    if len({id(p) for p in (*found, *others)}) < len(found) + len(others):
        raise ValueError("params has the same Value more than once: it would move twice in a step; give it once")
    return found


def gradients_of(params: Sequence[Value]) -> list[float]:
    """Give the gradients of parameters as floats, whatever number was written there.

    NumPy's would make the parameter one of their own kind; None is what clears a gradient in PyTorch.
    """
    grads = [p.grad for p in params]
    if {*map(type, grads)} <= {float}:
        return grads
    for i, grad in enumerate(grads):
        if grad is None:
            raise TypeError(
                f"the grad of {params[i].name or f'params[{i}]'} is None, no number: it is 0.0 at first; call "
                "zero_grad(), or write p.grad = 0.0"
            )
        grads[i] = number(grad, f"the grad of {params[i].name or f'params[{i}]'} as a number")
    return grads
