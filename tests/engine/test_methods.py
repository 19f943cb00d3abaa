"""Generated methods are code like any other: tracebacks and debuggers show them."""

import traceback

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value


def test_a_traceback_shows_the_line_of_the_generated_method():
    with pytest.raises(TypeError) as caught:
        Value(1.0) * "a"
    (frame,) = [frame for frame in traceback.extract_tb(caught.value.__traceback__) if "mul" in frame.filename]
    assert frame.line == "other = lift(other)"


def test_methods_of_equal_names_do_not_share_what_they_know():
    # A user's operation may be called like one of ours: each is applied by its own function.
    own = tg.Op("mul", lambda a, b: a - b, lambda y, a, b: (1.0, -1.0))
    x, y = Value(5.0), Value(2.0)
    assert [(x * y).data, own(x, y).data, (x * y).data] == [10.0, 3.0, 10.0]
