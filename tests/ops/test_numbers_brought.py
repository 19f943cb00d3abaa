"""Numbers of NumPy's types are the numbers they stand for, in whatever they meet; times and gaps are no numbers."""

import warnings

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu import OPS, Value, data, nn

EXTREMES = {
    **{kind: [np.iinfo(kind).min, np.iinfo(kind).max, 3] for kind in ("i1", "u1", "i2", "u4", "i8", "u8")},
    **{kind: [0.1, -np.finfo(kind).max / 4, 0.3] for kind in ("f2", "f4", "f8", "g")},
    "?": [True, False, True],
}
WAYS = {"array": np.array, "list": lambda row: list(row), "tuple": lambda row: tuple(row)}
SEQUENCES = [tg.sum, tg.prod, tg.mean, tg.max, tg.min, tg.norm, tg.logsumexp, tg.softmax, tg.log_softmax]
LOSSES = [
    (nn.mse, [1, 0, 1]), (nn.hinge, [1, -1, 1]), (nn.binary_cross_entropy, [1, 0, 1]), (nn.cross_entropy, 2),
    (nn.cross_entropy, [0, 0, 1]),
]  # fmt: skip


def same(found, truth):
    assert isinstance(found, (float, list)), "Python's floats come out"
    assert found == pytest.approx(truth, rel=0.0, abs=0.0, nan_ok=True)


@pytest.mark.parametrize("kind", EXTREMES)
def test_numbers_of_every_type_give_what_pythons_floats_give(kind):
    """NumPy's own arithmetic wraps around in integers, and rounds in float16: nothing may be left to it."""
    row = np.array(EXTREMES[kind], kind)
    floats = [float(number) for number in row]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for op in OPS.values():
            if op.arity:
                same(op(*row[: op.arity]), op(*floats[: op.arity]))
        for way in WAYS.values():
            brought = way(row)
            for function in SEQUENCES:
                same(function(brought), function(floats))
            for loss, target in LOSSES:
                targets = way(np.array(target, "i1")) if isinstance(target, list) else np.int8(target)
                same(loss(brought, targets), loss(floats, target))
            same(nn.mse(brought, way(row[::-1])), nn.mse(floats, floats[::-1]))
        assert (Value(2.0) * row[0]).data == (row[0] * Value(2.0)).data == 2.0 * floats[0]


def test_items_are_found_by_their_places_and_not_by_an_index():
    pandas = pytest.importorskip("pandas", reason="brings a Series")
    scores = pandas.Series([3.0, 1.0, 0.0], index=[2, 1, 0])
    assert nn.cross_entropy(scores, 0) == nn.cross_entropy([3.0, 1.0, 0.0], 0)


DOORS = {
    "Value": Value,
    "function": tg.exp,
    "operator": lambda x: Value(2.0) * x,
    "operator with an array": lambda x: Value(2.0) * np.array([x, x]),
    "comparison": lambda x: Value(2.0) < x,
    "sum": lambda x: tg.sum([Value(1.0), x]),
    "gradient": tg.grad(tg.exp),
    "gradient at an array": lambda x: tg.grad(tg.sum)(np.array([x, x])),
    "trace": lambda x: tg.trace(tg.exp, x),
    "compiled": lambda x: tg.compile(lambda row: row[0] * row[1])([[x, 1.0]]),
    "loss": lambda x: nn.mse(x, x),
    "loss of arrays": lambda x: nn.mse(np.array([x, x]), [1.0, 2.0]),
    "features": lambda x: data.Dataset([[x, 1.0]], [0]),
    "array of features": lambda x: data.Dataset(np.array([[x, x]]), [0]),
    "labels": lambda x: data.Dataset([[1.0], [2.0]], [x, x]),
    "array of labels": lambda x: data.Dataset([[1.0], [2.0]], np.array([x, x])),
    "values to approximate": lambda x: data.Dataset([[1.0], [2.0]], np.array([x, x]), kind="numbers"),
    "training": lambda x: tg.fit(nn.MLP(1, [1], seed=0), (np.array([[x], [x]]), [0.5, 1.5]), progress=False),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "time", [np.timedelta64(5, "ns"), np.timedelta64(5, "D"), np.timedelta64("NaT"), np.datetime64("2020-01-01", "ns")]
)
def test_a_time_is_no_number(door, time):
    """NumPy counts timedelta64 among the integers, and lists times in nanoseconds as int."""
    with pytest.raises((TypeError, ValueError), match="time"):
        DOORS[door](time)


MASKED = {
    "gradient": lambda x: tg.grad(tg.sum)(x).tolist(),
    "operator": lambda x: [item.data for item in Value(2.0) * x],
    "compiled": lambda x: tg.compile(lambda row: row * 3.0)(x).tolist(),
    "compiled, in a list": lambda x: tg.compile(lambda row: row[0] * row[1])([x, x]).tolist(),
    "features": lambda x: data.Dataset([x, x], [0, 1]).X,
    "labels": lambda x: data.Dataset([[1.0], [2.0]], x.astype(int)).y,
}


@pytest.mark.parametrize("use", MASKED)
def test_gaps_are_refused_and_a_mask_that_hides_nothing_is_not_there(use):
    numbers = np.array([1.0, 2.0])
    assert MASKED[use](np.ma.masked_array(numbers, [False, False])) == MASKED[use](numbers)
    with pytest.raises((TypeError, ValueError)):
        MASKED[use](np.ma.masked_array(numbers, [False, True]))


def test_numbers_past_the_largest_float_are_told_of_not_trained_on():
    with pytest.raises(ValueError, match=r"X\[0\]\[0\] must be a finite number"):
        tg.fit(nn.MLP(2, [1], seed=0), (np.array([[np.longdouble("1e400"), 1]] * 2), [0, 1]), progress=False)


class Table(np.ndarray):
    """An array that stays of two axes however it is unfolded, as NumPy's matrix does."""

    def ravel(self, order="C"):
        return np.ndarray.reshape(self, (1, -1), order=order)


def test_arrays_of_other_classes_hold_their_numbers_too():
    numbers = np.array([[1.0, 2.0]])
    assert tg.grad(lambda x: x[0, 1] * x[0, 0])(numbers.view(Table)).tolist() == [[2.0, 1.0]]
    assert [item.data for item in np.asarray(Value(2.0) * numbers.view(Table))[0]] == [2.0, 4.0]


def test_scalars_that_are_no_real_of_pythons_count():
    pytest.importorskip("ml_dtypes", reason="brings bfloat16; JAX has it")
    import ml_dtypes

    assert (Value(2.0) * ml_dtypes.bfloat16(1.5)).data == 3.0
    assert (np.float64(1.0) > 0) * Value(2.0) < 3.0
