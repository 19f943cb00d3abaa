"""With this module the derivative of a scalar graph becomes more nodes of the same kind.

The sweep runs over nodes in place of numbers and takes the operations' own partials. One rule is added for batches:
where a batched node depends on an unbatched one (a weight that all examples share), what flows back is summed over the
examples. So what parameters alone determine is one node for the whole batch, as in one eager graph of all examples.
With a graph for each example an infinite parameter meets the parts of that sum one by one: ∞·1 − ∞·2 is nan, where
∞·(1 − 2) is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from ...ops.floats import number
from .batch_ops import BATCH_DOT, BATCH_SUM
from .ssa import BATCHED, MUL, SSA, SUM, UNBATCHED, Expr
from .weights import WeightBlock, lines_of_weights, weight_blocks


def differentiate(
    ssa: SSA, seeds: Sequence[tuple[int, int]], wanted: Sequence[int]
) -> tuple[dict[int, int], list[WeightBlock]]:
    """Add the reverse sweep from some outputs to some sources.

    Parameters
    ----------
    ssa : SSA
        Extended in place.
    seeds : sequence of (int, int)
        The nodes to differentiate, the sum of each over the examples if it is batched, and what each example counts
        there: an unbatched node, or a batched one with a weight for every example.
    wanted : sequence of int
        The sources.

    Returns
    -------
    dict of int to int
        The derivative towards each source that the outputs depend on, but for those
    list of WeightBlock
        whose derivatives are matrix products.
    """
    end = max([output for output, _ in seeds], default=-1) + 1
    ops, args, kinds, apply = ssa.ops, ssa.args, ssa.kinds, ssa.apply
    needed = bytearray(end)
    for source in wanted:
        if source < end:
            needed[source] = 1
    for i in range(end):
        if not needed[i]:
            for a in args[i]:
                if needed[a]:
                    op = ops[i]
                    needed[i] = op is None or op.role != "mend"
                    break
    uses = Counter(chain(*args[:end], [output for output, _ in seeds]))
    weights_of = lines_of_weights(ssa, range(end), {i for i in wanted if kinds[i] == UNBATCHED and uses[i] == 1})
    lines = []
    contributions: dict[int, list[int]] = {}
    for output, seed in seeds:
        if needed[output]:
            # An output that no input enters is the same for every example, so all their seeds flow into it.
            start = seed if kinds[output] == BATCHED else apply(BATCH_SUM, (seed,))
            contributions.setdefault(output, []).append(start)
    found: dict[int, int] = {}
    for i in range(max(contributions, default=-1), -1, -1):
        received = contributions.pop(i, None)
        if received is None:
            continue
        upstream = received[0] if len(received) == 1 else _together(ssa, received)
        op = ops[i]
        if op is None:
            found[i] = upstream
            continue
        if op is BATCH_SUM:
            contributions.setdefault(args[i][0], []).append(upstream)
            continue
        if i in weights_of:
            weights, vector = weights_of[i]
            lines.append((upstream, weights, vector))
            for weight, a in zip(weights, vector, strict=True):
                if needed[a]:
                    contributions.setdefault(a, []).append(apply(MUL, (weight, upstream)))
            continue
        locals_ = op.partials(Expr(ssa, i), *[Expr(ssa, a) for a in args[i]])
        if len(locals_) != len(args[i]):
            raise TypeError(f"the entry of {op.name} gives {len(locals_)} partials for {len(args[i])} arguments")
        for a, local in zip(args[i], locals_, strict=True):
            if not needed[a]:
                continue
            over_batch = kinds[a] == UNBATCHED and kinds[i] == BATCHED
            if local.__class__ is float and local == 1.0:
                contribution = upstream
            else:
                node = local.id if local.__class__ is Expr else ssa.constant(number(local, f"a partial of {op.name}"))
                if over_batch and kinds[node] == BATCHED == kinds[upstream]:  # the usual case, a weight
                    contributions.setdefault(a, []).append(ssa.node(BATCH_DOT, (upstream, node), UNBATCHED))
                    continue
                contribution = apply(MUL, (node, upstream))
            if over_batch:
                contribution = apply(BATCH_SUM, (contribution,))
            contributions.setdefault(a, []).append(contribution)
    return found, weight_blocks(ssa, lines, found)


def _together(ssa: SSA, received: list[int]) -> int:
    """Add up what a node receives: products apart, for with brackets of their own they may be an inner product."""
    products = [i for i in received if ssa.ops[i] is MUL]
    if 1 < len(products) < len(received):
        received = [*[i for i in received if ssa.ops[i] is not MUL], ssa.apply(SUM, tuple(products))]
    return ssa.apply(SUM, tuple(received))
