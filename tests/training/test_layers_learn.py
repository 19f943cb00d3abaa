"""Networks of the package's layers learn what such networks are known to learn."""

import random

import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import nn

LEARNT, CHANNELS, ENOUGH = (1437, 8, 0.96) if THOROUGH else (300, 4, 0.75)
"""How many digits are learnt from, how many maps the first convolution has, and what share of 360 others is right."""


def test_two_convolutions_read_handwritten_digits():
    datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn has the digits")
    digits = datasets.load_digits()
    X, y = (digits.images / 16.0 - 0.5)[:, None].tolist(), digits.target.tolist()
    order = list(range(len(X)))
    random.Random(0).shuffle(order)
    learnt, kept = ([[part[i] for i in places] for part in (X, y)] for places in (order[:LEARNT], order[1437:]))
    seed = random.Random(0)
    model = nn.Sequential(
        nn.Conv2d(1, CHANNELS, 3, padding=1, activation="relu", seed=seed),
        nn.MaxPool2d(2),
        nn.Conv2d(CHANNELS, 2 * CHANNELS, 3, padding=1, activation="relu", seed=seed),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.25),
        nn.Linear(8 * CHANNELS, 10, seed=seed),
    )
    history = tg.fit(
        model, tuple(learnt), validation=tuple(kept), epochs=12, batch_size=32, lr=0.005, progress=False, engine="numpy"
    )
    assert history.val_accuracy[-1] >= ENOUGH


def parities(bits):
    """The parity after every bit."""
    found, parity = [], 0
    for (bit,) in bits:
        parity ^= bit > 0.0
        found.append(int(parity))
    return found


@pytest.mark.parametrize("seed", range(3 if THOROUGH else 1))
def test_an_lstm_tells_the_parity_of_eight_bits(seed):
    """It learns half of all 256 words, told the parity after every bit, and knows the parity of all."""
    words = [[[2.0 * (k >> bit & 1) - 1.0] for bit in range(8)] for k in range(256)]
    random.Random(1).shuffle(words)
    generator = random.Random(seed)
    model = nn.Sequential(nn.Recurrent(nn.LSTMCell(1, 4, seed=generator)), nn.Linear(4, 2, seed=generator))
    tg.fit(
        model, (words[:128], list(map(parities, words[:128]))), loss="cross_entropy", epochs=60, batch_size=16, lr=0.03,
        validation=None, progress=False, engine="numpy", callback=lambda history: history.loss[-1] < 0.005,
    )  # fmt: skip
    found = [int(positions[-1][1] > positions[-1][0]) for positions in model.predict(words)]
    assert found == [parities(word)[-1] for word in words]
