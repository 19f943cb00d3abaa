"""The table of sentences: every language says everything that the sources can say, and nothing that they do not."""

import ast
import json
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from support.node import run_module

import tinygrad_edu as tg
from tinygrad_edu import Value, words
from tinygrad_edu.check.mistakes import MISTAKES, NO_REFLECTION, RECURSION, WRONG_VALUE
from tinygrad_edu.pages.live import sentences_in
from tinygrad_edu.signs import columns

SOURCES = Path(tg.__file__).parent
OTHERS = [language for language in words.LANGUAGES if language != "en"]


@pytest.fixture
def chinese():
    tg.set_language("zh")
    yield
    tg.set_language("en")


def calls_of_say(path):
    source = path.read_text(encoding="utf-8")
    if not re.search(r"^from \.+(words|letters) import .*\bsay\b", source, re.MULTILINE):
        return []
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call for call in calls if getattr(call.func, "id", None) == "say"]


def places(sentence):
    return set(re.findall(r"\{(\w+)\}", sentence))


def everything_said():
    found = {word for op in tg.OPS.values() for word in op.operands}
    mistakes = (*MISTAKES, NO_REFLECTION, RECURSION, WRONG_VALUE)
    found |= {words for mistake in mistakes for words in (mistake.phrase, mistake.remedy)}
    for path in SOURCES.rglob("*.py"):
        found |= {call.args[0].value for call in calls_of_say(path) if isinstance(call.args[0], ast.Constant)}
    for path in SOURCES.rglob("*.js"):
        found |= {*sentences_in(path.read_text(encoding="utf-8"))}
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_all_that_is_said_and_nothing_else(language):
    table, said = words.table_of(language), everything_said()
    assert len(said) > 300  # they were found
    assert said - set(table) == set(), "these are not translated"
    assert set(table) - said == set(), "these are said nowhere"
    assert [sentence for sentence, theirs in table.items() if places(sentence) != places(theirs)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_has_two_translations(language):
    text = (files(words) / f"{language}.json").read_text(encoding="utf-8")
    given = Counter(name for name, _ in json.loads(text, object_pairs_hook=list))
    assert [name for name, count in given.items() if count > 1] == []


def test_every_call_is_with_a_literal_and_fills_its_places():
    for path in SOURCES.rglob("*.py"):
        for call in calls_of_say(path):
            literal = isinstance(call.args[0], ast.Constant)
            assert literal or path.parent.name in ("ops", "check"), (
                path,
                call.lineno,
            )  # which say those of their entries
            if literal and all(keyword.arg for keyword in call.keywords):
                assert places(call.args[0].value) == {keyword.arg for keyword in call.keywords}, (path, call.lineno)
    for path in SOURCES.rglob("*.js"):
        script = path.read_text(encoding="utf-8")
        assert len(re.findall(r"(?<![.\w])say\(", script)) == len(sentences_in(script)), path


def test_no_script_writes_english_past_the_table():
    shown = r'(?:textContent = |"aria-label": |"aria-valuetext", |title: |\}, |button\()["`][^"`$]*[A-Za-z]{3,}'
    assert re.search(shown, 'el("p", {class: "hint"}, "Nothing flows.")')
    scripts = {path.name: path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.js")}
    assert [(name, found) for name, script in scripts.items() for found in re.findall(shown, script)] == []


def test_an_unknown_language_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"no language is called 'zn'; did you mean 'zh'\? Known: en, zh"):
        tg.set_language("zn")
    assert words.language_tag() == "en"


def test_places_may_stand_in_any_order_and_hold_anything(chinese):
    told = words.say("{name} from {low} to {high}, across", name="{low}", low="$&", high="%s")
    assert told == "横向 {low} 从 $& 到 %s"
    script = """
      speak({"{from} → {to} can come now.": "{to} ← {from}"});
      console.log(JSON.stringify([say("{from} → {to} can come now.", {from: "$&", to: "{from}"}), say("Right.")]));
    """
    assert run_module(script, "say, speak from words") == ["{from} ← $&", "Right."]


def test_a_page_carries_the_words_of_its_own_script_only(chinese):
    html = tg.predict("1 + 1?", 2.0).html
    given = json.loads(re.search(r'tinygrad-page-data">(.*?)</script>', html, re.DOTALL)[1])["words"]
    assert given["You said {answer}."] == "你答的是 {answer}。"
    assert "Turn a knob" not in given
    tg.set_language("en")
    assert '"words":{}' in tg.predict("1 + 1?", 2.0).html


def test_operands_are_told_apart_in_words(chinese):
    x = Value(2.0, "x")
    assert [step.towards for step in tg.steps(x * x) if step.kind == "backward"] == ["左边的因子", "右边的因子"]
    towards = [step.towards for step in tg.steps(tg.sum([x, x, x])) if step.kind == "backward"]
    assert towards[2] == "第 3 个项（共 3 个）"


def test_what_is_drawn_and_told_is_chinese_and_its_numbers_are_the_same():
    def told():
        w, x = Value(0.5, "w"), Value(2.0, "x")
        y = tg.relu(w * x * x)
        y.backward()
        drawing = tg.draw(y, edges="contribution")
        spoken = [node.description(drawing.records.style) for node in drawing.records.nodes]
        table = str(tg.trace(lambda a: tg.sin(a) * a, 0.5).table(0.5))
        return "\n".join([str(drawing), drawing.title, tg.play(y).text(), str(tg.paths(y, x)), table, *spoken])

    english = told()
    tg.set_language("zh")
    try:
        chinese = told()
    finally:
        tg.set_language("en")
    assert {*re.findall(r"[A-Za-z]{2,}", chinese)} == {"grad", "relu", "heaviside", "sin"}
    numbers = r"−?\d+\.?\d*"
    assert Counter(re.findall(numbers, english)) == Counter(re.findall(numbers, chinese))


def test_columns_end_under_each_other_where_letters_are_wide(chinese):
    table = str(tg.trace(lambda 豆, b: 豆 * b, 0.5, 1.0).table(0.5, 2.0))
    assert {sum(2 if "\u4e00" <= c <= "\u9fff" else 1 for c in line) for line in table.splitlines()} == {26}, table
    rails = [line for line in tg.rubber_band([0.1, 0.8], [1.0, 0.0], ["鸟", "ox"]).text().splitlines() if "0 " in line]
    assert [line[: line.index(" 0")] for line in rails] == ["鸟", "ox"]


def test_tables_of_data_of_layers_and_of_a_check_are_chinese_and_end_under_each_other(chinese):
    cube = tg.Op("cube", lambda x: x * x * x, lambda y, x: (3.1 * x * x,))
    with pytest.raises(tg.errors.GradientMismatch) as caught:
        tg.check_grads(cube, (0.5,))
    right = str(tg.check_grads(tg.sin, (0.5,)))
    described = str(tg.data.load("moons", n=20, seed=0).describe())
    table = tg.nn.MLP(2, [3, 1], seed=0).table([0.5, 1.0])
    told = "\n".join([described, table, str(caught.value), right])
    names = "moons upper lower MLP Layer layers activation relu linear cube sin number"
    assert {*re.findall(r"[A-Za-z]{3,}", told)} <= {*names.split()}

    def without_last(line):
        return line.rpartition("  ")[0].rstrip()

    (_, head, *rows), (_, titles, row), (_, _, features, *numbers) = (
        text.splitlines() for text in (table, right, described)
    )
    assert {columns(line) for line in rows} == {columns(head)}
    assert columns(without_last(row)) == columns(titles)
    assert {columns(line) for line in numbers} == {columns(without_last(features))}
