"""The tiny GPT that reads padded names is the one that reads them letter by letter."""

import pytest

import tinygrad_edu as tg
from benchmarks.gpt_training import MaskedGPT, encoded, names
from benchmarks.workloads.scalar_gpt import POSITIONS, ScalarGPT


def test_positions_after_the_end_of_a_name_change_nothing():
    network, twin = MaskedGPT(), ScalarGPT(tg.Value, total=tg.sum, inner=tg.dot)
    loss, truth = network.masked_loss(*(part[0].tolist() for part in encoded("mira"))), twin.loss("mira")
    assert loss.data == pytest.approx(truth.data, rel=1e-12)
    loss.backward()
    truth.backward()
    ours, theirs = ([p.grad for p in either.parameters()] for either in (network, twin))
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-14)


def test_invented_names_fit_the_context_and_differ():
    found = names()
    assert len(set(found)) == len(found) == 200
    assert all(0 < len(name) < POSITIONS and name.isalpha() for name in found)
    assert found == names()
