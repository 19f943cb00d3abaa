"""The picture of a network: columns, weights, values and blame are the model's, and it says what it hides."""

import math
import random
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_edu as tg
from tinygrad_edu import Value, draw, nn


def network_of(model, *example):
    return draw(model, *example).network


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.lists(st.integers(1, 5), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_columns_hold_the_weights_values_and_blame_of_the_model(nin, nouts, rng):
    model = nn.MLP(nin, nouts, "tanh", seed=rng.randint(0, 99))
    x = [rng.uniform(-2, 2) for _ in range(nin)]
    loss = lambda outputs: tg.sum([o * o for o in (outputs if isinstance(outputs, list) else [outputs])])  # noqa: E731
    loss(model(x)).backward()
    network = network_of(model, x)
    assert [len(c.units) for c in network.columns] == [nin, *nouts]
    named = {name: p.data for name, p in model.named_parameters()}
    before = x
    for column, layer in zip(network.columns[1:], model.layers, strict=True):
        sums = [sum(w * v for w, v in zip(u.weights, before, strict=True)) + u.bias for u in column.units]
        last = layer is model.layers[-1]
        before = [s if last else math.tanh(s) for s in sums]
        assert [u.value for u in column.units] == pytest.approx(before)
        for unit, neuron in zip(column.units, layer.neurons, strict=True):
            assert unit.weights == tuple(named[f"{unit.name}.w.{j}"] for j in range(len(unit.weights)))
            h = 1e-6
            shifted = []
            for d in (h, -h):
                kept, neuron.b.data = neuron.b.data, neuron.b.data + d
                shifted.append(loss(model(x)).data)
                neuron.b.data = kept
            assert (unit.blame or 0.0) == pytest.approx((shifted[0] - shifted[1]) / (2 * h), rel=1e-4, abs=1e-6)


def test_without_an_example_there_are_weights_and_no_values():
    network = network_of(nn.MLP(3, [2, 1], seed=0))
    assert [u.name for u in network.columns[0].units] == ["x0", "x1", "x2"]
    assert all(u.value is None and u.blame is None for c in network.columns for u in c.units)


def test_thumbnails_show_what_each_neuron_gives_over_the_plane():
    model = nn.MLP(2, [3, 1], "tanh", seed=3)
    network = network_of(model, [0.25, -0.5])
    (_, left, right), (_, low, high) = network.plane
    assert (left, right, low, high) == (-0.75, 1.25, -1.5, 0.5)
    grid = network.columns[2].units[0].answers
    n = len(grid)
    points = [
        [left + (right - left) * (j + 0.5) / n, high - (high - low) * (i + 0.5) / n] for i in range(n) for j in range(n)
    ]
    truth = model.predict(points)
    largest = max(map(abs, truth))
    assert [v for row in grid for v in row] == pytest.approx([t / largest for t in truth])
    assert not any(u.answers for c in network_of(nn.MLP(3, [2], seed=0)).columns for u in c.units)


def test_what_is_done_to_all_outputs_belongs_to_the_layer():
    model = nn.Sequential(nn.Linear(2, 3, seed=0), nn.Tanh(), nn.Linear(3, 1, seed=1))
    network = network_of(model, [1.0, -1.0])
    assert [c.title for c in network.columns] == ["inputs", "tanh", "linear"]
    first = network.columns[1]
    assert [u.value for u in first.units] == pytest.approx(
        [math.tanh(u.weights[0] - u.weights[1] + u.bias) for u in first.units]
    )


def test_convolutions_are_blocks_with_what_they_give():
    model = nn.Sequential(nn.Conv2d(1, 2, 3, seed=0), nn.Flatten(), nn.Linear(8, 2, seed=0))
    rng = random.Random(0)
    image = [[[rng.random() for _ in range(4)] for _ in range(4)]]
    network = network_of(model, image)
    assert [c.title for c in network.columns] == ["input", "Conv2d", "Flatten", "linear"]
    block = network.columns[1]
    assert block.lines == ("2×2×2", "20 parameters")
    planes = model[0](image)
    for plane, grid in zip(planes, block.maps, strict=True):
        largest = max(abs(v.data) for row in plane for v in row)
        assert [v for row in grid for v in row] == pytest.approx([v.data / largest for row in plane for v in row])
    drawing = draw(model, image)
    assert drawing.render("png").startswith(b"\x89PNG")
    assert "Conv2d" in drawing.svg


def test_a_large_network_says_what_it_leaves_out():
    svg = draw(nn.MLP(64, [32, 10], seed=0)).svg
    drawn = svg.count('class="tg-weight"')
    assert drawn <= 700
    assert f"{64 * 32 + 32 * 10 - drawn:,} weights are not drawn" in svg
    assert "… 46 more …" in svg


def test_the_sign_of_a_weight_is_its_colour_and_its_size_the_width():
    model = nn.MLP(2, [1], seed=0)
    for p, number in zip(model.parameters(), (2.0, -1.0, 0.5), strict=True):
        p.data = number
    root = ET.fromstring(draw(model).svg)
    namespace = "{http://www.w3.org/2000/svg}"
    lines = {}
    for group in root.iter(f"{namespace}g"):
        if group.get("class") == "tg-weight":
            path = group.find(f"{namespace}path")
            lines[group.get("data-weight")] = (path.get("stroke"), float(path.get("stroke-width")))
    orange, blue = lines["1-0-0"], lines["1-1-0"]
    assert orange[1] > blue[1]
    assert int(orange[0][1:3], 16) > int(orange[0][5:7], 16)  # more red than blue
    assert int(blue[0][1:3], 16) < int(blue[0][5:7], 16)


def test_it_opens_into_the_scalar_graph():
    model = nn.MLP(2, [3, 1], seed=0)
    assert "mlp" in draw(model, collapse=None).svg
    assert not hasattr(draw(model, collapse=2), "network")
    assert draw(model).records.nodes
    with pytest.raises(TypeError, match="only a module is drawn with an example"):
        draw(Value(1.0), [1.0])


def test_what_is_not_finite_is_marked():
    model = nn.MLP(2, [2, 1], seed=0)
    model.parameters()[0].data = math.nan
    svg = draw(model, [1.0, 2.0]).svg
    assert "#b00020" in svg  # the alarm's colour
