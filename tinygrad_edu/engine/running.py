"""With this module those who call a user's function, to differentiate or compile it, tell the Values made inside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ..errors import FrozenNumberError


class _Running(threading.local):
    """What is going on in this thread."""

    created: list[Any] | None = None  # leaves made while a function is being differentiated
    compiling: str | None = None  # the function that is being compiled: what Python decides meanwhile is for good
    scan: Callable[[Any, Any, Any], Any] | None = None  # how `scan` is traced while a function is compiled


running = _Running()


def demand_free_choice() -> None:
    """Refuse to turn a Value into a truth value where that would hold for all later calls."""
    if running.compiling is not None:
        raise FrozenNumberError(
            f"{running.compiling} compares Values, or asks one for its truth, while it is traced: compiled, it would "
            "take the same way in every call. A comparison that is computed anew is tg.less(0.0, p), for p > 0: write "
            "tg.where(tg.less(0.0, p), a, b), or tg.max or tg.maximum, or run it eagerly"
        )
