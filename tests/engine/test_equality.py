"""`==` asks for the same node: said where it was meant for numbers, refused where it would freeze an answer."""

import warnings

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.errors import TracedBoolError


@pytest.mark.parametrize("number", [0, 0.0, 2, 2.0, True, np.float64(2.0), np.int64(2)])
def test_comparing_with_a_number_warns_and_says_what_to_write(number):
    x = Value(2.0)
    for compare in (lambda: x == number, lambda: number == x, lambda: x in [number]):
        with pytest.warns(UserWarning, match=r"never == .*x\.data == ") as caught:
            assert compare() is False
        assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match=r"x\.data"):
        assert x != number
    with pytest.warns(UserWarning, match=r"x\.data"):  # the case of a removable singularity
        tg.value_and_grad(lambda x: 1.0 + 0 * x if x == 0 else tg.sin(x) / x)(0.0)


def test_values_are_found_again_by_identity_without_a_word():
    x, y = Value(2.0), Value(2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert x == x  # that is the point
        assert x != y
        assert x in [y, x]
        assert [y, x].index(x) == 1
        assert {x: 1, y: 2}[y] == 2
        assert len({x, y}) == 2
        assert x != "x"
        assert x is not None
        assert (x == None) is False  # noqa: E711  # that is the point


@pytest.mark.parametrize(
    "choose",
    [
        lambda x, y: 1.0 if x == 0 else x,
        lambda x, y: x if x != 1.0 else y,
        lambda x, y: x if x == y else y,
        lambda x, y: x if x in [0.0, y] else y,
        lambda x, y: x if x == Value(1.0) else y,
        lambda x, y: x if x + 1.0 == y else y,
    ],
)
def test_a_traced_function_cannot_ask(choose):
    with pytest.raises(TracedBoolError, match=r"== of the traced variable.*test_equality\.py.*where"):
        tg.trace(choose, 1.0, 2.0)
    kept = tg.trace(lambda x, y: x * y, 1.0, 2.0)
    assert kept.inputs[0] in kept.inputs
    assert kept.inputs[0] != 0.0, "the trace is over"
