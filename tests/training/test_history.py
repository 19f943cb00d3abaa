"""What one sees of a training: callbacks, records, progress, and the Values while somebody can look."""

import io

import pytest
from support.small_training import quick, small

from tinygrad_edu import Value, nn
from tinygrad_edu.training import engines, fit
from tinygrad_edu.training.history import History


def test_callback_sees_every_epoch_and_may_stop(xor):
    epochs = []

    def watch(history):
        epochs.append(history.epochs)
        return history.epochs == 2

    history = quick(small(), xor[0], epochs=10, callback=watch)
    assert epochs == [1, 2]
    assert history.epochs == 2
    assert "callback" in history.stopped
    assert quick(small(), xor[0], callback=lambda history: 1).epochs == 3  # only True stops, not what is merely truthy


def test_record_keeps_what_was_asked_for(xor):
    model = small()
    history = quick(model, xor[0], record=["gradients", "parameters"])
    assert list(history.recorded["gradients"][0]) == ["layers.0", "layers.1"]
    assert history.recorded["parameters"][-1] == model.state_dict()
    assert history.recorded["parameters"][0] != history.recorded["parameters"][1]
    layer = [p.grad for p in model.layers[0].parameters()]
    assert history.recorded["gradients"][-1]["layers.0"] == pytest.approx(sum(map(abs, layer)) / len(layer))
    own = quick(small(), xor[0], record={"first": lambda model: model.parameters()[0].data})
    assert len(own.recorded["first"]) == 3


def test_progress_shows_loss_and_accuracy_on_stderr(xor, capsys):
    fit(small(), xor[0], epochs=2)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "2/2" in shown.err
    assert "loss" in shown.err
    assert "accuracy" in shown.err
    quick(small(), xor[0])
    assert capsys.readouterr() == ("", "")


def test_the_engine_is_named_with_the_reason(xor):
    assert quick(small(), xor[0], engine="eager").engine == "eager: asked for by name"
    assert quick(small(), xor[0]).engine == "numpy: auto compiled model and loss"


def test_a_loss_that_explodes_stops_with_a_warning(xor):
    with pytest.warns(RuntimeWarning, match="the loss became .* in epoch .*; try an lr below 1e\\+200"):
        history = quick(small(), xor[0], optimizer="sgd", lr=1e200, loss="mse", epochs=50)
    assert history.epochs < 50
    assert "loss became" in history.stopped


class FlatEngine(engines.EagerEngine):
    """Keeps the parameters elsewhere, as a compiled engine does, and moves the Values only when told to."""

    def __init__(self, model, loss, optimizer):
        super().__init__(model, loss, optimizer)
        self.kept = [p.data for p in optimizer.params]

    def _swap(self):
        for i, p in enumerate(self.optimizer.params):
            p.data, self.kept[i] = self.kept[i], p.data

    def step(self, X, y):
        stale = [p.data for p in self.optimizer.params]
        for p, number in zip(self.optimizer.params, self.kept, strict=True):
            p.data = number
        try:
            return super().step(X, y)
        finally:
            self.kept = [p.data for p in self.optimizer.params]
            for p, number in zip(self.optimizer.params, stale, strict=True):
                p.data = number

    def synchronise(self):
        for p, number in zip(self.optimizer.params, self.kept, strict=True):
            p.data = number


@pytest.fixture
def flat(monkeypatch):
    monkeypatch.setitem(engines.ENGINES, "flat", FlatEngine)


def test_values_are_synchronised_before_callbacks_and_records(flat, xor):
    def run(engine):
        states = []
        model = small()
        history = quick(
            model, xor[0], engine=engine, validation=None, record=["parameters"],
            callback=lambda _: states.append(model.state_dict()),
        )  # fmt: skip
        return states, history.recorded, history.loss, model.state_dict()

    assert run("flat") == run("eager")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_exception_leaves_the_values_as_of_the_last_step(flat, xor, error):
    def run(engine):
        model, calls = small(), []

        def loss(output, target):
            calls.append(1)
            if len(calls) == 50:  # in the midst of a batch of the second epoch
                raise error
            return nn.binary_cross_entropy(output, target)

        with pytest.raises(error):
            quick(model, xor[0], engine=engine, loss=loss, validation=None, batch_size=8)
        return model.state_dict()

    assert run("flat") == run("eager") != small().state_dict()
    assert Value(1.0).scope is None
    assert (Value(1.0) * 2.0).scope is None
    assert (Value(1.0) * 2.0).parents


def test_an_exception_in_the_callback_passes_through(flat, xor):
    model, states = small(), []

    def callback(_):
        states.append(model.state_dict())
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        quick(model, xor[0], engine="flat", callback=callback)
    assert model.state_dict() == states[0]


def test_history_prints_where_it_stands():
    history = History(loss=[1.0, 0.5], accuracy=[0.5, 0.75])
    assert repr(history) == "History(2 epochs: loss 0.5, accuracy 0.75)"
    assert repr(History()) == "History(0 epochs)"
    assert history == History(loss=[1.0, 0.5], accuracy=[0.5, 0.75], seconds=3.0)


def test_two_progress_bars_do_not_disturb_each_other(xor, monkeypatch):
    monkeypatch.setattr("sys.stderr", io.StringIO())
    fit(small(), xor[0], epochs=2, callback=lambda _: fit(small(), xor[0], epochs=1) and None)
