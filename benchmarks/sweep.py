"""With this module one can train 64 small networks at once with `sweep`, and one of them with `fit`, side by side.

python -m benchmarks.sweep
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks import parts
from benchmarks.tools import report
from tinygrad_edu import fit, sweep
from tinygrad_edu.data import load
from tinygrad_edu.nn import MLP

MEMBERS, EPOCHS, BATCH_SIZE = 64, 100, 16
NETWORKS = ((2, 8, 1), (2, 16, 16, 1))


def seconds(work: Callable[[], Any]) -> tuple[float, float]:
    """On the wall, and of the processor: the threads of a sweep together."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def row(engine: str, sizes: tuple[int, ...], turns: int) -> list[str]:
    """Times of one network and of all, building and compiling included."""
    moons = load("moons", n=100)
    settings: dict[str, Any] = {"epochs": EPOCHS, "batch_size": BATCH_SIZE, "engine": engine, "progress": False}

    def network(seed: int) -> MLP:
        return MLP(sizes[0], sizes[1:], seed=seed)

    def one(seed: int) -> None:
        fit(network(seed), moons, **settings)

    def all_at_once() -> None:
        sweep(network, moons, {"seed": range(MEMBERS)}, **settings)

    one(0)  # what is loaded once for all is loaded now
    all_at_once()
    runs = [(seconds(partial(one, turn)), seconds(all_at_once)) for turn in range(turns)]
    wall, processor = (statistics.median(both[k] / alone[k] for alone, both in runs) for k in (0, 1))
    alone, both = (statistics.median(run[side][0] for run in runs) for side in (0, 1))
    return [
        "-".join(map(str, sizes)), engine, f"{1e3 * alone:.0f}", f"{1e3 * both:.0f}", f"**{wall:.1f}**", "≤ 4",
        f"{processor:.1f}",
    ]  # fmt: skip


def measure(turns: int) -> str:
    """All measurements, as the text of one part of the results."""
    found = [row(engine, sizes, turns) for sizes in NETWORKS for engine in report.back_ends().values()]
    return "\n\n".join(
        [
            f"{report.versions('tinygrad-edu', 'numpy', 'numba')}. {MEMBERS} networks that differ in their seeds, on "
            f"100 moons, {EPOCHS} epochs of batches of {BATCH_SIZE}, Adam: all by one `sweep`, and one by `fit`, by "
            f"turns; medians of {turns}. "
            f"Building and compiling are part of both. {os.cpu_count()} cores, one BLAS thread.",
            report.table(
                [
                    "network",
                    "engine",
                    "one, ms",
                    f"{MEMBERS}, ms",
                    "over one",
                    report.TARGET,
                    "of the processor's time",
                ],
                found,
            ),
        ]
    )


if __name__ == "__main__":
    parts.run("sweep", measure)
