"""Pictures speak the language that was chosen, with letters of a font that is there, or else in English."""

import re
import warnings

import pytest

pytest.importorskip("matplotlib", reason="pictures are drawn with the extra [plot]")

import tinygrad_edu as tg
from tinygrad_edu.plot import letters

HISTORY = tg.History(loss=[2.0, 1.0], val_loss=[2.5, 1.5], loss_name="mse")


@pytest.fixture
def chinese():
    tg.set_language("zh")
    yield
    tg.set_language("en")


def no_font(monkeypatch):
    monkeypatch.setattr(letters, "font_of", lambda tag: None)


def words_of(figure):
    axes = figure.axes[0]
    return [axes.get_xlabel(), axes.get_ylabel(), *[text.get_text() for text in axes.get_legend().get_texts()]]


def test_the_words_of_a_picture_are_chinese_where_a_font_has_them(chinese, monkeypatch):
    monkeypatch.setattr(letters, "font_of", lambda tag: "Some Font SC")
    assert words_of(tg.plot.loss_curve(HISTORY)) == ["轮次", "损失（mse）", "学过的", "留出的"]


def test_without_such_a_font_they_are_english_and_nothing_is_a_box(chinese, monkeypatch, tmp_path):
    no_font(monkeypatch)
    figure = tg.plot.loss_curve(HISTORY)
    assert words_of(figure) == ["epoch", "loss (mse)", "learnt from", "held out"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of a letter that no font has
        figure.savefig(tmp_path / "loss.png")


def test_a_readers_own_words_are_left_to_the_browser_where_there_is_no_font(chinese, monkeypatch):
    no_font(monkeypatch)
    figure = tg.plot.bars({"咖啡豆": 0.5, "奶": -0.2}, x="苦味")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = figure._repr_svg_()
    assert figure._repr_png_() is None
    assert {*re.findall(r"<text[^>]*>([^<]*)</text>", svg)} >= {"咖啡豆", "奶", "苦味"}


def test_a_font_that_is_there_is_found_and_lent_to_every_text(chinese, monkeypatch):
    from matplotlib.font_manager import fontManager
    from matplotlib.text import Text

    monkeypatch.setitem(letters._FONTS, "zh-CN", ("No Such Font", "DejaVu Serif"))  # which comes with matplotlib
    letters.font_of.cache_clear()
    try:
        figure = tg.plot.lines({"鸟": [1.0, 0.5]}, x="步")
        figure.set_layout_engine("none")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that font has no such letters
            figure.canvas.draw()
    finally:
        letters.font_of.cache_clear()
    assert {text.get_fontfamily()[-1] for text in figure.findobj(Text)} == {"DejaVu Serif"}
    assert "No Such Font" not in fontManager.get_font_names()


def test_english_pictures_are_not_touched():
    figure = tg.plot.loss_curve(HISTORY)
    assert figure._repr_svg_() is None
    assert figure._repr_png_().startswith(b"\x89PNG")
