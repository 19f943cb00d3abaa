"""The data sets: shapes, seeds, classes, and cuts that keep the share of each class."""

import math
import statistics

import pytest

from tinygrad_edu import data
from tinygrad_edu.data import Dataset, load

GENERATED = ["moons", "circles", "spirals", "xor", "blobs", "birds_and_dogs"]


@pytest.mark.parametrize("name", data.NAMES)
def test_a_set_has_finite_rows_balanced_classes_and_names(name):
    dataset = load(name, seed=3)
    features, classes = len(dataset.feature_names), len(dataset.class_names)
    assert len(dataset.X) == len(dataset.y) == len(dataset)
    assert all(len(row) == features and all(math.isfinite(x) for x in row) for row in dataset.X)
    assert all(type(x) is float for row in dataset.X for x in row)
    assert all(type(label) is int for label in dataset.y)
    counts = [dataset.y.count(k) for k in range(classes)]
    assert sum(counts) == len(dataset)
    if name in [*GENERATED, "iris"]:
        assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("name", GENERATED)
def test_the_seed_decides_every_number(name):
    assert load(name, n=50, seed=7) == load(name, n=50, seed=7)
    assert load(name, n=50, seed=7).X != load(name, n=50, seed=8).X


@pytest.mark.parametrize("name", GENERATED)
def test_the_examples_come_in_mixed_order(name):
    labels = load(name, n=60, seed=0).y
    assert labels != sorted(labels)
    assert len(set(labels[:20])) > 1


@pytest.mark.parametrize("n", [6, 7, 101])
@pytest.mark.parametrize("name", GENERATED)
def test_n_is_the_number_of_examples(name, n):
    assert len(load(name, n=n)) == n


def radius(point):
    return math.hypot(*point)


def test_without_noise_the_shapes_are_exact():
    moons = load("moons", noise=0.0)
    for (x, y), label in zip(moons.X, moons.y, strict=True):
        centre, side = ((0.0, 0.0), 1.0) if label == 0 else ((1.0, 0.5), -1.0)
        assert math.isclose(math.dist((x, y), centre), 1.0)
        assert side * (y - centre[1]) > -1e-12
    circles = load("circles", noise=0.0)
    assert all(math.isclose(radius(p), (1.0, 0.5)[label]) for p, label in zip(circles.X, circles.y, strict=True))
    xor = load("xor", noise=0.0)
    assert {(*p, label) for p, label in zip(xor.X, xor.y, strict=True)} == {
        (1.0, 1.0, 0), (-1.0, -1.0, 0), (1.0, -1.0, 1), (-1.0, 1.0, 1),
    }  # fmt: skip
    blobs = load("blobs", noise=0.0)
    centres = {(round(x, 9), round(y, 9)) for x, y in blobs.X}
    assert len(centres) == 3
    assert all(math.isclose(radius(p), 2.0) for p in blobs.X)


def test_without_noise_one_spiral_is_the_other_turned_by_half_a_turn():
    spirals = load("spirals", n=200, noise=0.0)
    first, second = ({tuple(p) for p, y in zip(spirals.X, spirals.y, strict=True) if y == k} for k in (0, 1))
    turned = {(round(-x, 9), round(-y, 9)) for x, y in first}
    assert turned == {(round(x, 9), round(y, 9)) for x, y in second}
    radii = sorted(map(radius, first))
    assert math.isclose(radii[0], 0.15)
    assert math.isclose(radii[-1], 1.15)


def test_noise_is_the_standard_deviation_of_a_gaussian_in_each_coordinate():
    noisy = load("xor", n=4000, noise=0.3, seed=1)
    errors = [x - math.copysign(1.0, x) for point in noisy.X for x in point]
    assert abs(statistics.fmean(errors)) < 0.02
    assert abs(statistics.pstdev(errors) - 0.3) < 0.01


def test_load_does_not_touch_the_global_random_state():
    import random

    random.seed(1)
    before = random.getstate()
    load("moons", seed=5).split(seed=5)
    assert random.getstate() == before


# ---------------------------------------------------------------------------------------- iris

# The means of each species that Fisher prints in his table II (sepal length 5.006, 5.936, 6.588, and so on), which
# the rows must reproduce to the last digit.
FISHER_MEANS = {
    "setosa": (5.006, 3.428, 1.462, 0.246),
    "versicolor": (5.936, 2.770, 4.260, 1.326),
    "virginica": (6.588, 2.974, 5.552, 2.026),
}


def test_iris_has_the_means_that_fisher_published():
    iris = load("iris")
    assert iris.class_names == tuple(FISHER_MEANS)
    for k, means in enumerate(FISHER_MEANS.values()):
        rows = [row for row, label in zip(iris.X, iris.y, strict=True) if label == k]
        assert len(rows) == 50
        for column, mean in zip(zip(*rows, strict=True), means, strict=True):
            assert math.isclose(math.fsum(column) / 50, mean, abs_tol=1e-9)


def test_iris_has_the_two_rows_that_the_uci_copy_has_wrong():
    iris = load("iris")
    assert iris.X[34] == [4.9, 3.1, 1.5, 0.2]
    assert iris.X[37] == [4.9, 3.6, 1.4, 0.1]


@pytest.mark.parametrize("name", ["iris", "wine"])
def test_shipped_sets_equal_the_copies_of_scikit_learn(name):
    sklearn = pytest.importorskip("sklearn.datasets", reason="scikit-learn's copies are an independent source")
    theirs = getattr(sklearn, f"load_{name}")()
    ours = load(name)
    assert theirs.data.tolist() == ours.X
    assert theirs.target.tolist() == ours.y


@pytest.mark.parametrize(("name", "classes"), [("digits", 10), ("breast_cancer", 2)])
def test_sets_of_scikit_learn_are_lent(name, classes):
    pytest.importorskip("sklearn.datasets", reason="they come with scikit-learn")
    ours = load(name, n=100, seed=1)
    assert (len(ours), len(ours.class_names)) == (100, classes)
    assert ours.class_names[0] in ("0", "malignant")


def test_without_scikit_learn_it_is_said_how_to_get_it(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ImportError, match=r"digits comes with scikit-learn: pip install 'tinygrad-edu\[data\]'"):
        load("digits")


def test_penguins_are_those_that_were_published():
    # Horst, Hill and Gorman, The R Journal 14/1 (2022), table 1: counts by species, island and sex; and the means of
    # each species of their section "palmerpenguins", rounded as they are there.
    whole = load("penguins")
    counts = {name: whole.y.count(k) for k, name in enumerate(whole.class_names)}
    assert counts == {"Adelie": 152, "Chinstrap": 68, "Gentoo": 124}
    gaps = {}
    for _, j in whole.missing:
        gaps[whole.feature_names[j]] = gaps.get(whole.feature_names[j], 0) + 1
    measured = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
    assert gaps == {**dict.fromkeys(measured, 2), "sex=male": 11}
    place = whole.feature_names.index("flipper_length_mm")
    missing = set(whole.missing)
    for species, mean in (("Adelie", 190.0), ("Chinstrap", 195.8), ("Gentoo", 217.2)):
        k = whole.class_names.index(species)
        known = [row[place] for i, row in enumerate(whole.X) if whole.y[i] == k and (i, place) not in missing]
        assert round(statistics.fmean(known), 1) == mean
    islands = [sum(row[j] for row in whole.X) for j in range(3)]
    assert islands == [168, 124, 52]  # Biscoe, Dream, Torgersen


def test_a_smaller_iris_is_a_balanced_sample_of_it():
    whole, some = load("iris"), load("iris", n=30, seed=1)
    assert [some.y.count(k) for k in range(3)] == [10, 10, 10]
    assert all(row in whole.X for row in some.X)
    assert some.X != load("iris", n=30, seed=2).X
    assert load("iris", n=150) == whole


# ---------------------------------------------------------------------------------------- split


def known(dataset):
    """The examples, but for the cells that were missing, which hold means of the part."""
    gaps = set(dataset.missing)
    rows = [tuple(None if (i, j) in gaps else x for j, x in enumerate(row)) for i, row in enumerate(dataset.X)]
    return [(repr(row), y) for row, y in zip(rows, dataset.y, strict=True)]


@pytest.mark.parametrize("name", data.NAMES)
@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_split_keeps_every_example_once_and_the_share_of_each_class(name, share):
    dataset = load(name, seed=4)
    train, test = dataset.split(test=share, seed=9)
    pairs = [pair for part in (train, test) for pair in known(part)]
    assert sorted(pairs) == sorted(known(dataset))
    assert len(test) == round(share * len(dataset))
    for k in range(len(dataset.class_names)):
        assert abs(test.y.count(k) - share * dataset.y.count(k)) < 1.0
    assert (train.feature_names, train.class_names) == (dataset.feature_names, dataset.class_names)


def test_birds_and_dogs_are_grey_pictures_that_face_and_stand_either_way():
    clean = load("birds_and_dogs", n=400, noise=0.0)
    assert clean.class_names == ("bird", "dog")
    assert len(clean.feature_names) == 64
    between = {0: 2, 1: 3}  # the feet of a bird and of a dog, seen from the side
    seen = set()
    for row, label in zip(clean.X, clean.y, strict=True):
        lit = [(i, j) for i in range(8) for j in range(8) if row[8 * i + j]]
        lowest = max(i for i, _ in lit)
        feet = [j for i, j in lit if i == lowest]
        assert [feet[0], feet[0] + between[label]] == feet
        light = max(row)
        assert 0.7 <= light <= 1.0
        assert sorted({round(grey / light, 9) for grey in row}) == [0.0, 0.3, 1.0]
        [eye] = [j for i, j in lit if row[8 * i + j] < 0.5 * light]
        middle = sum(j for _, j in lit) / len(lit)
        seen.add((label, eye > middle, min(i for i, _ in lit), min(j for _, j in lit)))
    assert len(seen) == 2 * 2 * 3 * 3
    noisy = load("birds_and_dogs", n=400, noise=0.3)
    assert all(0.0 <= grey <= 1.0 for row in noisy.X for grey in row)
    with pytest.raises(ValueError, match="at least 4"):
        load("birds_and_dogs", n=3)


def test_split_is_stratified_for_unequal_classes():
    dataset = Dataset([[float(i)] for i in range(100)], [0] * 80 + [1] * 15 + [2] * 5)
    _, test = dataset.split(test=0.2, seed=0)
    assert [test.y.count(k) for k in range(3)] == [16, 3, 1]
    # Exact shares of 5 in 20 are 3.25, 1.5 and 0.25: the largest remainder is rounded up.
    rare = Dataset([[float(i)] for i in range(20)], [0] * 13 + [1] * 6 + [2])
    assert [rare.split(test=0.25)[1].y.count(k) for k in range(3)] == [3, 2, 0]


def test_both_parts_come_in_mixed_order():
    for part in load("iris").split(test=0.4, seed=0):
        assert part.y != sorted(part.y)
        assert len(set(part.y[:15])) == 3


def test_split_depends_on_its_seed_alone():
    dataset = load("moons")
    assert dataset.split(seed=1) == dataset.split(seed=1)
    assert dataset.split(seed=1)[1] != dataset.split(seed=2)[1]


def test_the_parts_share_no_row_object_with_the_whole():
    dataset = load("moons", n=10)
    train, test = dataset.split(test=0.2)
    train.X[0][0] = test.X[0][0] = 99.0
    assert all(99.0 not in row for row in dataset.X)


# ---------------------------------------------------------------------------------------- own data, bad input


def test_a_dataset_is_made_of_arrays_too():
    numpy = pytest.importorskip("numpy", reason="reads arrays")
    dataset = Dataset(numpy.array([[1, 2], [3, 4]]), numpy.array([0, 1]))
    assert dataset.X == [[1.0, 2.0], [3.0, 4.0]]
    assert type(dataset.X[0][0]) is float
    assert type(dataset.y[0]) is int
    assert dataset.feature_names == ("x0", "x1")
    assert dataset.class_names == ("0", "1")


BAD_LOADS = [
    (("moon",), {}, ValueError, "did you mean 'moons'.*moons, circles.*iris, wine, penguins"),
    (("Iris",), {}, ValueError, "did you mean 'iris'"),
    (("zzz",), {}, ValueError, "Known: moons"),
    ((None,), {}, TypeError, "must be a string"),
    (("moons",), {"n": 3}, ValueError, "at least 4"),
    (("moons",), {"n": 0}, ValueError, "at least 1"),
    (("moons",), {"n": -5}, ValueError, "at least 1"),
    (("moons",), {"n": 10.0}, TypeError, "n must be an integer"),
    (("moons",), {"n": True}, TypeError, "n must be an integer"),
    (("moons",), {"n": "10"}, TypeError, "n must be an integer"),
    (("moons",), {"noise": -0.1}, ValueError, "noise must be a finite number of at least 0"),
    (("moons",), {"noise": math.nan}, ValueError, "noise must be"),
    (("moons",), {"noise": math.inf}, ValueError, "noise must be"),
    (("moons",), {"noise": "much"}, TypeError, "noise must be a number"),
    (("moons",), {"noise": 1j}, TypeError, "noise must be a number"),
    (("moons",), {"seed": "a"}, TypeError, "seed must be an integer"),
    (("moons",), {"seed": None}, TypeError, "seed must be an integer"),
    (("iris",), {"noise": 0.1}, ValueError, "iris was measured"),
    (("iris",), {"n": 151}, ValueError, "6 to 150, got 151"),
    (("iris",), {"n": 3}, ValueError, "6 to 150"),
]


@pytest.mark.parametrize(("args", "keywords", "error", "message"), BAD_LOADS)
def test_load_says_what_is_wrong(args, keywords, error, message):
    with pytest.raises(error, match=message):
        load(*args, **keywords)


BAD_DATASETS = [
    (([], []), ValueError, "X is empty"),
    (([[]], [0]), ValueError, "X is empty"),
    (([[1.0], [2.0]], [0]), ValueError, "2 examples but y has 1"),
    (([[1.0], [2.0, 3.0]], [0, 1]), ValueError, r"X\[0\] has 1, X\[1\] has 2"),
    (([[math.nan]], [0]), ValueError, r"X\[0\]\[0\] must be a finite number"),
    (([["a"]], [0]), TypeError, r"X\[0\]\[0\] must be a number"),
    (([[None]], [0]), TypeError, r"X\[0\]\[0\] must be a number"),
    (([1.0, 2.0], [0, 1]), TypeError, r"X\[0\] must be a sequence"),
    (("ab", [0, 1]), TypeError, "X must be a sequence"),
    (([[1.0]], [0.5]), TypeError, r"y\[0\] must be an integer"),
    (([[1.0], [2.0]], [-1, 1]), ValueError, r"\(label \+ 1\) // 2"),
    (([[1.0]], [0], ("a", "b")), ValueError, "2 feature names for 1 features"),
    (([[1.0]], [1], (), ("only",)), ValueError, "label 1 has no class name"),
]


@pytest.mark.parametrize(("args", "error", "message"), BAD_DATASETS)
def test_a_dataset_says_what_is_wrong(args, error, message):
    with pytest.raises(error, match=message):
        Dataset(*args)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.5, math.nan, 0.001, 0.999])
def test_split_refuses_an_empty_part(share):
    with pytest.raises(ValueError, match="test"):
        load("moons", n=20).split(test=share)


@pytest.mark.parametrize("share", ["0.2", None, True])
def test_split_refuses_what_is_no_number(share):
    with pytest.raises(TypeError, match="test must be a number"):
        load("moons", n=20).split(test=share)
