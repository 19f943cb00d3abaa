"""With this module one can tell what a function reads beside its arguments, and whether that has changed.

Who keeps what was made of a function has to know: a function may read numbers of its module, or of where it was made.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from ..ops.operation import Op

_PLAIN = (type(None), bool, int, float, str, Op, BuiltinFunctionType)
"""What stays as it is."""

_TRUSTED = {__name__.partition(".")[0], "builtins", "numpy", *sys.stdlib_module_names}
"""Packages in which nobody changes anything."""


class Surroundings(NamedTuple):
    """What a function reads beside its arguments.

    Attributes
    ----------
    look : tuple of callable
        Each gives one of the things that it reads, as it is now.
    seen : tuple
        What they gave.
    """

    look: tuple[Callable[[], Any], ...]
    seen: tuple[Any, ...]

    def changed(self) -> bool:
        """Tell whether anything is another thing than before."""
        return any(look() is not seen for look, seen in zip(self.look, self.seen, strict=True))


NOTHING = Surroundings((), ())


def surroundings_of(function: Any) -> Surroundings | None:
    """Find what a function reads beside its arguments: of its module, of functions around it, by functions it calls.

    Parameters
    ----------
    function : callable

    Returns
    -------
    Surroundings or None
        None if among it is something that may change by itself, as lists and objects with attributes may.

    Examples
    --------
    >>> factor = 2.0
    >>> def twice(x):
    ...     return factor * x
    >>> twice.__module__ = "somebody's"
    >>> found = surroundings_of(twice)
    >>> found.changed()
    False
    >>> factor = 3.0
    >>> found.changed()
    True
    """
    found: list[tuple[Callable[[], Any], Any]] = []
    known: set[tuple[int, frozenset[str]]] = set()
    waiting: list[tuple[Any, frozenset[str]]] = [(function, frozenset())]
    while waiting:
        item, names = waiting.pop()
        if _stays(item):
            continue
        if isinstance(item, tuple):
            waiting += [(part, names) for part in item]
            continue
        if not isinstance(item, (FunctionType, ModuleType, type)):
            return None
        if isinstance(item, FunctionType):
            names = frozenset(_names(item.__code__))
        if (id(item), names) in known:
            continue
        known.add((id(item), names))
        for look in _looks(item, names):
            found.append((look, look()))
            waiting.append((found[-1][1], names))
    return Surroundings(tuple([look for look, _ in found]), tuple([seen for _, seen in found]))


def _stays(item: Any) -> bool:
    """Whether something never changes, nor what it reads."""
    if isinstance(item, ModuleType):
        home = item.__name__
    elif isinstance(item, (FunctionType, type)):
        home = item.__module__
    else:
        return isinstance(item, _PLAIN)
    return str(home).partition(".")[0] in _TRUSTED


def _looks(item: Any, names: frozenset[str]) -> Iterator[Callable[[], Any]]:
    """Go through the places where a function, or who reads a module or a class by such names, looks things up."""
    if isinstance(item, FunctionType):
        yield partial(getattr, item, "__defaults__")
        yield from [partial(_value, defaults, name) for defaults in (item.__kwdefaults__ or {},) for name in defaults]
        yield from [partial(getattr, cell, "cell_contents", None) for cell in item.__closure__ or ()]
        places: list[Mapping[str, Any]] = [item.__globals__, sys.modules]  # which a function may import
    elif isinstance(item, ModuleType):
        places = [vars(item)]
    else:
        places = [vars(kind) for kind in item.__mro__]
    yield from [partial(_value, place, name) for place in places for name in names if name in place]


def _value(place: Mapping[str, Any], name: str) -> Any:
    return place.get(name)


def _names(code: CodeType) -> Iterator[str]:
    """Give the names that a piece of code looks up, and functions within it."""
    yield from code.co_names
    for inside in code.co_consts:
        if isinstance(inside, CodeType):
            yield from _names(inside)
