"""With this module numba has sums, inner products and matrix products for the virtual machine.

All of them read places from the code and numbers from the memory. Loops over examples are innermost, over numbers that
stand side by side; several of these are worked on at a time, so that each number that is read is used several times.
Arithmetic on places is unsigned, for numba then leaves out its test for negative ones, which would keep loops from
taking several numbers at a time; that is why small whole numbers have names here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..scalars import brackets
from .numba_functions import compiled, in_order, nothing

Array = Any
Place = Any  # U, or what a loop over so many counts in
U = np.uint64
ZERO, ONE, TWO, THREE, FOUR, FIVE, SIX = (U(i) for i in range(7))
FEW = U(brackets.IN_ORDER)
_SUMS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"reassoc", "contract"}}


@compiled(error_model="numpy", fastmath={"contract"})
def rows_summed(code: Array, memory: Array, at: Place, terms: Place, out: Place, count: Place) -> None:
    """One sum of rows, in their order: first what fours leave over, then four at a time."""
    zero = nothing(memory)
    k: Place = terms % FOUR
    if k == ZERO:
        for n in range(count):
            memory[out + n] = zero
    else:
        x0, x1, x2 = U(code[at]), U(code[at + min(k - ONE, ONE)]), U(code[at + k - ONE])
        if k == ONE:
            for n in range(count):
                memory[out + n] = zero + memory[x0 + n]
        elif k == TWO:
            for n in range(count):
                memory[out + n] = zero + memory[x0 + n] + memory[x1 + n]
        else:
            for n in range(count):
                memory[out + n] = zero + memory[x0 + n] + memory[x1 + n] + memory[x2 + n]
    while k < terms:
        x0, x1, x2, x3 = U(code[at + k]), U(code[at + k + ONE]), U(code[at + k + TWO]), U(code[at + k + THREE])
        for n in range(count):
            memory[out + n] = memory[out + n] + memory[x0 + n] + memory[x1 + n] + memory[x2 + n] + memory[x3 + n]
        k += FOUR


@compiled(**_SUMS)
def rows_dotted(code: Array, memory: Array, at: Place, terms: Place, out: Place, count: Place) -> None:
    """One inner product of rows: first what fours leave over, then four at a time."""
    b = at + terms
    k: Place = terms % FOUR
    if k == ZERO:
        for n in range(count):
            memory[out + n] = 0.0
    else:
        last, middle = k - ONE, min(k - ONE, ONE)
        x0, x1, x2 = U(code[at]), U(code[at + middle]), U(code[at + last])
        y0, y1, y2 = U(code[b]), U(code[b + middle]), U(code[b + last])
        if k == ONE:
            for n in range(count):
                memory[out + n] = memory[x0 + n] * memory[y0 + n]
        elif k == TWO:
            for n in range(count):
                memory[out + n] = memory[x0 + n] * memory[y0 + n] + memory[x1 + n] * memory[y1 + n]
        else:
            for n in range(count):
                memory[out + n] = (
                    memory[x0 + n] * memory[y0 + n] + memory[x1 + n] * memory[y1 + n] + memory[x2 + n] * memory[y2 + n]
                )
    while k < terms:
        x0, x1, x2, x3 = U(code[at + k]), U(code[at + k + ONE]), U(code[at + k + TWO]), U(code[at + k + THREE])
        y0, y1, y2, y3 = U(code[b + k]), U(code[b + k + ONE]), U(code[b + k + TWO]), U(code[b + k + THREE])
        for n in range(count):
            memory[out + n] += (
                memory[x0 + n] * memory[y0 + n]
                + memory[x1 + n] * memory[y1 + n]
                + memory[x2 + n] * memory[y2 + n]
                + memory[x3 + n] * memory[y3 + n]
            )
        k += FOUR


@compiled(**_SUMS)
def batch_sums(code: Array, memory: Array, at: Place, terms: Place, out: Place, height: Place, count: Place) -> Place:
    """Sums over so many rows, and over their examples; gives where their code ends."""
    for r in range(height):
        total = nothing(memory)
        for k in range(terms):
            p = U(code[at + k])
            for n in range(count):
                total += memory[p + n]
        memory[out + r] = total
        at += terms
    return at


@compiled(**_SUMS)
def sums(code: Array, memory: Array, at: Place, out: Place, height: Place) -> Place:
    """Sums of numbers, each with its number of terms; gives where their code ends."""
    for r in range(height):
        terms = U(code[at])
        at += ONE
        total = nothing(memory)
        if terms <= FEW:
            total = in_order(code, memory, at, terms)
        else:
            for k in range(terms):
                total += memory[U(code[at + k])]
        memory[out + r] = total
        at += terms
    return at


@compiled(**_SUMS)
def dots(code: Array, memory: Array, at: Place, out: Place, height: Place) -> Place:
    """Inner products of numbers, each with its number of terms; gives where their code ends."""
    for r in range(height):
        terms = U(code[at])
        a = at + ONE
        b = a + terms
        total = nothing(memory)
        for k in range(terms):
            total += memory[U(code[a + k])] * memory[U(code[b + k])]
        memory[out + r] = total
        at = b + terms
    return at


@compiled(**_SUMS)
def plain_product(
    code: Array,
    memory: Array,
    a: Place,
    b: Place,
    out: Place,
    lines: Place,
    terms: Place,
    places: Place,
) -> None:
    """A matrix product of numbers."""
    for _ in range(lines):
        for t in range(places):
            total = nothing(memory)
            for k in range(terms):
                total += memory[U(code[a + k])] * memory[U(code[b + k * places + t])]
            memory[out] = total
            out += ONE
        a += terms


@compiled(**_SUMS)
def product(
    code: Array,
    memory: Array,
    a: Place,
    b: Place,
    out: Place,
    lines: Place,
    terms: Place,
    places: Place,
    count: Place,
) -> None:
    """A matrix of numbers times one of rows: four lines of the result from four rows at a time, each read but once."""
    row = places * count
    for t in range(places):
        v = b + t
        o: Place = ZERO
        while o + FOUR <= lines:
            y0 = out + o * row + t * count
            y1, y2, y3 = y0 + row, y0 + TWO * row, y0 + THREE * row
            for y in (y0, y1, y2, y3):
                for n in range(count):
                    memory[y + n] = 0.0
            u0 = a + o * terms
            u1, u2, u3 = u0 + terms, u0 + TWO * terms, u0 + THREE * terms
            k: Place = ZERO
            while k + FOUR <= terms:
                a0, a1, a2, a3 = four(code, memory, u0 + k)
                b0, b1, b2, b3 = four(code, memory, u1 + k)
                c0, c1, c2, c3 = four(code, memory, u2 + k)
                d0, d1, d2, d3 = four(code, memory, u3 + k)
                x0, x1 = U(code[v + k * places]), U(code[v + (k + ONE) * places])
                x2, x3 = U(code[v + (k + TWO) * places]), U(code[v + (k + THREE) * places])
                for n in range(count):
                    v0, v1, v2, v3 = memory[x0 + n], memory[x1 + n], memory[x2 + n], memory[x3 + n]
                    memory[y0 + n] += a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3
                    memory[y1 + n] += b0 * v0 + b1 * v1 + b2 * v2 + b3 * v3
                    memory[y2 + n] += c0 * v0 + c1 * v1 + c2 * v2 + c3 * v3
                    memory[y3 + n] += d0 * v0 + d1 * v1 + d2 * v2 + d3 * v3
                k += FOUR
            while k < terms:
                a0, b0 = memory[U(code[u0 + k])], memory[U(code[u1 + k])]
                c0, d0 = memory[U(code[u2 + k])], memory[U(code[u3 + k])]
                x0 = U(code[v + k * places])
                for n in range(count):
                    v0 = memory[x0 + n]
                    memory[y0 + n] += a0 * v0
                    memory[y1 + n] += b0 * v0
                    memory[y2 + n] += c0 * v0
                    memory[y3 + n] += d0 * v0
                k += ONE
            o += FOUR
        while o < lines:
            y0 = out + o * row + t * count
            for n in range(count):
                memory[y0 + n] = 0.0
            u0 = a + o * terms
            k = ZERO
            while k + FOUR <= terms:
                a0, a1, a2, a3 = four(code, memory, u0 + k)
                x0, x1 = U(code[v + k * places]), U(code[v + (k + ONE) * places])
                x2, x3 = U(code[v + (k + TWO) * places]), U(code[v + (k + THREE) * places])
                for n in range(count):
                    memory[y0 + n] += (
                        a0 * memory[x0 + n] + a1 * memory[x1 + n] + a2 * memory[x2 + n] + a3 * memory[x3 + n]
                    )
                k += FOUR
            while k < terms:
                a0, x0 = memory[U(code[u0 + k])], U(code[v + k * places])
                for n in range(count):
                    memory[y0 + n] += a0 * memory[x0 + n]
                k += ONE
            o += ONE


@compiled()
def four(code: Array, memory: Array, at: Place) -> tuple[float, float, float, float]:
    """Read four numbers."""
    return (
        memory[U(code[at])],
        memory[U(code[at + ONE])],
        memory[U(code[at + TWO])],
        memory[U(code[at + THREE])],
    )


@compiled(**_SUMS)
def batch_product(
    code: Array,
    memory: Array,
    a: Place,
    b: Place,
    out: Place,
    lines: Place,
    terms: Place,
    places: Place,
    count: Place,
) -> None:
    """Inner products over terms and examples: of two rows with four at a time where there are as many."""
    for n in range(lines * places):
        memory[out + n] = 0.0
    for k in range(terms):
        o: Place = ZERO
        while o + TWO <= lines:
            u0, u1 = U(code[a + o * terms + k]), U(code[a + (o + ONE) * terms + k])
            t: Place = ZERO
            while t + FOUR <= places:
                v = b + t * terms + k
                x0, x1 = U(code[v]), U(code[v + terms])
                x2, x3 = U(code[v + TWO * terms]), U(code[v + THREE * terms])
                a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = nothing(memory)
                for n in range(count):
                    w0, w1 = memory[u0 + n], memory[u1 + n]
                    v0, v1, v2, v3 = memory[x0 + n], memory[x1 + n], memory[x2 + n], memory[x3 + n]
                    a0 += w0 * v0
                    a1 += w0 * v1
                    a2 += w0 * v2
                    a3 += w0 * v3
                    b0 += w1 * v0
                    b1 += w1 * v1
                    b2 += w1 * v2
                    b3 += w1 * v3
                y0 = out + o * places + t
                y1 = y0 + places
                memory[y0] += a0
                memory[y0 + ONE] += a1
                memory[y0 + TWO] += a2
                memory[y0 + THREE] += a3
                memory[y1] += b0
                memory[y1 + ONE] += b1
                memory[y1 + TWO] += b2
                memory[y1 + THREE] += b3
                t += FOUR
            while t < places:
                x0 = U(code[b + t * terms + k])
                a0 = b0 = nothing(memory)
                for n in range(count):
                    v0 = memory[x0 + n]
                    a0 += memory[u0 + n] * v0
                    b0 += memory[u1 + n] * v0
                memory[out + o * places + t] += a0
                memory[out + (o + ONE) * places + t] += b0
                t += ONE
            o += TWO
        if o < lines:
            u0 = U(code[a + o * terms + k])
            for r in range(places):
                x0 = U(code[b + r * terms + k])
                a0 = nothing(memory)
                for n in range(count):
                    a0 += memory[u0 + n] * memory[x0 + n]
                memory[out + o * places + r] += a0
