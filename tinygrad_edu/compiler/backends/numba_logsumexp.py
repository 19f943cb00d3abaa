"""With this module numba has logsumexp for the virtual machine, and what rounding takes from it.

As in `numba_kernels` loops over examples are innermost where there are several, over numbers side by side.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .numba_functions import compiled, exp, nothing
from .numba_kernels import ONE, U

Array = Any
Place = Any


@compiled(error_model="numpy", fastmath={"contract"})
def logsumexp(
    code: Array,
    memory: Array,
    at: Place,
    terms: Place,
    out: Place,
    count: Place,
    spare: Place,
    plain: bool,
) -> None:
    """Shifted by the largest, so that nothing overflows; an infinite shift would give inf - inf, so it is cut."""
    most = np.finfo(memory.dtype).max
    if plain:
        top = memory[U(code[at])]
        for k in range(ONE, terms):
            x = memory[U(code[at + k])]
            top = x if x > top or x != x else top
        top = max(min(top, most), -most) if top == top else top
        total = nothing(memory)
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
        top = top if top < most or top != top else most
        memory[spare + n] = top if top > -most or top != top else -most
    for k in range(terms):
        p = U(code[at + k])
        for n in range(count):
            memory[out + n] += exp(memory[p + n] - memory[spare + n])
    for n in range(count):
        memory[out + n] = memory[spare + n] + math.log(memory[out + n])


@compiled(error_model="numpy", fastmath={"contract"})
def logsumexp_rest(code: Array, memory: Array, at: Place, terms: Place, out: Place, examples: Place) -> None:
    """What rounding takes from a logsumexp: nothing that matters unless the largest is far from 0, as it seldom is."""
    most = np.finfo(memory.dtype).max
    for n in range(examples):
        top = memory[U(code[at]) + n]
        for k in range(ONE, terms):
            x = memory[U(code[at + k]) + n]
            top = x if x > top or x != x else top
        rest = nothing(memory)
        if 32.0 <= abs(top) <= most:
            total = nothing(memory)
            for k in range(terms):
                total += exp(memory[U(code[at + k]) + n] - top)
            whole = top + math.log(total)
            total = nothing(memory)
            for k in range(terms):
                total += exp(memory[U(code[at + k]) + n] - whole)
            rest = math.log(total)
        memory[out + n] = rest
