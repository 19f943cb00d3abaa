"""With this module `fit` reads what there is to learn: from which examples, on which it is measured, by which loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..nn.losses import Loss
from .examples import Examples, choose_loss, divide, outputs_of
from .weights import class_weights, weighted


class Lesson(NamedTuple):
    """What a model is to learn.

    Attributes
    ----------
    train : Examples
        What is learnt from.
    held_out : Examples or None
        What is measured on.
    loss_name : str
    loss : callable
        ``loss(output, target)`` of one example.
    """

    train: Examples
    held_out: Examples | None
    loss_name: str
    loss: Loss

    @classmethod
    def of(
        cls,
        model: Any,
        data: Any,
        loss: str | Loss | None,
        validation: Any,
        seed: int,
        class_weight: Any,
        sample_weight: Sequence[float] | None,
    ) -> Lesson:
        """Read these arguments of `fit`."""
        examples = Examples.of(data)
        by_class = class_weights(class_weight, examples, data)
        train, held_out = divide(weighted(examples, by_class, sample_weight), validation, seed)
        if held_out is not None and held_out.weights is None:
            held_out = weighted(held_out, by_class)
        name, function, train, held_out = choose_loss(loss, outputs_of(model, train), train, held_out)
        return cls(train, held_out, name, function)

    def batch_size(self, asked: int | None) -> int:
        """Give how many examples share a step."""
        return asked or max(1, min(16, len(self.train.X) // 8))
