"""Predictions: asked before they are answered, judged alike in Python and on the page."""

import json

import pytest
from support.node import run_module

import tinygrad_edu as tg
from tinygrad_edu import Value, predict


@pytest.mark.parametrize(
    ("answer", "tolerance", "given", "right"),
    [
        (6.0, 0.01, "6.05", True), (6.0, 0.01, "6.07", False), (-2.0, 0.01, "2", False), (0.0, 0.01, "0.005", True),
        (0.0, 0.01, "0.02", False), (1e-6, 0.01, "1e-6", True), (1e-6, 0.01, "0", False),
        ("down", 0.01, " Down ", True), ("down", 0.01, "up", False),
    ],
)  # fmt: skip
def test_page_and_python_judge_alike(answer, tolerance, given, right):
    script = f"console.log(JSON.stringify(isRight({json.dumps(given)}, {json.dumps(answer)}, {tolerance})))"
    assert run_module(script, "isRight from predict") is right
    asked = predict("?", answer, tolerance)
    assert asked.check(given if isinstance(answer, str) else float(given)) is right


def test_the_question_stands_where_scripts_do_not_run_and_the_answer_does_not():
    x = Value(3.0, "x")
    asked = predict(
        "What is the slope of x² at <3>?", tg.grad(lambda x: x * x)(3.0), mistakes={9.0: "x²."}, because="It is 2x."
    )
    still = asked.html.split("<script")[0]
    assert "the slope of x² at &lt;3&gt;" in still
    assert "2x" not in still
    assert "x²." not in still
    assert predict("?", x).answer == 3.0


def test_a_mistake_must_be_a_wrong_answer_that_can_be_given():
    with pytest.raises(ValueError, match=r"mistake 2\.01 counts as right, for the answer is 2\.0: leave it out"):
        predict("?", 2.0, mistakes={2.01: "rounded"})
    with pytest.raises(ValueError, match="mistake 'left' is not among the choices up, down"):
        predict("?", "up", choices=["up", "down"], mistakes={"left": "sideways"})
    with pytest.raises(TypeError, match="a mistake must be a number, got 'two'"):
        predict("?", 3.0, mistakes={"two": "miscounted"})


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(ValueError, match="not among the choices"):
        predict("?", "left", choices=["up", "down"])
    with pytest.raises(TypeError, match="answer must be a number"):
        predict("?", None)
