"""With this module groups of nodes get rows in the workspaces and become instructions of an array program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .matmul import Block, Vector, find_blocks
from .normalise import BATCH_DOT, DOT
from .program import Instruction, Operand
from .schedule import Group, schedule
from .ssa import BATCHED, CONSTANT, SSA, SUM

if TYPE_CHECKING:
    from .program import Rows

    Table = tuple[Rows, Rows, Block]

FEW = 4  # terms up to which a sum is a chain of additions
MANY = 4  # equal blocks from which stacking them pays


def strides_of(rows: Rows) -> tuple[int, ...] | None:
    """Give the spacing of rows along every axis, if they are evenly spaced and never backwards."""
    strides = []
    base = int(rows.flat[0])
    expected: Any = base
    for axis, length in enumerate(rows.shape):
        if length == 1:
            strides.append(0)
            continue
        second = [0] * rows.ndim
        second[axis] = 1
        stride = int(rows[tuple(second)]) - base
        if stride < 0:
            return None
        strides.append(stride)
        shape = [1] * rows.ndim
        shape[axis] = length
        expected = expected + stride * np.arange(length).reshape(shape)
    return tuple(strides) if np.array_equal(np.broadcast_to(expected, rows.shape), rows) else None


class Layout:
    """Gives rows to nodes, group by group.

    Attributes
    ----------
    rows : ndarray of int
        The row of each node in the workspace of its kind.
    used : list of int
        The number of rows of the unbatched and the batched workspace.
    instructions : list of Instruction
    constants : list of (int, float)
    ones : tuple of list of int
        Rows of ones of the two workspaces.
    """

    def __init__(self, ssa: SSA, one: int, sources: Sequence[Sequence[int]]) -> None:
        self.ssa, self.one = ssa, one
        self.rows: Rows = np.full(len(ssa.ops), -1)
        self.used = [0, 0]
        self.instructions: list[Instruction] = []
        self.constants: list[tuple[int, float]] = []
        self.ones: tuple[list[int], list[int]] = ([], [])
        self._default_one = [-1, -1]
        self._neighbours = self._neighbours_of_ones()
        for nodes in sources:
            self._place(nodes)
        for i, value in ssa.values.items():
            row = self.rows[i] = self._rows(False, 1)
            self.constants.append((row, value))
        for group in schedule(ssa):
            _MAKERS.get(group.op, Layout._map)(self, group)

    # ------------------------------------------------------------------------------------ rows

    def _rows(self, batched: bool, count: int) -> int:
        first = self.used[batched]
        self.used[batched] += count
        return first

    def _place(self, nodes: Sequence[int], batched: bool | None = None) -> int:
        """Give consecutive rows to nodes, and rows of ones after them where a bias wants to go along."""
        if not nodes:
            return 0
        batched = self.ssa.kinds[nodes[0]] == BATCHED if batched is None else batched
        before = sum(i in self._neighbours[0] for i in nodes)
        self._make_ones(batched, before)
        first = self._rows(batched, len(nodes))
        self.rows[list(nodes)] = np.arange(first, first + len(nodes))
        self._make_ones(batched, sum(i in self._neighbours[1] for i in nodes))
        return first

    def _make_ones(self, batched: bool, count: int) -> None:
        first = self._rows(batched, count)
        self.ones[batched].extend(range(first, first + count))
        if not batched:
            self.constants += [(row, 1.0) for row in range(first, first + count)]

    def _neighbours_of_ones(self) -> tuple[set[int], set[int]]:
        """Find the nodes whose next or last row should hold ones, so that [W|b] @ [h;1] reads rows in place."""
        after: set[int] = set()
        before: set[int] = set()
        for i, op in enumerate(self.ssa.ops):
            if op is DOT:
                args = self.ssa.args[i]
                vector = args[len(args) // 2 :]
                if len(vector) > 1 and vector[-1] == self.one:
                    after.add(vector[-2])
                elif len(vector) > 1 and vector[0] == self.one:
                    before.add(vector[1])
        return before, after

    def _one_row(self, batched: bool) -> int:
        """Give some row of ones."""
        if not batched:
            return int(self.rows[self.one])
        if self._default_one[1] < 0:
            if not self.ones[1]:
                self._make_ones(True, 1)
            self._default_one[1] = self.ones[1][0]
        return self._default_one[1]

    def _matrix(self, vectors: Sequence[Vector], batched: bool) -> Rows:
        """Give the rows of several vectors, one vector a line; partners of biases come from where they fit best."""
        nodes = np.array(vectors)
        table: Rows = self.rows[nodes]
        missing = nodes == self.one
        if not missing.any():
            return table
        table[missing] = -1
        if not batched and not self.ones[0]:
            table[missing] = self._one_row(False)
            return table
        held = set(self.ones[batched])
        for column in np.flatnonzero(missing.all(axis=0)).tolist():
            inner = [c for c in range(table.shape[1]) if c != column]
            if not inner:
                continue
            step = int(table[0, inner[1]] - table[0, inner[0]]) if len(inner) > 1 else 0
            last = column == table.shape[1] - 1
            for stride in (step, *range(1, len(vectors) + 1)) if len(inner) == 1 else (step,):
                wanted = table[:, inner[-1]] + stride if last else table[:, inner[0]] - stride
                if held.issuperset(wanted.tolist()):
                    table[:, column] = wanted
                    break
        if (missing := table < 0).any():
            table[missing] = self._one_row(batched)
        return table

    def _operand(self, batched: bool, rows: Rows) -> Operand:
        return Operand(batched, rows, strides_of(rows))

    def _add(self, *instruction: Any) -> None:
        self.instructions.append(Instruction(*instruction))

    # ------------------------------------------------------------------------------------ element by element

    def _map(self, group: Group) -> None:
        if group.op.arity is None:
            self._reduce(group)
        else:
            self._elementwise(group, group.nodes, group.op.arity)

    def _elementwise(self, group: Group, nodes: list[int], arity: int) -> None:
        """One operation on all nodes, in the order that reads most operands in place."""
        args, kinds, values = self.ssa.args, self.ssa.kinds, self.ssa.values
        table = np.array([args[i] for i in nodes]).reshape(len(nodes), arity)
        variable = [c for c in range(arity) if not all(kinds[a] == CONSTANT for a in table[:, c].tolist())]
        columns = self.rows[table]
        order, shape = _best_order([columns[:, c] for c in variable], len(nodes))
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
        batched = group.kind == BATCHED
        self._add("map", group.op, tuple(operands), batched, self._place(nodes, batched), shape)

    def _reduce(self, group: Group) -> None:
        """An operation of any number of arguments, the same number for all nodes."""
        batched = group.kind == BATCHED
        rows = self.rows[np.array([self.ssa.args[i] for i in group.nodes])]
        row = self._place(group.nodes, batched)
        self._add("reduce", group.op, (self._operand(batched, rows),), batched, row, (len(rows),))

    def _sum(self, group: Group) -> None:
        """Sums: a chain of additions if short, else one reduction, over segments if their lengths differ."""
        args = self.ssa.args
        lengths = {len(args[i]) for i in group.nodes}
        if len(lengths) == 1:
            (length,) = lengths
            if length <= FEW:
                self._elementwise(group, group.nodes, length)
            else:
                self._reduce(group)
            return
        batched = group.kind == BATCHED
        rows = self.rows[[a for i in group.nodes for a in args[i]]]
        offsets = np.cumsum([0, *[len(args[i]) for i in group.nodes]])
        row = self._place(group.nodes, batched)
        self._add("sum", SUM, (self._operand(batched, rows),), batched, row, (len(group.nodes),), offsets)

    # ------------------------------------------------------------------------------------ inner products

    def _halves(self, i: int) -> tuple[Vector, Vector]:
        args = self.ssa.args[i]
        half = len(args) // 2
        return args[:half], args[half:]

    def _dot(self, group: Group) -> None:
        """Inner products: matrix products where they form blocks, else products and sums."""
        batched = group.kind == BATCHED
        products = [(i, *self._halves(i)) for i in group.nodes]
        if group.kinds[0]:  # both factors differ from example to example: no matrix product
            self._segments(products, True, True)
            return
        blocks, lone = find_blocks(products)
        if batched or len(lone) == 1:
            by_length: dict[int, list[Any]] = {}
            for product in lone:
                by_length.setdefault(len(product[1]), []).append(product)
            blocks += [Block([u], [v], {i: (0, 0)}) for same in by_length.values() for i, u, v in same]
            lone = []
        for blocks_alike in self._stacks(blocks, False, batched):
            self._matmul(blocks_alike, batched)
        if lone:
            self._segments(lone, False, False)

    def _tables(self, block: Block, left_batched: bool, right_batched: bool) -> tuple[Rows, Rows, Block]:
        """Give the rows of the two sides, the vectors of each side in the order of their rows."""
        sides, orders = [], []
        for vectors, batched in ((block.left, left_batched), (block.right, right_batched)):
            table = self._matrix(vectors, batched)
            order = np.arange(len(vectors))
            if len(vectors) > 1:
                bare = np.array([batched and set(vector) == {self.one} for vector in vectors])
                order = np.lexsort((*table.T[::-1], bare))  # a vector of ones comes last
                table = table[order]
                if bare.any():
                    wanted = 2 * table[-2] - table[-3] if len(table) > 2 else table[-2] + 1
                    if {*self.ones[1]}.issuperset(wanted.tolist()):
                        table[-1] = wanted
            sides.append(table)
            orders.append(np.argsort(order))
        nodes = {i: (int(orders[0][u]), int(orders[1][v])) for i, (u, v) in block.nodes.items()}
        return sides[0], sides[1], Block(block.left, block.right, nodes)

    def _stacks(self, blocks: list[Block], left_batched: bool, right_batched: bool) -> list[list[Table]]:
        """Put blocks of equal shape together where that makes one operation of many."""
        by_shape: dict[Any, list[Table]] = {}
        for block in blocks:
            made = self._tables(block, left_batched, right_batched)
            by_shape.setdefault((made[0].shape, made[1].shape), []).append(made)
        stacks = []
        for alike in by_shape.values():
            if 1 < len(alike) < MANY and None in (
                strides_of(np.stack(side)) for side in list(zip(*alike, strict=True))[:2]
            ):
                stacks += [[one] for one in alike]
            else:
                stacks.append(alike)
        return stacks

    def _matmul(self, stack: list[Table], batched: bool) -> None:
        left = np.stack([u for u, _, _ in stack])  # (blocks, out, terms)
        right = np.stack([v.T for _, v, _ in stack])  # (blocks, terms, positions)
        shape = (len(stack), left.shape[1], right.shape[2])
        row = self._settle(stack, shape, batched)
        operands = self._operand(False, left), self._operand(batched, right)
        self._add("matmul", DOT, operands, batched, row, shape)

    def _settle(self, stack: list[Table], shape: tuple[int, ...], batched: bool) -> int:
        """Give rows to all products of a stack of blocks, wanted or not."""
        cells = [-1] * int(np.prod(shape))
        for number, (_, _, block) in enumerate(stack):
            for i, (u, v) in block.nodes.items():
                cells[(number * shape[1] + u) * shape[2] + v] = i
        nodes = [i for i in cells if i >= 0]
        self._make_ones(batched, sum(i in self._neighbours[0] for i in nodes))
        first = self._rows(batched, len(cells))
        for offset, i in enumerate(cells):
            if i >= 0:
                self.rows[i] = first + offset
        self._make_ones(batched, sum(i in self._neighbours[1] for i in nodes))
        return first

    def _segments(self, products: list[tuple[int, Vector, Vector]], left_batched: bool, batched: bool) -> None:
        """Multiply all pairs, then sum segments."""
        lengths = [len(u) for _, u, _ in products]
        nodes = [i for i, _, _ in products]
        sides: list[Rows] = []
        halves = [u for _, u, _ in products], [v for _, _, v in products]
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

    def _batch_dot(self, group: Group) -> None:
        """Inner products that are summed over the examples too: gradients of weights, mostly."""
        bare: dict[Vector, int] = {}
        products = []
        for i in group.nodes:
            u, v = self._halves(i)
            if all(j == self.one for j in v):
                bare[u] = i
            else:
                products.append((i, u, v))
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
            left = np.stack([u for u, _, _ in stack])
            right = np.stack([v for _, v, _ in stack])
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


_MAKERS = {SUM: Layout._sum, DOT: Layout._dot, BATCH_DOT: Layout._batch_dot}


def _best_order(columns: list[Rows], count: int) -> tuple[Rows, tuple[int, ...]]:
    """Choose the order of nodes, and the shape, in which most operands are evenly spaced rows."""
    best = None
    orders = [np.arange(count)]
    if count > 1:
        orders += [np.argsort(column, kind="stable") for column in columns if len(columns) < 4]
        orders += [np.lexsort((columns[1 - c], columns[c])) for c in range(2) if len(columns) == 2]
    for order in orders:
        shapes: list[tuple[int, ...]] = [(count,)]
        for column in columns:
            period = _period(column[order])
            if period and (count // period, period) not in shapes:
                shapes.append((count // period, period))
        for shape in shapes:
            gathers = sum(strides_of(column[order].reshape(shape)) is None for column in columns)
            if best is None or gathers < best[0]:
                best = (gathers, order, shape)
        if best is not None and best[0] == 0:
            break
    assert best is not None
    return best[1], best[2]


def _period(rows: Rows) -> int:
    """Give the length of the evenly spaced runs that rows may consist of; 0 if there are none."""
    if len(rows) < 3:
        return 0
    steps = np.diff(rows)
    changes = np.flatnonzero(steps != steps[0])
    if not len(changes):
        return 0
    period = int(changes[0]) + 1
    return period if period > 1 and len(rows) % period == 0 else 0
