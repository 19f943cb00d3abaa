"""Rubber bands: their lengths and pulls, in Python and on the page, against closed forms and finite differences."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.node import run_module

import tinygrad_edu as tg
from tinygrad_edu import Value

SHARES = st.floats(0.01, 1.0)


def softmax(zs):
    top = max(zs)
    weights = [math.exp(z - top) for z in zs]
    return [w / sum(weights) for w in weights]


def test_bird_and_dog():
    bands = tg.rubber_band([0.1, 0.8], [1.0, 0.0], classes=["bird", "dog"])
    assert bands.stretches == pytest.approx((0.9, 0.8))
    assert bands.pulls == pytest.approx((0.9, -0.8))  # up on bird, down on dog
    text = bands.text()
    assert "bird" in text
    assert "band 0.9, pull 0.9" in text
    assert "band 0.8, pull −0.8" in text
    assert tg.rubber_band([0.1, 0.8], "bird", classes=["bird", "dog"], loss="cross_entropy").pulls == pytest.approx(
        (0.9, -0.8)  # what is left over, 0.1, is all else's
    )


@given(st.lists(SHARES, min_size=1, max_size=5), st.data())
def test_squared_error_pulls_as_finite_differences_say(prediction, data):
    target = [data.draw(st.sampled_from([0.0, 1.0, 0.25])) for _ in prediction]
    n, h = len(prediction), 1e-6
    pulls = tg.rubber_band(prediction, target).pulls

    def error(ps):
        return sum((p - t) ** 2 for p, t in zip(ps, target, strict=True)) / n

    for i, pull in enumerate(pulls):
        up, down = list(prediction), list(prediction)
        up[i] += h
        down[i] -= h
        assert pull == pytest.approx(-(error(up) - error(down)) / (2 * h), abs=1e-7)


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=5), st.integers(0, 4))
def test_cross_entropy_pulls_every_score_with_truth_minus_softmax(scores, place):
    p, truth = softmax(scores), place % len(scores)
    pulls = tg.rubber_band(p, truth, loss="cross_entropy").pulls
    for i, pull in enumerate(pulls):
        assert pull == pytest.approx((i == truth) - p[i], abs=1e-7)


@settings(max_examples=5, deadline=None)
@given(st.lists(SHARES, min_size=2, max_size=4), st.lists(SHARES, min_size=4, max_size=4))
def test_the_page_says_what_the_engine_says_wherever_the_sliders_are(prediction, moved):
    bands = tg.rubber_band(prediction, 0)
    moved = moved[: len(prediction)]
    _, data, operations = bands._content()
    script = f"""
        const data = {json.dumps(data)};
        const operations = {operations};
        const tapes = Object.fromEntries(Object.keys(data.losses).map(name =>
          [name, new Tape(data.losses[name].tape, operations[name])]));
        console.log(JSON.stringify(judged(data.losses, tapes, {moved}, data.rest, data.smallest)));
    """
    found = run_module(script, "Tape from tape", "judged from bands")
    assert found["mse"]["pulls"] == pytest.approx(tg.rubber_band(moved, 0).pulls, abs=1e-12)
    shares = [*moved, max(0.0, 1.0 - sum(moved))] if data["rest"] else moved
    p = [max(s / sum(shares), 1e-12) for s in shares]
    assert found["cross_entropy"]["pulls"] == pytest.approx([(i == 0) - x for i, x in enumerate(p)], abs=1e-9)
    assert found["cross_entropy"]["loss"] == pytest.approx(-math.log(p[0]), abs=1e-9)


def test_values_are_taken_for_their_numbers_and_left_alone():
    p = tg.softmax([Value(0.0), Value(math.log(3.0))])
    bands = tg.rubber_band(p, 1)
    assert bands.prediction == pytest.approx((0.25, 0.75))
    assert bands.pulls
    assert all(x.grad == 0.0 for x in p)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([1.2], [1.0]), ValueError, r"prediction\[0\] is 1.2, but a rail runs from 0 to 1"),
        (([0.5], [1.0, 0.0]), ValueError, "1 predictions but 2 targets"),
        (([0.5, 0.5], 2), ValueError, "no class 2"),
        (([0.5, 0.5], "bird"), ValueError, "bird"),
        (([0.5], [1.0], ["a", "b"]), ValueError, "1 predictions but 2 classes"),
        (([], []), ValueError, "no prediction"),
        ((["x"], [1.0]), TypeError, "must be a number"),
        (([0.5], [1.0], None, "hinge"), ValueError, "mse"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_what_is_accepted(arguments, error, words):
    with pytest.raises(error, match=words):
        tg.rubber_band(*arguments)
