"""With this module one can check a gradient written by hand, of a function that knows nothing of this package."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from ..graph.structure import flatten
from .differences import Ray, complex_slope
from .report import MISMATCH, Comparison, Report, compare, mismatch

_METHODS = ("differences", "complex")


def gradient_function(
    f: Callable[[Any], Any], df: Callable[[Any], Any], x: Any, *, method: str = "differences", rtol: float = 1e-9
) -> Report:
    """Compare a gradient written by hand with differences of the function's values.

    Parameters
    ----------
    f : callable
        ``f(x)`` gives one number.
    df : callable
        ``df(x)`` gives its gradient: of the structure (or shape) of `x`.
    x : float, NumPy array, or nested lists, tuples, dicts of floats
        Where.
    method : {"differences", "complex"}, default "differences"
        "complex" steps into the complex plane: exact to rounding, where `f` accepts complex numbers and is analytic.
    rtol : float, default 1e-9
        Relative tolerance; what the measurement itself may err by is added.

    Returns
    -------
    Report

    Raises
    ------
    GradientMismatch
        If a derivative is wrong; it names the worst coordinates.
    TypeError, ValueError
        If `x` holds no finite numbers, or the gradient has another structure.

    Examples
    --------
    >>> import math
    >>> gradient_function(math.sin, math.cos, 0.7).conclusive
    True
    """
    if method not in _METHODS:
        raise ValueError(f"no method is called {method!r}; known: {', '.join(_METHODS)}")
    title = getattr(f, "__name__", type(f).__name__)
    numbers, names, rebuild = _taken_apart(x, "x")
    if not numbers or not all(map(math.isfinite, numbers)):
        raise ValueError(f"a gradient is checked at one or more finite numbers, got x = {x!r:.80}")
    given, _, _ = _taken_apart(df(rebuild(numbers)), "df(x)")
    if len(given) != len(numbers):
        raise ValueError(f"df gives {len(given)} derivatives for the {len(numbers)} numbers of x")

    def value(there: list[Any]) -> float:
        return _only(f(rebuild(there)), title)

    comparisons: list[Comparison] = []
    for i, (name, derivative) in enumerate(zip(names, given, strict=True)):

        def moved(t: Any, i: int = i) -> list[Any]:
            return [*numbers[:i], numbers[i] + t, *numbers[i + 1 :]]

        def result(t: Any, moved: Callable[[Any], list[Any]] = moved) -> list[float]:
            return [value(moved(t))]

        ray = Ray(result, numbers[i])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy warns where the measurement feels for the end of the domain
            if method == "complex":
                estimate = complex_slope(lambda step, moved=moved: [f(rebuild(moved(step)))], 0)  # type: ignore[misc]
            else:
                estimate = ray.slope(0)
            kinked = method == "differences" and ray.kinked(0)
        comparisons.append(compare(f"∂{title}/∂{name}", "given", derivative, estimate, kinked, rtol))
    if any(c.status == MISMATCH for c in comparisons):
        wrong = {c.name for c in comparisons if c.status == MISMATCH}
        point = sorted(zip(names, numbers, strict=True), key=lambda item: f"∂{title}/∂{item[0]}" not in wrong)
        raise mismatch(title, comparisons, point)
    return Report(title, comparisons)


def _taken_apart(x: Any, name: str) -> tuple[list[float], list[str], Callable[[Sequence[Any]], Any]]:
    """List the numbers of a float, an array or nested containers, their names, and how to put others in their place."""
    if hasattr(x, "shape") and hasattr(x, "tolist") and x.shape:
        import numpy as np

        array = np.asarray(x, dtype=float)
        names = [f"{name}[{', '.join(map(str, index))}]" for index in np.ndindex(array.shape)]

        def rebuild(numbers: Sequence[Any]) -> Any:
            return np.array(numbers).reshape(array.shape)

        return [float(number) for number in array.ravel()], names, rebuild
    numbers, structure = flatten(x, _number, name)
    return numbers, structure.names(name), structure.unflatten


def _number(leaf: Any, where: str) -> float:
    try:
        return float(leaf)
    except (TypeError, ValueError):
        raise TypeError(f"{where} must be a number, got {type(leaf).__name__}: {leaf!r:.60}") from None


def _only(result: Any, title: str) -> float:
    shape = getattr(result, "shape", ())
    if math.prod(shape) != 1 or isinstance(result, (list, tuple, dict)):
        raise TypeError(f"{title} must give one number, got {type(result).__name__} of shape {shape}")
    return float(result.item() if hasattr(result, "item") else result)
