"""With this module one can hold a labelled data set, look at it, and cut it with the share of each class kept."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ..arguments import as_count, as_number, as_rows, as_seed
from .columns import Columns, feature_means
from .description import Description, described, shown_rows
from .labels import as_classes, as_labels
from .scales import scales_of

_MOST_CLASSES = 1000
"""More classes than these, and than ten times the examples, are no count of classes."""


@dataclass(frozen=True, repr=False)
class Dataset:
    """Labelled examples.

    Parameters
    ----------
    X : sequence of sequences of numbers, shape (n, features)
        One row an example. A NumPy array will do; it is copied into lists of floats.
    y : sequence of ints, shape (n,) or (n, 1)
        The class of each example, counted from 0. Text and truth values will do too: they become class names, in
        the order of `class_names` where that is given, else of the alphabet. With ``kind="numbers"`` any numbers.
    feature_names : sequence of str, optional
        One a column; "x0", "x1", ... if left out.
    class_names : sequence of str, optional
        One a class; "0", "1", ... if left out.
    name : str, optional
        What to call the set in titles.
    kind : {"classes", "numbers"}, default "classes"
        What `y` holds: classes, or values to approximate.
    label_name : str, default "class"
        What `y` tells.
    missing : sequence of (int, int), optional
        The places of `X` (example and feature) that were not known, and hold the mean of their feature.
    lines : sequence of int, optional
        Where each example stands in the file it was read from.
    columns : Columns, optional
        How the columns of a table became features: `columns.read` does the same to later rows.
    source : str, optional
        Where the set is from, and how it was read.

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
    kind: Literal["classes", "numbers"] = "classes"
    label_name: str = "class"
    missing: tuple[tuple[int, int], ...] = ()
    lines: tuple[int, ...] = ()
    columns: Columns | None = None
    source: str = ""

    def __post_init__(self) -> None:
        rows = as_rows(self.X)
        labels, classes = self._labels_of(len(rows))
        features = tuple(self.feature_names) or tuple(f"x{j}" for j in range(len(rows[0])))
        if len(features) != len(rows[0]):
            raise ValueError(f"{len(features)} feature names for {len(rows[0])} features")
        for field, value in (("X", rows), ("y", labels), ("feature_names", features), ("class_names", classes)):
            object.__setattr__(self, field, value)

    def _labels_of(self, count: int) -> tuple[list[Any], tuple[str, ...]]:
        """Read the labels, which must be as many as there are examples, and the names of the classes."""
        if self.kind not in ("classes", "numbers"):
            raise ValueError(f"kind must be 'classes' or 'numbers', got {self.kind!r}")
        names = tuple(self.class_names)
        labels: list[Any]
        if self.kind == "classes":
            labels, names = as_classes(self.y, names)
        else:
            labels = [as_number(y, f"y[{i}]") for i, y in enumerate(as_labels(self.y)[0])]
        if len(labels) != count:
            raise ValueError(f"X has {count} examples but y has {len(labels)}: give one label for each example")
        if self.kind == "numbers":
            return labels, ()
        if min(labels) < 0:
            raise ValueError(f"labels count the classes from 0, got {min(labels)}; for ±1 write (label + 1) // 2")
        if not names and max(labels) >= max(_MOST_CLASSES, 10 * count):
            raise ValueError(
                f"labels count the classes from 0, and y goes to {max(labels)} in {count} examples; write text, "
                "str(label), or say kind='numbers' if these are values to approximate"
            )
        classes = names or tuple(str(k) for k in range(max(labels) + 1))
        if max(labels) >= len(classes):
            raise ValueError(f"label {max(labels)} has no class name; the {len(classes)} classes are {classes}")
        return labels, classes

    def __len__(self) -> int:
        """Give the number of examples."""
        return len(self.y)

    def __repr__(self) -> str:
        sizes = f"{len(self)} examples, {len(self.feature_names)} features"
        if self.kind == "numbers":
            return f"Dataset({self.name!r}: {sizes}, {self.label_name} from {min(self.y):.4g} to {max(self.y):.4g})"
        classes = ", ".join(f"{name} ({self.y.count(k)})" for k, name in enumerate(self.class_names))
        return f"Dataset({self.name!r}: {sizes}, classes {classes})"

    def _repr_html_(self) -> str:
        return shown_rows(self)

    def describe(self) -> Description:
        """Say what is in the set: classes and their counts, the range of each feature, what is missing.

        Returns
        -------
        Description
            Prints itself, and shows itself in a notebook.

        Examples
        --------
        >>> print(Dataset([[0.5, 3.0], [1.5, 4.0]], ["elm", "oak"], name="trees").describe())
        trees: 2 examples, 2 features
        classes: elm (1), oak (1)
        feature  lowest  mean  highest  missing
        x0          0.5     1      1.5
        x1            3   3.5        4
        """
        return described(self)

    def label_text(self, y: Any) -> str:
        """Give what a label is called."""
        return self.class_names[y] if self.kind == "classes" else f"{y:.4g}"

    def take(self, indices: Sequence[int]) -> Dataset:
        """Give the examples at `indices`, in that order, as a data set of the same features and classes."""
        gaps: dict[int, list[int]] = {}
        for i, j in self.missing:
            gaps.setdefault(i, []).append(j)
        return replace(
            self,
            X=[self.X[i] for i in indices],
            y=[self.y[i] for i in indices],
            missing=tuple((place, j) for place, i in enumerate(indices) for j in gaps.get(i, ())),
            lines=tuple(self.lines[i] for i in indices) if self.lines else (),
        )

    def batches(self, size: int, seed: int | None = None) -> Iterator[tuple[list[list[float]], list[Any]]]:
        """Go through the examples in groups.

        Parameters
        ----------
        size : int
            How many examples a group has; the last one has what is left.
        seed : int, optional
            Shuffles them; another one in every epoch, say. If left out they come as they are.

        Yields
        ------
        tuple of (list of list of float, list)
            The features and the labels of a group.

        Examples
        --------
        >>> for X, y in Dataset([[1.0], [2.0], [3.0]], [0, 1, 0]).batches(2):
        ...     print(X, y)
        [[1.0], [2.0]] [0, 1]
        [[3.0]] [0]
        """
        size = as_count(size, "size")
        order = list(range(len(self)))
        if seed is not None:
            random.Random(as_seed(seed)).shuffle(order)
        parts = (order[start : start + size] for start in range(0, len(order), size))
        return (([self.X[i] for i in part], [self.y[i] for i in part]) for part in parts)

    def standardise(self, like: Dataset | None = None) -> Dataset:
        """Shift and scale each feature to mean 0 and standard deviation 1; one that is constant is only shifted.

        Parameters
        ----------
        like : Dataset, optional
            The set whose means and deviations are to be 0 and 1, such as the one to learn from; this set if left out.

        Returns
        -------
        Dataset
            A new one. A model with `tinygrad_edu.nn.Standardize` in front takes the features as they are, and keeps the
            scales in its file.

        Examples
        --------
        >>> Dataset([[1.0], [3.0]], [0, 1]).standardise().X
        [[-1.0], [1.0]]
        """
        if like is not None and (not isinstance(like, Dataset) or len(like.feature_names) != len(self.feature_names)):
            raise ValueError(f"like must be a Dataset with {len(self.feature_names)} features, got {like!r:.80}")
        means, deviations = scales_of((like or self).X)
        X = [[(x - m) / d for x, m, d in zip(row, means, deviations, strict=True)] for row in self.X]
        return replace(self, X=X, columns=None)

    def split(self, test: float = 0.2, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Cut the set in two parts that share no example and have each class in the same proportion.

        Where cells were missing, both parts hold the means of the first, so that it tells nothing of the second.

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
        labels = self.y if self.kind == "classes" else [0] * len(self)
        held_out = stratified(labels, round(share * len(self)), generator)
        chosen = set(held_out)
        kept = [i for i in range(len(self)) if i not in chosen]
        if not held_out or not kept:
            empty = "second" if not held_out else "first"
            raise ValueError(f"test={test!r} leaves the {empty} part of {len(self)} examples empty")
        generator.shuffle(kept)
        first, second = self.take(kept), self.take(held_out)
        if not self.missing:
            return first, second
        means = feature_means(first.X, set(first.missing), feature_means(self.X, set()))
        return first._filled(means), second._filled(means)

    def _filled(self, means: Sequence[float]) -> Dataset:
        """Give the set with other numbers in the places that are missing."""
        X = [list(row) for row in self.X]
        for i, j in self.missing:
            X[i][j] = means[j]
        columns = self.columns and self.columns.holding(means)
        return replace(self, X=X, columns=columns)


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


def no_pair(data: Any) -> TypeError:
    """Give the error for what is neither a Dataset nor a pair (X, y), with the way to make one of it, if known."""
    hint = ""
    if hasattr(data, "data") and hasattr(data, "target"):  # as scikit-learn loads them
        hint = "; write (data.data, data.target)"
    elif hasattr(data, "columns"):
        hint = "; write tinygrad_edu.data.from_frame(data, label=...), with the name of the column to learn"
    elif hasattr(data, "tensors"):
        hint = "; write data.tensors"
    elif isinstance(data, (list, tuple)):
        hint = "; of pairs of an example and its label make two sequences, X, y = zip(*data)"
    return TypeError(f"data must be a Dataset or a pair (X, y), got {type(data).__name__}: {data!r:.60}{hint}")
