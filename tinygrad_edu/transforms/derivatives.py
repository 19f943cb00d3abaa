"""With this module one can differentiate functions: gradients, Jacobians, Hessians, directional derivatives.

The function runs eagerly, so a Python `if` on Values works in it. Transforms nest to any order.

>>> grad(lambda x: x**3)(2.0)
12.0
>>> grad(grad(lambda x: x**3))(2.0)
12.0
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from ..graph.structure import flatten
from ..graph.variable import as_leaf
from .fresh_call import Argnums, Run


def grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Make the function that gives the gradient of `f`.

    Parameters
    ----------
    f : callable
        Takes numbers, NumPy arrays, or nested lists, tuples, dicts, dataclasses of them; gives one number.
    argnums : int or sequence of int, default 0
        Which arguments to differentiate with respect to.

    Returns
    -------
    callable
        Takes what `f` takes; gives what the argument is made of, with derivatives in place of numbers (a tuple of
        them for several `argnums`), an array of float64 for an array. A derivative is a float, or a Value where it
        depends on a Value from outside.

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

    In place of an array `f` is given one of Values, with which NumPy computes:

    >>> import numpy as np
    >>> grad(lambda x: np.sum(np.sin(x[1:]) * x[0]))(np.array([2.0, 0.0, 0.0]))
    array([0., 2., 2.])
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
        run = Run(f, args, keywords, argnums)
        out = run.only_output("grad")
        return run.values()[0], run.in_arguments(run.reverse(out))

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
        Gives the structure of the output with the structure of the argument in place of each number; where the output
        is an array, one array with the axes of the output before those of the argument.

    Examples
    --------
    >>> jacobian(lambda v: [v[0] * v[1], v[0] + v[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """

    @wraps(f)
    def rows(*args: Any, **keywords: Any) -> Any:
        run = Run(f, args, keywords, argnums)
        return run.structure.unflatten([run.in_arguments(run.reverse(out)) for out in run.outputs])

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
        Gives the structure of the argument twice over; of an array of n numbers one of shape (n, n).

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
    directions, shape = flatten(tuple(tangents), as_leaf, "tangents")
    expected = flatten(tuple(primals), as_leaf, "primals")[1]
    if shape != expected:
        raise ValueError(f"tangents must have the structure of primals: expected {expected}, got {shape}")
    run = Run(f, tuple(primals), {}, tuple(range(len(primals))))
    return run.structure.unflatten(run.values()), run.structure.unflatten(run.forward(directions))


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
    products = flatten(jvp(grad(f), (x,), (v,))[1], as_leaf)[0]
    return flatten(x, as_leaf)[1].unflatten(products)
