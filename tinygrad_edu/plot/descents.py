"""With this module one can watch optimisers go down a surface: their paths over its contours, their heights beside it.

>>> from tinygrad_edu import optim
>>> valley = lambda x, y: 0.5 * (x * x + 25.0 * y * y)
>>> descent = descent_of(valley, (-4.0, 1.0), lambda params: optim.SGD(params, lr=0.04), steps=1)
>>> descent.points, descent.heights
([(-4.0, 1.0), (-3.84, 0.0)], [20.5, 7.3728])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..arguments import as_count, as_number
from ..engine.context import no_grad
from ..engine.value import Value
from ..optim.base import Optimizer
from .letters import say
from .style import INK, PAPER, colour, dashes, dress, escaped, marker, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Surface = Callable[[Any, Any], Any]
Rule = Callable[[list[Value]], Optimizer]

_RESOLUTION = 60
_LINES = 14


@dataclass(frozen=True)
class Descent:
    """The way of an optimiser over a surface.

    Attributes
    ----------
    points : list of pair of float
        Where it was: at the start, and after each step.
    heights : list of float
        How high the surface is at each of them.
    """

    points: list[tuple[float, float]]
    heights: list[float]


def descent_of(f: Surface, start: Sequence[float], optimizer: Rule, steps: int = 100) -> Descent:
    """Let an optimiser go down a surface.

    Parameters
    ----------
    f : callable
        The height ``f(x, y)`` of Values.
    start : pair of float
    optimizer : callable
        What makes an optimiser of the two parameters: ``lambda params: optim.SGD(params, lr=0.1)``.
    steps : int, default 100

    Returns
    -------
    Descent
        It ends early where the height or a coordinate is no longer finite.
    """
    first, second = start
    params = [Value(as_number(first, "start"), "x"), Value(as_number(second, "start"), "y")]
    rule, count = optimizer(params), as_count(steps, "steps")
    points: list[tuple[float, float]] = []
    heights: list[float] = []
    while True:
        height = f(*params)
        here = (params[0].data, params[1].data)
        if not all(map(math.isfinite, (*here, height.data))):
            return Descent(points, heights)
        points.append(here)
        heights.append(height.data)
        if len(points) > count:
            return Descent(points, heights)
        rule.zero_grad()
        height.backward()
        rule.step()


def descents(
    f: Surface,
    start: Sequence[float],
    optimizers: Mapping[str, Rule],
    *,
    steps: int = 100,
    across: Sequence[float] | None = None,
    up: Sequence[float] | None = None,
    title: str = "",
) -> Figure:
    """Draw the ways of several optimisers from one place, over the contours of a surface, and how high each is.

    Between neighbouring contours lies the same share of the part that is shown, so that a valley shows as well as a
    wall. The lightest place is the lowest.

    Parameters
    ----------
    f : callable
        The height ``f(x, y)``, of Values and of floats.
    start : pair of float
    optimizers : mapping of str to callable
        By the name under which each is shown, what makes it: ``lambda params: optim.SGD(params, lr=0.1)``.
    steps : int, default 100
    across, up : pair of float, optional
        From where to where x and y are shown; if left out, as far as all paths go.
    title : str, optional
        Above the picture.

    Returns
    -------
    matplotlib.figure.Figure
        Heights are on a logarithmic scale if all of them are above 0.

    Examples
    --------
    >>> from tinygrad_edu import optim
    >>> rules = {f"lr {lr}": lambda params, lr=lr: optim.SGD(params, lr=lr) for lr in (0.01, 0.07)}
    >>> figure = descents(lambda x, y: 0.5 * (x * x + 25.0 * y * y), (-4.0, 1.0), rules, steps=20)
    """
    found = {name: descent_of(f, start, rule, steps) for name, rule in optimizers.items()}
    walked = [point for descent in found.values() for point in descent.points]
    xs, ys = (_places(chosen, [p[axis] for p in walked]) for axis, chosen in enumerate((across, up)))
    with no_grad():
        surface = [[_height(f(x, y)) for x in xs] for y in ys]
    figure = new_figure(7.6, 3.4)
    plane, course = figure.subplots(1, 2, width_ratios=(1.25, 1.0))
    levels = _levels([height for row in surface for height in row])
    if len(levels) > 1:
        plane.contourf(xs, ys, surface, levels=levels, cmap="cividis_r", alpha=0.35, extend="both")
        plane.contour(xs, ys, surface, levels=levels, colors=INK, linewidths=0.4, alpha=0.45)
    for k, (name, descent) in enumerate(found.items()):
        look: dict[str, Any] = {"color": colour(k), "linestyle": dashes(k), "linewidth": 1.4}
        plane.plot(*zip(*descent.points, strict=True), marker=marker(k), markersize=2, **look)
        plane.plot(*descent.points[-1], marker=marker(k), markersize=7, color=colour(k), markeredgecolor=PAPER)
        course.plot(range(len(descent.heights)), descent.heights, label=escaped(name), **look)
    plane.plot(*start, marker="o", markersize=8, color=PAPER, markeredgecolor=INK)
    plane.set_xlim(xs[0], xs[-1])
    plane.set_ylim(ys[0], ys[-1])
    dress(plane, "x", "y", title)
    if all(height > 0.0 for descent in found.values() for height in descent.heights):
        course.set_yscale("log")
    dress(course, say("step"), say("height"), grid="y")
    course.xaxis.get_major_locator().set_params(integer=True)
    figure.legend(loc="outside lower center", ncols=min(5, len(found)), frameon=False, fontsize=8, labelcolor=INK)
    return figure


def _height(found: Any) -> float:
    return float(found.data if isinstance(found, Value) else found)


def _places(chosen: Sequence[float] | None, walked: Sequence[float]) -> list[float]:
    """Give the places of the grid along one axis."""
    if chosen is None:
        margin = 0.1 * (max(walked) - min(walked)) or 1.0
        low, high = min(walked) - margin, max(walked) + margin
    else:
        low, high = chosen
    if not low < high:
        raise ValueError(f"what is shown must go from a smaller number to a larger one, got {chosen!r}")
    return [low + (high - low) * i / (_RESOLUTION - 1) for i in range(_RESOLUTION)]


def _levels(heights: Sequence[float]) -> list[float]:
    """Give the heights of the contours: between neighbours lies the same share of the plane."""
    ranked = sorted(height for height in heights if math.isfinite(height))
    chosen = [ranked[int(k / (_LINES + 1) * (len(ranked) - 1))] for k in range(1, _LINES + 1)] if ranked else []
    return sorted(set(chosen))
