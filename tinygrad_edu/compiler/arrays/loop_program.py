"""With this module one can read the array programs of a function with loops: one for each stage, forwards and back.

Going back a step is computed anew from the state it began with, so that of each step only its state is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from ...engine.value import Value
from ...errors import GraphError
from ..scalars.loop_graph import LoopGraph, Scan, Source
from ..scalars.loop_lowering import LoweredLoops, Stage
from ..scalars.lowering import Lowered
from .assemble import assemble
from .program import ArrayProgram

_KEPT = 25_000_000  # numbers of states, items and outputs; of a larger batch they are kept in parts


@dataclass
class Loop:
    """The programs around a loop.

    Attributes
    ----------
    scan : Scan
    before : ArrayProgram
        Gives the state at first, shared numbers and items, as far as they are computed.
    reads : list of Source
        What that is given.
    step : ArrayProgram
        Of state, item and shared numbers it gives the next state and the output.
    back : ArrayProgram or None
        Of these and the derivatives towards its results it gives those towards state, item and shared numbers; None
        where nothing flows back.
    outputs_flow : bool
        Whether derivatives flow into the outputs too.
    before_back : ArrayProgram or None
        Of what `before` reads, and the derivatives towards its results, it gives those towards what earlier loops gave.
    """

    scan: Scan
    before: ArrayProgram
    reads: list[Source]
    step: ArrayProgram
    back: ArrayProgram | None = None
    outputs_flow: bool = False
    before_back: ArrayProgram | None = None

    def numbers(self) -> int:
        """Count the numbers that are kept of each position."""
        scan = self.scan
        return len(scan.state) + len(scan.item) + len(scan.outputs)

    def programs(self) -> list[tuple[str, ArrayProgram]]:
        """List the programs, and what each is for."""
        forwards = [("before", self.before), ("step", self.step)]
        back = [("step, back", self.back), ("before, back", self.before_back)]
        return [*forwards, *[(name, program) for name, program in back if program is not None]]


@dataclass
class LoopProgram:
    """The array programs of a function with loops; see `tinygrad_edu.compiler.arrays.program.ArrayProgram`.

    Attributes
    ----------
    graph : LoopGraph
    loops : list of Loop
    after : ArrayProgram
        What comes after the loops. With a gradient its outputs go on with the derivatives towards what loops gave.
    reads : list of Source
        What that is given.
    gradient, weighted : bool
    """

    graph: LoopGraph
    params: list[Value]
    loops: list[Loop]
    after: ArrayProgram
    reads: list[Source]
    gradient: bool
    weighted: bool

    def programs(self) -> list[tuple[str, ArrayProgram]]:
        """List all programs, and what each is for."""
        of_loops = chain(*[loop.programs() for loop in self.loops])
        return [*of_loops, ("after", self.after)]

    def part_of(self, count: int, lengths: Sequence[int] = ()) -> int:
        """Give how many of so many examples to run at once, for loops of these lengths."""
        if any(program.couples for _, program in self.programs()):
            return count
        kept = sum(length * loop.numbers() for length, loop in zip(lengths, self.loops, strict=False))
        most = min(program.part_of(count) for _, program in self.programs())
        return min(most, max(1, _KEPT // max(1, kept)))

    def __len__(self) -> int:
        return sum(len(program) for _, program in self.programs())

    def __repr__(self) -> str:
        return f"<LoopProgram: {len(self.loops)} loops, {len(self)} array operations>"

    def __str__(self) -> str:
        return "\n".join(f"{name}:\n{program}" for name, program in self.programs() if len(program))


def without_loops(program: ArrayProgram | LoopProgram) -> ArrayProgram:
    """Give a program that can be shown as one, or raise a GraphError if it has loops."""
    if isinstance(program, LoopProgram):
        raise GraphError(
            "this program has loops, so it is several, one for each stage; print(c.program) shows them, and compiled "
            "alone, tg.compile(step), the step of a scan is one program"
        )
    return program


def assemble_loops(lowered: LoweredLoops, gradient: bool, weighted: bool = False) -> LoopProgram:
    """Make the array programs of a function with loops.

    Parameters
    ----------
    lowered : LoweredLoops
    gradient, weighted : bool
        As for `assemble`.

    Returns
    -------
    LoopProgram
    """
    graph = lowered.graph
    loops = [
        Loop(scan, assemble(stage.lowered, False), stage.reads, assemble(step, False))
        for scan, stage, step in zip(graph.scans, lowered.before, lowered.steps, strict=True)
    ]
    after = lowered.after
    program = assemble(after.lowered, gradient, weighted, _from_loops(after) if gradient else ())
    flows = {*after.reads} if gradient else set()
    for i, (loop, stage, step) in reversed([*enumerate(zip(loops, lowered.before, lowered.steps, strict=True))]):
        if ("last", i) in flows or ("outputs", i) in flows:
            loop.outputs_flow = ("outputs", i) in flows
            _go_back(loop, stage, step)
            flows.update([*stage.reads, *loop.scan.sources()])
    return LoopProgram(graph, lowered.params, loops, program, after.reads, gradient, weighted)


def _go_back(loop: Loop, stage: Stage, step: Lowered) -> None:
    """Make the programs of the way back."""
    state = len(loop.scan.results)
    ends = range(len(step.outputs) if loop.outputs_flow else state)
    loop.back = assemble(step, True, towards=[*chain(*step.inputs)], cotangents=ends)
    before = stage.lowered
    back = assemble(before, True, towards=_from_loops(stage), cotangents=range(len(before.outputs)))
    if len(back) or any(batched for batched, _ in back.outputs):
        loop.before_back = back


def _from_loops(stage: Stage) -> list[int]:
    """List the inputs of a stage that loops give."""
    given = zip(stage.reads, stage.lowered.inputs, strict=True)
    return [*chain(*[nodes for (kind, _), nodes in given if kind != "argument"])]
