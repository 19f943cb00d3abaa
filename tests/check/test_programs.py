"""Random whole programs: every way to differentiate agrees with every other, with PyTorch, with differences."""

import copy
import math
import pickle
import struct
import sys
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import tinygrad_edu as tg
from tinygrad_edu import OPS, Graph, Value
from tinygrad_edu.check import finite_values, programs
from tinygrad_edu.check.kinks import same


def few(share):
    return settings(max_examples=max(5, int(settings.default.max_examples * share)))


def bits(x):
    return struct.pack("<d", x) if x == x else b"nan"


def listed(gradient, count):
    return [gradient] if count == 1 else list(gradient)


def eager(program, point=None):
    """Give the result and the gradient by `backward`."""
    leaves = [Value(x, name) for x, name in zip(point or program.point, program.names, strict=True)]
    result = program(*leaves)
    result.backward()
    return result, [leaf.grad for leaf in leaves]


def close(found, expected, rtol, atol=0.0):
    scale = max([abs(x) for x in expected], default=0.0)
    return all(abs(a - b) <= rtol * scale + atol for a, b in zip(found, expected, strict=True))


def rounded(result):
    """How much rounding may make of a gradient: little beside the largest of its terms, which may cancel."""
    sizes = [abs(step.contribution) for step in tg.steps(result) if step.kind == "backward"]
    return 1e-12 * max(filter(math.isfinite, sizes), default=0.0)


def alike(found, expected):
    return len(found) == len(expected) and all(map(same, found, expected))


# ---------------------------------------------------------------------------------------- the same floats


@given(programs())
def test_eager_and_traced_and_frozen_graphs_give_the_same_floats(program):
    result, gradient = eager(program)
    count = len(gradient)
    graph = tg.trace(program, *program.point).validate()
    frozen = Graph.from_value(result).validate()
    assert bits(graph(*program.point)) == bits(result.data) == bits(program(*program.point))
    numbers, slopes_of = (dict(zip(program.names, xs, strict=True)) for xs in (program.point, gradient))
    for made in (graph, frozen):
        derived = made.grad().validate()
        both = made.value_and_grad().validate()
        point = [numbers[var.name] for var in made.inputs]  # a frozen graph has its inputs in the order of use
        expected = [slopes_of[var.name] for var in made.inputs]
        assert alike(listed(derived(*point), count), expected)
        value, slopes = both(*point)
        assert bits(value) == bits(result.data)
        assert alike(listed(slopes, count), expected)
        again, smaller = Graph.from_json(made.to_json()).validate(), made.simplify().validate()
        assert bits(again(*point)) == bits(smaller(*point)) == bits(result.data)
        assert alike(listed(again.grad().simplify()(*point), count), expected)
        # Where equal equations become one, or copies go, the same terms are added in another order.
        assert close(listed(smaller.grad()(*point), count), expected, 1e-12, rounded(result))
        assert len(smaller.equations) <= len(made.equations)


@given(programs())
def test_steps_end_in_the_gradients_of_backward_to_the_bit(program):
    *_, result = program.values()
    taken = list(tg.steps(result, 1.0))
    kept = {}
    for step in taken:
        if step.kind == "seed":
            assert (step.node, step.grad_after) == (result, 1.0)
            kept[step.node] = step.grad_after
        elif step.kind == "backward":
            assert step.node.parents[step.index] is step.parent
            assert bits(step.local) == bits(step.node.partials[step.index])
            assert bits(step.upstream) == bits(kept[step.node])
            assert bits(step.contribution) == bits(step.local * step.upstream)
            assert bits(step.grad_before) == bits(kept.get(step.parent, 0.0))
            assert bits(step.grad_after) == bits(step.grad_before + step.contribution)
            kept[step.parent] = step.grad_after
        else:
            assert step.args == tuple(parent.data for parent in step.node.parents)
    assert all(node.grad == 0.0 for node in tg.topological_order(result)), "steps changed a gradient"
    result.backward()
    for node, grad in kept.items():
        assert bits(node.grad) == bits(grad)
    edges = sum(parent.op is not OPS["constant"] for node in tg.topological_order(result) for parent in node.parents)
    assert sum(step.kind == "backward" for step in taken) == edges


@given(programs())
def test_transforms_give_the_floats_of_backward(program):
    _, gradient = eager(program)
    count = len(gradient)
    value, slopes = tg.value_and_grad(program, argnums=range(count))(*program.point)
    assert bits(value) == bits(program(*program.point))
    assert alike(slopes, gradient)
    assert alike(tg.grad(program, argnums=tuple(range(count)))(*program.point), gradient)
    assert alike([tg.grad(program, argnums=i)(*program.point) for i in range(count)], gradient)
    assert alike([tg.grad(program, argnums=i - count)(*program.point) for i in range(count)], gradient)
    assert alike(tg.jacobian(lambda v: program(*v))(list(program.point)), gradient)


@given(st.lists(finite_values(), min_size=1, max_size=5), st.data())
@few(0.4)
def test_argnums_count_from_either_end(slopes, data):
    count = len(slopes)
    places = st.integers(-count, count - 1)
    chosen = data.draw(st.lists(places, min_size=1, max_size=count, unique_by=lambda i: i % count))

    def f(*xs):
        return tg.sum([s * x * x for s, x in zip(slopes, xs, strict=True)])

    point = [0.5 * (1 + i) for i in range(count)]
    value, found = tg.value_and_grad(f, argnums=chosen)(*point)
    assert value == f(*point)
    assert alike(found, [2.0 * (slopes[i] * point[i]) for i in chosen])


@given(programs())
@few(0.4)
def test_a_graph_takes_values_and_variables_too(program):
    result, gradient = eager(program)
    graph = tg.trace(program, *program.point)
    through, slopes = _through(graph, program)
    assert bits(through) == bits(result.data)
    assert alike(slopes, gradient)
    again = tg.trace(lambda *xs: graph(*xs), *program.point)
    assert bits(again(*program.point)) == bits(result.data)


def _through(graph, program):
    leaves = [Value(x) for x in program.point]
    result = graph(*leaves)
    if not isinstance(result, Value):
        return result, [0.0] * len(leaves)
    result.backward()
    return result.data, [leaf.grad for leaf in leaves]


@given(programs())
@few(0.4)
def test_paths_add_up_to_the_gradient(program):
    *values, result = program.values()
    result.backward()
    for leaf in values[: len(program.point)]:
        found = tg.paths(result, leaf, top=2000)
        assert math.isclose(found.gradient, leaf.grad, rel_tol=1e-9, abs_tol=1e-9)
        assert found.count >= len(found)
        if found.count == len(found):
            assert math.isclose(math.fsum(p.product for p in found), leaf.grad, rel_tol=1e-9, abs_tol=1e-9)
        sizes = [abs(p.product) for p in found]
        assert sizes == sorted(sizes, reverse=True) or all(a >= b * (1 - 1e-12) for a, b in pairwise(sizes))


@given(programs())
@few(0.4)
def test_copies_and_pickles_have_the_same_gradient(program):
    result, gradient = eager(program)
    for copied in (copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        names = {node.name: node for node in tg.topological_order(copied) if node.op is None}
        tg.zero_grad(names.values())
        copied.backward()
        found = dict(zip(program.names, gradient, strict=True))
        assert alike([node.grad for node in names.values()], [found[name] for name in names])


@given(programs())
@few(0.4)
def test_printed_code_is_the_program(program):
    text, _, call = program.code.rpartition("\n")
    space = {}
    exec(text, space)
    assert bits(eval(call, space)) == bits(program(*program.point))
    assert alike(list(tg.grad(space["program"], tuple(range(len(program.point))))(*program.point)), eager(program)[1])


# ---------------------------------------------------------------------------------------- differences, PyTorch


@given(programs())
def test_no_false_alarm_at_first_order(program):
    """10,000 correct programs in the deep profile: no mismatch, and hardly any that cannot be decided."""
    tg.check_grads(program, program.point)


@given(programs(max_ops=6))
@few(0.4)
def test_no_false_alarm_at_second_order(program):
    tg.check_grads(program, program.point, order=2)


@given(programs())
def test_first_order_is_that_of_pytorch(program):
    pytest.importorskip("torch", reason="PyTorch's doubles are the independent truth for whole programs")
    from support import torch_reference as reference

    result, gradient = eager(program)
    inputs, expected = reference.run(program, program.point)
    assert math.isclose(result.data, expected.item(), rel_tol=1e-10, abs_tol=1e-10)
    assert close(gradient, [g.item() for g in reference.gradient(expected, inputs)], 1e-10, 1e-12)


@given(programs(max_ops=6))
@few(0.4)
def test_second_order_is_that_of_pytorch(program):
    pytest.importorskip("torch", reason="PyTorch's doubles are the independent truth for whole programs")
    from support import torch_reference as reference

    count = len(program.point)
    assume(all(x == 0.0 or abs(x) > 1e-30 for x in program.point))  # PyTorch loses products that are so small
    powers = [node for node in tg.topological_order(eager(program)[0]) if node.op is OPS["pow"]]
    assume(all(node.parents[1].data != 0.0 for node in powers))  # and of x ** 0 the mixed second derivative, 1 / x
    inputs, expected = reference.run(program, program.point)
    hessian = tg.hessian(lambda v: program(*v))(list(program.point))
    rows = reference.gradient(expected, inputs, create_graph=True)
    theirs = [h.item() for row in rows for h in reference.gradient(row, inputs)]
    assert close([h for row in hessian for h in row], theirs, 1e-8, 1e-10)
    twice = [tg.grad(tg.grad(program, i), j)(*program.point) for i in range(count) for j in range(count)]
    assert close(twice, theirs, 1e-8, 1e-10)


@given(programs(ops=[OPS[name] for name in ("sin", "mul", "add", "exp", "tanh", "div")], max_ops=4, leaves=1))
@few(0.2)
def test_third_order_is_that_of_pytorch(program):
    pytest.importorskip("torch", reason="PyTorch's doubles are the independent truth for whole programs")
    from support import torch_reference as reference

    (x,), y = reference.run(program, program.point)
    for _ in range(3):
        (y,) = reference.gradient(y, [x], create_graph=True)
    ours = tg.grad(tg.grad(tg.grad(program)))(*program.point)
    assert math.isclose(ours, y.item(), rel_tol=1e-7, abs_tol=1e-8)


# ---------------------------------------------------------------------------------------- forward, second order


@given(programs(), st.data())
def test_forward_mode_agrees_with_reverse_mode(program, data):
    count = len(program.point)
    direction = data.draw(st.lists(finite_values(), min_size=count, max_size=count))
    value, tangent = tg.jvp(program, program.point, tuple(direction))
    _, gradient = eager(program)
    assert bits(value) == bits(program(*program.point))
    terms = [g * d for g, d in zip(gradient, direction, strict=True)]
    assert math.isclose(tangent, math.fsum(terms), rel_tol=1e-9, abs_tol=1e-11 * (1 + sum(map(abs, terms))))


@given(programs(max_ops=6), st.data())
@few(0.4)
def test_hvp_agrees_with_hessian_which_is_symmetric(program, data):
    count = len(program.point)
    v = data.draw(st.lists(finite_values(), min_size=count, max_size=count))
    f = lambda x: program(*x)  # noqa: E731
    hessian = tg.hessian(f)(list(program.point))
    expected = [math.fsum([h * d for h, d in zip(row, v, strict=True)]) for row in hessian]
    scale = 1.0 + max(abs(h) for row in hessian for h in row)
    assert close(tg.hvp(f, list(program.point), v), expected, 1e-9, 1e-9 * scale)
    for i in range(count):
        for j in range(i):
            assert math.isclose(hessian[i][j], hessian[j][i], rel_tol=1e-9, abs_tol=1e-10 * scale)
    traced = tg.trace(f, list(program.point)).grad()
    assert close(
        [h for row in tg.jacobian(lambda x: traced(x))(list(program.point)) for h in row],
        [h for row in hessian for h in row],
        1e-9,
        1e-10 * scale,
    )


@given(programs(max_ops=5))
@few(0.3)
def test_differentiating_the_traced_gradient_again(program):
    """The gradient as a graph, differentiated as a graph once more."""
    count = len(program.point)
    graph = tg.trace(program, *program.point)
    gradient = graph.grad()
    hessian = tg.hessian(lambda v: program(*v))(list(program.point))
    scale = 1.0 + max(abs(h) for row in hessian for h in row)
    for i in range(count):
        row = tg.trace(lambda *xs, i=i: listed(gradient(*xs), count)[i], *program.point).validate()
        second = row.grad().simplify().validate()
        assert close(listed(second(*program.point), count), hessian[i], 1e-9, 1e-10 * scale)


# ---------------------------------------------------------------------------------------- rules of calculus


@given(programs(max_ops=5, leaves=2), programs(max_ops=5, leaves=2), finite_values(), finite_values())
def test_sum_product_quotient_and_linearity(f, g, a, b):
    """Of two programs with two inputs; one whose lines need fewer inputs ignores the rest."""
    point = (f.point + g.point + (1.0, 2.0))[:2]
    assume(min(map(abs, point)) > 1e-3)  # each was made for a point of its own; nearer to 0, terms of 1/x cancel
    f, g = _of_two(f), _of_two(g)
    fx, df = _at(f, point)
    gx, dg = _at(g, point)
    assume(all(map(math.isfinite, (fx, gx, *df, *dg))))
    assume(max(map(abs, (fx, gx, *df, *dg))) < 1e4)
    sums = [a * p + b * q for p, q in zip(df, dg, strict=True)]
    assert close(_at(lambda *x: a * f(*x) + b * g(*x), point)[1], sums, 1e-12, 1e-9)
    assert close(_at(lambda *x: f(*x) - g(*x), point)[1], [p - q for p, q in zip(df, dg, strict=True)], 1e-12, 1e-9)
    products = [p * gx + fx * q for p, q in zip(df, dg, strict=True)]
    assert close(_at(lambda *x: f(*x) * g(*x), point)[1], products, 1e-12, 1e-8)
    if abs(gx) > 0.1:
        quotients = [(p * gx - fx * q) / (gx * gx) for p, q in zip(df, dg, strict=True)]
        assert close(_at(lambda *x: f(*x) / g(*x), point)[1], quotients, 1e-12, 1e-8 / min(1.0, gx * gx))


def _of_two(program):
    count = len(program.point)
    return lambda *x: program(*x[:count])


def _at(f, point):
    leaves = [Value(x) for x in point]
    result = f(*leaves)
    result.backward()
    return result.data, [leaf.grad for leaf in leaves]


SMOOTH = ("sin", "tanh", "atan", "sigmoid", "softplus", "square", "erf", "asinh", "gelu", "silu", "neg")


@given(programs(max_ops=5), st.sampled_from(SMOOTH))
def test_chain_rule(program, outer):
    op = OPS[outer]
    result, gradient = eager(program)
    (slope,) = op.slopes(op(result.data), (result.data,))
    leaves = [Value(x) for x in program.point]
    op(program(*leaves)).backward()
    assert close(
        [leaf.grad for leaf in leaves], [slope * g for g in gradient], 1e-12, 1e-300 + abs(slope) * rounded(result)
    )


@given(programs(), finite_values(), st.integers(2, 5))
def test_fan_out_seed_and_repetition(program, seed, times):
    """Using a result several times, or sweeping several times, multiplies the gradient; interior ones are set anew."""
    once, gradient = eager(program)
    slack = rounded(once)
    leaves = [Value(x) for x in program.point]
    trail = program.trail(*leaves)
    result = trail[-1]
    total = result
    for _ in range(times - 1):
        total = total + result
    total.backward()
    assert close([leaf.grad for leaf in leaves], [times * g for g in gradient], 1e-12, times * slack)
    assert result.grad == times
    tg.zero_grad(leaves)
    for k in range(1, times + 1):
        result.backward(seed)
        assert close([leaf.grad for leaf in leaves], [k * seed * g for g in gradient], 1e-12, k * abs(seed) * slack)
        assert result.grad == seed
    interior = {id(node): node.grad for node in trail if isinstance(node, Value) and node.parents}
    result.backward(seed)
    assert all(same(interior[id(n)], n.grad) for n in trail if isinstance(n, Value) and n.parents and n is not result)


@given(programs(max_ops=4, leaves=1), finite_values(), finite_values())
@few(0.5)
def test_perturbations_are_not_confused(program, a, b):
    """d/dx [x · d/dy p(a·y + x·0 + b·0)] is the inner derivative itself: the outer x is a constant inside."""
    (y,) = program.point
    inner = tg.grad(program)(y)
    assert math.isclose(tg.grad(lambda x: x * tg.grad(program)(y))(a), inner, rel_tol=1e-12, abs_tol=1e-12)
    crossed = tg.grad(lambda x: tg.grad(lambda t: x * program(t))(y))(b)
    assert math.isclose(crossed, inner, rel_tol=1e-12, abs_tol=1e-12)
    both = tg.grad(lambda x: tg.grad(lambda t: program(t) * t + x * t)(x * 1.0))(y)
    second = tg.grad(tg.grad(program))(y)
    forward_inside = tg.grad(lambda t: tg.jvp(program, (t,), (1.0,))[1])(y)
    reverse_inside = tg.jvp(tg.grad(program), (y,), (1.0,))[1]
    twice_forward = tg.jvp(lambda t: tg.jvp(program, (t,), (1.0,))[1], (y,), (1.0,))[1]
    for found in (forward_inside, reverse_inside, twice_forward):
        assert math.isclose(found, second, rel_tol=1e-9, abs_tol=1e-9)
    captured = tg.grad(lambda x: tg.jvp(lambda t: x * program(t), (y,), (1.0,))[1])(b)
    assert math.isclose(captured, inner, rel_tol=1e-9, abs_tol=1e-9)
    assert math.isclose(both, 2.0 * inner + y * second + 1.0, rel_tol=1e-8, abs_tol=1e-8)


@given(programs())
@few(0.5)
def test_no_grad_and_detach_cut_and_scopes_do_not(program):
    result, gradient = eager(program)
    leaves = [Value(x) for x in program.point]
    with tg.no_grad():
        cut = program(*leaves)
    assert bits(cut.data) == bits(result.data)
    assert cut.parents == ()
    (cut * 1.0).backward()
    assert all(leaf.grad == 0.0 for leaf in leaves)
    with tg.scope("part"):
        grouped = program(*leaves)
    grouped.backward()
    assert alike([leaf.grad for leaf in leaves], gradient)
    tg.zero_grad(leaves)
    whole = program(*leaves)
    (whole * whole.detach()).backward()
    least = max(abs(whole.data) * rounded(result), sys.float_info.min)  # subnormal numbers have fewer digits
    assert close([leaf.grad for leaf in leaves], [whole.data * g for g in gradient], 1e-12, least)


@given(programs(max_ops=12, leaves=(1, 4)))
@few(0.5)
def test_topological_order_lists_everything_once_and_parents_first(program):
    *_, result = program.values()
    order = tg.topological_order(result)
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is result
    for node in order:
        assert all(place[parent] < place[node] for parent in node.parents)


def test_programs_are_worth_testing_on():
    """They are not flat, they share, they use the whole table."""
    seen, ops, flat, shared = 0, set(), 0, 0

    @given(programs())
    @settings(max_examples=400, database=None, derandomize=True)
    def collect(program):
        nonlocal seen, flat, shared
        seen += 1
        ops.update(line.op.name for line in program.lines)
        flat += not any(eager(program)[1])
        used = [a for line in program.lines for a in line.args if isinstance(a, int)]
        shared += len(used) > len(set(used))

    collect()
    assert flat < seen / 3
    assert shared > seen / 4
    assert len(ops) > 50
