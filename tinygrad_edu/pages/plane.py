"""With this module a film finds out whether a plane of two inputs tells what a network of many inputs answers.

Over the plane the other inputs stand at their means. Where few inputs matter, the network answers an example there as
it does with all of its inputs; where many do, hardly one, and the ground would be of one colour under the examples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ..ops.table import OPS


def misled(
    answers: Callable[[Sequence[Sequence[float]]], Sequence[int]], X: Sequence[Sequence[float]], axes: Sequence[int]
) -> int:
    """Count the examples that a network answers otherwise where a plane shows them.

    Parameters
    ----------
    answers : callable
        Gives the class that the network names for each of many examples.
    X : sequence of sequences of float, shape (examples, inputs)
    axes : sequence of two ints
        The inputs of the plane.

    Returns
    -------
    int
        0 too where the plane tells more than half of what a ground of the most frequent answer alone would leave out.
    """
    means = [sum(column) / len(X) for column in zip(*X, strict=True)]
    own = answers(X)
    there = answers([[v if j in axes else means[j] for j, v in enumerate(x)] for x in X])
    otherwise = sum(a != b for a, b in zip(own, there, strict=True))
    (_, most), *_ = Counter(own).most_common(1)
    return otherwise if 2 * otherwise > len(X) - most else 0


def answer_of(chain: Any, parameters: Sequence[float], x: Sequence[float]) -> int:
    """Say which class a network names, read as `tinygrad_edu.pages.film` does, at one moment of its training."""
    values = [(v - mean) / std for v, mean, std in zip(x, chain.mean, chain.std, strict=True)]
    for layer in chain.layers:
        biases = [0.0] * len(layer["weights"]) if layer["biases"] is None else [parameters[b] for b in layer["biases"]]
        values = [
            sum([parameters[w] * v for w, v in zip(row, values, strict=True)], bias)
            for row, bias in zip(layer["weights"], biases, strict=True)
        ]
        if layer["activation"]:
            values = [OPS[layer["activation"]].fn(v) for v in values]
    return int(values[0] > 0.0) if len(values) == 1 else values.index(max(values))
