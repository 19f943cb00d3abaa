"""What the playground's page is answered, without a browser."""

import base64
import doctest
import json
import math
from pathlib import Path

import pytest

import tinygrad_edu as tg
from docs.playground import answers, running

EXAMPLES = sorted((Path(answers.__file__).parent / "examples").glob("*.py"))


def ran(code):
    told = []
    return answers.run(code, told.append), told


def test_its_own_examples_are_true():
    assert doctest.testmod(answers).failed == doctest.testmod(running).failed == 0


def printed(told):
    return "".join(item.get("printed", "") for item in told)


def test_a_formula_gives_numbers_gradients_and_each_view():
    numbers = {"w": "0.5", "x": "2", "b": "-pi/2"}
    for view in answers.VIEWS:
        shown = answers.formula("tanh(w*x + b)", numbers, view)
        slope = 1.0 - math.tanh(1.0 - math.pi / 2) ** 2
        assert shown["value"] == pytest.approx(math.tanh(1.0 - math.pi / 2), rel=1e-15)
        assert shown["gradients"] == pytest.approx({"w": 2.0 * slope, "x": 0.5 * slope, "b": slope}, rel=1e-14)
        assert ("html" in shown) != ("text" in shown)
    assert "agree" in answers.formula("x*x", {"x": "3"}, "check")["text"]
    assert "v1 = x × y" in answers.formula("x*y", {"x": "3"}, "trace")["text"]


def test_variables_without_a_number_get_one_and_others_are_left_out():
    shown = answers.formula("a*b", {"b": "7", "old": "1", "a": " "}, "trace")
    assert shown["numbers"] == {"a": answers.STARTS[0], "b": "7"}
    assert answers.formula("x", {"x": "3"}, "play")["gradients"] == {"x": 1.0}
    assert answers.formula("log(x)", {"x": "0"}, "trace")["value"] == "-inf"


@pytest.mark.parametrize(
    ("text", "numbers", "words"),
    [
        ("sinn(x)", {}, "did you mean 'sin'"),
        ("1 + 2", {}, "has no variable"),
        ("x*y", {"x": "y"}, "'y' is not a number for x"),
        ("x*y", {"x": "0,5"}, "write a fraction with a point, 0.5"),
        ("+".join(["x"] * 900), {}, "nested more than 500 operations deep; write long sums as sum([a, b, c])"),
        ("x.__class__", {}, "cannot read"),
        ("__import__('os').system('ls')", {}, "cannot read"),
    ],
)
def test_what_cannot_be_read_is_answered_in_one_line(text, numbers, words):
    given = json.dumps({"text": text, "numbers": numbers, "view": "play"})
    error = json.loads(answers.answer("formula", given, print))["error"]
    assert words in error
    assert "\n" not in error


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_runs_and_shows_something(path):
    program = path.read_text(encoding="utf-8")
    assert program.startswith("# en: ")
    assert program.splitlines()[1].startswith("# zh: ")
    ended, told = ran(program)
    assert ended == {}
    assert told


def test_the_examples_say_what_is_true():
    told = {path.stem[2:]: printed(ran(path.read_text(encoding="utf-8"))[1]) for path in EXAMPLES}
    assert f"∂y/∂w = {2.0 * (1.0 - math.tanh(-0.5) ** 2)!r}"[:16] in told["neuron"]
    assert "x.grad = 7.0" in told["fan_out"]
    assert told["tiny_mlp"].splitlines()[-1] == "[0.0, 1.0, 1.0, 0.0]"
    assert "mismatch" in told["your_derivative"]
    assert "0.34602" in told["your_derivative"]  # 1 / 1.7²


def test_the_derivative_of_the_example_is_right_when_it_is_mended():
    program = next(path for path in EXAMPLES if "derivative" in path.stem).read_text(encoding="utf-8")
    _, told = ran(program.replace("(1 - abs(y),)", "((1 - abs(y)) ** 2,)"))
    assert "1 of 1 derivatives agree" in printed(told)


def test_code_shows_prints_in_order_what_is_displayed_and_its_last_line():
    ended, told = ran("print(1)\ndisplay(Value(2.0, 'x') * 3.0)\nprint('two')\n'the end'")
    assert ended == {}
    assert [next(iter(item)) for item in told if item.get("printed") != "\n"] == ["printed", "html", "printed", "text"]
    assert told[-1] == {"text": "the end"}
    assert ran("x = 3")[1] == []
    assert printed(ran("print('once')")[1]) == "once\n"
    assert ran("")[0] == {}


def test_a_traceback_shows_the_readers_own_lines_only():
    ended, _ = ran("def f():\n    return 1 / 0\nf()")
    assert ended["failed"].splitlines() == [
        "Traceback (most recent call last):",
        '  File "<your code>", line 3, in <module>',
        "    f()",
        *(["    ~^^"] if "~^^" in ended["failed"] else []),
        '  File "<your code>", line 2, in f',
        "    return 1 / 0",
        "           ~~^~~",
        "ZeroDivisionError: division by zero",
    ]
    assert "SyntaxError" in ran("def f(:")[0]["failed"]
    assert "SystemExit" in ran("raise SystemExit")[0]["failed"]


SMALL = {"hidden": [6], "activation": "tanh", "lr": 0.05, "epochs": 20, "seed": 0}


def test_a_training_tells_each_epoch_and_ends_with_its_film():
    told = []
    ended = answers.train("moons", **SMALL, tell=told.append)
    assert [item["epoch"] for item in told] == list(range(1, 21))
    assert told[-1]["loss"] < told[0]["loss"]
    assert ended["test"] >= 0.85
    assert "tinygrad-film" in ended["html"]


def in_base64(text, encoding):
    return base64.b64encode(text.encode(encoding)).decode()


def test_a_table_is_learnt_by_the_column_that_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{x},{y},{'up' if x + y > 10 else 'down'},{x * 2.37 + y}" for x in range(0, 11, 2) for y in range(0, 11, 2)
    ]
    table = in_base64("\n".join(["x,y,side,double", *rows]), "utf-8")
    ended = answers.train("own", **{**SMALL, "epochs": 40}, table=table, label="side", tell=lambda told: None)
    assert ended["test"] >= 0.8
    assert "tinygrad-film" in ended["html"]
    numbers = answers.train("own", **SMALL, table=table, tell=lambda told: None)  # the last column: numbers
    assert "test" not in numbers
    assert "<pre>" in numbers["html"]
    broken = json.dumps({**SMALL, "data": "own", "table": table, "label": "sidee"})
    assert "side" in json.loads(answers.answer("train", broken, print))["error"]


def test_a_table_may_have_the_encoding_of_a_spreadsheet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{x};{y};{'上' if x > y else '下'}" for x in range(6) for y in range(6)]
    for encoding in ("gb18030", "utf-16", "utf-8"):
        table = in_base64("\n".join(["长;宽;类别", *rows]), encoding)
        ended = answers.train("own", **SMALL, table=table, label="类别", tell=lambda told: None)
        assert '"classes":["上","下"]' in ended["html"]


def test_it_speaks_where_the_library_does(monkeypatch):
    chosen = []
    monkeypatch.setattr(tg, "set_language", chosen.append)
    assert answers.speak("zh") == {"spoken": "zh"}
    assert chosen == ["zh"]
