"""The backward sweep, against closed forms, PyTorch's conventions and plain counting."""

import gc
import math

import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Value


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


def test_the_order_lists_parents_first_left_operands_first():
    a, b, c = Value(1.0, "a"), Value(2.0, "b"), Value(3.0, "c")
    y = tg.tanh(a * b + c)
    names = [node.name or node.op.name for node in tg.topological_order(y)]
    assert names == ["a", "b", "mul", "c", "add", "tanh"]


def test_a_chain_of_a_million_nodes():
    n = 1_000_000 if THOROUGH else 30_000
    y = x = Value(1.0, "x")
    for _ in range(n):
        y = -y
    y.backward()
    assert x.grad == 1.0
    assert len(tg.topological_order(y)) == n + 1
    assert len(repr(y)) < 100
    first = next(iter(tg.steps(y)))
    assert first.kind == "forward"
    del y, first  # freed without recursion
    gc.collect()


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


def test_neurons_that_share_their_inputs_have_the_gradients_of_plain_arithmetic():
    """A layer's inner products share a half, which holds what the layer before gave, of each example its own."""
    model = tg.nn.MLP(3, [4, 2, 3], activation="tanh", seed=0)
    parameters = model.parameters()

    def plain(neuron, inputs):
        terms = [w * x for w, x in zip(neuron.w, inputs, strict=True)]
        z = terms[0] + neuron.b
        for term in terms[1:]:
            z = z + term
        return z if neuron.activation == "linear" else tg.tanh(z)

    found = []
    for layered in (True, False):
        given = [Value(0.5), Value(-1.25), Value(2.0)]
        loss = Value(0.0)
        for scale in (1.0, 0.5):  # two examples
            out = [tg.exp(x * scale) for x in given]
            for layer in model.layers:
                out = layer(out) if layered else [plain(neuron, out) for neuron in layer.neurons]
            loss = loss + out[0] * out[1] + out[2] * out[2]
        model.zero_grad()
        loss.backward()
        found.append([p.grad for p in (*parameters, *given)])
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_an_inner_product_is_one_node_whose_factors_are_its_parents_in_their_order():
    u, v = [Value(2.0), Value(3.0)], [Value(5.0), Value(7.0)]
    for z in (tg.dot(u, v), tg.nn.Neuron(2, "linear", seed=0)(v).parents[0]):
        assert len(z.parents) == 4
        assert z.parents[2:] == tuple(v)
        assert z.partials[:2] == (5.0, 7.0)
        assert z.partials[2:] == tuple(parent.data for parent in z.parents[:2])
