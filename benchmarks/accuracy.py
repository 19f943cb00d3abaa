"""With this module one can measure how well each data set is learned: ``python -m benchmarks.accuracy``."""

from __future__ import annotations

from benchmarks import parts
from benchmarks.tools import report
from tinygrad_edu import accuracy, data, fit
from tinygrad_edu.cli.tasks import EPOCHS, HIDDEN, USUAL_HIDDEN, prepare


def shares(name: str, seeds: int, epochs: int = EPOCHS) -> list[float]:
    """The accuracy on the fifth of the examples kept out of training, for each seed."""
    found = []
    for seed in range(seeds):
        task = prepare(name, seed=seed)
        fit(task.model, task.learnt, epochs=epochs, seed=seed, progress=False)
        found.append(accuracy(task.model, task.kept))
    return found


def row(name: str, seeds: int, epochs: int = EPOCHS) -> list[str]:
    """What one data set comes to."""
    found = shares(name, seeds, epochs)
    hidden = ", ".join(map(str, HIDDEN.get(name, USUAL_HIDDEN)))
    mean, worst = (f"{100 * share:.1f} %" for share in (sum(found) / len(found), min(found)))
    return [name, str(len(data.load(name))), hidden, mean, worst]


def measure(seeds: int) -> str:
    """All measurements, as the text of one part of the results."""
    return (
        "Accuracy on the fifth of the examples kept out of training, with the settings of `tinygrad-edu train`, "
        f"seeds 0 to {seeds - 1}.\n\n"
        + report.table(
            ["data set", "examples", "hidden layers", "mean", "worst"], [row(name, seeds) for name in data.NAMES]
        )
    )


if __name__ == "__main__":
    parts.run("accuracy", measure)
