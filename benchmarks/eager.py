"""With this module one can time the eager engine against micrograd and the microgpt script's design.

    python -m benchmarks.eager

trains the same networks from the same start in each, demands the same losses, prints medians and ratios, and writes
them to `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import tinygrad_edu as tg
from benchmarks import parts
from benchmarks.peers.micrograd_and_microgpt import ScriptValue
from benchmarks.tools import report
from benchmarks.tools.timing import CLEANED, COLLECTOR, LIVES, OFF, ON, Timing, demand_same_losses, interleaved
from benchmarks.workloads import scalar_gpt
from benchmarks.workloads.eager_steps import SEED, GPTTraining, MicrogradTraining, OurTraining

MILLISECONDS = 1000.0
PEER = "peer"


class Ours(NamedTuple):
    """One way to run a step with our Values, and the least ratios asked for; None where a ratio is for information.

    Targets for micrograd hold for programs as they run, not with a collector looked after by hand.
    """

    program: tuple[Any, tuple[Any, ...]]
    targets: dict[str, float | None]


@dataclass(frozen=True)
class Group:
    """Programs that take the same steps: a peer's, and ours by their titles."""

    peer: tuple[Any, tuple[Any, ...]]
    package: str
    ours: dict[str, Ours]
    steps_per_round: int = 1
    first_losses: tuple[float, ...] = ()


MOONS = "MLP 2-16-16-1, 100 moons: our `MLP` against micrograd's"
GROUPS = (
    Group(
        (MicrogradTraining, ()),
        "micrograd",
        {
            MOONS: Ours((OurTraining, ()), {ON: 50, CLEANED: None, OFF: 6}),
            f"{MOONS}, `tg.collector_paused()` in ours": Ours((OurTraining, (True,)), {ON: 50}),
            "micrograd's `MLP`, only the import changed": Ours(
                (MicrogradTraining, (tg.Value,)), {ON: 5, CLEANED: None, OFF: None}
            ),
        },
    ),
    Group(
        (GPTTraining, (ScriptValue,)),
        "tinygrad_edu",
        {
            "microgpt step, only the import changed": Ours(
                (GPTTraining, (tg.Value,)), {ON: 1.3, CLEANED: None, OFF: 1.3}
            ),
            "microgpt step with `dot` and `sum`": Ours((GPTTraining, (tg.Value, True)), {ON: 8, CLEANED: None, OFF: 8}),
        },
        len(scalar_gpt.FIRST_NAMES),
        scalar_gpt.FIRST_LOSSES,
    ),
)


def timed(group: Group, repeats: int, collector: str) -> dict[str, Timing]:
    """The peer and each of ours that is asked for with the collector so, by turns."""
    programs = {title: one.program for title, one in group.ours.items() if collector in one.targets}
    timings = interleaved({PEER: group.peer} | programs, repeats, collector)
    demand_same_losses(timings)
    first = tuple(round(loss, 4) for loss in timings[PEER].losses[: len(group.first_losses)])
    if first != group.first_losses:
        raise AssertionError(f"the losses start with {first}, those of the script with {group.first_losses}")
    return timings


HEADER = ["training step", "peer, ms", "ours, ms", *(x for name in COLLECTOR for x in (name, report.TARGET))]


def rows(group: Group, repeats: int) -> list[list[str]]:
    """Each of ours: milliseconds a step beside the peer's, as programs run; and the ratios with their targets."""
    if not report.installed(group.package):
        return [report.missing(title, len(HEADER)) for title in group.ours]
    timings = {collector: timed(group, repeats, collector) for collector in COLLECTOR}
    made = []
    for title, one in group.ours.items():
        times = [timings[ON][name].median * MILLISECONDS / group.steps_per_round for name in (PEER, title)]
        cells = [f"{time:.1f}" for time in times]
        for collector, found in timings.items():
            target = one.targets.get(collector)
            there = f"**{found[title].times_faster_than(found[PEER]):.2f}×**" if title in found else "–"
            cells += [there, f"≥ {target:g}×" if target else "–"]
        made.append([title, *cells])
    return made


def measure(repeats: int) -> str:
    """All measurements, as the text of one part of the results."""
    return "\n\n".join(
        [
            "Full training steps: forward, loss, backward, update. Medians of processor time, each program in a "
            f"process of its own, which is started {LIVES} times anew, by turns; the ratio is the median over "
            f"{repeats} turns of the ratio within a turn. {report.versions('tinygrad-edu', 'micrograd')}. "
            f"Seeds: networks {SEED}, moons 0, GPT 42. All programs of a group start from the same numbers and their "
            "losses were checked to agree at every step "
            f"(GPT: {', '.join(f'{loss:.4f}' for loss in scalar_gpt.FIRST_LOSSES)}, …).",
            f"Ratios with Python's garbage collector the same on both sides: {ON}, as programs run; on and the heap "
            f"cleaned before each round, off the clock; {OFF}, and cleaned likewise. Milliseconds are of the first. "
            "Graphs of the peers hold reference cycles, so that in the last two they go off the clock. The microgpt "
            "script is no package: its peer is its design of a Value, written anew in "
            "`benchmarks/peers/micrograd_and_microgpt.py`. Why `dot` and `sum` stay below 8× with the collector off: "
            "53,000 factors a step are read, met and added to one by one in Python, which is most of our time, and "
            "without the collector the script's own graph is cheap.",
            report.table(HEADER, [row for group in GROUPS for row in rows(group, repeats)]),
        ]
    )


if __name__ == "__main__":
    parts.run("eager", measure)
