"""With this module parameters are written all at once: a step is whole even if Ctrl-C comes on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..engine.many_values import give_numbers
from ..engine.value import Value


def set_data(params: Sequence[Value], numbers: Sequence[float]) -> None:
    """Give every parameter its number: all of them, even if Ctrl-C comes on the way.

    Parameters
    ----------
    params : sequence of Value
    numbers : sequence of float
        As many.
    """
    wholly(lambda: write_data(params, numbers))


def write_data(params: Sequence[Value], numbers: Sequence[float]) -> None:
    """Give every parameter its number, as far as it gets."""
    give_numbers(params, numbers)


def wholly(write: Callable[[], None]) -> None:
    """Run what writes, and if Ctrl-C comes on the way once more: the same again does no harm, and half of it would."""
    try:
        write()
    except BaseException:
        write()
        raise
