"""With this module one can compare models that were trained by several settings: as a table, and the best of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, overload

from .history import MEASURED, History
from .tabular import Tabular, as_html, as_text

_SHOWN_ROWS = 10


@dataclass
class Trained:
    """A model with what it was trained by.

    Attributes
    ----------
    settings : dict
        From name to value, of what a sweep tried.
    model : Module
        Trained.
    history : History
        How it went.
    """

    settings: dict[str, Any]
    model: Any
    history: History = field(default_factory=History)

    def measured(self) -> dict[str, float]:
        """Give what was measured of the parameters that the model has: in the last epoch, or in the best one.

        Returns
        -------
        dict of str to float
            Empty if no epoch was completed.
        """
        history = self.history
        if not history.epochs:
            return {}
        epoch = (history.best_epoch or history.epochs) - 1
        names = [name for name in (*MEASURED, *history.metrics) if history.series(name)]
        return {name: history.series(name)[epoch] for name in names}


class Sweep(Tabular):
    """Models that were trained by several settings, in the order of the grid; see `tinygrad_edu.sweep`.

    It prints as a table, the best first, and shows itself so in notebooks; ``sweep[0]``, ``len(sweep)`` and a loop give
    the models with their settings and histories.

    Parameters
    ----------
    runs : sequence of Trained
    by : str
        What the best is chosen by.
    larger : bool, default False
        Whether larger is better.

    Attributes
    ----------
    by : str
    """

    index = "rank"

    def __init__(self, runs: Sequence[Trained], by: str, larger: bool = False) -> None:
        self._runs, self.by, self._larger = list(runs), by, larger

    @overload
    def __getitem__(self, place: int) -> Trained: ...
    @overload
    def __getitem__(self, place: slice) -> list[Trained]: ...
    def __getitem__(self, place: int | slice) -> Trained | list[Trained]:
        return self._runs[place]

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Trained]:
        return iter(self._runs)

    @property
    def best(self) -> Trained:
        """The one that `by` says is best: its ``model``, ``settings`` and ``history``."""
        return self.ranked()[0]

    def ranked(self) -> list[Trained]:
        """Give all, the best first; those come last of which it was not measured, or is no number.

        Returns
        -------
        list of Trained
        """

        def key(run: Trained) -> float:
            value = run.measured().get(self.by, math.nan)
            return math.inf if math.isnan(value) else -value if self._larger else value

        return sorted(self._runs, key=key)

    def to_dict(self) -> dict[str, list[Any]]:
        """Give the columns of the table, a row for each model, the best first.

        Returns
        -------
        dict of str to list
            "rank", counted from 1; the settings; what was measured in the end, nan where it was not; "stopped", if
            training ended early somewhere.
        """
        runs = self.ranked()
        columns: dict[str, list[Any]] = {"rank": list(range(1, len(runs) + 1))}
        columns |= {name: [run.settings[name] for run in runs] for name in runs[0].settings}
        measured = [run.measured() for run in runs]
        for name in dict.fromkeys(name for one in measured for name in one):
            columns[name] = [one.get(name, math.nan) for one in measured]
        if any(run.history.stopped for run in runs):
            columns["stopped"] = [run.history.stopped for run in runs]
        return columns

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.best.settings.items())
        value = self.best.measured().get(self.by, math.nan)
        return f"Sweep({len(self)} models; best {self.by} {value:.4g}: {settings})"

    def __str__(self) -> str:
        return "\n".join([as_text(self._rows()), self._remark()])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show it for Jupyter and VS Code."""
        return {"text/plain": str(self), "text/html": self._as_html()}

    def _mime_(self) -> tuple[str, str]:
        """Show it for marimo."""
        return "text/html", self._as_html()

    def _as_html(self) -> str:
        return f"<div>{as_html(self._rows())}<p>{escape(self._remark())}</p></div>"

    def _rows(self) -> list[list[str]]:
        """Give names and rows of the table as text, the best ones only if there are many."""
        columns = self.to_dict()
        rows = [[_cell(column[i]) for column in columns.values()] for i in range(min(len(self), _SHOWN_ROWS))]
        return [list(columns), *rows]

    def _remark(self) -> str:
        rest = len(self) - _SHOWN_ROWS
        return f"by {self.by}" + (f"; {rest} more in to_dict, to_csv and to_frame" if rest > 0 else "")


def _cell(item: Any) -> str:
    if isinstance(item, float):
        return f"{item:.4g}"
    text = getattr(item, "__name__", None) or str(item)
    return text if len(text) <= 30 else text[:29] + "…"
