"""The pictures: what they show, read back from the figure, and what they refuse."""

import math
import random
import subprocess
import sys

import pytest

from tinygrad_edu import Value, data, nn, plot
from tinygrad_edu.nn import MLP, Module, Sequential, Standardize
from tinygrad_edu.training import fit
from tinygrad_edu.training.history import History

pytest.importorskip("matplotlib", reason="draws pictures")


@pytest.fixture(scope="module")
def moons():
    dataset = data.load("moons", n=30, seed=0)
    model = MLP(2, [4, 1], seed=0)
    return model, dataset, fit(model, dataset, epochs=3, progress=False, record=["gradients"])


class Slope(Module):
    """A classifier whose boundary is known: class 1 where the weighted sum is above the threshold."""

    def __init__(self, *weights, threshold=0.0):
        self.w, self.b = [Value(w) for w in weights], Value(-threshold)

    def forward(self, x):
        return sum((w * xi for w, xi in zip(self.w, x, strict=True)), self.b)


def png(figure):
    content = figure._repr_png_()
    assert content.startswith(b"\x89PNG")
    return content


@pytest.mark.parametrize("draw", [plot.loss_curve, History.plot])
def test_the_loss_curve_shows_every_epoch(moons, draw):
    _, _, history = moons
    figure = draw(history)
    left, right = figure.axes
    shown = [[list(line.get_ydata()) for line in axes.lines] for axes in (left, right)]
    assert shown == [[history.loss, history.val_loss], [history.accuracy, history.val_accuracy]]
    assert list(left.lines[0].get_xdata()) == [1, 2, 3]
    assert "binary_cross_entropy" in left.get_ylabel()
    png(figure)


@pytest.mark.parametrize("draw", [plot.loss_curve, History.plot])
def test_the_loss_curve_of_regression_has_no_accuracy(draw):
    figure = draw(History(loss=[2.0]), title="costs 5$ or 6$")
    assert len(figure.axes) == 1
    assert "costs 5" in " ".join(text.get_text() for text in figure.texts) + figure.get_suptitle()
    png(figure)


def boundary_line(figure):
    """The points of the drawn boundary: the last contour set is the line at score 0."""
    lines = [c for c in figure.axes[0].collections if type(c).__name__ == "QuadContourSet" and not c.filled]
    return [tuple(point) for path in lines[0].get_paths() for point in path.vertices]


def test_the_boundary_is_where_the_model_changes_its_mind():
    examples = ([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]], [0, 1, 0, 1])
    points = boundary_line(plot.decision_boundary(Slope(2.0, 1.0, threshold=0.5), examples))
    assert len(points) > 10
    assert all(2.0 * x + y == pytest.approx(0.5, abs=1e-9) for x, y in points)


def test_a_standardized_model_is_drawn_in_the_units_of_the_data():
    X = [[100.0, 5.0], [300.0, 9.0], [200.0, 6.0], [250.0, 7.0]]
    model = Sequential(Standardize([200.0, 7.0], [50.0, 2.0]), Slope(1.0, 0.0, threshold=1.0))
    figure = plot.decision_boundary(model, (X, [0, 1, 0, 0]))
    points = boundary_line(figure)
    assert points
    assert all(x == pytest.approx(250.0) for x, _ in points)
    low, high = figure.axes[0].get_xlim()
    assert low < 100.0 < 300.0 < high


def test_every_example_is_shown_by_class(moons):
    model, dataset, _ = moons
    axes = plot.decision_boundary(model, dataset).axes[0]
    clouds = clouds_of(axes)
    for k, name in enumerate(("upper", "lower")):
        expected = [tuple(x) for x, y in zip(dataset.X, dataset.y, strict=True) if y == k]
        assert [tuple(p) for p in clouds[name].get_offsets()] == expected
    assert {"upper", "lower"} <= set(legend_of(axes.figure)) <= {"upper", "lower", "wrong"}
    assert len({clouds[name].get_paths()[0].vertices.tobytes() for name in ("upper", "lower")}) == 2  # by shape too


def clouds_of(axes):
    """The points that are drawn, by what the legend calls them; the last of each name."""
    return {c.get_label(): c for c in axes.collections if type(c).__name__ == "PathCollection"}


def legend_of(figure):
    (legend,) = figure.legends
    return [text.get_text() for text in legend.get_texts()]


def test_a_ring_is_around_what_is_wrong_and_held_out_examples_look_different():
    X, y = [[-1.0, 0.0], [2.0, 1.0], [0.5, 2.0], [-0.5, 1.0]], [0, 1, 0, 0]
    model = Slope(1.0, 0.0)
    rings = clouds_of(plot.decision_boundary(model, (X, y), resolution=4).axes[0])["wrong"]
    assert [tuple(p) for p in rings.get_offsets()] == [(0.5, 2.0)]
    test = ([[3.0, 0.0], [-2.0, -1.0]], [0, 0])
    axes = plot.decision_boundary(model, (X, y), test=test, resolution=4).axes[0]
    rings = [c for c in axes.collections if c.get_label() == "wrong"]
    assert [tuple(p) for c in rings for p in c.get_offsets()] == [(0.5, 2.0), (3.0, 0.0)]
    small, large = (c for c in axes.collections if c.get_label() == "0")
    assert [tuple(p) for p in large.get_offsets()] == [(3.0, 0.0), (-2.0, -1.0)]
    assert large.get_sizes()[0] > small.get_sizes()[0]
    assert tuple(large.get_edgecolor()[0]) != tuple(small.get_edgecolor()[0])
    assert legend_of(axes.figure) == ["0", "1", "not learnt from", "wrong"]
    low, high = axes.get_xlim()
    assert low < -2.0 < 3.0 < high


def test_the_shade_is_the_stronger_the_surer():
    X = [[-4.0, 0.0], [4.0, 1.0], [-2.0, 0.5], [1.0, 0.2]]
    (image,) = plot.decision_boundary(Slope(1.0, 0.0), (X, [0, 1, 0, 1]), resolution=21).axes[0].images
    strengths = image.get_array()[10, :, 3]
    assert list(strengths[:11]) == sorted(strengths[:11], reverse=True)
    assert list(strengths[10:]) == sorted(strengths[10:])
    assert strengths[0] > 3 * strengths[10]
    colours = image.get_array()[10, :, :3]
    assert (colours[0] == colours[9]).all()
    assert (colours[0] != colours[11]).any()


def test_the_clearest_features_are_those_by_which_the_model_is_right():
    generator = random.Random(0)
    X = [[generator.gauss(0.0, 1.0) for _ in range(4)] for _ in range(200)]
    for places in ((0, 2), (1, 3), (2, 3)):
        model = Slope(*(float(j in places) for j in range(4)))
        assert plot.clearest_features(model, (X, model.classify(X))) == places
    # One of two values would make two lines of points: it is not shown where there are others.
    X = [[math.copysign(1.0, row[0]), *row[1:]] for row in X]
    model = Slope(1.0, 0.0, 1.0, 0.0)
    assert 0 not in plot.clearest_features(model, (X, model.classify(X)))
    assert plot.clearest_features(Slope(1.0, 1.0), ([[0.0, 1.0], [1.0, 0.0]], [1, 1])) == (0, 1)


def test_more_features_are_drawn_over_the_two_most_telling_ones_and_the_title_says_so():
    iris = data.load("iris", n=60, seed=0)
    means = [sum(column) / 60 for column in zip(*iris.X, strict=True)]
    seen = []

    class Spy(Module):
        def forward(self, x):
            seen.append(list(x))
            return [x[2], 3.0, x[3]]

    axes = plot.decision_boundary(Spy(), iris, resolution=5).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("petal length (cm)", "petal width (cm)")
    assert "petal length (cm), petal width (cm)" in axes.get_title(loc="left")
    assert "the other 2 features at the mean" in axes.get_title(loc="left")
    grid, examples = seen[:25], seen[25:]
    assert examples == iris.X  # it is asked about them, too, to ring those that are wrong
    assert all(x[:2] == pytest.approx(means[:2]) for x in grid)
    assert len({x[2] for x in grid}) == len({x[3] for x in grid}) == 5


def test_features_are_chosen_by_name_or_index():
    iris = data.load("iris", n=30, seed=0)
    model = MLP(4, [3], seed=0)
    for features in (("sepal width (cm)", "petal width (cm)"), (1, 3), (1, "petal width (cm)")):
        axes = plot.decision_boundary(model, iris, features=features, resolution=4).axes[0]
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("sepal width (cm)", "petal width (cm)")


def test_the_telling_features_are_those_that_part_the_classes():
    X = [[0.0, 5.0, 1.0, float(i % 3)] for i in range(6)]
    for i, row in enumerate(X):
        row[1] += 0.01 * i
        row[2] = float(i >= 3)
    assert plot.telling_features((X, [0, 0, 0, 1, 1, 1])) == (1, 2)


def test_all_examples_of_one_class_and_a_flat_model_still_give_a_picture():
    png(plot.decision_boundary(Slope(0.0, 0.0), ([[1.0, 1.0], [1.0, 1.0]], [1, 1]), resolution=3))
    png(plot.decision_boundary(MLP(2, [5], seed=0), ([[1.0, 1.0], [2.0, 1.0]], [0, 4]), resolution=3))


def test_hinge_labels_are_drawn_too():
    axes = plot.decision_boundary(Slope(1.0, 1.0), ([[1.0, 1.0], [-1.0, -1.0]], [1, -1]), resolution=4).axes[0]
    assert legend_of(axes.figure) == ["-1", "1"]


def test_gradient_flow_shows_the_layers(moons):
    model, _, history = moons
    figure = plot.gradient_flow(history)
    assert [line.get_label() for line in figure.axes[0].lines] == ["layers.0", "layers.1"]
    recorded = [epoch["layers.1"] for epoch in history.recorded["gradients"]]
    assert list(figure.axes[0].lines[1].get_ydata()) == recorded
    png(figure)
    bars = plot.gradient_flow(model).axes[0].patches
    assert [bar.get_height() for bar in bars] == list(history.recorded["gradients"][-1].values())


def test_drawing_changes_nothing(moons):
    model, dataset, history = moons
    grads, state = [p.grad for p in model.parameters()], model.state_dict()
    plot.decision_boundary(model, dataset, resolution=3)
    plot.gradient_flow(model)
    plot.loss_curve(history)
    assert [p.grad for p in model.parameters()] == grads
    assert model.state_dict() == state


def test_names_with_dollars_are_drawn_as_they_are():
    dataset = data.Dataset([[0.0, 1.0], [1.0, 0.0]], [0, 1], ("cost in $", r"$\frac{$"), ("<b>", "$x$"), "a$b")
    png(plot.decision_boundary(MLP(2, [1], seed=0), dataset, resolution=3))


def test_matplotlib_is_not_imported_before_a_picture_is_made():
    code = "import sys, tinygrad_edu.plot; assert not {'matplotlib', 'numpy', 'tqdm'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_window_and_no_shared_state_is_needed(moons):
    _, _, history = moons
    figure = plot.loss_curve(history)
    from matplotlib import _pylab_helpers

    assert all(manager.canvas.figure is not figure for manager in _pylab_helpers.Gcf.get_all_fig_managers())


X2 = [[0.0, 1.0], [1.0, 0.0]]
BAD = [
    (lambda: plot.loss_curve(History()), ValueError, "no epoch"),
    (lambda: plot.loss_curve([1.0]), TypeError, "the History that fit gives back"),
    (lambda: plot.decision_boundary(Slope(1.0), ([[1.0], [2.0]], [0, 1])), ValueError, "at least two features"),
    (lambda: plot.decision_boundary(Slope(1.0, 1.0), (X2, [0.5, 0.7])), ValueError, "other numbers"),
    (lambda: plot.decision_boundary(Slope(1.0, 1.0), (X2, [0, 1]), resolution=1), ValueError, "resolution"),
    (
        lambda: plot.decision_boundary(Slope(1.0, 1.0), (X2, [0, 1]), features=("x0", "y")),
        ValueError,
        "'y'. Known: x0, x1",
    ),
    (lambda: plot.decision_boundary(Slope(1.0, 1.0), (X2, [0, 1]), features=(0, 2)), ValueError, "no feature 2"),
    (lambda: plot.decision_boundary(Slope(1.0, 1.0), (X2, [0, 1]), features=(1, 1)), ValueError, "must differ"),
    (lambda: plot.decision_boundary(Slope(1.0, 1.0), (X2, [0, 1]), features=3), TypeError, "a pair"),
    (lambda: plot.gradient_flow(History(loss=[1.0])), ValueError, r"record=\['gradients'\]"),
    (lambda: plot.decision_boundary(nn.MLP(3, [1], seed=0), (X2, [0, 1])), ValueError, "takes 3 inputs, got 2"),
]


@pytest.mark.parametrize(("draw", "error", "message"), BAD)
def test_plots_say_what_is_wrong(draw, error, message):
    with pytest.raises(error, match=message):
        draw()
