"""With this module a trace with loops becomes stages: one before each loop, its step, and what comes after them all.

Each stage is a lowered function of its own. Stages hand on numbers of each example, and going back derivatives of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from ...engine.sweep import topological_order
from ...engine.value import Value
from ...graph.graph import Graph
from ...graph.structure import tuple_of
from ...graph.variable import Eqn, Tracer, Var
from .loop_graph import LoopGraph, Source
from .lowering import Lowered, lower


class Stage(NamedTuple):
    """A part of a function with loops.

    Attributes
    ----------
    lowered : Lowered
    reads : list of Source
        What it is given, one for each array of its arguments.
    """

    lowered: Lowered
    reads: list[Source]


class LoweredLoops(NamedTuple):
    """A function with loops as stages.

    Attributes
    ----------
    graph : LoopGraph
    params : list of Value
        What gradients are wanted for, in every stage.
    before : list of Stage
        What has to be known before each loop, see `Scan.needs`.
    steps : list of Lowered
        Given state, item and shared variables they make the next state and the output.
    after : Stage
        What the function gives, but for outputs of loops as they are.
    """

    graph: LoopGraph
    params: list[Value]
    before: list[Stage]
    steps: list[Lowered]
    after: Stage


def lower_loops(graph: LoopGraph, params: Sequence[Value] | None) -> LoweredLoops:
    """Cut a trace at its loops.

    Parameters
    ----------
    graph : LoopGraph
    params : sequence of Value, optional
        As for `lower`.

    Returns
    -------
    LoweredLoops
    """
    wanted = list(graph.captured if params is None else params)
    groups: dict[Source, Sequence[Var]] = {("argument", i): given for i, given in enumerate(graph.arguments) if given}

    def stage(name: str, outputs: Sequence[Var]) -> Stage:
        known = {*chain(*groups.values())}
        order = topological_order(*outputs, known=known)
        met = known.intersection(chain(outputs, *[var.parents for var in order]))
        read = {source: given for source, given in groups.items() if not met.isdisjoint(given)}
        equations = [var for var in order if isinstance(var, Eqn)]
        return Stage(_lowered(name, graph, equations, read, outputs, wanted), [*read])

    before, steps = [], []
    for i, scan in enumerate(graph.scans):
        before.append(stage(f"before scan {i}", scan.needs()))
        parts = [("state", scan.state), ("item", scan.item), ("shared", scan.shared)]
        given = {(kind, i): variables for kind, variables in parts}
        outputs = [*scan.results, *scan.outputs]
        steps.append(_lowered(f"step {i}", graph, scan.equations, given, outputs, wanted))
        groups["last", i] = scan.last
        if scan.given.variables:
            groups["outputs", i] = scan.given.variables
    after = stage(graph.name, [var for var in graph.outputs if var not in graph.wholes])
    return LoweredLoops(graph, wanted, before, steps, after)


def _lowered(
    name: str,
    graph: LoopGraph,
    equations: list[Eqn],
    given: Mapping[Source, Sequence[Var]],
    outputs: Sequence[Var],
    params: Sequence[Value],
) -> Lowered:
    part = Tracer()
    part.equations = equations
    part.captured = dict(zip(graph.captured, graph.captured_variables, strict=True))
    inputs = [*chain(*given.values())]
    whole = Graph(name, inputs, tuple_of(len(inputs)), part, outputs, tuple_of(len(outputs)))
    return lower(whole, params, [len(variables) for variables in given.values()])
