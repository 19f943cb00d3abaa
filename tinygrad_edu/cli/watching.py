"""With this module one can watch a boundary move in a terminal while a network learns it."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ..compiler import compile
from ..data import Dataset
from ..ink import Ink, is_terminal
from ..ops.notation import number_text
from ..plot.outputs import class_of
from ..signs import for_terminal
from ..training.examples import Examples, predict
from ..training.history import History
from ..training.telling import most_telling
from ..words import say

WIDTH, HEIGHT = 58, 19
_PAUSE = 0.1  # seconds from one picture to the next, at least
_GROUNDS = (" ", "·", ":", "-", "=", "+", "*", "#", "%", "@")
_BACK = (24, 130, 22, 54, 94, 89, 23, 240, 58, 52)
_FRONT = (117, 215, 120, 183, 222, 213, 80, 252, 190, 181)


class Watcher:
    """Draws, after each epoch, which class a network names where on the plane of two inputs; a callback of `fit`.

    On a terminal one picture takes the place of the one before; elsewhere only the last one is written.

    Parameters
    ----------
    model : Module
    data : Dataset
        Of classes, and at least two features; of more the two that part the classes best are shown, the others stand
        at their means.
    epochs : int
        How many there will be.
    stream : file, optional
        Where to; stderr if left out.

    Raises
    ------
    ValueError
        If there is no boundary between classes to be seen.
    """

    def __init__(self, model: Any, data: Dataset, epochs: int, stream: Any = None) -> None:
        if data.kind != "classes" or len(data.feature_names) < 2:
            raise ValueError(
                "--watch shows where a network draws the line between classes, over two features; "
                f"{data.name} has {'one feature' if data.kind == 'classes' else 'numbers to learn'}: leave it out"
            )
        self.stream = sys.stderr if stream is None else stream
        self.ink, self.alive = Ink.on_stream(self.stream), is_terminal(self.stream)
        self.model, self.data, self.epochs = model, data, epochs
        self.a, self.b = sorted(most_telling(Examples.of(data))[:2])
        columns = list(zip(*data.X, strict=True))
        self.ranges = [_widened(columns[j]) for j in (self.a, self.b)]
        means = [math.fsum(column) / len(column) for column in columns]
        self.grid = [self._point(means, i, k) for k in range(HEIGHT) for i in range(WIDTH)]
        self.ask: Any = None
        self.last, self.drawn = 0.0, 0

    def __call__(self, history: History) -> None:
        """Draw the picture of this epoch, if the one before has been seen."""
        ends = history.epochs == self.epochs
        if not ends and (not self.alive or time.monotonic() - self.last < _PAUSE):
            return
        lines = [for_terminal(line) for line in self.lines(history)]
        up = f"\x1b[{self.drawn}A" if self.drawn and self.alive else ""
        erase = "\x1b[K" if self.alive else ""
        with suppress(OSError, ValueError):  # a full disk, a closed file: no reason to stop learning
            self.stream.write(up + "".join(f"{line}{erase}\n" for line in lines))
            self.stream.flush()
        self.last, self.drawn = time.monotonic(), len(lines)

    def lines(self, history: History) -> list[str]:
        """Give the picture as lines of text."""
        grounds = [class_of(output) for output in self._outputs(self.grid)]
        cells = [[("", c, c) for c in grounds[k * WIDTH : (k + 1) * WIDTH]] for k in range(HEIGHT)]
        answers = [class_of(output) for output in self._outputs(self.data.X)]
        wrong = sorted(zip(self.data.X, self.data.y, answers, strict=True), key=lambda item: item[1] != item[2])
        for x, y, answer in wrong:  # those that are wrong last, so that no other hides them
            i, k = self._cell(x)
            sign = "✕" if answer != y else "●" if self.ink.on else str(y % 10)
            cells[k][i] = sign, int(y), cells[k][i][2]
        right = sum(y == answer for _, y, answer in wrong)
        names = self.data.feature_names
        parts = [
            say("epoch {epoch} of {epochs}", epoch=history.epochs, epochs=self.epochs),
            say("loss {loss}", loss=number_text(history.loss[-1], 3)) if history.loss else say("start"),
            say("{right} of {all} right", right=right, all=len(answers)),
        ]
        foot = f"{names[self.a]} →   {names[self.b]} ↑   ✕ {say('wrong')}"
        rows = ["".join(self._sign(*cell) for cell in row) for row in cells]
        return [self.ink("   ".join(parts), "strong"), *rows, self.ink(foot, "faint")]

    def _sign(self, sign: str, of: int, ground: int) -> str:
        if not self.ink.on:
            return sign or _GROUNDS[ground % 10]
        front = 231 if sign == "✕" else _FRONT[of % 10]
        return f"\x1b[48;5;{_BACK[ground % 10]}m\x1b[38;5;{front}m{sign or ' '}\x1b[0m"

    def _outputs(self, rows: Sequence[Any]) -> list[Any]:
        if self.ask is None:
            self.ask = _asked_by(self.model, rows)
        return list(self.ask(rows))

    def _point(self, means: Sequence[float], i: int, k: int) -> list[float]:
        x = list(means)
        shares = ((i + 0.5) / WIDTH, 1.0 - (k + 0.5) / HEIGHT)
        for j, (low, high), share in zip((self.a, self.b), self.ranges, shares, strict=True):
            x[j] = low + (high - low) * share
        return x

    def _cell(self, x: Sequence[float]) -> tuple[int, int]:
        across, up = ((x[j] - low) / (high - low) for j, (low, high) in zip((self.a, self.b), self.ranges, strict=True))
        return min(int(across * WIDTH), WIDTH - 1), min(int((1 - up) * HEIGHT), HEIGHT - 1)


def _asked_by(model: Any, rows: Sequence[Any]) -> Any:
    """Give what answers for many rows: compiled once, and with the parameters as they are each time."""
    try:
        compiled = compile(model)
        compiled(rows)
    except Exception:  # whatever the model's own code raises when traced, it may run eagerly
        return lambda X: predict(model, X)
    return lambda X: compiled(X).tolist()


def _widened(column: Sequence[float]) -> tuple[float, float]:
    low, high = min(column), max(column)
    spare = (high - low or 1.0) * 0.06
    return low - spare, high + spare
