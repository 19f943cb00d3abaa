"""With this module one can let a network learn a vector for each word of a vocabulary, and for each position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arguments import as_count
from ..engine.value import Value
from ..graph.variable import Var
from ..ops.sequences import dot
from .arguments import Seed, generator_of
from .description import rebuilt
from .initial import Init, made, start
from .module import Module
from .nested import added, is_nested, refuse_shape, shape_of


@rebuilt
class Embedding(Module):
    """Give the row of a table that belongs to an index, as `torch.nn.Embedding` does.

    Traced or compiled, where the index is not known yet, it is the sum of all rows, each times 1 or 0; nothing checks
    there that there is such a row: if not, all are times 0.

    Parameters
    ----------
    num_embeddings : int
        How many indices there are.
    embedding_dim : int
        How many numbers belong to each.
    init : str, number or callable, default "normal"
        What they are drawn from, by the names in `tinygrad_edu.nn.initial`.
    seed : int, random.Random or None, default None

    Attributes
    ----------
    weight : list of list of Value, shape (num_embeddings, embedding_dim)

    Raises
    ------
    TypeError, ValueError
        When called: if an index is not a whole number, or there is no such row.

    Examples
    --------
    >>> table = Embedding(27, 4, seed=0)
    >>> table(2) == table.weight[2], len(table([5, 0, 5]))
    (True, 3)
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, *, init: Init = "normal", seed: Seed = None) -> None:
        count, size = as_count(num_embeddings, "num_embeddings"), as_count(embedding_dim, "embedding_dim")
        self.weight = made("weight", (count, size), start(init, size, count), generator_of(seed))

    def forward(self, index: Any) -> Any:
        """Look up an index, or every index of a sequence."""
        return [self.forward(item) for item in index] if is_nested(index) else self._row(index)

    def _row(self, index: Any) -> list[Any]:
        count = len(self.weight)
        if isinstance(index, Var):
            chosen = [(index >= k) * (index <= k) for k in range(count)]
            return [dot(chosen, column) for column in zip(*self.weight, strict=True)]
        number = index.data if isinstance(index, Value) else index
        if isinstance(number, bool) or (not isinstance(number, (int, float)) and not hasattr(number, "__index__")):
            raise TypeError(f"an index of {self!r} must be a whole number, got {index!r}")
        if not 0 <= number < count or number != int(number):
            raise ValueError(f"{self!r} has rows 0 to {count - 1}, there is none of index {number!r}")
        return list(self.weight[int(number)])

    def options(self) -> dict[str, Any]:
        """Give the sizes."""
        return {"num_embeddings": len(self.weight), "embedding_dim": len(self.weight[0])}


@rebuilt
class PositionalEmbedding(Module):
    """Add to every vector of a sequence one that is learnt for its position.

    Source: Gehring et al. 2017, arXiv:1705.03122, and GPT-2; in PyTorch ``x + table.weight[:len(x)]``.

    Parameters
    ----------
    max_length : int
        How long a sequence may be.
    embedding_dim : int
        How many numbers a vector has.
    init : str, number or callable, default 0.02
        What they are drawn from, by the names in `tinygrad_edu.nn.initial`.
    seed : int, random.Random or None, default None

    Attributes
    ----------
    weight : list of list of Value, shape (max_length, embedding_dim)
    """

    def __init__(self, max_length: int, embedding_dim: int, *, init: Init = 0.02, seed: Seed = None) -> None:
        length, size = as_count(max_length, "max_length"), as_count(embedding_dim, "embedding_dim")
        self.weight = made("weight", (length, size), start(init, size, length), generator_of(seed))

    def forward(self, x: Sequence[Any]) -> Any:
        """Add the vectors."""
        length, size = len(self.weight), len(self.weight[0])
        shape = shape_of(x)
        if len(shape) != 2 or shape[0] > length or shape[1] != size:
            raise refuse_shape(self, x, f"at most {length} vectors of {size} numbers")
        return added(x, self.weight[: len(x)])

    def options(self) -> dict[str, Any]:
        """Give the sizes."""
        return {"max_length": len(self.weight), "embedding_dim": len(self.weight[0])}
