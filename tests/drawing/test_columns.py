"""The folded drawing of a loss whose scopes are layers: neurons in columns, in order, lines that tell the blame."""

import itertools

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.drawing.scene import graphviz_layout
from tinygrad_edu.drawing.scene.shapes import Curve, Polygon
from tinygrad_edu.engine.value import constant
from tinygrad_edu.errors import GraphvizMissingError


def drawn(direction="LR", swept=True, sizes=(12, 5, 2)):
    model = tg.nn.MLP(3, list(sizes), "tanh", seed=0)
    loss = tg.nn.cross_entropy(model([Value(0.5, "a"), Value(-1.0, "b"), Value(0.0, "c")]), 1)
    if swept:
        loss.backward()
    return tg.draw(loss, collapse=2, direction=direction)


def boxes(drawing):
    """Left, top, right, bottom of every node, by id."""
    found = {}
    for piece in drawing.scene.pieces:
        if piece.role == "node":
            card = next(shape for shape in piece.shapes if shape.part == "card")
            if isinstance(card, Polygon):
                xs, ys = zip(*card.points, strict=True)
                found[piece.id] = min(xs), min(ys), max(xs), max(ys)
            else:
                found[piece.id] = card.x, card.y, card.x + card.w, card.y + card.h
    return found


@pytest.mark.parametrize(("direction", "along"), [("LR", 0), ("TB", 1)])
def test_neurons_stand_in_columns_in_their_order_without_graphviz(monkeypatch, direction, along):
    monkeypatch.setattr(graphviz_layout, "run_graphviz", lambda dot: pytest.fail("Graphviz was asked"))
    drawing = drawn(direction)
    places = boxes(drawing)
    layers = {c.label: c.id for c in drawing.records.clusters}
    inputs = sorted("abc", key=lambda name: places[drawing.records.node(name).id][1 - along])
    assert inputs == ["a", "b", "c"]
    ends = []
    for layer, count in (("layers.0", 12), ("layers.1", 5), ("layers.2", 2)):
        inside = [node for node in drawing.records.nodes if node.cluster == layers[layer]]
        inside.sort(key=lambda node: places[node.id][1 - along])
        assert [node.name for node in inside] == [f"neurons.{k}" for k in range(count)]
        assert len({round(places[n.id][along] + places[n.id][along + 2], 6) for n in inside}) == 1
        ends.append([min(places[n.id][along] for n in inside), max(places[n.id][along + 2] for n in inside)])
    for before, after in itertools.pairwise(ends):
        assert before[1] < after[0]
    for one, other in itertools.combinations(places.values(), 2):
        assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def test_a_line_between_layers_has_the_colour_of_what_flows_back_and_its_width():
    drawing = drawn()
    groups = {node.id for node in drawing.records.nodes if node.kind == "group"}
    lines = {piece.id: piece.shapes for piece in drawing.scene.pieces if piece.role == "edge"}
    seen = []
    for i, edge in enumerate(drawing.records.edges):
        if {edge.source, edge.target} & groups:
            (line,) = lines[f"k{i}"]  # without a head
            assert isinstance(line, Curve)
            sign = (edge.contribution > 0) - (edge.contribution < 0)
            assert line.stroke == {1: "scale4", -1: "scale-4", 0: "line"}[sign]
            seen.append((abs(edge.contribution), line.width))
    assert len(seen) == 36 + 60 + 10 + 3  # all weights; the true score goes into two operations
    seen.sort()
    assert [width for _, width in seen] == sorted(width for _, width in seen)
    assert seen[0][1] < seen[-1][1]
    assert "orange: positive" in drawing.svg


def test_a_network_is_played_without_graphviz_in_which_only_details_are_missing(monkeypatch):
    def missing(dot):
        raise GraphvizMissingError

    monkeypatch.setattr(graphviz_layout, "run_graphviz", missing)
    model = tg.nn.MLP(3, [12, 5, 2], "tanh", seed=0)
    loss = tg.nn.cross_entropy(model([0.5, -1.0, 0.0]), 1)
    assert "neurons.11" in tg.play(loss, collapse=2).html
    with pytest.raises(GraphvizMissingError):
        assert tg.play(loss * loss.detach(), collapse=None).html


def test_what_belongs_to_no_layer_stands_beside_their_boxes():
    model = tg.nn.Sequential(tg.nn.MLP(2, [5, 3], "tanh", seed=0), tg.nn.Sigmoid())
    loss = tg.nn.mse(model([0.5, -1.0]), [constant(1.0, "first"), constant(0.0, "second"), constant(0.0, "third")])
    drawing = tg.draw(loss, collapse=3)
    assert any("line" in piece.classes for piece in drawing.scene.pieces)  # in columns
    places = boxes(drawing)
    scopes = [piece.shapes[0] for piece in drawing.scene.pieces if piece.role == "cluster"]
    for name in ("first", "second", "third"):
        left, top, right, low = places[drawing.records.node(name).id]
        for box in scopes:
            assert right < box.x or left > box.x + box.w or low < box.y or top > box.y + box.h


def test_before_a_backward_pass_the_lines_tell_no_sign():
    drawing = drawn(swept=False)
    roles = {
        shape.stroke for p in drawing.scene.pieces if p.role == "edge" for shape in p.shapes if isinstance(shape, Curve)
    }
    assert roles == {"line"}
    assert "orange: positive" not in drawing.svg


def test_an_edge_past_a_column_is_led_around_what_stands_there():
    drawing = drawn()
    places = boxes(drawing)
    curves = {
        p.id: s.points for p in drawing.scene.pieces if p.role == "edge" for s in p.shapes if isinstance(s, Curve)
    }
    for i, edge in enumerate(drawing.records.edges):
        points = curves[f"k{i}"]
        for k in range(0, len(points) - 3, 3):
            a, b, c, d = points[k : k + 4]
            for step in range(21):
                t = step / 20
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                x, y = (sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))
                for id_, (left, top, right, low) in places.items():
                    if id_ not in (edge.source, edge.target):
                        assert not (left < x < right and top < y < low), (edge.source, edge.target, id_)
