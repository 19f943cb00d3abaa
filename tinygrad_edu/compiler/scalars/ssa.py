"""With this module one can hold a computation as numbered nodes, each written only once.

A node is an operation applied to earlier nodes. Asking for one that exists gives the existing one, and what changes
nothing but perhaps the sign of a zero (x + 0, x · 1, −−x, operations on constants) makes no node at all. Each node has
a kind: a constant, *unbatched* (parameters and what depends on them alone: one number for the whole batch), or
*batched* (what depends on an input: one number for every example).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from ...errors import TracedBoolError
from ...ops.floats import number
from ...ops.operation import Op
from ...ops.protocol import Number, Rank
from ...ops.table import OPS
from .batch_ops import BATCH_SUM

CONSTANT, UNBATCHED, BATCHED = 0, 1, 2

ROLES: dict[str, Op] = {op.role: op for op in reversed(OPS.values()) if op.role}
"""The operations with a part in sums and products, by that part."""
ADD, SUB, MUL, NEG, SUM, DOT, COPY = (ROLES[role] for role in ("add", "sub", "mul", "neg", "sum", "dot", "copy"))


class SSA:
    """Nodes in the order in which they can be computed.

    Attributes
    ----------
    ops : list of Op or None
        None for sources: inputs, parameters, constants, seeds.
    args : list of tuple of int
    kinds : list of int
    values : dict of int to float
        The numbers of the constants.
    size : int
        The node that holds the number of examples.
    """

    def __init__(self) -> None:
        self.ops: list[Op | None] = []
        self.args: list[tuple[int, ...]] = []
        self.kinds: list[int] = []
        self.values: dict[int, float] = {}
        self._known: dict[tuple[Op, tuple[int, ...]], int] = {}
        self._constants: dict[Any, int] = {}
        self.size = -1

    def source(self, kind: int) -> int:
        """Add a node that is given, not computed."""
        return self.append(None, (), kind)

    def sources(self, kinds: Sequence[int]) -> range:
        """Add several nodes that are given, of these kinds."""
        first = len(self.ops)
        self.ops += [None] * len(kinds)
        self.args += [()] * len(kinds)
        self.kinds += kinds
        return range(first, len(self.ops))

    def append(self, op: Op | None, args: tuple[int, ...], kind: int) -> int:
        """Add a node without looking whether there is one."""
        self.ops.append(op)
        self.args.append(args)
        self.kinds.append(kind)
        return len(self.ops) - 1

    def constant(self, value: float) -> int:
        """Give the node of a constant."""
        key = value if value and value == value else repr(value)  # repr tells −0.0 from 0.0, and nan equals itself
        found = self._constants.get(key)
        if found is None:
            found = self._constants[key] = self.source(CONSTANT)
            self.values[found] = value
        return found

    def node(self, op: Op, args: tuple[int, ...], kind: int) -> int:
        """Give the node of this operation as it is, unsimplified."""
        found = self._known.get((op, args))
        if found is None:
            found = self._known[op, args] = self.append(op, args, kind)
        return found

    def apply(self, op: Op, args: tuple[int, ...]) -> int:
        """Give the node of an operation, or a simpler one that is equal."""
        found = self._known.get((op, args))
        if found is None:
            found = self._known[op, args] = self._simplest(op, args)
        return found

    def _simplest(self, op: Op, args: tuple[int, ...]) -> int:
        kinds, role = self.kinds, op.role
        if op is BATCH_SUM:
            if kinds[args[0]] != BATCHED:  # every example contributes the same
                return self.apply(MUL, (self.size, args[0]))
            return self.append(op, args, UNBATCHED)
        if len(args) == 2:  # the common case
            a, b = args
            if role in _COMMUTATIVE and a > b:
                return self.apply(op, (b, a))
            one, other = kinds[a], kinds[b]
            kind, least = (one, other) if one > other else (other, one)
        else:
            of_args = [kinds[a] for a in args]
            kind, least = max(of_args, default=CONSTANT), min(of_args, default=CONSTANT)
        if kind == CONSTANT:
            return self.constant(float(op.fn(*[self.values[a] for a in args])))
        if role is not None and (least == CONSTANT or role not in _ONLY_WITH_CONSTANTS):
            simpler = _SIMPLER.get(role)
            if simpler is not None:
                made = simpler(self, args)
                if made is not None:
                    return made
        if least == CONSTANT and op.neutral:
            for i, kept in enumerate(args):
                if self._neutral(op, args, i):
                    return kept
        return self.append(op, args, kind)

    def _neutral(self, op: Op, args: tuple[int, ...], kept: int) -> bool:
        for j, other in enumerate(args):
            if j != kept:
                value, neutral = self.values.get(other), op.neutral[j]
                if value is None or neutral is None or repr(value) != repr(neutral):
                    return False
        return True


def _add(ssa: SSA, args: tuple[int, ...]) -> int | None:
    a, b = args
    # A zero of either sign: the sum differs from the argument at most in the sign of a zero.
    return b if ssa.values.get(a) == 0.0 else a if ssa.values.get(b) == 0.0 else None


def _sub(ssa: SSA, args: tuple[int, ...]) -> int | None:
    a, b = args
    if ssa.values.get(b) == 0.0:
        return a
    return ssa.apply(NEG, (b,)) if ssa.values.get(a) == 0.0 else None


def _mul(ssa: SSA, args: tuple[int, ...]) -> int | None:
    a, b = args if args[0] in ssa.values else (args[1], args[0])
    factor = ssa.values.get(a)
    if factor is None:
        return None
    if factor in (1.0, -1.0):
        return b if factor == 1.0 else ssa.apply(NEG, (b,))
    if ssa.ops[b] is NEG:
        return ssa.apply(MUL, (ssa.constant(-factor), ssa.args[b][0]))
    if ssa.ops[b] is MUL:
        c, d = ssa.args[b]
        c, d = (c, d) if c in ssa.values else (d, c)
        product = factor * ssa.values.get(c, 0.0)
        if 1e-100 < abs(product) < 1e100 and 1e-100 < abs(factor) < 1e100:
            return ssa.apply(MUL, (ssa.constant(product), d))
    return None


def _neg(ssa: SSA, args: tuple[int, ...]) -> int | None:
    (x,) = args
    op = ssa.ops[x]
    if op is NEG:
        return ssa.args[x][0]
    if op is SUB:
        return ssa.apply(SUB, ssa.args[x][::-1])
    if op is MUL:
        a, b = ssa.args[x]
        for factor, other in ((a, b), (b, a)):
            if factor in ssa.values:
                return ssa.apply(MUL, (ssa.constant(-ssa.values[factor]), other))
    return None


def _sum(ssa: SSA, args: tuple[int, ...]) -> int | None:
    return args[0] if len(args) == 1 else ssa.apply(ADD, args) if len(args) == 2 else None


def _dot(ssa: SSA, args: tuple[int, ...]) -> int | None:
    half = len(args) // 2
    pairs = list(zip(args[:half], args[half:], strict=True))
    if half > 1:
        kinds = ssa.kinds
        of_products = {(kinds[a], kinds[b]) for a, b in pairs}
        if len({*map(max, of_products)}) == 1 and CONSTANT not in chain(*of_products):
            return None  # it stays: its products are neither simpler nor of several kinds
    return ssa.apply(SUM, tuple([ssa.apply(MUL, pair) for pair in pairs]))


def _mean(ssa: SSA, args: tuple[int, ...]) -> int | None:
    return ssa.apply(MUL, (ssa.constant(1.0 / len(args)), ssa.apply(SUM, args)))


_COMMUTATIVE = {"add", "mul"}
_ONLY_WITH_CONSTANTS = {"add", "sub", "mul"}
_SIMPLER: dict[str, Callable[[SSA, tuple[int, ...]], int | None]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "neg": _neg,
    "sum": _sum,
    "dot": _dot,
    "mean": _mean,
}


class Expr(Number):
    """A node as a number: partial derivatives called with these yield new nodes."""

    __slots__ = ("id", "ssa")
    _rank = Rank.VARIABLE

    def __init__(self, ssa: SSA, node: int) -> None:
        self.ssa = ssa
        self.id = node

    @staticmethod
    def _apply(op: Op, args: tuple[Any, ...]) -> Expr:
        ssa: SSA = next(a.ssa for a in args if type(a) is Expr)
        return Expr(ssa, ssa.apply(op, tuple([a.id if type(a) is Expr else ssa.constant(number(a)) for a in args])))

    def __bool__(self) -> bool:
        raise TracedBoolError(
            "the partials of an operation branch on a number, so they cannot be compiled; write tg.where(condition, "
            "a, b) in place of an if"
        )

    def __float__(self) -> float:
        raise TracedBoolError(
            "the partials of an operation ask for a float, so they cannot be compiled; write tg.sin(x), tg.exp(x), ... "
            "in place of math's functions"
        )
