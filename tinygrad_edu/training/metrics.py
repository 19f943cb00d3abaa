"""With this module one can say in several ways how good a model's answers are, in the definitions of scikit-learn.

Examples
--------
>>> truth, answers = [0, 0, 1, 1], [0, 1, 1, 1]
>>> METRICS["accuracy"](truth, answers), METRICS["recall"](truth, answers)
(0.75, 1.0)
>>> METRICS["mae"]([1.0, 2.0], [1.5, 2.0])
0.25
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from numbers import Real
from typing import Any, Literal

from ..arguments import unknown
from .examples import Examples

Function = Callable[..., Any]


@dataclass(frozen=True)
class Metric:
    """A measure of answers.

    Attributes
    ----------
    name : str
    function : callable
        ``function(truth, answers)`` of two sequences: classes, or numbers to approximate.
    of : {"classes", "numbers", "anything"}
        What it can be asked about.
    better : {"larger", "smaller"}
    averages : bool
        Whether the function takes `several`: that there are more than two classes, even if no more occur.
    """

    name: str
    function: Function
    of: Literal["classes", "numbers", "anything"]
    better: Literal["larger", "smaller"] = "larger"
    averages: bool = False

    def __call__(self, truth: Sequence[Any], answers: Sequence[Any]) -> float:
        """Measure.

        Raises
        ------
        TypeError
            If a function of the user's gives something else than a number.
        """
        found = self.function(truth, answers)
        if isinstance(found, bool) or not isinstance(found, Real):
            raise TypeError(f"the metric {self.name!r} must give a number, got {found!r:.60}")
        return float(found)


def _counts(truth: Sequence[int], answers: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Count for each class that occurs: named rightly, true, named."""
    right = [t for t, a in zip(truth, answers, strict=True) if t == a]
    return {k: (right.count(k), truth.count(k), answers.count(k)) for k in sorted({*truth, *answers})}


def _accuracy(truth: Sequence[int], answers: Sequence[int]) -> float:
    return sum(t == a for t, a in zip(truth, answers, strict=True)) / len(truth)


def _balanced_accuracy(truth: Sequence[int], answers: Sequence[int]) -> float:
    recalls = [right / true for right, true, _ in _counts(truth, answers).values() if true]
    return math.fsum(recalls) / len(recalls)


def _over_classes(
    of_one: Callable[[int, int, int], float], truth: Sequence[int], answers: Sequence[int], several: bool = False
) -> float:
    """Measure class 1 where there are but two (0 and 1, or -1 and 1); of more the mean over those that occur."""
    counts = _counts(truth, answers)
    if not several and ({*counts} <= {0, 1} or {*counts} <= {-1, 1}):
        return of_one(*counts.get(1, (0, 0, 0)))
    scores = [of_one(*numbers) for numbers in counts.values()]
    return math.fsum(scores) / len(scores)


def _precision(right: int, true: int, named: int) -> float:
    return right / named if named else 0.0


def _recall(right: int, true: int, named: int) -> float:
    return right / true if true else 0.0


def _f1(right: int, true: int, named: int) -> float:
    return 2 * right / (true + named) if true + named else 0.0


def _over_outputs(
    of_one: Callable[[Sequence[float], Sequence[float]], float], truth: Sequence[Any], answers: Sequence[Any]
) -> float:
    """Measure; of several outputs the mean over them."""
    if not isinstance(truth[0], (list, tuple)):
        return of_one(truth, answers)
    pairs = zip(zip(*truth, strict=True), zip(*answers, strict=True), strict=True)
    scores = [of_one(*pair) for pair in pairs]
    return math.fsum(scores) / len(scores)


def _mse(truth: Sequence[float], answers: Sequence[float]) -> float:
    return math.fsum((t - a) * (t - a) for t, a in zip(truth, answers, strict=True)) / len(truth)


def _rmse(truth: Sequence[float], answers: Sequence[float]) -> float:
    return math.sqrt(_mse(truth, answers))


def _mae(truth: Sequence[float], answers: Sequence[float]) -> float:
    return math.fsum(abs(t - a) for t, a in zip(truth, answers, strict=True)) / len(truth)


def _r2(truth: Sequence[float], answers: Sequence[float]) -> float:
    """Give the share of the variance that is explained; where there is none, 1 if all is right and else 0."""
    mean = math.fsum(truth) / len(truth)
    error, variance = _mse(truth, answers), _mse(truth, [mean] * len(truth))
    if variance == 0.0:
        return float(error == 0.0)
    return 1.0 - error / variance


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("accuracy", _accuracy, "classes"),
        Metric("balanced_accuracy", _balanced_accuracy, "classes"),
        Metric("precision", partial(_over_classes, _precision), "classes", averages=True),
        Metric("recall", partial(_over_classes, _recall), "classes", averages=True),
        Metric("f1", partial(_over_classes, _f1), "classes", averages=True),
        Metric("r2", partial(_over_outputs, _r2), "numbers"),
        Metric("mae", partial(_over_outputs, _mae), "numbers", "smaller"),
        Metric("mse", partial(_over_outputs, _mse), "numbers", "smaller"),
        Metric("rmse", partial(_over_outputs, _rmse), "numbers", "smaller"),
    )
}
"""The metrics by the names that `fit` takes. Where nothing is to be divided by, the result is 0, as in scikit-learn."""


def metrics_of(asked: Any, examples: Examples) -> list[Metric]:
    """Read what `fit` was asked to measure, and see that it can be.

    Parameters
    ----------
    asked : None, str, callable, or sequence or mapping of them
        Names of `METRICS`; functions of truth and answers, by their own names or those of the mapping.
    examples : Examples
        What is learnt from.

    Returns
    -------
    list of Metric
        Without those that every training measures anyway.

    Raises
    ------
    TypeError, ValueError
        If a name is not known, or the metric is not for such targets.
    """
    if asked is None:
        return []
    named: list[tuple[str | None, Any]]
    if isinstance(asked, Mapping):
        named = [(str(name), item) for name, item in asked.items()]
    else:
        single = isinstance(asked, str) or callable(asked)
        named = [(None, item) for item in ([asked] if single else asked)]
    found: dict[str, Metric] = {}
    for name, item in named:
        metric = _metric(name, item)
        if metric.of == "classes" and examples.kind == "numbers":
            raise ValueError(
                f"the metric {metric.name!r} is for classes, but y holds other numbers; use r2, mae or mse"
            )
        if metric.of == "numbers" and examples.kind != "numbers":
            raise ValueError(f"the metric {metric.name!r} is for regression, but y holds classes; use f1 or accuracy")
        if metric is METRICS["accuracy"]:
            continue
        if metric.name in _TAKEN or metric.name in found:
            raise ValueError(f"the history has something else called {metric.name!r}: give the metric another name")
        if metric.averages and max(examples.y) > 1:
            metric = replace(metric, function=partial(metric.function, several=True))
        found[metric.name] = metric
    return list(found.values())


_TAKEN = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "lr")


def _metric(name: str | None, item: Any) -> Metric:
    if isinstance(item, str):
        if item not in METRICS:
            raise ValueError(f"{unknown('metric', item, METRICS)}; or give a function of truth and answers")
        metric = METRICS[item]
        return metric if name is None or name == item else replace(metric, name=name)
    if not callable(item):
        raise TypeError(f"a metric is a name such as 'f1', or a function of truth and answers, got {item!r:.60}")
    return Metric(name or str(getattr(item, "__name__", type(item).__name__)), item, "anything")
