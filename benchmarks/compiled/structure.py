"""With this module one can see what the compiler makes of functions, and how long it takes to."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

import tinygrad_edu as tg
from benchmarks.compiled.dags import random_dag
from benchmarks.compiled.gpt import gpt
from benchmarks.compiled.networks import NETWORKS
from benchmarks.compiled.rows import MICROSECONDS, Function
from tinygrad_edu import nn

STEPS = 4096
"""How many a recurrence has whose compiling is timed."""


def scalar_nodes(graph: tg.Graph) -> int:
    """Count the nodes of a graph and what it captures, a sum of n terms as the n − 1 additions that it is."""
    nodes = [len(line.parents) - 1 if line.op.role in ("dot", "sum") else 1 for line in graph.equations]
    return len(graph.inputs) + len(graph.captured) + sum(nodes)


def term_by_term(model: nn.MLP) -> Callable[[Any], Any]:
    """Write the same network with multiplication and addition alone."""

    def forward(x: Any) -> Any:
        for layer in model.layers:
            sums = [sum((w * xi for w, xi in zip(n.w, x, strict=True)), n.b) for n in layer.neurons]
            x = sums if layer is model.layers[-1] else [z.relu() for z in sums]
        return x if len(x) > 1 else x[0]

    return forward


def rows() -> list[list[str]]:
    """Scalar nodes, array operations, time to compile."""
    made = []
    for title, make_network in NETWORKS.items():
        model, criterion, X, Y, *_ = make_network()
        for style, forward in (("", model), (", product by product", term_by_term(model))):

            def loss(x: Any, t: Any, forward: Any = forward, criterion: Any = criterion) -> Any:
                return criterion(forward(x), t)

            nodes = scalar_nodes(tg.trace(loss, X[0].tolist(), Y[0].tolist()))
            make = partial(tg.compile, loss, model.parameters())
            made.append(_row(title + style, make, (X, Y), nodes, "≤ 22", "≤ 25"))
    transformer, f = gpt()
    make = partial(tg.compile, f, transformer.parameters())
    made.append(_row("scalar GPT, context 16", make, (), scalar_nodes(tg.trace(f)), "≤ 165", "≤ 25"))
    program, values = random_dag(10_000, deep=False)
    f = partial(program, values)
    nodes = scalar_nodes(tg.trace(f))
    made.append(_row("random DAG of 10,000 operations", partial(tg.compile, f), (), nodes, "–", "≤ 80"))
    recurrence = nn.Sequential(nn.Recurrent(nn.RNNCell(1, 8, seed=0), last=True), nn.Linear(8, 1, seed=1))
    one, two = (scalar_nodes(tg.trace(recurrence, [[0.5]] * length)) for length in (1, 2))
    nodes = one + (STEPS - 1) * (two - one)
    make = partial(tg.compile, lambda x: tg.square(recurrence(x)[0]), recurrence.parameters())
    X = np.sin(np.arange(STEPS)).reshape(1, STEPS, 1)
    most = f"≤ {0.5 / nodes * MICROSECONDS:.2f}"  # half a second
    made.append(_row(f"recurrence of {STEPS:,} steps, by scan", make, (X,), nodes, "–", most))
    return made


def _row(title: str, make: Function, arrays: Sequence[Any], nodes: int, operations: str, target: str) -> list[str]:
    """Compile several times, small functions more often, and take the median."""
    seconds: list[float] = []
    while len(seconds) < 3 or (sum(seconds) < 0.5 and len(seconds) < 15):
        compiled = make()
        start = time.process_time()
        compiled.value_and_grad(*arrays)
        seconds.append(time.process_time() - start)
    whole = statistics.median(seconds)
    each = whole / nodes * MICROSECONDS
    found = [f"{whole * 1000.0:.1f}", f"**{each:.0f}**" if each > 1.0 else f"**{each:.2f}**"]
    return [title, f"{nodes:,}", f"**{len(compiled.program)}**", operations, *found, target]
