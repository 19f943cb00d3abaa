"""With this module a data set says what is in it: classes, ranges, missing cells, in a terminal and in a notebook."""

from __future__ import annotations

import html
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..arguments import counted
from ..signs import columns as columns_taken
from ..words import say

if TYPE_CHECKING:
    from .dataset import Dataset


@dataclass(frozen=True)
class Description:
    """What is in a data set; prints itself, and shows itself in a notebook.

    Attributes
    ----------
    title : str
        The set, its size, where it is from.
    rows : tuple of tuple
        A row for each feature, and for a label of numbers: name, lowest, mean, highest (floats), count of missing.
    classes : tuple of (str, int)
        Each class with its count.
    notes : tuple of str
        What else there is to say: how a file was read, which columns were left out, and why.
    """

    title: str
    rows: tuple[tuple[str, float, float, float, int], ...]
    classes: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        cells = [_header(), *((row[0], *(f"{x:.4g}" for x in row[1:4]), str(row[4] or "")) for row in self.rows)]
        widths = [max(map(columns_taken, column)) for column in zip(*cells, strict=True)]
        lines = []
        for row in cells:
            gaps = [" " * (width - columns_taken(cell)) for cell, width in zip(row, widths, strict=True)]
            aligned = [gap + cell for cell, gap in zip(row[1:], gaps[1:], strict=True)]
            lines.append("  ".join([row[0] + gaps[0], *aligned]).rstrip())
        classes = ", ".join(f"{name} ({count})" for name, count in self.classes)
        said = [say("classes: {names}", names=classes)] if classes else []
        return "\n".join([self.title, *said, *lines, *self.notes])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in _header())
        body = "".join(
            f"<tr><th scope='row' style='text-align:left'>{html.escape(row[0])}</th>"
            + "".join(f"<td>{x:.4g}</td>" for x in row[1:4])
            + f"<td>{row[4] or ''}</td></tr>"
            for row in self.rows
        )
        classes = ", ".join(f"{html.escape(name)} ({count})" for name, count in self.classes)
        told = "<br>" + say("classes: {names}", names=classes) if classes else ""
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        return (
            f"<p><b>{html.escape(self.title)}</b>{told}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"
        )


def _header() -> tuple[str, ...]:
    return say("feature"), say("lowest"), say("mean"), say("highest"), say("missing")


def described(data: Dataset) -> Description:
    """Measure what `Dataset.describe` tells."""
    gaps = Counter(j for _, j in data.missing)
    rows: list[Any] = []
    columns = list(zip(*data.X, strict=True))
    for j, (name, column) in enumerate(zip(data.feature_names, columns, strict=True)):
        rows.append((name, min(column), math.fsum(column) / len(column), max(column), gaps[j]))
    if data.kind == "numbers":
        rows.append((f"{data.label_name} (to learn)", min(data.y), math.fsum(data.y) / len(data.y), max(data.y), 0))
    notes = [data.source] if data.source else []
    if data.columns is not None:
        notes += [f"left out: {name!r}, {reason}" for name, reason in data.columns.left_out]
    examples, features = len(data), len(data.feature_names)
    sizes = [
        say("1 example") if examples == 1 else say("{count} examples", count=examples),
        say("1 feature") if features == 1 else say("{count} features", count=features),
    ]
    counts = Counter(data.y)
    classes = tuple((name, counts[k]) for k, name in enumerate(data.class_names))
    return Description(f"{data.name}: {say(', ').join(sizes)}", tuple(rows), classes, tuple(notes))


def shown_rows(data: Dataset, most: int = 5) -> str:
    """Give the first examples as a table of HTML."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in (*data.feature_names, data.label_name))
    body = "".join(
        f"<tr>{''.join(f'<td>{x:.4g}</td>' for x in row)}<td>{html.escape(data.label_text(y))}</td></tr>"
        for row, y in zip(data.X[:most], data.y[:most], strict=True)
    )
    more = len(data) - most
    rest = f"<p>… {counted(more, 'more example')}</p>" if more > 0 else ""
    return (
        f"<p>{html.escape(repr(data))}</p><div style='overflow-x:auto'><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>{rest}"
    )
