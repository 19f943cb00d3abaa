"""Training in float32 is training, in half the digits: on compiled engines, and nowhere else."""

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu import data, nn, optim

IRIS = data.load("iris", seed=0)


class Doubling(optim.SGD):
    """A rule of one's own whose memory is of doubles, since a truth value times a float is one."""

    def update(self, data, grad, memory, t, **own):
        mean = 0.9 * memory[0] + grad
        return data - own["lr"] * mean, (mean * (1.0 * (mean == mean)) / 3.0,)


def trained(rule="adam", told=None, **settings):
    """Train; give parameters and history. What the optimiser keeps comes into the dict `told`."""
    model = nn.MLP(4, [6, 3], "tanh", seed=0)
    optimizer = optim.create(rule, model.parameters()) if isinstance(rule, str) else rule(model.parameters())
    history = tg.fit(model, IRIS, optimizer=optimizer, progress=False, **{"epochs": 3, **settings})
    if told is not None:
        told.update(grad=[p.grad for p in model.parameters()], memory=list(optimizer.state))
    return np.array([p.data for p in model.parameters()]), history


def are_float32s(numbers):
    return (np.asarray(numbers) == np.asarray(numbers, np.float32)).all()


@pytest.mark.parametrize("rule", [*optim.OPTIMIZERS, lambda params: Doubling(params, lr=0.1, momentum=0.9)])
def test_it_follows_the_training_in_doubles_and_gives_float32s(rule):
    """Every rule, with clipping, weights and a schedule: nothing on the way makes doubles of the parameters."""
    settings = {"clip_norm": 0.1, "class_weight": "balanced", "schedule": "cosine"}
    kept = {}
    ours, history = trained(rule, kept, dtype="float32", **settings)
    truth, in_doubles = trained(rule, **settings)
    assert are_float32s(ours)
    assert are_float32s(kept["grad"])
    assert are_float32s(kept["memory"])
    assert (ours != truth).any()
    # Rounding errors of 2⁻²⁴ in 24 steps, which no rule enlarges much on so short a way, but Lion may turn a sign.
    np.testing.assert_allclose(ours, truth, rtol=0, atol=5e-3 if rule == "lion" else 2e-5)
    np.testing.assert_allclose(history.loss, in_doubles.loss, rtol=1e-3 if rule == "lion" else 1e-5)
    assert all(type(loss) is float for loss in history.loss)
    assert history.engine == "numpy: auto, in float32"


@pytest.mark.parametrize("engine", ["numba", "jax"])
def test_other_back_ends_train_in_float32_too(engine):
    pytest.importorskip(engine, reason=f"the extra for {engine} is not installed")
    ours, history = trained(engine=engine, dtype="float32")
    np.testing.assert_allclose(ours, trained()[0], rtol=0, atol=2e-5)
    assert are_float32s(ours)
    assert history.engine == f"{engine}: asked for by name, in float32"


def test_a_resumed_run_equals_an_unbroken_one_bit_by_bit(tmp_path):
    """Float32s survive as floats: parameters and the optimiser's memory."""
    unbroken, history = trained(dtype="float32", epochs=5)
    trained(dtype="float32", epochs=2, checkpoint=tmp_path)
    resumed, after = trained(dtype="float32", epochs=5, checkpoint=tmp_path, resume=True)
    assert resumed.tolist() == unbroken.tolist()
    assert after.loss == history.loss
    with pytest.raises(ValueError, match="dtype: float32 then, nothing now"):
        trained(epochs=6, checkpoint=tmp_path, resume=True)


def test_a_large_gradient_that_only_float32_cannot_hold_is_found_and_reported():
    model = nn.MLP(1, [1], seed=0)
    before = [p.data for p in model.parameters()]
    with pytest.warns(RuntimeWarning, match="non-finite"):
        history = tg.fit(model, ([[1e30], [2e30]], [0.0, 1.0]), loss="mse", epochs=2, progress=False, dtype="float32")
    assert history.stopped.startswith("non-finite")
    assert [p.data for p in model.parameters()] == pytest.approx(before, rel=1e-6)


def test_what_has_no_float32_is_refused_with_the_reason():
    with pytest.raises(ValueError, match=r"engine='eager' computes with Values.*numpy, numba, jax"):
        trained(engine="eager", dtype="float32")
    for wrong in ("float16", "double", int, None):
        with pytest.raises(ValueError, match=r"dtype must be 'float64' .* or 'float32', got"):
            trained(dtype=wrong)


def test_a_loss_that_cannot_be_compiled_is_not_trained_in_doubles_instead():
    def loss(output, target):
        return output[0] if output[0] > 0.0 else output[1]

    with pytest.raises(tg.errors.TracedBoolError):
        trained(loss=loss, dtype="float32")


def test_the_estimators_take_it():
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from tinygrad_edu.sklearn import MLPClassifier

    X, y = np.array(IRIS.X), np.array(IRIS.y)
    found = MLPClassifier((5,), max_iter=60, learning_rate_init=0.05, tol=0.0, random_state=0, dtype="float32")
    with pytest.warns(match="still getting better"):
        found.fit(X, y)
    weights = np.array([p.data for p in found.module_.parameters()])
    assert are_float32s(weights)
    assert found.score(X, y) > 0.9
