"""The line of code of an operation says what its function says, in every language that reads it."""

import functools
import itertools
import json
import math
import random
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_edu as tg
from tinygrad_edu import OPS, Op, Value
from tinygrad_edu.check.operations import kinks_of
from tinygrad_edu.check.safe_points import arities, sample
from tinygrad_edu.errors import GradientMismatch, GraphError
from tinygrad_edu.ops.javascript import javascript
from tinygrad_edu.ops.python_source import on_floats

inf, nan = math.inf, math.nan
WITH_CODE = [op for op in OPS.values() if op.arity != 0]
every_op = pytest.mark.parametrize("op", WITH_CODE, ids=lambda op: op.name)
EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 5e-324, -1e-310, 1e-300, 1e300, -1e300, 710.0, -750.0, 1e22, inf, -inf, nan]


def edges(op, edges=EDGES):
    """Mixed edges, for each number of arguments the operation is tried with; all of them, or 300 drawn."""
    rng = random.Random(op.name)
    for count in arities(op):
        if len(edges) ** count <= 300:
            yield from itertools.product(edges, repeat=count)
        else:
            yield from (tuple(rng.choice(edges) for _ in range(count)) for _ in range(300))


def arguments(op):
    return [*sample(op, 60), *kinks_of(op), *edges(op)]


def assert_near(found, truth, what, ulps=16):
    """Equal but for a few units in the last place; nan is nan, and a zero has its sign where the result is exact."""
    if math.isnan(truth) or math.isinf(truth) or math.isnan(found):
        assert repr(float(found)) == repr(float(truth)), what
    else:
        assert abs(found - truth) <= ulps * math.ulp(max(abs(truth), 1e-300)), (*what, found, truth)


def test_every_operation_states_code():
    assert [op.name for op in OPS.values() if op.code is None] == ["constant"]


# ---------------------------------------------------------------------------------------- Python


@every_op
def test_code_on_floats_is_the_function(op):
    code = on_floats(op)
    for args in arguments(op):
        assert_near(code(*args), op(*args), (op.name, args), ulps=2)


@every_op
def test_python_text_is_the_function_or_raises_as_python_does(op):
    by_count = {}
    for args in arguments(op):
        if len(args) not in by_count:
            namespace = {}
            exec(tg.trace(lambda *xs: op(*xs), *args).to_python(), namespace)
            by_count[len(args)] = namespace["f"]
        try:
            value, slopes = by_count[len(args)](*args)
        except (ArithmeticError, ValueError):  # 1 / 0, exp(1000), log(-1), and so on
            continue
        assert_near(value, op(*args), (op.name, args), ulps=2)
        for slope, truth in zip(slopes.values(), op.slopes(op(*args), args), strict=True):
            assert_near(slope, truth, (op.name, args, "slopes"), ulps=4)


# ---------------------------------------------------------------------------------------- JavaScript


@functools.cache
def node():
    found = shutil.which("node")
    if found is None:
        pytest.skip("JavaScript is run by Node.js, and there is no command `node` here")
    return found


def literal(x):
    return "NaN" if math.isnan(x) else repr(x).replace("inf", "Infinity")


def run_javascript(op, rows):
    """Values and partials of one operation, in JavaScript."""
    counts = {len(row) for row in rows}
    text = javascript({f"with {count}": (op, count) for count in counts})
    listed = ",\n".join(f"[{', '.join(map(literal, row))}]" for row in rows)
    script = f"""
        const operations = {text};
        const shown = (x) => (Object.is(x, -0) ? "-0" : String(x));
        const results = [{listed}].map((args) => {{
          const op = operations["with " + args.length];
          const y = op.value(args);
          return [shown(y), op.partials(y, args).map(shown)];
        }});
        console.log(JSON.stringify(results));
    """
    run = subprocess.run([node(), "-"], input=script, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return [(float(value), [*map(float, slopes)]) for value, slopes in json.loads(run.stdout)]


@every_op
def test_javascript_is_the_function_and_its_partials(op):
    rows = arguments(op)
    for args, (value, slopes) in zip(rows, run_javascript(op, rows), strict=True):
        assert_near(value, op(*args), (op.name, args))
        for slope, truth in zip(slopes, op.slopes(value, args), strict=True):  # of the value found, which y names
            assert_near(slope, truth, (op.name, args, "slopes"), ulps=64)


# ---------------------------------------------------------------------------------------- arrays


def compiled_rows(op, backend, rows):
    """The results for rows of arguments of equal length, as one array."""
    return tg.compile(lambda xs: op(*xs), backend=backend)(np.array(rows)).tolist()


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax"])
@every_op
def test_arrays_are_the_function(op, backend):
    """XLA takes numbers below 1e-308 for 0, rounds a product and sum once, and its functions are less exact.

    So on JAX tiny numbers are left out, and huge ones in sums, whose products overflow in the one way only.
    """
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
    by_count = {}
    for args in arguments(op):
        tiny = any(0.0 < abs(x) < 1e-307 for x in (*args, op(*args)))
        huge = op.arity is None and any(1e200 < abs(x) < inf for x in args)
        if not (backend == "jax" and (tiny or huge)):
            by_count.setdefault(len(args), []).append(args)
    for rows in by_count.values():
        for args, found in zip(rows, compiled_rows(op, backend, rows), strict=True):
            assert_near(found, op(*args), (op.name, args), ulps=2000 if backend == "jax" else 16)
