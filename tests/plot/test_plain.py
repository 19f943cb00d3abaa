"""Plain numbers drawn: a figure holds what was given, and a tangent has the slope of the textbook."""

import math

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, plot

pytest.importorskip("matplotlib", reason="draws pictures")


def test_a_tangent_touches_its_curve_with_the_slope_of_the_textbook():
    [axes] = plot.curve({"tanh": tg.tanh, "square": lambda x: x * x}, -2.0, 2.0, tangents=[0.5]).axes
    curves, straight = axes.lines[0::3], axes.lines[1::3]
    assert [line.get_label() for line in curves] == ["tanh", "square"]
    assert curves[0].get_ydata()[0] == pytest.approx(math.tanh(-2.0))
    for line, value, slope in zip(straight, (math.tanh(0.5), 0.25), (1 / math.cosh(0.5) ** 2, 1.0), strict=True):
        (x0, x1), (y0, y1) = line.get_xdata(), line.get_ydata()
        assert (y1 - y0) / (x1 - x0) == pytest.approx(slope)
        assert (y0 + y1) / 2 == pytest.approx(value)  # they reach as far to the left of 0.5 as to the right
    assert [text.get_text() for text in axes.texts] == ["slope 0.7864", "slope 1"]


def test_a_curve_has_gaps_where_its_function_has_no_number():
    [axes] = plot.curve(lambda p: -tg.log(p), 0.0, 1.0).axes
    assert axes.lines[0].get_ydata()[0] == math.inf
    assert axes.get_ylim()[1] < 10.0
    with pytest.raises(ValueError, match="low is 1 and high is 1"):
        plot.curve(tg.exp, 1.0, 1.0)


def test_lines_count_steps_from_0_and_may_be_logarithmic():
    [axes] = plot.lines({"small": [1.0, Value(0.5)], "costs $": [1.0, 2.0, 4.0]}, x="cup", y="loss", log=True).axes
    assert [list(line.get_ydata()) for line in axes.lines] == [[1.0, 0.5], [1.0, 2.0, 4.0]]
    assert list(axes.lines[1].get_xdata()) == [0, 1, 2]
    assert (axes.get_yscale(), axes.get_xlabel(), axes.get_ylabel()) == ("log", "cup", "loss")


def test_where_numbers_stand_somewhere_of_their_own_few_are_marked_and_many_are_a_line():
    few, many = (plot.lines({"error": [0.5] * n}, at=range(1, n + 1)).axes[0].lines[0] for n in (5, 200))
    assert few.get_marker() not in ("", "None")
    assert many.get_marker() in ("", "None")


def test_bars_stand_in_the_order_given_and_go_to_the_side_of_their_sign():
    [axes] = plot.bars({"time": 0.6, "milk": Value(-0.2)}, x="blame").axes
    assert [bar.get_width() for bar in axes.patches] == [0.6, -0.2]
    top, bottom = (axes.transData.transform((0.0, bar.get_y()))[1] for bar in axes.patches)
    assert top > bottom
    assert [label.get_text() for label in axes.get_yticklabels()] == ["time", "milk"]
    assert [text.get_text() for text in axes.texts] == ["0.6", "−0.2"]
    assert axes.patches[0].get_facecolor() != axes.patches[1].get_facecolor()


def test_lines_may_stand_against_another_number():
    [axes] = plot.lines({"cost": [2.0, 20.0]}, at=[10, 1000], x="n", log=True).axes
    assert list(axes.lines[0].get_xdata()) == [10, 1000]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    [axes] = plot.lines({"cost": [2.0, 20.0]}, at=[10, 1000]).axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "linear")
