"""With this module one can let the positions of a sequence look at one another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..arguments import as_count
from ..ops.sequences import dot, softmax
from .arguments import Seed, generator_of
from .description import rebuilt
from .initial import Init, made, start, zeros
from .linear import Linear, affine
from .module import Module
from .nested import refuse_shape, shape_of

Matrix = Sequence[Sequence[Any]]


@rebuilt
class SelfAttention(Module):
    """Let every position of a sequence take from those it looks at, as `torch.nn.MultiheadAttention` of x, x, x does.

    With queries, keys and values q, k, v = W x + b of each position, in `num_heads` parts of size d, position t takes
    Σ softmaxₛ(q_t · k_s / √d) vₛ in each part; all parts then go through `out_proj`.
    Source: Vaswani et al. 2017, arXiv:1706.03762.

    Parameters
    ----------
    embed_dim : int
        How many numbers a position has.
    num_heads : int, default 1
        How many parts; they divide `embed_dim`.
    causal : bool, default False
        Whether a position sees only itself and those before it.
    bias : bool, default True
    init : str, number or callable, default "xavier"
        What the weights are drawn from, as in PyTorch; each b starts at 0.
    seed : int, random.Random or None, default None

    Attributes
    ----------
    in_proj_weight : list of list of Value, shape (3 · embed_dim, embed_dim)
        The rows of queries, then of keys, then of values.
    in_proj_bias : list of Value, or None
    out_proj : Linear

    Examples
    --------
    >>> attention = SelfAttention(4, num_heads=2, causal=True, seed=0)
    >>> out = attention([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    >>> len(out), len(out[0])
    (2, 4)
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int = 1,
        causal: bool = False,
        bias: bool = True,
        *,
        init: Init = "xavier",
        seed: Seed = None,
    ) -> None:
        size, self.num_heads = as_count(embed_dim, "embed_dim"), as_count(num_heads, "num_heads")
        if size % self.num_heads:
            raise ValueError(f"num_heads must divide embed_dim: {self.num_heads} does not divide {size}")
        self.causal = bool(causal)
        generator = generator_of(seed)
        self.in_proj_weight = made("in_proj_weight", (3 * size, size), start(init, size, 3 * size), generator)
        self.in_proj_bias = made("in_proj_bias", (3 * size,), zeros, generator) if bias else None
        self.out_proj = Linear(size, size, bias, init=init, seed=generator)
        self._name_parameters()

    def forward(self, x: Matrix) -> Any:
        """Let the positions look."""
        size, shape = len(self.in_proj_weight[0]), shape_of(x)
        if len(shape) != 2 or shape[1] != size:
            raise refuse_shape(self, x, f"a sequence of vectors of {size} numbers")
        projected = [affine(self.in_proj_weight, row, self.in_proj_bias) for row in x]
        part = size // self.num_heads
        out: list[list[Any]] = [[] for _ in x]
        for left in range(0, size, part):
            queries, keys, values = (
                [row[block + left : block + left + part] for row in projected] for block in (0, size, 2 * size)
            )
            for row, seen in zip(out, self._attended(queries, keys, values), strict=True):
                row += seen
        return self.out_proj(out)

    def _attended(self, queries: Matrix, keys: Matrix, values: Matrix) -> list[list[Any]]:
        """Give what each position takes, in one part."""
        scale, out = math.sqrt(len(queries[0])), []
        for t, query in enumerate(queries):
            end = t + 1 if self.causal else len(keys)
            weights = softmax([dot(query, key) / scale for key in keys[:end]])
            out.append([dot(weights, column) for column in zip(*values[:end], strict=True)])
        return out

    def options(self) -> dict[str, Any]:
        """Give sizes, and what is seen."""
        return {
            "embed_dim": len(self.in_proj_weight[0]),
            "num_heads": self.num_heads,
            "causal": self.causal,
            "bias": self.in_proj_bias is not None,
        }

    def example_input(self) -> list[list[float]]:
        """Give a sequence of one position."""
        return [[0.0] * len(self.in_proj_weight[0])]
