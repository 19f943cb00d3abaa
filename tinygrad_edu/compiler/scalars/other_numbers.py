"""With this module a function can be run as if Values had other numbers, while nobody's Values are changed.

To find out whether a function reads numbers while it is traced, one has to trace it with other numbers. They cannot be
written into the Values: those are the user's, other threads compute with them, and Ctrl-C may come at any moment. They
cannot be handed over in copies either, since a function may find its Values anywhere.

But a Value keeps its number in one slot, by which everybody reads it in the end. So for as long as a function runs
here, that attribute of the class is a window: to the one thread that runs the function it shows other numbers, to all
others what the slot behind it holds, which nobody touches. Usually there is no window, and reading costs what it always
did.

A window that an interrupt leaves behind shows true numbers to everybody, and goes when the next one is closed.

In CPython 3.13 and later a class that has been changed a thousand times is looked up without caches from then on, and
opening and closing a window are two changes; so none is opened where there is no Value to show other numbers of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock, get_ident
from typing import Any, TypeVar

from ...engine.changes import changes
from ...engine.value import Value

T = TypeVar("T")
_DATA = "_data"
_lock = Lock()
_views: dict[int, tuple[_View, ...]] = {}  # by thread; several where a function that is traced compiles another


class _View:
    """What a thread sees of Values; of none, once it is closed."""

    __slots__ = ("numbers",)

    def __init__(self, numbers: Mapping[Value, float]) -> None:
        self.numbers = numbers


class _Window:
    """Takes the place of the slot `_data` of the class Value."""

    def __init__(self, slot: Any) -> None:
        self.slot = slot
        self.read = slot.__get__

    def __get__(self, value: Any, kind: type | None = None) -> Any:
        for view in _views.get(get_ident(), ()):
            if value in view.numbers:
                return view.numbers[value]
        return self.read(value, kind)

    def __set__(self, value: Value, number: float) -> None:
        self.slot.__set__(value, number)


_window = _Window(vars(Value)[_DATA])


def with_numbers(numbers: Mapping[Value, float], function: Callable[..., T], *args: Any) -> T:
    """Call a function that sees other numbers in some Values.

    Parameters
    ----------
    numbers : mapping of Value to float
    function : callable
    *args
        What to call it with.

    Returns
    -------
    object
        What the function returns.

    Examples
    --------
    >>> w, v = Value(2.0), Value(3.0)
    >>> with_numbers({w: 10.0}, lambda: (w * v).data)
    30.0
    >>> (w * v).data
    6.0
    """
    if not numbers:
        return function(*args)
    view = _View(numbers)
    try:
        _open(view)
        return function(*args)
    finally:
        view.numbers = {}  # first, and without a call, so that no interrupt can come between
        _close_all_empty()


def _open(view: _View) -> None:
    with _lock:
        _views[get_ident()] = (view, *_views.get(get_ident(), ()))
        changes.hidden = True
        setattr(Value, _DATA, _window)


def _close_all_empty() -> None:
    with _lock:
        for thread, views in list(_views.items()):
            _views[thread] = tuple(view for view in views if view.numbers)
            if not _views[thread]:
                del _views[thread]
        if not _views:
            setattr(Value, _DATA, _window.slot)
            changes.hidden = False
