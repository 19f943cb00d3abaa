"""With this module an optimiser's rule runs on arrays: as it stands, or compiled to one pass over them.

A rule is arithmetic, so it can be read as code: it is called once with names in place of numbers. Its settings are
names too, for schedules change them from step to step; a rule may ask of a setting only whether it is 0, and is read
anew where that changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, lru_cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import GraphError
from ..ops.code import Node
from ..ops.code_atoms import Code, tree_of

if TYPE_CHECKING:
    from .base import Optimizer

Array = Any
Moved = tuple[Array, tuple[Array, ...]]
Rule = Callable[[Array, Array, tuple[Array, ...], int], Moved]
Compiled = Callable[[Sequence[Array], Sequence[float]], list[Array]]

COMPILING = ("numba", "llvm")
"""The back ends that compile rules."""


def on_arrays(optimizer: Optimizer, settings: Mapping[str, Any], backend: str) -> Rule:
    """Give the rule of an optimiser as a function of arrays, with these settings.

    Parameters
    ----------
    optimizer : Optimizer
    settings : mapping
        Of a group; see `Optimizer.settings_of`.
    backend : {"numpy", "numba", "llvm", "jax"}
        What computes; see `compiled_rule`.

    Returns
    -------
    callable
        ``rule(data, grad, memory, t)`` gives the new data and the new memory.
    """
    compiled = compiled_rule(optimizer, settings) if backend in COMPILING else None
    return compiled or partial(optimizer.update, **settings)


def compiled_rule(optimizer: Optimizer, settings: Mapping[str, Any]) -> Rule | None:
    """Give the rule of an optimiser as one pass over arrays.

    Parameters
    ----------
    optimizer, settings
        As for `on_arrays`.

    Returns
    -------
    callable or None
        None if the rule is more than arithmetic, or does not depend on its arguments alone.
    """
    with suppress(TypeError):  # a setting that cannot be hashed
        return _with_numbers(type(optimizer).update, len(optimizer.slots), tuple(settings.items()))
    return None


@lru_cache(maxsize=64)  # to find out anew at each step would take longer than the pass
def _with_numbers(update: Callable[..., Any], slots: int, settings: tuple[tuple[str, Any], ...]) -> Rule | None:
    compiled = _compiled(update, slots, tuple([(name, _kind(setting)) for name, setting in settings]))
    if compiled is None:
        return None
    numbers = tuple(_numbers([setting for _, setting in settings]))

    def rule(data: Array, grad: Array, memory: tuple[Array, ...], t: int) -> Moved:
        new, *kept = compiled((data, grad, *memory), (float(t), *numbers))
        return new, tuple(kept)

    return rule


class _Number(NamedTuple):
    """Stands for a number among the settings, when a rule is read."""

    is_0: bool


class _Name(Code):
    """A name for a number, of which a rule may ask whether it is 0, but nothing else."""

    __slots__ = ("_is_0",)

    def __init__(self, name: str, is_0: bool) -> None:
        super().__init__(name)
        self._is_0 = is_0

    def __bool__(self) -> bool:
        return not self._is_0

    def __eq__(self, other: object) -> bool:
        raise TypeError("what is read as code must not compare numbers by ==")

    __hash__ = Code.__hash__


def _kind(setting: Any) -> Any:
    """Give what a rule may know of a setting when it is read."""
    if isinstance(setting, tuple):
        return tuple(map(_kind, setting))
    return _Number(setting == 0.0) if isinstance(setting, (int, float)) and not isinstance(setting, bool) else setting


def _numbers(settings: Iterable[Any]) -> Iterator[float]:
    """Give the numbers among settings, in their order."""
    for setting in settings:
        if isinstance(setting, tuple):
            yield from _numbers(setting)
        elif isinstance(_kind(setting), _Number):
            yield float(setting)


def _named(kind: Any, names: Iterator[str]) -> Any:
    """Give names for the numbers of a setting."""
    if isinstance(kind, _Number):
        return _Name(next(names), kind.is_0)
    return tuple([_named(part, names) for part in kind]) if isinstance(kind, tuple) else kind


@cache
def _compiled(update: Callable[..., Any], slots: int, kinds: tuple[tuple[str, Any], ...]) -> Compiled | None:
    """Compile a rule; None if it does not depend on its arguments alone, or is more than arithmetic."""
    from ..compiler.backends.numba_rule import array_name, number_name, one_pass

    def read() -> tuple[tuple[Node, ...], int]:
        names = map(number_name, count())
        t = _Name(next(names), is_0=False)
        settings = {name: _named(kind, names) for name, kind in kinds}
        data, grad, *memory = [Code(array_name(place)) for place in range(2 + slots)]
        # Nobody is in the place of the optimiser, whose attributes may change.
        new, kept = update(None, data, grad, tuple(memory), t, **settings)
        return tuple([tree_of(result) for result in (new, *kept)]), int(next(names)[1:])

    try:
        formulas, numbers = read()
        return one_pass(formulas, 2 + slots, numbers) if read()[0] == formulas else None  # else it draws
    except (AttributeError, TypeError, ValueError, GraphError):
        return None
