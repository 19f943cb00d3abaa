"""With this module one can see that a gradient costs a few values, for any number of inputs.

    python -m benchmarks.cheap_gradient

compares value and gradient with the value alone, eager and compiled, for 10 to 100,000 inputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import tinygrad_edu as tg
from benchmarks import parts
from benchmarks.tools import plots, report
from benchmarks.tools.timing import medians, ratio
from benchmarks.workloads.sized import machine_of
from tinygrad_edu import Value

SIZES = (10, 100, 1_000, 10_000, 100_000)
EAGER_BOUND, COMPILED_BOUND = 2.5, 4.0
PICTURE = "cheap_gradient.svg"
PLAIN, VALUE, BOTH = "plain floats", "value", "value and gradient"


def total(xs: Sequence[Any], tanh: Callable[[Any], Any], add: Callable[[Sequence[Any]], Any]) -> Any:
    """Σ tanh(xᵢ)·xᵢ₊₁, around in a circle."""
    return add([tanh(a) * b for a, b in zip(xs, [*xs[1:], xs[0]], strict=True)])


def eager(count: int, turns: int, paused: bool) -> dict[str, list[float]]:
    """Seconds of the function on floats, on Values, and on Values with its backward sweep."""
    floats = [math.sin(i) for i in range(count)]
    xs = [Value(number) for number in floats]
    guard = tg.collector_paused if paused else nullcontext

    def value() -> Any:
        with guard():
            return total(xs, tg.tanh, tg.sum)

    def both() -> None:
        with guard():
            total(xs, tg.tanh, tg.sum).backward()

    lasting = 0.03
    return medians({PLAIN: lambda: total(floats, math.tanh, sum), VALUE: value, BOTH: both}, turns, lasting)


def compiled(count: int, turns: int, backend: str) -> dict[str, list[float]]:
    """Seconds of the two array programs, once their numbers stand in the workspace."""
    xs = [Value(math.sin(i)) for i in range(count)]
    function = tg.compile(lambda: total(xs, tg.tanh, tg.sum), xs, backend)
    value, _ = function.value_and_grad()
    if not math.isclose(value, float(function()[0]), rel_tol=1e-12, abs_tol=1e-12):
        raise AssertionError("the two programs differ in the value")
    return medians({VALUE: machine_of(function, "outputs").run, BOTH: machine_of(function).run}, turns)


Curves = dict[str, list[dict[str, list[float]]]]
"""By how it was run: for each size the times of each way."""


def eager_curves(sizes: Sequence[int], turns: int) -> Curves:
    return {name: [eager(n, turns, paused) for n in sizes] for name, paused in (("paused", True), ("on", False))}


def compiled_curves(sizes: Sequence[int], turns: int) -> Curves:
    return {name: [compiled(n, turns, backend) for n in sizes] for name, backend in report.back_ends().items()}


def ratios(curves: Curves) -> dict[str, list[float]]:
    """Of value and gradient to the value, for each way and size."""
    return {name: [ratio(seconds, BOTH, VALUE) for seconds in curve] for name, curve in curves.items()}


def rows(eager_found: Curves, compiled_found: Curves) -> list[list[str]]:
    """The ratio to the value at each size, and the largest of them with its target; eager to plain floats as well."""
    made = []
    kinds = ("eager, collector", eager_found, EAGER_BOUND), ("compiled,", compiled_found, COMPILED_BOUND)
    for kind, found, bound in kinds:
        for name, over in ratios(found).items():
            cells = [f"{number:.2f}" for number in over]
            made.append([f"{kind} {name}", *cells, f"**{max(over):.2f}**", f"≤ {bound:g}"])
    for name, curve in eager_found.items():
        over = [ratio(seconds, BOTH, PLAIN) for seconds in curve]
        cells = [f"{number:.1f}" for number in (*over, max(over))]
        made.append([f"eager, collector {name}, over {PLAIN}", *cells, "–"])
    return made


def picture(sizes: Sequence[int], eager_found: Curves, compiled_found: Curves, to: Path) -> None:
    plots.cheap_gradient(sizes, ratios(eager_found), ratios(compiled_found), EAGER_BOUND, COMPILED_BOUND, to)


def write_up(sizes: Sequence[int], turns: int, eager_found: Curves, compiled_found: Curves) -> str:
    """The text of this part of the results."""
    return "\n\n".join(
        [
            f"{report.versions('tinygrad-edu', 'numpy', 'numba')}. Σ tanh(xᵢ)·xᵢ₊₁ of n numbers. However many inputs "
            f"there are, all derivatives together cost a few values: medians of the ratio within a turn, over {turns} "
            "turns.",
            f"![Cost of value and gradient over cost of the value, against the number of inputs]({PICTURE})",
            "Eager, the value is the function on Values, which records the graph; the gradient is `backward()` on top; "
            "plain floats are the same function with `math.tanh` and built-in `sum`: what a graph costs over none. "
            "The collector as in «Cost against size». Compiled: the array programs of the value, and of value and "
            "gradient, once the numbers stand in their workspace.",
            report.table(
                [f"{BOTH}, over {VALUE}", *(f"n = {n:,}" for n in sizes), "largest", report.TARGET],
                rows(eager_found, compiled_found),
            ),
        ]
    )


def measure(turns: int) -> parts.Measured:
    """All measurements."""
    found = eager_curves(SIZES, turns), compiled_curves(SIZES, turns)
    return write_up(SIZES, turns, *found), lambda: picture(SIZES, *found, Path(__file__).with_name(PICTURE))


if __name__ == "__main__":
    parts.run("cheap_gradient", measure)
