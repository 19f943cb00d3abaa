"""With this module one can find the kinks that an operation declares, and hold it to the slopes it promises there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..engine.value import Value
from ..graph.tracing import trace
from ..ops.notation import argument_names
from ..ops.operation import Op
from .report import mismatch
from .safe_points import arities


def kinks_of(op: Op, per_kink: int = 3) -> list[tuple[float, ...]]:
    """Find arguments that lie exactly on the declared kinks of an operation, and on no other of its kinks.

    Parameters
    ----------
    op : Op
    per_kink : int, default 3
        How many per kink and number of arguments.

    Returns
    -------
    list of tuple of float
    """
    import random

    generator = random.Random(op.name)
    found: dict[tuple[float, ...], None] = {}
    for zero, _ in op.kinks:
        for count in arities(op):
            hits = 0
            for _ in range(2000):
                args = [generator.choice((-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)) for _ in range(count)]
                try:
                    here = [other for other, _ in op.kinks if other(*args) == 0.0]
                except (ArithmeticError, ValueError):
                    continue
                if here == [zero] and (not callable(op.domains) or _stands(op, args)):
                    found[tuple(args)] = None
                    hits += 1
                    if hits == per_kink:
                        break
    return list(found)


def _stands(op: Op, args: Sequence[float]) -> bool:
    """Tell whether the domain holds at a kink, or only fails there because the kink is left out of it."""
    assert callable(op.domains)
    nudged: list[list[float]] = [[x + d for x, d in zip(args, signs, strict=False)] for signs in _nudges(len(args))]
    return bool(op.domains(*args)) or any(op.domains(*there) for there in nudged)


def _nudges(count: int) -> list[list[float]]:
    return [[(1e-6 if (k >> i) & 1 else -1e-6) for i in range(count)] for k in range(2**count)]


def promises_kept(op: Op, args: Sequence[float]) -> None:
    """Check that the partials at a kink are, to the bit, the promised ones.

    Parameters
    ----------
    op : Op
    args : sequence of float
        On one of its kinks.

    Raises
    ------
    GradientMismatch
        If they differ.
    """
    for zero, promised in op.kinks:
        if zero(*args) != 0.0:
            continue
        expected: Any = promised(*args) if callable(promised) else promised
        leaves = [Value(x) for x in args]
        op(*leaves).backward()
        readers: dict[str, Sequence[float]] = {
            "the entry": op.slopes(op(*args), args),
            "Values": [leaf.grad for leaf in leaves],
            "a traced graph": listed(trace(lambda *xs: op(*xs), *args).grad()(*args), len(args)),
        }
        for reader, slopes in readers.items():
            if not all(map(same, slopes, expected)):
                raise mismatch(
                    f"{op.name} promises the partials {tuple(expected)} at its kink, {reader} gives {tuple(slopes)}",
                    [],
                    list(zip(argument_names(len(args)), args, strict=True)),
                )


def same(a: float, b: float) -> bool:
    """Tell whether two floats are equal, nan counting as equal to nan and 0.0 to -0.0."""
    return a == b or (math.isnan(a) and math.isnan(b))


def listed(gradient: Any, count: int) -> list[float]:
    return [gradient] if count == 1 else list(gradient)
