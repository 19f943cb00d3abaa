"""With this module one can measure how well each data set is learned: ``python -m benchmarks.accuracy``."""

from __future__ import annotations

import sys

from benchmarks import report
from tinygrad_edu import accuracy, data, fit
from tinygrad_edu.report import EPOCHS, HIDDEN, USUAL_HIDDEN, prepare

SEEDS = range(10)


def shares(name: str) -> list[float]:
    """The accuracy on the fifth of the examples kept out of training, for each seed."""
    found = []
    for seed in SEEDS:
        task = prepare(name, seed=seed)
        fit(task.model, task.learnt, epochs=EPOCHS, seed=seed, progress=False)
        found.append(accuracy(task.model, task.kept))
    return found


def main() -> None:
    rows = []
    for name in sys.argv[1:] or data.NAMES:
        found = shares(name)
        hidden = ", ".join(map(str, HIDDEN.get(name, USUAL_HIDDEN)))
        mean, worst = (f"{100 * share:.1f} %" for share in (sum(found) / len(found), min(found)))
        rows.append([name, str(len(data.load(name))), hidden, mean, worst])
        print(*rows[-1], flush=True)
    body = (
        f"`{report.command('benchmarks.accuracy')}` on {report.machine()}.\n\n"
        "Accuracy on the fifth of the examples kept out of training, with the settings of `tinygrad-edu train`, "
        f"seeds {SEEDS[0]} to {SEEDS[-1]}.\n\n"
        + report.table(["data set", "examples", "hidden layers", "mean", "worst"], rows)
    )
    report.write_section("Accuracy", body)


if __name__ == "__main__":
    main()
