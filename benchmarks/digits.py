"""With this module one can train a network on handwritten digits with `fit` and with scikit-learn, side by side.

python -m benchmarks.digits
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks import parts
from benchmarks.tools import report
from tinygrad_edu import accuracy, fit
from tinygrad_edu.nn import MLP, cross_entropy
from tinygrad_edu.optim import Adam
from tinygrad_edu.training.engines import open_engine

HIDDEN, EPOCHS, RATE = 32, 30, 0.001
BATCH_SIZES = (16, 32, 128)
PEER = "scikit-learn"


class Run(NamedTuple):
    """What one training took and came to."""

    seconds: float
    compiling: float
    share_right: float


class Split(NamedTuple):
    """Examples to learn from and examples kept: features from 0 to 1, and classes."""

    X: Any
    y: Any
    kept_X: Any
    kept_y: Any


def split(seed: int) -> Split:
    """The 1,797 digits in another order for each seed, a fifth of them kept."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(X))
    kept, learnt = order[: len(X) // 5], order[len(X) // 5 :]
    return Split(X[learnt] / 16.0, y[learnt], X[kept] / 16.0, y[kept])


def network(seed: int, scaled: bool = True) -> MLP:
    """64 inputs, 32 hidden units, 10 outputs; weights drawn as scikit-learn draws them, or as `MLP` does."""
    model = MLP(64, [HIDDEN, 10], seed=seed)
    for layer in model.layers if scaled else ():
        inputs, outputs = len(layer.neurons[0].w), len(layer.neurons)
        for p in layer.parameters():  # from -1..1 to the range of Glorot and Bengio
            p.data *= (6.0 / (inputs + outputs)) ** 0.5
    return model


def ours(engine: str, batch_size: int, seed: int, scaled: bool = True) -> Run:
    """Train with `fit`; the time to compile is part of the seconds."""
    data, model = split(seed), network(seed, scaled)
    start = time.perf_counter()
    fit(
        model, (data.X, data.y), lr=RATE, epochs=EPOCHS, batch_size=batch_size, validation=None, seed=seed,
        progress=False, engine=engine,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    return Run(seconds, compiling(engine, batch_size, seed), accuracy(model, (data.kept_X, data.kept_y)))


def compiling(engine: str, batch_size: int, seed: int) -> float:
    """Seconds to trace, compile and take the first step, less one more step."""
    data, model = split(seed), network(seed)
    start = time.perf_counter()
    runner, _ = open_engine(engine, model, cross_entropy, Adam(model.parameters()), data.X.tolist(), data.y.tolist())
    X, y = runner.prepare(data.X[:batch_size], data.y[:batch_size])
    runner.step(X, y)
    first = time.perf_counter()
    runner.step(X, y)
    return 2.0 * first - start - time.perf_counter()


def theirs(batch_size: int, seed: int) -> Run:
    """Train scikit-learn's network: the same optimiser, rate, batches and epochs, and no penalty on the weights."""
    from sklearn.neural_network import MLPClassifier

    data = split(seed)
    model = MLPClassifier(
        (HIDDEN,), learning_rate_init=RATE, max_iter=EPOCHS, batch_size=batch_size, alpha=0.0, random_state=seed,
        n_iter_no_change=EPOCHS,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that 30 epochs are few
        start = time.perf_counter()
        model.fit(data.X, data.y)
        seconds = time.perf_counter() - start
    return Run(seconds, 0.0, float(model.score(data.kept_X, data.kept_y)))


def rows(batch_size: int, seeds: int) -> list[list[str]]:
    """Times and accuracies at one batch size, over the seeds, each of which is one turn."""
    programs: dict[str, Callable[[int], Run]] = {PEER: partial(theirs, batch_size)}
    for name, engine in report.back_ends().items():
        programs[f"fit, {name}"] = partial(ours, engine, batch_size)
        ours(engine, 128, 0)  # what is loaded once for all is loaded now
    runs: dict[str, list[Run]] = {name: [] for name in programs}
    for seed in range(seeds):
        for name, program in programs.items():
            runs[name].append(program(seed))
    right = {name: 100.0 * statistics.mean(run.share_right for run in found) for name, found in runs.items()}
    made = []
    for name, found in runs.items():
        pairs = list(zip(found, runs[PEER], strict=True))
        if name == PEER:
            continue
        seconds = [statistics.median(run.seconds for run in side) for side in (runs[PEER], found)]
        whole = statistics.median(run.seconds / peer.seconds for run, peer in pairs)
        after = statistics.median((run.seconds - run.compiling) / peer.seconds for run, peer in pairs)
        cells = [*seconds, statistics.median(run.compiling for run in found)]
        behind = max(0.0, right[PEER] - right[name])
        made.append(
            [str(batch_size), name, *(f"{cell:.2f}" for cell in cells), f"**{whole:.2f}**", "≤ 0.8", f"{after:.2f}",
             f"{right[PEER]:.1f}", f"{right[name]:.1f}", f"**{behind:.1f}**", "≤ 1"]
        )  # fmt: skip
    return made


def measure(seeds: int) -> str:
    """All measurements, as the text of one part of the results."""
    if not report.installed("sklearn"):
        return report.NOT_INSTALLED.replace("not installed", "scikit-learn is not installed")
    own = [statistics.mean(ours("numpy", size, seed, False).share_right for seed in range(seeds)) for size in (16, 128)]
    return "\n\n".join(
        [
            f"{report.versions('tinygrad-edu', 'numpy', 'numba', 'scikit-learn')}. The 1,797 digits of scikit-learn, a "
            f"fifth of them kept out; network 64-{HIDDEN}-10, cross-entropy, Adam at {RATE}, {EPOCHS} epochs, one BLAS "
            f"thread. Medians of seconds on the wall over seeds 0 to {seeds - 1}, each of which is a turn of all "
            "programs; the seconds of `fit` include the compiling, and what comes after that alone is compared too. "
            "Accuracy is the mean on the digits kept out. Both sides draw weights in the range of Glorot and Bengio; "
            "with weights from −1 to 1, as `MLP` draws them, `fit` comes to "
            f"{100 * own[0]:.1f} % at batch size 16 and {100 * own[1]:.1f} % at 128. "
            "Why 128 is the hardest: there are only 360 steps, in which the time to compile does not pay.",
            report.table(
                ["batch size", "trained by", f"{PEER}, s", "ours, s", "of it compiling", f"over {PEER}", report.TARGET,
                 "after compiling", f"{PEER}, %", "ours, %", "behind, points", report.TARGET],
                [row for size in BATCH_SIZES for row in rows(size, seeds)],
            ),
        ]
    )  # fmt: skip


if __name__ == "__main__":
    parts.run("digits", measure)
