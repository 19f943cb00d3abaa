"""With this module array programs run as code of their own: what differs from example to example is one function.

It is made by LLVM, which comes with numba, in about 3 milliseconds a step, and once for all sizes of batch. The rest is
the numba machine's: what parameters alone determine, what is made of sums over the examples, and whole programs that
cannot be cut like that, such as those with `batch_mean`, or have steps that it does better.

By turns with the numba machine in one process, a run of MLP 2-16-16-1 took 2.0 µs in place of 3.5 for 16 examples, 6.3
in place of 9.0 for 100 and 52 in place of 95 for 1,000; of 64-32-10 48 in place of 70 for 128. To make the function
takes 65 to 90 milliseconds, so it is made where it is asked for, and not in the background after some hundred calls,
which would not win that time back. LLVM's optimiser would take four times as long, and makes them no faster.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, NamedTuple

import llvmlite.binding as llvm
import numpy as np

from ..arrays.program import ArrayProgram, Instruction
from .llvm_blocks import Block, Phases
from .llvm_code import LANES
from .llvm_steps import MOST_VECTORS
from .numba_machine import NumbaMachine
from .workspace import aligned

FEW = LANES
"""A batch of fewer examples does not fill a vector, and runs on the numba machine alone."""

_OLDEST = 20  # version of LLVM; before, addresses had types


class Native(NamedTuple):
    """The compiled function of a program."""

    phases: Phases
    run: Callable[[int], None]
    sums: int
    engine: Any
    """Holds the machine code."""


def native(program: ArrayProgram) -> Native | None:
    """Compile a program, once; None if it cannot be cut into phases.

    Parameters
    ----------
    program : ArrayProgram

    Returns
    -------
    Native or None
    """
    if "llvm" not in program.prepared:
        phases = Phases.of(program) if llvm.llvm_version_info[0] >= _OLDEST else None
        program.prepared["llvm"] = None if phases is None else machine_code(program, phases)
    found: Native | None = program.prepared["llvm"]
    return found


def machine_code(program: ArrayProgram, phases: Phases) -> Native | None:
    """Have the function of a program compiled; None if it calls what is not there.

    Parameters
    ----------
    program : ArrayProgram
    phases : Phases

    Returns
    -------
    Native or None
    """
    block = Block(program, phases)
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    if any(llvm.address_of_symbol(name) is None for name in block.code.called):
        return None
    target = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2, jit=True
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(block.text), target)
    engine.finalize_object()
    run = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(engine.get_function_address("run"))
    return Native(phases, run, block.sums, engine)


class LlvmMachine(NumbaMachine):
    """Runs the examples by the function of the program, the rest as the numba machine does.

    Parameters
    ----------
    program : ArrayProgram
    count : int
        How many examples a batch has.
    """

    def __init__(self, program: ArrayProgram, count: int) -> None:
        self._native = native(program) if count >= FEW else None
        self._before = {id(step) for step in self._native.phases.before} if self._native else set()
        super().__init__(program, count)

    def _make(self, step: Instruction) -> None:
        if self._native is None or id(step) in self._before:
            super()._make(step)

    def _on_blas(self, step: Instruction) -> bool:
        by_function = self._native is not None and (step.batched or step.kind.startswith("batch"))
        return not by_function and super()._on_blas(step)

    def _make_total(self, row: int) -> None:
        if self._native is None:
            super()._make_total(row)

    def _finish(self) -> None:
        if self._native is not None:
            self._losses_sum = np.zeros(())
            self.calls.append((self._native.run, (self._arguments(self._native),)))
            for step in self._native.phases.after:
                super()._make(step)
            self._flush()
        super()._finish()
        if self._native is not None:  # one of the calls is of its own function
            self._numpy_runs_some = 3 * (len(self.calls) - 1) > len(self._segments)

    def _arguments(self, compiled: Native) -> int:
        """Give the address of what the function works on."""
        vectors = -(-self.count // LANES)
        blocks = -(-vectors // MOST_VECTORS)  # of nearly equal sizes
        self._block = aligned(self.program.batched_rows * MOST_VECTORS * LANES)
        self._sums = aligned(max(1, compiled.sums) * LANES)
        arrays = (self.unbatched, self.batched, self._block, self._sums, self._losses_sum)
        places = [array.ctypes.data for array in arrays]
        self._given = np.array([*places, self.count, vectors, -(-vectors // blocks)], dtype=np.int64)
        return int(self._given.ctypes.data)
