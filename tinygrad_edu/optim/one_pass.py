"""With this module an optimiser's rule runs on arrays: as it stands, or compiled to one pass over them.

A rule is arithmetic, so it can be read as code: it is called once with names in place of numbers. Its settings are
names too, for schedules change them from step to step; a rule may ask of a setting only whether it is 0, and is read
anew where that changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakSet

from ..ops.code import Node
from ..ops.code_atoms import Code, tree_of
from ..ops.operation import Op

if TYPE_CHECKING:
    from .base import Optimizer

Array = Any
Moved = tuple[Array, tuple[Array, ...]]
Rule = Callable[[Array, Array, tuple[Array, ...], int], Moved]
Compiled = Callable[[Sequence[Array], Sequence[float]], list[Array]]

COMPILING = ("numba", "llvm")
"""The back ends that compile rules."""

_MOST = 64
"""How many rules, and how many rules with settings, are remembered."""

_LARGEST = 600
"""Signs, names and numbers in a rule that is worth compiling; those of ours have 200 at most."""


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
        ``rule(data, grad, memory, t)`` gives the new data and the new memory, and leaves its arguments as they were.
    """
    compiled = compiled_rule(optimizer, settings) if backend in COMPILING else None
    return compiled or partial(_as_it_stands, optimizer.update, settings)


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


class _Read(NamedTuple):
    """A rule that was read as code, and what it read beside its arguments."""

    run: Compiled
    reach: list[Any]
    """See `tinygrad_edu.compiler.scalars.reach`."""


class _Known(NamedTuple):
    """A rule with settings."""

    settings: tuple[Any, ...]
    rule: Rule | None
    reach: list[Any]


_known: dict[Any, _Known] = {}  # to find out anew at each step would take longer than the pass
_changing: WeakSet[Any] = WeakSet()
"""Rules that read what has changed: they might be compiled for every step."""


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
    update, slots = type(optimizer).update, len(optimizer.slots)
    if update in _changing or getattr(optimizer.update, "__func__", None) is not update:
        return None
    # Settings are told apart as objects, not by ==, to which True is 1 and 0.0 is -0.0.
    key = update, slots, tuple(settings), tuple(map(id, settings.values()))
    known = _known.get(key)
    if known is None:
        known = _with_numbers(update, slots, settings)
        if len(_known) >= _MOST:
            _known.clear()
        _known[key] = known
    if known.reach:
        from ..compiler.scalars.reach import reach_of, same

        if not same(known.reach, reach_of(known.reach[0])):
            _changing.add(update)
            return None
    return known.rule


def _with_numbers(update: Callable[..., Any], slots: int, settings: Mapping[str, Any]) -> _Known:
    held = tuple(settings.values())
    read = None
    with suppress(TypeError):  # a setting that cannot be hashed
        read = _compiled(update, slots, tuple([(name, _kind(setting)) for name, setting in settings.items()]))
    if read is None:
        return _Known(held, None, [])
    run, numbers = read.run, tuple(_numbers(held))

    def rule(data: Array, grad: Array, memory: tuple[Array, ...], t: int) -> Moved:
        new, *kept = run((data, grad, *memory), (float(t), *numbers))
        return new, tuple(kept)

    return _Known(held, rule, read.reach)


@dataclass(frozen=True)
class _Number:
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


@lru_cache(maxsize=_MOST)
def _compiled(update: Callable[..., Any], slots: int, kinds: tuple[tuple[str, Any], ...]) -> _Read | None:
    """Compile a rule; None if it does not depend on its arguments alone, or is more than arithmetic."""
    from ..compiler.backends.numba_rule import array_name, number_name, one_pass
    from ..compiler.scalars.reach import is_looked_into, reach_of

    def read() -> tuple[tuple[Node, ...], int]:
        names = map(number_name, count())
        t = _Name(next(names), is_0=False)
        settings = {name: _named(kind, names) for name, kind in kinds}
        data, grad, *memory = [Code(array_name(place)) for place in range(2 + slots)]
        # Nobody is in the place of the optimiser, whose attributes may change.
        new, kept = update(None, data, grad, tuple(memory), t, **settings)
        return tuple([tree_of(result) for result in (new, *kept)]), int(next(names)[1:])

    ours = update.__module__.partition(".")[0] == __name__.partition(".")[0]  # and reads its arguments alone
    reach = [] if ours else reach_of((update, *[_filled(kind) for _, kind in kinds]))
    if not all(isinstance(item, Op) or is_looked_into(item) for item in reach):
        return None
    try:
        formulas, numbers = read()
        again, _ = read()
        if _size(formulas) > _LARGEST or _size(again) > _LARGEST or again != formulas:  # then it draws
            return None
        run = one_pass(formulas, 2 + slots, numbers)
        return _Read(run, reach) if _as_on_floats(run, update, slots, kinds) else None
    except Exception:  # whatever a rule raises that meets names, and numba where it does not know what to do
        return None


def _size(formulas: Sequence[Node]) -> int:
    """Count the signs, names and numbers of formulas, written out."""
    from ..ops.code_writer import transformed

    return sum(transformed(formulas, lambda node, sizes: 1 + sum(sizes)))


def _as_on_floats(run: Compiled, update: Callable[..., Any], slots: int, kinds: tuple[tuple[str, Any], ...]) -> bool:
    """Whether a rule gives the same on floats: it may have asked for a type, say, or a text."""
    import numpy as np

    settings = {name: _filled(kind) for name, kind in kinds}
    rows = np.array([[0.5, -2.0, 0.0], [1.0, 0.25, -0.25], *[[0.125, 0.25, 0.5]] * slots])
    for t in (1, 2, 3, 10):
        found = run([*rows], (float(t), *_numbers(settings.values())))
        for place, (data, grad, *memory) in enumerate(rows.T.tolist()):
            new, kept = update(None, data, grad, tuple(memory), t, **settings)
            if not np.allclose([row[place] for row in found], [new, *kept], rtol=1e-9, atol=0.0, equal_nan=True):
                return False
    return True


def _filled(kind: Any) -> Any:
    """Give a setting of a kind."""
    if isinstance(kind, _Number):
        return 0.0 if kind.is_0 else 0.375
    return tuple(map(_filled, kind)) if isinstance(kind, tuple) else kind
