"""With this module one can run a program of any size in a process of its own, and see what time and memory it takes.

The program is a network of tanh neurons, each of which reads two of the layer before: four nodes a neuron. Deep, it is
eight neurons wide and has as many layers as it takes; wide, it has eight layers.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

import tinygrad_edu as tg
from tinygrad_edu import Value

Answer = TypeVar("Answer")
NODES_PER_NEURON = 4
NARROW = 8
DEEP, WIDE = "deep", "wide"
LASTING = 0.3
"""Seconds for which a small program is repeated."""


class Network:
    """The program, with about so many nodes; call it for the sum of its last layer."""

    def __init__(self, nodes: int, shape: str) -> None:
        neurons = nodes / NODES_PER_NEURON
        self.width, self.layers = NARROW, max(1, round(neurons / NARROW))
        if shape == WIDE:
            self.width, self.layers = max(2, round(neurons / NARROW)), NARROW
        self.own, self.other = ([Value(s * math.cos(i)) for i in range(self.width)] for s in (0.6, 0.5))
        self.nodes = self.width * self.layers * NODES_PER_NEURON + 1

    def __call__(self) -> Value:
        values: list[Any] = [0.5] * self.width
        for _ in range(self.layers):
            left = values[-1:] + values[:-1]
            values = [tg.tanh(a * x + b * y) for a, x, b, y in zip(self.own, values, self.other, left, strict=True)]
        total: Value = tg.sum(values)
        return total


def apart(function: Callable[..., Answer], *arguments: Any) -> Answer:
    """The answer of a function of an imported module, not of the program itself, called in a fresh process."""
    imports = f"import json; from {function.__module__} import {function.__name__} as f"
    script = f"{imports}; print(json.dumps(f(*{arguments!r})))"
    command = [sys.executable, "-c", script]
    folder = Path(__file__).parents[2]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    answer: Answer = json.loads(run.stdout.splitlines()[-1])
    return answer


def eager(nodes: int, shape: str, paused: bool) -> dict[str, float]:
    """Nanoseconds per node to build the graph and to sweep it; bytes per node, and in all, at the sweep's peak."""
    Network(1000, shape)().backward()  # methods are generated when they are first called
    network = Network(nodes, shape)
    before = _resident()
    builds: list[float] = []
    sweeps: list[float] = []
    begun = time.perf_counter()
    while not builds or time.perf_counter() - begun < LASTING:
        with tg.collector_paused() if paused else nullcontext():
            start = time.process_time()
            root = network()
            built = time.process_time()
            root.backward()
            swept = time.process_time()
        del root
        builds.append(built - start)
        sweeps.append(swept - built)
    grown = _peak() - before
    scale = 1e9 / network.nodes
    return {
        "nodes": network.nodes,
        "build": statistics.median(builds) * scale,
        "sweep": statistics.median(sweeps) * scale,
        "bytes": grown / network.nodes,
        "peak": _peak(),
    }


def compiled(nodes: int, shape: str, backend: str) -> dict[str, float]:
    """Nanoseconds per node to run value and gradient, microseconds per node to compile them, bytes of workspace."""
    import numpy as np

    network = Network(nodes, shape)
    parameters = network.own + network.other
    warm = Network(100, shape)
    tg.compile(warm, warm.own, backend).value_and_grad()
    before = _resident()
    function = tg.compile(network, parameters, backend)
    theta = np.array([parameter.data for parameter in parameters])
    start = time.process_time()
    value, gradient = function.value_and_grad(at=theta)
    compiling = time.process_time() - start
    peak = _peak()
    root = network()
    root.backward()
    expected = np.array([parameter.grad for parameter in parameters])
    if not math.isclose(value, root.data, rel_tol=1e-10, abs_tol=1e-12):
        raise AssertionError(f"compiled {value!r}, eager {root.data!r}")
    if not np.allclose(gradient, expected, rtol=0.0, atol=1e-10 * np.abs(expected).max()):
        raise AssertionError("the compiled gradient differs from the eager one")
    seconds: list[float] = []
    begun = time.perf_counter()
    while not seconds or time.perf_counter() - begun < LASTING:
        start = time.process_time()
        function.value_and_grad(at=theta)
        seconds.append(time.process_time() - start)
    machine = machine_of(function)
    return {
        "nodes": network.nodes,
        "run": statistics.median(seconds) * 1e9 / network.nodes,
        "compile": compiling * 1e6 / network.nodes,
        "bytes": (machine.unbatched.nbytes + machine.batched.nbytes) / network.nodes,
        "compiling": (peak - before) / network.nodes,
        "operations": len(function.program),
    }


def machine_of(function: Any, wanted: str = "gradient") -> Any:
    """The one machine of a compiled function that was called for one size of batch."""
    (machine,) = [machine for (kind, _), machine in function._latest.runner.machines.items() if kind == wanted]
    return machine


def _peak() -> int:
    """Bytes of memory that this process has held at once."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _resident() -> int:
    """Bytes of memory that this process holds now, where the system says so."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else _peak()
