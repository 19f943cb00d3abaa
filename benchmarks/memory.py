"""With this module one can measure bytes per node and the time to import: ``python -m benchmarks.memory``."""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from typing import Any

import tinygrad_edu as tg
from benchmarks import parts
from benchmarks.peers.micrograd_and_microgpt import ScriptValue, micrograd_networks
from benchmarks.tools import report

SAMPLES = 3_072


def bytes_per_result(build: Callable[[float], Any]) -> float:
    """Memory that one more call of `build` takes, for its result and all it holds on to.

    Each call gets another number, a float that exists before the measurement. What is there once,
    whatever the number of calls, such as a store of constants, drops out of the difference.
    """
    return (bytes_of_results(build, 2 * SAMPLES) - bytes_of_results(build, SAMPLES)) / SAMPLES


def bytes_of_results(build: Callable[[float], Any], count: int) -> int:
    """Memory taken by `count` calls of `build`."""
    numbers = [0.25 + 0.5 * i / count for i in range(count)]
    results: list[Any] = [None] * count
    build(numbers[0])
    gc.freeze()  # what stands already is not looked through
    gc.collect()  # also empties Python's stores of freed tuples and floats, whose reuse would not be counted
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for i in range(count):
            results[i] = build(numbers[i])
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.unfreeze()
    return after - before


def two_values(value_class: Callable[[float], Any]) -> dict[str, float]:
    """Bytes of one sum and one product of two nodes of a class."""
    a, b = value_class(0.6), value_class(0.7)
    return {"+": bytes_per_result(lambda _: a + b), "×": bytes_per_result(lambda _: a * b)}


def our_binary_operations() -> dict[str, tuple[float, float]]:
    """By name, for every operation of two arguments: bytes with two Values, and with a Value and a plain number.

    The second is the larger of the two orders and includes the node of the constant.
    """
    a, b = tg.Value(0.6), tg.Value(0.7)
    sizes = {}
    for name, op in tg.OPS.items():
        if op.arity == 2:

            def both(_: float, op: Any = op) -> Any:
                return op(a, b)

            def right(number: float, op: Any = op) -> Any:
                return op(a, number)

            def left(number: float, op: Any = op) -> Any:
                return op(number, b)

            sizes[name] = bytes_per_result(both), max(bytes_per_result(right), bytes_per_result(left))
    return sizes


def import_milliseconds(repeats: int = 9) -> float:
    """Median of the processor time that importing the library takes in a fresh process, beyond starting Python.

    The first import, which compiles the sources as an installation does, is left out.
    """
    script = "import time; start = time.process_time(); import tinygrad_edu; print(time.process_time() - start)"
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        times = []
        for _ in range(repeats + 1):
            command = [sys.executable, "-c", script]
            run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
            times.append(float(run.stdout) * 1000.0)
    return statistics.median(times[1:])


def rows() -> list[list[str]]:
    """Bytes per node, ours and the peers'."""
    sizes = our_binary_operations()
    pair = max(sizes, key=lambda name: sizes[name][0])
    mixed = max(sizes, key=lambda name: sizes[name][1])
    made = [
        ["a + b", f"**{sizes['add'][0]:.0f}**", "≤ 250"],
        ["a × b", f"**{sizes['mul'][0]:.0f}**", "≤ 250"],
        [f"costliest of {len(sizes)} binary operations, two Values (`{pair}`)", f"**{sizes[pair][0]:.0f}**", "≤ 320"],
        [f"costliest with a constant, its node included (`{mixed}`)", f"**{sizes[mixed][1]:.0f}**", "≤ 320"],
    ]
    designs = {"the microgpt script's design": ScriptValue}
    if report.installed("micrograd"):
        designs["micrograd"] = micrograd_networks().Value
    else:
        made.append(report.missing("micrograd", 3))
    for peer, design in designs.items():
        made += [[f"{operation} in {peer}", f"{size:.0f}", "–"] for operation, size in two_values(design).items()]
    return made


def measure(repeats: int) -> str:
    """All measurements, as the text of one part of the results."""
    return "\n\n".join(
        [
            "Memory that one more node takes before the sweep, counted exactly by tracemalloc: the difference between "
            f"{2 * SAMPLES:,} and {SAMPLES:,} of them. The sweep adds a float, 24 bytes, for the gradient.",
            report.table(["operation", "bytes", report.TARGET], rows()),
            f"Processor time beyond starting Python, median of {repeats} fresh processes:",
            report.table(
                ["", "ms", report.TARGET],
                [["`import tinygrad_edu`", f"**{import_milliseconds(repeats):.0f}**", "< 60"]],
            ),
        ]
    )


if __name__ == "__main__":
    parts.run("memory", measure)
