"""With this module a gradient is looked at before it is used: it is to be finite, and not too large.

Examples
--------
>>> Clipping(norm=1.0)([3.0, 4.0])
[0.599999880000024, 0.799999840000032]
>>> Clipping(value=3.5)([3.0, -4.0])
[3.0, -3.5]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..arguments import as_number
from ..optim.clipping import clipped_by_norm, clipped_by_value


@dataclass(frozen=True)
class Clipping:
    """What `fit` does to the gradient of a step, on a list or an array of numbers.

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
        clipped = gradient
        if self.value is not None:
            clipped = clipped_by_value(clipped, self.value)
        if self.norm is not None:
            clipped, _ = clipped_by_norm(clipped, self.norm)
        return clipped.tolist() if isinstance(gradient, list) else clipped


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
