"""Every operation of the table keeps every promise of its entry. No test lists operations: the table is iterated."""

import itertools
import math
import struct

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import OPS, Value
from tinygrad_edu.check.operations import first_order, kinks_of, promises_kept, readings_agree, same, second_order
from tinygrad_edu.check.safe_points import arities, sample
from tinygrad_edu.check.strategies import default_ops
from tinygrad_edu.ops.python_source import partials_source

inf, nan = math.inf, math.nan
EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, inf, -inf, nan, 1e308, -1e308, 5e-324, 1e-200, 710.0, -750.0, 1e4)
every_op = pytest.mark.parametrize("op", default_ops(), ids=lambda op: op.name)
with_kinks = pytest.mark.parametrize("op", [op for op in default_ops() if op.kinks], ids=lambda op: op.name)


def few(share):
    """Take a share of the examples that the profile asks for: the properties below run once an operation."""
    return settings(max_examples=max(3, int(settings.default.max_examples * share)))


def edge_arguments(op):
    """List tuples of edge values: all for one argument, many for more."""
    for count in arities(op):
        if count == 1:
            yield from ((x,) for x in EDGES)
        elif count == 2:
            yield from ((a, b) for a in EDGES for b in EDGES)
        else:
            yield from (tuple(EDGES[(i * k + 5 * k + i) % len(EDGES)] for k in range(count)) for i in range(60))


def bits(x):
    return struct.pack("<d", x) if x == x else b"nan"


def agrees(comparisons):
    """All agree; a slope so small that rounding drowns it, as that of cos at 1e-99, cannot be decided."""
    wrong = [c for c in comparisons if c.status != "agrees" and not (c.status == "unsettled" and abs(c.given) < 1e-9)]
    assert not wrong, wrong


# ---------------------------------------------------------------------------------------- derivatives


@every_op
def test_entry_as_a_whole(op):
    tg.check.operation(op, points=min(200, max(3, settings.default.max_examples // (10 if THOROUGH else 16))))


@every_op
@given(data=st.data())
@few(0.1)
def test_partials_are_the_derivatives(op, data):
    agrees(first_order(op, data.draw(tg.check.points(op))))


@every_op
@given(data=st.data())
@few(0.06)
def test_partials_of_partials_are_the_second_derivatives(op, data):
    args = data.draw(tg.check.points(op))
    # At 4 the form of its slope changes, and with it the last digits.
    assume(op.name != "tanh" or not math.isclose(abs(args[0]), 4.0, rel_tol=1e-12))
    agrees(second_order(op, args))


@every_op
@given(data=st.data())
@few(0.06)
def test_every_reader_reads_the_same(op, data):
    readings_agree(op, data.draw(tg.check.points(op)))


STEPS = {"sign", "heaviside", "less", "less_equal", "floor", "ceil", "trunc", "round"}


@every_op
def test_slopes_are_not_all_flat(op):
    """A test of zeros against zeros shows nothing: only the steps have them everywhere."""
    flat = all(comparison.given == 0.0 for args in sample(op, 3) for comparison in first_order(op, args))
    assert flat == (op.name in STEPS)


# ---------------------------------------------------------------------------------------- kinks


@with_kinks
def test_kinks_are_as_promised_to_the_bit(op):
    places = kinks_of(op)
    assert places, "no arguments were found on its kinks"
    for args in places:
        promises_kept(op, args)


@with_kinks
def test_second_derivatives_at_kinks_are_finite_where_the_slope_is_that_of_one_side(op):
    """A relu that is off at 0 is smooth on the side it is on; the mean of both sides is the slope of neither.

    So what becomes smooth again, such as |x|², cannot have a wrong second derivative: it has nan.
    """
    for args in kinks_of(op):
        here = op.slopes(op(*args), args)
        hessian = tg.hessian(lambda xs: op(*xs))(list(args))
        assert all(math.isfinite(h) for row in hessian for h in row) == _from_one_side(op, args, here), args
        if op.arity == 1:
            assert math.isfinite(tg.trace(op, *args).grad().grad()(*args)) == _from_one_side(op, args, here), args


def _from_one_side(op, args, here):
    """Whether the slopes are nearly the same a little away, in some direction that leaves the kink."""
    if op.name == "where":
        return True  # nothing is beside the one number that is no condition
    for direction in itertools.product((1e-9, -1e-9, 3e-9, -3e-9), repeat=len(args)):
        beside = [x + d for x, d in zip(args, direction, strict=True)]
        if any(zero(*args) == 0.0 == zero(*beside) for zero, _ in op.kinks):
            continue
        if all(abs(a - b) < 1e-6 for a, b in zip(here, op.slopes(op(*beside), beside), strict=True)):
            return True
    return False


@with_kinks
def test_declared_kinks_are_kinks_and_nothing_else_is(op):
    """Left and right slopes differ at a declared kink (of elu, those of the slope), and nowhere else on a grid."""
    from tinygrad_edu.check import Ray

    def kinked(args, function):
        return any(
            Ray(lambda t, i=i: [function(*args[:i], args[i] + t, *args[i + 1 :])], args[i]).kinked(0)
            for i in range(len(args))
        )

    def slope(*args):
        return op.slopes(op(*args), args)[0]

    assert any(kinked(args, op) or kinked(args, slope) for args in kinks_of(op))
    grid = (-2.0, -1.0, 0.0, 1.0, 0.5) if op.arity == 1 else (-1.0, 0.0, 1.0)
    for count in arities(op):
        for args in itertools.product(grid, repeat=count):
            if _inside(op, args) and not (op.name == "where" and args[1] == args[2]):
                declared = any(zero(*args) == 0.0 for zero, _ in op.kinks)
                assert declared == (kinked(args, op) or kinked(args, slope)), args


def _inside(op, args):
    from tinygrad_edu.check.safe_points import in_domain

    return in_domain(op, args) and math.isfinite(op(*args))


def test_a_limit_above_a_limit_wins():
    """clip(x, low, high) with low > high is high, wherever x lies; as in NumPy, and the slopes say so."""
    for x in (0.0, 1.0, 2.0, 3.0, 4.0):
        assert tg.clip(x, 3.0, 1.0) == 1.0
        assert OPS["clip"].slopes(1.0, (x, 3.0, 1.0)) == (0.0, 0.0, 1.0)


# ---------------------------------------------------------------------------------------- edges


@every_op
def test_total_at_every_edge_and_alike_for_every_reader(op):
    for args in edge_arguments(op):
        y = op(*args)
        slopes = op.slopes(y, args)
        assert type(y) is float
        assert [type(s) for s in slopes] == [float] * len(args)
        leaves = [Value(x) for x in args]
        result = op(*leaves)
        assert bits(result.data) == bits(y), args
        assert [*map(bits, result.partials)] == [*map(bits, slopes)], args
        result.backward()
        assert all(map(same, [leaf.grad for leaf in leaves], slopes)), args
        graph = tg.trace(lambda *xs: op(*xs), *args)
        assert bits(graph(*args)) == bits(y), args
        gradient = graph.grad()(*args)
        assert all(map(same, [gradient] if len(args) == 1 else gradient, slopes)), args


@every_op
def test_the_domain_is_where_it_is_defined(op):
    """Inside, values and slopes are finite; of intervals, the outside has places where nothing is defined."""
    grid = (-3.0, -1.5, -1.0, -0.75, -0.25, -1e-3, 0.0, 1e-3, 0.25, 0.75, 1.0, 1.5, 3.0)
    for count in arities(op)[:2]:
        outside = []
        for k in range(len(grid) ** min(count, 2)):
            args = tuple(grid[(k // len(grid) ** (i % 2) + i // 2) % len(grid)] for i in range(count))
            if _domain_holds(op, args):
                assert all(map(math.isfinite, (op(*args), *op.slopes(op(*args), args)))), args
            else:
                outside.append(args)
        if outside:
            defined = [a for a in outside if all(map(math.isfinite, (op(*a), *op.slopes(op(*a), a))))]
            if op.name == "clip":  # swapped limits
                assert all(low >= high for _, low, high in defined)
            elif op.name == "pow":  # negative bases with whole exponents
                assert all(a == 0.0 or (a < 0.0 and b == int(b)) for a, b in defined)
            else:  # a jump (atan2)
                assert all(any(c.status != "agrees" for c in first_order(op, a)) for a in defined), defined


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.arity == 2], ids=lambda op: op.name)
def test_only_what_changes_no_float_is_simplified_away(op):
    for c in (0.0, -0.0, 1.0, -1.0, 2.0, inf):
        for apply in (lambda x, c=c: op(x, c), lambda x, c=c: op(c, x)):
            simple = tg.trace(lambda x, apply=apply: apply(x), 0.5).simplify()
            assert all(bits(simple(x)) == bits(apply(x)) for x in EDGES), c
            changes_nothing = op.symbol in "+−×/^" and all(bits(apply(x)) == bits(x) for x in EDGES)
            assert (not simple.equations) == changes_nothing, c


def _domain_holds(op, args):
    from tinygrad_edu.check.safe_points import in_domain

    return in_domain(op, args)


@every_op
def test_methods_and_operators_read_the_entry_at_every_edge(op):
    """The generated methods of Value inline the entry's text; they must give its floats, to the bit."""
    from tinygrad_edu.ops.operators import BINARY, METHODS

    if op.arity == 1 and METHODS.get(op.name) is op:
        for (x,) in edge_arguments(op):
            by_method = getattr(Value(x), op.name)()
            assert bits(by_method.data) == bits(op(x)), x
            assert bits(by_method.partials[0]) == bits(op.slopes(op(x), (x,))[0]), x
    for name, known in BINARY.items():
        if known is op:
            for a, b in edge_arguments(op):
                slopes = op.slopes(op(a, b), (a, b))
                both = getattr(Value(a), f"__{name}__")(Value(b))
                left, right = getattr(Value(a), f"__{name}__")(b), getattr(Value(b), f"__r{name}__")(a)
                for made in (both, left, right):
                    assert bits(made.data) == bits(op(a, b)), (a, b)
                assert [*map(bits, both.partials)] == [*map(bits, slopes)], (a, b)
                assert bits(left.partials[0]) == bits(slopes[0]), (a, b)
                assert bits(right.partials[1]) == bits(slopes[1]), (a, b)


@every_op
def test_python_source_of_the_partials_gives_their_floats(op):
    read = partials_source(op) if op.arity is not None else None
    if read is None:
        assert op.arity is None, f"the partials of {op.name} cannot be written as source"
        return
    sources, functions = read
    for args in edge_arguments(op):
        y = op(*args)
        names = dict(zip("abc", args, strict=False)) | {"y": y, "nan": nan, "inf": inf, **functions}
        try:
            found = [float(eval(source, names)) for source in sources]
        except ArithmeticError:
            continue  # the engine then evaluates them on IEEE floats
        assert [*map(bits, found)] == [*map(bits, op.slopes(y, args))], args


@every_op
def test_plain_numbers_keep_their_sign_of_zero(op):
    """Equal constants may be one node, but 0, 0.0 and -0.0 are not equal in every respect."""
    if op.arity == 2:
        for a in (1.0, -2.0):
            for zero in (0, -0.0, 0.0, False, -0.0, 0):
                assert bits(op(Value(a), zero).data) == bits(op(a, float(zero))), (a, zero)
                assert bits(op(zero, Value(a)).data) == bits(op(float(zero), a)), (a, zero)


IN_NUMPY = {"sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative"}
NOT_IN_NUMPY = {"heaviside"}  # it takes two arguments there


@every_op
def test_values_at_edges_are_those_of_numpy(op):
    import numpy

    function = getattr(numpy, IN_NUMPY.get(op.name, op.name), None)
    if not isinstance(function, numpy.ufunc) or op.name in NOT_IN_NUMPY:
        return  # PyTorch knows the rest
    with numpy.errstate(all="ignore"):
        for args in edge_arguments(op):
            if op.name == "pow" and args == (-inf, 0.5):
                continue  # NumPy takes a square root here; IEEE 754 has inf
            expected = float(function(*[numpy.float64(x) for x in args]))
            found = op(*args)
            assert same(found, expected) or math.isclose(found, expected, rel_tol=4e-15), (args, found, expected)


NO_NAN_FROM_NAN = {"less", "less_equal", "where", "pow", "hypot"}
"""IEEE 754 answers these without looking at the nan: comparisons are false, x⁰ = 1ˣ = 1, hypot(inf, nan) = inf."""


@every_op
def test_nan_in_nan_out(op):
    for count in arities(op):
        for place in range(count):
            args = [0.5] * count
            args[place] = nan
            assert math.isnan(op(*args)) or op.name in NO_NAN_FROM_NAN - {"hypot"}, args


@every_op
def test_values_at_edges_are_those_of_pytorch(op):
    torch = pytest.importorskip("torch", reason="PyTorch is the independent truth for values at edges")
    from support.torch_reference import DOUBLE, TORCH

    for args in edge_arguments(op):
        if op.name == "sign" and math.isnan(args[0]):
            continue  # PyTorch: 0
        if op.name in {"cbrt", "sinc"}:
            continue  # PyTorch has no cbrt, and its sinc is not exactly 0 at whole numbers; mpmath knows both
        if op.name == "norm" and any(1e154 < abs(x) < inf or 0.0 < abs(x) < 1e-150 for x in args):
            continue  # it overflows
        if op.name == "clip" and not args[1] <= args[2]:
            continue  # not defined: the limits are swapped
        expected = TORCH[op.name](*[torch.tensor(x, dtype=DOUBLE) for x in args]).item()
        found = op(*args)
        if op.name in {"sum", "mean", "dot", "prod"} and not math.isfinite(found):
            continue  # of huge terms it depends on the order of evaluation which sum overflows
        if abs(found) < 1e-300 and abs(expected) < 1e-300:
            continue  # PyTorch's vector routines flush some subnormal numbers
        assert same(found, expected) or math.isclose(found, expected, rel_tol=4e-15), (args, found, expected)


SLOPES_UNLIKE_PYTORCH = {
    "remainder": "gives nan where PyTorch rounds an infinite quotient",
    "cbrt": "is not there, and a power has no slope at 0",
    "xlogy": "has slope log b at a = 0, PyTorch 0",
    "log_ndtr": "has its limits at infinities, PyTorch nan",
    "digamma": "has slopes up to the ends of the floats, PyTorch nan",
    "sinc": "has slopes up to the ends of the floats, PyTorch nan",
    "norm": "does not overflow",
    "hypot": "has slope 0 at the origin, PyTorch nan",
    "atan2": "has slope 0 at the origin, PyTorch nan, and does not overflow",
    "clip": "has slope 1 at both ends, PyTorch 0.5 where bounds are tensors",
    "pow": "gives no nan to a constant exponent",
    "prod": "needs no division by a zero factor",
    "logsumexp": "gives nan at infinities, where PyTorch special-cases them",
    "max": "shares ties, and passes nan on to every argument",
    "min": "shares ties, and passes nan on to every argument",
    "maximum": "gives slopes of nan for nan, PyTorch shares",
    "minimum": "gives slopes of nan for nan, PyTorch shares",
}


@every_op
def test_slopes_at_edges_are_those_of_pytorch(op):
    torch = pytest.importorskip("torch", reason="PyTorch is the independent truth for slopes at edges")
    from support.torch_reference import TORCH, gradient, tensor

    assert torch.float64
    if op.name in SLOPES_UNLIKE_PYTORCH:
        assert op.name in OPS
        return
    for args in edge_arguments(op):
        if op.kinks and nan in args:
            continue  # piecewise: each library has its own idea of which piece a nan is on
        if op.name == "acosh" and args[0] < 1.0:
            continue  # outside its domain each formula gives its own
        inputs = [tensor(x) for x in args]
        expected = [float(g) for g in gradient(TORCH[op.name](*inputs), inputs)]
        found = op.slopes(op(*args), args)
        for ours, theirs in zip(found, expected, strict=True):
            if abs(ours) < 1e-290 and abs(theirs) < 1e-290:
                continue
            assert same(ours, theirs) or math.isclose(ours, theirs, rel_tol=1e-13), (args, found, expected)


def test_the_reference_knows_every_operation():
    pytest.importorskip("torch", reason="the reference is PyTorch")
    from support.torch_reference import TORCH

    assert set(TORCH) == {op.name for op in default_ops()}


@every_op
@given(data=st.data())
@few(0.1)
def test_names_that_start_with_stable_forms_stay_finite(op, data):
    """Up to |x| = 1e4 nothing of one argument gives nan inside its domain."""
    if op.arity != 1:
        return
    from tinygrad_edu.check.safe_points import in_domain

    x = data.draw(st.floats(-1e4, 1e4))
    if in_domain(op, (x,)):
        y = op(x)
        assert not math.isnan(y)
        assert not math.isnan(op.slopes(y, (x,))[0])


def test_powers_at_the_ends_of_the_range_are_those_of_numpy():
    """The sign of an infinite power hangs on whether the exponent is odd, 1.5 and 10⁴ + 1 among them."""
    import numpy

    for a in (-inf, inf, -1e308, 1e308, -2.0, -0.0, 0.0, 5e-324, -5e-324):
        for b in (1.5, 2.0, 3.0, -1.5, -2.0, -3.0, 1e4 + 1, 1e300, inf, -inf):  # NumPy's 0.5 is a square root
            with numpy.errstate(all="ignore"):
                assert bits(OPS["pow"](a, b)) == bits(float(numpy.power(a, b))), (a, b)
