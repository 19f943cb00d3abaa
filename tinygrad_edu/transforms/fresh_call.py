"""With this module a function is called once on fresh Values, and what it computed is swept either way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..engine.context import recording
from ..engine.running import running
from ..engine.sweep import accumulate, dependents, partials_in_kind, topological_order
from ..engine.value import Value
from ..graph.structure import NUMBER, flatten
from ..graph.variable import Var, as_leaf
from ..ops.table import CONSTANT, identity

Argnums = int | Sequence[int]


class Run:
    """One call of a function on fresh Values, ready to be swept.

    Each number to differentiate with respect to becomes a node of its own: a leaf, or the identity of a Value from
    outside. So an inner derivative sees the outer variable as a constant, and perturbations are never confused.
    """

    def __init__(
        self, f: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any], argnums: Argnums
    ) -> None:
        if not callable(f):
            raise TypeError(f"only a function has derivatives, such as lambda x: x * x, got {f!r:.60}")
        chosen = _chosen(argnums, len(args), f)
        self.single = isinstance(argnums, int)
        numbers, self.arguments = flatten(tuple(args[i] for i in chosen), as_leaf, "the argument")
        with recording(), _leaves_made_inside() as self.inside:
            self.fresh = [identity(x) if isinstance(x, (Value, Var)) else Value(x) for x in numbers]
            renewed = dict(zip(chosen, self.arguments.unflatten(self.fresh), strict=True))
            given = [renewed.get(i, arg) for i, arg in enumerate(args)]
            result = f(*given, **keywords)
        name = getattr(f, "__name__", "the function")
        self.name = name
        self.outputs, self.structure = flatten(result, as_leaf, f"the result of {name}")
        self.order = topological_order(*_nodes(self.outputs))
        self.tracers = {out.tracer for out in self.outputs if isinstance(out, Var)}
        self.symbolic = bool(self.tracers or self.outside(self.order))
        self.locals_of = partials_in_kind if self.symbolic else _recorded
        self.wanted = dependents(self.order, [form for x in self.fresh for form in self.forms(x)])

    def only_output(self, what: str) -> Any:
        """Give the one output, or raise."""
        if self.structure != NUMBER and (self.structure.kind, self.structure.keys) != ("array", ()):
            raise TypeError(
                f"{what} needs a function that gives one number, {self.name} gave {self.structure}; "
                "use jacobian, or sum the outputs"
            )
        return self.outputs[0]

    def in_arguments(self, derivatives: Sequence[Any]) -> Any:
        """Put derivatives in place of the numbers of the chosen arguments."""
        nested = self.arguments.unflatten(derivatives)
        return nested[0] if self.single else nested

    # Derivatives are floats from the recorded partials, unless something from outside has a say: then they are made
    # of Values (or graph variables) themselves, so that they can be differentiated again.

    def forms(self, fresh: Any) -> list[Any]:
        """Give a fresh node as it occurs in the computation: a Value may have been taken into a graph."""
        return [fresh] + [tracer.lifted[fresh] for tracer in self.tracers if fresh in tracer.lifted]

    def outside(self, order: Iterable[Any]) -> set[Any]:
        """Find the leaves that come from outside: neither fresh nor made inside the function."""
        own = {*self.fresh, *self.inside}
        return {node for node in order if node.op is None and node not in own}

    def values(self) -> list[Any]:
        """Give the outputs."""
        return self.settled(self.outputs) if self.symbolic else [_number_of(out) for out in self.outputs]

    def settled(self, results: list[Any]) -> list[Any]:
        """Give floats for those Values on which nothing outside has an influence."""
        order = topological_order(*_nodes(results))
        alive = dependents(order, self.outside(order))
        return [_number_of(result) if result not in alive else result for result in results]

    def reverse(self, out: Any) -> list[Any]:
        """Sweep backwards from one output."""
        if not isinstance(out, (Value, Var)):
            return [0.0] * len(self.fresh)
        adjoints = accumulate(self.order, {out: 1.0}, self.locals_of, self.wanted)
        results = [next((adjoints[form] for form in self.forms(x) if form in adjoints), 0.0) for x in self.fresh]
        return self.settled(results) if self.symbolic else results

    def forward(self, directions: Sequence[Any]) -> list[Any]:
        """Sweep forwards along one direction."""
        if _nodes(directions):
            self.locals_of, self.symbolic = partials_in_kind, True
        tangents = {form: d for x, d in zip(self.fresh, directions, strict=True) for form in self.forms(x)}
        for node in self.order:
            if node in tangents or node not in self.wanted:
                continue
            total: Any = None
            for parent, local in zip(node.parents, self.locals_of(node), strict=True):
                if parent in tangents and parent.op is not CONSTANT:
                    term = local * tangents[parent]
                    total = term if total is None else total + term
            tangents[node] = total
        results = [tangents.get(out, 0.0) for out in self.outputs]
        return self.settled(results) if self.symbolic else results


def _nodes(results: Iterable[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, (Value, Var))]


def _number_of(result: Any) -> Any:
    return result.data if isinstance(result, Value) else result


def _recorded(node: Any) -> Sequence[float]:
    partials: Sequence[float] = node.partials
    return partials


@contextmanager
def _leaves_made_inside() -> Iterator[list[Value]]:
    """Collect the leaves that are made meanwhile; an enclosing run gets them too, since they are inside it as well."""
    before, running.created = running.created, []
    made = running.created
    try:
        yield made
    finally:
        running.created = before
        if before is not None:
            before.extend(made)


def _chosen(argnums: Argnums, count: int, f: Callable[..., Any]) -> tuple[int, ...]:
    if not isinstance(argnums, int) and (isinstance(argnums, str) or not isinstance(argnums, Iterable)):
        raise TypeError(f"argnums={argnums!r}: give the place of an argument, such as 0, or a tuple of places")
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
