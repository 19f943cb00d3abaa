"""With this module a loop runs on JAX as one function, so that XLA sees all of it.

How often it goes round is an argument, and memory is made for the next power of two: so XLA compiles for a few lengths
and not for each. The derivative is a loop of its own, as on the other back ends; JAX differentiates nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .loop_walk import Station, Walk, WalkBack

Array = Any
LEAST = 16  # positions that memory is made for


def walk_on_jax(station: Station, start: Array, items: Array, shared: Array) -> Walk:
    """Run a step for each item, as `walk` does."""
    length = len(items)
    run = _prepared(station, "loop", _forwards)
    states, outputs = _called(station, run, length, start, _filled_up(items), shared)
    return Walk(states, items, outputs, shared)


def walk_back_on_jax(station: Station, walked: Walk, last: Array | None, outputs: Array | None) -> WalkBack:
    """Run the derivative of a step for each item in reverse, as `walk_back` does."""
    states, items, _, shared = walked
    length = len(items)
    run = _prepared(station, "loop", _backwards)
    last = np.zeros_like(states[0]) if last is None else last
    outputs = station.room(length, 0) if outputs is None else outputs
    items = _filled_up(items)
    carried, towards, of_shared, parameters = _called(
        station, run, length, last, items, shared, states[: len(items)], _filled_up(outputs)
    )
    return WalkBack(carried, towards[:length], of_shared, parameters)


def _filled_up(rows: Array) -> Array:
    """Add positions up to the next power of two."""
    room = max(LEAST, 1 << (len(rows) - 1).bit_length())
    return np.concatenate([rows, np.zeros((room - len(rows), *rows.shape[1:]), rows.dtype)])


def _prepared(station: Station, name: str, make: Callable[[Any], Any]) -> Any:
    kept = station.machine.program.prepared
    if name not in kept:
        kept[name] = make(station)
    return kept[name]


def _called(station: Station, run: Callable[..., Any], *args: Any) -> list[Array]:
    """Call a jitted function with the numbers of the parameters before the others."""
    import jax

    machine = station.machine
    first, count = machine.program.parameters_row, len(machine.program.params) + len(machine.program.fixed)
    captured = machine.unbatched[first : first + count]
    with jax.enable_x64(machine.batched.dtype == np.float64):
        return [np.array(result) for result in run(captured, float(machine.count), *args)]


def _step_of(station: Station) -> Callable[..., Any]:
    """Give the function of a stage: of captured numbers, count and rows it gives rows, and derivatives."""
    import jax.numpy as jnp

    function = station.machine.program.prepared["jax"]

    def step(captured: Array, count: Array, *rows: Array) -> tuple[Array, Array]:
        given = jnp.concatenate(rows)
        outputs, gradient = function(captured, given, jnp.ones((), given.dtype), count)
        return jnp.stack([jnp.broadcast_to(output, given.shape[1:]) for output in outputs]), gradient

    return step


def _forwards(station: Station) -> Any:
    import jax
    import jax.numpy as jnp

    step = _step_of(station)

    def run(
        captured: Array, count: Array, length: Array, start: Array, items: Array, shared: Array
    ) -> tuple[Array, Array]:
        height = len(start)

        def once(t: Array, kept: tuple[Array, Array]) -> tuple[Array, Array]:
            states, outputs = kept
            both, _ = step(captured, count, states[t], items[t], shared)
            return states.at[t + 1].set(both[:height]), outputs.at[t].set(both[height:])

        states = jnp.zeros((len(items) + 1, *start.shape), start.dtype).at[0].set(start)
        outputs = jnp.zeros((len(items), station.height - height, start.shape[1]), start.dtype)
        states, outputs = jax.lax.fori_loop(0, length, once, (states, outputs))
        return states, outputs

    return jax.jit(run)


def _backwards(station: Station) -> Any:
    import jax
    import jax.numpy as jnp

    step = _step_of(station)

    def run(captured: Array, count: Array, length: Array, last: Array, *rows: Array) -> tuple[Array, ...]:
        items, shared, states, outputs = rows
        height, width = len(last), items.shape[1]

        def once(turn: Array, kept: tuple[Array, ...]) -> tuple[Array, ...]:
            carried, towards, of_shared, parameters = kept
            t = length - 1 - turn
            both, gradient = step(captured, count, states[t], items[t], shared, carried, outputs[t])
            carried, of_item = both[:height], both[height : height + width]
            return carried, towards.at[t].set(of_item), of_shared + both[height + width :], parameters + gradient

        parameters = jnp.zeros(len(station.machine.program.gradients), last.dtype)
        begin = last, jnp.zeros_like(items), jnp.zeros_like(shared), parameters
        kept: tuple[Array, ...] = jax.lax.fori_loop(0, length, once, begin)
        return kept

    return jax.jit(run)
