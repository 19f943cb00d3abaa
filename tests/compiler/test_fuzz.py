"""Random programs and random networks, run by every back end, agree with the eager engine and the plain interpreter.

The quick profile looks at some of them, CI at 2,000 programs and 200 networks, and ``--hypothesis-profile=deep`` at ten
times as many, up to ten minutes for each back end; but XLA takes a second for each function, so JAX sees fewer. Nan and
infinities are included.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.compiler_programs import assert_agree, eager, interpreted
from support.random_networks import RandomNetwork
from support.thoroughness import DEEP, THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Value, check
from tinygrad_edu.check.program import Line

SPECIAL = [np.nan, np.inf, -np.inf, 0.0]
EXAMPLES = 3
BACKENDS = ("numpy", "numba", "jax", "llvm")
PROGRAMS, NETWORKS = (80, 40, 10, 6), (12, 6, 1, 2)
if THOROUGH:
    PROGRAMS, NETWORKS = (2_000, 2_000, 2_000, 400), (200, 200, 20, 60)
if DEEP:
    PROGRAMS, NETWORKS = (20_000, 10_000, 2_000, 20_000), (4_000, 2_000, 200, 1_000)


@pytest.fixture(params=BACKENDS)
def backend(request, monkeypatch):
    """A back end that is installed; the code of LLVM's runs batches of any size."""
    name = request.param
    pytest.importorskip({"llvm": "llvmlite"}.get(name, name), reason=f"the extra for {name} is not installed")
    if name == "llvm":
        from tinygrad_edu.compiler.backends import llvm_machine

        monkeypatch.setattr(llvm_machine, "FEW", 1)
    return name


class Case:
    """A program some of whose inputs are parameters, the others' numbers for a few examples."""

    def __init__(self, program, params, special):
        self.program = program
        self.params = [Value(x) for x in program.point[:params]]
        rest = program.point[params:]
        self.rows = np.array([[x + 0.01 * n for x in rest] for n in range(EXAMPLES)]).reshape(EXAMPLES, -1)
        for draw, number in special:
            place = draw % len(program.point)
            if place < params:
                self.params[place].data = number
            else:
                self.rows[draw % EXAMPLES, place - params] = number

    def __call__(self, x):
        return self.program(*self.params, *x)

    def eager(self, turned=()):
        """Gradient of the mean, and the outputs. What parameters alone determine is computed once for all examples.

        Results that are 0 have their sign turned in the lines that are in `turned`.
        """
        tg.zero_grad(self.params)
        shared = dict(enumerate(self.params))
        outputs = []
        for row in self.rows.tolist():
            results = [*self.params, *map(Value, row)]
            for line, (op, args) in enumerate(self.program.lines):
                made = shared.get(len(results))
                if made is None:
                    made = op(*[results[a] if isinstance(a, int) else a for a in args])
                    if made.data == 0.0 and line in turned:
                        made.data = -made.data
                if all(a in shared for a in args if isinstance(a, int)):
                    shared[len(results)] = made
                results.append(made)
            outputs.append(results[-1])
        tg.mean(outputs).backward()
        return np.array([p.grad for p in self.params]), np.array([out.data for out in outputs])

    def hangs_on_the_sign_of_a_zero(self):
        """Whether a zero of the other sign, which compiled sums may give, has other consequences: 1 / −0 is −∞."""
        lines = range(len(self.program.lines))
        as_it_is = self.told()
        return any(self.told(turned) != as_it_is for turned in (lines, *[(line,) for line in lines]))

    def told(self, turned=()):
        """What `eager` gives, to compare nan as equal, and zeros of both signs."""
        return [list(map(repr, part + 0.0)) for part in self.eager(turned)]

    def __repr__(self):
        return f"{self.program}\n# params {[p.data for p in self.params]}, examples {self.rows.tolist()}"


@st.composite
def cases(draw):
    program = draw(check.programs())
    placed = st.tuples(st.integers(0, 11), st.sampled_from(SPECIAL))
    special = draw(st.one_of(st.just([]), st.lists(placed, min_size=1, max_size=2)))
    return Case(program, draw(st.integers(0, len(program.point))), special)


def assert_bundle_agrees(bundle, backend):
    """Compile several programs as one function, and compare each with the eager engine."""
    X = np.concatenate([case.rows for case in bundle], axis=1)
    ends = np.cumsum([0, *[case.rows.shape[1] for case in bundle]]).tolist()

    def every(x):
        return [case(x[start:end]) for case, start, end in zip(bundle, ends, ends[1:], strict=False)]

    params = [p for case in bundle for p in case.params]
    outputs = tg.compile(every, params, backend)(X)
    _, gradient = tg.compile(lambda x: tg.sum(every(x)), params, backend).value_and_grad(X)
    gradients = iter(gradient)
    for number, case in enumerate(bundle):
        _, plain_gradient, plain_outputs = interpreted(case, case.params, case.rows)
        ours = [next(gradients) for _ in case.params]
        try:
            for true_gradient, true_outputs in (case.eager(), (plain_gradient, plain_outputs)):
                assert_agree(outputs[:, number], true_outputs)
                assert_agree(ours, true_gradient)
        except AssertionError as error:
            if not case.hangs_on_the_sign_of_a_zero():
                error.add_note(f"in\n{case}")
                raise


def assert_network_agrees(seed, backend):
    network = RandomNetwork(seed)
    try:
        compiled = tg.compile(network.one, network.params, backend)
        our_value, our_gradient = compiled.value_and_grad(*network.arrays, weights=network.weights)
        plain = interpreted(network.one, network.params, *network.arrays, weights=network.weights)
        for value, gradient, losses in (network.eager(), plain):
            assert_agree(our_gradient, gradient)
            assert_agree(our_value, value)
            assert_agree(compiled(*network.arrays), losses)
    except BaseException as error:
        error.add_note(f"in RandomNetwork({seed})")
        raise


def test_random_programs_agree_with_the_eager_engine(backend):
    drawn = []

    @settings(max_examples=PROGRAMS[BACKENDS.index(backend)])
    @given(cases())
    def look(case):
        if backend == "jax":
            if all(x == 0.0 or abs(x) > 1e-50 for x in case.program.point):  # XLA may lose smaller ones on the way
                drawn.append(case)
        else:
            assert_bundle_agrees([case], backend)

    look()
    for start in range(0, len(drawn), 10):  # many at once
        assert_bundle_agrees(drawn[start : start + 10], backend)


def test_random_networks_agree_with_the_eager_engine(backend):
    for seed in range(NETWORKS[BACKENDS.index(backend)]):
        assert_network_agrees(seed, backend)


def test_an_infinite_factor_stays_inside_a_sum_over_the_batch():
    """∞·1 + ∞·(−2) is nan, though ∞·(1 − 2) is not; and ∞·0 + ∞·1 is nan, though ∞·(0 + 1) is not."""
    w, b, scale = Value(np.inf), Value(0.0), Value(2.0)

    def signs(x):
        return w * tg.relu(x + b)

    def sums(x):
        return w * (x + b) * scale - tg.dot([w, scale], [b, b])

    for f in (signs, sums, lambda x: tg.sin(signs(x)), lambda x: np.inf * tg.sin(x + b)):
        for X in ([1.0, -2.0], [0.0, 1.0], [1.0, 2.0]):
            _, gradient = tg.compile(f, [w, b, scale]).value_and_grad(X)
            assert_agree(gradient, eager(f, [w, b, scale], np.array(X))[1])


def test_an_infinite_value_that_all_examples_share_meets_every_weight(backend):
    """0 · ∞ is nan. But the slope of what is computed once meets the sum of all weights."""
    w = Value(1.0)
    compiled = tg.compile(lambda x: w / 0.0, [w], backend)
    for weights, truth in (([1.0, 0.0], np.nan), ([1.0, 2.0], np.inf)):
        value, gradient = compiled.value_and_grad([1.0, 2.0], weights=weights)
        assert_agree(value, truth)
        assert_agree(gradient, [np.inf])


def test_a_function_without_parameters_has_an_empty_gradient(backend):
    value, gradient = tg.compile(lambda x: x * x, backend=backend).value_and_grad([1.0, 3.0])
    assert (value, gradient.shape) == (5.0, (0,))


def test_a_case_may_hang_on_the_sign_of_a_zero():
    op = tg.OPS
    inverse, total, angle = Line(op["reciprocal"], (0,)), Line(op["sum"], (1, 1)), Line(op["atan2"], (2, 2))
    for lines, hangs in (([inverse, total, angle], True), ([inverse, total], False)):
        case = Case(check.Program([1.0], lines), 0, [(0, -np.inf)])
        assert case.hangs_on_the_sign_of_a_zero() == hangs
