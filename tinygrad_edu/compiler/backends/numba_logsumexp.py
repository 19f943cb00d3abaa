"""With this module numba has logsumexp for the virtual machine, and what rounding takes from it.

Numbers are shifted by the largest, so that nothing overflows; an infinite shift would give inf - inf, so it is cut.
The largest are counted, not added: beside a 1 the digits of what is small would be lost. As in `numba_kernels` loops
over examples are innermost where there are several, over numbers side by side.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .numba_functions import compiled, exp, nothing
from .numba_kernels import ONE, U

Array = Any
Place = Any

_FAR_FROM_0 = 32.0


@compiled(error_model="numpy", fastmath={"contract"})
def logsumexps(code: Array, memory: Array, at: Place, out: Place, height: Place, spare: Place) -> Place:
    """Of numbers: all exponentials together, side by side at the spare place; gives where their code ends."""
    most = np.finfo(memory.dtype).max
    begin, end = at, spare
    for r in range(height):
        terms = U(code[at])
        a = at + ONE
        top = memory[U(code[a])]
        for k in range(ONE, terms):
            x = memory[U(code[a + k])]
            top = x if x > top or x != x else top
        top = max(min(top, most), -most) if top == top else top
        memory[out + r] = top
        for k in range(terms):
            memory[end + k] = memory[U(code[a + k])] - top
        at = a + terms
        end += terms
    for place in range(spare, end):
        memory[place] = exp(memory[place])
    for r in range(height):
        terms = U(code[begin])
        total, ones = nothing(memory), -1
        for k in range(terms):
            x = memory[spare + k]
            ones += x == 1.0
            total += x if x != 1.0 else nothing(memory)
        memory[out + r] += math.log1p(total + ones)
        begin += ONE + terms
        spare += terms
    return at


@compiled(error_model="numpy", fastmath={"contract"})
def rows_logsumexp(code: Array, memory: Array, at: Place, terms: Place, out: Place, count: Place, spare: Place) -> None:
    """Of rows: one for each example, each with a shift of its own, kept at the spare place."""
    most = np.finfo(memory.dtype).max
    _largest(code, memory, at, terms, spare, count)
    for n in range(count):
        top = memory[spare + n]
        top = top if top < most or top != top else most
        memory[spare + n] = top if top > -most or top != top else -most
    for n in range(count):
        memory[out + n] = 0.0
    for k in range(terms):
        p = U(code[at + k])
        for n in range(count):
            x = memory[p + n]
            memory[out + n] += exp(x - memory[spare + n]) if x != memory[spare + n] else nothing(memory)
    for n in range(count):
        ones = -1
        for k in range(terms):
            ones += memory[U(code[at + k]) + n] == memory[spare + n]
        memory[out + n] = memory[spare + n] + math.log1p(memory[out + n] + ones)


@compiled(error_model="numpy", fastmath={"contract"})
def logsumexp_rest(code: Array, memory: Array, at: Place, terms: Place, out: Place) -> None:
    """What rounding takes from a logsumexp: nothing that matters unless the largest is far from 0, as it seldom is."""
    top = memory[U(code[at])]
    for k in range(ONE, terms):
        x = memory[U(code[at + k])]
        top = x if x > top or x != x else top
    memory[out] = _rest(code, memory, at, terms, top, U(0))


@compiled(error_model="numpy", fastmath={"contract"})
def rows_logsumexp_rest(code: Array, memory: Array, at: Place, terms: Place, out: Place, count: Place) -> None:
    """Of rows: as long as all that is largest is near 0, as usual, with loops that take several at a time."""
    _largest(code, memory, at, terms, out, count)
    far = False
    for n in range(count):
        far |= abs(memory[out + n]) >= _FAR_FROM_0
    for n in range(count):
        memory[out + n] = _rest(code, memory, at, terms, memory[out + n], n) if far else nothing(memory)


@compiled(error_model="numpy", fastmath={"contract"})
def _rest(code: Array, memory: Array, at: Place, terms: Place, top: Any, n: Place) -> Any:
    """Of the numbers in one column of rows, the largest of which is known."""
    rest = nothing(memory)
    if _FAR_FROM_0 <= abs(top) <= np.finfo(memory.dtype).max:
        total = nothing(memory)
        for k in range(terms):
            total += exp(memory[U(code[at + k]) + n] - top)
        whole = top + math.log(total)
        total = nothing(memory)
        for k in range(terms):
            total += exp(memory[U(code[at + k]) + n] - whole)
        rest = math.log(total)
    return rest


@compiled()
def _largest(code: Array, memory: Array, at: Place, terms: Place, out: Place, count: Place) -> None:
    """Write the largest of each column of rows."""
    p = U(code[at])
    for n in range(count):
        memory[out + n] = memory[p + n]
    for k in range(ONE, terms):
        p = U(code[at + k])
        for n in range(count):
            x, top = memory[p + n], memory[out + n]
            memory[out + n] = x if x > top or x != x else top
