"""With this module a training becomes a film: `play` of a history that ``fit(..., record="film")`` recorded.

The page computes what the network answers from the recorded parameters: one slider moves its weights, what every neuron
gives over the plane, the boundary between the classes, and the cursor on the loss. Of many inputs, where a plane of two
would mislead, the examples stand in a table instead: a row for each class, a column for each answer.
"""

from __future__ import annotations

import base64
import math
import sys
from array import array
from collections.abc import Callable, Sequence
from html import escape
from typing import Any, NamedTuple

from ..engine.sweep import topological_order
from ..engine.value import Value, constant
from ..errors import GraphvizMissingError
from ..libraries import require
from ..nn.anatomy import calls_of
from ..nn.losses import LOSSES
from ..nn.modes import evaluated
from ..ops.javascript import javascript
from ..ops.notation import number_text, visible
from ..ops.operation import Op
from ..ops.table import OPS
from ..stepping.tape import tape_of
from ..words import say
from .filmstrip import FilmStrip
from .live import Content, LivePage
from .plane import answer_of, misled
from .walks import walk_of

_DIGITS = 6
_MOST_TARGETS = 12
_MOST_EXAMPLES = 600
_MOST_WALKS = 2
_IN_DETAIL = 100  # nodes; the whole page stays below a megabyte
_INSTEAD = 'record "bands" for tinygrad_edu.rubber_band, or "parameters"'


class _Chain(NamedTuple):
    """A network as the page computes it: what the inputs are scaled by, and its layers by places of parameters."""

    mean: list[float]
    std: list[float]
    layers: list[dict[str, Any]]


class Film(LivePage):
    """The film of a training; made by `play` of a history with ``record="film"``."""

    module = "film"
    styles = ("reel", "film")

    @property
    def title(self) -> str:
        """What a page of its own is called."""
        return say("How it learned")

    def __init__(self, strip: FilmStrip) -> None:
        if not strip.axes:
            what = "rows of rows of them" if hasattr(strip.X[0][0], "__len__") else "one"
            raise TypeError(f"a film shows a plane of two inputs, and this network has {what}: {_INSTEAD}")
        self._strip = strip
        self._chain = _chain_of(strip.model, strip.X[0])

    def text(self) -> str:
        """Give the course of the losses as text."""
        series = {name: numbers for name, numbers in self._strip.series.items() if numbers}
        lines = [say("{count} moments of {model}", count=len(self._strip.frames), model=repr(self._strip.model))]
        for name, numbers in series.items():
            first, last = number_text(self._strip.before.get(name, numbers[0])), number_text(numbers[-1])
            told = {"name": name, "first": first, "last": last}
            if name in self._strip.before:
                lines.append(say("{name}: {first} at the start, {last} in the end", **told))
            else:
                lines.append(say("{name}: {first} after the first epoch, {last} after the last", **told))
        return "\n".join(lines)

    def _formats(self) -> dict[str, Callable[[], str | bytes]]:
        """Give a picture that moves by itself."""
        return {".gif": self._gif}

    def _gif(self) -> bytes:
        require("matplotlib", "a film as GIF", ".save('film.html') works without")
        from .film_gif import film_gif

        return film_gif(self._strip, self._chain, bool(self._misled))

    def _content(self) -> Content:
        strip, chain = self._strip, self._chain
        names = [visible(n) for n in strip.feature_names] or [f"x{j}" for j in range(len(strip.X[0]))]
        shown = self._shown
        judged, written = self._losses()
        used = sorted({layer["activation"] for layer in chain.layers if layer["activation"]})
        written["activations"] = javascript({name: (OPS[name], 1) for name in used})
        walks, steps = self._walks(names)
        written |= steps
        data = {
            "names": names,
            "classes": [visible(c) for c in strip.class_names],
            "axes": list(strip.axes),
            "misled": self._misled,
            "X": [[_short(v) for v in strip.X[i]] for i in shown],
            "y": [strip.y[i] for i in shown],
            "learnt": sum(i < strip.learnt for i in shown),
            "left_out": len(strip.X) - len(shown),
            "means": [_short(math.fsum(column) / len(column)) for column in zip(*strip.X, strict=True)],
            "mean": chain.mean,
            "std": chain.std,
            "layers": chain.layers,
            "loss": strip.loss_name,
            "kind": strip.kind,
            "losses": judged,
            "walks": walks,
            "frames": [[f.epoch, f.step, _packed(f.parameters)] for f in strip.frames],
            "before": {name: _short(v) for name, v in strip.before.items()},
            "series": {name: [_short(v) for v in numbers] for name, numbers in strip.series.items() if numbers},
        }
        if not walks:
            data["no_walk"] = self._no_walk
        functions = ", ".join(f"{name}: {text}" for name, text in written.items())
        still = f'<pre class="still">{escape(self.text())}</pre>'
        return Content(still, data, f"{{{functions}}}")

    @property
    def _shown(self) -> list[int]:
        """Which examples are shown: of very many the first learnt from and the first held out, in proportion."""
        strip, count = self._strip, len(self._strip.X)
        most = min(count, _MOST_EXAMPLES)
        learnt = round(most * strip.learnt / count)
        return [*range(learnt), *range(strip.learnt, strip.learnt + most - learnt)]

    @property
    def _misled(self) -> int:
        """How many examples a plane would mislead about in the end; 0 where it is worth being shown."""
        strip = self._strip
        if len(strip.X[0]) == 2 or strip.kind == "numbers" or not strip.frames:
            return 0
        end = strip.frames[-1].parameters
        return misled(lambda X: [answer_of(self._chain, end, x) for x in X], strip.X[:_MOST_EXAMPLES], strip.axes)

    def _losses(self) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Write the loss of an example as tapes over the outputs: one for each class, or one of the target too."""
        strip = self._strip
        width = len(self._chain.layers[-1]["weights"])
        targets = list(dict.fromkeys(strip.y)) if _all_hashable(strip.y) else []
        numeric = not targets or len(targets) > _MOST_TARGETS
        tapes, written = [], {}
        for i, target in enumerate([None] if numeric else targets):
            outputs = [Value(0.0, f"output{k}") for k in range(width)]
            aims = [Value(0.0, f"target{k}") for k in range(width)] if numeric else []
            goal: Any = (aims if width > 1 else aims[0]) if numeric else target
            loss = strip.loss(outputs if width > 1 else outputs[0], goal)
            order = topological_order(loss)
            place = {node: k for k, node in enumerate(order)}
            tape, written[f"loss{i}"] = tape_of(order)
            tapes.append(
                {
                    "target": target,
                    "tape": tape,
                    "outputs": [place.get(v, -1) for v in outputs],
                    "aims": [place.get(v, -1) for v in aims],
                }
            )
        return tapes, written

    def _walks(self, names: list[str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Write the loss of an example to step through: once for all, or of other losses than ours for each class.

        The inputs are named constants, so that nothing flows back to them, and so is the truth where it is a number;
        the page gives them, and the parameters, the numbers of the example and of the moment.
        """
        strip, self._no_walk = self._strip, ""
        width = len(self._chain.layers[-1]["weights"])
        ours = strip.loss_name in LOSSES
        one_hot = ours and (strip.loss_name == "cross_entropy" or isinstance(strip.y[0], list))
        each = [None] if ours or strip.kind == "numbers" else list(dict.fromkeys(strip.y))
        if len(each) > _MOST_WALKS:
            self._no_walk = say(
                "Node by node it is another computation for each class, too many for this page; see play(loss)."
            )
            return [], {}
        walks, written = [], {}
        for i, target in enumerate(each):
            inputs = [constant(float(v), name) for v, name in zip(strip.X[0], names, strict=True)]
            truths = [constant(float(k == 0), f"truth {k}") for k in range(width if one_hot else 1)]
            if not one_hot:
                truths[0].name = "truth"
            outputs = evaluated(strip.model, inputs)
            loss = strip.loss(outputs, truths if one_hot else truths[0] if target is None else target)
            if loss.name is None:
                loss.name = "loss"
            try:
                walk = walk_of(loss, len(inputs), _IN_DETAIL, knobs=False)
            except GraphvizMissingError as missing:
                self._no_walk = say(
                    "To step through it node by node, its picture is needed. {missing}", missing=missing
                )
                return [], {}
            if walk is None:
                self._no_walk = say(
                    "Node by node it would be too large for this page; play(loss) of one example shows it so."
                )
                return [], {}
            written[f"walk{i}"] = walk.operations
            places = walk.places
            walks.append(
                {
                    "target": target,
                    "data": walk.data,
                    "inputs": [places.get(v, -1) for v in inputs],
                    "truths": [places.get(v, -1) for v in truths],
                    "parameters": [places.get(p, -1) for p in strip.model.parameters()],
                }
            )
        return walks, written


def _chain_of(model: Any, example: Any) -> _Chain:
    """Read a network of dense layers, and of what scales its inputs; anything else is refused by name."""
    places = {id(p): k for k, p in enumerate(model.parameters())}
    mean, std = [0.0] * len(example), [1.0] * len(example)
    layers: list[dict[str, Any]] = []
    for call in calls_of(model, example):
        module: Any = call.module
        if call.dense is not None:
            weights = [[places[id(w)] for w in row] for row in call.dense.weights]
            biases = None if call.dense.biases is None else [places[id(b)] for b in call.dense.biases]
            layers.append(
                {"name": call.name, "weights": weights, "biases": biases, "activation": _known(call.dense.activation)}
            )
        elif not layers and hasattr(module, "std"):
            mean, std = list(module.mean), list(module.std)
        elif layers and not layers[-1]["activation"] and isinstance(getattr(module, "activation", None), str):
            layers[-1]["activation"] = _known(module.activation)
        elif not module.keeps_shape or module.parameters():
            raise TypeError(
                f"a film shows networks of linear layers and activations, and this one has a "
                f"{type(module).__name__}: {_INSTEAD}, or draw the model"
            )
    shown = {place for layer in layers for row in (*layer["weights"], layer["biases"] or []) for place in row}
    if len(shown) < len(places):  # it reads weights past their layers, as feedback alignment does
        raise TypeError(
            f"a film shows networks that call one layer after the other, and {type(model).__name__} computes with "
            f"weights of its own: {_INSTEAD}, or draw the model"
        )
    return _Chain(mean, std, layers)


def _known(activation: str) -> str:
    if activation in ("", "linear"):
        return ""
    op = OPS.get(activation)
    if not isinstance(op, Op) or op.code is None:
        raise TypeError(f"a film computes activations from their code, and {activation!r} states none")
    return activation


def _short(x: float) -> float | str:
    """Write a number with the digits that a picture needs."""
    return float(f"{x:.{_DIGITS}g}") if math.isfinite(x) else repr(float(x))


def _packed(numbers: Sequence[float]) -> str:
    """Write numbers as text of five and a third letters each: floats of 32 bits, lowest byte first, in base 64."""
    floats = array("f", numbers)
    if sys.byteorder == "big":
        floats.byteswap()
    return base64.b64encode(floats.tobytes()).decode()


def _all_hashable(items: Any) -> bool:
    return all(isinstance(item, (int, float, str)) for item in items)
