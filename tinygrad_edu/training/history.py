"""With this module one can read what a training run recorded: number by number, as a table, as a picture.

Examples
--------
>>> history = History(loss=[0.5, 0.25], accuracy=[0.75, 1.0])
>>> print(history)
 epoch    loss  accuracy
     1     0.5      0.75
     2    0.25         1
>>> history.to_dict()["loss"]
[0.5, 0.25]
>>> print(history.to_csv(), end="")
epoch,loss,accuracy
1,0.5,0.75
2,0.25,1.0
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from numbers import Real
from typing import TYPE_CHECKING, Any

from ..engine.shown import Shown, drawer_of, image_element, pictured
from ..files import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MEASURED = ("loss", "accuracy", "val_loss", "val_accuracy")
"""What every training measures, as far as it can; the names of these attributes of a history."""

_SHOWN_ROWS = 10


@dataclass
class History(Shown):
    """What happened in `fit`, one item of each list an epoch.

    It prints as a short table, and shows itself in notebooks with its curves (`tinygrad_edu.plot.loss_curve`).

    Attributes
    ----------
    loss : list of float
        Mean loss of the examples learnt from, each taken when its turn came in the epoch.
    accuracy : list of float
        The share of these that the model had right; empty for regression.
    val_loss, val_accuracy : list of float
        The same for the examples held out, measured at the end of the epoch; empty if none were.
    metrics : dict of str to list of float
        What `metrics` asked for: of the examples learnt from, and by ``"val_"`` and the name of those held out.
    lr : list of float
        The learning rate in each epoch, at its end.
    recorded : dict of str to list
        What `record` asked for.
    loss_name : str
        The loss that was made small.
    optimizer : str
        The optimiser and its settings.
    engine : str
        Which engine computed, and why that one.
    stopped : str
        Why training ended before the last epoch; empty if it did not.
    best_epoch : int or None
        The epoch, counted from 1, whose parameters the model has after early stopping; None without.
    seconds : float
        Wall time; not compared by ``==``.
    film : FilmStrip or None
        What `tinygrad_edu.play` shows of it, after ``fit(..., record="film")``; not compared by ``==``.
    """

    drawn_by = "plot.shown"

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    lr: list[float] = field(default_factory=list)
    recorded: dict[str, list[Any]] = field(default_factory=dict)
    loss_name: str = ""
    optimizer: str = ""
    engine: str = ""
    stopped: str = ""
    best_epoch: int | None = None
    seconds: float = field(default=0.0, compare=False)
    film: Any = field(default=None, compare=False, repr=False)

    @property
    def epochs(self) -> int:
        """How many epochs were completed."""
        return len(self.loss)

    def series(self, name: str) -> list[float]:
        """Give what was measured under a name: that of an attribute, or of a metric, with or without ``"val_"``.

        Parameters
        ----------
        name : str

        Returns
        -------
        list of float
            The list itself, one item an epoch.
        """
        found: list[float] = getattr(self, name) if name in (*MEASURED, "lr") else self.metrics[name]
        return found

    def to_dict(self) -> dict[str, list[Any]]:
        """Give the columns of the table, as ``pandas.DataFrame`` takes them.

        Returns
        -------
        dict of str to list
            "epoch", counted from 1; what was measured; the learning rate where it changed; what was recorded and is
            one number an epoch.
        """
        columns: dict[str, list[Any]] = {"epoch": list(range(1, self.epochs + 1))}
        columns |= {name: list(getattr(self, name)) for name in MEASURED if getattr(self, name)}
        columns |= {name: list(numbers) for name, numbers in self.metrics.items()}
        if len({*self.lr}) > 1:
            columns["lr"] = list(self.lr)
        for name, items in self.recorded.items():
            if items and all(isinstance(item, Real) for item in items):
                columns.setdefault(name, list(items))
        return columns

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write the table as CSV, with a line of names first.

        Parameters
        ----------
        path : path, optional
            The file, which is written whole or not at all.

        Returns
        -------
        str or None
            The text, if no path is given.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        import csv
        import io

        columns, text = self.to_dict(), io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
        if path is None:
            return text.getvalue()
        write_whole(path, text.getvalue())
        return None

    def to_frame(self) -> Any:
        """Give the table as a DataFrame, its index the epoch.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise ImportError(
                "to_frame needs pandas: pip install pandas; without it, to_dict gives the columns, to_csv the text"
            ) from error
        return pandas.DataFrame(self.to_dict()).set_index("epoch")

    def plot(self, *, title: str | None = None) -> Figure:
        """Draw the loss of each epoch, and the accuracy where there is one, as `tinygrad_edu.plot.loss_curve` does.

        Parameters
        ----------
        title : str, optional
            Above the picture; what was minimised, and how, if left out.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ValueError
            If no epoch was completed.

        Examples
        --------
        >>> figure = History(loss=[0.5, 0.25]).plot(title="two epochs")
        >>> [line.get_ydata().tolist() for line in figure.axes[0].lines]
        [[0.5, 0.25]]
        """
        figure: Figure = drawer_of(self).loss_curve(self, title=title)
        return figure

    def extend(self, later: History) -> None:
        """Go on with what a later training of the same model measured.

        Parameters
        ----------
        later : History
        """
        for name in (*MEASURED, "lr"):
            getattr(self, name).extend(getattr(later, name))
        for ours, theirs in ((self.metrics, later.metrics), (self.recorded, later.recorded)):
            for name, items in theirs.items():
                ours.setdefault(name, []).extend(items)
        self.seconds += later.seconds
        self.stopped = later.stopped

    def keep(self, epochs: int) -> None:
        """Leave out what comes after so many epochs: what an interrupt has left of the last one.

        Parameters
        ----------
        epochs : int
        """
        measured = [getattr(self, name) for name in (*MEASURED, "lr")]
        for items in (*measured, *self.metrics.values(), *self.recorded.values()):
            del items[epochs:]

    def __repr__(self) -> str:
        shown = ", ".join(f"{name} {getattr(self, name)[-1]:.4g}" for name in MEASURED if getattr(self, name))
        return f"History({self.epochs} epochs{': ' if shown else ''}{shown})"

    def __str__(self) -> str:
        """Give the table: all epochs, or of many the first and the last ones."""
        rows = self._rows()
        widths = [max(6, *map(len, cells)) for cells in zip(*rows, strict=True)]
        lines = ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
        return "\n".join([*lines, *self._remarks()])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show it for Jupyter and VS Code: the table, and its curves where matplotlib draws them."""
        return {"text/plain": str(self), "text/html": self._as_html()}

    def _mime_(self) -> tuple[str, str]:
        """Show it for marimo."""
        return "text/html", self._as_html()

    def _as_html(self) -> str:
        head, *rows = self._rows()
        cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        table = f"<table><thead><tr>{''.join(f'<th>{escape(c)}</th>' for c in head)}</tr></thead>{cells}</table>"
        remarks = "".join(f"<p>{escape(line)}</p>" for line in self._remarks())
        picture = pictured(self) if self.epochs else None
        curves = image_element(picture, "loss of each epoch, and accuracy where there is one") if picture else ""
        return f"<div>{table}{remarks}{curves}</div>"

    def _rows(self) -> list[list[str]]:
        """Give names and rows of the table as text; a row of dots stands for those left out."""
        columns = self.to_dict()
        places = range(self.epochs)
        shown = [*places] if len(places) <= _SHOWN_ROWS else [*places[: _SHOWN_ROWS // 2], *places[-_SHOWN_ROWS // 2 :]]
        rows = [[f"{column[i]:.4g}" if name != "epoch" else str(column[i]) for name, column in columns.items()]
                for i in shown]  # fmt: skip
        gap = next((i + 1 for i, (a, b) in enumerate(pairwise(shown)) if b > a + 1), None)
        if gap is not None:
            rows.insert(gap, ["…"] * len(columns))
        return [list(columns), *rows]

    def _remarks(self) -> list[str]:
        best = f"the parameters are those of epoch {self.best_epoch}" if self.best_epoch is not None else ""
        return [line for line in (self.stopped and f"stopped: {self.stopped}", best) if line]


def layer_gradients(model: Any) -> dict[str, float]:
    """Give the mean absolute gradient of the parameters of each layer, by the layer's name.

    Parameters
    ----------
    model : Module
        After a backward pass.

    Returns
    -------
    dict of str to float
        In the order of the layers; parameters outside of layers by their own names, without indices.
    """
    groups: dict[str, list[float]] = {}
    for name, p in model.named_parameters():
        layer = name.partition(".neurons.")[0] if ".neurons." in name else name.rstrip(".0123456789") or name
        groups.setdefault(layer, []).append(abs(p.grad))
    return {layer: math.fsum(sizes) / len(sizes) for layer, sizes in groups.items()}
