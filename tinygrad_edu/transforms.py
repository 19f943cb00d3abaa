"""With this module one can differentiate functions: gradients, Jacobians, Hessians, directional derivatives.

The function runs eagerly, so a Python `if` on Values works in it. Transforms nest to any order.

>>> grad(lambda x: x**3)(2.0)
12.0
>>> grad(grad(lambda x: x**3))(2.0)
12.0
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

from .context import context, recording
from .numeric import number
from .ops import CONSTANT, identity
from .sweep import accumulate, dependents, topological_order
from .tree import NUMBER, flatten
from .value import Value
from .variable import Var

Argnums = int | Sequence[int]


def grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Make the function that gives the gradient of `f`.

    Parameters
    ----------
    f : callable
        Takes numbers or nested lists, tuples, dicts of numbers; gives one number.
    argnums : int or sequence of int, default 0
        Which arguments to differentiate with respect to.

    Returns
    -------
    callable
        Takes what `f` takes; gives what the argument is made of, with derivatives in place of numbers (a tuple of
        them for several `argnums`). A derivative is a float, or a Value where it depends on a Value from outside.

    Raises
    ------
    TypeError
        When called: if an argument holds something else than numbers, or `f` gives something else than one number.
    ValueError
        When called: if there is no such argument.

    Examples
    --------
    >>> grad(lambda x, y: x * x * y)(3.0, 2.0)
    12.0
    >>> grad(lambda p: p["w"] * p["x"])({"w": 2.0, "x": 5.0})
    {'w': 5.0, 'x': 2.0}
    """
    both = value_and_grad(f, argnums)

    @wraps(f)
    def gradient(*args: Any, **keywords: Any) -> Any:
        return both(*args, **keywords)[1]

    return gradient


def value_and_grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., tuple[Any, Any]]:
    """Make the function that gives the value of `f` and its gradient.

    Parameters
    ----------
    f : callable
        As for `grad`.
    argnums : int or sequence of int, default 0
        As for `grad`.

    Returns
    -------
    callable
        Gives the pair of value and gradient.

    Examples
    --------
    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """

    @wraps(f)
    def value_and_gradient(*args: Any, **keywords: Any) -> tuple[Any, Any]:
        run = _Run(f, args, keywords, argnums)
        out = run.only_output("grad")
        order = topological_order(out) if isinstance(out, (Value, Var)) else []
        return run.settled(out, order), run.in_arguments(run.reverse(out, order))

    return value_and_gradient


def jacobian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Make the function that gives all partial derivatives of all outputs of `f`.

    Parameters
    ----------
    f : callable
        As for `grad`, but may give nested containers of numbers.
    argnums : int or sequence of int, default 0
        As for `grad`.

    Returns
    -------
    callable
        Gives the structure of the output with the structure of the argument in place of each number.

    Examples
    --------
    >>> jacobian(lambda v: [v[0] * v[1], v[0] + v[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """

    @wraps(f)
    def rows(*args: Any, **keywords: Any) -> Any:
        run = _Run(f, args, keywords, argnums)
        order = topological_order(*[out for out in run.outputs if isinstance(out, (Value, Var))])
        return run.structure.unflatten([run.in_arguments(run.reverse(out, order)) for out in run.outputs])

    return rows


def hessian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Make the function that gives all second partial derivatives of `f`.

    Parameters
    ----------
    f : callable
        As for `grad`.
    argnums : int or sequence of int, default 0
        As for `grad`.

    Returns
    -------
    callable
        Gives the structure of the argument twice over.

    Examples
    --------
    >>> hessian(lambda v: v[0] ** 2 * v[1])([3.0, 2.0])
    [[4.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Differentiate along one direction, forwards: the value of `f` and its directional derivative.

    Parameters
    ----------
    f : callable
        Takes numbers or nested containers; gives numbers or nested containers.
    primals : sequence
        The arguments.
    tangents : sequence
        The direction: of the same structure as `primals`.

    Returns
    -------
    value, tangent
        Both of the structure of the result of `f`.

    Raises
    ------
    ValueError
        If the structures of `primals` and `tangents` differ.

    Examples
    --------
    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    for what, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise TypeError(f"jvp takes {what} as a tuple, one entry per argument of f, got {type(given).__name__}")
    directions, shape = flatten(tuple(tangents), _leaf, "tangents")
    expected = flatten(tuple(primals), _leaf, "primals")[1]
    if shape != expected:
        raise ValueError(f"tangents must have the structure of primals: expected {expected}, got {shape}")
    run = _Run(f, tuple(primals), {}, tuple(range(len(primals))))
    order = topological_order(*[out for out in run.outputs if isinstance(out, (Value, Var))])
    values = [run.settled(out, order) for out in run.outputs]
    derivatives = run.forward(order, directions)
    return run.structure.unflatten(values), run.structure.unflatten(derivatives)


def hvp(f: Callable[..., Any], x: Any, v: Any) -> Any:
    """Multiply the Hessian of `f` with a vector, without forming it: forward over reverse.

    Parameters
    ----------
    f : callable
        As for `grad`, of one argument.
    x : number or nested containers
        Where.
    v : number or nested containers
        The vector: of the structure of `x`.

    Returns
    -------
    number or nested containers
        Of the structure of `x`.

    Notes
    -----
    Costs a small multiple of one gradient, whatever the dimension (Pearlmutter 1994, doi:10.1162/neco.1994.6.1.147).

    Examples
    --------
    >>> hvp(lambda v: v[0] ** 2 * v[1], [3.0, 2.0], [1.0, 0.0])
    [4.0, 6.0]
    """
    return jvp(grad(f), (x,), (v,))[1]


# ---------------------------------------------------------------------------------------- machinery


def _leaf(leaf: Any, where: str) -> Any:
    return leaf if isinstance(leaf, (Value, Var)) else number(leaf, f"{where} as a number")


def _result(leaf: Any, where: str) -> Any:
    return leaf if isinstance(leaf, (Value, Var)) else number(leaf, f"{where} as a number or Value")


class _Run:
    """One call of a function on fresh Values, ready to be swept.

    Each number to differentiate with respect to becomes a node of its own: a leaf, or the identity of a Value from
    outside. So an inner derivative sees the outer variable as a constant, and perturbations are never confused.
    """

    def __init__(
        self, f: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any], argnums: Argnums
    ) -> None:
        chosen = _chosen(argnums, len(args), f)
        self.single = isinstance(argnums, int)
        numbers, self.arguments = flatten(tuple(args[i] for i in chosen), _leaf, "the argument")
        with recording(), _leaves_made_inside() as self.inside:
            self.fresh = [identity(x) if isinstance(x, (Value, Var)) else Value(x) for x in numbers]
            renewed = dict(zip(chosen, self.arguments.unflatten(self.fresh), strict=True))
            given = [renewed.get(i, arg) for i, arg in enumerate(args)]
            result = f(*given, **keywords)
        name = getattr(f, "__name__", "the function")
        self.name = name
        self.outputs, self.structure = flatten(result, _result, f"the result of {name}")

    def only_output(self, what: str) -> Any:
        """Give the one output, or raise."""
        if self.structure != NUMBER:
            raise TypeError(
                f"{what} needs a function that gives one number, {self.name} gave {self.structure}; "
                "use jacobian, or sum the outputs"
            )
        return self.outputs[0]

    def in_arguments(self, derivatives: Sequence[Any]) -> Any:
        """Put derivatives in place of the numbers of the chosen arguments."""
        nested = self.arguments.unflatten(derivatives)
        return nested[0] if self.single else nested

    def variables(self, order: Sequence[Any]) -> list[Any]:
        """Find the fresh nodes as they occur in the order: a fresh Value may have been taken into a graph."""
        root = order[-1] if order else None
        if isinstance(root, Var):
            return [x if isinstance(x, Var) else root.tracer.lifted.get(x, x) for x in self.fresh]
        return list(self.fresh)

    def outside(self, order: Iterable[Any]) -> set[Any]:
        """Find the leaves that come from outside: neither fresh nor made inside the function."""
        own = {*self.fresh, *self.inside}
        return {node for node in order if node.op is None and node not in own}

    def symbolic(self, order: Sequence[Any]) -> bool:
        """Whether derivatives must be differentiable themselves."""
        return bool(order) and (isinstance(order[-1], Var) or bool(self.outside(order)))

    def settled(self, result: Any, order: Sequence[Any] | None = None) -> Any:
        """Give a float for a Value on which nothing outside has an influence."""
        if not isinstance(result, Value):
            return result
        order = topological_order(result)
        return result if result in dependents(order, self.outside(order)) else result.data

    def all_settled(self, results: list[Any]) -> list[Any]:
        """Settle many results in one walk."""
        order = topological_order(*[r for r in results if isinstance(r, Value)])
        alive = dependents(order, self.outside(order))
        return [r.data if isinstance(r, Value) and r not in alive else r for r in results]

    def reverse(self, out: Any, order: Sequence[Any]) -> list[Any]:
        """Sweep backwards from one output."""
        if not isinstance(out, (Value, Var)):
            return [0.0] * len(self.fresh)
        variables = self.variables(order)
        symbolic = self.symbolic(order)
        locals_of = _differentiable if symbolic else _recorded
        adjoints = accumulate(order, {out: 1.0}, locals_of, dependents(order, variables))
        results = [adjoints.get(x, 0.0) for x in variables]
        return self.all_settled(results) if symbolic else results

    def forward(self, order: Sequence[Any], directions: Sequence[Any]) -> list[Any]:
        """Sweep forwards along one direction."""
        symbolic = self.symbolic(order) or any(isinstance(d, (Value, Var)) for d in directions)
        locals_of = _differentiable if symbolic else _recorded
        variables = self.variables(order)
        tangents: dict[Any, Any] = dict(zip(variables, directions, strict=True))
        own = set(variables)
        for node in order:
            if node in own or not node.parents or tangents.keys().isdisjoint(node.parents):
                continue
            total: Any = None
            for parent, local in zip(node.parents, locals_of(node), strict=True):
                if parent in tangents and parent.op is not CONSTANT:
                    term = local * tangents[parent]
                    total = term if total is None else total + term
            tangents[node] = total
        results = [tangents.get(out, 0.0) for out in self.outputs]
        return self.all_settled(results) if symbolic else results


def _recorded(node: Any) -> Sequence[float]:
    partials: Sequence[float] = node.partials
    return partials


def _differentiable(node: Any) -> Sequence[Any]:
    partials: Sequence[Any] = node.op.partials(node, *node.parents)
    return partials


@contextmanager
def _leaves_made_inside() -> Iterator[list[Value]]:
    """Collect the leaves that are made meanwhile; an enclosing run gets them too, since they are inside it as well."""
    before, context.created = context.created, []
    made = context.created
    try:
        yield made
    finally:
        context.created = before
        if before is not None:
            before.extend(made)


def _chosen(argnums: Argnums, count: int, f: Callable[..., Any]) -> tuple[int, ...]:
    chosen = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for i in chosen:
        if not isinstance(i, int) or not -count <= i < count:
            name = getattr(f, "__name__", "the function")
            raise ValueError(
                f"argnums={argnums!r}: {name} was called with {count} positional argument{'s' * (count != 1)}"
            )
    places = tuple(i % count for i in chosen)
    if len(set(places)) < len(places):
        raise ValueError(f"argnums={argnums!r} names an argument twice; the call had {count} positional arguments")
    return places
