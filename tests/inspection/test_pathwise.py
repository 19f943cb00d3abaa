"""The gradient of a leaf as the sum over paths."""

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value


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


def test_the_share_that_is_not_shown_is_one_of_sizes_whatever_the_signs():
    x = Value(1.0, "x")
    y = tg.sum([4.0 * x, -3.0 * x, -2.0 * x, 1.0 * x])
    for top, hidden, share in ((1, -4.0, 4 / 8), (2, -1.0, 1 / 8), (3, 1.0, 1 / 10), (4, 0.0, 0.0)):
        paths = tg.paths(y, x, top)
        assert (paths.hidden, paths.share_hidden) == (hidden, share)
    assert "… 2 more (12.5% of the total size)" in str(tg.paths(y, x, 2))


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
