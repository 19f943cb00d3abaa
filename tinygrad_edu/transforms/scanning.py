"""With this module one can run a step along a sequence, as a recurrent network does: a loop that carries a state.

Eagerly that is a Python loop, and its graph has the nodes of every step. Compiled (`tinygrad_edu.compile`, `fit`) the
step is traced once, and a sequence of any length runs through it.

>>> import tinygrad_edu as tg
>>> decay = tg.Value(0.5, "decay")
>>> def step(state, x):
...     state = decay * state + x
...     return state, tg.square(state)
>>> last, squares = tg.scan(step, 0.0, [1.0, 2.0, 3.0])
>>> last.data, [y.data for y in squares]
(4.25, [1.0, 6.25, 18.0625])
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engine.running import running
from ..graph.structure import Structure, flatten
from ..graph.variable import as_leaf

Step = Callable[[Any, Any], tuple[Any, Any]]


def scan(step: Step, state: Any, sequence: Any) -> tuple[Any, list[Any]]:
    """Run a step along a sequence, and carry a state from each position to the next; as `jax.lax.scan` does.

    Parameters
    ----------
    step : callable
        ``step(state, x)`` gives the next state and an output (which may be None). It should compute with what it is
        given and do nothing else, for compiled it is called only to be traced.
    state : number, Value, or nested list, tuple, dict, dataclass of them
        The first one. The state keeps its structure.
    sequence : list, range or array, or a tuple or dict of such
        What the positions hold: numbers, vectors, anything nested. A tuple or dict holds sequences of one length, which
        are gone through together: for ``(xs, ys)`` each step is given a pair.

    Returns
    -------
    tuple of state and list
        The state after the last step, and the output of each. Of an empty sequence that is the first state, and an
        empty list.

    Raises
    ------
    TypeError
        If the step gives no pair, or a state of another structure than it was given.
    ValueError
        If sequences that are gone through together are not equally long.

    Notes
    -----
    Compiled, the step is one small program that runs for each position, forwards and then, from the states that were
    kept, backwards; so compiling takes as long for ten thousand positions as for a hundred, and an argument that is
    only scanned may have another length in every call. Up to 64 positions are put in line, as without `scan`, until
    arguments of another length come: that runs faster. Outputs that are looked at one by one are known by their number,
    and then the length is compiled in. A step that calls `scan` has the inner one put in line; so has all of a function
    whose step does not come out the same when it is traced again: it draws random numbers, as dropout does, or keeps
    something of its own.

    Into what is not used of a step, such as its last state, flows a derivative of 0 where it is compiled, as in JAX;
    times an infinite slope that is nan, where eagerly nothing flows.

    Examples
    --------
    >>> scan(lambda total, pair: (total + pair[0] * pair[1], None), 0.0, ([1.0, 2.0], [3.0, 4.0]))
    (11.0, [None, None])
    """
    return (running.scan or unrolled)(step, state, sequence)


def unrolled(step: Step, state: Any, sequence: Any) -> tuple[Any, list[Any]]:
    """Scan by a loop in Python; see `scan`."""
    columns, together = columns_of(sequence)
    rows = [list(column) for column in columns]
    demand_one_length([len(row) for row in rows])
    structure = flatten(state, as_leaf, "the state")[1]
    outputs = []
    for items in zip(*rows, strict=True):
        state, output = pair_of(step, step(state, together(items)))
        demand_state(step, structure, flatten(state, as_leaf, "the state that the step gives")[1])
        outputs.append(output)
    return state, outputs


def columns_of(sequence: Any) -> tuple[list[Any], Callable[[tuple[Any, ...]], Any]]:
    """List the sequences that are gone through together, and give what puts an item of each together.

    Examples
    --------
    >>> columns, together = columns_of({"x": [1.0, 2.0], "y": ([3.0, 4.0], [5.0, 6.0])})
    >>> columns, together((1.0, 3.0, 5.0))
    ([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], {'x': 1.0, 'y': (3.0, 5.0)})
    """
    columns: list[Any] = []
    structure = _structure(sequence, columns)
    if not columns:
        raise ValueError(f"scan goes through a sequence, and {sequence!r} holds none")
    return columns, structure.unflatten


def _structure(sequence: Any, columns: list[Any]) -> Structure:
    if isinstance(sequence, dict):
        return Structure("dict", tuple([_structure(item, columns) for item in sequence.values()]), tuple(sequence))
    if isinstance(sequence, tuple):
        kind = type(sequence) if hasattr(sequence, "_fields") else "tuple"
        return Structure(kind, tuple([_structure(item, columns) for item in sequence]))
    if isinstance(sequence, (str, bytes)) or not hasattr(sequence, "__len__") or not hasattr(sequence, "__iter__"):
        raise TypeError(
            "scan goes through a list, range or array, or a tuple or dict of such that are gone through together, got "
            f"{sequence!r:.60}; write list(...) of anything else, of a tuple of numbers too"
        )
    columns.append(sequence)
    return Structure("number")


def demand_one_length(lengths: list[int]) -> None:
    """Raise a ValueError unless sequences are equally long."""
    if len(set(lengths)) > 1:
        raise ValueError(f"scan goes through sequences of equal lengths together, got lengths {lengths}")


def pair_of(step: Step, result: Any) -> tuple[Any, Any]:
    """Give what a step gives, or raise a TypeError unless that is a pair."""
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError(f"{_name(step)} must give a pair, the next state and an output (or None), got {result!r:.60}")
    return result


def demand_state(step: Step, given: Structure, gave: Structure) -> None:
    """Raise a TypeError unless a step keeps the structure of the state."""
    if given != gave:
        raise TypeError(f"{_name(step)} was given a state {given} and gives a state {gave}: it must keep its structure")


def _name(step: Step) -> str:
    return f"the step {getattr(step, '__name__', type(step).__name__)} of scan"
