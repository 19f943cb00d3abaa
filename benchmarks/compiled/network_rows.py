"""With this module one can time networks in all ways that `networks` knows, and put them side by side in two tables.

A column is a network and a number of examples. One table has microseconds; the other what ours takes over a peer.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial

from benchmarks.compiled.networks import (
    HAND,
    JAX,
    LIMIT,
    OWN_CODE,
    READING,
    ROUNDS,
    SHORT_LIMIT,
    STEP,
    TORCH,
    Network,
    digits_network,
    moons_network,
    ways,
)
from benchmarks.compiled.rows import FAST, MICROSECONDS, OURS, PROCESSES, shown
from benchmarks.tools import report
from benchmarks.tools.timing import medians, ratio
from benchmarks.workloads.sized import apart

ONE, HUNDRED, THOUSAND, DIGITS = "2-16-16-1, N=1", "N=100", "N=1000", "64-32-10, N=128"
COLUMNS: dict[str, Callable[[], Network]] = {
    ONE: partial(moons_network, 1),
    HUNDRED: moons_network,
    THOUSAND: partial(moons_network, 1000),
    DIGITS: digits_network,
}

STUDY = {LIMIT: {HUNDRED: 3.73e-6, THOUSAND: 37e-6}, SHORT_LIMIT: {HUNDRED: 2.06e-6, THOUSAND: 20.5e-6}}
"""What fused C took in a study on one core of an AMD Zen 4: stands in the table where there is no compiler."""

BURTORCH, BURTORCH_OVER_LIMIT = "BurTorch, full step", 90.0 / 3.73
"""BurTorch is a C++ library and in no package index; the study measured it beside fused C."""

TARGETS = {
    (FAST, LIMIT): {ONE: 3.5 / 3.73, HUNDRED: 10.5 / 3.73, THOUSAND: 90.0 / 37.0},
    (OWN_CODE, LIMIT): {HUNDRED: 7.0 / 3.73, THOUSAND: 50.0 / 37.0},
    (FAST, HAND): {HUNDRED: 0.35, DIGITS: 0.85},
    (FAST + READING, HAND): {HUNDRED: 0.35, DIGITS: 0.7},
    (FAST, TORCH): {HUNDRED: 0.12, DIGITS: 0.4},
    (OURS, HAND): {HUNDRED: 0.75, DIGITS: 1.0},
    (OURS + READING, HAND): {HUNDRED: 0.6, DIGITS: 1.0},
    (OURS, TORCH): {HUNDRED: 0.3, DIGITS: 0.5},
    (STEP, BURTORCH): {HUNDRED: 1.0 / 6.0},
}
"""What ours should take at most, over a peer."""

Seconds = dict[str, dict[str, list[float]]]
"""By column, by way: one number a turn."""


def seconds_here(turns: int) -> Seconds:
    """Times of every way to run every network, all of them by turns."""
    functions = {f"{column}: {way}": f for column, make in COLUMNS.items() for way, f in ways(make()).items()}
    times: Seconds = {column: {} for column in COLUMNS}
    for name, found in medians(functions, turns).items():
        column, _, way = name.partition(": ")
        rounds = ROUNDS if way in (LIMIT, SHORT_LIMIT) else 1
        times[column][way] = [time / rounds for time in found]
    return times


def seconds(turns: int) -> Seconds:
    """The same from several processes.

    Where its arrays happen to lie makes the same function up to twice as slow for the whole life of a process.
    """
    lives = [apart(seconds_here, -(-turns // PROCESSES)) for _ in range(PROCESSES)]
    return {
        column: {way: [time for life in lives for time in life[column][way]] for way in found}
        for column, found in lives[0].items()
    }


def tables(turns: int) -> list[str]:
    """Both tables: what each way takes, and ours over the peers."""
    times = seconds(turns)
    there = {way for found in times.values() for way in found}
    order = [LIMIT, SHORT_LIMIT, HAND, TORCH, JAX, OURS, OURS + READING, FAST, FAST + READING, OWN_CODE, STEP]
    rows = [[way, *(_microseconds(times[column].get(way)) for column in COLUMNS)] for way in order if way in there]
    for way, known in STUDY.items():
        if way not in there:  # no compiler
            rows.append([f"{way} (study)", *(_microseconds([known[c]] if c in known else None) for c in COLUMNS)])
    header = [cell for column in COLUMNS for cell in (column, report.TARGET)]
    ratios = [
        [f"{ours}, over {peer}", *(cell for column in COLUMNS for cell in _compared(times, column, ours, peer))]
        for ours, peer in TARGETS
        if ours in there and (peer in there or (peer == BURTORCH and LIMIT in there))
    ]
    return [report.table(["µs", *COLUMNS], rows), report.table(["ratio", *header], ratios)]


def _microseconds(times: list[float] | None) -> str:
    return "–" if times is None else shown(statistics.median(times) * MICROSECONDS)


def _compared(times: Seconds, column: str, ours: str, peer: str) -> tuple[str, str]:
    """The ratio and what it should be at most.

    A single example takes C a quarter of a microsecond: what it is compared with is a hundred of them.
    """
    theirs = times[HUNDRED if (column, peer) == (ONE, LIMIT) else column]
    against = LIMIT if peer == BURTORCH else peer
    if against not in theirs or (peer == BURTORCH and column != HUNDRED):
        return "–", "–"
    found = ratio({ours: times[column][ours], against: theirs[against]}, ours, against)
    most = TARGETS[ours, peer].get(column)
    found /= BURTORCH_OVER_LIMIT if peer == BURTORCH else 1.0
    return f"**{found:.2f}**", "–" if most is None else f"≤ {most:.2f}"
