"""With this module one can list what a computation would show, before deciding what to fold away.

A drawable is a node of the computation, or one copy of a constant at one of its uses. The lists here run
over all of them in topological order; they hold for Values and for the variables of a Graph alike, because
both have ``op``, ``parents``, ``name`` and ``scope``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...engine.context import ParameterName
from ...ops.notation import constant_text, visible
from ...ops.table import CONSTANT
from ..lettering import short


@dataclass(slots=True)
class Drawables:
    """Parallel lists: the node behind each drawable, its id, its kind, the scopes around it, its operands' places."""

    nodes: list[Any] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    chains: list[tuple[Any, ...]] = field(default_factory=list)
    operands: list[tuple[int, ...]] = field(default_factory=list)
    place_of_node: list[int] = field(default_factory=list)
    """The place here of each node of the topological order; -1 for a constant, which is drawn at its uses."""

    def add(self, node: Any, id_: str, kind: str, chain: tuple[Any, ...], operands: tuple[int, ...]) -> int:
        self.nodes.append(node)
        self.ids.append(id_)
        self.kinds.append(kind)
        self.chains.append(chain)
        self.operands.append(operands)
        return len(self.ids) - 1

    def __len__(self) -> int:
        return len(self.ids)

    def consumers(self) -> list[list[int]]:
        """For each, the places of those that take it as an operand."""
        result: list[list[int]] = [[] for _ in self.ids]
        for target, operands in enumerate(self.operands):
            for source in operands:
                result[source].append(target)
        return result


def list_drawables(order: Sequence[Any], outputs: Sequence[Any], kinds: dict[Any, str]) -> Drawables:
    """List the drawables of a computation.

    Parameters
    ----------
    order : sequence of nodes
        All of them, parents before children.
    outputs : sequence of nodes
        The roots.
    kinds : dict
        Kinds that only the caller knows (a Graph's inputs and captured variables).

    Returns
    -------
    Drawables
        With every leaf used by one scope alone placed inside that scope.
    """
    drawables = Drawables()
    place: dict[Any, int] = {}
    chains: dict[Any, tuple[Any, ...]] = {None: ()}
    roots = set(outputs)
    for i, node in enumerate(order):
        if _is_plain_constant(node) and node not in roots:
            drawables.place_of_node.append(-1)
            continue
        chain = scope_chain(node.scope, chains)
        operands: list[int] = []
        for k, parent in enumerate(node.parents):
            if _is_plain_constant(parent):
                operands.append(drawables.add(parent, f"n{i}_{k}", "constant", chain, ()))
            else:
                operands.append(place[parent])
        kind = kinds.get(node) or _kind(node, is_root=node in roots)
        place[node] = drawables.add(node, f"n{i}", kind, chain, tuple(operands))
        drawables.place_of_node.append(place[node])
    _move_leaves_to_their_scope(drawables)
    return drawables


def labels_of(order: Iterable[Any]) -> dict[Any, str]:
    """Give every node a short label for texts: its name, the number of a constant, else v1, v2 and so on.

    No two nodes are called the same: of those with one name, the second is name#2.
    """
    order = list(order)
    taken = {short(visible(node.name)) for node in order if node.name}
    labels: dict[Any, str] = {}
    seen: set[str] = set()
    serials: dict[str, int] = {}
    count = 0
    for node in order:
        if node.name:
            name = label = visible(node.name)
            while short(label) in seen or (label != name and short(label) in taken):
                serials[name] = serials.get(name, 1) + 1
                label = f"{name}#{serials[name]}"
            labels[node] = label
            seen.add(short(label))
        elif node.op is CONSTANT:
            labels[node] = constant_text(node.data)
        else:
            count += 1
            while f"v{count}" in taken:
                count += 1
            labels[node] = f"v{count}"
    return labels


def scope_chain(scope: Any, known: dict[Any, tuple[Any, ...]]) -> tuple[Any, ...]:
    """Give the scopes around a node, outermost first."""
    missing: list[Any] = []
    at = scope
    while at not in known:
        missing.append(at)
        at = at.parent
    chain = known[at]
    for inner in reversed(missing):
        chain = (*chain, inner)
        known[inner] = chain
    return chain


def _is_plain_constant(node: Any) -> bool:
    return node.op is CONSTANT and node.name is None


def _kind(node: Any, is_root: bool) -> str:
    if is_root:
        return "output"
    if node.op is CONSTANT:
        return "input"
    if node.op is not None:
        return "operation"
    return "parameter" if isinstance(node.name, ParameterName) else "leaf"


def _move_leaves_to_their_scope(drawables: Drawables) -> None:
    """Put a leaf that one scope alone uses inside it: a neuron is drawn together with its weights."""
    for i, users in enumerate(drawables.consumers()):
        if drawables.kinds[i] in ("leaf", "parameter") and not drawables.chains[i] and users:
            chain = drawables.chains[users[0]]
            if all(drawables.chains[j] == chain for j in users):
                drawables.chains[i] = chain
