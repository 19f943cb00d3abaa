"""With this module one can hold a labelled data set and cut it into parts that keep the share of each class."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..arguments import as_number, as_rows, as_seed
from .labels import as_classes


@dataclass(frozen=True, repr=False)
class Dataset:
    """Labelled examples.

    Parameters
    ----------
    X : sequence of sequences of numbers, shape (n, features)
        One row an example. A NumPy array will do; it is copied into lists of floats.
    y : sequence of ints, shape (n,) or (n, 1)
        The class of each example, counted from 0. Text and truth values will do too: they become class names, in
        the order of `class_names` where that is given, else of the alphabet.
    feature_names : sequence of str, optional
        One a column; "x0", "x1", ... if left out.
    class_names : sequence of str, optional
        One a class; "0", "1", ... if left out.
    name : str, optional
        What to call the set in titles.

    Raises
    ------
    ValueError
        If `X` is empty or ragged, holds nan or inf, or its length is not that of `y`; if a label has no class name.
    TypeError
        If something is not a number, or a label is not an integer.

    Examples
    --------
    >>> Dataset([[0.0, 1.0], [1.0, 0.0]], [0, 1])
    Dataset('data': 2 examples, 2 features, classes 0 (1), 1 (1))
    >>> Dataset([[0.0], [1.0], [2.0]], ["oak", "elm", "oak"]).y
    [1, 0, 1]
    """

    X: list[list[float]]
    y: list[int]
    feature_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    name: str = "data"

    def __post_init__(self) -> None:
        rows = as_rows(self.X)
        labels, names = as_classes(self.y, tuple(self.class_names))
        if len(labels) != len(rows):
            raise ValueError(f"X has {len(rows)} examples but y has {len(labels)}: give one label for each example")
        if min(labels) < 0:
            raise ValueError(f"labels count the classes from 0, got {min(labels)}; for ±1 write (label + 1) // 2")
        features = tuple(self.feature_names) or tuple(f"x{j}" for j in range(len(rows[0])))
        if len(features) != len(rows[0]):
            raise ValueError(f"{len(features)} feature names for {len(rows[0])} features")
        classes = names or tuple(str(k) for k in range(max(labels) + 1))
        if max(labels) >= len(classes):
            raise ValueError(f"label {max(labels)} has no class name; the {len(classes)} classes are {classes}")
        for field, value in (("X", rows), ("y", labels), ("feature_names", features), ("class_names", classes)):
            object.__setattr__(self, field, value)

    def __len__(self) -> int:
        """Give the number of examples."""
        return len(self.y)

    def __repr__(self) -> str:
        classes = ", ".join(f"{name} ({self.y.count(k)})" for k, name in enumerate(self.class_names))
        return f"Dataset({self.name!r}: {len(self)} examples, {len(self.feature_names)} features, classes {classes})"

    def take(self, indices: Sequence[int]) -> Dataset:
        """Give the examples at `indices`, in that order, as a data set of the same features and classes."""
        return Dataset(
            [self.X[i] for i in indices], [self.y[i] for i in indices], self.feature_names, self.class_names, self.name
        )

    def split(self, test: float = 0.2, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Cut the set in two parts that share no example and have each class in the same proportion.

        Parameters
        ----------
        test : float, default 0.2
            The share of the second part, between 0 and 1, both excluded.
        seed : int, default 0
            Chooses which examples go where, and their order.

        Returns
        -------
        tuple of Dataset
            The larger part to learn from and the part held out: `train, test`. Every example is in one of them.

        Raises
        ------
        ValueError
            If `test` is not between 0 and 1, or one of the parts would be empty.

        Examples
        --------
        >>> from tinygrad_edu import data
        >>> data.load("iris").split(test=0.2, seed=0)[1]
        Dataset('iris': 30 examples, 4 features, classes setosa (10), versicolor (10), virginica (10))
        """
        share = as_number(test, "test", 0.0, 1.0)
        if share in (0.0, 1.0):
            raise ValueError(f"test is the share held out, between 0 and 1, both excluded; got {test!r}")
        generator = random.Random(as_seed(seed))
        held_out = stratified(self.y, round(share * len(self)), generator)
        chosen = set(held_out)
        kept = [i for i in range(len(self)) if i not in chosen]
        if not held_out or not kept:
            empty = "second" if not held_out else "first"
            raise ValueError(f"test={test!r} leaves the {empty} part of {len(self)} examples empty")
        generator.shuffle(kept)
        return self.take(kept), self.take(held_out)


def stratified(labels: Sequence[Any], size: int, generator: random.Random) -> list[int]:
    """Draw `size` indices at random such that each label has its share, to within one example."""
    groups: dict[Any, list[int]] = {}
    for i, label in enumerate(labels):
        groups.setdefault(label, []).append(i)
    members = [groups[label] for label in sorted(groups)]
    # Whole numbers nearest to the exact shares with the right sum: the largest remainders are rounded up.
    counts = [len(group) * size // len(labels) for group in members]
    remainders = [len(group) * size % len(labels) for group in members]
    for k in sorted(range(len(members)), key=lambda k: -remainders[k])[: size - sum(counts)]:
        counts[k] += 1
    chosen = [i for group, count in zip(members, counts, strict=True) for i in generator.sample(group, count)]
    generator.shuffle(chosen)
    return chosen
