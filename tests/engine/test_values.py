"""Values and their sweeps, against closed forms, PyTorch's conventions and plain counting."""

import copy
import functools
import gc
import math
import operator
import pickle
import threading
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.engine.value import constant
from tinygrad_edu.ops import CONSTANT, OPS

numbers = st.floats(-1e3, 1e3).filter(lambda x: x == 0 or abs(x) > 1e-6)


# ------------------------------------------------------------------------------------------- the node


def test_a_value_starts_as_a_leaf_without_gradient():
    x = Value(3, "x")
    assert (x.data, x.grad, x.op, x.parents, x.partials, x.name, x.scope) == (3.0, 0.0, None, (), (), "x", None)
    assert type(x.data) is float


def test_x_times_x_has_two_edges():
    x = Value(3.0)
    y = x * x
    assert y.parents == (x, x)
    assert y.partials == (3.0, 3.0)
    y.backward()
    assert x.grad == 6.0


def test_fan_out_counts_every_way():
    a = Value(1.0)
    b = a + a
    c = b + b
    c.backward()
    assert a.grad == 4.0
    assert b.grad == 2.0


def test_leaves_accumulate_and_interior_nodes_do_not():
    x = Value(3.0)
    y = x * x
    z = y * 2.0
    z.backward()
    z.backward()
    assert x.grad == 24.0  # twice 12
    assert y.grad == 2.0


def test_a_second_sweep_after_zeroing_the_leaves_repeats_the_first():
    x, y = Value(0.3), Value(-1.2)
    z = tg.tanh(x * y) + tg.exp(x) / y
    z.backward()
    first = (x.grad, y.grad)
    tg.zero_grad([x, y])
    assert (x.grad, y.grad) == (0.0, 0.0)
    z.backward()
    assert (x.grad, y.grad) == first


def test_local_derivatives_are_those_of_the_forward_pass():
    a, b = Value(2.0), Value(5.0)
    c = a * b
    a.data = 100.0
    c.backward()
    assert (a.grad, b.grad) == (5.0, 2.0)


def test_the_root_itself_may_be_a_leaf():
    x = Value(2.0)
    x.backward()
    x.backward(seed=3.0)
    assert x.grad == 4.0


def test_a_seed_scales_the_sweep():
    x = Value(2.0)
    (x * x).backward(seed=-0.5)
    assert x.grad == -2.0


def test_two_results_that_share_nodes_are_swept_apart():
    x = Value(2.0)
    shared = x * x
    first, second = shared * 3.0, shared + 1.0
    first.backward()
    second.backward()
    assert x.grad == 12.0 + 4.0
    assert shared.grad == 1.0  # set anew by the second sweep


# ------------------------------------------------------------------------------------------- arithmetic


@given(numbers, numbers)
def test_operators_agree_with_floats_in_both_operand_orders(a, b):
    for apply in (
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: x * y,
        lambda x, y: x / y if float_of(y) else 0.0,
    ):
        expected = apply(a, b)
        for x, y in ((Value(a), Value(b)), (Value(a), b), (a, Value(b))):
            assert float_of(apply(x, y)) == expected
    assert (-Value(a)).data == -a
    assert (+Value(a)).data == a
    assert abs(Value(a)).data == abs(a)


def float_of(x):
    return x.data if isinstance(x, Value) else x


@pytest.mark.parametrize("two", [2, 2.0, True + 1, np.float64(2), np.float32(2), np.int64(2), np.bool_(True) + 1])
def test_every_kind_of_real_number_is_an_operand(two):
    x = Value(3.0)
    for y, expected in ((x * two, 6.0), (two * x, 6.0), (x**two, 9.0), (two**x, 8.0), (two / x, 2 / 3), (x - two, 1.0)):
        assert type(y) is Value
        assert y.data == pytest.approx(expected)
        assert type(y.data) is float


def test_augmented_assignment_rebinds():
    x = Value(1.0)
    kept = x
    x += 2.0
    assert kept.data == 1.0
    assert x.parents[0] is kept


def test_a_plain_number_becomes_a_constant_that_receives_nothing():
    x = Value(3.0)
    y = x * 7.0
    constant = y.parents[1]
    assert constant.op is CONSTANT
    assert constant.data == 7.0
    y.backward()
    assert constant.grad == 0.0


def test_negative_zero_survives_as_a_constant():
    x = Value(1.0)
    assert math.copysign(1.0, (x * 0).data) == 1.0  # first, for the zero of ints is kept
    assert math.copysign(1.0, (x * 0.0).data) == 1.0
    assert math.copysign(1.0, (x * -0.0).data) == -1.0
    assert math.copysign(1.0, (x * 0).data) == 1.0


def test_many_different_constants_stay_apart():
    x = Value(1.0)
    assert [(x * float(i)).data for i in range(5000)] == [float(i) for i in range(5000)]


def test_power_of_special_arguments():
    assert math.isnan((Value(-8.0) ** (1 / 3)).data)
    assert (Value(1e200) ** 2).data == math.inf
    assert (Value(0.0) ** -1).data == math.inf
    x = Value(0.0)
    (x**0).backward()
    assert x.grad == 0.0
    for base, exponent, expected in ((2.0, 3.0, 8 * math.log(2)), (0.0, 2.0, 0.0)):
        b = Value(exponent)
        (Value(base) ** b).backward()
        assert b.grad == pytest.approx(expected)
    b = Value(2.0)
    (Value(-3.0) ** b).backward()
    assert math.isnan(b.grad)
    x = Value(-3.0)
    (x**2).backward()
    assert x.grad == -6.0


def test_division_by_zero_is_infinite():
    x = Value(0.0)
    y = 1 / x
    assert y.data == math.inf
    y.backward()
    assert x.grad == -math.inf
    assert (Value(1) / 0.0).data == math.inf
    assert math.isnan((Value(0.0) / 0.0).data)


# ------------------------------------------------------------------------------------------- as a number


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_comparisons_are_those_of_floats(compare):
    for a in (1.0, 2.0, -0.0, math.inf, math.nan):
        for b in (1.0, 2.0, 0.0, math.inf, math.nan):
            expected = compare(a, b)
            assert compare(Value(a), Value(b)) is expected
            assert compare(Value(a), b) is expected
            assert compare(a, Value(b)) is expected
    with pytest.raises(TypeError, match="a number or Value to compare with"):
        compare(Value(1.0), "1")


@pytest.mark.parametrize("combine", [operator.lt, operator.ge, operator.add, operator.pow, tg.minimum, tg.hypot])
def test_values_and_graph_variables_meet_in_an_equation(combine):
    """Inside a traced function a Value from outside is no plain number, whichever side it stands on."""
    outside = Value(2.0)
    for f in (lambda x: combine(outside, x), lambda x: combine(x, outside)):
        graph = tg.trace(f, 3.0)
        assert len(graph.equations) == 1
        assert graph.captured == [outside] or tuple(graph.captured) == (outside,)
        for number in (1.0, 2.0, 3.0):
            assert graph(number) == float(f(number).data if isinstance(f(number), Value) else f(number))


def test_comparisons_compare_data_and_give_bools():
    a, b = Value(1.0), Value(2.0)
    assert (a < b) is True
    assert (a >= b) is False
    assert (a <= 1) is True
    assert (a < 2) is True
    assert (a > np.float64(0.5)) is True
    assert max([b, a]) is b
    assert a != Value(1.0)
    assert a == a
    assert len({a, b, a}) == 2
    assert bool(Value(0.0)) is False
    assert bool(Value(math.nan)) is True


def test_formatting():
    x = Value(1.23456, "x")
    assert f"{x:.3f}" == "1.235"
    assert f"{x:+.1e}" == "+1.2e+00"
    assert "\n" not in repr(x)
    assert "1.23456" in repr(x)
    assert "x" in repr(x)
    assert f"{x}" == repr(x)


@pytest.mark.parametrize("call", [float, math.sin, complex])
def test_turning_into_a_float_is_refused_with_the_way_out(call):
    with pytest.raises(TypeError, match=r"x\.data.*tg\.sin"):
        call(Value(1.0))


def test_numpy_does_not_swallow_values():
    x = Value(2.0)
    assert type(np.float64(3.0) * x) is Value
    with pytest.raises(TypeError):
        np.sin(x)
    with pytest.raises(TypeError, match="tolist"):
        np.array([1.0, 2.0]) * x
    assert not hasattr(x, "__len__")
    assert not hasattr(x, "__getitem__")
    assert not hasattr(x, "__array__")


@pytest.mark.parametrize("bad", ["2", None, 1j, [1.0], (), {}, object(), b"2"])
def test_what_is_no_number_is_refused_with_a_clear_error(bad):
    x = Value(2.0)
    for attempt in (
        lambda: Value(bad),
        lambda: x + bad,
        lambda: x**bad,
        lambda: bad / x,
        lambda: x < bad,
        lambda: tg.tanh(bad),
        lambda: tg.maximum(x, bad),
        lambda: tg.sum([x, bad]),
        lambda: x.backward(bad),
    ):
        with pytest.raises(TypeError, match=r"expected .* got|unsupported|can only concatenate|can't multiply"):
            attempt()
    assert x.grad == 0.0


def test_unequal_and_empty_sequences_are_refused():
    with pytest.raises(ValueError, match="equal length, got lengths 1 and 2"):
        tg.dot([Value(1.0)], [1.0, 2.0])
    for reduce in (tg.mean, tg.max, tg.min, tg.logsumexp, tg.softmax):
        with pytest.raises(ValueError, match="empty"):
            reduce([])
    assert (tg.sum([]), tg.prod([]), tg.dot([], [])) == (0.0, 1.0, 0.0)
    with pytest.raises(TypeError, match="one sequence"):
        tg.sum(3.0)
    with pytest.raises(TypeError, match="2 arguments, got 1"):
        tg.hypot(1.0)


# ------------------------------------------------------------------------------------------- functions


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.arity in (1, 2, 3)], ids=lambda op: op.name)
def test_floats_give_floats_and_nothing_raises(op):
    edges = [0.0, -0.0, 1.0, -1.0, 0.5, 710.0, -745.2, 1e4, -1e4, 1e200, -1e200, 5e-324, math.inf, -math.inf, math.nan]
    points = [(a,) for a in edges] if op.arity == 1 else [(a, b) for a in edges for b in edges]
    if op.arity == 3:
        points = [(a, b, c) for a in edges[::2] for b in edges[::2] for c in edges[::2]]
    for point in points:
        y = op(*point)
        assert type(y) is float
        args = [Value(a) for a in point]
        made = op(*args)
        assert made.data == y or (math.isnan(made.data) and math.isnan(y))
        assert all(type(p) is float for p in made.partials)
        made.backward()


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.arity == 1], ids=lambda op: op.name)
def test_unary_operations_are_methods(op):
    x = Value(0.4)
    method = getattr(x, op.name)()
    function = op(x)
    assert (method.data == function.data) or math.isnan(method.data)
    if op.name != "detach":  # on a Value the method cuts the graph itself
        assert method.op is function.op is op
        assert method.partials == function.partials or math.isnan(method.partials[0])


def test_every_operation_with_a_public_name_is_the_entry_of_the_table():
    sequences = {op.name for op in OPS.values() if op.arity is None}
    infix = {"constant", "identity", "detach", "add", "sub", "mul", "div", "pow", "neg"}
    for name, op in OPS.items():
        if name in infix:
            continue
        assert hasattr(tg, name), name
        if name not in sequences:
            assert getattr(tg, name) is op


def test_stable_forms_hold_for_large_arguments():
    assert tg.sigmoid(-1e4) == 0.0
    assert tg.sigmoid(-700.0) == pytest.approx(math.exp(-700.0), rel=1e-12)
    assert tg.softplus(1e4) == 1e4
    assert tg.softplus(-700.0) == pytest.approx(math.exp(-700.0), rel=1e-12)
    assert tg.logsumexp([1e4, 1e4]) == pytest.approx(1e4 + math.log(2))
    assert tg.logsumexp([-math.inf, -math.inf]) == -math.inf
    assert tg.softmax([1e4, 0.0]) == [1.0, 0.0]
    assert tg.gelu(-30.0) == pytest.approx(-30 * 0.5 * math.erfc(30 / math.sqrt(2)), rel=1e-12)
    x = Value(-40.0)
    tg.sigmoid(x).backward()
    assert x.grad == pytest.approx(math.exp(-40.0), rel=1e-12)


def test_sums_run_left_to_right_on_every_python():
    terms = [1e16, 1.0, -1e16, 1.0]
    expected = 0.0
    for term in terms:
        expected += term
    assert tg.sum(terms) == expected
    assert tg.sum(map(Value, terms)).data == expected
    assert tg.dot(terms, [1.0] * 4) == expected


def test_sequences_mix_values_and_numbers_and_take_any_iterable():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    z = tg.dot((v for v in [x, 4.0, y]), [y, x, 1])
    assert z.data == 2 * 3 + 4 * 2 + 3
    z.backward()
    assert (x.grad, y.grad) == (3.0 + 4.0, 2.0 + 1.0)
    assert len(z.parents) == 6
    p = tg.prod([x, 0.0, y, np.float32(2)])
    p.backward()
    assert p.data == 0.0
    assert (x.grad, y.grad) == (7.0, 3.0)  # the zero blocks both


def test_a_product_with_one_zero_still_has_its_partial():
    x, y = Value(0.0), Value(3.0)
    tg.prod([x, y, 5.0]).backward()
    assert (x.grad, y.grad) == (15.0, 0.0)


def test_ties_share_the_gradient_equally():
    values = [Value(2.0), Value(1.0), Value(2.0)]
    tg.max(values).backward()
    assert [v.grad for v in values] == [0.5, 0.0, 0.5]
    a, b = Value(1.0), Value(1.0)
    tg.minimum(a, b).backward()
    assert (a.grad, b.grad) == (0.5, 0.5)


def test_where_needs_its_argument_guarded_too():
    x = Value(-1.0)
    tg.where(x > 0, tg.sqrt(x), 0.0).backward()
    assert math.isnan(x.grad)  # 0 × nan
    x = Value(-1.0)
    tg.where(x > 0, tg.sqrt(tg.where(x > 0, x, 1.0)), 0.0).backward()
    assert x.grad == 0.0


def test_an_operation_of_ones_own_is_usable_everywhere_at_once():
    cube = tg.Op("cube", lambda x: x**3, lambda y, x: (3 * x**2,), symbol="∛⁻¹")
    x = Value(2.0, "x")
    y = cube(x)
    assert y.data == 8.0
    y.backward()
    assert x.grad == 12.0
    assert cube(2) == 8.0
    assert tg.grad(tg.grad(cube))(2.0) == 12.0
    assert tg.trace(cube, 1.0).grad()(2.0) == 12.0
    assert [s.rule for s in tg.steps(y) if s.kind == "backward"] == ["3 × x²"]
    x = Value(1e200)
    tg.Op("big", lambda x: x, lambda y, x: (x**2,))(x).backward()
    assert x.grad == math.inf  # overflow in a float's ** raises; the line runs once more by IEEE 754
    x = Value(-8.0)
    tg.Op("root", lambda x: x, lambda y, x: (x ** (1 / 3),))(x).backward()
    assert math.isnan(x.grad)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("no name", abs, lambda y, x: (1.0,)), ValueError),
        (("f", 3, lambda y, x: (1.0,)), TypeError),
        (("f", abs, None), TypeError),
    ],
)
def test_a_wrong_entry_is_refused(arguments, error):
    with pytest.raises(error):
        tg.Op(*arguments)


@pytest.mark.parametrize("partials", [lambda y, x: (1.0, 2.0), lambda y, x: (1.0 / x, 2.0)])
def test_an_entry_that_gives_the_wrong_number_of_partials_is_named(partials):
    wrong = tg.Op("wrong", lambda x: x, partials)
    with pytest.raises(TypeError, match="wrong gives 2 partials for 1 arguments"):
        wrong(Value(0.0))  # where the second entry divides by zero, and is evaluated again
    with pytest.raises(TypeError, match="fewer gives 0 partials for 1 arguments"):
        tg.Op("fewer", lambda x: x, lambda y, x: ())(Value(1.0))


def test_numbers_of_other_kinds_become_floats():
    whole = tg.Op("whole", lambda x: int(x), lambda y, x: (0.0,))
    assert type(whole(Value(2.5)).data) is float
    assert type((Value(2.5) + 1).parents[1].data) is float
    assert type(constant(2).data) is float


def test_equal_numbers_are_one_constant_but_not_all_that_ever_were_are_kept():
    x = Value(1.0)
    assert (x + 0.625).parents[1] is (x * 0.625).parents[1]
    assert (x + 0.625).parents[1] is not (x + 0.626).parents[1]

    def kept():
        gc.collect()
        return sum(type(o) is Value and o.op is CONSTANT for o in gc.get_objects())

    before = kept()
    for k in range(5000):
        x + (k + 0.5)
    assert kept() < before + 2000


def test_partials_of_other_kinds_of_number_become_floats():
    double = tg.Op("double", lambda x: 2.0 * x, lambda y, x: (2,))
    assert [type(p) for p in double(Value(1.0)).partials] == [float]
    wrong = tg.Op("wrong", lambda x: x, lambda y, x: ("2",))
    with pytest.raises(TypeError, match="a float from the partials of wrong"):
        wrong(Value(1.0))


def test_partials_may_be_any_callable_that_tells_its_arguments():
    class Slopes:
        def __call__(self, y, a, b):
            return (b, a)

    def slopes(y, *xs):
        return tuple(2.0 * x for x in xs)

    product = tg.Op("product", lambda a, b: a * b, Slopes())
    assert product.arity == 2
    assert product(Value(2.0), 5.0).partials[0] == 5.0
    with pytest.raises(TypeError, match="product takes 2 arguments, got 1"):
        product(Value(2.0))
    with pytest.raises(TypeError, match="tanh takes 1 argument, got 2"):
        tg.tanh(Value(2.0), 1.0)
    squares = tg.Op("squares", lambda *xs: sum(x * x for x in xs), functools.partial(slopes))
    assert squares.arity is None
    assert squares(Value(1.0), Value(2.0), Value(3.0)).partials == (2.0, 4.0, 6.0)


def test_partials_that_do_not_tell_their_arguments_are_refused():
    class Closed:
        __signature__ = "none"

        def __call__(self, y, x):
            return (1.0,)

    for unreadable in (max, Closed()):  # inspect raises ValueError and TypeError for these
        with pytest.raises(TypeError, match="must be a Python function of"):
            tg.Op("closed", abs, unreadable)


# ------------------------------------------------------------------------------------------- contexts


def test_no_grad_records_nothing():
    x = Value(2.0)
    with tg.no_grad():
        y = x * x + tg.dot([x], [x])
        with tg.scope("inside"):
            z = x + 1.0
    assert (y.data, y.parents, y.op, z.parents) == (8.0, (), None, ())
    assert (x * x).parents == (x, x)

    @tg.no_grad()
    def f(v):
        return v * v

    assert f(x).parents == ()
    with pytest.raises(ZeroDivisionError), tg.no_grad():
        raise ZeroDivisionError
    assert (x * x).parents == (x, x)


def test_detach_cuts():
    x = Value(3.0)
    (x * x.detach()).backward()
    assert x.grad == 3.0


def test_each_entry_into_a_scope_is_an_instance():
    x = Value(1.0)
    for _ in range(2):
        with tg.scope("net"), tg.scope("cell"):
            x = x * 2.0
    first, second = x.parents[0].scope, x.scope
    assert first is not second
    assert first.name == second.name == "cell"
    assert first.path == "net/cell"
    from tinygrad_edu.engine.context import scope_labels

    assert list(scope_labels(tg.topological_order(x)).values()) == ["net", "cell", "net#2", "cell"]
    x.name = "out"
    assert x.scope is second
    assert x.name == "out"
    with pytest.raises(TypeError, match="name"):
        tg.scope(3)


def test_contexts_are_counted_so_that_nodes_need_not_look_them_up():
    from tinygrad_edu.engine.context import open_contexts

    assert open_contexts == []
    model = tg.nn.MLP(2, [2, 1], seed=0)
    with tg.no_grad(), tg.scope("a"), tg.scope("b"):
        model([1.0, 2.0])
    with tg.scope("a"), tg.no_grad(), tg.scope("b"):
        tg.grad(lambda x: model([x, 1.0]))(1.0)
    with pytest.raises(TypeError):
        model(["a", "b"])
    with pytest.raises(ValueError, match="2"):
        model.layers[0]([1.0])
    model.layers[0].neurons[0]([Value(1.0), Value(2.0)])
    assert open_contexts == []
    assert Value(1.0).scope is (Value(1.0) * 2.0).scope is None


def test_a_value_cannot_be_subclassed():
    with pytest.raises(TypeError, match="subclassed"):
        type("Mine", (Value,), {})


def test_contexts_are_per_thread():
    x = Value(2.0)
    results = []

    def work():
        results.append((x * x).parents)
        with tg.scope("other"):
            results.append((x * x).scope.name)

    with tg.no_grad(), tg.scope("main"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert (x * x).parents == ()
    assert results == [(x, x), "other"]


# ------------------------------------------------------------------------------------------- looking


def test_the_order_lists_parents_first_left_operands_first():
    a, b, c = Value(1.0, "a"), Value(2.0, "b"), Value(3.0, "c")
    y = tg.tanh(a * b + c)
    names = [node.name or node.op.name for node in tg.topological_order(y)]
    assert names == ["a", "b", "mul", "c", "add", "tanh"]


def test_steps_end_bit_equal_to_backward_and_change_nothing():
    x, y = Value(0.7, "x"), Value(-1.3, "y")
    z = tg.exp(x * y) * x + tg.sin(y) / x - tg.sum([x, y, x]) ** 2
    final = {}
    for step in tg.steps(z):
        if step.kind == "backward":
            assert step.contribution == step.local * step.upstream
            assert step.grad_before == final.get(step.parent, 0.0)
            final[step.parent] = step.grad_after
    assert x.grad == y.grad == z.grad == 0.0
    z.backward()
    assert (final[x], final[y]) == (x.grad, y.grad)
    kinds = [step.kind for step in tg.steps(z)]
    assert kinds == sorted(kinds, key=["forward", "seed", "backward"].index)
    assert kinds.count("seed") == 1


def test_a_step_says_what_it_does():
    w, x = Value(0.5, "w"), Value(2.0, "x")
    y = tg.tanh(w * x)
    y.name = "y"
    steps = list(tg.steps(y))
    back = [s for s in steps if s.kind == "backward"]
    assert [s.rule for s in back] == ["1 − y²", "b", "a"]
    assert back[1].caption.startswith("w.grad += 2 × 0.42")
    with pytest.raises(AttributeError):
        back[0].local = 3.0


def test_paths_add_up_to_the_gradient():
    x = Value(3.0, "x")
    y = x
    for _ in range(10):
        y = y * x + y  # many ways down
    y.backward()
    paths = tg.paths(y, x, top=10**6)
    assert sum(p.product for p in paths) == pytest.approx(x.grad)
    assert paths.count == len(paths)
    assert paths.gradient == pytest.approx(x.grad)
    assert paths.share_hidden == 0.0
    sizes = [abs(p.product) for p in paths]
    assert sizes == sorted(sizes, reverse=True)
    few = tg.paths(y, x, top=3)
    assert [p.product for p in few] == pytest.approx(sizes[:3])
    assert few.hidden == pytest.approx(x.grad - sum(sizes[:3]))


def test_paths_of_astronomical_number_are_counted():
    x = Value(1.0)
    y = x
    for _ in range(200):
        y = 0.5 * y + 0.5 * y
    paths = tg.paths(y, x, top=2)
    assert paths.count == 2**200
    assert paths.gradient == pytest.approx(1.0)
    assert tg.paths(y, Value(1.0)).count == 0
    with pytest.raises(ValueError, match="at least 1"):
        tg.paths(y, x, top=0)


def test_the_first_nonfinite_node_is_found():
    x = Value(0.0, "x")
    log = tg.log(x)
    found = tg.find_nonfinite(log * 2.0 + x)
    assert (found.node, found.args, found.where) == (log, (0.0,), "value")
    root = tg.sqrt(x)
    found = tg.find_nonfinite(root + 1.0)
    assert (found.node, found.where) == (root, "partial")
    y = Value(1e200)
    z = y * 1e200 * 0.0
    assert tg.find_nonfinite(z).where == "value"
    y = Value(1e-200)
    found = tg.find_nonfinite((y * 1e200) * 1e200)
    assert found.where == "gradient"
    assert found.node is y
    assert tg.find_nonfinite(Value(1.0) * 2.0) is None


# ------------------------------------------------------------------------------------------- size


def test_a_chain_can_be_copied_and_pickled_at_any_depth():
    x = Value(1.0, "x")
    y = x
    for _ in range(3_000):  # thrice what Python would recurse
        y = y + 1.0
    for twin in (pickle.loads(pickle.dumps(y)), copy.deepcopy(y)):
        twin.backward()
        nodes = tg.topological_order(twin)
        assert len(nodes) == len(tg.topological_order(y))
        assert (nodes[0].name, nodes[0].grad, twin.data) == ("x", 1.0, 3_001.0)


def chain(length):
    y = x = Value(1.0, "x")
    for _ in range(length):
        y = -y
    return x, y


def test_a_chain_of_a_million_nodes():
    n = 1_000_000
    x, y = chain(n)
    y.backward()
    assert x.grad == 1.0
    assert len(tg.topological_order(y)) == n + 1
    assert len(repr(y)) < 100
    first = next(iter(tg.steps(y)))
    assert first.kind == "forward"
    del y, first  # freed without recursion
    gc.collect()


def test_copies_of_a_long_chain():
    n = 1_000_000 if THOROUGH else 100_000
    _, y = chain(n)
    for copied in (lambda: pickle.loads(pickle.dumps(y)), lambda: copy.deepcopy(y)):
        again = copied()
        assert again.data == y.data
        assert len(tg.topological_order(again)) == n + 1


def test_copies_keep_sharing_within_one_pickle():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    with tg.scope("s"):
        c = a * b + a
    c.backward()
    for copied in (pickle.loads(pickle.dumps([a, b, c, c.parents[0]])), copy.deepcopy([a, b, c, c.parents[0]])):
        a2, b2, c2, product = copied
        assert c2.parents[0] is product
        assert product.parents == (a2, b2)
        assert (a2.grad, a2.name, c2.scope.name, c2.op) == (4.0, "a", "s", OPS["add"])
        tg.zero_grad([a2, b2])
        c2.backward()
        assert (a2.grad, b2.grad) == (4.0, 2.0)
        assert a.grad == 4.0
    deep = copy.deepcopy(c)
    assert {n.name for n in tg.topological_order(deep)} == {"a", "b", None}
    assert a not in tg.topological_order(deep)
    shallow = copy.copy(c)
    assert shallow.parents == c.parents
    assert shallow is not c


def test_operations_pickle_by_name():
    for op in OPS.values():
        assert pickle.loads(pickle.dumps(op)) is op
    assert pickle.loads(pickle.dumps(MODULE_OP)) is MODULE_OP
    with pytest.raises(TypeError, match="global name"):
        pickle.dumps(tg.Op("local", abs, lambda y, x: (1.0,)))


MODULE_OP = tg.Op("scaled", lambda x: 2 * x, lambda y, x: (2.0,))


@pytest.mark.parametrize(
    ("make", "limit"),
    [
        (lambda x, y, c: x + y, 250),
        (lambda x, y, c: x * y, 250),
        (lambda x, y, c: x + c, 320),
        (lambda x, y, c: x * c, 320),
        (lambda x, y, c: c - x, 320),
        (lambda x, y, c: x / c, 320),
        (lambda x, y, c: c / x, 320),
        (lambda x, y, c: x**c, 320),
        (lambda x, y, c: c**x, 320),
        (lambda x, y, c: x / y, 320),
        (lambda x, y, c: x**y, 320),
    ],
)
def test_memory_per_node(make, limit):
    from tinygrad_edu.engine.value import _CACHED

    # All constants differ, so none is shared. Their store is emptied every so many; counted from one emptying to
    # another, what it holds itself drops out.
    x, y = Value(1.1), Value(1.3)
    constants = [1.0 + i / 7.0 for i in range(4 * _CACHED)]
    kept = [None] * len(constants)
    sizes = []
    make(x, y, 2.0)
    gc.collect()
    tracemalloc.start()
    for i, c in enumerate(constants):
        kept[i] = make(x, y, c)
        if (i + 1) % (2 * _CACHED) == 0:
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert (sizes[1] - sizes[0]) / (2 * _CACHED) <= limit + 0.1  # the list of sizes itself


def test_a_fraction_is_a_number_too():
    assert (Value(1.0) * Fraction(1, 4)).data == 0.25


def test_an_entry_that_cannot_be_read_as_text_still_works():
    soft = tg.Op("soft", lambda x: math.sin(x), lambda y, x: (math.cos(x),))
    branching = tg.Op("branching", abs, lambda y, x: (1.0 if x > 0 else -1.0,))
    for op, slope in ((soft, math.cos(-2.0)), (branching, -1.0)):
        x = Value(-2.0, "x")
        y = op(x)
        y.backward()
        assert x.grad == slope
        (back,) = [s for s in tg.steps(y) if s.kind == "backward"]
        assert back.rule == f"∂{op.name}/∂x"


def test_an_operation_of_ones_own_may_share_a_name_with_the_table():
    other = tg.Op("tanh", lambda x: 2.0 * x, lambda y, x: (2.0,))
    x = Value(0.5)
    assert (other(x).data, tg.tanh(x).data) == (1.0, math.tanh(0.5))
    assert other(x).op is other


def test_the_rooms_that_open_late_are_those_that_type_checkers_see():
    import ast
    import inspect

    (seen,) = [node for node in ast.parse(inspect.getsource(tg)).body if isinstance(node, ast.If)]
    declared = {
        alias.asname: (node.module or alias.name)
        for node in seen.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert declared == tg._ROOMS
    for name in declared:
        assert getattr(tg, name) is not None
        assert name in dir(tg)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tg.nothing  # noqa: B018


class TestCollectorPaused:
    """Python's collector is for the whole process, and someone else may have switched it off."""

    def test_it_runs_again_after_the_outermost_pause(self):
        with tg.collector_paused():
            with tg.collector_paused():
                assert not gc.isenabled()
            assert not gc.isenabled()
        assert gc.isenabled()

    def test_it_runs_again_after_an_error(self):
        @tg.collector_paused()
        def fails():
            assert not gc.isenabled()
            raise KeyError("inside")

        for _ in range(2):
            with pytest.raises(KeyError, match="inside"):
                fails()
            assert gc.isenabled()

    def test_it_stays_off_if_it_was_off(self):
        gc.disable()
        try:
            with tg.collector_paused():
                pass
            assert not gc.isenabled()
        finally:
            gc.enable()

    def test_pauses_of_two_threads_may_overlap(self):
        first, second = tg.collector_paused(), tg.collector_paused()
        first.__enter__()
        thread = threading.Thread(target=second.__enter__)
        thread.start()
        thread.join()
        first.__exit__(None, None, None)
        assert not gc.isenabled()
        second.__exit__(None, None, None)
        assert gc.isenabled()

    def test_graphs_are_freed_inside_a_pause(self):
        x = Value(2.0)
        with tg.collector_paused():
            y = x * 3.0 + x
            y.backward()
            before = len([o for o in gc.get_objects() if type(o) is Value])
            del y
            after = len([o for o in gc.get_objects() if type(o) is Value])
        assert before - after == 2


@pytest.mark.parametrize("slope", [math.inf, math.nan])
def test_zero_times_a_slope_that_is_not_finite_is_nan(slope):
    """So it is in PyTorch: a zero from above stops finite slopes only, in sums of many terms as in products of two."""
    x, y, z = Value(1.0), Value(2.0), Value(3.0)
    (tg.dot([x, y, z], [slope, 5.0, 7.0]) * 0.0).backward()
    assert math.isnan(x.grad)
    assert (y.grad, z.grad) == (0.0, 0.0)
    x, y = Value(1.0), Value(2.0)
    (tg.relu(tg.dot([x, y], [-5.0, -7.0])) + x).backward()
    assert (x.grad, y.grad) == (1.0, 0.0)
