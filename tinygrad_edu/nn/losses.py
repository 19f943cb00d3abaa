"""With this module one can say how wrong an output is, as one number to make small.

Each loss takes one example, or sequences of outputs and targets, and then gives the mean over them. Numbers, Values and
graph variables may be mixed. `binary_cross_entropy` and `cross_entropy` take logits (scores before sigmoid or
softmax) and stay exact where these are extreme.

Examples
--------
>>> from tinygrad_edu.nn import hinge, mse
>>> mse([1.0, 2.0], [1.0, 4.0])
2.0
>>> hinge(0.25, -1)
1.25
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

from ..arguments import as_plain
from ..graph.variable import Var
from ..ops.sequences import dot, mean
from ..ops.table import LOGSUMEXP, relu, softplus, square, surprise_at

Loss = Callable[[Any, Any], Any]


def mse(prediction: Any, target: Any) -> Any:
    """Give the squared error, or its mean.

    Parameters
    ----------
    prediction : number, Value, or sequence of them
        What the model says.
    target : number, Value, or sequence of the same shape
        What is true.

    Returns
    -------
    float or Value

    Raises
    ------
    ValueError
        If the sequences are empty or of unequal lengths.

    Examples
    --------
    >>> mse(3.0, 1.0)
    4.0
    """
    prediction, target = as_plain(prediction, "the prediction"), as_plain(target, "the target")
    if _is_sequence(prediction) or _is_sequence(target):
        return _mean_of(mse, prediction, target)
    return square(prediction - target)


def hinge(score: Any, label: Any) -> Any:
    """Give max(0, 1 - label × score): no loss once the score is on the right side of the margin.

    Parameters
    ----------
    score : number, Value, or sequence of them
        Above 0 for the class +1, below for the class -1.
    label : 1 or -1, or sequence of them
        What is true. For labels 0 and 1 write ``2 * label - 1``.

    Returns
    -------
    float or Value

    Raises
    ------
    ValueError
        If a label is not 1 or -1.

    Examples
    --------
    >>> hinge([2.0, 0.5], [1, 1])
    0.25
    """
    score, label = as_plain(score, "the score"), as_plain(label, "the label")
    if _is_sequence(score) or _is_sequence(label):
        return _mean_of(hinge, score, label)
    if not isinstance(label, Real):
        return relu(1.0 - label * score)
    if label not in (1, -1):
        raise ValueError(f"hinge takes labels 1 and -1, got {label!r}; for 0 and 1 write hinge(score, 2 * label - 1)")
    return relu(1.0 - score if label == 1 else 1.0 + score)


def binary_cross_entropy(logit: Any, target: Any) -> Any:
    """Give -log of the probability that sigmoid(logit) assigns to the truth.

    Parameters
    ----------
    logit : number, Value, or sequence of them
        Score before the sigmoid.
    target : number from 0 to 1, or sequence of them
        The probability of class 1; usually 0 or 1.

    Returns
    -------
    float or Value

    Raises
    ------
    ValueError
        If a target is not from 0 to 1.

    Examples
    --------
    >>> binary_cross_entropy(1000.0, 1), binary_cross_entropy(1000.0, 0)
    (0.0, 1000.0)
    """
    logit, target = as_plain(logit, "the logit"), as_plain(target, "the target")
    if _is_sequence(logit) or _is_sequence(target):
        return _mean_of(binary_cross_entropy, logit, target)
    if isinstance(target, Real):
        if not 0.0 <= float(target) <= 1.0:
            raise ValueError(f"binary_cross_entropy takes targets from 0 to 1, got {target!r}; for ±1 use hinge")
        if target == 1:
            return softplus(-logit)
        if target == 0:
            return softplus(logit)
    # Both terms are positive, so nothing cancels however large the logit is.
    return target * softplus(-logit) + (1.0 - target) * softplus(logit)


def cross_entropy(logits: Any, target: Any) -> Any:
    """Give -log of the probability that softmax(logits) assigns to the truth.

    Parameters
    ----------
    logits : sequence of numbers or Values, or sequence of such sequences
        One score a class.
    target : int, or sequence of ints
        The index of the true class. For one example a sequence of as many probabilities as there are classes is
        accepted too (one-hot, or soft labels); they should sum to 1. Where an index is not known yet, in a graph or a
        compiled function, nothing checks that there is such a class: if not, nothing is taken off the logsumexp.

    Returns
    -------
    float or Value

    Raises
    ------
    TypeError
        If an index is not an integer.
    ValueError
        If there is no class of that index, or the lengths differ.

    Examples
    --------
    >>> cross_entropy([0.0, 1000.0], 1), cross_entropy([0.0, 1000.0], 0)
    (0.0, 1000.0)
    """
    logits, target = as_plain(logits, "the logits"), as_plain(target, "the target")
    if not _is_sequence(logits):
        raise TypeError(
            f"cross_entropy takes one logit a class, in a sequence, got {logits!r}; for one use binary_cross_entropy"
        )
    if len(logits) and _is_sequence(logits[0]):
        return _mean_of(cross_entropy, logits, target)
    if not len(logits):
        raise ValueError("cross_entropy got no logits; give one a class")
    logits = [as_plain(logit, "a logit") for logit in logits]
    return surprise_at(_score_of(logits, target), LOGSUMEXP(*logits), logits)


def _score_of(logits: Sequence[Any], target: Any) -> Any:
    """Give the logit of the true class, or the mean of all logits under the probabilities of the classes."""
    if _is_sequence(target):
        if len(target) != len(logits):
            raise ValueError(f"cross_entropy got {len(logits)} logits but {len(target)} probabilities")
        possible = [(logit, p) for logit, p in zip(logits, target, strict=True) if not _is_zero(p)]
        return dot([logit for logit, _ in possible], [p for _, p in possible])
    if isinstance(target, Var):
        return dot(logits, [(target >= k) * (target <= k) for k in range(len(logits))])
    if isinstance(target, bool) or not hasattr(target, "__index__"):
        raise TypeError(f"the target of cross_entropy is the index of a class, an integer, got {target!r}")
    if not 0 <= target < len(logits):
        raise ValueError(f"there is no class {target}: {len(logits)} logits are of classes 0 to {len(logits) - 1}")
    return logits[target]


LOSSES: dict[str, Loss] = {
    "mse": mse,
    "hinge": hinge,
    "binary_cross_entropy": binary_cross_entropy,
    "cross_entropy": cross_entropy,
}
"""The losses by the names that `fit` takes."""


def _is_zero(p: Any) -> bool:
    """Whether a class is impossible, so that its logit, be it −inf, does not matter."""
    return isinstance(p, Real) and p == 0


def _is_sequence(item: Any) -> bool:
    return hasattr(item, "__len__") and not isinstance(item, (str, bytes))


def _mean_of(loss: Loss, outputs: Sequence[Any], targets: Sequence[Any]) -> Any:
    if not (_is_sequence(outputs) and _is_sequence(targets)) or len(outputs) != len(targets):
        given = [f"{len(item)} of them" if _is_sequence(item) else repr(item) for item in (outputs, targets)]
        raise ValueError(f"{loss.__name__} needs as many outputs as targets, got {given[0]} and {given[1]}")
    if not len(outputs):
        raise ValueError(f"{loss.__name__} got no example; the mean over none is not defined")
    return mean([loss(output, target) for output, target in zip(outputs, targets, strict=True)])
