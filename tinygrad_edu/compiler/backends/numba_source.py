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
from .numba_kernels import KERNELS

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
    return "".join([_HEAD, FUNCTIONS, _apply(), KERNELS, _RUN.format(cache=cache, direct=direct, **numbers)])


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
