"""With this module array programs run on a virtual machine that numba has compiled: many small steps in one call."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..ops import OPS
from . import numba_source as vm
from .numpy_backend import MAKERS, Machine
from .program import Instruction, Operand, Program

_LARGE_PRODUCTS = 1_500, 30_000  # multiplications, unbatched and batched, from which BLAS is faster
_LARGE_MAP = 1_000  # numbers from which NumPy's exp and its like are faster
_OPERANDS = 3
_WIDTH = 11


@cache
def machine_code() -> Callable[..., Any]:
    """Give the compiled virtual machine; the first time ever numba takes a while, then it is read from disk."""
    text = vm.source(cache=True)
    name = f"tinygrad_edu_vm_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(base) / "tinygrad_edu" / f"{name}.py"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            draft = path.with_suffix(f".{os.getpid()}.tmp")
            draft.write_text(text, encoding="utf-8")
            os.replace(draft, path)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        run: Callable[..., Any] = module.run
    except OSError:  # nowhere to keep it: compile it for this process alone
        namespace: dict[str, Any] = {}
        exec(vm.source(cache=False), namespace)
        run = namespace["run"]
    return run


class NumbaMachine(Machine):
    """Runs what it can on the virtual machine, and the rest as the NumPy machine does.

    Parameters
    ----------
    program : Program
    count : int
        How many examples a batch has.
    """

    def __init__(self, program: Program, count: int) -> None:
        self._code: list[list[int]] = []
        self._tables: list[int] = []
        self._numbers: list[float] = []
        self._constants: dict[str, int] = {}
        self._spare = program.rows + program.batched_rows * count
        self._pending = 0
        self._segments: list[int] = []  # places among the calls, and where their code begins and ends
        super().__init__(program, count)
        self._flush()
        self._finish()

    def _finish(self) -> None:
        """Put all numbers into one block of memory, which the compiled code knows by places in it."""
        program, count = self.program, self.count
        memory = self._memory
        start = self._spare + _OPERANDS * count
        memory[start : start + len(self._numbers)] = self._numbers
        code = np.array(self._code, dtype=np.int64).reshape(-1, _WIDTH)
        tables = np.array(self._tables, dtype=np.int64)
        run = machine_code()
        for place, first, last in zip(*[iter(self._segments)] * 3, strict=True):
            self.calls[place] = (run, (code, tables, memory, program.rows, count, self._spare, first, last))

    def _allocate(self) -> None:
        program, count = self.program, self.count
        constants = sum(operand.rows is None for step in program.instructions for operand in step.operands)
        most = sum(step.height for step in program.instructions) if constants else 0
        self._memory = np.zeros(self._spare + _OPERANDS * count + constants + most)
        self.unbatched = self._memory[: program.rows]
        self.batched = self._memory[program.rows : self._spare].reshape(program.batched_rows, count)

    def _make(self, step: Instruction) -> None:
        line = self._encoded(step)
        if line is None:
            self._flush()
            MAKERS[step.kind](self, step)
        else:
            self._code.append(line + [0] * (_WIDTH - len(line)))

    def _flush(self) -> None:
        """End a run of steps for the virtual machine with one call to it."""
        if len(self._code) > self._pending:
            self._segments += [len(self.calls), self._pending, len(self._code)]
            self.calls.append((int, ()))  # filled in when all code is known
            self._pending = len(self._code)

    # ------------------------------------------------------------------------------------ encoding

    def _encoded(self, step: Instruction) -> list[int] | None:
        """Write a step as numbers; None if NumPy runs it better, or alone."""
        head = [int(step.batched), step.row, step.height]
        size = step.height * (self.count if step.batched else 1)
        if step.kind == "map":
            code = vm.CODES.get(step.op.name) if OPS.get(step.op.name) is step.op else None
            if code is None or (step.op.name in vm.SLOW and size > _LARGE_MAP):
                return None
            tables = [self._operand(operand, step.height) for operand in step.operands]
            flags = sum(operand.batched << place for place, operand in enumerate(step.operands))
            return [code, *head, *tables, *[0] * (_OPERANDS - len(tables)), flags, len(tables)]
        if step.kind in ("reduce", "sum", "dot"):
            if step.op.role not in ("sum", "dot"):
                return None
            tables = [self._operand(operand, 0) for operand in step.operands]
            offsets = step.offsets
            if offsets is None:
                rows = step.operands[0].rows
                assert rows is not None
                offsets = np.arange(step.height + 1) * (rows.size // step.height)
            code = vm.DOT if step.kind == "dot" else vm.SUM
            return [code, *head, *tables, *[0] * (_OPERANDS - len(tables)), self._table(offsets)]
        left = step.operands[0].rows
        assert left is not None
        if step.kind == "batch_sum":
            return [vm.BATCH_SUM, *head, self._table(left), 0, 0, left.shape[1]]
        right = step.operands[1].rows
        assert right is not None
        blocks, lines, terms = left.shape
        places = right.shape[2] if step.kind == "matmul" else right.shape[1]
        batch = self.count if step.operands[1].batched else 1
        if lines * terms * places * batch > _LARGE_PRODUCTS[step.operands[1].batched]:
            return None
        code = vm.MATMUL if step.kind == "matmul" else vm.BATCH_MATMUL
        return [code, *head, self._table(left), self._table(right), 0, blocks, lines, terms, places]

    def _table(self, rows: Any) -> int:
        start = len(self._tables)
        self._tables += rows.ravel().tolist()
        return start

    def _operand(self, operand: Operand, height: int) -> int:
        if operand.rows is not None:
            return self._table(operand.rows)
        first = self._spare + _OPERANDS * self.count + len(self._numbers)
        if isinstance(operand.constant, float):
            self._numbers.append(operand.constant)
            places = np.full(height, first)
        else:
            self._numbers += operand.constant.ravel().tolist()
            places = np.arange(first, first + height)
        return self._table(places)
