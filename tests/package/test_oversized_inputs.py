"""What is too deep, too large or too much is refused before anything is built, by the documented exceptions."""

import json
import math
import tracemalloc

import pytest

import tinygrad_edu as tg
from tinygrad_edu import OPS, Graph, Value, nn
from tinygrad_edu.errors import GraphError

HUGE = 10**400


def model_file(tmp_path, architecture, state):
    path = tmp_path / "model.json"
    record = {"format": "tinygrad_edu model", "version": 1, "architecture": architecture, "state": state}
    path.write_text(json.dumps(record))
    return path


MLP = nn.MLP(1, [1], seed=0)
SMALL = MLP.state_dict()


@pytest.mark.parametrize(
    "architecture",
    [
        {**MLP.architecture(), "nouts": [1, 400_000]},
        {**MLP.architecture(), "nouts": [1000] * 1000},
        {**MLP.architecture(), "nin": 10**9},
        {**MLP.architecture(), "nin": HUGE, "nouts": [HUGE]},
        {**nn.Layer(1, 1).architecture(), "nout": 10**7},
        {**nn.Neuron(1).architecture(), "nin": 10**8},
        {"type": "Standardize", "features": 10**8},
        {"type": "Sequential", "modules": [MLP.architecture(), {"type": "Standardize", "features": 10**8}]},
        {"type": "Linear", "in_features": 10**6, "out_features": 1},
        {"type": "Embedding", "num_embeddings": 2, "embedding_dim": 10**6},
        {"type": "Conv2d", "in_channels": 1, "out_channels": 1, "kernel_size": [10**3, 10**3]},
        {"type": "Recurrent", "cell": {"type": "LSTMCell", "input_size": 1, "hidden_size": 500}},
        {"type": "SelfAttention", "embed_dim": 500},
        {"type": "LayerNorm", "normalized_shape": [HUGE]},
    ],
    ids=lambda architecture: architecture["type"],
)
def test_a_short_file_builds_no_large_network(tmp_path, architecture):
    path = model_file(tmp_path, architecture, SMALL)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"it describes .* but holds 2 numbers"):
            nn.load(path)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_every_architecture_is_counted_as_it_is_built(tmp_path):
    for module in (
        nn.Neuron(3), nn.Layer(2, 4), nn.MLP(3, [4, 2, 1]), nn.Standardize([0.0] * 3, [1.0] * 3),
        nn.Sequential(nn.Standardize([0.0], [1.0]), nn.Sequential(nn.MLP(1, [2])), nn.Layer(2, 1)),
    ):  # fmt: skip
        module.save(tmp_path / "m.json")
        assert nn.load(tmp_path / "m.json").state_dict() == module.state_dict()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "9" * 5000, '{"state": ' + "9" * 400 + "}"])
def test_what_is_nested_or_written_out_too_far_is_no_model_and_no_graph(tmp_path, text):
    path = tmp_path / "model.json"
    path.write_text(text)
    model = nn.MLP(1, [1], seed=0)
    for read in (nn.load, model.load):
        with pytest.raises(ValueError, match="is not a model that this package saved"):
            read(path)
    with pytest.raises(GraphError):
        Graph.from_json(text)
    assert model.state_dict() == SMALL


def test_integers_past_the_largest_float_in_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match="too large for a float"):
        nn.load(model_file(tmp_path, MLP.architecture(), dict.fromkeys(SMALL, HUGE)))
    record = json.loads(tg.trace(lambda x: x * 2.0, 1.0).to_json())
    with pytest.raises(GraphError, match="too large for a float"):
        Graph.from_json(json.dumps(record | {"constants": [HUGE]}))


@pytest.mark.parametrize("sign", [1, -1])
def test_an_int_past_the_largest_float_is_an_infinity(sign):
    huge, inf = sign * HUGE, sign * math.inf
    x = Value(2.0)
    assert Value(huge).data == inf
    for made in (x + huge, huge + x, x * huge, huge * x, tg.sum([x, huge]), tg.where(x, huge, x)):
        assert made.data == inf
    assert (x < huge, huge < x) == (sign > 0, sign < 0)
    assert tg.tanh(huge) == sign
    assert tg.grad(tg.tanh)(huge) == 0.0
    assert tg.trace(lambda x: x * 2.0, 1.0)(huge) == inf


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: tg.fit(nn.MLP(1, [1], seed=0), ([[HUGE]], [1.0]), progress=False),
        lambda: tg.fit(nn.MLP(1, [1], seed=0), ([[1.0]], [HUGE]), progress=False),
        lambda: tg.optim.SGD([Value(1.0)], lr=HUGE),
        lambda: tg.compile(lambda x: x * 2.0)([HUGE]),
    ],
)
def test_where_a_finite_number_is_needed_it_is_refused(attempt):
    with pytest.raises(ValueError, match=r"finite|too large") as caught:
        attempt()
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.arity is None], ids=lambda op: op.name)
def test_a_graph_gives_an_operation_as_many_operands_as_it_takes(op):
    record = json.loads(tg.trace(lambda x: x * 2.0, 1.0).to_json())
    public = getattr(tg, op.name)
    for count in range(5):
        halves = [[1.0] * (count // 2)] * 2 if op.name == "dot" else [[1.0] * count]
        try:
            expected = public(*halves) if op.name != "dot" or count % 2 == 0 else None
        except ValueError:
            expected = None
        text = json.dumps(record | {"equations": [{"op": op.name, "args": [0] * count}]})
        if expected is None:
            with pytest.raises(GraphError, match=f"{op.name} cannot be applied to {count} operands"):
                Graph.from_json(text)
        else:
            assert Graph.from_json(text)(1.0) == pytest.approx(expected)
