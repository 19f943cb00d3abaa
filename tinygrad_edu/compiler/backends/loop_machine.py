"""With this module a function with loops runs: machines for its stages, and between them the numbers that they hand on.

Forwards the state before each step is kept; back the machine of the step's derivative runs once for each, in reverse.
What is handed on has a row for each number, and a column for each example, as workspaces have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arrays.loop_program import Loop, LoopProgram
from ..arrays.program import ArrayProgram
from ..scalars.loop_graph import Source
from .jax_loop import walk_back_on_jax, walk_on_jax
from .loop_walk import Station, Walk, walk, walk_back

Array = Any


class LoopMachine:
    """Machines of a program with loops, for one size of batch and any length; it has the methods of a `Workspace`.

    Parameters
    ----------
    program : LoopProgram
    count : int
        How many examples a batch has.
    make_machine : callable
        ``make_machine(program, count)`` for the program of a stage.
    """

    def __init__(self, program: LoopProgram, count: int, make_machine: Callable[[ArrayProgram, int], Any]) -> None:
        self.program, self.count = program, count
        self._stations = {id(stage): Station(make_machine(stage, count)) for _, stage in program.programs()}
        self._after = self._stations[id(program.after)]
        as_one = self._after.machine.loops_as_one
        self._walk, self._walk_back = (walk_on_jax, walk_back_on_jax) if as_one else (walk, walk_back)
        self._seed: Any = 0.0
        self._gradient: Array = None
        self._results: Array = None
        self._given: dict[Source, Array] = {}
        self._flows: dict[Source, Array] = {}

    # ------------------------------------------------------------------------------------ filling

    def feed(self, arrays: Sequence[Array]) -> None:
        """Take arguments, each of shape (count, ...)."""
        self._arrays, self._lengths = arrays, self.program.graph.lengths(arrays)

    def set_parameters(self, at: Array = None) -> None:
        """Write the numbers of parameters and fixed Values in every stage."""
        for station in self._stations.values():
            station.machine.set_parameters(at)

    def set_seed(self, seed: Any) -> None:
        """Write what the examples count: one number, or one for each."""
        self._seed = seed
        self._after.machine.set_seed(seed)

    # ------------------------------------------------------------------------------------ running

    def run(self) -> None:
        """Run forwards, and back if there is a gradient."""
        with np.errstate(all="ignore"):
            self._given = {("argument", i): _by_rows(array) for i, array in enumerate(self._arrays)}
            walks = [self._forwards(i, loop) for i, loop in enumerate(self.program.loops)]
            self._fill(self._after, self.program.reads)
            self._after.run()
            self._results = self._after.results()
            if self.program.gradient:
                self._back(walks)

    def _fill(self, station: Station, reads: Sequence[Source]) -> None:
        for rows, source in zip(station.given, reads, strict=False):  # derivatives may follow
            rows[...] = self._given[source]

    def _forwards(self, which: int, loop: Loop) -> Walk:
        """Run a loop."""
        scan, length = loop.scan, self._lengths[which]
        before, step = self._stations[id(loop.before)], self._stations[id(loop.step)]
        self._fill(before, loop.reads)
        before.run()
        known = before.results()
        start, end = len(scan.start), len(scan.start) + len(scan.shared)
        items = self._items(scan.columns, length, known[end:])
        made = self._walk(step, known[:start], items, known[start:end])
        self._given["last", which] = made.states[length]
        self._given["outputs", which] = made.outputs[:length].reshape(-1, self.count)
        return made

    def _items(self, columns: Sequence[Source | list[Any]], length: int, computed: Array) -> Array:
        """Give the items of each position, one row a number."""
        parts, start = [], 0
        for column in columns:
            if isinstance(column, tuple):
                rows = self._given[column]
            else:
                end = start + sum(map(len, column))
                rows, start = computed[start:end], end
            parts.append(rows.reshape(length, -1, self.count) if length else np.empty((0, 0, self.count)))
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def _back(self, walks: list[Walk]) -> None:
        """Run the loops in reverse, the last one first."""
        self._gradient, self._flows = self._after.machine.gradient(), {}
        outputs = len(self.program.graph.outputs) - len(self.program.graph.wholes)
        self._flow(self.program.reads, self._after, self._results[outputs:])
        for which, loop in reversed([*enumerate(self.program.loops)]):
            if loop.back is not None:
                towards = self._loop_back(which, loop, walks[which])
                if loop.before_back is not None:
                    station = self._stations[id(loop.before_back)]
                    self._fill(station, loop.reads)
                    station.given[-1][...] = towards
                    station.run()
                    self._gradient += station.machine.gradient()
                    self._flow(loop.reads, station, station.results())

    def _flow(self, reads: Sequence[Source], station: Station, rows: Array) -> None:
        """Add derivatives towards what loops gave."""
        start = 0
        for source, given in zip(reads, station.given, strict=False):
            if source[0] != "argument":
                end = start + len(given)
                self._add(source, rows[start:end])
                start = end

    def _add(self, source: Source, rows: Array) -> None:
        self._flows[source] = self._flows[source] + rows if source in self._flows else rows

    def _loop_back(self, which: int, loop: Loop, walked: Walk) -> Array:
        """Run a loop in reverse, and give the derivatives towards what has been computed before it."""
        station, scan = self._stations[id(loop.back)], loop.scan
        last, outputs = self._flows.get(("last", which)), self._flows.get(("outputs", which))
        if outputs is not None:
            outputs = outputs.reshape(len(walked.items), len(scan.outputs), self.count)
        start, items, shared, gradient = self._walk_back(station, walked, last, outputs)
        self._gradient += gradient
        towards, first = [start, shared], 0
        for column in scan.columns:
            end = first + (self._width(column) if isinstance(column, tuple) else len(column[0]))
            rows = items[:, first:end].reshape(-1, self.count)
            if isinstance(column, list):
                towards.append(rows)
            elif column[0] == "outputs":
                self._add(column, rows)
            first = end
        return np.concatenate(towards)

    def _width(self, source: Source) -> int:
        kind, which = source
        if kind == "argument":
            return int(np.prod(self._arrays[which].shape[2:]))
        return len(self.program.loops[which].scan.outputs)

    # ------------------------------------------------------------------------------------ reading

    def outputs(self) -> Array:
        """Give the outputs, one row each."""
        graph, rows, parts = self.program.graph, iter(self._results), []
        for var in graph.outputs:
            which = graph.wholes.get(var)
            parts.append(next(rows)[None] if which is None else self._given["outputs", which])
        return np.concatenate(parts) if parts else np.empty((0, self.count))

    def value(self) -> float:
        """Give the sum of the only output over the examples, each as often as its seed says."""
        with np.errstate(all="ignore"):
            return float((self._results[0] * self._seed).sum())

    def gradient(self) -> Array:
        """Give one derivative for each parameter, in an array of their own."""
        return self._gradient.copy()


def _by_rows(array: Array) -> Array:
    """Turn an array of shape (examples, ...) into one of a row for each number."""
    return np.ascontiguousarray(array.reshape(len(array), -1).T) if array.size else np.empty((0, len(array)))
