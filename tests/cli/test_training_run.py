"""The command train: what its network learns, and the files that it writes whole or not at all."""

import json
import math
import re
import sys
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from support.command import PNG
from support.thoroughness import THOROUGH

from tinygrad_edu import accuracy, data, fit, jacobian, nn
from tinygrad_edu.cli.tasks import EPOCHS, prepare
from tinygrad_edu.cli.writing import hardest


def accuracy_of(name, seed):
    task = prepare(name, seed=seed)
    fit(task.model, task.learnt, epochs=EPOCHS, seed=seed, progress=False)
    return accuracy(task.model, task.kept)


def test_iris_is_learnt_to_95_percent_over_ten_seeds():
    shares = [accuracy_of("iris", seed) for seed in range(10)]
    assert sum(shares) / 10 >= 0.95


@pytest.mark.parametrize(
    ("name", "least"), [("moons", 0.98), ("circles", 0.98), ("xor", 0.98), ("blobs", 0.98), ("spirals", 0.95)]
)
def test_generated_sets_are_learnt(name, least):
    assert accuracy_of(name, 1) >= least  # benchmarks/accuracy.py measures ten seeds of each


def test_examples_to_test_on_are_never_learnt_from():
    for name in data.NAMES:
        task = prepare(name, seed=5)
        learnt = {tuple(row) for row in task.learnt.X}
        assert len(task.learnt) + len(task.kept) == len(task.whole)
        if name != "iris":  # which has equal flowers
            assert not learnt & {tuple(row) for row in task.kept.X}
        scales = task.model[0]
        columns = list(zip(*task.learnt.X, strict=True))
        assert scales.mean == pytest.approx([sum(column) / len(column) for column in columns])


def test_the_hardest_example_is_the_one_of_the_largest_loss():
    task = prepare("iris", seed=0)
    history = fit(task.model, task.learnt, epochs=2, seed=0, progress=False)
    loss, place = hardest(task.model, history, task.kept)
    others = [hardest(task.model, history, task.kept.take([i]))[0].data for i in range(len(task.kept))]
    assert loss.data == others[place] == max(others)
    loss.backward()
    assert any(p.grad for p in task.model.parameters())


@pytest.mark.parametrize("name", ["iris", "moons"] if THOROUGH else ["iris"])
def test_train_writes_a_model_and_pictures_of_it(run, tmp_path, name):
    options = ("--hidden", "6", "--activation", "tanh", "--epochs", "30", "--seed", "3")
    code, out, err = run("train", name, *options, "--out", "a/b")
    folder = tmp_path / "a" / "b"
    assert code == 0
    assert "epoch" in err
    files = {path.name: path for path in folder.iterdir()}
    pictures = {"loss_curve.png", "decision_boundary.png", "loss_graph.svg", "steps.html", "training.html"}
    assert pictures | {"model.json", "report.html"} <= set(files)
    assert all(file in out for file in files)
    assert all(files[f].read_bytes().startswith(PNG) for f in ("loss_curve.png", "decision_boundary.png"))

    # The printed accuracies are those of the model that was saved, on the examples it says.
    model = nn.load(files["model.json"])
    train, test = data.load(name, seed=3).split(test=0.2, seed=3)
    for label, part in (("train", train), ("test", test)):
        assert f"{label} accuracy {accuracy(model, part):.1%}" in out
    assert accuracy(model, test) > 0.8

    page = files["steps.html"].read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "layers.0" in page
    assert "1.layers" not in page

    # The picture shows the loss of the hardest test example: values and gradients of the saved model.
    text = " ".join(ElementTree.parse(files["loss_graph.svg"]).getroot().itertext())
    outputs = model.predict(test.X)
    if name == "iris":
        assert "the others at their mean" in out
        loss = nn.cross_entropy
        assert all(feature[:12] in text for feature in train.feature_names)
    else:
        loss = nn.binary_cross_entropy
    losses = [loss(output, label) for output, label in zip(outputs, test.y, strict=True)]
    place = losses.index(max(losses))
    slopes = jacobian(lambda x: loss(model(x), test.y[place]))(test.X[place])
    drawn = [float(number) for number in re.findall(r"-?\d+\.\d+", text.replace("−", "-"))]
    for number in (max(losses), *(slope.data for slope in slopes)):
        assert any(math.isclose(number, other, rel_tol=1e-2, abs_tol=1e-4) for other in drawn), number


def test_train_is_reproducible_and_replaces_what_it_wrote(run, tmp_path, without_pictures):
    options = ("train", "xor", "--n", "40", "--hidden", "3", "--epochs", "3", "--quiet")
    _, first, err = run(*options)
    assert err == ""
    folder = tmp_path / "xor-out"
    model = json.loads((folder / "model.json").read_text())
    (folder / "mine.txt").write_text("kept")
    assert run(*options)[1] == first
    assert json.loads((folder / "model.json").read_text()) == model
    assert (folder / "mine.txt").read_text() == "kept"
    assert run(*options, "--seed", "1")[0] == 0
    assert json.loads((folder / "model.json").read_text()) != model
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def gradients_by_name(svg):
    """The gradient that each named box of a picture shows."""
    shown = {}
    for group in svg.iter("{http://www.w3.org/2000/svg}g"):
        texts = [text.text for text in group.iter("{http://www.w3.org/2000/svg}text")]
        if "tg-node" in group.get("class") and texts[-2:-1] in (["grad"], ["|grad|"]):
            shown[texts[0]] = float(texts[-1].replace("−", "-"))
    return shown


def test_both_pictures_show_the_gradients_of_the_one_example(run, tmp_path, without_report):
    assert run("train", "blobs", "--n", "30", "--hidden", "--epochs", "2", "--quiet")[0] == 0
    page = (tmp_path / "blobs-out" / "steps.html").read_text(encoding="utf-8")
    (address,) = re.findall(r'src="data:image/svg\+xml;charset=utf-8,([^"]*)"', page)
    drawn = gradients_by_name(ElementTree.parse(tmp_path / "blobs-out" / "loss_graph.svg").getroot())
    played = gradients_by_name(ElementTree.fromstring(unquote(address)))

    # Of one layer and cross-entropy the slopes are softmax − target, times the scaled inputs.
    model = nn.load(tmp_path / "blobs-out" / "model.json")
    _, test = data.load("blobs", n=30, seed=0).split(test=0.2, seed=0)
    losses = [nn.cross_entropy(out, y) for out, y in zip(model.predict(test.X), test.y, strict=True)]
    place = losses.index(max(losses))
    scaled = model[0].predict([test.X[place]])[0]
    outputs = model.predict([test.X[place]])[0]
    for i, output in enumerate(outputs):
        slope = math.exp(output) / sum(map(math.exp, outputs)) - (i == test.y[place])
        norm = abs(slope) * math.sqrt(3 + sum(z * z for z in scaled))  # of b, of w · z, of their sum, and of w
        assert math.isclose(drawn[f"neurons.{i}"], norm, rel_tol=1e-3), (i, norm)
        assert math.isclose(played[f"neurons.{i}"], norm, rel_tol=1e-3), (i, norm)
    assert drawn == played


def test_train_takes_no_hidden_layer(run, without_report):
    assert run("train", "blobs", "--n", "30", "--hidden", "--epochs", "1", "--quiet")[0] == 0


def test_train_loses_nothing_but_the_pictures_where_graphviz_is_missing(run, tmp_path, monkeypatch, without_report):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, _ = run("train", "blobs", "--n", "30", "--hidden", "2", "--epochs", "1", "--quiet")
    assert code == 0
    assert "pip install pygraphviz" in out
    files = {path.name for path in (tmp_path / "blobs-out").iterdir()}
    pages = {"report.html", "training.html"}
    assert files == {"model.json", "loss_curve.png", "decision_boundary.png", "loss_graph.txt", *pages}
    assert "logsumexp" in (tmp_path / "blobs-out" / "loss_graph.txt").read_text(encoding="utf-8")
    code, _, err = run("draw", "x*x", "x=3", "-o", "a.svg")
    assert code == 2
    assert re.fullmatch(r"tinygrad-edu draw: [^\n]*pip install pygraphviz[^\n]*\n", err)


def test_a_broken_run_leaves_nothing_behind(run, tmp_path, monkeypatch):
    from tinygrad_edu.cli import training_run as report

    def fails(*args, **keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr(report, "write", fails)
    code, _, err = run("train", "xor", "--n", "20", "--epochs", "1", "--quiet", "--out", "new/folder")
    assert (code, err) == (130, "\ntinygrad-edu train: interrupted\n")
    assert not list(tmp_path.iterdir())
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "model.json").write_text("before")
    assert run("train", "xor", "--n", "20", "--epochs", "1", "--quiet", "--out", "old")[0] == 130
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["model.json"]
    assert (tmp_path / "old" / "model.json").read_text() == "before"


def test_a_loss_that_explodes_is_an_error_that_leaves_nothing(run, tmp_path):
    options = ("--n", "20", "--epochs", "5", "--quiet", "--activation", "square", "--optimizer", "sgd")
    code, _, err = run("train", "moons", *options, "--lr", "1e6")
    assert code == 2
    assert re.fullmatch(r"tinygrad-edu train: non-finite (loss|grad).* in epoch \d; .*; try an lr below 1e\+06\n", err)
    assert not list(tmp_path.iterdir())
