"""With this module an optimiser's rule runs on arrays: as it stands, or compiled to one pass over them.

A rule is arithmetic, so it can be read as code: it is called once with names in place of numbers. Its settings are
names too, for schedules change them from step to step; a rule may ask of a setting only whether it is 0, and is read
anew where that changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

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
        What computes. Those that compile do so with the rules of this package.

    Returns
    -------
    callable
        ``rule(data, grad, memory, t)`` gives the new data and the new memory, and leaves its arguments as they were.
    """
    update = type(optimizer).update
    ours = update.__module__.partition(".")[0] == __name__.partition(".")[0] and "update" not in vars(optimizer)
    if not ours:  # nobody knows what it reads beside its arguments, nor what it writes to
        return partial(_as_it_stands, optimizer.update, settings)
    if backend in COMPILING:
        return _with_numbers(update, len(optimizer.slots), tuple(settings.items()))
    return partial(update, optimizer, **settings)


def _as_it_stands(
    update: Callable[..., Any], settings: Mapping[str, Any], data: Array, grad: Array, memory: tuple[Array, ...], t: int
) -> Moved:
    """Run a rule on arrays. What it says of numbers holds: ``grad *= 0.5`` is no change to what it was given."""
    try:
        new, kept = update(_locked(data), _locked(grad), tuple(map(_locked, memory)), t, **settings)
    except ValueError:  # it writes into them
        new, kept = update(data.copy(), grad.copy(), tuple([slot.copy() for slot in memory]), t, **settings)
    return _whole(new, data), tuple([_whole(slot, data) for slot in kept])


def _locked(array: Array) -> Array:
    view = array.view()
    view.flags.writeable = False
    return view


def _whole(result: Any, like: Array) -> Array:
    """Give an array, also where a rule gave one number for all."""
    import numpy as np

    return result if np.shape(result) == like.shape else np.full_like(like, result)


@lru_cache(maxsize=64)  # to find out anew at each step would take longer than the pass
def _with_numbers(update: Callable[..., Any], slots: int, settings: tuple[tuple[str, Any], ...]) -> Rule:
    run = _compiled(update, slots, tuple([(name, _kind(setting)) for name, setting in settings]))
    numbers = tuple(_numbers([setting for _, setting in settings]))

    def rule(data: Array, grad: Array, memory: tuple[Array, ...], t: int) -> Moved:
        new, *kept = run((data, grad, *memory), (float(t), *numbers))
        return new, tuple(kept)

    return rule


class _Number(NamedTuple):
    """Stands for a number among the settings, when a rule is read."""

    is_0: bool


class _Name(Code):
    """A name for a number, of which a rule may ask whether it is 0."""

    __slots__ = ("_is_0",)

    def __init__(self, name: str, is_0: bool) -> None:
        super().__init__(name)
        self._is_0 = is_0

    def __bool__(self) -> bool:
        return not self._is_0


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


@lru_cache(maxsize=64)
def _compiled(update: Callable[..., Any], slots: int, kinds: tuple[tuple[str, Any], ...]) -> Compiled:
    """Read a rule, and compile it."""
    from ..compiler.backends.numba_rule import array_name, number_name, one_pass

    names = map(number_name, count())
    t = _Name(next(names), is_0=False)
    settings = {name: _named(kind, names) for name, kind in kinds}
    data, grad, *memory = [Code(array_name(place)) for place in range(2 + slots)]
    # Nobody is in the place of the optimiser, whose attributes may change.
    new, kept = update(None, data, grad, tuple(memory), t, **settings)
    return one_pass(tuple([tree_of(result) for result in (new, *kept)]), 2 + slots, int(next(names)[1:]))
