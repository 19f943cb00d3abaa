"""With this module an array program becomes one function of LLVM, which works through the examples block by block.

What is done to the examples of a block stays in the nearest caches, whatever the size of the batch, and only how many
there are is not known before the function runs: one function serves all sizes.

A program has three phases: what parameters alone determine; what differs from example to example, with the sums over
them; and what is made of those sums. The function is the second. Whether a program can be cut like that, and is made of
operations that are written, says `Phases.of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from ..arrays.program import ArrayProgram, Instruction
from .llvm_code import COUNTING, LANES, MASK, PLACES, VECTOR, ZERO, Whole, constants
from .llvm_steps import Steps, is_written

_MOST_STEPS = 300  # a step takes 3 milliseconds to compile


class Phases(NamedTuple):
    """The steps of a program, by when they can be run."""

    before: list[Instruction]
    block: list[Instruction]
    sums: list[Instruction]
    after: list[Instruction]

    @classmethod
    def of(cls, program: ArrayProgram) -> Phases | None:
        """Sort the steps; None if a block cannot be run in one go, or holds what is not written here."""
        phases = cls([], [], [], [])
        late: set[int] = set()  # rows made of sums over the batch
        for step in program.instructions:
            read = {row for o in step.operands if o.rows is not None and not o.batched for row in o.rows.flat}
            waits = not late.isdisjoint(read)
            if step.batched:
                if waits or not is_written(step):
                    return None
                phases.block.append(step)
                continue
            if step.kind.startswith("batch"):
                phases.sums.append(step)
            else:
                (phases.after if waits else phases.before).append(step)
                if not waits:
                    continue
            late.update(range(step.row, step.row + step.height))
        return phases if phases.block and len(phases.block) + len(phases.sums) <= _MOST_STEPS else None


class Block(Steps):
    """Writes the function of a program.

    Its one argument is an array of addresses and numbers, in the order of `ARGUMENTS`.

    Attributes
    ----------
    text : str
    sums : int
        How many vectors it needs to add up sums.
    """

    ARGUMENTS = ("unbatched", "batched", "block", "sums", "total", "count", "vectors", "most")

    def __init__(self, program: ArrayProgram, phases: Phases) -> None:
        super().__init__()
        self.program, self.phases = program, phases
        self.sums = 0
        for place, name in enumerate(self.ARGUMENTS):
            kind = "ptr" if place < 5 else "i64"
            self.code.do(f"%a{place} = getelementptr i64, ptr %arguments, i64 {place}")
            self.code.do(f"%{name} = load {kind}, ptr %a{place}")
        places = [self._room(step.height) for step in phases.sums]
        totals = self._room(1) if program.gradients is not None and program.outputs and program.outputs[0][0] else None
        self.code.loop(max(1, self.sums), lambda i, _: self.code.keep(ZERO, self.sum_place(i)))
        self.code.loop("%vectors", lambda first, _: self._block(first, places, totals), step="%most")
        for step, place in zip(phases.sums, places, strict=True):
            self._settle("%unbatched", step.row, place, step.height)
        if totals is not None:
            self._settle("%total", 0, totals, 1)
        self.text = self.code.text("@run(ptr noalias %arguments)")

    def _room(self, height: int) -> int:
        self.sums += height
        return self.sums - height

    def _settle(self, start: str, row: int, place: int, height: int) -> None:
        """Add the lanes of sums up."""
        code = self.code
        code.declare(f"declare double @llvm.vector.reduce.fadd.v8f64(double, {VECTOR})")

        def one(i: str, _: Any) -> None:
            lanes = code.vector(self.sum_place(code.plus(i, place)))
            total = code.get(f"call reassoc double @llvm.vector.reduce.fadd.v8f64(double -0.0, {VECTOR} {lanes})")
            code.do(f"store double {total}, ptr {code.at(start, code.plus(i, row))}")

        code.loop(height, one)

    # ------------------------------------------------------------------------------------ a block

    def _block(self, first: str, places: list[int], totals: int | None) -> None:
        code, program = self.code, self.program
        self.first = first
        self.vectors = code.least(code.get(f"sub i64 %vectors, {first}"), "%most")
        for first_row, height in _runs(self._read_from_outside()):
            self.each_row(height, partial(self._copy_in, first_row))
        for first_row, height in _runs(program.ones):
            self.each_row(height, partial(self._write_ones, first_row))
        self.write(self.phases.block)
        for row, height in _runs({row for batched, row in program.outputs if batched}):
            self.each_row(height, partial(self._copy_out, row))
        if not self.sums:
            return
        self._clear_the_rest(totals)
        for step, place in zip(self.phases.sums, places, strict=True):
            self.write_sum(step, place)
        if totals is not None:
            loss, weight = program.outputs[0][1], program.seed

            def add(v: str, total: list[str]) -> list[str]:
                x = self._row(loss, v)
                if program.weighted:
                    return [code.added_product(x, self._row(weight, v), total[0])]
                return [code.arithmetic("fadd", total[0], x)]

            self.add_up([totals], add)

    def _read_from_outside(self) -> list[int]:
        """Give the batched rows that no step writes."""
        program = self.program
        made = {row for step in self.phases.block for row in range(step.row, step.row + step.height)} | {*program.ones}
        every = [operand for step in program.instructions for operand in step.operands if operand.batched]
        operands = [operand.rows for operand in every if operand.rows is not None]
        read = {int(row) for rows in operands for row in rows.flat}
        read |= {row for batched, row in program.outputs if batched}
        return sorted((read | ({program.seed} if program.weighted else set())) - made)

    def _outside(self, row: Whole, v: Whole) -> tuple[str, str]:
        """Give where a vector of a row is in the memory of all examples, and which lanes of it are examples."""
        code = self.code
        example = code.times(code.plus(self.first, v), LANES)
        left = code.spread(str(code.get(f"sub i64 %count, {example}")), "i64")
        address = code.at("%batched", code.plus(code.times(row, "%count"), example))
        return address, code.get(f"icmp slt {PLACES} {COUNTING}, {left}")

    def _write_ones(self, first_row: int, r: str, v: str) -> None:
        self._write(constants(1.0), self.code.plus(r, first_row), v)

    def _copy_in(self, first_row: int, r: str, v: str) -> None:
        row = self.code.plus(r, first_row)
        address, there = self._outside(row, v)
        self.code.declare(f"declare {VECTOR} @llvm.masked.load.v8f64.p0(ptr, i32, {MASK}, {VECTOR})")
        arguments = f"ptr {address}, i32 8, {MASK} {there}, {VECTOR} {ZERO}"
        self._write(self.code.get(f"call {VECTOR} @llvm.masked.load.v8f64.p0({arguments})"), row, v)

    def _copy_out(self, first_row: int, r: str, v: str) -> None:
        row = self.code.plus(r, first_row)
        address, there = self._outside(row, v)
        self.code.declare(f"declare void @llvm.masked.store.v8f64.p0({VECTOR}, ptr, i32, {MASK})")
        arguments = f"{VECTOR} {self._row(row, v)}, ptr {address}, i32 8, {MASK} {there}"
        self.code.do(f"call void @llvm.masked.store.v8f64.p0({arguments})")

    def _clear_the_rest(self, totals: int | None) -> None:
        """In the last vector put 0 where there are no examples, in all rows that are summed: 0 · 0 adds nothing."""
        code, program = self.code, self.program
        operands = [operand.rows for step in self.phases.sums for operand in step.operands]
        rows = {int(row) for places in operands if places is not None for row in places.flat}
        if totals is not None:
            rows |= {program.outputs[0][1], *([program.seed] if program.weighted else [])}
        last = code.get(f"sub i64 {self.vectors}, 1")
        ends = code.times(code.plus(self.first, self.vectors), LANES)

        def clear() -> list[str]:
            _, there = self._outside(0, last)

            def one(i: str, _: Any) -> None:
                row = code.entry("i64", map(str, sorted(rows)), i)
                self._write(code.choose(there, self._row(row, last), ZERO), row, last)

            code.loop(len(rows), one)
            return []

        code.when(code.get(f"icmp sgt i64 {ends}, %count"), clear)


def _runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Give where rows that follow one another begin, and how many there are."""
    first = count = 0
    for row in sorted(rows):
        if count and row == first + count:
            count += 1
            continue
        if count:
            yield first, count
        first, count = row, 1
    if count:
        yield first, count
