"""With this module what the package prints, and people write on paper, becomes text for Python's parser.

``σ(w₁×x²) − |b|`` reads ``σ(w1*x**2) - abs(b)``; which names and signs operations have stands in their entries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from unicodedata import decomposition, normalize

from ..errors import ExpressionError
from ..ops.table import OPS

ALIASES: Mapping[str, str] = {
    op.symbol: op.name for op in OPS.values() if op.symbol.isidentifier() and op.symbol != op.name
}
"""Names by which operations are printed, ``ln`` and ``σ``, with their own."""

GREEK: Mapping[str, str] = {"π": "pi", "τ": "tau"}
"""Constants by their letters."""

ROOT = "~"
"""What stands for √ in Python's syntax: it binds as √ is printed, ``√x²`` being the root of x²."""

_WRITTEN = {
    "-": "−‐‑‒–—﹣",
    "*": "×·⋅∙•∗✕\u2062",
    "/": "÷∕⁄",
    "^": "ˆ",
    "<=": "≤≦⩽",
    ">=": "≥≧⩾",
    "Σ": "∑",
    "prod": "∏",
}
_INVISIBLE = "\u200b\u200c\u200d\u2060\u2061\ufeff\u00ad"
_SIGNS = str.maketrans(
    {other: sign for sign, others in _WRITTEN.items() for other in others}
    | {"√": ROOT, "∞": "inf"}
    | {chr(0x2080 + digit): str(digit) for digit in range(10)}
)
_TYPED = str.maketrans({chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7E)} | dict.fromkeys(_INVISIBLE))
"""Signs of full width, as keyboards for Chinese write them, and what takes no room at all."""

_EXPONENT = re.compile("[+-]?(?:[0-9]+|[^\\W0-9])(?:[+-](?:[0-9]+|[^\\W0-9]))*")
_BEFORE_OPERAND = "([{,+-*/<>=~|"


def as_python(text: str) -> str:
    """Write a formula with Python's signs.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        What has no other sign stays as it is.

    Examples
    --------
    >>> as_python("2×|x₁ − π|²")
    '2*abs(x1 - π)**2'
    """
    if not text.isascii():
        text = text.translate(_TYPED)
        text = "".join(_power(run) if raised else run for raised, run in _runs(text, _is_raised)).translate(_SIGNS)
    return _without_bars(text.replace("^", "**"))


def _runs(text: str, kind: Callable[[str], bool]) -> Iterator[tuple[bool, str]]:
    return ((is_so, "".join(signs)) for is_so, signs in groupby(text, kind))


def _is_raised(sign: str) -> bool:
    return decomposition(sign).startswith("<super>")


def _power(raised: str) -> str:
    """Write raised digits and letters as an exponent, where it is sure what is raised to what.

    Python would read a raised letter as an ordinary one, and eˣ as the name ex.
    """
    exponent = normalize("NFKC", raised).replace("−", "-")
    if not _EXPONENT.fullmatch(exponent) or set(raised) & {"º", "ª"}:  # as in 30º
        raise ExpressionError(f"cannot read {raised!r}: write an exponent behind ** or ^, x**(2*n)")
    return f"**{exponent}" if exponent.isalnum() else f"**({exponent})"


def _without_bars(text: str) -> str:
    """Write |x| as abs(x): a bar opens where an operand is due, and closes where one has ended."""
    if "|" not in text:
        return text
    written: list[str] = []
    last, opened = "", 0
    for sign in text:
        if sign != "|":
            written.append(sign)
            last = sign if not sign.isspace() else last
        elif not last or last in _BEFORE_OPERAND:
            written.append("abs(")
            last, opened = "(", opened + 1
        elif opened:
            written.append(")")
            last, opened = ")", opened - 1
        else:
            return text
    return "".join(written)
