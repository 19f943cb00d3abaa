"""Weights of classes and examples: scikit-learn's and PyTorch's definition, the same on every engine."""

import numpy as np
import pytest
from support.small_training import quick, small

import tinygrad_edu as tg
from tinygrad_edu import data, nn, optim
from tinygrad_edu.data import Dataset
from tinygrad_edu.training.weights import balanced

X = [[0.1, 0.2], [0.9, -0.4], [-0.5, 0.3], [0.2, 0.8], [-0.7, -0.6]]
Y = [0, 1, 1, 1, 0]


def trained(examples, engine="eager", **settings):
    pytest.importorskip(engine, reason=f"the extra for {engine} is not installed") if engine != "eager" else None
    model = small()
    settings = {"validation": None, "batch_size": 99, "epochs": 4, "lr": 0.1, **settings}
    history = quick(model, examples, engine=engine, **settings)
    return history.loss, list(model.state_dict().values())


@pytest.mark.parametrize("engine", ["eager", "numpy"])
def test_a_weight_of_two_is_an_example_that_is_there_twice(engine):
    loss, state = trained((X, Y), engine, sample_weight=[1, 2, 1, 3, 0])
    again = [0, 1, 1, 2, 3, 3, 3]
    their_loss, their_state = trained(([X[i] for i in again], [Y[i] for i in again]))
    assert loss == pytest.approx(their_loss, rel=1e-12)
    assert state == pytest.approx(their_state, rel=1e-9)
    assert loss != pytest.approx(trained((X, Y))[0], rel=1e-3)


@pytest.mark.parametrize("engine", ["numpy", "numba", "jax"])
def test_in_batches_every_engine_does_what_the_eager_one_does(engine):
    settings = {"sample_weight": [0.5, 2.0, 1.0, 3.0, 0.25], "class_weight": {1: 0.5}, "batch_size": 2}
    ours, theirs = trained((X, Y), engine, **settings), trained((X, Y), **settings)
    assert ours[0] == pytest.approx(theirs[0], rel=1e-10)
    assert ours[1] == pytest.approx(theirs[1], rel=1e-8)


def test_balanced_is_scikit_learns():
    utils = pytest.importorskip("sklearn.utils", reason="the truth about balanced weights is scikit-learn's")
    labels = [0, 0, 0, 2, 2, 1, 0, 2]
    theirs = utils.compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert list(balanced(labels).values()) == pytest.approx(theirs.tolist(), rel=1e-15)


def test_the_loss_is_the_weighted_mean_by_the_names_of_classes():
    iris = data.load("iris", n=30)
    model = nn.MLP(4, [3], seed=0)
    by_class = {"setosa": 2.0, "virginica": 0.5}
    odds = np.exp(model.predict(iris.X))
    losses = -np.log((odds / odds.sum(1, keepdims=True))[range(30), iris.y])
    expected = np.average(losses, weights=np.array([2.0, 1.0, 0.5])[iris.y])  # as torch.nn.CrossEntropyLoss(weight)
    history = quick(model, iris, epochs=1, class_weight=by_class, validation=iris, batch_size=30, lr=0.0)
    assert history.loss == pytest.approx([expected], rel=1e-12)
    assert history.val_loss == pytest.approx([expected], rel=1e-12)


def test_balanced_classes_pull_alike():
    """A bias alone ends where both classes count alike, however rare one is."""

    class Bias(nn.Module):
        def __init__(self):
            self.b = tg.Value(0.7)

        def forward(self, x):
            return self.b + 0.0 * x[0]

    ends = []
    for weight in ("balanced", None):
        model = Bias()
        rule = optim.SGD(model.parameters(), lr=1.0)
        quick(model, ([[0.0]] * 8, [1, 0, 0, 0, 0, 0, 0, 0]), optimizer=rule, batch_size=8, epochs=200,
              validation=None, class_weight=weight)  # fmt: skip
        ends.append(model.b.data)
    assert ends == pytest.approx([0.0, -1.9459101490553132], abs=1e-6)  # log(1/7)


def test_examples_that_weigh_nothing_are_not_there():
    weights = [1.0, 0.0, 1.0, 1.0, 0.0]
    kept = [i for i, weight in enumerate(weights) if weight]
    model, twin = small(), small()
    ours = quick(model, (X, Y), sample_weight=weights, batch_size=2)
    theirs = quick(twin, ([X[i] for i in kept], [Y[i] for i in kept]), sample_weight=[1.0] * 3, batch_size=2)
    assert ours == theirs
    assert model.state_dict() == twin.state_dict()


@pytest.mark.parametrize("engine", ["eager", "numpy"])
@pytest.mark.parametrize("scale", [5e307, 1e-320])
def test_weights_are_shares_whatever_their_sum(engine, scale):
    """However near it comes to the end of the floats, or beyond."""
    ones = pytest.approx(quick(small(), (X, Y), engine=engine).loss, rel=1e-14)
    assert quick(small(), (X, Y), sample_weight=[scale] * 5, engine=engine).loss == ones
    assert quick(small(), (X, Y), class_weight={0: scale, 1: scale}, engine=engine).loss == ones


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"sample_weight": [1.0]}, ValueError, "1 weights for 5 examples"),
        ({"sample_weight": [1, 1, -1, 1, 1]}, ValueError, r"sample_weight\[2\] must be a finite number of at least 0"),
        ({"sample_weight": [0] * 5}, ValueError, "nothing to learn from"),
        ({"class_weight": {2: 1.0}}, ValueError, "class_weight has 2, but the classes are 0, 1"),
        ({"class_weight": "balance"}, TypeError, "class_weight is 'balanced', or a dict"),
    ],
)
def test_wrong_weights_are_refused(settings, error, words):
    with pytest.raises(error, match=words):
        quick(small(), (X, Y), **settings)


def test_classes_are_weighed_by_name_and_only_where_there_are_any():
    named = Dataset(X, ["no", "yes", "yes", "yes", "no"])
    assert trained(named, class_weight={"yes": 3.0}) == trained((X, Y), class_weight={1: 3.0})
    with pytest.raises(ValueError, match="'maybe', but the classes are 'no', 'yes'"):
        quick(small(), named, class_weight={"maybe": 1.0})
    with pytest.raises(ValueError, match="sample_weight weighs examples"):
        quick(small(), (X, [0.5, 1.5, 2.5, 0.0, 1.0]), class_weight="balanced")
