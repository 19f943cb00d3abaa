"""Time drawings and weigh players: python -m benchmarks.draw (--dry prints only)."""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import tinygrad_edu as tg
from benchmarks import report
from tinygrad_edu import Value


def neuron() -> Value:
    """The example of the first pages: tanh(w·x + b)."""
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-1.5, "b")
    return tg.tanh(w * x + b)


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
    return tg.sum(open_ends)


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
    """Draw and play everything, and write a table."""
    lines = [
        f"`python -m benchmarks.draw` on {report.machine()}. Wall times, medians of {repeats} runs after one that does "
        "not count; a drawing is made anew each time, records and layout included.",
        "",
        "| picture | nodes | drawn | SVG, s | target |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    subjects = [
        ("random graph without scopes", random_graph(150), "< 0.5 s"),
        ("loss of a network 20-40-20-1", network([20, 40, 20, 1]), "< 5 s"),
        ("the same, 2-8-1, on 100 examples", network([2, 8, 1], 100), "–"),
    ]
    for name, y, target in subjects:
        y.backward()
        drawn = len(tg.draw(y).records.nodes)
        taken = seconds(lambda y=y: tg.draw(y).svg, repeats)
        lines.append(f"| {name} | {len(tg.topological_order(y)):,} | {drawn} | **{taken:.2f}** | {target} |")
    lines += ["", "| player | drawn | page, kB | made in, s | target |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, y, most, target in (
        ("tanh(w·x + b)", neuron(), 150, "< 150 kB"),
        ("random graph", random_graph(400), 400, "< 1,000 kB"),
        ("loss of a network 20-40-20-1, with its folded scopes", network([20, 40, 20, 1]), 150, "–"),
    ):
        size = len(tg.play(y, max_nodes=most).page.encode())
        drawn = len(tg.draw(y, max_nodes=most).records.nodes)
        taken = seconds(lambda y=y, most=most: tg.play(y, max_nodes=most).page, repeats)
        lines.append(f"| {name} | {drawn} | **{size / 1000:,.0f}** | {taken:.2f} | {target} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.draw", description="Time drawings and weigh players.")
    parser.add_argument("--repeats", type=int, default=5, help="runs of which the median counts")
    parser.add_argument("--dry", action="store_true", help="print only; leave benchmarks/RESULTS.md as it is")
    options = parser.parse_args(arguments)
    if options.repeats < 1:
        parser.error(f"--repeats takes a number of runs, at least 1; got {options.repeats}")
    body = measure(options.repeats)
    print(body)
    if not options.dry:
        report.write_section("Drawings and players", body)


if __name__ == "__main__":
    main()
