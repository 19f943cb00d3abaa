"""With this module nodes get rows in the two workspaces, and rows of ones stand where biases want them.

What is computed together lies together: the results of one array operation are consecutive rows, so that the next one
can read them in place. A bias is no operation of its own: ``W·h + b`` is the product ``[W | b] · [h ; 1]``, for which a
row of ones has to lie right after the rows of h. So wherever an inner product pairs a bias with the constant 1, the
vector it belongs to gets such a row, after its last or before its first node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..scalars.ssa import BATCHED, DOT, SSA
from .blocks import Vector
from .program import ConstantRow, Operand
from .strides import strides_of

if TYPE_CHECKING:
    from .program import Rows


class Storage:
    """Gives rows to nodes.

    Attributes
    ----------
    rows : ndarray of int
        The row of each node in the workspace of its kind.
    used : list of int
        The number of rows of the unbatched and the batched workspace.
    constants : list of ConstantRow
    ones : tuple of list of int
        Rows of ones of the two workspaces.
    """

    def __init__(self, ssa: SSA, one: int) -> None:
        self.ssa, self.one = ssa, one
        self.rows: Rows = np.full(len(ssa.ops), -1)
        self.used = [0, 0]
        self.constants: list[ConstantRow] = []
        self.ones: tuple[list[int], list[int]] = ([], [])
        self._held: tuple[set[int], set[int]] = (set(), set())  # the same, to look up
        self._default_one = [-1, -1]
        self._neighbours = self._neighbours_of_ones()

    def _rows(self, batched: bool, count: int) -> int:
        first = self.used[batched]
        self.used[batched] += count
        return first

    def _place(self, nodes: Sequence[int], batched: bool | None = None) -> int:
        """Give consecutive rows to nodes, and rows of ones after them where a bias wants to go along."""
        if not nodes:
            return 0
        batched = self.ssa.kinds[nodes[0]] == BATCHED if batched is None else batched
        before, after = [len(side.intersection(nodes)) for side in self._neighbours]
        self._make_ones(batched, before)
        first = self._rows(batched, len(nodes))
        self.rows[nodes] = np.arange(first, first + len(nodes))
        self._make_ones(batched, after)
        return first

    def _make_ones(self, batched: bool, count: int) -> None:
        if not count:
            return
        first = self._rows(batched, count)
        made = range(first, first + count)
        self.ones[batched].extend(made)
        self._held[batched].update(made)
        if not batched:
            self.constants += [ConstantRow(row, 1.0) for row in made]

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
        for column in np.flatnonzero(missing.all(axis=0)).tolist():
            inner = [c for c in range(table.shape[1]) if c != column]
            if not inner:
                continue
            step = int(table[0, inner[1]] - table[0, inner[0]]) if len(inner) > 1 else 0
            last = column == table.shape[1] - 1
            # One weight and a bias: any distance will do, and it is mostly that of ones after all the vectors.
            for stride in (len(vectors), *range(1, len(vectors))) if len(inner) == 1 else (step,):
                wanted = table[:, inner[-1]] + stride if last else table[:, inner[0]] - stride
                if self._held[batched].issuperset(wanted.tolist()):
                    table[:, column] = wanted
                    break
        if (missing := table < 0).any():
            table[missing] = self._one_row(batched)
        return table

    def _operand(self, batched: bool, rows: Rows) -> Operand:
        return Operand(batched, rows, strides_of(rows))
