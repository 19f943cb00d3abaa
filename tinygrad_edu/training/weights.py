"""With this module some examples count more than others: by their class, or each by a weight of its own.

Examples
--------
>>> balanced([0, 0, 0, 1])
{0: 0.6666666666666666, 1: 2.0}
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..arguments import as_list, as_number, nearest
from ..data.dataset import Dataset
from .examples import Examples

ClassWeights = dict[Hashable, float]


def balanced(labels: Sequence[Any]) -> ClassWeights:
    """Weigh each class such that all together count alike: n / (k · count), as scikit-learn does.

    Parameters
    ----------
    labels : sequence

    Returns
    -------
    dict
        The weight of each of the k classes among the n labels.
    """
    classes = sorted({*labels})
    return {label: len(labels) / (len(classes) * labels.count(label)) for label in classes}


def class_weights(asked: Any, examples: Examples, data: Any) -> ClassWeights | None:
    """Read the argument `class_weight` of `fit`.

    Parameters
    ----------
    asked : None, "balanced" or mapping
        By the classes as `data` has them: numbers, or the names of a Dataset. Those left out weigh 1.
    examples : Examples
        Read from `data`.
    data : Dataset or pair

    Returns
    -------
    dict or None
        By the labels of `examples`.

    Raises
    ------
    TypeError, ValueError
        If there are no classes, or something else is meant.
    """
    if asked is None:
        return None
    if examples.kind == "numbers":
        raise ValueError("class_weight weighs classes, but y holds other numbers; sample_weight weighs examples")
    if isinstance(asked, str) and asked == "balanced":
        return balanced(examples.y)
    if not isinstance(asked, Mapping):
        raise TypeError(f"class_weight is 'balanced', or a dict from classes to weights, got {asked!r:.60}")
    names = data.class_names if isinstance(data, Dataset) else ()
    known: set[Any] = {*examples.y, *range(len(names))} | ({0, 1} if examples.kind == "classes" else {-1, 1})
    weights: ClassWeights = {}
    for label, weight in asked.items():
        place = names.index(label) if label in names else label
        if place not in known:
            shown: list[Any] = [*names] or sorted(known)
            raise ValueError(
                f"class_weight has {label!r}, but the classes are {', '.join(map(repr, shown))}"
                f"{nearest(str(label), map(str, shown))}"
            )
        weights[place] = as_number(weight, f"class_weight[{label!r}]", 0.0)
    return weights


def weighted(examples: Examples, by_class: ClassWeights | None, by_example: Any = None) -> Examples:
    """Give examples their weights; those that weigh nothing are left out.

    Parameters
    ----------
    examples : Examples
    by_class : dict, optional
        From `class_weights`.
    by_example : sequence of float, optional
        One weight of at least 0 for each example.

    Returns
    -------
    tinygrad_edu.training.examples.Examples

    Raises
    ------
    TypeError, ValueError
        If there are more or fewer weights than examples, one is negative, or none is above 0.
    """
    if by_class is None and by_example is None:
        return examples
    weights = [1.0] * len(examples.y)
    if by_example is not None:
        given = as_list(by_example, "sample_weight")
        if len(given) != len(weights):
            raise ValueError(f"sample_weight has {len(given)} weights for {len(weights)} examples")
        weights = _near_1([as_number(weight, f"sample_weight[{i}]", 0.0) for i, weight in enumerate(given)])
    if by_class is not None:
        shares = _near_1([by_class.get(label, 1.0) for label in examples.y])
        weights = [weight * share for weight, share in zip(weights, shares, strict=True)]
    counting = [i for i, weight in enumerate(weights) if weight > 0.0]
    if not counting:
        raise ValueError("every example weighs 0, so there is nothing to learn from")
    made = replace(examples, weights=weights)
    return made if len(counting) == len(weights) else made.take(counting)


def _near_1(weights: Sequence[float]) -> list[float]:
    """Scale weights by a power of two, which rounds nothing, so that their sum neither overflows nor loses digits.

    What they weigh is their share of that sum.
    """
    exponent = math.frexp(max(weights))[1]
    return [math.ldexp(weight, -exponent) for weight in weights]
