"""The estimators do all that scikit-learn asks of one, and train as its own networks do."""

import copy
import math
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
from support.thoroughness import THOROUGH

sklearn = pytest.importorskip("sklearn", reason="estimators are for scikit-learn, extra [sklearn]")

from sklearn import datasets, neural_network  # noqa: E402  # only where it is installed
from sklearn.base import clone  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks  # noqa: E402

import tinygrad_edu as tg  # noqa: E402
from tinygrad_edu.sklearn import MLPClassifier, MLPRegressor  # noqa: E402

QUICK = {"learning_rate_init": 0.3, "max_iter": 15}
ESTIMATORS = [
    MLPClassifier((4,), "tanh", solver="sgd", tol=1e-3, n_iter_no_change=3, **QUICK),
    MLPRegressor((4,), "tanh", solver="adamw", learning_rate_init=0.05, max_iter=20),
]
SLOWER = [
    MLPClassifier(learning_rate_init=0.01, max_iter=50),
    MLPClassifier((), alpha=0.0, **QUICK),
    MLPClassifier((3, 3), early_stopping=True, max_iter=30, learning_rate_init=0.1, batch_size=16, schedule="cosine"),
    MLPClassifier((4,), "logistic", engine="eager", solver="rmsprop", **QUICK),
    MLPClassifier(4, "gelu", warm_start=True, random_state=3, **QUICK),
    MLPRegressor(learning_rate_init=0.01, max_iter=50),
    MLPRegressor((), early_stopping=True, n_iter_no_change=2, max_iter=20, learning_rate_init=0.1),
    MLPRegressor((3,), "identity", batch_size=5, solver="nadam", max_iter=20, learning_rate_init=0.05),
]


def expected_to_fail(estimator):
    """What cannot hold, and does not for scikit-learn's own networks either."""
    reasons = {}
    if estimator.early_stopping:
        what = "which examples are held out depends on how many there are"
        reasons["check_sample_weight_equivalence_on_dense_data"] = what
    if estimator.batch_size != "auto":
        reasons["check_sample_weight_equivalence_on_dense_data"] = "in which batch an example is depends on the others"
    if estimator.warm_start:
        reasons["check_supervised_y_2d"] = "a second fit goes on where the first one ended"
    return reasons


@parametrize_with_checks([*ESTIMATORS, *SLOWER] if THOROUGH else ESTIMATORS, expected_failed_checks=expected_to_fail)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_own_checks(estimator, check):
    if check.func.__name__ != "check_array_api_input":  # which skips itself where the array API is not switched on
        check(estimator)


def test_all_checks_are_there():
    """A mixin at the wrong place would leave fourteen of them out, silently."""
    for ours, theirs in ((MLPClassifier, neural_network.MLPClassifier), (MLPRegressor, neural_network.MLPRegressor)):
        names, known = ([check.func.__name__ for _, check in estimator_checks_generator(E())] for E in (ours, theirs))
        assert len(names) >= 60
        assert all("sparse" in name or "multilabel" in name for name in {*known} - {*names})


# ---------------------------------------------------------------------------------------- as in scikit-learn


@pytest.fixture(scope="module")
def iris():
    return datasets.load_iris(return_X_y=True)


def network(**settings):
    return MLPClassifier(
        (8,), **{"learning_rate_init": 0.03, "max_iter": 25, "batch_size": 16, "random_state": 0, **settings}
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_it_works_in_pipelines_searches_and_validation(iris):
    X, y = iris
    pipeline = make_pipeline(StandardScaler(), network())
    assert cross_val_score(pipeline, X, y, cv=3).mean() > 0.93
    grid = {"mlpclassifier__hidden_layer_sizes": [(), (8,)], "mlpclassifier__activation": ["tanh"]}
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2 if THOROUGH else None).fit(X, y)
    assert search.best_score_ > 0.9
    assert search.best_estimator_[-1].module_.activation == "tanh"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_text_labels_and_frames(iris):
    pandas = pytest.importorskip("pandas", reason="a DataFrame is pandas'")
    X, y = iris
    names = datasets.load_iris().target_names
    frame = pandas.DataFrame(X, columns=["sepal length", "sepal width", "petal length", "petal width"])
    by_text = network().fit(frame, names[y])
    by_number = network().fit(X, y)
    assert list(by_text.classes_) == sorted(names)
    assert list(by_text.predict(frame)) == list(names[by_number.predict(X)])
    assert list(by_text.feature_names_in_) == list(frame.columns)
    with pytest.raises(ValueError, match="feature names should match"):
        by_text.predict(frame.rename(columns={"sepal width": "width"}))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_pickles_copies_and_clones(iris):
    X, y = iris
    fitted = network().fit(X, y)
    expected = fitted.predict_proba(X)
    for twin in (pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        assert np.array_equal(twin.predict_proba(X), expected)
        assert twin.module_.parameters()[0] is not fitted.module_.parameters()[0]
        twin.partial_fit(X, y)
        assert not np.array_equal(twin.predict_proba(X), expected)
    assert np.array_equal(fitted.predict_proba(X), expected)
    fresh = clone(fitted)
    assert not hasattr(fresh, "module_")
    assert np.array_equal(fresh.fit(X, y).predict_proba(X), expected)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("classes", [2, 3])
def test_the_network_of_values_says_what_the_estimator_says(iris, classes):
    X, y = iris[0][iris[1] < classes], iris[1][iris[1] < classes]
    fitted = network().fit(X, y)
    probabilities = fitted.predict_proba(X)
    assert probabilities.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    assert np.exp(fitted.predict_log_proba(X)) == pytest.approx(probabilities, rel=1e-12)
    for x, row in list(zip(X, probabilities, strict=True))[::20]:
        logits = fitted.module_(x.tolist())
        shares = tg.softmax(logits if classes > 2 else [0.0, logits])
        assert [share.data for share in shares] == pytest.approx(row, rel=1e-9)
    fitted.module_.layers[-1].neurons[0].b.data += 100.0  # who turns a knob sees the estimator follow
    assert set(fitted.predict(X)) == {0 if classes > 2 else 1}
    assert "tanh" not in str(tg.draw(logits if classes == 2 else logits[0]))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("solver", "activation", "close"),
    [("sgd", "logistic", 1e-10), ("sgd", "relu", 1e-10), ("adam", "tanh", 1e-4)],  # their Adam adds epsilon elsewhere
)
def test_from_the_same_random_state_it_learns_what_scikit_learns_network_does(solver, activation, close, iris):
    """In full batches gradients, penalty, weights of examples and steps are the same."""
    X, y = iris
    settings = {"alpha": 3.0, "max_iter": 4, "tol": 0.0, "random_state": 0, "solver": solver}
    weights = np.random.default_rng(0).uniform(0.1, 2.0, len(X))
    ours = MLPClassifier((5,), activation, learning_rate_init=0.05, **settings).fit(X, y, weights)
    theirs = neural_network.MLPClassifier((5,), activation, learning_rate_init=0.05, **settings)
    theirs.fit(X, y, weights)
    assert ours.predict_proba(X) == pytest.approx(theirs.predict_proba(X), abs=close)
    assert ours.loss_curve_[-1] < 0.95 * ours.loss_curve_[0]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_linear_regressor_takes_the_steps_of_scikit_learns():
    X, y = datasets.make_regression(40, 2, n_targets=2, random_state=0)
    y = y > 0.0  # numbers all the same, and not classes
    settings = {"alpha": 2.0, "max_iter": 3, "random_state": 0, "solver": "sgd", "tol": 0.0}
    ours = MLPRegressor((), learning_rate_init=0.1, **settings).fit(X, y)
    theirs = neural_network.MLPRegressor(hidden_layer_sizes=(), learning_rate_init=0.1, **settings)
    assert ours.predict(X) == pytest.approx(theirs.fit(X, y).predict(X), rel=1e-10)


def test_it_says_when_it_might_have_learnt_more_and_stops_when_not(iris):
    X, y = iris
    with pytest.warns(ConvergenceWarning, match="after 3 epochs: raise max_iter, or tol") as caught:
        fitted = network(max_iter=3).fit(X, y)
    assert caught[0].filename == __file__
    assert fitted.n_iter_ == len(fitted.loss_curve_) == 3
    assert fitted.loss_ == fitted.loss_curve_[-1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ended = network(max_iter=500, tol=0.01).fit(X, y)
    assert 10 < ended.n_iter_ < 500
    best = min(ended.loss_curve_[:-10])
    assert all(loss > best - 0.01 for loss in ended.loss_curve_[-10:])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_early_stopping_warm_start_and_partial_fit(iris):
    X, y = iris
    stopped = network(early_stopping=True, max_iter=200, n_iter_no_change=3).fit(X, y)
    scores = stopped.history_.val_accuracy
    assert len(scores) < 200
    assert scores[stopped.history_.best_epoch - 1] >= max(scores) - stopped.tol
    warm = network(warm_start=True, max_iter=5)
    first = warm.fit(X, y).loss_
    assert warm.fit(X, y).loss_ < first
    assert warm.n_iter_ == 10
    with pytest.raises(ValueError, match="warm_start goes on with the classes"):
        warm.fit(X[:100], y[:100])
    bit = network(engine="eager", batch_size=5)
    with pytest.raises(ValueError, match="the first call of partial_fit needs classes"):
        bit.partial_fit(X, y)
    assert not hasattr(bit, "module_")
    for _ in range(8):
        for label in range(3):  # one class at a time
            bit.partial_fit(X[label::3], y[label::3], classes=[0, 1, 2])
    assert bit.score(X, y) > 0.9
    assert bit.n_iter_ == 24
    with pytest.raises(ValueError, match=r"labels \[7\], which are not among the classes"):
        bit.partial_fit(X[:1], [7])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_regression_of_one_target_or_several():
    X, y = datasets.make_regression(60, 3, n_targets=2, random_state=0)
    X, y = X, y / 100.0
    for target in (y[:, 0], y):
        model = MLPRegressor((8,), learning_rate_init=0.03, batch_size=10, max_iter=60, random_state=0).fit(X, target)
        assert model.predict(X).shape == target.shape
        assert model.score(X, target) > 0.95
    assert model.history_.metrics["r2"][-1] > 0.9


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"solver": "lbfgs"}, "no solver is called 'lbfgs'.*Known: sgd"),
        ({"activation": "relus"}, "did you mean 'relu'"),
        ({"batch_size": 0}, "batch_size"),
        ({"alpha": -1.0}, "alpha"),
        ({"engine": "cuda"}, "no engine is called 'cuda'"),
        ({"early_stopping": True, "validation_fraction": 0.001}, "n_samples = 150 are too few"),
    ],
)
def test_a_wrong_setting_is_refused_at_fit_and_leaves_nothing(settings, words, iris):
    model = network(**settings)
    with pytest.raises((ValueError, TypeError), match=words):
        model.fit(*iris)
    assert not hasattr(model, "module_")


def test_without_scikit_learn_the_extra_is_named():
    code = "import sys; sys.modules['sklearn'] = None; import tinygrad_edu.sklearn as t; t.MLPClassifier"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert "ImportError: MLPClassifier needs scikit-learn: pip install 'tinygrad-edu[sklearn]'" in done.stderr


# ---------------------------------------------------------------------------------------- what goes wrong


def rows(labels):
    return [[float(i), float(-i)] for i in range(len(labels))]


TOLD = {
    "one class": ({}, ["c"] * 4, None),
    "a missing label": ({}, ["c", math.nan, "d", "c"], None),
    "text and numbers": ({}, ["c", 1, "d", 2], None),
    "an unknown solver": ({"solver": "lbfgs"}, ["c", "d"] * 2, None),
    "an unknown activation": ({"activation": "rleu"}, ["c", "d"] * 2, None),
    "negative weights": ({}, ["c", "d"] * 2, [-1.0, 1.0, 1.0, 1.0]),
    "weights of one class": ({}, ["c", "d"] * 2, [1.0, 0.0, 1.0, 0.0]),
    "no such batch": ({"batch_size": 0}, ["c", "d"] * 2, None),
    "gaps": ({}, np.ma.masked_equal([1, 2, 1, 2], 2), None),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", TOLD)
@pytest.mark.parametrize("way", ["fit", "partial_fit"])
def test_an_estimator_that_cannot_learn_stays_what_it_was(kind, way):
    """What was learned answers with its own labels, whatever labels were tried on it since."""
    settings, labels, weights = TOLD[kind]
    X, y = rows("abab"), ["a", "b", "a", "b"]
    fitted = MLPClassifier((2,), max_iter=2, random_state=0).fit(X, y)
    before, answers = dict(vars(fitted)), fitted.predict_proba(X)
    with pytest.raises((TypeError, ValueError)):
        getattr(fitted.set_params(**settings), way)([[1.0, 2.0, 3.0]] * 4, labels, sample_weight=weights)
    with pytest.raises((TypeError, ValueError)):
        getattr(fitted, way)(X, labels, sample_weight=weights)
    fitted.set_params(**{name: before[name] for name in settings})
    assert {name: value for name, value in vars(fitted).items() if name.endswith("_")} == {
        name: value for name, value in before.items() if name.endswith("_")
    }
    assert np.array_equal(fitted.predict_proba(X), answers)
    assert set(fitted.predict(X)) <= {"a", "b"}
    fresh = MLPClassifier((2,), **settings)
    with pytest.raises((TypeError, ValueError)):
        fresh.fit(X, labels, sample_weight=weights)
    assert not [name for name in vars(fresh) if name.endswith("_")]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_going_on_holds_to_the_settings_of_now():
    X, y = rows(range(20)), [0, 1] * 10
    settings = {"max_iter": 2, "random_state": 0, "warm_start": True, "solver": "sgd"}
    for estimator, targets in ((MLPClassifier((3,), **settings), y), (MLPRegressor((3,), **settings), y)):
        estimator.fit(X, targets)
        start = estimator.module_.state_dict()
        for way in (estimator.fit, estimator.partial_fit):
            estimator.set_params(learning_rate_init=0.0)
            way(X, targets)
            assert estimator.module_.state_dict() == start, "with a rate of 0 nothing moves"
        estimator.set_params(learning_rate_init=1e-3, alpha=0.0).fit(X, targets)
        assert estimator.module_.state_dict() != start
        for changed in ({"hidden_layer_sizes": (4,)}, {"hidden_layer_sizes": ()}, {"activation": "tanh"}):
            twin = copy.deepcopy(estimator).set_params(**changed)
            with pytest.raises(ValueError, match=r"training goes on with MLP\(2, \[3, 1\].* warm_start=False"):
                twin.fit(X, targets)
            assert twin.set_params(warm_start=False).fit(X, targets).n_iter_ <= 2


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_sizes_of_layers_come_in_any_sequence():
    X, y = rows(range(4)), [0, 1] * 2
    for sizes in ([3, 2], (3, 2), np.array([3, 2])):
        module = MLPClassifier(sizes, max_iter=1, random_state=0).fit(X, y).module_
        assert [len(layer.neurons) for layer in module.layers] == [3, 2, 1]
    for sizes, told in (
        ("32", "hidden_layer_sizes must be a sequence"),
        ((3, 0), r"hidden_layer_sizes\[1\] must be at"),
    ):
        with pytest.raises((TypeError, ValueError), match=told):
            MLPClassifier(sizes).fit(X, y)


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_times_and_gaps_are_no_numbers(estimator):
    pandas = pytest.importorskip("pandas", reason="a DataFrame is pandas'")
    days = np.array([["2020-01-01", "2020-01-02"], ["2021-01-01", "2022-01-02"]], "M8[ns]")
    frame = pandas.DataFrame(days, columns=["a", "b"])
    for X in (days, days - days[0], frame, np.ma.masked_array([[1.0, 2.0], [3.0, 4.0]], [[True, False]] * 2)):
        with pytest.raises(TypeError, match=r"time|filled"):
            estimator((2,)).fit(X, [0, 1])
