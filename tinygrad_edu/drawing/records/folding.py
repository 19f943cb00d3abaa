"""With this module one can decide what a picture leaves out, so that a large graph stays readable.

First the deepest scopes fold into one node each, then the next deeper ones; leaves that feed the very same
nodes join one family; what is still too much (a long chain, a wide fan) is elided in the middle.
A folding is a list that gives each drawable the key of its group, or None.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Any, Literal

from .drawables import Drawables

Folding = list[Hashable | None]
Collapse = Literal["auto"] | int | Callable[[Any], bool] | None
_REOPENED = 6  # scopes that are tried; each costs a look at the whole graph
LEAF_KINDS = ("leaf", "parameter", "input", "constant")
_OWN_KINDS = ("parameter", "constant")
"""Leaves that belong to what reads them; of others a picture is to show that they come from outside."""


def can_fold(collapse: Any) -> bool:
    """Whether this says what to fold."""
    count = isinstance(collapse, int) and not isinstance(collapse, bool) and collapse >= 0
    return count or collapse in ("auto", None) or callable(collapse)


COLLAPSES = '"auto", a number of levels (0 or more), a function of a scope, or None'


def fold(drawables: Drawables, collapse: Collapse, max_nodes: int) -> Folding:
    """Choose the group of every drawable.

    Parameters
    ----------
    drawables : Drawables
        Everything that could be drawn.
    collapse : "auto", int, callable or None
        See `tinygrad_edu.draw`.
    max_nodes : int
        How many nodes "auto" may leave on the picture.

    Returns
    -------
    list
        Keys ``("scope", scope)``, ``("family", number)``, ``("elided",)``, or None.
    """
    if collapse is None:
        return [None] * len(drawables)
    if callable(collapse):
        wanted = collapse
        return _absorb_leaves(drawables, [_outermost(chain, wanted) for chain in drawables.chains])
    if collapse != "auto":
        return _fold_below(drawables, int(collapse))
    folding: Folding = [None] * len(drawables)
    if len(drawables) <= max_nodes and _fits(drawables, folding, max_nodes):
        return folding
    deepest = max((len(chain) for chain in drawables.chains), default=0)
    if deepest == 0:
        return _elide(drawables, folding, max_nodes)
    for depth in range(deepest - 1, -1, -1):
        folding = _fold_below(drawables, depth)
        if _fits(drawables, folding, max_nodes):
            return _reopen(drawables, folding, depth, max_nodes)
        for tried in (_join_families(drawables, folding), _absorb_leaves(drawables, list(folding), LEAF_KINDS)):
            if _fits(drawables, tried, max_nodes):
                return _reopen(drawables, tried, depth, max_nodes)
    folding = _absorb_leaves(drawables, folding, LEAF_KINDS)
    return _elide(drawables, _join_families(drawables, folding), max_nodes)


def key_of(folding: Folding, place: int) -> Hashable:
    """Give the key under which a drawable is drawn: its group's, or its own place."""
    return place if folding[place] is None else folding[place]


def _outermost(chain: tuple[Any, ...], wanted: Callable[[Any], bool]) -> Hashable | None:
    return next((("scope", scope) for scope in chain if wanted(scope)), None)


def _fold_below(drawables: Drawables, depth: int) -> Folding:
    return _absorb_leaves(
        drawables, [("scope", chain[depth]) if len(chain) > depth else None for chain in drawables.chains]
    )


def _reopen(drawables: Drawables, folding: Folding, depth: int, max_nodes: int) -> Folding:
    """Open folded scopes by one level again, from the output backwards, while there is room for their insides.

    A neuron beside others stays folded: open, it would look like another thing than they are.
    """
    scopes = list(dict.fromkeys(key for key in folding if isinstance(key, tuple) and key[0] == "scope"))
    for wanted in reversed(scopes[-_REOPENED:]):
        inside = [
            i for i, chain in enumerate(drawables.chains) if len(chain) > depth and ("scope", chain[depth]) == wanted
        ]
        beside = sum(scope.parent is wanted[1].parent for _, scope in scopes)
        if beside > 1 and all(len(drawables.chains[i]) == depth + 1 for i in inside):
            continue
        tried = [None if key == wanted else key for key in folding]
        for i in inside:
            tried[i] = ("scope", drawables.chains[i][depth + 1]) if len(drawables.chains[i]) > depth + 1 else None
        tried = _absorb_leaves(drawables, tried)
        if _fits(drawables, tried, max_nodes, edges_per_node=2):
            folding = tried
    return folding


def _absorb_leaves(drawables: Drawables, folding: Folding, kinds: tuple[str, ...] = _OWN_KINDS) -> Folding:
    """Hide a leaf of some kinds inside a group that is its only reader."""
    for i, readers in enumerate(_readers(drawables, folding)):
        if folding[i] is None and drawables.kinds[i] in kinds and len(readers) == 1:
            (reader,) = readers
            if not isinstance(reader, int):
                folding[i] = reader
    return folding


def _readers(drawables: Drawables, folding: Folding) -> list[set[Hashable]]:
    readers: list[set[Hashable]] = [set() for _ in drawables.ids]
    for target, operands in enumerate(drawables.operands):
        for source in operands:
            readers[source].add(key_of(folding, target))
    return readers


def _join_families(drawables: Drawables, folding: Folding) -> Folding:
    """Join three or more leaves of one kind that feed exactly the same nodes, at least one of which is a group."""
    families: dict[tuple[str, frozenset[Hashable]], list[int]] = defaultdict(list)
    for i, readers in enumerate(_readers(drawables, folding)):
        if folding[i] is None and drawables.kinds[i] in LEAF_KINDS and any(not isinstance(r, int) for r in readers):
            families[drawables.kinds[i], frozenset(readers)].append(i)
    joined = list(folding)
    for number, members in enumerate(families.values()):
        if len(members) >= 3:
            for i in members:
                joined[i] = ("family", number)
    return joined


def _fits(drawables: Drawables, folding: Folding, max_nodes: int, edges_per_node: int = 4) -> bool:
    """Few enough nodes, and few enough edges that the layout is quick and the lines can be told apart."""
    keys = {key_of(folding, i) for i in range(len(drawables))}
    if len(keys) > max_nodes:
        return False
    edges: set[tuple[Hashable, Hashable]] = set()
    for target, operands in enumerate(drawables.operands):
        edges.update((key_of(folding, source), key_of(folding, target)) for source in operands)
    return len(edges) <= edges_per_node * max_nodes


def _elide(drawables: Drawables, folding: Folding, max_nodes: int) -> Folding:
    """Keep the beginning and the end of the topological order, and put one node in place of the middle.

    The middle is one stretch of that order, so nothing can lead out of it and back in: no cycle arises.
    """
    last: dict[Hashable, int] = {}
    for i in range(len(drawables)):
        last[key_of(folding, i)] = i
    keys = sorted(last, key=last.__getitem__)
    room = max(max_nodes - 1, 2)
    if len(keys) <= room:
        return folding
    middle = set(keys[room - room // 2 : len(keys) - room // 2])
    return [("elided",) if key_of(folding, i) in middle else folding[i] for i in range(len(drawables))]
