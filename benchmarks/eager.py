"""With this module one can time the eager engine against micrograd and the microgpt script's design.

    python -m benchmarks.eager

trains the same networks from the same start in each, demands the same losses, prints medians and ratios, and writes
them to `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tinygrad_edu as tg
from benchmarks import parts
from benchmarks.peers.micrograd_and_microgpt import ScriptValue
from benchmarks.tools import report
from benchmarks.tools.timing import CLEANED, COLLECTOR, LIVES, OFF, ON, Timing, demand_same_losses, interleaved
from benchmarks.workloads import scalar_gpt
from benchmarks.workloads.eager_steps import SEED, GPTTraining, MicrogradTraining, OurTraining

MILLISECONDS = 1000.0
OURS, PAUSED, MICROGRAD, IMPORT_CHANGED = "ours", "ours, paused", "micrograd", "import changed"
SCRIPT, NARY = "script's design", "`dot` and `sum`"


@dataclass(frozen=True)
class Row:
    """One comparison: the times of a peer and ours, and the ratio asked for."""

    title: str
    collector: str
    peer: Timing
    ours: Timing
    target: float | None
    steps_per_round: int = 1

    def cells(self) -> list[str]:
        target = "–" if self.target is None else f"≥ {self.target:g}×"
        times = [timing.median * MILLISECONDS / self.steps_per_round for timing in (self.peer, self.ours)]
        ratio = self.ours.times_faster_than(self.peer)
        return [self.title, self.collector, *(f"{time:.1f}" for time in times), f"**{ratio:.2f}×**", target]


def moons_rows(repeats: int, collector: str) -> list[list[str]]:
    """micrograd, its code over our Value, and our own network on 100 moons."""
    ours, changed = (
        "MLP 2-16-16-1, 100 moons: our `MLP` against micrograd's",
        "micrograd's `MLP`, only the import changed",
    )
    if not report.installed("micrograd"):
        return [report.missing(title, len(HEADER)) for title in (ours, changed)]
    programs: dict[str, Any] = {
        MICROGRAD: (MicrogradTraining, ()),
        IMPORT_CHANGED: (MicrogradTraining, (tg.Value,)),
        OURS: (OurTraining, ()),
    }
    if collector == ON:
        programs[PAUSED] = (OurTraining, (True,))
    timings = interleaved(programs, repeats, collector)
    demand_same_losses(timings)
    # These targets hold for programs as they run; with a collector looked after by hand the ratio is for information.
    wanted = {OURS: (ours, 45), PAUSED: (f"{ours}, `tg.collector_paused()` in ours", 45), IMPORT_CHANGED: (changed, 5)}
    return [
        Row(title, collector, timings[MICROGRAD], timings[name], target if collector == ON else None).cells()
        for name, (title, target) in wanted.items()
        if name in timings
    ]


def gpt_rows(repeats: int, collector: str) -> list[list[str]]:
    """The scalar GPT over the script's design of a Value, over ours, and over ours with n-ary nodes."""
    timings = interleaved(
        {
            SCRIPT: (GPTTraining, (ScriptValue,)),
            IMPORT_CHANGED: (GPTTraining, (tg.Value,)),
            NARY: (GPTTraining, (tg.Value, True)),
        },
        repeats,
        collector,
    )
    demand_same_losses(timings)
    for name, timing in timings.items():
        first = tuple(round(loss, 4) for loss in timing.losses[: len(scalar_gpt.FIRST_LOSSES)])
        if first != scalar_gpt.FIRST_LOSSES:
            raise AssertionError(f"{name} starts with losses {first}, the script with {scalar_gpt.FIRST_LOSSES}")
    steps, peer = len(scalar_gpt.FIRST_NAMES), timings[SCRIPT]
    targets = (None, None) if collector == CLEANED else (1.3, 8)
    return [
        Row(
            "microgpt step, only the import changed", collector, peer, timings[IMPORT_CHANGED], targets[0], steps
        ).cells(),
        Row("microgpt step with `dot` and `sum`", collector, peer, timings[NARY], targets[1], steps).cells(),
    ]


HEADER = ["training step", "collector", "peer, ms", "ours, ms", "ratio", report.TARGET]


def measure(repeats: int) -> str:
    """All measurements, as the text of one part of the results."""
    rows = [row for part in (moons_rows, gpt_rows) for collector in COLLECTOR for row in part(repeats, collector)]
    return "\n\n".join(
        [
            "Full training steps: forward, loss, backward, update. Medians of processor time, each program in a "
            f"process of its own, which is started {LIVES} times anew, by turns; the ratio is the median over "
            f"{repeats} turns of the ratio within a turn. {report.versions('tinygrad-edu', 'micrograd')}. "
            f"Seeds: networks {SEED}, moons 0, GPT 42. All programs of a group start from the same numbers and their "
            "losses were checked to agree at every step "
            f"(GPT: {', '.join(f'{loss:.4f}' for loss in scalar_gpt.FIRST_LOSSES)}, …).",
            f"«Collector» is Python's garbage collector, the same on both sides: {ON}, as programs run; on and the "
            f"heap cleaned before each round, off the clock; {OFF}, and cleaned likewise. Graphs of the peers hold "
            "reference cycles, so that in the last two they go off the clock. The microgpt script is no package: "
            "its peer is its design of a Value, written anew in `benchmarks/peers/micrograd_and_microgpt.py`. "
            "Why `dot` and `sum` stay below 8× with the collector off: 53,000 factors a step are read, met and added "
            "to one by one in Python, which is most of our time, and without the collector the script's own graph is "
            "cheap.",
            report.table(HEADER, rows),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line."""
    parts.run("eager", measure, arguments, usual=10, quick=1, what="turns of each program that count")


if __name__ == "__main__":
    main()
