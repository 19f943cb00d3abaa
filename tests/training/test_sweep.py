"""Every model of a sweep is what `fit` would have made of it alone, and the table says which was best."""

import csv
import io
import math
import random
from contextlib import nullcontext

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu import data, nn, optim
from tinygrad_edu.training import together
from tinygrad_edu.training.members import Members
from tinygrad_edu.training.sweeping import sweep

MOONS = data.load("moons", n=50, noise=0.2, seed=0)
SERIES = ("loss", "accuracy", "val_loss", "val_accuracy", "lr")


def assert_each_is_as_alone(build, examples, grid, at_once=True, alone="numpy", **settings):
    """Compare every model of a sweep with one that `fit` has trained."""
    settings = {"epochs": 3, **({} if "batch_size" in grid else {"batch_size": 9}), **settings}
    found = sweep(build, examples, grid, progress=False, **settings)
    assert len(found) == math.prod(len(list(values)) for values in grid.values())
    for run in found:
        asked = dict(run.settings)
        twin = build(**{name: asked.pop(name) for name in run.settings if name not in ("lr", "batch_size")})
        truth = tg.fit(twin, examples, progress=False, **{**settings, "engine": alone, **asked})
        assert ("at once" in run.history.engine) == at_once
        assert run.model.state_dict() == pytest.approx(twin.state_dict(), rel=1e-12, abs=1e-12)
        for name in SERIES:
            assert getattr(run.history, name) == pytest.approx(getattr(truth, name), rel=1e-12, abs=1e-12)
        for name, numbers in truth.metrics.items():
            assert run.history.metrics[name] == pytest.approx(numbers, rel=1e-12)
        assert (run.history.loss_name, run.history.optimizer) == (truth.loss_name, truth.optimizer)
        assert [p.grad for p in run.model.parameters()] == pytest.approx([p.grad for p in twin.parameters()], abs=1e-12)
    return found


def mlp(seed):
    return nn.MLP(2, [6, 1], seed=seed)


@pytest.mark.parametrize(("engine", "cores"), [("numpy", 1), ("numpy", 2), ("numba", 2), ("jax", 1)])
def test_seeds_and_learning_rates(engine, cores, monkeypatch):
    pytest.importorskip(engine, reason=f"the extra for {engine} is not installed")
    monkeypatch.setattr(together, "_cores", lambda: cores)
    monkeypatch.setattr(together, "FEWEST", 2)
    size = 10 if engine == "jax" else 9  # XLA compiles anew for a last batch that is smaller
    assert_each_is_as_alone(mlp, MOONS, {"seed": range(3), "lr": [0.01, 0.3]}, engine=engine, seed=5, batch_size=size)


@pytest.mark.parametrize("optimizer", sorted(optim.optimizers.OPTIMIZERS))
def test_every_rule(optimizer):
    assert_each_is_as_alone(mlp, MOONS, {"seed": [0, 1], "lr": [0.001, 0.01]}, optimizer=optimizer)


def test_architectures_and_arguments_of_fit():
    found = assert_each_is_as_alone(
        lambda width, activation: nn.MLP(2, [width, 1], activation, seed=width),
        MOONS,
        {"width": [2, 3], "activation": ["relu", "tanh"], "lr": [0.1, 0.2], "batch_size": [7, 40]},
        epochs=2,
    )
    assert {run.history.engine for run in found} == {"numpy: 2 networks at once"}


def test_classes_weights_metrics_and_dropout():
    def build(seed):
        return nn.Sequential(nn.Layer(4, 6, "tanh", seed=seed), nn.Dropout(0.3), nn.Layer(6, 3, "linear", seed=seed))

    iris = data.load("iris", n=45)
    weights = [1.0 + (i % 3) for i in range(45)]
    assert_each_is_as_alone(
        build, iris, {"seed": [0, 1, 2], "lr": [0.01, 0.02]}, metrics=["f1", "recall"], class_weight="balanced",
        sample_weight=weights, validation=0.3,
    )  # fmt: skip


def test_regression_with_several_outputs():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 2))
    y = np.stack([X.sum(1), X.prod(1)], 1)
    assert_each_is_as_alone(lambda seed: nn.MLP(2, [4, 2], seed=seed), (X, y), {"seed": [0, 1]}, validation=None)


def test_what_cannot_be_trained_at_once_is_trained_one_by_one():
    assert_each_is_as_alone(mlp, MOONS, {"seed": [0, 1]}, at_once=False, clip_norm=0.1)
    assert_each_is_as_alone(mlp, MOONS, {"seed": [0, 1]}, at_once=False, engine="eager", alone="eager", epochs=1)

    class Mine(nn.MLP):  # of which nobody knows what else it does
        pass

    assert_each_is_as_alone(lambda seed: Mine(2, [3, 1], seed=seed), MOONS, {"seed": [0, 1]}, at_once=False)


def test_models_that_hide_a_difference_are_trained_one_by_one():
    def build(shift):
        network = nn.MLP(2, [3, 1], seed=0)
        for weight in network.layers[1].parameters():
            weight.data = 0.0  # so that no output shows it, at first
        return nn.Sequential(nn.Standardize([shift, 0.0], [1.0, 1.0]), network)

    assert_each_is_as_alone(build, MOONS, {"shift": [0.0, 1.0]}, at_once=False)


def test_models_that_were_changed_after_they_were_built_are_trained_one_by_one():
    def build(bent):
        model = nn.MLP(2, [3, 1], seed=0)
        if bent:
            model.layers[1].neurons[0] = nn.Neuron(3, "tanh", seed=0)
        return model

    assert_each_is_as_alone(build, MOONS, {"bent": [False, True]}, at_once=False)


def test_one_that_breaks_stops_and_the_others_go_on():
    X = [[0.1 * k] for k in range(24)]
    examples = (X, [3.0 * x[0] - 1.0 for x in X])

    def build(seed):
        return nn.MLP(1, [1], seed=seed)

    settings = {"optimizer": "sgd", "epochs": 4, "batch_size": 6}
    with pytest.warns(RuntimeWarning, match=r"'lr': 1e\+200\}: non-finite loss, inf, in epoch 1"):
        found = sweep(
            build,
            examples,
            {"seed": [0, 1], "lr": [0.1, 1e200]},
            optimizer="sgd",
            epochs=4,
            batch_size=6,
            progress=False,
        )
    assert [run.history.epochs for run in found] == [4, 0, 4, 0]
    for run in found:
        twin = build(run.settings["seed"])
        with pytest.warns(RuntimeWarning) if run.settings["lr"] > 1.0 else nullcontext():
            truth = tg.fit(twin, examples, lr=run.settings["lr"], progress=False, **settings)
        assert run.history.stopped == truth.stopped
        assert run.history.loss == pytest.approx(truth.loss, rel=1e-12)
        assert run.model.state_dict() == pytest.approx(twin.state_dict(), rel=1e-12)
    assert found.best.settings["lr"] == 0.1
    assert [run.settings["lr"] for run in found.ranked()] == [0.1, 0.1, 1e200, 1e200]
    columns = found.to_dict()
    assert math.isnan(columns["loss"][-1])
    assert columns["stopped"][:2] == ["", ""]


def test_ctrl_c_leaves_all_at_a_whole_step(monkeypatch):
    measured, measure = [], Members.measure

    def interrupted(self, X, y):
        measured.append(len(X))
        if len(measured) == 3:  # once to compare the models, then after each epoch
            raise KeyboardInterrupt
        return measure(self, X, y)

    monkeypatch.setattr(Members, "measure", interrupted)
    grid = {"batch_size": [8, 9], "lr": [0.01, 0.1], "seed": [0]}
    found = sweep(mlp, MOONS, grid, epochs=9, progress=False)
    assert [run.history.epochs for run in found] == [1, 1, 0, 0]
    for run in found[:2]:
        assert run.history.stopped == "interrupted in epoch 2"
        twin = mlp(0)
        tg.fit(twin, MOONS, epochs=2, batch_size=8, lr=run.settings["lr"], progress=False)
        assert run.model.state_dict() == pytest.approx(twin.state_dict(), rel=1e-12)
    assert found[2].model.state_dict() == mlp(0).state_dict(), "what had not begun has not begun"
    assert found.best is min(found[:2], key=lambda run: run.history.val_loss)


def test_the_best_is_chosen_by_what_was_asked_for():
    grid = {"seed": range(4), "lr": [0.001, 0.1]}
    by_loss = sweep(mlp, MOONS, grid, epochs=5, progress=False)
    assert by_loss.by == "val_loss"
    assert by_loss.best.history.val_loss[-1] == min(run.history.val_loss[-1] for run in by_loss)
    by_accuracy = sweep(mlp, MOONS, grid, epochs=5, progress=False, by="accuracy")
    assert by_accuracy.best.history.accuracy[-1] == max(run.history.accuracy[-1] for run in by_accuracy)
    alone = sweep(mlp, MOONS, grid, epochs=1, progress=False, validation=None)
    assert alone.by == "loss"
    stopped = sweep(mlp, MOONS, {"seed": [0, 1]}, epochs=30, lr=0.3, progress=False, early_stopping=2)
    for run in stopped:
        assert run.measured()["val_loss"] == min(run.history.val_loss), "of the epoch whose parameters it has"


def test_the_table():
    found = sweep(mlp, MOONS, {"seed": range(3), "lr": [0.01, 0.1]}, epochs=2, progress=False)
    columns = found.to_dict()
    assert list(columns) == ["rank", "seed", "lr", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert columns["rank"] == [1, 2, 3, 4, 5, 6]
    assert columns["val_loss"] == sorted(run.history.val_loss[-1] for run in found)
    rows = list(csv.reader(io.StringIO(found.to_csv())))
    assert rows[0] == list(columns)
    assert [float(row[5]) for row in rows[1:]] == columns["val_loss"]
    lines = str(found).splitlines()
    assert lines[0].split() == list(columns)
    assert lines[-1] == "by val_loss"
    assert f"<td>{columns['val_loss'][0]:.4g}</td>" in found._repr_mimebundle_()["text/html"]
    assert [run.settings["lr"] for run in found] == [0.01, 0.1] * 3
    assert repr(found).startswith("Sweep(6 models; best val_loss 0.")
    many = sweep(mlp, MOONS, {"lr": [0.001 * k for k in range(1, 13)], "seed": [0]}, epochs=1, progress=False)
    assert str(many).splitlines()[-1] == "by val_loss; 2 more in to_dict, to_csv and to_frame"


def test_the_table_as_a_frame():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = sweep(mlp, MOONS, {"seed": range(2)}, epochs=1, progress=False).to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert frame.index.tolist() == [1, 2]
    assert sorted(frame["seed"]) == [0, 1]


def test_a_sweep_draws_no_random_numbers_of_others():
    random.seed(3)
    state = random.getstate()
    sweep(mlp, MOONS, {"seed": [0, 1]}, epochs=1, progress=False)
    assert random.getstate() == state


def test_wrong_arguments_are_refused():
    def refused(kind, match, build=mlp, grid=None, **settings):
        with pytest.raises(kind, match=match):
            sweep(build, MOONS, {"seed": [0]} if grid is None else grid, progress=False, **settings)

    refused(ValueError, "the grid is empty", grid={})
    refused(ValueError, "nothing to try for lr", grid={"seed": [0], "lr": []})
    refused(ValueError, "no setting of build or fit.*Known: seed, loss", grid={"seed": [0], "rate": [0.1]})
    refused(TypeError, "grid must be a dict", grid=[0.1])
    refused(TypeError, "build must be a function", build=mlp(0))
    refused(TypeError, "argument of fit.*'epochs'", epoch=3)
    refused(ValueError, "lr is in the grid, and 0.1 for all", grid={"seed": [0], "lr": [0.1]}, lr=0.1)
    refused(ValueError, "leave checkpoint out", checkpoint="folder")
    refused(ValueError, "measure of this training", by="val_f1")
    model = mlp(0)
    refused(ValueError, "gave one model twice", build=lambda seed: model, grid={"seed": [0, 1]})
    assert model.state_dict() == mlp(0).state_dict()
    refused(ValueError, "lr must be", grid={"seed": [0, 1], "lr": [-1.0]})
