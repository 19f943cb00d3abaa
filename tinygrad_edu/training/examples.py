"""With this module `fit` finds out what its data are: classes, signs or other numbers, and which loss suits them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..arguments import as_array, as_examples, as_number, as_table, shape_of, unknown
from ..data.dataset import Dataset, no_pair, stratified
from ..data.labels import as_labels
from ..engine.context import no_grad
from ..nn.losses import LOSSES, Loss
from ..nn.modes import evaluated
from ..nn.module import plain
from .answers import Kind, shares_right


@dataclass(frozen=True)
class Examples:
    """Features and targets, and what the targets are: classes from 0, signs (-1 and 1), or other numbers.

    `column` says that the targets were given as a column, which a model with a list of one output may want. `weights`
    say how much each example counts, if not all alike; `places` where each stood in the data, if some were taken out.
    `table` is X as the array that it came as, if it did.
    """

    X: list[Any]
    y: list[Any]
    kind: Kind
    column: bool = False
    weights: list[float] | None = None
    places: list[int] | None = None
    table: Any = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, data: Any) -> Examples:
        """Read a Dataset, or a pair (X, y) of sequences, arrays, tensors, or a DataFrame and a Series."""
        if isinstance(data, Examples):
            return data
        if isinstance(data, Dataset):
            return cls(data.X, list(data.y), data.kind)
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise no_pair(data)
        given, (targets, column) = as_array(data[0], "X"), as_labels(data[1])
        table = as_table(given)
        rows = as_examples(given) if table is None else table.tolist()
        if len(rows) != len(targets):
            raise ValueError(f"X has {len(rows)} examples but y has {len(targets)}: give one target for each example")
        if hasattr(targets[0], "__len__") and not isinstance(targets[0], (str, bytes)):
            return cls(rows, _kept_whole(as_examples(data[1], "y"), targets), "numbers", table=table)
        for i, target in enumerate(targets):
            if isinstance(target, str):
                raise TypeError(
                    f"y[{i}] must be a number, got {target!r:.40}; a Dataset takes text and keeps it as class_names: "
                    "write tinygrad_edu.data.Dataset(X, y) in place of (X, y)"
                )
        if all(isinstance(target, bool) for target in targets):
            targets = [int(target) for target in targets]
        numbers = [as_number(target, f"y[{i}]") for i, target in enumerate(targets)]
        found = set(numbers)
        if -1.0 in found and found <= {-1.0, 1.0}:
            return cls(rows, [int(number) for number in numbers], "signs", column, table=table)
        whole = all(hasattr(target, "__index__") for target in targets)
        if found <= {0.0, 1.0} or (whole and min(found) >= 0.0):
            return cls(rows, [int(number) for number in numbers], "classes", column, table=table)
        return cls(rows, numbers, "numbers", column, table=table)

    @property
    def inputs(self) -> Any:
        """X as an array if it came as one, else as a list."""
        return self.X if self.table is None else self.table

    @property
    def one_hot(self) -> bool:
        """Whether every target is a row of zeros with a single 1."""
        return all(
            isinstance(row, list) and len(row) > 1 and sorted(row)[-2:] == [0.0, 1.0] and not any(sorted(row)[:-1])
            for row in self.y
        )

    def in_rows(self) -> Examples:
        """Give the targets of a column as the rows of one number that they were."""
        return replace(self, y=[[target] for target in self.y], kind="numbers") if self.column else self

    def as_classes(self) -> Examples:
        """Take rows of zeros with a single 1, and whole numbers, as the classes they stand for, where that is sure."""
        if self.kind == "numbers" and self.one_hot:
            return replace(self, y=[row.index(1.0) for row in self.y], kind="classes")
        if self.kind == "numbers" and all(isinstance(t, float) and t >= 0.0 and t == int(t) for t in self.y):
            return replace(self, y=[int(target) for target in self.y], kind="classes")
        return self

    def take(self, indices: Sequence[int]) -> Examples:
        """Give the examples at `indices`, in that order."""
        weights, places = self.weights, self.places
        return replace(
            self,
            X=[self.X[i] for i in indices],
            y=[self.y[i] for i in indices],
            weights=None if weights is None else [weights[i] for i in indices],
            places=[*indices] if places is None else [places[i] for i in indices],
            table=None if self.table is None else self.table[indices],
        )

    def answers(self, outputs: Any) -> list[Any]:
        """Give what each output says: a class or sign, as `y` has them; or the numbers as they are."""
        outputs = outputs.tolist() if hasattr(outputs, "tolist") else outputs
        if self.kind == "numbers":
            return list(outputs)
        classes = [max(range(len(o)), key=o.__getitem__) if isinstance(o, list) else int(o > 0.0) for o in outputs]
        return [2 * k - 1 for k in classes] if self.kind == "signs" else classes

    def share_right(self, outputs: Any, order: Sequence[int] | None = None) -> float:
        """Give the share of outputs (plain numbers, or an array of them) that name the right class.

        They are those of all examples, in this order or the one given.
        """
        if hasattr(outputs, "argmax"):
            if outputs.ndim <= 2:
                labels = self._labels if order is None else self._labels.take(order)
                return float(shares_right(outputs, labels, self.kind, outputs.ndim == 2))
            outputs = outputs.tolist()
        labels = self.y if order is None else [self.y[i] for i in order]
        right = 0
        for output, target in zip(outputs, labels, strict=True):
            if isinstance(output, list):
                right += max(range(len(output)), key=output.__getitem__) == (
                    target > 0 if self.kind == "signs" else target
                )
            else:
                right += (output > 0.0) == (target > 0)
        return right / len(labels)

    def shares_right(self, outputs: Any, order: Sequence[int] | None = None) -> list[float]:
        """Give the share of right ones for each of many models, whose outputs come one after the other."""
        if not hasattr(outputs, "argmax") or outputs.ndim > 3:
            return [self.share_right(own, order) for own in outputs]
        labels = self._labels if order is None else self._labels.take(order)
        shares: list[float] = shares_right(outputs, labels, self.kind, outputs.ndim == 3).tolist()
        return shares

    @cached_property
    def _labels(self) -> Any:
        import numpy as np

        return np.array(self.y)


def _kept_whole(numbers: Any, given: Any) -> Any:
    """Give back as integers what was given as such: the classes of a sequence, say."""
    if isinstance(numbers, list):
        return [_kept_whole(number, item) for number, item in zip(numbers, given, strict=True)]
    return int(numbers) if hasattr(given, "__index__") else numbers


FEW = 20
"""Of fewer examples none is held out unless it is asked for: they are all needed to learn from."""


class UsualShare(float):
    """The share that is held out where nobody has said how much."""

    __slots__ = ()


USUAL_SHARE = UsualShare(0.2)


def divide(data: Any, validation: Any, seed: int) -> tuple[Examples, Examples | None]:
    """Give the examples to learn from and those held out, if any."""
    examples = Examples.of(data)
    if validation is None:
        return examples, None
    if isinstance(validation, (Dataset, tuple, list)):
        held_out = Examples.of(validation)
        shapes = [shape_of(part.X[0], "X[0]") for part in (examples, held_out)]
        if shapes[0] != shapes[1]:
            ours, theirs = ("×".join(map(str, shape)) for shape in shapes)
            raise ValueError(f"data has {ours} features, but validation has {theirs}")
        return examples, replace(held_out, kind=examples.kind) if examples.kind == "signs" else held_out
    share = as_number(validation, "validation", 0.0, below=1.0)
    if isinstance(validation, UsualShare) and len(examples.y) < FEW:
        return examples, None
    labels = [0] * len(examples.y) if examples.kind == "numbers" else examples.y
    chosen = stratified(labels, round(share * len(labels)), random.Random(seed))
    if not chosen:
        return examples, None
    if len(chosen) == len(labels):
        raise ValueError(f"validation={validation!r} of {len(labels)} examples leaves none to learn from")
    left_out = set(chosen)
    return examples.take([i for i in range(len(labels)) if i not in left_out]), examples.take(chosen)


def predict(model: Any, X: Sequence[Any]) -> list[Any]:
    """Give the model's outputs as plain numbers."""
    return evaluated(_predicted, model, X)


@no_grad()
def _predicted(model: Any, X: Sequence[Any]) -> list[Any]:
    return [plain(model(x)) for x in X]


def outputs_of(model: Any, examples: Examples) -> int:
    """Give how many outputs the model has: 0 for a single Value that is not in a list."""
    output = predict(model, examples.X[:1])[0]
    return len(output) if isinstance(output, list) else 0


def choose_loss(
    loss: str | Loss | None, outputs: int, train: Examples, held_out: Examples | None
) -> tuple[str, Loss, Examples, Examples | None]:
    """Give the loss with its name, and the examples with targets as it takes them."""
    if loss is None:
        name = _usual_loss(outputs, train)
    elif isinstance(loss, str):
        name = loss
    elif callable(loss):
        name = getattr(loss, "__name__", repr(loss))
        if LOSSES.get(name) is not loss:
            return name, loss, train.in_rows(), held_out and held_out.in_rows()
    else:
        raise TypeError(f"loss must be a name, or a function of output and target, got {loss!r}")
    if name not in LOSSES:
        raise ValueError(unknown("loss", name, LOSSES))
    parts = [_for_loss(name, outputs, part) for part in (train, held_out) if part is not None]
    return name, LOSSES[name], parts[0], parts[1] if len(parts) > 1 else None


def _usual_loss(outputs: int, examples: Examples) -> str:
    if outputs > 1 and examples.as_classes().kind == "classes":
        return "cross_entropy"
    if examples.kind == "numbers" or (examples.column and outputs):
        return "mse"
    if outputs:
        return "cross_entropy"
    return "hinge" if examples.kind == "signs" else "binary_cross_entropy"


def _for_loss(name: str, outputs: int, examples: Examples) -> Examples:
    """Turn the targets into what the loss takes, or say why that cannot be."""
    if examples.column and outputs == 1:  # a model that gives a list of one output is compared with rows of one
        return examples.in_rows()
    if name == "cross_entropy":
        examples = examples.as_classes()
    kind, y = examples.kind, examples.y
    if name == "mse":
        width = len(y[0]) if isinstance(y[0], list) else 0
        if width != outputs:
            raise ValueError(f"mse compares {width or 1} targets an example with {outputs or 1} outputs of the model")
        return replace(examples, y=[target if width else float(target) for target in y], kind="numbers")
    if isinstance(y[0], list):  # a target for every output, or every place of a sequence: the loss knows them
        return examples
    if kind == "numbers" and name == "binary_cross_entropy" and not outputs:
        if min(y) >= 0.0 and max(y) <= 1.0:
            return examples
        raise ValueError(
            f"binary_cross_entropy takes classes or probabilities from 0 to 1, but y goes from {min(y):g} to "
            f"{max(y):g}; for regression use loss='mse'"
        )
    if kind == "numbers":
        raise ValueError(f"{name} takes classes, but y holds other numbers; for regression use loss='mse'")
    if name == "cross_entropy":
        if not outputs:
            raise ValueError("cross_entropy needs one output a class, but the model has a single one; use several")
        if kind == "signs":
            y = [(target + 1) // 2 for target in y]
        if min(y) > 0 and max(y) == outputs:
            raise ValueError(
                f"classes count from 0, but y goes from {min(y)} to {max(y)}, and the model has {outputs} outputs: "
                "write y - 1, or give a Dataset whose labels are text"
            )
        if max(y) >= outputs:
            instead = ", in a list: for two classes end it with nn.Layer(n, 1, 'linear'), which gives a number"
            raise ValueError(
                f"class {max(y)} needs a model with at least {max(y) + 1} outputs; this one has {outputs}"
                f"{instead if outputs == 1 else ''}"
            )
        return replace(examples, y=y, kind="classes")
    if outputs:
        raise ValueError(f"{name} needs a model with one output, but this one has {outputs}; use cross_entropy")
    if {*y} == {1, 2}:
        raise ValueError(f"{name} takes the classes 0 and 1, but y holds 1 and 2: write y - 1")
    if max(y) > 1:
        raise ValueError(
            f"{name} takes two classes, but y goes to {max(y)}: give the model {max(y) + 1} outputs, "
            f"or say loss='mse' if these are values to approximate"
        )
    if name == "hinge":
        return replace(examples, y=[1 if target > 0 else -1 for target in y], kind="signs")
    return replace(examples, y=[1 if target > 0 else 0 for target in y], kind="classes")
