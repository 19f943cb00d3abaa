"""With this module one can time random DAGs, compiled, against the eager sweep and CasADi's virtual machine.

CasADi is left out where it is not installed.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

import tinygrad_edu as tg
from benchmarks.compiled.rows import FAST, Function, back_ends, compared
from benchmarks.peers.libraries import casadi_on_arrays
from benchmarks.tools.report import installed
from benchmarks.tools.timing import medians
from tinygrad_edu import Value

EAGER, CASADI, MAPPED = "eager backward alone", "CasADi SX", "CasADi SX, map"


def random_dag(count: int, deep: bool, seed: int = 0) -> tuple[Callable[[Sequence[Any]], Any], list[Value]]:
    """A random DAG of so many operations over 20 numbers, and Values for these; deep ones prefer the latest nodes.

    The sine around every sum and product is one of the operations: it keeps the numbers small. The result is the sum
    of all that nothing else uses, so that every operation counts.
    """
    rng = random.Random(seed)
    unary = [tg.sin, tg.cos, tg.tanh, tg.sigmoid]
    plan: list[tuple[Any, ...]] = []
    while len(plan) < count:
        reach = 20 + len(plan)
        low = max(0, reach - 60) if deep else 0
        a, b = rng.randrange(low, reach), rng.randrange(low, reach)
        draw = rng.random()
        if draw < 0.3:
            plan.append((rng.choice(unary), a))
        else:
            plan += [(tg.OPS["mul" if draw < 0.6 else "add"], a, b), (tg.sin, reach)]
    used = {place for _, *places in plan for place in places}
    ends = [place for place in range(20 + len(plan)) if place not in used]

    def program(xs: Sequence[Any]) -> Any:
        nodes = list(xs)
        for op, *places in plan:
            nodes.append(op(*[nodes[place] for place in places]))
        return tg.sum([nodes[place] for place in ends])

    return program, [Value(rng.uniform(-1.0, 1.0)) for _ in range(20)]


def title(deep: bool, points: str) -> str:
    return f"random DAG of 10,000 operations, {'deep' if deep else 'shallow'}, {points}"


def one_point_rows(turns: int) -> list[list[str]]:
    """Ours over each peer, on both back ends."""
    made = []
    for deep, most in ((False, 0.7), (True, 1.3)):
        program, values = random_dag(10_000, deep)
        f = partial(program, values)
        functions: dict[str, Function] = {}
        for ours, backend in back_ends().items():
            compiled = tg.compile(f, None, backend)
            expected = compiled.value_and_grad()
            theta = np.array([p.data for p in compiled.params])
            functions[ours] = partial(compiled.value_and_grad, at=theta)
        functions[EAGER] = f().backward
        if installed("casadi"):
            functions[CASADI] = _casadi(f, compiled.params, theta, expected)
        made += compared(title(deep, "one point"), medians(functions, turns), {(FAST, CASADI): most})
    return made


def many_points_rows(turns: int) -> list[list[str]]:
    """The same graphs at 100 points at once, a gradient for each."""
    if not installed("casadi"):
        return []
    made = []
    points = np.random.default_rng(0).uniform(-1.0, 1.0, (100, 20))
    for deep, most in ((False, 0.35), (True, 0.4)):
        program, values = random_dag(10_000, deep)
        both = tg.value_and_grad(program)
        functions: dict[str, Function] = {}
        for ours, backend in back_ends().items():
            compiled = tg.compile(both, [], backend)
            value, gradient = compiled(points)
            functions[ours] = partial(compiled, points)
        functions[MAPPED] = _casadi(partial(program, values), values, points, (value, gradient))
        made += compared(title(deep, "100 points"), medians(functions, turns), {(FAST, MAPPED): most})
    return made


def _casadi(f: Function, params: Sequence[Value], points: Any, expected: Any) -> Function:
    """CasADi's virtual machine on the same graph, at one point or mapped over several; checked against ours."""
    import casadi

    xs = casadi.SX.sym("x", len(params))
    graph = tg.trace(f)
    known: dict[Any, Any] = {var: xs[params.index(var.data)] for var in graph.captured_variables}
    theirs: dict[str, Callable[..., Any]] = {
        "add": operator.add,
        "mul": operator.mul,
        "sum": lambda *terms: casadi.sum1(casadi.vertcat(*terms)),
        "sin": casadi.sin,
        "cos": casadi.cos,
        "tanh": casadi.tanh,
        "sigmoid": lambda x: 1.0 / (1.0 + casadi.exp(-x)),
    }
    for line in graph.equations:
        known[line.out] = theirs[line.op.name](*[known.get(p, p.data) for p in line.parents])
    out = known[graph.outputs[0]]
    count = points.size // len(params)
    function = casadi.Function("f", [xs], [out, casadi.gradient(out, xs)])
    if count > 1:
        function = function.map(count)
    value, gradient = np.zeros(count), np.zeros(points.shape)  # a point is a column there
    run = casadi_on_arrays(function, points.copy(), value, gradient)
    run()
    # Deep graphs magnify rounding: their derivatives at some of the points are about 1e9.
    assert np.allclose(value, expected[0], rtol=1e-7)
    assert np.allclose(gradient, expected[1], rtol=1e-7, atol=1e-5 * np.abs(expected[1]).max())
    return run
