"""Other ways to share blame: the formulas of the papers in plain NumPy, what they learn, and what check_grads says."""

import math
import pickle

import numpy as np
import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Op, Value, nn
from tinygrad_edu.blame import (
    DirectFeedbackAlignment,
    FeedbackAlignment,
    ForwardForward,
    TargetPropagation,
    feedback,
    stopped,
)

X = [0.3, -0.8, 0.5]


def network(seed=0, sizes=(4, 5, 2), activation="tanh"):
    return nn.MLP(3, list(sizes), activation, seed=seed)


def arrays(layer):
    """The weights of a layer as a matrix, and its biases."""
    return np.array([[w.data for w in n.w] for n in layer.neurons]), np.array([n.b.data for n in layer.neurons])


def forwards(layers, x):
    """What every layer says, the features first; tanh but for the last."""
    said = [np.array(x)]
    for i, layer in enumerate(layers):
        W, b = arrays(layer)
        z = W @ said[-1] + b
        said.append(z if i == len(layers) - 1 else np.tanh(z))
    return said


def gradients_of(layer):
    return np.array([[w.grad for w in n.w] for n in layer.neurons]), np.array([n.b.grad for n in layer.neurons])


def swept(model, x, slopes=(1.0, -0.5)):
    """Sweep back from outputs weighted by `slopes`, from zeroed gradients."""
    model.zero_grad()
    tg.dot(list(slopes), model(x)).backward()


# ------------------------------------------------------------------------------------ feedback alignment


@pytest.mark.parametrize("kind", [FeedbackAlignment, DirectFeedbackAlignment])
def test_blame_goes_back_by_the_formula_of_the_paper(kind):
    model = kind(network(), seed=5)
    layers, said = model.network.layers, forwards(model.network.layers, X)
    assert [out.data for out in model(X)] == pytest.approx(said[-1], rel=1e-14)
    error = np.array([1.0, -0.5])
    swept(model, X, error)
    blame = error
    for i in reversed(range(3)):
        weights, biases = gradients_of(layers[i])
        np.testing.assert_allclose(weights, np.outer(blame, said[i]), rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(biases, blame, rtol=1e-13, atol=1e-15)
        if i:
            sender = error if kind is DirectFeedbackAlignment else blame
            blame = np.array(model.back[i - 1]).T @ sender * (1.0 - said[i] ** 2)


def test_with_its_own_weights_on_the_way_back_it_is_backpropagation():
    net, plain = network(), network()
    model = FeedbackAlignment(net, seed=0)
    model.back = [[[w.data for w in neuron.w] for neuron in layer.neurons] for layer in net.layers[1:]]
    swept(model, X)
    swept(plain, X)
    ours, expected = ([p.grad for p in m.parameters()] for m in (net, plain))
    assert ours == pytest.approx(expected, rel=1e-13, abs=1e-15)


def test_the_step_of_a_link_shows_the_weight_of_the_way_back():
    w, x = Value(2.0, "w"), Value(3.0, "x")
    backward = [s for s in tg.steps(feedback(w, x, -0.5)) if s.kind == "backward"]
    assert [(s.parent.name, s.local) for s in backward] == [("w", 3.0), ("x", -0.5)]
    assert "feedback" in str(tg.draw(feedback(w, x, -0.5)))


def test_the_walk_does_not_call_a_weight_of_the_way_back_a_derivative():
    text = tg.play(tg.tanh(feedback(Value(2.0, "w"), Value(0.25, "x"), -0.5))).text()
    assert "∂v2/∂v1 × v2.grad" in text
    assert "x.grad += (weight back) × v1.grad     where the weight back from v1 to x = −0.5" in text
    assert "∂v1/∂x" not in text


def test_what_is_stopped_is_the_same_number_and_gets_no_blame():
    x = Value(1.5)
    y = stopped(x) * x
    y.backward()
    assert (y.data, x.grad) == (2.25, 1.5)


@pytest.mark.parametrize("kind", [FeedbackAlignment, DirectFeedbackAlignment])
def test_the_way_back_is_part_of_the_state_and_no_parameter(kind):
    model, other = kind(network(), seed=1), kind(network(seed=3), seed=2)
    assert model.parameters() == model.network.parameters()
    assert model.back != other.back
    other.load_state_dict(model.state_dict())
    assert (other.back, other.predict([X])) == (model.back, model.predict([X]))
    swept(model, X)
    swept(other, X)
    assert [p.grad for p in other.parameters()] == [p.grad for p in model.parameters()]


def test_check_grads_refuses_what_is_no_derivative_on_purpose():
    words = "the backward pass of 'feedback' is not its derivative, on purpose"
    model = FeedbackAlignment(network(sizes=(2, 1)), seed=1)
    with pytest.raises(ValueError, match=words):
        tg.check_grads(lambda model: model(X), (model,))
    with pytest.raises(ValueError, match=words):
        tg.check_grads(lambda x: feedback(2.0, x, 2.0), (1.5,))
    with pytest.raises(ValueError, match=words):
        tg.check.operation(feedback)
    assert tg.check_grads(lambda model: model(X), (model.network,)).conclusive
    mine = Op("mine", lambda x: x, lambda y, x: (7.0,), exact=False)
    with pytest.raises(ValueError, match=r"'mine' is not its derivative, on purpose \(it was made with exact=False\)"):
        tg.check_grads(lambda x: mine(x), (1.5,))


def test_the_operation_is_pickled_by_name():
    assert pickle.loads(pickle.dumps(feedback)) is feedback


MOONS = tg.data.load("moons", n=400, seed=0).split(test=0.25, seed=0)


@pytest.mark.parametrize("seed", range(5 if THOROUGH else 1))
@pytest.mark.parametrize("kind", [FeedbackAlignment, DirectFeedbackAlignment])
def test_feedback_alignment_learns_moons_compiled(kind, seed):
    model = kind(nn.MLP(2, [16, 16, 1], "tanh", seed=seed), seed=seed)
    first = [neuron.w[0].data for neuron in model.network.layers[0].neurons]
    back = [row[:] for rows in model.back for row in rows]
    history = tg.fit(model, MOONS[0], epochs=40, batch_size=16, lr=0.02, validation=None, progress=False)
    assert history.engine.startswith("numpy")
    assert tg.accuracy(model, MOONS[1]) >= 0.97
    assert tg.accuracy(model.network, MOONS[1]) == tg.accuracy(model, MOONS[1])
    assert [row for rows in model.back for row in rows] == back  # nobody has trained it
    moved = [abs(n.w[0].data - w) for n, w in zip(model.network.layers[0].neurons, first, strict=True)]
    assert min(moved) > 1e-3  # not the last layer alone


@pytest.mark.parametrize("kind", [FeedbackAlignment, DirectFeedbackAlignment])
@pytest.mark.parametrize("engine", ["numpy", "numba", "jax"] if THOROUGH else ["numpy"])
def test_every_engine_learns_the_same(kind, engine):
    def trained(name):
        model = kind(nn.MLP(2, [4, 3, 1], "tanh", seed=0), seed=0)
        tg.fit(model, MOONS[0].split(test=0.9)[0], epochs=2, engine=name, progress=False)
        return [p.data for p in model.parameters()]

    assert trained(engine) == pytest.approx(trained("eager"), rel=1e-9)


def test_an_operation_that_ignores_an_argument_is_compiled():
    """`feedback` found this: w * x was taken for NumPy's function of two arguments, and given three."""
    second = Op("second", lambda a, b: b * 1.0, lambda y, a, b: (0.0, 1.0), code="b * 1.0")
    first = Op("first", lambda a, b: abs(a), lambda y, a, b: (1.0, 0.0), code="fabs(a)")
    x = np.array([1.0, -2.0])
    assert tg.compile(lambda x: second(x, x + 1.0))(x).tolist() == [2.0, -1.0]
    assert tg.compile(lambda x: first(x, 5.0 * x))(x).tolist() == [1.0, 2.0]


# ------------------------------------------------------------------------------------ target propagation


def test_every_layer_gets_the_blame_of_its_own_target_alone():
    model = TargetPropagation(nn.MLP(3, [4, 5, 1], "tanh", seed=0), seed=1, step=0.3)
    first, second, last = model.network.layers
    (inverse,) = model.inverses
    noise = [0.1, -0.2, 0.05, 0.0]
    model.zero_grad()
    loss = model.local_loss(X, [0.0, 1.0], noise)
    loss.backward()

    x, h1, h2, out = forwards(model.network.layers, X)
    V, c = arrays(inverse)
    slope = 1.0 / (1.0 + math.exp(-out[0])) - 1.0
    target2 = h2 - 0.3 * slope * arrays(last)[0][0]
    target1 = h1 - np.tanh(V @ h2 + c) + np.tanh(V @ target2 + c)
    for layer, before, said, wanted in ((first, x, h1, target1), (second, h1, h2, target2)):
        blame = 2.0 * (said - wanted) * (1.0 - said**2)
        np.testing.assert_allclose(gradients_of(layer)[0], np.outer(blame, before), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(gradients_of(last)[0], [slope * h2], rtol=1e-12)

    shaken = h1 + np.array(noise)
    W2, b2 = arrays(second)
    seen = np.tanh(W2 @ shaken + b2)
    undone = np.tanh(V @ seen + c)
    blame = 2.0 * (undone - shaken) * (1.0 - undone**2)
    np.testing.assert_allclose(gradients_of(inverse)[0], np.outer(blame, seen), rtol=1e-12, atol=1e-15)
    parts = (
        math.log1p(math.exp(-out[0])),
        sum((h2 - target2) ** 2),
        sum((h1 - target1) ** 2),
        sum((undone - shaken) ** 2),
    )
    assert loss.data == pytest.approx(sum(parts), rel=1e-12)


@pytest.mark.parametrize("seed", range(5 if THOROUGH else 1))
def test_target_propagation_learns_moons(seed):
    model = TargetPropagation(nn.MLP(2, [16, 16, 1], "tanh", seed=seed), seed=seed)
    losses = model.learn(MOONS[0], epochs=30, seed=seed)
    assert len(losses) == 30
    assert losses[-1] < 0.1 * losses[0]
    assert tg.accuracy(model, MOONS[1]) >= 0.95


def test_target_propagation_tells_several_classes_apart():
    data = tg.data.load("iris")
    model = TargetPropagation(nn.MLP(4, [8, 3], "tanh", seed=0), seed=0)
    model.learn(data, epochs=30)
    assert tg.accuracy(model, data) >= 0.95


# ------------------------------------------------------------------------------------ forward-forward


def test_goodness_and_its_blame_are_those_of_the_paper():
    model = ForwardForward(3, [4, 5], threshold=0.2, seed=0)
    label = [0.0, 1.0]
    W1, b1 = arrays(model.layers[0])
    W2, b2 = arrays(model.layers[1])
    a1 = np.tanh(W1 @ np.array([*X, *label]) + b1)
    normal = a1 / np.sqrt((a1**2).mean() + 1e-8)
    a2 = np.tanh(W2 @ normal + b2)
    found = model.goodness(X, label)
    assert [g.data for g in found] == pytest.approx([(a1**2).sum(), (a2**2).sum()], rel=1e-13)
    model.zero_grad()
    found[1].backward()
    assert all(p.grad == 0.0 for p in model.layers[0].parameters())
    np.testing.assert_allclose(gradients_of(model.layers[1])[1], 2.0 * a2 * (1.0 - a2**2), rtol=1e-12)
    other = sum((np.tanh(W1 @ np.array([*X, 1.0, 0.0]) + b1)) ** 2)
    single = ForwardForward(3, [4], threshold=0.2, seed=0)
    expected = math.log1p(math.exp(0.8 - (a1**2).sum())) + math.log1p(math.exp(other - 0.8))
    assert single.local_loss(X, label, [1.0, 0.0]).data == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(3 if THOROUGH else 1))
def test_forward_forward_learns_moons(seed):
    model = ForwardForward(2, [32], seed=seed)
    model.learn(MOONS[0], epochs=60, batch_size=32, lr=0.03, seed=seed)
    assert tg.accuracy(model, MOONS[1]) >= 0.95


def test_forward_forward_tells_several_classes_apart_the_same_on_every_run():
    def accuracy():
        data = tg.data.load("iris")
        model = ForwardForward(4, [16], classes=3, seed=0)
        losses = model.learn(data, epochs=20, batch_size=32, optimizer=tg.optim.Adam(model.parameters(), lr=0.02))
        return tg.accuracy(model, data), losses

    first = accuracy()
    assert first[0] >= 0.95
    assert accuracy() == first


BAD = [
    (lambda: FeedbackAlignment(nn.Layer(2, 2)), TypeError, "FeedbackAlignment takes the network .* an MLP"),
    (lambda: DirectFeedbackAlignment(None), TypeError, "DirectFeedbackAlignment takes the network"),
    (lambda: FeedbackAlignment(network(), seed=0)([1.0]), ValueError, "takes 3 inputs, got 1"),
    (lambda: DirectFeedbackAlignment(network(), seed=0)([1.0]), ValueError, "takes 3 inputs, got 1"),
    (lambda: TargetPropagation(nn.MLP(2, [1])), ValueError, "this network has none"),
    (lambda: TargetPropagation(nn.MLP(2, [3, 1]), step=-1.0), ValueError, "step must be"),
    (lambda: TargetPropagation(nn.MLP(2, [3, 1])).learn("moons"), TypeError, "a Dataset or a pair"),
    (lambda: TargetPropagation(nn.MLP(2, [3, 1])).learn(([[1.0, 2.0]], [0, 1])), ValueError, "X has 1 examples but y"),
    (lambda: TargetPropagation(nn.MLP(2, [3, 1])).learn(([[1.0, 2.0]], [2])), ValueError, "tells 2 classes"),
    (lambda: TargetPropagation(nn.MLP(2, [3, 1])).learn(([[1.0]], [0])), ValueError, "takes 2 features"),
    (lambda: TargetPropagation(nn.MLP(2, [3, 1])).learn(MOONS[0], optimizer="adan"), ValueError, "did you mean 'adam'"),
    (lambda: ForwardForward(2, [4]).learn(([[1.0, 2.0]], [0.5])), TypeError, "must be an integer"),
    (lambda: ForwardForward(2, [4], classes=1), ValueError, "classes must be at least 2"),
    (lambda: ForwardForward(2, [4])([1.0]), ValueError, "takes 2 inputs, got 1"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_what_makes_no_sense_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
