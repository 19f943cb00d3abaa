"""Whatever can be drawn is drawn: in every format and in a notebook, folded anywhere, whatever it is called."""

import math
import re
import unicodedata
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.functions import survey
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import OPS, Value, nn
from tinygrad_edu.drawing import draw
from tinygrad_edu.drawing.picture import FORMATS
from tinygrad_edu.pages import play

STARTS = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph", "txt": b"node", "tex": b"% "}
NAMES = st.none() | st.text(max_size=5) | st.sampled_from(["a\x1b[31m", "\x00", "v1", "layers.0.w", "\ud800", "\u202e"])
NUMBERS = st.floats(-3.0, 3.0) | st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf, 1e300, 5e-324])
USUAL = settings.default.max_examples  # pictures take long: some of what the profile says
COLLAPSES = st.sampled_from(["auto", None, 0, 1, 2, lambda scope: len(scope.name) % 2 == 0])


@st.composite
def computations(draw_, leaves=4, lines=12):
    """A computation of any operations of the table, ours or odd ones, in scopes of any names."""
    odd = tg.Op(
        "odd", lambda x: x, lambda y, x: (1.0,), symbol=draw_(st.sampled_from(["\x01", "a\nb", "<&>", "·\x7f"]))
    )
    nodes = [Value(draw_(NUMBERS), draw_(NAMES)) for _ in range(draw_(st.integers(1, leaves)))]
    for _ in range(draw_(st.integers(0, lines))):
        op = draw_(st.sampled_from([odd, *(op for op in OPS.values() if op.arity != 0)]))
        count = op.arity or 2 * draw_(st.integers(1, 4))
        operands = [draw_(st.sampled_from(nodes[-6:])) for _ in range(count)]
        if draw_(st.booleans()):
            operands[draw_(st.integers(0, count - 1))] = draw_(NUMBERS)
        if not any(isinstance(operand, Value) for operand in operands):
            operands[0] = nodes[-1]
        scope = draw_(st.none() | st.text(min_size=1, max_size=3))
        if scope is None:
            nodes.append(op(*operands))
        else:
            with tg.scope(scope), tg.scope("inner"):
                nodes.append(op(*operands))
        nodes[-1].name = draw_(NAMES)
    root = nodes[-1] if draw_(st.booleans()) else tg.sum(nodes)
    if draw_(st.booleans()):
        root.backward()
    return root


def is_clean(text):
    return not any(unicodedata.category(c) in ("Cc", "Cs") for c in text if c != "\n")


def check(drawing, formats=("svg", "dot", "txt")):
    for format in formats:
        assert drawing.render(format).startswith(STARTS[format])
    ET.fromstring(drawing.svg)
    bundle = drawing._repr_mimebundle_()
    (address,) = re.findall(
        r'<img alt="[^"<>]*" class="[^"]*" style="[^"]*" src="data:image/svg\+xml;charset=utf-8,([^"<>]*)">$',
        bundle.pop("text/html"),
    )
    assert unquote(address) == drawing.svg
    assert bundle == {"text/plain": str(drawing), "image/svg+xml": drawing.svg}
    assert all(map(is_clean, (*bundle.values(), drawing.dot)))


@settings(max_examples=USUAL * 2 // 5)
@given(
    x=computations(),
    collapse=COLLAPSES,
    max_nodes=st.integers(3, 20),
    show=st.sampled_from([("value", "grad"), ("grad",), ()]),
    edges=st.sampled_from(["local", "contribution", None]),
    direction=st.sampled_from(["LR", "TB"]),
)
def test_any_computation_is_drawn(x, collapse, max_nodes, show, edges, direction):
    drawing = draw(x, show=show, edges=edges, direction=direction, collapse=collapse, max_nodes=max_nodes)
    check(drawing)
    if collapse == "auto":
        assert len([n for n in drawing.records.nodes if n.kind != "constant"]) <= max_nodes


@settings(max_examples=USUAL // 25)
@given(x=computations(lines=5), collapse=COLLAPSES)
def test_any_computation_is_painted(x, collapse):
    check(draw(x, collapse=collapse), FORMATS)


@settings(max_examples=USUAL // 5)
@given(x=computations(), collapse=COLLAPSES, max_nodes=st.integers(3, 20))
def test_any_computation_is_played(x, collapse, max_nodes):
    player = play(x, collapse=collapse, max_nodes=max_nodes)
    assert set(player._repr_mimebundle_()) == {"text/plain", "text/html"}
    assert is_clean(player.text())
    assert "<script" in player.page


@settings(max_examples=USUAL * 2 // 5)
@given(x=computations(), text=NAMES)
def test_captions_traces_and_paths_keep_the_terminal_clean(x, text):
    printed = [step.caption for step in tg.steps(x)] + [step.rule for step in tg.steps(x)]
    leaf = tg.topological_order(x)[0]
    graph = tg.Graph.from_value(x)
    for shown in (*printed, tg.paths(x, leaf), graph, graph.table(*[0.5] * len(graph.inputs)), tg.find_nonfinite(x)):
        assert is_clean(str(shown))
    check(draw(graph))


def test_the_rule_of_a_division_by_zero_is_infinite():
    assert [step.rule for step in tg.steps(Value(2.0, "x") / 0.0) if step.kind == "backward"] == ["inf"]


def networks():
    yield nn.Neuron(3, "tanh", seed=0)
    yield nn.Layer(2, 3, seed=0)
    yield nn.MLP(2, [3, 1], seed=0)
    yield nn.MLP(2, [8, 8, 1], seed=0)
    yield nn.Standardize([1.0, 2.0], [1.0, 2.0])
    yield nn.Sequential(nn.Standardize([1.0, 2.0], [1.0, 2.0]), nn.MLP(2, [3, 2], "gelu", seed=0))
    yield nn.Sequential(nn.Sequential(nn.MLP(2, [3, 2], seed=0)), nn.MLP(2, [2], seed=0))


def drawables():
    f = tg.trace(lambda a, b: tg.sum([a * b, tg.sin(a) / 3.0, 2.0]), 1.0, 2.0)
    yield from (
        f,
        f.grad(),
        f.value_and_grad(),
        f.grad().simplify(),
        tg.trace(lambda a: {"same": [a, a], "c": 3.0}, 1.0),
    )
    yield from (tg.trace(lambda: 3.0), tg.trace(lambda x: [], 1.0), tg.trace(list))
    for model in networks():
        yield model
        yield model.as_graph()
        outputs = model(model.example_input())
        if isinstance(outputs, Value):
            yield outputs
            yield model.as_graph().grad()
        elif isinstance(outputs[0], Value):
            yield outputs
            yield nn.mse(outputs, [1.0] * len(outputs))


FOLDS = [1, lambda scope: scope.name.startswith("neurons."), *((0, 2) if THOROUGH else ())]


@pytest.mark.parametrize("x", list(drawables()))
def test_every_kind_of_thing_is_drawn_folded_anywhere(x):
    for collapse in FOLDS:
        check(draw(x, collapse=collapse))
    check(draw(x, max_nodes=5))
    if hasattr(x, "_repr_mimebundle_"):
        assert set(x._repr_mimebundle_()) == {"text/plain", "image/svg+xml", "text/html"}


def test_a_compiled_function_is_drawn():
    model = nn.MLP(2, [3, 1], seed=0)
    compiled = tg.compile(model)
    compiled([[0.5, -0.25], [1.0, 2.0]])
    for collapse in ("auto", None, 0, 1):
        check(draw(compiled, collapse=collapse))
    compiled.value_and_grad([[0.5, -0.25], [1.0, 2.0]])
    check(draw(compiled), FORMATS)


def test_functions_are_played_at_their_arguments():
    def received(player):
        sums = re.findall(r"(\S+)\.grad \+= .*\n.* = (\S+)", player.text())
        return dict(sums)

    graph = tg.trace(survey, 2.0, 5.0)
    assert received(play(graph, (2.0, 5.0))).items() >= {"x1": "5.5", "x2": "1.7163"}.items()  # Baydin et al. 2018
    assert received(play(tg.compile(survey), (2.0, 5.0))) == received(play(graph, (2.0, 5.0)))
    second = tg.trace(lambda x: x * x * x, 1.0).grad()
    assert received(play(second, 2.0))["x"] == "12"
    pair = tg.trace(lambda p: p[0] * p[1], (1.0, 1.0))  # whose only argument is a tuple
    assert play(pair, (3.0, 4.0)).text().endswith("0 + 3 × 1 = 3")
    model = nn.MLP(2, [3, 1], seed=0)
    played = play(model.as_graph(), [0.5, 0.25]), play(tg.compile(model), [0.5, 0.25])
    assert {*received(played[0]).values()} == {*received(played[1]).values()}  # the inputs have other names
    with pytest.raises(TypeError, match="gives \\(number, number\\)"):
        play(graph.grad(), (2.0, 5.0))
    with pytest.raises(TypeError, match=r"write play\(f, 2.0\)"):
        play(graph)
    with pytest.raises(tg.errors.GraphError, match="traced for"):
        play(graph, 2.0)


def test_what_reads_an_elided_middle_several_times_names_it_so_often():
    x = Value(1.0, "x")
    y = x
    for _ in range(50):
        y = y * 1.0 + x
    check(draw(y))
    assert re.search(r"^v99 +… 147 nodes … × … 147 nodes … ", str(draw(y, max_nodes=5)), re.M)


def test_two_nodes_of_one_group_do_not_read_as_a_square():
    x = Value(2.0, "x")
    with tg.scope("cell"):
        a, b = tg.sin(x), tg.cos(x)
    assert re.search(r"^v\d+ +cell × cell ", str(draw(a * b, collapse=0)), re.M)
    assert re.search(r"^v\d+ +x² ", str(draw(x * x)), re.M)


def test_operands_keep_their_places_beside_folded_ones():
    c, a = Value(1.0, "c"), Value(2.0, "a")
    with tg.scope("cell"):
        b = a * 3.0 + 1.0
        d = a * 4.0 + 1.0
    text = str(draw(tg.where(c, b, d), collapse=0))
    assert "where(c, cell, cell)" in text
    text = str(draw(tg.where(b, c, d) - b, collapse=0))
    assert "where(cell, c, cell)" in text


def test_a_group_is_alarmed_by_what_it_hides():
    x = Value(0.0, "x")
    with tg.scope("cell"):
        y = tg.exp(-tg.reciprocal(x * x))
    group = next(n for n in draw(y + 1.0, collapse=0).records.nodes if n.kind == "group")
    assert "alarm" in group.flags
    with tg.scope("cell"):
        y = tg.exp(x * 2.0) * 3.0
    group = next(n for n in draw(y + 1.0, collapse=0).records.nodes if n.kind == "group")
    assert group.flags == ()
