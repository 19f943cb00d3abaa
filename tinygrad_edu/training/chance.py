"""With this module an engine lets a model learn by chance, as dropout has it, and answer without.

The random numbers of a training pass are the engine's: one example after the other draws them, in the order in which
the model's layers ask. So an engine that takes a whole batch at once draws the same as one that does not.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from ..engine.context import no_grad
from ..nn.modes import Mode, Probe, call_in, handing_out


class Chance:
    """What a model needs of chance for one example while it learns.

    Parameters
    ----------
    model : callable
    x : object
        An example.

    Attributes
    ----------
    count : int
        How many random numbers it asks for.
    matters : bool
        Whether the model asks if it learns at all: if not, it is the same in both modes.
    """

    def __init__(self, model: Callable[[Any], Any], x: Any) -> None:
        probe, state = Probe(), random.getstate()
        try:
            call_in(probe, no_grad()(model), x)
        finally:
            random.setstate(state)  # to try a model out must not change what it draws by itself afterwards
        self.model, self.matters, self._rules = model, probe.asked, probe.rules

    @property
    def count(self) -> int:
        return len(self._rules)

    def learning(self, x: Any, numbers: Any) -> Any:
        """Call the model as one that learns, with these random numbers, which may be variables."""
        return call_in(handing_out(numbers), self.model, x)

    def answering(self, x: Any) -> Any:
        """Call the model as one that has learnt."""
        return call_in(Mode(training=False), self.model, x)

    def drawn(self, examples: int, generator: random.Random) -> list[list[float]]:
        """Draw the random numbers of some examples."""
        return [[rule(generator) for rule in self._rules] for _ in range(examples)]
