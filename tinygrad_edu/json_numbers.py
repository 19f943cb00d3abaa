"""With this module every float survives in JSON, which has no sign for nan and the infinities: they become strings."""

from __future__ import annotations

import math
from typing import Any

_ACCEPTED = 'a number, "nan", "inf" or "-inf"'


def to_json(x: float) -> float | str:
    """Give what stands for a float in JSON.

    Examples
    --------
    >>> to_json(0.5), to_json(-math.inf)
    (0.5, '-inf')
    """
    return x if math.isfinite(x) else repr(float(x))


def from_json(item: Any) -> float:
    """Give the float that `to_json` wrote.

    Raises
    ------
    ValueError
        If it is something else, or a number that no float can hold.

    Examples
    --------
    >>> from_json(1), from_json("nan")
    (1.0, nan)
    """
    if isinstance(item, str) and item in ("nan", "inf", "-inf"):
        return float(item)
    if type(item) is not float and type(item) is not int:
        raise ValueError(f"expected {_ACCEPTED}, got {item!r:.80}")
    try:
        return float(item)
    except OverflowError:
        raise ValueError(f"expected {_ACCEPTED}, got one too large for a float") from None
