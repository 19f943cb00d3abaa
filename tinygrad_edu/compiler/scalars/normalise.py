"""With this module a scalar graph forgets how it was written: sums become flat, sums of products inner products.

``w*x`` or ``x*w``, bias first or last, a tree of additions or a loop: all give the same nodes. Additions, subtractions,
negations and sums over the batch that are used once are dissolved in their only user, products of a sum are paired up,
constants are folded, and the pairs are put in a fixed order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from math import isfinite

from ...ops.operation import Op
from .batch_ops import BATCH_DOT, BATCH_SUM
from .ssa import ADD, BATCHED, CONSTANT, COPY, DOT, MUL, NEG, SSA, SUB, SUM, UNBATCHED

LINEAR = {ADD, SUB, NEG, SUM}
ALONE = {MUL, BATCH_SUM, BATCH_DOT}
SUMS = {*LINEAR, DOT, BATCH_SUM, BATCH_DOT}
LONG = 8  # products from which an inner product is worth an operation of its own

Pair = tuple[int, int]


class Terms:
    """One flat sum: signed terms, products, sums over the batch and a constant."""

    __slots__ = ("batch", "classes", "constant", "pairs", "plain")

    def __init__(self) -> None:
        self.plain: tuple[list[int], list[int]] = ([], [])  # added, subtracted
        self.pairs: tuple[list[Pair], list[Pair]] = ([], [])
        self.classes: tuple[list[list[Pair]], list[list[Pair]]] = ([], [])  # the pairs by the kinds of their factors
        self.batch: tuple[list[Pair], list[Pair]] = ([], [])
        self.constant = 0.0


class Normaliser:
    """Rewrites live nodes into a new SSA; `one` is its node of the constant 1, the partner of lone terms."""

    def __init__(self, ssa: SSA, parameters: int) -> None:
        self.later: list[tuple[int, int | None]] = []
        self.alias: dict[int, int] = {}
        self.ssa = ssa
        self.kinds = list(ssa.kinds)
        self.parameters = parameters
        self.out = SSA()
        self.one = -1
        self.new: dict[int, int] = {}

    # ------------------------------------------------------------------------------------ reading

    def run(self, roots: Sequence[int], sources: Sequence[int]) -> list[int]:
        """Rewrite all that the roots need, and give their new numbers."""
        ssa, out = self.ssa, self.out
        for i in sources:
            self.new[i] = out.source(ssa.kinds[i])
        self.one = out.constant(1.0)
        self.new[-1] = self.one
        args = self._live_arguments(roots)
        roots = [self.alias.get(i, i) for i in roots]
        uses = Counter(chain(roots, chain.from_iterable(args.values())))
        order = sorted(args)
        self.args = args
        self.finite = self._surely_finite(order, sources)
        self.absorbed = self._absorbed(order, uses)
        ops, absorbed, new = ssa.ops, self.absorbed, self.new
        kept = [i for i in order if i not in absorbed] if absorbed else order
        records: dict[int, Terms] = {}
        products: dict[int, Pair] = {}  # summed over the batch, and nothing else
        for i in kept:
            if ops[i] in SUMS:
                product = self._product_over_batch(i)
                if product is None:
                    records[i] = self._terms(i)
                else:
                    products[i] = product
        self.counts = self._vectors(records.values())
        for i in kept:
            op = ops[i]
            if i in products:
                a, b = products[i]
                new[i] = out.node(BATCH_DOT, (self._for_each(a), self._for_each(b)), UNBATCHED)
            elif i in records:
                new[i] = self._emit(records[i])
            elif op is None:
                if i not in new:
                    new[i] = out.constant(ssa.values[i])
            else:
                new[i] = self._operation(op, tuple([new[a] for a in args[i]]), self.kinds[i])
        return [self.new[i] for i in roots]

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
        """Find the numbers shared by all examples that are finite whatever the parameters are."""
        values, kinds, ops = self.ssa.values, self.kinds, self.ssa.ops
        found = {i for i in sources[self.parameters :] if kinds[i] == UNBATCHED}  # the number of examples and the seed
        for i in order:
            if i in values:
                if isfinite(values[i]):
                    found.add(i)
            elif kinds[i] != BATCHED and (ops[i] in LINEAR or ops[i] in (MUL, DOT)) and found.issuperset(self.args[i]):
                found.add(i)
        return found

    def _absorbed(self, order: Sequence[int], uses: Counter[int]) -> set[int]:
        """Find the nodes that dissolve in their only user."""
        ops, kinds = self.ssa.ops, self.kinds
        absorbed: set[int] = set()
        inside: set[int] = set()  # absorbed by a sum over the batch
        for i in reversed(order):
            user = ops[i]
            if user is not BATCH_SUM and user not in LINEAR:
                continue
            if user is BATCH_SUM or i in inside:
                found = [
                    a
                    for a in self.args[i]
                    if uses[a] == 1 and kinds[a] == BATCHED and (ops[a] in LINEAR or ops[a] in (MUL, DOT))
                ]
                inside.update(found)
            else:
                found = []
                for a in self.args[i]:
                    op = ops[a]
                    # Of another kind only what is a sum: its terms are added up by kind anyway.
                    if uses[a] == 1 and (op in LINEAR or op is DOT or (kinds[a] == kinds[i] and op in ALONE)):
                        found.append(a)
            absorbed.update(found)
        return absorbed

    def _product_over_batch(self, i: int) -> Pair | None:
        """Give the two factors if a node is nothing but their product summed over the batch: a weight's gradient."""
        if self.ssa.ops[i] is BATCH_DOT:
            a, b = self.args[i]
            return (b, a) if a < b else (a, b)
        if self.ssa.ops[i] is not BATCH_SUM:
            return None
        (inner,) = self.args[i]
        if inner not in self.absorbed:
            return (inner, -1) if self.kinds[inner] == BATCHED else None
        if self.ssa.ops[inner] is not MUL:
            return None
        a, b = self.args[inner]
        shared = a if self.kinds[b] == BATCHED else b
        return None if shared in self.finite else (a, b) if a > b else (b, a)

    def _terms(self, root: int) -> Terms:
        """Flatten what hangs on one linear node."""
        ssa, args, absorbed = self.ssa, self.args, self.absorbed
        ops, kinds, values = ssa.ops, self.kinds, ssa.values
        terms = Terms()
        stack = [(root, 0, False)]  # node, 1 if subtracted, whether inside a sum over the batch
        while stack:
            i, sign, inside = stack.pop()
            op = ops[i]
            if i != root and i not in absorbed:
                op = None
            if op in (ADD, SUM):
                stack += [(a, sign, inside) for a in reversed(args[i])]
            elif op is SUB:
                stack += [(args[i][1], 1 - sign, inside), (args[i][0], sign, inside)]
            elif op is NEG:
                stack.append((args[i][0], 1 - sign, inside))
            elif op is BATCH_SUM:
                stack.append((args[i][0], sign, True))
            elif op is BATCH_DOT:
                a, b = args[i]
                terms.batch[sign].append((b, a) if a < b else (a, b))
            elif op is MUL:
                a, b = args[i]
                self._take(terms, (a, b), sign, inside)
            elif op is DOT:
                half = len(args[i]) // 2
                for pair in zip(args[i][:half], args[i][half:], strict=True):
                    self._take(terms, pair, sign, inside)
            elif inside and kinds[i] == BATCHED:
                terms.batch[sign].append((i, -1))
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
        self.kinds += [CONSTANT] * (made + 1 - len(self.kinds))
        return made

    def _deferred(self, shared: int, each: int | None) -> int:
        """Note a product with a sum over the batch that is yet to be made, as a negative number."""
        self.later.append((shared, each))
        return -1 - len(self.later)

    def _rank(self, i: int) -> tuple[int, int]:
        return 0 if i < self.parameters else 1 if i in self.ssa.values else 2, i

    def _sort(self, pairs: list[Pair]) -> None:
        values = self.ssa.values
        if all(a in values for a, _ in pairs):
            pairs.sort(key=lambda pair: pair[1])
        else:
            pairs.sort()

    # ------------------------------------------------------------------------------------ inner products

    def _vectors(self, records: Iterable[Terms]) -> Counter[tuple[int, ...]]:
        """Count how often the same factors occur in sums of products."""
        counts: Counter[tuple[int, ...]] = Counter()
        for terms in records:
            for classes in terms.classes:
                for pairs in classes:
                    counts[(0, *[a for a, _ in pairs])] += 1
                    counts[(1, *[b for _, b in pairs])] += 1
        return counts

    def _by_class(self, pairs: list[Pair]) -> list[list[Pair]]:
        """Part products by the kinds of their factors."""
        kinds = self.kinds
        classes: dict[tuple[bool, bool], list[Pair]] = {}
        for pair in pairs:
            classes.setdefault((kinds[pair[0]] == BATCHED, kinds[pair[1]] == BATCHED), []).append(pair)
        return list(classes.values())

    def _is_dot(self, pairs: list[Pair], lone: int) -> bool:
        if len(pairs) >= LONG or (lone and len(pairs) > 1):  # w·x + b is one matrix product even for one neuron
            return True
        if len(pairs) + lone < 2:
            return False
        return self.counts[(0, *[a for a, _ in pairs])] > 1 or self.counts[(1, *[b for _, b in pairs])] > 1

    # ------------------------------------------------------------------------------------ writing

    def _emit(self, terms: Terms) -> int:
        sides: list[list[int]] = []
        for sign in (0, 1):
            plain = [self._made(i) for i in terms.plain[sign]]
            for pairs in terms.classes[sign]:
                plain = self._products(pairs, plain, terms, sign)
            if terms.batch[sign]:
                plain.append(self._over_batch(terms.batch[sign]))
            sides.append(plain)
        added, subtracted = sides
        if terms.constant != 0.0 or not (added or subtracted):
            added.append(self.out.constant(terms.constant))
        if not subtracted:
            return self._total(added)
        rest = self._total(subtracted)
        if not added:
            return self._operation(NEG, (rest,), self.out.kinds[rest])
        first = self._total(added)
        return self._operation(SUB, (first, rest), max(self.out.kinds[first], self.out.kinds[rest]))

    def _over_batch(self, pairs: list[Pair]) -> int:
        vectors = (*[self._for_each(a) for a, _ in pairs], *[self._for_each(b) for _, b in pairs])
        return self.out.node(BATCH_DOT, vectors, UNBATCHED)

    def _for_each(self, i: int) -> int:
        """Give a factor of a sum over the batch: if it is the same for every example, as a row of equal numbers."""
        made = self.new[i]
        return made if self.out.kinds[made] == BATCHED or i < 0 else self.out.node(COPY, (made,), BATCHED)

    def _made(self, i: int) -> int:
        if i >= -1:
            return self.new[i]
        shared, each = self.later[-2 - i]
        if each is None:
            return self._operation(MUL, (self.new[self.ssa.size], self.new[shared]), UNBATCHED)
        total = self.out.node(BATCH_DOT, (self.new[each], self.one), UNBATCHED)
        return self._operation(MUL, (self.new[shared], total), UNBATCHED)

    def _products(self, pairs: list[Pair], plain: list[int], terms: Terms, sign: int) -> list[int]:
        """Make one inner product of the pairs, or a product each; a lone unbatched term joins as the pair (b, 1)."""
        out, new = self.out, self.new
        for a, _ in pairs:
            if a not in new:  # a constant whose sign was turned
                new[a] = out.constant(self.ssa.values[a])
        first, second = ([new[i] for i in side] for side in zip(*pairs, strict=True))
        batched = out.kinds[second[0]] == BATCHED
        lone: list[int] = []
        if out.kinds[first[0]] != BATCHED and (batched or first[0] < self.parameters):
            lone = [i for i in plain if out.kinds[i] == UNBATCHED and (batched or i < self.parameters)]
        with_constant = bool(batched and terms.constant != 0.0 and not sign)
        joins = bool(lone) or with_constant
        if not self._is_dot(pairs, joins):
            kind = BATCHED if batched else UNBATCHED
            return plain + [self._operation(MUL, pair, kind) for pair in zip(first, second, strict=True)]
        if joins and out.kinds[first[0]] != BATCHED:
            bias = self._total(lone + ([out.constant(terms.constant)] if with_constant else []))
            if with_constant:
                terms.constant = 0.0
            # Next to its weights in storage, if it is a parameter that stands before them all; else at the end.
            at = 0 if bias < min(first) else len(first)
            first.insert(at, bias)
            second.insert(at, self.one)
            taken = Counter(lone)
            plain = [i for i in plain if not taken[i]]
        return [*plain, out.node(DOT, (*first, *second), BATCHED if batched else UNBATCHED)]

    def _total(self, terms: list[int]) -> int:
        """Add up terms of the same sign, the unbatched ones apart."""
        out = self.out
        totals = []
        for kind in (UNBATCHED, BATCHED):
            part = sorted(i for i in terms if max(out.kinds[i], UNBATCHED) == kind)
            if len(part) > 2:
                totals.append(out.node(SUM, tuple(part), kind))
            elif len(part) == 2:
                totals.append(self._operation(ADD, (part[0], part[1]), kind))
            else:
                totals += part
        return totals[0] if len(totals) == 1 else self._operation(ADD, (totals[0], totals[1]), BATCHED)

    def _operation(self, op: Op, args: tuple[int, ...], kind: int) -> int:
        out = self.out
        if kind != BATCHED and out.values.keys() >= {*args}:  # settled choices may leave nothing but constants
            return out.constant(float(op.fn(*[out.values[a] for a in args])))
        if kind == BATCHED and op.arity is None:  # sequences are stacked, so all operands must be of one kind
            args = tuple([a if out.kinds[a] == BATCHED else out.node(COPY, (a,), BATCHED) for a in args])
        if op.role in ("add", "mul"):  # unbatched operands first, so that equal work looks equal
            a, b = args
            if (out.kinds[b], b) < (out.kinds[a], a):
                args = (b, a)
        return out.node(op, args, kind)


def normalise(ssa: SSA, roots: Sequence[int], sources: Sequence[int], parameters: int) -> tuple[SSA, list[int]]:
    """Rewrite nodes so that what can run together looks alike.

    Parameters
    ----------
    ssa : SSA
    roots : sequence of int
        The nodes whose numbers are wanted.
    sources : sequence of int
        Nodes that are given; they become the first of the result, in this order.
    parameters : int
        How many of the first sources are stored side by side.

    Returns
    -------
    SSA, list of int
        The new nodes, and where the roots are.
    """
    normaliser = Normaliser(ssa, parameters)
    return normaliser.out, normaliser.run(roots, sources)
