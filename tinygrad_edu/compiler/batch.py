"""With this module arrays of many examples are taken apart into rows of numbers, and results are put together."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from ..graph.structure import Structure

Array = Any


@dataclass(frozen=True)
class ArrayShape:
    """What one example of an array looks like; () for a number."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class DictShape:
    """What one example of a dict of arrays looks like."""

    items: tuple[tuple[Any, Shape], ...]


Shape = ArrayShape | DictShape


class Batch(NamedTuple):
    """Arguments with a leading axis that counts examples.

    Attributes
    ----------
    structure : tuple of ArrayShape or DictShape
        The shape of one example: what a function is traced for.
    arrays : list of ndarray
        In the order of the numbers of an example.
    size : int
        How many examples there are.
    """

    structure: tuple[Shape, ...]
    arrays: list[Array]
    size: int

    @classmethod
    def of(cls, args: Sequence[Any]) -> Batch:
        """Read arguments: arrays, nested sequences, or dicts of them."""
        arrays: list[Array] = []
        structure = tuple(_read(arg, f"argument {place + 1}", arrays) for place, arg in enumerate(args))
        counts = {len(array) for array in arrays}
        if len(counts) > 1:
            raise ValueError(
                f"the first axis counts examples, so it must be equally long everywhere; got {sorted(counts)}"
            )
        count = counts.pop() if counts else 1
        if count == 0:
            raise ValueError("the batch has no example; give at least one")
        return cls(structure, arrays, count)

    def example(self) -> list[Any]:
        """Give arguments of this structure, for tracing."""
        return [_example(part) for part in self.structure]

    def of_any_length(self, places: Container[int] | None = None) -> tuple[Any, ...]:
        """Give what is equal for batches that differ only in the lengths of some arrays of an example, or of all."""
        shapes = [array.shape[1:] for array in self.arrays]
        for place, shape in enumerate(shapes):
            if shape and shape[0] and (places is None or place in places):  # of no item nothing is known
                shapes[place] = (None, *shape[1:])
        return (*[_layout(part) for part in self.structure], *shapes)

    def part(self, start: int, size: int) -> Batch:
        """Give some of the examples."""
        arrays = [array[start : start + size] for array in self.arrays]
        return Batch(self.structure, arrays, len(arrays[0]))

    def sizes(self) -> list[int]:
        """Count the numbers of one example in each array."""
        return [array[0].size for array in self.arrays]


def _read(arg: Any, what: str, arrays: list[Array]) -> Shape:
    if isinstance(arg, dict):
        return DictShape(tuple((key, _read(item, f"{what}[{key!r}]", arrays)) for key, item in arg.items()))
    array = as_floats(arg, what)
    if array.ndim == 0:
        raise ValueError(f"{what} is one number; a compiled function takes many examples, for instance [{arg!r}]")
    arrays.append(array)
    return ArrayShape(array.shape[1:])


def _layout(part: Shape) -> Any:
    """Give where arrays stand, whatever they look like."""
    return tuple([(key, _layout(item)) for key, item in part.items]) if isinstance(part, DictShape) else None


def as_floats(arg: Any, what: str, counted: str = "examples") -> Array:
    """Read an array of real numbers, or nested sequences of them.

    Parameters
    ----------
    arg : array or nested sequences
    what : str
        What it is, for the message.
    counted : str, default "examples"
        What its first axis counts.

    Returns
    -------
    ndarray of float64

    Raises
    ------
    ValueError
        If it is something else: text, complex numbers, gaps, rows of unequal lengths.
    """
    try:
        if hasattr(arg, "filled"):  # not isinstance, which would load the module of masked arrays
            raise TypeError("a masked array has gaps: fill them, by its method filled")
        array = np.asarray(arg)
        if array.dtype.kind == "O":  # of anything that is a number to Python
            array = np.array([float(item) for item in array.ravel()]).reshape(array.shape)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"it holds {array.dtype}")
    except (ValueError, TypeError, RuntimeError, OverflowError) as error:
        raise ValueError(
            f"{what} must be an array, or nested sequences of numbers of equal lengths, its first axis counting "
            f"{counted} ({error})"
        ) from None
    return array.astype(np.float64, copy=False)


def numbers_at(at: Any) -> Array:
    """Read the numbers that take the place of those of parameters."""
    return at if type(at) is np.ndarray and at.dtype.kind == "f" else as_floats(at, "at", "params")


def seed_of(reduce: str, weights: Any, count: int) -> float | Array:
    """Give what each of so many examples counts: one number for all, or one for each.

    Parameters
    ----------
    reduce : {"mean", "sum"}
    weights : array, shape (count,), optional
    count : int

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        If it is another reduction, or weights do not fit.
    """
    if reduce not in ("mean", "sum"):
        raise ValueError(f"reduce must be 'mean' or 'sum', got {reduce!r}")
    if weights is None:
        return 1.0 / count if reduce == "mean" else 1.0
    row = as_floats(weights, "weights")
    if row.shape != (count,):
        raise ValueError(f"weights must have one number for each of the {count} examples, got shape {row.shape}")
    if reduce == "mean":
        with np.errstate(all="ignore"):
            if not np.isfinite(row.sum()):
                row = row / np.abs(row).max()  # for large ones may add up to infinity
            if row.sum() == 0.0:
                raise ValueError("the weights add up to 0, so there is no weighted mean; use reduce='sum'")
            row = row / row.sum()
    return row


def _example(part: Shape) -> Any:
    if isinstance(part, DictShape):
        return {key: _example(item) for key, item in part.items}
    example: Any = 0.0
    for length in reversed(part.shape):
        example = [example] * length
    return example


def stacked(structure: Structure, rows: Array) -> Any:
    """Put outputs together: containers stay, regular lists of numbers become arrays of shape (N, ...).

    The containers that stay are tuples and dicts, and lists of unequal parts; what stands inside them is put together
    likewise. Sizes decide nothing: a pair of two vectors is a pair of arrays, of equal lengths or not.

    Parameters
    ----------
    structure : Structure
        Of the outputs of one example.
    rows : ndarray, shape (outputs, N)
        One row for each number of the structure.

    Returns
    -------
    ndarray, or containers of ndarrays

    Examples
    --------
    >>> from tinygrad_edu.graph.structure import NUMBER, Structure
    >>> pair = Structure("tuple", (NUMBER, Structure("list", (NUMBER, NUMBER))))
    >>> stacked(pair, np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    (array([1., 2.]), array([[3., 5.],
           [4., 6.]]))
    """
    shape = regular_shape(structure) if structure.kind in ("number", "list", "array") else None
    if shape is not None:
        return as_array(shape, rows)
    ends = [*accumulate(child.size for child in structure.children)]
    parts = [stacked(child, rows[end - child.size : end]) for child, end in zip(structure.children, ends, strict=True)]
    return structure.holding(parts)


def as_array(shape: Sequence[int], rows: Array) -> Array:
    """Put rows together that are one array of this shape for every example."""
    return np.ascontiguousarray(rows.T).reshape(rows.shape[1], *shape)


def regular_shape(structure: Structure) -> tuple[int, ...] | None:
    """Give the shape of nested lists and tuples of equal lengths; None for anything else."""
    if structure.kind == "number":
        return ()
    if structure.kind == "array":
        return structure.keys
    if structure.kind not in ("list", "tuple"):
        return None
    shapes = {regular_shape(child) for child in structure.children} or {()}
    inner = shapes.pop()
    return None if inner is None or shapes else (len(structure.children), *inner)
