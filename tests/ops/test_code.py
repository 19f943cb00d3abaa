"""The line of code of an operation says what its function says, in every language that reads it."""

import builtins
import functools
import itertools
import json
import math
import random
import subprocess
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.node import node

import tinygrad_edu as tg
from tinygrad_edu import OPS, Op, Value
from tinygrad_edu.check.kinks import kinks_of
from tinygrad_edu.check.safe_points import arities, sample
from tinygrad_edu.compiler.arrays.schedule import RAGGED
from tinygrad_edu.compiler.backends.numpy_functions import reduction_of_segments
from tinygrad_edu.errors import GradientMismatch, GraphError
from tinygrad_edu.ops.javascript import javascript
from tinygrad_edu.ops.operation import entries
from tinygrad_edu.ops.python_source import on_floats
from tinygrad_edu.ops.table import tanh_slope

inf, nan = math.inf, math.nan
WITH_CODE = [op for op in entries.values() if op.arity != 0]
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
    if op is tanh_slope:  # the first is the tanh of the second
        return [(math.tanh(x), x) for x in (*EDGES, 2.0, 3.99, 4.0, -4.01, 7.0, -19.0)]
    return [*sample(op, 60), *kinks_of(op), *edges(op)]


def assert_near(found, truth, what, ulps=16):
    """Equal but for a few units in the last place; nan is nan, and a zero has its sign where the result is exact."""
    if math.isnan(truth) or math.isinf(truth) or math.isnan(found):
        assert repr(float(found)) == repr(float(truth)), what
    else:
        assert abs(found - truth) <= ulps * math.ulp(max(abs(truth), 1e-300)), (*what, found, truth)


def test_every_operation_states_code():
    assert [op.name for op in entries.values() if op.code is None] == ["constant"]


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


def literal(x):
    return "NaN" if math.isnan(x) else repr(x).replace("inf", "Infinity")


def run_javascript(rows_of):
    """Values and partials of operations at rows of arguments each, in JavaScript: all in one process."""
    text = javascript(
        {f"{op.name} {count}": (op, count) for op, rows in rows_of.items() for count in {len(row) for row in rows}}
    )
    listed = ",\n".join(
        f'["{op.name} {len(row)}", [{", ".join(map(literal, row))}]]' for op, rows in rows_of.items() for row in rows
    )
    script = f"""
        const operations = {text};
        const shown = (x) => (Object.is(x, -0) ? "-0" : String(x));
        const results = [{listed}].map(([name, args]) => {{
          const y = operations[name].value(args);
          return [shown(y), operations[name].partials(y, args).map(shown)];
        }});
        console.log(JSON.stringify(results));
    """
    run = subprocess.run([node(), "-"], input=script, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    results = iter(json.loads(run.stdout))
    return {
        op: [(float(value), [*map(float, slopes)]) for value, slopes in itertools.islice(results, len(rows))]
        for op, rows in rows_of.items()
    }


@functools.cache
def all_in_javascript():
    return run_javascript({op: arguments(op) for op in WITH_CODE})


@every_op
def test_javascript_is_the_function_and_its_partials(op):
    for args, (value, slopes) in zip(arguments(op), all_in_javascript()[op], strict=True):
        if op.name == "sinc_slope" and abs(value) < 1e-3:
            continue  # two terms of the size of 1/x cancel
        assert_near(value, op(*args), (op.name, args))
        for slope, truth in zip(slopes, op.slopes(value, args), strict=True):  # of the value found, which y names
            assert_near(slope, truth, (op.name, args, "slopes"), ulps=64)


def test_a_product_of_a_thousand_factors_is_written_without_recursion():
    factors = [1.0 + 0.3 * math.sin(i) for i in range(1000)]
    factors[500] = 0.0
    product = OPS["prod"]
    ((value, slopes),) = run_javascript({product: [tuple(factors)]})[product]
    assert value == 0.0
    assert [i for i, slope in enumerate(slopes) if slope] == [500]
    assert slopes[500] == pytest.approx(math.prod(factors[:500] + factors[501:]), rel=1e-12)


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
            ulps = 2000 if backend == "jax" else 400 if op is tanh_slope else 16  # of 1 − y², as y is rounded
            assert_near(found, op(*args), (op.name, args), ulps=ulps)


@pytest.mark.parametrize("op", sorted(RAGGED, key=lambda op: op.name), ids=lambda op: op.name)
def test_segments_of_unequal_lengths_are_reduced_each_for_itself(op):
    lengths = [2, 1, 4, 1, 2]
    offsets = np.cumsum([0, *lengths])
    x = np.random.default_rng(0).normal(size=(sum(lengths), 3))
    x[0, 0], x[1, 1], x[3, 2] = nan, inf, -inf
    out = np.empty((len(lengths), 3))
    with np.errstate(all="ignore"):
        reduction_of_segments(op, offsets)(x, out)
    for i, (start, end) in enumerate(itertools.pairwise(offsets)):
        for column in range(3):
            assert_near(out[i, column], op(*x[start:end, column].tolist()), (op.name, i, column))


# ---------------------------------------------------------------------------------------- operations of a user's own

SOFTSIGN = Op(
    "softsign",
    lambda t: t / (1.0 + abs(t)),
    lambda y, t: (1.0 / tg.square(1.0 + abs(t)),),
    code="t / (1.0 + fabs(t))",
)
BAND = Op(  # every kind of node, and arguments that are words of JavaScript
    "band",
    lambda var, new: float(var) ** 2.0 if not (new < var <= 2.0 and var == var) or new != new else min(var, new) - 1.0,
    lambda y, var, new: (0.0 * var, 0.0 * new),
    code="var ** 2.0 if not (new < var <= 2.0 and var == var) or new != new else minimum(var, +new) - 1.0",
)
SPREAD = Op(
    "spread",
    lambda *numbers: math.sqrt(sum((t - sum(numbers) / len(numbers)) ** 2 for t in numbers)),
    lambda y, *numbers: tuple((t - tg.mean(numbers)) / y for t in numbers),
    code="sqrt(sum((t - mean(numbers)) ** 2 for t in numbers))",
)
OURS_BY_NAME_ONLY = Op("sigmoid", lambda x: 2.0 * x, lambda y, x: (2.0,), code="2.0 * x")
OWN = [(SOFTSIGN, 1), (BAND, 2), (SPREAD, 3), (OURS_BY_NAME_ONLY, 1)]
own = pytest.mark.parametrize(("op", "count"), OWN, ids=[op.name for op, _ in OWN])


@own
@pytest.mark.parametrize("backend", ["numpy", "numba", "jax"])
def test_an_own_operation_runs_compiled_and_is_differentiated(op, count, backend):
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
    rows = np.random.default_rng(0).normal(size=(20, count)) * 3.0
    expected = [op(*row) for row in rows.tolist()]
    w = Value(1.25, "w")
    for row in rows.tolist():
        op(*[w * x for x in row]).backward(1.0 / len(rows))
    compiled = tg.compile(lambda xs: op(*[w * x for x in xs]), [w], backend=backend)
    without_python = Op(op.name, lambda *xs: pytest.fail("called number by number"), op.partials, code=op.code)
    assert compiled.value_and_grad(rows)[1][0] == pytest.approx(w.grad, rel=1e-12)
    found = tg.compile(lambda xs: without_python(*xs), backend=backend)(rows)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@own
def test_an_own_operation_is_written_in_python_and_javascript(op, count):
    rows = np.random.default_rng(0).normal(size=(20, count)).tolist()
    namespace = {}
    exec(tg.trace(lambda *xs: op(*xs) * 1.5, *rows[0]).to_python(), namespace)
    for args, (value, slopes) in zip(rows, run_javascript({op: rows})[op], strict=True):
        assert value == pytest.approx(op(*args), rel=1e-13)
        assert slopes == pytest.approx(op.slopes(op(*args), args), rel=1e-12)
        assert namespace["f"](*args)[0] == pytest.approx(1.5 * op(*args), rel=1e-13)


def test_without_code_it_runs_in_python_only_and_the_rest_says_so():
    op = Op("halved", lambda x: x / 2.0, lambda y, x: (0.5,))
    assert tg.compile(op)([3.0]).tolist() == [1.5]
    with pytest.raises(GraphError, match=r"'halved' states no code.*code='...'"):
        tg.trace(op, 1.0).to_python()
    with pytest.raises(GraphError, match="'halved' states no code"):
        javascript({"halved": (op, 1)})
    branching = Op("branching", lambda x: abs(x), lambda y, x: (1.0 if x > 0.0 else -1.0,), code="fabs(x)")
    with pytest.raises(GraphError, match="partials of 'branching' cannot be read"):
        javascript({"branching": (branching, 1)})


def test_code_that_says_something_else_than_the_function_is_found():
    wrong = Op("cubed", lambda x: x**3, lambda y, x: (3.0 * x * x,), code="x * x")
    with pytest.raises(GradientMismatch, match=r"states the code 'x \* x'"):
        tg.check.operation(wrong)
    at_its_kink = Op(
        "ramp", lambda x: max(x, 0.0) + (x >= 0.0), lambda y, x: (tg.ops.heaviside(x),),
        kinks=[(lambda x: x, (0.0,))], code="x + 1.0 if x > 0.0 else 0.0",
    )  # fmt: skip
    with pytest.raises(GradientMismatch, match="states the code"):
        tg.check.operation(at_its_kink)
    assert tg.check.operation(SOFTSIGN, order=1).conclusive


# ---------------------------------------------------------------------------------------- what is not of the language


def stated(code, partials=lambda y, x: (1.0,)):
    return Op("mine", lambda *xs: 0.0, partials, code=code)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x.real", r"'x.real' is not of the language"),
        ("x[0]", "not of the language"),
        ("(lambda: x)()", "not of the language"),
        ("f'{x}'", "not of the language"),
        ("[x for x in y]", "not of the language"),
        ("x if x else 0.0", "'x' is a number where a condition is needed; write ... != 0.0"),
        ("x > 0.0", "is a condition where a number is needed"),
        ("True", "not of the language"),
        ("1j", "not of the language"),
        ("'1'", "not of the language"),
        ("x // 2", "not of the language"),
        ("x % 2", "not of the language"),
        ("1.0 if x in 3 else 2.0", "use < <= > >= == !="),
        ("10" + "0" * 400, "larger than any float"),
        ("y + 1", "'y' is no argument"),
        ("z", "no argument; known are x"),
        ("__import__('os')", "calls no function that is known"),
        ("expp(x)", r"did you mean 'exp'\?"),
        ("sigmiod(x)", r"did you mean 'sigmoid'\?"),
        ("constant()", "calls no function"),
        ("mine(x)", "calls no function"),
        ("exp(x, x)", "gives 2 arguments to exp, which takes 1"),
        ("exp(x=x)", "not of the language"),
        ("exp(*x)", "not of the language"),
        ("mean()", "gives mean nothing"),
        ("sum(xs)", "calls no function|no argument"),
        ("sum(x for x in xs)", "fixed number of arguments"),
        ("x +", "is no expression"),
        ("x = 1", "is no expression"),
        ("", "is no expression"),
        ("(" * 250 + "x" + ")" * 250, "no expression|too deeply"),
        ("-" * 5000 + "x", "no expression|too deeply"),
    ],
)
def test_what_is_no_code_is_refused_when_it_is_stated(code, message):
    with pytest.raises(ValueError, match=message):
        stated(code)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("xs", r"all arguments at once; write sum\(xs\)"),
        ("exp(xs)", "all arguments at once"),
        ("sum(x for x in xs if x > 0.0)", "no plain loop"),
        ("sum(1.0 for x in xs)", "does not use the variable"),
        ("sum(sum(t for t in xs) for x in xs)", "does not use the variable"),
        ("sum(sum(x for t in xs) for x in xs)", "no argument"),
        ("sum(x for x in range(3))", "no plain loop"),
        ("all(x for x in xs)", "reduces by all; known are sum, prod, max, min"),
        ("sum(u for u, u in halves(xs))", "no plain loop"),
        ("xs[0]", "not of the language"),
    ],
)
def test_what_is_no_reduction_is_refused(code, message):
    with pytest.raises(ValueError, match=message):
        stated(code, lambda y, *xs: xs)


def test_code_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match=r"code must be text such as 'x \* x', got function"):
        stated(lambda x: x)
    with pytest.raises(ValueError, match="fixed number of arguments"):
        stated("a", lambda y, a, *xs: (a, *xs))


PARTS = [
    *("{} + {}", "-({})", "({}) ** ({})", "exp({})", "({}) if ({}) < ({}) else ({})", "not ({})", "({}) and ({})"),
    *("trap({})", "({}).__class__", "[{}]", "(y := {})", "(lambda: trap({}))()", "f'{{{}}}'", "*({})", "trap.a({})"),
    *("sum({} for x in trap({}))", "[trap(x) for x in {}]", "({})[{}]", "await {}", "trap and {}", "exp(trap, {})"),
]
EXPRESSIONS = st.recursive(
    st.sampled_from(["x", "1.5", "inf", "trap", "trap()", "'a'", "__import__('os')"]),
    lambda inner: st.builds(
        lambda form, parts: form.format(*parts), st.sampled_from(PARTS), st.lists(inner, min_size=4, max_size=4)
    ),
    max_leaves=12,
)


@given(EXPRESSIONS | st.text(max_size=20))
def test_any_text_is_read_or_refused_and_never_run(text):
    with mock.patch.object(builtins, "trap", create=True) as trap:
        try:
            op = stated(text)
        except ValueError:
            op = None
        if op is not None:
            assert "trap" not in text
            assert isinstance(on_floats(op)(0.5), float)
    assert not trap.mock_calls
