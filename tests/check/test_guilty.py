"""A mismatch is drawn: the wrong edge in red, given against measured, and both tangents with their slopes."""

import re

import pytest

import tinygrad_edu as tg
from tinygrad_edu.drawing.scene.palette import LIGHT

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the picture")

CUBE = tg.Op("cube", lambda x: x * x * x, lambda y, x: (3.5 * x * x,))
SHEAR = tg.Op("shear", lambda a, b: a + a * b, lambda y, a, b: (1.0 + b, -a))


def caught(f, *args):
    with pytest.raises(tg.errors.GradientMismatch) as mismatch:
        tg.check_grads(f, args)
    return mismatch.value.drawing


def test_given_and_measured_stand_on_the_picture():
    drawing = caught(lambda x: tg.sin(CUBE(x)), 0.5)
    assert "given 0.875, measured 0.75" in drawing.verdict
    assert "given 0.875" in drawing.svg
    assert "measured 0.75" in drawing.svg
    assert drawing.render("png").startswith(b"\x89PNG")


def test_only_the_wrong_edge_is_red():
    drawing = caught(lambda a, b: SHEAR(a, b), 2.0, 3.0)
    edges = re.findall(r'<g class="tg-edge[^"]*"[^>]*data-index="(\d)".*?</g>', drawing.svg)
    red = [e for e in re.findall(r'<g class="tg-edge.*?</g>', drawing.svg) if LIGHT.alarm in e]
    assert sorted(edges) == ["0", "1"]
    assert len(red) == 1
    assert 'data-index="1"' in red[0]
    assert "✗" in red[0]


def test_the_tangents_have_the_slopes_that_are_written_beside_them():
    drawing = caught(lambda a, b: SHEAR(a, b), 2.0, 3.0)  # given −2 where 2 is right: mirror images
    (plot,) = [piece for piece in drawing.scene.pieces if piece.role == "plot"]
    lines = {
        s.stroke: s.points for s in plot.shapes if getattr(s, "stroke", "") in ("alarm", "ink") and hasattr(s, "points")
    }
    slopes = {role: (p[-1][1] - p[0][1]) / (p[-1][0] - p[0][0]) for role, p in lines.items()}
    assert slopes["alarm"] == pytest.approx(-slopes["ink"])
    assert slopes["ink"] < 0.0  # y grows downwards on the picture


def test_the_picture_is_as_large_as_what_is_on_it_with_the_plot_beside_the_middle_of_the_graph():
    drawing = caught(lambda a, b: SHEAR(a, b), 2.0, 3.0)
    scene = drawing.scene

    def spots(role):
        for shape in (shape for piece in scene.pieces if piece.role == role for shape in piece.shapes):
            yield from getattr(shape, "points", ())
            if hasattr(shape, "x"):
                yield shape.x, shape.y
            if hasattr(shape, "w"):
                yield shape.x + shape.w, shape.y + shape.h

    (left, *_, right), (top, *_, bottom) = (
        sorted(v) for v in zip(*(p for role in ("node", "plot", "note") for p in spots(role)), strict=True)
    )
    assert scene.x < left < scene.x + 20
    assert scene.x + scene.width - 20 < right < scene.x + scene.width
    assert scene.y < top < scene.y + 30  # the headline's letters stand on this
    assert scene.y + scene.height - 20 < bottom < scene.y + scene.height
    graph, plot = ([y for _, y in spots(role)] for role in ("node", "plot"))
    assert (min(graph) + max(graph)) / 2 == pytest.approx((min(plot) + max(plot)) / 2, abs=8)
    assert max(x for x, _ in spots("node")) < min(x for x, _ in spots("plot"))
