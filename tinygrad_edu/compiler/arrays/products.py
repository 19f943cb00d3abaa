"""With this module blocks of inner products become matrix products of an array program."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..scalars.batch_ops import BATCH_DOT
from ..scalars.ssa import SSA
from ..scalars.weights import WeightBlock
from .blocks import Block
from .program import Instruction
from .rows import Storage
from .strides import strides_of

if TYPE_CHECKING:
    from .program import Rows

MANY = 4  # equal blocks from which stacking them pays


class Tables(NamedTuple):
    """A block whose vectors have rows: one line of `left` or `right` a vector."""

    left: Rows
    right: Rows
    block: Block


class Products(Storage):
    """Makes instructions of blocks, and gives rows to their results.

    Attributes
    ----------
    instructions : list of Instruction
    pending : list of WeightBlock
        Derivatives towards weights that are yet to be computed.
    weight_rows : list of (WeightBlock, ndarray of int)
        Those that are, and the rows of the derivatives towards the sources of each.
    """

    def __init__(self, ssa: SSA, one: int) -> None:
        super().__init__(ssa, one)
        self.instructions: list[Instruction] = []
        self.pending: list[WeightBlock] = []
        self.weight_rows: list[tuple[WeightBlock, Rows]] = []

    def _add(self, *instruction: Any) -> None:
        self.instructions.append(Instruction(*instruction))

    def _tables(self, block: Block, left_batched: bool, right_batched: bool) -> Tables:
        """Give the rows of the two sides, the vectors of each side in the order of their rows.

        In that order the matrix is most likely evenly spaced, so that BLAS reads it in place.
        """
        sides, orders = [], []
        for vectors, batched in ((block.left, left_batched), (block.right, right_batched)):
            table = self._matrix(vectors, batched)
            if len(vectors) == 1:
                orders.append([0])
            else:
                bare = np.array([batched and set(vector) == {self.one} for vector in vectors])
                order = np.lexsort((*table.T[::-1], bare))  # a vector of ones comes last
                table = table[order]
                if bare.any():
                    wanted = 2 * table[-2] - table[-3] if len(table) > 2 else table[-2] + 1
                    if self._held[True].issuperset(wanted.tolist()):
                        table[-1] = wanted
                orders.append(np.argsort(order).tolist())
            sides.append(table)
        place_left, place_right = orders
        nodes = {i: (place_left[u], place_right[v]) for i, (u, v) in block.nodes.items()}
        return Tables(sides[0], sides[1], Block(block.left, block.right, nodes))

    def _stacks(self, blocks: list[Block], left_batched: bool, right_batched: bool) -> list[list[Tables]]:
        """Put blocks of equal shape together where that makes one operation of many.

        Two or three that would have to be copied together first are quicker one by one.
        """
        by_shape: dict[Any, list[Tables]] = {}
        for block in blocks:
            made = self._tables(block, left_batched, right_batched)
            by_shape.setdefault((made.left.shape, made.right.shape), []).append(made)
        stacks = []
        for alike in by_shape.values():
            if 1 < len(alike) < MANY and None in (
                strides_of(np.stack(side)) for side in ([t.left for t in alike], [t.right for t in alike])
            ):
                stacks += [[one] for one in alike]
            else:
                stacks.append(alike)
        return stacks

    def _settle(self, stack: list[Tables], shape: tuple[int, ...], batched: bool) -> int:
        """Give rows to all products of a stack of blocks, wanted or not: a matrix product writes them all."""
        cells = {
            i: (number * shape[1] + u) * shape[2] + v
            for number, tables in enumerate(stack)
            for i, (u, v) in tables.block.nodes.items()
        }
        before, after = [len(side & cells.keys()) for side in self._neighbours]
        self._make_ones(batched, before)
        first = self._rows(batched, prod(shape))
        self.rows[[*cells]] = first + np.array([*cells.values()])
        self._make_ones(batched, after)
        return first

    def _batch_matmul(self, blocks: list[Block]) -> None:
        for stack in self._stacks(blocks, True, True):
            # Terms in the order of their rows, however the sweep met them: so it may be read in place or is known.
            orders = [np.lexsort((tables.left[0], tables.right[0])) for tables in stack]
            left = np.stack([tables.left[:, order] for tables, order in zip(stack, orders, strict=True)])
            right = np.stack([tables.right[:, order] for tables, order in zip(stack, orders, strict=True)])
            shape = (len(stack), left.shape[1], right.shape[1])
            row = self._settle(stack, shape, False)
            operands = self._operand(True, left), self._operand(True, right)
            self._add("batch_matmul", BATCH_DOT, operands, False, row, shape)

    def _weight_blocks(self) -> None:
        """Make the matrix products of weights whose factors have rows by now.

        Of such a block only the first line and the first column are looked up: all others are evenly spaced from there.
        """
        ready, blocks, corners = [], [], []
        for block in self.pending:
            if (self.rows[[*block.upstream, *block.vector]] < 0).any():
                continue
            first, height = len(self.rows), len(block.upstream)
            self.rows = np.append(self.rows, np.full(height + len(block.vector) - 1, -1))
            edge = {first + u: (u, 0) for u in range(height)}
            edge.update({first + height + v: (0, v + 1) for v in range(len(block.vector) - 1)})
            blocks.append(Block([(u,) for u in block.upstream], [(v,) for v in block.vector], edge))
            corners.append(first)
            ready.append(block)
        self._batch_matmul(blocks)
        for block, first in zip(ready, corners, strict=True):
            lines = self.rows[first : first + len(block.upstream)]
            rest = self.rows[first + len(lines) : first + len(lines) + len(block.vector) - 1]
            columns = np.append(lines[0], rest)
            self.weight_rows.append((block, lines[:, None] + (columns - lines[0])))
        self.pending = [block for block in self.pending if block not in ready]
