"""With this module one can choose the two features along which data are best looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from ..arguments import as_integer, unknown
from ..training.examples import Examples
from ..training.telling import most_telling
from .outputs import outputs_at


def telling_features(data: Any) -> tuple[int, int]:
    """Find the two features that part the classes best, each taken alone.

    Parameters
    ----------
    data : Dataset or pair (X, y)
        Examples with classes and at least two features.

    Returns
    -------
    tuple of two ints
        Their indices, in the order of the columns: those with the largest ratio of the variance between the classes to
        that within them (the F statistic of an analysis of variance).

    Examples
    --------
    >>> from tinygrad_edu import data
    >>> iris = data.load("iris")
    >>> [iris.feature_names[j] for j in telling_features(iris)]
    ['petal length (cm)', 'petal width (cm)']
    """
    first, second = sorted(most_telling(Examples.of(data))[:2])
    return first, second


def clearest_features(model: Any, data: Any, most: int = 300) -> tuple[int, int]:
    """Find the plane that shows best how a model decides: where it is most often right knowing two features only.

    Parameters
    ----------
    model : Module
        A classifier.
    data : Dataset or pair (X, y)
        Examples with classes and at least two features.
    most : int, default 300
        How many of the examples are tried, evenly chosen.

    Returns
    -------
    tuple of two ints
        The features by which the model gets most examples right if all others are replaced by their means; of equals
        the first. Features of two values only, whose picture would be two lines, are tried if there are not two others;
        and of more than 30 only those 30 that part the classes best, each taken alone.
    """
    examples = Examples.of(data)
    means = [math.fsum(column) / len(column) for column in zip(*examples.X, strict=True)]
    chosen = range(0, len(examples.y), max(1, len(examples.y) // most))
    some = examples.take(list(chosen))
    ranked = most_telling(examples)
    graded = [j for j in ranked if len({row[j] for row in examples.X}) > 2]
    pairs = list(combinations(sorted((graded if len(graded) > 1 else ranked)[:30]), 2))
    rows = []
    for first, second in pairs:
        for row in some.X:
            point = list(means)
            point[first], point[second] = row[first], row[second]
            rows.append(point)
    outputs = outputs_at(model, rows)
    count = len(some.y)
    shares = [some.share_right(outputs[k * count : (k + 1) * count]) for k in range(len(pairs))]
    return pairs[max(range(len(pairs)), key=shares.__getitem__)]


def two_of(names: Sequence[str], features: Any) -> tuple[int, int]:
    """Read a pair of features, given by their indices or names."""
    if not isinstance(features, (tuple, list)) or len(features) != 2:
        raise TypeError(f"features must be a pair of indices or names, got {features!r}")
    found = []
    for feature in features:
        if isinstance(feature, str):
            if feature not in names:
                raise ValueError(unknown("feature", feature, names))
            found.append(list(names).index(feature))
        else:
            j = as_integer(feature, "a feature")
            if not 0 <= j < len(names):
                raise ValueError(f"there is no feature {j}: the data has {len(names)}, counted from 0")
            found.append(j)
    if found[0] == found[1]:
        raise ValueError(f"the two features must differ, got {features!r}")
    return found[0], found[1]
