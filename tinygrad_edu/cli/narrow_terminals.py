"""With this module signs that a terminal cannot show are written in those that every one has."""

from __future__ import annotations

import re
import unicodedata

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


def in_ascii(error: UnicodeError) -> tuple[str, int]:
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
