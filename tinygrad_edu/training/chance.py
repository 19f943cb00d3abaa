"""With this module an engine lets a model learn by chance, as dropout has it, and answer without.

The random numbers of a training pass are the engine's: one example after the other draws them, in the order in which
the model's layers ask. So an engine that takes a whole batch at once draws the same as one that does not.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, TypeVar

from ..engine.context import no_grad
from ..nn.modes import Mode, Probe, call_in, handing_out

T = TypeVar("T")


def leaving_chance_alone(f: Callable[..., T], *args: Any) -> T:
    """Call a function, and leave Python's random numbers as they were, even if Ctrl-C comes while they are put back."""
    state = random.getstate()
    try:
        result = f(*args)
        random.setstate(state)
    except BaseException:
        random.setstate(state)
        raise
    return result


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
    outputs : int
        How many outputs the model gives; 0 for a single one that is in no list.
    matters : bool
        Whether the model asks if it learns at all: if not, it is the same in both modes.
    """

    def __init__(self, model: Callable[[Any], Any], x: Any) -> None:
        probe = Probe()
        # To try a model out must not change what it draws by itself afterwards.
        output = leaving_chance_alone(call_in, probe, no_grad()(model), x)
        self.model, self.matters, self._rules = model, probe.asked, probe.rules
        self.outputs = len(output) if hasattr(output, "__len__") else 0

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
