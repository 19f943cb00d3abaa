"""With this module a gradient is looked at before it is used: it is to be finite, and not too large.

Examples
--------
>>> Clipping(norm=1.0)([3.0, 4.0])
[0.5999998800000239, 0.7999998400000319]
>>> Clipping(value=3.5)([3.0, -4.0])
[3.0, -3.5]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..arguments import as_number


@dataclass(frozen=True)
class Clipping:
    """What `fit` does to the gradient of a step, by the formulas of `torch.nn.utils`: on a list, or on an array.

    Parameters
    ----------
    norm : float, optional
        The most that the Euclidean norm of the whole may be; what is longer is scaled down.
    value : float, optional
        The most that each number may be in size; applied first.
    """

    norm: float | None = None
    value: float | None = None

    @classmethod
    def of(cls, norm: float | None, value: float | None) -> Clipping | None:
        """Read the arguments `clip_norm` and `clip_value` of `fit`."""
        if norm is None and value is None:
            return None
        for name, most in (("clip_norm", norm), ("clip_value", value)):
            if most is not None and as_number(most, name, 0.0) == 0.0:
                raise ValueError(f"{name} must be above 0, else nothing would be learnt")
        return cls(norm, value)

    def __call__(self, gradient: Any) -> Any:
        """Give the clipped gradient; the one given is left as it was."""
        of_list = isinstance(gradient, list)
        if self.value is not None:
            most = self.value
            gradient = [min(max(g, -most), most) for g in gradient] if of_list else gradient.clip(-most, most)
        if self.norm is not None:
            length = math.hypot(*gradient) if of_list else float((gradient * gradient).sum()) ** 0.5
            share = min(1.0, self.norm / (length + 1e-6))
            gradient = [share * g for g in gradient] if of_list else share * gradient
        return gradient


class NonfiniteStep(ArithmeticError):
    """A step that was not taken, since a loss or the gradient is nan or infinite.

    Attributes
    ----------
    losses : sequence of float
        Of each example of the batch.
    places : sequence of int
        Where these stand among all that are learnt from; who knows it, writes it here.
    """

    def __init__(self, losses: Sequence[float]) -> None:
        super().__init__("a loss or the gradient is not finite")
        self.losses = losses
        self.places: Sequence[int] = ()
