"""With this module the derivatives of whole layers of weights are one thing, not a node for each weight.

The derivative of an inner product towards each of its weights is a product summed over the examples, Σₙ uₙ·xₙ, with
one u for all its weights. Most nodes of a dense network and its gradient are of this kind, and what becomes of them is
a matrix product: the u of some neurons by the x that they share. So where nothing else reads the weights, the block is
kept whole from the start. What is more involved gets its nodes, for `normalise` and `blocks` to find what there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import NamedTuple

from .batch_ops import BATCH_DOT, BATCH_SUM
from .ssa import BATCHED, DOT, SSA, UNBATCHED

ONE = -1
"""Stands for the node of the constant 1, which is a node only once normal forms are written."""

Line = tuple[int, tuple[int, ...], tuple[int, ...]]
"""What flows into an inner product, its weights, and the numbers that these meet."""


class WeightBlock(NamedTuple):
    """Sources whose derivatives are the inner products, over the examples, of two lists of nodes.

    Attributes
    ----------
    sources : list of tuple of int
        A line for each of `upstream`, with one for each of `vector`.
    upstream, vector : list of int
        Batched nodes; for biases the last of `vector` may be `ONE`.
    """

    sources: list[tuple[int, ...]]
    upstream: list[int]
    vector: list[int]


def lines_of_weights(
    ssa: SSA, nodes: Iterable[int], alone: set[int]
) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Find the inner products of weights with numbers that differ from example to example, and part the two.

    Parameters
    ----------
    ssa : SSA
    nodes : iterable of int
        Where to look.
    alone : set of int
        Sources that are used once only.

    Returns
    -------
    dict of int to tuple of two tuples of int
        Weights and numbers, by the node of their inner product.
    """
    found = {}
    kinds = ssa.kinds

    @cache
    def differs(vector: tuple[int, ...]) -> bool:
        return {kinds[a] for a in vector} == {BATCHED}

    for i in nodes:
        if ssa.ops[i] is DOT and kinds[i] == BATCHED:
            half = len(ssa.args[i]) // 2
            sides = ssa.args[i][:half], ssa.args[i][half:]
            for weights, vector in (sides, sides[::-1]):
                if alone.issuperset(weights) and differs(vector):
                    found[i] = weights, vector
    return found


def weight_blocks(ssa: SSA, lines: list[Line], found: dict[int, int]) -> list[WeightBlock]:
    """Put lines with the same numbers together; what overlaps with others gets a node for each derivative.

    Parameters
    ----------
    ssa : SSA
        Extended in place.
    lines : list of Line
    found : dict of int to int
        The derivatives towards other sources; those towards weights that belong to no block are put in.

    Returns
    -------
    list of WeightBlock
        In the order of their sources.
    """
    blocks: dict[tuple[int, ...], list[Line]] = {}
    for line in sorted(lines, key=lambda line: min(line[1])):
        blocks.setdefault(line[2], []).append(line)
    met = Counter(chain(chain(*blocks), [upstream for upstream, _, _ in lines]))
    biases = {ssa.args[node][0]: source for source, node in found.items() if ssa.ops[node] is BATCH_SUM}
    made = []
    for vector, alike in blocks.items():
        upstream = [line[0] for line in alike]
        if any(met[i] > 1 for i in chain(vector, upstream)):
            for above, weights, _ in alike:
                found.update(
                    {w: ssa.node(BATCH_DOT, (above, x), UNBATCHED) for w, x in zip(weights, vector, strict=True)}
                )
        elif all(above in biases for above in upstream):
            made.append(WeightBlock([(*w, biases[above]) for above, w, _ in alike], upstream, [*vector, ONE]))
        else:
            made.append(WeightBlock([weights for _, weights, _ in alike], upstream, [*vector]))
    return made
