"""With this module one can turn a computation into the records of its drawing.

It computes no derivative: values, gradients and local derivatives are read from the nodes as they stand.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import Any

from ...ops.notation import sign_of, visible
from ...words import say
from ..style import Style
from .drawables import Drawables, list_drawables
from .edges import ClusterRecord, EdgeRecord
from .folding import Collapse, Folding, fold, key_of
from .nodes import ConstantRecord, ElisionRecord, GroupRecord, NodeRecord
from .records import Records
from .sources import Source, gradients_as_they_stand


def build(source: Source, style: Style, collapse: Collapse, highlight: Iterable[Any], max_nodes: int) -> Records:
    """Make the records of a drawing; the parameters are those of `tinygrad_edu.draw`, already checked."""
    drawables = list_drawables(source.order, source.outputs, source.kinds)
    folding = fold(drawables, collapse, max_nodes)
    return build_folded(source, drawables, folding, style, frozenset(highlight), gradients_as_they_stand(source))


def build_folded(
    source: Source,
    drawables: Drawables,
    folding: Folding,
    style: Style,
    highlight: frozenset[Any],
    gradient: Callable[[Any], float] | None,
    near: Iterable[int] | None = None,
) -> Records:
    """Make the records of a drawing whose folding is decided, with gradients from wherever the caller has them.

    With `near` only what these drawables are drawn as, and the edges between.
    """
    return _RecordBuilder(source, drawables, folding, style, highlight, gradient, near).records()


_WITHOUT_GRADIENT = ("constant", "input")


class _RecordBuilder:
    def __init__(
        self,
        source: Source,
        drawables: Drawables,
        folding: Folding,
        style: Style,
        highlight: frozenset[Any],
        gradient: Callable[[Any], float] | None,
        near: Iterable[int] | None = None,
    ) -> None:
        self.near = range(len(drawables)) if near is None else sorted(near)
        self.wanted = None if near is None else {key_of(folding, i) for i in self.near}
        self.drawables, self.folding = drawables, folding
        self.style, self.highlight, self.gradient = style, highlight, gradient
        self.scope_names, self.labels = source.scope_names, source.labels
        self.members: dict[Hashable, list[int]] = defaultdict(list)
        for i in range(len(drawables)):
            self.members[key_of(folding, i)].append(i)
        self.cluster_ids: dict[Any, str] = {}
        self.clusters: list[ClusterRecord] = []
        self.record_ids: dict[Hashable, str] = {}
        self.exits = _exits(drawables, folding)

    def records(self) -> Records:
        # By their last members: whatever a group reads comes before it.
        members = self.members.items()
        chosen = members if self.wanted is None else [(key, m) for key, m in members if key in self.wanted]
        nodes = [self._node(key, m) for key, m in sorted(chosen, key=lambda item: item[1][-1])]
        homes = tuple("" if place < 0 else self._id_of(place) for place in self.drawables.place_of_node)
        return Records(
            nodes=tuple(nodes),
            edges=tuple(self._edges()),
            clusters=tuple(self.clusters),
            note=self._note(len(nodes)),
            style=self.style,
            homes=homes,
        )

    def _id_of(self, place: int) -> str:
        return self.record_ids.get(key_of(self.folding, place), "")

    def _node(self, key: Hashable, members: list[int]) -> NodeRecord:
        first = members[0]
        if self.folding[first] is None:
            self.record_ids[key] = self.drawables.ids[first]
            return self._single(first)
        assert isinstance(key, tuple)
        self.record_ids[key] = ("e" if key[0] == "elided" else "g") + self.drawables.ids[first][1:]
        return self._group(key, members)

    def _single(self, i: int) -> NodeRecord:
        node, kind = self.drawables.nodes[i], self.drawables.kinds[i]
        value = _number_of(node)
        grad = self.gradient(node) if self.gradient and kind not in _WITHOUT_GRADIENT else None
        partials = getattr(node, "partials", ())
        towards = [p for p, k in zip(partials, self.drawables.operands[i], strict=False) if self._gets_gradient(k)]
        flags = []
        if grad == 0.0:
            flags.append("zero")
        if towards and all(p == 0.0 for p in towards) and (grad is None or math.isfinite(grad)):  # 0 × nan is nan
            flags.append("dead")
        if any(x is not None and not math.isfinite(x) for x in (value, grad, *towards)):
            flags.append("alarm")
        record = ConstantRecord if kind == "constant" else NodeRecord
        return record(
            id=self.drawables.ids[i],
            kind=kind,
            name=visible(node.name or ""),
            symbol="" if node.op is None or not node.parents else sign_of(node.op),
            short_name=_name_within(visible(node.name or ""), self.drawables.chains[i]),
            value=value,
            grad=grad,
            cluster=self._cluster(self.drawables.chains[i]),
            flags=tuple(flags),
            highlighted=node in self.highlight,
            op=node.op if node.parents else None,
            label=self.labels[node],
        )

    def _group(self, key: tuple[Any, ...], members: list[int]) -> NodeRecord:
        inside = [self.drawables.nodes[i] for i in members if self.drawables.kinds[i] != "constant"]
        grad: float | None = None
        if self.gradient:
            sizes = [abs(self.gradient(self.drawables.nodes[i])) for i in members if self._gets_gradient(i)]
            grad = math.hypot(*sizes) if all(map(math.isfinite, sizes)) else math.nan
        chain = self._common_chain(members)
        if key[0] == "scope":
            name = self.scope_names[key[1]]
            chain = tuple(key[1].chain()[:-1])
        elif key[0] == "family":
            kind = self.drawables.kinds[members[0]]
            named = [visible(node.name) for node in inside if node.name]
            name = f"{named[0]} … {named[-1]}" if len(named) > 1 else _several(kind)
        else:
            name = ""
        bad = not all(math.isfinite(_number_of(node) or 0.0) for node in inside)
        flags = ("alarm",) if bad or (grad is not None and math.isnan(grad)) else ("zero",) if grad == 0.0 else ()
        record = ElisionRecord if key[0] == "elided" else GroupRecord
        return record(
            id=self.record_ids[key],
            name=visible(name),
            grad=grad,
            cluster=self._cluster(chain),
            flags=flags,
            hidden=len(members),
            highlighted=any(node in self.highlight for node in inside),
        )

    def _gets_gradient(self, place: int) -> bool:
        return self.drawables.kinds[place] not in _WITHOUT_GRADIENT

    def _common_chain(self, members: list[int]) -> tuple[Any, ...]:
        common = self.drawables.chains[members[0]]
        for i in members:
            chain = self.drawables.chains[i]
            n = 0
            while n < min(len(common), len(chain)) and common[n] is chain[n]:
                n += 1
            common = common[:n]
        return common

    def _cluster(self, chain: tuple[Any, ...]) -> str | None:
        parent: str | None = None
        for scope in chain:
            if scope not in self.cluster_ids:
                self.cluster_ids[scope] = f"s{len(self.cluster_ids)}"
                self.clusters.append(ClusterRecord(self.cluster_ids[scope], visible(self.scope_names[scope]), parent))
            parent = self.cluster_ids[scope]
        return parent

    def _edges(self) -> Iterable[EdgeRecord]:
        merged: dict[tuple[str, str], EdgeRecord] = {}
        for i in self.near:
            operands, node = self.drawables.operands[i], self.drawables.nodes[i]
            partials = getattr(node, "partials", ())
            for k, j in enumerate(operands):
                source, target = self._id_of(j), self._id_of(i)
                if source == target or not source or not target:
                    continue
                local = partials[k] if len(partials) == len(operands) and self._gets_gradient(j) else None
                contribution = local * self.gradient(node) if local is not None and self.gradient else None
                bright = self.drawables.nodes[j] in self.highlight and node in self.highlight
                edge = EdgeRecord(source, target, k, local, contribution, 1, bright, (k,))
                if self.folding[i] is None and self.folding[j] is None:
                    yield edge
                else:
                    # Beside a box that stands for several nodes, the slope of a hidden one would read as the box's.
                    if self.folding[i] is not None or len(self.exits[key_of(self.folding, j)]) > 1:
                        edge = replace(edge, local=None)
                    before = merged.get((source, target))
                    merged[source, target] = edge if before is None else _merge(before, edge)
        yield from merged.values()

    def _note(self, drawn: int) -> str:
        total = len(self.drawables)
        hidden = total - sum(1 for group in self.folding if group is None)
        if not hidden:
            return ""
        kinds = {key[0] for key in self.folding if isinstance(key, tuple)}
        ways = {
            "scope": say("folded into their scopes"),
            "family": say("joined with their like"),
            "elided": say("left out in the middle"),
        }
        how = say(" and ").join(words for kind, words in ways.items() if kind in kinds)
        counts = {"hidden": f"{hidden:,}", "total": f"{total:,}", "drawn": f"{drawn:,}"}
        return say("{hidden} of {total} nodes are {how}; {drawn} are drawn", how=how, **counts)


def _several(kind: str) -> str:
    """Name leaves of a kind that have no names."""
    return {
        "leaf": say("leafs"),
        "parameter": say("parameters"),
        "input": say("inputs"),
        "constant": say("constants"),
    }[kind]


def _exits(drawables: Drawables, folding: Folding) -> dict[Hashable, set[int]]:
    """Give for each group its members that are read outside of it."""
    exits: dict[Hashable, set[int]] = defaultdict(set)
    for i, operands in enumerate(drawables.operands):
        for j in operands:
            if key_of(folding, i) != key_of(folding, j):
                exits[key_of(folding, j)].add(j)
    return exits


def _number_of(node: Any) -> float | None:
    """Give the number of a node; None for a variable of a graph, which has none until the graph is run."""
    return node.data if isinstance(node.data, float) else None


def _name_within(name: str, chain: tuple[Any, ...]) -> str:
    """Leave out of a parameter's name what the clusters around it say already: neurons.3.w.1 in neurons.3 is w.1."""
    for start in range(len(chain)):
        prefix = ".".join(scope.name for scope in chain[start:]) + "."
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name


def _merge(a: EdgeRecord, b: EdgeRecord) -> EdgeRecord:
    known = [c for c in (a.contribution, b.contribution) if c is not None]
    largest = max(known, key=lambda c: math.inf if math.isnan(c) else abs(c), default=None)
    bright = a.highlighted or b.highlighted
    operands = a.operands + b.operands
    return EdgeRecord(a.source, a.target, -1, None, largest, len(operands), bright, operands)
