"""With this module arrays of many examples are taken apart into rows of numbers, and results are put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..graph.structure import Structure

Array = Any


class Batch(NamedTuple):
    """Arguments with a leading axis that counts examples.

    Attributes
    ----------
    structure : tuple
        The shape of one example: what a function is traced for.
    arrays : list of ndarray
        In the order of the numbers of an example.
    size : int
        How many examples there are.
    """

    structure: tuple[Any, ...]
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

    def part(self, start: int, size: int) -> Batch:
        """Give some of the examples."""
        arrays = [array[start : start + size] for array in self.arrays]
        return Batch(self.structure, arrays, len(arrays[0]))

    def sizes(self) -> list[int]:
        """Count the numbers of one example in each array."""
        return [array[0].size for array in self.arrays]


def _read(arg: Any, what: str, arrays: list[Array]) -> Any:
    if isinstance(arg, dict):
        return "dict", tuple((key, _read(item, f"{what}[{key!r}]", arrays)) for key, item in arg.items())
    array = as_floats(arg, what)
    if array.ndim == 0:
        raise ValueError(f"{what} is one number; a compiled function takes many examples, for instance [{arg!r}]")
    arrays.append(array)
    return "array", array.shape[1:]


def as_floats(arg: Any, what: str) -> Array:
    """Read an array of real numbers, or nested sequences of them.

    Parameters
    ----------
    arg : array or nested sequences
    what : str
        What it is, for the message.

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
    except (ValueError, TypeError, RuntimeError) as error:
        raise ValueError(
            f"{what} must be an array, or nested sequences of numbers of equal lengths, its first axis counting "
            f"examples ({error})"
        ) from None
    return array.astype(np.float64, copy=False)


def _example(part: Any) -> Any:
    kind, content = part
    if kind == "dict":
        return {key: _example(item) for key, item in content}
    example: Any = 0.0
    for length in reversed(content):
        example = [example] * length
    return example


def stacked(structure: Structure, outputs: Array) -> Any:
    """Put outputs, one row each, into an array of shape (N, ...), or into containers of arrays.

    Parameters
    ----------
    structure : Structure
        Of the outputs of one example.
    outputs : ndarray, shape (outputs, N)

    Returns
    -------
    ndarray, or containers of ndarrays
    """
    shape = _shape(structure)
    if shape is None:
        return structure.unflatten(list(outputs))
    return np.ascontiguousarray(outputs.T).reshape(outputs.shape[1], *shape)


def _shape(structure: Structure) -> tuple[int, ...] | None:
    """Give the shape of nested lists and tuples of equal lengths; None for anything else."""
    if structure.kind == "number":
        return ()
    if structure.kind == "array":
        return structure.keys
    if structure.kind not in ("list", "tuple"):
        return None
    shapes = {_shape(child) for child in structure.children}
    inner = shapes.pop() if len(shapes) == 1 else (0,) if not structure.children else None
    return None if inner is None or shapes else (len(structure.children), *inner)
