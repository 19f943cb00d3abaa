"""Whether rows are evenly spaced is told from the rows alone, however far apart they lie."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_edu.compiler.arrays.strides import strides_of

STRIDES = st.one_of(st.integers(0, 3), st.integers(0, 10**12))


@given(
    st.integers(0, 10**12),
    st.lists(
        st.tuples(st.integers(1, 5), st.one_of(st.integers(0, 3), st.integers(0, 10**12))), min_size=1, max_size=3
    ),
)
def test_evenly_spaced_rows_are_known(base, axes):
    shape, strides = zip(*axes, strict=True)
    rows = base + sum(stride * place for stride, place in zip(strides, np.indices(shape), strict=True))
    found = strides_of(rows)
    assert found == tuple(stride if length > 1 else 0 for length, stride in axes)


@given(st.lists(st.one_of(st.integers(0, 4), st.sampled_from([10**6, 10**12])), min_size=1, max_size=5))
def test_rows_are_evenly_spaced_only_if_they_are(listed):
    steps = {after - before for before, after in pairwise(listed)}
    even = len(steps) <= 1 and min(steps, default=0) >= 0
    found = strides_of(np.array(listed))
    assert found == ((min(steps, default=0),) if even else None)
    table = strides_of(np.array([listed, listed]))
    assert (table is not None) == even


def test_what_lies_between_is_not_gone_through():
    """There would be no room for it."""
    assert strides_of(np.array([0, 1, 10**15])) is None
    assert strides_of(np.array([0, 10**15])) == (10**15,)
    assert strides_of(np.array([7, 7, 7])) == (0,)
