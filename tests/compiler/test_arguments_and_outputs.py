"""What goes into a compiled function, and the structure in which its outputs come."""

from collections import namedtuple
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_edu as tg
from tinygrad_edu import Value, nn

Pair = namedtuple("Pair", "left right")
LEAF = st.integers(-5, 5).map(float)
TREES = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
        st.builds(Pair, inner, inner),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    ),
    max_leaves=8,
)


def times(tree, x):
    """The same containers with every number times x."""
    if isinstance(tree, dict):
        return {key: times(item, x) for key, item in tree.items()}
    if isinstance(tree, Pair):
        return Pair(times(tree.left, x), times(tree.right, x))
    if isinstance(tree, (list, tuple)):
        return type(tree)([times(item, x) for item in tree])
    return tree * x


def assert_holds(out, tree, xs):
    """`out` is `tree` times each of xs: tuples and dicts stay, and lists unless they are regular."""
    if isinstance(tree, dict):
        assert list(out) == list(tree)
        for key in tree:
            assert_holds(out[key], tree[key], xs)
    elif isinstance(tree, tuple) or (isinstance(tree, list) and not is_regular(tree)):
        assert type(out) is type(tree)
        assert len(out) == len(tree)
        for part, inner in zip(out, tree, strict=True):
            assert_holds(part, inner, xs)
    else:
        np.testing.assert_array_equal(out, [np.array(tree) * x for x in xs])


def is_regular(tree):
    """Whether nested lists and plain tuples are an array to NumPy; the parts of a named tuple have names to keep."""
    if "Pair" in repr(tree):
        return False
    try:
        return np.array(tree, dtype=float).ndim >= 1
    except (TypeError, ValueError):
        return False


@given(TREES)
def test_containers_stay_and_regular_lists_become_arrays(tree):
    xs = [1.0, -2.0, 0.5]
    assert_holds(tg.compile(lambda x: times(tree, x))(xs), tree, xs)


@pytest.mark.parametrize("size", [4, 3])
def test_gradients_towards_two_arguments_are_two_arrays_whatever_their_sizes(size):
    """Where both have three numbers too: stacked, they would come apart as two examples."""
    a, b = np.arange(6.0).reshape(2, 3), np.arange(2.0 * size).reshape(2, size) + 1.0
    slopes = tg.compile(tg.grad(lambda a, b: tg.dot(a, a) + 3.0 * tg.dot(b, b), argnums=(0, 1)))
    ga, gb = slopes(a, b)
    np.testing.assert_allclose(ga, 2.0 * a)
    np.testing.assert_allclose(gb, 6.0 * b)


def test_value_and_gradient_are_a_pair():
    x = np.arange(6.0).reshape(3, 2)
    values, slopes = tg.compile(tg.value_and_grad(lambda x: tg.dot(x, x)))(x)
    np.testing.assert_allclose(values, (x * x).sum(1))
    np.testing.assert_allclose(slopes, 2.0 * x)


def test_fit_trains_a_model_that_returns_a_tuple_as_one_that_returns_a_list():
    class Model(nn.Module):
        def __init__(self, kind):
            self.inner, self.kind = nn.MLP(4, [3], seed=0), kind

        def forward(self, x):
            return self.kind(self.inner(x))

    iris = tg.data.load("iris")
    histories = [tg.fit(Model(kind), iris, epochs=2, progress=False, engine="numpy") for kind in (tuple, list)]
    assert histories[0].loss == histories[1].loss
    assert histories[0].accuracy == histories[1].accuracy


def test_an_empty_dict_is_not_taken_for_a_number():
    compiled = tg.compile(lambda x: 7.0 if isinstance(x, dict) else x)
    assert compiled([5.0]).tolist() == [5.0]
    assert compiled({}).tolist() == [7.0]
    assert compiled([[5.0]]).tolist() == [[5.0]]


def test_arrays_of_objects_are_looked_at_every_time():
    w = Value(1.0)
    compiled = tg.compile(lambda x: w * x, params=[w])
    for _ in range(2):
        assert compiled.value_and_grad(np.array([1.0, 2.0], object))[0] == 1.5
    with pytest.raises(ValueError, match="argument 1 must be an array"):
        compiled.value_and_grad(np.array([1.0, None], object))
    assert compiled.value_and_grad(np.array([3, 2.0], object))[0] == 2.5


@pytest.mark.parametrize("wrong", [[None], ["half"], [1j], [10**400], np.array([None]), [Value(1.0)], 1.0, [[1.0]]])
def test_what_takes_the_place_of_parameters_is_read_as_arguments_are(wrong):
    w = Value(1.0)
    compiled = tg.compile(lambda x: w * x, params=[w])
    for right in ([Fraction(1, 2)], np.array([0.5], np.float16), np.array([0.5], object), (0.5,)):
        assert compiled.value_and_grad([1.0, 2.0], at=right)[0] == 0.75
    with pytest.raises(ValueError, match="at must"):
        compiled.value_and_grad([1.0, 2.0], at=wrong)
    assert compiled.value_and_grad([1.0, 2.0])[0] == 1.5


@pytest.mark.parametrize("scale", [1.0, 5e307, 1e-300])
def test_the_weighted_mean_has_no_scale(scale):
    w = Value(2.0)
    value, (slope,) = tg.compile(lambda x: w * x).value_and_grad([1.0, 2.0, 5.0], weights=[scale, 3 * scale, 2 * scale])
    assert (value, slope) == pytest.approx((34 / 6, 17 / 6), rel=1e-15)


def test_a_module_does_as_params():
    model = nn.MLP(2, [3, 1], seed=0)
    extra = Value(2.0)
    compiled = tg.compile(lambda x: extra * model(x), params=model)
    X = np.array([[0.5, -1.0], [2.0, 0.25]])
    compiled.backward(X)
    ours = [p.grad for p in model.parameters()]
    assert compiled.params == model.parameters()
    model.zero_grad()
    tg.mean([extra * model(row) for row in X.tolist()]).backward()
    assert ours == pytest.approx([p.grad for p in model.parameters()], rel=1e-12)
    with pytest.raises(TypeError, match="must be a Module or a sequence"):
        tg.compile(lambda x: x, params=3.0)
