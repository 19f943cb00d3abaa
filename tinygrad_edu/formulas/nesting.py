"""With this module one can say how deep a formula is nested at least, from its text, before a parser reads it.

Parsers call themselves. Where calls have little room, as in a browser, a formula of a thousand terms ends Python.
"""

from __future__ import annotations

import re

MAX_BRACKETS = 200
"""Brackets that may stand inside one another; Python's parser takes no more."""

_TOKEN = re.compile(r"\d[\d_.]*(?:[eE][+-]?\d+)?|\w+|\*\*|//|\S")
_BINARY = {"+": 0, "-": 0, "*": 1, "/": 1, "//": 1, "%": 1, "**": 2}
_SIGN, _SUFFIX = 3, 4
_NONE = (0, 0, 0, 0, 0)
_BREAKS = {",", "<", ">", "=", "and", "or", "not", "if", "else", "lambda", "in", "is"}


def least_depth(text: str) -> tuple[int, int]:
    """Count the operations of the longest chain of one kind, and the brackets that are open at once.

    So many operations stand inside one another at least: in a bracket, up to a comma or a comparison, each + and −
    holds the sum before it, each × and / the product before it, each power the powers after it, each sign what
    follows, and each suffix, as in ``f[0][0]``, what comes before.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> least_depth("a + b*c*d*e + (f)")
    (3, 1)
    """
    chains, deepest, brackets, after_operand = [list(_NONE)], 0, 0, False
    for token in _TOKEN.findall(text):
        here = chains[-1]
        if token in _BREAKS:
            here[:], after_operand = _NONE, False
        elif token in _BINARY and after_operand:
            kind = _BINARY[token]
            here[kind:] = [here[kind] + 1, *_NONE[kind + 1 :]]
            after_operand = False
        elif token in ("+", "-", "~"):
            here[_SIGN] += 1
        elif token in ("(", "[", "{"):
            here[_SUFFIX] += after_operand
            chains.append(list(_NONE))
            after_operand = False
        elif token in (")", "]", "}"):
            del chains[max(1, len(chains) - 1) :]
            after_operand = True
        else:
            here[_SUFFIX] += token == "."
            after_operand = True
        deepest, brackets = max(deepest, *here), max(brackets, len(chains) - 1)
    return deepest, brackets
