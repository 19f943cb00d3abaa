"""With this module one can take a loss into one's hands: `rubber_band` shows it as bands between pins and sliders.

Every class is a rail from 0 to 1. The truth is a pin nailed to it, the prediction a slider, and a rubber band joins the
two: how far it is stretched is how wrong the prediction is, and the way it pulls is the way against the gradient.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any, overload

from ..arguments import as_list, as_number, unknown
from ..engine.shown import image_element
from ..engine.sweep import topological_order
from ..engine.value import Value
from ..nn.losses import cross_entropy, mse
from ..ops.notation import visible
from ..stepping.tape import tape_of
from ..words import say
from .filmstrip import Filmed
from .live import Content, LivePage
from .rails import rail_lines, rails_picture
from .slackening import SlackeningBands

_LOSSES = ("mse", "cross_entropy")
_SMALLEST = 1e-12  # of what is made of a score, nothing is quite 0


class RubberBands(LivePage):
    """A prediction and the truth as sliders and pins with rubber bands between them; made by `rubber_band`.

    Attributes
    ----------
    classes : tuple of str
    prediction, target : tuple of float
        One a class.
    loss : {"mse", "cross_entropy"}
        Whose pull is shown first.
    """

    module = "bands"
    styles = ("bands",)

    @property
    def title(self) -> str:
        """What a page of its own is called."""
        return say("Rubber bands between prediction and truth")

    def __init__(
        self, prediction: tuple[float, ...], target: tuple[float, ...], classes: tuple[str, ...], loss: str
    ) -> None:
        self.prediction, self.target, self.classes, self.loss = prediction, target, classes, loss

    @property
    def stretches(self) -> tuple[float, ...]:
        """How long each band is: the distance from the prediction to the truth."""
        return tuple(abs(p - t) for p, t in zip(self.prediction, self.target, strict=True))

    @property
    def pulls(self) -> tuple[float, ...]:
        """How strongly each band pulls, and which way: the gradient of `loss` with its sign turned.

        Of "mse" towards the predictions; of "cross_entropy" towards the scores that softmax makes the predictions of,
        the one of all else left out.
        """
        leaves, loss = self._squared_error() if self.loss == "mse" else self._cross_entropy()
        loss.backward()
        return tuple(0.0 - leaf.grad for leaf in leaves[: len(self.classes)])

    def text(self) -> str:
        """Give rails, bands and pulls as text, for a terminal."""
        loss = say("squared error") if self.loss == "mse" else say("cross-entropy")
        return "\n".join([say("{loss} pulls every slider towards its pin", loss=loss), *rail_lines(self)])

    # ------------------------------------------------------------------------------------ what the engine says

    def _squared_error(self) -> tuple[list[Value], Value]:
        leaves = [Value(p, name) for p, name in zip(self.prediction, self.classes, strict=True)]
        return leaves, mse(leaves, list(self.target))

    def _cross_entropy(self) -> tuple[list[Value], Value]:
        """Cross-entropy of scores of which softmax makes the predictions; what they leave over goes to all else."""
        shares = [*self.prediction, *self._rest()]
        total = math.fsum(shares)
        leaves = [Value(math.log(max(p / total, _SMALLEST)), name) for p, name in zip(shares, self._all, strict=True)]
        truth = [*self.target, *([max(0.0, 1.0 - math.fsum(self.target))] if self._rest() else [])]
        return leaves, cross_entropy(leaves, truth)

    def _rest(self) -> list[float]:
        left = 1.0 - math.fsum(self.prediction)
        return [left] if left > 1e-9 else []

    @property
    def _all(self) -> list[str]:
        return [*self.classes, *([say("all else")] if self._rest() else [])]

    # ------------------------------------------------------------------------------------ the page

    def _content(self) -> Content:
        tapes: dict[str, Any] = {}
        written = {}
        for name, (leaves, loss) in {"mse": self._squared_error(), "cross_entropy": self._cross_entropy()}.items():
            order = topological_order(loss)
            tape, written[name] = tape_of(order)
            tapes[name] = {"tape": tape, "leaves": [order.index(leaf) for leaf in leaves]}
        data = {
            "classes": list(self.classes),
            "prediction": list(self.prediction),
            "target": list(self.target),
            "rest": say("all else") if self._rest() else "",
            "smallest": _SMALLEST,
            "loss": self.loss,
            "losses": tapes,
        }
        label = say("rubber bands of {names}", names=say(", ").join(self.classes))
        operations = ", ".join(f"{name}: {text}" for name, text in written.items())
        return Content(image_element(rails_picture(self, self.title), escape(label)), data, f"{{{operations}}}")


@overload
def rubber_band(
    prediction: Filmed, target: Any = 0, classes: Sequence[str] | None = None, *, shape: Sequence[int] | None = None
) -> SlackeningBands: ...


@overload
def rubber_band(
    prediction: Sequence[Any],
    target: Sequence[float] | int | str,
    classes: Sequence[str] | None = None,
    loss: str = "mse",
) -> RubberBands: ...


def rubber_band(
    prediction: Any,
    target: Any = 0,
    classes: Sequence[str] | None = None,
    loss: str = "mse",
    *,
    shape: Sequence[int] | None = None,
) -> RubberBands | SlackeningBands:
    """Show a prediction and the truth as sliders and pins, with a rubber band on every rail that one can pull.

    Or let the bands of a network's examples slacken while it learns, epoch by epoch.

    Parameters
    ----------
    prediction : sequence of numbers or Values, or History
        What is predicted of each class, from 0 to 1. Or the history of a training that was recorded:
        ``fit(..., record="film")``, or ``record="bands"`` of networks that no film can be made of.
    target : sequence of numbers, int or str
        What is true of each class, from 0 to 1; or the place or the name of the one that is true. Of a history the
        example that is shown first: its place in the data, its inputs, or a pair of inputs and truth that the network
        never saw.
    classes : sequence of str, optional
        What the classes are called; what the data calls them, or "class 0" and so on.
    loss : {"mse", "cross_entropy"}, default "mse"
        Whose pull is shown first. Both can be looked at side by side. A history has the loss it learnt by.
    shape : pair of int, optional
        Of a history: how many rows and columns of pixels an example has, if it is a grey picture; 1 is white.

    Returns
    -------
    RubberBands or SlackeningBands
        Shows itself in a notebook; `save` it as a page, or print its `text`.

    Raises
    ------
    TypeError
        If something is no number, or the network of the history does not tell classes.
    ValueError
        If a number is not between 0 and 1, there are not as many of one as of the other, nothing was recorded, or there
        is no such example.

    Notes
    -----
    A real band pulls with its stretch, and so does the squared error: `mse` over two classes pulls a prediction p with
    exactly y − p, which is its band. Cross-entropy pulls the scores behind softmax with y − p, and a probability
    itself with 1/p: the more, the more certain the prediction is of something wrong.

    Examples
    --------
    >>> bands = rubber_band([0.1, 0.8], [1.0, 0.0], classes=["bird", "dog"])
    >>> [round(x, 9) for x in bands.stretches], [round(x, 9) for x in bands.pulls]
    ([0.9, 0.8], [0.9, -0.8])

    >>> from tinygrad_edu import fit, nn
    >>> company = nn.MLP(2, [3, 2], seed=0)
    >>> pictures = [[0.0, 1.0], [1.0, 0.0]], [0, 1]
    >>> history = fit(company, pictures, epochs=60, lr=0.1, progress=False, record="film")
    >>> bands = rubber_band(history, 0, classes=["bird", "dog"])
    >>> max(bands.stretches[0]) > 0.3, max(bands.stretches[-1]) < 0.1
    (True, True)
    """
    if hasattr(prediction, "film"):
        if prediction.film is None:
            raise ValueError('nothing was recorded in this training: write fit(..., record="film"), or record="bands"')
        return SlackeningBands(prediction.film, target, classes, shape)
    if shape is not None:
        raise ValueError("shape says how the examples of a history are drawn: leave it out beside a prediction")
    if loss not in _LOSSES:
        raise ValueError(unknown("loss", loss, _LOSSES))
    numbers = [_share(p, f"prediction[{i}]") for i, p in enumerate(as_list(prediction, "prediction"))]
    if not numbers:
        raise ValueError("rubber_band got no prediction; give one number a class, between 0 and 1")
    names = (
        [say("class {place}", place=i) for i in range(len(numbers))] if classes is None else as_list(classes, "classes")
    )
    names = [visible(str(name)) for name in names]
    if len(names) != len(numbers):
        raise ValueError(f"there are {len(numbers)} predictions but {len(names)} classes: give one name a prediction")
    truth = _truth(target, names)
    if len(truth) != len(numbers):
        raise ValueError(f"there are {len(numbers)} predictions but {len(truth)} targets: give one a prediction")
    return RubberBands(tuple(numbers), tuple(truth), tuple(names), loss)


def _truth(target: Any, names: list[str]) -> list[float]:
    if isinstance(target, str):
        if target not in names:
            raise ValueError(unknown("class", target, names))
        target = names.index(target)
    if hasattr(target, "__index__") and not isinstance(target, bool):
        if not 0 <= target.__index__() < len(names):  # as a list would take it, a negative place is an oversight here
            raise ValueError(f"there is no class {target}: there are {len(names)}, from 0 to {len(names) - 1}")
        return [float(i == target.__index__()) for i in range(len(names))]
    return [_share(t, f"target[{i}]") for i, t in enumerate(as_list(target, "target"))]


def _share(given: Any, name: str) -> float:
    x = as_number(given.data if isinstance(given, Value) else given, name)
    if not 0.0 <= x <= 1.0:
        raise ValueError(
            f"{name} is {x:g}, but a rail runs from 0 to 1: give probabilities, such as tg.softmax(logits)"
        )
    return x
