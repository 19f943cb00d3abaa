"""With this module one array program becomes that of many members: networks alike but for their numbers, run at once.

What reads a parameter, or what was computed from one, is there once for each member; what the examples alone decide is
there once for all. So a group of rows is followed by the same group of the next member, an operand gets one more axis
in front, a stack of matrix products grows higher, and everything else stays: as many instructions as for one member,
which every back end runs as it runs any other program. It is what `jax.vmap` does to a function, done to a program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from ...engine.value import Value
from .program import ArrayProgram, ConstantRow, Instruction, Operand, Place
from .strides import strides_of

if TYPE_CHECKING:
    from .program import Rows


def of_members(program: ArrayProgram, params: Sequence[list[Value]], fixed: Sequence[list[Value]]) -> ArrayProgram:
    """Give the program that does for many members, on the same examples, what a program does for one.

    Parameters
    ----------
    program : ArrayProgram
        Of one member.
    params, fixed : sequence of list of Value
        What each member has in their places.

    Returns
    -------
    ArrayProgram
        Parameters stand member by member, and so do outputs and derivatives.
    """
    places = _Places(program, len(params))
    return replace(
        program,
        instructions=[_step(step, places) for step in program.instructions],
        rows=places.sizes[False],
        batched_rows=places.sizes[True],
        params=[*chain(*params)],
        fixed=[*chain(*fixed)],
        size=places.first(False, program.size),
        share=places.first(False, program.share),
        seed=places.first(program.weighted, program.seed),
        parameters_row=places.first(False, program.parameters_row),
        inputs=[places.first(True, row) for row in program.inputs],
        constants=[ConstantRow(places.first(False, row), number) for row, number in program.constants],
        ones=[places.first(True, row) for row in program.ones],
        outputs=[
            Place(batched, int(places.of_all(batched, np.array(row))[member]))
            for member in range(len(params))
            for batched, row in program.outputs
        ],
        gradients=None if program.gradients is None else places.of_all(False, program.gradients).ravel(),
        prepared={},
    )


class _Places:
    """Where the rows of one member are found among those of many.

    Attributes
    ----------
    members : int
    sizes : list of int
        How many rows the two workspaces have.
    """

    def __init__(self, program: ArrayProgram, members: int) -> None:
        self.members = members
        # Of every row: how far it is to the same one of the next member; 0 for what all share.
        self._spacing = [np.zeros(size, dtype=int) for size in (program.rows, program.batched_rows)]
        # And how far it is from there to where it stands for the first member.
        self._shift = [np.zeros(size, dtype=int) for size in (program.rows, program.batched_rows)]
        self.sizes = [program.rows, program.batched_rows]
        self._multiply(False, program.parameters_row, len(program.params))
        self._multiply(False, program.parameters_row + len(program.params), len(program.fixed))
        for step in program.instructions:
            if self.differ(step):
                self._multiply(step.batched, step.row, step.height)

    def _multiply(self, batched: bool, row: int, height: int) -> None:
        """Have a group of rows once for each member."""
        more = (self.members - 1) * height
        self._spacing[batched][row : row + height] = height
        self._shift[batched][row + height :] += more
        self.sizes[batched] += more

    def differ(self, step: Instruction) -> bool:
        """Whether members have results of their own."""
        return any(
            bool(self._spacing[operand.batched][operand.rows].any())
            for operand in step.operands
            if operand.rows is not None
        )

    def first(self, batched: bool, row: int) -> int:
        """Give where a row stands for the first member."""
        return row + int(self._shift[batched][row])

    def of_all(self, batched: bool, rows: Rows) -> Rows:
        """Give where rows stand for each member; the first axis counts members."""
        member = np.arange(self.members).reshape(-1, *[1] * rows.ndim)
        return rows + self._shift[batched][rows] + member * self._spacing[batched][rows]

    def spacing(self, batched: bool, rows: Rows) -> int | None:
        """Give how far all of these rows are from those of the next member; None if it is not the same for all."""
        distances = self._spacing[batched][rows]
        first = int(distances.flat[0])
        return first if bool((distances == first).all()) else None


def _step(step: Instruction, places: _Places) -> Instruction:
    """Give the instruction that does for all members what this one does for one."""
    members = places.members if places.differ(step) else 1
    row, offsets = places.first(step.batched, step.row), step.offsets
    apart = [_operand(operand, places, members) for operand in step.operands]
    merged = [_merged(operand) for operand in apart]
    if step.kind == "map" and _copies(apart) < _copies(merged):
        return step._replace(operands=tuple(apart), row=row, shape=(members, *step.shape))
    if offsets is not None:
        starts = np.arange(members)[:, None] * offsets[-1] + offsets[:-1]
        offsets = np.append(starts, members * offsets[-1])
    shape = (members * step.shape[0], *step.shape[1:])
    return step._replace(operands=tuple(merged), row=row, shape=shape, offsets=offsets)


def _operand(operand: Operand, places: _Places, members: int) -> Operand:
    """Give an operand with an axis of members in front."""
    constant = operand.constant
    if operand.rows is None:
        many = constant if isinstance(constant, float) else np.broadcast_to(constant, (members, *constant.shape))
        return operand._replace(constant=many)
    rows = places.of_all(operand.batched, operand.rows)[:members]
    between, strides = places.spacing(operand.batched, operand.rows), strides_of(rows[0])
    apart = None if between is None or strides is None else (between if members > 1 else 0, *strides)
    return Operand(operand.batched, rows, apart)


def _merged(operand: Operand) -> Operand:
    """Make one axis of the members and the first of an operand's own: evenly spaced if the latter goes on in step."""
    if operand.rows is None:
        constant = operand.constant
        flat = constant if isinstance(constant, float) else constant.reshape(-1, *constant.shape[2:])
        return operand._replace(constant=flat)
    members, length, *rest = operand.rows.shape
    rows = operand.rows.reshape(members * length, *rest)
    if operand.strides is None:
        return Operand(operand.batched, rows)
    between, within, *others = operand.strides
    if members == 1 or length == 1:
        return Operand(operand.batched, rows, (between + within, *others))
    return Operand(operand.batched, rows, (within, *others) if between == length * within else None)


def _copies(operands: Sequence[Operand]) -> int:
    """Count the operands that would have to be copied together first."""
    return sum(operand.rows is not None and operand.strides is None for operand in operands)
