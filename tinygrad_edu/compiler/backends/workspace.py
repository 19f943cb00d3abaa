"""With this module one can fill the memory of an array program with inputs and parameters, and read its results."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Any

import numpy as np

from ...engine.changes import changes
from ...engine.many_values import numbers_of
from ..arrays.program import ArrayProgram

Array = Any
_FEW = 4  # outputs up to which they are quicker copied one by one
LINE = 64  # bytes in a line of the cache


def aligned(count: int, dtype: Any = np.float64) -> Array:
    """Give zeros that begin where a line of the cache does: where they lie may cost half the time of small programs."""
    line = LINE // np.dtype(dtype).itemsize
    room = np.zeros(count + line, dtype)
    start = -(room.ctypes.data // room.itemsize) % line
    return room[start : start + count]


class Workspace:
    """Memory of a program for one size of batch; back ends derive from it and add `run`.

    Parameters
    ----------
    program : ArrayProgram
    count : int
        How many examples a batch has.
    dtype : dtype, default float64
        What numbers it keeps. In float32 those beyond 3.4e38 are infinite, as they are beyond 1.8e308 in float64.

    Attributes
    ----------
    unbatched : ndarray, shape (rows,)
    batched : ndarray, shape (rows, count)
    inputs : list of ndarray, shapes (count, ...)
        Where arguments are written, once some have been fed.
    """

    unbatched: Array
    batched: Array
    loops_as_one = False
    """Whether a loop of a stage is one call, or one for each position."""

    def __init__(self, program: ArrayProgram, count: int, dtype: Any = np.float64) -> None:
        self.program = program
        self.count = count
        self.dtype = np.dtype(dtype)
        self._allocate()
        self.inputs: list[Array] = []
        first, parameters = program.parameters_row, len(program.params)
        self._parameters = self.unbatched[first : first + parameters]
        self._doubles: Any = self._parameters if self.dtype == np.float64 else np.empty(parameters)
        self._write_doubles = Struct(f"{parameters}d").pack_into  # quicker than an array made of a list, by a third
        self._fixed = self.unbatched[first + parameters : first + parameters + len(program.fixed)]
        self._parameters_of: object = None  # what `changes` said when the numbers there were read from the Values
        self._slopes = _side_by_side(self.unbatched, program.gradients)
        self._seed = 0.0
        rows = [row for batched, row in program.outputs if batched]
        many = len(rows) == len(program.outputs) > _FEW
        self._output_rows = np.array(rows) if many else None
        with np.errstate(over="ignore"):
            for row, value in program.constants:
                self.unbatched[row] = value
        self.unbatched[program.size] = count
        self.unbatched[program.share] = 1.0 / count
        self.batched[program.ones] = 1.0

    def _allocate(self) -> None:
        self.unbatched = aligned(self.program.rows, self.dtype)
        self.batched = aligned(self.program.batched_rows * self.count, self.dtype).reshape(-1, self.count)

    def run(self) -> None:
        """Compute every row from inputs, parameters and seed."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------ filling

    def _rows_of_input(self, first: int, height: int) -> Array:
        """Give where an array of arguments is stored, one row a number of an example."""
        return self.batched[first : first + height]

    def input_rows(self, place: int) -> Array:
        """Give the rows of one array of arguments, to write into."""
        return self._rows_of_input(self.program.inputs[place], len(self.program.names[place]))

    def feed(self, arrays: Sequence[Array]) -> None:
        """Write arguments, each of shape (count, ...), into their rows."""
        if not self.inputs:
            for first, array in zip(self.program.inputs, arrays, strict=True):
                shape = array.shape[1:]
                rows = self._rows_of_input(first, int(np.prod(shape)))
                self.inputs.append(np.moveaxis(rows.reshape((*shape, self.count)), -1, 0))
        for view, array in zip(self.inputs, arrays, strict=True):
            view[...] = array

    def set_parameters(self, at: Array = None) -> None:
        """Write the numbers of parameters and fixed Values; `at` takes the place of those of the parameters."""
        latest = changes.latest  # first: what changes while the Values are read will be read next time
        if at is None:
            if latest is self._parameters_of and not changes.hidden:
                return
            self._write_doubles(self._doubles, 0, *numbers_of(self.program.params))
            if self._doubles is not self._parameters:
                self._parameters[:] = self._doubles
        else:
            quick = type(at) is np.ndarray and at.dtype is self.dtype
            numbers = at if quick else np.asarray(at, self.dtype)
            if numbers.shape != self._parameters.shape:
                count = len(self._parameters)
                raise ValueError(f"at must have one number for each of the {count} params, got shape {numbers.shape}")
            self._parameters[...] = numbers
        if len(self._fixed):
            self._fixed[:] = numbers_of(self.program.fixed)
        self._parameters_of = None if changes.hidden or at is not None else latest

    def set_seed(self, seed: Any) -> None:
        """Write what the examples count: one number, or one for each."""
        if self.program.weighted:
            self.batched[self.program.seed] = seed
        elif seed != self._seed:
            self.unbatched[self.program.seed] = self._seed = seed

    # ------------------------------------------------------------------------------------ reading

    def outputs(self) -> Array:
        """Give the outputs, one row each."""
        results = np.empty((len(self.program.outputs), self.count), self.dtype)
        if self._output_rows is not None:
            return self.batched.take(self._output_rows, 0, results, "clip")
        for place, (batched, row) in enumerate(self.program.outputs):
            results[place] = self.batched[row] if batched else self.unbatched[row]
        return results

    def value(self) -> float:
        """Give the sum of the only output over the examples, each as often as its seed says."""
        program = self.program
        ((batched, row),) = program.outputs
        if batched:
            return self._total() * (1.0 if program.weighted else self._seed)
        number = float(self.unbatched[row])
        if not program.weighted:
            return number * (self.count * self._seed)
        with np.errstate(all="ignore"):  # one by one: 0 · ∞ is nan, whatever the other weights are
            return float((self.batched[program.seed] * number).sum())

    def _total(self) -> float:
        """Add up the only output over the examples, times the weights if there are any."""
        losses = self.batched[self.program.outputs[0][1]]
        with np.errstate(all="ignore"):
            return float(losses.dot(self.batched[self.program.seed]) if self.program.weighted else losses.sum())

    def gradient(self, out: Array = None) -> Array:
        """Give one derivative for each parameter, in an array of their own, or in one that is given."""
        if self._slopes is None:
            return self.unbatched.take(self.program.gradients, None, out, "clip")
        if out is None:
            return self._slopes.copy()
        out[...] = self._slopes
        return out


def _side_by_side(numbers: Array, rows: Array | None) -> Array | None:
    """Give a view of rows that stand one after the other, which is copied in half the time of rows anywhere."""
    if rows is None or not len(rows) or not np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
        return None
    return numbers[rows[0] : rows[-1] + 1]
