"""With this module one can read what stands in the cells of a table: numbers as people write them, and what is missing.

A number may have its decimals after a point or after a comma, and its thousands apart: 1234.5, 1,234.5, 1.234,5,
1 234,5, 1'234.5. It may be so many per cent, 12.5 %, or of some currency, $5. Which of point and comma begins the
decimals is not to be seen in every cell ("1.234"), but in most columns, and nearly always in a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPELT = "NA N/A n/a na #N/A n.a. <NA> NaN nan NAN NaT NULL Null null ? - -- –"

MISSING = frozenset(("", *_SPELT.split()))
"""What stands in a cell of which nothing is known."""

# Thousands are parted by a comma, an apostrophe, or a space that does not break; no number of them begins with 0.
_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([,'’ \u00a0\u2009\u202f])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]*)?")
_MARKS = re.compile(r"[,'’ \u00a0\u2009\u202f]")
_SWAPPED = str.maketrans(".,", ",.")
_TYPED = str.maketrans("－＋，．％–−０１２３４５６７８９", "-+,.%--0123456789")
"""Signs of full width, as keyboards for Chinese write them, and other minus signs."""

CURRENCIES = frozenset("$€£¥₹")
_PRICE = re.compile("([+-]?)([$€£¥₹]?) ?([+-]?[^$€£¥₹]*?) ?([$€£¥₹]?)")
_DATE = re.compile(
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2}))(?:[T ].*)?"
    r"|(?:-?[0-9]+ days )?\+?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?"  # 1 days 00:00:00
)


def number_of(cell: str, decimal: str = ".") -> float | None:
    """Read a number.

    Parameters
    ----------
    cell : str
        Without spaces around it.
    decimal : {".", ","}, default "."
        What the decimals come after.

    Returns
    -------
    float or None
        None for what is not a number; infinite where it is larger than any float.

    Examples
    --------
    >>> number_of("1,234.5"), number_of("1.234,5", ","), number_of("−2"), number_of("12 cm")
    (1234.5, 1234.5, -2.0, None)
    >>> number_of("12.5 %"), number_of("-$5"), number_of("5 €")
    (0.125, -5.0, 5.0)
    """
    if decimal == "." and _PLAIN.fullmatch(cell):  # the common case
        return float(cell)
    text = cell if cell.isascii() else cell.translate(_TYPED)
    if text[-1:] == "%":
        number = _plain_number(text[:-1].rstrip(), decimal)
        return None if number is None else number / 100.0
    if not CURRENCIES.isdisjoint(text):
        price = _PRICE.fullmatch(text)
        if price is None or (price[2] and price[4]):
            return None
        text = price[1] + price[3]
    return _plain_number(text, decimal)


def _plain_number(text: str, decimal: str) -> float | None:
    if decimal == ",":
        text = text.translate(_SWAPPED)
    if _PLAIN.fullmatch(text):
        return float(text)
    return float(_MARKS.sub("", text)) if _GROUPED.fullmatch(text) else None


def decimal_of(cells: Iterable[str]) -> str | None:
    """Find out what begins the decimals, by those cells that are numbers in one way only.

    Parameters
    ----------
    cells : iterable of str

    Returns
    -------
    ".", "," or None
        What most of these cells say; None if none of them tells.

    Examples
    --------
    >>> decimal_of(["12", "1,234", "0,5"]), decimal_of(["1,234", "1,234,567"]), decimal_of(["12", "1.234"])
    (',', '.', None)
    """
    votes = 0
    for cell in cells:
        if "," in cell or "." in cell:
            votes += (number_of(cell, ",") is None) - (number_of(cell, ".") is None)
    return None if votes == 0 else "." if votes > 0 else ","


def is_date(cell: str) -> bool:
    """Whether a cell looks like a day, in the order of any country, with or without a time, or a time of the day.

    Examples
    --------
    >>> is_date("2024-02-29"), is_date("29.2.24 12:30"), is_date("12:30"), is_date("1.234")
    (True, True, True, False)
    """
    return _DATE.fullmatch(cell) is not None


def known_cells(cells: Sequence[str], marks: Iterable[str] = ()) -> list[str | None]:
    """Give the cells without spaces around them, and None for those of which nothing is known.

    Parameters
    ----------
    cells : sequence of str
        A column.
    marks : iterable of str
        What else than `MISSING` says that a cell is missing.

    Returns
    -------
    list of str or None

    Examples
    --------
    >>> known_cells([" 1 ", "NA", "x", "-"], ["x"])
    ['1', None, None, None]
    >>> known_cells(["+", "-", "?"])
    ['+', '-', None]
    """
    stripped = [cell.strip() for cell in cells]
    missing = {*MISSING, *marks}
    if "+" in stripped and "-" not in marks:  # a sign, where there is its contrary
        missing.discard("-")
    return [None if cell in missing else cell for cell in stripped]
