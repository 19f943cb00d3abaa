"""With this module reductions over terms become LLVM's vector instructions: sums, inner products, logsumexp.

Each is written over a fold, which goes through the terms whatever they are read from.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

from ...ops import table as ops
from .llvm_code import MASK, ZERO, Code, constants
from .llvm_functions import by_lane, exp

Fold = Callable[[Callable[..., str], str], str]


def _sum(code: Code, fold: Fold) -> str:
    return fold(lambda total, x: code.arithmetic("fadd", total, x), ZERO)


def _dot(code: Code, fold: Fold) -> str:
    return fold(lambda total, u, v: code.added_product(u, v, total), ZERO)


def _largest(code: Code, fold: Fold) -> str:
    """The largest term; nan if there is one."""

    def larger(top: str, x: str) -> str:
        return code.choose(code.compare("uno", x, x), x, code.choose(code.compare("ogt", x, top), x, top))

    return fold(larger, constants(-math.inf))


def _exponentials(code: Code, fold: Fold, shift: str) -> str:
    return fold(lambda total, x: code.arithmetic("fadd", total, exp(code, code.arithmetic("fsub", x, shift))), ZERO)


def _logsumexp(code: Code, fold: Fold) -> str:
    """Shifted by the largest, so that nothing overflows; an infinite shift would give inf - inf, so it is cut."""
    top = _largest(code, fold)
    top = code.choose(code.compare("ogt", top, constants(sys.float_info.max)), constants(sys.float_info.max), top)
    top = code.choose(code.compare("olt", top, constants(-sys.float_info.max)), constants(-sys.float_info.max), top)
    below = fold(lambda total, x: code.arithmetic("fadd", total, _exponential_below(code, x, top)), ZERO)
    more = fold(lambda count, x: code.arithmetic("fadd", count, _is_top(code, x, top)), constants(-1.0))
    return code.arithmetic("fadd", top, by_lane(code, "log1p", code.arithmetic("fadd", below, more)))


def _exponential_below(code: Code, x: str, top: str) -> str:
    """Of what is below the largest; the largest are counted, for beside a 1 the digits of the rest would be lost."""
    return code.choose(code.compare("oeq", x, top), ZERO, exp(code, code.arithmetic("fsub", x, top)))


def _is_top(code: Code, x: str, top: str) -> str:
    return code.choose(code.compare("oeq", x, top), constants(1.0), ZERO)


def _logsumexp_rest(code: Code, fold: Fold) -> str:
    """What rounding takes from a logsumexp: nothing that matters unless the largest is far from 0, as it seldom is."""
    top = _largest(code, fold)
    size = code.call("fabs", top)
    far = code.get(
        f"and {MASK} {code.compare('oge', size, constants(32.0))}, "
        f"{code.compare('ole', size, constants(sys.float_info.max))}"
    )

    def rest() -> list[str]:
        whole = code.arithmetic("fadd", top, by_lane(code, "log", _exponentials(code, fold, top)))
        return [code.choose(far, by_lane(code, "log", _exponentials(code, fold, whole)), ZERO)]

    bits = code.get(f"bitcast {MASK} {far} to i8")
    return code.when(code.get(f"icmp ne i8 {bits}, 0"), rest, [ZERO])[0]


REDUCTIONS = {ops.SUM: _sum, ops.DOT: _dot, ops.LOGSUMEXP: _logsumexp, ops.LOGSUMEXP_REST: _logsumexp_rest}
