"""With this module one can say how a drawing shows what it shows: its rows, its numbers, its direction."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..ops.notation import constant_text
from .lettering import NOTHING, number


@dataclass(frozen=True, slots=True)
class Style:
    """The choices that one drawing is made with, handed whole to all that has a part in it.

    Colours are no part of it: a theme is put on in the end.

    Attributes
    ----------
    show : tuple of str
        The rows of a node, out of "value" and "grad".
    edges : "local", "contribution" or None
        What is written on the edges.
    direction : "LR" or "TB"
        Where the values flow.
    digits : int
        Decimals of numbers of ordinary size, as in `tinygrad_edu.ops.notation.number_text`.
    labels : bool
        Whether nodes without a name carry the label that texts call them by (v1, v2 ...).
    grad_unit, contribution_unit : float
        The gradient and the contribution that count as ordinary in this picture; shades and widths go by them.
    """

    show: tuple[str, ...] = ("value", "grad")
    edges: str | None = "local"
    direction: str = "LR"
    digits: int = 4
    labels: bool = False
    grad_unit: float = 1.0
    contribution_unit: float = 1.0

    def number(self, x: float | None) -> str:
        """Write a number, or an en dash where none is known yet; a zero has no sign, which says nothing to people."""
        return number(None if x is None else x + 0.0, self.digits)

    def factor(self, x: float | None) -> str:
        """Write a number that a caption calculates with: of a small one, which few digits are left of, none is lost.

        Examples
        --------
        >>> Style().number(0.00014373), Style().factor(0.00014373), Style().factor(0.0703125)
        ('0.0001', '0.00014373', '0.0703')
        """
        if x is None or not abs(x) < float(f"1e{2 - self.digits}"):
            return self.number(x)
        return constant_text(x + 0.0, self.digits)

    def constant(self, x: float | None) -> str:
        """Write a number of the program, of which no digit is lost where it is small."""
        return NOTHING if x is None else constant_text(x, self.digits)

    def fitted(self, grads: Iterable[float | None], contributions: Iterable[float | None]) -> Style:
        """Give the style with the units of a picture that shows these numbers."""
        return replace(self, grad_unit=unit_of(grads), contribution_unit=unit_of(contributions))


def unit_of(numbers: Iterable[float | None]) -> float:
    """Give the magnitude that counts as ordinary: the median of the finite ones that are not zero.

    Examples
    --------
    >>> unit_of([0.0, 1.0, -2.0, 3.0, float("nan"), 1e30])
    3.0
    """
    sizes = sorted(abs(x) for x in numbers if x is not None and x != 0.0 and math.isfinite(x))
    return sizes[len(sizes) // 2] if sizes else 1.0
