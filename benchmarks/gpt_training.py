"""With this module one can train the tiny GPT of `benchmarks.workloads.scalar_gpt` for a thousand steps, compiled.

    python -m benchmarks.gpt_training

It is written number by number, as the microgpt script is, and compiled once for names of any length: positions after
the end of a name weigh nothing in the loss, and none before sees them.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import tinygrad_edu as tg
from benchmarks import parts
from benchmarks.tools import report
from benchmarks.tools.timing import medians
from benchmarks.workloads.scalar_gpt import (
    END,
    FIRST_LOSSES,
    FIRST_NAMES,
    LETTERS,
    POSITIONS,
    Matrix,
    ScalarGPT,
    Vector,
)
from tinygrad_edu import Value, nn, optim

STEPS, RATE, BETAS = 1000, 0.01, (0.85, 0.99)
KINDS = ((1, "float64"), (16, "float64"), (16, "float32"))
MOST = {
    ("numba", 1, "float64"): (75, 90),
    ("numba", 16, "float64"): (None, 450),
    ("numba", 16, "float32"): (None, 300),
}
"""How many microseconds value and gradient may take, and a full step, by back end, names in a batch and type."""

TURNS = 11
NAMES = 200
LAST = 100
"""Steps at both ends whose mean loss is reported."""

Array = Any


class MaskedGPT(ScalarGPT):
    """The network, with the tokens of a name as rows of a table that has a 1 in the column of each token."""

    def __init__(self) -> None:
        super().__init__(Value, total=tg.sum, inner=tg.dot, softmax=tg.softmax)

    def masked_loss(self, tokens: Matrix, targets: Matrix, weights: Vector) -> Any:
        """The surprise at each position, as often as it weighs."""
        columns = list(zip(*self.tokens, strict=True))
        keys: Matrix = []
        values: Matrix = []
        surprises = []
        for token, position, target in zip(tokens, self.positions, targets, strict=True):
            embedding = [tg.dot(token, column) + p for column, p in zip(columns, position, strict=True)]
            surprises.append(nn.cross_entropy(self.following(embedding, keys, values), target))
        return tg.dot(weights, surprises)


def names(count: int = NAMES, seed: int = 0) -> list[str]:
    """Invented names of two to four syllables, all different."""
    draws = random.Random(seed)
    starts, vowels, ends = ["", *"bdgjklmnrstvz", "br", "sh", "th"], "aeiou", ["", "", "", *"lnrs"]
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = range(draws.choice((2, 2, 3, 3, 4)))
        name = "".join(draws.choice(starts) + draws.choice(vowels) for _ in syllables) + draws.choice(ends)
        found[name[: POSITIONS - 1]] = None
    return list(found)


def encoded(name: str) -> tuple[Array, Array, Array]:
    """A name as a batch of one: tokens, the tokens to come, and one over its length for every position in it."""
    tokens = [END, *map(LETTERS.index, name), *[END] * (POSITIONS - len(name))]
    table = np.eye(len(LETTERS) + 1)[tokens]
    length = min(POSITIONS, len(name) + 1)
    return table[None, :-1], table[None, 1:], (np.arange(POSITIONS) < length)[None] / length


class Training(NamedTuple):
    """What a training came to."""

    losses: list[float]
    compiling: float
    computing: float


def train(backend: str, examples: Sequence[str], steps: int) -> Training:
    """Train a fresh network, one name a step, by Adam with a rate that falls to zero over `STEPS` steps."""
    network = MaskedGPT()
    rule = optim.Adam(network.parameters(), lr=RATE, betas=BETAS)
    compiled = tg.compile(network.masked_loss, rule.params, backend)
    start = time.perf_counter()
    compiled.value_and_grad(*encoded(examples[0]))
    compiling = time.perf_counter() - start
    data = np.array([p.data for p in rule.params])
    memory: tuple[Array, ...] = tuple(np.zeros_like(data) for _ in rule.slots)
    losses = []
    start = time.perf_counter()
    for step in range(steps):
        loss, gradient = compiled.value_and_grad(*encoded(examples[step % len(examples)]), at=data)
        rule.lr = RATE * (1.0 - step / STEPS)
        data, memory = rule.step_on_arrays(data, gradient, memory, step + 1, backend)
        losses.append(loss)
    return Training(losses, compiling, time.perf_counter() - start)


def row(title: str, backend: str, repeats: int) -> list[str]:
    """The quickest of some trainings, after three steps that show that this is the script's network."""
    first = train(backend, FIRST_NAMES, len(FIRST_NAMES)).losses
    if not np.allclose(first, FIRST_LOSSES, rtol=0.0, atol=5.1e-5):
        raise AssertionError(f"{title} starts with losses {first}, the script with {FIRST_LOSSES}")
    full = min((train(backend, names(), STEPS) for _ in range(repeats)), key=lambda training: training.computing)
    start, end = (statistics.mean(part) for part in (full.losses[:LAST], full.losses[-LAST:]))
    return [title, f"{full.compiling:.1f}", f"**{full.computing:.2f}**", "< 10 s", f"{start:.3f}", f"{end:.3f}"]


def step_rows(title: str, backend: str, turns: int) -> list[list[str]]:
    """Microseconds of value and gradient, and of a full step with Adam, for batches of one length."""
    rows = []
    for batch, dtype in KINDS:
        rule = optim.Adam((network := MaskedGPT()).parameters(), lr=RATE, betas=BETAS)
        compiled = tg.compile(network.masked_loss, rule.params, backend, dtype=dtype)
        data = np.array([p.data for p in rule.params], dtype)
        memory: tuple[Array, ...] = tuple(np.zeros_like(data) for _ in rule.slots)
        examples = [np.repeat(array, batch, axis=0) for array in encoded(FIRST_NAMES[0])]
        gradient = partial(compiled.value_and_grad, *examples, at=data)
        update = partial(rule.step_on_arrays, data, memory=memory, t=1, backend=backend)

        def step(gradient: Any = gradient, update: Any = update) -> None:
            update(grad=gradient()[1])

        runs: dict[str, Callable[[], Any]] = {"gradient": gradient, "step": step}
        seconds = medians(runs, turns)
        cells = [title, f"{batch}", dtype]
        for name, most in zip(runs, MOST.get((backend, batch, dtype), (None, None)), strict=True):
            cells += [f"**{statistics.median(seconds[name]) * 1e6:.0f}**", "–" if most is None else f"≤ {most}"]
        rows.append(cells)
    return rows


def measure(repeats: int) -> str:
    """All measurements, as the text of one part of the results."""
    back_ends = report.back_ends()
    if "numba" in back_ends:
        tg.compile(lambda x: x * x, backend="numba")([1.0])  # its machine is loaded once for all
    rows = [row(title, backend, repeats) for title, backend in back_ends.items()]
    steps = [line for title, backend in back_ends.items() for line in step_rows(title, backend, TURNS)]
    return "\n\n".join(
        [
            f"{report.versions('tinygrad-edu', 'numpy', 'numba')}. {STEPS:,} steps of Adam, one name each, on {NAMES} "
            f"invented names; context {POSITIONS}, 4,192 parameters, one BLAS thread. The first three losses on the "
            "script's own names were checked to be the script's. Seconds on the wall, of the quickest of "
            f"{repeats} trainings; the loss is the mean over the first and the last {LAST} steps.",
            report.table(
                ["back end", "compiling, s", "computing, s", report.TARGET, "loss at the start", "at the end"], rows
            ),
            f"A step alone, of names padded to {POSITIONS}; medians of processor time over {TURNS} turns. The C "
            "program EEmicroGPT, vectorised by hand in float32, took a study 18 µs for one name and 230 for 16.",
            report.table(
                ["back end", "names", "type", "value and gradient, µs", report.TARGET, "with Adam, µs", report.TARGET],
                steps,
            ),
        ]
    )


if __name__ == "__main__":
    parts.run("gpt_training", measure)
