"""With this module one can build large graphs without Python's garbage collector."""

from __future__ import annotations

import gc
import threading
from contextlib import ContextDecorator
from types import TracebackType


class _Pauses:
    """How many pauses are open, in all threads together, and whether the collector ran before the first."""

    lock = threading.Lock()
    count = 0
    was_running = False


class collector_paused(ContextDecorator):
    """Build large graphs without Python's garbage collector. Usable as a decorator too.

    The collector looks for reference cycles among the newest objects again and again, and a graph is nothing but new
    objects. Graphs of Values have no cycles: their memory is freed by reference counting when their root goes, inside
    a pause as outside. Cycles that other code makes inside wait until the pause is over. Pauses may be nested and may
    overlap in several threads; the collector runs again after the last one, if it ran before the first.

    Examples
    --------
    >>> import gc
    >>> from tinygrad_edu import Value, collector_paused
    >>> x = Value(1.0)
    >>> with collector_paused():
    ...     y = x
    ...     for _ in range(1000):
    ...         y = y + x
    >>> y.data, gc.isenabled()
    (1001.0, True)
    """

    def __enter__(self) -> None:
        with _Pauses.lock:
            if _Pauses.count == 0:
                _Pauses.was_running = gc.isenabled()
                gc.disable()
            _Pauses.count += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with _Pauses.lock:
            _Pauses.count -= 1
            if _Pauses.count == 0 and _Pauses.was_running:
                gc.enable()
