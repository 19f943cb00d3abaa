"""With this module one can turn the columns of a table into numbers, and remember how, for rows that come later.

`Columns` is what was learned from one table: which columns are features, which categories a column of text has, what
stands for a missing cell, and what the classes are called. It is small, frozen, and survives in JSON: a model that
keeps it needs nothing else to read a new table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from ..arguments import nearest, short, unknown
from .cells import CURRENCIES, known_cells, number_of
from .table import Table


@dataclass(frozen=True)
class Column:
    """One column that features are made of.

    Attributes
    ----------
    name : str
    kind : "numbers" or "text"
        A column of numbers is a feature. One of text is a feature for each category, 1 where the cell is that category
        and 0 where it is not (one-hot); with two categories a single one, 1 for the second.
    categories : tuple of str
        What the cells of a column of text say, in alphabetical order.
    means : tuple of float
        What stands for a missing cell: the mean of each feature, which for a category is its share.
    decimal : str
        What the decimals come after, where a later table does not tell.
    """

    name: str
    kind: Literal["numbers", "text"]
    categories: tuple[str, ...] = ()
    means: tuple[float, ...] = ()
    decimal: str = "."

    @property
    def features(self) -> tuple[str, ...]:
        """The names of its features."""
        if self.kind == "numbers":
            return (self.name,)
        return tuple(f"{self.name}={category}" for category in self.categories[len(self.categories) == 2 :])

    def encoded(self, category: str) -> list[float] | None:
        """Give the features of a cell of text, None if it is no known category."""
        if category not in self.categories:
            return None
        return [float(category == other) for other in self.categories[len(self.categories) == 2 :]]


@dataclass(frozen=True)
class Reading:
    """The features of a table.

    Attributes
    ----------
    X : list of list of float
        One row for each of the table's.
    missing : tuple of (int, int)
        The places of `X` (row and feature) that hold means, because their cell was missing.
    unknown : tuple of str
        The cells with a category that no row had when the columns were learned, as words; means stand for them, too.
    """

    X: list[list[float]]
    missing: tuple[tuple[int, int], ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """How the columns of a table become features and labels.

    Attributes
    ----------
    features : tuple of Column
    label : str
        The column to learn.
    class_names : tuple of str
        The classes; empty if the label is a number to approximate.
    marks : tuple of str
        What else than the usual spellings says that a cell is missing.
    left_out : tuple of (str, str)
        The columns that are no features, each with the reason.
    """

    features: tuple[Column, ...]
    label: str
    class_names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of all features, in the order of a row of `Reading.X`."""
        return tuple(name for column in self.features for name in column.features)

    def read(self, table: Table) -> Reading:
        """Make features of the columns of a table, found by their names.

        Parameters
        ----------
        table : Table

        Returns
        -------
        Reading

        Raises
        ------
        ValueError
            If a column is missing, or a cell that must be a number is none: it is named.
        """
        absent = [column.name for column in self.features if column.name not in table.names]
        if absent:
            hints = "".join(nearest(name, table.names) for name in absent[:1])
            raise ValueError(
                f"{table.name} has no column {', '.join(map(repr, absent))}{hints or '.'} "
                f"Its columns: {', '.join(table.names)}"
            )
        parts, missing, strange = [], [], []
        place = 0
        for column in self.features:
            rows, gaps, unknown_cells = _read_column(column, table, self.marks)
            parts.append(rows)
            missing += [(i, place + k) for i in gaps for k in range(len(column.features))]
            strange += unknown_cells
            place += len(column.features)
        X = [[x for part in row for x in part] for row in zip(*parts, strict=True)]
        return Reading(X, tuple(sorted(missing)), tuple(strange))

    def labels(self, table: Table) -> list[Any]:
        """Read the column of the labels.

        Parameters
        ----------
        table : Table

        Returns
        -------
        list
            The class of each row, counted from 0, or its number; None where the cell is missing.

        Raises
        ------
        ValueError
            If there is no such column, or a cell is no class or no number: it is named.
        """
        if self.label not in table.names:
            raise ValueError(_no_column(self.label, table))
        cells = known_cells(table.column(self.label), self.marks)
        if not self.class_names:
            return numbers_in(table, self.label, cells, table.decimal_in(cells))
        found: list[Any] = []
        places = {name: k for k, name in enumerate(self.class_names)}
        for i, cell in enumerate(cells):
            number = None if cell is None or cell in places else number_of(cell)
            name = cell if number is None or not number.is_integer() else str(int(number))
            if name is not None and name not in places:
                raise ValueError(f"{table.place(i, self.label)}: {unknown('class', name, self.class_names)}")
            found.append(None if name is None else places[name])
        return found

    def holding(self, means: Sequence[float]) -> Columns:
        """Let these numbers, one for each feature, stand for missing cells."""
        columns, place = [], 0
        for column in self.features:
            after = place + len(column.features)
            columns.append(replace(column, means=tuple(means[place:after])))
            place = after
        return replace(self, features=tuple(columns))

    def to_json(self) -> dict[str, Any]:
        """Give what JSON can hold, from which `from_json` makes the same again."""
        features = [{**asdict(column), "means": list(column.means)} for column in self.features]
        return {"label": self.label, "classes": list(self.class_names), "marks": list(self.marks), "features": features}

    @classmethod
    def from_json(cls, document: Any) -> Columns:
        """Read what `to_json` gave.

        Raises
        ------
        ValueError
            If it is something else.
        """
        try:
            features = []
            for item in document["features"]:
                column = Column(
                    str(item["name"]),
                    item["kind"],
                    tuple(map(str, item["categories"])),
                    tuple(map(float, item["means"])),
                    item["decimal"],
                )
                if column.kind not in ("numbers", "text") or column.decimal not in (".", ","):
                    raise ValueError(f"there is no column of kind {column.kind!r} with decimals by {column.decimal!r}")
                if len(column.means) != len(column.features) or not all(map(math.isfinite, column.means)):
                    raise ValueError(f"column {column.name!r} needs a finite mean for each of its features")
                features.append(column)
            classes = tuple(map(str, document["classes"]))
            return cls(tuple(features), str(document["label"]), classes, tuple(map(str, document["marks"])))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this does not describe the columns of a table: {error!r}") from None


def feature_means(
    X: Sequence[Sequence[float]], missing: set[tuple[int, int]], otherwise: Sequence[float] = ()
) -> list[float]:
    """Give the mean of each feature over the rows where it is known; `otherwise`, where it is known nowhere."""
    gaps: dict[int, set[int]] = {}
    for i, j in missing:
        gaps.setdefault(j, set()).add(i)
    means = []
    for j, values in enumerate(zip(*X, strict=True)):
        known = [x for i, x in enumerate(values) if i not in gaps[j]] if j in gaps else values
        means.append(math.fsum(known) / len(known) if known else otherwise[j])
    return means


def numbers_in(table: Table, name: str, cells: Sequence[str | None], decimal: str) -> list[float | None]:
    """Read the numbers of a column, or name the first cell that is none."""
    numbers: list[float | None] = []
    signs = sorted(CURRENCIES.intersection("".join(cell for cell in cells if cell)))
    if len(signs) > 1:
        raise ValueError(
            f"column {name!r} of {table.name} has amounts in {' and '.join(signs)}, which are no numbers of one kind; "
            f"make one currency of them, or say ignore=[{name!r:.40}]"
        )
    for i, cell in enumerate(cells):
        number = None if cell is None else number_of(cell, decimal)
        if cell is not None and (number is None or not math.isfinite(number)):
            other = number_of(cell, "," if decimal == "." else ".") is not None
            written = "a finite number" if number else f"a number written as 1{decimal}5" if other else "a number"
            known = [c for c in cells if c is not None]
            share = sum(number_of(c, decimal) is not None for c in known)
            name_of_column = "" if table.header or i else "if it names the column say header=True; "
            raise ValueError(
                f"{table.place(i, name)}: {short(cell)} is not {written}, as {share} of the {len(known)} cells of this "
                f"column are; {name_of_column}correct it, or say that it is a missing cell (marks=[{cell!r:.40}]), "
                f"that the column holds names (text=[{name!r:.40}]), or is to be ignored (ignore=[{name!r:.40}])"
            )
        numbers.append(number)
    return numbers


def _read_column(column: Column, table: Table, marks: Sequence[str]) -> tuple[list[list[float]], list[int], list[str]]:
    """Give the features of a column, the rows where it is missing, and the cells whose category is not known."""
    cells = known_cells(table.column(column.name), marks)
    gaps = [i for i, cell in enumerate(cells) if cell is None]
    strange: list[str] = []
    rows: list[list[float]] = []
    if column.kind == "numbers":
        numbers = numbers_in(table, column.name, cells, table.decimal_in(cells, column.decimal))
        return [list(column.means) if x is None else [x] for x in numbers], gaps, []
    for i, cell in enumerate(cells):
        found = None if cell is None else column.encoded(cell)
        if cell is not None and found is None:
            gaps.append(i)
            strange.append(f"{table.place(i, column.name)}: {short(cell)}{nearest(cell, column.categories)}")
        rows.append(list(column.means) if found is None else found)
    return rows, gaps, strange


def _no_column(name: Any, table: Table) -> str:
    return f"{table.name} has no column {name!r:.60}{nearest(str(name), table.names) or '.'} Its columns: " + ", ".join(
        table.names
    )


def column_named(name: Any, table: Table) -> str:
    """Give the name of a column, which may be told by its place, too; refuse one that is not there."""
    if hasattr(name, "__index__") and not isinstance(name, bool) and -len(table.names) <= name < len(table.names):
        return table.names[int(name)]
    spaced = " ".join(name.split()) if isinstance(name, str) else None
    if spaced is not None and spaced not in table.names and spaced.lstrip("-").isdecimal():  # a place, of a command
        return column_named(int(spaced), table)
    if spaced not in table.names:
        raise ValueError(_no_column(name, table))
    return spaced
