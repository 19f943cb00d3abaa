"""With this module one can read an array program: instructions on rows of two workspaces, one line each.

The unbatched workspace holds one number a row, the batched one a row of numbers, one for every example of the batch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ...engine.value import Value
from ...ops.operation import Op
from ...signs import for_terminal

if TYPE_CHECKING:
    import numpy as np

    Rows = np.ndarray[Any, np.dtype[np.int64]]

_NUMBERS = 4_000_000  # in the batched workspace; larger batches are run in parts


class Place(NamedTuple):
    """Where a number stands: in which workspace, and in which row of it."""

    batched: bool
    row: int


class ConstantRow(NamedTuple):
    """A row of the unbatched workspace that never changes."""

    row: int
    number: float


class Operand(NamedTuple):
    """What an instruction reads.

    Attributes
    ----------
    batched : bool
        Which workspace.
    rows : ndarray of int, or None
        The rows, in the shape in which they are used; None for a constant.
    strides : tuple of int, or None
        If the rows are evenly spaced along every axis, by how much: then they are read in place. Else they are
        gathered first.
    constant : float or ndarray, or None
    """

    batched: bool
    rows: Rows | None
    strides: tuple[int, ...] | None = None
    constant: Any = None


class Instruction(NamedTuple):
    """One array operation.

    Attributes
    ----------
    kind : {"map", "reduce", "dot", "matmul", "batch_matmul", "batch_sum", "batch_dot"}
        "map" is element by element, "reduce" and "dot" along the last axis of their operands, or over segments of
        unequal lengths, "matmul" a stack of matrix products, "batch_..." sum over the examples as well.
    op : Op
    operands : tuple of Operand
    batched : bool
        Where the result goes.
    row : int
        Its first row; the rest follow.
    shape : tuple of int
        Of the result, without the examples.
    offsets : ndarray of int, or None
        Where the segments start.
    """

    kind: str
    op: Op
    operands: tuple[Operand, ...]
    batched: bool
    row: int
    shape: tuple[int, ...]
    offsets: Rows | None = None

    @property
    def height(self) -> int:
        """How many rows it writes."""
        size = 1
        for n in self.shape:
            size *= n
        return size


@dataclass
class ArrayProgram:
    """An array program.

    Attributes
    ----------
    instructions : list of Instruction
    rows, batched_rows : int
        Sizes of the two workspaces.
    params, fixed : list of Value
        Their data stand side by side in the unbatched workspace, in this order.
    size, share, seed : int
        Rows for the number of examples, one over it, and the seed; `weighted` says that the seed is a batched row.
    parameters_row : int
        Where the parameters start.
    inputs : list of int
        Where the inputs of each array of arguments start.
    constants : list of ConstantRow
    ones : list of int
        Batched rows of ones.
    outputs : list of Place
    gradients : ndarray of int, or None
        The row of each parameter's derivative.
    couples : bool
        Whether examples depend on the batch they are in, by `batch_mean`.
    names : list of list of str
        Of the inputs.
    """

    instructions: list[Instruction]
    rows: int
    batched_rows: int
    params: list[Value]
    fixed: list[Value]
    size: int
    share: int
    seed: int
    weighted: bool
    parameters_row: int
    inputs: list[int]
    constants: list[ConstantRow]
    ones: list[int]
    outputs: list[Place]
    gradients: Rows | None
    couples: bool
    names: list[list[str]]
    labels: dict[int, str] = field(default_factory=dict)
    """What the results of instructions are called, by the number of the instruction."""

    prepared: dict[str, Any] = field(default_factory=dict, repr=False)
    """What back ends keep with the program."""

    def part_of(self, count: int) -> int:
        """Give how many of so many examples to run at once: all, unless the workspace would be large."""
        return count if self.couples else min(count, max(64, _NUMBERS // max(1, self.batched_rows)))

    def __len__(self) -> int:
        return len(self.instructions)

    def __str__(self) -> str:
        return for_terminal("\n".join(self.lines()))

    def __repr__(self) -> str:
        return f"<ArrayProgram: {len(self)} array operations, {self.rows} + {self.batched_rows} × N numbers>"

    def label(self, index: int) -> str:
        """Give the name of the result of an instruction."""
        return self.labels.get(index, f"a{index + 1}")

    @staticmethod
    def size_of(step: Instruction) -> str:
        """Give the size of the result of an instruction as text; N is the number of examples."""
        shape = [n for n in step.shape if n > 1] or [1]
        return "×".join(map(str, shape)) + "×N" * step.batched

    def lines(self) -> list[str]:
        """Print the instructions, one readable line each."""
        where = Names(self)
        lines = []
        for index, step in enumerate(self.instructions):
            operands = [where.operand(operand) for operand in step.operands]
            lines.append((f"{self.label(index)} = {_formula(step, operands)}", self.size_of(step)))
        width = max([len(text) for text, _ in lines], default=0)
        texts = [f"{text:<{width}}  {size}" for text, size in lines]
        results = [where.row(batched, row) for batched, row in self.outputs]
        texts.append("return " + ", ".join(dict.fromkeys(results)))
        if self.gradients is not None:
            parts = dict.fromkeys(where.row(False, int(row)) for row in self.gradients)
            texts.append("gradient " + (", ".join(parts) or "(no parameters)"))
        return texts


def _formula(step: Instruction, operands: list[str]) -> str:
    if step.kind == "matmul":
        return f"{operands[0]} @ {operands[1]}"
    if step.kind == "batch_matmul":
        return f"{operands[0]} @ {operands[1]}ᵀ"
    if step.kind == "batch_sum":
        return f"sum over batch({operands[0]})"
    if step.kind == "batch_dot":
        return f"sum over batch({operands[0]} · {operands[1]})"
    if step.kind == "dot":
        return f"{operands[0]} · {operands[1]}"
    if step.kind == "map" and step.op.arity == 2 and not step.op.symbol.isidentifier():
        return f"{operands[0]} {step.op.symbol} {operands[1]}"
    return f"{step.op.name}({', '.join(operands)})"


class Names:
    """Knows what stands in which row, and calls it something."""

    def __init__(self, program: ArrayProgram) -> None:
        self.program = program
        self.owner: tuple[dict[int, str], dict[int, str]] = ({}, {})
        unbatched, batched = self.owner
        for i, value in enumerate([*program.params, *program.fixed]):
            unbatched[program.parameters_row + i] = value.name or f"p{i}"
        unbatched[program.size], unbatched[program.share] = "N", "1/N"
        if program.weighted:
            batched[program.seed] = "weights"
        else:
            unbatched[program.seed] = "seed"
        unbatched.update({row: f"{number:g}" for row, number in program.constants})
        for row, names in zip(program.inputs, program.names, strict=True):
            batched.update({row + i: name for i, name in enumerate(names)})
        batched.update(dict.fromkeys(program.ones, "1"))
        for index, step in enumerate(program.instructions):
            for row in range(step.row, step.row + step.height):
                self.owner[step.batched][row] = program.label(index)

    def row(self, batched: bool, row: int) -> str:
        return self.owner[batched].get(row, "?")

    def operand(self, operand: Operand) -> str:
        if operand.rows is None:
            if isinstance(operand.constant, float):
                return f"{operand.constant:g}"
            return "constants"
        flat = operand.rows.ravel().tolist()
        owners = list(dict.fromkeys(self.owner[operand.batched].get(row, "?") for row in flat))
        if len(owners) > 1:
            owners = _summed_up(owners)
        gathered = "" if operand.strides is not None else "°"
        if len(owners) == 1:
            return owners[0] + gathered
        if not operand.batched:
            owners = _after_prefix(owners)
        joined = (";" if operand.batched else "|").join(owners)
        return (f"[{joined}]" if operand.batched else joined) + gathered


def _after_prefix(names: list[str]) -> list[str]:
    """Say what names share only once: layers.0.neurons.w and layers.0.neurons.b are layers.0.neurons.w|b."""
    head = names[0].rpartition(".")[0]
    if not head or any(name.rpartition(".")[0] != head for name in names):
        return names
    return [names[0], *[name.rpartition(".")[2] for name in names[1:]]]


def _summed_up(names: list[str]) -> list[str]:
    """Call a family of names by what they share: layers.0.neurons.3.w.1 and its like layers.0.neurons.w."""
    families: dict[str, list[str]] = {}
    for name in names:
        is_number = name.lstrip("-")[:1].isdigit() and "." in name
        family = "constants" if is_number else re.sub(r"\d+", "#", name) if "." in name or "[" in name else name
        families.setdefault(family, []).append(name)
    short = []
    for family, members in families.items():
        if len(members) == 1:
            short.append(members[0])
            continue
        digits = [re.findall(r"\d+", member) for member in members]
        parts = family.split("#")
        text = parts[0]
        for place, part in enumerate(parts[1:]):
            same = len({d[place] for d in digits}) == 1
            text = (text + digits[0][place] if same else text.rstrip(".").removesuffix("[")) + part.removeprefix(
                "" if same else "]"
            )
        short.append(text)
    if len(short) > 6:
        short = [*short[:3], "…", short[-1]]
    return short
