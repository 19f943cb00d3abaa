"""With this module SciPy finds where a function of ours is smallest, by our derivatives, in whatever it is made of.

Examples
--------
>>> from tinygrad_edu.optim import minimize
>>> def rosenbrock(p):
...     return 100.0 * (p["y"] - p["x"] ** 2) ** 2 + (1.0 - p["x"]) ** 2
>>> found = minimize(rosenbrock, {"x": -1.2, "y": 1.0}, method="trust-ncg")
>>> {name: round(number, 4) for name, number in found.x.items()}
{'x': 1.0, 'y': 1.0}
>>> found.engine
'numpy: compiled'
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ..arguments import unknown
from ..compiler import compile
from ..engine.value import Value
from ..graph.structure import Structure, flatten
from ..ops.floats import number
from ..ops.sequences import dot
from ..transforms.derivatives import grad, hvp, value_and_grad

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

VALUES, GRADIENT, PRODUCTS, HESSIAN = "values", "gradient", "products", "hessian"

METHODS = {
    "Nelder-Mead": VALUES,
    "Powell": VALUES,
    "COBYLA": VALUES,
    "COBYQA": VALUES,
    "CG": GRADIENT,
    "BFGS": GRADIENT,
    "L-BFGS-B": GRADIENT,
    "TNC": GRADIENT,
    "SLSQP": GRADIENT,
    "Newton-CG": PRODUCTS,
    "trust-ncg": PRODUCTS,
    "trust-krylov": PRODUCTS,
    "trust-constr": PRODUCTS,
    "dogleg": HESSIAN,
    "trust-exact": HESSIAN,
}
"""SciPy's methods, and what each wants of a function besides its values: Hessians as such, or times a vector."""

FLAT = ("jac", "hess", "hessp")


def minimize(
    f: Callable[[Any], Any],
    x0: Any,
    method: str | None = None,
    *,
    callback: Callable[[Any], Any] | None = None,
    **settings: Any,
) -> Any:
    """Find where a function is smallest, from a starting point, by `scipy.optimize.minimize`.

    Parameters
    ----------
    f : callable
        Of one argument made like `x0`; gives one number. It is compiled if it can be traced, else run eagerly.
    x0 : number, NumPy array, or nested lists, tuples, dicts, dataclasses of them
        Where to begin.
    method : str, optional
        One of SciPy's methods. Left to SciPy if left out: "BFGS", or what goes with `bounds` and `constraints`. What it
        wants of derivatives it gets: gradients ("BFGS", "CG", "L-BFGS-B", "TNC", "SLSQP"), products of the Hessian with
        vectors ("Newton-CG", "trust-ncg", "trust-krylov", "trust-constr"), the Hessian ("dogleg", "trust-exact").
    callback : callable, optional
        ``callback(x)`` after each iteration, `x` made like `x0`; if it returns True, the search stops.
    **settings
        SciPy's `bounds`, `constraints`, `tol`, `options`, as SciPy takes them: the numbers of `x0` from left to right
        are its flat `x`.

    Returns
    -------
    scipy.optimize.OptimizeResult
        As SciPy gives it, with `x` made like `x0` and one more attribute: `engine` says what computed `f`, and why.
        What else it has (`jac`, `hess_inv`) is flat, in the order of the numbers of `x0`.

    Raises
    ------
    ImportError
        If SciPy is not installed.
    TypeError, ValueError
        If `x0` holds something else than finite numbers, `f` gives something else than one number, or no method has
        that name.

    Notes
    -----
    More, Garbow and Hillstrom 1981, doi:10.1145/355934.355936, have functions to try a method on.
    """
    try:
        from scipy import optimize
    except ImportError as error:
        raise ImportError("tg.minimize needs SciPy: pip install 'tinygrad-edu[scipy]'") from error
    import numpy as np

    known = {name.lower(): name for name in METHODS}
    if method is not None and str(method).lower() not in known:
        raise ValueError(unknown("method", method, METHODS))
    for name in FLAT:
        if name in settings:
            raise TypeError(f"tg.minimize differentiates f itself: leave {name} out")
    numbers, structure = flatten(x0, _finite, "x0")
    if not numbers:
        raise ValueError(f"x0 holds no number, so there is nothing to vary: got {x0!r:.60}")
    start = np.array(numbers)
    wanted = GRADIENT if method is None else METHODS[known[method.lower()]]
    problem, engine = _opened(f, structure, start)
    given: dict[str, Any] = {"method": method, **settings}
    if wanted != VALUES:
        given["jac"] = True
    if wanted == PRODUCTS:
        given["hessp"] = problem.product
    elif wanted == HESSIAN:
        given["hess"] = lambda x: np.stack([problem.product(x, e) for e in np.eye(len(x))])
    if callback is not None:
        given["callback"] = _stopping(callback, structure)
    with np.errstate(all="ignore"):  # a line search may look far away, where numbers overflow
        found = optimize.minimize(problem.value if wanted == VALUES else problem.value_and_gradient, start, **given)
    found.x = structure.unflatten(np.asarray(found.x).tolist())
    found.engine = engine
    return found


class _Problem(Protocol):
    """A function of a flat array, with its derivatives."""

    def value(self, x: Array) -> float: ...

    def value_and_gradient(self, x: Array) -> tuple[float, Array]: ...

    def product(self, x: Array, v: Array) -> Array:
        """Give the Hessian at `x` times `v`."""


class _Eager:
    """Runs the function on fresh Values each time, so that it may do what it likes."""

    def __init__(self, f: Callable[[Any], Any], structure: Structure) -> None:
        self.f, self.structure = f, structure
        self._both = value_and_grad(f)

    def value(self, x: Array) -> float:
        return self.value_and_gradient(x)[0]

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        value, gradient = self._both(self._tree(x))
        return _plain(value), self._flat(gradient)

    def product(self, x: Array, v: Array) -> Array:
        return self._flat(hvp(self.f, self._tree(x), self._tree(v)))

    def _tree(self, x: Array) -> Any:
        return self.structure.unflatten(x.tolist())

    def _flat(self, tree: Any) -> Array:
        import numpy as np

        return np.array(flatten(tree, lambda leaf, where: _plain(leaf))[0])


class _Compiled:
    """Runs array programs, in which the numbers of the argument are the parameters, and the batch is of one example."""

    def __init__(self, f: Callable[[Any], Any], structure: Structure, start: Array) -> None:
        import numpy as np

        params = [Value(x) for x in start.tolist()]
        tree = structure.unflatten(params)
        slopes = grad(f)

        def value(one: Any) -> Any:
            return f(tree)

        def along(v: Sequence[Any]) -> Any:
            gradient = flatten(slopes(tree), lambda leaf, where: leaf)[0]
            return dot(gradient, list(v))

        value.__name__ = along.__name__ = getattr(f, "__name__", type(f).__name__)
        self._value, self._along = compile(value, params), compile(along, params)
        self._one = np.zeros(1)

    def value(self, x: Array) -> float:
        return self.value_and_gradient(x)[0]

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        return self._value.value_and_grad(self._one, at=x)

    def product(self, x: Array, v: Array) -> Array:
        product: Array = self._along.value_and_grad(v[None, :], at=x)[1]
        return product


def _opened(f: Callable[[Any], Any], structure: Structure, start: Array) -> tuple[_Problem, str]:
    """Compile the function if that gives what it gives eagerly, else run it eagerly; say which, and why."""
    import numpy as np

    eager = _Eager(f, structure)
    value, gradient = eager.value_and_gradient(start)  # what is wrong with f shows here, not in the compiler
    try:
        compiled = _Compiled(f, structure, start)
        found, slopes = compiled.value_and_gradient(start)
    except Exception as error:  # whatever f's own code raises when traced, it may run eagerly
        return eager, f"eager: f could not be compiled ({type(error).__name__}: {error})"
    same = np.allclose([found, *slopes], [value, *gradient], rtol=1e-6, atol=1e-300, equal_nan=True)
    return (compiled, "numpy: compiled") if same else (eager, "eager: f compiled gave other numbers at x0")


def _stopping(callback: Callable[[Any], Any], structure: Structure) -> Callable[..., None]:
    """Make a callback that gives the structure, and stops as SciPy wants it."""

    def called(x: Array, *others: Any) -> None:
        if callback(structure.unflatten(x.tolist())) is True:
            raise StopIteration

    return called


def _finite(leaf: Any, where: str) -> float:
    found = number(leaf.data if isinstance(leaf, Value) else leaf, f"{where} as a number")
    if not math.isfinite(found):
        raise ValueError(f"the search must begin at finite numbers, got {where} = {found}")
    return found


def _plain(result: Any) -> float:
    return result.data if isinstance(result, Value) else float(result)
