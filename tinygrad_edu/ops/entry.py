"""With this module an entry is put into the table, and says where it is smooth in words that many entries share."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any

from .floats import inf
from .operation import Interval, Op, entries

OPS: dict[str, Op] = {}
"""The operations by name. What is *inner* is not among them: parts of derivatives, which nobody writes by hand."""


def define(
    name: str,
    fn: Callable[..., float],
    partials: Callable[..., Sequence[Any]],
    role: str | None = None,
    code: str | None = None,
    operands: tuple[str, ...] = (),
    inner: bool = False,
    **keywords: Any,
) -> Op:
    op = entries[name] = Op(name, fn, partials, **keywords)
    if not inner:
        OPS[name] = op
    op.code = code  # read when it is first needed, for it may call entries further down
    op.trusted = True
    op.__module__ = sys._getframe(1).f_globals["__name__"]  # where pickle finds it
    op.role = role
    op.operands = operands
    return op


# Where things are smooth, and what is promised where they are not.
POSITIVE: Interval = (0.0, inf)
REAL: Interval = (-inf, inf)
AT_ZERO = operator.pos  # zero(x) = x


def nonzero(x: float) -> bool:
    return x != 0.0


def gap(a: float, b: float) -> float:
    return a - b
