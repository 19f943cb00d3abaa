"""With this module what a training recorded survives in JSON as it was: tuples, nan, keys of any kind.

Examples
--------
>>> to_json({"loss": [0.5, float("nan")], "shape": (2, 3)})
{'loss': [0.5, {'$': 'nan'}], 'shape': {'$': 'tuple', 'items': [2, 3]}}
>>> from_json(to_json({1: (2, [3.0])}))
{1: (2, [3.0])}
"""

from __future__ import annotations

import math
from typing import Any

_SIGN = "$"  # marks a dict that stands for something else


def to_json(item: Any) -> Any:
    """Give what stands for plain data in JSON.

    Raises
    ------
    TypeError
        If it is something else than None, a truth value, a number, text, or a list, tuple or dict of such.
    """
    if item is None or isinstance(item, (bool, str)):
        return item
    if isinstance(item, float):
        return float(item) if math.isfinite(item) else {_SIGN: repr(float(item))}
    if hasattr(item, "__index__"):
        return int(item)
    if isinstance(item, list):
        return [to_json(part) for part in item]
    if isinstance(item, tuple):
        return {_SIGN: "tuple", "items": [to_json(part) for part in item]}
    if isinstance(item, dict):
        if _SIGN not in item and all(isinstance(key, str) for key in item):
            return {key: to_json(part) for key, part in item.items()}
        return {_SIGN: "dict", "items": [[to_json(key), to_json(part)] for key, part in item.items()]}
    raise TypeError(
        f"a checkpoint keeps numbers, text, and lists, tuples and dicts of them, but this is {type(item).__name__}: "
        f"{item!r:.40}"
    )


def from_json(item: Any) -> Any:
    """Give what `to_json` was given.

    Raises
    ------
    ValueError
        If it is not what that gives.
    """
    if isinstance(item, list):
        return [from_json(part) for part in item]
    if not isinstance(item, dict):
        return item
    if _SIGN not in item:
        return {key: from_json(part) for key, part in item.items()}
    kind = item[_SIGN]
    if kind in ("nan", "inf", "-inf"):
        return float(kind)
    if kind == "tuple":
        return tuple(from_json(item["items"]))
    if kind == "dict":
        return {from_json(key): from_json(part) for key, part in item["items"]}
    raise ValueError(f"nothing is marked by {kind!r:.40}")
