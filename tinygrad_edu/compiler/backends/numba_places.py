"""With this module one can tell how places follow each other: the virtual machine is quick where they do."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.program import Instruction

Array = Any


def room_for(step: Instruction) -> int:
    """Give how many numbers a step may put side by side first: those of an operand, or of a matrix."""
    operands = [operand.rows for operand in step.operands if operand.rows is not None]
    sizes: list[int] = [step.height]
    if step.kind == "reduce":
        sizes += [rows.size for rows in operands]
    elif "matmul" in step.kind:
        sizes += [rows[0].size for rows in operands]
    return max(sizes)


def side_by_side(*matrices: Array) -> bool:
    """Tell whether the numbers of each line stand one after the other."""
    return all(bool((np.diff(matrix, axis=1) == 1).all()) for matrix in matrices)


def runs(tables: list[list[int]], length: int) -> list[int]:
    """Write operands that are rows of so many numbers, as longer and fewer ones where they follow each other in all."""
    places = np.array(tables)
    arity, height = places.shape
    breaks = np.flatnonzero((np.diff(places, axis=1) != length).any(axis=0)) + 1
    run = int(np.gcd.reduce([height, *breaks]))
    return [height // run, arity, 0, run * length, *places[:, ::run].ravel().tolist()]
