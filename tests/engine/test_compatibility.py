"""Programs written for other scalar engines run on ours with only the import changed, and give the same numbers."""

import random

import numpy as np
import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from benchmarks.peers.micrograd_and_microgpt import ScriptValue
from benchmarks.workloads import scalar_gpt
from tinygrad_edu import Value, nn


def micrograd_example(value_class):
    """The chain of operations in micrograd's README, whose results its author publishes."""
    a, b = value_class(-4.0), value_class(2.0)
    c, d = a + b, a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    f = (c - d) ** 2
    g = f / 2.0
    g += 10.0 / f
    return a, b, g


def test_micrograds_readme_example_gives_its_published_numbers():
    a, b, g = micrograd_example(Value)
    g.backward()
    assert f"{g.data:.4f}" == "24.7041"
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def demonstration(value_class, model):
    """The cells of micrograd's demo.ipynb, smaller: NumPy's data, a loss, descent, accuracy, and a map of the plane."""
    generator = np.random.RandomState(5)
    X = generator.uniform(-1.0, 1.0, (24, 2))
    y = np.where(X[:, 0] * X[:, 1] > 0.0, 1, 0) * 2 - 1

    def loss(batch_size=None):
        rows, labels = X, y
        if batch_size is not None:
            picked = generator.permutation(X.shape[0])[:batch_size]
            rows, labels = X[picked], y[picked]
        inputs = [list(map(value_class, row)) for row in rows]
        scores = list(map(model, inputs))
        losses = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = 1e-4 * sum(p * p for p in model.parameters())
        hits = [(label > 0) == (score.data > 0) for label, score in zip(labels, scores, strict=True)]
        return data_loss + reg_loss, sum(hits) / len(hits)

    history = []
    for k in range(3):
        total, accuracy = loss(8)
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        history.append([total.data, accuracy, *[p.grad for p in model.parameters()]])
    xx, yy = np.meshgrid(np.arange(-1.0, 1.5, 0.5), np.arange(-1.0, 1.5, 0.5))
    scores = [model(list(map(value_class, row))) for row in np.c_[xx.ravel(), yy.ravel()]]
    above = np.array([score.data > 0 for score in scores]).reshape(xx.shape)
    return history, above.tolist(), f"{loss()[0].data:.9f}"


@pytest.fixture(name="micrograd")
def fixture_micrograd():
    pytest.importorskip("micrograd", reason="the peer to compare with is an optional package: pip install '.[bench]'")
    from benchmarks.peers.micrograd_and_microgpt import micrograd_networks

    return micrograd_networks


@pytest.mark.parametrize("ours", ["its own networks over our Value", "our MLP"])
def test_a_micrograd_program_trains_as_on_micrograd(micrograd, ours):
    random.seed(1337)
    theirs = micrograd().MLP(2, [16, 16, 1])
    random.seed(1337)
    model = nn.MLP(2, [16, 16, 1]) if ours == "our MLP" else micrograd(Value).MLP(2, [16, 16, 1])
    assert [p.data for p in model.parameters()] == [p.data for p in theirs.parameters()]

    (history, *rest), (expected, *expected_rest) = demonstration(Value, model), demonstration(micrograd().Value, theirs)
    for ours_now, theirs_now in zip(history, expected, strict=True):
        assert ours_now == pytest.approx(theirs_now, rel=1e-10, abs=1e-14)
    assert rest == expected_rest


@pytest.mark.parametrize(
    ("value_class", "reductions"),
    [(Value, {}), (Value, {"total": tg.sum, "inner": tg.dot}), (ScriptValue, {})],
    ids=["our Value", "our Value with dot and sum", "the design the benchmark compares with"],
)
def test_the_microgpt_script_starts_with_its_published_losses(value_class, reductions):
    network = scalar_gpt.ScalarGPT(value_class, **reductions)
    optimiser = scalar_gpt.Adam(network.parameters())
    names = scalar_gpt.FIRST_NAMES[: None if THOROUGH or reductions else 2]
    losses = [scalar_gpt.training_step(network, optimiser, name) for name in names]
    assert len(network.parameters()) == 4192
    assert [f"{loss:.4f}" for loss in losses] == ["3.3660", "3.4243", "3.1778"][: len(names)]


def drawn_like_the_notebook(root):
    """The cells of micrograd's trace_graph.ipynb: its walk, and the labels that it gives to Graphviz."""
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    boxes = [f"{{ data {n.data:.4f} | grad {n.grad:.4f} }}" for n in nodes]
    operations = [n._op for n in nodes if n._op]
    return sorted(boxes), sorted(operations), len(edges)


@pytest.mark.parametrize(
    "program",
    [
        lambda a, b: a * b + b,
        lambda a, b: (a * a + b * b).relu(),
        lambda a, b: (a + b).relu() * (a + a),
    ],
)
def test_micrograds_notebook_draws_our_values(micrograd, program):
    drawn = []
    for kind in (Value, micrograd().Value):
        root = program(kind(2.0), kind(-3.0))
        root.backward()
        drawn.append(drawn_like_the_notebook(root))
    assert drawn[0] == drawn[1]


def test_micrograds_notebook_draws_our_neuron(micrograd):
    """Its weighted sum is one node here, so the walks differ below it."""
    drawn = []
    for kind, networks in ((Value, nn), (micrograd().Value, micrograd())):
        random.seed(1337)
        root = networks.Neuron(2)([kind(1.0), kind(-2.0)])
        root.backward()
        (activation,) = root._prev
        assert drawn_like_the_notebook(root)[1].count("ReLU") == 1
        drawn.append([(f"{n.data:.4f}", f"{n.grad:.4f}", n._op) for n in (root, activation)])
    assert drawn[0] == drawn[1]


def test_the_lectures_labels_and_operations():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    e = a * b
    e.label = "e"
    d = e + Value(10.0, label="c")
    assert (a.label, a.name, e.name, d.label) == ("a", "a", "e", "")
    assert (d._op, e._op, a._op) == ("+", "*", "")
    assert [p.label for p in e._prev] == ["a", "b"]
    assert set((a * a)._prev) == {a}
    assert [x._op for x in ((a - b), a / b, a**2, a.tanh(), a.exp(), a.relu())] == [
        "-",
        "/",
        "**2",
        "tanh",
        "exp",
        "ReLU",
    ]
    assert [p._op for p in (a + 1.0)._prev] == ["", ""]
    e.label = ""
    assert e.name is None
    with pytest.raises(TypeError, match="not both"):
        Value(1.0, "a", label="b")
    with pytest.raises(TypeError, match="str"):
        Value(1.0, label=3)
