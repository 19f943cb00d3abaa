"""With this module one can time the compiled scalar GPT against our eager Values and the microgpt script's."""

from __future__ import annotations

import math
import statistics
from itertools import chain

import numpy as np

import tinygrad_edu as tg
from benchmarks.compiled.rows import FAST, MICROSECONDS, OURS, PROCESSES, Function, back_ends
from benchmarks.peers.micrograd_and_microgpt import ScriptValue
from benchmarks.tools.timing import medians
from benchmarks.workloads.scalar_gpt import ScalarGPT
from benchmarks.workloads.sized import apart
from tinygrad_edu import Value

EAGER, SCRIPT = "eager Values", "the microgpt script's Values"
TARGETS = {(OURS, EAGER): "≤ 1/2,500", (FAST, EAGER): "≤ 1/4,000"}


def gpt(script: bool = False) -> tuple[ScalarGPT, Function]:
    """The scalar GPT on a name of 15 letters, over our Values or those of the microgpt script."""
    network = ScalarGPT(ScriptValue) if script else ScalarGPT(Value, softmax=tg.softmax)
    return network, lambda: network.loss("abcdefghijklmno")


def eager(script: bool, turns: int) -> tuple[list[float], float, list[float]]:
    """Seconds of the eager engine, or of the microgpt script's, with the loss and the gradient that it found."""
    network, f = gpt(script)
    parameters = network.parameters()

    def swept() -> float:
        for p in parameters:
            p.grad = 0.0
        loss = f()
        loss.backward()
        return float(loss.data)

    return medians({"": swept}, turns)[""], swept(), [p.grad for p in parameters]


def compiled(backend: str, turns: int) -> tuple[list[float], float, list[float]]:
    """The same of the compiled function."""
    network, f = gpt()
    function = tg.compile(f, network.parameters(), backend)
    theta = np.array([p.data for p in function.params])
    value, gradient = function.value_and_grad()
    return medians({"": lambda: function.value_and_grad(at=theta)}, turns)[""], value, gradient.tolist()


def rows(turns: int) -> list[list[str]]:
    """Ours on both back ends over each peer, all in processes of their own."""
    peers = {name: apart(eager, script, turns) for name, script in ((EAGER, False), (SCRIPT, True))}
    made = []
    for ours, backend in back_ends().items():
        runs = [apart(compiled, backend, turns) for _ in range(PROCESSES)]
        fast = statistics.median(chain.from_iterable(times for times, _, _ in runs))
        _, value, gradient = runs[0]
        for peer, (times, loss, truth) in peers.items():
            assert math.isclose(loss, value, rel_tol=1e-12)
            assert np.abs(np.subtract(gradient, truth)).max() < 1e-12 * np.abs(truth).max()
            slow = statistics.median(times)
            cells = [f"{slow * MICROSECONDS:,.0f}", f"{fast * MICROSECONDS:.0f}", f"**1/{slow / fast:,.0f}**"]
            made.append(["scalar GPT, context 16", ours, peer, *cells, TARGETS.get((ours, peer), "–")])
    return made
