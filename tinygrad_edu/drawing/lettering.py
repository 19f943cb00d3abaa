"""With this module one can write numbers and names the way the drawings show them.

What they show is what `tinygrad_edu.ops.notation` makes of numbers and names everywhere; here it is cut and measured.
"""

from __future__ import annotations

import unicodedata

from ..ops.notation import number_text

NOTHING = "–"
_LONGEST_NAME = 28


def number(x: float | None, digits: int = 4) -> str:
    """Write a number for people, as everywhere in this package, or an en dash where none is known yet.

    Parameters
    ----------
    x : float or None
        What to write.
    digits : int, default 4
        Decimals of numbers of ordinary size.

    Returns
    -------
    str

    Examples
    --------
    >>> number(-0.95892427), number(11.652071), number(None)
    ('−0.9589', '11.652', '–')
    """
    if x is None:
        return NOTHING
    return number_text(x, digits)


def short(name: str, longest: int = _LONGEST_NAME) -> str:
    """Cut a long name in the middle, so that its beginning and its end can still be read.

    Examples
    --------
    >>> short("abcdefghijklmnop", 9)
    'abcd…mnop'
    """
    if len(name) <= longest:
        return name
    head = longest // 2
    return name[:head] + "…" + name[len(name) - (longest - 1 - head) :]


def text_width(text: str) -> float:
    """Estimate the width of a text in units of its font size, on the wide side.

    The layout must be the same on every machine, whichever fonts it has, so it cannot ask a font.
    The classes follow DejaVu Sans, one of the widest common faces.

    Examples
    --------
    >>> text_width("il") < text_width("ab") < text_width("MW") < text_width("好好好")
    True
    """
    return sum(map(_character_width, text))


def _character_width(c: str) -> float:
    if c in "ijl.,:;'|!()[]{}` ":
        return 0.37
    if c in "mwMW@%&":
        return 0.95
    if c.isdigit():
        return 0.64
    if unicodedata.combining(c):
        return 0.0
    if unicodedata.east_asian_width(c) in "WF":
        return 1.05
    if c in "+−×=<>≤≥÷":
        return 0.84
    return 0.72 if c.isupper() else 0.62
