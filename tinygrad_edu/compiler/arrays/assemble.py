"""With this module the stages of the compiler are run one after the other: from a lowered graph to an array program.

differentiate   more nodes: the reverse sweep, with a sum over the examples where a batched node meets a shared one
normalise       fewer nodes: equal work looks equal, and inner products appear
schedule        groups of nodes that can run together
select          an array operation or a few for each group, and rows for its results
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from ..scalars.batch_ops import BATCH_SUM
from ..scalars.gradient import differentiate
from ..scalars.lowering import Lowered
from ..scalars.normalise import normalise
from ..scalars.ssa import BATCHED
from .instructions import InstructionSelector
from .program import ArrayProgram, Place


def assemble(
    lowered: Lowered,
    gradient: bool,
    weighted: bool = False,
    towards: Sequence[int] = (),
    cotangents: Sequence[int] | None = None,
) -> ArrayProgram:
    """Make the array program of the outputs, and of the gradient of the only output if wanted.

    Parameters
    ----------
    lowered : Lowered
    gradient : bool
        Whether the derivatives towards the parameters are computed too.
    weighted : bool, default False
        Whether each example has a weight of its own.
    towards : sequence of int, optional
        Inputs whose derivatives are wanted too, those of each example: they become outputs, after the others.
    cotangents : sequence of int, optional
        Which of the outputs derivatives flow into: these are then one more array of arguments, in the place of a seed,
        and the outputs themselves are not computed.

    Returns
    -------
    ArrayProgram
    """
    ssa = lowered.ssa
    count = len(lowered.params)
    captured = list(range(count + len(lowered.fixed)))
    seed = ssa.source(BATCHED) if weighted else lowered.seed
    given = [*lowered.inputs]
    roots = list(lowered.outputs)
    seeds = [(roots[0], seed)] if gradient and cotangents is None else []
    if cotangents is not None:
        given.append([ssa.source(BATCHED) for _ in cotangents])
        seeds = [(roots[place], node) for place, node in zip(cotangents, given[-1], strict=True)]
    sources = [*captured, ssa.size, lowered.share, lowered.seed, *chain(*given), *([seed] if weighted else [])]
    couples = BATCH_SUM in ssa.ops[: max(roots, default=0) + 1]
    if cotangents is not None:
        roots = []
    if gradient:
        found, weights = differentiate(ssa, seeds, [*range(count), *towards])
        zero = ssa.constant(0.0)
        roots += [found.get(i, zero) for i in towards]
        shown = len(roots)
        in_blocks = {*chain.from_iterable(chain.from_iterable(block.sources for block in weights))}
        alone = [i for i in range(count) if i not in in_blocks]
        roots += [found.get(i, zero) for i in alone]
    else:
        shown, alone, weights = len(roots), [], []
    nodes, places, weights = normalise(ssa, roots, sources, len(captured), weights)
    renumbered = {old: new for new, old in enumerate(sources)}
    # Each array of arguments is a block of its own, so that rows of ones can stand next to it.
    parts = [captured, [ssa.size, lowered.share, lowered.seed], *given, [seed] if weighted else []]
    blocks = [[renumbered[i] for i in part] for part in parts]
    slopes = places[shown:]
    selected = InstructionSelector(nodes, nodes.constant(1.0), blocks, slopes, weights)
    rows = selected.rows
    gradients = np.empty(count, dtype=int)
    gradients[alone] = rows[np.array(slopes, dtype=int)]
    for block, derivatives in selected.weight_rows:
        gradients[np.array(block.sources)] = derivatives
    outputs = [Place(nodes.kinds[i] == BATCHED, int(rows[i])) for i in places[:shown]]
    return ArrayProgram(
        instructions=selected.instructions,
        rows=selected.used[0],
        batched_rows=selected.used[1],
        params=lowered.params,
        fixed=lowered.fixed,
        size=int(rows[renumbered[ssa.size]]),
        share=int(rows[renumbered[lowered.share]]),
        seed=int(rows[renumbered[seed]]),
        weighted=weighted,
        parameters_row=int(rows[0]) if captured else 0,
        inputs=[int(rows[renumbered[part[0]]]) if part else 0 for part in given],
        constants=selected.constants,
        ones=selected.ones[1],
        outputs=outputs,
        gradients=gradients if gradient else None,
        couples=couples,
        names=[[lowered.names.get(i, "cotangent") for i in part] for part in given],
    )
