"""With this module one can read a table from a file of which one knows nothing: its encoding, delimiter, header.

What was found out is said in words (`Table.source`), and each row knows the line that it began on, so that what is
wrong can be named by it. The reader itself is Python's `csv`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..arguments import counted
from .cells import decimal_of
from .dialect import decoded, delimiter_of, different, fitted, is_header, records_of, said, shortened, without_remarks

_WORDS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", " ": "spaces"}


@dataclass(frozen=True)
class Table:
    """Rows of text under the names of their columns.

    Attributes
    ----------
    names : tuple of str
        One a column, all different, none empty.
    rows : list of list of str
        The cells as they stand in the file, as many in each row as there are names.
    lines : list of int
        The line that each row begins on, counted from 1.
    name : str
        What to call the table.
    source : str
        How it was read.
    delimiter : str
        What parts the cells.
    decimal : str, optional
        What its decimals come after, as far as the cells tell.
    unit : str
        What `lines` counts: lines of a file, or the rows of something else.
    header : bool
        Whether the file names its columns.
    """

    names: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    name: str = "table"
    source: str = ""
    delimiter: str = ","
    decimal: str | None = None
    unit: str = "line"
    header: bool = True

    def column(self, name: str) -> list[str]:
        """Give the cells of a column."""
        j = self.names.index(name)
        return [row[j] for row in self.rows]

    def place(self, i: int, column: str) -> str:
        """Say where the cell of a column in row `i` stands."""
        return f"{self.name}, {self.unit} {self.lines[i]}, column {column!r}"

    def decimal_in(self, cells: Iterable[str | None], before: str | None = None) -> str:
        """Say what the decimals of a column come after: by its cells, the others, what was known before, the file."""
        known = [cell for cell in cells if cell is not None]
        usual = "," if self.delimiter == ";" and any("," in cell for cell in known) else "."
        return decimal_of(known) or self.decimal or before or usual

    def take(self, indices: Sequence[int]) -> Table:
        """Give the rows at `indices`."""
        return replace(self, rows=[self.rows[i] for i in indices], lines=[self.lines[i] for i in indices])


def read_table(
    path: str | os.PathLike[str],
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    expected: Sequence[str] = (),
    fewest: int = 2,
) -> Table:
    r"""Read a table from a file.

    Parameters
    ----------
    path : path
        The file. Empty rows, and lines that begin with # before the table, are passed over.
    delimiter, encoding : str, optional
        Found out if left out: the delimiter that parts most rows into as many cells as the first; UTF-8 (or UTF-16
        that says so), else GB 18030 where the bytes look Chinese, else Windows-1252, which has the letters of western
        Europe.
    header : bool, optional
        Whether the first row names the columns; if left out, whether it looks like it.
    expected : sequence of str
        Names that columns may have: a first row with one of them is a header.
    fewest : int, default 2
        How many columns it must have.

    Returns
    -------
    Table

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no table: the line is named.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.csv"
    >>> _ = path.write_text("x;kind\n1,5;b\n2;a\n")
    >>> table = read_table(path)
    >>> table.names, table.rows, table.source
    (('x', 'kind'), [['1,5', 'b'], ['2', 'a']], 'UTF-8, cells parted by semicolons, decimals after a comma')
    """
    path = Path(path)
    text, encoding = decoded(path, encoding)
    return parsed(text, path.name, encoding, delimiter, header, expected, fewest)


def parsed(
    text: str,
    name: str,
    encoding: str,
    delimiter: str | None = None,
    header: bool | None = None,
    expected: Sequence[str] = (),
    fewest: int = 2,
) -> Table:
    """Read a table from text; `name` and `encoding` are for words about it."""
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        raise ValueError(f"delimiter must be one character such as ';', got {delimiter!r}")
    skipped, text = without_remarks(text)
    if text[:5].lower() == "sep=;" or text[:5].lower() in ("sep=,", "sep=\t", "sep=|"):  # as Excel writes
        delimiter, skipped, text = delimiter or text[4], skipped + 1, text.partition("\n")[2]
    delimiter = delimiter or delimiter_of(text, name)
    records = [(line + skipped, row) for line, row in records_of(text, delimiter, name, skipped) if any(map(said, row))]
    if not records:
        raise ValueError(f"{name} is empty: it needs rows, and names of the columns in the first")
    has_names = is_header([row for _, row in records], expected) if header is None else header
    if has_names is None:
        raise ValueError(
            f"{name}, line {records[0][0]}: {shortened(records[0][1])} may name the columns, or be the first row; say "
            "header=True if these are names, else header=False"
        )
    width, source = len(records[0][1]), f"{encoding}, cells parted by {_WORDS.get(delimiter, repr(delimiter))}"
    if has_names:
        (line, given), records = records[0], records[1:]
        given, records = fitted(given, records)
        names, width = different([" ".join(cell.split()) for cell in given]), len(given)
        source += f", names in line {line}" * (line > 1)
    else:
        names = tuple(f"column {j + 1}" for j in range(width))
        source += ", no names of columns"
    if not records:
        raise ValueError(f"{name} names columns ({', '.join(names)}), but has no rows")
    for line, row in records:
        if len(row) != width:
            raise ValueError(
                f"{name}, line {line}: {counted(len(row), 'cell')}, but there are {counted(width, 'column')} "
                f"({shortened(names)}); see whether a {_WORDS.get(delimiter, repr(delimiter)).rstrip('s')} or a "
                "quote is missing or too many there"
            )
    if width < fewest:
        raise ValueError(
            f"{name} has a single column, {names[0]!r}: a table needs a column to learn from and one to "
            "learn; if its cells are parted by something unusual, say delimiter=..."
        )
    rows = [row for _, row in records]
    decimal = decimal_of(cell.strip() for row in rows for cell in row)
    if decimal == ",":
        source += ", decimals after a comma"
    return Table(names, rows, [line for line, _ in records], name, source, delimiter, decimal, header=has_names)


def table_of_frame(frame: Any, name: str = "table") -> Table:
    """Give a pandas DataFrame as a table of text, its rows counted from 0 as it counts them.

    Parameters
    ----------
    frame : DataFrame
        What has `columns`, `iloc` and so on; pandas itself is not imported.
    name : str
        What to call the table.

    Returns
    -------
    Table
    """
    columns = [frame.iloc[:, j].tolist() for j in range(len(frame.columns))]
    names = different([" ".join(str(column).split()) for column in frame.columns])
    texts = [[_text(cell) for cell in column] for column in columns]
    rows = [list(row) for row in zip(*texts, strict=True)]
    if not rows:
        raise ValueError(f"the DataFrame has no rows; its columns are {shortened(names)}")
    return Table(names, rows, list(range(len(rows))), name, "DataFrame", "", ".", "row")


def _text(cell: Any) -> str:
    return "" if cell is None else repr(float(cell)) if isinstance(cell, float) else str(cell)  # of NumPy's, too
