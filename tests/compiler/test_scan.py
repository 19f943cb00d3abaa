"""A scan compiled gives what a loop in Python gives, whatever the step, the state, and the length."""

import operator
import random

import numpy as np
import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Value, nn

BACKENDS = ["numpy", "numba", "jax"] if THOROUGH else ["numpy", "numba"]
LONG = 70  # more positions than are put in line


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape)


def weights(count, seed=1):
    return [Value(x) for x in drawn(count, seed=seed).tolist()]


def eager(f, params, arrays):
    """The mean of a function over examples, and its gradient, by one graph after the other."""
    tg.zero_grad(params)
    values = []
    for example in zip(*[array.tolist() for array in arrays], strict=True):
        result = f(*example)
        result.backward(1.0 / len(arrays[0]))
        values.append(result.data)
    return np.mean(values), np.array([p.grad for p in params])


def assert_compiles(f, params, *arrays, backend="numpy", loops=1):
    """Compiled as loops it gives the same value and gradient, to 1e-12 of the largest; what was compiled is given."""
    if backend != "numpy":
        pytest.importorskip(backend, reason="the back end is an extra")
    compiled = tg.compile(f, params, backend=backend)
    value, gradient = compiled.value_and_grad(*arrays)
    assert len(getattr(compiled.program, "loops", ())) == loops
    expected, slopes = eager(f, params, arrays)
    assert value == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert np.abs(gradient - slopes).max() <= 1e-12 * max(1.0, np.abs(slopes).max())
    return compiled


# ------------------------------------------------------------------------------------------------ eagerly


def test_eagerly_it_is_a_loop_in_python():
    w = Value(0.5, "w")
    seen = []

    def step(state, x):
        seen.append(x)
        return {"h": tg.tanh(w * state["h"] + x[0]), "n": state["n"] + 1}, (state["h"], x[1])

    state, outputs = tg.scan(step, {"h": 0.25, "n": 0}, [[1.0, 2.0], [3.0, 4.0]])
    first = tg.tanh(w * 0.25 + 1.0)
    assert state["h"].data == tg.tanh(w * first + 3.0).data
    assert (state["n"], outputs[0], outputs[1][0].data, outputs[1][1]) == (2, (0.25, 2.0), first.data, 4.0)
    assert seen == [[1.0, 2.0], [3.0, 4.0]]


def test_an_empty_sequence_leaves_the_state():
    assert tg.scan(lambda s, x: (s + x, x), 1.5, []) == (1.5, [])
    compiled = tg.compile(lambda xs: tg.scan(lambda s, x: (s + x, x), 1.5, xs))
    state, outputs = compiled(np.zeros((3, 0)))
    assert state.tolist() == [1.5] * 3
    assert outputs.shape == (3, 0)


def test_sequences_go_together_in_tuples_and_dicts_and_as_arrays():
    total, _ = tg.scan(
        lambda s, p: (s + p["x"] * p["y"][0] * p["y"][1], None), 0.0, {"x": [1, 2], "y": (range(2), [3, 4])}
    )
    assert total == 8.0
    assert tg.scan(lambda s, x: (s + x.sum(), None), 0.0, np.ones((4, 2)))[0] == 8.0


@pytest.mark.parametrize(
    ("step", "sequence", "error", "message"),
    [
        (
            lambda s, x: ([s[0]], None),
            [1.0],
            TypeError,
            r"given a state \[number, number\] and gives a state \[number\]",
        ),
        (lambda s, x: s, [1.0], TypeError, "a pair, the next state and an output"),
        (lambda s, x: (s, None), ([1.0], [1.0, 2.0]), ValueError, r"lengths \[1, 2\]"),
        (lambda s, x: (s, None), (1.0, 2.0), TypeError, "of a tuple of numbers too"),
        (lambda s, x: (s, None), (), ValueError, "holds none"),
        (lambda s, x: (s, None), (x for x in [1.0]), TypeError, "list, range or array"),
    ],
)
def test_mistakes_are_named(step, sequence, error, message):
    with pytest.raises(error, match=message):
        tg.scan(step, [0.0, 1.0], sequence)
    if isinstance(sequence, list):  # and likewise where it is compiled
        with pytest.raises(error, match=message):
            tg.compile(lambda xs: tg.scan(step, [0.0, 1.0], xs))(np.ones((1, LONG)))


# ------------------------------------------------------------------------------------------------ compiled


def filtered(w):
    def step(state, x):
        h, (loss, n) = state
        h = tg.tanh(w[0] * h + w[1] * x[0] + w[2] * x[1] + w[3])
        return (h, [loss + tg.square(h - x[0]), n + 1.0]), h * w[4]

    return step


@pytest.mark.parametrize("backend", BACKENDS)
def test_states_of_any_structure_parameters_and_outputs_that_are_looked_at(backend):
    w = weights(6)

    def f(xs):
        (h, (loss, n)), outputs = tg.scan(filtered(w), (w[5], [0.0, 0.0]), xs)
        return loss / n + h * w[5] + tg.mean(outputs)

    assert_compiles(f, w, drawn(3, LONG, 2), backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_gradients_flow_to_what_is_read_from_outside_and_through_outputs_into_the_next_scan(
    backend,
):
    w = weights(5)

    def f(xs, z):
        shared = tg.sin(z * w[2])  # differs from example to example
        normed = w[3] / tg.sqrt(tg.square(w[3]) + tg.square(w[4]))  # does not
        first, outputs = tg.scan(lambda s, x: (0.5 * s * shared + x * normed, [s - shared, s * x, z]), z * w[0], xs)
        second, _ = tg.scan(
            lambda s, y: (tg.tanh(s * w[1] + y[0][0] * y[1] - y[0][1] * y[0][2]), None), first, (outputs, xs)
        )
        return first * second + shared

    assert_compiles(f, w, drawn(4, LONG), drawn(4, seed=2), backend=backend, loops=2)


def test_items_that_are_computed_and_plain_numbers_are_gone_through_too():
    w = weights(3)

    def f(xs):
        scaled = [x * w[0] for x in xs]
        state, _ = tg.scan(lambda s, p: (s * w[1] + p[0] * p[1], None), w[2], (scaled[::-1], range(LONG)))
        return state

    assert_compiles(f, w, drawn(2, LONG) / LONG)


@pytest.mark.parametrize("backend", BACKENDS)
def test_another_length_compiles_nothing(backend):
    pytest.importorskip(backend, reason="the back end is an extra")
    w = weights(6)
    traces = []

    def f(xs):
        traces.append(1)
        (_, (loss, _)), outputs = tg.scan(filtered(w), (0.0, [0.0, 0.0]), xs)
        return loss, outputs

    compiled = tg.compile(f, w, backend=backend)
    compiled(drawn(2, LONG, 2))
    once = len(traces)
    for length in (1, 3, LONG + 30):
        x = drawn(2, length, 2, seed=length)
        loss, outputs = compiled(x)
        expected = [f(example) for example in x.tolist()]
        assert loss == pytest.approx([value.data for value, _ in expected], rel=1e-12)
        assert outputs == pytest.approx(np.array([[y.data for y in row] for _, row in expected]), rel=1e-12)
    assert len(traces) == once + 6  # those made here


def test_sequences_that_go_together_are_equally_long_in_every_call():
    compiled = tg.compile(lambda xs, ys: tg.scan(lambda s, p: (s + p[0] * p[1], None), 0.0, (xs, ys))[0])
    for length in (LONG, LONG + 1):
        assert compiled(np.ones((1, length)), np.ones((1, length))).tolist() == [length]
    with pytest.raises(ValueError, match=r"lengths \[70, 71\]"):
        compiled(np.ones((1, LONG)), np.ones((1, LONG + 1)))


def test_short_sequences_are_put_in_line_until_their_length_changes():
    w = weights(6)
    compiled = tg.compile(lambda xs: tg.scan(filtered(w), (0.0, [0.0, 0.0]), xs)[0], w)
    compiled(drawn(2, 5, 2))
    assert not hasattr(compiled.program, "loops")
    compiled(drawn(2, 6, 2))
    assert len(compiled.program.loops) == 1
    program = compiled.program
    compiled(drawn(2, 7, 2))
    assert compiled.program is program


def test_whoever_asks_for_the_length_gets_it():
    w = weights(1)

    def mean(xs):
        total, _ = tg.scan(lambda s, x: (s + x * w[0], None), 0.0, xs)
        return total / len(xs)

    compiled = tg.compile(mean, w)
    for length in (LONG, LONG + 1, LONG):
        assert compiled(np.ones((1, length))) == pytest.approx(w[0].data)
    for ask in (
        lambda xs: len(operator.add([0.0], xs)), lambda xs: len([*xs]),
        lambda xs: sum(1 for _ in xs), lambda xs: np.shape(xs)[0],
        lambda xs: len(tg.scan(lambda s, x: (s, None), 0.0, xs)[1]), lambda xs: 1.0 if xs == [] else 2.0,
    ):  # fmt: skip
        both = tg.compile(lambda xs, ask=ask: tg.scan(lambda s, x: (s + x, x), 0.0, xs)[0] + ask(xs))
        for length in (LONG, LONG + 1):
            assert both(np.ones((1, length))).tolist() == [length + ask([1.0] * length)]


def test_what_cannot_be_one_step_is_put_in_line():
    w = weights(LONG)

    def from_iterator(xs):  # each step takes another weight
        rest = iter(w)
        return tg.scan(lambda s, x: (s + x * next(rest), None), 0.0, xs)[0]

    def taken_out(xs):
        kept = []
        tg.scan(lambda s, x: (kept.append(s * x) or s + x * w[0], None), 0.0, xs)
        return kept[-1]

    def other_items(xs):
        return tg.scan(lambda s, x: (s + tg.sum(x) * w[0], None), 0.0, [[1.0], [1.0, 2.0]] * LONG)[0] + xs[0]

    def of_a_derivative(xs):
        return tg.grad(lambda v: tg.scan(lambda s, x: (tg.sin(s * v) + x, None), 0.0, xs)[0])(w[0])

    for f in (from_iterator, taken_out, other_items, of_a_derivative):
        assert_compiles(f, w, drawn(2, LONG), loops=0)


def test_a_scan_within_a_step_is_put_in_line_there():
    w = weights(3)

    def f(rows, ys):
        def step(s, row):
            inner, outs = tg.scan(lambda t, x: (tg.tanh(t * w[0] + x), t), s, row)
            return inner * w[1] + tg.sum(outs), None

        return tg.scan(step, ys[0], rows)[0] * w[2]

    assert_compiles(f, w, drawn(2, LONG, 3), drawn(2, 2))


def test_weights_sums_and_parts():
    w = weights(6)
    compiled = tg.compile(lambda xs: tg.scan(filtered(w), (0.0, [0.0, 0.0]), xs)[0][1][0], w)
    x, counts = drawn(3, LONG, 2), [1.0, 0.0, 2.0]
    separate = [compiled.value_and_grad(example[None], reduce="sum") for example in x]
    value, gradient = compiled.value_and_grad(x, weights=counts, reduce="sum")
    assert value == pytest.approx(sum(c * v for c, (v, _) in zip(counts, separate, strict=True)), rel=1e-12)
    assert gradient == pytest.approx(sum(c * g for c, (_, g) in zip(counts, separate, strict=True)), rel=1e-12)
    at = np.array([p.data for p in w]) + 0.125
    moved = compiled.value_and_grad(x, at=at)[0]
    for p, number in zip(w, at.tolist(), strict=True):
        p.data = number
    assert compiled.value_and_grad(x)[0] == moved


def test_a_large_batch_of_a_long_sequence_runs_in_parts(monkeypatch):
    w = weights(6)
    compiled = tg.compile(lambda xs: tg.scan(filtered(w), (0.0, [0.0, 0.0]), xs)[0][1][0], w)
    x = drawn(130, LONG, 2)
    value, gradient = compiled.value_and_grad(x)
    monkeypatch.setattr("tinygrad_edu.compiler.arrays.program._NUMBERS", 100)
    again = tg.compile(compiled.f, w)
    sizes = [again.program.part_of(130)] if again(x) is not None else []
    assert sizes == [64]
    monkeypatch.setattr("tinygrad_edu.compiler.arrays.loop_program._KEPT", LONG * 6 * 50)
    assert again.program.part_of(130, [LONG]) == 50  # of what is kept
    assert again.value_and_grad(x)[0] == pytest.approx(value, rel=1e-12)
    assert again.value_and_grad(x)[1] == pytest.approx(gradient, rel=1e-12, abs=1e-14)


def test_the_mean_of_the_batch_may_enter_a_step():
    w = weights(2)
    step = lambda s, x: (tg.tanh(s * w[0] + x - tg.batch_mean(s)), None)  # noqa: E731
    x = drawn(5, LONG)
    loops = tg.compile(lambda xs: tg.scan(step, w[1], xs)[0], w)
    state = np.full(5, w[1].data)
    for column in x.T:
        state = np.tanh(state * w[0].data + column - state.mean())
    assert loops(x) == pytest.approx(state, rel=1e-12)
    assert loops.program.part_of(10**9, [LONG]) == 10**9  # examples that meet are not parted
    gradient = loops.value_and_grad(x)[1]
    for place in range(2):
        at = np.array([p.data for p in w])
        at[place] += 1e-6
        up = loops.value_and_grad(x, at=at)[0]
        at[place] -= 2e-6
        assert gradient[place] == pytest.approx((up - loops.value_and_grad(x, at=at)[0]) / 2e-6, abs=1e-7)


@pytest.mark.parametrize("seed", range(40 if THOROUGH else 6))
def test_random_steps(seed):
    """Steps drawn from the table of operations, run by loops, agree with Python's."""
    draw = random.Random(seed)
    smooth = [
        op for op in tg.OPS.values() if op.arity in (1, 2) and not op.kinks and op.domains is None and op.role != "mend"
    ]
    lines = [(draw.choice(smooth), draw.random(), draw.random()) for _ in range(draw.randint(2, 6))]
    w = weights(3, seed)

    def step(state, x):
        known = [state[0], state[1], x, w[0], w[1]]
        for op, a, b in lines:
            args = [known[int(a * len(known))], known[int(b * len(known))]][: op.arity]
            known.append(tg.tanh(op(*args)))
        return [known[-1], tg.sin(known[-2])], known[-1] * known[-2]

    def f(xs, z):
        state, outputs = tg.scan(step, [z * w[2], 0.5], xs)
        return state[0] + state[1] * w[2] + tg.mean(outputs)

    assert_compiles(f, w, drawn(2, LONG, seed=seed), drawn(2, seed=seed + 1))


# ------------------------------------------------------------------------------------------------ against others


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_recurrent_layers_run_as_loops(kind):
    torch = pytest.importorskip("torch", reason="PyTorch is the truth here")
    model, x = nn.Recurrent(getattr(nn, f"{kind}Cell")(2, 3, seed=0)), drawn(2, LONG, 2)
    theirs = getattr(torch.nn, kind)(2, 3, batch_first=True, dtype=torch.float64)
    for name, tensor in theirs.named_parameters():
        rows = getattr(model.cell, name.removesuffix("_l0"))
        numbers = [[p.data for p in row] for row in rows] if isinstance(rows[0], list) else [p.data for p in rows]
        tensor.data = torch.tensor(numbers, dtype=torch.float64)
    expected, _ = theirs(torch.tensor(x))
    expected.square().sum().backward()
    slopes = torch.cat([p.grad.flatten() for p in theirs.parameters()]).numpy()
    assert tg.compile(model)(x) == pytest.approx(expected.detach().numpy(), rel=1e-11)
    compiled = tg.compile(lambda xs: tg.sum([tg.square(z) for h in model(xs) for z in h]), model)
    assert compiled.value_and_grad(x, reduce="sum")[1] == pytest.approx(slopes, rel=1e-10, abs=1e-11)
    assert len(compiled.program.loops) == 1
    final = tg.compile(nn.Recurrent(model.cell, last=True))
    assert final(x) == pytest.approx(expected[:, -1].detach().numpy(), rel=1e-11)
    assert len(final.program.loops) == 1


def test_the_gradient_is_that_of_jax_lax_scan():
    jax = pytest.importorskip("jax", reason="JAX is the truth here")
    jnp = jax.numpy
    w, x = weights(6), drawn(3, LONG, 2)

    def theirs(numbers, x):
        def step(carry, item):
            h, loss = carry
            h = jnp.tanh(numbers[0] * h + numbers[1] * item[0] + numbers[2] * item[1] + numbers[3])
            return (h, loss + (h - item[0]) ** 2), h * numbers[4]

        (h, loss), outputs = jax.lax.scan(step, (numbers[5], 0.0), x)
        return loss + h * numbers[5] + outputs.mean()

    def ours(xs):
        (h, (loss, _)), outputs = tg.scan(filtered(w), (w[5], [0.0, 0.0]), xs)
        return loss + h * w[5] + tg.mean(outputs)

    with jax.enable_x64(True):
        batched = jax.value_and_grad(lambda v: jax.vmap(theirs, (None, 0))(v, x).mean())
        value, gradient = batched(jnp.array([p.data for p in w]))
    compiled = tg.compile(ours, w)
    found = compiled.value_and_grad(x)
    assert found[0] == pytest.approx(float(value), rel=1e-12)
    assert found[1] == pytest.approx(np.asarray(gradient), rel=1e-11)


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_training_on_long_sequences_is_training_on_the_eager_engine(engine):
    pytest.importorskip(engine, reason="the back end is an extra")
    x, y = drawn(6, LONG, 1), drawn(6, 1, seed=3)
    losses = []
    for name in ("eager", engine):
        model = nn.Sequential(nn.Recurrent(nn.GRUCell(1, 2, seed=0), last=True), nn.Linear(2, 1, seed=1))
        history = tg.fit(model, (x, y), epochs=2, engine=name, validation=0, progress=False, batch_size=4)
        losses.append(history.loss)
    assert losses[1] == pytest.approx(losses[0], rel=1e-10)


def test_dropout_within_a_cell_draws_anew_at_every_position():
    class Dropping(nn.RNNCell):
        def forward(self, x, h=None):
            return nn.Dropout(0.5)(super().forward(x, h))

    x, y = drawn(4, LONG, 1), drawn(4, 1, seed=3)
    losses = []
    for name in ("eager", "numpy"):
        model = nn.Sequential(nn.Recurrent(Dropping(1, 2, seed=0), last=True), nn.Linear(2, 1, seed=1))
        history = tg.fit(model, (x, y), epochs=2, engine=name, validation=0, progress=False)
        losses.append(history.loss)
    assert losses[1] == pytest.approx(losses[0], rel=1e-10)
