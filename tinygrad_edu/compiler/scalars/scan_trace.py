"""With this module a function is traced whose scans stay loops: the step of each is traced once, for any length.

A step is traced twice, and must come out the same: one that draws random numbers, or takes the next weight from an
iterator, does not. Then, and whatever else goes wrong, all is traced again with Python's own loops, where a mistake of
the user shows itself as it does without `scan`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from itertools import chain
from typing import Any

from ...engine.running import running
from ...engine.sweep import topological_order
from ...engine.value import Value
from ...graph.graph import Graph
from ...graph.structure import NUMBER, Structure, flatten, parameter_names, tuple_of
from ...graph.tracing import trace, traced_call
from ...graph.variable import Eqn, Tracer, Var
from ...ops.operation import Op
from ...ops.table import CONSTANT
from ...transforms.scanning import columns_of, demand_one_length, demand_state, pair_of, unrolled
from .loop_graph import LoopGraph, Scan, Whole


class _Unrollable(Exception):
    """Raised where a scan cannot stay a loop."""


SHORT = 64
"""Up to how many positions a loop is put in line, where its length is not known to change.

That takes longer to compile, and runs two to twenty times as fast, for what does not depend on the state is then done
for all positions at once.
"""


def trace_scans(f: Callable[..., Any], *example: Any, whole: bool = True, short: int = SHORT) -> Graph:
    """Trace a function as `trace` does, but for its scans, which stay loops where they can.

    Parameters
    ----------
    f : callable
    *example : numbers or nested lists or dicts
        Show the structure of the arguments.
    whole : bool, default True
        Whether outputs of a scan that are a result as they are may stay one thing of any length.
    short : int, default 64
        Up to how many positions a scan is put in line.

    Returns
    -------
    Graph
        A LoopGraph if there are scans.
    """
    if isinstance(f, Op) or not callable(f):
        return trace(f, *example)
    recorder = _Recorder(whole, short)
    before, running.scan = running.scan, recorder.scan
    try:
        return recorder.trace(f, example)
    except Exception:
        if not recorder.failed:
            raise
        running.scan = unrolled
        return trace(f, *example)
    finally:
        running.scan = before


class _Recorder:
    """Collects the scans of one trace."""

    def __init__(self, whole: bool, short: int) -> None:
        self.whole, self.short = whole, short
        self.tracer = Tracer()
        self.arguments: list[Whole | Var] = []
        self.scans: list[Scan] = []
        self.failed = False
        self.wholes: dict[Var, int] = {}
        self.varying: set[Var] = set()
        """Inputs of the function, and what stands for results of scans: they differ from example to example."""
        self.inside: set[Var] = set()
        """What belongs to a step, and must not be met outside."""

    def _input(self, name: str) -> Var:
        made = self.tracer.input(name)
        self.varying.add(made)
        return made

    # ------------------------------------------------------------------------------------ the function

    def trace(self, f: Callable[..., Any], example: Sequence[Any]) -> Graph:
        names = parameter_names(f, len(example))
        args = [self._argument(arg, name) for arg, name in zip(example, names, strict=True)]
        name = getattr(f, "__name__", type(f).__name__)

        @wraps(f)
        def closed(*args: Any) -> Any:
            return self._closed(f(*args))

        closed.__name__ = name
        outputs, structure = traced_call(closed, self.tracer, args)
        if self.failed:  # and somebody caught it
            raise _Unrollable
        if not self.scans:
            for arg in self.arguments:
                if isinstance(arg, Whole):
                    arg.look()
        inputs = [[arg] if isinstance(arg, Var) else arg.variables for arg in self.arguments]
        every = [*chain(*inputs)]
        kind = LoopGraph if self.scans else Graph
        made = kind(name, every, tuple_of(len(every)), self.tracer, outputs, structure)
        if isinstance(made, LoopGraph):
            self._demand_nothing_inside(outputs)
            made.arguments, made.scans, made.wholes, made.free = inputs, self.scans, self.wholes, self._free()
        return made

    def _argument(self, arg: Any, name: str) -> Any:
        if isinstance(arg, dict):
            return {key: self._argument(item, f"{name}[{key!r}]") for key, item in arg.items()}
        place = len(self.arguments)
        if not isinstance(arg, list):
            made: Any = self._input(name)
        elif not arg:
            made = []  # an empty list is what it is; nothing has to be known of its items
            self.arguments.append(Whole(("argument", place), 0, NUMBER, self._input, name))
            return made
        else:
            item = flatten(arg[0], lambda leaf, where: leaf)[1]
            made = Whole(("argument", place), len(arg), item, self._input, name)
        self.arguments.append(made)
        return made

    def _closed(self, result: Any) -> Any:
        """Put one variable in the place of all outputs of a scan that nobody looked at."""
        if self.whole and _is_whole(result) and result.source[0] == "outputs":
            hole = self.tracer.input("outputs")
            self.wholes[hole] = result.source[1]
            return hole
        if type(result) in (list, tuple):
            return type(result)([self._closed(item) for item in result])
        return {key: self._closed(item) for key, item in result.items()} if type(result) is dict else result

    def _demand_nothing_inside(self, outputs: Sequence[Var]) -> None:
        """See that no variable of a step was taken out of it."""
        met = chain(outputs, *[eqn.parents for eqn in self.tracer.equations], *[scan.needs() for scan in self.scans])
        if not self.inside.isdisjoint(met):
            raise self._failure()

    def _failure(self) -> _Unrollable:
        self.failed = True
        return _Unrollable()

    def _free(self) -> frozenset[int]:
        """Find the arguments whose lengths nobody could know."""
        fixed = {arg.source for arg in self.arguments if isinstance(arg, Whole) and (arg.read or not arg.length)}
        for which, scan in reversed([*enumerate(self.scans)]):
            source = ("outputs", which)
            if source in fixed or scan.given.read or any(isinstance(column, list) for column in scan.columns):
                fixed.update(scan.sources())
        places = range(len(self.arguments))
        return frozenset(i for i in places if isinstance(self.arguments[i], Whole) and ("argument", i) not in fixed)

    # ------------------------------------------------------------------------------------ a scan

    def scan(self, step: Callable[..., Any], state: Any, sequence: Any) -> tuple[Any, Any]:
        """Take the place of `scan` while the function is traced."""
        if running.created is not None:  # in a step, or in a function that is being differentiated
            return unrolled(step, state, sequence)
        columns, together = columns_of(sequence)
        lengths = [column.length if _is_whole(column) else len(column) for column in columns]
        demand_one_length(lengths)
        if lengths[0] <= self.short:
            return unrolled(step, state, sequence)
        try:
            return self._scan(step, state, columns, together, lengths[0])
        except Exception:  # whatever it is, it comes again if it is not for the loop
            raise self._failure() from None

    def _scan(
        self, step: Callable[..., Any], state: Any, columns: list[Any], together: Callable[..., Any], length: int
    ) -> tuple[Any, Any]:
        lift = self.tracer.lift
        start, structure = flatten(state, lift)
        read: list[Any] = []
        items = []
        for column in columns:
            if _is_whole(column):
                read.append(column.source)
                items.append(column.item)
                continue
            flat = [flatten(item, lift) for item in column]
            read.append([numbers for numbers, _ in flat])
            items.append(flat[0][1])
            if any(item != items[-1] for _, item in flat):
                raise _Unrollable
        states = [self.tracer.input(name) for name in structure.names("state")]
        of_columns = [[self.tracer.input(name) for name in item.names("x")] for item in items]
        made = Scan(length, start, read, states, [*chain(*of_columns)])

        def once() -> tuple[list[Var], Structure, list[Var], Structure | None]:
            x = together(tuple([item.unflatten(row) for item, row in zip(items, of_columns, strict=True)]))
            next_state, output = pair_of(step, step(structure.unflatten(states), x))
            results, gave = flatten(next_state, lift)
            demand_state(step, structure, gave)
            return results, gave, *(([], None) if output is None else flatten(output, lift))

        first, second = self._traced_apart(made, once), self._traced_apart(made, once)
        same = _Same({*first.created, *second.created})
        if first.made[1::2] != second.made[1::2] or same(first.variables) != same(second.variables):
            raise _Unrollable
        made.results, _, made.outputs, output_structure = first.made
        self._place(made)
        which = len(self.scans)
        self.scans.append(made)
        made.last = [self._input(f"last{name}") for name in structure.names("")]
        made.given = Whole(("outputs", which), length, output_structure, self._input, "outputs")
        return structure.unflatten(made.last), made.given

    def _traced_apart(self, scan: Scan, once: Callable[[], Any]) -> _Apart:
        """Trace a step; what depends on nothing in it stays outside, which is where it is computed."""
        tracer, outside = self.tracer, self.tracer.equations
        tracer.equations, running.created = [], []
        try:
            made = once()
        finally:
            created, running.created = running.created, None
            equations, tracer.equations = tracer.equations, outside
        own = {*scan.state, *scan.item}
        for eqn in equations:
            if own.isdisjoint(eqn.parents):
                outside.append(eqn)
            else:
                own.add(eqn)
        self.inside |= own
        return _Apart(made, created)

    def _place(self, scan: Scan) -> None:
        """Find out what a step computes, and what it is given by the outside."""
        own = {*scan.state, *scan.item}
        varying = set(self.varying)
        results = [*scan.results, *scan.outputs]
        order = topological_order(*results, known=varying | own)
        for var in order:
            if not own.isdisjoint(var.parents):
                own.add(var)
            elif not varying.isdisjoint(var.parents):
                varying.add(var)
        met = chain(results, *[var.parents for var in order if var in own])
        scan.shared = list(dict.fromkeys(var for var in met if var in varying))
        scan.equations = [var for var in order if isinstance(var, Eqn) and var not in varying]


def _is_whole(column: Any) -> bool:
    return isinstance(column, Whole) and not column.read and column.item is not None


class _Apart:
    """What came of tracing a step: what it gave, and the leaves that it made."""

    def __init__(self, made: Any, created: Iterable[Value]) -> None:
        self.made, self.created = made, created
        self.variables: list[Var] = [*made[0], *made[2]]


class _Same:
    """Gives variables numbers, equal ones if they are computed in the same way."""

    def __init__(self, created: set[Value]) -> None:
        self.created = created
        self.number: dict[Var, int] = {}
        self.known: dict[Any, int] = {}

    def __call__(self, variables: Sequence[Var]) -> list[int]:
        for var in topological_order(*variables, known=self.number):
            key: Any = var  # a variable is itself
            if var.op is CONSTANT:
                key = repr(var.data)
            elif var.op is not None:
                key = (var.op, *[self.number[parent] for parent in var.parents])
            elif isinstance(var.data, Value) and var.data in self.created:
                key = ("made", repr(var.data.data))
            self.number[var] = self.known.setdefault(key, len(self.known))
        return [self.number[var] for var in variables]
