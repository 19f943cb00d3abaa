"""With this module inner products become flat, so that a graph no longer shows how they were written.

``a·x + (b·y + c·z)``, ``-(-a·x - b·y - c·z)`` and ``dot([a, b, c], [x, y, z])`` are three different graphs of one inner
product. To see that two of them have the same form, one has to look at them without their brackets. So this module
reads: it finds out which nodes are sums, which of their parts exist for nobody else, and lists what each adds up:

    a plain term  ·  products of two factors  ·  products summed over the batch  ·  one constant

A part dissolves in its user if that is the only one, for otherwise it is computed anyway, and to take it apart would do
the work twice; and only where the order of adding does not matter, which `brackets` knows. `normalise` writes new nodes
from these lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from math import isfinite
from typing import NamedTuple

from .batch_ops import BATCH_DOT, BATCH_SUM
from .brackets import LINEAR, WRITTEN, Brackets
from .ssa import ADD, BATCHED, CONSTANT, DOT, MUL, NEG, SSA, SUB, SUM, UNBATCHED
from .weights import ONE

SUMS = {*LINEAR, DOT, BATCH_SUM, BATCH_DOT}

Pair = tuple[int, int]
"""The two factors of a product; plain, for there are many, and they are sorted and compared."""


class Deferred(NamedTuple):
    """A term whose sum over the batch is yet to be made: `shared` times the sum of `each`, or times their number."""

    shared: int
    each: int | None


class Terms:
    """One flat sum: signed terms, products, sums over the batch and a constant.

    Of each pair of lists the first holds what is added, the second what is subtracted. `nodes` are those that it was
    written with, in order; of a sum whose brackets are kept there is nothing else.
    """

    __slots__ = ("batch", "classes", "constant", "nodes", "over_batch", "pairs", "plain")

    def __init__(self) -> None:
        self.nodes: list[int] = []
        self.over_batch = False
        self.plain: tuple[list[int], list[int]] = ([], [])
        self.pairs: tuple[list[Pair], list[Pair]] = ([], [])
        self.classes: tuple[list[list[Pair]], list[list[Pair]]] = ([], [])  # the pairs by the kinds of their factors
        self.batch: tuple[list[Pair], list[Pair]] = ([], [])
        self.constant = 0.0


class FlatSums:
    """What of a scalar graph is needed, and what each of its sums adds up.

    Parameters
    ----------
    ssa : SSA
    roots : sequence of int
        The nodes whose numbers are wanted.
    sources : sequence of int
        Nodes that are given, the parameters and other captured Values first.
    parameters : int
        How many of those there are.

    Attributes
    ----------
    roots : list of int
        Looking through copies.
    args : dict of int to tuple of int
        The live nodes and their arguments, looking through copies.
    kinds : list of int
        Of all nodes; one may have been batched only for a choice that is settled.
    kept : list of int
        The live nodes that do not dissolve in a sum, in order.
    sums : dict of int to Terms
    products : dict of int to Pair
        Nodes that are nothing but a product summed over the batch.
    turned : list of int
        Constants that are new, for those that are subtracted are added with the other sign.
    deferred : list of Deferred
        What negative numbers among the plain terms mean: −2 the first, −3 the second.
    """

    def __init__(self, ssa: SSA, roots: Sequence[int], sources: Sequence[int], parameters: int) -> None:
        self.ssa = ssa
        self.parameters = parameters
        self.kinds = list(ssa.kinds)
        self.turned: list[int] = []
        self.deferred: list[Deferred] = []
        self.alias: dict[int, int] = {}
        self.args = self._live_arguments(roots)
        self.roots = [self.alias.get(i, i) for i in roots]
        order = sorted(self.args)
        uses = Counter(chain(self.roots, chain.from_iterable(self.args.values())))
        self.finite = self._surely_finite(order, sources)
        brackets = Brackets(ssa, self.args, self.kinds, order, uses)
        self.absorbed = brackets.dissolved
        self.kept = [i for i in order if i not in self.absorbed] if self.absorbed else order
        self.sums: dict[int, Terms] = {}
        self.products: dict[int, Pair] = {}
        for i in self.kept:
            if ssa.ops[i] in SUMS:
                product = self._product_over_batch(i)
                if product is None:
                    self.sums[i] = self._written(i) if brackets.parts[i] == WRITTEN else self._terms(i)
                else:
                    self.products[i] = product

    # ------------------------------------------------------------------------------------ what there is

    def _live_arguments(self, roots: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Find the nodes that the roots need, looking through copies and choices that are settled."""
        ssa, alias = self.ssa, self.alias
        ops, args, values = ssa.ops, ssa.args, ssa.values
        for i, op in enumerate(ops):
            if op is None or op.role not in ("copy", "choose"):
                continue
            first = alias.get(args[i][0], args[i][0])
            if op.role == "copy":
                alias[i] = first
            elif first in values:  # only now: a choice has derivatives towards what it does not choose, of 0 or nan
                chosen = args[i][1 if values[first] else 2]
                alias[i] = alias.get(chosen, chosen)
        live = bytearray(len(ops))
        for i in roots:
            live[alias.get(i, i)] = 1
        found: dict[int, tuple[int, ...]] = {}
        for i in range(len(ops) - 1, -1, -1):
            if live[i]:
                found[i] = parents = tuple([alias.get(a, a) for a in args[i]]) if alias else args[i]
                for a in parents:
                    live[a] = 1
        if alias:  # what was batched only for a branch that is not taken is so no longer
            for i in sorted(found):
                if found[i] and ops[i] is not BATCH_SUM and ops[i] is not BATCH_DOT:
                    self.kinds[i] = max([UNBATCHED, *[self.kinds[a] for a in found[i]]])
        return found

    def _surely_finite(self, order: Sequence[int], sources: Sequence[int]) -> set[int]:
        """Find the numbers shared by all examples that are finite whatever the parameters are.

        Only these may be taken out of a sum over the batch: ∞·1 + ∞·(−2) is nan, but ∞·(1 − 2) is −∞.
        """
        values, kinds, ops = self.ssa.values, self.kinds, self.ssa.ops
        found = {i for i in sources[self.parameters :] if kinds[i] == UNBATCHED}  # the number of examples and the seed
        for i in order:
            if i in values:
                if isfinite(values[i]):
                    found.add(i)
            elif kinds[i] != BATCHED and (ops[i] in LINEAR or ops[i] in (MUL, DOT)) and found.issuperset(self.args[i]):
                found.add(i)
        return found

    def _product_over_batch(self, i: int) -> Pair | None:
        """Give the two factors if a node is nothing but their product summed over the batch: a weight's gradient."""
        if self.ssa.ops[i] is BATCH_DOT:
            a, b = self.args[i]
            return (b, a) if a < b else (a, b)
        if self.ssa.ops[i] is not BATCH_SUM:
            return None
        (inner,) = self.args[i]
        if inner not in self.absorbed:
            return (inner, ONE) if self.kinds[inner] == BATCHED else None
        if self.ssa.ops[inner] is not MUL:
            return None
        a, b = self.args[inner]
        shared = a if self.kinds[b] == BATCHED else b
        return None if shared in self.finite else (a, b) if a > b else (b, a)

    # ------------------------------------------------------------------------------------ what a sum adds up

    def _written(self, root: int) -> Terms:
        """Give the nodes of one sum whose brackets are kept, in the order in which they can be computed."""
        terms = Terms()
        stack = [root]
        while stack:
            i = stack.pop()
            terms.nodes.append(i)
            stack += [a for a in self.args[i] if a in self.absorbed]
        terms.nodes.sort()
        return terms

    def _terms(self, root: int) -> Terms:
        """Flatten what hangs on one linear node, from left to right, with a stack in place of recursion."""
        ssa, args, absorbed = self.ssa, self.args, self.absorbed
        ops, kinds, values = ssa.ops, self.kinds, ssa.values
        terms = Terms()
        stack = [(root, 0, False)]  # node, 1 if subtracted, whether inside a sum over the batch
        while stack:
            i, sign, inside = stack.pop()
            op = ops[i]
            if i != root and i not in absorbed:
                op = None
            else:
                terms.nodes.append(i)
            if op in (ADD, SUM):
                stack += [(a, sign, inside) for a in reversed(args[i])]
            elif op is SUB:
                stack += [(args[i][1], 1 - sign, inside), (args[i][0], sign, inside)]
            elif op is NEG:
                stack.append((args[i][0], 1 - sign, inside))
            elif op is BATCH_SUM:
                terms.over_batch = True
                stack.append((args[i][0], sign, True))
            elif op is BATCH_DOT:
                terms.over_batch = True
                a, b = args[i]
                terms.batch[sign].append((b, a) if a < b else (a, b))
            elif op is MUL:
                a, b = args[i]
                self._take(terms, (a, b), sign, inside)
            elif op is DOT:
                half = len(args[i]) // 2
                for a, b in zip(args[i][:half], args[i][half:], strict=True):
                    if kinds[a] != BATCHED and kinds[b] == BATCHED and not (sign or inside):  # as in `_take`
                        terms.pairs[0].append((a, b))
                    else:
                        self._take(terms, (a, b), sign, inside)
            elif inside and kinds[i] == BATCHED:
                terms.batch[sign].append((i, ONE))
            elif inside:
                terms.plain[sign].append(self._deferred(i, None))
            elif i in values:
                terms.constant += -values[i] if sign else values[i]
            else:
                terms.plain[sign].append(i)
        for pairs, classes in zip(terms.pairs, terms.classes, strict=True):
            if pairs:
                self._sort(pairs)
                classes += self._by_class(pairs)
        for pairs in terms.batch:
            pairs.sort()
        terms.nodes.sort()
        return terms

    def _take(self, terms: Terms, product: Pair, sign: int, inside: bool) -> None:
        """Add a product to a flat sum, its factors in a fixed order."""
        kinds, values = self.kinds, self.ssa.values
        a, b = product
        if inside:
            shared, each = (a, b) if kinds[b] == BATCHED else (b, a)
            # An infinite one may not come before the sum: ∞·1 − ∞·2 is nan, not −∞.
            if shared in self.finite and kinds[each] == BATCHED:
                terms.plain[sign].append(self._deferred(shared, each))
            else:
                terms.batch[sign].append((max(a, b), min(a, b)))
            return
        if (kinds[a] == BATCHED) != (kinds[b] == BATCHED):  # the usual case, a weight and what it is for
            a, b = (a, b) if kinds[b] == BATCHED else (b, a)
        elif self._rank(a) > self._rank(b):
            a, b = b, a
        if sign and a in values:
            terms.pairs[0].append((self._constant(-values[a]), b))
        else:
            terms.pairs[sign].append((a, b))

    def _constant(self, value: float) -> int:
        made = self.ssa.constant(value)
        if made >= len(self.kinds):
            self.kinds.append(CONSTANT)
            self.turned.append(made)
        return made

    def _deferred(self, shared: int, each: int | None) -> int:
        """Note a product with a sum over the batch that is yet to be made, as a negative number."""
        self.deferred.append(Deferred(shared, each))
        return -1 - len(self.deferred)

    def _rank(self, i: int) -> tuple[int, int]:
        return 0 if i < self.parameters else 1 if i in self.ssa.values else 2, i

    def _sort(self, pairs: list[Pair]) -> None:
        values = self.ssa.values
        if all(a in values for a, _ in pairs):
            pairs.sort(key=lambda pair: pair[1])
        else:
            pairs.sort()

    def _by_class(self, pairs: list[Pair]) -> list[list[Pair]]:
        """Part products by the kinds of their factors."""
        kinds = self.kinds
        if len({kinds[a] == BATCHED for a, _ in pairs}) == 1 == len({kinds[b] == BATCHED for _, b in pairs}):
            return [[*pairs]]
        classes: dict[tuple[bool, bool], list[Pair]] = {}
        for pair in pairs:
            classes.setdefault((kinds[pair[0]] == BATCHED, kinds[pair[1]] == BATCHED), []).append(pair)
        return list(classes.values())
