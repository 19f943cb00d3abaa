"""With this module a network becomes a page: `play` of a model and an example.

It is the picture that `draw` gives, alive: a neuron that is looked at says what it adds up, and one that is clicked
opens as the scalar graph it is, to be stepped through.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from html import escape
from typing import Any, NamedTuple

from ..drawing.formats.svg import to_live_svg
from ..drawing.picture import check_options
from ..drawing.records.network import Column, Network, Unit
from ..drawing.scene.network_scene import network_scene
from ..drawing.scene.palette import AUTO
from ..drawing.style import Style
from ..engine.context import ParameterName
from ..engine.shown import image_element
from ..engine.value import Value
from ..errors import GraphvizMissingError
from ..json_numbers import to_json
from ..nn.anatomy import Call, calls_of
from ..nn.modes import evaluated
from ..nn.nested import flat
from ..ops.notation import number_text, visible
from ..ops.sequences import dot
from ..ops.table import OPS
from ..words import say
from .live import Content, LivePage
from .walks import Walk, walk_of

_MOST_SHOWN = 8


class NetworkPage(LivePage):
    """A network whose neurons can be asked and opened; made by `play` of a model.

    Attributes
    ----------
    network : Network
        The columns of the picture as data.
    """

    module = "network"
    styles = ("network",)

    @property
    def title(self) -> str:
        """What a page of its own is called."""
        return say("A network, neuron by neuron")

    def __init__(self, model: Any, example: Any = None, digits: int = 4) -> None:
        check_options(digits, "auto", 150, "LR")
        network = model.as_network(example)
        if network is None:
            raise TypeError(
                f"{type(model).__name__} tells of no neurons, or not what it takes: give an example, as in "
                "play(model, x), or play what it computes, play(model(x))"
            )
        self.network: Network = network
        self._model, self._example, self._style = model, example, Style(digits=digits)

    def text(self) -> str:
        """Give what every neuron gives as text, for a terminal."""
        lines = []
        for column in self.network.columns:
            name = f"{column.name}: " if column.name else ""
            count = f"{len(column.units)} " if column.units and column.name else ""
            values = [number_text(u.value, self._style.digits) for u in column.units if u.value is not None]
            more = " …" if len(values) > _MOST_SHOWN else ""
            numbers = f"   {'  '.join(values[:_MOST_SHOWN])}{more}" if values else ""
            lines.append(f"{name}{count}{column.title}{''.join(f', {line}' for line in column.lines)}{numbers}")
        return "\n".join(lines)

    def _content(self) -> Content:
        scene = network_scene(self.network, self._style)
        drawn = {piece.id for piece in scene.pieces if piece.role == "node"}
        self._openings: dict[Any, _Opening] = {}
        columns = [self._column(c, column, drawn) for c, column in enumerate(self.network.columns)]
        kinds = [f"{len(c.units)} {c.title}" if c.units else c.title for c in self.network.columns]
        label = say("network: {columns}", columns=say(", ").join(kinds))
        walks = [opening.walk for opening in self._openings.values()]
        data = {
            "digits": self._style.digits,
            "columns": columns,
            "known": self._example is not None,
            "walks": [walk and walk.data for walk in walks],
        }
        functions = ", ".join(f"walk{i}: {walk.operations}" for i, walk in enumerate(walks) if walk)
        svg = to_live_svg(scene, AUTO, label)
        return Content(image_element(svg, escape(label)), data, f"{{{functions}}}")

    def _column(self, c: int, column: Column, drawn: set[str]) -> dict[str, Any]:
        given = self._given(column)
        before = self.network.columns[c - 1].units if c else ()
        named = [visible(u.name) for u in before] if len(before) == len(given) else []
        names = named if c == 1 else [f"a{j}" for j in range(len(given))]
        whose = "" if c == 1 or not given else visible(self.network.columns[c - 1].name or say("the scaled inputs"))
        blames = _blames(column)
        units = {
            k: {
                "name": visible(unit.name),
                "value": _number(unit.value),
                "bias": _number(unit.bias),
                "blame": _number(unit.blame),
                "weights": [to_json(w) for w in unit.weights],
                "blames": blames[k],
            }
            for k, unit in enumerate(column.units)
            if f"u{c}-{k}" in drawn
        }
        return {
            "name": visible(column.name),
            "title": column.title,
            "plain": column.title == say("linear"),
            "names": names,
            "whose": whose,
            "given": [to_json(v) for v in given],
            "units": units,
            "opening": self._opening(column, names, given) if given else None,
        }

    @cached_property
    def _calls(self) -> list[Call]:
        return [] if self._example is None else calls_of(self._model, self._example)

    def _given(self, column: Column) -> list[float]:
        """Find what a layer was given, where that is sure: what, given to it again, makes the same of it."""
        at = next(
            (i for i, call in enumerate(self._calls) if column.modules and call.module is column.modules[0]), None
        )
        if at is None:
            return []
        before = self._example if at == 0 else self._calls[at - 1].output
        numbers = [_plain(v) for v in flat(before)]
        if len(numbers) != len(column.units[0].weights):
            return []
        again = [_plain(v) for v in flat(evaluated(column.modules[0], numbers))]
        return numbers if again == [_plain(v) for v in flat(self._calls[at].output)] else []

    def _opening(self, column: Column, names: Sequence[str], given: Sequence[float]) -> dict[str, Any] | None:
        """Say which walk a neuron of a column is, and where its numbers go on the tape; neurons alike share one."""
        functions = [*map(_function_of, column.modules)]
        if None in functions:
            return None
        unit = column.units[0]
        key = (tuple(names), unit.bias is None, tuple(map(str, functions)))
        if key not in self._openings:
            inputs, weights, bias = _leaves(unit, names, given)
            a = dot(weights, inputs)
            a.name = "Σ"
            if bias is not None:
                a = a + bias
                a.name = "z"
            for function in filter(None, functions):
                a = function(a)
                a.name = "a"
            try:
                # A function that is only called like one of the table makes something else of the sum.
                walk = walk_of(a) if to_json(a.data) == to_json(unit.value or 0.0) else None
            except GraphvizMissingError:
                walk = None
            places = {} if walk is None else {name: [walk.places[v] for v in leaves] for name, leaves in (
                ("inputs", inputs), ("weights", weights), ("bias", [] if bias is None else [bias]))}  # fmt: skip
            self._openings[key] = _Opening(len(self._openings), walk, places)
        opening = self._openings[key]
        return None if opening.walk is None else {"walk": opening.number, **opening.places}


class _Opening(NamedTuple):
    """What neurons of one kind open as: a walk, and where on its tape their numbers go."""

    number: int
    walk: Walk | None
    places: dict[str, list[int]]


def _leaves(unit: Unit, names: Sequence[str], given: Sequence[float]) -> tuple[list[Value], list[Value], Value | None]:
    inputs = [Value(x, name) for x, name in zip(given, names, strict=True)]
    weights = [Value(w, ParameterName(f"w{j}")) for j, w in enumerate(unit.weights)]
    return inputs, weights, None if unit.bias is None else Value(unit.bias, ParameterName("b"))


def _function_of(module: Any) -> Any:
    """Give the function that a module applies to each sum: "" for none, None where it is not known."""
    dense = module.dense()
    name = dense.activation if dense is not None else getattr(module, "activation", type(module).__name__.lower())
    return "" if name in ("", "linear") else OPS.get(name)


def _blames(column: Column) -> list[list[float | str]]:
    """Give the gradients of the weights of each neuron; empty where no backward pass has been."""
    dense = column.modules[0].dense() if column.modules else None
    if dense is None or all(w.grad == 0.0 for row in dense.weights for w in row):
        return [[] for _ in column.units]
    return [[to_json(w.grad) for w in row] for row in dense.weights]


def _number(x: float | None) -> float | str | None:
    return None if x is None else to_json(x)


def _plain(v: Any) -> float:
    return float(v.data if isinstance(v, Value) else v)
