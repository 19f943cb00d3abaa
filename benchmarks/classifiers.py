"""With this module one can train small classifiers on seven data sets, and scikit-learn's beside them.

python -m benchmarks.classifiers
"""

from __future__ import annotations

import statistics
import time
import warnings
from typing import Any, NamedTuple

import numpy as np

from benchmarks import parts
from benchmarks.tools import report
from tinygrad_edu import data

BATCH_SIZES = (16, 32, 128)
PEER = "scikit-learn"


class Task(NamedTuple):
    """What is learnt, by which network, how long and how fast."""

    name: str
    hidden: tuple[int, ...]
    epochs: int
    rate: float


TASKS = (
    Task("moons", (16, 16), 60, 0.01),
    Task("circles", (16, 16), 60, 0.01),
    Task("spirals", (16, 16), 200, 0.01),
    Task("iris", (8,), 60, 0.01),
    Task("wine", (8,), 60, 0.01),
    Task("breast_cancer", (16,), 60, 0.01),
    Task("digits", (32,), 30, 0.002),
)


class Run(NamedTuple):
    """What one training took on the wall, and the share it had right of the examples kept out."""

    seconds: float
    share_right: float


def examples(name: str, seed: int) -> tuple[Any, Any]:
    """All examples, their features at mean 0 and deviation 1; those that are generated, by the seed."""
    if name in ("moons", "circles", "spirals"):
        made = data.load(name, seed=seed)
        X, y = np.array(made.X), np.array(made.y)
    else:
        from sklearn import datasets

        X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    deviation = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(deviation > 0.0, deviation, 1.0), y


def trained(estimator: Any, task: Task, batch_size: int, seed: int) -> Run:
    """Train an estimator on four fifths, and test it on the last one."""
    from sklearn.model_selection import train_test_split

    X, y = examples(task.name, seed)
    learnt_X, kept_X, learnt_y, kept_y = train_test_split(X, y, test_size=0.2, random_state=seed, stratify=y)
    model = estimator(
        task.hidden, alpha=0.0, batch_size=batch_size, learning_rate_init=task.rate, max_iter=task.epochs,
        n_iter_no_change=task.epochs, random_state=seed,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that these epochs are few, or a batch large
        start = time.perf_counter()
        model.fit(learnt_X, learnt_y)
        seconds = time.perf_counter() - start
    return Run(seconds, float(model.score(kept_X, kept_y)))


class Compared(NamedTuple):
    """Ours over theirs in seconds, and the shares that both have right, in percent."""

    ratio: float
    ours: float
    theirs: float


def compared(task: Task, batch_size: int, seeds: int) -> Compared:
    """What one data set comes to at one batch size."""
    from sklearn.neural_network import MLPClassifier as Theirs

    from tinygrad_edu.sklearn import MLPClassifier as Ours

    runs = [(trained(Ours, task, batch_size, seed), trained(Theirs, task, batch_size, seed)) for seed in range(seeds)]
    ratio = statistics.median(our.seconds / their.seconds for our, their in runs)
    ours, theirs = (100.0 * statistics.mean(pair[side].share_right for pair in runs) for side in (0, 1))
    return Compared(ratio, ours, theirs)


def row(task: Task, seeds: int) -> list[str]:
    """The ratios at each batch size; of all sizes the least accuracy of ours, and the most that it is behind."""
    found = {size: compared(task, size, seeds) for size in BATCH_SIZES}
    ratios = [cell for size in BATCH_SIZES for cell in (f"**{found[size].ratio:.2f}**", "≤ 1")]
    small = min(one.ours for size, one in found.items() if size < 128)
    behind = max(0.0, *(one.theirs - one.ours for one in found.values()))
    return [
        task.name, "-".join(map(str, task.hidden)), str(task.epochs), *ratios, f"**{small:.1f}**",
        "≥ 96" if task.name == "digits" else "–", f"{found[128].ours:.1f}", f"**{behind:.1f}**", "≤ 1",
    ]  # fmt: skip


def measure(seeds: int) -> str:
    """All measurements, as the text of one part of the results."""
    if not report.installed("sklearn"):
        return report.NOT_INSTALLED.replace("not installed", "scikit-learn is not installed")
    from sklearn.neural_network import MLPClassifier as Theirs

    from tinygrad_edu.sklearn import MLPClassifier as Ours

    for estimator in (Ours, Theirs):
        trained(estimator, TASKS[0]._replace(epochs=1), 16, 0)  # what is loaded once for all is loaded now
    return "\n\n".join(
        [
            f"{report.versions('tinygrad-edu', 'numpy', 'scikit-learn')}. `tinygrad_edu.sklearn.MLPClassifier` and "
            "scikit-learn's, with the same layers, activation (relu), batches, epochs, Adam and learning rate, and no "
            f"penalty; seeds 0 to {seeds - 1} of the weights, the fifth of the examples that is kept out, and the "
            "generated data, each of which is a turn of both. Compared are seconds on the wall, with reading and "
            f"compiling: ours over {PEER}'s, the median within a turn. Accuracy is the mean on the examples kept out; "
            "how far it is behind, at the worst of the batch sizes.",
            report.table(
                ["data set", "hidden", "epochs",
                 *(cell for size in BATCH_SIZES for cell in (f"seconds at batch size {size}", report.TARGET)),
                 "accuracy at 16 and 32, %", report.TARGET, "at 128, %", "behind, points", report.TARGET],
                [row(task, seeds) for task in TASKS],
            ),
        ]
    )  # fmt: skip


if __name__ == "__main__":
    parts.run("classifiers", measure)
