"""Data as people have them: DataFrames, tensors, arrays, labels of any kind; taken, or refused with the way out."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.small_training import quick

import tinygrad_edu as tg
from tinygrad_edu import data, nn

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]] * 3
Y = [0, 1, 1, 0] * 3


def trained(X, y, outputs=1, **settings):
    """Train a new network, always the same; what came of it, and what it has learnt."""
    model = nn.MLP(2, [4, outputs], seed=0)
    history = quick(model, (X, y), epochs=2, **settings)
    return history, model.state_dict()


def pandas():
    return pytest.importorskip("pandas", reason="feeds DataFrames: pip install pandas")


def torch():
    return pytest.importorskip("torch", reason="feeds tensors: pip install torch")


NUMERIC = ["f2", "f4", "f8", "g", "i1", "u2", "i8", "?", "O", ">f4"]
TABLES = {
    **{f"array of {dtype}": lambda dtype=dtype: np.array(X).astype(dtype) for dtype in NUMERIC},
    "DataFrame": lambda: pandas().DataFrame(X, columns=["a", "b"]),
    "DataFrame of ints and bools": lambda: pandas().DataFrame(X, columns=["a", "b"]).astype({"a": bool, "b": int}),
    "DataFrame of nullable numbers": lambda: pandas().DataFrame(X).convert_dtypes(),
    "tensor": lambda: torch().tensor(X),
    "tensor of ints": lambda: torch().tensor(X).long(),
    "rows as arrays": lambda: list(np.array(X)),
    "rows as tensors": lambda: list(torch().tensor(X)),
    "tuples": lambda: tuple(map(tuple, X)),
    "memory": lambda: memoryview(np.array(X)),
    "masked array without gaps": lambda: np.ma.masked_invalid(X),
    "sparse matrix": lambda: pytest.importorskip("scipy", reason="feeds matrices").sparse.csr_matrix(X),
}
LABELS = {
    "list": lambda: Y,
    **{f"array of {dtype}": lambda dtype=dtype: np.array(Y).astype(dtype) for dtype in NUMERIC},
    "Series": lambda: pandas().Series(Y, index=range(len(Y), 0, -1)),
    "Series of bools": lambda: pandas().Series(Y).astype(bool),
    "tensor": lambda: torch().tensor(Y),
    "bools": lambda: [bool(y) for y in Y],
    "NumPy's bools": lambda: [np.bool_(y) for y in Y],
    "scalars of NumPy": lambda: [np.float32(y) for y in Y],
    "column": lambda: [[y] for y in Y],
    "column of an array": lambda: np.array(Y)[:, None],
    "column of bools": lambda: np.array(Y, bool)[:, None],
    "column of a tensor": lambda: torch().tensor(Y)[:, None],
    "DataFrame of one column": lambda: pandas().DataFrame({"y": Y}),
}


@pytest.mark.parametrize("kind", TABLES)
def test_features_of_every_type_are_the_same_numbers(kind):
    assert trained(TABLES[kind](), Y) == trained(X, Y)
    assert data.Dataset(TABLES[kind](), Y).X == X
    assert nn.Standardize.of(TABLES[kind]()).state_dict() == nn.Standardize.of(X).state_dict()


@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_every_type_are_the_same_classes(kind):
    assert trained(X, LABELS[kind]()) == trained(X, Y)
    model = nn.MLP(2, [4, 1], seed=0)
    assert tg.accuracy(model, (X, LABELS[kind]())) == tg.accuracy(model, (X, Y))
    assert quick(nn.MLP(2, [4, 2], seed=0), (X, LABELS[kind]())).loss_name == "cross_entropy"


THREE = [0, 1, 2, 1] * 3


@pytest.mark.parametrize(
    "y",
    [np.eye(3)[THREE], np.eye(3)[THREE].tolist(), np.eye(3, dtype=bool)[THREE], np.array(THREE, float), np.int8(THREE)],
    ids=["one-hot array", "one-hot lists", "one-hot bools", "floats", "small ints"],
)
def test_classes_of_several_outputs_in_every_writing(y):
    assert trained(X, y, 3) == trained(X, THREE, 3)
    model = nn.MLP(2, [4, 3], seed=0)
    assert tg.accuracy(model, (X, y)) == tg.accuracy(model, (X, THREE))


def test_one_hot_rows_are_numbers_to_mse():
    assert trained(X, np.eye(3)[THREE], 3, loss="mse")[0].loss_name == "mse"
    assert trained(X, np.eye(3)[THREE] / 2, 3)[0].loss_name == "mse"


def test_text_and_truth_values_become_class_names_of_a_dataset():
    labels = ["oak" if y else "elm" for y in Y]
    named = data.Dataset(X, labels)
    assert (named.y, named.class_names) == (Y, ("elm", "oak"))
    part = data.Dataset(X[1:2], labels[1:2], class_names=named.class_names)
    assert part.y == [1]
    assert data.Dataset(X, np.array(Y, bool)).class_names == ("False", "True")
    with pytest.raises(ValueError, match="no class is called 'oaks'; did you mean 'oak'"):
        data.Dataset(X[:1], ["oaks"], class_names=named.class_names)


def missing(kind):
    """Labels of which one is not known."""
    gaps = {"None": None, "nan": math.nan, "NA": pandas().NA, "NaT": pandas().NaT}
    return [0, 1, gaps[kind], 1]


LABELS_REFUSED = {
    **{gap: (lambda gap=gap: missing(gap), "y.2. is missing.*leave") for gap in ("None", "nan", "NA", "NaT")},
    "bytes": (lambda: np.array([b"a", b"b"] * 2), r"b'a'; make text of it, label\.decode\(\)"),
    "text and numbers": (lambda: ["a", 1, "b", 2], r"got 'a'; .*write str\(label\) for every one"),
    "truth values and numbers": (lambda: [0, True, 1, 0], r"y\[1\] .*got True; .*write str\(label\)"),
    "whole floats": (lambda: torch().tensor([0.0, 1.0, 1.0, 0.0]), r"int\(label\).*kind='numbers'"),
    "fractions": (lambda: [0.5, 1.0, 0.0, 0.25], "kind='numbers'"),
    "an infinity": (lambda: [math.inf, 1.0, 0.0, 0.25], "kind='numbers'"),
    "one-hot": (lambda: np.eye(2)[[0, 1, 1, 0]], r"row\.index\(1\)"),
    "Values": (lambda: [tg.Value(1.0)] * 4, r"label\.data"),
    "negative": (lambda: [-1, 1, -1, 1], r"\(label \+ 1\) // 2"),
    "numbers of things": (lambda: [0, 10**12, 1, 2], "goes to 1000000000000 in 4 examples; write text"),
    "a sparse tensor": (lambda: torch().tensor([0, 1, 1, 0]).to_sparse(), "to_dense"),
}


@pytest.mark.parametrize("kind", LABELS_REFUSED)
def test_labels_that_are_no_classes_are_refused_with_what_to_write(kind):
    make, message = LABELS_REFUSED[kind]
    with pytest.raises((TypeError, ValueError), match=message):
        data.Dataset(X[:4], make())


def test_a_frame_of_one_column_of_text_names_classes():
    frame = pandas().DataFrame({"kind": ["oak" if y else "elm" for y in Y]})
    assert data.Dataset(X, frame).y == data.Dataset(X, frame.astype("category")).y == Y
    assert data.Dataset(X, pandas().DataFrame({"kind": Y})).y == Y


REFUSED = [
    (X, ["a", "b"] * 6, 1, {}, r"y\[0\] must be a number, got 'a'; a Dataset takes text.*class_names"),
    (X, [1, 2] * 6, 1, {}, "classes 0 and 1, but y holds 1 and 2: write y - 1"),
    (X, [1, 2, 3] * 4, 3, {}, "count from 0, but y goes from 1 to 3.*write y - 1"),
    (X, [0.5, 1.5] * 6, 1, {"loss": "binary_cross_entropy"}, r"from 0 to 1, but y goes from 0\.5 to 1\.5.*mse"),
    (X, [0.5, 1.5] * 6, 1, {"loss": nn.binary_cross_entropy}, r"from 0 to 1, but y goes from 0\.5 to 1\.5.*mse"),
    (np.array(X) * 1j, Y, 1, {}, r"X\[0\]\[0\] must be a number"),
    (np.array(X).astype(str), Y, 1, {}, r"X\[0\]\[0\] must be a number, got '0\.0'"),
    (X, [None] * 12, 1, {}, r"y\[0\] must be a number, got None"),
    (X, dict(enumerate(Y)), 1, {}, "y must be a sequence, in which each item has its place, got a dict"),
    (X, set(Y), 1, {}, "y must be a sequence, in which each item has its place, got a set"),
    ({"a": Y, "b": Y}, Y, 1, {}, r"X must be a sequence, .* got a dict"),
    ([{"a": 1.0, "b": 2.0}] * 12, Y, 1, {}, r"X\[0\] must be a sequence, .* got a dict.*values\(\)"),
    ([[None, 1.0]] * 12, Y, 1, {}, r"X\[0\]\[0\] must be a number, got None; .*from_frame"),
    ([[math.nan, 1.0]] * 12, Y, 1, {}, r"X\[0\]\[0\] must be a finite number, got nan; .*from_frame"),
    ([[True, 1.0]] * 12, Y, 1, {}, r"X\[0\]\[0\] must be a number, got True; write int"),
    ([[np.array(1.0), 2.0]] * 12, Y, 1, {}, r"X\[0\]\[0\] must be a number, .*\.item\(\)"),
    (np.arange(12.0), Y, 1, {}, r"X must be a sequence of rows, got numbers: 0\.0.*\[\[x\] for x in X\]"),
    (np.ma.masked_equal(X, 1.0), Y, 1, {}, "X is a masked array.*filled"),
    ([[tg.Value(0.0), 1.0]] * 12, Y, 1, {}, r"X\[0\]\[0\] must be a number, got Value.*\.data"),
]


@pytest.mark.parametrize(("X", "y", "outputs", "settings", "message"), REFUSED)
def test_what_is_refused_comes_with_the_remedy(X, y, outputs, settings, message):
    with pytest.raises((TypeError, ValueError), match=message):
        trained(X, y, outputs, **settings)


class Bunch:
    """What scikit-learn loads a data set as."""

    data, target = X, Y


class Tensors:
    """What PyTorch keeps a data set as."""

    tensors = X, Y


@pytest.mark.parametrize(
    ("brought", "remedy"),
    [
        (lambda: Bunch(), r"\(data\.data, data\.target\)"),
        (lambda: Tensors(), r"data\.tensors"),
        (lambda: [*zip(X, Y, strict=True)], r"X, y = zip\(\*data\)"),
        (lambda: pandas().DataFrame(X), "from_frame"),
        (lambda: 3, "got int: 3$"),
    ],
)
def test_what_is_no_pair_comes_with_the_way_to_one(brought, remedy):
    with pytest.raises(TypeError, match=rf"(?s)data must be a Dataset or a pair.*{remedy}"):
        tg.fit(nn.MLP(2, [1], seed=0), brought(), progress=False)


def test_columns_of_text_are_refused_by_name():
    frame = pandas().DataFrame({"size": [1.0] * 12, "colour": ["red"] * 12})
    with pytest.raises(TypeError, match=r"'colour'.*get_dummies"):
        trained(frame, Y)
    needs = torch().tensor(X, requires_grad=True)
    with pytest.raises(TypeError, match="detach"):
        trained(needs, Y)
    with pytest.raises(TypeError, match="by its method float"):
        trained(torch().tensor(X).bfloat16(), Y)
    with pytest.raises(TypeError, match="these are times in 'day'"):
        trained(frame.assign(day=pandas().to_datetime(["2020-01-01"] * 12)), Y)


@pytest.mark.parametrize("labels", [[1, 2, 3] * 4, [0, 3] * 6])
def test_accuracy_knows_no_class_without_an_output(labels):
    for outputs in (1, 3):
        with pytest.raises(ValueError, match=r"goes to 3: write y - 1"):
            tg.accuracy(nn.MLP(2, [outputs], seed=0), (X, labels))


def test_fractions_are_probabilities():
    y = [0.1, 0.9, 0.75, 0.0] * 3
    first = trained(X, y, loss=nn.binary_cross_entropy, lr=0.0, validation=None)[0]
    model = nn.MLP(2, [4, 1], seed=0)
    assert first.loss[0] == pytest.approx(nn.binary_cross_entropy(model.predict(X), y))
    assert trained(X, y, loss="binary_cross_entropy") == trained(X, y, loss=nn.binary_cross_entropy)


def test_xor_is_learnt_from_its_four_rows():
    model = nn.MLP(2, [8, 1], seed=0)
    history = tg.fit(model, (X[:4], Y[:4]), epochs=500, progress=False)
    assert tg.accuracy(model, (X[:4], Y[:4])) == 1.0
    assert history.val_loss == []


@given(st.integers(2, 40), st.sampled_from([None, 0.0, 0.2, 0.5]))
@settings(max_examples=30)
def test_of_few_examples_none_is_held_out_unasked(count, share):
    rows, labels = [[float(i)] for i in range(count)], [0.5] * count
    seen = []

    def loss(output, target):
        seen.append(target)
        return (output - target) ** 2

    asked = {} if share is None else {"validation": share}
    history = quick(nn.MLP(1, [1], seed=0), (rows, labels), loss=loss, epochs=1, engine="eager", **asked)
    held_out = round(count * (share if share is not None else 0.2 if count >= 20 else 0.0))
    assert bool(history.val_loss) == bool(held_out)


@pytest.mark.parametrize(("answer", "epochs"), [(np.True_, 1), (True, 1), (np.False_, 3), (None, 3), ([1], 1)])
def test_a_callback_says_stop_in_pythons_and_in_numpys_words(answer, epochs):
    assert quick(nn.MLP(2, [1], seed=0), (X, Y), epochs=3, callback=lambda _: answer).epochs == epochs


class Logarithm(nn.Module):
    def __init__(self):
        self.w = tg.Value(1.0)

    def forward(self, x):
        return tg.log(x[0]) * self.w


@pytest.mark.parametrize("engine", ["eager", "numpy"])
def test_a_loss_that_is_nan_from_the_start_is_not_the_learning_rates_fault(engine):
    model = Logarithm()
    named = r"in epoch 1; example 2 of the data, X = \[-1\.0\].* = log\(-1\.0\) = nan; likely cause: the data, for no p"
    with pytest.warns(RuntimeWarning, match=named) as caught:
        quick(model, ([[1.0], [2.0], [-1.0]], [0.5, 0.1, 0.2]), epochs=3, engine=engine)
    assert "try an lr" not in str(caught[0].message)
    assert math.isfinite(model.w.data), "the step that would have spoilt it was not taken"
    with pytest.warns(RuntimeWarning, match="try an lr below"):
        quick(nn.MLP(2, [4, 1], seed=0), (X, [0.5, 2.5, 1.0] * 4), lr=1e6, optimizer="sgd", epochs=300, engine=engine)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quick(nn.MLP(2, [4, 1], seed=0), (X, Y), epochs=3, engine=engine)
