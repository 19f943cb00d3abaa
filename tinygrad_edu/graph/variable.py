"""With this module one can compute with numbers that are not known yet: variables of a graph being traced."""

from __future__ import annotations

import os
import sys
from numbers import Real
from typing import Any

from ..engine.context import Frame, current
from ..engine.sweep import topological_order
from ..engine.tagged import Tagged
from ..engine.value import Value
from ..errors import LeakedVariableError, TracedBoolError
from ..ops.floats import number
from ..ops.operation import Op
from ..ops.protocol import Number, Rank
from ..ops.table import CONSTANT, detach

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


class Var(Tagged, Number):
    """A variable of a graph: an input, a captured Value, a constant, or the result of an equation.

    Attributes
    ----------
    op : Op or None
        None for an input or a captured Value.
    parents : tuple of Var
    name : str or None
    scope : Scope or None
    data : float, Value or None
        The number of a constant, or the captured Value.
    """

    __slots__ = ("_tag", "data", "op", "parents", "tracer")
    _rank = Rank.VARIABLE

    op: Op | None
    parents: tuple[Var, ...]
    data: Any
    tracer: Tracer

    def __init__(
        self, tracer: Tracer, op: Op | None, parents: tuple[Var, ...], data: Any = None, tag: Any = None
    ) -> None:
        self.tracer = tracer
        self.op = op
        self.parents = parents
        self.data = data
        self._tag = tag

    @staticmethod
    def _apply(op: Op, args: tuple[Any, ...]) -> Var:
        tracer: Tracer = next(arg.tracer for arg in args if isinstance(arg, Var))
        lift = tracer.lift
        parents = [arg if isinstance(arg, Var) and arg.tracer is tracer else lift(arg) for arg in args]
        made = tracer.variable(op, tuple(parents), None)
        where = current()
        if isinstance(where, Frame) and where.off:  # nothing may flow back from here: say so in the graph
            return made if op is detach else tracer.variable(detach, (made,), None)
        made._tag = where.scope if isinstance(where, Frame) else where
        return made

    def __eq__(self, other: object) -> bool:
        """Whether it is the same variable; while its function is traced, nobody knows whether numbers are equal."""
        if self is other:
            return True
        if self.tracer.open and isinstance(other, (Number, Real)):
            raise TracedBoolError(_no_number(self, "==", "tg.where((x <= a) * (a <= x), b, c) for an if x == a"))
        return False

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TracedBoolError(_no_number(self, "bool()", "tg.where(condition, a, b) in place of an if"))

    def __float__(self) -> float:
        raise TracedBoolError(_no_number(self, "float()", "tg.sin(x), tg.exp(x), ... in place of math's functions"))

    def __repr__(self) -> str:
        what = "input" if self.op is None and self.data is None else "captured" if self.op is None else self.op.name
        return f"<Var {self.name or ''}{': ' * bool(self.name)}{what}>"


class Eqn(Var):
    """One line of a graph: the variable that it defines, which is an operation of others.

    Attributes
    ----------
    op : Op
    parents : tuple of Var
        The operands: inputs, captured Values, constants or variables of earlier lines.
    name : str or None
    scope : Scope or None
    """

    __slots__ = ()

    op: Op

    @property
    def out(self) -> Var:
        """The variable it defines: the equation itself."""
        return self


def _no_number(var: Var, asked: str, remedy: str) -> str:
    frame: Any = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE + os.sep):
        frame = frame.f_back
    where = ""
    if frame is not None:
        import linecache

        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
        where = f" at {frame.f_code.co_filename}:{frame.f_lineno}" + (f" ({line})" if line else "")
    return (
        f"{asked} of the traced variable {var!r}{where}: while a function is traced its arguments stand for any "
        f"number, so Python cannot branch on them; write {remedy}, or differentiate it eagerly with tg.grad"
    )


class Tracer:
    """What a trace has collected so far: variables in order, captured Values, and what Values became.

    Attributes
    ----------
    equations : list of Eqn
        In the order in which they were made.
    captured : dict of Value to Var
        Leaves met inside.
    lifted : dict of Value to Var
        Every Value that was taken in, with what it is in the graph.
    open : bool
        Whether the function is being called.
    """

    def __init__(self) -> None:
        self.open = False
        self.equations: list[Eqn] = []
        self.captured: dict[Value, Var] = {}
        self.lifted: dict[Value, Var] = {}

    def input(self, name: str) -> Var:
        """Make an input."""
        return Var(self, None, (), None, name)

    def constant(self, data: float) -> Var:
        """Make a constant; it is no equation, it stands in line."""
        return Var(self, CONSTANT, (), data)

    def variable(self, op: Op, parents: tuple[Var, ...], tag: Any) -> Eqn:
        """Add an equation and return what it defines."""
        made = Eqn(self, op, parents, None, tag)
        self.equations.append(made)
        return made

    def lift(self, operand: Any, what: str = "an operand as a number or Value") -> Var:
        """Take an operand in: a number as a constant, a leaf as captured, an interior Value with all it came from.

        Parameters
        ----------
        operand : Var, Value or number
        what : str
            What it is, for the message if it is none of these.

        Returns
        -------
        Var

        Raises
        ------
        LeakedVariableError
            If it is a variable of another trace.
        """
        if isinstance(operand, Value):
            known = self.lifted.get(operand)
            if known is None:
                known = self._leaf(operand) if operand.op is None else self._take_in(operand)
            return known
        if isinstance(operand, Var):
            if operand.tracer is not self:
                which = f"input {operand.name!r}" if operand.op is None else repr(operand)
                raise LeakedVariableError(
                    f"a variable of another trace ({which}) was used while tracing; "
                    "pass it to the traced function as an argument instead"
                )
            return operand
        return self.constant(number(operand, what))

    def _leaf(self, value: Value) -> Var:
        tag = value._tag
        var = Var(self, None, (), value, tag if isinstance(tag, str) else value.name)
        self.captured[value] = self.lifted[value] = var
        return var

    def _take_in(self, value: Value) -> Var:
        for node in topological_order(value, known=self.lifted):
            if node.op is None:
                self._leaf(node)
            elif node.op is CONSTANT:
                self.lifted[node] = self.constant(node.data)
            else:
                parents = tuple([self.lifted[p] for p in node.parents])
                self.lifted[node] = self.variable(node.op, parents, node._tag)
        return self.lifted[value]


def as_leaf(leaf: Any, where: str) -> Any:
    """Accept a number, Value or graph variable as a leaf of nested arguments."""
    return leaf if isinstance(leaf, (Value, Var)) else number(leaf, f"{where} as a number or Value")
