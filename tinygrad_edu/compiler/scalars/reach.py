"""With this module one finds what a function can read beside its arguments, and knows whether that has changed.

Who keeps what was made of a function has to know: it may read numbers of its module, of where it was made, of a model.

>>> factors = [2.0]
>>> before = reach_of(lambda x: factors[0] * x)
>>> factors[0] = 3.0
>>> same(before, reach_of(before[0]))
False
"""

from __future__ import annotations

import functools
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from ...engine.value import Value

_MOST = 100_000  # things that are looked at

_PLAIN = (type(None), bool, int, float, str)

_LIBRARIES = {__name__.partition(".")[0], "jax", "numpy", "torch", *sys.stdlib_module_names}


def reach_of(f: Any) -> list[Any]:
    """Find what a function can read beside its arguments, near things first.

    It is looked for in its closure, the globals it names, its arguments that are given already, the object it belongs
    to, and what these hold or read in turn. Of a Value, and of what belongs to a library, nothing more is looked at.

    Parameters
    ----------
    f : callable, or several in a tuple

    Returns
    -------
    list
        The function itself first. Plain numbers and texts as often as they are met, other things once.
    """
    asked = {*map(id, f if isinstance(f, tuple) else (f,))}
    reached: list[Any] = []  # which also keeps all of them: no place in memory is used twice
    seen: set[int] = set()
    queue: deque[Any] = deque()

    def meet(items: Iterable[Any]) -> None:
        for item in items:
            kind = type(item)
            if kind not in _PLAIN:
                if id(item) in seen:
                    continue
                seen.add(id(item))
                if kind is not Value:  # as most are
                    queue.append(item)
            reached.append(item)

    meet((f,))
    while queue and len(reached) < _MOST:
        item = queue.popleft()
        meet(_parts(item))
        if isinstance(item, FunctionType) and (id(item) in asked or not _of_a_library(item)):
            meet(_globals_of(item))
    return reached


def same(before: Sequence[Any], now: Sequence[Any]) -> bool:
    """Tell whether what was reached before is what is reached now, each thing itself.

    Parameters
    ----------
    before, now : list
        As `reach_of` gave them.

    Returns
    -------
    bool
    """
    return len(before) == len(now) and all(old is new for old, new in zip(before, now, strict=True))


_CONTAINERS = (list, tuple, set, frozenset, deque)


def _parts(item: Any) -> Iterable[Any]:
    """Give what something holds or reads."""
    if isinstance(item, _CONTAINERS):
        return item
    if isinstance(item, dict):
        return item.values()
    if isinstance(item, functools.partial):
        return item.func, item.args, item.keywords
    if isinstance(item, MethodType):
        return item.__self__, item.__func__
    if isinstance(item, FunctionType):
        return _given_to(item)
    if isinstance(item, type):
        return () if _of_a_library(item) else vars(item).values()
    return () if isinstance(item, Value) or type(item).__module__ == "builtins" else _held_by(item)


def _of_a_library(item: Any) -> bool:
    """Whether a function or class reads nothing of the user's but what it is given."""
    return str(item.__module__).partition(".")[0] in _LIBRARIES


def _given_to(function: FunctionType) -> Iterator[Any]:
    """Give what a function was given when it was made."""
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # a cell that is empty as yet
            yield cell.cell_contents
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()


def _globals_of(function: FunctionType) -> Iterator[Any]:
    """Give what a function names: in its module, and in modules that it names."""
    names = dict.fromkeys(_names(function.__code__))
    for found in [place.get(name) for name in names for place in (function.__globals__, sys.modules) if name in place]:
        if isinstance(found, ModuleType):
            yield from [vars(found)[name] for name in names if name in vars(found)]
        else:
            yield found


def _held_by(item: Any) -> Iterator[Any]:
    """Give what an object has as attributes, and its class unless that is of a library."""
    yield from getattr(item, "__dict__", {}).values()
    for kind in type(item).__mro__:
        if not _of_a_library(kind):
            yield kind
            for name in kind.__dict__.get("__slots__", ()):
                yield getattr(item, name, None)


def _names(code: CodeType) -> Iterator[str]:
    """Give the global names in a piece of code, and in the functions and comprehensions within."""
    yield from code.co_names
    for inside in code.co_consts:
        if isinstance(inside, CodeType):
            yield from _names(inside)
