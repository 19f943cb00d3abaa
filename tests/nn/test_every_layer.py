"""Every layer can be checked, compiled, saved, drawn, stepped through and printed, and says what it does not take."""

import copy
import json
import pickle
import random

import numpy as np
import pytest
from support.compiler_programs import as_values, assert_agree
from support.every_layer import LAYERS, Moved, numbers_of
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import Value, nn
from tinygrad_edu.nn.description import KINDS
from tinygrad_edu.nn.nested import elementwise, flat


def test_every_layer_is_here():
    assert set(LAYERS) == set(KINDS)
    assert set(KINDS) <= set(nn.__all__)


@pytest.mark.parametrize("name", LAYERS)
def test_its_gradients_are_those_of_finite_differences(name):
    make, x = LAYERS[name]
    layer = make()
    before = layer.state_dict()
    report = tg.check_grads(Moved(layer, x), (0.05, -0.03))
    assert report.conclusive
    assert layer.state_dict() == before


@pytest.mark.parametrize("name", nn.LOSSES)
def test_the_gradients_of_every_loss_are_those_of_finite_differences(name):
    loss = nn.LOSSES[name]
    if name == "cross_entropy":
        assert tg.check_grads(lambda z: loss(z, 1), ([0.3, -0.7, 1.1],)).conclusive
        assert tg.check_grads(lambda z: loss(z, [0.2, 0.5, 0.3]), ([0.3, -0.7, 1.1],)).conclusive
    else:
        assert tg.check_grads(lambda z: loss(z, 1), (0.3,)).conclusive
        assert tg.check_grads(lambda z: loss(z, [1, 1]), ([0.3, -0.7],)).conclusive


def examples(name, count=3):
    """A batch of what a layer takes."""
    x = np.array(LAYERS[name][1])
    if name == "Embedding":
        return np.array([(x + n) % 4 for n in range(count)])
    return np.array([x * (1.0 - 0.3 * n) + 0.01 * n for n in range(count)])


def spread(output):
    """Outputs as one list, and one number of them that has no symmetries."""
    numbers = numbers_of(output)
    return numbers, tg.sum([(1.0 + place % 3) * number for place, number in enumerate(numbers)])


def assert_compiles(name, backend):
    """Compiled, a layer gives eager's outputs and gradients of a batch."""
    layer, X = LAYERS[name][0](), examples(name)
    params = layer.parameters()
    outputs = tg.compile(lambda x: spread(layer(x))[0], params, backend)(X)
    value, gradient = tg.compile(lambda x: spread(layer(x))[1], params, backend).value_and_grad(X)
    truth = [spread(layer(x.tolist() if name == "Embedding" else as_values(x))) for x in X]
    mean = tg.mean([total for _, total in truth])
    tg.zero_grad(params)
    mean.backward()
    assert_agree(outputs.ravel(), [number.data for numbers, _ in truth for number in numbers], 1e-12)
    assert_agree(value, mean.data, 1e-12)
    assert_agree(gradient, [p.grad for p in params], 1e-11)


@pytest.mark.parametrize("name", LAYERS)
def test_compiled_it_gives_eagers_numbers(name):
    assert_compiles(name, "numpy")


@pytest.mark.parametrize("backend", ["numba", "jax"])
def test_compiled_for_other_back_ends_too(backend):
    pytest.importorskip(backend, reason=f"the extra for {backend} is not installed")
    for name in ["Linear"] if backend == "jax" and not THOROUGH else LAYERS:  # XLA takes seconds for each
        assert_compiles(name, backend)


@pytest.mark.parametrize("name", LAYERS)
def test_it_is_saved_and_built_again_from_what_it_says_once(name, tmp_path):
    layer, path = LAYERS[name][0](), tmp_path / "layer.json"
    x = LAYERS[name][1]
    before = random.getstate()
    layer.save(path)
    twin = nn.load(path)
    assert random.getstate() == before
    for other in (twin.eval(), copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert type(other) is type(layer)
        assert repr(other) == repr(layer)
        assert other.state_dict() == layer.state_dict()
        assert [p.name for p in other.parameters()] == [name for name, _ in layer.named_parameters()]
        ours, theirs = ([float(getattr(n, "data", n)) for n in numbers_of(m(x))] for m in (layer.eval(), other))
        assert ours == theirs


@pytest.mark.parametrize("name", LAYERS)
def test_it_is_drawn_stepped_through_and_printed(name):
    layer, x = LAYERS[name][0](), LAYERS[name][1]
    inputs = x if name == "Embedding" else elementwise(Value, x)
    numbers, total = spread(layer(inputs))
    total.backward()
    nodes = {id(node) for n in numbers for node in tg.topological_order(n)}
    assert {n.name for n in tg.draw(total, collapse=None).records.nodes if n.kind == "parameter"} == {
        p.name for p in layer.parameters() if id(p) in nodes
    }
    last = {id(step.parent): step.grad_after for step in tg.steps(total) if step.kind == "backward"}
    assert all(last[id(p)] == p.grad for p in layer.parameters() if id(p) in nodes)
    assert str(layer).splitlines()[0] == repr(layer)
    table = layer.table(x).splitlines()
    assert table[-1].split()[-2:][0] == str(len(layer.parameters()))
    assert int(table[-1].split()[-1]) == len(tg.trace(layer, x).equations)


@pytest.mark.parametrize("name", LAYERS)
def test_with_an_example_it_is_drawn_and_what_it_gives_is_in_the_picture(name):
    layer, x = LAYERS[name][0](), LAYERS[name][1]
    drawing = tg.draw(layer, x)
    drawn = {node.value for node in tg.draw(layer, x, collapse=None).records.nodes}
    given = numbers_of(layer(elementwise(Value, x) if name != "Embedding" else x))
    assert {number.data for number in given if isinstance(number, Value)} <= drawn
    assert not THOROUGH or "<svg" in drawing.svg
    assert not hasattr(drawing, "network") or tg.play(layer, x).text()


@pytest.mark.parametrize("name", sorted({*LAYERS} - {"Flatten", "Dropout", "Softmax", "LogSoftmax"}))
def test_another_shape_is_refused_by_a_message_that_says_which_it_takes(name):
    layer, x = LAYERS[name][0](), LAYERS[name][1]
    if isinstance(layer, nn.Activation):
        return
    wrong = [9.5] if name == "Embedding" else [[*flat(x), 0.0]] * 7
    with pytest.raises(ValueError, match=r"takes|there is none of index 9\.5"):
        layer(wrong)


def test_a_residual_adds_what_comes_out_to_what_goes_in():
    inner = nn.Linear(2, 2, seed=0)
    x = [[0.5, -1.0], [2.0, 0.25]]
    expected = [[xi + yi.data for xi, yi in zip(row, inner(row), strict=True)] for row in x]
    assert nn.Residual(inner).predict([x]) == [expected]
    assert nn.Residual(nn.Activation("square"), nn.Activation("neg"))(3.0) == 3.0 - 9.0


# ---------------------------------------------------------------------------------------- files that mean harm


@pytest.mark.parametrize(
    "architecture",
    [
        {"type": "Sequential", "modules": [*[{"type": "ReLU"}] * 100, {"type": "RMSNorm", "normalized_shape": 9}]},
        {"type": "Linear", "in_features": 1, "out_features": 1, "init": "zeros", "seed": "x"},
        {"type": "Linear", "in_features": 1, "out_features": {"type": "ReLU"}},
        {"type": "Recurrent", "cell": {"type": "ReLU"}},
        {"type": "Residual", "modules": "ReLU"},
        {"type": "Dropout", "p": 2.0},
        {"type": "Module"},
        {"type": ["Linear"]},
    ],
    ids=str,
)  # fmt: skip
def test_a_file_that_describes_nonsense_is_refused(architecture, tmp_path):
    path = tmp_path / "model.json"
    record = {"format": "tinygrad_edu model", "version": 1, "architecture": architecture, "state": {"weight.0.0": 1.0}}
    path.write_text(json.dumps(record))
    with pytest.raises(ValueError, match="cannot rebuild the model"):
        nn.load(path)


def test_a_model_of_many_layers_is_rebuilt_by_its_file(tmp_path):
    model = nn.Sequential(
        nn.Embedding(5, 4, seed=0),
        nn.PositionalEmbedding(3, 4, seed=1),
        nn.Residual(nn.RMSNorm(4), nn.SelfAttention(4, 2, causal=True, seed=2)),
        nn.Recurrent(nn.GRUCell(4, 3, seed=3), last=True),
        nn.Activation("sin"),
        nn.Linear(3, 2, bias=False, seed=4),
    )
    model.save(tmp_path / "m.json")
    twin = nn.load(tmp_path / "m.json")
    assert repr(twin) == repr(model)
    assert twin.predict([[1, 0, 4]]) == model.predict([[1, 0, 4]])
    rows = [line.split()[0] for line in model.table([1, 0, 4]).splitlines()[2:]]
    assert rows == ["0", "1", "2", "2.0", "2.1", "2.1.out_proj", "3", "3.cell", "4", "5", "all"]
    own = nn.Sequential(nn.Linear(1, 1), nn.Activation(lambda z: z * z))
    own.save(tmp_path / "own.json")
    with pytest.raises(ValueError, match="use its method load"):
        nn.load(tmp_path / "own.json")
