"""With this module layers find out what a call of the model is for, and get the random numbers of a training pass.

Dropout does something while a model learns and nothing afterwards. A layer asks `Module.training`, and draws through
`drawn`. What calls the model may decide both for one call, and nothing needs to be put back afterwards: `predict` calls
it as one that has learnt, `fit` hands in masks that it drew with its own generator, or, compiled, variables in their
place. So the masks are the same on every engine.

Examples
--------
>>> import random
>>> from tinygrad_edu.nn import Dropout
>>> dropout = Dropout(0.5)
>>> call_in(Mode(training=False), dropout, [1.0, 2.0])
[1.0, 2.0]
>>> call_in(Mode(training=True, draw=lambda rule, count: [2.0, 0.0]), dropout, [1.0, 2.0])
[2.0, 0.0]
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

T = TypeVar("T")

Rule = Callable[[Any], float]
"""How a random number is drawn: given a generator such as `random.Random`."""


class Mode:
    """What a call of a model is for.

    Parameters
    ----------
    training : bool or None, default None
        Whether it is to learn; None leaves that to each module, as `Module.train` and `Module.eval` set it.
    draw : callable, optional
        ``draw(rule, count)`` gives the random numbers that a layer asks for; by default those of its own generator.
    watch : callable, optional
        ``watch(module, scope, output)`` is told of every call of a module.

    Attributes
    ----------
    asked : bool
        Whether a module has looked at its `training`: if none did, the model is the same in both modes.
    """

    def __init__(
        self,
        training: bool | None = None,
        draw: Callable[[Rule, int], Sequence[Any]] | None = None,
        watch: Callable[[Any, Any, Any], None] | None = None,
    ) -> None:
        self.training, self.draw, self.watch = training, draw, watch
        self.asked = False


_mode: ContextVar[Mode | None] = ContextVar("tinygrad_edu mode", default=None)
current_mode: Callable[[], Mode | None] = _mode.get
"""Gives the mode of this thread, or of this asyncio task."""


def call_in(mode: Mode, f: Callable[..., T], *args: Any) -> T:
    """Call a function whose modules are to be in a mode.

    It runs in a copy of the context, so that nothing is left to put back, however the call ends.

    Parameters
    ----------
    mode : Mode
    f : callable
    *args
        Its arguments.

    Returns
    -------
    object
        What `f` gives.
    """
    context = copy_context()
    context.run(_mode.set, mode)
    return context.run(f, *args)


def evaluated(f: Callable[..., T], *args: Any) -> T:
    """Call a function whose modules are to answer, not to learn."""
    return call_in(Mode(training=False), f, *args)


def drawn(rule: Rule, count: int, own: random.Random | None) -> Sequence[Any]:
    """Give random numbers to a layer.

    Parameters
    ----------
    rule : callable
        How one is drawn; for it the numbers may also come from elsewhere, see `Mode`.
    count : int
        How many.
    own : random.Random or None
        The layer's generator; None for Python's global one.

    Returns
    -------
    sequence of float, or of graph variables
    """
    mode = _mode.get()
    if mode is not None and mode.draw is not None:
        return mode.draw(rule, count)
    generator = random if own is None else own
    return [rule(generator) for _ in range(count)]


def drawing_with(generator: Callable[[], random.Random]) -> Mode:
    """Give the mode of a training pass whose random numbers come from one generator, in the order of the calls."""

    def draw(rule: Rule, count: int) -> list[float]:
        source = generator()
        return [rule(source) for _ in range(count)]

    return Mode(training=True, draw=draw)


def handing_out(numbers: Sequence[Any]) -> Mode:
    """Give the mode of a training pass of one example whose random numbers are given, in the order of the calls."""
    rest: Iterator[Any] = iter(numbers)
    return Mode(training=True, draw=lambda rule, count: [next(rest) for _ in range(count)])


class Probe(Mode):
    """The mode of a training pass that only finds out which random numbers an example needs; none are drawn.

    Attributes
    ----------
    rules : list of callable
        For each number, in the order of the calls, how it is drawn.
    """

    def __init__(self) -> None:
        super().__init__(training=True, draw=self._noted)
        self.rules: list[Rule] = []

    def _noted(self, rule: Rule, count: int) -> list[float]:
        self.rules += [rule] * count
        return [1.0] * count
