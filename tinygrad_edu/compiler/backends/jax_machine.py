"""With this module an array program runs on JAX: one jitted function, on a GPU if there is one, or on many devices.

XLA rewrites arithmetic (a / b / c becomes a / (b · c)) and takes numbers below 1e-308 for 0, so that results whose way
leads below 1e-150 or so may be 0, infinite or nan here and not elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import GraphError
from ...ops.operation import Op
from ...ops.table import OPS
from ..arrays.program import ArrayProgram, Instruction, Operand
from .numpy_functions import elementwise, reduction
from .workspace import Workspace

if TYPE_CHECKING:
    from ..arrays.program import Rows

Array = Any
MOST = 300  # array operations; XLA compiles many more for tens of seconds


def tables() -> tuple[dict[str, Callable[..., Any]], dict[str, Callable[..., Any]]]:
    """Give how JAX computes each operation: on arrays of equal shape, and along the second axis.

    Returns
    -------
    dict, dict
        The one table of this back end, in two parts.
    """
    import jax.numpy as jnp
    from jax.scipy.special import erf, erfc

    def sigmoid(x: Array) -> Array:
        e = jnp.exp(-jnp.abs(x))
        return jnp.where(x < 0.0, e, 1.0) / (1.0 + e)

    def where(condition: Array, a: Array, b: Array) -> Array:
        return jnp.where(condition != 0.0, a, b)

    def as_number(test: Callable[..., Array]) -> Callable[..., Array]:
        return lambda a, b: test(a, b).astype(np.float64)

    def logsumexp(x: Array) -> Array:
        top = jnp.max(x, 1)
        total = top + jnp.log(jnp.sum(jnp.exp(x - top[:, None]), 1))
        return jnp.where(jnp.isfinite(top), total, top)

    element = {
        "identity": lambda x: x,
        "detach": lambda x: x,
        "add": jnp.add,
        "sub": jnp.subtract,
        "mul": jnp.multiply,
        "div": jnp.divide,
        "pow": jnp.power,
        "neg": jnp.negative,
        "abs": jnp.abs,
        "asin": jnp.arcsin,
        "acos": jnp.arccos,
        "atan": jnp.arctan,
        "asinh": jnp.arcsinh,
        "acosh": jnp.arccosh,
        "atanh": jnp.arctanh,
        "atan2": jnp.arctan2,
        "sigmoid": sigmoid,
        "softplus": lambda x: jnp.logaddexp(x, 0.0),
        "relu": lambda x: jnp.maximum(x, 0.0),
        "leaky_relu": lambda x: jnp.where(x > 0.0, x, 0.01 * x),
        "elu": lambda x: jnp.where(x > 0.0, x, jnp.expm1(x)),
        "silu": lambda x: x * sigmoid(x),
        "gelu": lambda x: 0.5 * x * erfc(-x * math.sqrt(0.5)),
        "erf": erf,
        "erfc": erfc,
        "heaviside": lambda x: jnp.where(jnp.isnan(x), x, (x > 0.0).astype(np.float64)),
        "less": as_number(jnp.less),
        "less_equal": as_number(jnp.less_equal),
        "where": where,
        "clip": lambda x, low, high: jnp.minimum(jnp.maximum(x, low), high),
    }
    same = "exp expm1 log log1p log2 log10 sqrt square reciprocal sin cos tan sinh cosh tanh sign minimum maximum hypot"
    element.update({name: getattr(jnp, name) for name in same.split()})
    many = {name: getattr(jnp, name) for name in ("sum", "prod", "mean", "max", "min")}
    reductions: dict[str, Callable[..., Any]] = {name: _along_second(f) for name, f in many.items()}
    return element, {**reductions, "logsumexp": logsumexp}


def _along_second(f: Callable[..., Any]) -> Callable[[Array], Array]:
    return lambda x: f(x, 1)


class JaxMachine(Workspace):
    """Runs a program for one size of batch.

    Parameters
    ----------
    program : ArrayProgram
    count : int
        How many examples a batch has.
    devices : sequence, optional
        The examples are spread over these evenly (over as many of them as divides their number).
    """

    def __init__(self, program: ArrayProgram, count: int, devices: Sequence[Any] | None = None) -> None:
        if len(program) > MOST:
            raise GraphError(
                f"this program has {len(program)} array operations, and XLA takes tens of seconds to compile more than "
                f"{MOST}; use backend='numpy', which starts at once"
            )
        if devices is not None and len(devices) > 1:
            foreign = next((step.op for step in program.instructions if _is_called_back(step)), None)
            if foreign is not None:  # XLA would wait for the other devices for ever
                raise GraphError(
                    f"JAX has no form for the operation {foreign.name!r} and calls Python for it, which works on one "
                    "device only: leave devices out, or give one"
                )
        super().__init__(program, count)
        if "jax" not in program.prepared:
            program.prepared["jax"] = _jitted(program)
        self._function = program.prepared["jax"]
        self._given = _input_rows(program)
        self._devices = list(devices or [])[: math.gcd(count, len(devices))] if devices else []

    def run(self) -> None:
        """Compute outputs and gradient from inputs, parameters and seed."""
        import jax

        program = self.program
        first = program.parameters_row
        captured = self.unbatched[first : first + len(program.params) + len(program.fixed)]
        inputs = self.batched[self._given]
        seed = self.batched[program.seed] if program.weighted else self.unbatched[program.seed]
        with jax.enable_x64(True):
            if self._devices:
                inputs, seed = self._spread(inputs, seed)
            outputs, gradient = self._function(captured, inputs, seed, float(self.count))
        for (batched, row), output in zip(program.outputs, outputs, strict=True):
            (self.batched if batched else self.unbatched)[row] = np.asarray(output)
        if program.gradients is not None:
            self.unbatched[program.gradients] = np.asarray(gradient)

    def _spread(self, inputs: Array, seed: Array) -> tuple[Array, Array]:
        import jax
        from jax.sharding import Mesh, NamedSharding, PartitionSpec

        mesh = Mesh(np.array(self._devices), ("examples",))
        by_example = NamedSharding(mesh, PartitionSpec(None, "examples"))
        if self.program.weighted:
            seed = jax.device_put(seed, NamedSharding(mesh, PartitionSpec("examples")))
        return jax.device_put(inputs, by_example), seed


def _input_rows(program: ArrayProgram) -> list[int]:
    return [row + i for row, names in zip(program.inputs, program.names, strict=True) for i in range(len(names))]


def _jitted(program: ArrayProgram) -> Callable[..., Any]:
    """Make the jitted function of captured numbers, inputs, seed and number of examples."""
    import jax
    import jax.numpy as jnp

    element, many = tables()
    inputs = _input_rows(program)
    captured_count = len(program.params) + len(program.fixed)

    def function(captured: Array, given: Array, seed: Array, count: Array) -> tuple[list[Array], Array]:
        size = given.shape[1] if inputs else 1
        space = _Space(), _Space()
        space[0].put(program.parameters_row, captured[:captured_count])
        space[0].put(program.size, jnp.reshape(count, (1,)))
        space[0].put(program.share, jnp.reshape(1.0 / count, (1,)))
        for row, value in program.constants:
            space[0].put(row, np.array([value]))
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
            result = _result(step, space, size, element, many)
            height = (step.height, size) if step.batched else (step.height,)
            space[step.batched].put(step.row, jnp.reshape(jnp.broadcast_to(result, _full(step, size)), height))
        outputs = [space[batched].take(np.array([row]))[0] for batched, row in program.outputs]
        wanted = program.gradients
        gradient = space[0].take(wanted) if wanted is not None and wanted.size else jnp.zeros(0)
        return outputs, gradient

    jitted: Callable[..., Any] = jax.jit(function)
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


def _result(
    step: Instruction,
    space: tuple[_Space, _Space],
    size: int,
    element: dict[str, Callable[..., Any]],
    many: dict[str, Callable[..., Any]],
) -> Array:
    import jax.numpy as jnp

    def read(operand: Operand, broadcast: bool = False) -> Array:
        if operand.rows is None:
            constant = operand.constant
            return constant[..., None] if broadcast and not isinstance(constant, float) else constant
        array = space[operand.batched].take(operand.rows)
        return array[..., None] if broadcast and not operand.batched else array

    if step.kind == "map":
        operands = [read(operand, step.batched) for operand in step.operands]
        if step.op.arity is None:
            total = operands[0]
            for operand in operands[1:]:
                total = total + operand
            return total
        return _applied(step.op, element, operands, _full(step, size))
    arrays = [read(operand) for operand in step.operands]
    if step.kind == "reduce":
        known = _form(step.op, many)
        if step.offsets is not None:
            return _by_segments(many[step.op.name], arrays[0], step.offsets)
        return known(arrays[0]) if known else _called_back(reduction(step.op), arrays, _full(step, size))
    if step.kind == "dot":
        terms = arrays[0] * arrays[1]
        return jnp.sum(terms, 1) if step.offsets is None else _by_segments(many["sum"], terms, step.offsets)
    if step.kind == "matmul":
        return jnp.einsum("bok,bkt...->bot...", *arrays)
    if step.kind == "batch_matmul":
        return jnp.einsum("bokn,btkn->bot", *arrays)
    return jnp.sum(arrays[0], (1, 2))


def _form(op: Op, table: dict[str, Callable[..., Any]]) -> Callable[..., Any] | None:
    """Give what JAX has for an operation: nothing for one of a user's own."""
    return table.get(op.name) if OPS.get(op.name) is op else None


def _is_called_back(step: Instruction) -> bool:
    """Whether an instruction is left to Python."""
    element, many = tables()
    if step.kind == "map":
        return step.op.arity is not None and _form(step.op, element) is None
    return step.kind == "reduce" and step.offsets is None and _form(step.op, many) is None


def _by_segments(along_second: Callable[[Array], Array], x: Array, offsets: Rows) -> Array:
    """Reduce segments of unequal lengths: those of each length at once, then in their order again."""
    import jax.numpy as jnp

    lengths = np.diff(offsets)
    parts, order = [], []
    for length in np.unique(lengths):
        which = np.flatnonzero(lengths == length)
        parts.append(along_second(jnp.take(x, offsets[which][:, None] + np.arange(length), axis=0)))
        order.append(which)
    return jnp.concatenate(parts)[np.argsort(np.concatenate(order))]


def _applied(op: Op, element: dict[str, Callable[..., Any]], operands: list[Array], shape: tuple[int, ...]) -> Array:
    known = _form(op, element)
    return known(*operands) if known else _called_back(elementwise(op), operands, shape)


def _called_back(function: Callable[..., Any], operands: list[Array], shape: tuple[int, ...]) -> Array:
    """Let Python compute what JAX has no form for: an operation of a user's own."""
    import jax

    def outside(*arrays: Array) -> Array:
        out = np.empty(shape)
        with np.errstate(all="ignore"):
            function(*[np.asarray(array) for array in arrays], out)
        return out

    return jax.pure_callback(outside, jax.ShapeDtypeStruct(shape, np.float64), *operands)
