"""With this module steps are written for places that follow each other: the virtual machine is quick where they do."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.program import Instruction
from . import numba_vm as vm

Array = Any

SHORT = 4
"""Numbers in a line from which it is worth taking several at a time."""


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


def product_of_numbers(left: Array, right: Array, out: int, spare: int) -> list[int]:
    """Write a product of two matrices of numbers as one of rows, which are what the machine is quick with.

    Where the numbers of each line of the right matrix stand side by side, that line takes the place of a row of
    examples. Where all vectors of both sides do, each of them takes it, and the sum over the examples is the
    inner product. Else the right matrix is copied first, if its numbers are used often enough.
    """
    if right.shape[1] == 1:  # the same numbers in the same order
        left, right = right.T, left.T
    (lines, terms), places = left.shape, right.shape[1]
    words: list[int] = []
    if min(terms, places) >= SHORT and not side_by_side(right) and side_by_side(left, right.T):
        heads = *left[:, 0].tolist(), *right[0].tolist()
        return [vm.BATCH_MATMUL, vm.NUMBERS, out, 1, lines, 1, places, terms, *heads]
    if not side_by_side(right) and min(lines, places) >= SHORT:
        words = [vm.COPY, vm.NUMBERS, spare, right.size, 0, 0, *right.ravel().tolist()]
        right = spare + np.arange(right.size).reshape(right.shape)
    if places >= SHORT and side_by_side(right):
        heads = *left.ravel().tolist(), *right[:, 0].tolist()
        return [*words, vm.MATMUL, vm.ROWS, out, 1, lines, terms, 1, places, *heads]
    tables = *left.ravel().tolist(), *right.ravel().tolist()
    return [vm.MATMUL, vm.NUMBERS, out, 1, lines, terms, places, 1, *tables]
