"""What is laid side by side: descents over a surface, losses of several trainings, tables of numbers as pictures."""

import io
import math

import pytest

from tinygrad_edu import Value, optim, plot
from tinygrad_edu.training.history import History

pytest.importorskip("matplotlib", reason="draws pictures")


def valley(x, y):
    return 0.5 * (x * x + 25.0 * y * y)


def sgd(lr, **settings):
    return lambda params: optim.SGD(params, lr=lr, **settings)


def test_gradient_descent_in_a_valley_goes_by_powers():
    """Of a quadratic bowl each coordinate is multiplied in each step by 1 − lr × curvature."""
    descent = plot.descent_of(valley, (-4.0, 1.0), sgd(0.07), steps=30)
    assert len(descent.points) == len(descent.heights) == 31
    for step, (x, y) in enumerate(descent.points):
        assert x == pytest.approx(-4.0 * 0.93**step, rel=1e-12)
        assert y == pytest.approx((1 - 0.07 * 25) ** step, rel=1e-12)
        assert descent.heights[step] == pytest.approx(valley(x, y), rel=1e-12)


def test_a_descent_that_flies_off_ends_where_it_was_finite():
    descent = plot.descent_of(valley, (-4.0, 1.0), sgd(1e100), steps=50)
    assert 1 < len(descent.points) < 51
    assert all(math.isfinite(number) for number in (*descent.heights, *sum(descent.points, ())))


def test_the_picture_shows_each_way_and_each_height():
    rules = {"slow": sgd(0.01), "heavy": sgd(0.01, momentum=0.9)}
    figure = plot.descents(valley, (-4.0, 1.0), rules, steps=8)
    plane, course = figure.axes
    for k, rule in enumerate(rules.values()):
        descent = plot.descent_of(valley, (-4.0, 1.0), rule, steps=8)
        way, end = plane.lines[2 * k : 2 * k + 2]
        assert list(zip(*way.get_data(), strict=True)) == descent.points
        assert (*end.get_xdata(), *end.get_ydata()) == descent.points[-1]
        assert list(course.lines[k].get_ydata()) == descent.heights
    assert course.get_yscale() == "log"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(rules)
    low, high = plane.get_xlim()
    assert low < -4.0 < high


def test_below_0_heights_are_on_a_plain_scale_and_one_may_choose_what_is_shown():
    figure = plot.descents(lambda x, y: x * x - y * y, (1.0, 0.5), {"down": sgd(0.1)}, across=(-1, 2), up=(-3, 3))
    plane, course = figure.axes
    assert course.get_yscale() == "linear"
    assert (plane.get_xlim(), plane.get_ylim()) == ((-1.0, 2.0), (-3.0, 3.0))
    with pytest.raises(ValueError, match=r"from a smaller number to a larger one, got \(2, -1\)"):
        plot.descents(valley, (1.0, 0.5), {"down": sgd(0.1)}, across=(2, -1))


def test_the_losses_of_trainings_are_compared_on_one_scale():
    quick = History(loss=[2.0, 0.5, 0.1], val_loss=[2.0, 0.7, 0.9], best_epoch=2)
    figure = plot.loss_curves({"slow": History(loss=[2.0, 1.9], val_loss=[2.0, 1.95]), "quick": quick}, log=True)
    left, right = figure.axes
    assert [list(line.get_ydata()) for line in left.lines] == [[2.0, 1.9], [2.0, 0.5, 0.1], [0.5]]
    assert [list(line.get_ydata()) for line in right.lines] == [[2.0, 1.95], [2.0, 0.7, 0.9], [0.7]]
    assert left.get_ylim() == right.get_ylim()
    assert left.get_yscale() == "log"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["slow", "quick"]
    assert len(plot.loss_curves({"one": History(loss=[1.0])}).axes) == 1


@pytest.mark.parametrize("given", [{}, {"a": 3}, {"a": History()}])
def test_there_must_be_losses_to_compare(given):
    with pytest.raises(ValueError, match="histor"):
        plot.loss_curves(given)


def test_pictures_show_numbers_and_values_on_one_scale():
    figure = plot.pictures([[[0.0, 2.0]], [[Value(1.0), 0.5]]], ["a", "b"], columns=1, ticks="xy")
    shown = [axes.images[0] for axes in figure.axes]
    assert [image.get_array().tolist() for image in shown] == [[[0.0, 2.0]], [[1.0, 0.5]]]
    assert {image.get_clim() for image in shown} == {(0.0, 2.0)}
    assert [axes.get_title() for axes in figure.axes] == ["a", "b"]
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["x", "y"]
    photograph = plot.pictures([[[0.0, 1.0]]], bright=True)
    assert photograph.axes[0].images[0].to_rgba(1.0)[:3] == (1.0, 1.0, 1.0)
    wide, tall = plot.pictures([[[0.5] * 30] * 2]).get_figwidth(), plot.pictures([[[0.5] * 2] * 30]).get_figwidth()
    assert wide > 4.0 * tall
    signed = plot.pictures([[[-3.0, 1.0]]])
    assert signed.axes[0].images[0].get_clim() == (-3.0, 3.0)
    for number, stronger in ((3.0, "orange"), (-3.0, "blue")):  # as everywhere in the drawings
        red, _, blue, _ = signed.axes[0].images[0].to_rgba([number])[0]
        assert (red > blue) == (stronger == "orange")


@pytest.mark.parametrize("given", [[], [[]], [[[1.0, 2.0], [1.0]]]])
def test_what_is_no_picture_is_refused(given):
    with pytest.raises(ValueError, match="picture"):
        plot.pictures(given)


def test_what_a_notebook_shows_of_a_figure_is_small_and_looks_the_same():
    image = pytest.importorskip("PIL.Image", reason="comes with matplotlib")
    figure = plot.pictures([[[x * y / 400.0 for x in range(20)] for y in range(20)]])
    whole = io.BytesIO()
    figure.savefig(whole, format="png", dpi=120)
    small = figure._repr_png_()
    assert len(small) < len(whole.getvalue())
    before, after = (image.open(io.BytesIO(png)).convert("RGB") for png in (whole.getvalue(), small))
    assert before.size == after.size
    pairs = zip(before.tobytes(), after.tobytes(), strict=True)
    assert sum(abs(a - b) for a, b in pairs) / len(before.tobytes()) < 1.0
