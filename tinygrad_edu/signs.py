"""With this module text with the signs of mathematics is shown by any terminal, if need be in ASCII.

>>> "x² − π".encode("ascii", IN_ASCII)
b'x^2 - pi'
"""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata

IN_ASCII = "tinygrad_edu"
"""A way of Python's codecs to deal with what an encoding lacks: ``sys.stdout.reconfigure(errors=IN_ASCII)``."""

_PLAIN = {
    "−": "-",
    "–": "-",
    "×": "*",
    "√": "sqrt",
    "σ": "sigmoid",
    "Σ": "sum",
    "∂": "d",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "π": "pi",
    "Δ": "delta",
    "∞": "inf",
    "“": '"',
    "”": '"',
    "…": "...",
}


def for_terminal(text: str) -> str:
    """Write what the terminal cannot show in signs that it can; usually that is nothing.

    Parameters
    ----------
    text : str
        To be printed.

    Returns
    -------
    str
        The same, if the encoding of ``sys.stdout`` has all of it, or there is no such stream.
    """
    encoding = getattr(sys.stdout, "encoding", None)
    if text.isascii() or not encoding:
        return text
    return text.encode(encoding, IN_ASCII).decode(encoding)


def columns(text: str) -> int:
    """Give how many columns of a terminal a text takes: Han letters take two, accents that join a letter none.

    Examples
    --------
    >>> columns("grad"), columns("梯度"), columns("e\u0301")
    (4, 4, 1)
    """
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Write what a terminal cannot show in signs that every one has; a minus must not become a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = re.sub("[⁻⁰¹²³⁴-⁹]+", _as_power, error.object[error.start : error.end])
    return "".join(sign if sign.isascii() else _plain_sign(sign) for sign in signs), error.end


def _as_power(superscripts: re.Match[str]) -> str:
    return "^" + unicodedata.normalize("NFKC", superscripts[0]).replace("−", "-")


def _plain_sign(sign: str) -> str:
    """Write a sign in ASCII, at worst without its accents."""
    bare = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode("ascii")
    return _PLAIN.get(sign) or bare or "?"


codecs.register_error(IN_ASCII, _in_ascii)
