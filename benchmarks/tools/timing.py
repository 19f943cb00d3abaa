"""With this module one can time programs against each other so that noise of the machine hits all of them alike."""

from __future__ import annotations

import gc
import math
import multiprocessing
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol

ON, CLEANED, OFF = "on", "on, cleaned", "off"
COLLECTOR = (ON, CLEANED, OFF)
"""As programs run; on, with the heap cleaned before each round, off the clock; off, and cleaned likewise."""


TURN = 0.5
"""Seconds that a turn of a quick program lasts."""

LIVES = 5
"""Processes that each program has, one after another."""


class Program(Protocol):
    """Something to time: each call does one round of work; the numbers it computed show that it did the same."""

    losses: list[float]

    def __call__(self) -> float: ...


Programs = Mapping[str, tuple[Callable[..., Program], tuple[Any, ...]]]
"""By name: what makes a program, and the arguments for that."""


@dataclass(frozen=True)
class Timing:
    """Seconds of processor time of the rounds of one program, turn by turn, and the losses of all its steps."""

    turns: tuple[tuple[float, ...], ...]
    losses: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median over all rounds."""
        return statistics.median(seconds for turn in self.turns for seconds in turn)

    def times_faster_than(self, other: Timing) -> float:
        """How many times the other takes as long: the median over turns of the ratio within a turn.

        What disturbs the machine lasts longer than a turn, so it hits both and drops out of the ratio.
        """
        pairs = zip(self.turns, other.turns, strict=True)
        return statistics.median(statistics.median(theirs) / statistics.median(ours) for ours, theirs in pairs)


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


def interleaved(programs: Programs, repeats: int, collector: str, lasting: float = TURN) -> dict[str, Timing]:
    """Give each program a turn, over and over, and keep the times of its rounds in all turns but the first of a life.

    A turn is one round, or as many as fit into `lasting` seconds, so that quick programs are measured as long as
    slow ones wait. Each program lives in a process of its own, so that none pays for the memory of another, and has
    several lives, for where its memory happens to lie makes a process quick or slow for good. Only one of them runs at
    a time. What counts is processor time, so that other work on the machine disturbs little.

    Parameters
    ----------
    programs
        By name: what makes the program in its process, and the arguments for that. Both must be picklable.
    repeats
        How many turns of each to keep, at least.
    collector
        What Python's garbage collector does, one of `COLLECTOR`.
    lasting
        Seconds that a turn of a quick program lasts.

    Returns
    -------
    dict
        By name: times and losses.
    """
    count = min(LIVES, repeats)
    lives = [_life(programs, -(-repeats // count), collector, lasting) for _ in range(count)]
    return {
        name: Timing(tuple(turn for life in lives for turn in life[name].turns), lives[0][name].losses)
        for name in programs
    }


def _life(programs: Programs, repeats: int, collector: str, lasting: float) -> dict[str, Timing]:
    """Start all programs, and let them take turns."""
    context = multiprocessing.get_context("spawn")
    workers = {}
    try:
        for name, (factory, arguments) in programs.items():
            ours, theirs = context.Pipe()
            asked = (theirs, factory, arguments, collector, lasting)
            process = context.Process(target=_serve, args=asked, daemon=True)
            process.start()
            theirs.close()
            workers[name] = process, ours
        turns: dict[str, list[tuple[float, ...]]] = {name: [] for name in programs}
        losses: dict[str, list[float]] = {}
        for turn in range(repeats + 1):
            for name, (_, connection) in workers.items():
                connection.send(True)
                elapsed, losses[name] = connection.recv()
                if turn > 0:
                    turns[name].append(elapsed)
        for _, connection in workers.values():
            connection.send(False)
        for process, _ in workers.values():
            process.join()
    finally:
        for process, _ in workers.values():
            process.terminate()
    return {name: Timing(tuple(turns[name]), tuple(losses[name])) for name in programs}


def _serve(
    connection: Connection,
    factory: Callable[..., Program],
    arguments: tuple[Any, ...],
    collector: str,
    lasting: float,
) -> None:
    """Take a turn whenever asked, and answer with the times of its rounds and all losses so far."""
    program = factory(*arguments)
    if collector == OFF:
        gc.disable()
    while connection.recv():
        elapsed: list[float] = []
        while sum(elapsed) < lasting:
            if collector != ON:
                gc.collect()
            start = time.process_time()
            program()
            elapsed.append(time.process_time() - start)
        connection.send((tuple(elapsed), program.losses))


def medians(functions: Mapping[str, Callable[[], Any]], turns: int, lasting: float = 0.01) -> dict[str, list[float]]:
    """Seconds of processor time per call, one number a turn; every turn calls every function for `lasting` seconds.

    For functions that may share a process; `interleaved` gives each program its own.
    """
    calls = {}
    for name, function in functions.items():
        function()
        start = time.perf_counter()
        function()
        calls[name] = max(1, int(lasting / max(time.perf_counter() - start, 1e-7)))
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(turns):
        for name, function in functions.items():
            start = time.process_time()
            for _ in range(calls[name]):
                function()
            seconds[name].append((time.process_time() - start) / calls[name])
    return seconds


def ratio(seconds: Mapping[str, Sequence[float]], name: str, to: str) -> float:
    """Median over the turns of the ratio within a turn."""
    return statistics.median(a / b for a, b in zip(seconds[name], seconds[to], strict=True))
