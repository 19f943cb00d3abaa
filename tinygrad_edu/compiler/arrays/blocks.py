"""With this module inner products are put together into matrix products.

An inner product has two vectors of factors. Products whose vectors form a complete block (every vector of one side with
every one of the other) are one matrix product: shared weights over positions, transposed weights in the sweep back, and
the windows of a convolution all come out of this.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Vector = tuple[int, ...]
Product = tuple[int, Vector, Vector]
Edge = tuple[int, int, int]
FILL = 0.25  # the share of a block that must be wanted for the whole of it to be computed


class Block(NamedTuple):
    """Vectors of the two sides, and which node is the product of which two (by their places)."""

    left: list[Vector]
    right: list[Vector]
    nodes: dict[int, tuple[int, int]]


def find_blocks(products: Iterable[Product]) -> tuple[list[Block], list[Product]]:
    """Find matrix products among inner products.

    Parameters
    ----------
    products : iterable of (int, tuple, tuple)
        A node and its two vectors.

    Returns
    -------
    list of Block, list of products
        What is left belongs to no block of more than one product.
    """
    number: dict[Vector, int] = {}
    by_length: dict[int, list[Edge]] = {}
    for node, u, v in products:
        edge = (node, number.setdefault(u, len(number)), number.setdefault(v, len(number)))
        by_length.setdefault(len(u), []).append(edge)
    vectors = list(number)
    blocks: list[Block] = []
    lone: list[Edge] = []
    for same in by_length.values():
        for component in _components(same):
            if len(component) == 1:
                lone += component
                continue
            lefts, rights = ({edge[side] for edge in component} for side in (1, 2))
            if len(component) >= FILL * len(lefts) * len(rights):
                blocks.append(_block(component, vectors))
            else:
                for part in _alike(component):
                    if len(part) == 1:
                        lone += part
                    else:
                        blocks.append(_block(part, vectors))
    return blocks, [(node, vectors[u], vectors[v]) for node, u, v in lone]


def _components(edges: list[Edge]) -> list[list[Edge]]:
    """Part products that share no vector on the same side."""
    boss = {x: x for edge in edges for x in (2 * edge[1], 2 * edge[2] + 1)}  # left vectors even, right ones odd

    def find(x: int) -> int:
        while boss[x] != x:
            boss[x] = boss[boss[x]]
            x = boss[x]
        return x

    for _, u, v in edges:
        boss[find(2 * u)] = find(2 * v + 1)
    parts: dict[int, list[Edge]] = {}
    for edge in edges:
        parts.setdefault(find(2 * edge[1]), []).append(edge)
    return list(parts.values())


def _alike(edges: list[Edge]) -> list[list[Edge]]:
    """Part products by the set of left vectors that their right vector meets."""
    partners: dict[int, list[Edge]] = {}
    for edge in edges:
        partners.setdefault(edge[2], []).append(edge)
    parts: dict[frozenset[int], list[Edge]] = {}
    for met in partners.values():
        parts.setdefault(frozenset([u for _, u, _ in met]), []).extend(met)
    return list(parts.values())


def _block(edges: list[Edge], vectors: list[Vector]) -> Block:
    left = {u: i for i, u in enumerate(dict.fromkeys([u for _, u, _ in edges]))}
    right = {v: i for i, v in enumerate(dict.fromkeys([v for _, _, v in edges]))}
    nodes = {node: (left[u], right[v]) for node, u, v in edges}
    return Block([vectors[u] for u in left], [vectors[v] for v in right], nodes)
