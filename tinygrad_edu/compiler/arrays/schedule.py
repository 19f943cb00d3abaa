"""With this module nodes that can run together are put into groups, and the groups in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...ops.operation import Op
from ...ops.table import OPS
from ..scalars.batch_ops import BATCH_DOT
from ..scalars.ssa import BATCHED, DOT, SSA


class Group(NamedTuple):
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


def schedule(ssa: SSA) -> list[Group]:
    """Group the nodes of an SSA all of which are wanted.

    The next group is that of the signature whose shallowest ready node is shallowest, with all its ready nodes. That
    makes fewer groups than going level by level, since what is not urgent waits for company. Sums over the batch come
    last: little waits for them.

    Parameters
    ----------
    ssa : SSA

    Returns
    -------
    list of Group
    """
    ops, args = ssa.ops, ssa.args
    count = len(ops)
    depth = [0] * count
    users: list[list[int]] = [[] for _ in range(count)]
    missing = [0] * count
    signatures: list[Any] = [None] * count
    kinds = ssa.kinds
    ready: dict[Any, list[int]] = {}
    shallowest: dict[Any, int] = {}

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
    groups: list[Group] = []
    while ready:
        best = min(ready, key=lambda key: (key[0], shallowest[key]))
        nodes = sorted(ready.pop(best))
        groups.append(Group(best[1], best[2], best[3], nodes))
        for i in nodes:
            for user in users[i]:
                missing[user] -= 1
                if not missing[user]:
                    release(user)
    return groups


def _signature(op: Op, args: Sequence[int], kinds: list[int], kind: int) -> tuple[Any, ...]:
    if op is DOT:
        return (False, op, kind, (kinds[args[0]] == BATCHED,))
    if op in RAGGED:
        return (False, op, kind, ())
    if op is BATCH_DOT:
        return (True, op, kind, ())
    if op.arity is None:
        return (False, op, kind, (kind,) * len(args))
    return (False, op, kind, tuple([kinds[a] for a in args]))


RAGGED = {op for op in OPS.values() if op.arity is None} - {DOT}
"""Operations that reduce segments of unequal lengths at once."""
