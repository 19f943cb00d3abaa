"""With this module one can read a formula from text: ``parse("tanh(w*x + b)")`` gives a function of w, x and b.

The text is read by Python's own parser and walked against a whitelist of names and operators; see `grammar`. Nothing is
ever evaluated as Python, so a formula from anywhere can do no more than compute.

>>> f = parse("log(x1) + x1*x2 - sin(x2)")
>>> f.variables
('x1', 'x2')
>>> round(f(2.0, 5.0), 3)
11.652
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import Parameter, Signature
from typing import Any

from ..arguments import counted, nearest, short
from ..errors import ExpressionError
from .grammar import CONSTANTS, Reader

__all__ = ["Expression", "parse"]


class Expression:
    """A formula that can be called with numbers, Values or graph variables; made by `parse`.

    Attributes
    ----------
    text : str
        What was parsed.
    variables : tuple of str
        The names that are not constants, in the order of their first use: these are its arguments.
    """

    def __init__(self, text: str) -> None:
        reader = Reader(text)
        self.text = text
        self.variables = tuple(reader.variables)
        self._program = tuple(reader.program)
        # What `trace` and `help` ask a function for.
        self.__name__ = "f"
        self.__signature__ = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in self.variables])

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Evaluate the formula.

        Parameters
        ----------
        *args, **named : number, Value or Var
            One for each of `variables`, in their order or by name.

        Returns
        -------
        float, Value or Var

        Raises
        ------
        ExpressionError
            If a variable has no value, or a value no variable.
        """
        given = list(args)
        if named or len(given) != len(self.variables):
            if len(given) > len(self.variables):
                raise ExpressionError(
                    f"{short(self.text)} has {counted(len(self.variables), 'variable')}, got {len(args)}"
                )
            both = [name for name in self.variables[: len(given)] if name in named]
            if both:
                raise ExpressionError(f"two values for {both[0]!r}: give it by place or by name, not both")
            given = self.arrange({**dict(zip(self.variables, given, strict=False)), **named})
        stack: list[Any] = []
        for function, operands, pushed in self._program:
            if function is None:
                stack.append(given[pushed] if type(pushed) is int else pushed)
            else:
                start = len(stack) - operands
                stack[start:] = [function(*stack[start:])]
        return stack[0]

    def arrange(self, values: Mapping[str, Any]) -> list[Any]:
        """Put values given by name into the order of `variables`.

        Parameters
        ----------
        values : mapping of str to anything
            One for each variable.

        Returns
        -------
        list

        Raises
        ------
        ExpressionError
            If a variable has no value, or a value no variable.

        Examples
        --------
        >>> parse("w*x + b").arrange({"b": -1.0, "w": 0.5, "x": 2.0})
        [0.5, 2.0, -1.0]
        """
        for name in values:
            if name not in self.variables:
                why = f"{name} is a constant" if name in CONSTANTS else f"there is no variable {short(name)}"
                known = f"; its variables: {', '.join(self.variables)}" if self.variables else "; it has no variables"
                raise ExpressionError(f"{why} in {short(self.text)}{nearest(name, self.variables) or known}")
        missing = [name for name in self.variables if name not in values]
        if missing:
            raise ExpressionError(f"no value for {', '.join(missing)}; write for instance {missing[0]}=1.5")
        return [values[name] for name in self.variables]

    def __repr__(self) -> str:
        return f"parse({short(self.text)})"


def parse(text: str) -> Expression:
    """Read a formula.

    Parameters
    ----------
    text : str
        Python's notation: ``+ - * / **``, comparisons (1.0 or 0.0), brackets, numbers, names, the constants pi, e,
        tau, inf and nan, and the functions of this package by their bare names. Functions of sequences take lists,
        ``dot([a, b], [c, d])``; of a list one can pick an item, ``softmax([a, b])[0]``. What the package prints is read
        too: ``− × · ÷ ≤ ≥ ^ √x |x| x² eˣ x₁``, π, and the names ln, σ, Σ; and signs of full width.

    Returns
    -------
    Expression

    Raises
    ------
    TypeError
        If `text` is not a string.
    ExpressionError
        If it is no formula, is nested too deeply, or computes a constant that no float can hold.

    Examples
    --------
    >>> parse("where(x > 0, x, 0.1*x)")(-2.0)
    -0.2
    >>> parse("√|x₁| × ln(π)")(-4.0) == 2.0 * parse("log(pi)")()
    True
    >>> parse("x // 2")
    Traceback (most recent call last):
    ...
    tinygrad_edu.errors.ExpressionError: cannot read 'x // 2': write / for a quotient
    """
    if not isinstance(text, str):
        raise TypeError(f"a formula must be a string such as 'tanh(w*x + b)', got {text!r:.60}")
    return Expression(text)
