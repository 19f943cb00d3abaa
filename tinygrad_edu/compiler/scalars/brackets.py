"""With this module sums keep the brackets that were written: it says which of them may be dissolved.

``1 + (x − 1e16)`` is 3 at x = 1e16 + 2, and ``(1 + x) − 1e16`` is 2: floats are not associative, and whoever writes
brackets around a difference may need them. But ``w₁·x₁ + (w₂·x₂ + b)`` is an inner product, which is added up in
whatever order is quick, by BLAS too; its error is bounded by the sizes of its products in every order.

So a sum is *free* if it adds products alone, with at most one other term, the same for all examples (a bias), and if
all of them have the same sign: there is no difference in it to be kept. A free sum dissolves in another one if both
together are free. All others are computed as they were written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .batch_ops import BATCH_DOT, BATCH_SUM
from .ssa import ADD, BATCHED, DOT, MUL, NEG, SSA, SUB, SUM

LINEAR = {ADD, SUB, NEG, SUM}
ALONE = {MUL, BATCH_SUM, BATCH_DOT}

IN_ORDER = 7
"""Up to so many terms a sum is added up in the order in which it was written, on every back end."""

# What a sum adds, in bits. Those of the other sign stand two bits higher.
PRODUCT, OTHER = 1, 2
ADDED, SUBTRACTED = 3, 12
WRITTEN = 16
"""A sum that is not free."""


def turned(parts: int) -> int:
    """Give what the negative of a sum adds."""
    return parts >> 2 | (parts & ADDED) << 2 if parts < WRITTEN else WRITTEN


def _together(one: int, other: int) -> int:
    """Give what two sums add together."""
    both = one | other
    biases = one & other & (OTHER | OTHER << 2)
    return WRITTEN if both >= WRITTEN or biases or (both & ADDED and both & SUBTRACTED) else both


class Brackets:
    """What each sum of a graph adds, and which nodes dissolve in their only user.

    Parameters
    ----------
    ssa : SSA
    args : mapping of int to tuple of int
        The live nodes and their arguments.
    kinds : sequence of int
    order : sequence of int
        The live nodes.
    uses : Counter

    Attributes
    ----------
    parts : dict of int to int
        What sums and products add, in bits; `WRITTEN` where brackets are kept.
    dissolved : set of int
    """

    def __init__(
        self,
        ssa: SSA,
        args: Mapping[int, tuple[int, ...]],
        kinds: Sequence[int],
        order: Sequence[int],
        uses: Counter[int],
    ) -> None:
        self.ops, self.args, self.kinds, self.uses = ssa.ops, args, kinds, uses
        self.parts: dict[int, int] = {}
        negative = {i for i, value in ssa.values.items() if value < 0.0}
        for i in order:
            op = self.ops[i]
            if op is MUL:
                self.parts[i] = PRODUCT if negative.isdisjoint(args[i]) else PRODUCT << 2
            elif op in LINEAR:
                self.parts[i] = self._of_sum(i)
            elif op is DOT or op is BATCH_DOT:
                self.parts[i] = PRODUCT
            elif op is BATCH_SUM:
                (a,) = args[i]
                turns = self._over_batch(a) and (self._only_turns(a) or self.parts[a] & SUBTRACTED)
                self.parts[i] = PRODUCT << 2 if turns else PRODUCT
        self.dissolved = self._dissolved(order)

    def _of_sum(self, i: int) -> int:
        """Give what a sum adds, those of its operands that would dissolve in it included."""
        op, kind, kinds, known = self.ops[i], self.kinds[i], self.kinds, self.parts
        found, place = 0, 0
        for a in self.args[i]:
            part = known[a] if self._dissolves(a, kind) else WRITTEN if kinds[a] == BATCHED else OTHER
            if op is NEG or (op is SUB and place):
                part = turned(part)
            found = part if part == found == PRODUCT or not place else _together(found, part)
            if found == WRITTEN:
                break
            place = 1
        return found

    def _dissolves(self, a: int, kind: int) -> bool:
        """Whether an operand would dissolve in a free sum of this kind, as far as it has a say in that."""
        if self.uses[a] != 1 or self.parts.get(a, WRITTEN) == WRITTEN:
            return False
        # Of another kind only what is a sum: its terms are added up by kind anyway.
        return self.ops[a] not in ALONE or self.kinds[a] == kind

    def _only_turns(self, a: int) -> bool:
        """Whether it is the negative of something that is no sum, or stays one."""
        return self.ops[a] is NEG and not self._dissolves(self.args[a][0], self.kinds[a])

    def _over_batch(self, a: int) -> bool:
        """Whether a sum, or a product, dissolves in its sum over the batch, or in one that does."""
        if self.uses[a] != 1 or self.kinds[a] != BATCHED:
            return False
        return self.parts.get(a, WRITTEN) != WRITTEN or self._only_turns(a)

    def _dissolved(self, order: Sequence[int]) -> set[int]:
        """Find the nodes that dissolve in their only user: from the roots down, for a sum may dissolve in a sum.

        In a sum over the batch the products dissolve too, for Σₙ (aₙ·bₙ + cₙ·dₙ) is an inner product over the examples
        and may be part of a matrix product; but what all examples share stays whole. In a sum that is not free dissolve
        others like it, brackets and all.
        """
        ops, parts = self.ops, self.parts
        dissolved: set[int] = set()
        inside: set[int] = set()  # of a sum over the batch
        for i in reversed(order):
            user = ops[i]
            if user is not BATCH_SUM and user not in LINEAR:
                continue
            operands = self.args[i]
            if user is BATCH_SUM or i in inside:
                found = [a for a in operands if self._over_batch(a)]
                inside.update(found)
            elif parts[i] == WRITTEN:
                found = [
                    a
                    for a in operands
                    if self.uses[a] == 1 and (self._only_turns(a) or (ops[a] in LINEAR and parts[a] == WRITTEN))
                ]
            else:
                found = [a for a in operands if self._dissolves(a, self.kinds[i])]
            dissolved.update(found)
        return dissolved
