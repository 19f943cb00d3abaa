"""Networks and losses against micrograd, PyTorch and finite differences; state, files, and what is refused."""

import copy
import itertools
import json
import math
import os
import pickle
import random

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, nn
from tinygrad_edu.nn import MLP, Layer, Module, Neuron, Sequential, Standardize

# ---------------------------------------------------------------------------------------- micrograd's programs


def micrograd_numbers(sizes):
    """The numbers micrograd draws, by its own order: each neuron's weights, then its bias 0, layer by layer."""
    numbers = []
    for nin, nout in itertools.pairwise(sizes):
        for _ in range(nout):
            numbers += [random.uniform(-1, 1) for _ in range(nin)] + [0.0]
    return numbers


def test_parameters_are_micrograds_bit_for_bit():
    random.seed(1337)
    expected = micrograd_numbers([2, 16, 16, 1])
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    assert [p.data for p in model.parameters()] == expected
    assert [p.data for p in MLP(2, [16, 16, 1], seed=1337).parameters()] == expected


def test_a_seed_leaves_the_global_generator_alone():
    random.seed(3)
    before = random.getstate()
    MLP(2, [4, 1], seed=0)
    assert random.getstate() == before


def test_a_training_run_of_micrograd_gives_the_same_losses_with_only_the_import_changed():
    engine = pytest.importorskip("micrograd.engine", reason="micrograd is the reference")
    theirs = pytest.importorskip("micrograd.nn", reason="micrograd is the reference")

    def run(mlp_class, value_class):
        random.seed(42)
        model = mlp_class(2, [4, 4, 1])
        draws = random.Random(1)
        X = [[draws.uniform(-1, 1), draws.uniform(-1, 1)] for _ in range(12)]
        y = [1 if a * b > 0 else -1 for a, b in X]
        losses = []
        for k in range(8):
            inputs = [list(map(value_class, row)) for row in X]
            scores = list(map(model, inputs))
            hinge = sum((1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)) * (1.0 / len(X))
            total = hinge + 1e-4 * sum(p * p for p in model.parameters())
            model.zero_grad()
            total.backward()
            for p in model.parameters():
                p.data -= (1.0 - 0.9 * k / 100) * 0.1 * p.grad
            losses.append(total.data)
        return losses

    assert run(MLP, Value) == pytest.approx(run(theirs.MLP, engine.Value), rel=1e-9)


def test_micrograds_ways_of_calling_work():
    random.seed(0)
    neuron, linear = Neuron(3), Neuron(3, nonlin=False)
    assert isinstance(neuron([1.0, 2.0, Value(3.0)]), Value)
    assert linear.activation == Neuron(3, False).activation == "linear"
    assert isinstance(Layer(2, 1)([1, 2]), Value)
    assert len(Layer(2, 3, nonlin=False)([1, 2])) == 3
    assert [*neuron.w, neuron.b] == neuron.parameters()


# ---------------------------------------------------------------------------------------- outputs and gradients


def by_hand(model, x, activation):
    """The network in plain floats."""
    for i, layer in enumerate(model.layers):
        x = [
            math.fsum([w.data * xi for w, xi in zip(neuron.w, x, strict=True)]) + neuron.b.data
            for neuron in layer.neurons
        ]
        if i < len(model.layers) - 1:
            x = [activation(z) for z in x]
    return x


@pytest.mark.parametrize(
    ("name", "activation"),
    [("relu", lambda z: max(z, 0.0)), ("tanh", math.tanh), ("linear", lambda z: z), (None, lambda z: z)],
)
@pytest.mark.parametrize("sizes", [(1, [1]), (2, [3]), (3, [5, 2]), (2, [1, 1, 4])])
def test_outputs_are_those_of_the_formula(name, activation, sizes):
    model = MLP(*sizes, activation=name, seed=1)
    for p in model.parameters():
        p.data += 0.1  # biases that are not 0
    x = [0.3, -0.7, 1.1][: sizes[0]]
    out = model(x)
    out = out if isinstance(out, list) else [out]
    assert [o.data for o in out] == pytest.approx(by_hand(model, x, activation), rel=1e-12)


def test_one_output_is_a_value_and_several_are_a_list():
    assert isinstance(MLP(2, [3, 1], seed=0)([0.1, 0.2]), Value)
    out = MLP(2, [3, 2], seed=0)([0.1, 0.2])
    assert isinstance(out, list)
    assert len(out) == 2


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "sigmoid"])
def test_gradients_are_those_of_finite_differences(activation):
    model = MLP(3, [4, 3, 2], activation=activation, seed=2)
    x = [Value(0.3), Value(-0.8), Value(0.5)]

    def loss():
        return nn.cross_entropy(model(x), 1)

    loss().backward()
    step = 1e-6
    for p in [*model.parameters(), *x]:
        kept = p.data
        p.data = kept + step
        above = loss().data
        p.data = kept - step
        below = loss().data
        p.data = kept
        assert p.grad == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-8)


def test_outputs_and_gradients_are_those_of_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is the reference")
    model = MLP(2, [5, 3], activation="tanh", seed=4)
    x = [0.4, -1.3]
    tensors = [
        (
            torch.tensor([[w.data for w in n.w] for n in layer.neurons], dtype=torch.float64, requires_grad=True),
            torch.tensor([n.b.data for n in layer.neurons], dtype=torch.float64, requires_grad=True),
        )
        for layer in model.layers
    ]
    h = torch.tensor(x, dtype=torch.float64)
    for i, (w, b) in enumerate(tensors):
        h = w @ h + b
        h = torch.tanh(h) if i == 0 else h
    torch.nn.functional.cross_entropy(h[None], torch.tensor([2])).backward()
    nn.cross_entropy(model(x), 2).backward()
    for layer, (w, b) in zip(model.layers, tensors, strict=True):
        ours = [p.grad for n in layer.neurons for p in n.w]
        assert ours == pytest.approx(w.grad.flatten().tolist(), rel=1e-12, abs=1e-15)
        assert [n.b.grad for n in layer.neurons] == pytest.approx(b.grad.tolist(), rel=1e-12, abs=1e-15)


def test_any_function_or_operation_is_an_activation():
    cube = tg.Op("cube_of_test_nn", lambda x: x * x * x, lambda y, x: (3.0 * x * x,))
    for activation in (cube, lambda z: z * z * z):
        neuron = Neuron(1, activation=activation, seed=0)
        out = neuron([2.0])
        out.backward()
        z = neuron.w[0].data * 2.0
        assert out.data == pytest.approx(z**3)
        assert neuron.w[0].grad == pytest.approx(3 * z**2 * 2.0)
    assert Neuron(1, activation=tg.tanh).activation == "tanh"


def test_plain_inputs_become_named_constants_once_and_values_stay():
    model = MLP(3, [4, 1], seed=0)
    given = Value(0.5, "mine")
    nodes = tg.topological_order(model([1.0, given, 3]))
    constants = sorted(node.name for node in nodes if node.op is not None and node.op.name == "constant")
    assert constants == ["x0", "x2"]
    assert sum(node is given for node in nodes) == 1
    assert given.name == "mine"


def test_a_graph_variable_passes_through_a_network():
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    graph = tg.trace(lambda x: model(x), [0.0, 0.0])
    assert graph([0.3, -0.4]) == pytest.approx(model([0.3, -0.4]).data, rel=1e-12)


def test_numpy_numbers_are_inputs():
    np = pytest.importorskip("numpy", reason="feeds an array")
    model = MLP(2, [3, 1], seed=0)
    assert model(np.array([0.5, -0.25])).data == model([0.5, -0.25]).data
    assert model(np.array([1, 2], dtype=np.float32)).data == model([1, 2]).data


# ---------------------------------------------------------------------------------------- scopes


def chain(node):
    names, scope = [], node.scope
    while scope is not None:
        names.append(scope.name)
        scope = scope.parent
    return names[::-1]


def test_every_call_of_a_module_is_a_scope_of_its_own():
    model = MLP(2, [3, 1], seed=0)
    first, second = model([1.0, 2.0]), model([1.0, 2.0])
    assert chain(first) == ["mlp", "layers.1", "neurons.0"]
    assert first.scope is not second.scope
    hidden = {tuple(chain(n)) for n in tg.topological_order(first) if n.op is not None and n.op.name == "relu"}
    assert hidden == {("mlp", "layers.0", f"neurons.{i}") for i in range(3)}


def test_a_failing_call_leaves_no_scope_open():
    def fail(z):
        raise RuntimeError("no")

    for module in (Neuron(1, fail), Layer(1, 2, fail), MLP(1, [2, 1], fail)):
        with pytest.raises(RuntimeError):
            module([1.0])
        assert (Value(1.0) * 2.0).scope is None


# ---------------------------------------------------------------------------------------- modules


class Attention(Module):
    def __init__(self):
        self.scale = Value(2.0)
        self.heads = {"a": Neuron(1, seed=0), "b": [Value(3.0), (Value(4.0),)]}
        self.label = "text"
        self.cached = Value(1.0) * 2.0
        self.number = 5.0
        self.again = self.scale

    def forward(self, x):
        return self.scale * x


def test_parameters_are_named_by_attributes_and_indices():
    model = MLP(2, [3, 1], seed=0)
    names = [name for name, _ in model.named_parameters()]
    assert names[:4] == [
        "layers.0.neurons.0.w.0",
        "layers.0.neurons.0.w.1",
        "layers.0.neurons.0.b",
        "layers.0.neurons.1.w.0",
    ]
    assert len(names) == len(set(names)) == 2 * 3 + 3 + 3 + 1
    assert [p.name for p in model.parameters()] == names
    assert [name for name, _ in Attention().named_parameters()] == [
        "scale", "heads.a.w.0", "heads.a.b", "heads.b.0", "heads.b.1.0",
    ]  # fmt: skip


def test_shared_parameters_and_cycles_of_modules_are_met_once():
    one, two = Attention(), Attention()
    one.friend, two.friend, one.me = two, one, one
    assert len(one.parameters()) == 10
    assert len(set(map(id, one.parameters()))) == 10


@pytest.mark.parametrize(
    "make", [lambda: Neuron(2), lambda: Layer(2, 3), lambda: MLP(2, [3, 1]), lambda: example_model()]
)
def test_the_parameters_of_a_module_are_parameters_in_the_picture_of_a_loss(make, tmp_path):
    model = make()
    model.save(tmp_path / "m.json")
    for twin in (model, copy.deepcopy(model), pickle.loads(pickle.dumps(model)), nn.load(tmp_path / "m.json")):
        outputs = twin([Value(0.5, "layers.0.a"), 1.0])
        loss = nn.mse(outputs, [0.0] * len(outputs)) if isinstance(outputs, list) else outputs * outputs
        nodes = tg.draw(loss, collapse=None).records.nodes
        assert {n.name for n in nodes if n.kind == "parameter"} == {p.name for p in twin.parameters()}
        assert [n.name for n in nodes if n.kind == "leaf"] == ["layers.0.a"]


def test_a_name_given_by_hand_marks_a_parameter_too():
    class Slope(Module):
        def __init__(self):
            self.slope = Value(2.0)

        def forward(self, x):
            return self.slope * x

    model = Slope()
    assert [n.kind for n in tg.draw(model(Value(3.0))).records.nodes] == ["leaf", "leaf", "output"]
    for name, p in model.named_parameters():
        p.name = name
    assert [n.kind for n in tg.draw(model(Value(3.0))).records.nodes] == ["parameter", "leaf", "output"]


def test_every_module_gives_an_example_of_what_it_takes():
    assert Neuron(3).example_input() == Layer(3, 2).example_input() == MLP(3, [2, 1]).example_input() == [0.0] * 3
    pipeline = Sequential(Standardize([1.0, 2.0], [1.0, 1.0]), MLP(2, [3, 2]))
    assert pipeline.example_input() == [0.0, 0.0]
    assert Sequential(Module(), MLP(2, [1])).example_input() is None
    graph = pipeline.as_graph()
    assert graph([0.3, -0.4]) == pytest.approx(pipeline.predict([[0.3, -0.4]])[0], rel=1e-12)
    assert set(graph.captured) == set(pipeline.parameters())


def test_a_deep_nest_of_modules_needs_no_recursion():
    top = Module()
    inner = top
    for _ in range(5000):
        inner.next = Module()
        inner = inner.next
    inner.p = Value(1.0)
    assert top.parameters() == [inner.p]


def test_zero_grad_clears_all():
    model = MLP(2, [3, 1], seed=0)
    model([1.0, 1.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert not any(p.grad for p in model.parameters())


def test_predict_gives_numbers_and_classify_classes_without_touching_gradients():
    several, single = MLP(2, [4, 3], seed=0), MLP(2, [4, 1], seed=0)
    X = [[0.5, -1.0], [2.0, 0.0], [-3.0, 1.0]]
    assert several.predict(X) == [[o.data for o in several(x)] for x in X]
    assert single.predict(X) == [single(x).data for x in X]
    assert several.classify(X) == [max(range(3), key=[o.data for o in several(x)].__getitem__) for x in X]
    assert single.classify(X) == [int(single(x).data > 0) for x in X]
    assert not any(p.grad for p in several.parameters())
    assert Standardize([1.0], [2.0]).predict([[3.0]]) == [[1.0]]


def test_a_copy_is_a_model_of_its_own():
    model = example_model()
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert twin.predict([[0.5, 0.5]]) == model.predict([[0.5, 0.5]])
        twin.parameters()[0].data = 9.0
        assert model.parameters()[0].data != 9.0


def test_a_layer_takes_neurons_of_ones_own():
    class Doubled(Neuron):
        def forward(self, x):
            return 2.0 * super().forward(x)

    layer, twin = Layer(2, 2, "tanh", seed=0), Layer(2, 2, "tanh", seed=0)
    layer.neurons[1] = Doubled(2, "tanh", seed=0)
    layer.neurons[1].load_state_dict(twin.neurons[1].state_dict())
    x = [Value(0.3), Value(0.4)]
    assert [o.data for o in layer(x)] == [o.data * k for o, k in zip(twin(x), (1, 2), strict=True)]
    assert [chain(o) for o in layer(x)] == [["layer", "neurons.0"], ["layer", "doubled"]]


def test_arguments_by_name_reach_forward():
    class Scale(Module):
        def forward(self, x, by=1.0):
            return x * by

    assert Scale()(2.0, by=3.0) == 6.0


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match="write its method forward"):
        Module()(1.0)


def test_standardize_shifts_and_scales_and_leaves_a_constant_column_at_zero():
    X = [[1.0, 0.1, 5.0], [3.0, 0.1, 7.0], [5.0, 0.1, 6.0]]
    module = Standardize.of(X)
    columns = list(zip(*map(module, X), strict=True))
    for column in (columns[0], columns[2]):
        assert math.fsum(column) == pytest.approx(0.0, abs=1e-12)
        assert math.fsum(x * x for x in column) / 3 == pytest.approx(1.0)
    assert columns[1] == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)
    x = Value(2.0)
    Sequential(Standardize([1.0], [4.0]), Neuron(1, "linear", seed=0))([x]).backward()
    assert x.grad == pytest.approx(Neuron(1, seed=0).w[0].data / 4.0)
    assert module.parameters() == []


# ---------------------------------------------------------------------------------------- state and files


def example_model():
    return Sequential(Standardize([1.0, 2.0], [3.0, 4.0]), MLP(2, [3, 2], "tanh", seed=5))


def test_state_goes_out_and_in():
    source, target = example_model(), Sequential(Standardize([0.0, 0.0], [1.0, 1.0]), MLP(2, [3, 2], "tanh", seed=6))
    state = source.state_dict()
    assert state["0.mean.1"] == 2.0
    assert list(state)[4] == "1.layers.0.neurons.0.w.0"
    target.load_state_dict(state)
    assert target.state_dict() == state
    assert target.predict([[0.5, 0.5]]) == source.predict([[0.5, 0.5]])
    state["0.mean.1"] = 9.0
    assert source.state_dict()["0.mean.1"] == 2.0


BAD_STATES = [
    (lambda s: s.pop("b"), ValueError, "1 missing: 'b'"),
    (lambda s: s.update(extra=1.0), ValueError, "1 unknown: 'extra'"),
    (lambda s: s.update({"w.1": "0.5"}), TypeError, "'0.5' for 'w.1'; it must be a number"),
    (lambda s: s.update({"b": None}), TypeError, "None for 'b'"),
    (lambda s: s.update({"b": True}), TypeError, "True for 'b'"),
    (lambda s: s.update({"b": 1j}), TypeError, "for 'b'"),
]


@pytest.mark.parametrize(("spoil", "error", "message"), BAD_STATES)
def test_a_wrong_state_changes_nothing(spoil, error, message):
    model = Neuron(2, seed=0)
    before = model.state_dict()
    state = dict.fromkeys(before, 7.0)
    spoil(state)
    with pytest.raises(error, match=message):
        model.load_state_dict(state)
    assert model.state_dict() == before


def test_a_state_must_be_a_mapping():
    with pytest.raises(TypeError, match="takes a mapping"):
        Neuron(2).load_state_dict([1.0, 2.0, 3.0])


def test_a_saved_model_comes_back_whole(tmp_path):
    model = example_model()
    parameters = model.parameters()
    parameters[0].data, parameters[1].data, parameters[2].data = math.nan, math.inf, -math.inf
    parameters[3].data, parameters[4].data = 0.1 + 0.2, -0.0
    path = tmp_path / "model.json"
    model.save(path)
    json.loads(path.read_text(), parse_constant=pytest.fail)  # strict JSON: no bare NaN
    for twin in (nn.load(path), Sequential(Standardize([0, 0], [1, 1]), MLP(2, [3, 2], "tanh"))):
        twin.load(path)
        assert list(map(repr, twin.state_dict().items())) == list(map(repr, model.state_dict().items()))
        assert repr(twin) == repr(model)


@pytest.mark.parametrize(
    "make", [lambda: Neuron(2, "sigmoid"), lambda: Layer(2, 3, "relu"), lambda: MLP(2, [4, 1]), example_model]
)
def test_the_networks_of_this_package_are_rebuilt(make, tmp_path):
    model = make()
    model.save(tmp_path / "m.json")
    twin = nn.load(tmp_path / "m.json")
    assert type(twin) is type(model)
    assert twin.predict([[0.3, -0.2]]) == model.predict([[0.3, -0.2]])
    assert [p.name for p in twin.parameters()] == [p.name for p in model.parameters()]


def _old_name(name):
    """What a number of a Sequential of a Sequential and a Neuron was called."""
    parts = name.split(".")
    places = 2 if parts[0] == "0" else 1
    return ".".join([*[f"modules.{place}" for place in parts[:places]], *parts[places:]])


def test_a_file_of_the_first_version_is_read_whose_parts_had_longer_names(tmp_path):
    model, path = Sequential(example_model(), Neuron(2, seed=3)), tmp_path / "m.json"
    model.save(path)
    record = json.loads(path.read_text())
    assert record["version"] == 2
    record["version"] = 1
    record["state"] = {_old_name(name): number for name, number in record["state"].items()}
    assert {"modules.0.modules.1.layers.0.neurons.0.w.0", "modules.1.w.0"} < record["state"].keys()
    path.write_text(json.dumps(record))
    twin = Sequential(example_model(), Neuron(2, seed=8))
    twin.load(path)
    assert twin.state_dict() == nn.load(path).state_dict() == model.state_dict()


def test_a_class_of_ones_own_is_loaded_into(tmp_path):
    path = tmp_path / "own.json"
    Attention().save(path)
    with pytest.raises(ValueError, match="use its method load"):
        nn.load(path)
    twin = Attention()
    twin.scale.data = 0.0
    twin.load(path)
    assert twin.scale.data == 2.0


def test_a_failed_save_leaves_no_file_and_keeps_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "model.json"
    Neuron(1, seed=0).save(path)
    old = path.read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(OSError, match=r"cannot write the file \(No space left"):
            Neuron(1, seed=1).save(path)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["model.json"]


def test_an_unwritable_path_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cannot write the file .*make it first.*missing/m.json"):
        Neuron(1).save(tmp_path / "missing" / "m.json")
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        Neuron(1).save(tmp_path)
    assert os.listdir(tmp_path) == []


BAD_FILES = [
    ("[" * 100_000, "not a model"),
    (
        f'{{"format": "tinygrad_edu model", "version": 1, "architecture": null, "state": {{"b": {10**400}}}}}',
        "too large for a float",
    ),
    ('{"format": "tinygrad_edu model", "version": 1, "architecture": null, "state": {"b": true}}', "True"),
    ("", "not a model"),
    ("[1, 2]", "not a model"),
    (b"\xff\xfe\x00", "not a model"),
    ("{}", "not a model .*'format'"),
    ('{"format": "other"}', "its format is 'other'"),
    ('{"format": "tinygrad_edu model", "version": 99, "state": {}}', "version 99"),
    ('{"format": "tinygrad_edu model", "version": 1, "architecture": null}', "'state'"),
    ('{"format": "tinygrad_edu model", "version": 1, "architecture": null, "state": {"b": "many"}}', "'many'"),
    ('{"format": "tinygrad_edu model", "version": 1, "architecture": null, "state": [1]}', "not a model"),
]


@pytest.mark.parametrize(("text", "message"), BAD_FILES)
def test_a_file_that_is_no_model_is_refused(text, message, tmp_path):
    path = tmp_path / "m.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    model = Neuron(1, seed=0)
    before = model.state_dict()
    with pytest.raises(ValueError, match=message):
        model.load(path)
    assert model.state_dict() == before


def test_a_file_with_an_unknown_architecture_is_refused(tmp_path):
    path = tmp_path / "m.json"
    nested = '{"type": "Sequential", "modules": [' * 400 + '{"type": "CNN"}' + "]}" * 400
    for architecture in (nested, '{"type": "CNN"}', '{"type": "MLP"}', '{"type": "MLP", "nin": -1, "nouts": [1]}', "3"):
        path.write_text(
            f'{{"format": "tinygrad_edu model", "version": 1, "architecture": {architecture}, "state": {{}}}}'
        )
        with pytest.raises(ValueError, match="cannot rebuild the model"):
            nn.load(path)


# ---------------------------------------------------------------------------------------- losses

EXTREME = [-1e4, -745.5, -40.0, -1.5, -1e-9, 0.0, 1e-9, 0.7, 40.0, 745.5, 1e4]


@pytest.mark.parametrize("logit", EXTREME)
@pytest.mark.parametrize("target", [0, 1, 0.0, 1.0, 0.25, 0.9])
def test_binary_cross_entropy_is_that_of_pytorch(logit, target):
    torch = pytest.importorskip("torch", reason="PyTorch is the reference")
    theirs = torch.tensor(logit, dtype=torch.float64, requires_grad=True)
    expected = torch.nn.functional.binary_cross_entropy_with_logits(theirs, torch.tensor(target, dtype=torch.float64))
    expected.backward()
    ours = Value(logit)
    loss = nn.binary_cross_entropy(ours, target)
    loss.backward()
    assert loss.data == pytest.approx(expected.item(), rel=1e-12, abs=1e-15)
    assert ours.grad == pytest.approx(theirs.grad.item(), rel=1e-12, abs=1e-15)
    assert nn.binary_cross_entropy(logit, target) == loss.data


def test_binary_cross_entropy_of_a_sure_and_right_model_does_not_vanish():
    # log(1 + e⁻⁴⁰) = 4.248354255291589e-18, which a difference of large numbers would lose.
    assert nn.binary_cross_entropy(40.0, 1) == pytest.approx(4.248354255291589e-18, rel=1e-12, abs=0.0)
    assert nn.binary_cross_entropy(-40.0, 0) == pytest.approx(4.248354255291589e-18, rel=1e-12, abs=0.0)


@pytest.mark.parametrize(
    "logits", [[0.1, -2.0, 3.0], [1e4, -1e4, 0.0], [-745.0, -745.0, -745.0], [1e3, 1e3 + 1, 5.0], [2.0]]
)
def test_cross_entropy_is_that_of_pytorch(logits):
    torch = pytest.importorskip("torch", reason="PyTorch is the reference")
    for target in range(len(logits)):
        theirs = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
        expected = torch.nn.functional.cross_entropy(theirs[None], torch.tensor([target]))
        expected.backward()
        ours = [Value(x) for x in logits]
        loss = nn.cross_entropy(ours, target)
        loss.backward()
        assert loss.data == pytest.approx(expected.item(), rel=1e-12, abs=1e-12)
        assert [x.grad for x in ours] == pytest.approx(theirs.grad.tolist(), rel=1e-12, abs=1e-15)
        one_hot = [float(k == target) for k in range(len(logits))]
        assert nn.cross_entropy(logits, one_hot) == pytest.approx(loss.data, abs=1e-12)


def test_cross_entropy_takes_soft_labels_as_pytorch_does():
    torch = pytest.importorskip("torch", reason="PyTorch is the reference")
    logits, soft = [0.3, -1.2, 2.0], [0.2, 0.5, 0.3]
    expected = torch.nn.functional.cross_entropy(
        torch.tensor([logits], dtype=torch.float64), torch.tensor([soft], dtype=torch.float64)
    )
    assert nn.cross_entropy(logits, soft) == pytest.approx(expected.item(), rel=1e-12)


def test_hinge_and_mse_are_their_formulas():
    for score in (-2.0, -1.0, 0.3, 1.0, 5.0):
        for label in (-1, 1, 1.0):
            ours = Value(score)
            loss = nn.hinge(ours, label)
            loss.backward()
            assert loss.data == max(0.0, 1.0 - label * score)
            assert ours.grad == (-label if 1.0 - label * score > 0 else 0.0)
    prediction, target = Value(3.0), Value(1.0)
    nn.mse(prediction, target).backward()
    assert (prediction.grad, target.grad) == (4.0, -4.0)


def test_sequences_give_the_mean_over_examples():
    scores = [Value(0.5), Value(-2.0)]
    nn.hinge(scores, [1, 1]).backward()
    assert [s.grad for s in scores] == [-0.5, -0.5]
    assert nn.hinge([0.5, -2.0], [1, 1]) == (0.5 + 3.0) / 2
    assert nn.mse([[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]) == 7.5
    assert nn.binary_cross_entropy([0.0, 0.0], [0, 1]) == pytest.approx(math.log(2))
    batch = [[0.0, 1.0], [2.0, -1.0]]
    assert nn.cross_entropy(batch, [0, 1]) == pytest.approx(sum(map(nn.cross_entropy, batch, [0, 1])) / 2)


BAD_LOSSES = [
    (nn.hinge, (0.5, 0), ValueError, r"labels 1 and -1, got 0; .*2 \* label - 1"),
    (nn.hinge, (0.5, 2), ValueError, "labels 1 and -1"),
    (nn.binary_cross_entropy, (0.5, -1), ValueError, "targets from 0 to 1, got -1"),
    (nn.binary_cross_entropy, (0.5, 1.5), ValueError, "targets from 0 to 1"),
    (nn.binary_cross_entropy, (0.5, math.nan), ValueError, "targets from 0 to 1"),
    (nn.cross_entropy, (0.5, 0), TypeError, "one logit a class"),
    (nn.cross_entropy, ([0.5, 1.0], 2), ValueError, "classes 0 to 1"),
    (nn.cross_entropy, ([0.5, 1.0], -1), ValueError, "no class -1"),
    (nn.cross_entropy, ([0.5, 1.0], 0.5), TypeError, "an integer, got 0.5"),
    (nn.cross_entropy, ([0.5, 1.0], True), TypeError, "an integer, got True"),
    (nn.MLP(2, [1], seed=0), ({0: 1.0, 1: 2.0},), TypeError, "in which each has its place"),
    (nn.MLP(2, [1], seed=0), ({1.0, 2.0},), TypeError, "in which each has its place"),
    (nn.cross_entropy, ([], 0), ValueError, "no logits"),
    (nn.cross_entropy, ([0.5, 1.0], [1.0]), ValueError, "2 logits but 1 probabilities"),
    (nn.cross_entropy, ([[0.5, 1.0]], [0, 1]), ValueError, "as many outputs as targets"),
    (nn.mse, ([1.0, 2.0], [1.0]), ValueError, "as many outputs as targets, got 2 of them and 1 of them"),
    (nn.mse, ([1.0, 2.0], 1.0), ValueError, "as many outputs as targets, got 2 of them and 1.0"),
    (nn.mse, ([], []), ValueError, "no example"),
    (nn.hinge, ([], []), ValueError, "no example"),
    (nn.mse, ("a", "b"), TypeError, "."),
    (nn.mse, (None, 1.0), TypeError, "."),
]


@pytest.mark.parametrize(("loss", "args", "error", "message"), BAD_LOSSES)
def test_losses_say_what_is_wrong(loss, args, error, message):
    with pytest.raises(error, match=message):
        loss(*args)


# ---------------------------------------------------------------------------------------- bad input

BAD_NETWORKS = [
    (lambda: MLP(2, [-1]), ValueError, r"nouts\[0\] must be at least 1, got -1"),
    (lambda: MLP(0, [1]), ValueError, "nin must be at least 1"),
    (lambda: MLP(2, []), ValueError, "nouts is empty"),
    (lambda: MLP(2, 1), TypeError, "a sequence of layer sizes"),
    (lambda: MLP(2, "16"), TypeError, "a sequence of layer sizes"),
    (lambda: MLP(2, [2.5]), TypeError, r"nouts\[0\] must be an integer"),
    (lambda: MLP("2", [1]), TypeError, "nin must be an integer, got '2'"),
    (lambda: MLP(None, [1]), TypeError, "nin must be an integer"),
    (lambda: MLP(True, [1]), TypeError, "nin must be an integer"),
    (lambda: MLP(2, [1], activation="rellu"), ValueError, "did you mean 'relu'"),
    (lambda: MLP(2, [1], activation="add"), ValueError, "no activation is called 'add'"),
    (lambda: MLP(2, [1], activation=3), TypeError, "a function of one Value"),
    (lambda: MLP(2, [1], seed="a"), TypeError, "seed must be an integer"),
    (lambda: Layer(2, 0), ValueError, "nout must be at least 1"),
    (lambda: Neuron(-3), ValueError, "nin must be at least 1"),
    (lambda: MLP(2, [1])([1.0]), ValueError, r"MLP\(2, \[1\], activation='relu'\) takes 2 inputs, got 1"),
    (lambda: MLP(2, [1])([1.0, 2.0, 3.0]), ValueError, "takes 2 inputs, got 3"),
    (lambda: Neuron(2)([1.0]), ValueError, "takes 2 inputs, got 1"),
    (lambda: Layer(2, 2)([Value(1.0)]), ValueError, "takes 2 inputs, got 1"),
    (lambda: MLP(2, [1])(["a", 1.0]), TypeError, "'a'"),
    (lambda: MLP(2, [1])([None, 1.0]), TypeError, "None"),
    (lambda: MLP(2, [1])([1j, 1.0]), TypeError, "1j|complex"),
    (lambda: Sequential(), ValueError, "at least one"),
    (lambda: Sequential(tg.tanh), TypeError, "takes modules"),
    (lambda: Standardize([1.0], [1.0, 2.0]), ValueError, "as many means as deviations"),
    (lambda: Standardize([1.0], [0.0]), ValueError, "above 0"),
    (lambda: Standardize([1.0], [math.nan]), ValueError, "above 0"),
    (lambda: Standardize.of([]), ValueError, "X is empty"),
    (lambda: Standardize([1.0], [1.0])([1.0, 2.0]), ValueError, "takes 1 inputs, got 2"),
]


@pytest.mark.parametrize(("make", "error", "message"), BAD_NETWORKS)
def test_networks_say_what_is_wrong(make, error, message):
    with pytest.raises(error, match=message):
        make()
