"""With this module one can read a derivative as text: "1 − y²" for people, and as Python source for the engine.

The partials of an operation are called with pieces of text instead of numbers; what comes back is the formula.

>>> from tinygrad_edu.ops import OPS
>>> caption(OPS["tanh"], 0)
'1 − y²'
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import cycle
from typing import Any

from ..words import say
from . import table as ops
from .code import argument_names as argument_names
from .floats import IEEEFloat, number
from .operation import Op
from .protocol import Number, Rank

_PRECEDENCE = {"+": 1, "−": 1, "×": 2, "/": 2, "%": 2, "^": 4}
_UNARY, _ATOM = 3, 5
_COMPARISONS = ("<", "≤", "minimum", "maximum")
_MOST_OPERANDS = 6
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN_NAME = rf"(?!(?:inf|nan)$)[^\W\d{_RAISED}](?:[^\W{_RAISED}]|[.#…'\[\] ](?! *$)|[…'\]])*"
"""What reads as one name wherever it stands in a formula."""
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_DIRECTION_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def number_text(x: float, digits: int = 4) -> str:
    """Write a number for people: at most `digits` decimals, one more significant digit than that, a real minus sign.

    This is what `digits` means everywhere in this package.

    Parameters
    ----------
    x : float
        The number.
    digits : int, default 4
        Decimals of numbers of ordinary size (those that they show, and below 10); significant digits of others, less 1.

    Returns
    -------
    str

    Examples
    --------
    >>> number_text(-0.958924), number_text(11.652071), number_text(3e-7)
    ('−0.9589', '11.652', '3e−07')
    """
    ordinary = 10.0**-digits <= abs(x) < 10.0
    text = f"{x:.{digits}f}".rstrip("0").rstrip(".") if ordinary else f"{x:.{digits + 1}g}"
    return text.replace("-", "−")


def constant_text(x: float, digits: int = 4) -> str:
    """Write a number that a formula goes on with: as `number_text` does, but of a small one no digit is lost.

    Examples
    --------
    >>> constant_text(0.5), constant_text(0.00012345), constant_text(math.pi)
    ('0.5', '0.00012345', '3.1416')
    """
    text = number_text(x, digits)
    lost = math.isfinite(x) and abs(read_number(text) - x) > 0.5 * 10.0**-digits * abs(x)
    return f"{x:.{digits + 1}g}".replace("-", "−") if lost else text


def read_number(text: str) -> float:
    """Read a number as it is shown here."""
    return float(text.replace("−", "-"))


def equals(computed: float, shown: str, digits: int = 4) -> str:
    """Choose the sign between a calculation with rounded numbers and its result: "=" where it holds as shown, or "≈".

    Parameters
    ----------
    computed : float
        What the numbers that are shown give.
    shown : str
        What is shown as their result.
    digits : int, default 4
        As in `number_text`.

    Returns
    -------
    str

    Examples
    --------
    >>> equals(2.0 * 0.7116, "1.4232"), equals(0.4251 * 0.0003, "0.0001")
    ('=', '≈')
    """
    result = read_number(shown)
    if computed == result or (math.isnan(computed) and math.isnan(result)):
        return "="
    near = abs(computed - result) <= 0.5 * 10.0 ** -max(digits - 1, 1) * abs(result)
    return "=" if near and number_text(computed, digits) == number_text(result, digits) else "≈"


_LONGEST = 4000
"""Characters of a formula that is written."""


class Text(Number):
    """A formula: text, how tightly it binds, and of a sum or a product the terms or factors."""

    __slots__ = ("binding", "parts", "text")
    _rank = Rank.ATOM

    def __init__(self, text: str, binding: int = _ATOM, parts: tuple[str, ...] = ()) -> None:
        self.text = text
        self.binding = binding
        self.parts = parts

    @classmethod
    def of_name(cls, name: str) -> Text:
        """Write a name, in quotes if it could be read as a formula or a number."""
        return cls(name if re.fullmatch(_PLAIN_NAME, name) else f"“{name}”")

    @classmethod
    def of_number(cls, x: float, digits: int = 4) -> Text:
        """Write a number, which binds like a sign and a number where it is negative."""
        text = constant_text(x, digits)
        return cls(text, _UNARY if text.startswith("−") else _ATOM)

    def __str__(self) -> str:
        return self.text

    @property
    def _seen(self) -> float:
        return 0.0  # a caption does without what mends rounding

    def inside(self, binding: int) -> str:
        """The text, in brackets if it binds less tightly than its surroundings."""
        return self.text if self.binding >= binding else f"({self.text})"

    def __bool__(self) -> bool:
        raise TypeError(f"the partials of an operation must not branch on a number ({self}); write where(...)")

    @staticmethod
    def _apply(op: Op, args: tuple[Any, ...]) -> Text:
        compares = any(sign in op.symbol for sign in _COMPARISONS)  # with a rounded number another one may be larger
        digits = 16 if compares else 4
        texts = [arg if isinstance(arg, Text) else Text.of_number(number(arg), digits) for arg in args]
        for i, kept in enumerate(texts):  # 1 × a reads a
            others = [(n, a) for j, (n, a) in enumerate(zip(op.neutral, args, strict=False)) if j != i]
            if op.neutral and all(n is not None and not isinstance(a, Text) and n == a for n, a in others):
                return kept
        written = notation(op, *texts)
        if len(written.text) > _LONGEST:  # twice as long with each turn of a loop, say
            raise ValueError(f"the formula is too long to be read: {written.text:.60} …")
        return written


def notation(op: Op, *args: Text) -> Text:
    """Write the application of an operation the way mathematics does, as its symbol tells.

    Parameters
    ----------
    op : Op
        The operation.
    *args : Text
        Its arguments.

    Returns
    -------
    Text

    Examples
    --------
    >>> from tinygrad_edu.ops import OPS
    >>> print(notation(OPS["mul"], Text("w"), Text("a + b", 1)))
    w × (a + b)
    """
    symbol = visible(op.symbol)
    if symbol.isidentifier() or op.arity not in (1, 2):
        name = symbol if symbol.isidentifier() else op.name
        return Text(f"{name}({', '.join(_some(list(map(str, args))))})")
    if op.arity == 1:
        (arg,) = args
        if symbol == "·":
            return arg
        if "·" in symbol and " " in symbol:  # a formula of its own, such as 1 − ·²
            return Text(symbol.replace("·", arg.inside(_ATOM)), _PRECEDENCE["−"])
        if "·" in symbol:
            return Text(symbol.replace("·", str(arg)))
        return Text(symbol + arg.inside(_UNARY + 1), _UNARY)
    a, b = args
    if "·" in symbol:  # how one writes it, the operands in turn
        turn = cycle([a.inside(_ATOM), b.inside(_ATOM)] if symbol.count("·") > 1 else [a.inside(_ATOM)])
        return Text("".join([next(turn) if c == "·" else c for c in symbol]), _PRECEDENCE["−"])
    binding = _PRECEDENCE.get(symbol, 0)
    if symbol == "×" and a.text == b.text and a.binding == _ATOM:
        return Text(f"{a}²", 4)
    if symbol == "^" and (b.text.isdigit() or (b.text[1:].isdigit() and b.text[0] == "−")):
        return Text(a.inside(_ATOM) + b.text.replace("−", "-").translate(_SUPERSCRIPT), binding)
    if symbol == "^":
        return Text(f"{a.inside(_ATOM)}^{b.inside(_ATOM)}", binding)
    left = a.inside(binding if symbol in _PRECEDENCE else binding + 1)  # a < b < c would be another thing
    right = b.inside(binding + 1)
    if symbol not in ("×", "+"):
        return Text(f"{left} {symbol} {right}", binding)
    before = a.parts if a.parts and a.binding == binding else (left,)
    parts = (*_some([*before, right]),)
    return Text(f" {symbol} ".join(parts), binding, parts)


def _some(texts: list[str]) -> list[str]:
    """Leave out the middle of what is too long to be read."""
    return texts if len(texts) <= _MOST_OPERANDS else [*texts[:3], "…", *texts[-2:]]


def sign_of(op: Op) -> str:
    """Give the sign of an operation, or its name where the sign stands between two operands and there may be more.

    Examples
    --------
    >>> from tinygrad_edu.ops import OPS
    >>> sign_of(OPS["mul"]), sign_of(OPS["dot"])
    ('×', 'dot')
    """
    return visible(op.symbol) if op.arity is not None or op.symbol.isidentifier() else op.name


def operand_name(op: Op, index: int, count: int) -> str:
    """Say which operand of an operation is meant, where it cannot be told by what stands there.

    Parameters
    ----------
    op : Op
        The operation.
    index : int
        Which operand; 0 is the first.
    count : int
        How many it has.

    Returns
    -------
    str

    Examples
    --------
    >>> from tinygrad_edu.ops import OPS
    >>> operand_name(OPS["mul"], 0, 2), operand_name(OPS["sum"], 2, 7), operand_name(OPS["hypot"], 1, 2)
    ('the left factor', 'term 3 of 7', 'argument 2 of 2')
    """
    words = op.operands
    if op.arity is not None:
        if words:
            return say("the {operand}", operand=say(words[index]))
        return say("argument {place} of {count}", place=index + 1, count=count)
    size = count // max(len(words), 1)
    half, place = divmod(index, size)
    if not words:
        return say("argument {place} of {count}", place=place + 1, count=size)
    return say("{operand} {place} of {count}", operand=say(words[half]), place=place + 1, count=size)


def caption(op: Op, index: int, names: tuple[str, ...] = (), constants: tuple[float | None, ...] = ()) -> str:
    """Say what the partial derivative of an operation is towards one argument, in words of mathematics.

    Parameters
    ----------
    op : Op
        The operation.
    index : int
        Which argument; 0 is the first.
    names : tuple of str, optional
        What the arguments are called; x, or a, b, c. An operation of any number of arguments needs them, to
        know how many there are.
    constants : tuple of (float or None), optional
        Arguments that are plain numbers, which then stand in the formula as numbers.

    Returns
    -------
    str

    Examples
    --------
    >>> from tinygrad_edu.ops import OPS
    >>> caption(OPS["mul"], 0, ("w", "x"))
    'x'
    >>> caption(OPS["pow"], 0, ("x", "2"), (None, 2.0))
    '2 × x'
    """
    return _caption(op, index, names, constants)


@lru_cache(maxsize=4096)
def _caption(op: Op, index: int, names: tuple[str, ...], constants: tuple[float | None, ...]) -> str:
    count = op.arity if op.arity is not None else max(len(names), index + 1)
    names = names or argument_names(count)
    args: list[Any] = [Text(name) for name in names]
    for i, constant in enumerate(constants):
        if constant is not None:
            args[i] = IEEEFloat(constant)  # 1 / 0 is infinite here too
    try:
        partial = op.partials(Text("y"), *args)[index]
    except (TypeError, ValueError, AttributeError):  # a user's entry that calls math or NumPy
        return f"∂{op.name}/∂{names[index]}"
    return str(partial) if isinstance(partial, Text) else constant_text(float(partial))


def visible(name: str) -> str:
    r"""Give a name or a sign in a form that can be shown anywhere: one line, control characters as their symbols.

    So no name can break a picture, the file it is in, or the terminal.

    Examples
    --------
    >>> visible("a\nb"), visible("好 🎉 <b>")
    ('a␊b', '好 🎉 <b>')
    """
    return name if name.isprintable() else "".join(map(_visible_character, name))


def _visible_character(c: str) -> str:
    code = ord(c)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    # Surrogates cannot be encoded; direction overrides could make a name read as another one.
    category = unicodedata.category(c)
    if category == "Cs" or code & 0xFFFE == 0xFFFE or c in _DIRECTION_OVERRIDES:
        return "\ufffd"
    return " " if category in ("Zl", "Zp", "Cc") else c


_ASCII = str.maketrans({"×": "*", "−": "-", "^": "**"})


def in_ascii(op: Op, parents: Sequence[Any]) -> str:
    """Write an operation as micrograd does in its drawings.

    Parameters
    ----------
    op : Op
    parents : sequence
        Its operands; a power names its exponent, if that is a plain number.

    Returns
    -------
    str
        Python's sign, or the name; nothing for a plain number.

    Examples
    --------
    >>> from tinygrad_edu.ops.table import OPS
    >>> in_ascii(OPS["mul"], ())
    '*'
    """
    if op is ops.CONSTANT:
        return ""
    if op is ops.relu:
        return "ReLU"
    sign = op.symbol.translate(_ASCII)
    if op is ops.pow and parents[1].op is ops.CONSTANT:
        return f"{sign}{parents[1].data:g}"
    return sign if sign.isascii() and not sign.isalnum() else op.name
