"""With this module the film of a training becomes a GIF, for slides: the plane and its examples, the loss below."""

from __future__ import annotations

import io
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


def film_gif(strip: FilmStrip, chain: Any) -> bytes:
    """Paint a film.

    Parameters
    ----------
    strip : FilmStrip
    chain : object
        The network as `tinygrad_edu.pages.film` reads it: what scales the inputs, and the layers.

    Returns
    -------
    bytes
    """
    stride = -(-len(strip.frames) // _MOST_FRAMES) or 1
    chosen = [*strip.frames[::stride]]
    if chosen[-1] is not strip.frames[-1]:
        chosen.append(strip.frames[-1])
    pictures = [_picture(strip, chain, frame) for frame in chosen]
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


def _picture(strip: FilmStrip, chain: Any, frame: Frame) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    X, (a, b) = np.asarray(strip.X, dtype=float), strip.axes
    low, high = X.min(axis=0), X.max(axis=0)
    spare = 0.08 * np.where(high > low, high - low, 1.0)
    across, up = (np.linspace(low[j] - spare[j], high[j] + spare[j], _GRID) for j in (a, b))
    points = np.tile(X.mean(axis=0), (_GRID * _GRID, 1))
    points[:, a], points[:, b] = np.tile(across, _GRID), np.repeat(up, _GRID)
    out = outputs_of(chain, frame.parameters, points)
    figure = Figure(figsize=(5.0, 5.6), dpi=96, facecolor="white")
    FigureCanvasAgg(figure)
    plane, curve = figure.subplots(2, 1, height_ratios=(5, 1))
    extent = (across[0], across[-1], up[0], up[-1])
    plane.imshow(_colours(strip, out).reshape(_GRID, _GRID, 3), origin="lower", extent=extent, aspect="auto")
    ink = [_COLOURS[_class(y) % len(_COLOURS)] for y in strip.y] if strip.kind != "numbers" else "#1b2430"
    plane.scatter(X[:, a], X[:, b], c=ink, s=18, edgecolors="white", linewidths=0.6)
    names = list(strip.feature_names) or [f"x{j}" for j in range(X.shape[1])]
    plane.set(xlabel=names[a], ylabel=names[b])
    plane.set_title(_moment(frame), loc="left")
    losses = strip.series.get("loss", [])
    before = [strip.before["loss"]] if "loss" in strip.before else []
    curve.plot(range(1 - len(before), len(losses) + 1), [*before, *losses], color="#1b2430")
    curve.axvline(frame.epoch, color="#7a1fa2", linewidth=2.5)
    curve.set(xlabel="epoch", ylabel="loss", xlim=(0, max(len(losses), 1)))
    for axes in (plane, curve):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    image = io.BytesIO()
    figure.savefig(image, format="png", metadata={"Software": None})
    return image.getvalue()


def _moment(frame: Frame) -> str:
    """Name a moment, as `moment_name` does; in English, for which every font has the letters."""
    if frame.step:
        return f"epoch {frame.epoch + 1}, step {frame.step}"
    return f"epoch {frame.epoch}" if frame.epoch else "start"


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
        classes, count = weights.argmax(axis=1), out.shape[1]
        sure = (weights.max(axis=1) - 1.0 / count) / (1.0 - 1.0 / count)
    strength = (0.12 + 0.5 * sure)[:, None]
    return white + (palette[classes % len(palette)] - white) * strength


def _scaled(numbers: Any) -> Any:
    span = np.ptp(numbers) or 1.0
    return (numbers - numbers.min()) / span
