"""Clipped gradients against PyTorch's, on Values and arrays; penalties against their closed forms."""

import math

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, optim

ROWS = [
    [3.0, -4.0, 12.0],
    [0.0, 0.0, 0.0],
    [1e-3, 2e-3, -1e-3],
    [1e-170, 1e-180, 0.0],
    [math.inf, 1.0, -2.0],
    [math.nan, 1.0, math.inf],
]


def with_gradients(row):
    params = [Value(float(i)) for i in range(len(row))]
    for p, g in zip(params, row, strict=True):
        p.grad = g
    return params


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.0, math.inf])
def test_norms_are_clipped_as_in_pytorch(torch, row, norm_type):
    theirs = [torch.zeros(()).requires_grad_() for _ in row]
    for p, g in zip(theirs, row, strict=True):
        p.grad = torch.tensor(g)
    expected = torch.nn.utils.clip_grad_norm_(theirs, 0.5, norm_type).item()
    params = with_gradients(row)
    norm = optim.clip_grad_norm(params, 0.5, norm_type)
    assert norm == pytest.approx(expected, rel=1e-12, abs=1e-160, nan_ok=True)
    assert [p.grad for p in params] == pytest.approx([p.grad.item() for p in theirs], rel=1e-12, nan_ok=True)
    scaled, same = optim.clipped_by_norm(row, 0.5, norm_type)
    assert scaled.tolist() == pytest.approx([p.grad for p in params], rel=0, nan_ok=True)
    assert same == pytest.approx(norm, rel=0, nan_ok=True)


def test_a_norm_beyond_the_square_root_of_the_largest_float_is_found():
    params = with_gradients([3e200, 4e200])
    assert optim.clip_grad_norm(params, 1.0) == pytest.approx(5e200)
    assert [p.grad for p in params] == pytest.approx([0.6, 0.8])


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_values_are_clipped_as_in_pytorch(torch, row):
    theirs = torch.zeros(len(row)).requires_grad_()
    theirs.grad = torch.tensor(row)
    torch.nn.utils.clip_grad_value_([theirs], 1.5)
    params = with_gradients(row)
    optim.clip_grad_value(params, 1.5)
    assert [p.grad for p in params] == pytest.approx(theirs.grad.tolist(), rel=0, nan_ok=True)


def test_non_finite_gradients_may_be_refused_and_stay():
    params = with_gradients([1.0, math.inf])
    with pytest.raises(RuntimeError, match="the norm of the gradients is inf"):
        optim.clip_grad_norm(params, 1.0, error_if_nonfinite=True)
    assert [p.grad for p in params] == [1.0, math.inf]


BAD = [
    (lambda p: optim.clip_grad_norm(p, -1.0), ValueError, "max_norm must be"),
    (lambda p: optim.clip_grad_norm(p, 1.0, norm_type=0.0), ValueError, "norm_type must be a number above 0"),
    (lambda p: optim.clip_grad_norm([], 1.0), ValueError, "params is empty"),
    (lambda p: optim.clip_grad_norm([1.0], 1.0), TypeError, r"params\[0\] is 1.0"),
    (lambda p: optim.clip_grad_value(p, "1"), TypeError, "clip_value must be a number"),
    (lambda p: optim.l1_penalty(p, -0.1), ValueError, "strength must be"),
    (lambda p: optim.l2_penalty(p[0]), TypeError, "params must be a sequence"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_what_makes_no_sense_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call([Value(1.0)])


def test_penalties_and_their_gradients():
    numbers = [0.5, -2.0, 0.0]
    for penalty, value, slope in (
        (optim.l1_penalty, 0.3 * 2.5, lambda x: 0.3 * ((x > 0) - (x < 0))),
        (optim.l2_penalty, 0.3 * 4.25, lambda x: 0.6 * x),
    ):
        params = [Value(x) for x in numbers]
        made = penalty(params, 0.3)
        made.backward()
        assert made.data == pytest.approx(value)
        assert [p.grad for p in params] == pytest.approx([slope(x) for x in numbers])
        tg.check_grads(lambda p, penalty=penalty: penalty(p, 0.3), ([0.5, -2.0],))


def test_an_l2_penalty_is_weight_decay_to_sgd_on_either_engine():
    def trained(engine, penalised):
        model = tg.nn.MLP(2, [4, 1], activation="tanh", seed=1)
        decay = 0.0 if penalised else 0.1

        def loss(output, target):
            own = (output - target) ** 2
            return own + optim.l2_penalty(model.parameters(), 0.05) if penalised else own

        optimizer = optim.SGD(model.parameters(), lr=0.05, weight_decay=decay)
        data = tg.data.load("moons", n=30)
        tg.fit(model, (data.X, [float(y) for y in data.y]), loss=loss, optimizer=optimizer, epochs=2, engine=engine,
               progress=False)  # fmt: skip
        return [p.data for p in model.parameters()]

    expected = trained("eager", False)
    for engine in ("eager", "numpy"):
        assert trained(engine, True) == pytest.approx(expected, rel=1e-9)
