"""With this module layers learn from errors of their own: a loss made of parts past which no blame goes.

Such a loss is one Value like any other, whose one backward pass gives every layer the blame of its own part alone,
since what comes from elsewhere is `stopped`. So it compiles, and any optimiser takes the steps.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..arguments import as_count, as_rows, as_seed
from ..data.dataset import no_pair
from ..engine.value import Value
from ..libraries import require
from ..optim.optimizers import Optimizer, create

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

Drawn = Callable[[Any], Sequence["Array"]]
"""What is drawn anew in each epoch for every example: takes a NumPy generator, gives arrays of shape (N, ...)."""


def examples_of(data: Any, features: int, classes: int) -> tuple[Array, Array]:
    """Read a Dataset or a pair (X, y) as an array of features and one of rows with a 1 in the place of the class.

    Parameters
    ----------
    data : Dataset or pair (X, y)
        With classes counted from 0.
    features, classes : int
        How many there must be.

    Returns
    -------
    array of shape (N, features), array of shape (N, classes)

    Raises
    ------
    TypeError, ValueError
        If they are something else.
    """
    require("numpy", "learning of tg.blame by layers")
    import numpy as np

    if not hasattr(data, "X") and (not isinstance(data, (tuple, list)) or len(data) != 2):
        raise no_pair(data)
    X, y = (data.X, data.y) if hasattr(data, "X") else data
    rows, labels = as_rows(X), [as_count(label, f"y[{i}]", 0) for i, label in enumerate(y)]
    if len(rows) != len(labels):
        raise ValueError(f"X has {len(rows)} examples but y has {len(labels)}: give one class for each example")
    if len(rows[0]) != features or max(labels) >= classes:
        raise ValueError(
            f"the network takes {features} features and tells {classes} classes, counted from 0; these examples have "
            f"{len(rows[0])} features and classes up to {max(labels)}"
        )
    return np.array(rows), np.eye(classes)[labels]


def learn(
    loss: Callable[..., Any],
    params: Sequence[Value],
    inputs: Sequence[Array],
    drawn: Drawn,
    *,
    optimizer: str | Optimizer = "adam",
    lr: float | None = None,
    epochs: int = 100,
    batch_size: int = 16,
    seed: int = 0,
) -> list[float]:
    """Make a loss small, in batches, compiled for NumPy.

    Parameters
    ----------
    loss : callable
        Of one example: a row of each of `inputs`, then a row of each array that `drawn` gives.
    params : sequence of Value
        What learns.
    inputs : sequence of arrays, shape (N, ...)
    drawn : callable
        See `Drawn`.
    optimizer : str or Optimizer, default "adam"
    lr : float, optional
        If left out, the one that `fit` takes.
    epochs : int, default 100
    batch_size : int, default 16
    seed : int, default 0
        Of the order of the examples, and of what is drawn.

    Returns
    -------
    list of float
        The mean loss of each epoch.
    """
    import numpy as np

    from ..compiler import compile

    rule = create(optimizer, params, lr) if isinstance(optimizer, str) else optimizer
    if not isinstance(optimizer, str) and lr is not None:
        raise ValueError(f"this {type(rule).__name__} has its own lr={rule.lr:g}: leave lr out")
    epochs, size = as_count(epochs, "epochs"), as_count(batch_size, "batch_size")
    generator, numbers = random.Random(as_seed(seed)), np.random.default_rng(as_seed(seed) % 2**63)
    compiled = compile(loss, rule.params)
    count, losses = len(inputs[0]), []
    order = list(range(count))
    for _ in range(epochs):
        generator.shuffle(order)
        arrays = [array[order] for array in inputs] + [array[order] for array in drawn(numbers)]
        total = 0.0
        for start in range(0, count, size):
            batch = [array[start : start + size] for array in arrays]
            rule.zero_grad()
            total += compiled.backward(*batch) * len(batch[0])
            rule.step()
        losses.append(total / count)
    return losses
