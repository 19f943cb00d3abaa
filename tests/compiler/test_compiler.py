"""Compiled functions agree with the eager engine, and do not depend on how scalars were written."""

import functools
import math
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from support.compiler_programs import RandomProgram, assert_agree, eager

import tinygrad_edu as tg
from benchmarks.workloads import scalar_gpt
from tinygrad_edu import Value, nn
from tinygrad_edu.errors import FrozenNumberError, GraphError, TracedBoolError


def agree(f, params, *arrays, weights=None, tolerance=1e-12):
    """Value, gradient and outputs are those of the eager engine."""
    compiled = tg.compile(f, params)
    value, gradient = compiled.value_and_grad(*arrays, weights=weights)
    true_value, true_gradient, outputs = eager(f, params, *arrays, weights=weights)
    assert_agree(gradient, true_gradient, tolerance)
    assert_agree(value, true_value, tolerance)
    assert_agree(compiled(*arrays), outputs, tolerance)
    return compiled


# ---------------------------------------------------------------------------------------- any program


@pytest.mark.parametrize("block", range(10))
def test_random_programs_agree_with_the_eager_engine(block):
    for seed in range(40 * block, 40 * block + 40):
        program = RandomProgram(seed)
        agree(program, program.params, *program.arrays, weights=program.weights, tolerance=1e-10)


def test_random_programs_agree_on_nan_and_infinities():
    for seed in range(5000, 5150):
        program = RandomProgram(seed, length=12, special=True)
        # 1e200 may cancel in one order of adding and not in another, so that is left out of sums here
        program.arrays = [np.where(array == 1e200, 3.0, array) for array in program.arrays]
        agree(program, program.params, *program.arrays, weights=program.weights, tolerance=1e-10)


def test_nan_flows_through_zero_slopes_as_it_does_eagerly():
    w, p = Value(-1.0), Value(2.0)

    def f(x):
        return tg.log(tg.where(-3.0, w, p)) * x + tg.ops.detach(tg.log(w)) * p

    _, gradient = tg.compile(f, [w, p]).value_and_grad([math.nan, 1.0])
    assert_agree(gradient, eager(f, [w, p], np.array([math.nan, 1.0]))[1])
    assert np.isnan(gradient[1])


def test_a_settled_choice_of_something_unbatched_stays_summed_over_the_batch():
    w, p = Value(0.7), Value(2.0)
    agree(lambda x: tg.where(1.0, w, x) * tg.where(0.0, x, p) + x * p, [w, p], np.array([1.0, 2.0, 3.0]))


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -3.0, 800.0, -800.0, 1e300, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_operations_compile_with_one_operand_the_same_for_all_examples(backend):
    """A constant, or a parameter: what does not vary may take another way, as a power of 0.5 does."""
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
    for op in tg.OPS.values():
        for other in SPECIAL if op.arity == 2 else ():
            w = Value(other)
            found = tg.compile(lambda x, op=op, c=other, w=w: [op(x, c), op(c, x), op(x, w), op(w, x)], [w], backend)
            truth = [[op(x, other), op(other, x)] * 2 for x in SPECIAL]
            np.testing.assert_allclose(found(SPECIAL), truth, rtol=1e-13, atol=1e-300, err_msg=f"{op.name}, {other}")


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_every_operation_compiles_at_special_values(backend):
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
    for op in tg.OPS.values():
        arity = 2 if op.arity is None else op.arity
        if not arity:
            continue
        rng = random.Random(op.name)
        columns = [np.array([rng.choice(SPECIAL) for _ in range(60)]) for _ in range(arity)]
        columns[0][: len(SPECIAL)] = SPECIAL
        out = tg.compile(lambda *xs, op=op: op(*xs), backend=backend)(*columns)
        truth = np.array([op(*map(float, row)) for row in zip(*columns, strict=True)])
        np.testing.assert_allclose(out, truth, rtol=1e-13, atol=1e-300, err_msg=op.name)
        if arity == 1:  # of several arguments a zero may have the other sign
            assert np.signbit(out[truth == 0.0]).tolist() == np.signbit(truth[truth == 0.0]).tolist(), op.name


@pytest.mark.parametrize("name", ["erf", "erfc", "gelu"])
def test_error_functions_are_those_of_the_math_library(name):
    rng = np.random.default_rng(0)
    op = tg.OPS[name]
    reach = 27.2 if name == "erfc" else 37.0  # of what is not yet 0 in floats
    special = [0.0, -0.0, 1.0, -1.0, math.nextafter(1.0, 2.0), 5e-324, -1e-300, math.inf, -math.inf, math.nan, 1e300]
    drawn = [rng.normal(size=1500) * scale for scale in (1e-200, 1e-9, 1e-3, 1.0)]
    x = np.concatenate([special, *drawn, rng.uniform(-reach, reach, 6000)])
    truth = np.array([op(v) for v in x.tolist()])
    found = tg.compile(op)(x)
    np.testing.assert_allclose(found, truth, rtol=1e-13, atol=1e-307)
    assert (np.signbit(found) == np.signbit(truth))[~np.isnan(truth)].all()
    assert found[:2].tolist() == truth[:2].tolist()  # at 0 exact, since a power of a negative number may follow
    near = np.abs(x) < 5.0
    np.testing.assert_allclose(found[near], truth[near], rtol=2e-15)
    np.testing.assert_allclose(tg.compile(op)(x[11:400].reshape(-1)[::-1]), truth[11:400][::-1], rtol=1e-13)


# ---------------------------------------------------------------------------------------- writing styles


class Net:
    """An MLP 2-16-16-1 whose parameters and sums can be written in many ways."""

    def __init__(self, style, seed=3):
        rng = random.Random(seed)
        self.style = style
        self.sizes = [2, 16, 16, 1]
        self.weights, self.biases = [], []
        for nin, nout in zip(self.sizes, self.sizes[1:], strict=False):
            drawn = [[rng.uniform(-1, 1) for _ in range(nin)] for _ in range(nout)]
            biases = [rng.uniform(-1, 1) for _ in range(nout)]
            if style == "bias first":
                made = [(Value(b), [Value(w) for w in row]) for row, b in zip(drawn, biases, strict=True)]
                self.biases.append([b for b, _ in made])
                self.weights.append([row for _, row in made])
            elif style == "transposed storage":
                columns = [[Value(drawn[o][i]) for o in range(nout)] for i in range(nin)]
                self.weights.append([[columns[i][o] for i in range(nin)] for o in range(nout)])
                self.biases.append([Value(b) for b in biases])
            else:
                made = [([Value(w) for w in row], Value(b)) for row, b in zip(drawn, biases, strict=True)]
                self.weights.append([row for row, _ in made])
                self.biases.append([b for _, b in made])

    def parameters(self):
        flat = []
        for weights, biases in zip(self.weights, self.biases, strict=True):
            if self.style == "transposed storage":
                flat += [row[i] for i in range(len(weights[0])) for row in weights] + biases
            else:
                for row, b in zip(weights, biases, strict=True):
                    flat += [b, *row] if self.style == "bias first" else [*row, b]
        return flat

    def neuron(self, w, x, b):
        style = self.style
        if style == "dot":
            return tg.dot(w, x) + b
        terms = [xi * wi if style == "x times w" else wi * xi for wi, xi in zip(w, x, strict=True)]
        if style == "bias first":
            return sum(terms, b)
        if style == "shuffled terms":
            random.Random(len(terms)).shuffle(terms)
        if style == "tree sum":
            while len(terms) > 1:
                terms = [tg.sum(terms[i : i + 2]) for i in range(0, len(terms), 2)]
        if style == "taken away":
            z = -b
            for term in terms:
                z = z - term
            return -z
        if style == "minus the negative":
            return b - sum(-term for term in terms)
        return sum(terms) + b

    def __call__(self, x, label):
        for weights, biases in zip(self.weights, self.biases, strict=True):
            x = [self.neuron(w, x, b) for w, b in zip(weights, biases, strict=True)]
            if len(x) > 1:
                x = [xi.relu() for xi in x]
        return (1.0 - label * x[0]).relu()


STYLES = [
    "w times x", "x times w", "bias first", "tree sum", "shuffled terms", "transposed storage", "dot",
    "minus the negative", "taken away",
]  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_mlp_takes_21_array_operations_however_it_is_written(style):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2)), rng.choice([-1.0, 1.0], size=20)
    net = Net(style)
    compiled = agree(net, net.parameters(), X, y)
    compiled.value_and_grad(X, y)
    assert len(compiled.program) == 21


def test_digits_network_takes_few_array_operations():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(4, 64)), np.eye(10)[[3, 1, 4, 1]]
    model = nn.MLP(64, [32, 10], seed=0)
    compiled = agree(lambda x, t: nn.cross_entropy(model(x), t), model.parameters(), X, Y)
    compiled.value_and_grad(X, Y)
    assert len(compiled.program) <= 22


def scalar_gpt_program(letters, **style):
    """The compiled loss of the scalar GPT on the first letters of the alphabet, called once, and its parameters."""
    network = scalar_gpt.ScalarGPT(Value, softmax=tg.softmax, **style)
    name = scalar_gpt.LETTERS[:letters]
    return tg.compile(lambda: network.loss(name), network.parameters()), network, name


def test_scalar_gpt_of_16_positions_takes_112_array_operations():
    compiled, _, _ = scalar_gpt_program(15, total=tg.sum, inner=tg.dot)
    compiled.value_and_grad()
    assert len(compiled.program) == 112


def test_scalar_gpt_takes_as_many_however_it_is_written_and_agrees_with_the_eager_engine():
    compiled, network, name = scalar_gpt_program(5)
    n_ary, _, _ = scalar_gpt_program(5, total=tg.sum, inner=tg.dot)
    value, gradient = compiled.value_and_grad()
    assert n_ary.value_and_grad()[0] == pytest.approx(value, rel=1e-12)
    assert len(n_ary.program) == len(compiled.program)
    loss = network.loss(name)
    loss.backward()
    assert value == pytest.approx(loss.data, rel=1e-12)
    truth = np.array([p.grad for p in network.parameters()])
    assert np.abs(gradient - truth).max() <= 1e-12 * np.abs(truth).max()


# ---------------------------------------------------------------------------------------- networks


def small_rows(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_penalty_inside_the_loss():
    model = nn.MLP(3, [5, 1], seed=0)
    params = model.parameters()
    agree(lambda x, t: (model(x) - t) ** 2 + 0.1 * tg.dot(params, params), params, small_rows(7, 3), small_rows(7))


@pytest.mark.parametrize(
    "more",
    [
        lambda x, w: 0.0,
        lambda x, w: tg.sin(x[3]),
        lambda x, w: tg.dot(x, x),
        lambda x, w: tg.dot(w[:18], x[2:]) ** 2,
        lambda x, w: tg.dot([w[0]] * 20, x),
        lambda x, w: x[7],
    ],
    ids=["alone", "one by one", "squared", "in part", "summed", "in a sum"],
)
def test_wide_inputs_may_be_read_in_any_way(more):
    layer = nn.MLP(20, [3, 1], seed=0)
    params = layer.parameters()

    def loss(x, t):
        return tg.square(layer(x) - t) + more(x, params)

    agree(loss, params, small_rows(5, 20), small_rows(5), weights=small_rows(5, seed=2) + 4.0)
    agree(loss, params, small_rows(1, 20), small_rows(1))


def test_wide_inputs_may_be_outputs():
    w = [Value(0.1 * i) for i in range(20)]
    X = small_rows(4, 20)
    out = tg.compile(lambda x: [x[5], tg.dot(w, x)])(X)
    assert_agree(out[:, 0], X[:, 5])


def test_slopes_at_kinks_and_nan_stay_those_of_the_eager_engine():
    w = Value(1.0)
    x = np.array([0.0, -0.0, 1.0, -1.0, math.nan, math.inf, -math.inf, 5e-324])
    for number in x:
        agree(lambda x: tg.relu(x * w), [w], np.array([number]))
        agree(lambda x: tg.ops.heaviside(x * w) * w, [w], np.array([number]))


def test_calls_of_alternating_shapes_do_not_mix():
    w = Value(2.0)
    compiled = tg.compile(lambda x: tg.dot([w, w * w], x) if isinstance(x, list) else w * x, [w])
    for count in (2, 3, 2, 5, 6, 7, 8, 2):
        X = np.arange(2.0 * count).reshape(count, 2)
        assert compiled.value_and_grad(X[:, 0]) == (pytest.approx(2.0 * X[:, 0].mean()), X[:, 0].mean())
        assert compiled.value_and_grad(X[:, 0], reduce="sum")[1] == pytest.approx(X[:, 0].sum())
        assert compiled.value_and_grad(X)[1] == pytest.approx(X[:, 0].mean() + 4.0 * X[:, 1].mean())
        assert compiled.value_and_grad(X.astype(int), weights=np.ones(count))[0] == pytest.approx(
            compiled.value_and_grad(X.tolist())[0]
        )


def test_weight_normalisation():
    v = [[Value(0.3 * i - j) for j in range(3)] for i in range(4)]
    g = [Value(1.0 + i) for i in range(4)]

    def loss(x):
        rows = [[gi * w / tg.sqrt(tg.dot(row, row)) for w in row] for row, gi in zip(v, g, strict=True)]
        return tg.sum([tg.tanh(tg.dot(row, x)) for row in rows])

    agree(loss, [*g, *[w for row in v for w in row]], small_rows(6, 3))


def test_convolution_becomes_one_matrix_product():
    kernels = [[Value(0.1 * (i + 3 * j)) for j in range(3)] for i in range(4)]

    def f(x):
        maps = [[tg.relu(tg.dot(k, x[t : t + 3])) for t in range(6)] for k in kernels]
        return tg.mean([a for row in maps for a in row])

    compiled = agree(f, [w for k in kernels for w in k], small_rows(5, 8))
    compiled(small_rows(5, 8))
    assert [step.kind for step in compiled.program.instructions].count("matmul") == 1


def test_recurrent_network_shares_its_weights():
    n = 4
    W = [[Value(0.2 * math.sin(i * 3 + j)) for j in range(n)] for i in range(n)]
    U = [Value(0.3 * i - 0.4) for i in range(n)]

    def f(xs):
        h = [0.0] * n
        for x in xs:
            h = [tg.tanh(tg.dot(row, h) + u * x) for row, u in zip(W, U, strict=True)]
        return tg.sum(h)

    agree(f, [*[w for row in W for w in row], *U], small_rows(3, 5))


def test_attention():
    size = 3
    matrices = [[[Value(math.cos(i + 2 * j + 5 * k)) for j in range(size)] for i in range(size)] for k in range(3)]

    def f(rows):
        q, k, v = ([[tg.dot(line, row) for line in M] for row in rows] for M in matrices)
        total = []
        for t in range(len(rows)):
            weights = tg.softmax([tg.dot(q[t], k[s]) / size**0.5 for s in range(t + 1)])
            total += [tg.dot(weights, [v[s][c] for s in range(t + 1)]) for c in range(size)]
        return tg.sum([tg.square(x) for x in total])

    agree(f, [w for M in matrices for line in M for w in line], small_rows(4, 5, size))


def test_batch_statistics_see_the_whole_batch():
    w, b = Value(1.5), Value(-0.5)
    x, t = small_rows(8), small_rows(8, seed=1)

    def loss(x, t):
        z = w * x + b
        centred = z - tg.batch_mean(z)
        return tg.square(centred / tg.sqrt(tg.batch_mean(centred * centred) + 0.1) - t)

    value, gradient = tg.compile(loss, [w, b]).value_and_grad(x, t)
    z = [w * float(xi) + b for xi in x]
    mean = tg.mean(z)
    variance = tg.mean([tg.square(zi - mean) for zi in z])
    whole = tg.mean([tg.square((zi - mean) / tg.sqrt(variance + 0.1) - float(ti)) for zi, ti in zip(z, t, strict=True)])
    tg.zero_grad([w, b])
    whole.backward()
    assert value == pytest.approx(whole.data, rel=1e-12)
    assert_agree(gradient, [w.grad, b.grad], 1e-12)


def test_factors_that_settle_after_tracing_stay_right_in_an_inner_product_over_the_batch():
    """A choice that never falls on x leaves an inner product of batched numbers with a product of shared ones."""
    w = [Value(0.5), Value(-1.5)]
    X = np.array([[0.3, 1.2], [-0.7, 0.4], [2.0, -1.0]])
    for pair in (lambda three: (three, w[0]), lambda three: (w[0], three), lambda three: (three, three)):

        def f(x, pair=pair):
            a, b = pair(tg.where(1.0, 3.0, x[0]))
            return tg.batch_mean(tg.dot([a, x[1]], [b, w[1]])) * x[0]

        def over_the_batch(rows, pair=pair):
            a, b = pair(3.0)
            whole = tg.mean([tg.dot([a, row[1]], [b, w[1]]) for row in rows])
            return tg.mean([whole * row[0] for row in rows])

        value, gradient = tg.compile(f, w).value_and_grad(X)
        tg.zero_grad(w)
        truth = over_the_batch(X.tolist())
        truth.backward()
        assert value == pytest.approx(truth.data, rel=1e-12)
        assert gradient.tolist() == pytest.approx([p.grad for p in w], rel=1e-12)


def test_all_examples_inside_the_function():
    model = nn.MLP(2, [4, 1], seed=1)
    X = small_rows(6, 2).tolist()
    agree(lambda: tg.mean([tg.square(model(x)) for x in X]), model.parameters())


def test_higher_derivatives_compile():
    def f(x):
        return tg.sin(x[0]) * x[1] ** 3 + tg.exp(x[0] * x[1])

    X = small_rows(4, 2)
    H = tg.compile(tg.hessian(f))(X)
    assert H.shape == (4, 2, 2)
    assert_agree(H.ravel(), np.array([tg.hessian(f)(row) for row in X.tolist()]).ravel(), 1e-12)


# ---------------------------------------------------------------------------------------- use


def test_batch_sizes_vary_and_data_are_read_at_every_call():
    w = Value(2.0)
    compiled = tg.compile(lambda x: w * x)
    for count in (3, 1, 7, 3, 2, 9, 11):
        np.testing.assert_allclose(compiled(np.arange(count)), 2.0 * np.arange(count))
    w.data = -1.0
    np.testing.assert_allclose(compiled([1.0, 2.0]), [-1.0, -2.0])


def test_results_are_not_overwritten_by_the_next_call():
    w = Value(2.0)
    compiled = tg.compile(lambda x: [w * x, w])
    first = compiled([1.0, 2.0])
    _, gradient = tg.compile(lambda x: w * x).value_and_grad([1.0, 3.0])
    compiled([5.0, 6.0])
    assert first.tolist() == [[2.0, 2.0], [4.0, 2.0]]
    assert gradient.tolist() == [2.0]


def test_large_batches_run_in_parts():
    model = nn.MLP(2, [50, 50, 1], seed=0)
    X = small_rows(40_000, 2)
    compiled = tg.compile(lambda x: tg.square(model(x)), model.parameters())
    value, gradient = compiled.value_and_grad(X, weights=np.arange(40_000.0))
    halves = [compiled.value_and_grad(X[i::2], reduce="sum", weights=np.arange(40_000.0)[i::2]) for i in (0, 1)]
    total = np.arange(40_000.0).sum()
    assert value == pytest.approx(sum(v for v, _ in halves) / total, rel=1e-11)
    assert_agree(gradient, sum(g for _, g in halves) / total, 1e-11)


def test_outputs_keep_their_structure():
    compiled = tg.compile(lambda x: {"sum": x[0] + x[1], "both": [x[1], x[0]], "one": 1.0})
    out = compiled([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert out["sum"].tolist() == [3.0, 7.0, 11.0]
    assert [part.tolist() for part in out["both"]] == [[2.0, 4.0, 6.0], [1.0, 3.0, 5.0]]
    assert out["one"].tolist() == [1.0, 1.0, 1.0]


def test_dicts_of_arrays_for_dicts():
    w = Value(3.0)
    compiled = tg.compile(lambda p: w * p["a"] - p["b"][1])
    assert compiled({"a": [1.0, 2.0], "b": [[9.0, 1.0], [9.0, 2.0]]}).tolist() == [2.0, 4.0]


def test_reduce_and_weights():
    w = Value(2.0)
    compiled = tg.compile(lambda x: w * x)
    assert compiled.value_and_grad([1.0, 2.0, 6.0])[0] == 6.0
    assert compiled.value_and_grad([1.0, 2.0, 6.0], reduce="sum")[1].tolist() == [9.0]
    value, gradient = compiled.value_and_grad([1.0, 2.0, 6.0], weights=[1.0, 1.0, 0.0])
    assert (value, gradient.tolist()) == (3.0, [1.5])
    assert compiled.value_and_grad([1.0, 2.0], weights=[2.0, 1.0], reduce="sum")[1].tolist() == [4.0]


def test_backward_adds_to_grad():
    w, b = Value(2.0), Value(1.0)
    compiled = tg.compile(lambda x: w * x + b, [b, w])
    w.grad = 10.0
    assert compiled.backward([1.0, 3.0]) == 5.0
    assert (w.grad, b.grad) == (12.0, 1.0)


def test_params_choose_what_is_differentiated():
    w, b = Value(2.0, "w"), Value(1.0, "b")
    unused = Value(5.0)
    compiled = tg.compile(lambda x: w * x + b, [unused, w])
    assert compiled.params == [unused, w]
    assert compiled.value_and_grad([1.0, 3.0])[1].tolist() == [0.0, 2.0]
    free = tg.compile(lambda x: w * x + b)
    free([1.0])
    assert free.params == [w, b]


def test_numbers_can_be_given_in_place_of_the_params():
    w = Value(2.0)
    compiled = tg.compile(lambda x: w * w * x, [w])
    assert compiled.value_and_grad([1.0], at=[5.0]) == (25.0, np.array([10.0]))
    assert w.data == 2.0
    with pytest.raises(ValueError, match="one number for each"):
        compiled.value_and_grad([1.0], at=[1.0, 2.0])


# ---------------------------------------------------------------------------------------- refusals


def test_branches_on_numbers_are_refused():
    with pytest.raises(TracedBoolError):
        tg.compile(lambda x: x if x > 0 else -x)([1.0])


class Plain:
    """Not a module: whatever a program keeps its Values in."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


def test_frozen_numbers_are_refused():
    w = Value(2.0)
    held = Plain(w=w)
    frozen = {
        "data": lambda x: x * w.data,
        "detach": lambda x: x * w.detach(),
        "sign": lambda x: x * math.copysign(1.0, w.data),
        "held elsewhere": lambda x: x * held.w.data,
        "given already": functools.partial(lambda a, x: x * a.data, w),
    }
    for what, f in frozen.items():
        with pytest.raises(FrozenNumberError, match="reads the number"):
            pytest.fail(f"{what}: {tg.compile(f)([1.0])}")
        assert w.data == 2.0
    assert tg.compile(lambda x: x * Value(3.0) * w)([1.0]).tolist() == [6.0]


def test_choices_between_values_are_refused():
    """They would stay as the parameters were when the function was traced."""
    w, v = Value(2.0), Value(1.0)
    choices = (
        lambda x: x * w if w > v else x,
        lambda x: x * w if w >= 0 else x,
        lambda x: x * max([v, w]),
        lambda x: x * w if w else x,
    )
    for f in choices:
        with pytest.raises(FrozenNumberError, match="compares Values"):
            tg.compile(f)([1.0])
    assert w > v  # as ever, outside
    assert tg.compile(lambda x: tg.where(w > x, w, x))([1.0, 3.0]).tolist() == [2.0, 3.0]


def test_a_function_may_demand_a_range_of_its_parameters():
    scale = Value(2.0)

    def f(x):
        if scale.data <= 0.0:
            raise ValueError("the scale must be positive")
        return scale * x

    assert tg.compile(f)([1.0, 2.0]).tolist() == [2.0, 4.0]


@pytest.mark.parametrize("seed", range(10))
def test_draws_of_random_numbers_are_refused_whatever_they_come_out_as(seed):
    generators = [random.Random(seed), np.random.default_rng(seed), np.random.RandomState(seed), np.random, random]
    for generator in generators:
        model = Plain(generator=generator)  # draws that are nearly always alike
        for f in (lambda x: x * (generator.random() < 0.99), lambda x: x * (model.generator.random() < 0.99)):  # noqa: B023
            with pytest.raises(FrozenNumberError, match="draws random"):
                tg.compile(f)([1.0])
    assert generators[0].random() == random.Random(seed).random()  # as it was


DICE = random.Random(0)


def test_draws_inside_a_function_of_the_function_are_refused():
    """From a generator that only the inner code names, and whose draws change nothing in the graph."""
    with pytest.raises(FrozenNumberError, match="draws random"):
        tg.compile(lambda x: x * (lambda: DICE.random() < 2.0)())([1.0])


def test_errors_say_what_is_wrong():
    w = Value(1.0)
    compiled = tg.compile(lambda x: [x, w])
    with pytest.raises(GraphError, match="once the function has been called"):
        print(compiled.program)
    with pytest.raises(GraphError, match="one output"):
        compiled.value_and_grad([1.0])
    with pytest.raises(ValueError, match="did you mean 'numpy'"):
        tg.compile(lambda x: x, backend="nunpy")
    with pytest.raises(ValueError, match="leaves"):
        tg.compile(lambda x: x, [w + 1.0])
    with pytest.raises(ValueError, match="no example"):
        compiled([])
    with pytest.raises(ValueError, match="many examples"):
        compiled(1.0)
    with pytest.raises(ValueError, match="equally long"):
        tg.compile(lambda x, y: x + y)([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="equal lengths"):
        compiled([[1.0], [1.0, 2.0]])
    with pytest.raises(ValueError, match="reduce"):
        tg.compile(lambda x: x).value_and_grad([1.0], reduce="max")
    with pytest.raises(TypeError, match=r"such as model.parameters\(\)"):
        tg.compile(lambda x: x, w)
    with pytest.raises(TypeError, match="JAX devices"):
        tg.compile(lambda x: x, backend="jax", devices=["cpu"])


@pytest.mark.parametrize(
    "numbers",
    [[None, 1.0], [1j, 2.0], ["1", "2"], np.ma.masked_array([1.0, 2.0], [True, False]), [Value(1.0), 2.0], [[1.0], []]],
    ids=repr,
)
def test_what_is_no_array_of_real_numbers_is_refused(numbers):
    w = Value(2.0)
    compiled = tg.compile(lambda x: w * x)
    compiled.value_and_grad(np.array([1.0, 2.0]))
    given = numbers if hasattr(numbers, "mask") or [] in numbers else np.array(numbers)
    for call in (compiled, compiled.value_and_grad, compiled.backward):
        with pytest.raises(ValueError, match="argument 1 must be an array"):
            call(given)
    with pytest.raises(ValueError, match="weights must be an array"):
        compiled.value_and_grad([1.0, 2.0], weights=numbers)
    assert (w.data, w.grad) == (2.0, 0.0)


def test_whatever_python_turns_into_a_float_is_taken():
    assert tg.compile(lambda x: 2.0 * x)([Fraction(1, 2), Decimal("1.5"), 10**20, True]).tolist() == [1, 3, 2e20, 2]


def test_batch_mean_is_not_differentiated_inside_the_function():
    """A local derivative cannot say that every example moves the mean of all; the compiler's own sweep can."""
    with pytest.raises(GraphError, match="value_and_grad"):
        tg.compile(tg.grad(lambda x: tg.square(x - tg.batch_mean(x))))([1.0, 2.0])
    assert tg.grad(lambda x: tg.batch_mean(3.0 * x))(1.0) == 3.0  # eagerly there is one example


def test_the_program_prints():
    model = nn.MLP(2, [3, 1], seed=0)
    compiled = tg.compile(lambda x: model(x))
    compiled([[1.0, 2.0]])
    text = str(compiled.program)
    assert "relu" in text
    assert "@ [x;1]" in text
    assert len(text.splitlines()) == len(compiled.program) + 1


def test_the_program_can_be_drawn():
    model = nn.MLP(2, [3, 1], seed=0)
    compiled = tg.compile(lambda x, t: tg.square(model(x) - t), model.parameters())
    compiled.value_and_grad([[1.0, 2.0]], [1.0])
    graph = compiled.as_graph()
    assert len(graph.equations) == len(compiled.program)
    assert [eqn.op.symbol for eqn in graph.equations].count("@") == 2
    assert "layers.0.neurons.w|b" in str(tg.draw(compiled))


def test_programs_that_only_give_back_what_they_are_given_can_be_drawn():
    w = Value(2.0, "w")
    for f, shown in ((lambda x: x, "x"), (lambda x: w, "w"), (lambda x: 4.0, "4")):
        compiled = tg.compile(f)
        compiled([1.0, 2.0])
        assert shown in str(tg.draw(compiled)).split()
