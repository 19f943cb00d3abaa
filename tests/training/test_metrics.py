"""Metrics are those of scikit-learn, epoch by epoch, by name or as a function."""

import random

import pytest
from support.small_training import Fixed, quick, small

from tinygrad_edu import data, nn
from tinygrad_edu.training.metrics import METRICS

sklearn_metrics = pytest.importorskip("sklearn.metrics", reason="the truth about metrics is scikit-learn's")

THEIRS = {
    "accuracy": ("accuracy_score", {}),
    "balanced_accuracy": ("balanced_accuracy_score", {}),
    "precision": ("precision_score", {"zero_division": 0.0}),
    "recall": ("recall_score", {"zero_division": 0.0}),
    "f1": ("f1_score", {"zero_division": 0.0}),
    "r2": ("r2_score", {}),
    "mae": ("mean_absolute_error", {}),
    "mse": ("mean_squared_error", {}),
    "rmse": ("root_mean_squared_error", {}),
}


def theirs(name, truth, answers, several):
    function, settings = THEIRS[name]
    if "zero_division" in settings and several:
        settings = {**settings, "average": "macro"}
    return getattr(sklearn_metrics, function)(truth, answers, **settings)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.filterwarnings("ignore:A single label was found")
def test_a_metric_is_that_of_scikit_learn(name):
    metric, rng = METRICS[name], random.Random(0)
    for trial in range(40):
        n, classes = rng.randint(1, 9), 2 + trial % 3
        if metric.of == "classes":
            labels = [-1, 1] if trial % 6 == 0 else range(classes)
            truth, answers = ([rng.choice(labels) for _ in range(n)] for _ in range(2))
            several = not ({*truth, *answers} <= {0, 1} or {*truth, *answers} <= {-1, 1})
        else:
            n, several = n + 1, trial % 2
            draw = (lambda: [rng.gauss(0, 1), rng.gauss(0, 3)]) if several else (lambda: rng.gauss(0, 2))
            truth, answers = ([draw() for _ in range(n)] for _ in range(2))
        assert metric(truth, answers) == pytest.approx(theirs(name, truth, answers, several), rel=1e-12, abs=1e-15)


def test_edges_are_those_of_scikit_learn():
    for truth, answers in (([2.0, 2.0], [2.0, 2.0]), ([2.0, 2.0], [1.0, 2.0])):
        assert METRICS["r2"](truth, answers) == sklearn_metrics.r2_score(truth, answers)
    assert METRICS["f1"]([0, 0], [0, 0]) == METRICS["precision"]([1, 0], [0, 0]) == METRICS["recall"]([0], [1]) == 0.0


@pytest.mark.parametrize("engine", ["eager", "numpy"])
def test_fit_measures_both_parts_in_every_epoch(engine, xor):
    train, test = xor
    model, seen = small(), []
    history = quick(
        model, train, validation=test, engine=engine, metrics=["f1", sklearn_metrics.matthews_corrcoef, "accuracy"],
        callback=lambda _: seen.append(model.classify(test.X)),
    )  # fmt: skip
    assert list(history.metrics) == ["f1", "matthews_corrcoef", "val_f1", "val_matthews_corrcoef"]
    assert history.metrics["val_f1"] == [sklearn_metrics.f1_score(test.y, answers) for answers in seen]
    right = [sklearn_metrics.matthews_corrcoef(test.y, answers) for answers in seen]
    assert history.metrics["val_matthews_corrcoef"] == right
    assert len(history.metrics["f1"]) == 3


def test_of_several_classes_the_mean_is_taken_even_if_but_two_occur():
    X, y = [[1.0], [2.0], [3.0], [-1.0]], [0, 1, 1, 2]
    history = quick(Fixed([0.0, 1.0, -1.0]), (X, y), metrics="recall", validation=([[1.0], [2.0]], [0, 1]), lr=1e-9)
    assert history.metrics["recall"][0] == pytest.approx((0 + 1 + 1) / 3)
    assert history.metrics["val_recall"][0] == 0.5


def test_regression_and_names_of_ones_own():
    X = [[i / 10] for i in range(20)]
    history = quick(
        nn.MLP(1, [1], seed=0), (X, [2 * x for (x,) in X]), validation=None,
        metrics={"error": "mae", "worst": lambda truth, answers: max(map(abs, map(float.__sub__, truth, answers)))},
    )  # fmt: skip
    assert list(history.metrics) == ["error", "worst"]
    assert 0 < history.metrics["error"][-1] < history.metrics["worst"][-1]


@pytest.mark.parametrize(
    ("metrics", "error", "words"),
    [
        ("f1_score", ValueError, "no metric is called 'f1_score'"),
        ("r2", ValueError, "for regression, but y holds classes"),
        (3, TypeError, "a metric is a name"),
        ([lambda t, a: 0.5, lambda t, a: 0.5], ValueError, "give the metric another name"),
        ({"lr": "f1"}, ValueError, "something else called 'lr'"),
        ({"mine": lambda t, a: None}, TypeError, "the metric 'mine' must give a number, got None"),
    ],
)
def test_what_is_no_metric_is_refused_before_training(metrics, error, words):
    model = small()
    before = model.state_dict()
    metrics = [metrics] if isinstance(metrics, int) else metrics
    with pytest.raises(error, match=words):
        quick(model, data.load("xor", n=24), metrics=metrics)
    assert "mine" in metrics or model.state_dict() == before
