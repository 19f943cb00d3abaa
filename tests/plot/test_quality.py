"""What pictures of answers show, against scikit-learn; the loss landscape, against closed forms; spreads over time."""

import math
import random
import re
from xml.etree import ElementTree

import pytest

from tinygrad_edu import Value, data, fit, plot
from tinygrad_edu.nn import MLP, Module
from tinygrad_edu.plot.answers import Answers, interval, probabilities_of
from tinygrad_edu.plot.landscape import filter_normalised, landscape_of
from tinygrad_edu.plot.over_time import layer_outputs, quantiles
from tinygrad_edu.plot.style import svg_of

pytest.importorskip("matplotlib", reason="draws pictures")


class Given(Module):
    """A classifier whose scores are its inputs."""

    def forward(self, x):
        return list(x) if len(x) > 1 else x[0]


def scores(classes, n=150, seed=0):
    """Examples of one class each, and scores that are right more often than not."""
    generator = random.Random(seed)
    y = [generator.randrange(classes) for _ in range(n)]
    if classes == 2:
        return [[generator.gauss(1.2 * (2 * label - 1), 2.0)] for label in y], y
    return [[generator.gauss(1.5 * (k == label), 1.0) for k in range(classes)] for label in y], y


@pytest.mark.parametrize("classes", [2, 4])
def test_answers_are_counted_as_scikit_learn_counts_them(classes):
    metrics = pytest.importorskip("sklearn.metrics", reason="compares with scikit-learn")
    from sklearn.calibration import calibration_curve

    X, y = scores(classes)
    answers = Answers.of(Given(), (X, y))
    assert answers.confusion == metrics.confusion_matrix(y, answers.found).tolist()
    assert answers.accuracy == metrics.accuracy_score(y, answers.found)
    assert answers.log_loss == pytest.approx(metrics.log_loss(y, answers.probabilities))
    precisions, recalls, _, _ = metrics.precision_recall_fscore_support(y, answers.found)
    assert [answers.precision(k) for k in range(classes)] == pytest.approx(precisions)
    assert [answers.recall(k) for k in range(classes)] == pytest.approx(recalls)
    if classes == 2:
        event, probability = y, [row[1] for row in answers.probabilities]
    else:
        event = [int(a == b) for a, b in zip(y, answers.found, strict=True)]
        probability = [max(row) for row in answers.probabilities]
    for bins in (4, 10):
        shares, confidences = calibration_curve(event, probability, n_bins=bins)
        found = answers.calibration(bins)
        assert [part.share for part in found] == pytest.approx(shares)
        assert [part.confidence for part in found] == pytest.approx(confidences)
        assert sum(part.size for part in found) == len(y)


def test_probabilities_of_scores_of_any_size():
    assert probabilities_of([1000.0, 0.0]) == [1.0, 0.0]
    assert probabilities_of(-1000.0) == [1.0, 0.0]
    assert probabilities_of(math.log(3.0)) == pytest.approx([0.25, 0.75])
    assert probabilities_of([math.log(3.0)]) == pytest.approx([0.25, 0.75])


def test_wilsons_interval():
    # Newcombe, Statistics in Medicine 17 (1998) 857, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for right, count, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
                                    (1, 29, 0.0061, 0.1718)):  # fmt: skip
        assert interval(right, count) == pytest.approx((low, high), abs=5e-5)


def texts_of(axes):
    return [text.get_text() for text in axes.texts]


def test_the_confusion_matrix_shows_its_counts():
    X, y = scores(3, n=60)
    counts = Answers.of(Given(), (X, y)).confusion
    named = data.Dataset(X, y, class_names=("a", "b$", "c"))
    figure = plot.confusion_matrix(Given(), named)
    axes = figure.axes[0]
    assert texts_of(axes) == [str(count) for row in counts for count in row if count]
    places = [tuple(round(z) for z in text.get_position()) for text in axes.texts]
    assert places == [(j, i) for i, row in enumerate(counts) for j, count in enumerate(row) if count]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", r"b\$", "c"]
    assert axes.get_ylim() == (2.5, -0.5)  # the first class above
    assert f"{sum(counts[k][k] for k in range(3))} of 60 right" in axes.get_title(loc="left")
    figure._repr_png_()


def test_the_reliability_diagram_shows_its_bins():
    X, y = scores(2)
    found = Answers.of(Given(), (X, y)).calibration(5)
    figure = plot.calibration(Given(), (X, y), bins=5)
    upper, lower = figure.axes
    (points,) = (c for c in upper.collections if type(c).__name__ == "PathCollection")
    assert [tuple(p) for p in points.get_offsets()] == [(part.confidence, part.share) for part in found]
    assert [bar.get_height() for bar in lower.patches] == [part.size for part in found]
    error = sum(part.size * abs(part.confidence - part.share) for part in found) / len(y)
    assert f"{error:.1%}" in upper.get_title(loc="left")
    figure._repr_png_()


def test_predicted_numbers_are_drawn_over_the_true_ones():
    figure = plot.predictions(Given(), ([[1.5], [2.5], [0.5]], [1.0, 2.5, 0.25]))
    (points,) = (c for c in figure.axes[0].collections if type(c).__name__ == "PathCollection")
    assert [tuple(p) for p in points.get_offsets()] == [(1.0, 1.5), (2.5, 2.5), (0.25, 0.5)]
    assert "0.25" in figure.axes[0].get_title(loc="left")
    with pytest.raises(ValueError, match="several"):
        plot.predictions(Given(), ([[1.5, 2.0]], [[1.0, 2.5]]))


# ---------------------------------------------------------------------------------------- the loss landscape


def test_a_direction_is_as_long_as_each_filter_and_leaves_biases():
    model = MLP(3, [4, 2], "tanh", seed=1)
    direction = filter_normalised(model, random.Random(0))
    names = [name for name, _ in model.named_parameters()]
    for layer in (0, 1):
        for k, neuron in enumerate(model.layers[layer].neurons):
            prefix = f"layers.{layer}.neurons.{k}"
            part = [d for d, name in zip(direction, names, strict=True) if name.startswith(f"{prefix}.w.")]
            assert math.hypot(*part) == pytest.approx(math.hypot(*(w.data for w in neuron.w)))
            assert direction[names.index(f"{prefix}.b")] == 0.0
    assert direction != filter_normalised(model, random.Random(1))


class Plane(Module):
    def __init__(self):
        self.w, self.b = [Value(3.0), Value(-1.0)], Value(0.5)

    def forward(self, x):
        return self.w[0] * x[0] + self.w[1] * x[1] + self.b


def test_the_landscape_of_a_linear_model_is_the_paraboloid_that_it_is():
    model, X, y = Plane(), [[1.0, 2.0], [-1.0, 0.5], [0.25, -2.0]], [1.5, 0.5, -1.0]
    before = model.state_dict()
    found = landscape_of(model, (X, y), span=0.5, resolution=5, seed=3)
    assert found.places == [-0.5, -0.25, 0.0, 0.25, 0.5]
    (a, b) = found.directions
    assert a[2] == b[2] == 0.0
    assert math.hypot(*a) == pytest.approx(math.hypot(3.0, 1.0))
    for i, v in enumerate(found.places):
        for j, u in enumerate(found.places):
            w0, w1 = 3.0 + u * a[0] + v * b[0], -1.0 + u * a[1] + v * b[1]
            loss = sum((w0 * x[0] + w1 * x[1] + 0.5 - t) ** 2 for x, t in zip(X, y, strict=True)) / 3
            assert found.losses[i][j] == pytest.approx(loss)
    assert model.state_dict() == before
    figure = plot.loss_landscape(model, (X, y), resolution=7)
    assert len(figure.axes) == 2
    figure._repr_png_()
    with pytest.raises(ValueError, match="span must be above 0"):
        plot.loss_landscape(model, (X, y), span=0.0)


# ---------------------------------------------------------------------------------------- over time


def test_quantiles_are_those_of_numpy():
    numpy = pytest.importorskip("numpy", reason="compares with NumPy")
    generator = random.Random(0)
    for n in (1, 2, 7, 100):
        values = [generator.gauss(0.0, 1.0) for _ in range(n)]
        assert quantiles(values) == pytest.approx(numpy.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95]))


def test_what_layers_put_out_is_found():
    model = MLP(2, [3, 2], "tanh", seed=0)
    X = [[0.5, -1.0], [2.0, 0.25]]
    outputs = layer_outputs(model, X)
    hidden = [math.tanh(n.w[0].data * a + n.w[1].data * b + n.b.data) for a, b in X for n in model.layers[0].neurons]
    assert outputs["layers.0"] == pytest.approx(hidden)
    assert outputs["layers.1"] == pytest.approx([z for row in model.predict(X) for z in row])
    assert list(outputs) == ["layers.0", "layers.1"]


def test_weights_and_activations_are_drawn_over_time():
    moons, model = data.load("moons", n=40), MLP(2, [3, 1], "tanh", seed=0)
    record = {"parameters": lambda m: m.state_dict(), "activations": plot.activations_of(moons, most=10)}
    history = fit(model, moons, epochs=4, progress=False, record=record)
    for figure, what in ((plot.weights(history), "weights"), (plot.activations(history), "activations")):
        assert [axes.get_title(loc="left") for axes in figure.axes] == ["layers.0", "layers.1"]
        medians = [axes.lines[0].get_ydata() for axes in figure.axes]
        for k, line in enumerate(medians):
            for epoch in range(4):
                if what == "weights":
                    state = history.recorded["parameters"][epoch]
                    values = [x for name, x in state.items() if name.startswith(f"layers.{k}.")]
                    expected = quantiles(values)[2]
                else:
                    expected = history.recorded["activations"][epoch][f"layers.{k}"][2]
                assert line[epoch] == expected
        figure._repr_png_()
    last = {layer: quantiles(values) for layer, values in layer_outputs(model, moons.X[:10]).items()}
    assert history.recorded["activations"][-1] == last
    plain = fit(MLP(2, [1], seed=0), moons, epochs=1, progress=False)
    for draw, word in ((plot.weights, "parameters"), (plot.activations, "activations_of")):
        with pytest.raises(ValueError, match=word):
            draw(plain)


# ---------------------------------------------------------------------------------------- on a page


def test_svg_for_a_page_has_no_address_and_ids_of_its_own():
    moons, model = data.load("moons", n=40), MLP(2, [3, 1], "tanh", seed=0)
    first, second = (svg_of(plot.decision_boundary(model, moons, resolution=9), name) for name in ("one", "two"))
    assert first == svg_of(plot.decision_boundary(model, moons, resolution=9), "one")
    assert "://" not in first
    assert "currentColor" in first
    ids = re.findall(r'\bid="([^"]*)"', first)
    assert len(set(ids)) == len(ids)
    assert not set(ids) & set(re.findall(r'\bid="([^"]*)"', second))
    used = set(re.findall(r'href="#([^"]*)"', first)) | set(re.findall(r"url\(#([^)]*)\)", first))
    assert used
    assert used <= set(ids)
    ElementTree.fromstring(first.replace("<svg ", '<svg xmlns:xlink="x" ', 1))
