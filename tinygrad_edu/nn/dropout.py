"""With this module one can leave numbers out by chance while a model learns."""

from __future__ import annotations

import random
from typing import Any

from ..arguments import as_number, as_seed
from .description import rebuilt
from .modes import drawn
from .module import Module
from .nested import flat, is_nested, reshaped, shape_of


class _Kept:
    """Draw 1/(1 − p) with probability 1 − p, else 0, so that the mean is 1."""

    keeps_shape = True

    def __init__(self, p: float) -> None:
        self.p = p

    def __call__(self, generator: Any) -> float:
        return 0.0 if generator.random() < self.p else 1.0 / (1.0 - self.p)


@rebuilt
class Dropout(Module):
    """Leave each number out with probability p while the model learns, as `torch.nn.Dropout` does.

    What stays is multiplied by 1/(1 − p). After ``model.eval()``, and in `predict` and `accuracy`, numbers pass as they
    are. `fit` draws with a generator of its own, so that the same seed leaves out the same on every engine.
    Source: Srivastava et al. 2014, JMLR 15, page 1929.

    Parameters
    ----------
    p : float, default 0.5
        From 0 up to, but not including, 1.
    seed : int, random.Random or None, default None
        What is drawn with where the model is called by hand; None draws from Python's global generator.

    Examples
    --------
    >>> dropout = Dropout(0.5, seed=1)
    >>> dropout([1.0, 2.0, 3.0, 4.0])
    [0.0, 4.0, 6.0, 0.0]
    >>> dropout.eval()([1.0, 2.0, 3.0, 4.0])
    [1.0, 2.0, 3.0, 4.0]
    """

    keeps_shape = True

    def __init__(self, p: float = 0.5, *, seed: int | random.Random | None = None) -> None:
        self.p = as_number(p, "p", 0.0, below=1.0)
        self._rule = _Kept(self.p)
        self._generator = seed if seed is None or isinstance(seed, random.Random) else random.Random(as_seed(seed))

    def forward(self, x: Any) -> Any:
        """Leave numbers out, of a number or of nested sequences of one shape."""
        if not self.training or not self.p:
            return x
        numbers = flat(x)
        masked = [a * kept for a, kept in zip(numbers, drawn(self._rule, len(numbers), self._generator), strict=True)]
        return reshaped(masked, shape_of(x)) if is_nested(x) else masked[0]

    def options(self) -> dict[str, Any]:
        """Give p; a seed is no part of what was learnt."""
        return {"p": self.p}
