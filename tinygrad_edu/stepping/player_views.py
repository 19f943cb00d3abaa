"""With this module one can choose the pictures of a player: the whole, and one for each scope folded on it.

Only a whole that is too large to show at once has folded scopes. Each then gets a view of its own, which shows
its inside and its neighbours, as long as all views together stay of a size that a page can hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..drawing.records.build import build_folded
from ..drawing.records.drawables import Drawables, list_drawables
from ..drawing.records.folding import Collapse, Folding, fold, key_of
from ..drawing.records.records import Records
from ..drawing.records.sources import Source
from ..drawing.style import Style
from ..ops.notation import visible

MOST_NODES_IN_DETAIL = 600


@dataclass(frozen=True, slots=True)
class View:
    """One picture of the player.

    Attributes
    ----------
    name : str
        What it shows: "" for the whole, else the scope.
    records : Records
        What is drawn.
    homes : mapping
        For each node of the computation, the id of the record that stands for it; missing where none does.
    opens : str
        The id of the group, on another view, that this one shows the inside of; "" for the whole.
    """

    name: str
    records: Records
    homes: Mapping[Any, str]
    opens: str = ""

    def shows(self, node: Any) -> bool:
        """Whether the node is drawn by itself rather than as a part of a group."""
        return self.homes.get(node, "").startswith("n")


def make_views(
    source: Source,
    style: Style,
    gradient: Callable[[Any], float],
    collapse: Collapse,
    max_nodes: int,
    in_detail: int = MOST_NODES_IN_DETAIL,
) -> list[View]:
    """Make the whole and its details.

    Parameters
    ----------
    source : Source
        The computation.
    style : Style
        How it is to be shown.
    gradient : callable
        The final gradient of a node.
    collapse : "auto", int, callable or None
        What is folded at first; see `draw`.
    max_nodes : int
        How many nodes one view may show.
    in_detail : int
        How many nodes the details may show, all together.

    Returns
    -------
    list of View
        The whole first.
    """
    drawables = list_drawables(source.order, source.outputs, source.kinds)

    def records_of(folding: Folding, near: Iterable[int] | None = None) -> Records:
        return build_folded(source, drawables, folding, style, frozenset(), gradient, near)

    folding = fold(drawables, collapse, max_nodes)
    whole = records_of(folding)
    views = [View("", whole, _homes(source, whole))]
    waiting = [(folding, key) for key in _folded_scopes(folding)]
    room = in_detail
    readers = drawables.consumers()
    while waiting and room > 0:
        outer, key = waiting.pop(0)
        inside = [i for i in range(len(drawables)) if outer[i] == key]
        opened = _open(drawables, outer, key, inside, max_nodes)
        around = {*inside, *(j for i in inside for j in (*readers[i], *drawables.operands[i]))}
        if len({key_of(opened, i) for i in around}) > room:
            continue
        everything = records_of(opened, around)
        group = _group_id(drawables, inside)
        detail = _restrict(everything, _ids_of(drawables, opened, inside))
        room -= len(detail.nodes)
        drawn = {node.id for node in detail.nodes}
        homes = {node: home for node, home in _homes(source, everything).items() if home in drawn}
        views.append(View(visible(source.scope_names[key[1]]), replace(detail, note=""), homes, group))
        waiting += [(opened, inner) for inner in _folded_scopes([opened[i] for i in inside])]
    return views


def _homes(source: Source, records: Records) -> dict[Any, str]:
    return {node: home for node, home in zip(source.order, records.homes, strict=True) if home}


def _folded_scopes(folding: Folding) -> list[tuple[Any, ...]]:
    return list(dict.fromkeys(key for key in folding if isinstance(key, tuple) and key[0] == "scope"))


def _group_id(drawables: Drawables, inside: list[int]) -> str:
    return "g" + drawables.ids[inside[0]][1:]


def _ids_of(drawables: Drawables, folding: Folding, inside: list[int]) -> set[str]:
    """Give the ids of the records that stand for some drawables; a group has its first member's number."""
    firsts: dict[Hashable, int] = {}
    for i in range(len(drawables)):
        firsts.setdefault(key_of(folding, i), i)
    return {
        drawables.ids[i] if folding[i] is None else _group_id(drawables, [firsts[key_of(folding, i)]]) for i in inside
    }


def _open(drawables: Drawables, outer: Folding, key: tuple[Any, ...], inside: list[int], max_nodes: int) -> Folding:
    """Open one scope: wholly if its inside fits, else by one level."""
    opened = list(outer)
    scope = key[1]
    for i in inside:
        chain = drawables.chains[i]
        depth = next((d for d, at in enumerate(chain) if at is scope), len(chain) - 1) + 1
        opened[i] = ("scope", chain[depth]) if len(inside) > max_nodes and len(chain) > depth else None
    return opened


def _restrict(records: Records, inside: set[str]) -> Records:
    """Keep the nodes inside, their neighbours, and the edges that touch the inside."""
    edges = tuple(edge for edge in records.edges if edge.source in inside or edge.target in inside)
    kept = inside | {edge.source for edge in edges} | {edge.target for edge in edges}
    nodes = tuple(node for node in records.nodes if node.id in kept)
    parents = {cluster.id: cluster.parent for cluster in records.clusters}
    used: dict[str | None, int] = defaultdict(int)
    for node in nodes:
        at = node.cluster
        while at is not None and not used[at]:
            used[at] += 1
            at = parents[at]
    clusters = tuple(cluster for cluster in records.clusters if used[cluster.id])
    return replace(records, nodes=nodes, edges=edges, clusters=clusters)
