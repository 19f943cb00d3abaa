"""With this module a traced graph becomes numbered nodes: parameters unbatched, inputs batched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...engine.value import Value
from ...graph.graph import Graph
from ...ops.table import CONSTANT as CONSTANT_OP
from .batch_ops import BATCH_MEAN, BATCH_SUM
from .ssa import BATCHED, MUL, SSA, UNBATCHED


class Lowered(NamedTuple):
    """A graph as nodes.

    Attributes
    ----------
    ssa : SSA
    params : list of Value
        What gradients are wanted for; the first nodes, in this order.
    fixed : list of Value
        Other captured Values; the nodes after those.
    inputs : list of list of int
        One list for each array of arguments.
    outputs : list of int
    share, total : int
        Nodes that hold one over the number of examples, and the seed of an unweighted sweep.
    names : dict of int to str
        What variables were called.
    """

    ssa: SSA
    params: list[Value]
    fixed: list[Value]
    inputs: list[list[int]]
    outputs: list[int]
    share: int
    seed: int
    names: dict[int, str]


def lower(graph: Graph, params: Sequence[Value] | None, sizes: Sequence[int]) -> Lowered:
    """Number the variables of a graph.

    Parameters
    ----------
    graph : Graph
        Its inputs become batched, its captured Values unbatched.
    params : sequence of Value, optional
        Which Values gradients are wanted for, and in which order; by default all captured ones.
    sizes : sequence of int
        How many inputs each array of arguments holds.

    Returns
    -------
    Lowered
    """
    wanted = list(graph.captured if params is None else params)
    known = set(wanted)
    fixed = [value for value in graph.captured if value not in known]
    ssa = SSA()
    given_values = [*wanted, *fixed]
    sources = dict(zip(given_values, ssa.sources([UNBATCHED] * len(given_values)), strict=True))
    ssa.size, share, seed = ssa.sources([UNBATCHED] * 3)
    env = dict(zip(graph.inputs, ssa.sources([BATCHED] * len(graph.inputs)), strict=True))
    names = {env[var]: var.name or "x" for var in graph.inputs}
    given = iter(env.values())
    inputs = [[next(given) for _ in range(size)] for size in sizes]
    env.update({var: sources[value] for value, var in zip(graph.captured, graph.captured_variables, strict=True)})
    apply, constant = ssa.apply, ssa.constant
    for var in graph.equations:
        args = tuple([constant(p.data) if p.op is CONSTANT_OP else env[p] for p in var.parents])
        op = var.op
        if op is BATCH_MEAN:
            made = apply(MUL, (share, apply(BATCH_SUM, args))) if ssa.kinds[args[0]] == BATCHED else args[0]
        else:
            made = apply(op, args)
        env[var] = made
        if var.name is not None:
            names.setdefault(made, var.name)
    outputs = [constant(var.data) if var.op is CONSTANT_OP else env[var] for var in graph.outputs]
    return Lowered(ssa, wanted, fixed, inputs, outputs, share, seed, names)
