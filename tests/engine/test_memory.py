"""What a node takes, and what is kept of numbers that were met."""

import gc
import tracemalloc

import pytest

from tinygrad_edu import Value
from tinygrad_edu.ops import CONSTANT


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
    constants = [1.0 + i / 7.0 for i in range(2 * _CACHED)]
    kept = [None] * len(constants)
    sizes = []
    make(x, y, 2.0)
    gc.collect()
    tracemalloc.start()
    for i, c in enumerate(constants):
        kept[i] = make(x, y, c)
        if (i + 1) % _CACHED == 0:
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert (sizes[1] - sizes[0]) / _CACHED <= limit + 0.1  # the list of sizes itself
