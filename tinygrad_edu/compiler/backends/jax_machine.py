"""With this module an array program runs on JAX: one jitted function, on a GPU if there is one, or on many devices.

XLA rewrites arithmetic (a / b / c becomes a / (b · c)) and takes numbers below 1e-308 for 0, so that results whose way
leads below 1e-150 or so may be 0, infinite or nan here and not elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import GraphError
from ...ops import table as ops
from ...ops.operation import Op
from ..arrays.program import ArrayProgram, Instruction, Operand
from ..scalars.brackets import IN_ORDER
from .array_code import array_function
from .jax_devices import Spread
from .numpy_functions import elementwise, reduction
from .segments import by_length
from .workspace import Workspace

if TYPE_CHECKING:
    from ..arrays.program import Rows

Array = Any
MOST = 300  # array operations; XLA compiles many more for tens of seconds
_ALL_DIGITS = "highest"  # a GPU may multiply float32 with 3 digits otherwise


@cache
def _library() -> dict[str, Any]:
    """What the array dialect names, of JAX."""
    import jax.numpy as jnp
    from jax.scipy.special import erf, erfc

    return {"np": jnp, "power": jnp.power, "erf": erf, "erfc": erfc}


@cache
def _native() -> dict[Op, Callable[..., Array]]:
    """What JAX does in fewer steps than the code of the operation says."""
    import jax.numpy as jnp

    def sigmoid(x: Array) -> Array:
        e = jnp.exp(-jnp.abs(x))
        return jnp.where(x < 0.0, e, 1.0) / (1.0 + e)

    def total(terms: Array) -> Array:
        return sum(terms[1:], terms[0]) if len(terms) <= IN_ORDER else jnp.sum(terms, 0)

    return {ops.sigmoid: sigmoid, ops.minimum: jnp.minimum, ops.maximum: jnp.maximum, ops.SUM: total}


@cache
def form_of(op: Op) -> Callable[..., Array] | None:
    """Give how JAX computes an operation, along the first axis if it takes any number; None if only Python can."""
    if op.code is None:
        return None
    return _native().get(op) or array_function(op, _library())


class JaxMachine(Workspace):
    """Runs a program for one size of batch.

    Parameters
    ----------
    program : ArrayProgram
    count : int
        How many examples a batch has.
    devices : sequence, optional
        The examples are spread over these; see `Spread`.
    dtype : dtype, default float64
        In float32 JAX is told to know no float64: then nothing that is traced is one by accident.
    """

    def __init__(
        self, program: ArrayProgram, count: int, devices: Sequence[Any] | None = None, dtype: Any = np.float64
    ) -> None:
        if len(program) > MOST:
            raise GraphError(
                f"this program has {len(program)} array operations, and XLA takes tens of seconds to compile more than "
                f"{MOST}; use backend='numpy', which starts at once"
            )
        if devices is not None and len(devices) > 1:
            foreign = next((step.op for step in program.instructions if _is_called_back(step)), None)
            if foreign is not None:  # XLA would wait for the other devices for ever
                raise GraphError(
                    f"the operation {foreign.name!r} states no code, so JAX calls Python for it, which works on one "
                    f"device only: write tg.Op({foreign.name!r}, ..., code='...'), leave devices out, or give one"
                )
        super().__init__(program, count, dtype)
        self._spread = Spread(devices) if devices else None
        if "jax" not in program.prepared:
            program.prepared["jax"] = _jitted(program, self._spread)
        self._function = program.prepared["jax"]
        self._given = _input_rows(program)
        self.loops_as_one = self._spread is None

    def run(self) -> None:
        """Compute outputs and gradient from inputs, parameters and seed."""
        import jax

        program = self.program
        first = program.parameters_row
        captured = self.unbatched[first : first + len(program.params) + len(program.fixed)]
        inputs = self.batched[self._given]
        seed = self.batched[program.seed] if program.weighted else self.unbatched[program.seed]
        with jax.enable_x64(self.dtype == np.float64), np.errstate(over="ignore"):
            if self._spread is not None:
                inputs, seed = self._spread.put(inputs), self._spread.put(seed) if program.weighted else seed
            outputs, gradient = self._function(captured, inputs, seed, float(self.count))
        for (batched, row), output in zip(program.outputs, outputs, strict=True):
            (self.batched if batched else self.unbatched)[row] = np.asarray(output)
        if program.gradients is not None:
            self.unbatched[program.gradients] = np.asarray(gradient)


def _input_rows(program: ArrayProgram) -> list[int]:
    return [row + i for row, names in zip(program.inputs, program.names, strict=True) for i in range(len(names))]


def _jitted(program: ArrayProgram, spread: Spread | None) -> Callable[..., Any]:
    """Make the jitted function of captured numbers, inputs, seed and number of examples; all devices get its result."""
    import jax
    import jax.numpy as jnp

    inputs = _input_rows(program)
    captured_count = len(program.params) + len(program.fixed)

    def function(captured: Array, given: Array, seed: Array, count: Array) -> tuple[list[Array], Array]:
        size = given.shape[1] if inputs else 1
        if spread is not None and inputs:
            given, seed = spread.divided(given), spread.divided(seed) if program.weighted else seed
        space = _Space(), _Space()
        space[0].put(program.parameters_row, captured[:captured_count])
        space[0].put(program.size, jnp.reshape(count, (1,)))
        space[0].put(program.share, jnp.reshape(1.0 / count, (1,)))
        for row, value in program.constants:
            space[0].put(row, _sealed(np.array([value])))
        ones = np.ones((1, size))
        for row in program.ones:
            space[1].put(row, ones)
        start = 0
        for row, names in zip(program.inputs, program.names, strict=True):
            space[1].put(row, given[start : start + len(names)])
            start += len(names)
        if program.weighted:
            space[1].put(program.seed, jnp.reshape(seed, (1, size)))
        else:
            space[0].put(program.seed, jnp.reshape(seed, (1,)))
        for step in program.instructions:
            result = _result(step, space, size)
            height = (step.height, size) if step.batched else (step.height,)
            space[step.batched].put(step.row, jnp.reshape(jnp.broadcast_to(result, _full(step, size)), height))
        outputs = [space[batched].take(np.array([row]))[0] for batched, row in program.outputs]
        wanted = program.gradients
        gradient = space[0].take(wanted) if wanted is not None and wanted.size else jnp.zeros(0)
        return outputs, gradient

    jitted: Callable[..., Any] = jax.jit(function, out_shardings=None if spread is None else spread.everywhere)
    return jitted


def _full(step: Instruction, size: int) -> tuple[int, ...]:
    return (*step.shape, size) if step.batched else step.shape


class _Space:
    """A workspace as the arrays that were written to it."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []
        self.owner: dict[int, tuple[int, int]] = {}

    def put(self, row: int, array: Array) -> None:
        number = len(self.arrays)
        self.arrays.append(array)
        self.owner.update({row + i: (number, i) for i in range(array.shape[0])})

    def take(self, rows: Rows) -> Array:
        """Read rows, in their shape: a slice of one array, or a selection from the arrays they stand in."""
        import jax.numpy as jnp

        places = [self.owner[row] for row in rows.ravel().tolist()]
        numbers = list(dict.fromkeys([number for number, _ in places]))
        starts: dict[int, int] = {}
        height = 0
        for number in numbers:
            starts[number] = height
            height += self.arrays[number].shape[0]
        chosen = [self.arrays[number] for number in numbers]
        array = chosen[0] if len(chosen) == 1 else jnp.concatenate(chosen)
        indices = np.array([starts[number] + i for number, i in places])
        if len(indices) == height and (indices == np.arange(height)).all():
            taken = array
        elif (np.diff(indices) == 1).all():
            taken = array[indices[0] : indices[-1] + 1]
        else:
            taken = jnp.take(array, indices, axis=0)
        return jnp.reshape(taken, rows.shape + array.shape[1:])


def _result(step: Instruction, space: tuple[_Space, _Space], size: int) -> Array:
    import jax.numpy as jnp

    def read(operand: Operand, broadcast: bool = False) -> Array:
        if operand.rows is None:
            constant = operand.constant
            if broadcast and not isinstance(constant, float):
                constant = constant[..., None]
            return _sealed(constant) if step.op.role in ("add", "sub", "sum") else constant
        array = space[operand.batched].take(operand.rows)
        return array[..., None] if broadcast and not operand.batched else array

    if step.kind == "map":
        operands = [read(operand, step.batched) for operand in step.operands]
        if step.op.arity is None:
            total = operands[0]
            for operand in operands[1:]:
                total = total + operand
            return total
        form = form_of(step.op)
        return form(*operands) if form else _called_back(elementwise(step.op), operands, _full(step, size))
    arrays = [read(operand) for operand in step.operands]
    if step.kind == "reduce":
        form = form_of(step.op)
        if form is None:
            return _called_back(reduction(step.op), arrays, _full(step, size))
        return _along_second(form, arrays[0], step.offsets)
    if step.kind == "dot":
        return _along_second(lambda terms: jnp.sum(terms, 0), arrays[0] * arrays[1], step.offsets)
    if step.kind == "matmul":
        return jnp.einsum("bok,bkt...->bot...", *arrays, precision=_ALL_DIGITS)
    if step.kind == "batch_matmul":
        return jnp.einsum("bokn,btkn->bot", *arrays, precision=_ALL_DIGITS)
    return jnp.sum(arrays[0], (1, 2))


def _sealed(constant: Any) -> Array:
    """Give a constant that XLA does not know: it would make x + (a + b) of (x + a) + b."""
    import jax

    sealed: Array = jax.lax.optimization_barrier(constant)
    return sealed


def _is_called_back(step: Instruction) -> bool:
    """Whether an instruction is left to Python."""
    return step.kind in ("map", "reduce") and form_of(step.op) is None


def _along_second(along_first: Callable[[Array], Array], x: Array, offsets: Rows | None) -> Array:
    """Reduce the second axis, or segments of unequal lengths: those of each length at once, then in order again."""
    import jax.numpy as jnp

    if offsets is None:
        return along_first(jnp.moveaxis(x, 1, 0))
    parts, order = [], []
    for which, places in by_length(offsets):
        parts.append(along_first(jnp.moveaxis(jnp.take(x, places, axis=0), 1, 0)))
        order.append(which)
    return jnp.concatenate(parts)[np.argsort(np.concatenate(order))]


def _called_back(function: Callable[..., Any], operands: list[Array], shape: tuple[int, ...]) -> Array:
    """Let Python compute an operation that states no code."""
    import jax
    import jax.numpy as jnp

    kind = jnp.result_type(float)  # of the floats that JAX knows just now

    def outside(*arrays: Array) -> Array:
        out = np.empty(shape, kind)
        with np.errstate(all="ignore"):
            function(*[np.asarray(array) for array in arrays], out)
        return out

    return jax.pure_callback(outside, jax.ShapeDtypeStruct(shape, kind), *operands)
