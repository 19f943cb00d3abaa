"""With this module an array program runs on NumPy: buffers made once, each instruction a call or two into them.

At this size of array the call costs more than the arithmetic, so all that can be settled beforehand is settled when the
machine is made: a run is a list of functions and their arguments, applied one after the other. Operands are views into
the workspace wherever the rows are evenly spaced, results are written where they are to stay, and arguments are
positional, which NumPy reads quicker than keywords.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ...ops import table as ops
from ..arrays.program import ArrayProgram, Instruction, Operand
from .numpy_functions import elementwise, reduction, reduction_of_segments
from .segments import last_first
from .workspace import Workspace

Array = Any
Call = tuple[Callable[..., Any], tuple[Any, ...]]  # plain, for every run unpacks every one
_WIDE = 16  # numbers in an array of arguments from which it is worth leaving it as it comes


class Machine(Workspace):
    """Buffers and calls of a program for one size of batch.

    Parameters
    ----------
    program : ArrayProgram
    count : int
        How many examples a batch has.
    dtype : dtype, default float64
        Of every array: NumPy computes in the largest of its operands' types, and BLAS in one alone.
    """

    @np.errstate(over="ignore")  # a constant may be infinite in this dtype
    def __init__(self, program: ArrayProgram, count: int, dtype: Any = np.float64) -> None:
        super().__init__(program, count, dtype)
        self._upright = self._inputs_for_products()
        self._zeros = np.zeros(0, self.dtype)
        self._relus: dict[Any, Array] = {}
        self.calls: list[Call] = []
        operands = [operand for step in program.instructions for operand in step.operands]
        sizes = [operand.rows.size for operand in operands if operand.rows is not None and not operand.batched]
        self._numbers_side_by_side = np.empty(sum(sizes), self.dtype)
        self._gathered_numbers = 0
        self._latest_gather: Call | None = None
        self._gathered_rows: dict[bytes, Array] = {}
        for step in program.instructions:
            self._make(step)
        self._losses_sum: Array = np.zeros((), self.dtype)
        if program.gradients is not None and program.outputs and program.outputs[0][0]:
            self._make_total(program.outputs[0][1])

    def _make(self, step: Instruction) -> None:
        MAKERS[step.kind](self, step)

    def run(self) -> None:
        with np.errstate(all="ignore"):  # nan and infinities are values here, as they are on floats
            for function, arguments in self.calls:
                function(*arguments)

    def _make_total(self, row: int) -> None:
        weights = self.batched[self.program.seed] if self.program.weighted else np.ones(self.count, self.dtype)
        self.calls.append((self.batched[row].dot, (weights, self._losses_sum)))

    def _total(self) -> float:
        return float(self._losses_sum)

    # ------------------------------------------------------------------------------------ inputs as they come

    def _inputs_for_products(self) -> dict[int, Array]:
        """Give arrays of shape (count, numbers) to inputs that only matrix products read.

        BLAS reads a transposed matrix as well, so such inputs are copied in as they come, which is quicker than turning
        them. The rows of ones next to them come along.

        Returns
        -------
        dict of int to ndarray
            By each row that is stored there: its column of such an array.
        """
        program = self.program
        upright: dict[int, Array] = {}
        ones = {*program.ones}
        for start, names in zip(program.inputs, program.names, strict=True):
            first, end = start, start + len(names)
            if len(names) < _WIDE:
                continue
            while first - 1 in ones:
                first -= 1
            while end in ones:
                end += 1
            inside = range(first, end)
            if all(self._only_multiplied(step, inside) for step in program.instructions) and not any(
                batched and row in inside for batched, row in program.outputs
            ):
                array = np.ones((self.count, len(inside)), self.dtype)
                upright.update({row: array[:, row - first :] for row in inside})
        return upright

    def _only_multiplied(self, step: Instruction, inside: range) -> bool:
        """Whether a step leaves these rows alone, or reads nothing else in a plain matrix product."""
        plain = step.kind in ("matmul", "batch_matmul") and self._on_blas(step)
        for operand in step.operands:
            if not operand.batched or operand.rows is None:
                continue
            met = (operand.rows >= inside.start) & (operand.rows < inside.stop)
            if not met.any():
                continue
            strides, shape = operand.strides, operand.rows.shape
            if not (plain and met.all() and strides is not None and shape[0] == 1 and shape[2] == 1):
                return False
            if strides[1] < 1:  # BLAS takes no repeated rows
                return False
        return True

    def _on_blas(self, step: Instruction) -> bool:
        """Whether a matrix product is left to BLAS."""
        return True

    def _rows_of_input(self, first: int, height: int) -> Array:
        upright = self._upright.get(first)
        return super()._rows_of_input(first, height) if upright is None else upright[:, :height].T

    # ------------------------------------------------------------------------------------ operands

    def _tail(self, batched: bool) -> tuple[int, ...]:
        return (self.count,) if batched else ()

    def _read(self, operand: Operand, broadcast: bool = False) -> Any:
        """Give the array of an operand: a view where rows are evenly spaced, else a buffer that is filled first."""
        if operand.rows is None:
            constant = np.array(
                operand.constant, self.dtype
            )  # NumPy takes an array of no dimension quicker than a float
            return constant[..., None] if broadcast and constant.ndim else constant
        if operand.strides is not None:
            array = self._view(operand.batched, int(operand.rows.flat[0]), operand.rows.shape, operand.strides)
        else:
            array = self._gathered(operand)
        return array[..., None] if broadcast and not operand.batched else array

    def _view(self, batched: bool, row: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
        space = self.batched if batched else self.unbatched
        start = self._upright[row].T if batched and row in self._upright else space[row:]
        if math.prod(shape) == 1:  # quicker than as_strided
            return start[:1].reshape(shape + self._tail(batched))
        step = start.strides[0]
        bytes_ = tuple(s * step for s in strides) + start.strides[1:]
        return as_strided(start, shape + self._tail(batched), bytes_)

    def _gathered(self, operand: Operand) -> Any:
        assert operand.rows is not None
        shape = operand.rows.shape + self._tail(operand.batched)
        rows = np.ascontiguousarray(operand.rows.ravel(), dtype=np.intp)
        if operand.batched:
            buffer = self._gathered_rows.get(rows.tobytes())
            if buffer is None:  # rows are written once, so that what has been gathered once stays right
                buffer = self._gathered_rows[rows.tobytes()] = np.empty((len(rows), self.count), self.dtype)
                self.calls.append((self.batched.take, (rows, 0, buffer, "clip")))
            return buffer.reshape(shape)
        first, last = self._gathered_numbers, self._gathered_numbers + len(rows)
        if self.calls and self.calls[-1] is self._latest_gather:  # two operands of one step: one call for both
            _, (before, *_) = self.calls.pop()
            rows = np.concatenate([before, rows])
        buffer = self._numbers_side_by_side[last - len(rows) : last]
        self._latest_gather = self.unbatched.take, (rows, 0, buffer, "clip")
        self.calls.append(self._latest_gather)
        self._gathered_numbers = last
        return self._numbers_side_by_side[first:last].reshape(shape)

    def _written(self, step: Instruction) -> Any:
        space = self.batched if step.batched else self.unbatched
        rows = space[step.row : step.row + step.height]
        return rows.reshape(step.shape + self._tail(step.batched))

    # ------------------------------------------------------------------------------------ instructions

    def _map(self, step: Instruction) -> None:
        out = self._written(step)
        operands = [self._read(operand, step.batched) for operand in step.operands]
        if step.height == 1:  # fewer dimensions, quicker calls
            tail = self._tail(step.batched) or (1,)
            out = out.reshape(tail)
            operands = [x.reshape(tail if x.size == out.size else ()) for x in operands]
        if step.op.arity is None:  # a short sum
            self.calls.append((np.add, (operands[0], operands[1], out)))
            for operand in operands[2:]:
                self.calls.append((np.add, (out, operand, out)))
            return
        if step.op is ops.relu:
            self._relus[_known_by(step.operands[0])] = out
            self.calls.append((partial(np.maximum, operands[0], self._zero(out.shape), out=out), ()))
        elif step.op is ops.heaviside:  # the sign of relu, which is there already where this is its slope
            relu = self._relus.get(_known_by(step.operands[0]))
            if relu is None:
                relu = out
                self.calls.append((partial(np.maximum, operands[0], self._zero(out.shape), out=out), ()))
            self.calls.append((np.sign, (relu, out)))
        elif step.op is ops.pow and step.operands[1].rows is None and 0.5 not in np.array(step.operands[1].constant):
            self.calls.append((np.power, (*operands, out)))
        else:
            self.calls.append((elementwise(step.op), (*operands, out)))

    def _zero(self, shape: tuple[int, ...]) -> Array:
        """Give zeros: NumPy compares two arrays several numbers at a time, but an array and a number one by one."""
        size = math.prod(shape)
        if len(self._zeros) < size:
            self._zeros = np.zeros(size, self.dtype)
        return self._zeros[:size].reshape(shape)

    def _reduce(self, step: Instruction) -> None:
        operand, offsets = step.operands[0], step.offsets
        operand = last_first(operand, offsets) if offsets is not None and step.op is ops.SUM else operand
        apply = reduction(step.op) if offsets is None else reduction_of_segments(step.op, offsets)
        self.calls.append((apply, (self._read(operand), self._written(step))))

    def _dot(self, step: Instruction) -> None:
        left, right = (self._read(operand) for operand in step.operands)
        out = self._written(step)
        products = np.empty(left.shape, self.dtype)
        self.calls.append((np.multiply, (left, right, products)))
        if step.offsets is None:
            self.calls.append((np.add.reduce, (products, 1, None, out)))
        else:
            self.calls.append((np.add.reduceat, (products, step.offsets[:-1], 0, None, out)))

    def _matmul(self, step: Instruction) -> None:
        first, second = step.operands
        left = self._matrix(first)
        assert second.rows is not None
        blocks, _, positions = second.rows.shape
        if not second.batched:
            right, out = self._matrix(second), self._written(step)
        else:
            right = self._merged(second)
            space = self.batched[step.row : step.row + step.height]
            out = space.reshape(blocks, step.shape[1], positions * self.count)
        self._product(left, right, out)

    def _merged(self, operand: Operand) -> Any:
        """Give a stack of matrices whose lines run over the last axis of the rows and over the examples."""
        assert operand.rows is not None
        blocks, lines, positions = operand.rows.shape
        strides = operand.strides
        # BLAS takes no repeated rows
        if strides is not None and (lines == 1 or strides[1] > 0) and (positions == 1 or strides[2] == 1):
            array = self._read(operand)
            if positions == 1:
                return array[:, :, 0]
            bytes_ = (array.strides[0], array.strides[1], array.strides[3])
            return as_strided(array, (blocks, lines, positions * self.count), bytes_)
        return self._gathered(operand).reshape(blocks, lines, -1)

    def _product(self, left: Any, right: Any, out: Any) -> None:
        if len(left) > 1:
            self.calls.append((np.matmul, (left, right, out)))
        elif left.size > 1 and right.size > 1:
            self.calls.append((left[0].dot, (right[0], out[0])))  # the same BLAS call, and less around it
        else:  # of one number dot makes a scaled copy, in which zero times infinity may be zero
            self.calls.append((np.matmul, (left[0], right[0], out[0])))

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

    def _batch_matmul(self, step: Instruction) -> None:
        left, right = (self._merged(operand) for operand in step.operands)
        self._product(left, right.transpose(0, 2, 1), self._written(step))

    def _batch_sum(self, step: Instruction) -> None:
        array = self._read(step.operands[0])
        out = self._written(step)
        if array.shape[1] == 1:
            self.calls.append((np.add.reduce, (array[:, 0], 1, None, out)))
        else:
            self.calls.append((np.add.reduce, (array, (1, 2), None, out)))


def _known_by(operand: Operand) -> tuple[bool, bytes]:
    """Give what is equal for operands that are read from the same rows."""
    assert operand.rows is not None
    return operand.batched, operand.rows.tobytes()


MAKERS: dict[str, Callable[[Machine, Instruction], None]] = {
    "map": Machine._map,
    "reduce": Machine._reduce,
    "dot": Machine._dot,
    "matmul": Machine._matmul,
    "batch_matmul": Machine._batch_matmul,
    "batch_sum": Machine._batch_sum,
}
