"""Another Graphviz can be given: it places the nodes of every drawing, and a bad answer is told apart."""

import json

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.drawing import set_graphviz


@pytest.fixture
def given():
    """Sets another Graphviz for one test."""
    before = set_graphviz(None)
    yield set_graphviz
    set_graphviz(before)


def product():
    y = Value(0.5, "w") * Value(2.0, "x")
    y.backward()
    return y


class Shelf:
    """A Graphviz that puts two leaves and their product where the test says, in points, y growing upwards."""

    def __init__(self, form):
        self.asked, self.form = [], form

    def __call__(self, dot):
        self.asked.append(dot)
        names = [line.split()[0] for line in dot.splitlines() if "width=" in line]
        places = dict(zip(names, ["50,250", "50,50", "350,150"], strict=True))
        edges = [line.split() for line in dot.splitlines() if "->" in line]
        return self.form(
            json.dumps(
                {
                    "bb": "0,0,400,300",
                    "objects": [{"name": name, "pos": pos} for name, pos in places.items()],
                    "edges": [
                        {"id": f"k{i}", "pos": f"{places[e[0]]} 100,100 200,100 {places[e[2]]}"}
                        for i, e in enumerate(edges)
                    ],
                }
            )
        )


@pytest.mark.parametrize("form", [str, str.encode])
def test_it_places_the_nodes_of_drawings_and_pages(given, form):
    shelf = Shelf(form)
    assert given(shelf) is None
    drawing = tg.draw(product())
    boxes = [piece.shapes[0] for piece in drawing.scene.pieces if piece.role == "node"]
    centres = [(box.x + box.w / 2, box.y + box.h / 2) for box in boxes]
    (x0, y0), (x1, y1), (x2, y2) = centres
    assert (x1 - x0, y1 - y0) == pytest.approx((0, 200))  # the second below the first: y grows downwards in pictures
    assert (x2 - x0, y2 - y0) == pytest.approx((300, 100))
    assert "tinygrad-player" in tg.play(product()).html
    assert len(shelf.asked) >= 2
    assert all(dot.startswith("digraph") for dot in shelf.asked)
    usual = given(None)
    assert usual is shelf


@pytest.mark.parametrize("answer", ["", "<svg></svg>", b"[]", "{}", None, 3])
def test_what_is_no_layout_is_told_and_leaves_no_file(given, answer, tmp_path):
    given(lambda dot: answer)
    with pytest.raises(ValueError, match=r"must answer as `dot -Tjson0` does.*it answered"):
        tg.draw(product()).save(tmp_path / "graph.svg")
    assert list(tmp_path.iterdir()) == []


def test_what_it_raises_passes_through_and_the_next_drawing_is_not_locked_out(given):
    def broken(dot):
        raise OSError("no route to the other machine")

    given(broken)
    for _ in range(2):
        with pytest.raises(OSError, match="no route"):
            tg.draw(product()).svg  # noqa: B018  # a property that lays out


def test_only_a_function_is_taken(given):
    with pytest.raises(TypeError, match=r"from a DOT text to Graphviz's JSON, or None, got 'dot'"):
        given("dot")
