"""Where texts stand: labels and titles on nothing else, scopes inside their parents, folds inside their scopes."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.computations import computations

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.drawing.lettering import text_width
from tinygrad_edu.drawing.scene.graphviz_layout import Layout
from tinygrad_edu.drawing.scene.places import place_labels, place_titles
from tinygrad_edu.drawing.scene.shapes import Curve, Rect, TextLine

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the pictures")


def points_of(curve, count=60):
    """Points on a Bézier curve, by its definition."""
    for k in range(0, len(curve) - 3, 3):
        a, b, c, d = curve[k : k + 4]
        for i in range(count + 1):
            t = i / count
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield tuple(sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))


def box_of(text, trim=0.85):
    """The box of a text, as wide as its letters are on most machines, rather than at most."""
    width = text_width(text.text) * text.size * trim
    left = {"start": text.x, "middle": text.x - width / 2, "end": text.x - width}[text.anchor]
    return left, text.y - text.size * 0.75, left + width, text.y + text.size * 0.1


def meet(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def within(inner, outer, slack=0.6):
    return all(inner[i] >= outer[i] - slack for i in (0, 1)) and all(inner[i] <= outer[i] + slack for i in (2, 3))


class Geometry:
    """The boxes, lines and texts of a scene."""

    def __init__(self, drawing):
        self.records = drawing.records
        self.lines, self.labels, self.nodes, self.scopes, self.titles = {}, {}, {}, {}, {}
        for piece in drawing.scene.pieces:
            for shape in piece.shapes:
                if piece.role == "edge" and isinstance(shape, Curve):
                    self.lines[piece.id] = list(points_of(shape.points))
                elif piece.role == "edge" and isinstance(shape, TextLine):
                    self.labels[piece.id] = box_of(shape)
                elif piece.role == "title" and isinstance(shape, TextLine):
                    self.titles[piece.id] = box_of(shape)
                elif piece.role == "cluster" or (piece.role == "node" and shape.part == "card"):
                    kind = self.scopes if piece.role == "cluster" else self.nodes
                    if isinstance(shape, Rect):
                        kind[piece.id] = shape.x, shape.y, shape.x + shape.w, shape.y + shape.h
                    else:
                        xs, ys = zip(*shape.points, strict=True)
                        kind[piece.id] = min(xs), min(ys), max(xs), max(ys)

    def crossed(self, box, own=""):
        """The edges, their own apart, whose lines run through a box."""
        return [
            id_
            for id_, line in self.lines.items()
            if id_ != own and any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in line)
        ]


def test_the_label_beside_a_crossing_stands_on_no_other_line():
    model = tg.nn.MLP(2, [3], seed=2)
    for target in range(3):
        loss = tg.nn.cross_entropy(model([1.0, 2.0]), target)
        geometry = Geometry(tg.draw(loss))
        assert not [id_ for id_, box in geometry.labels.items() if geometry.crossed(box, id_)]


OPTIONS = st.fixed_dictionaries(
    {"collapse": st.sampled_from([None, 0, 1, 2]), "direction": st.sampled_from(["LR", "TB"])}
)


@settings(max_examples=settings.default.max_examples // 2)
@given(computations(), OPTIONS)
def test_scopes_and_folds_lie_inside_what_they_belong_to(x, options):
    geometry = Geometry(tg.draw(x, **options))
    for scope in geometry.records.clusters:
        if scope.parent is not None:
            assert within(geometry.scopes[scope.id], geometry.scopes[scope.parent])
        assert within(geometry.titles[scope.id], geometry.scopes[scope.id])
    for node in geometry.records.nodes:
        for id_, box in geometry.scopes.items():
            inside = id_ in around(geometry.records, node)
            assert within(geometry.nodes[node.id], box) if inside else not meet(geometry.nodes[node.id], box)
    assert len(geometry.lines) == len(geometry.records.edges)  # none is lost


def around(records, node):
    parents = {scope.id: scope.parent for scope in records.clusters}
    at = node.cluster
    while at is not None:
        yield at
        at = parents[at]


def test_nearly_all_texts_of_many_pictures_stand_free():
    labels, titles = [], []
    for geometry in map(Geometry, many_drawings()):
        labels += [bool(geometry.crossed(box, id_)) for id_, box in geometry.labels.items()]
        titles += [bool(geometry.crossed(box)) for box in geometry.titles.values()]
        for (_, one), (_, other) in itertools.combinations(geometry.labels.items(), 2):
            assert not meet(one, other)
        for text, box in itertools.product(
            (*geometry.labels.values(), *geometry.titles.values()), geometry.nodes.values()
        ):
            assert not meet(text, box)
    assert len(labels) > 600
    assert len(titles) > 150
    assert sum(labels) == 0
    assert sum(titles) <= len(titles) * 0.03  # where lines fill the whole upper edge of a scope


def test_of_very_many_labels_those_that_stand_free_are_written_and_the_others_counted():
    model = tg.nn.MLP(2, [12, 10, 1], "tanh", seed=0)
    drawing = tg.draw(tg.nn.binary_cross_entropy(model([0.5, -1.0]), 1), collapse=None)
    geometry = Geometry(drawing)
    missing = sum(bool(edge.text(drawing.records.fitted_style())) for edge in drawing.records.edges)
    missing -= len(geometry.labels)
    assert missing > 0
    assert len(geometry.labels) > 80
    assert f"{missing} labels of edges found no room and are left out" in drawing.svg
    for id_, label in geometry.labels.items():
        assert not any(meet(label, node) for node in geometry.nodes.values())
        assert not any(meet(label, other) for at, other in geometry.labels.items() if at != id_)
        assert not geometry.crossed(label, id_)


def test_where_no_place_is_free_lines_pass_below_a_title():
    model = tg.nn.MLP(2, [5, 1], seed=5)
    drawing = tg.draw(tg.nn.cross_entropy([model([1.0, 2.0]), 0.0], 1), collapse=2, direction="TB")
    geometry = Geometry(drawing)
    assert any(geometry.crossed(box) for box in geometry.titles.values())
    roles = [piece.role for piece in drawing.scene.pieces]
    assert max(i for i, role in enumerate(roles) if role == "edge") < roles.index("title")
    for piece in drawing.scene.pieces:
        if piece.role == "title":
            plate, text = piece.shapes
            left, top, right, bottom = box_of(text)
            assert within((left, top, right, bottom), (plate.x, plate.y, plate.x + plate.w, plate.y + plate.h), 1.0)
            assert plate.fill == "cluster"
            assert plate.opacity > 0.8


def many_drawings():
    for seed in range(6):
        model = tg.nn.MLP(2, [2 + seed % 3, 3], seed=seed)
        loss = tg.nn.cross_entropy(model([Value(1.0, "a"), Value(2.0, "b")]), 1)
        loss.backward()
        for collapse, direction in itertools.product((1, 2, None), ("LR", "TB")):
            yield tg.draw(loss, collapse=collapse, direction=direction)


def test_a_label_leaves_the_place_that_another_line_runs_through():
    straight = ((0.0, 0.0), (30.0, 0.0), (60.0, 0.0), (90.0, 0.0))
    other = ((0.0, 20.0), (30.0, 20.0), (60.0, 20.0), (90.0, 20.0))
    proposed = (45.0, 14.0)
    layout = Layout((90.0, 40.0), {}, ((straight, proposed), (other, None)), {})
    (at,) = place_labels(layout, {0: (20.0, 10.0)}, {}, []).values()
    assert at[1] + 5 < 20.0
    alone = Layout((90.0, 40.0), {}, ((straight, proposed),), {})
    assert place_labels(alone, {0: (20.0, 10.0)}, {}, []) == {0: proposed}


def test_two_labels_do_not_take_one_place():
    line = ((0.0, 0.0), (30.0, 0.0), (60.0, 0.0), (90.0, 0.0))
    layout = Layout((90.0, 40.0), {}, ((line, (45.0, 8.0)), (line, (45.0, 8.0))), {})
    one, other = place_labels(layout, {0: (20.0, 6.0), 1: (20.0, 6.0)}, {}, []).values()
    assert abs(one[0] - other[0]) >= 20.0 or abs(one[1] - other[1]) >= 6.0


def test_a_title_slides_to_where_no_line_runs():
    line = ((20.0, -50.0), (20.0, 0.0), (20.0, 50.0), (20.0, 100.0))
    layout = Layout((300.0, 100.0), {}, ((line, None),), {"s0": (0.0, 0.0, 300.0, 100.0)})
    ((x, y),) = place_titles(layout, {"s0": (9.0, 11.0)}, {"s0": (60.0, 11.0)}).values()
    assert y == 11.0
    assert 20.0 < x < 40.0
