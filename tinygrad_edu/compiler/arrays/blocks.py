"""With this module inner products are put together into matrix products.

Nobody declares a matrix here; it is found. Take every vector of factors as a point, and every inner product as a line
from its left vector to its right one: a graph with two sides. A matrix product is a *complete block* of it, in which
every left vector meets every right one: the left vectors are the rows of one matrix, the right ones the columns of the
other. Shared weights over positions, transposed weights in the sweep back, and the windows of a convolution all come
out of this.

To find the largest complete blocks is hard in general, but programs are not arbitrary graphs. Parts that share no
vector are looked at one by one. One that is filled well enough is computed whole: BLAS makes the few products that
nobody wants in less time than it takes to avoid them. Of the others, right vectors that meet the very same left ones
form blocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Vector = tuple[int, ...]
FILL = 0.25  # the share of a block that must be wanted for the whole of it to be computed


class InnerProduct(NamedTuple):
    """A node that is the inner product of two vectors of nodes."""

    node: int
    left: Vector
    right: Vector


class Edge(NamedTuple):
    """The same, its vectors by their numbers."""

    node: int
    left: int
    right: int


class Block(NamedTuple):
    """Vectors of the two sides, and which node is the product of which two (by their places)."""

    left: list[Vector]
    right: list[Vector]
    nodes: dict[int, tuple[int, int]]


def find_blocks(products: Iterable[InnerProduct]) -> tuple[list[Block], list[InnerProduct]]:
    """Find matrix products among inner products.

    Parameters
    ----------
    products : iterable of InnerProduct

    Returns
    -------
    list of Block, list of InnerProduct
        What is left belongs to no block of more than one product.
    """
    number: dict[Vector, int] = {}
    by_length: dict[int, list[Edge]] = {}
    for node, u, v in products:
        edge = Edge(node, number.setdefault(u, len(number)), number.setdefault(v, len(number)))
        by_length.setdefault(len(u), []).append(edge)
    vectors = list(number)
    blocks: list[Block] = []
    lone: list[Edge] = []
    for same in by_length.values():
        for component in _components(same):
            if len(component) == 1:
                lone += component
                continue
            lefts, rights = {edge.left for edge in component}, {edge.right for edge in component}
            if len(component) >= FILL * len(lefts) * len(rights):
                blocks.append(_block(component, vectors))
            else:
                for part in _alike(component):
                    if len(part) == 1:
                        lone += part
                    else:
                        blocks.append(_block(part, vectors))
    return blocks, [InnerProduct(node, vectors[u], vectors[v]) for node, u, v in lone]


def _components(edges: list[Edge]) -> list[list[Edge]]:
    """Part products that share no vector on the same side, by union-find: all points of a part end at one boss."""
    boss = {x: x for edge in edges for x in (2 * edge.left, 2 * edge.right + 1)}  # left vectors even, right ones odd

    def find(x: int) -> int:
        while boss[x] != x:
            boss[x] = boss[boss[x]]
            x = boss[x]
        return x

    for _, u, v in edges:
        boss[find(2 * u)] = find(2 * v + 1)
    parts: dict[int, list[Edge]] = {}
    for edge in edges:
        parts.setdefault(find(2 * edge.left), []).append(edge)
    return list(parts.values())


def _alike(edges: list[Edge]) -> list[list[Edge]]:
    """Part products by the set of left vectors that their right vector meets."""
    partners: dict[int, list[Edge]] = {}
    for edge in edges:
        partners.setdefault(edge.right, []).append(edge)
    parts: dict[frozenset[int], list[Edge]] = {}
    for met in partners.values():
        parts.setdefault(frozenset([u for _, u, _ in met]), []).extend(met)
    return list(parts.values())


def _block(edges: list[Edge], vectors: list[Vector]) -> Block:
    left = {u: i for i, u in enumerate(dict.fromkeys([u for _, u, _ in edges]))}
    right = {v: i for i, v in enumerate(dict.fromkeys([v for _, _, v in edges]))}
    nodes = {node: (left[u], right[v]) for node, u, v in edges}
    return Block([vectors[u] for u in left], [vectors[v] for v in right], nodes)
