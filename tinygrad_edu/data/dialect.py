"""With this module it is found out how a table is written: its encoding, its delimiter, whether columns have names."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..arguments import short
from .cells import MISSING, is_date, number_of

_HIGH = re.compile(rb"[\x80-\xff]+")
_PAIRS = re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+")
_LOOKED_AT = 200  # rows, to find the delimiter by
_MOST = 10_000_000  # characters in a cell


def decoded(path: Path, encoding: str | None) -> tuple[str, str]:
    """Give the text of a file, and what its encoding is called."""
    data = path.read_bytes()
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ValueError(
            f"{path.name} is a workbook of Excel, or another archive: save the sheet as CSV, and give that"
        )
    if data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        raise ValueError(f"{path.name} is compressed: unpack it, and give what was in it")
    marks = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    marked = next((name for mark, name in marks.items() if data.startswith(mark)), None)
    unmarked = ["utf-8", "gb18030", "cp1252", "latin-1"] if _is_chinese(data) else ["utf-8", "cp1252", "latin-1"]
    for candidate in [encoding] if encoding is not None else [marked] if marked else unmarked:
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
            raise ValueError(
                f"{path.name} is not text: there is a zero byte in line {line}; if it is UTF-16 without its mark, "
                "say encoding='utf-16-le', or save it as UTF-8"
            )
        other = re.match(r"\s*(?:<(?:!doctype|html|\?xml)|[\[{]\s*[\[{\"])", text[:200], re.IGNORECASE)
        if other:
            kind = "a page or XML" if "<" in other[0] else "JSON"
            raise ValueError(f"{path.name} is {kind}, not a table of cells: {short(text[:60])}; give a CSV file")
        words = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252 (no UTF-8)"}
        words["gb18030"] = "GB 18030 (no UTF-8)"
        return text.lstrip("\ufeff"), words.get(candidate, candidate)
    raise AssertionError("latin-1 reads every byte")


def _is_chinese(data: bytes) -> bool:
    """Whether bytes above 127 come in pairs as GB 2312 has them, and some words have several such characters.

    Letters of western Europe, one byte each, stand alone among others, or by twos as in größe.
    """
    runs = _HIGH.findall(data)
    return bool(runs) and all(map(_PAIRS.fullmatch, runs)) and max(map(len, runs)) >= 4


def without_remarks(text: str) -> tuple[int, str]:
    """Give the number of lines that begin with # before the table, and the rest."""
    skipped = 0
    while text.startswith("#"):
        skipped, text = skipped + 1, text.partition("\n")[2]
    return skipped, text


def records_of(text: str, delimiter: str, name: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
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


def delimiter_of(text: str, name: str) -> str:
    """Find what parts most rows into as many cells as the first has, the rarer sign in text where that is even."""
    best, found = 0.0, None
    for candidate in ("\t", ";", "|", ","):
        widths = []
        try:
            for _, row in records_of(text, candidate, name, 0):
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


def said(cell: str) -> bool:
    """Whether there is anything in a cell."""
    return bool(cell.strip())


def is_header(rows: list[list[str]], expected: Sequence[str]) -> bool | None:
    """Whether the first row names the columns: none of it is a number, a date or missing, and little of it recurs.

    Names may be numbers, too (years, or 0, 1, 2 as pandas has them): None, where the first row may be names or not.
    """
    first = [cell.strip() for cell in rows[0]]
    if set(first) & set(expected):
        return True
    values = [cell for cell in first if cell]
    if any(_is_number(cell) or is_date(cell) for cell in values):
        return None if _may_be_names(first, rows[1:]) else False
    if any(cell in MISSING for cell in values):
        return False
    recurring = sum(
        any(len(row) > j and row[j].strip() == cell for row in rows[1:]) for j, cell in enumerate(first) if cell
    )
    return 2 * recurring <= len(values)


def _is_number(cell: str) -> bool:
    return number_of(cell) is not None or number_of(cell, ",") is not None


def _may_be_names(first: list[str], rows: list[list[str]]) -> bool:
    """Whether a row with numbers in it stands over others of another kind.

    A number stands over nothing but text, or text that comes once over texts that come again and again; or it counts.
    """
    odd = False
    for j, cell in enumerate(first):
        below = [row[j].strip() for row in rows if len(row) > j and said(row[j])]
        if not below or not cell:
            continue
        if _is_number(cell):
            odd = odd or not any(map(_is_number, below))
        elif cell in below:
            return False
        elif not any(map(_is_number, below)):
            odd = odd or 2 * len(set(below)) <= len(below)
    return odd or (len(first) > 3 and first == [str(j) for j in range(len(first))])


def fitted(names: list[str], records: list[tuple[int, list[str]]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Give names and rows as many cells: rows may have names of their own, a delimiter in the end is no column."""
    if records and all(len(row) == len(names) + 1 for _, row in records):
        names = ["", *names] if any(said(row[-1]) for _, row in records) else [*names, ""]
    while len(names) > 1 and not said(names[-1]):
        width = len(names)
        if any(len(row) == width and said(row[-1]) for _, row in records):
            break
        names, records = names[:-1], [(line, row[:-1] if len(row) == width else row) for line, row in records]
    return names, records


def different(names: list[str]) -> tuple[str, ...]:
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


def shortened(names: Sequence[str]) -> str:
    """Write the names of the first columns, each on one line."""
    return ", ".join(short(name)[1:-1] for name in names[:8]) + ", ..." * (len(names) > 8)
