"""With this module one can trace a function into a graph of equations: print it, run it, differentiate it, save it.

>>> import tinygrad_edu as tg
>>> g = tg.trace(lambda x1, x2: tg.log(x1) + x1 * x2 - tg.sin(x2), 2.0, 5.0)
>>> g.grad()(2.0, 5.0)[0]
5.5
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..engine.context import recording
from ..engine.shown import Shown
from ..engine.sweep import accumulate, dependents, partials_in_kind, topological_order
from ..engine.value import Value
from ..errors import GraphError
from ..ops.floats import number
from ..ops.operation import Op
from ..signs import for_terminal
from . import printing
from .equations import Equations
from .structure import NUMBER, Structure, flatten, tuple_of
from .variable import Tracer, Var, as_leaf


class Graph(Equations, Shown):
    """A computation as a list of equations, ready to run on any numbers.

    Made by `trace` or `Graph.from_value`. Calling it runs it, on floats, Values or graph variables alike.

    Attributes
    ----------
    name : str
        What was traced.
    inputs : tuple of Var
        One per number among the arguments.
    captured : tuple of Value
        Values met inside; their data are read at every call.
    outputs : tuple of Var
    equations : tuple of Eqn
        In the order of evaluation.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> print(tg.trace(lambda x, y: x * y + tg.sin(x), 2.0, 3.0))
    <lambda>(x, y):
      v1 = x × y
      v2 = sin(x)
      v3 = v1 + v2
      return v3
    """

    __slots__ = ()

    # ------------------------------------------------------------------------------------ making

    @staticmethod
    def from_value(value: Value) -> Graph:
        """Turn a computation that has been made into a graph, its leaves becoming the arguments.

        Parameters
        ----------
        value : Value
            The result.

        Returns
        -------
        Graph
            Its arguments are the leaves in topological order; branches that were taken are frozen.

        Examples
        --------
        >>> from tinygrad_edu import Graph, Value
        >>> a, b = Value(2.0, "a"), Value(3.0, "b")
        >>> g = Graph.from_value(a * b + a)
        >>> [v.name for v in g.inputs], g(10.0, 1.0)
        (['a', 'b'], 20.0)
        """
        tracer = Tracer()
        leaves = [node for node in topological_order(value) if node.op is None]
        inputs = [tracer.input(leaf.name or f"x{i}") for i, leaf in enumerate(leaves)]
        tracer.lifted.update(zip(leaves, inputs, strict=True))
        output = tracer.lift(value)
        return Graph(value.name or "graph", inputs, tuple_of(len(inputs)), tracer, [output], NUMBER)

    def _derived(
        self, name: str, build: Callable[[Tracer, list[Var], list[Any]], tuple[list[Any], Structure]]
    ) -> Graph:
        """Copy the equations into a new trace, and let `build` add to it and choose the outputs."""
        tracer = Tracer()
        inputs = [tracer.input(var.name or "x") for var in self.inputs]
        with recording():
            outputs = self._replay(inputs, tracer.lift)
            results, structure = build(tracer, inputs, outputs)
        return Graph(name, inputs, self.input_structure, tracer, [tracer.lift(r) for r in results], structure)

    # ------------------------------------------------------------------------------------ running

    def __call__(self, *args: Any) -> Any:
        """Run the graph.

        Parameters
        ----------
        *args : numbers or nested containers
            Of the structure of the example it was traced with.

        Returns
        -------
        float, or nested containers
            Values if Values are given, graph variables (its equations are put in line) if graph variables are.

        Raises
        ------
        GraphError
            If the structure of the arguments differs.
        """
        numbers = self.flat(args)
        if {*map(type, numbers)} <= {float}:
            return self.output_structure.unflatten(self.evaluate(numbers)[i] for i in self._numbered().outputs)
        return self.output_structure.unflatten(self._replay(numbers, lambda value: value))

    def flat(self, args: tuple[Any, ...]) -> list[Any]:
        """List the numbers among the arguments, whose structure must be the traced one."""
        numbers, structure = flatten(args, as_leaf, "argument")
        if structure != self.input_structure:
            raise GraphError(f"{self.name} was traced for {self.input_structure}, got {structure}")
        return numbers

    # ------------------------------------------------------------------------------------ differentiating

    def grad(self) -> Graph:
        """Differentiate: a graph that gives the gradient.

        Returns
        -------
        Graph
            Its outputs have the structure of the arguments: one argument, its structure; several, a tuple.

        Raises
        ------
        GraphError
            If there is not exactly one output.

        Examples
        --------
        >>> import tinygrad_edu as tg
        >>> tg.trace(lambda x: x**3, 1.0).grad()(2.0)
        12.0
        """
        self.only_output("grad")
        return self._derived(f"grad_{self.name}", self._gradient)

    def value_and_grad(self) -> Graph:
        """Differentiate: a graph that gives the pair of value and gradient.

        Returns
        -------
        Graph

        Raises
        ------
        GraphError
            If there is not exactly one output.

        Examples
        --------
        >>> import tinygrad_edu as tg
        >>> tg.trace(lambda x: x**3, 1.0).value_and_grad()(2.0)
        (8.0, 12.0)
        """
        self.only_output("value_and_grad")

        def build(tracer: Tracer, inputs: list[Var], outputs: list[Any]) -> tuple[list[Any], Structure]:
            gradients, structure = self._gradient(tracer, inputs, outputs)
            return [outputs[0], *gradients], Structure("tuple", (NUMBER, structure))

        return self._derived(f"value_and_grad_{self.name}", build)

    def _gradient(self, tracer: Tracer, inputs: list[Var], outputs: list[Any]) -> tuple[list[Any], Structure]:
        # In the order of `backward`, not of writing, so that sums are those of floats there, bit by bit.
        order = topological_order(outputs[0]) if isinstance(outputs[0], Var) else []
        adjoints = accumulate(order, {outputs[0]: 1.0}, partials_in_kind, dependents(order, inputs))
        children = self.input_structure.children
        return [adjoints.get(var, 0.0) for var in inputs], children[0] if len(children) == 1 else self.input_structure

    def table(self, *args: Any) -> printing.Table:
        """Tabulate the primal and the adjoint of every variable, as the literature does.

        Parameters
        ----------
        *args : numbers or nested containers
            Where to evaluate.

        Returns
        -------
        Table
            One row a variable; prints as text.

        Examples
        --------
        >>> import tinygrad_edu as tg
        >>> g = tg.trace(lambda x1, x2: tg.log(x1) + x1 * x2 - tg.sin(x2), 2.0, 5.0)
        >>> print(g.table(2.0, 5.0))
        variable        primal  adjoint
        x1                   2      5.5
        x2                   5   1.7163
        v1 = ln(x1)     0.6931        1
        v2 = x1 × x2        10        1
        v3 = v1 + v2    10.693        1
        v4 = sin(x2)   −0.9589       −1
        v5 = v3 − v4    11.652        1
        """
        output = self.only_output("table")
        numbers = [number(x, "a number to evaluate at") for x in self.flat(args)]
        return printing.tabulated(self, output, self.evaluate(numbers))

    # ------------------------------------------------------------------------------------ rewriting

    def simplify(self) -> Graph:
        """Remove what changes no result: dead equations, equal ones, constants computed again and again.

        Returns
        -------
        Graph
            It gives the very same floats: only exact rewrites are made (x · 1, x − 0, not x · 0, which may be nan).

        Examples
        --------
        >>> import tinygrad_edu as tg
        >>> g = tg.trace(lambda x: tg.exp(x) * 1.0 + tg.exp(x), 1.0)
        >>> print(g.simplify())
        <lambda>(x):
          v1 = exp(x)
          v2 = v1 + v1
          return v2
        """
        from .simplifying import simplified

        return simplified(self)

    def validate(self) -> Graph:
        """Check that the graph is well formed.

        Returns
        -------
        Graph
            Itself.

        Raises
        ------
        GraphError
            If an equation uses what is not defined before it, an operation has the wrong number of operands, a
            constant is no float, or the outputs do not fit their structure.

        Examples
        --------
        >>> import tinygrad_edu as tg
        >>> tg.trace(lambda x: x * x, 1.0).validate()
        <Graph <lambda>: 1 input, 1 equation, 1 output>
        """
        from .validation import validate

        validate(self)
        return self

    # ------------------------------------------------------------------------------------ saving

    def to_json(self) -> str:
        """Write the graph as JSON text, from which `Graph.from_json` makes it again.

        Returns
        -------
        str
            Versioned; nan and the infinities are written as strings.

        Examples
        --------
        >>> import tinygrad_edu as tg
        >>> tg.Graph.from_json(tg.trace(lambda x: x * x, 1.0).to_json())(3.0)
        9.0
        """
        from .json_text import to_json

        return to_json(self)

    @staticmethod
    def from_json(text: str, ops: Iterable[Op] = ()) -> Graph:
        """Make a graph from JSON text.

        Parameters
        ----------
        text : str
            What `to_json` wrote.
        ops : iterable of Op, optional
            Operations of your own that it uses; those of the table are known.

        Returns
        -------
        Graph
            With new Values in place of the captured ones.

        Raises
        ------
        GraphError
            If the text is not a graph of a known version, or not a well-formed one.
        """
        from .json_text import from_json

        return Graph(*from_json(text, ops)).validate()

    def to_python(self) -> str:
        """Write the graph as a Python function that needs only `math`: of its value and its derivatives.

        Returns
        -------
        str
            Source text. The function has the name of the traced one, as far as that is free. It takes the inputs, and
            captured Values by keyword (their numbers now are the defaults); it returns the value and a dict of the
            derivatives by name. Out of an operation's domain it raises as `math` does.

        Raises
        ------
        GraphError
            If there is not exactly one output, or an operation of your own states no code.

        Examples
        --------
        >>> import tinygrad_edu as tg
        >>> print(tg.trace(lambda x: x * tg.sin(x), 1.0).to_python())
        import math
        <BLANKLINE>
        def f(x):
            \"\"\"Value of f, and its derivatives by name.\"\"\"
            v1 = math.sin(x)
            v2 = x * v1
            v3 = math.cos(x)
            v4 = v3 * x
            v5 = v1 + v4
            return v2, {"x": v5}
        <BLANKLINE>
        """
        from .python_text import to_python

        return to_python(self)

    # ------------------------------------------------------------------------------------ printing

    def __str__(self) -> str:
        return for_terminal(printing.listing(self))

    def __repr__(self) -> str:
        def counted(count: int, noun: str) -> str:
            return f"{count:,} {noun}{'s' * (count != 1)}"

        captured = f", {len(self.captured):,} captured" if self.captured else ""
        return (
            f"<Graph {self.name}: {counted(len(self.inputs), 'input')}{captured}, "
            f"{counted(len(self.equations), 'equation')}, {counted(len(self.outputs), 'output')}>"
        )
