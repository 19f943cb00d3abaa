"""With this module one can say how much of a derivative may be rounding: where the paths of a graph cancel, much is.

A derivative is the sum over all paths of the products of their local derivatives, and each product is off by some units
in its last place. Where large products cancel to a small sum, or to none at all, what is left of it is rounding, and
differences of values, which may be exact there, must not call it wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from ..engine.sweep import topological_order
from ..engine.value import Value

_UNITS = 64.0
"""In the last place, of the product of a path; as many as there are operations on it, and those in their entries."""

_LEAST = sys.float_info.min
"""The least normal number; what is smaller may be off by as much as this one is."""


def rounding_of(result: Any, along: Mapping[Value, float]) -> float:
    """Bound the rounding of the derivative of a result along a direction.

    Parameters
    ----------
    result : Value or float
    along : mapping of Value to float
        How far each leaf moves.

    Returns
    -------
    float
        Some units in the last place of the sum of all paths' sizes (Higham 2002, Accuracy and Stability of Numerical
        Algorithms, section 3.1).

    Examples
    --------
    >>> x = Value(0.1)
    >>> difference = x * 3.0 - x * 2.0 - x  # of slope 0, and paths of 3, 2 and 1
    >>> rounding_of(difference, {x: 1.0}) == 6.0 * 64.0 * 2.0**-52
    True
    """
    if not isinstance(result, Value):
        return 0.0
    size: dict[Any, float] = {leaf: abs(d) for leaf, d in along.items()}
    for node in topological_order(result):
        if node not in size:
            pairs = zip(node.parents, node.partials, strict=True)
            size[node] = sum(max(abs(d), _LEAST) * size[p] for p, d in pairs if size[p])
    return _UNITS * sys.float_info.epsilon * max(size[result], _LEAST)
