r"""With this module text is coloured where a terminal shows it, and plain everywhere else.

>>> Ink(False)("3.5", "positive")
'3.5'
>>> Ink(True)("3.5", "positive")
'\x1b[38;5;208m3.5\x1b[0m'
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

_ROLES = {
    "strong": "1",
    "faint": "2",
    "reverse": "7",
    "title": "1;35",
    "positive": "38;5;208",
    "negative": "38;5;33",
    "wrong": "1;31",
    "right": "32",
}
"""As SGR has them (ECMA-48); orange and blue as in the pictures, of the 256 colours that terminals have."""


def is_terminal(stream: Any) -> bool:
    """Whether somebody sits at a stream, and it does more than print."""
    try:
        return bool(stream.isatty()) and os.environ.get("TERM", "") != "dumb"
    except (AttributeError, ValueError):  # there is no such stream, or it is closed
        return False


def wants_colour(stream: Any, environment: Mapping[str, str] | None = None) -> bool:
    """Whether what is written there is to be coloured.

    Parameters
    ----------
    stream : file or None
    environment : mapping, optional
        That of the process if left out. ``NO_COLOR`` (https://no-color.org) speaks first, then ``FORCE_COLOR``, where
        they are not empty; else it is coloured on a terminal alone.

    Returns
    -------
    bool
    """
    given = os.environ if environment is None else environment
    if given.get("NO_COLOR"):
        return False
    if given.get("FORCE_COLOR"):
        return given["FORCE_COLOR"] != "0"
    if sys.platform == "win32" and not (given.get("WT_SESSION") or given.get("TERM")):
        return False  # the old console shows the codes as they are
    return is_terminal(stream)


class Ink:
    """Colours text, or leaves it as it is.

    Parameters
    ----------
    on : bool
    """

    def __init__(self, on: bool) -> None:
        self.on = on

    @classmethod
    def on_stream(cls, stream: Any) -> Ink:
        """Give the ink for what is written to a stream."""
        return cls(wants_colour(stream))

    def __call__(self, text: str, role: str) -> str:
        """Write a text in a role: "strong", "faint", "title", "positive", "negative", "right", "wrong", "reverse"."""
        return f"\x1b[{_ROLES[role]}m{text}\x1b[0m" if self.on and text else text

    def signed(self, text: str, number: float | None) -> str:
        """Write a number in the colour of its sign, as in the pictures."""
        return self(text, "positive" if number > 0.0 else "negative") if number else text
