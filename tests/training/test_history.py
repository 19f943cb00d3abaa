"""What one sees of a training: callbacks, records, progress, and the Values while somebody can look."""

import io
import math
import sys

import pytest
from support.small_training import quick, small

from tinygrad_edu import Value, nn, optim
from tinygrad_edu.plot.style import _figure_class
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
    assert quick(small(), xor[0], callback=lambda history: [history]).epochs == 1  # whatever is true stops
    assert quick(small(), xor[0], callback=lambda history: 0.0).epochs == 3


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


def test_progress_shows_in_a_notebook_too():
    """As a widget where there are widgets, else as text, and without a warning that there are none."""
    pytest.importorskip("ipykernel", reason="a notebook is run with the extra [notebook]")
    nbclient = pytest.importorskip("nbclient", reason="a notebook is run with the extra [notebook]")
    from nbformat.v4 import new_code_cell, new_notebook

    code = (
        "import tinygrad_edu as tg\n"
        "history = tg.fit(tg.nn.MLP(2, [2, 1], seed=0), tg.data.load('xor', n=12), epochs=2, engine='eager')"
    )
    notebook = new_notebook(cells=[new_code_cell(code)])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = notebook.cells[0].outputs
    text = "".join(output.text for output in outputs if output.output_type == "stream")
    widgets = [kind for output in outputs for kind in output.get("data", ()) if "widget" in kind]
    assert widgets or "2/2" in text
    assert "Warning" not in text


def test_the_engine_is_named_with_the_reason(xor):
    assert quick(small(), xor[0], engine="eager").engine == "eager: asked for by name"
    assert quick(small(), xor[0]).engine == "numpy: auto compiled model and loss"


def test_a_loss_that_explodes_stops_with_a_warning(xor):
    model = small()
    with pytest.warns(RuntimeWarning, match="non-finite .* likely cause: the learning rate.* try an lr below 1e\\+200"):
        history = quick(model, xor[0], optimizer="sgd", lr=1e200, loss="mse", epochs=50)
    assert history.epochs < 50
    assert all(map(math.isfinite, model.state_dict().values()))  # the step that would spoil them was not taken


class FlatEngine(engines.EagerEngine):
    """Keeps the parameters elsewhere, as a compiled engine does, and moves the Values only when told to."""

    def __init__(self, model, loss, optimizer):
        super().__init__(model, loss, optimizer)
        self.kept = [p.data for p in optimizer.params]

    def _swap(self):
        for i, p in enumerate(self.optimizer.params):
            p.data, self.kept[i] = self.kept[i], p.data

    def step(self, X, y, weights=None):
        stale = [p.data for p in self.optimizer.params]
        for p, number in zip(self.optimizer.params, self.kept, strict=True):
            p.data = number
        try:
            return super().step(X, y, weights)
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

        try:
            history = quick(model, xor[0], engine=engine, loss=loss, validation=None, batch_size=8)
        except RuntimeError:
            assert error is RuntimeError
        else:
            assert (error, history.epochs, history.stopped) == (KeyboardInterrupt, 1, "interrupted in epoch 2")
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


# ---------------------------------------------------------------------------------------- the table


LONG = History(
    loss=[1.0 / k for k in range(1, 21)], metrics={"f1, mine": [k / 20 for k in range(20)]}, lr=[0.1] * 10 + [0.0] * 10,
    recorded={"norm": [1.0] * 20, "layers": [{"a": 1.0}] * 20}, stopped="early stopping <here>", best_epoch=20,
)  # fmt: skip


def test_the_columns_are_what_is_one_number_an_epoch():
    columns = LONG.to_dict()
    assert list(columns) == ["epoch", "loss", "f1, mine", "lr", "norm"]
    assert columns["epoch"] == list(range(1, 21))
    assert columns["lr"] == LONG.lr
    columns["loss"].clear()
    assert LONG.epochs == 20


def test_a_history_is_a_frame_and_a_csv_file(tmp_path):
    pandas = pytest.importorskip("pandas", reason="a DataFrame is pandas'")
    LONG.to_csv(tmp_path / "history.csv")
    read = pandas.read_csv(tmp_path / "history.csv", index_col="epoch")
    pandas.testing.assert_frame_equal(read, LONG.to_frame(), rtol=1e-14)
    assert LONG.to_frame().loc[20, "loss"] == 0.05
    assert LONG.to_csv() == (tmp_path / "history.csv").read_text(encoding="utf-8")


def test_without_pandas_the_way_out_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas; without it, to_dict"):
        LONG.to_frame()


def test_it_prints_as_a_short_table():
    lines = str(LONG).splitlines()
    assert lines[0].split() == ["epoch", "loss", "f1,", "mine", "lr", "norm"]
    assert [line.split()[0] for line in lines[1:12]] == ["1", "2", "3", "4", "5", "…", "16", "17", "18", "19", "20"]
    assert lines[12:] == ["stopped: early stopping <here>", "the parameters are those of epoch 20"]
    assert str(History()) == " epoch"


def test_it_shows_itself_in_a_notebook_with_its_curves(monkeypatch):
    shown = LONG._repr_mimebundle_()
    assert shown["text/plain"] == str(LONG)
    assert "<th>f1, mine</th>" in shown["text/html"]
    assert "early stopping &lt;here&gt;" in shown["text/html"]
    assert '<img alt="loss of each epoch' in shown["text/html"]
    assert 'src="data:image/svg+xml' in shown["text/html"]
    assert LONG._mime_() == ("text/html", LONG._as_html())
    assert "<img" not in History()._as_html()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setattr("tinygrad_edu.plot.style._figure_class", _figure_class.__wrapped__)
    assert "<table>" in LONG._as_html()
    assert "<img" not in LONG._as_html()


def test_a_training_keeps_the_learning_rate_of_each_epoch(xor):
    rule = {}

    def halve(history):
        rule["made"].lr /= 2

    model = small()
    rule["made"] = optim.SGD(model.parameters(), lr=0.4)
    assert quick(model, xor[0], optimizer=rule["made"], callback=halve).lr == [0.4, 0.2, 0.1]


def test_only_whole_epochs_are_kept():
    history = History(loss=[3.0, 2.0], accuracy=[0.5], metrics={"f1": [0.1, 0.2]}, recorded={"a": [1]}, lr=[0.1, 0.1])
    history.keep(1)
    assert history == History(loss=[3.0], accuracy=[0.5], metrics={"f1": [0.1]}, recorded={"a": [1]}, lr=[0.1])
