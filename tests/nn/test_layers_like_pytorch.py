"""Every layer that PyTorch has too: the same outputs, gradients and order of parameters, with the same weights."""

import inspect
import random

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, nn
from tinygrad_edu.nn.description import KINDS
from tinygrad_edu.nn.nested import elementwise, flat
from tinygrad_edu.nn.torch_bridge import UNLIKE

torch = pytest.importorskip("torch", reason="PyTorch is the reference")

LAYERS = {
    "Linear": (lambda t: t.Linear(3, 4), (3,)),
    "Linear of a sequence": (lambda t: t.Linear(3, 2, bias=False), (5, 3)),
    "Conv2d": (lambda t: t.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 0)), (2, 5, 4)),
    "Conv2d without bias": (lambda t: t.Conv2d(1, 2, 2, bias=False), (1, 3, 3)),
    "MaxPool2d": (lambda t: t.MaxPool2d(2), (2, 5, 4)),
    "MaxPool2d, padded": (lambda t: t.MaxPool2d((3, 2), stride=2, padding=(1, 0)), (1, 5, 5)),
    "AvgPool2d": (lambda t: t.AvgPool2d(3, stride=2, padding=1), (2, 5, 4)),
    "Flatten": (lambda t: t.Flatten(), (2, 2, 3)),
    "LayerNorm": (lambda t: t.LayerNorm(4), (3, 4)),
    "LayerNorm of matrices": (lambda t: t.LayerNorm((2, 3), eps=0.1, bias=False), (2, 2, 3)),
    "LayerNorm alone": (lambda t: t.LayerNorm(4, elementwise_affine=False), (4,)),
    "RMSNorm": (lambda t: t.RMSNorm(4), (3, 4)),
    "RMSNorm alone": (lambda t: t.RMSNorm((2, 2), eps=1e-5, elementwise_affine=False), (2, 2)),
    "ReLU": (lambda t: t.ReLU(), (2, 3)),
    "LeakyReLU": (lambda t: t.LeakyReLU(), (2, 3)),
    "ELU": (lambda t: t.ELU(), (2, 3)),
    "SiLU": (lambda t: t.SiLU(), (2, 3)),
    "GELU": (lambda t: t.GELU(), (2, 3)),
    "Sigmoid": (lambda t: t.Sigmoid(), (2, 3)),
    "Tanh": (lambda t: t.Tanh(), (2, 3)),
    "Softplus": (lambda t: t.Softplus(), (2, 3)),
    "Identity": (lambda t: t.Identity(), (2, 3)),
    "Softmax": (lambda t: t.Softmax(dim=-1), (2, 3)),
    "LogSoftmax": (lambda t: t.LogSoftmax(dim=-1), (2, 3)),
    "Dropout": (lambda t: t.Dropout(0.3).eval(), (4,)),
    "RNNCell": (lambda t: t.RNNCell(3, 4), (3,)),
    "RNNCell with relu": (lambda t: t.RNNCell(3, 4, bias=False, nonlinearity="relu"), (3,)),
    "GRUCell": (lambda t: t.GRUCell(3, 4), (3,)),
    "Sequential": (lambda t: t.Sequential(t.Conv2d(1, 2, 2), t.ReLU(), t.Flatten(), t.Linear(8, 3)), (1, 3, 3)),
}


def drawn(shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def their_layer(make, seed=3):
    torch.manual_seed(seed)
    layer = make(torch.nn).double()
    with torch.no_grad():
        for p in layer.parameters():  # gains that are not 1, biases that are not 0
            p += 0.1 * torch.randn_like(p)
    return layer


def numbers(nested):
    return [x.data if isinstance(x, Value) else x for x in flat(nested)]


def assert_equal(ours, theirs):
    assert ours == pytest.approx(theirs.detach().flatten().tolist(), rel=1e-12, abs=1e-13)


def compare(ours, theirs, our_output, their_output, our_inputs, their_inputs):
    """Compare outputs, and gradients of a weighted sum of them."""
    assert_equal(numbers(our_output), their_output)
    weights = drawn(their_output.numel(), 7)
    tg.dot(weights.tolist(), flat(our_output)).backward()
    torch.dot(weights, their_output.flatten()).backward()
    for mine, truth in zip(our_inputs, their_inputs, strict=True):
        assert_equal([x.grad for x in flat(mine)], truth.grad)
    ours_named, theirs_named = ours.named_parameters(), list(theirs.named_parameters())
    assert list(dict.fromkeys(name.rstrip("0123456789.") for name, _ in ours_named)) == [n for n, _ in theirs_named]
    for name, p in theirs_named:
        assert_equal([q.grad for ours_name, q in ours_named if ours_name.startswith(f"{name}.")], p.grad)
    assert_equal(
        [p.data for p in ours.parameters()], torch.cat([torch.zeros(0), *map(torch.flatten, theirs.parameters())])
    )


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_pytorchs(name):
    make, shape = LAYERS[name]
    theirs = their_layer(make)
    ours = nn.from_torch(theirs)
    x = drawn(shape)
    values, tensor = elementwise(Value, x.tolist()), x.clone().requires_grad_()
    their_output = theirs(tensor[None])[0]
    compare(ours, theirs, ours(values), their_output, [values], [tensor])


@pytest.mark.parametrize("make", [lambda t: t.RNNCell(2, 3), lambda t: t.GRUCell(2, 3), lambda t: t.LSTMCell(2, 3)])
def test_a_cell_goes_on_from_its_state(make):
    theirs = their_layer(make)
    ours = nn.from_torch(theirs)
    parts = [drawn(2), *[drawn(3, seed) for seed in ([1, 2] if isinstance(ours, nn.LSTMCell) else [1])]]
    values = [elementwise(Value, part.tolist()) for part in parts]
    tensors = [part.clone().requires_grad_() for part in parts]
    if isinstance(ours, nn.LSTMCell):
        our_output, their_output = ours(values[0], (values[1], values[2])), theirs(tensors[0], tuple(tensors[1:]))
        our_output, their_output = [*our_output[0], *our_output[1]], torch.cat(their_output)
    else:
        our_output, their_output = ours(*values), theirs(*tensors)
    compare(ours, theirs, our_output, their_output, values, tensors)


@pytest.mark.parametrize(("cell", "whole"), [("RNNCell", "RNN"), ("GRUCell", "GRU"), ("LSTMCell", "LSTM")])
def test_a_cell_along_a_sequence_is_pytorchs_network_of_one_layer(cell, whole):
    theirs = their_layer(lambda t: getattr(t, whole)(2, 3))
    ours = nn.Recurrent(getattr(nn, cell)(2, 3))
    ours.load_state_dict({f"cell.{name.removesuffix('_l0')}": t for name, t in theirs.state_dict().items()})
    x = drawn((4, 2))
    values, tensor = elementwise(Value, x.tolist()), x.clone().requires_grad_()
    their_output, _ = theirs(tensor)
    assert_equal(numbers(ours(values)), their_output)
    assert_equal(numbers(nn.Recurrent(ours.cell, last=True)(values)), their_output[-1])
    tg.sum(flat(ours(values))).backward()
    their_output.sum().backward()
    assert_equal([x.grad for x in flat(values)], tensor.grad)
    assert_equal([p.grad for p in ours.parameters()], torch.cat([p.grad.flatten() for p in theirs.parameters()]))


@pytest.mark.parametrize(("heads", "causal", "bias"), [(1, False, True), (2, True, True), (4, True, False)])
def test_attention_is_pytorchs(heads, causal, bias):
    theirs = their_layer(lambda t: t.MultiheadAttention(4, heads, bias=bias))
    ours = nn.from_torch(theirs)
    ours.causal = causal
    x = drawn((3, 4))
    values, tensor = elementwise(Value, x.tolist()), x.clone().requires_grad_()
    mask = torch.triu(torch.ones(3, 3, dtype=torch.bool), 1) if causal else None
    their_output, _ = theirs(tensor, tensor, tensor, attn_mask=mask)
    compare(ours, theirs, ours(values), their_output, [values], [tensor])


def test_embeddings_are_pytorchs():
    theirs = their_layer(lambda t: t.Embedding(5, 3))
    ours = nn.from_torch(theirs)
    indices = [4, 0, 4]
    compare(ours, theirs, ours(indices), theirs(torch.tensor(indices)), [], [])
    positions = nn.PositionalEmbedding(5, 3)
    positions.load_state_dict(theirs.state_dict())
    theirs.zero_grad()
    x = drawn((4, 3))
    values, tensor = elementwise(Value, x.tolist()), x.clone().requires_grad_()
    compare(positions, theirs, positions(values), tensor + theirs.weight[:4], [values], [tensor])


def test_every_layer_that_pytorch_has_too_is_compared():
    both = {name for name in KINDS if hasattr(torch.nn, name)}
    assert both == {name.split()[0].rstrip(",") for name in LAYERS} | {"Embedding", "LSTMCell"}


ELSEWHERE = {
    "MultiheadAttention": {"batch_first", "add_bias_kv", "kdim", "vdim"},  # other parameters, which are refused
    "Embedding": {"norm_type", "_weight", "_freeze"},
}
TORCH_LAYERS = sorted(name for name in {*UNLIKE, *KINDS} - {"Sequential"} if hasattr(torch.nn, name))


@pytest.mark.parametrize("name", TORCH_LAYERS)
def test_every_argument_of_pytorchs_layer_is_ours_or_is_looked_at(name):
    theirs = inspect.signature(getattr(torch.nn, name)).parameters
    ours = inspect.signature(nn.SelfAttention if name == "MultiheadAttention" else KINDS[name]).parameters
    known = {*ours, *UNLIKE.get(name, {}), *ELSEWHERE.get(name, ()), "inplace", "device", "dtype", "args", "kwargs"}
    assert {*theirs} <= known
    for option, value in UNLIKE.get(name, {}).items():
        if option in theirs and option != "dim":
            assert value in (theirs[option].default, (theirs[option].default,) * 2)


# ---------------------------------------------------------------------------------------- whole models


def models():
    t = torch.nn
    yield t.Sequential(t.Linear(3, 5), t.Tanh(), t.Dropout(0.4), t.Linear(5, 2)), drawn((3,))
    yield (
        t.Sequential(
            t.Conv2d(1, 3, 3, padding=1), t.ReLU(), t.MaxPool2d(2), t.Sequential(t.Conv2d(3, 2, 2), t.GELU()),
            t.Flatten(), t.LayerNorm(2), t.Linear(2, 3), t.LogSoftmax(dim=-1),
        ),
        drawn((1, 4, 4)),
    )  # fmt: skip
    yield (
        t.Sequential(t.Embedding(6, 4), t.RMSNorm(4), t.Linear(4, 4), t.SiLU()),
        torch.tensor([5, 0, 2, 5]),
    )


@pytest.mark.parametrize("which", range(3))
def test_a_model_comes_over_with_its_outputs_and_gradients(which):
    theirs, x = list(models())[which]
    theirs = theirs.double().eval()
    ours = nn.from_torch(theirs)
    inputs = x.tolist() if which == 2 else elementwise(Value, x.tolist())
    tensor = x if which == 2 else x.clone().requires_grad_()
    their_output = theirs(tensor[None])[0]
    assert not ours.training
    compare(ours, theirs, ours(inputs), their_output, *([], []) if which == 2 else ([inputs], [tensor]))
    fresh = nn.from_torch(theirs)
    for p in fresh.parameters():
        p.data = 0.0
    fresh.load_state_dict(theirs.state_dict())
    assert fresh.state_dict() == ours.state_dict()
    assert tg.draw(tg.sum(flat(ours(inputs)))).records.nodes


class Own(torch.nn.Module):
    def forward(self, x):
        return x


def shared():
    layer = torch.nn.Linear(2, 2)
    return torch.nn.Sequential(layer, torch.nn.ReLU(), layer)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda t: t.BatchNorm1d(2), TypeError, "does not know BatchNorm1d. It knows Sequential"),
        (lambda t: t.Sequential(t.Sequential(t.Linear(1, 1), t.PReLU())), TypeError, r"does not know PReLU at 0\.1"),
        (lambda t: t.Sequential(Own()), TypeError, "does not know Own at 0"),
        (lambda t: t.Conv2d(2, 2, 3, groups=2), ValueError, "Conv2d has groups=2, but only 1"),
        (lambda t: t.Sequential(t.LeakyReLU(0.2)), ValueError, "LeakyReLU at 0 has negative_slope=0.2"),
        (lambda t: t.Embedding(3, 2, padding_idx=0), ValueError, "padding_idx=0"),
        (lambda t: t.Softmax(dim=0), ValueError, "dim=0"),
        (lambda t: t.MultiheadAttention(4, 2, kdim=3), ValueError, "this state is not of this model|it describes"),
        (lambda t: t.Linear, TypeError, "takes a torch.nn.Module"),
        (lambda t: 3.0, TypeError, "takes a torch.nn.Module, got float"),
        (lambda t: shared(), ValueError, "a parameter in two places"),
    ],
)
def test_what_is_not_known_is_refused_by_name(make, error, message):
    with pytest.raises(error, match=message):
        nn.from_torch(make(torch.nn))


def test_a_state_of_another_model_changes_nothing():
    ours = nn.Sequential(nn.Linear(2, 3, seed=0), nn.ReLU(), nn.Linear(3, 1, seed=0))
    before = ours.state_dict()
    t = torch.nn
    good = t.Sequential(t.Linear(2, 3), t.ReLU(), t.Linear(3, 1))
    for theirs, message in (
        (t.Sequential(t.Linear(2, 4), t.ReLU(), t.Linear(4, 1)), r"holds 17 numbers \('0.weight' 4×2.*the model 13"),
        (t.Sequential(t.Linear(3, 2), t.Tanh(), t.Linear(2, 1), t.Linear(1, 1)), "not of this model"),
        (t.Sequential(t.ReLU(), t.Linear(2, 3), t.Linear(3, 1)), "missing: '0.bias.0'"),
    ):
        with pytest.raises(ValueError, match=message):
            ours.load_state_dict(theirs.state_dict())
        assert ours.state_dict() == before
    ours.load_state_dict(good.state_dict())
    assert [p.data for p in ours.parameters()] == [x for p in good.parameters() for x in p.flatten().tolist()]


def test_gains_are_pytorchs():
    from tinygrad_edu.nn.initial import gain

    for name in ("linear", "sigmoid", "tanh", "relu"):
        assert gain(name) == pytest.approx(torch.nn.init.calculate_gain(name), rel=1e-15)
    assert gain("leaky_relu") == pytest.approx(torch.nn.init.calculate_gain("leaky_relu", 0.01), rel=1e-15)


@pytest.mark.parametrize("init", ["kaiming", "kaiming_normal", "xavier", "xavier_normal", "uniform"])
def test_starts_are_spread_as_pytorchs(init):
    layer = nn.Linear(60, 40, activation="tanh", init=init, seed=random.Random(4))
    ours = [w.data for row in layer.weight for w in row]
    theirs = torch.empty(40, 60, dtype=torch.float64)
    torch.manual_seed(0)
    if init.startswith("kaiming"):
        fill = torch.nn.init.kaiming_uniform_ if init == "kaiming" else torch.nn.init.kaiming_normal_
        fill(theirs, nonlinearity="tanh")
    elif init == "uniform":
        theirs = torch.nn.Linear(60, 40).double().weight.detach()
    else:
        fill = torch.nn.init.xavier_uniform_ if init == "xavier" else torch.nn.init.xavier_normal_
        fill(theirs, gain=5 / 3)
    assert torch.tensor(ours).std().item() == pytest.approx(theirs.std().item(), rel=0.05)
    if not init.endswith("normal"):
        assert max(map(abs, ours)) == pytest.approx(theirs.abs().max().item(), rel=0.01)
    assert all(b.data == 0.0 for b in layer.bias)
