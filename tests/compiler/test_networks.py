"""What networks are made of compiles, and agrees with the eager engine."""

import math

import numpy as np
import pytest
from support.compiler_programs import agree, assert_agree, eager, small_rows

import tinygrad_edu as tg
from tinygrad_edu import Value, nn


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


def test_positions_are_summed_in_the_order_of_their_rows():
    """Backwards the last position comes first; the rows of the inputs are read in place all the same."""
    W = [[Value(0.1 * i + j) for i in range(3)] for j in range(4)]

    def loss(rows):
        state = [0.0] * len(W)
        for row in rows:
            state = [tg.tanh(old + tg.dot(w, row)) for old, w in zip(state, W, strict=True)]
        return tg.sum(state)

    compiled = tg.compile(loss, [w for row in W for w in row])
    X = np.random.default_rng(0).normal(size=(5, 6, 3))
    value, gradient = compiled.value_and_grad(X)
    assert "@ rowsᵀ" in str(compiled.program)  # gathered rows have a ring behind their name
    true_value, true_gradient, _ = eager(loss, compiled.params, X)
    assert_agree(value, true_value, 1e-12)
    assert_agree(gradient, true_gradient, 1e-12)
