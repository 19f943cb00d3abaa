"""The tiny GPT put together of the package's layers learns as the microgpt script's own network does, step by step."""

import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from benchmarks.workloads.scalar_gpt import (
    CHANNELS,
    END,
    FIRST_LOSSES,
    FIRST_NAMES,
    HEADS,
    LETTERS,
    POSITIONS,
    Adam,
    ScalarGPT,
    training_step,
)
from tinygrad_edu import Value, nn

STEPS = 20 if THOROUGH else 2
EPS = 1e-5


def gpt_of_layers(twin):
    """The network, with the numbers that the script's draws."""

    def norm():
        return nn.RMSNorm(CHANNELS, EPS, elementwise_affine=False)

    def linear(nin, nout):
        return nn.Linear(nin, nout, bias=False, init="zeros")

    attention = nn.SelfAttention(CHANNELS, HEADS, causal=True, bias=False, init="zeros")
    model = nn.Sequential(
        nn.Embedding(len(LETTERS) + 1, CHANNELS, init="zeros"),
        nn.PositionalEmbedding(POSITIONS, CHANNELS, init="zeros"),
        norm(),
        nn.Residual(norm(), attention),
        nn.Residual(norm(), linear(CHANNELS, 4 * CHANNELS), nn.ReLU(), linear(4 * CHANNELS, CHANNELS)),
        linear(CHANNELS, len(LETTERS) + 1),
    )
    matrices = (
        twin.tokens, twin.positions, twin.query, twin.key, twin.value, twin.mix, twin.widen, twin.narrow, twin.head,
    )  # fmt: skip
    numbers = [weight.data for matrix in matrices for row in matrix for weight in row]
    for p, number in zip(model.parameters(), numbers, strict=True):
        p.data = number
    return model


def test_its_losses_are_the_scripts():
    twin = ScalarGPT(Value)
    model = gpt_of_layers(twin)
    ours, theirs = Adam(model.parameters()), Adam(twin.parameters())
    for step in range(STEPS):
        name = FIRST_NAMES[step % 3]
        tokens = [END, *map(LETTERS.index, name), END]
        loss = nn.cross_entropy(model(tokens[:-1]), tokens[1:])
        loss.backward()
        ours.step()
        assert loss.data == pytest.approx(training_step(twin, theirs, name), rel=1e-9)
        if step < 3:
            assert loss.data == pytest.approx(FIRST_LOSSES[step], abs=5.1e-5)


def test_compiled_it_reads_tokens_it_does_not_know_yet():
    model = gpt_of_layers(ScalarGPT(Value))
    tokens = [[END, *map(LETTERS.index, name)] for name in ("ana", "zoe")]
    out = tg.compile(model)(tokens)
    assert out.shape == (2, 4, 27)
    for row, truth in zip(out.reshape(2, -1).tolist(), model.predict(tokens), strict=True):
        assert row == pytest.approx([x for position in truth for x in position], rel=1e-10)
