"""With this module groups of nodes become instructions of an array program.

This is what a compiler calls instruction selection: several instructions could compute a group, and the cheapest is
chosen, by what NumPy and BLAS take for an operation. A call costs about a microsecond, a copy of scattered rows as much
as an operation on them, and a multiplication is nowhere cheaper than in BLAS. Hence, in this order: matrix products
where inner products form blocks; equal blocks stacked into one; element by element in the order that needs the fewest
copies; and segments of unequal lengths reduced in one call rather than one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, compress
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..scalars.batch_ops import BATCH_DOT
from ..scalars.ssa import BATCHED, CONSTANT, DOT, SSA, SUM
from .blocks import Block, InnerProduct, Vector, find_blocks
from .program import ConstantRow, Instruction, Operand
from .rows import Storage
from .schedule import NodeGroup, schedule
from .strides import best_order, strides_of

if TYPE_CHECKING:
    from .program import Rows

FEW = 4  # terms up to which a sum is a chain of additions
SMALL = 600  # multiplications up to which several matrix products are made one of unequal sums
MANY = 4  # equal blocks from which stacking them pays


class Tables(NamedTuple):
    """A block whose vectors have rows: one line of `left` or `right` a vector."""

    left: Rows
    right: Rows
    block: Block


class InstructionSelector(Storage):
    """Makes instructions of groups, and gives rows to their results.

    Attributes
    ----------
    instructions : list of Instruction
    """

    def __init__(self, ssa: SSA, one: int, sources: Sequence[Sequence[int]], gradient: Sequence[int] = ()) -> None:
        super().__init__(ssa, one)
        self.instructions: list[Instruction] = []
        self._order_wanted = {node: place for place, node in enumerate(gradient)}
        for nodes in sources:
            self._place(nodes)
        for i, value in ssa.values.items():
            row = self.rows[i] = self._rows(False, 1)
            self.constants.append(ConstantRow(row, value))
        for group in schedule(ssa):
            _MAKERS.get(group.op, InstructionSelector._map)(self, group)

    def _add(self, *instruction: Any) -> None:
        self.instructions.append(Instruction(*instruction))

    # ------------------------------------------------------------------------------------ element by element

    def _map(self, group: NodeGroup) -> None:
        if group.op.arity is None:
            self._reduce(group)
        else:
            self._elementwise(group, group.nodes, group.op.arity)

    def _elementwise(self, group: NodeGroup, nodes: list[int], arity: int) -> None:
        """One operation on all nodes, in the order that reads most operands in place."""
        args, kinds, values = self.ssa.args, self.ssa.kinds, self.ssa.values
        batched = group.kind == BATCHED
        if len(nodes) == 1:  # nothing to choose; long recurrences are made of these
            alone = [
                Operand(False, None, None, values[a])
                if kinds[a] == CONSTANT
                else Operand(kinds[a] == BATCHED, self.rows[a : a + 1].copy(), (0,))
                for a in args[nodes[0]]
            ]
            self._add("map", group.op, tuple(alone), batched, self._place(nodes, batched), (1,))
            return
        table = np.array([args[i] for i in nodes]).reshape(len(nodes), arity)
        variable = [c for c in range(arity) if not all(kinds[a] == CONSTANT for a in table[:, c].tolist())]
        columns = self.rows[table]
        order, shape = best_order([columns[:, c] for c in variable], len(nodes))
        nodes = [nodes[i] for i in order]
        columns, table = columns[order], table[order]
        operands = []
        for c in range(arity):
            if c in variable:
                operands.append(self._operand(kinds[int(table[0, c])] == BATCHED, columns[:, c].reshape(shape)))
                continue
            numbers = np.array([values[a] for a in table[:, c].tolist()])
            same = len({*map(repr, numbers.tolist())}) == 1
            operands.append(Operand(False, None, None, float(numbers[0]) if same else numbers.reshape(shape)))
        self._add("map", group.op, tuple(operands), batched, self._place(nodes, batched), shape)

    def _reduce(self, group: NodeGroup) -> None:
        """An operation of any number of arguments, over segments if these numbers differ."""
        args, batched = self.ssa.args, group.kind == BATCHED
        lengths = [len(args[i]) for i in group.nodes]
        offsets: Rows | None = None
        if len({*lengths}) == 1:
            rows = self.rows[np.array([args[i] for i in group.nodes])]
        else:
            rows = self.rows[[a for i in group.nodes for a in args[i]]]
            offsets = np.cumsum([0, *lengths])
        row = self._place(group.nodes, batched)
        self._add("reduce", group.op, (self._operand(batched, rows),), batched, row, (len(group.nodes),), offsets)

    def _sum(self, group: NodeGroup) -> None:
        """Sums: a chain of additions if short and equally long, else one reduction."""
        lengths = {len(self.ssa.args[i]) for i in group.nodes}
        if len(lengths) == 1 and max(lengths) <= FEW:
            self._elementwise(group, group.nodes, max(lengths))
        else:
            self._reduce(group)

    # ------------------------------------------------------------------------------------ inner products

    def _halves(self, i: int) -> tuple[Vector, Vector]:
        args = self.ssa.args[i]
        half = len(args) // 2
        return args[:half], args[half:]

    def _dot(self, group: NodeGroup) -> None:
        """Inner products: matrix products where they form blocks, else products and sums."""
        batched = group.kind == BATCHED
        products = [InnerProduct(i, *self._halves(i)) for i in group.nodes]
        if group.kinds[0] == BATCHED:  # both factors differ from example to example: no matrix product
            self._segments(products, True, True)
            return
        blocks, lone = find_blocks(products) if len(products) > 1 else ([], products)
        if batched or len(lone) == 1:
            by_length: dict[int, list[InnerProduct]] = {}
            for product in lone:
                by_length.setdefault(len(product.left), []).append(product)
            blocks += [Block([u], [v], {i: (0, 0)}) for same in by_length.values() for i, u, v in same]
            lone = []
        stacks = self._stacks(blocks, False, batched)
        small = [not batched and self._is_small(stack) for stack in stacks]
        if sum(small) >= FEW:  # of unequal lengths, as where each position looks back over all before it
            product_of = {product.node: product for product in products}
            for tables in chain.from_iterable(compress(stacks, small)):
                lone += [product_of[i] for i in tables.block.nodes]
            stacks = [stack for stack, is_small in zip(stacks, small, strict=True) if not is_small]
        for stack in stacks:
            self._matmul(stack, batched)
        if lone:
            self._segments(lone, False, False)

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

    def _is_small(self, stack: list[Tables]) -> bool:
        """Whether a matrix product costs more to prepare than its few multiplications cost one by one."""
        left, right = stack[0].left, stack[0].right
        return len(stack) * len(left) * right.size <= SMALL and None in (strides_of(left), strides_of(right))

    def _matmul(self, stack: list[Tables], batched: bool) -> None:
        left = np.stack([tables.left for tables in stack])  # (blocks, out, terms)
        right = np.stack([tables.right.T for tables in stack])  # (blocks, terms, positions)
        shape = (len(stack), left.shape[1], right.shape[2])
        row = self._settle(stack, shape, batched)
        operands = self._operand(False, left), self._operand(batched, right)
        self._add("matmul", DOT, operands, batched, row, shape)

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

    def _segments(self, products: list[InnerProduct], left_batched: bool, batched: bool) -> None:
        """Multiply all pairs of all products in one go, then sum the segment of each."""
        lengths = [len(product.left) for product in products]
        nodes = [product.node for product in products]
        sides: list[Rows] = []
        halves = [product.left for product in products], [product.right for product in products]
        for vectors, side_batched in zip(halves, (left_batched, batched), strict=True):
            factors = np.array([i for vector in vectors for i in vector])
            rows = self.rows[factors]
            if side_batched and (factors == self.one).any():
                rows[factors == self.one] = self._one_row(True)
            sides.append(rows)
        offsets: Rows | None = np.cumsum([0, *lengths])
        if len(set(lengths)) == 1:
            sides, offsets = [rows.reshape(len(nodes), -1) for rows in sides], None
        operands = self._operand(left_batched, sides[0]), self._operand(batched, sides[1])
        self._add("dot", DOT, operands, batched, self._place(nodes, batched), (len(nodes),), offsets)

    # ------------------------------------------------------------------------------------ sums over the batch

    def _batch_dot(self, group: NodeGroup) -> None:
        """Inner products that are summed over the examples too: gradients of weights, mostly."""
        bare: dict[Vector, int] = {}
        products = []
        # Where they are wanted one after the other they stand so, and are given out as they stand.
        for i in sorted(group.nodes, key=lambda i: self._order_wanted.get(i, i)):
            u, v = self._halves(i)
            if v[0] == self.one == v[-1] and {*v} == {self.one}:
                bare[u] = i
            else:
                products.append(InnerProduct(i, u, v))
        blocks, lone = find_blocks(products)
        blocks += [Block([u], [v], {i: (0, 0)}) for i, u, v in lone]
        with_bias = []
        for block in blocks:
            if any(u in bare for u in block.left):  # the bias goes with its weights, as one more column
                ones = (self.one,) * len(block.left[0])
                nodes = dict(block.nodes)
                for place, u in enumerate(block.left):
                    if u in bare:
                        nodes[bare.pop(u)] = (place, len(block.right))
                block = Block(block.left, [*block.right, ones], nodes)
            with_bias.append(block)
        for stack in self._stacks(with_bias, True, True):
            # Terms in the order of their rows, however the sweep met them: so it may be read in place or is known.
            orders = [np.lexsort((tables.left[0], tables.right[0])) for tables in stack]
            left = np.stack([tables.left[:, order] for tables, order in zip(stack, orders, strict=True)])
            right = np.stack([tables.right[:, order] for tables, order in zip(stack, orders, strict=True)])
            shape = (len(stack), left.shape[1], right.shape[1])
            row = self._settle(stack, shape, False)
            operands = self._operand(True, left), self._operand(True, right)
            self._add("batch_matmul", BATCH_DOT, operands, False, row, shape)
        by_length: dict[int, list[tuple[Vector, int]]] = {}
        for u, i in bare.items():
            by_length.setdefault(len(u), []).append((u, i))
        for same in by_length.values():
            rows = self._matrix([u for u, _ in same], True)
            nodes_alone = [i for _, i in same]
            operand = self._operand(True, rows)
            self._add("batch_sum", BATCH_DOT, (operand,), False, self._place(nodes_alone, False), (len(same),))


_MAKERS = {SUM: InstructionSelector._sum, DOT: InstructionSelector._dot, BATCH_DOT: InstructionSelector._batch_dot}
