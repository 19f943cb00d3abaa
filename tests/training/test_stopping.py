"""When training ends: early, by the best epoch; by clipping later than it would; by numbers that are none."""

import math
import warnings

import numpy as np
import pytest
from support.small_training import Fixed, quick, small

import tinygrad_edu as tg
from tinygrad_edu import Value, nn, optim
from tinygrad_edu.training import EarlyStopping

X = [[i / 10 - 1.0, (i * i) % 7 / 7.0] for i in range(20)]
Y = [int(a > b - 0.5) for a, b in X]


@pytest.mark.parametrize("engine", ["eager", "numpy"])
def test_early_stopping_gives_the_best_epochs_parameters(engine):
    model, states = small(), []
    history = quick(
        model, (X, Y), validation=([[0.2, 0.1], [-0.9, 0.9]], [0, 1]), epochs=200, engine=engine, lr=0.1,
        early_stopping=4, callback=lambda _: states.append(model.state_dict()),
    )  # fmt: skip
    best = min(range(history.epochs), key=history.val_loss.__getitem__)
    assert history.best_epoch == best + 1 < history.epochs == best + 5 < 200
    assert model.state_dict() == states[best] != states[-1]
    shown = (
        f"early stopping at epoch {best + 5}: the best val_loss was {history.val_loss[best]:.4g} in epoch {best + 1}"
    )
    assert history.stopped == shown
    assert f"those of epoch {best + 1}" in str(history)


def scripted(values, **settings):
    """Train while a metric says what it is told to."""
    told = iter(values)
    rule = EarlyStopping(**{"monitor": "mine", **settings})
    return quick(Fixed([1.0]), ([[1.0]] * 3, [0, 1, 1]), metrics={"mine": lambda t, a: next(told)}, validation=None,
                 epochs=len(values), early_stopping=rule)  # fmt: skip


def test_patience_counts_epochs_that_are_not_better():
    nan = math.nan
    assert scripted([1, 2, 3, 3, 2.5, 9], patience=2).best_epoch == 3
    assert scripted([1, 2, 3, 3, 2.5, 9], patience=2).epochs == 5
    assert scripted([1, 2, 3, 3, 2.5, 9], patience=3).best_epoch == 6
    assert scripted([3, 2, 1, 1.5, 1.2, 0], patience=2, mode="min").best_epoch == 3
    assert scripted([1, 1.4, 1.6, 0, 0], patience=2, min_delta=0.5).best_epoch == 3
    assert scripted([nan, 1, nan, 0.5, 0], patience=3).best_epoch == 2
    assert scripted([nan, nan, nan], patience=2).best_epoch is None
    assert "never a number" in scripted([nan, nan, nan], patience=2).stopped
    assert scripted([2, 1, 0], patience=2, restore_best=False).best_epoch is None
    done = scripted([2, 1], patience=5)  # restored at the end too
    assert (done.best_epoch, done.stopped) == (1, "")


def test_what_is_not_measured_cannot_be_watched():
    with pytest.raises(ValueError, match=r"no measure of this training is called 'val_loss'.*hold examples out"):
        quick(small(), (X, Y), validation=None, early_stopping=EarlyStopping(monitor="val_loss"))
    for wrong, error in ((0, ValueError), (1.5, TypeError), ("val_loss", TypeError)):
        with pytest.raises(error, match="early_stopping must be"):
            quick(small(), (X, Y), early_stopping=wrong)
    with pytest.raises(ValueError, match="mode must be 'min' or 'max'"):
        EarlyStopping(mode="smaller")


@pytest.mark.parametrize("engine", ["eager", "numpy"])
@pytest.mark.parametrize("limits", [{"clip_norm": 0.05}, {"clip_value": 0.01}, {"clip_norm": 0.02, "clip_value": 0.01}])
def test_gradients_are_clipped(engine, limits):
    model, plain = small(), small()
    start = np.array(list(model.state_dict().values()))
    for network, given in ((model, limits), (plain, {})):
        quick(network, (X, Y), validation=None, epochs=1, batch_size=20, engine=engine,
              optimizer=optim.SGD(network.parameters(), lr=1.0), **given)  # fmt: skip
    gradient, moved = (start - list(network.state_dict().values()) for network in (plain, model))
    if "clip_value" in limits:
        gradient = np.clip(gradient, -0.01, 0.01)
    if "clip_norm" in limits:  # the formula of torch.nn.utils.clip_grad_norm_
        gradient = gradient * min(1.0, limits["clip_norm"] / (np.linalg.norm(gradient) + 1e-6))
    assert moved == pytest.approx(gradient, rel=1e-9, abs=1e-12)
    assert [p.grad for p in model.parameters()] == pytest.approx(moved, abs=1e-12)
    with pytest.raises(ValueError, match="clip_norm must be above 0"):
        quick(small(), (X, Y), clip_norm=0.0)


class Root(nn.Module):
    """Its slope is infinite where w x is 0, though its value is finite."""

    def __init__(self, w=1.0):
        self.w = Value(w, "w")

    def forward(self, x):
        return tg.sqrt(self.w * x[0])


@pytest.mark.parametrize("engine", ["eager", "numpy"])
@pytest.mark.parametrize(
    ("w", "examples", "words"),
    [
        (1.0, [[4.0], [0.0]], r"^non-finite gradient in epoch 1; example 1 of the data, X = \[0.0\].*sqrt\(0.0\)"),
        (math.nan, [[4.0]], r"^non-finite loss, nan, in epoch 1; .*the parameters, of which number 0 was nan"),
        (1e308, [[1.0], [10.0]], r"example 1 .*likely cause: the parameters that training began with, up to 1e\+308"),
        (2.0, [[4.0], [1e308]], r"example 1 .*likely cause: the data, for by the parameters"),
    ],
)
def test_the_example_the_node_and_the_cause_are_named(w, examples, words, engine):
    model = Root(w)
    with pytest.warns(RuntimeWarning, match=words) as caught:
        history = quick(model, (examples, [0.5, 1.5][: len(examples)]), loss="mse", engine=engine, batch_size=2)
    assert history.stopped == str(caught[0].message)
    assert caught[0].filename.endswith("small_training.py")
    assert history.epochs == 0
    assert repr(model.w.data) == repr(w)


def test_a_sum_of_losses_that_is_too_large_is_no_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = quick(Fixed([1e154]), ([[1.0]] * 4, [0.5] * 4), epochs=1, lr=0.0, loss="mse", batch_size=1)
    assert history.loss == [pytest.approx(1e308)] or history.loss == [math.inf]


def test_several_callbacks_are_all_called_and_one_may_stop():
    called = []
    stops = [lambda h: called.append(1), lambda h: h.epochs == 2, lambda h: called.append(3)]
    assert quick(small(), (X, Y), epochs=5, callback=stops).stopped == "the callback asked to stop after epoch 2"
    assert called == [1, 3, 1, 3]
    for wrong in ("watch", 3, [print, 3]):
        with pytest.raises(TypeError, match="must be a function of the history"):
            quick(small(), (X, Y), callback=wrong)


# ---------------------------------------------------------------------------------------- the learning rate


@pytest.mark.parametrize("engine", ["eager", "numpy"])
def test_a_schedule_goes_by_epochs_or_by_steps(engine):
    rates = {}
    for name in ("cosine", "warmup"):
        model = small()
        rates[name] = quick(model, (X, Y), schedule=name, optimizer="sgd", lr=1.0, epochs=4, validation=None,
                            batch_size=5, engine=engine).lr  # fmt: skip
    assert rates["cosine"] == pytest.approx([(1 + math.cos(math.pi * t / 4)) / 2 for t in range(4)])
    assert rates["warmup"] == pytest.approx([1.0] * 4)  # a tenth of 16 steps is one
    slow = quick(small(), (X, Y), epochs=3, lr=1.0, batch_size=5, validation=None, engine=engine,
                 schedule=lambda rule: per_step(optim.LinearLR(rule, 0.1, total_iters=10)))  # fmt: skip
    assert slow.lr == pytest.approx([0.1 + 0.09 * 3, 0.1 + 0.09 * 7, 1.0])


def per_step(schedule):
    schedule.per_step = True
    return schedule


def test_the_rate_that_a_schedule_says_is_the_one_that_moves():
    """With a slope of 1 a step is as long as the rate."""
    model = Fixed([0.0])
    rule = optim.SGD(model.parameters(), lr=8.0)
    steps, before = [], [0.0]

    def watch(history):
        steps.append(before[-1] - model.w[0].data)
        before.append(model.w[0].data)

    for engine in ("eager", "numpy"):
        quick(model, ([[1.0]] * 4, [0.5] * 4), loss=lambda out, y: out + 0.0 * y, batch_size=4, validation=None,
              engine=engine, optimizer=rule, schedule=optim.StepLR(rule, 1, 0.5), callback=watch)  # fmt: skip
    assert steps == [8.0, 4.0, 2.0, 8.0, 4.0, 2.0]


def test_a_plateau_is_one_of_the_examples_held_out():
    model = Fixed([1.0])
    rule = optim.SGD(model.parameters(), lr=0.5)
    schedule = optim.ReduceLROnPlateau(rule, patience=0)
    settings = {"loss": "mse", "batch_size": 4, "optimizer": rule, "schedule": schedule}
    history = quick(model, ([[1.0]] * 4, [0.0] * 4), validation=([[1.0]], [3.0]), **settings)
    assert history.loss[2] < history.loss[0]
    assert history.lr == [0.5, 0.5, 0.05]
    other = optim.SGD(Fixed([1.0]).parameters(), lr=0.5)
    with pytest.raises(ValueError, match="for another optimiser"):
        quick(model, (X, Y), schedule=optim.StepLR(other, 1))
    for wrong, words in (("cosin", "did you mean 'cosine'"), (0.5, "schedule must be a name")):
        with pytest.raises((ValueError, TypeError), match=words):
            quick(small(), (X, Y), schedule=wrong)
