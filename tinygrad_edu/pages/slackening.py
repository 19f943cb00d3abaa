"""With this module the rubber bands are bound to a network: they slacken while the film of its training runs.

Every example has a rail for each class. What the network said of it at each moment comes from the network itself, with
the parameters of that moment, and the pull of every band from the loss that it learnt by.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cached_property
from html import escape
from typing import Any, NamedTuple

from ..engine.shown import image_element
from ..engine.value import Value
from ..nn.nested import flat
from ..ops.notation import number_text
from ..ops.sequences import softmax
from ..ops.table import sigmoid
from ..words import say
from .chosen import all_shares, found_in, names_of, picture_shape
from .filmstrip import FilmStrip, Frame, moment_name
from .live import Content, LivePage
from .rails import rail_lines, rails_picture

SLACK = 0.1
"""A band shorter than this hangs: the prediction is within a tenth of the rail of the truth."""

_MOST_EXAMPLES = 24
_MOST_WORK = 4_000_000  # weights × moments × examples; each takes about a microsecond
_DIGITS = 5


class Watched(NamedTuple):
    """What a network says of one example at one moment.

    Attributes
    ----------
    prediction : tuple of float
        Where the slider of each class stands.
    pulls : tuple of float
        The gradient of the loss towards each output with its sign turned.
    loss : float
    """

    prediction: tuple[float, ...]
    pulls: tuple[float, ...]
    loss: float


class Standing(NamedTuple):
    """The rails of one example at one moment."""

    classes: tuple[str, ...]
    prediction: tuple[float, ...]
    target: tuple[float, ...]
    stretches: tuple[float, ...]
    pulls: tuple[float, ...]


class SlackeningBands(LivePage):
    """The rubber bands of a network's examples, from the first moment of its training to the last.

    Made by `tinygrad_edu.rubber_band` of a history that was recorded with ``record="film"`` or ``record="bands"``.

    Attributes
    ----------
    classes : tuple of str
    moments : tuple of (int, int)
        How many epochs were complete, and how many steps of the next one.
    """

    module = "slackening"
    styles = ("reel", "bands", "slackening")

    @property
    def title(self) -> str:
        """What a page of its own is called."""
        return say("Rubber bands while a network learns")

    def __init__(
        self,
        strip: FilmStrip,
        example: Any = 0,
        classes: Sequence[str] | None = None,
        shape: Sequence[int] | None = None,
    ) -> None:
        widest = len(strip.y[0]) if isinstance(strip.y[0], list) else len(strip.class_names)
        if strip.kind == "numbers" and not all_shares(strip.y):
            raise TypeError(
                "rubber bands have a rail from 0 to 1 for each class, and this network approximates other numbers: "
                'record "film" or "parameters" instead'
            )
        self.classes = names_of(classes or strip.class_names, widest)
        self._strip = strip
        self._chosen, self._x, self._y = found_in(strip, example)
        self._shape = picture_shape(strip.X[0], shape)

    @property
    def moments(self) -> tuple[tuple[int, int], ...]:
        return tuple((frame.epoch, frame.step) for frame in self._frames)

    @property
    def stretches(self) -> tuple[tuple[float, ...], ...]:
        """How long the bands of the chosen example were at each moment."""
        return tuple(self._standing(m).stretches for m in range(len(self._frames)))

    @property
    def predictions(self) -> tuple[tuple[float, ...], ...]:
        """Where its sliders stood at each moment."""
        return tuple(row[self._at].prediction for row in self._watched)

    @property
    def pulls(self) -> tuple[tuple[float, ...], ...]:
        """How each of its bands pulled at each moment: against the gradient of the loss towards the output."""
        return tuple(row[self._at].pulls for row in self._watched)

    @property
    def losses(self) -> tuple[float, ...]:
        """Its loss at each moment."""
        return tuple(row[self._at].loss for row in self._watched)

    @property
    def slack_from(self) -> int | None:
        """From which epoch on no band of the examples shown is longer than a tenth of its rail; None if one is."""
        slack = None
        for frame, row in zip(reversed(self._frames), reversed(self._watched), strict=True):
            pairs = zip(row, self._targets, strict=True)
            if any(abs(p - t) >= SLACK for seen, target in pairs for p, t in zip(seen.prediction, target, strict=True)):
                break
            slack = frame.epoch + bool(frame.step)
        return slack

    def text(self) -> str:
        """Give the bands of the chosen example at the start and in the end as text, for a terminal."""
        lines = []
        for m in (0, len(self._frames) - 1):
            loss = number_text(self.losses[m])
            lines += [
                say("{moment}: the loss is {loss}", moment=self._label(m), loss=loss),
                *rail_lines(self._standing(m)),
            ]
        if self.slack_from is None:
            lines.append(say("some band is still stretched in the end"))
        elif self.slack_from == 0:
            lines.append(say("every band is slack at the start"))
        else:
            lines.append(say("every band is slack from epoch {epoch} on", epoch=self.slack_from))
        return "\n".join(lines)

    # ------------------------------------------------------------------------------------ what the network says

    @cached_property
    def _frames(self) -> list[Frame]:
        """The moments; of a large network fewer, the first and the last among them."""
        frames = self._strip.frames
        most = max(2, _MOST_WORK // max(1, len(self._strip.model.parameters())))
        every = -(-len(frames) // most)
        return [*frames[:-1:every], *frames[-1:]]

    @cached_property
    def _shown(self) -> list[tuple[int | None, Any, Any]]:
        """The examples that are shown: place, inputs and truth, the chosen one among them."""
        strip = self._strip
        work = max(1, len(strip.model.parameters()) * len(self._frames))
        most = max(1, min(_MOST_EXAMPLES, _MOST_WORK // work))
        places = strip.places or range(len(strip.X))
        all_ = sorted(zip(places, strip.X, strip.y, strict=True), key=lambda item: item[0])
        chosen = (self._chosen, self._x, self._y)
        if self._chosen is None:
            return [chosen, *all_[: most - 1]]
        others = [item for item in all_ if item[0] != self._chosen][: most - 1]
        return sorted([chosen, *others], key=lambda item: item[0] or 0)

    @property
    def _at(self) -> int:
        return next(i for i, (place, *_) in enumerate(self._shown) if place == self._chosen)

    @cached_property
    def _targets(self) -> list[tuple[float, ...]]:
        return [self._truth(y) for _, _, y in self._shown]

    @cached_property
    def _watched(self) -> list[list[Watched]]:
        """For each moment, and each example shown, what a copy of the network says with the parameters of then."""
        model = copy.deepcopy(self._strip.model)
        parameters = model.parameters()
        rows = []
        for frame in self._frames:
            for parameter, number in zip(parameters, frame.parameters, strict=True):
                parameter.data = number
            outputs = model.predict([x for _, x, _ in self._shown])
            rows.append([self._judged(out, y) for out, (_, _, y) in zip(outputs, self._shown, strict=True)])
        return rows

    def _judged(self, output: Any, y: Any) -> Watched:
        several = isinstance(output, list)
        if several and any(isinstance(v, list) for v in output):
            raise TypeError("rubber bands show one verdict an example, and this network gives several, in rows of rows")
        leaves = [Value(v) for v in (output if several else [output])]
        loss = self._strip.loss(leaves if several else leaves[0], y)
        loss.backward()
        pulls = [0.0 - leaf.grad for leaf in leaves]
        shares = self._shares([leaf.data for leaf in leaves], y)
        if len(shares) == 1 and len(self.classes) == 2:  # what is not of the one class is of the other
            shares, pulls = [1.0 - shares[0], *shares], [0.0 - pulls[0], *pulls]
        return Watched(tuple(shares), tuple(pulls), float(loss.data))

    def _shares(self, outputs: list[float], y: Any) -> list[float]:
        """Say where the sliders stand: of scores, what the loss makes probabilities of them with."""
        name = self._strip.loss_name
        if name in ("binary_cross_entropy", "hinge") or (name != "mse" and len(outputs) == 1):
            return [sigmoid(z) for z in outputs]
        if name == "cross_entropy" or (name != "mse" and not isinstance(y, list)):
            return softmax(outputs)
        return outputs

    def _truth(self, y: Any) -> tuple[float, ...]:
        if isinstance(y, list):
            return tuple(map(float, y))
        share = max(float(y), 0.0)  # of signs, −1 is the first class
        if len(self.classes) < 3:
            return (share,) if len(self.classes) == 1 else (1.0 - share, share)
        return tuple(float(k == share) for k in range(len(self.classes)))

    def _standing(self, m: int) -> Standing:
        seen, target = self._watched[m][self._at], self._targets[self._at]
        stretches = tuple(abs(p - t) for p, t in zip(seen.prediction, target, strict=True))
        return Standing(self.classes, seen.prediction, target, stretches, seen.pulls)

    def _label(self, m: int) -> str:
        return moment_name(*self.moments[m])

    # ------------------------------------------------------------------------------------ the page

    def _content(self) -> Content:
        strip = self._strip
        scores = strip.loss_name != "mse" and self._shares([0.25], strip.y[0]) != [0.25]
        grey = [flat(x) for _, x, _ in self._shown] if self._shape else []
        low, high = (min(map(min, grey)), max(map(max, grey))) if grey else (0.0, 1.0)
        data = {
            "classes": list(self.classes),
            "moments": [list(moment) for moment in self.moments],
            "examples": [
                {
                    "name": "unseen" if place is None else str(place),
                    "truth": list(target),
                    "pixels": [_rounded((v - low) / ((high - low) or 1.0), 3) for v in grey[i]] if grey else [],
                }
                for i, ((place, *_), target) in enumerate(zip(self._shown, self._targets, strict=True))
            ],
            "chosen": self._at,
            "left_out": len(strip.X) + (self._chosen is None) - len(self._shown),
            "shape": list(self._shape or ()),
            "loss": strip.loss_name,
            "towards": "score" if scores else "prediction",
            "slack": SLACK,
            "slack_from": self.slack_from,
            "said": [
                [[[*map(_rounded, s.prediction)], [*map(_rounded, s.pulls)], _rounded(s.loss)] for s in row]
                for row in self._watched
            ],
        }
        bands = say("rubber bands of {names}", names=say(", ").join(self.classes))
        stills = [
            f'<figure class="still" style="margin:0"><figcaption>{escape(self._label(m))}</figcaption>'
            + image_element(rails_picture(self._standing(m), self.title), escape(f"{bands}: {self._label(m)}"))
            + "</figure>"
            for m in (0, len(self._frames) - 1)
        ]
        return Content("".join(stills), data)


def _rounded(x: float, digits: int = _DIGITS) -> float | str:
    return float(f"{x:.{digits}g}") if x - x == 0.0 else repr(float(x))
