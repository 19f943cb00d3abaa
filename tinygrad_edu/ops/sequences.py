"""With this module one can sum, average, multiply and compare whole sequences, each as one node.

Plain numbers and Values mix freely. One node of many operands keeps the graph small and the sweep fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from . import table as ops
from .floats import number
from .protocol import rank_of


def _listed(name: str, values: Iterable[Any]) -> Sequence[Any]:
    if type(values) is list or type(values) is tuple:
        return values
    if isinstance(values, (str, bytes)):
        raise TypeError(f"{name} takes a sequence of numbers or Values, got the {type(values).__name__} {values!r:.60}")
    try:
        return list(values)
    except TypeError:
        raise TypeError(
            f"{name} takes one sequence of numbers or Values, such as {name}([a, b]), got {type(values).__name__}"
        ) from None


def _nonempty(name: str, values: Iterable[Any]) -> Sequence[Any]:
    items = _listed(name, values)
    if not items:
        raise ValueError(f"{name} of an empty sequence is not defined; give it at least one number")
    return items


def _scores(name: str, values: Iterable[Any]) -> list[Any]:
    """List scores, plain ones as floats: NumPy's would be subtracted as their types do, in three digits or by wrap."""
    what = f"a number or Value for {name}"
    return [score if rank_of(type(score)) else number(score, what) for score in _nonempty(name, values)]


def sum(values: Iterable[Any]) -> Any:
    """Add up a sequence from left to right; 0.0 for an empty one.

    Parameters
    ----------
    values : iterable of numbers or Values

    Returns
    -------
    float or Value

    Examples
    --------
    >>> sum([1.0, 2.0, 3.5])
    6.5
    """
    return ops.SUM(*_listed("sum", values))


def prod(values: Iterable[Any]) -> Any:
    """Multiply a sequence; 1.0 for an empty one.

    Parameters
    ----------
    values : iterable of numbers or Values

    Returns
    -------
    float or Value

    Examples
    --------
    >>> prod([2.0, 3.0])
    6.0
    """
    return ops.PROD(*_listed("prod", values))


def mean(values: Iterable[Any]) -> Any:
    """Average a sequence.

    Parameters
    ----------
    values : iterable of numbers or Values
        At least one.

    Returns
    -------
    float or Value

    Raises
    ------
    ValueError
        If the sequence is empty.

    Examples
    --------
    >>> mean([1.0, 2.0])
    1.5
    """
    return ops.MEAN(*_nonempty("mean", values))


def max(values: Iterable[Any]) -> Any:
    """Largest of a sequence; a tie shares the gradient equally.

    Parameters
    ----------
    values : iterable of numbers or Values
        At least one.

    Returns
    -------
    float or Value

    Raises
    ------
    ValueError
        If the sequence is empty.

    Examples
    --------
    >>> max([1.0, 2.0])
    2.0
    """
    return ops.MAX(*_nonempty("max", values))


def min(values: Iterable[Any]) -> Any:
    """Smallest of a sequence; a tie shares the gradient equally.

    Parameters
    ----------
    values : iterable of numbers or Values
        At least one.

    Returns
    -------
    float or Value

    Raises
    ------
    ValueError
        If the sequence is empty.

    Examples
    --------
    >>> min([1.0, 2.0])
    1.0
    """
    return ops.MIN(*_nonempty("min", values))


def dot(u: Iterable[Any], v: Iterable[Any]) -> Any:
    """Sum the products of two sequences of equal length; 0.0 for empty ones.

    Parameters
    ----------
    u, v : iterable of numbers or Values

    Returns
    -------
    float or Value

    Raises
    ------
    ValueError
        If their lengths differ.

    Examples
    --------
    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    left, right = _listed("dot", u), _listed("dot", v)
    if len(left) != len(right):
        raise ValueError(f"dot takes two sequences of equal length, got lengths {len(left)} and {len(right)}")
    return ops.DOT(*left, *right)


def norm(values: Iterable[Any]) -> Any:
    """Length of a vector, the square root of the sum of squares; 0.0 for an empty one.

    Parameters
    ----------
    values : iterable of numbers or Values

    Returns
    -------
    float or Value

    Examples
    --------
    >>> norm([3.0, 4.0])
    5.0
    """
    items = _listed("norm", values)
    return ops.NORM(*items) if items else 0.0


def logsumexp(values: Iterable[Any]) -> Any:
    """Logarithm of the sum of exponentials, without overflow.

    Parameters
    ----------
    values : iterable of numbers or Values
        At least one.

    Returns
    -------
    float or Value

    Raises
    ------
    ValueError
        If the sequence is empty.

    Examples
    --------
    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    return ops.LOGSUMEXP(*_nonempty("logsumexp", values))


def softmax(values: Iterable[Any]) -> list[Any]:
    """Turn scores into probabilities: eˣ over the sum of all eˣ, without overflow.

    Parameters
    ----------
    values : iterable of numbers or Values
        At least one.

    Returns
    -------
    list of float or Value
        As many as given; they add up to 1.

    Raises
    ------
    ValueError
        If the sequence is empty.

    Examples
    --------
    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    scores = _scores("softmax", values)
    return list(ops.weights(ops.LOGSUMEXP(*scores), scores))


def log_softmax(values: Iterable[Any]) -> list[Any]:
    """Turn scores into logarithms of probabilities: those of `softmax`, also where these are too small for a float.

    Parameters
    ----------
    values : iterable of numbers or Values
        At least one.

    Returns
    -------
    list of float or Value
        As many as given, none above 0.

    Raises
    ------
    ValueError
        If the sequence is empty.

    Examples
    --------
    >>> log_softmax([1000.0, 0.0])
    [0.0, -1000.0]
    """
    scores = _scores("log_softmax", values)
    return ops.log_weights(ops.LOGSUMEXP(*scores), scores)
