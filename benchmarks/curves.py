"""With this module one can see how cost grows with size: ``python -m benchmarks.curves``.

Eager from 100 to 10 million nodes, compiled from 100 to 316 thousand, every size in a process of its own.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import parts
from benchmarks.tools import plots, report
from benchmarks.workloads.sized import DEEP, LASTING, WIDE, apart, compiled, eager

EAGER_SIZES = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)
COMPILED_SIZES = (100, 1_000, 10_000, 100_000, round(10**5.5))
FLAT_FROM = 10_000
WEIGHED_FROM = 100_000  # what a smaller program takes is lost among the pages that the process holds anyway
PAUSED, RUNNING = "paused", "on"
PICTURE = "cost.svg"

Sizes = Sequence[int]
Costs = dict[tuple[str, ...], list[dict[str, float]]]
"""By what was measured: one measurement for each size."""


def gather(function: Callable[..., dict[str, float]], sizes: Sizes, turns: int, ways: Mapping[Any, Any]) -> Costs:
    """Medians over some turns, each of which measures every size in every way in a fresh process."""
    found = [[[apart(function, size, *ways[way]) for way in ways] for size in sizes] for _ in range(turns)]
    return {
        way: [
            {key: statistics.median(turn[i][j][key] for turn in found) for key in found[0][i][j]}
            for i in range(len(sizes))
        ]
        for j, way in enumerate(ways)
    }


def eager_costs(sizes: Sizes, turns: int) -> Costs:
    paused = gather(eager, sizes, turns, {(PAUSED,): (DEEP, True)})
    return paused | gather(eager, sizes, 1, {(RUNNING,): (DEEP, False)})  # slow, and no target hangs on it


def compiled_costs(sizes: Sizes, turns: int) -> Costs:
    ways = {(shape, name): (shape, backend) for shape in (DEEP, WIDE) for name, backend in report.back_ends().items()}
    return gather(compiled, sizes, turns, ways)


def per_node(cost: Mapping[str, float]) -> float:
    return cost["build"] + cost["sweep"]


def weighed(cost: Mapping[str, float]) -> bool:
    return cost["nodes"] >= 0.9 * WEIGHED_FROM


def large(curve: Sequence[Mapping[str, float]]) -> Sequence[Mapping[str, float]]:
    """Those that fill more than a cache or two, for the tables; the picture has all. If there are none, all."""
    return [cost for cost in curve if cost["nodes"] >= 0.9 * FLAT_FROM] or curve


def flatness(costs: Sequence[Mapping[str, float]], time: Callable[[Mapping[str, float]], float]) -> float:
    """Largest over smallest time per node, among the sizes that fill more than a cache or two."""
    times = [time(cost) for cost in costs if cost["nodes"] >= 0.9 * FLAT_FROM]
    return max(times, default=math.nan) / min(times, default=math.nan)


def slope(costs: Sequence[Mapping[str, float]], time: Callable[[Mapping[str, float]], float]) -> float:
    """Of the straight line through log(time of the whole) over log(nodes): 1 is linear, 2 would be quadratic."""
    points = [(math.log(cost["nodes"]), math.log(cost["nodes"] * time(cost))) for cost in costs]
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def eager_tables(costs: Costs) -> list[str]:
    """The large sizes, and what is asked of the whole curve."""
    rows = []
    for (collector,), curve in costs.items():
        for cost in large(curve):
            cells = [f"{cost[key]:,.0f}" for key in ("build", "sweep")]
            held = [f"{cost['bytes']:.0f}", f"{cost['peak'] / 1e9:.2f}"] if weighed(cost) else ["–", "–"]
            rows.append([f"{cost['nodes']:,.0f}", collector, *cells, f"{per_node(cost):,.0f}", *held])
    paused, running = costs[PAUSED,], costs[RUNNING,]
    flat = f"time per node, largest over smallest from {FLAT_FROM:,} nodes on"
    steep = "slope of the log-log line of time over nodes, all sizes"
    asked: list[tuple[str, str, float, str]] = [
        (flat, PAUSED, flatness(paused, per_node), "≤ 1.5"),
        (flat, RUNNING, flatness(running, per_node), "–"),
        (steep, PAUSED, slope(paused, per_node), "–"),
        (steep, RUNNING, slope(running, per_node), "–"),
        (f"peak of the process with {paused[-1]['nodes']:,.0f} nodes, GB", PAUSED, paused[-1]["peak"] / 1e9, "< 4"),
    ]
    header = ["nodes", "collector", "build, ns per node", "sweep", "together", "bytes per node", "peak, GB"]
    return [
        report.table(header, rows),
        report.table(
            ["eager", "collector", "", report.TARGET],
            [[name, collector, f"**{number:.2f}**", target] for name, collector, number, target in asked],
        ),
    ]


def compiled_table(costs: Costs) -> str:
    """The large sizes, each shape and back end."""
    rows = [
        [
            f"{cost['nodes']:,.0f}",
            shape,
            backend,
            f"{cost['operations']:,.0f}",
            f"**{cost['run']:.1f}**",
            f"{cost['bytes']:.0f}",
            f"{cost['compile']:.0f}",
            f"{cost['compiling']:,.0f}" if weighed(cost) else "–",
        ]
        for (shape, backend), curve in costs.items()
        for cost in large(curve)
    ]
    header = ["nodes", "shape", "back end", "array operations", "run, ns per node", "bytes per node"]
    return report.table([*header, "to compile, µs per node", "and bytes"], rows)


def compiled_slopes(costs: Costs) -> str:
    """One sentence on how the curves of the compiled programs rise."""
    slopes = [
        f"{shape} with {backend} {slope(curve, lambda cost: cost['run']):.2f} to run, "
        f"{slope(curve, lambda cost: cost['compile']):.2f} to compile"
        for (shape, backend), curve in costs.items()
    ]
    return f"Slopes of their log-log lines: {'; '.join(slopes)}."


def write_up(eager_found: Costs, compiled_found: Costs, turns: int) -> str:
    """The text of this part of the results."""
    eager_sizes, asked = eager_tables(eager_found)
    return "\n\n".join(
        [
            f"{report.versions('tinygrad-edu', 'numpy', 'numba')}. A network of tanh neurons, each of which reads two "
            "of the layer before it, four nodes a neuron. Deep: 8 neurons wide, up to 312,500 layers of them; wide: 8 "
            f"layers. Every size runs in a fresh process, for {LASTING:g} s or at least once; eager with the "
            f"collector paused in {turns}, of which the medians count. The tables have the "
            f"sizes from {FLAT_FROM:,} nodes on, the picture all.",
            f"![Time and bytes per node against the number of nodes]({PICTURE})",
            "Eager, deep. To build is to record the graph from Values, to sweep is `backward()`. Bytes are the growth "
            "of the process up to the sweep's peak. «Paused» is `with tg.collector_paused():` around both; «on» is "
            "Python as it comes: its collector walks through the growing graph again and again, and finds nothing, for "
            "graphs of Values have no cycles.",
            eager_sizes,
            asked,
            "Compiled: one call of `value_and_grad` at one point; bytes per node are those of its workspace. To "
            "compile is the first call, tracing included; its bytes are the growth of the process up to its peak. "
            "Values and gradients were checked against the eager ones at every size.",
            compiled_table(compiled_found),
            compiled_slopes(compiled_found),
        ]
    )


def measured(eager_sizes: Sizes, compiled_sizes: Sizes, turns: int) -> parts.Measured:
    """All measurements of some sizes."""
    found = eager_costs(eager_sizes, turns), compiled_costs(compiled_sizes, 1)
    return write_up(*found, turns), lambda: plots.cost(*found, Path(__file__).with_name(PICTURE))


if __name__ == "__main__":
    parts.run(
        "curves",
        lambda turns: measured(EAGER_SIZES, COMPILED_SIZES, turns),
        briefly=lambda turns: measured(EAGER_SIZES[:5], COMPILED_SIZES[:3], turns),
    )
