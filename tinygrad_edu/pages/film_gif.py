"""With this module the film of a training becomes a GIF, for slides: the examples above, the loss below."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops.table import OPS
from .filmstrip import FilmStrip, Frame
from .moving import gif_of

_GRID = 60
_MOST_FRAMES = 60
_COLOURS = (
    "#2166ac",
    "#e06a22",
    "#1b9e77",
    "#8e44ad",
    "#b8860b",
    "#c2185b",
    "#00838f",
    "#5d6875",
    "#558b2f",
    "#6d4c41",
)


def film_gif(strip: FilmStrip, chain: Any, tabled: bool = False) -> bytes:
    """Paint a film.

    Parameters
    ----------
    strip : FilmStrip
    chain : object
        The network as `tinygrad_edu.pages.film` reads it: what scales the inputs, and the layers.
    tabled : bool, default False
        Whether the examples stand in a table of answers rather than on the plane of two inputs.

    Returns
    -------
    bytes
    """
    stride = -(-len(strip.frames) // _MOST_FRAMES) or 1
    chosen = [*strip.frames[::stride]]
    if chosen[-1] is not strip.frames[-1]:
        chosen.append(strip.frames[-1])
    pictures = [_picture(strip, chain, frame, tabled) for frame in chosen]
    return gif_of(pictures, [0.8, *[0.15] * (len(pictures) - 2), 2.5][: len(pictures)])


def outputs_of(chain: Any, parameters: Sequence[float], X: Any) -> Any:
    """Compute the outputs of a network for many examples, shape (examples, outputs)."""
    numbers = np.asarray(parameters)
    values = (np.asarray(X, dtype=float) - chain.mean) / chain.std
    for layer in chain.layers:
        values = values @ numbers[np.asarray(layer["weights"])].T
        if layer["biases"] is not None:
            values = values + numbers[np.asarray(layer["biases"])]
        if layer["activation"]:
            values = np.vectorize(OPS[layer["activation"]].fn, otypes=[float])(values)
    return values


def _picture(strip: FilmStrip, chain: Any, frame: Frame, tabled: bool) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.0, 5.6), dpi=96, facecolor="white")
    FigureCanvasAgg(figure)
    above, curve = figure.subplots(2, 1, height_ratios=(5, 1))
    (_paint_table if tabled else _paint_plane)(above, strip, chain, frame)
    above.set_title(_moment(frame), loc="left")
    losses = strip.series.get("loss", [])
    before = [strip.before["loss"]] if "loss" in strip.before else []
    curve.plot(range(1 - len(before), len(losses) + 1), [*before, *losses], color="#1b2430")
    curve.axvline(frame.epoch, color="#7a1fa2", linewidth=2.5)
    curve.set(xlabel="epoch", ylabel="loss", xlim=(0, max(len(losses), 1)))
    for axes in (above, curve):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    image = io.BytesIO()
    figure.savefig(image, format="png", metadata={"Software": None})
    return image.getvalue()


def _paint_plane(plane: Any, strip: FilmStrip, chain: Any, frame: Frame) -> None:
    X, (a, b) = np.asarray(strip.X, dtype=float), strip.axes
    low, high = X.min(axis=0), X.max(axis=0)
    spare = 0.08 * np.where(high > low, high - low, 1.0)
    across, up = (np.linspace(low[j] - spare[j], high[j] + spare[j], _GRID) for j in (a, b))
    points = np.tile(X.mean(axis=0), (_GRID * _GRID, 1))
    points[:, a], points[:, b] = np.tile(across, _GRID), np.repeat(up, _GRID)
    out = outputs_of(chain, frame.parameters, points)
    extent = (across[0], across[-1], up[0], up[-1])
    plane.imshow(_colours(strip, out).reshape(_GRID, _GRID, 3), origin="lower", extent=extent, aspect="auto")
    ink = [_COLOURS[_class(y) % len(_COLOURS)] for y in strip.y] if strip.kind != "numbers" else "#1b2430"
    plane.scatter(X[:, a], X[:, b], c=ink, s=18, edgecolors="white", linewidths=0.6)
    names = list(strip.feature_names) or [f"x{j}" for j in range(X.shape[1])]
    plane.set(xlabel=names[a], ylabel=names[b])


def _paint_table(table: Any, strip: FilmStrip, chain: Any, frame: Frame) -> None:
    """Put every example into the row of its class, the column of the answer, at its own place within the cell."""
    truths = [_class(y) for y in strip.y]
    X, y = in_cells(truths, answers_of(chain, frame.parameters, strip.X))
    count = max(len(strip.class_names), *(truth + 1 for truth in truths))
    table.scatter(X, y, c=[_COLOURS[truth % len(_COLOURS)] for truth in truths], s=7, linewidths=0)
    names = [*strip.class_names, *map(str, range(len(strip.class_names), count))]
    table.set(xlim=(0, count), ylim=(count, 0), xlabel="answer", ylabel="class")
    for axis, labels in ((table.xaxis, names), (table.yaxis, names)):
        axis.set_ticks([k + 0.5 for k in range(count)], labels)
        axis.set_ticks(range(count + 1), minor=True)
        axis.set_tick_params(which="both", length=0)
    table.grid(which="minor", color="#d5dbe3", linewidth=0.8)


def in_cells(truths: Sequence[int], answers: Sequence[int]) -> tuple[list[float], list[float]]:
    """Give every example its place: within every cell the same one, so that it moves along its row only."""
    across = math.ceil(math.sqrt(max(Counter(truths).values())))
    met: Counter[int] = Counter()
    X, y = [], []
    for truth, answer in zip(truths, answers, strict=True):
        down, right = divmod(met[truth], across)
        met[truth] += 1
        X.append(answer + (right + 0.7) / (across + 0.4))
        y.append(truth + (down + 0.7) / (across + 0.4))
    return X, y


def _moment(frame: Frame) -> str:
    """Name a moment, as `moment_name` does; in English, for which every font has the letters."""
    if frame.step:
        return f"epoch {frame.epoch + 1}, step {frame.step}"
    return f"epoch {frame.epoch}" if frame.epoch else "start"


def answers_of(chain: Any, parameters: Sequence[float], X: Any) -> list[int]:
    """Say which class a network with these parameters names for each of many examples."""
    out = outputs_of(chain, parameters, X)
    return [int(k) for k in (out.argmax(axis=1) if out.shape[1] > 1 else out[:, 0] > 0.0)]


def _class(y: Any) -> int:
    if isinstance(y, (list, tuple)):
        return max(range(len(y)), key=y.__getitem__)
    return 0 if y == -1 else int(y)


def _colours(strip: FilmStrip, out: Any) -> Any:
    """Colour each point by its class, the stronger the surer, or by the number that it gets."""
    white = np.array([1.0, 1.0, 1.0])
    palette = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in _COLOURS])
    if out.shape[1] == 1:
        with np.errstate(over="ignore"):
            share = 1.0 / (1.0 + np.exp(-out[:, 0])) if strip.kind != "numbers" else _scaled(out[:, 0])
        classes, sure = (share > 0.5).astype(int), np.abs(2.0 * share - 1.0)
    else:
        weights = np.exp(out - out.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        classes = weights.argmax(axis=1)
        sure = (
            weights.max(axis=1) - np.partition(weights, -2, axis=1)[:, -2]
        )  # so that it is 0 where the answer changes
    strength = (0.12 + 0.5 * sure)[:, None]
    return white + (palette[classes % len(palette)] - white) * strength


def _scaled(numbers: Any) -> Any:
    span = np.ptp(numbers) or 1.0
    return (numbers - numbers.min()) / span
