"""With this module a model tells how people draw it: its layers as columns of neurons, and blocks for the rest.

The model is called once, and every module of it that is called says what it is: one with `dense` weights becomes a
column, any other without parts a block. What a module consists of is no column of its own then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ..drawing.records.network import Column, Grid, Network, Unit
from ..engine.context import no_grad
from ..engine.value import Value
from ..words import say
from .arguments import Dense
from .modes import Mode, call_in
from .nested import shape_text

if TYPE_CHECKING:
    from .module import Module

_THUMBNAIL = 15
_MOST_THUMBNAILS = 80
_MOST_MAPS = 6


def anatomy(
    model: Module, x: Any, names: Sequence[str] = (), plane: Sequence[tuple[float, float]] = ()
) -> Network | None:
    """Tell how people draw a model.

    Parameters
    ----------
    model : Module
    x : sequence of numbers or Values, or None
        An example to show what every neuron gives; None shows the weights alone.
    names : sequence of str, optional
        What the inputs are called; x0, x1 and so on.
    plane : sequence of two pairs of numbers, optional
        From where to where the two inputs go in the thumbnails; -1 to 1 around `x`, or around 0.

    Returns
    -------
    Network or None
        None if no neuron of it is known, or there are no inputs to call it with.
    """
    example = model.example_input() if x is None else x
    if example is None:
        return None
    calls = calls_of(model, example)
    if not any(call.dense for call in calls):
        return None
    flat = [_plain(v) for v in example] if _is_vector(example) else []
    given = names or [f"x{i}" for i in range(len(flat))]
    units = [Unit(name, value=v if x is not None else None) for name, v in zip(given, flat, strict=False)]
    inputs = Column("", say("inputs"), tuple(units)) if flat else Column("", say("input"), (), (shape_text(example),))
    ranges = tuple(plane) or tuple((v - 1.0, v + 1.0) for v in flat)
    grids = _thumbnails(model, calls, ranges) if len(flat) == 2 else {}
    columns = [inputs]
    for i, call in enumerate(calls):
        column = _column(call, x is not None, grids.get(i))
        columns[-1:] = _joined(columns[-1], column, call) if i else [columns[-1], column]
    spans = tuple((str(name), low, high) for name, (low, high) in zip(given, ranges, strict=False)) if grids else ()
    return Network(tuple(columns), spans)


class Call(NamedTuple):
    """One module that was called: its name in the model, and what it gave."""

    name: str
    module: Module
    dense: Dense | None
    output: Any


def calls_of(model: Module, x: Any) -> list[Call]:
    """List what was called, in order; of a module that is a column, and of what it consists of, the module alone."""
    names = {id(module): name for name, module in model.named_modules()}
    calls: list[Call] = []

    def watch(module: Module, scope: Any, output: Any) -> None:
        dense = module.dense()
        inside = {id(part) for part in module.modules()} - {id(module)}
        if dense is not None:
            calls[:] = [call for call in calls if id(call.module) not in inside]
        if dense is not None or not inside:
            calls.append(Call(names.get(id(module), ""), module, dense, output))

    with no_grad():
        call_in(Mode(training=False, watch=watch), model, x)
    return calls


def _column(call: Call, known: bool, grids: Sequence[Grid] | None) -> Column:
    name, module, dense, output = call
    if dense is None:
        lines = (shape_text(output), *([_size(module)] if module.parameters() else []))
        return Column(name, type(module).__name__, (), lines, _maps(output) if known else ())
    outputs = output if isinstance(output, (list, tuple)) else [output]
    values = [_plain(v) for v in outputs] if _is_vector(outputs) else []
    if len(values) != len(dense.weights):  # a sequence of vectors
        return Column(name, dense.activation or say("linear"), (), (shape_text(output), _size(module)))
    blamed = dense.biases is not None and any(p.grad != 0.0 for p in module.parameters())
    units = []
    for k, row in enumerate(dense.weights):
        bias = None if dense.biases is None else dense.biases[k]
        units.append(
            Unit(
                ".".join(filter(None, (name, dense.names[k] if dense.names else str(k)))),
                tuple(w.data for w in row),
                None if bias is None else bias.data,
                value=values[k] if known else None,
                blame=bias.grad if blamed and bias is not None else None,
                answers=grids[k] if grids else None,
            )
        )
    return Column(name, dense.activation or say("linear"), tuple(units), modules=(module,))


def _size(module: Module) -> str:
    return say("{count} parameters", count=f"{len(module.parameters()):,}")


def _joined(before: Column, column: Column, call: Call) -> list[Column]:
    """Let what is done to every output of a layer, and has no weights, be the end of that layer."""
    values = call.output if isinstance(call.output, (list, tuple)) else [call.output]
    alike = len(values) == len(before.units) and _is_vector(values)
    if column.units or call.module.parameters() or not before.name or not alike:
        return [before, column]
    done = type(call.module).__name__.lower()
    title = done if before.title == say("linear") else f"{before.title}, {done}"
    numbers = [_plain(v) for v in values]
    units = [replace(u, value=None if u.value is None else v) for u, v in zip(before.units, numbers, strict=True)]
    return [replace(before, title=title, units=tuple(units), modules=(*before.modules, call.module))]


def _is_vector(x: Any) -> bool:
    return isinstance(x, Sequence) and all(isinstance(v, (int, float, Value)) for v in x)


def _maps(output: Any) -> tuple[Grid, ...]:
    """Give the planes of what a convolution gave, each scaled to its largest number."""
    rank, at = 0, output
    while isinstance(at, (list, tuple)) and at:
        rank, at = rank + 1, at[0]
    if rank != 3:
        return ()
    return tuple(_scaled([[_plain(v) for v in row] for row in plane]) for plane in output[:_MOST_MAPS])


def _plain(v: Any) -> float:
    return float(v.data if isinstance(v, Value) else v)


def _scaled(rows: Sequence[Sequence[float]]) -> Grid:
    largest = max((abs(v) for row in rows for v in row if math.isfinite(v)), default=0.0) or 1.0
    return tuple(tuple(v / largest for v in row) for row in rows)


def _thumbnails(model: Module, calls: list[Call], plane: Sequence[tuple[float, float]]) -> dict[int, list[Grid]]:
    """Give what every neuron of every column gives over the plane of the two inputs."""
    dense = [i for i, call in enumerate(calls) if call.dense is not None]
    if sum(len(call.dense.weights) for call in calls if call.dense is not None) > _MOST_THUMBNAILS:
        return {}
    (left, right), (low, high) = plane
    ticks = [(k + 0.5) / _THUMBNAIL for k in range(_THUMBNAIL)]
    seen: dict[int, list[list[list[float]]]] = {}
    for up in reversed(ticks):
        row: dict[int, list[list[float]]] = {}
        for across in ticks:
            point = [left + (right - left) * across, low + (high - low) * up]
            for i, call in enumerate(calls_of(model, point)):
                outputs = call.output if isinstance(call.output, (list, tuple)) else [call.output]
                if i in dense and all(isinstance(v, (float, Value)) for v in outputs):
                    row.setdefault(i, []).append([_plain(v) for v in outputs])
        for i, points in row.items():
            seen.setdefault(i, []).append(points)
    return {
        i: [_scaled([[point[k] for point in row] for row in rows]) for k in range(len(rows[0][0]))]
        for i, rows in seen.items()
    }
