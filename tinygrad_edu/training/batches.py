"""With this module items come in another order, and what was taken apart into batches is put together again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import chain
from typing import Any


def shuffled(items: Any, generator: random.Random) -> Any:
    """Give the places of some items in random order: a list for a list, else an array."""
    order = list(range(len(items)))
    generator.shuffle(order)
    if isinstance(items, list):
        return order
    import numpy as np

    return np.array(order)


def reordered(items: Any, order: Any) -> Any:
    """Give the items of a list or an array in another order."""
    return items.take(order, 0) if hasattr(items, "take") else [items[i] for i in order]


def joined(parts: Sequence[Any]) -> Any:
    """Put lists one after the other, or arrays."""
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], list):
        return list(chain.from_iterable(parts))
    import numpy as np

    return np.concatenate(parts)
