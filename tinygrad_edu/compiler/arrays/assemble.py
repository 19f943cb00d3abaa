"""With this module the stages of the compiler are run one after the other: from a lowered graph to an array program.

differentiate   more nodes: the reverse sweep, with a sum over the examples where a batched node meets a shared one
normalise       fewer nodes: equal work looks equal, and inner products appear
schedule        groups of nodes that can run together
select          an array operation or a few for each group, and rows for its results
"""

from __future__ import annotations

from itertools import chain

import numpy as np

from ..scalars.batch_ops import BATCH_SUM
from ..scalars.gradient import differentiate
from ..scalars.lowering import Lowered
from ..scalars.normalise import normalise
from ..scalars.ssa import BATCHED
from .instructions import InstructionSelector
from .program import ArrayProgram, Place


def assemble(lowered: Lowered, gradient: bool, weighted: bool = False) -> ArrayProgram:
    """Make the array program of the outputs, and of the gradient of the only output if wanted.

    Parameters
    ----------
    lowered : Lowered
    gradient : bool
        Whether the derivatives towards the parameters are computed too.
    weighted : bool, default False
        Whether each example has a weight of its own.

    Returns
    -------
    ArrayProgram
    """
    ssa = lowered.ssa
    count = len(lowered.params)
    captured = list(range(count + len(lowered.fixed)))
    seed = ssa.source(BATCHED) if weighted else lowered.seed
    sources = [*captured, ssa.size, lowered.share, lowered.seed, *chain(*lowered.inputs), *([seed] if weighted else [])]
    roots = list(lowered.outputs)
    couples = BATCH_SUM in ssa.ops[: max(roots, default=0) + 1]
    if gradient:
        found = differentiate(ssa, roots[0], seed, range(count))
        zero = ssa.constant(0.0)
        roots += [found.get(i, zero) for i in range(count)]
    nodes, places = normalise(ssa, roots, sources, len(captured))
    renumbered = {old: new for new, old in enumerate(sources)}
    # Each array of arguments is a block of its own, so that rows of ones can stand next to it.
    parts = [captured, [ssa.size, lowered.share, lowered.seed], *lowered.inputs, [seed] if weighted else []]
    blocks = [[renumbered[i] for i in part] for part in parts]
    slopes = places[len(lowered.outputs) :]
    selected = InstructionSelector(nodes, nodes.constant(1.0), blocks, slopes)
    rows = selected.rows
    outputs = [Place(nodes.kinds[i] == BATCHED, int(rows[i])) for i in places[: len(lowered.outputs)]]
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
        inputs=[int(rows[renumbered[part[0]]]) if part else 0 for part in lowered.inputs],
        constants=selected.constants,
        ones=selected.ones[1],
        outputs=outputs,
        gradients=rows[np.array(slopes, dtype=int)] if gradient else None,
        couples=couples,
        names=[[lowered.names[i] for i in part] for part in lowered.inputs],
    )
