"""Practice: what is asked, which edge may come, and which mistake a wrong number is taken for."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.node import run_module

import tinygrad_edu as tg
from tinygrad_edu import Value, practice

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the picture")

FACTS = {"local": 0.7116, "upstream": -3.0, "before": 0.5, "others": [2.0]}


def judged(*asked, facts=FACTS):
    script = f"""
        console.log(JSON.stringify({json.dumps(asked)}.map(([question, answer]) =>
          judge(question, answer, {json.dumps(facts)}, 4))));
    """
    return run_module(script, "judge from exercise")


def test_every_classical_mistake_is_called_by_its_name():
    assert judged(
        ("contribution", 0.7116 * -3.0), ("contribution", -2.13), ("contribution", 0.7116 * 3.0),
        ("contribution", 0.7116), ("contribution", -3.0), ("contribution", 2.0 * -3.0), ("contribution", 2.0),
        ("contribution", 0.5 + 0.7116 * -3.0), ("contribution", 0.7116 - 3.0), ("contribution", -2.2),
        ("contribution", 17.0),
    ) == [
        "right", "right", "sign", "upstream left out", "slope left out", "operand", "operand and upstream", "sum",
        "added", "rounding", "other",
    ]  # fmt: skip
    assert judged(("slope", 0.712), ("slope", -0.7116), ("slope", 2.0), ("slope", 0.7116 * -3.0), ("slope", -3.0)) == [
        "right", "sign", "operand", "contribution", "upstream only"]  # fmt: skip
    assert judged(("sum", 0.5 - 2.1348), ("sum", -2.1348), ("sum", 0.5), ("sum", 0.5 + 2.1348)) == [
        "right", "overwritten", "nothing added", "sign"]  # fmt: skip


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=8))
def test_what_is_right_is_never_called_a_mistake(rows):
    for local, upstream, before in rows:
        facts = {"local": local, "upstream": upstream, "before": before, "others": [local + 1.0]}
        asked = [("slope", local), ("contribution", local * upstream), ("sum", before + local * upstream)]
        assert judged(*asked, facts=facts) == ["right"] * 3


READ = {
    "−0.25": -0.25, " 2 × 0.7116 ": 1.4232, "2*-3": -6.0, "3/4": 0.75, "(−2) × (0.5)": -1.0, "1e-3": 0.001,
    "95 %": 0.95, "－０．２５": -0.25, "１÷４": 0.25, "0。25": 0.25, "x": None, "": None, "2*": None, "1..2": None,
    "2²": None, "。5": None,
    # a comma is the point where it can be nothing else
    "1,5": 1.5, "0,25": 0.25, "−0,125": -0.125, "０，２５": 0.25, "2 × 0,5": 1.0, "1,5e-3": 0.0015, "12,5 %": 0.125,
    "1234,567": 1234.567, "1,2345": 1.2345,
    "1,000": None, "-12,345": None, "1,000,000": None, "0,2,5": None, ",5": None, "5,": None, "1,5.2": None,
    "1.234,5": None, "3, 4": None,
}  # fmt: skip


def test_numbers_are_read_as_people_type_them():
    script = f"console.log(JSON.stringify({json.dumps([*READ])}.map(typed)))"
    assert dict(zip(READ, run_module(script, "typed from typed"), strict=True)) == READ


def test_who_types_a_comma_that_cannot_be_read_is_told_how_to_write():
    script = 'console.log(JSON.stringify(["1,000", "１，０００", "three"].map(unread)))'
    told = run_module(script, "unread from typed")
    assert ["0.25" in words and "1000" in words for words in told] == [True, True, False]


def test_an_edge_waits_for_all_that_its_node_receives():
    edges = [{"from": 3, "to": 2}, {"from": 3, "to": 1}, {"from": 2, "to": 1}, {"from": 1, "to": 0}]
    script = f"""
        const edges = {json.dumps(edges)};
        const free = done => edges.filter((e, i) => !done.includes(i) &&
          !missing(edges, new Map(done.map(i => [i, true])), e).length).map(e => [e.from, e.to]);
        console.log(JSON.stringify([free([]), free([0]), free([0, 1]), free([0, 1, 2])]));
    """
    assert run_module(script, "missing from exercise") == [
        [[3, 2], [3, 1]], [[3, 1], [2, 1]], [[2, 1]], [[1, 0]]]  # fmt: skip


def test_the_still_picture_does_not_give_the_answers_away():
    w, x = Value(0.123, "w"), Value(0.987, "x")
    y = w * x * 3.0
    y.backward()
    image = practice(y).html.split("<script")[0]
    assert "0.123" in image  # the values are given
    assert "2.961" not in image  # w.grad
    assert "0.369" not in image  # x.grad


def test_what_cannot_be_practised_is_refused_with_what_can():
    with pytest.raises(TypeError, match="got float"):
        practice(1.0)
    with pytest.raises(ValueError, match="no gradient is shared out"):
        practice(Value(1.0))
    x = Value(1.0)
    with pytest.raises(ValueError, match="too many to do by hand"):
        practice(tg.sum([tg.sin(x) for _ in range(80)]))
    with pytest.raises(ValueError, match="back sends back what is not its derivative"):
        practice(tg.Op("back", lambda x: 2.0 * x, lambda y, x: (0.5,), exact=False)(x))
    with pytest.raises(ValueError, match="slope"):
        practice(x * 2.0, ask="slop")
