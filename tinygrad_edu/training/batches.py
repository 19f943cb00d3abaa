"""With this module items come in another order, and what was taken apart into batches is put together again.

Examples
--------
>>> import random
>>> shuffled(["a", "b", "c", "d"], random.Random(0))
[2, 0, 1, 3]
>>> reordered(["a", "b", "c", "d"], [2, 0, 1, 3])
['c', 'a', 'b', 'd']
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import chain
from typing import Any


def shuffled(items: Any, generator: random.Random) -> Any:
    """Give the places of some items in random order: a list for a list, else an array.

    The order is that of ``generator.shuffle``, which asks the generator through two more functions for each item.
    """
    count, draw = len(items), generator.getrandbits
    order = list(range(count))
    for bits in range(count.bit_length(), 1, -1):
        for last in range(min(count, (1 << bits) - 1) - 1, (1 << bits - 1) - 2, -1):  # last + 1 has so many bits
            while (chosen := draw(bits)) > last:
                pass
            order[last], order[chosen] = order[chosen], order[last]
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


def all_finite(numbers: Any) -> bool:
    """Whether no number of an array is nan or infinite. Where one is, so is the sum of squares, a quick one."""
    import numpy as np

    return math.isfinite(np.vdot(numbers, numbers)) or bool(np.isfinite(numbers).all())
