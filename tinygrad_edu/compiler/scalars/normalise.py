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
from dataclasses import dataclass

from ...ops.operation import Op
from .batch_ops import BATCH_DOT
from .brackets import IN_ORDER
from .flat_sums import FlatSums, Pair, Terms
from .ssa import ADD, BATCHED, COPY, DOT, MUL, NEG, SSA, SUB, SUM, UNBATCHED
from .weights import ONE, WeightBlock

LONG = 8  # products from which an inner product is worth an operation of its own


def normalise(
    ssa: SSA, roots: Sequence[int], sources: Sequence[int], parameters: int, weights: Sequence[WeightBlock] = ()
) -> tuple[SSA, list[int], list[WeightBlock]]:
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
    weights : sequence of WeightBlock
        Matrix products of nodes that are wanted too.

    Returns
    -------
    SSA, list of int, list of WeightBlock
        The new nodes, where the roots are, and the matrix products by the new nodes.
    """
    factors = [i for block in weights for i in (*block.upstream, *block.vector) if i != ONE]
    normaliser = Normaliser(FlatSums(ssa, [*roots, *factors], sources, parameters), sources)
    places = normaliser.write()
    return normaliser.out, places[: len(roots)], [normaliser.weights(block) for block in weights]


Signed = tuple[bool, int]
"""Whether a term is subtracted, and its new node; plain, for there are many."""


@dataclass
class _Open:
    """A sum that may become part of a longer one."""

    negative: bool
    terms: list[Signed]
    whole: bool = False
    """Whether it is written as the sum of many, not as one addition after the other."""


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
        given = self.out.sources([self.ssa.kinds[i] for i in sources])
        self.new = dict(zip(sources, given, strict=True))  # old nodes, and what they are now
        self.one = self.new[ONE] = self.out.constant(1.0)  # the partner of lone terms
        self.new.update({i: self.out.constant(self.ssa.values[i]) for i in read.turned})
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

    def weights(self, block: WeightBlock) -> WeightBlock:
        """Give a matrix product by the new nodes."""
        alias = self.read.alias
        upstream, vector = ([self._for_each(alias.get(i, i)) for i in nodes] for nodes in block[1:])
        return WeightBlock(block.sources, upstream, vector)

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
        """Write a sum as it was written, unless it is an inner product: then what is added, less what is subtracted."""
        if not terms.over_batch and not any(
            self._is_dot(pairs, any(self._bias(pairs, [self._made(i) for i in terms.plain[sign]], terms, sign)))
            for sign in (0, 1)
            for pairs in terms.classes[sign]
        ):
            return self._as_written(terms.nodes)
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

    def _bias(self, pairs: list[Pair], plain: list[int], terms: Terms, sign: int) -> tuple[list[int], bool]:
        """Give the terms that may join an inner product, and whether the constant may."""
        kinds, new = self.ssa.kinds, self.new
        a, b = pairs[0]
        batched = kinds[b] == BATCHED
        lone: list[int] = []
        if kinds[a] != BATCHED and (batched or new[a] < self.parameters):
            lone = [i for i in plain if self.out.kinds[i] == UNBATCHED and (batched or i < self.parameters)]
        return lone, batched and terms.constant != 0.0 and not sign

    def _products(self, pairs: list[Pair], plain: list[int], terms: Terms, sign: int) -> list[int]:
        """Make one inner product of the pairs, or a product each; a lone unbatched term joins as the pair (b, 1)."""
        out, new = self.out, self.new
        lone, with_constant = self._bias(pairs, plain, terms, sign)
        first, second = ([new[i] for i in side] for side in zip(*pairs, strict=True))
        kind = BATCHED if out.kinds[second[0]] == BATCHED else UNBATCHED
        joins = bool(lone) or with_constant
        if not self._is_dot(pairs, joins):
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
        return [*plain, out.node(DOT, (*first, *second), kind)]

    # ------------------------------------------------------------------------------------ sums as they were written

    def _as_written(self, nodes: Sequence[int]) -> int:
        """Write the nodes of a sum one by one. Only signs are moved, and what is added one after the other is one sum.

        Neither changes a result: −(a + b) is (−a) + (−b), and a − (b − c) is (c − b) + a.
        """
        known: dict[int, _Open] = {}
        for i in nodes:
            op, args = self.ssa.ops[i], self.read.args[i]
            if op is MUL or op is DOT:
                half = len(args) // 2
                products = [
                    self._operation(MUL, (self.new[a], self.new[b]), self._kind(a, b))
                    for a, b in zip(args[:half], args[half:], strict=True)
                ]
                known[i] = _Open(False, [(False, product) for product in products])
                continue
            operands = [known.get(a) or _Open(False, [(False, self.new[a])]) for a in args]
            if op is NEG or op is SUB:
                operands[-1].negative ^= True
            first, *rest = operands
            if len(first.terms) == 1 and len(rest) == 1 and len(rest[0].terms) > 1:  # a + (b + c) is (b + c) + a
                first, rest = rest[0], [first]
            if (op is SUM or first.whole) and len(first.terms) > 1 and len(first.terms) + len(rest) > IN_ORDER:
                first = _Open(False, [self._added(first)])
            first.whole |= op is SUM
            for other in rest:
                negative, term = self._added(other)
                first.terms.append((negative != first.negative, term))
            known[i] = first
        negative, total = self._added(known[nodes[-1]])
        return self._operation(NEG, (total,), self.out.kinds[total]) if negative else total

    def _kind(self, a: int, b: int) -> int:
        return BATCHED if BATCHED in (self.read.kinds[a], self.read.kinds[b]) else UNBATCHED

    def _added(self, total: _Open) -> Signed:
        """Add up signed terms in their order; the sign of the whole is left open."""
        out, terms = self.out, total.terms
        shared = 0
        while shared < len(terms) and out.kinds[terms[shared][1]] != BATCHED:
            shared += 1
        if 1 < shared < len(terms):  # first what all examples share
            return self._added(_Open(total.negative, [self._added(_Open(False, terms[:shared])), *terms[shared:]]))
        kind = BATCHED if shared < len(terms) else UNBATCHED
        negative, first = terms[0]
        same_signs = all(sign == negative for sign, _ in terms)
        same_kinds = all((out.kinds[term] == BATCHED) == (kind == BATCHED) for _, term in terms)
        if len(terms) > (2 if same_signs and same_kinds else IN_ORDER):
            added = [
                term if sign == negative else self._operation(NEG, (term,), out.kinds[term]) for sign, term in terms
            ]
            return negative != total.negative, self._operation(SUM, tuple(added), kind)
        for sign, term in terms[1:]:
            kind = max(out.kinds[first], out.kinds[term], UNBATCHED)
            first = self._operation(ADD if sign == negative else SUB, (first, term), kind)
        return negative != total.negative, first

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
