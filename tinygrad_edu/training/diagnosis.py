"""With this module one learns why a loss is nan or infinite: by which example, at which node, and whose fault it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..engine.context import no_grad
from ..engine.sweep import topological_order
from ..engine.value import Value
from ..inspection.nonfinite import Nonfinite, find_nonfinite
from ..nn.losses import Loss
from ..nn.modes import evaluated
from ..nn.module import plain
from ..optim.base import Optimizer, set_data
from .examples import Examples


def explain(
    model: Any, loss: Loss, optimizer: Optimizer, start: Sequence[float], examples: Examples, places: Sequence[int]
) -> str:
    """Find the first example whose loss or gradient is not finite, the node where that begins, and the likely cause.

    Parameters
    ----------
    model : callable
        With the parameters by which it happened.
    loss : callable
        Of one example.
    optimizer : Optimizer
        Of the model's parameters.
    start : sequence of float
        The parameters that training began with.
    examples : Examples
        What is learnt from.
    places : sequence of int
        Where in them the batch lies.

    Returns
    -------
    str
        A few clauses.
    """
    for place in places:
        x, target = examples.X[place], examples.y[place]
        found = _where(model, loss, x, target)
        if found is not None:
            named = place if examples.places is None else examples.places[place]
            shown = f"example {named} of the data, X = {x!r:.60}, y = {target!r:.20}: {found}"
            return f"{shown}; likely cause: {_cause(model, loss, optimizer, start, x, target, found)}"
    return f"no example alone is to blame, but their sum is too large; try an lr below {optimizer.lr:g}"


def _where(model: Any, loss: Loss, x: Any, target: Any) -> Nonfinite | None:
    """Find where an example leaves the finite numbers; its own are leaves, so that one sees what they go into."""
    result = loss(evaluated(model, x), target)
    found = find_nonfinite(result) if isinstance(result, Value) else None
    if found is None:
        return None
    try:
        return find_nonfinite(loss(evaluated(model, _as_leaves(x)), target)) or found
    except Exception:  # the model's own code may want plain numbers, as places in a table say
        return found


def _as_leaves(x: Any, name: str = "x") -> Any:
    if isinstance(x, list):
        return [_as_leaves(item, f"{name}[{i}]") for i, item in enumerate(x)]
    return Value(x, name)


def _cause(
    model: Any, loss: Loss, optimizer: Optimizer, start: Sequence[float], x: Any, target: Any, found: Nonfinite
) -> str:
    """Tell what is at fault: the learning rate if all was well by the first parameters, else data or parameters."""
    params = set(optimizer.params)
    if not any(node in params for node in topological_order(found.node)):
        return "the data, for no parameter enters that node; see whether these numbers are what you meant"
    first = _loss_by(start, model, loss, optimizer, x, target)
    if math.isfinite(first):
        return (
            f"the learning rate, for by the parameters that training began with the loss of this example is "
            f"{first:.4g}; try an lr below {optimizer.lr:g}"
        )
    strange = next((i for i, number in enumerate(start) if not math.isfinite(number)), None)
    if strange is not None:
        return f"the parameters, of which number {strange} was {start[strange]} before the first step"
    largest = max(map(abs, start))
    if largest > max(map(abs, _numbers(x)), default=0.0):
        return f"the parameters that training began with, up to {largest:g} in size, for no step had been taken yet"
    return "the data, for by the parameters that training began with the loss of this example is not finite either"


def _loss_by(numbers: Sequence[float], model: Any, loss: Loss, optimizer: Optimizer, x: Any, target: Any) -> float:
    """Compute the loss of one example by other parameters, which then are what they were."""
    now = [p.data for p in optimizer.params]
    try:
        set_data(optimizer.params, numbers)
        with no_grad():
            found: float = plain(loss(evaluated(model, x), target))
        set_data(optimizer.params, now)
    except BaseException:
        set_data(optimizer.params, now)
        raise
    return found


def _numbers(x: Any) -> list[float]:
    """List the numbers of an example, however nested."""
    found, stack = [], [x]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack += item
        else:
            found.append(float(item))
    return found
