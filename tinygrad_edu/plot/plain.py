"""With this module one can see plain numbers: `curve` draws a function with tangents, `lines` series, `bars` shares.

>>> figure = curve(lambda x: x**2, -1.0, 2.0, tangents=[1.0])
>>> figure = lines({"bird": [0.9, 0.81, 0.729], "dog": [0.8, 0.72, 0.648]}, x="step", y="band")
>>> figure = bars({"time": 0.6, "milk": -0.2}, x="blame")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..arguments import as_list, as_number
from ..engine.value import Value
from ..ops.notation import number_text
from .letters import say
from .style import INK, colour, dashes, dress, escaped, legend, marker, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_POINTS = 301
_MARKED = 40


def curve(
    functions: Callable[[Any], Any] | Mapping[str, Callable[[Any], Any]],
    low: float,
    high: float,
    *,
    tangents: Sequence[float] = (),
    x: str = "x",
    y: str = "",
    title: str = "",
) -> Figure:
    """Draw functions of one number, and the tangents at some places, whose slopes are their derivatives.

    Parameters
    ----------
    functions : callable, or mapping of names to callables
        Of one number. Where there are tangents, each must take a Value, too.
    low, high : float
        From where to where.
    tangents : sequence of float, optional
        Where a tangent touches every function; its slope, found by `backward`, is written beside it.
    x, y, title : str
        What is written at the axes and above.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `low` is not below `high`.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> figure = curve(tg.tanh, -3.0, 3.0, tangents=[-0.5])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['slope 0.7864']
    """
    low, high = as_number(low, "low"), as_number(high, "high")
    if not low < high:
        raise ValueError(f"a curve runs from low to high, but low is {low:g} and high is {high:g}")
    named = functions if isinstance(functions, Mapping) else {"": functions}
    places = [low + (high - low) * k / (_POINTS - 1) for k in range(_POINTS)]
    touched = [as_number(place, f"tangents[{k}]") for k, place in enumerate(as_list(tangents, "tangents"))]
    figure = new_figure(4.4, 2.9)
    axes = figure.subplots()
    for k, (name, function) in enumerate(named.items()):
        drawn = [_plain(function(place)) for place in places]
        axes.plot(places, drawn, color=colour(k), linestyle=dashes(k), label=escaped(name))
        reach = 0.16 * (high - low)
        for place in touched:
            at = Value(place)
            result = function(at)
            result.backward()
            ends = [max(low, place - reach), min(high, place + reach)]
            axes.plot(ends, [result.data + at.grad * (end - place) for end in ends], color=INK, linewidth=1.2)
            axes.plot([place], [result.data], marker="o", color=INK, markersize=4.5)
            said, where = say("slope {slope}", slope=number_text(at.grad)), (place, result.data)
            axes.annotate(said, where, (8, -11), textcoords="offset points", fontsize=8, color=INK)
    dress(axes, x, y, title, grid="both")
    if any(named):
        legend(axes)
    return figure


def lines(
    series: Mapping[str, Sequence[Any]],
    *,
    x: str | None = None,
    y: str = "",
    title: str = "",
    log: bool = False,
    at: Sequence[float] | None = None,
) -> Figure:
    """Draw how numbers went from step to step, or against another number, one line a name.

    Parameters
    ----------
    series : mapping of names to sequences of numbers or Values
        The first of each stands at 0, if nothing else is said.
    x, y, title : str
        What is written at the axes and above; along `x` "step", if left out.
    log : bool, default False
        Whether the axis of the numbers is logarithmic; that of `at` too.
    at : sequence of float, optional
        Where the numbers stand; each is then marked, if they are few.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> figure = lines({"loss": [4.0, 2.0, 1.0]}, x="cup")
    >>> figure.axes[0].lines[0].get_ydata().tolist()
    [4.0, 2.0, 1.0]
    """
    figure = new_figure(4.4, 2.9)
    axes = figure.subplots()
    for k, (name, numbers) in enumerate(series.items()):
        drawn = [_plain(number) for number in numbers]
        places, dots = (range(len(drawn)), "") if at is None else (list(at)[: len(drawn)], marker(k))
        dots = dots if len(drawn) <= _MARKED else ""
        look: dict[str, Any] = {"color": colour(k), "linestyle": dashes(k), "marker": dots, "markersize": 4.5}
        axes.plot(places, drawn, label=escaped(str(name)), **look)
    if log:
        axes.set_yscale("log")
    if log and at is not None:
        axes.set_xscale("log")
    dress(axes, say("step") if x is None else x, y, title, grid="y")
    if at is None:
        axes.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]  # of a linear scale
    legend(axes)
    return figure


def bars(numbers: Mapping[str, Any], *, x: str = "", title: str = "") -> Figure:
    """Draw named numbers with their signs, as bars to the right and to the left of 0.

    Parameters
    ----------
    numbers : mapping of names to numbers or Values
        From the top down.
    x, title : str
        What is written below and above.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> figure = bars({"time": 0.6, "milk": -0.2}, x="blame")
    >>> [float(bar.get_width()) for bar in figure.axes[0].patches]
    [0.6, -0.2]
    """
    sizes = [_plain(number) for number in numbers.values()]
    figure = new_figure(4.4, 0.9 + 0.3 * len(sizes))
    axes = figure.subplots()
    paints = [colour(4 if size > 0.0 else 0) for size in sizes]
    drawn = axes.barh([escaped(str(name)) for name in numbers], sizes, color=paints, height=0.6)
    axes.bar_label(drawn, [number_text(size) for size in sizes], padding=3, fontsize=8, color=INK)
    axes.axvline(0.0, color=INK, linewidth=0.8, alpha=0.5)
    axes.margins(x=0.25)
    axes.invert_yaxis()
    dress(axes, x, "", title)
    return figure


def _plain(number: Any) -> float:
    """Give a number, or that of a Value; what is not finite is a gap."""
    return float(number.data if isinstance(number, Value) else number)
