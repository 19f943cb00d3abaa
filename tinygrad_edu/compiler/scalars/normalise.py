"""With this module a scalar graph forgets how it was written: equal work gets equal nodes, and inner products appear.

People write ``w*x + b`` or ``b + x*w``, sums as loops, trees or calls; the array program should be the same for all.
Once sums are flat (`flat_sums`), three rules suffice:

- *Order.* Factors and terms are put in a fixed order: parameters before what is computed, by their numbers.
- *Inner products.* Products of a sum become one ``dot`` node if that promises a matrix product: another sum has the
  same vector of factors (a weight row meets several inputs, or an input several weight rows), or there are many.
- *Biases.* A term left over beside an inner product joins it as the pair (b, 1): ``[w | b] · [x ; 1]``.

What is summed over the batch goes by the same rules, into inner products over the examples: gradients of weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...ops.operation import Op
from .batch_ops import BATCH_DOT
from .flat_sums import ONE, FlatSums, Pair, Terms
from .ssa import ADD, BATCHED, COPY, DOT, MUL, NEG, SSA, SUB, SUM, UNBATCHED

LONG = 8  # products from which an inner product is worth an operation of its own


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
    normaliser = Normaliser(FlatSums(ssa, roots, sources, parameters), sources)
    return normaliser.out, normaliser.write()


class Normaliser:
    """Writes new nodes for all that a reading of the old ones found.

    Parameters
    ----------
    read : FlatSums
    sources : sequence of int
        Old nodes that are given; they become the first new ones, in this order.
    """

    def __init__(self, read: FlatSums, sources: Sequence[int]) -> None:
        self.read = read
        self.ssa = read.ssa
        self.parameters = read.parameters
        self.out = SSA()
        self.new = {i: self.out.source(self.ssa.kinds[i]) for i in sources}  # old nodes, and what they are now
        self.one = self.new[ONE] = self.out.constant(1.0)  # the partner of lone terms
        self.counts = self._vectors()

    def write(self) -> list[int]:
        """Write all nodes, and give the new numbers of the roots."""
        read, out, new = self.read, self.out, self.new
        ops, args, sums, products = self.ssa.ops, read.args, read.sums, read.products
        for i in read.kept:
            op = ops[i]
            if i in products:
                a, b = products[i]
                new[i] = out.node(BATCH_DOT, (self._for_each(a), self._for_each(b)), UNBATCHED)
            elif i in sums:
                new[i] = self._emit(sums[i])
            elif op is None:
                if i not in new:
                    new[i] = out.constant(self.ssa.values[i])
            else:
                new[i] = self._operation(op, tuple([new[a] for a in args[i]]), read.kinds[i])
        return [new[i] for i in read.roots]

    # ------------------------------------------------------------------------------------ inner products

    def _vectors(self) -> Counter[tuple[int, ...]]:
        """Count how often the same factors occur in sums of products; a 0 marks left ones, a 1 right ones."""
        counts: Counter[tuple[int, ...]] = Counter()
        for terms in self.read.sums.values():
            for classes in terms.classes:
                for pairs in classes:
                    counts[(0, *[a for a, _ in pairs])] += 1
                    counts[(1, *[b for _, b in pairs])] += 1
        return counts

    def _is_dot(self, pairs: list[Pair], lone: int) -> bool:
        """Whether the products of a sum are to be one inner product."""
        if len(pairs) >= LONG or (lone and len(pairs) > 1):  # w·x + b is one matrix product even for one neuron
            return True
        if len(pairs) + lone < 2:
            return False
        return self.counts[(0, *[a for a, _ in pairs])] > 1 or self.counts[(1, *[b for _, b in pairs])] > 1

    # ------------------------------------------------------------------------------------ writing

    def _emit(self, terms: Terms) -> int:
        """Write a flat sum: what is added, less what is subtracted."""
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
        """Add up products over the pairs and over the examples at once."""
        vectors = (*[self._for_each(a) for a, _ in pairs], *[self._for_each(b) for _, b in pairs])
        return self.out.node(BATCH_DOT, vectors, UNBATCHED)

    def _for_each(self, i: int) -> int:
        """Give a factor of a sum over the batch: if it is the same for every example, as a row of equal numbers."""
        made = self.new[i]
        return made if self.out.kinds[made] == BATCHED or i < 0 else self.out.node(COPY, (made,), BATCHED)

    def _made(self, i: int) -> int:
        """Give the new node of a plain term, which may be one that was deferred."""
        if i >= -1:
            return self.new[i]
        shared, each = self.read.deferred[-2 - i]
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
        """Write any operation in the form in which others like it are written."""
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
