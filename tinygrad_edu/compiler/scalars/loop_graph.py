"""With this module one can hold a trace whose loops stay loops: a graph that is cut at its scans.

To what comes after it, the last state of a scan is given as inputs are, and so are its outputs if somebody looks at
them. Inside a step the state, the item, and what it reads from outside that differs from example to example are inputs;
what parameters alone determine it computes itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from ...engine.value import Value
from ...graph.graph import Graph
from ...graph.structure import Structure
from ...graph.variable import Eqn, Var
from ...transforms.scanning import demand_one_length
from .unread import Unread

Source = tuple[str, int]
"""Where numbers are given: an "argument", the "last" state or the "outputs" of a scan, and which."""


class Whole(Unread):
    """An argument, or the outputs of a scan, as long as nobody looks at it."""

    def __init__(
        self, source: Source, length: int, item: Structure | None, input: Callable[[str], Var], name: str
    ) -> None:
        super().__init__(length, self._made)
        self.source, self.item = source, item  # None for outputs that are None
        self.variables: list[Var] = []
        self._input, self._name = input, name

    def _made(self) -> list[Any]:
        item = self.item
        if item is None:
            return [None] * self.length
        names = [item.names(f"{self._name}[{place}]") for place in range(self.length)]
        rows = [[self._input(name) for name in of_item] for of_item in names]
        self.variables = [*chain(*rows)]
        return [item.unflatten(row) for row in rows]


class Scan:
    """A scan of a trace.

    Attributes
    ----------
    start : list of Var
        The state at first.
    columns : list of Source, or list of list of Var
        The sequences: what nobody has looked at, or the variables of each item.
    state, item, shared : list of Var
        The inputs of the step; the last are variables outside that differ from example to example.
    equations : list of Eqn
        Of the step.
    results, outputs : list of Var
        What they make: the next state, and the output.
    last : list of Var
        What the state after the last step is called outside.
    given : Whole
        The outputs outside.
    length : int
        How many positions there are in the example.
    """

    def __init__(self, length: int, start: list[Var], columns: list[Any], state: list[Var], item: list[Var]) -> None:
        self.length, self.start, self.columns, self.state, self.item = length, start, columns, state, item
        self.shared: list[Var] = []
        self.equations: list[Eqn] = []
        self.results: list[Var] = []
        self.outputs: list[Var] = []
        self.last: list[Var] = []
        self.given: Whole

    def sources(self) -> list[Source]:
        """List the sequences that nobody has looked at."""
        return [column for column in self.columns if isinstance(column, tuple)]

    def needs(self) -> list[Var]:
        """List the variables outside that are to be known before it runs: start, shared ones, items."""
        rows = chain(*[column for column in self.columns if isinstance(column, list)])
        return [*self.start, *self.shared, *chain(*rows)]


class LoopGraph(Graph):
    """A graph with scans in it.

    Attributes
    ----------
    arguments : list of list of Var
        The inputs in each array of arguments; none for one that is only scanned.
    scans : list of Scan
        In their order.
    wholes : dict of Var to int
        Which outputs stand for all outputs of a scan, and of which.
    free : frozenset of int
        The arrays that may have another length in every call.
    """

    __slots__ = ("arguments", "free", "scans", "wholes")

    arguments: list[list[Var]]
    scans: list[Scan]
    wholes: dict[Var, int]
    free: frozenset[int]

    def lengths(self, arrays: Sequence[Any]) -> list[int]:
        """Count the positions of each scan, for arguments of shapes (N, ...)."""
        lengths: list[int] = []
        for scan in self.scans:
            found = [arrays[i].shape[1] if kind == "argument" else lengths[i] for kind, i in scan.sources()]
            found += [len(column) for column in scan.columns if isinstance(column, list)]
            demand_one_length(found)
            lengths.append(found[0])
        return lengths

    def structure_of(self, arrays: Sequence[Any]) -> Structure:
        """Give the structure of the outputs of one example, for arguments of shapes (N, ...)."""
        lengths, outputs = self.lengths(arrays), iter(self.outputs)

        def filled(structure: Structure) -> Structure:
            if structure.kind == "number":
                which = self.wholes.get(next(outputs))
                if which is None:
                    return structure
                item = self.scans[which].given.item
                return structure if item is None else Structure("list", (item,) * lengths[which])
            if structure.kind == "array":
                for _ in range(structure.size):
                    next(outputs)
                return structure
            return Structure(structure.kind, tuple([filled(child) for child in structure.children]), structure.keys)

        return filled(self.output_structure)


def enters(graph: Graph, params: set[Value]) -> bool:
    """Tell whether a parameter enters the first output; one is soon found if there is any."""
    behind: dict[Var, list[Var]] = {}
    scans = graph.scans if isinstance(graph, LoopGraph) else []
    for scan in scans:
        given = [var for kind, which in scan.sources() if kind == "outputs" for var in scans[which].last]
        needs = [*scan.needs(), *scan.results, *scan.outputs, *given]
        behind.update(dict.fromkeys([*scan.last, *scan.given.variables], needs))
    seen, stack = {graph.outputs[0]}, [graph.outputs[0]]
    while stack:
        var = stack.pop()
        if isinstance(var.data, Value) and var.data in params:
            return True
        found = [parent for parent in (*var.parents, *behind.get(var, ())) if parent not in seen]
        seen.update(found)
        stack += found
    return False
