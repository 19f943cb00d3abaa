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

Array = Any


class Station:
    """A machine of a stage, whose arguments are written and outputs read as rows.

    Parameters
    ----------
    machine : Workspace
    """

    def __init__(self, machine: Any) -> None:
        self.machine = machine
        self.run: Callable[[], None] = machine.run
        self.given = [machine.input_rows(place) for place in range(len(machine.program.inputs))]
        places = machine.program.outputs
        self._batched = np.array([i for i, (batched, _) in enumerate(places) if batched], dtype=np.intp)
        self._shared = np.array([i for i, (batched, _) in enumerate(places) if not batched], dtype=np.intp)
        self._rows = np.array([row for batched, row in places if batched], dtype=np.intp)
        self._shared_rows = np.array([row for batched, row in places if not batched], dtype=np.intp)
        self.height = len(places)

    def read(self, out: Array) -> None:
        """Write the outputs into an array of shape (outputs, examples)."""
        if not len(self._shared):
            self.machine.batched.take(self._rows, 0, out, "clip")
            return
        out[self._batched] = self.machine.batched[self._rows]
        out[self._shared] = self.machine.unbatched[self._shared_rows][:, None]

    def results(self) -> Array:
        """Give the outputs in an array of their own."""
        out = np.empty((self.height, self.machine.count))
        self.read(out)
        return out


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
        made = {id(stage): Station(make_machine(stage, count)) for _, stage in program.programs()}
        self._stations = [*made.values()]
        self._after = made[id(program.after)]
        self._of = made
        self._seed: Any = 0.0
        self._gradient = np.zeros(len(program.params))
        self._results: Array = None
        self._given: dict[Source, Array] = {}

    # ------------------------------------------------------------------------------------ filling

    def feed(self, arrays: Sequence[Array]) -> None:
        """Take arguments, each of shape (count, ...)."""
        self._arrays, self._lengths = arrays, self.program.graph.lengths(arrays)

    def set_parameters(self, at: Array = None) -> None:
        """Write the numbers of parameters and fixed Values in every stage."""
        for station in self._stations:
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
            walked = [self._forwards(i, loop) for i, loop in enumerate(self.program.loops)]
            self._fill(self._after, self.program.reads)
            self._after.run()
            self._results = self._after.results()
            if self.program.gradient:
                self._back(walked)

    def _fill(self, station: Station, reads: Sequence[Source]) -> None:
        for rows, source in zip(station.given, reads, strict=False):  # derivatives may follow
            rows[...] = self._given[source]

    def _forwards(self, which: int, loop: Loop) -> tuple[Array, Array, Array]:
        """Run a loop, and give the states, the items and the shared numbers."""
        scan, length = loop.scan, self._lengths[which]
        before, step = self._of[id(loop.before)], self._of[id(loop.step)]
        self._fill(before, loop.reads)
        before.run()
        known = before.results()
        height, shared = len(scan.start), len(scan.shared)
        items = self._items(scan.columns, length, known[height + shared :])
        states = np.empty((length + 1, height, self.count))
        outputs = np.empty((length, len(scan.outputs), self.count))
        both = np.empty((step.height, self.count))
        of_state, of_item, of_shared = step.given
        of_state[...] = states[0] = known[:height]
        of_shared[...] = known[height : height + shared]
        for t in range(length):
            of_item[...] = items[t]
            step.run()
            step.read(both)
            states[t + 1] = of_state[...] = both[:height]
            outputs[t] = both[height:]
        self._given["last", which] = states[-1]
        self._given["outputs", which] = outputs.reshape(-1, self.count)
        return states, items, known[height : height + shared]

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

    def _back(self, walked: list[tuple[Array, Array, Array]]) -> None:
        """Run the loops in reverse, the last one first."""
        self._gradient = self._after.machine.gradient()
        outputs = len(self.program.graph.outputs) - len(self.program.graph.wholes)
        flows: dict[Source, Array] = {}
        self._flow(flows, self.program.reads, self._after, self._results[outputs:])
        for which, loop in reversed([*enumerate(self.program.loops)]):
            if loop.back is None:
                continue
            towards = self._loop_back(which, loop, *walked[which], flows)
            if loop.before_back is not None:
                station = self._of[id(loop.before_back)]
                self._fill(station, loop.reads)
                station.given[-1][...] = towards
                station.run()
                self._gradient += station.machine.gradient()
                self._flow(flows, loop.reads, station, station.results())

    def _flow(self, flows: dict[Source, Array], reads: Sequence[Source], station: Station, rows: Array) -> None:
        """Add derivatives towards what loops gave."""
        start = 0
        for source, given in zip(reads, station.given, strict=False):
            if source[0] != "argument":
                end = start + len(given)
                flows[source] = flows[source] + rows[start:end] if source in flows else rows[start:end]
                start = end

    def _loop_back(
        self, which: int, loop: Loop, states: Array, items: Array, shared: Array, flows: dict[Source, Array]
    ) -> Array:
        """Run a loop in reverse, and give the derivatives towards what has been computed before it."""
        station, scan = self._of[id(loop.back)], loop.scan
        length, height, width = len(items), states.shape[1], items.shape[1]
        of_state, of_item, of_shared, of_flow = station.given
        of_shared[...] = shared
        carried = of_flow[:height]
        of_flow[...] = 0.0
        carried += flows.get(("last", which), 0.0)
        given = flows.get(("outputs", which))
        if given is not None:
            given = given.reshape(length, len(scan.outputs), self.count)
        towards_items = np.empty(items.shape)
        towards_shared = np.zeros(shared.shape)
        both = np.empty((station.height, self.count))
        for t in range(length - 1, -1, -1):
            of_state[...] = states[t]
            of_item[...] = items[t]
            if given is not None:
                of_flow[height:] = given[t]
            station.run()
            station.read(both)
            self._gradient += station.machine.gradient()
            carried[...] = both[:height]
            towards_items[t] = both[height : height + width]
            towards_shared += both[height + width :]
        towards = [carried, towards_shared]
        start = 0
        for column in scan.columns:
            end = start + (self._width(column) if isinstance(column, tuple) else len(column[0]))
            rows = towards_items[:, start:end].reshape(-1, self.count)
            if isinstance(column, list):
                towards.append(rows)
            elif column[0] == "outputs":
                flows[column] = flows[column] + rows if column in flows else rows
            start = end
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
            weights = np.broadcast_to(self._seed, self.count)
            return float((self._results[0] * weights).sum())

    def gradient(self) -> Array:
        """Give one derivative for each parameter, in an array of their own."""
        return self._gradient.copy()


def _by_rows(array: Array) -> Array:
    """Turn an array of shape (examples, ...) into one of a row for each number."""
    return np.ascontiguousarray(array.reshape(len(array), -1).T) if array.size else np.empty((0, len(array)))
