"""With this module what the package prints, and people write on paper, becomes text for Python's parser.

``σ(w₁×x²) − |b|`` reads ``σ(w1*x**2) - abs(b)``; which names and signs operations have stands in their entries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..ops.table import OPS

ALIASES: Mapping[str, str] = {
    op.symbol: op.name for op in OPS.values() if op.symbol.isidentifier() and op.symbol != op.name
}
"""Names by which operations are printed, ``ln`` and ``σ``, with their own."""

GREEK: Mapping[str, str] = {"π": "pi", "τ": "tau"}
"""Constants by their letters."""

ROOT = "~"
"""What stands for √ in Python's syntax: it binds as √ is printed, ``√x²`` being the root of x²."""

_SIGNS = str.maketrans(
    {"−": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "≤": "<=", "≥": ">=", "^": "**", "√": ROOT, "∞": "inf"}
    | {chr(0x2080 + digit): str(digit) for digit in range(10)}
)
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
_LOWERED = str.maketrans(_RAISED, "0123456789-")
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
    raised = re.sub(f"[{_RAISED}]+", lambda found: f"**{_bracketed(found[0].translate(_LOWERED))}", text)
    return _without_bars(raised.translate(_SIGNS))


def _bracketed(exponent: str) -> str:
    return f"({exponent})" if exponent.startswith("-") else exponent


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
