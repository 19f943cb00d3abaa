"""Pictures that move by themselves: their moments are those of the walk, in an SVG without a script and in a GIF."""

import io
import xml.etree.ElementTree as ET

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, play
from tinygrad_edu.drawing.scene.palette import DARK, LIGHT, colour_of, contrast
from tinygrad_edu.drawing.scene.shapes import TextLine
from tinygrad_edu.drawing.style import Style
from tinygrad_edu.pages.moving import durations
from tinygrad_edu.stepping.moments import moments
from tinygrad_edu.stepping.player_data import Frames

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the picture")
SVG = "{http://www.w3.org/2000/svg}"


def neuron():
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-0.4, "b")
    y = tg.tanh(w * x + b)
    y.name = "y"
    return y


def frames(y, **options):
    return Frames(y, Style(labels=True), options.get("collapse"), options.get("max_nodes", 150))


def texts(scene, part):
    return {
        piece.id: shape.text for piece in scene.pieces for shape in piece.shapes if getattr(shape, "part", "") == part
    }


def test_every_moment_shows_what_is_known_then():
    y = neuron()
    made = moments(frames(y))
    walked = list(tg.steps(y))
    assert len(made) == len(walked) + 1
    order = tg.topological_order(y)
    grads = {}
    for moment, step in zip(made[1:], walked, strict=True):
        node = step.parent or (step.node if step.kind == "seed" else None)
        if node is not None:
            grads[node] = step.grad_after
        shown = texts(moment.scene, "grad")
        for i, other in enumerate(order):
            number = shown[f"n{i}"]
            if other in grads:
                assert float(number.replace("−", "-")) == pytest.approx(grads[other], abs=1e-4)
            else:
                assert number == "–"
    assert set(texts(made[0].scene, "value").values()) == {"0.5", "2", "−0.4", "–"}
    assert "w.grad += ∂v1/∂w × v1.grad" in [m.caption.partition(":")[0] for m in made]
    assert y.grad == 0.0


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_word_can_be_read_at_every_moment(theme):
    for moment in moments(frames(neuron())):
        for piece in moment.scene.pieces:
            for chip in [s for s in piece.shapes if getattr(s, "part", "") == "chip"]:
                above = [s for s in piece.shapes if isinstance(s, TextLine) and chip.y < s.y < chip.y + chip.h]
                assert [s.text for s in above][:1] == ["grad"]
                for line in above:
                    ink, fill = colour_of(theme, line.fill), colour_of(theme, chip.fill)
                    assert contrast(ink, fill) > 3.0, (line.text, line.fill, chip.fill)


def test_the_svg_moves_without_a_script_and_ends_as_the_walk_does():
    player = play(neuron())
    root = ET.fromstring(player._formats()[".svg"]())
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "style", "g", "rect", "path", "polygon", "text", "animate", "title"}  # fmt: skip
    animations = list(root.iter(f"{SVG}animate"))
    assert len({a.get("dur") for a in animations}) == 1
    for a in animations:
        times = [float(t) for t in a.get("keyTimes").split(";")]
        assert times[0] == 0.0
        assert times == sorted(times)
        assert len(times) == len(a.get("values").split(";"))
    hidden = {id(e) for g in root.iter(f"{SVG}g") if g.get("visibility") == "hidden" for e in g.iter()}
    still = [e.text for e in root.iter(f"{SVG}text") if id(e) not in hidden]
    assert "1.4232" in still  # w.grad, where nothing moves
    assert "–" not in still


def test_the_gif_has_a_picture_for_every_moment(tmp_path):
    image = pytest.importorskip("PIL.Image", reason="Pillow, which comes with matplotlib")
    path = play(Value(3.0, "x") * Value(2.0, "y")).save(tmp_path / "steps.gif")
    with image.open(io.BytesIO(path.read_bytes())) as moving:
        assert moving.n_frames == 1 + 4
        assert moving.info["loop"] == 0
    names = [p.name for p in play(Value(3.0, "x") * 2.0).frames(tmp_path / "frames")]
    assert names == ["000.png", "001.png", "002.png", "003.png"]


def test_of_a_long_walk_some_moments_are_shown_and_the_end():
    model = tg.nn.MLP(2, [8, 8, 1], "tanh", seed=0)
    loss = tg.nn.mse(model([1.0, -1.0]), 0.5)
    made = moments(frames(loss, max_nodes=400), most=20)
    assert len(made) <= 22
    loss.backward()
    order = tg.topological_order(loss)
    shown = texts(made[-1].scene, "grad")
    for i, node in enumerate(order):
        if f"n{i}" in shown:
            assert float(shown[f"n{i}"].replace("−", "-")) == pytest.approx(node.grad, rel=1e-3, abs=1e-4)
    assert sum(durations(len(made))) < 90
