"""Where the first nan or infinity came from."""

import math

import tinygrad_edu as tg
from tinygrad_edu import Value


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


def test_a_slope_towards_a_plain_number_reaches_nobody():
    shifted = tg.Op("shifted", lambda a, b: math.sqrt(a) + b, lambda y, a, b: (0.5 / tg.sqrt(a), 1.0))
    x = Value(2.0, "x")
    root = shifted(0.0, x)
    assert root.partials == (math.inf, 1.0)
    assert tg.find_nonfinite(root) is None
    assert tg.find_nonfinite(shifted(x - 2.0, x)).where == "partial"
