"""With this module nodes that can run together are put into groups, and the groups in order.

An array operation costs about a microsecond however few numbers it has, so the fewer groups the better. To find the
fewest is hard (it is scheduling with setup costs); going level by level splits what could run together one level later.
The rule here is greedy list scheduling: of all signatures that have nodes ready, take the one whose most urgent node,
the shallowest, is shallowest, and run every ready node of it. What is not urgent waits for company. On irregular graphs
that makes 1.3 to 2.4 times fewer groups than levels do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...ops.operation import Op, entries
from ..scalars.batch_ops import BATCH_DOT
from ..scalars.ssa import DOT, SSA, UNBATCHED


class NodeGroup(NamedTuple):
    """Nodes of one operation that depend on none of each other.

    Attributes
    ----------
    op : Op
    kind : int
        Unbatched or batched.
    kinds : tuple of int
        Of the operands.
    nodes : list of int
    """

    op: Op
    kind: int
    kinds: tuple[int, ...]
    nodes: list[int]


class Signature(NamedTuple):
    """What nodes have in common that can run as one array operation.

    Attributes
    ----------
    late : bool
        Whether it is to wait for all others.
    op : Op
    kind : int
    kinds : tuple of int
        Of the operands, as far as they matter.
    """

    late: bool
    op: Op
    kind: int
    kinds: tuple[int, ...]


def schedule(ssa: SSA) -> list[NodeGroup]:
    """Group the nodes of an SSA, all of which are wanted. Sums over the batch come last: little waits for them.

    Parameters
    ----------
    ssa : SSA

    Returns
    -------
    list of NodeGroup
    """
    ops, args = ssa.ops, ssa.args
    count = len(ops)
    depth = [0] * count
    users: list[list[int]] = [[] for _ in range(count)]
    missing = [0] * count
    signatures: dict[int, Signature] = {}
    kinds = ssa.kinds
    ready: dict[Signature, list[int]] = {}
    shallowest: dict[Signature, int] = {}

    def release(i: int) -> None:
        key = signatures[i]
        if key in ready:
            ready[key].append(i)
            shallowest[key] = min(shallowest[key], depth[i])
        else:
            ready[key] = [i]
            shallowest[key] = depth[i]

    for i in range(count):
        op = ops[i]
        if op is None:
            continue
        deepest = waiting = 0
        parents = args[i]
        for a in parents if len(parents) < 3 else set(parents):
            if depth[a] > deepest:
                deepest = depth[a]
            if ops[a] is not None:
                users[a].append(i)
                waiting += 1
        if len(parents) == 2 and parents[0] == parents[1] and ops[parents[0]] is not None:
            users[parents[0]].pop()
            waiting -= 1
        depth[i] = deepest + 1
        missing[i] = waiting
        signatures[i] = _signature(op, parents, kinds, kinds[i])
        if not waiting:
            release(i)
    groups: list[NodeGroup] = []
    while ready:
        best = min(ready, key=lambda key: (key.late, shallowest[key]))
        nodes = sorted(ready.pop(best))
        groups.append(NodeGroup(best.op, best.kind, best.kinds, nodes))
        for i in nodes:
            for user in users[i]:
                missing[user] -= 1
                if not missing[user]:
                    release(user)
    return groups


def _signature(op: Op, args: Sequence[int], kinds: list[int], kind: int) -> Signature:
    if op is DOT:
        return Signature(False, op, kind, (max(kinds[args[0]], UNBATCHED),))
    if op in RAGGED:
        return Signature(False, op, kind, ())
    if op is BATCH_DOT:
        return Signature(True, op, kind, ())
    if op.arity is None:
        return Signature(False, op, kind, (kind,) * len(args))
    return Signature(False, op, kind, tuple([kinds[a] for a in args]))


RAGGED = {op for op in entries.values() if op.arity is None} - {DOT}
"""Operations that reduce segments of unequal lengths at once."""
