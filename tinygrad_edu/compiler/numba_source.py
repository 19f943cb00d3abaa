"""With this module the virtual machine of the numba back end is written: one function that runs any array program.

Its text is put together from the table below, once; numba compiles it once and keeps the machine code on disk. Programs
are data to it, so that any graph starts at once. Each operation becomes one loop over numbers that stand side by side:
the examples of a row, or the numbers of a group, which are put side by side first.

Code is a list of whole numbers, and what it refers to is the place of a number in one block of memory. Arithmetic on
places is unsigned, for numba then leaves out its test for negative ones, which would keep loops from taking several
numbers at a time.
"""

from __future__ import annotations

import re

from .numba_functions import FUNCTIONS

FORMS: dict[str, str] = {
    "add": "x + y",
    "sub": "x - y",
    "mul": "x * y",
    "neg": "-x",
    "identity": "x",
    "div": "x / y",
    "square": "x * x",
    "reciprocal": "1.0 / x",
    "abs": "abs(x)",
    "sqrt": "math.sqrt(x)",
    "relu": "0.0 if x <= 0.0 else x",
    "leaky_relu": "x if x > 0.0 else 0.01 * x",
    "heaviside": "1.0 if x > 0.0 else (0.0 if x <= 0.0 else x)",
    "sign": "1.0 if x > 0.0 else (-1.0 if x < 0.0 else 0.0 * x)",
    "less": "1.0 if x < y else 0.0",
    "less_equal": "1.0 if x <= y else 0.0",
    "minimum": "x if x <= y or x != x else y",
    "maximum": "x if x >= y or x != x else y",
    "where": "y if x != 0.0 else z",
    "exp": "exp(x)",
    "sin": "sine(x)",
    "cos": "cosine(x)",
    "tanh": "tanh(x)",
    "sigmoid": "sigmoid(x)",
    "erf": "erf(x)",
    "erfc": "erfc(x)",
    "gelu": "0.5 * x * erfc(-x * 0.7071067811865476)",
    "expm1": "math.expm1(x)",
    "log": "math.log(x)",
    "log1p": "math.log1p(x)",
    "softplus": "(x if x > 0.0 else 0.0 * (x != x) if x == x else x) + math.log1p(math.exp(-abs(x)))",
    "pow": "x ** y",
}
"""How each operation is written on floats; operations that are not here run on NumPy."""

DIRECT = ("add", "sub", "mul", "neg")
"""What is so cheap that the numbers of a group are not put side by side first."""

SLOW = {"expm1", "log", "log1p", "softplus", "pow"}
"""Operations that NumPy does several numbers at a time, and so faster on large arrays."""

CODES = {name: code for code, name in enumerate(FORMS)}
SUM, DOT, LOGSUMEXP, MATMUL, BATCH_MATMUL, BATCH_SUM = range(len(FORMS), len(FORMS) + 6)
REDUCTIONS = {"sum": SUM, "dot": DOT, "logsumexp": LOGSUMEXP}
NUMBERS, ROWS, MERGED = range(3)
"""What a step writes: numbers, one each; rows; numbers of which all operands stand side by side in the same order."""

_HEAD = '''
"""Written by tinygrad_edu.compiler.numba_source."""
import math
import numba
import numpy as np

U = np.uint64
ZERO, ONE, TWO, THREE, FOUR, FIVE, SIX = [U(i) for i in range(7)]
LARGEST = 1.7976931348623157e308
'''

_APPLY = '''

@numba.njit(error_model="numpy", fastmath={"contract"})
def apply(what, memory, out, p, q, s, count):
    """One operation on numbers that stand side by side."""
'''

_FAR = """        far = ZERO
        for n in range(count):
            far += ONE if abs(memory[p + n]) > FAR else ZERO
        if far:  # the quick forms hold near zero only
            for n in range(count):
                memory[out + n] = math.{name}(memory[p + n])
"""

_RUN = '''

@numba.njit(cache={cache}, error_model="numpy", fastmath={{"reassoc", "contract"}})
def run(code, memory, examples, spare_place, room, first, last):
    """Run code from one place to another; operands that are not side by side are put so at the spare place."""
    count, spare = U(examples), U(spare_place)
    spares = spare, spare + U(room), spare + TWO * U(room)
    at = U(first)
    while at < U(last):
        what, mode, out, height = U(code[at]), U(code[at + ONE]), U(code[at + TWO]), U(code[at + THREE])
        arity, flags = U(code[at + FOUR]), U(code[at + FIVE])
        at += SIX
        if what < U({SUM}):
            a, b = at, at + height
            if mode == U({MERGED}):
                p = U(code[at])
                q = U(code[at + ONE]) if arity > ONE else p
                s = U(code[at + TWO]) if arity > TWO else p
                apply(what, memory, out, p, q, s, height)
                at += arity
                continue
            at += arity * height
            if mode == U({NUMBERS}):
{direct}
                else:
                    for place in range(arity):
                        here = spares[place]
                        for r in range(height):
                            memory[here + r] = memory[U(code[a + r])]
                        a += height
                    apply(what, memory, out, spares[0], spares[1], spares[2], height)
                continue
            for r in range(height):
                p = operand(code, memory, a, r, spares[0], count, flags & ONE)
                q = operand(code, memory, b, r, spares[1], count, flags & TWO) if arity > ONE else p
                s = operand(code, memory, b + height, r, spares[2], count, flags & FOUR) if arity > TWO else p
                apply(what, memory, out, p, q, s, count)
                out += count
        elif what <= U({LOGSUMEXP}):
            for r in range(height):
                terms = U(code[at])
                at += ONE
                if what == U({LOGSUMEXP}):
                    logsumexp(code, memory, at, terms, out, count, spare, mode == U({NUMBERS}))
                else:
                    summed(code, memory, at, terms, out, count, mode == U({NUMBERS}), what == U({DOT}))
                at += TWO * terms if what == U({DOT}) else terms
                out += ONE if mode == U({NUMBERS}) else count
        elif what == U({BATCH_SUM}):
            for r in range(height):
                total = 0.0
                for k in range(arity):
                    p = U(code[at + k])
                    for n in range(count):
                        total += memory[p + n]
                memory[out + r] = total
                at += arity
        else:
            blocks, lines, terms, places = height, arity, flags, U(code[at])
            a = at + ONE
            b = a + blocks * lines * terms
            at = b + blocks * terms * places
            for m in range(blocks):
                if what == U({BATCH_MATMUL}):
                    batch_product(code, memory, a, b, out, lines, terms, places, count)
                    out += lines * places
                elif mode == U({NUMBERS}):
                    plain_product(code, memory, a, b, out, lines, terms, places)
                    out += lines * places
                else:
                    product(code, memory, a, b, out, lines, terms, places, count)
                    out += lines * places * count
                a += lines * terms
                b += terms * places
'''

_PARTS = '''

@numba.njit
def operand(code, memory, table, r, spare, count, shared):
    """Give the place of a row; one number for all examples is made a row, unless the row before was the same."""
    place = U(code[table + r])
    if not shared:
        return place
    if r == ZERO or place != U(code[table + r - ONE]):
        number = memory[place]
        for n in range(count):
            memory[spare + n] = number
    return spare


@numba.njit(error_model="numpy", fastmath={"reassoc", "contract"})
def summed(code, memory, at, terms, out, count, plain, products):
    """One sum, or inner product."""
    b = at + terms
    if plain:
        total = 0.0
        if products:
            for k in range(terms):
                total += memory[U(code[at + k])] * memory[U(code[b + k])]
        else:
            for k in range(terms):
                total += memory[U(code[at + k])]
        memory[out] = total
        return
    for n in range(count):
        memory[out + n] = 0.0
    if products:
        for k in range(terms):
            p, q = U(code[at + k]), U(code[b + k])
            for n in range(count):
                memory[out + n] += memory[p + n] * memory[q + n]
        return
    for k in range(terms):
        p = U(code[at + k])
        for n in range(count):
            memory[out + n] += memory[p + n]


@numba.njit(error_model="numpy", fastmath={"contract"})
def logsumexp(code, memory, at, terms, out, count, spare, plain):
    """Shifted by the largest, so that nothing overflows; an infinite shift would give inf - inf, so it is cut."""
    if plain:
        top = memory[U(code[at])]
        for k in range(ONE, terms):
            x = memory[U(code[at + k])]
            top = x if x > top or x != x else top
        top = max(min(top, LARGEST), -LARGEST) if top == top else top
        total = 0.0
        for k in range(terms):
            total += exp(memory[U(code[at + k])] - top)
        memory[out] = top + math.log(total)
        return
    p = U(code[at])
    for n in range(count):
        memory[spare + n] = memory[p + n]
        memory[out + n] = 0.0
    for k in range(ONE, terms):
        p = U(code[at + k])
        for n in range(count):
            x, top = memory[p + n], memory[spare + n]
            memory[spare + n] = x if x > top or x != x else top
    for n in range(count):
        top = memory[spare + n]
        top = top if top < LARGEST or top != top else LARGEST
        memory[spare + n] = top if top > -LARGEST or top != top else -LARGEST
    for k in range(terms):
        p = U(code[at + k])
        for n in range(count):
            memory[out + n] += exp(memory[p + n] - memory[spare + n])
    for n in range(count):
        memory[out + n] = memory[spare + n] + math.log(memory[out + n])


@numba.njit(error_model="numpy", fastmath={"reassoc", "contract"})
def plain_product(code, memory, a, b, out, lines, terms, places):
    """A matrix product of numbers."""
    for o in range(lines):
        for t in range(places):
            total = 0.0
            for k in range(terms):
                total += memory[U(code[a + k])] * memory[U(code[b + k * places + t])]
            memory[out] = total
            out += ONE
        a += terms


@numba.njit(error_model="numpy", fastmath={"reassoc", "contract"})
def product(code, memory, a, b, out, lines, terms, places, count):
    """A matrix of numbers times one of rows: four lines of the result from four rows at a time, each read but once."""
    row = places * count
    for t in range(places):
        v = b + t
        o = ZERO
        while o + FOUR <= lines:
            y0 = out + o * row + t * count
            y1, y2, y3 = y0 + row, y0 + TWO * row, y0 + THREE * row
            for y in (y0, y1, y2, y3):
                for n in range(count):
                    memory[y + n] = 0.0
            u0 = a + o * terms
            u1, u2, u3 = u0 + terms, u0 + TWO * terms, u0 + THREE * terms
            k = ZERO
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


@numba.njit
def four(code, memory, at):
    """Read four numbers."""
    return (
        memory[U(code[at])], memory[U(code[at + ONE])], memory[U(code[at + TWO])], memory[U(code[at + THREE])],
    )


@numba.njit(error_model="numpy", fastmath={"reassoc", "contract"})
def batch_product(code, memory, a, b, out, lines, terms, places, count):
    """Inner products over terms and examples: of two rows with four at a time where there are as many."""
    for o in range(lines):
        for t in range(places):
            memory[out + o * places + t] = 0.0
    for k in range(terms):
        o = ZERO
        while o + TWO <= lines:
            u0, u1 = U(code[a + o * terms + k]), U(code[a + (o + ONE) * terms + k])
            t = ZERO
            while t + FOUR <= places:
                v = b + t * terms + k
                x0, x1 = U(code[v]), U(code[v + terms])
                x2, x3 = U(code[v + TWO * terms]), U(code[v + THREE * terms])
                a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = 0.0
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
                a0 = b0 = 0.0
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
            for t in range(places):
                x0 = U(code[b + t * terms + k])
                a0 = 0.0
                for n in range(count):
                    a0 += memory[u0 + n] * memory[x0 + n]
                memory[out + o * places + t] += a0
'''


def source(cache: bool) -> str:
    """Write the machine.

    Parameters
    ----------
    cache : bool
        Whether numba keeps the machine code on disk, next to the file with this text.

    Returns
    -------
    str
    """
    numbers = {"SUM": SUM, "DOT": DOT, "LOGSUMEXP": LOGSUMEXP, "BATCH_MATMUL": BATCH_MATMUL, "BATCH_SUM": BATCH_SUM}
    numbers |= {"NUMBERS": NUMBERS, "MERGED": MERGED}
    direct = "".join(_direct(name) for name in DIRECT).strip("\n").replace("elif", "if", 1)
    return "".join([_HEAD, FUNCTIONS, _apply(), _PARTS, _RUN.format(cache=cache, direct=direct, **numbers)])


def _direct(name: str) -> str:
    """Write the loop over the numbers of a group, read from wherever they are."""
    tables = {"x": "a", "y": "b"}
    form = "".join(f"memory[U(code[{tables[c]} + r])]" if c in tables else c for c in FORMS[name])
    return f"""
                elif what == U({CODES[name]}):  # {name}
                    for r in range(height):
                        memory[out + r] = {form}"""


def _apply() -> str:
    """Write the function with a loop for every operation."""
    lines = [_APPLY]
    for name, form in FORMS.items():
        lines.append(f"    {'el' * (CODES[name] > 0)}if what == U({CODES[name]}):  # {name}\n")
        lines.append("        for n in range(count):\n")
        for letter, place in zip("xyz", "pqs", strict=True):
            if re.search(rf"\b{letter}\b", form):
                lines.append(f"            {letter} = memory[{place} + n]\n")
        lines.append(f"            memory[out + n] = {form}\n")
        if name in ("sin", "cos"):
            lines.append(_FAR.format(name=name))
    return "".join(lines)
