"""With this module one can time the eager engine against micrograd and the microgpt script's design.

    python -m benchmarks.eager

trains the same networks from the same start in each, demands the same losses, prints medians, ratios, bytes per
node and the import time, and writes them to `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import tinygrad_edu as tg
from benchmarks import memory, report, scalar_gpt
from benchmarks.peers import ScriptValue
from benchmarks.programs import SEED, GPTTraining, MicrogradTraining, OurTraining
from benchmarks.timing import COLLECTOR, ON, Timing, interleaved

MILLISECONDS = 1000.0
OURS, MICROGRAD, IMPORT_CHANGED = "ours", "micrograd", "import changed"
SCRIPT, NARY = "script's design", "`dot` and `sum`"


@dataclass(frozen=True)
class Row:
    """One comparison: the times of a peer and ours, and the ratio asked for."""

    title: str
    collector: str
    peer: Timing
    ours: Timing
    target: float
    steps_per_round: int = 1

    def cells(self) -> list[str]:
        # The targets hold for programs as they run; with a collector looked after by hand the ratio is for information.
        target = f"≥ {self.target:g}×" if self.collector == ON else "–"
        times = [timing.median * MILLISECONDS / self.steps_per_round for timing in (self.peer, self.ours)]
        ratio = self.ours.times_faster_than(self.peer)
        return [self.title, self.collector, *(f"{time:.1f}" for time in times), f"**{ratio:.2f}×**", target]


def demand_same_losses(timings: Mapping[str, Timing]) -> None:
    """Check that all programs took the same path: the first losses to 12 digits, the later ones to 6.

    Quick programs take more steps than slow ones; the steps that all have taken are compared.

    Raises
    ------
    AssertionError
        If one of them did not; the message names it, the step and both losses.
    """
    (reference, expected), *others = ((name, timing.losses) for name, timing in timings.items())
    for name, losses in others:
        for step, (ours, theirs) in enumerate(zip(losses, expected, strict=False)):
            if not math.isclose(ours, theirs, rel_tol=1e-12 if step == 0 else 1e-6):
                raise AssertionError(f"step {step}: the loss of {name} is {ours!r}, that of {reference} {theirs!r}")


def moons_rows(repeats: int, collector: str) -> list[Row]:
    """micrograd, its code over our Value, and our own network on 100 moons."""
    timings = interleaved(
        {
            MICROGRAD: (MicrogradTraining, ()),
            IMPORT_CHANGED: (MicrogradTraining, (tg.Value,)),
            OURS: (OurTraining, ()),
        },
        repeats,
        collector,
    )
    demand_same_losses(timings)
    peer = timings[MICROGRAD]
    return [
        Row("MLP 2-16-16-1, 100 moons: our `MLP` against micrograd's", collector, peer, timings[OURS], 35),
        Row("micrograd's `MLP`, only the import changed", collector, peer, timings[IMPORT_CHANGED], 3.5),
    ]


def gpt_rows(repeats: int, collector: str) -> list[Row]:
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
    return [
        Row("microgpt step, only the import changed", collector, peer, timings[IMPORT_CHANGED], 1.0, steps),
        Row("microgpt step with `dot` and `sum`", collector, peer, timings[NARY], 6.0, steps),
    ]


def memory_table() -> str:
    """Bytes per node, ours and the peers'."""
    sizes = memory.our_binary_operations()
    pair = max(sizes, key=lambda name: sizes[name][0])
    mixed = max(sizes, key=lambda name: sizes[name][1])
    rows = [
        ["a + b", f"{sizes['add'][0]:.0f}", "≤ 250"],
        ["a × b", f"{sizes['mul'][0]:.0f}", "≤ 250"],
        [f"costliest of {len(sizes)} binary operations, two Values (`{pair}`)", f"{sizes[pair][0]:.0f}", "≤ 320"],
        [f"costliest with a constant, its node included (`{mixed}`)", f"{sizes[mixed][1]:.0f}", "≤ 320"],
    ]
    for peer, of in memory.peers().items():
        rows += [[f"{operation} in {peer}", f"{size:.0f}", ""] for operation, size in of.items()]
    return report.table(["operation", "bytes", "target"], rows)


def measure(repeats: int) -> str:
    """All measurements, as the text of one part of the results."""
    rows = [
        *(row for collector in COLLECTOR for row in moons_rows(repeats, collector)),
        *(row for collector in COLLECTOR for row in gpt_rows(repeats, collector)),
    ]
    header = ["training step", "collector", "peer, ms", "ours, ms", "ratio", "target"]
    return "\n\n".join(
        [
            f"`{report.command('benchmarks.eager')}` on {report.machine()}; "
            f"{report.versions('tinygrad-edu', 'micrograd')}.",
            "Full training steps: forward, loss, backward, update. Medians of processor time, each program in a "
            f"process of its own, by turns; the ratio is the median over {repeats} turns of the ratio within a turn. "
            f"Seeds: networks {SEED}, moons 0, GPT 42. All programs of a group start from the same numbers and their "
            "losses were checked to agree at every step "
            f"(GPT: {', '.join(f'{loss:.4f}' for loss in scalar_gpt.FIRST_LOSSES)}, …). "
            "«Collector» is Python's garbage collector, the same on both sides: on, as programs run; on, with the heap "
            "cleaned before each round, off the clock; off, and cleaned likewise. Graphs of the peers hold reference "
            "cycles, so that in the last two they are freed off the clock. The microgpt script is no package: "
            "its peer is its design of a Value, written anew in `benchmarks/peers.py`.",
            report.table(header, [row.cells() for row in rows]),
            "Memory of one node before the sweep (tracemalloc):",
            memory_table(),
            f"`import tinygrad_edu`: {memory.import_milliseconds():.0f} ms "
            "of processor time (median of 9 fresh processes; target < 60).",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.eager", description="Time the eager engine.")
    parser.add_argument("--repeats", type=int, default=9, help="turns of each program, of which the median counts")
    parser.add_argument("--dry", action="store_true", help="print only; leave benchmarks/RESULTS.md as it is")
    options = parser.parse_args(arguments)
    if options.repeats < 1:
        parser.error(f"--repeats takes a number of turns, at least 1; got {options.repeats}")
    body = measure(options.repeats)
    print(body)
    if not options.dry:
        report.write_section("Eager engine", body)


if __name__ == "__main__":
    main()
