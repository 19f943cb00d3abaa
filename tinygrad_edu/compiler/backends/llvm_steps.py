"""With this module the steps of an array program become loops of LLVM over the rows of a block of examples.

Steps that go element by element over the same rows share a loop. Matrix products hold a few lines of the result in
registers while they go through the terms, so that what has been read serves several; a product summed over examples
does the same with a small square.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from ...ops import table as ops
from ..arrays.program import Instruction, Operand
from .llvm_code import LANES, ZERO, Code, Whole, constant, constants
from .llvm_functions import apply, can_write
from .llvm_reductions import REDUCTIONS

MOST_VECTORS = 5
"""Of examples in a block: more than four, so that rows do not all fall on the same lines of the cache."""

LINES, SQUARE = 6, 2
"""How many lines of a matrix product are held in registers, and how many of one that is summed over examples.

More would not fit into the registers of processors without AVX-512, where a vector takes two, and gain nothing
elsewhere.
"""


def is_written(step: Instruction) -> bool:
    """Whether a step on batched rows is written here.

    Parameters
    ----------
    step : Instruction

    Returns
    -------
    bool
    """
    if step.kind == "map":
        return step.op is ops.SUM or can_write(step.op)
    return step.kind == "matmul" or step.op in REDUCTIONS


class Steps:
    """Writes steps on a block.

    Attributes
    ----------
    code : Code
    first, vectors : str
        The first vector of examples that is in the block, and how many there are.
    """

    first: str
    vectors: str

    def __init__(self) -> None:
        self.code = Code()

    # ------------------------------------------------------------------------------------ rows

    def each_row(self, height: int, body: Callable[[str, str], None]) -> None:
        """Write loops over rows and vectors."""
        self.code.loop(height, lambda r, _: self.each_vector(lambda v: body(r, v)))

    def each_vector(self, body: Callable[[str], None]) -> None:
        """Write a loop over the vectors of a row."""
        self.code.loop(self.vectors, lambda v, _: body(v))

    def _address(self, row: Whole, v: Whole) -> str:
        """Give where a row of the block has a vector."""
        code = self.code
        return code.at("%block", code.plus(code.times(row, MOST_VECTORS * LANES), code.times(v, LANES)))

    def _row(self, row: Whole, v: Whole) -> str:
        return self.code.vector(self._address(row, v))

    def _write(self, vector: str, row: Whole, v: Whole) -> None:
        self.code.keep(vector, self._address(row, v))

    # ------------------------------------------------------------------------------------ operands

    def _operand(self, operand: Operand, place: Whole, v: Whole) -> str:
        """Read a number of an operand, counted through, for a vector of examples."""
        code, fixed = self.code, operand.constant
        if operand.rows is None:
            if isinstance(fixed, float):
                return constants(fixed)
            return code.spread(code.entry("double", map(constant, fixed.ravel().tolist()), place))
        rows = operand.rows.ravel()
        step = int(rows[1] - rows[0]) if len(rows) > 1 else 0
        row: Whole
        if np.array_equal(rows, rows[0] + step * np.arange(len(rows))):
            row = code.plus(code.times(place, step), int(rows[0]))
        else:
            row = code.entry("i64", map(str, rows.tolist()), place)
        return self._at_row(operand.batched, row, v)

    def _at_row(self, batched: bool, row: Whole, v: Whole) -> str:
        code = self.code
        return self._row(row, v) if batched else code.spread(code.number(code.at("%unbatched", row)))

    def _element(self, operand: Operand, places: tuple[Whole, Whole, Whole], v: Whole) -> str:
        """Read an element of a stack of matrices."""
        code, rows = self.code, operand.rows
        assert rows is not None
        row: Whole = int(rows.flat[0])
        if operand.strides is not None:
            for place, stride in zip(places, operand.strides, strict=True):
                row = code.plus(row, code.times(place, stride))
            return self._at_row(operand.batched, row, v)
        place = places[0]
        for size, inner in zip(rows.shape[1:], places[1:], strict=True):
            place = code.plus(code.times(place, size), inner)
        return self._at_row(operand.batched, code.entry("i64", map(str, rows.ravel().tolist()), place), v)

    # ------------------------------------------------------------------------------------ steps

    def write(self, steps: Sequence[Instruction]) -> None:
        """Write steps, those that can share a loop together."""
        waiting: list[Instruction] = []
        for step in steps:
            if waiting and not (step.kind == "map" and _go_along(step, waiting)):
                self._maps(waiting)
                waiting = []
            if step.kind == "map":
                waiting.append(step)
            elif step.kind == "matmul":
                self._product(step)
            else:
                self._reduction(step)
        if waiting:
            self._maps(waiting)

    def _maps(self, steps: Sequence[Instruction]) -> None:
        """Element by element; what one step of the loop has made, the next reads from its register."""

        def one(r: str, v: str) -> None:
            made: dict[int, str] = {}
            for step in steps:
                arguments = []
                for operand in step.operands:
                    first = int(operand.rows.flat[0]) if operand.batched and operand.rows is not None else -1
                    known = made.get(first) if _is_result(operand, first, step.height) else None
                    arguments.append(self._operand(operand, r, v) if known is None else known)
                if step.op is ops.SUM:
                    result = arguments[0]
                    for argument in arguments[1:]:
                        result = self.code.arithmetic("fadd", result, argument)
                else:
                    result = apply(self.code, step.op, arguments)
                made[step.row] = result
                self._write(result, self.code.plus(r, step.row), v)

        self.each_row(steps[0].height, one)

    def _product(self, step: Instruction) -> None:
        """Stacks of matrices, a few lines and one vector of examples at a time."""
        code = self.code
        left, right = step.operands
        assert left.rows is not None
        assert right.rows is not None
        stack, lines, terms = left.rows.shape
        columns = right.rows.shape[2]

        def part(s: Whole, t: Whole, v: Whole, o: Whole, many: int) -> None:
            def term(k: str, totals: list[str]) -> list[str]:
                x = self._element(right, (s, k, t), v)
                factors = [self._element(left, (s, code.plus(o, i), k), v) for i in range(many)]
                return [code.added_product(x, w, total) for w, total in zip(factors, totals, strict=True)]

            for i, result in enumerate(code.loop(terms, term, carried=[ZERO] * many)):
                line = code.plus(code.times(s, lines), code.plus(o, i))
                self._write(result, code.plus(code.plus(code.times(line, columns), t), step.row), v)

        def column(s: Whole, t: Whole) -> None:
            self.each_vector(lambda v: _in_parts(code, lines, LINES, lambda o, many: part(s, t, v, o, many)))

        code.loop(stack, lambda s, _: code.loop(columns, lambda t, _: column(s, t)) and None)

    def _reduction(self, step: Instruction) -> None:
        """Sums and their like, each of its own number of terms."""
        code = self.code
        rows = step.operands[0].rows
        assert rows is not None
        offsets = step.offsets.tolist() if step.offsets is not None else None
        each = rows.size // step.height

        def one(r: str, v: str) -> None:
            start: Whole = code.times(r, each)
            count: Whole = each
            if offsets is not None:
                start = code.entry("i64", map(str, offsets[:-1]), r)
                count = code.entry("i64", [str(b - a) for a, b in pairwise(offsets)], r)

            def fold(body: Callable[..., str], first: str) -> str:
                """Go through the terms."""

                def term(k: str, carried: list[str]) -> list[str]:
                    place = code.plus(start, k)
                    return [body(carried[0], *[self._operand(operand, place, v) for operand in step.operands])]

                return code.loop(count, term, carried=[first])[0]

            self._write(REDUCTIONS[step.op](code, fold), code.plus(r, step.row), v)

        self.each_row(step.height, one)

    # ------------------------------------------------------------------------------------ sums over examples

    def sum_place(self, place: Whole) -> str:
        """Give where a sum over examples is kept: in as many parts as a vector has lanes."""
        return self.code.at("%sums", self.code.times(place, LANES))

    def add_up(self, places: Sequence[Whole], body: Callable[[str, list[str]], list[str]]) -> None:
        """Go through the vectors of examples and add to sums, which are in registers meanwhile."""
        addresses = [self.sum_place(place) for place in places]
        before = [self.code.vector(address) for address in addresses]
        for address, total in zip(addresses, self.code.loop(self.vectors, body, carried=before), strict=True):
            self.code.keep(total, address)

    def write_sum(self, step: Instruction, place: int) -> None:
        """Write a step that sums over examples; its sums are kept from this place on."""
        code = self.code
        left = step.operands[0]
        assert left.rows is not None
        if step.kind == "batch_sum":
            terms = left.rows.shape[1]

            def total(v: str, r: Whole, carried: list[str]) -> list[str]:
                for k in range(terms):
                    x = self._operand(left, code.plus(code.times(r, terms), k), v)
                    carried = [code.arithmetic("fadd", carried[0], x)]
                return carried

            code.loop(
                step.height,
                lambda r, _: self.add_up([code.plus(r, place)], lambda v, carried: total(v, r, carried)),
            )
            return
        right = step.operands[1]
        assert right.rows is not None
        stack, lines, terms = left.rows.shape
        columns = right.rows.shape[1]

        def part(s: Whole, k: Whole, o: Whole, high: int, t: Whole, wide: int) -> None:
            def products(v: str, totals: list[str]) -> list[str]:
                us = [self._element(left, (s, code.plus(o, i), k), v) for i in range(high)]
                vs = [self._element(right, (s, code.plus(t, j), k), v) for j in range(wide)]
                pairs = [(x, y) for x in us for y in vs]
                return [code.added_product(x, y, total) for (x, y), total in zip(pairs, totals, strict=True)]

            places = []
            for i in range(high):
                line = code.plus(code.times(s, lines), code.plus(o, i))
                row = code.plus(code.plus(code.times(line, columns), t), place)
                places += [code.plus(row, j) for j in range(wide)]
            self.add_up(places, products)

        def line(s: Whole, k: Whole, o: Whole, high: int) -> None:
            wide = SQUARE if lines > 1 else LINES
            _in_parts(code, columns, wide, lambda t, many: part(s, k, o, high, t, many))

        def one(s: Whole, k: Whole) -> None:
            _in_parts(code, lines, SQUARE, lambda o, high: line(s, k, o, high))

        code.loop(stack, lambda s, _: code.loop(terms, lambda k, _: one(s, k)) and None)


def _in_parts(code: Code, count: int, most: int, body: Callable[[Whole, int], None]) -> None:
    """Write a loop over parts of one size, and after it the rest."""
    whole = count // most * most
    if whole:
        code.loop(whole, lambda first, _: body(first, most), step=most)
    if count > whole:
        body(whole, count - whole)


def _is_result(operand: Operand, row: int, height: int) -> bool:
    """Whether an operand is the rows from one on, in order."""
    return (
        operand.batched
        and operand.rows is not None
        and np.array_equal(operand.rows.ravel(), np.arange(row, row + height))
    )


def _go_along(step: Instruction, others: Sequence[Instruction]) -> bool:
    """Whether a step may share the loop of others: it reads of their results at most those of the same turn."""
    if step.height != others[0].height:
        return False
    for operand in step.operands:
        if not operand.batched or operand.rows is None:
            continue
        for other in others:
            met = (operand.rows >= other.row) & (operand.rows < other.row + other.height)
            if met.any() and not _is_result(operand, other.row, step.height):
                return False
    return True
