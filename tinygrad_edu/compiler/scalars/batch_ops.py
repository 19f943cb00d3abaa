"""With this module one can add up over the examples of a batch: operations that only the compiler knows."""

from __future__ import annotations

from typing import Any

from ...errors import GraphError
from ...graph.variable import Var
from ...ops.operation import Op

BATCH_SUM = Op("batch_sum", float, lambda y, x: (1.0,), symbol="Σₙ", doc="Sum over the examples of a batch.")
"""Only the compiler makes this one: where a batched node flows into an unbatched one."""


BATCH_DOT = Op("batch_dot", lambda *uv: 0.0, lambda y, *uv: uv, symbol="Σₙ·", doc="Inner products summed over a batch.")
"""And this one: what flows into a weight is a product summed over the examples."""


def _batch_mean_partials(y: Any, x: Any) -> tuple[float]:
    if isinstance(x, Var):  # a local derivative cannot say that every example moves the mean of all
        raise GraphError(
            "batch_mean cannot be differentiated inside the function that is compiled: take the gradient of the "
            "compiled function, by its value_and_grad"
        )
    return (1.0,)


BATCH_MEAN = Op(
    "batch_mean",
    float,
    _batch_mean_partials,
    doc="Mean over the examples of a batch, compiled; of a single example, which is all there is eagerly, itself.",
)
