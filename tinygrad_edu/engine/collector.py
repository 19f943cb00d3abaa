"""With this module one can build large graphs without Python's garbage collector."""

from __future__ import annotations

import gc
import threading
from types import TracebackType

from .decorating import Decorator

_lock = threading.RLock()
_pauses: list[object] = []  # those that are open, in all threads together
_was_running = [False]  # whether the collector ran before the first of them


def _settle(pause: object, open: bool) -> None:
    """Open or close a pause, once, and let the collector run or not accordingly."""
    with _lock:
        if open and pause not in _pauses:
            if not _pauses:
                _was_running[0] = gc.isenabled()
            _pauses.append(pause)
            gc.disable()
        elif not open and pause in _pauses:
            if len(_pauses) == 1 and _was_running[0]:
                gc.enable()
            _pauses.remove(pause)


class collector_paused(Decorator):
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

    def __init__(self) -> None:
        self._open: list[object] = []

    def _recreate_cm(self) -> collector_paused:
        return collector_paused()

    def __enter__(self) -> None:
        self._open.append(object())
        try:
            _settle(self._open[-1], True)
        except BaseException:
            _settle(self._open[-1], False)
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        try:
            _settle(self._open[-1], False)
        except BaseException:  # an interrupt: to close a pause twice does no harm
            _settle(self._open[-1], False)
            raise
        self._open.pop()
