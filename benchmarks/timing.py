"""With this module one can time programs against each other so that noise of the machine hits all of them alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds of processor time of every repeat of one program, and the number it returned each time."""

    seconds: tuple[float, ...]
    results: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def interleaved(programs: Mapping[str, Callable[[], float]], repeats: int, collector: bool) -> dict[str, Timing]:
    """Run each program in turn, over and over, and keep the times of every run but the first.

    Processor time of this process is what counts, so other processes disturb little. Before every run the heap is
    cleaned up, off the clock; during it Python's garbage collector is on or off, for all programs alike.

    Parameters
    ----------
    programs
        By name: what to run. Each returns a number, by which one can compare what they computed.
    repeats
        How many runs of each to keep.
    collector
        Whether the garbage collector runs during a measurement.

    Returns
    -------
    dict
        By name: times and results.
    """
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    results: dict[str, list[float]] = {name: [] for name in programs}
    for repeat in range(repeats + 1):
        for name, program in programs.items():
            gc.collect()
            if not collector:
                gc.disable()
            try:
                start = time.process_time()
                result = program()
                elapsed = time.process_time() - start
            finally:
                gc.enable()
            results[name].append(result)
            if repeat > 0:
                seconds[name].append(elapsed)
    return {name: Timing(tuple(seconds[name]), tuple(results[name])) for name in programs}
