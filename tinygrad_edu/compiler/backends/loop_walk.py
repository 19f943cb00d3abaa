"""With this module the machine of a step runs for each position of a sequence, that of its derivative in reverse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = Any


class Station:
    """A machine of a stage, whose arguments are written and outputs read as rows.

    Parameters
    ----------
    machine : Workspace

    Attributes
    ----------
    machine : Workspace
    given : list of ndarray, shape (numbers, examples)
        Where each array of arguments is written.
    height : int
        How many outputs there are.
    """

    def __init__(self, machine: Any) -> None:
        self.machine = machine
        self.run: Callable[[], None] = machine.run
        self.given: list[Array] = [machine.input_rows(place) for place in range(len(machine.program.inputs))]
        places = machine.program.outputs
        self.height = len(places)
        self._batched = np.array([i for i, (batched, _) in enumerate(places) if batched], dtype=np.intp)
        self._shared = np.array([i for i, (batched, _) in enumerate(places) if not batched], dtype=np.intp)
        self._rows = np.array([row for batched, row in places if batched], dtype=np.intp)
        self._shared_rows = np.array([row for batched, row in places if not batched], dtype=np.intp)

    def room(self, *shape: int) -> Array:
        """Give an array of rows of this machine's numbers, not filled yet."""
        return np.empty((*shape, self.machine.count), self.machine.batched.dtype)

    def read(self, out: Array) -> None:
        """Write the outputs into an array of shape (outputs, examples)."""
        machine = self.machine
        if not len(self._shared):
            machine.batched.take(self._rows, 0, out, "clip")
            return
        out[self._batched] = machine.batched[self._rows]
        out[self._shared] = machine.unbatched[self._shared_rows][:, None]

    def results(self) -> Array:
        """Give the outputs in an array of their own."""
        out = self.room(self.height)
        self.read(out)
        return out


class Walk(NamedTuple):
    """What is kept of a loop, one row a number.

    Attributes
    ----------
    states : ndarray, shape (positions + 1, numbers, examples)
        Before each step, and after the last.
    items : ndarray, shape (positions, numbers, examples)
    outputs : ndarray, shape (positions, numbers, examples)
    shared : ndarray, shape (numbers, examples)
        What each step reads from outside.
    """

    states: Array
    items: Array
    outputs: Array
    shared: Array


class WalkBack(NamedTuple):
    """The derivatives towards the first state, each item, what is shared, and the parameters."""

    start: Array
    items: Array
    shared: Array
    parameters: Array


def walk(station: Station, start: Array, items: Array, shared: Array) -> Walk:
    """Run a step for each item.

    Parameters
    ----------
    station : Station
        It is given state, item and what is shared, and gives the next state and the output.
    start, items, shared : ndarray
        As in a Walk.

    Returns
    -------
    Walk
    """
    length, height = len(items), len(start)
    states = station.room(length + 1, height)
    outputs = station.room(length, station.height - height)
    both = station.room(station.height)
    of_state, of_item, of_shared = station.given
    of_state[...] = states[0] = start
    of_shared[...] = shared
    for t in range(length):
        of_item[...] = items[t]
        station.run()
        station.read(both)
        states[t + 1] = of_state[...] = both[:height]
        outputs[t] = both[height:]
    return Walk(states, items, outputs, shared)


def walk_back(station: Station, walked: Walk, last: Array | None, outputs: Array | None) -> WalkBack:
    """Run the derivative of a step for each item, the last one first.

    Parameters
    ----------
    station : Station
        It is given what the step is, and the derivatives towards what that gave, and gives those towards what it is
        given.
    walked : Walk
    last : ndarray, optional
        Derivatives towards the last state; none are zeros.
    outputs : ndarray, optional
        And towards the output of each step.

    Returns
    -------
    WalkBack
    """
    states, items, _, shared = walked
    length, height, width = len(items), states.shape[1], items.shape[1]
    of_state, of_item, of_shared, of_flow = station.given
    of_shared[...] = shared
    of_flow[...] = 0.0
    carried = of_flow[:height]
    if last is not None:
        carried[...] = last
    towards_items = station.room(length, width)
    towards_shared = np.zeros_like(station.room(len(shared)))
    parameters = np.zeros_like(station.machine.gradient())
    both = station.room(station.height)
    for t in range(length - 1, -1, -1):
        of_state[...] = states[t]
        of_item[...] = items[t]
        if outputs is not None:
            of_flow[height:] = outputs[t]
        station.run()
        station.read(both)
        parameters += station.machine.gradient()
        carried[...] = both[:height]
        towards_items[t] = both[height : height + width]
        towards_shared += both[height + width :]
    return WalkBack(carried, towards_items, towards_shared, parameters)
