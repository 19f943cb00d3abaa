"""A drawing is data first: most of these tests read the records, a few read what was rendered."""

import math
import re
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.drawing import Drawing, draw
from tinygrad_edu.drawing.style import Style
from tinygrad_edu.engine.value import constant
from tinygrad_edu.errors import GraphvizMissingError, TracedBoolError

pygraphviz = pytest.importorskip("pygraphviz", reason="pygraphviz lays out the pictures in these tests")

NASTY = [
    'say "hi"',
    "{a|b}",
    "<b>bold</b>",
    "a & b",
    "&lt;",
    "back\\slash",
    "\\N \\G",
    "two\nlines",
    "tab\there",
    "nul\0",
    "\x1b[31m",
    "好",
    "🎉 party",
    "é",
    "\ud800",
    "\u202egnp.exe",
    "]]>",
    "</svg>",
    "</script><img onerror=alert(1) src=x>",
    "$x^2$",
    "%s",
    "'",
    "`",
    "--",
    "\uffff",
    " ",
    "x" * 500,
]


def neuron():
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-1.0, "b")
    y = tg.tanh(w * x + b)
    y.name = "y"
    return w, x, b, y


def texts(svg):
    return ["".join(e.itertext()) for e in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_a_neuron_is_six_nodes_and_five_edges_with_their_local_derivatives():
    *_, y = neuron()
    records = draw(y).records
    assert [(n.name, n.symbol, n.kind, n.value) for n in records.nodes] == [
        ("w", "", "leaf", 0.5),
        ("x", "", "leaf", 2.0),
        ("", "×", "operation", 1.0),
        ("b", "", "leaf", -1.0),
        ("", "+", "operation", 0.0),
        ("y", "tanh", "output", 0.0),
    ]
    by_id = {n.id: n for n in records.nodes}
    assert [
        (by_id[e.source].name or by_id[e.source].symbol, by_id[e.target].symbol, e.index, e.local)
        for e in records.edges
    ] == [("w", "×", 0, 2.0), ("x", "×", 1, 0.5), ("×", "+", 0, 1.0), ("b", "+", 1, 1.0), ("+", "tanh", 0, 1.0)]


def test_gradients_are_unknown_before_a_backward_pass_and_shown_after():
    w, *_, y = neuron()
    before = draw(y)
    assert all(n.grad is None for n in before.records.nodes)
    assert all(e.contribution is None for e in before.records.edges)
    assert texts(before.svg).count("–") == 6
    y.backward()
    after = draw(y)
    assert [n.grad for n in after.records.nodes] == [2.0, 0.5, 1.0, 1.0, 1.0, 1.0]
    assert "–" not in texts(after.svg)
    assert w.grad == 2.0


def test_drawing_changes_no_gradient():
    w, x, b, y = neuron()
    y.backward(3.0)
    before = [v.grad for v in (w, x, b, y)]
    d = draw(y)
    for format in ("svg", "png", "pdf", "dot", "txt"):
        d.render(format)
    assert [v.grad for v in (w, x, b, y)] == before


def test_x_times_x_has_two_edges_that_add_up_to_the_gradient():
    x = Value(3.0, "x")
    y = x * x
    y.backward()
    edges = draw(y).records.edges
    assert [(e.source, e.index, e.local, e.contribution) for e in edges] == [("n0", 0, 3.0, 3.0), ("n0", 1, 3.0, 3.0)]
    assert sum(e.contribution for e in edges) == x.grad
    assert draw(y).svg.count("tg-edge") == 2


def test_contributions_into_each_node_sum_to_its_gradient():
    a, b = Value(-4.0, "a"), Value(2.0, "b")
    c = a + b
    d = a * b + b**3
    c += c + 1
    d += d * 2 + tg.relu(b + a)
    g = (c - d) ** 2 / 2.0 + 10.0 / (c - d) ** 2
    g.backward()
    records = draw(g).records
    for node in records.nodes:
        inflow = [e.contribution for e in records.edges if e.source == node.id and e.contribution is not None]
        if inflow:
            assert math.isclose(sum(inflow), node.grad, rel_tol=1e-12), node


def test_constants_are_drawn_once_per_use_and_named_ones_once():
    x = Value(3.0, "x")
    y = x * 2.0 + x * 2.0 + 2.0
    records = draw(y).records
    constants = [n for n in records.nodes if n.kind == "constant"]
    assert [c.value for c in constants] == [2.0, 2.0, 2.0]
    assert len({c.id for c in constants}) == 3
    assert all(sum(e.source == c.id for e in records.edges) == 1 for c in constants)
    assert all(e.local is None for e in records.edges if e.source in {c.id for c in constants})
    pixel = constant(7.0, "pixel")
    nodes = draw(x * pixel + pixel).records.nodes
    assert [(n.name, n.kind) for n in nodes if n.name == "pixel"] == [("pixel", "input")]


def test_parameters_are_told_apart_from_other_leaves():
    weight = tg.nn.Neuron(1, seed=0).w[0]
    y = weight * Value(2.0, "a name.with a dot")
    assert [n.kind for n in draw(y).records.nodes] == ["parameter", "leaf", "output"]
    shown = texts(draw(y).svg)
    assert "parameter" in shown
    assert "leaf" in shown
    assert "output" in shown


def test_dead_zero_and_nonfinite_nodes_carry_flags_and_words():
    x = Value(-2.0, "x")
    y = tg.relu(x) + tg.log(Value(-1.0, "bad"))
    y.backward()
    records = draw(y).records
    flags = {n.symbol or n.name: n.flags for n in records.nodes}
    assert flags["relu"] == ("dead",)
    assert flags["x"] == ("zero",)
    assert flags["ln"] == ("alarm",)
    shown = texts(draw(y).svg)
    assert "not finite!" in shown
    assert "passes nothing" in shown


@pytest.mark.parametrize("upstream", [math.nan, math.inf, 3.0])
def test_what_passes_nan_on_is_not_said_to_pass_nothing(upstream):
    """A slope of 0 passes nothing back unless the gradient is not finite: 0 × inf is nan."""
    x = Value(-2.0, "x")
    y = tg.relu(x) * 1.0
    y.backward(upstream)
    (node,) = [node for node in draw(y).records.nodes if node.symbol == "relu"]
    said = node.description(Style())
    assert ("passes nothing back" in said) == (x.grad == 0.0) == (upstream == 3.0)
    assert said.startswith("operation relu, ")


def test_a_nan_gradient_at_the_root_counts_as_swept():
    x = Value(1.0, "x")
    y = x * 1.0
    y.backward(math.nan)
    assert math.isnan(draw(y).records.node("x").grad)


@pytest.mark.parametrize("name", NASTY)
def test_every_name_survives_and_injects_nothing(name):
    y = Value(1.0, name) * Value(2.0, "honest")
    y.name = name
    with tg.scope(name):
        z = y + 1.0
    d = draw(z)
    tree = ET.fromstring(d.svg)  # well formed
    tags = {e.tag.removeprefix("{http://www.w3.org/2000/svg}") for e in tree.iter()}
    assert tags <= {"svg", "style", "g", "rect", "path", "polygon", "text", "title"}
    assert not any(key.startswith("on") for e in tree.iter() for key in e.attrib)
    assert len(list(tree.iter("{http://www.w3.org/2000/svg}g"))) == len(d.records.nodes) + len(d.records.edges) + 3
    graph = pygraphviz.AGraph(string=d.dot)  # Graphviz reads it, and finds as many nodes as there are
    assert graph.number_of_nodes() == len(d.records.nodes)
    assert graph.number_of_edges() == len(d.records.edges)
    assert str(d).isprintable() or "\n" in str(d)
    assert all(c.isprintable() or c == "\n" for c in str(d))
    for format in ("svg", "dot", "txt", "png"):
        assert d.render(format)


@pytest.mark.parametrize(
    "name", ["好", "🎉 party", "a & b", "<b>bold</b>", 'say "hi"', "{a|b}", "back\\slash", "&lt;", "é", "$x^2$"]
)
def test_a_printable_name_is_shown_as_it_is(name):
    y = Value(1.0, name) * 2.0
    d = draw(y)
    assert name in texts(d.svg)
    assert name in str(d)
    # What Graphviz draws from the DOT text is the name too.
    assert name in texts(pygraphviz.AGraph(string=d.dot).draw(format="svg", prog="dot").decode())


def test_control_characters_are_shown_as_their_symbols():
    d = draw(Value(1.0, "two\nlines\t\x1b[31m") * 2.0)
    assert d.records.nodes[0].name == "two␊lines␉␛[31m"
    assert "two␊lines␉␛[31m" in texts(d.svg)


def test_saving_in_every_format_and_refusing_others(tmp_path):
    *_, y = neuron()
    d = draw(y)
    starts = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph", "txt": b"node"}
    for format, start in starts.items():
        assert d.save(tmp_path / f"g.{format}").read_bytes().startswith(start)
    for bad in ("g.jpg", "g", "g.svgz", "g.sgv"):
        with pytest.raises(ValueError, match="svg, png, pdf, dot, txt"):
            d.save(tmp_path / bad)
        assert not (tmp_path / bad).exists()
    with pytest.raises(ValueError, match="did you mean 'svg'"):
        d.save(tmp_path / "g.svgz")
    with pytest.raises(FileNotFoundError, match="make it first"):
        d.save(tmp_path / "nowhere" / "g.svg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["g.dot", "g.pdf", "g.png", "g.svg", "g.txt"]


def test_a_save_that_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    *_, y = neuron()
    path = draw(y).save(tmp_path / "g.svg")
    old = path.read_bytes()

    def fails(*_):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fails)
    with pytest.raises(OSError, match="disk full"):
        draw(y, theme="dark").save(path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("format", ["svg", "png", "pdf", "dot", "txt"])
def test_the_same_graph_gives_the_same_bytes(format):
    assert draw(neuron()[-1]).render(format) == draw(neuron()[-1]).render(format)


def test_drawings_have_no_ids_so_that_many_can_share_a_page():
    svg = draw(neuron()[-1]).svg
    assert not any("id" in e.attrib for e in ET.fromstring(svg).iter())
    (sheet,) = re.findall("<style>(.*?)</style>", svg)
    for rule in sheet.removesuffix("}").split("}"):  # which concern nothing on the page but such drawings
        assert rule.startswith((".tg-auto ", "svg:root{"))
    assert "<style" not in draw(neuron()[-1], theme="light").svg


def test_without_pygraphviz_the_executable_is_asked_and_gives_the_same_picture(monkeypatch):
    graphviz = pytest.importorskip("graphviz", reason="the other way to Graphviz")
    expected = draw(neuron()[-1]).svg
    asked = []

    def pipe(self, format, engine, quiet):
        asked.append((format, engine))
        return pygraphviz.AGraph(string=self.source).draw(format=format, prog=engine)

    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setattr(graphviz.Source, "pipe", pipe)
    assert draw(neuron()[-1]).svg == expected
    assert asked == [("json0", "dot")]


def test_without_any_graphviz_one_error_names_both_remedies_and_text_still_works(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    d = draw(neuron()[-1])
    with pytest.raises(GraphvizMissingError, match=r"pip install pygraphviz.*executable `dot`"):
        d.save(tmp_path / "g.svg")
    assert list(tmp_path.iterdir()) == []
    assert "tanh(v2)" in str(d)
    assert "digraph" in d.dot
    shown = d._repr_mimebundle_()
    assert "image/svg+xml" not in shown
    assert "pip install pygraphviz" in shown["text/plain"]


def test_it_shows_itself_in_notebooks():
    d = draw(neuron()[-1])
    assert isinstance(d, Drawing)
    assert d._repr_svg_().startswith("<svg")
    assert set(d._repr_mimebundle_()) == {"text/plain", "image/svg+xml", "text/html"}
    assert len(repr(d)) < 90


def test_the_text_form_reads_as_equations():
    *_, y = neuron()
    y.backward()
    lines = [line.split("  ") for line in str(draw(y)).splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells == [
        ["node", "=", "value", "grad", "local derivatives"],
        ["w", "leaf", "0.5", "2"],
        ["x", "leaf", "2", "0.5"],
        ["v1", "w × x", "1", "1", "w: 2, x: 0.5"],
        ["b", "leaf", "−1", "1"],
        ["v2", "v1 + b", "0", "1", "v1: 1, b: 1"],
        ["y", "tanh(v2)", "0", "1", "v2: 1"],
    ]


def test_a_traced_graph_is_drawn_from_the_same_fields():
    k = Value(3.0, "k")
    graph = tg.trace(lambda x, y: tg.log(x) * k + x * y, 2.0, 5.0)
    records = draw(graph).records
    assert [(n.kind, n.symbol) for n in records.nodes] == [
        ("input", ""),
        ("input", ""),
        ("parameter", ""),
        ("operation", "ln"),
        ("operation", "×"),
        ("operation", "×"),
        ("output", "+"),
    ]
    assert len(records.edges) == 7
    assert records.show == ()
    assert all(n.value is None and n.grad is None for n in records.nodes)
    assert draw(graph).svg.count("tg-node") == 7


def test_several_roots_are_drawn_together():
    w, x, _, y = neuron()
    records = draw([y, w * x]).records
    assert [n.kind for n in records.nodes].count("output") == 2
    assert [n.name for n in records.nodes].count("w") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"edges": "all"}, "local"),
        ({"direction": "up"}, "LR"),
        ({"theme": "blue"}, "dark"),
        ({"digits": 0}, "1 to 17"),
        ({"digits": 2.5}, "1 to 17"),
        ({"max_nodes": 1}, "3 or more"),
        ({"collapse": "all"}, "auto"),
        ({"collapse": -1}, "auto"),
        ({"show": ("data",)}, "grad"),
        ({"show": "value"}, "grad"),
        ({"collapse": True}, "auto"),
    ],
)
def test_a_wrong_option_says_what_is_accepted(options, words):
    with pytest.raises(ValueError, match=words):
        draw(Value(1.0), **options)


@pytest.mark.parametrize("x", [None, 1.0, "x", [], [1.0]])
def test_what_cannot_be_drawn_is_refused(x):
    with pytest.raises(TypeError, match="give a Value"):
        draw(x)


def test_options_show_digits_direction_and_edges():
    *_, y = neuron()
    y.backward()
    values_only = draw(y, show=("value",), edges=None)
    assert "grad" not in texts(values_only.svg)
    assert all("label" not in e.attrib.get("data-part", "") for e in ET.fromstring(values_only.svg).iter())
    x = Value(math.pi, "x")
    assert "3.1416" in texts(draw(x * 1.0).svg)
    assert "3.14" in texts(draw(x * 1.0, digits=2).svg)
    wide, tall = draw(y).scene, draw(y, direction="TB").scene
    assert wide.width > wide.height
    assert tall.height > tall.width
    assert draw(y, edges="contribution").records.edge_labels == "contribution"


def test_a_path_can_be_pointed_at():
    w, _, b, y = neuron()
    (path,) = tg.paths(y, w)
    records = draw(y, highlight=path).records
    assert [n.name or n.symbol for n in records.nodes if n.highlighted] == ["w", "×", "+", "y"]
    assert [e.index for e in records.edges if e.highlighted] == [0, 0, 0]
    assert 'opacity="0.3"' in draw(y, highlight=path).svg
    assert [n.name for n in draw(y, highlight=b).records.nodes if n.highlighted] == ["b"]


def test_edges_are_as_wide_as_their_contributions():
    x, y = Value(1.0, "x"), Value(100.0, "y")
    z = x * 100.0 + y * 0.01 + Value(1.0, "dead") * 0.0
    z.backward()
    widths = {}
    d = draw(z)
    for piece in d.scene.pieces:
        if piece.role == "edge":
            widths[dict(piece.data)["source"]] = piece.shapes[0].width
    name = {n.name: n.id for n in d.records.nodes}
    assert widths[name["x"]] > widths[name["y"]] > widths[name["dead"]]


def test_values_graphs_and_modules_show_themselves_in_notebooks():
    *_, y = neuron()
    model = tg.nn.MLP(2, [3, 1], seed=0)
    pipeline = tg.nn.Sequential(tg.nn.Standardize([0.0, 1.0], [1.0, 2.0]), model)
    for shown in (y, tg.trace(lambda x: x * x, 1.0), model, pipeline, pipeline[0], model.layers[0]):
        bundle = shown._repr_mimebundle_()
        assert bundle["text/plain"] == repr(shown)
        assert bundle["image/svg+xml"] == draw(shown).svg
        assert shown._mime_() == ("image/svg+xml", bundle["image/svg+xml"])


def test_a_module_is_drawn_with_its_layers_and_parameters():
    records = draw(tg.nn.MLP(2, [3, 1], seed=0)).records
    assert [n.kind for n in records.nodes].count("input") == 2
    assert [n.kind for n in records.nodes].count("parameter") == 3 * 3 + 4
    assert {"layers.0", "layers.1"} <= {c.label for c in records.clusters}


def test_what_is_too_large_to_draw_in_passing_shows_itself_as_text():
    y = Value(1.0)
    for _ in range(25_000):
        y = y + 1.0
    assert set(y._repr_mimebundle_()) == {"text/plain"}
    assert y._mime_()[0] == "text/plain"


def test_a_module_that_takes_any_number_of_inputs_shows_itself_as_text():
    class Line(tg.nn.Module):
        def __init__(self):
            self.slope = Value(2.0)

        def forward(self, x):
            return self.slope * x

    assert set(Line()._repr_mimebundle_()) == {"text/plain"}
    with pytest.raises(TypeError, match=r"Line does not say what it takes: give an example, as in draw\(model, x\)"):
        draw(Line())


def test_a_module_says_itself_what_it_is_drawn_with():
    class Distance(tg.nn.Module):
        def __init__(self):
            self.centre = [Value(1.0), Value(2.0)]

        def forward(self, point):
            return tg.hypot(point["x"] - self.centre[0], point["y"] - self.centre[1])

        def example_input(self):
            return {"x": 0.0, "y": 0.0}

    records = draw(Distance()).records
    assert [n.name for n in records.nodes if n.kind == "input"] == ["x['x']", "x['y']"]
    assert [n.kind for n in records.nodes].count("parameter") == 2


def test_a_module_whose_code_cannot_be_traced_still_shows_itself_as_text():
    model = tg.nn.MLP(2, [3, 1], activation=lambda z: z if z > 0 else 0.0 * z, seed=0)
    assert model._repr_mimebundle_() == {"text/plain": repr(model)}
    with pytest.raises(TracedBoolError):
        draw(model)


def test_a_module_of_many_parameters_is_not_drawn_in_passing():
    assert set(tg.nn.Layer(150, 140, seed=0)._repr_mimebundle_()) == {"text/plain"}


def test_threads_may_draw_at_once():
    expected = draw(neuron()[-1]).svg
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda _: draw(neuron()[-1]).svg, range(64)))
    assert set(pictures) == {expected}
