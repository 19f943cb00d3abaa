"""With this module a lowered function runs on batches of any size; programs and buffers are made once and kept.

`tinygrad_edu.compile` and the array engine of `fit` stand on it. What is made hangs together like this::

    a lowered function  →  an array program for each thing wanted  →  a machine for each size of batch

A machine is a program with its memory, and can be run at once. A batch whose memory would be large runs in parts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias, TypeVar

from ..engine.collector import collector_paused
from ..engine.value import Value
from ..graph.graph import Graph
from .arrays.assemble import assemble
from .arrays.loop_program import LoopProgram, assemble_loops
from .arrays.members import of_members
from .arrays.program import ArrayProgram
from .backends.loop_machine import LoopMachine
from .backends.numpy_machine import Machine
from .scalars.loop_graph import LoopGraph
from .scalars.loop_lowering import LoweredLoops, lower_loops
from .scalars.lowering import Lowered, lower
from .scalars.scan_trace import SHORT

Array = Any
K = TypeVar("K")
V = TypeVar("V")

Wanted = Literal["outputs", "gradient", "weighted gradient"]
"""What a program computes: the outputs of every example, or the gradient of the only one too, summed up with one
weight for all examples, or with a weight for each."""

Made: TypeAlias = "tuple[Graph, Runner]"

LONG = 100
"""Array operations of the outputs beyond which XLA would compile value and gradient, thrice as many, for too long."""

MACHINES = 8
"""How many machines a runner keeps, of all its programs together."""


class Recent(OrderedDict[K, V]):
    """A dict that keeps a limited number of entries, those that were used most recently.

    Parameters
    ----------
    most : int
        How many.

    Examples
    --------
    >>> kept = Recent(2)
    >>> [kept.get_or_make(word, len) for word in ("one", "three", "one", "eleven")]
    [3, 5, 3, 6]
    >>> list(kept)
    ['one', 'eleven']
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def get_or_make(self, key: K, make: Callable[[K], V]) -> V:
        """Give the entry of a key; make it first if there is none.

        Parameters
        ----------
        key : hashable
        make : callable
            ``make(key)`` gives a new entry.

        Returns
        -------
        object
        """
        found = self.get(key)
        if found is None:
            found = make(key)
        self.keep(key, found)
        return found

    def keep(self, key: K, entry: V) -> None:
        """Take an entry in as the one that was used last."""
        self[key] = entry
        self.move_to_end(key)
        if len(self) > self.most:
            self.popitem(last=False)


def machine_maker(
    backend: str, devices: Sequence[Any] | None = None, dtype: str = "float64"
) -> Callable[[ArrayProgram, int], Any]:
    """Give what makes a machine for a program and a size of batch.

    Parameters
    ----------
    backend : {"numpy", "numba", "llvm", "jax"}
    devices : sequence, optional
        Of JAX, to spread the examples over.
    dtype : {"float64", "float32"}
        What numbers the machine keeps and computes with.

    Returns
    -------
    callable

    Raises
    ------
    ImportError
        If the back end's extra is not installed.
    ValueError
        If it does not compute in that type.
    """
    if backend == "numpy":
        return partial(Machine, dtype=dtype)
    if backend in ("numba", "llvm"):
        try:
            import numba  # noqa: F401  # only to know that it is there
        except ImportError as error:
            raise ImportError(f"backend={backend!r} needs numba: pip install 'tinygrad-edu[fast]'") from error
        if backend == "llvm":
            if dtype != "float64":
                raise ValueError(f"backend='llvm' computes in float64; for dtype={dtype!r} use backend='numba'")
            from .backends.llvm_machine import LlvmMachine

            return LlvmMachine
        from .backends.numba_machine import NumbaMachine

        return partial(NumbaMachine, dtype=dtype)
    try:
        import jax  # noqa: F401  # likewise
    except ImportError as error:
        raise ImportError("backend='jax' needs JAX: pip install 'tinygrad-edu[jax]'") from error
    from .backends.jax_machine import JaxMachine

    return partial(JaxMachine, devices=devices, dtype=dtype)


def lowered(graph: Graph, params: Sequence[Value] | None, sizes: Sequence[int]) -> Lowered | LoweredLoops:
    """Lower a graph as `lower` does, with its loops if it has any."""
    return lower_loops(graph, params) if isinstance(graph, LoopGraph) else lower(graph, params, sizes)


def as_quick_to_compile(backend: str, make: Callable[[int], Made], short: int = SHORT) -> Made:
    """Give a graph and its runner, short scans in line unless the back end would compile that for too long.

    Parameters
    ----------
    backend : str
    make : callable
        ``make(short)`` gives them; see `trace_scans` for `short`.
    short : int, default 64
    """
    graph, runner = make(short)
    if backend == "jax" and short and not isinstance(graph, LoopGraph) and len(runner.program("outputs")) > LONG:
        return make(0)
    return graph, runner


class Runner:
    """Runs a lowered function.

    Parameters
    ----------
    lowered : Lowered or LoweredLoops
        See `lowered`.
    make_machine : callable
        ``make_machine(program, size)``; see `machine_maker`.

    Attributes
    ----------
    lowered : Lowered or LoweredLoops
    programs : dict of str to ArrayProgram or LoopProgram
        By what is wanted, as far as they have been made.
    machines : Recent
        By what is wanted and the number of examples.
    """

    def __init__(self, lowered: Lowered | LoweredLoops, make_machine: Callable[[ArrayProgram, int], Any]) -> None:
        self.lowered = lowered
        self.programs: dict[Wanted, ArrayProgram | LoopProgram] = {}
        self.machines: Recent[tuple[Wanted, int], Any] = Recent(MACHINES)
        self._make_machine = make_machine

    def program(self, wanted: Wanted) -> ArrayProgram | LoopProgram:
        """Give the program for what is wanted.

        Parameters
        ----------
        wanted : {"outputs", "gradient", "weighted gradient"}

        Returns
        -------
        ArrayProgram or LoopProgram
        """
        program = self.programs.get(wanted)
        if program is None:
            with collector_paused():
                asked = wanted != "outputs", wanted == "weighted gradient"
                lowered = self.lowered
                program = (
                    assemble_loops(lowered, *asked) if isinstance(lowered, LoweredLoops) else assemble(lowered, *asked)
                )
            self.programs[wanted] = program
        return program

    def machine(self, wanted: Wanted, size: int) -> Any:
        """Give the machine for what is wanted of so many examples.

        Parameters
        ----------
        wanted : {"outputs", "gradient", "weighted gradient"}
        size : int

        Returns
        -------
        Workspace
        """
        return self.machines.get_or_make((wanted, size), lambda key: self._made(self.program(wanted), size))

    def _made(self, program: ArrayProgram | LoopProgram, size: int) -> Any:
        if isinstance(program, LoopProgram):
            return LoopMachine(program, size, self._make_machine)
        return self._make_machine(program, size)

    def run(
        self, wanted: Wanted, arrays: Sequence[Array], size: int, seed: Any = None, at: Array = None
    ) -> Iterator[Any]:
        """Run a batch, in parts if its workspace would be large, and give the machine after each part.

        Parameters
        ----------
        wanted : {"outputs", "gradient", "weighted gradient"}
        arrays : sequence of ndarray, shapes (size, ...)
            The arguments.
        size : int
            How many examples there are.
        seed : float or ndarray of shape (size,), optional
            What each example counts in the gradient.
        at : ndarray, optional
            Numbers to use in place of those of the parameters.

        Yields
        ------
        Workspace
            Its results stand until the next part is asked for.
        """
        program = self.program(wanted)
        lengths = (program.graph.lengths(arrays),) if isinstance(program, LoopProgram) else ()
        most = program.part_of(size, *lengths)
        for start in range(0, size, most):
            part = slice(start, start + most)
            machine = self.machine(wanted, min(most, size - start))
            machine.feed(arrays if most == size else [array[part] for array in arrays])
            machine.set_parameters(at)
            if seed is not None:
                machine.set_seed(seed if isinstance(seed, float) else seed[part])
            machine.run()
            yield machine


class RunnerOfMembers(Runner):
    """Runs a lowered function for many members at once, which differ in the numbers of their parameters only.

    Parameters
    ----------
    one : Runner
        Of one of them.
    params : sequence of list of Value
        The parameters of each, in the order of the lowered function's own.
    """

    def __init__(self, one: Runner, params: Sequence[list[Value]]) -> None:
        super().__init__(one.lowered, one._make_machine)
        self._one, self._params = one, params

    def program(self, wanted: Wanted) -> ArrayProgram:
        """Give the program for what is wanted, of all members; see `Runner.program` and `of_members`."""
        program = self.programs.get(wanted)
        if program is None:
            one, lowered = self._one.program(wanted), self.lowered
            if not isinstance(one, ArrayProgram) or isinstance(lowered, LoweredLoops):
                raise TypeError(f"only an array program can be that of many members, not a {type(one).__name__}")
            with collector_paused():
                program = of_members(one, self._params, [lowered.fixed] * len(self._params))
            self.programs[wanted] = program
        assert isinstance(program, ArrayProgram)  # what was put there
        return program
