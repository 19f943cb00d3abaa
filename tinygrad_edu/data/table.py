"""With this module one can read a table from a file of which one knows nothing: its encoding, delimiter, header.

What was found out is said in words (`Table.source`), and each row knows the line that it began on, so that what is
wrong can be named by it. The reader itself is Python's `csv`.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..arguments import counted, short
from .cells import MISSING, decimal_of, is_date, number_of

DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", " ": "spaces"}
_LOOKED_AT = 200  # rows, to find the delimiter by
_MOST = 10_000_000  # characters in a cell


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
    """

    names: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    name: str = "table"
    source: str = ""
    delimiter: str = ","
    decimal: str | None = None
    unit: str = "line"

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
) -> Table:
    r"""Read a table from a file.

    Parameters
    ----------
    path : path
        The file. Empty rows, and lines that begin with # before the table, are passed over.
    delimiter, encoding : str, optional
        Found out if left out: the delimiter that parts most rows into as many cells as the first; UTF-8 (or UTF-16
        that says so), else Windows-1252, which has the letters of western Europe.
    header : bool, optional
        Whether the first row names the columns; if left out, whether it looks like it.
    expected : sequence of str
        Names that columns may have: a first row with one of them is a header.

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
    text, encoding = _decoded(path, encoding)
    return parsed(text, path.name, encoding, delimiter, header, expected)


def parsed(
    text: str, name: str, encoding: str, delimiter: str | None, header: bool | None, expected: Sequence[str]
) -> Table:
    """Read a table from text; `name` and `encoding` are for words about it."""
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        raise ValueError(f"delimiter must be one character such as ';', got {delimiter!r}")
    skipped, text = _without_remarks(text)
    if text[:5].lower() == "sep=;" or text[:5].lower() in ("sep=,", "sep=\t", "sep=|"):  # as Excel writes
        delimiter, skipped, text = delimiter or text[4], skipped + 1, text.partition("\n")[2]
    delimiter = delimiter or _delimiter_of(text, name)
    records = [(line + skipped, row) for line, row in _records(text, delimiter, name, skipped) if any(map(_said, row))]
    if not records:
        raise ValueError(f"{name} is empty: it needs rows, and names of the columns in the first")
    has_names = _is_header([row for _, row in records], expected) if header is None else header
    width, source = len(records[0][1]), f"{encoding}, cells parted by {DELIMITERS.get(delimiter, repr(delimiter))}"
    if has_names:
        (line, given), records = records[0], records[1:]
        given, records = _fitted(given, records)
        names, width = _different([" ".join(cell.split()) for cell in given]), len(given)
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
                f"({_shortened(names)}); see whether a {DELIMITERS.get(delimiter, repr(delimiter)).rstrip('s')} or a "
                "quote is missing or too many there"
            )
    if width < 2:
        raise ValueError(
            f"{name} has a single column, {names[0]!r}: a table needs a column to learn from and one to "
            "learn; if its cells are parted by something unusual, say delimiter=..."
        )
    rows = [row for _, row in records]
    decimal = decimal_of(cell.strip() for row in rows for cell in row)
    if decimal == ",":
        source += ", decimals after a comma"
    return Table(names, rows, [line for line, _ in records], name, source, delimiter, decimal)


def _decoded(path: Path, encoding: str | None) -> tuple[str, str]:
    """Give the text of a file, and what its encoding is called."""
    data = path.read_bytes()
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ValueError(
            f"{path.name} is a workbook of Excel, or another archive: save the sheet as CSV, and give that"
        )
    marks = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    marked = next((name for mark, name in marks.items() if data.startswith(mark)), None)
    for candidate in [encoding] if encoding is not None else [marked] if marked else ["utf-8", "cp1252", "latin-1"]:
        try:
            text = data.decode(candidate)
        except LookupError:
            raise ValueError(f"no encoding is called {candidate!r}; Python knows utf-8, latin-1, cp1252 ...") from None
        except UnicodeDecodeError as error:
            if encoding is not None or marked:
                line = data.count(b"\n", 0, error.start) + 1
                raise ValueError(
                    f"{path.name}, line {line}: byte {data[error.start]:#04x} is none of {candidate}; leave encoding "
                    "out, or give the right one"
                ) from None
            continue
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise ValueError(f"{path.name} is not text: there is a zero byte in line {line}")
        words = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252 (no UTF-8)"}
        return text, words.get(candidate, candidate)
    raise AssertionError("latin-1 reads every byte")


def _without_remarks(text: str) -> tuple[int, str]:
    """Give the number of lines that begin with # before the table, and the rest."""
    skipped = 0
    while text.startswith("#"):
        skipped, text = skipped + 1, text.partition("\n")[2]
    return skipped, text


def _records(text: str, delimiter: str, name: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows, each with the line that it begins on."""
    before = csv.field_size_limit(_MOST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise ValueError(
                    f"{name}, line {line + skipped}: the quotes of this row do not match ({error}); a quote inside of "
                    'a quoted cell is written twice: "5"" wide"'
                ) from None
            yield line, row
    finally:
        csv.field_size_limit(before)


def _delimiter_of(text: str, name: str) -> str:
    """Find what parts most rows into as many cells as the first has, the rarer sign in text where that is even."""
    best, found = 0.0, None
    for candidate in ("\t", ";", "|", ","):
        widths = []
        try:
            for _, row in _records(text, candidate, name, 0):
                if row:
                    widths.append(len(row))
                if len(widths) == _LOOKED_AT:
                    break
        except ValueError:  # quotes that do not match under this delimiter
            widths = widths[:-1]
        if not widths or widths[0] < 2:
            continue
        share = Counter(widths).most_common(1)[0][1] / len(widths)
        if share > best:
            best, found = share, candidate
    return found or ","


def _said(cell: str) -> bool:
    return bool(cell.strip())


def _is_header(rows: list[list[str]], expected: Sequence[str]) -> bool:
    """Whether the first row names the columns: none of it is a number, a date or missing, and little of it recurs."""
    first = [cell.strip() for cell in rows[0]]
    if set(first) & set(expected):
        return True
    values = [cell for cell in first if cell]
    if any(number_of(cell) is not None or number_of(cell, ",") is not None or is_date(cell) for cell in values):
        return False
    if any(cell in MISSING for cell in values):
        return False
    recurring = sum(
        any(len(row) > j and row[j].strip() == cell for row in rows[1:]) for j, cell in enumerate(first) if cell
    )
    return 2 * recurring <= len(values)


def _fitted(names: list[str], records: list[tuple[int, list[str]]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Give names and rows as many cells, where all rows have one more: a delimiter in the end, or names of the rows."""
    if records and all(len(row) == len(names) + 1 for _, row in records):
        if not any(_said(row[-1]) for _, row in records):
            return names, [(line, row[:-1]) for line, row in records]
        return ["", *names], records
    return names, records


def _different(names: list[str]) -> tuple[str, ...]:
    """Give every column a name of its own."""
    found: list[str] = []
    for j, name in enumerate(names):
        name = unique = name or f"column {j + 1}"
        number = 1
        while unique in found or (number > 1 and unique in names):
            number += 1
            unique = f"{name} ({number})"
        found.append(unique)
    return tuple(found)


def _shortened(names: Sequence[str]) -> str:
    return ", ".join(short(name)[1:-1] for name in names[:8]) + ", ..." * (len(names) > 8)


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
    names = _different([" ".join(str(column).split()) for column in frame.columns])
    texts = [[_text(cell) for cell in column] for column in columns]
    rows = [list(row) for row in zip(*texts, strict=True)]
    if not rows:
        raise ValueError(f"the DataFrame has no rows; its columns are {_shortened(names)}")
    return Table(names, rows, list(range(len(rows))), name, "DataFrame", "", ".", "row")


def _text(cell: Any) -> str:
    return "" if cell is None else repr(cell) if isinstance(cell, float) else str(cell)
