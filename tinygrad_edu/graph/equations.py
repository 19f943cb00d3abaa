"""With this module one can hold a computation as a list of equations, and run it on any kind of number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ..engine.value import Value
from ..errors import GraphError
from ..ops.table import CONSTANT
from .structure import Structure
from .variable import Eqn, Tracer, Var


class Numbered(NamedTuple):
    """Equations with places in a list of numbers instead of variables: the inputs first, one more for each equation.

    Attributes
    ----------
    fixed : list of float or Value
        Captured Values and constants; they stand after the inputs.
    code : list of (callable, tuple of int)
        The function of each equation, and the places of its operands; plain pairs, for every evaluation unpacks them.
    outputs : list of int
        The places of the outputs.
    """

    fixed: list[float | Value]
    code: list[tuple[Callable[..., float], tuple[int, ...]]]
    outputs: list[int]


Fields = tuple[str, Sequence[Var], Structure, Tracer, Sequence[Var], Structure]
"""What equations are made from, in the order in which the constructor takes it."""


class Equations:
    """The data of a graph: what is given, the lines of the computation, and what it results in."""

    __slots__ = (
        "_numbers",
        "captured",
        "captured_variables",
        "equations",
        "input_structure",
        "inputs",
        "name",
        "output_structure",
        "outputs",
    )  # fmt: skip

    name: str
    inputs: tuple[Var, ...]
    captured: tuple[Value, ...]
    captured_variables: tuple[Var, ...]
    equations: tuple[Eqn, ...]
    outputs: tuple[Var, ...]
    input_structure: Structure

    def __init__(
        self,
        name: str,
        inputs: Sequence[Var],
        structure: Structure,
        tracer: Tracer,
        outputs: Sequence[Var],
        output_structure: Structure,
    ) -> None:
        self.name = name
        self.inputs = tuple(inputs)
        self.input_structure = structure
        self.equations = tuple(tracer.equations)
        self.captured = tuple(tracer.captured)
        self.captured_variables = tuple(tracer.captured.values())
        self.outputs = tuple(outputs)
        self.output_structure = output_structure
        self._numbers: Numbered | None = None

    def only_output(self, what: str) -> Var:
        """Give the one output, or raise a GraphError that says what needed it."""
        if len(self.outputs) != 1:
            raise GraphError(
                f"{what} needs one output, the graph {self.name!r} has {len(self.outputs)}: "
                "sum them, or trace one of them"
            )
        return self.outputs[0]

    def _numbered(self) -> Numbered:
        """Number the places: inputs first, then constants and captured Values, then one per equation."""
        if self._numbers is None:
            place = {var: i for i, var in enumerate(self.inputs)}
            fixed: list[float | Value] = []
            for var in self.sources():
                if var not in place:
                    place[var] = len(place)
                    fixed.append(var.data)
            code = []
            for var in self.equations:
                code.append((var.op.fn, tuple([place[parent] for parent in var.parents])))
                place[var] = len(place)
            self._numbers = Numbered(fixed, code, [place[var] for var in self.outputs])
        return self._numbers

    def sources(self) -> Iterable[Var]:
        """List the variables that are given: inputs, captured Values and constants, those last by first use."""
        yield from self.inputs
        yield from self.captured_variables
        for var in (*self.equations, *self.outputs):
            yield from [source for source in (*var.parents, var) if source.op is CONSTANT]

    def evaluate(self, numbers: Sequence[float]) -> list[float]:
        """Compute every variable of the graph on floats.

        Parameters
        ----------
        numbers : sequence of float
            One per input.

        Returns
        -------
        list of float
            Inputs, then captured Values and constants, then one number per equation.
        """
        fixed, code, _ = self._numbered()
        values = [*numbers, *[item.data if isinstance(item, Value) else item for item in fixed]]
        append = values.append
        for fn, places in code:
            append(fn(*[values[i] for i in places]))
        return values

    def _replay(self, numbers: Sequence[Any], lift: Callable[[Value], Any]) -> list[Any]:
        """Apply the operations to any kind of number; names and scopes go along where variables are made."""
        env: dict[Var, Any] = dict(zip(self.inputs, numbers, strict=True))
        env.update({var: lift(value) for value, var in zip(self.captured, self.captured_variables, strict=True)})
        for var in self.equations:
            made = var.op(*[env.get(p, p.data) for p in var.parents])
            if isinstance(made, Var) and var._tag is not None:
                made._tag = var._tag
            env[var] = made
        return [env.get(var, var.data) for var in self.outputs]
