"""With this module numba runs array programs: the loop of a virtual machine, to which a program is data.

So any graph starts at once, and numba compiles but one function, once, which it keeps on disk. Code is a list of whole
numbers, and what it refers to is the place of a number in one block of memory. The machine is whole once `numba_source`
has written what depends on the table of operations: the two functions that only raise here.
"""

from __future__ import annotations

from typing import Any

from .numba_kernels import (
    FIVE,
    FOUR,
    ONE,
    SIX,
    THREE,
    TWO,
    U,
    batch_product,
    batch_sums,
    dots,
    plain_product,
    product,
    rows_dotted,
    rows_summed,
    sums,
)
from .numba_logsumexp import logsumexp_rest, logsumexps, rows_logsumexp, rows_logsumexp_rest

Array = Any
Place = Any

NUMBERS, ROWS = range(2)
"""What a step writes: numbers, whose operands may be anywhere; or rows, of one or several numbers side by side."""

SUM, DOT, LOGSUMEXP, LOGSUMEXP_REST, MATMUL, BATCH_MATMUL, BATCH_SUM, COPY, SPREAD, FIRST_MAP = range(10)
"""What steps do; from the last on an operation element by element."""


def apply(
    what: Place,
    code: Array,
    memory: Array,
    out: Place,
    a: Place,
    height: Place,
    count: Place,
) -> None:
    """Apply an operation to rows, of which the code tells where they begin; `numba_source` writes one for each."""
    raise NotImplementedError


def apply_direct(what: Place, code: Array, memory: Array, out: Place, a: Place, b: Place, height: Place) -> bool:
    """Apply an operation to numbers wherever they are, if it is cheap; written by `numba_source`."""
    raise NotImplementedError


def run(code: Array, memory: Array, examples: int, spare_place: int, first: int, last: int) -> None:
    """Run code from one place to another."""
    count, spare = U(examples), U(spare_place)
    at = U(first)
    while at < U(last):
        what, mode, out, height = U(code[at]), U(code[at + ONE]), U(code[at + TWO]), U(code[at + THREE])
        arity, flags = U(code[at + FOUR]), U(code[at + FIVE])
        at += SIX
        if what >= U(FIRST_MAP):
            length = U(code[at])
            a = at + ONE
            at = a + arity * height
            if mode == U(NUMBERS):
                begin = at
                at += arity
                if apply_direct(what, code, memory, out, a, a + height, height):
                    continue
                for place in range(arity):  # first put side by side
                    here = U(code[begin + place])
                    for r in range(height):
                        memory[here + r] = memory[U(code[a + r])]
                    a += height
                a, length, height = begin, height, ONE
            apply(what, code, memory, out, a, height, length)
        elif what == U(DOT) and mode == U(NUMBERS):
            at = dots(code, memory, at, out, height)
        elif what == U(LOGSUMEXP) and mode == U(NUMBERS):
            at = logsumexps(code, memory, at, out, height, spare)
        elif what == U(SUM) and mode == U(NUMBERS):
            at = sums(code, memory, at, out, height)
        elif what <= U(LOGSUMEXP_REST):
            for _ in range(height):
                terms = U(code[at])
                at += ONE
                if what == U(LOGSUMEXP):
                    rows_logsumexp(code, memory, at, terms, out, count, spare)
                elif what == U(LOGSUMEXP_REST) and mode == U(NUMBERS):
                    logsumexp_rest(code, memory, at, terms, out)
                elif what == U(LOGSUMEXP_REST):
                    rows_logsumexp_rest(code, memory, at, terms, out, count)
                elif what == U(DOT):
                    rows_dotted(code, memory, at, terms, out, count)
                else:
                    rows_summed(code, memory, at, terms, out, count)
                at += TWO * terms if what == U(DOT) else terms
                out += ONE if mode == U(NUMBERS) else count
        elif what == U(BATCH_SUM):
            at = batch_sums(code, memory, at, arity, out, height, count)
        elif what == U(COPY):
            for r in range(height):
                memory[out + r] = memory[U(code[at + r])]
            at += height
        elif what == U(SPREAD):
            for r in range(height):
                number = memory[U(code[at + r])]
                for n in range(count):
                    memory[out + n] = number
                out += count
            at += height
        else:
            blocks, lines, terms, places, length = height, arity, flags, U(code[at]), U(code[at + ONE])
            a = at + TWO
            b = a + blocks * lines * terms
            at = b + blocks * terms * places
            for _ in range(blocks):
                if what == U(BATCH_MATMUL):
                    batch_product(code, memory, a, b, out, lines, terms, places, length)
                    out += lines * places
                elif mode == U(NUMBERS):
                    plain_product(code, memory, a, b, out, lines, terms, places)
                    out += lines * places
                else:
                    product(code, memory, a, b, out, lines, terms, places, length)
                    out += lines * places * length
                a += lines * terms
                b += terms * places
