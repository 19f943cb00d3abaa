"""Programs written for other scalar engines run on ours with only the import changed, and give the same numbers."""

import random

import pytest

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


def train_like_micrograd(value_class, model):
    """Two steps of full-batch descent as micrograd's demonstration writes them: operators and `relu` only."""
    draws = random.Random(5)
    rows = [[draws.uniform(-1, 1), draws.uniform(-1, 1)] for _ in range(8)]
    labels = [1 if row[0] * row[1] > 0 else -1 for row in rows]
    losses, gradients = [], []
    for _ in range(2):
        inputs = [list(map(value_class, row)) for row in rows]
        scores = list(map(model, inputs))
        margins = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
        loss = sum(margins) * (1.0 / len(margins)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        losses.append(loss.data)
        gradients.append([p.grad for p in model.parameters()])
    return losses, gradients


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

    expected_losses, expected_gradients = train_like_micrograd(micrograd().Value, theirs)
    losses, gradients = train_like_micrograd(Value, model)
    assert losses == pytest.approx(expected_losses, rel=1e-12)
    for ours_now, theirs_now in zip(gradients, expected_gradients, strict=True):
        assert ours_now == pytest.approx(theirs_now, rel=1e-10, abs=1e-14)


@pytest.mark.parametrize(
    ("value_class", "reductions"),
    [(Value, {}), (Value, {"total": tg.sum, "inner": tg.dot}), (ScriptValue, {})],
    ids=["our Value", "our Value with dot and sum", "the design the benchmark compares with"],
)
def test_the_microgpt_script_starts_with_its_published_losses(value_class, reductions):
    network = scalar_gpt.ScalarGPT(value_class, **reductions)
    optimiser = scalar_gpt.Adam(network.parameters())
    losses = [scalar_gpt.training_step(network, optimiser, name) for name in scalar_gpt.FIRST_NAMES]
    assert len(network.parameters()) == 4192
    assert [f"{loss:.4f}" for loss in losses] == ["3.3660", "3.4243", "3.1778"]


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
