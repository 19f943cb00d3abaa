"""The network that the command trains learns what it is said to learn."""

import pytest

from tinygrad_edu import accuracy, data, fit
from tinygrad_edu.cli.training_run import EPOCHS, hardest, prepare


def accuracy_of(name, seed):
    task = prepare(name, seed=seed)
    fit(task.model, task.learnt, epochs=EPOCHS, seed=seed, progress=False)
    return accuracy(task.model, task.kept)


def test_iris_is_learnt_to_95_percent_over_ten_seeds():
    shares = [accuracy_of("iris", seed) for seed in range(10)]
    assert sum(shares) / 10 >= 0.95


@pytest.mark.parametrize(
    ("name", "least"), [("moons", 0.98), ("circles", 0.98), ("xor", 0.98), ("blobs", 0.98), ("spirals", 0.95)]
)
def test_generated_sets_are_learnt(name, least):
    assert accuracy_of(name, 1) >= least  # benchmarks/accuracy.py measures ten seeds of each


def test_examples_to_test_on_are_never_learnt_from():
    for name in data.NAMES:
        task = prepare(name, seed=5)
        learnt = {tuple(row) for row in task.learnt.X}
        assert len(task.learnt) + len(task.kept) == len(task.whole)
        if name != "iris":  # which has equal flowers
            assert not learnt & {tuple(row) for row in task.kept.X}
        scales = task.model.modules[0]
        columns = list(zip(*task.learnt.X, strict=True))
        assert scales.mean == pytest.approx([sum(column) / len(column) for column in columns])


def test_the_hardest_example_is_the_one_of_the_largest_loss():
    task = prepare("iris", seed=0)
    history = fit(task.model, task.learnt, epochs=2, seed=0, progress=False)
    loss, place = hardest(task.model, history, task.kept)
    others = [hardest(task.model, history, task.kept.take([i]))[0].data for i in range(len(task.kept))]
    assert loss.data == others[place] == max(others)
    loss.backward()
    assert any(p.grad for p in task.model.parameters())
