"""With this module array programs run on a virtual machine that numba has compiled: many small steps in one call."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import chain, pairwise
from typing import Any

import numpy as np

from ...ops import table as ops
from ..arrays.program import ArrayProgram, Instruction, Operand
from . import numba_vm as vm
from .numba_cache import compiled_once
from .numba_places import SHORT, product_of_numbers, room_for, runs
from .numba_source import MAPS, REDUCTIONS, is_slow, source
from .numpy_machine import MAKERS, Machine
from .workspace import LINE, aligned

Array = Any

_LARGE_PRODUCTS = 1_500, 30_000  # multiplications, unbatched and batched, from which BLAS is faster
_LARGE_MAP = 1_000  # numbers from which NumPy's logarithm and its like are faster
_OPERANDS = 3
_ROOM = 1_000  # numbers of an operand that are put side by side, or spread, at a time if there are as many


@cache
def machine_code(dtype: str = "float64") -> Callable[..., Any]:
    """Give the compiled virtual machine; the first time ever numba takes a while, then it is read from disk."""

    def start(run: Callable[..., Any]) -> None:
        run(np.zeros(0, dtype=np.uint32), np.zeros(1, dtype), 1, 0, 0, 0)

    run: Callable[..., Any] = compiled_once("tinygrad_edu_vm", source, "run", start)
    return run


class NumbaMachine(Machine):
    """Runs what it can on the virtual machine, and the rest as the NumPy machine does.

    Parameters
    ----------
    program : ArrayProgram
    count : int
        How many examples a batch has.
    dtype : dtype, default float64
        Of the memory; the machine is compiled once for each.
    """

    def __init__(self, program: ArrayProgram, count: int, dtype: Any = np.float64) -> None:
        self._code: list[int] = []
        self._numbers: dict[str, int] = {}  # constants, and their places
        self._constants: list[float] = []
        line = LINE // np.dtype(dtype).itemsize
        self._first = -(-program.rows // line) * line  # of the batched numbers
        self._spare = self._first + program.batched_rows * count
        self._room = max([count, _ROOM, *map(room_for, program.instructions)])
        self._pending = 0
        self._segments: list[int] = []  # places among the calls, and where their code begins and ends
        super().__init__(program, count, dtype)
        self._flush()
        self._finish()

    def _finish(self) -> None:
        """Put all numbers into one block of memory, which the compiled code knows by places in it."""
        start = self._spare + _OPERANDS * self._room + 1
        with np.errstate(over="ignore"):
            self._memory[start : start + len(self._constants)] = self._constants
        code = np.array(self._code, dtype=np.uint32)
        run = machine_code(self.dtype.name)
        for place, first, last in zip(*[iter(self._segments)] * 3, strict=True):
            self.calls[place] = (run, (code, self._memory, self.count, self._spare, first, last))
        self._numpy_runs_some = 3 * len(self.calls) > len(self._segments)

    def _allocate(self) -> None:
        program, count = self.program, self.count
        constants = sum(
            1 if isinstance(operand.constant, float) else operand.constant.size
            for step in program.instructions
            for operand in step.operands
            if operand.rows is None
        )
        self._memory = aligned(self._spare + _OPERANDS * self._room + 1 + constants, self.dtype)
        self.unbatched = self._memory[: program.rows]
        self.batched = self._memory[self._first : self._spare].reshape(program.batched_rows, count)

    def run(self) -> None:
        if self._numpy_runs_some:
            super().run()
        else:
            for function, arguments in self.calls:  # numba warns of no infinities
                function(*arguments)

    def _make_total(self, row: int) -> None:
        place = self._spare + _OPERANDS * self._room
        self._losses_sum = self._memory[place : place + 1].reshape(())
        losses = self._place(True, row)
        if self.program.weighted:
            seed = self._place(True, self.program.seed)
            words = [vm.BATCH_MATMUL, vm.NUMBERS, place, 1, 1, 1, 1, self.count, losses, seed]
        else:
            words = [vm.BATCH_SUM, vm.NUMBERS, place, 1, 1, 0, losses]
        self._code += words

    def _make(self, step: Instruction) -> None:
        words = self._encoded(step)
        if words is None:
            self._flush()
            MAKERS[step.kind](self, step)
        else:
            self._code += words

    def _on_blas(self, step: Instruction) -> bool:
        left, right = (operand.rows for operand in step.operands)
        assert left is not None
        assert right is not None
        _, lines, terms = left.shape
        places = right.shape[2] if step.kind == "matmul" else right.shape[1]
        batched = step.operands[1].batched
        return bool(lines * terms * places * (self.count if batched else 1) > _LARGE_PRODUCTS[batched])

    def _flush(self) -> None:
        """End a run of steps for the virtual machine with one call to it."""
        if len(self._code) > self._pending:
            self._segments += [len(self.calls), self._pending, len(self._code)]
            self.calls.append((int, ()))  # filled in when all code is known
            self._pending = len(self._code)

    # ------------------------------------------------------------------------------------ encoding

    def _encoded(self, step: Instruction) -> list[int] | None:
        """Write a step as whole numbers; None if NumPy runs it better, or alone.

        The row of a batch of one example is a number, so that there are no loops of one turn.
        """
        mode = vm.ROWS if step.batched and self.count > 1 else vm.NUMBERS
        out = self._place(step.batched, step.row)
        if step.kind == "map" and step.op.arity is not None:
            return self._encoded_map(step, mode, out)
        if step.kind in ("map", "reduce", "dot"):
            return self._encoded_sums(step, mode, out)
        tables = [self._places(operand, 0) for operand in step.operands]
        left = step.operands[0].rows
        assert left is not None
        if step.kind == "batch_sum":
            if self.count == 1:
                terms = left.shape[1]
                if terms == 1:
                    return [vm.COPY, mode, out, step.height, 0, 0, *tables[0]]
                lines = [tables[0][i : i + terms] for i in range(0, len(tables[0]), terms)]
                return [vm.SUM, mode, out, step.height, 0, 0, *chain.from_iterable([terms, *line] for line in lines)]
            return [vm.BATCH_SUM, mode, out, step.height, left.shape[1], 0, *tables[0]]
        if self._on_blas(step):
            return None
        right = step.operands[1].rows
        assert right is not None
        if mode == vm.NUMBERS and (step.kind == "matmul" or self.count == 1):
            first = np.array(tables[0]).reshape(left.shape)
            second = np.array(tables[1]).reshape(right.shape)
            second = second if step.kind == "matmul" else second.transpose(0, 2, 1)
            size = left.shape[1] * second.shape[2]
            outs = range(out, out + len(first) * size, size)
            blocks = zip(first, second, outs, strict=True)
            return [word for block in blocks for word in product_of_numbers(*block, self._spare)]
        code, places = (vm.MATMUL, right.shape[2]) if step.kind == "matmul" else (vm.BATCH_MATMUL, right.shape[1])
        return [code, mode, out, *left.shape, places, self.count, *tables[0], *tables[1]]

    def _encoded_map(self, step: Instruction, mode: int, out: int) -> list[int] | None:
        """Element by element."""
        code = MAPS.get(step.op)
        size = step.height * (self.count if step.batched else 1)
        if code is None or (is_slow(step.op) and size > _LARGE_MAP):
            return None
        tables = [self._places(operand, step.height) for operand in step.operands]
        if mode == vm.NUMBERS:
            return self._map_of_numbers(code, out, tables)
        shared = [table for table, operand in zip(tables, step.operands, strict=True) if not operand.batched]
        if not shared:
            return [code, mode, out, *runs(tables, self.count)]
        return self._map_with_shared(code, out, tables, shared)

    def _map_with_shared(self, code: int, out: int, tables: list[list[int]], shared: list[list[int]]) -> list[int]:
        """Write an operation on rows, of which some operands are one number for all examples: these become rows first.

        As many at a time as there is room for: they are read again while they are in the cache.
        """
        count, height, room = self.count, len(tables[0]), _OPERANDS * self._room // self.count
        most = height if len({*chain.from_iterable(shared)}) <= room else room // len(shared)
        words: list[int] = []
        for first in range(0, height, most):
            part = slice(first, first + most)
            places = dict.fromkeys(chain.from_iterable(table[part] for table in shared))
            words += [vm.SPREAD, vm.ROWS, self._spare, len(places), 0, 0, *places]
            rows = dict(zip(places, range(self._spare, self._spare + len(places) * count, count), strict=True))
            parts = [[rows[p] for p in table[part]] if table in shared else table[part] for table in tables]
            words += [code, vm.ROWS, out + first * count, *runs(parts, count)]
        return words

    def _map_of_numbers(self, code: int, out: int, tables: list[list[int]]) -> list[int]:
        """Write an operation on numbers: on rows of them, if there are, else wherever they are."""
        height = len(tables[0])
        words = runs(tables, 1)
        if words[0] <= max(1, height // SHORT):
            return [code, vm.ROWS, out, *words]
        spares = [self._spare + place * self._room for place in range(len(tables))]
        return [code, vm.NUMBERS, out, height, len(tables), 0, 0, *chain.from_iterable(tables), *spares]

    def _encoded_sums(self, step: Instruction, mode: int, out: int) -> list[int] | None:
        """Sums, inner products and other reductions, each with its number of terms."""
        code = REDUCTIONS.get(step.op)
        if code is None:
            return None
        if step.kind == "map":  # a short sum, whose operands are its terms
            columns = [self._places(operand, step.height) for operand in step.operands]
            if mode == vm.NUMBERS:  # added one after the other
                first, *rest = columns
                words = []
                for column in rest:
                    words += self._map_of_numbers(MAPS[ops.add], out, [first, column])
                    first = [*range(out, out + step.height)]
                return words
            lines = [[term for column in zip(*columns, strict=True) for term in column]]
            bounds = range(0, len(lines[0]) + 1, len(columns))
        else:
            lines = [self._places(operand, 0) for operand in step.operands]
            bounds = range(0, len(lines[0]) + 1, len(lines[0]) // step.height)
        offsets = list(bounds) if step.offsets is None else step.offsets.tolist()
        words = [code, mode, out, step.height, 0, 0]
        for start, end in pairwise(offsets):
            words.append(end - start)
            for line in lines:
                words += line[start:end]
        return words

    def _place(self, batched: bool, row: int) -> int:
        return self._first + row * self.count if batched else row

    def _places(self, operand: Operand, height: int) -> list[int]:
        """Give the places in memory that an operand is read from; constants get theirs."""
        if operand.rows is not None:
            rows = operand.rows.ravel()
            places: list[int] = (self._first + rows * self.count if operand.batched else rows).tolist()
            return places
        constant = operand.constant
        numbers = [constant] * height if isinstance(constant, float) else constant.ravel().tolist()
        return [self._constant(number) for number in numbers]

    def _constant(self, number: float) -> int:
        first = self._spare + _OPERANDS * self._room + 1
        place = self._numbers.setdefault(repr(number), first + len(self._constants))
        if place == first + len(self._constants):
            self._constants.append(number)
        return place
