"""What fit takes as examples, which loss it chooses for them, and what it refuses."""

import math

import pytest
from support.small_training import Fixed, quick, small

from tinygrad_edu import data, nn, optim
from tinygrad_edu.nn import MLP
from tinygrad_edu.training import accuracy


def test_the_loss_is_chosen_by_the_data():
    X = [[0.1 * i, -0.2 * i] for i in range(6)]
    one, three = (lambda: MLP(2, [1], seed=0)), (lambda: MLP(2, [3], seed=0))
    for model, y, name in [
        (one(), [0, 1] * 3, "binary_cross_entropy"),
        (one(), [0.0, 1.0] * 3, "binary_cross_entropy"),
        (one(), [-1, 1] * 3, "hinge"),
        (one(), [-1.0, 1.0] * 3, "hinge"),
        (one(), [0.0, 1.0, 2.0] * 2, "mse"),
        (one(), [0.5, 1.0, 0.0] * 2, "mse"),
        (three(), [0, 1, 2] * 2, "cross_entropy"),
        (three(), [0, 1, 0] * 2, "cross_entropy"),
        (three(), [[0.0, 1.0, 2.0]] * 6, "mse"),
    ]:
        assert quick(model, (X, y), epochs=1, validation=0).loss_name == name


def test_hinge_turns_classes_into_signs(xor):
    by_name, by_function = quick(small(), xor[0], loss="hinge"), quick(small(), xor[0], loss=nn.hinge)
    first = quick(small(), xor[0], loss="hinge", lr=0.0, epochs=1, validation=None)
    labels = [2 * y - 1 for y in xor[0].y]
    assert first.loss == [pytest.approx(nn.hinge(small().predict(xor[0].X), labels), rel=1e-12)]
    signs = ([list(x) for x in xor[0].X], [2 * y - 1 for y in xor[0].y])
    assert by_name == by_function
    assert by_name.loss == quick(small(), signs, validation=0.2).loss


def test_a_loss_of_ones_own_gets_the_targets_as_given(xor):
    targets = set()

    def own(output, target):
        targets.add(target)
        return (output - target) ** 2

    history = quick(small(), xor[0], loss=own, engine="eager")
    assert history.loss_name == "own"
    assert targets == {0, 1}


def test_arrays_are_data():
    np = pytest.importorskip("numpy", reason="feeds arrays")
    train, _ = data.load("moons", n=20, seed=0).split()
    ours = quick(small(), (train.X, train.y))
    theirs = quick(small(), (np.array(train.X), np.array(train.y)))
    assert ours == theirs


def test_accuracy_counts():
    X = [[1.0], [2.0], [-1.0], [-2.0]]
    assert accuracy(Fixed([1.0]), (X, [1, 1, 0, 0])) == 1.0
    assert accuracy(Fixed([1.0]), (X, [1, 0, 0, 0])) == 0.75
    assert accuracy(Fixed([1.0]), (X, [1, 1, -1, 1])) == 0.75
    assert accuracy(Fixed([-1.0, 0.0, 1.0]), (X, [2, 2, 0, 1])) == 0.75
    assert accuracy(Fixed([1.0]), ([[0.0]], [0])) == 1.0  # a score of exactly 0 is class 0
    assert accuracy(Fixed([-1.0, 1.0]), (X, [1, 1, -1, -1])) == 1.0
    with pytest.raises(ValueError, match="other numbers"):
        accuracy(Fixed([1.0]), (X, [0.1, 0.2, 0.3, 0.4]))


GOOD = ([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [0, 1, 0, 1])


BAD = [
    ({"epochs": 0}, ValueError, "epochs must be at least 1"),
    ({"epochs": 2.5}, TypeError, "epochs must be an integer"),
    ({"epochs": "10"}, TypeError, "epochs must be an integer"),
    ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
    ({"batch_size": -4}, ValueError, "batch_size must be at least 1"),
    ({"seed": None}, TypeError, "seed must be an integer"),
    ({"lr": math.nan}, ValueError, "lr must be a finite number of at least 0, got nan"),
    ({"lr": -1.0}, ValueError, "lr must be"),
    ({"lr": "fast"}, TypeError, "lr must be a number, got 'fast'"),
    ({"optimizer": "adan"}, ValueError, "did you mean 'adam'"),
    ({"optimizer": 3}, TypeError, "a name such as 'adam'"),
    ({"optimizer": None}, TypeError, "a name such as 'adam'"),
    ({"loss": "msee"}, ValueError, "did you mean 'mse'"),
    ({"loss": 3}, TypeError, "loss must be a name"),
    ({"loss": "cross_entropy"}, ValueError, "one output a class"),
    ({"validation": 1.0}, ValueError, "validation must be .* below 1"),
    ({"validation": -0.1}, ValueError, "validation must be"),
    ({"validation": "some"}, TypeError, "validation must be a number"),
    ({"validation": True}, TypeError, "validation must be a number"),
    ({"validation": 0.99}, ValueError, "leaves none to learn from"),
    ({"validation": ([[1.0]], [0])}, ValueError, "2 features, but validation has 1"),
    ({"record": ["weights"]}, ValueError, "known: gradients, parameters"),
    ({"record": {"a": 3}}, TypeError, "a function of the model"),
    ({"engine": "eagre"}, ValueError, "did you mean 'eager'.*Known: auto, eager, numpy, numba, jax"),
    ({"engine": None}, ValueError, "no engine is called None"),
    ({"data": None}, TypeError, "a Dataset or a pair"),
    ({"data": "moons"}, TypeError, "a Dataset or a pair"),
    ({"data": ([], [])}, ValueError, "X is empty"),
    ({"data": ([[1.0, 2.0]], [0, 1])}, ValueError, "1 examples but y has 2"),
    ({"data": ([[1.0, math.nan]], [0])}, ValueError, r"X\[0\]\[1\] must be a finite number"),
    ({"data": ([[1.0, 2.0]] * 2, ["a", "b"])}, TypeError, r"y\[0\] must be a number"),
    ({"data": ([[1.0, 2.0]] * 2, [0.5, math.nan])}, ValueError, r"y\[1\]"),
    ({"data": ([[1.0]] * 4, [0, 1, 0, 1])}, ValueError, "takes 2 inputs, got 1"),
    ({"data": (GOOD[0], [0, 1, 2, 3])}, ValueError, "two classes, but y goes to 3.*4 outputs.*loss='mse'"),
    ({"data": (GOOD[0], [0.5, 1.5, 2.5, 3.5]), "loss": "hinge"}, ValueError, "hinge takes classes.*loss='mse'"),
    ({"data": (GOOD[0], [[1.0, 2.0]] * 4)}, ValueError, "2 targets an example with 1 outputs"),
    ({"model": MLP(2, [2], seed=0), "data": (GOOD[0], [0, 1, 2, 0])}, ValueError, "class 2 needs .* 3 outputs"),
    ({"model": MLP(2, [2], seed=0), "loss": "hinge"}, ValueError, "one output, but this one has 2"),
    ({"model": nn.Standardize([0.0, 0.0], [1.0, 1.0])}, ValueError, "params is empty"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), BAD)
def test_fit_says_what_is_wrong_and_changes_nothing(wrong, error, message):
    keywords = {"model": small(), "data": GOOD, **wrong}
    model = keywords["model"]
    before = model.state_dict()
    with pytest.raises(error, match=message):
        quick(**keywords) if "model" not in keywords else quick(keywords.pop("model"), keywords.pop("data"), **keywords)
    assert model.state_dict() == before


def test_an_optimizer_brings_its_own_rate_and_this_models_parameters():
    model = small()
    with pytest.raises(ValueError, match=r"its own lr=0\.5: leave lr out"):
        quick(model, GOOD, optimizer=optim.SGD(model.parameters(), lr=0.5), lr=0.1)
    with pytest.raises(ValueError, match="moves no parameter of this model"):
        quick(model, GOOD, optimizer=optim.SGD(small().parameters(), lr=0.5))


def test_a_loss_that_does_not_depend_on_the_model_is_refused():
    with pytest.raises(TypeError, match="must be a Value that depends on the model, got"):
        quick(small(), GOOD, loss=lambda output, target: 1.0)
