"""With this package one can turn traced scalar functions into array programs: write scalars, run arrays.

>>> import tinygrad_edu as tg
>>> w = tg.Value(3.0, "w")
>>> c = tg.compile(lambda x, y: tg.square(w * x - y))
>>> c.value_and_grad([1.0, 2.0], [3.0, 5.0])
(0.5, array([2.]))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from ..arguments import as_dtype, unknown
from ..engine.value import Value
from ..libraries import require
from .devices import as_devices

if TYPE_CHECKING:
    from .compiled import Compiled


class HasParameters(Protocol):
    """A Module, or anything with parameters."""

    def parameters(self) -> Iterable[Value]:
        """Give the parameters."""


_BACKENDS = ("numpy", "numba", "llvm", "jax")


def compile(
    f: Callable[..., Any],
    params: Iterable[Value] | HasParameters | None = None,
    backend: str = "numpy",
    devices: Iterable[Any] | None = None,
    dtype: str = "float64",
) -> Compiled:
    """Compile a function of one example so that it runs on arrays of many.

    It is traced once for each structure of its arguments, differentiated, and regrouped into array operations, however
    its scalars were written. Values it meets (a model's parameters) are shared by all examples; their numbers are read
    at every call. Plain numbers it meets (``model.temperature``) are as they were when it was traced.

    Parameters
    ----------
    f : callable
        Takes numbers or nested lists or dicts of them, one example; gives a number or nested numbers.
    params : iterable of Value, or Module, optional
        What gradients are wanted for, and in which order; of a Module, its parameters. By default every leaf Value that
        `f` meets, as it meets them.
    backend : {"numpy", "numba", "llvm", "jax"}, default "numpy"
        What runs the array program. "numba" needs the extra [fast]; it is quicker on small networks and on irregular
        graphs. The first time ever it compiles itself, in up to a minute, and keeps the result on disk. "llvm", of
        the same extra, makes machine code of each function's own, in about 0.1 seconds for a small network, and runs it
        on blocks of examples: 1.2 to 1.6 times as quick as "numba" from eight examples a call on, which pays after some
        thousand calls of a thousand examples, or some ten thousand of a hundred. What it has no better way for runs as
        with "numba". "jax" needs the extra of that name, and runs on a GPU where JAX finds one; XLA takes numbers below
        1e-308 for 0, and writes quotients and products anew (a / b / c as a / (b · c)), which shows near the ends of
        the range of floats.
    devices : iterable of JAX devices, optional
        Spreads the examples of a batch over several devices: ``devices=jax.devices()``. After
        ``jax.distributed.initialize()`` these are those of all processes, on all hosts: then every process makes the
        same calls, each with whole batches and the same numbers, and all get the same results.
    dtype : {"float64", "float32"}, default "float64"
        What numbers are kept and computed with. In "float32" there are 7 digits in place of 16, numbers beyond 3.4e38
        are infinite, those below 1e-38 lose digits or are 0, and whole numbers are exact up to 2²⁴ only; arrays need
        half the memory, and what waits for memory or arithmetic half the time. NumPy warns where numbers that are given
        become infinite by it.

    Returns
    -------
    Compiled
        ``c(X, ...)`` gives the outputs for every example, ``c.value_and_grad(X, ...)`` the reduced value and one flat
        array of derivatives, ``c.backward(X, ...)`` adds those to the Values' `grad`; ``print(c.program)``.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or there is no such back end.
    MissingLibraryError
        If NumPy is not installed.
    TracedBoolError
        When called: if `f` branches on a number.
    FrozenNumberError
        When called: if `f` takes the number out of a Value, compares Values, or draws random numbers.

    Notes
    -----
    Sums keep the brackets that were written, so a small difference of large numbers comes out as it does eagerly. Only
    inner products (products of one sign, and a bias) and sums of more than seven terms are added up in another order.

    nan and infinities are those of one eager graph of all examples, in which what parameters alone determine is one
    node: an infinite slope there meets the sum of the weights, not one weight after the other, of which some may be 0.
    Equal parts are computed once, and some sums are regrouped: results differ in the last digits, a zero may have the
    other sign, what comes near the largest float may overflow in one order only, and where parameters or weights are
    infinite or nan themselves, infinities may cancel in one order only.

    An operation of your own (`Op`) runs on arrays on every back end if it states its `code`; else it is called number
    by number, on NumPy, numba and one device of JAX.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> model = tg.nn.MLP(2, [4, 1], seed=0)
    >>> predict = tg.compile(model)
    >>> predict([[0.5, -1.0], [0.0, 2.0]]).shape
    (2,)

    With half as many digits:

    >>> tg.compile(tg.sqrt, dtype="float32")([2.0, 9.0])
    array([1.4142135, 3.       ], dtype=float32)
    """
    if not callable(f):
        raise TypeError(f"compile takes a function, got {type(f).__name__}: {f!r:.60}")
    if backend not in _BACKENDS:
        raise ValueError(unknown("back end", backend, _BACKENDS))
    kind = as_dtype(dtype)
    spread = as_devices(devices, backend)
    require("numpy", "tg.compile", "backward, tg.grad and tg.trace work without")
    from .compiled import Compiled

    return Compiled(f, None if params is None else _leaves(params), backend, spread, kind)


def _leaves(params: Any) -> list[Value]:
    if callable(getattr(params, "parameters", None)):  # a Module, or what is made like one
        params = params.parameters()
    if not isinstance(params, Iterable):
        raise TypeError(
            f"params must be a Module or a sequence of Values, such as model.parameters() or [w], got {params!r:.60}"
        )
    listed = list(params)
    for place, p in enumerate(listed):
        if not isinstance(p, Value):
            raise TypeError(f"params must be Values, such as model.parameters(); params[{place}] is {p!r:.60}")
        if p.op is not None:
            raise ValueError(f"params must be leaves, but params[{place}] is computed: {p!r}")
    if len(set(listed)) < len(listed):
        raise ValueError("params has the same Value more than once; give it once")
    return listed


def batch_mean(x: Any) -> Any:
    """Average over the examples of a batch, in a compiled function.

    Parameters
    ----------
    x : number, Value or graph variable
        What differs from example to example.

    Returns
    -------
    of the same kind
        One number for the whole batch. Eagerly there is one example only, so it is `x` itself.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> tg.compile(lambda x: x - tg.batch_mean(x))([1.0, 2.0, 6.0]).tolist()
    [-2.0, -1.0, 3.0]
    """
    from .scalars.batch_ops import BATCH_MEAN

    return BATCH_MEAN(x)
