"""With this module a function of one example becomes a program that runs on arrays of many."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..engine.collector import collector_paused
from ..engine.value import Value
from ..errors import GraphError
from ..graph.graph import Graph
from ..graph.tracing import trace
from .arrays.loop_program import LoopProgram, without_loops
from .arrays.program import ArrayProgram
from .batch import Batch, numbers_at, seed_of, stacked
from .runner import Recent, Runner, Wanted, as_quick_to_compile, lowered, machine_maker
from .scalars.loop_graph import LoopGraph
from .scalars.pure_trace import traced
from .scalars.scan_trace import SHORT

Array = Any

STRUCTURES = 16
"""For how many structures of arguments a compiled function keeps its trace, its programs and their machines."""

SHAPES = 8
"""For how many shapes of arrays it knows the machine at once."""


class _Traced(NamedTuple):
    """What is made from one structure of arguments."""

    runner: Runner
    graph: Graph


class _Met(NamedTuple):
    """What arguments of a shape met before run on."""

    weighted: bool
    inputs: list[tuple[Array, tuple[int, ...], Any]]
    """Where each argument is written, its shape and its type."""
    machine: Any
    traced: _Traced

    def fed(self, args: tuple[Any, ...]) -> bool:
        """Write arguments where the machine reads them, if they are arrays as they were; tell whether they are."""
        if len(args) != len(self.inputs):
            return False
        for (view, shape, kind), array in zip(self.inputs, args):  # noqa: B905 (the keyword would cost 0.2 µs a call)
            if type(array) is not np.ndarray or array.shape != shape or array.dtype is not kind:
                return False
            view[...] = array
        return True


class Compiled:
    """A function of one example, made to run on batches; see `tinygrad_edu.compile`.

    It is traced anew for each structure of its arguments. What has been made is kept for the latest 16 of them, and of
    each for the latest 8 sizes of batch; beyond that, what was used least recently is made again when it is needed.

    Attributes
    ----------
    f : callable
        What was compiled.
    backend : str
    dtype : str
        "float64" or "float32".
    """

    def __init__(
        self,
        f: Callable[..., Any],
        params: Sequence[Value] | None,
        backend: str,
        devices: Sequence[Any] | None = None,
        dtype: str = "float64",
    ) -> None:
        self.f = f
        self.backend = backend
        self.dtype = dtype
        self._make_machine = machine_maker(backend, devices, dtype)
        self._params = params
        self._traced: Recent[Any, _Traced] = Recent(STRUCTURES)
        self._free: Recent[Any, frozenset[int]] = Recent(STRUCTURES)  # arrays whose lengths do not matter
        self._met: list[_Met] = []
        self._latest: _Traced | None = None
        self._program: ArrayProgram | LoopProgram | None = None
        self._lock = threading.RLock()

    # ------------------------------------------------------------------------------------ looking

    @property
    def params(self) -> list[Value]:
        """The Values that gradients are given for, in their order."""
        return list(self._params) if self._params is not None else list(self._needed("params").runner.lowered.params)

    @property
    def program(self) -> ArrayProgram | LoopProgram:
        """The array program that was run last (value and gradient if that was asked for); prints one line a step."""
        self._needed("program")
        assert self._program is not None
        return self._program

    def as_graph(self) -> Graph:
        """Give the array program as a graph to draw: ``tg.draw(c)`` asks for it.

        Returns
        -------
        Graph
            One equation for each array operation.

        Raises
        ------
        GraphError
            If the program has loops.
        """
        from .arrays.program_graph import graph_of

        return graph_of(without_loops(self.program))

    def scalars_of(self, *example: Any) -> Graph:
        """Give the scalars of one example as a graph: ``tg.play(c, example)`` asks for it.

        Parameters
        ----------
        *example : numbers or nested containers
            The arguments of one example; their numbers do not matter.

        Returns
        -------
        Graph
        """
        return trace(self.f, *example)

    def _needed(self, what: str) -> _Traced:
        if self._latest is None:
            raise GraphError(f"{what} is known once the function has been called: its arguments show the structure")
        return self._latest

    def __repr__(self) -> str:
        name = getattr(self.f, "__name__", type(self.f).__name__)
        state = "not called yet" if self._latest is None else repr(self.program)[1:-1]
        kind = "" if self.dtype == "float64" else f" in {self.dtype}"
        return f"<compiled {name}, {self.backend}{kind}: {state}>"

    # ------------------------------------------------------------------------------------ running

    def __call__(self, *args: Any) -> Any:
        """Give the outputs for every example.

        Parameters
        ----------
        *args : arrays or nested sequences, shape (N, ...)
            One for each argument of the function; the first axis counts examples. Dicts of arrays for dicts.

        Returns
        -------
        ndarray, shape (N, ...)
            Of the function's `dtype`, for a number, or regular lists of numbers. Tuples, dicts and lists of unequal
            parts stay what they are, and hold such arrays: a function that returns a pair gives a pair.
        """
        with self._lock:
            batch, made = self._prepare(args)
            self._program = made.runner.program("outputs")
            parts = [machine.outputs() for machine in made.runner.run("outputs", batch.arrays, batch.size)]
        graph = made.graph
        structure = graph.structure_of(batch.arrays) if isinstance(graph, LoopGraph) else graph.output_structure
        return stacked(structure, parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1))

    def value_and_grad(
        self, *args: Any, reduce: str = "mean", weights: Any = None, at: Any = None
    ) -> tuple[float, Array]:
        """Give the only output, averaged or summed over the examples, and its gradient.

        Parameters
        ----------
        *args : arrays or nested sequences, shape (N, ...)
            As for a call.
        reduce : {"mean", "sum"}, default "mean"
            With weights wᵢ the mean is Σ wᵢ fᵢ / Σ wᵢ, the sum Σ wᵢ fᵢ.
        weights : array, shape (N,), optional
            How much each example counts.
        at : array, optional
            Numbers to use in place of those of `params`, in the same order.

        Returns
        -------
        float, ndarray
            The value, and one derivative for each of `params`: an array of the function's `dtype`. The value is a float
            in either case; in float32 it has no more digits than these.

        Raises
        ------
        GraphError
            If the function has more than one output.
        ValueError
            If shapes do not fit, or there is no example.
        """
        with self._lock:
            for met in self._met:
                if met.weighted is (weights is not None) and met.fed(args):
                    break
            else:
                return self._in_parts(args, reduce, weights, at)
            # The usual case: shapes that were met before. Nothing is looked up, or made, but the results.
            machine, self._latest = met.machine, met.traced
            self._program = machine.program
            machine.set_parameters(None if at is None else numbers_at(at))
            usual = weights is None and reduce == "mean"
            machine.set_seed(1.0 / machine.count if usual else seed_of(reduce, weights, machine.count))
            machine.run()
            return machine.value(), machine.gradient()

    @collector_paused()  # while it may compile
    def _in_parts(self, args: tuple[Any, ...], reduce: str, weights: Any, at: Any) -> tuple[float, Array]:
        batch, made = self._prepare(args)
        made.graph.only_output("value_and_grad")
        seed = seed_of(reduce, weights, batch.size)
        wanted: Wanted = "gradient" if weights is None else "weighted gradient"
        self._program = made.runner.program(wanted)
        value, gradient = 0.0, 0.0
        at = None if at is None else numbers_at(at)
        with np.errstate(all="ignore"):
            for machine in made.runner.run(wanted, batch.arrays, batch.size, seed, at):
                value += machine.value()
                gradient += machine.gradient()
        if isinstance(made.graph, LoopGraph):  # whose arguments may have another length in the next call
            return value, gradient
        # What was found out about an array of numbers holds for the next one of its shape and type.
        if machine.count == batch.size and all(type(arg) is np.ndarray and not arg.dtype.hasobject for arg in args):
            inputs = [(view, arg.shape, arg.dtype) for view, arg in zip(machine.inputs, args, strict=True)]
            self._met = [_Met(weights is not None, inputs, machine, made), *self._met][:SHAPES]
        return value, gradient

    def backward(self, *args: Any, reduce: str = "mean", weights: Any = None) -> float:
        """Add the gradient to the `grad` of `params`, as a backward pass would, and give the value.

        Parameters
        ----------
        *args, reduce, weights
            As for `value_and_grad`.

        Returns
        -------
        float
        """
        value, gradient = self.value_and_grad(*args, reduce=reduce, weights=weights)
        for p, g in zip(self.params, gradient.tolist(), strict=True):
            p.grad += g
        return value

    # ------------------------------------------------------------------------------------ preparing

    def _prepare(self, args: tuple[Any, ...]) -> tuple[Batch, _Traced]:
        batch = Batch.of(args)
        alike = batch.of_any_length()
        met = self._free.get(alike)
        free = met or frozenset()
        made = self._traced.get(batch.of_any_length(free))
        if made is None:
            made = self._trace(batch, SHORT if met is None else 0)  # of another length than before: it may change again
            free = made.graph.free if isinstance(made.graph, LoopGraph) else frozenset()
        self._free.keep(alike, free)
        self._traced.keep(batch.of_any_length(free), made)
        self._latest = made
        return batch, made

    @collector_paused()
    def _trace(self, batch: Batch, short: int) -> _Traced:
        def make(short: int) -> tuple[Graph, Runner]:
            graph, inner = traced(self.f, batch.example(), self._params, short=short)
            params = self._params
            if params is None:
                params = [value for value in graph.captured if value not in inner]
            return graph, Runner(lowered(graph, params, batch.sizes()), self._make_machine)

        graph, runner = as_quick_to_compile(self.backend, make, short)
        return _Traced(runner, graph)

    def __reduce__(self) -> Any:
        raise TypeError("a compiled function holds buffers and cannot be pickled or copied: compile it again there")
