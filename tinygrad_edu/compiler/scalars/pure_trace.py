"""With this module a function is traced for the compiler, and refused where one trace would not hold for every call.

A trace is true for all numbers only if the function never looks at one. What is traced as a variable refuses to be
looked at by itself; but a function also meets Values, which have numbers, and generators of random numbers. So it is
traced twice, the second time with other numbers in the Values it can reach: a function that looked at any of them
gives another graph. Generators are compared before and after: those of `random`, `numpy.random` and PyTorch, as far as
these are loaded, and any of their classes that the function can reach. Draws from elsewhere (the operating system, a
generator that the function makes anew) are noticed only if the second one comes out differently.
"""

from __future__ import annotations

import functools
import pickle
import random
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

from ...engine.running import running
from ...engine.value import Value
from ...errors import FrozenNumberError
from ...graph.graph import Graph
from ...ops.table import CONSTANT
from .loop_graph import LoopGraph
from .other_numbers import with_numbers
from .scan_trace import SHORT, trace_scans

_REACH = 100_000  # things that are looked at for Values and generators


def traced(
    f: Callable[..., Any],
    example: Sequence[Any],
    params: Sequence[Value] | None = None,
    whole: bool = True,
    short: int = SHORT,
) -> tuple[Graph, set[Value]]:
    """Trace a function, twice: with the captured Values as they are, and as if they had other numbers.

    A program that reads numbers while it is traced (``w.data``, ``w.detach()``, a draw of a random number) would have
    them frozen in. The two graphs then differ. Comparisons of Values are refused at once. No Value is changed.

    Parameters
    ----------
    f : callable
    example : sequence
        Arguments that show the structure.
    params : sequence of Value, optional
        What it is known to depend on.
    whole : bool, default True
        Whether the outputs of a scan may be one result of any length.
    short : int, default 64
        Up to how many positions a scan is put in line; see `trace_scans`.

    Returns
    -------
    Graph, set of Value
        The graph, and the Values that `f` made itself.

    Raises
    ------
    FrozenNumberError
        If the graphs differ, Values are compared, or random numbers are drawn. Generators are as they were, then.
    """
    name = getattr(f, "__name__", type(f).__name__)
    reach = _within_reach(f)
    trace = functools.partial(trace_scans, whole=whole, short=short)
    with _compiling(name):
        before = [_state(generator) for generator in reach.generators]
        graph = trace(f, *example)
        if len(_loaded_generators()) > reach.loaded:  # by the function itself: now they can be watched
            reach = _within_reach(f)
            before = [_state(generator) for generator in reach.generators]
            graph = trace(f, *example)
        after = [_state(generator) for generator in reach.generators]
        if [state.known_by for state in before] != [state.known_by for state in after]:
            for state in before:
                state.restore()
            raise FrozenNumberError(
                f"{name} draws random numbers: compiled, every call would use the same draws; pass them as arguments, "
                "or run it eagerly"
            )
        again = _traced_elsewhere(trace, f, example, dict.fromkeys([*graph.captured, *(params or ()), *reach.values]))
    outside = {*graph.captured} & {*(again.captured if again else ())}
    if again is None or not _alike(graph, again, outside):
        raise FrozenNumberError(
            f"{name} reads the number of a Value while it is traced (by .data, .detach() or a random draw): compiled, "
            "that number would be frozen. Compute with the Value itself (tg.where for a choice, tg.ops.detach to stop "
            "the gradient), pass the number as an argument, or run it eagerly"
        )
    return graph, {*graph.captured} - outside


@contextmanager
def _compiling(name: str) -> Iterator[None]:
    previous, running.compiling = running.compiling, name
    try:
        yield
    finally:
        running.compiling = previous


def _traced_elsewhere(
    trace: Callable[..., Graph], f: Callable[..., Any], example: Sequence[Any], values: Iterable[Value]
) -> Graph | None:
    """Trace as if the Values had other numbers; None if that fails, for then `f` looks at them.

    First with signs turned and order reversed, which most choices notice; but a function may only demand that its
    numbers are in range, so then near by.
    """
    numbers = [(value, value.data) for value in values]
    for scale, shift in ((-1.0009765625, -0.001), (1.0009765625, 0.001)):
        moved = {
            value: data * scale + shift * (1 + place % 7) if abs(data) < 1e300 else 0.5
            for place, (value, data) in enumerate(numbers)
        }
        try:
            return with_numbers(moved, trace, f, *example)
        except FrozenNumberError:
            raise
        except Exception:  # whatever the function's own code raises
            continue
    return None


def _alike(graph: Graph, again: Graph, outside: set[Value]) -> bool:
    """Whether two graphs compute the same, the Values included that their function made itself."""
    made = [value for value in graph.captured if value not in outside]
    remade = [value for value in again.captured if value not in outside]
    return (
        len(graph.equations) == len(again.equations)
        and [repr(value.data) for value in made] == [repr(value.data) for value in remade]
        and _constants(graph) == _constants(again)
    )


class _State(NamedTuple):
    """The state of a generator of random numbers: what tells it from others, and how to go back to it."""

    known_by: Any
    restore: Callable[[], Any]


def _state(generator: Any) -> _State:
    if hasattr(generator, "getstate"):  # Python's
        state = generator.getstate()
        return _State(state, lambda: generator.setstate(state))
    if hasattr(generator, "get_state"):  # NumPy's old ones, and PyTorch's, whose state is a tensor
        state = generator.get_state()
        known_by = pickle.dumps(state.tolist() if hasattr(state, "tolist") else state)
        return _State(known_by, lambda: generator.set_state(state))
    bits = generator.bit_generator
    state = bits.state
    return _State(pickle.dumps(state), lambda: setattr(bits, "state", state))


class _Reach(NamedTuple):
    """What a function can read numbers from: leaves, and generators of random numbers."""

    values: list[Value]
    generators: list[Any]
    loaded: int
    """How many of the generators are there for everybody; the first ones."""


def _loaded_generators() -> list[Any]:
    """Give the generators that everybody can draw from, of the libraries that have been loaded."""
    numpy_random, torch = sys.modules.get("numpy.random"), sys.modules.get("torch")
    return [
        random,
        *([numpy_random] if numpy_random else []),
        *([torch.default_generator] if torch is not None and hasattr(torch, "default_generator") else []),
    ]


def _within_reach(f: Callable[..., Any]) -> _Reach:
    """Find the leaves that a function can read, and the generators of random numbers that it can draw from.

    It is looked for in its closure, the globals it names, its arguments that are given already, the object it belongs
    to, and what these hold or read in turn, near things first.
    """
    values: list[Value] = []
    numpy_random = sys.modules.get("numpy.random")  # loaded by the first who draws from it
    generators = _loaded_generators()
    loaded = len(generators)
    kinds = (*((numpy_random.Generator, numpy_random.RandomState) if numpy_random else ()), random.Random)
    if torch := sys.modules.get("torch"):
        kinds = (*kinds, torch.Generator)
    queue: deque[Any] = deque([f])
    seen: set[int] = set()
    while queue and len(seen) < _REACH:
        item = queue.popleft()
        place = id(item)
        if place in seen:
            continue
        seen.add(place)
        if isinstance(item, Value):
            if item.op is None:
                values.append(item)
        elif isinstance(item, (list, tuple, set, frozenset, deque)):
            queue.extend(item)
        elif isinstance(item, dict):
            queue.extend(item.values())
        elif isinstance(item, kinds):
            if not isinstance(item, random.SystemRandom):  # which has no state
                generators.append(item)
        elif isinstance(item, functools.partial):
            queue += (item.func, item.args, item.keywords)
        elif isinstance(item, MethodType):
            queue += (item.__self__, item.__func__)
        elif isinstance(item, FunctionType):
            queue.extend(_read_by(item))
        elif isinstance(item, type):
            if not _of_a_library(item):
                queue.extend(vars(item).values())
        elif type(item).__module__ != "builtins":
            queue.extend(_held_by(item))
    return _Reach(values, generators, loaded)


_LIBRARIES = {__name__.partition(".")[0], "jax", "numpy", "torch", *sys.stdlib_module_names}


def _of_a_library(item: Any) -> bool:
    """Whether a function or class reads nothing of the user's but what it is given."""
    return str(item.__module__).partition(".")[0] in _LIBRARIES


def _read_by(function: FunctionType) -> Iterator[Any]:
    """Give what a function can read beside its arguments."""
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # a cell that is empty as yet
            yield cell.cell_contents
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    if _of_a_library(function):
        return
    names = {*_names(function.__code__)}
    for found in [function.__globals__.get(name) for name in names]:
        if isinstance(found, ModuleType):
            yield from [getattr(found, name) for name in names & vars(found).keys()]
        else:
            yield found


def _held_by(item: Any) -> Iterator[Any]:
    """Give what an object has as attributes, and its class unless that is of a library."""
    yield from getattr(item, "__dict__", {}).values()
    for kind in type(item).__mro__:
        if not _of_a_library(kind):
            yield kind
            for name in kind.__dict__.get("__slots__", ()):
                yield getattr(item, name, None)


def _names(code: CodeType) -> Iterator[str]:
    """Give the global names in a piece of code, and in the functions and comprehensions within."""
    yield from code.co_names
    for inside in code.co_consts:
        if isinstance(inside, CodeType):
            yield from _names(inside)


def _constants(graph: Graph) -> list[Any]:
    """List operations and the constants they use, those of loops too."""
    equations, ends = [*graph.equations], [*graph.outputs]
    for scan in graph.scans if isinstance(graph, LoopGraph) else ():
        equations += scan.equations
        ends += [*scan.needs(), *scan.results, *scan.outputs]
    return [(var.op, *[repr(p.data) if p.op is CONSTANT else None for p in var.parents]) for var in equations] + [
        repr(var.data) if var.op is CONSTANT else None for var in ends
    ]
