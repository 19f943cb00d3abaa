"""With this module one can time one training step in many libraries: ``python -m benchmarks.side_by_side``.

`benchmarks.peers.libraries` holds the programs. Those that are not installed get a row that says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks import parts
from benchmarks.peers import libraries
from benchmarks.tools import report
from benchmarks.tools.timing import LIVES, ON, Program, demand_same_losses, interleaved
from benchmarks.workloads.eager_steps import DECAY, LEARNING_RATE, SEED, MicrogradTraining, OurTraining

SCALARS, ARRAYS = "scalars", "arrays"
OURS, PAUSED = "ours, eager", "ours, eager, collector paused"


@dataclass(frozen=True)
class Library:
    """One way to run the step.

    Attributes
    ----------
    title
        In the table.
    numbers
        Whether the user writes scalars or arrays.
    package
        What must be installed, as it is imported.
    program
        What makes it, and arguments for that.
    target
        How many times as long as our eager step it should at least take.
    """

    title: str
    numbers: str
    package: str
    program: tuple[Callable[..., Program], tuple[Any, ...]]
    target: float | None = None


LIBRARIES = (
    Library(OURS, SCALARS, "tinygrad_edu", (OurTraining, ())),
    Library(PAUSED, SCALARS, "tinygrad_edu", (OurTraining, (True,))),
    Library("micrograd", SCALARS, "micrograd", (MicrogradTraining, ())),
    Library("XAD: C++ tape from Python", SCALARS, "xad", (libraries.XAD, ()), 2.3),
    Library("HIPS autograd", SCALARS, "autograd", (libraries.AutogradScalars, ())),
    Library("PyTorch", SCALARS, "torch", (libraries.TorchScalars, ())),
    Library("CasADi SX, graph built once", SCALARS, "casadi", (libraries.CasadiScalars, ())),
    Library("ours, compiled, NumPy", SCALARS, "tinygrad_edu", (libraries.OursCompiled, ("numpy",))),
    Library("ours, compiled, numba", SCALARS, "numba", (libraries.OursCompiled, ("numba",))),
    Library("ours, compiled, JAX", SCALARS, "jax", (libraries.OursCompiled, ("jax",))),
    Library("HIPS autograd", ARRAYS, "autograd", (libraries.AutogradArrays, ())),
    Library("PyTorch", ARRAYS, "torch", (libraries.TorchArrays, ())),
    Library("JAX, jitted", ARRAYS, "jax", (libraries.JaxArrays, ())),
)


def shown(number: float) -> str:
    return f"{number:.3g}" if not number >= 1000 else f"{number:,.0f}"


def times(ratio: float) -> str:
    """How many times as long, or which part of it."""
    return f"1/{shown(1.0 / ratio)}" if ratio < 0.1 else f"{shown(ratio)}×"


def rows(repeats: int, chosen: Sequence[Library] = LIBRARIES) -> list[list[str]]:
    """A row for each library: time of a step, and how it compares with our eager one."""
    there = {f"{library.title}, {library.numbers}": library for library in chosen if report.installed(library.package)}
    timings = interleaved({name: library.program for name, library in there.items()}, repeats, ON)
    demand_same_losses(timings)
    ours, paused = (timings.get(f"{title}, {SCALARS}") for title in (OURS, PAUSED))
    assert ours is not None
    made = []
    for library in chosen:
        timing = timings.get(f"{library.title}, {library.numbers}")
        if timing is None:
            made.append(report.missing(library.title, len(HEADER)))
            continue
        target = "–" if library.target is None else f"≥ {library.target:g}×"
        ratio = ours.times_faster_than(timing)
        to_paused = paused.times_faster_than(timing) if paused else math.nan
        cells = [shown(timing.median * 1000), times(to_paused), f"**{times(ratio)}**"]
        made.append([library.title, library.numbers, *cells, target])
    return made


HEADER = ["library", "written in", "ms per step", "times ours, paused", "times ours", report.TARGET]


def measure(repeats: int) -> str:
    """All measurements, as the text of one part of the results."""
    packages: Mapping[str, None] = dict.fromkeys(library.package.replace("_", "-") for library in LIBRARIES)
    return "\n\n".join(
        [
            "Training a network 2-16-16-1 with relu (337 parameters) on 100 moons: forward, mean hinge loss with "
            f"weight decay {DECAY:g}, backward, plain descent by {LEARNING_RATE:g}, all examples in a step, float64. "
            f"{report.versions(*packages)}.",
            "«Written in» is what the user writes; a compiler may make arrays of scalars. All start from the same "
            f"numbers (seed {SEED}), and their losses were checked to agree at every step: to 12 digits at first, then "
            f"to 6. Each program has a process of its own, which is started {LIVES} times anew, and they take turns; "
            f"medians over {repeats} turns; one thread for BLAS and PyTorch. Building and compiling graphs (CasADi, "
            "JAX, ours compiled) comes before the first turn that counts. The last two columns compare with our eager "
            "step, with `tg.collector_paused()` around it and as it is.",
            report.table(HEADER, rows(repeats)),
        ]
    )


if __name__ == "__main__":
    parts.run("side_by_side", measure)
