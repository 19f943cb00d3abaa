"""The page of a network: every neuron opens as a scalar graph that gives what the model gives."""

import json

import pytest
from support.node import run_module

import tinygrad_edu as tg
from tinygrad_edu import Value, nn


def opened(page):
    """The value of every neuron that opens, computed by the page from its own graph; with its column and number."""
    _, data, functions = page._content()
    script = f"""
        const data = {json.dumps(data)};
        const functions = {functions};
        const found = [];
        data.columns.forEach((column, c) => Object.entries(column.units).forEach(([k, unit]) => {{
          if (!column.opening) return;
          const tape = new Tape(data.walks[column.opening.walk].tape, functions["walk" + column.opening.walk]);
          const {{values}} = tape.compute(neuronLeaves(column, unit));
          found.push([c, Number(k), values[tape.root]]);
        }}));
        console.log(JSON.stringify(found));
    """
    return run_module(script, "Tape from tape", "neuronLeaves from embedded")


STANDARDIZED = nn.Sequential(
    nn.Standardize([1.0] * 3, [2.0] * 3), nn.Linear(3, 4, seed=1), nn.GELU(), nn.Linear(4, 2, bias=False, seed=2)
)
CONVOLVED = nn.Sequential(nn.Conv2d(1, 2, 2, seed=0), nn.Flatten(), nn.Linear(2, 3, seed=1))


@pytest.mark.parametrize(
    ("model", "x", "layers"),
    [
        (nn.MLP(2, [4, 3, 1], "tanh", seed=0), [0.5, -1.0], ["layers.0", "layers.1", "layers.2"]),
        (STANDARDIZED, [0.1, 0.2, 3.0], ["1", "3"]),
        (CONVOLVED, [[[0.3, 1.0], [-0.4, 0.2]]], ["2"]),
    ],
)
def test_every_neuron_opens_as_a_graph_that_gives_what_the_model_gives(model, x, layers):
    page = tg.play(model, x)
    seen = {name: module for name, module in model.named_modules() if name in layers}
    columns = page.network.columns
    found = opened(page)
    assert [columns[c].name for c in dict.fromkeys(c for c, _, _ in found)] == layers
    assert len(found) == sum(len(module.dense().weights) for module in seen.values())
    last = [value for c, _, value in found if columns[c].name == layers[-1]]
    outputs = model.predict([x])[0]
    assert last == pytest.approx(outputs if isinstance(outputs, list) else [outputs], rel=1e-12)
    for c, k, value in found:
        assert value == pytest.approx(columns[c].units[k].value, rel=1e-12)


def test_blame_is_told_of_neurons_and_weights_after_a_backward_pass():
    model = nn.MLP(2, [3, 1], "tanh", seed=0)
    x = [Value(0.5, "a"), Value(-1.0, "b")]
    assert all(
        not unit["blames"]
        for column in tg.play(model, x)._content().data["columns"]
        for unit in column["units"].values()
    )
    nn.binary_cross_entropy(model(x), 1).backward()
    columns = tg.play(model, x)._content().data["columns"]
    for layer, column in zip(model.layers, columns[1:], strict=True):
        for k, neuron in enumerate(layer.neurons):
            assert column["units"][k]["blames"] == [w.grad for w in neuron.w]
            assert column["units"][k]["blame"] == neuron.b.grad


def test_where_it_is_not_sure_what_a_neuron_was_given_it_does_not_open():
    class Crossed(nn.Module):
        """Two layers side by side: what the second is given is not what the first one gives."""

        def __init__(self):
            self.left, self.right = nn.Linear(2, 2, seed=0), nn.Linear(2, 2, seed=1)

        def forward(self, x):
            return [*self.left(x), *self.right(x)]

    found = opened(tg.play(Crossed(), [0.5, -1.0]))
    assert {c for c, _, _ in found} == {1}


def test_a_function_that_is_only_called_like_ours_is_not_taken_for_it():
    def tanh(x):
        return 2.0 * x

    found = opened(tg.play(nn.MLP(2, [3, 1], tanh, seed=0), [0.5, -1.0]))
    assert [c for c, _, _ in found] == [2]  # the linear layer alone


def test_what_is_no_network_is_refused():
    with pytest.raises(TypeError, match="only models and functions are played with an example"):
        tg.play(Value(1.0) * 2.0, [1.0])
    with pytest.raises(TypeError, match=r"play\(model, x\)"):
        tg.play(nn.Sequential(nn.ReLU()))
    assert "3 tanh" in tg.play(nn.MLP(2, [3, 1], "tanh", seed=0)).text()
