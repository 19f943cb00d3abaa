"""Sums keep the brackets that were written: floats are not associative, and differences of large numbers show it."""

import math
import random

import numpy as np
import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Value

SIZES = [1e17, -1e17, 1e16, 1.0, 1e-3, -1e9, 3e8, 0.1, 7.0]
BACKENDS = {"numpy": 80, "numba": 20, "jax": 8}
if THOROUGH:
    BACKENDS = {"numpy": 3_000, "numba": 1_000, "jax": 100}


class Sums:
    """A program of sums and differences of numbers of unlike sizes: parameters, inputs and constants."""

    def __init__(self, seed, params=()):
        rng = random.Random(seed)
        self.params = list(params) or [Value(self.number(rng)) for _ in range(3)]
        self.constants = [rng.choice(SIZES) for _ in range(2)]
        self.lines = [
            (rng.choice("++++---n∑"), [rng.random() ** 0.6 for _ in range(rng.randint(3, 7))])
            for _ in range(rng.randint(2, 14))
        ]
        self.row = [self.number(rng) for _ in range(3)]

    @staticmethod
    def number(rng):
        return rng.choice(SIZES) * rng.choice([1.0, 1.0, rng.random()])

    def __call__(self, x):
        nodes = [*self.params, *x, *self.constants]
        for what, places in self.lines:
            terms = [nodes[int(place * len(nodes))] for place in places]
            a, b, *_ = terms
            nodes.append(tg.sum(terms) if what == "∑" else a + b if what == "+" else a - b if what == "-" else -a)
        return nodes[-1]


@pytest.mark.parametrize("backend", BACKENDS)
def test_sums_and_differences_of_unlike_sizes_are_those_of_the_eager_engine_to_the_last_bit(backend):
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
    together = 8 if backend == "jax" else 1  # XLA takes a second for each function
    for first in range(0, BACKENDS[backend], together):
        programs = [Sums(seed) for seed in range(first, first + together)]
        rows = np.array([[program.row for program in programs]] * (1 + first % 2))  # one example, or two alike
        params = [p for program in programs for p in program.params]

        def each(xs, programs=programs):
            return [f(x) for f, x in zip(programs, xs, strict=True)]

        found = tg.compile(each, params, backend)(rows)[-1].tolist()
        tg.zero_grad(params)
        for program, ours in zip(programs, found, strict=True):
            eager = program([Value(x) for x in program.row]) + Value(0.0)
            assert ours == eager.data, program.lines
            tg.square(eager).backward()
        if backend != "jax":
            squares = tg.compile(lambda xs, each=each: tg.square(each(xs)[0]), params, backend)
            np.testing.assert_allclose(squares.value_and_grad(rows)[1], [p.grad for p in params], rtol=1e-14)


def two_sum(a, b):
    """Knuth's exact sum: a + b and what rounding lost of it."""
    total = a + b
    behind = total - a
    return total, (a - (total - behind)) + (b - behind)


def compensated(terms):
    """Kahan's and Neumaier's sum."""
    total, lost = terms[0], 0.0
    for term in terms[1:]:
        total, rest = two_sum(total, term)
        lost = lost + rest
    return total + lost


X = [1e16 + 2.0, 1e17, 1e17, 0.1]
p, q, one = Value(1e16, "p"), Value(1e-3, "q"), Value(1.0, "one")


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_written_in_brackets_is_added_first(backend):
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
    cases = [
        (lambda x: 1.0 + (x[0] - 1e16), 3.0),
        (lambda x: 1.0 + (-1e16 + x[0]), 3.0),
        (lambda x: (x[0] - p) + 1.0, 3.0),
        (lambda x: one - (p - x[0]), 3.0),
        (lambda x: 1.0 - (-(x[0] - p)), 3.0),
        (lambda x: 1e-3 + (x[1] - x[2]), 1e-3),
        (lambda x: x[1] + q - x[2], 0.0),
        (lambda x: tg.sum([x[1], -x[2], q]), 1e-3),
        (lambda x: tg.sum([q, tg.sum([x[1], 0.25, -x[2]])]), 1e-3),
        (lambda x: q + (one * x[1] - one * x[2]), 1e-3),
        (lambda x: q + (2.0 * x[1] + -2.0 * x[2]), 1e-3),
        (lambda x: (x[3] + 1.0) - 1.0, 0.1 + 1.0 - 1.0),
        (lambda x: compensated([x[1], q, -x[2]]), 1e-3),
        (lambda x: compensated([x[3]] * 10), 1.0),
    ]
    compiled = tg.compile(lambda x: [f(x) for f, _ in cases], [p, q, one], backend)
    assert compiled([X])[0].tolist() == pytest.approx([truth for _, truth in cases], rel=1e-15, abs=0.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_sums_of_unequal_lengths_and_of_constants_keep_their_order(backend):
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")

    def f(x):
        shifted = (x[0] - 1e17) + 1e17  # which XLA would leave out
        return shifted, tg.sum([x[0], x[1], x[1]]), tg.sum([x[0], x[1], x[1], x[1], x[1]])

    found = tg.compile(f, backend=backend)([[1e16, 1.0], [3.0, 1.0]])
    assert [part.tolist() for part in found] == [[1e16, 0.0], [1e16, 5.0], [1e16, 7.0]]


def test_slopes_keep_brackets_too():
    """What flows back through a product is its other factor, which is a difference here."""
    w = Value(1.0)
    for f, truth in ((lambda x: w * (1.0 + (x[0] - p)), 3.0), (lambda x: (q + (x[1] - x[2])) * w, 1e-3)):
        assert tg.compile(f, [w]).value_and_grad([X]) == (pytest.approx(truth), pytest.approx([truth]))
        assert tg.compile(tg.grad(lambda v, x, f=f: f(x) / w * v), params=[])([5.0], [X]).tolist() == [truth]


def test_many_terms_and_inner_products_are_still_single_operations():
    """There the order does not matter: an error is as small, beside the sizes of the terms, in every order."""
    w = [Value(0.1 * i) for i in range(4)]

    def neuron(x):
        return tg.tanh((w[0] * x[0] + w[3]) + (w[1] * x[1] + w[2] * x[2]))

    compiled = tg.compile(neuron, w)
    compiled([[1.0, 2.0, 3.0]])
    assert len(compiled.program) == 2  # a matrix product, and tanh
    alternating = tg.compile(lambda x: sum((-1.0) ** i * tg.exp(x[i]) for i in range(20)))
    numbers = np.linspace(-1.0, 1.0, 20)
    assert alternating([numbers])[0] == pytest.approx(
        math.fsum((-1.0) ** i * math.exp(v) for i, v in enumerate(numbers))
    )
    assert len(alternating.program) <= 3  # exp, the signs, and one sum
