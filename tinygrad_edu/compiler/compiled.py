"""With this module a function of one example becomes a program that runs on arrays of many."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..engine.collector import collector_paused
from ..engine.value import Value
from ..errors import GraphError
from ..graph.graph import Graph
from ..graph.structure import Structure
from .arrays.assemble import assemble
from .arrays.program import Program
from .backends.numpy_machine import Machine
from .batch import Batch, as_floats, stacked
from .scalars.lowering import Lowered, lower
from .scalars.pure_trace import traced

Array = Any
_KEPT = 4  # batch sizes whose buffers are kept


def machine_of(backend: str, devices: Sequence[Any] | None = None) -> Callable[[Program, int], Any]:
    """Give what makes a machine for a program and a size of batch.

    Parameters
    ----------
    backend : {"numpy", "numba", "jax"}
    devices : sequence, optional
        Of JAX, to spread the examples over.

    Returns
    -------
    callable
    """
    if backend == "numpy":
        return Machine
    if backend == "numba":
        try:
            import numba  # noqa: F401
        except ImportError as error:
            raise ImportError("backend='numba' needs numba: pip install 'tinygrad-edu[fast]'") from error
        from .backends.numba_machine import NumbaMachine

        return NumbaMachine
    try:
        import jax  # noqa: F401
    except ImportError as error:
        raise ImportError("backend='jax' needs JAX: pip install 'tinygrad-edu[jax]'") from error
    from .backends.jax_machine import JaxMachine

    return partial(JaxMachine, devices=devices)


class _Traced:
    """All that is made from one structure of arguments."""

    def __init__(self, lowered: Lowered, structure: Structure, only_output: Callable[[str], Any]) -> None:
        self.lowered = lowered
        self.structure = structure
        self.only_output = only_output
        self.programs: dict[str, Program] = {}
        self.machines: dict[str, OrderedDict[int, Any]] = {}


class Compiled:
    """A function of one example, made to run on batches; see `tinygrad_edu.compile`.

    Attributes
    ----------
    f : callable
        What was compiled.
    backend : str
    """

    def __init__(
        self,
        f: Callable[..., Any],
        params: Sequence[Value] | None,
        backend: str,
        devices: Sequence[Any] | None = None,
    ) -> None:
        self.f = f
        self.backend = backend
        self._machine = machine_of(backend, devices)
        self._params = params
        self._traced: dict[Any, _Traced] = {}
        self._latest: _Traced | None = None
        self._program: Program | None = None
        self._known: dict[Any, tuple[Any, _Traced]] = {}  # machines for gradients, by shapes and types of arguments
        self._lock = threading.RLock()

    # ------------------------------------------------------------------------------------ looking

    @property
    def params(self) -> list[Value]:
        """The Values that gradients are given for, in their order."""
        return list(self._params) if self._params is not None else list(self._needed("params").lowered.params)

    @property
    def program(self) -> Program:
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
        """
        from .arrays.program_graph import graph_of

        return graph_of(self.program)

    def _needed(self, what: str) -> _Traced:
        if self._latest is None:
            raise GraphError(f"{what} is known once the function has been called: its arguments show the structure")
        return self._latest

    def __repr__(self) -> str:
        name = getattr(self.f, "__name__", type(self.f).__name__)
        state = "not called yet" if self._latest is None else repr(self.program)[1:-1]
        return f"<compiled {name}, {self.backend}: {state}>"

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
            For outputs in containers of unequal sizes or dicts: such containers of arrays of shape (N,).
        """
        with self._lock:
            batch, made = self._prepare(args)
            outputs = np.empty((len(made.lowered.outputs), batch.size))
            for part, start, machine in self._parts(made, "value", batch, None):
                machine.feed(part.arrays)
                machine.set_parameters()
                machine.run()
                outputs[:, start : start + part.size] = machine.outputs()
        return stacked(made.structure, outputs)

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
        float, ndarray of float64
            The value, and one derivative for each of `params`.

        Raises
        ------
        GraphError
            If the function has more than one output.
        ValueError
            If shapes do not fit, or there is no example.
        """
        with self._lock:
            known = self._known.get((weights is None, _shapes(args)))
            if known is not None:  # the usual case: arrays of shapes that were met before
                machine, self._latest = known
                self._program = machine.program
                return _evaluated(machine, args, _seed_of(reduce, weights, machine.count)[0], at)
            return self._in_parts(args, reduce, weights, at)

    @collector_paused()  # while it may compile
    def _in_parts(self, args: tuple[Any, ...], reduce: str, weights: Any, at: Any) -> tuple[float, Array]:
        batch, made = self._prepare(args)
        made.only_output("value_and_grad")
        seed, kind = _seed_of(reduce, weights, batch.size)
        value, gradient = 0.0, 0.0
        with np.errstate(all="ignore"):
            for part, start, machine in self._parts(made, kind, batch, seed):
                if part is batch and (shapes := _shapes(args)) is not None:
                    self._known[weights is None, shapes] = machine, made
                part_seed = seed if isinstance(seed, float) else seed[start : start + part.size]
                more, slopes = _evaluated(machine, part.arrays, part_seed, at)
                value += more
                gradient += slopes
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
        made = self._traced.get(batch.structure)
        if made is None:
            with collector_paused():
                graph, inner = traced(self.f, batch.example(), self._params)
                params = self._params
                if params is None:
                    params = [value for value in graph.captured if value not in inner]
                made = _Traced(lower(graph, params, batch.sizes()), graph.output_structure, graph.only_output)
            self._traced[batch.structure] = made
        self._latest = made
        return batch, made

    def _parts(self, made: _Traced, kind: str, batch: Batch, seed: Any) -> Iterator[tuple[Batch, int, Any]]:
        """Give the batch, in parts if the workspace would be large, each with the machine to run it on."""
        program = made.programs.get(kind)
        if program is None:
            with collector_paused():
                program = made.programs[kind] = assemble(made.lowered, kind != "value", kind == "weighted")
        self._program = program
        size = program.part_of(batch.size)
        for start in range(0, batch.size, size):
            part = batch if size == batch.size else batch.part(start, size)
            yield part, start, self._machine_for(made, kind, program, part.size)

    def _machine_for(self, made: _Traced, kind: str, program: Program, count: int) -> Any:
        machines = made.machines.setdefault(kind, OrderedDict())
        machine = machines.get(count)
        if machine is None:
            machine = machines[count] = self._machine(program, count)
            if len(machines) > _KEPT:
                machines.popitem(last=False)
                self._known.clear()
        machines.move_to_end(count)
        return machine

    def __reduce__(self) -> Any:
        raise TypeError("a compiled function holds buffers and cannot be pickled or copied: compile it again there")


def _seed_of(reduce: str, weights: Any, count: int) -> tuple[Any, str]:
    if reduce not in ("mean", "sum"):
        raise ValueError(f"reduce must be 'mean' or 'sum', got {reduce!r}")
    if weights is None:
        return (1.0 / count if reduce == "mean" else 1.0), "gradient"
    row = as_floats(weights, "weights")
    if row.shape != (count,):
        raise ValueError(f"weights must have one number for each of the {count} examples, got shape {row.shape}")
    if reduce == "mean":
        if row.sum() == 0.0:
            raise ValueError("the weights add up to 0, so there is no weighted mean; use reduce='sum'")
        row = row / row.sum()
    return row, "weighted"


def _shapes(args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Give the shapes and types of arguments that are all plain arrays, else None."""
    for arg in args:
        if type(arg) is not np.ndarray:
            return None
    return tuple([(arg.shape, arg.dtype.char) for arg in args])


def _evaluated(machine: Any, arrays: Sequence[Array], seed: Any, at: Any) -> tuple[float, Array]:
    """Run a machine; give value and gradient."""
    machine.feed(arrays)
    machine.set_parameters(at)
    machine.set_seed(seed)
    machine.run()
    return machine.value(), machine.gradient()
