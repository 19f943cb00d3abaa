"""With this module an array program runs on NumPy: buffers made once, each instruction a call or two into them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .array_ops import elementwise, reduction
from .program import Instruction, Operand, Program

Call = tuple[Callable[..., Any], tuple[Any, ...]]


class Machine:
    """Buffers and calls of a program for one size of batch.

    Parameters
    ----------
    program : Program
    count : int
        How many examples a batch has.

    Attributes
    ----------
    unbatched : ndarray, shape (rows,)
    batched : ndarray, shape (rows, count)
    """

    def __init__(self, program: Program, count: int) -> None:
        self.program = program
        self.count = count
        self._allocate()
        for row, value in program.constants:
            self.unbatched[row] = value
        self.batched[program.ones] = 1.0
        self.unbatched[program.size] = count
        self.unbatched[program.share] = 1.0 / count
        self.calls: list[Call] = []
        for step in program.instructions:
            self._make(step)

    def _allocate(self) -> None:
        self.unbatched = np.zeros(self.program.rows)
        self.batched = np.zeros((self.program.batched_rows, self.count))

    def _make(self, step: Instruction) -> None:
        MAKERS[step.kind](self, step)

    def run(self) -> None:
        """Compute every row from inputs, parameters and seed."""
        for function, arguments in self.calls:
            function(*arguments)

    # ------------------------------------------------------------------------------------ operands

    def _tail(self, batched: bool) -> tuple[int, ...]:
        return (self.count,) if batched else ()

    def _read(self, operand: Operand, broadcast: bool = False) -> Any:
        """Give the array of an operand: a view where rows are evenly spaced, else a buffer that is filled first."""
        if operand.rows is None:
            constant = operand.constant
            return constant[..., None] if broadcast and not isinstance(constant, float) else constant
        if operand.strides is not None:
            array = self._view(operand.batched, int(operand.rows.flat[0]), operand.rows.shape, operand.strides)
        else:
            array = self._gathered(operand)
        return array[..., None] if broadcast and not operand.batched else array

    def _view(self, batched: bool, row: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
        space = self.batched if batched else self.unbatched
        step = space.strides[0]
        bytes_ = tuple(s * step for s in strides) + space.strides[1:]
        return as_strided(space[row:], shape + self._tail(batched), bytes_)

    def _gathered(self, operand: Operand) -> Any:
        assert operand.rows is not None
        space = self.batched if operand.batched else self.unbatched
        buffer = np.empty(operand.rows.shape + self._tail(operand.batched))
        flat = buffer.reshape((-1, *self._tail(operand.batched)))
        rows = np.ascontiguousarray(operand.rows.ravel(), dtype=np.intp)
        self.calls.append((space.take, (rows, 0, flat, "clip")))
        return buffer

    def _written(self, step: Instruction) -> Any:
        space = self.batched if step.batched else self.unbatched
        rows = space[step.row : step.row + step.height]
        return rows.reshape(step.shape + self._tail(step.batched))

    # ------------------------------------------------------------------------------------ instructions

    def _map(self, step: Instruction) -> None:
        out = self._written(step)
        operands = [self._read(operand, step.batched) for operand in step.operands]
        if step.op.arity is None:  # a short sum
            self.calls.append((np.add, (operands[0], operands[1], out)))
            for operand in operands[2:]:
                self.calls.append((np.add, (out, operand, out)))
            return
        self.calls.append((elementwise(step.op), (*operands, out)))

    def _reduce(self, step: Instruction) -> None:
        self.calls.append((reduction(step.op), (self._read(step.operands[0]), self._written(step))))

    def _sum(self, step: Instruction) -> None:
        assert step.offsets is not None
        out = self._written(step)
        self.calls.append((np.add.reduceat, (self._read(step.operands[0]), step.offsets[:-1], 0, None, out)))

    def _dot(self, step: Instruction) -> None:
        left, right = (self._read(operand) for operand in step.operands)
        out = self._written(step)
        products = np.empty(left.shape)
        self.calls.append((np.multiply, (left, right, products)))
        if step.offsets is None:
            self.calls.append((np.add.reduce, (products, 1, None, out)))
        else:
            self.calls.append((np.add.reduceat, (products, step.offsets[:-1], 0, None, out)))

    def _matmul(self, step: Instruction) -> None:
        first, second = step.operands
        left = self._matrix(first)
        assert second.rows is not None
        blocks, terms, positions = second.rows.shape
        if not second.batched:
            right, out = self._matrix(second), self._written(step)
        else:
            in_place = second.strides is not None and (positions == 1 or second.strides[2] == 1)
            array = self._read(second) if in_place else self._gathered(second)
            step_bytes = self.batched.strides[0]
            if in_place:
                assert second.strides is not None
                right = as_strided(
                    array,
                    (blocks, terms, positions * self.count),
                    (second.strides[0] * step_bytes, second.strides[1] * step_bytes, self.batched.strides[1]),
                )
                if second.strides[1] == 0 and terms > 1:  # BLAS takes no repeated rows
                    right = self._gathered(second).reshape(blocks, terms, -1)
            else:
                right = array.reshape(blocks, terms, -1)
            space = self.batched[step.row : step.row + step.height]
            out = space.reshape(blocks, step.shape[1], positions * self.count)
        self._product(left, right, out)

    def _product(self, left: Any, right: Any, out: Any) -> None:
        if len(left) == 1:
            left, right, out = left[0], right[0], out[0]
        self.calls.append((np.matmul, (left, right, out)))

    def _matrix(self, operand: Operand) -> Any:
        """Give a stack of matrices of unbatched numbers, gathered unless BLAS can read them in place."""
        assert operand.rows is not None
        if operand.strides is not None:
            _, rows, columns = operand.rows.shape
            _, down, across = operand.strides
            across_fits = (across == 1 or columns == 1) and (down >= columns or rows == 1)
            down_fits = (down == 1 or rows == 1) and (across >= rows or columns == 1)
            if across_fits or down_fits:
                return self._read(operand)
        return self._gathered(operand)

    def _long(self, operand: Operand) -> Any:
        """Give a stack of matrices whose lines run over terms and examples."""
        assert operand.rows is not None
        blocks, lines, terms = operand.rows.shape
        strides = operand.strides
        if strides is not None and (terms == 1 or strides[2] == 1) and (lines == 1 or strides[1] > 0):
            array = self._read(operand)
            return as_strided(
                array,
                (blocks, lines, terms * self.count),
                (array.strides[0], array.strides[1], self.batched.strides[1]),
            )
        return self._gathered(operand).reshape(blocks, lines, -1)

    def _batch_matmul(self, step: Instruction) -> None:
        left, right = (self._long(operand) for operand in step.operands)
        self._product(left, right.transpose(0, 2, 1), self._written(step))

    def _batch_sum(self, step: Instruction) -> None:
        array = self._read(step.operands[0])
        out = self._written(step)
        if array.shape[1] == 1:
            self.calls.append((np.add.reduce, (array[:, 0], 1, None, out)))
        else:
            self.calls.append((np.add.reduce, (array, (1, 2), None, out)))


MAKERS: dict[str, Callable[[Machine, Instruction], None]] = {
    "map": Machine._map,
    "reduce": Machine._reduce,
    "sum": Machine._sum,
    "dot": Machine._dot,
    "matmul": Machine._matmul,
    "batch_matmul": Machine._batch_matmul,
    "batch_sum": Machine._batch_sum,
}
