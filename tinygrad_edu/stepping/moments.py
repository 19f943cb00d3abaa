"""With this module a walk becomes a row of pictures: the scene after each step, all laid out alike.

What has no value yet shows "–"; what the step is about is outlined. So the moments of a computation can be put into one
picture that moves by itself, or be painted one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from ..drawing.lettering import NOTHING
from ..drawing.scene.palette import level_of, roles
from ..drawing.scene.scene import make_scene
from ..drawing.scene.shapes import Curve, Piece, Polygon, Rect, Scene, Shape, TextLine
from ..inspection.stepwise import Step, steps
from .player_data import Frames
from .stepper import receiver

_ON_CHIPS = {role for role in roles() if role.startswith("ink") and role != "ink"}
"""Inks that go by the gradient below them."""

_CAPTION = 30.0


class Moment(NamedTuple):
    """A picture, and what has just been done.

    Attributes
    ----------
    scene : Scene
    caption : str
        The step in one line; "" for the start.
    """

    scene: Scene
    caption: str


def moments(frames: Frames, most: int = 120) -> list[Moment]:
    """Give the picture before the first step, and after each; of many steps some.

    Parameters
    ----------
    frames : Frames
        The pictures of the player, of which the whole is taken.
    most : int, default 120
        How many steps are shown; of more, every second, every third and so on, and the last.

    Returns
    -------
    list of Moment
    """
    shown = [step for step in steps(frames.root, order=frames.way) if _is_drawn(frames, step)]
    stride = -(-len(shown) // most) or 1
    walk = _Walk(frames)
    made = [Moment(walk.scene(None), "")]
    for i, step in enumerate(shown):
        walk.take(step)
        if (i + 1) % stride == 0 or i + 1 == len(shown):
            made.append(Moment(walk.scene(step), walk.caption(step)))
    return made


def _is_drawn(frames: Frames, step: Step) -> bool:
    ends = (step.node, receiver(step))
    return any(end is not None and frames.views[0].shows(end) for end in ends)


class _Walk:
    """The state of the picture on the way."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.final = make_scene(frames.views[0].records)
        self.values: set[Any] = set()
        self.grads: dict[Any, float] = {}
        self.node_of = {home: node for node, home in frames.views[0].homes.items() if frames.views[0].shows(node)}

    def take(self, step: Step) -> None:
        if step.kind == "forward":
            self.values.add(step.node)
        node = receiver(step)
        if node is not None and step.grad_after is not None:
            self.grads[node] = step.grad_after

    def caption(self, step: Step) -> str:
        names, numbers = self.frames.words.line(step)
        return f"{names}: {numbers}" if step.kind == "backward" else f"{names} = {numbers}"

    def scene(self, step: Step | None) -> Scene:
        lit = {self.frames.views[0].homes.get(end) for end in (step.node, receiver(step)) if end} if step else set()
        pieces = [self._piece(piece, step, lit) for piece in self.final.pieces if piece.role != "note"]
        final = self.final
        if step is not None:
            words = self.caption(step)
            line = TextLine(final.x + final.width / 2, final.y + final.height, words, 13.0, "ink", "middle", True)
            pieces.append(Piece("caption", "", words, (line,)))
        return replace(final, pieces=tuple(pieces), height=final.height + _CAPTION)

    def _known(self, node: Any) -> bool:
        return not node.parents or node in self.values

    def _piece(self, piece: Piece, step: Step | None, lit: set[Any]) -> Piece:
        if piece.role == "edge":
            return self._edge(piece, step)
        node = self.node_of.get(piece.id)
        if piece.role != "node" or node is None:
            return piece
        shapes = tuple(self._of_node(shape, node, piece.id in lit) for shape in piece.shapes)
        return replace(piece, shapes=shapes, dimmed=not self._known(node))

    def _of_node(self, shape: Shape, node: Any, lit: bool) -> Shape:
        style, grad = self.frames.style, self.grads.get(node)
        if isinstance(shape, TextLine) and shape.part == "value":
            return replace(shape, text=style.number(node.data) if self._known(node) else NOTHING)
        if isinstance(shape, TextLine) and (shape.part == "grad" or shape.fill in _ON_CHIPS):
            ink = "muted" if grad is None else f"ink{level_of(grad, self.frames.unit)}"
            number = NOTHING if grad is None else style.number(grad)
            return replace(shape, text=number if shape.part == "grad" else shape.text, fill=ink)
        if isinstance(shape, Rect) and shape.part == "chip":
            return replace(shape, fill="scale0" if grad is None else f"scale{level_of(grad, self.frames.unit)}")
        if isinstance(shape, (Rect, Polygon)) and shape.part == "card" and lit:
            return replace(shape, stroke="accent", width=3.2, dash=None)
        return shape

    def _edge(self, piece: Piece, step: Step | None) -> Piece:
        data = dict(piece.data)
        target = self.node_of.get(data["target"])
        homes = self.frames.views[0].homes
        now = (
            step is not None
            and step.kind == "backward"
            and data["source"] == homes.get(step.parent)
            and data["target"] == homes.get(step.node)
            and data["index"] in (str(step.index), "-1")
        )
        unknown = target is not None and not self._known(target)
        shapes = [s for s in piece.shapes if not (unknown and getattr(s, "part", "") in ("label", "halo"))]
        if now:
            shapes = [*self._reversed(shapes)]
        return replace(piece, shapes=tuple(shapes), dimmed=unknown)

    @staticmethod
    def _reversed(shapes: list[Shape]) -> Iterator[Shape]:
        """Let the arrow point the way that the gradient runs."""
        for shape in shapes:
            if isinstance(shape, Curve):
                (x0, y0), (x1, y1) = shape.points[0], shape.points[1]
                length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
                ux, uy = (x1 - x0) / length, (y1 - y0) / length
                bx, by = x0 + 12.0 * ux, y0 + 12.0 * uy
                corners = ((x0, y0), (bx - 6.0 * uy, by + 6.0 * ux), (bx + 6.0 * uy, by - 6.0 * ux))
                yield replace(shape, stroke="accent", width=3.4, dash=None)
                yield Polygon(corners, fill="accent")
            elif not isinstance(shape, Polygon):
                yield shape
