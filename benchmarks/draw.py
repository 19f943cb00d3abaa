"""With this module one can time drawings and weigh players: ``python -m benchmarks.draw``."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import tinygrad_edu as tg
from benchmarks import parts
from benchmarks.tools import report
from tinygrad_edu import Value


def neuron() -> Value:
    """The example of the first pages: tanh(w·x + b)."""
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-1.5, "b")
    y: Value = tg.tanh(w * x + b)
    return y


def random_graph(nodes: int) -> Value:
    """A graph without scopes in which each node reads two of the twelve before it."""
    chance = random.Random(0)
    open_ends = [Value(chance.uniform(-1, 1), f"x{i}") for i in range(12)]
    made = list(open_ends)
    while len(made) < nodes - 1:
        a = open_ends.pop(0)  # each node is read at least once, so that none is left out
        b = chance.choice(made[-12:])
        made.append(chance.choice((tg.atan2, tg.minimum, tg.hypot))(a, b))
        open_ends.append(made[-1])
    total: Value = tg.sum(open_ends)
    return total


def network(sizes: list[int], examples: int = 1) -> Value:
    """The loss of a network whose neurons add up their products one by one, as in the classic scalar programs."""
    chance = random.Random(0)
    weights = [
        [[Value(chance.uniform(-1, 1)) for _ in range(width_in + 1)] for _ in range(width)]
        for width_in, width in pairwise(sizes)
    ]
    loss = Value(0.0)
    for _ in range(examples):
        with tg.scope("network"):
            values = [Value(chance.uniform(-1, 1), f"x{i}") for i in range(sizes[0])]
            for depth, layer in enumerate(weights):
                with tg.scope(f"layer {depth}"):
                    made = []
                    for place, (bias, *row) in enumerate(layer):
                        with tg.scope(f"neuron {place}"):
                            total = bias
                            for w, value in zip(row, values, strict=True):
                                total = total + w * value
                            made.append(tg.tanh(total))
                values = made
        loss = loss + (values[0] - 1.0) ** 2
    return loss


def picture(y: Value) -> str:
    """The SVG of a drawing that is made anew."""
    return tg.draw(y).svg


def page(y: Value, most: int) -> str:
    """The page of a player that is made anew, with at most so many nodes drawn."""
    return tg.play(y, max_nodes=most).page


def seconds(action: Callable[[], object], repeats: int) -> float:
    """Median of the wall times of several runs, after one that does not count."""
    action()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure(repeats: int) -> str:
    """All measurements, as the text of one part of the results."""
    pictures, players = [], []
    for name, y, target in (
        ("random graph without scopes", random_graph(150), "< 0.5 s"),
        ("loss of a network 20-40-20-1", network([20, 40, 20, 1]), "< 5 s"),
        ("the same, 2-8-1, on 100 examples", network([2, 8, 1], 100), "–"),
    ):
        y.backward()
        drawn = len(tg.draw(y).records.nodes)
        taken = seconds(partial(picture, y), repeats)
        pictures.append([name, f"{len(tg.topological_order(y)):,}", str(drawn), f"**{taken:.2f}**", target])
    for name, y, most, target in (
        ("tanh(w·x + b)", neuron(), 150, "< 150 kB"),
        ("random graph", random_graph(400), 400, "< 1,000 kB"),
        ("loss of a network 20-40-20-1, with its folded scopes", network([20, 40, 20, 1]), 150, "–"),
    ):
        size = len(page(y, most).encode())
        drawn = len(tg.draw(y, max_nodes=most).records.nodes)
        taken = seconds(partial(page, y, most), repeats)
        players.append([name, str(drawn), f"{taken:.2f}", f"**{size / 1000:,.0f}**", target])
    return "\n\n".join(
        [
            f"Wall times, medians of {repeats} runs after one that does not count; a drawing is made anew each time, "
            "records and layout included.",
            report.table(["picture", "nodes", "drawn", "SVG, s", report.TARGET], pictures),
            report.table(["player", "drawn", "made in, s", "page, kB", report.TARGET], players),
        ]
    )


if __name__ == "__main__":
    parts.run("draw", measure)
