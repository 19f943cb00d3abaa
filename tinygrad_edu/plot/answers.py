"""With this module one can say how good the answers of a classifier are: how often, with what right, and how sure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..data.dataset import Dataset
from ..ops.sequences import softmax
from ..ops.table import sigmoid
from ..training.examples import Examples
from .outputs import outputs_at


class Bin(NamedTuple):
    """Answers of about the same confidence.

    Attributes
    ----------
    size : int
        How many there are.
    confidence : float
        The mean probability that they were given.
    share : float
        The share of them that came true.
    """

    size: int
    confidence: float
    share: float


@dataclass(frozen=True)
class Answers:
    """What a classifier answers to examples whose classes are known.

    Attributes
    ----------
    truth, found : list of int
        The class of each example, and the one that the classifier names.
    probabilities : list of list of float
        What it gives each class: the softmax of several outputs, or the sigmoid of a single one. They are meant as
        probabilities by a model that learned by cross-entropy, not by one that learned by hinge or mse.
    class_names : tuple of str

    Examples
    --------
    >>> from tinygrad_edu.nn import Neuron
    >>> neuron = Neuron(1, "linear", seed=0)
    >>> neuron.w[0].data = 2.0
    >>> answers = Answers.of(neuron, ([[-1.0], [2.0], [-0.5]], [0, 1, 1]))
    >>> answers.found, answers.confusion, f"{answers.accuracy:.3f}"
    ([0, 1, 0], [[1, 0], [1, 1]], '0.667')
    """

    truth: list[int]
    found: list[int]
    probabilities: list[list[float]]
    class_names: tuple[str, ...]

    @classmethod
    def of(cls, model: Any, data: Any) -> Answers:
        """Ask a model.

        Parameters
        ----------
        model : Module
            A classifier.
        data : Dataset or pair (X, y)
            Examples with classes.

        Returns
        -------
        Answers

        Raises
        ------
        ValueError
            If `y` holds no classes, or classes that the model has no output for.
        """
        examples = Examples.of(data).as_classes()
        if examples.kind == "numbers":
            raise ValueError("these are the answers of a classifier, but y holds other numbers than classes")
        truth = [int(y > 0) for y in examples.y] if examples.kind == "signs" else list(examples.y)
        probabilities = [probabilities_of(output) for output in outputs_at(model, examples.X)]
        count = len(probabilities[0])
        if max(truth) >= count:
            raise ValueError(f"the model tells {count} classes, counted from 0, but y goes to {max(truth)}")
        names = data.class_names if isinstance(data, Dataset) else tuple(map(str, range(count)))
        found = [max(range(count), key=row.__getitem__) for row in probabilities]
        return cls(truth, found, probabilities, names)

    @property
    def right(self) -> int:
        """How many are right."""
        return sum(a == b for a, b in zip(self.truth, self.found, strict=True))

    @property
    def accuracy(self) -> float:
        """The share that is right."""
        return self.right / len(self.truth)

    @property
    def confusion(self) -> list[list[int]]:
        """How many examples of each class (row) were given each answer (column)."""
        counts = [[0] * len(self.class_names) for _ in self.class_names]
        for truth, found in zip(self.truth, self.found, strict=True):
            counts[truth][found] += 1
        return counts

    @property
    def log_loss(self) -> float:
        """The mean of −ln p, of the probability that was given to the true class."""
        given = (row[k] for row, k in zip(self.probabilities, self.truth, strict=True))
        return math.fsum(-math.log(p) if p > 0.0 else math.inf for p in given) / len(self.truth)

    def precision(self, k: int) -> float:
        """Of the answers that name a class, the share that is right; nan if there is none."""
        return _share(self.confusion[k][k], sum(row[k] for row in self.confusion))

    def recall(self, k: int) -> float:
        """Of the examples of a class, the share that is found; nan if there is none."""
        return _share(self.confusion[k][k], sum(self.confusion[k]))

    def calibration(self, bins: int = 10) -> list[Bin]:
        """Compare how sure the answers are with how often they are right.

        Parameters
        ----------
        bins : int, default 10
            Into how many equal parts the probabilities from 0 to 1 are cut.

        Returns
        -------
        list of Bin
            Those that are not empty. Of two classes it is the probability of the second that is compared, with how
            often it was that; of more the probability of the answer, with how often that was right (Guo et al. 2017,
            arXiv:1706.04599).
        """
        if len(self.class_names) == 2:
            pairs = [(row[1], truth == 1) for row, truth in zip(self.probabilities, self.truth, strict=True)]
        else:
            answers = zip(self.probabilities, self.truth, self.found, strict=True)
            pairs = [(row[found], truth == found) for row, truth, found in answers]
        edges = [k / bins for k in range(bins + 1)]
        groups: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
        for p, came_true in pairs:
            groups[max(0, min(bins - 1, sum(p > edge for edge in edges[1:])))].append((p, came_true))
        return [
            Bin(len(group), math.fsum(p for p, _ in group) / len(group), sum(t for _, t in group) / len(group))
            for group in groups
            if group
        ]


def probabilities_of(output: Any) -> list[float]:
    """Give the probability of each class: the softmax of several outputs, the sigmoid of a single one.

    Examples
    --------
    >>> probabilities_of(0.0), probabilities_of([1000.0, 0.0])
    ([0.5, 0.5], [1.0, 0.0])
    """
    if isinstance(output, list) and len(output) > 1:
        return [float(p) for p in softmax(output)]
    score = output[0] if isinstance(output, list) else output
    return [float(sigmoid(-score)), float(sigmoid(score))]


def interval(right: int, count: int) -> tuple[float, float]:
    """Say between which shares the true one lies with 95 % confidence, where `right` of `count` were seen.

    Wilson's interval: E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209.

    Examples
    --------
    >>> [round(share, 4) for share in interval(27, 30)]
    [0.7438, 0.9654]
    """
    z, share = 1.959963984540054, right / count
    scale = 1.0 + z * z / count
    middle = (share + z * z / (2.0 * count)) / scale
    half = z * math.sqrt(share * (1.0 - share) / count + z * z / (4.0 * count * count)) / scale
    return max(0.0, middle - half), min(1.0, middle + half)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def most_frequent(labels: Sequence[int]) -> tuple[int, float]:
    """Give the class that a guess without looking would name, and how often it would be right."""
    best = max(sorted(set(labels)), key=labels.count)
    return best, labels.count(best) / len(labels)
