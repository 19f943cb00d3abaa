"""Dropout leaves numbers out while a model learns, and only then; on every engine of `fit` the same ones."""

import copy
import pickle
import random

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, nn
from tinygrad_edu.errors import FrozenNumberError


def test_a_part_is_left_out_and_the_rest_makes_up_for_it():
    dropout = nn.Dropout(0.25, seed=0)
    out = dropout([1.0] * 20_000)
    assert set(out) == {0.0, 1.0 / 0.75}
    assert out.count(0.0) / len(out) == pytest.approx(0.25, abs=0.01)
    assert sum(out) / len(out) == pytest.approx(1.0, abs=0.02)
    x = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    y = nn.Dropout(0.5, seed=1)(x)
    tg.sum([number for row in y for number in row]).backward()
    assert {v.grad for row in x for v in row} == {0.0, 2.0}
    assert [[o.data for o in row] for row in y] == [[v.data * v.grad for v in row] for row in x]
    assert nn.Dropout(0.5, seed=1)(7.0) in (0.0, 14.0)
    assert nn.Dropout(0.0)([1.0, 2.0]) == [1.0, 2.0]


def test_a_seed_draws_the_same_again_and_none_draws_from_pythons_generator():
    assert nn.Dropout(seed=3)([1.0] * 9) == nn.Dropout(seed=3)([1.0] * 9)
    random.seed(5)
    first = nn.Dropout()([1.0] * 9)
    random.seed(5)
    assert nn.Dropout()([1.0] * 9) == first
    for twin in (copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))):
        for seed in (None, 3):
            assert len(twin(nn.Dropout(seed=seed))([1.0] * 9)) == 9


def network():
    return nn.Sequential(
        nn.Dropout(0.1), nn.Linear(3, 6, activation="tanh", seed=0), nn.Dropout(0.5), nn.Linear(6, 2, seed=1)
    )


def test_train_and_eval_reach_every_module_and_give_the_model_back():
    model = network()
    assert all(module.training for module in model.modules())
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert model([1.0, 2.0, 3.0])[0].data == model([1.0, 2.0, 3.0])[0].data
    assert model.train() is model
    assert all(module.training for _, module in model.named_modules())
    assert [name for name, _ in model.named_modules()] == ["", "0", "1", "2", "3"]
    model[2].eval()
    assert [module.training for module in model.modules()] == [True, True, True, False, True]


def test_questions_are_answered_without_chance_and_change_nothing():
    model, X, y = network(), [[0.5, -1.0, 2.0]] * 4, [0, 1, 0, 1]
    calm = copy.deepcopy(model).eval()
    before = random.getstate()
    truth = [[o.data for o in calm(x)] for x in X]
    assert model.predict(X) == truth
    assert model.classify(X) == calm.classify(X)
    assert tg.accuracy(model, (X, y)) == 0.5
    assert model.as_graph()(X[0]) == pytest.approx(truth[0], rel=1e-12)
    assert "Dropout(p=0.1)" in str(model)
    assert random.getstate() == before
    assert model.training


def test_a_training_model_is_not_compiled_by_hand_and_an_answering_one_is():
    model, X = network(), [[0.5, -1.0, 2.0], [1.0, 0.0, -1.0]]
    with pytest.raises(FrozenNumberError, match="draws random numbers"):
        tg.compile(model)(X)
    for out, truth in zip(tg.compile(model.eval())(X).tolist(), model.predict(X), strict=True):
        assert out == pytest.approx(truth, rel=1e-12)


def blobs(n=40):
    draws = random.Random(0)
    y = [i % 2 for i in range(n)]
    return [[draws.gauss(k, 1.0) for _ in range(3)] for k in y], y


def fitted(engine, make=network, **settings):
    model = make()
    history = tg.fit(model, blobs(), epochs=3, batch_size=7, seed=4, lr=0.05, progress=False, engine=engine, **settings)
    return history, model


@pytest.mark.parametrize("engine", ["numpy", "numba", "jax"])
def test_fit_leaves_out_the_same_on_every_engine(engine):
    pytest.importorskip(engine, reason=f"the extra for {engine} is not installed")
    (truth, theirs), (history, ours) = fitted("eager"), fitted(engine)
    for series in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert getattr(history, series) == pytest.approx(getattr(truth, series), rel=1e-9)
    assert ours.state_dict() == pytest.approx(theirs.state_dict(), rel=1e-9, abs=1e-12)
    calm, _ = fitted("eager", lambda: nn.Sequential(*[m for m in network() if not isinstance(m, nn.Dropout)]))
    assert calm.loss != pytest.approx(history.loss, rel=1e-3)


@pytest.mark.parametrize("engine", ["eager", "numpy"])
def test_the_masks_are_those_of_the_seed_example_by_example(engine):
    """One step by hand: the order is drawn, then for each example in it whether each number stays."""
    X, y = blobs(6)
    model, twin = network(), network()
    history = tg.fit(
        model, (X, y), epochs=1, batch_size=6, validation=None, seed=9, optimizer="sgd", lr=0.1, progress=False,
        engine=engine,
    )  # fmt: skip
    generator = random.Random(9)
    order = list(range(6))
    generator.shuffle(order)
    losses = []
    for place in order:
        x = [xi * (0.0 if generator.random() < 0.1 else 1 / 0.9) for xi in X[place]]
        hidden = [h * (0.0 if generator.random() < 0.5 else 2.0) for h in twin[1](x)]
        losses.append(nn.cross_entropy(twin[3](hidden), y[place]))
    tg.mean(losses).backward()
    assert history.loss[0] == pytest.approx(tg.mean(losses).data, rel=1e-12)
    expected = {name: p.data - 0.1 * p.grad for name, p in twin.named_parameters()}
    assert model.state_dict() == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_fit_measures_as_an_answering_model_on_every_engine():
    class Doubled(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(3, 2, seed=0)

        def forward(self, x):
            out = self.layer(x)
            return out if self.training else [2.0 * o for o in out]

    for engine in ("eager", "numpy"):
        history, model = fitted(engine, Doubled)
        X, y = blobs()
        # Learnt with a tiny rate the model stays what it was, so that losses tell how it was called.
        model = Doubled()
        history = tg.fit(
            model, (X, y), epochs=1, lr=1e-12, batch_size=40, validation=(X, y), progress=False, engine=engine
        )
        outputs = [[o.data for o in model.layer(x)] for x in X]
        learnt = tg.mean([nn.cross_entropy(o, k) for o, k in zip(outputs, y, strict=True)])
        answered = tg.mean([nn.cross_entropy([2.0 * a for a in o], k) for o, k in zip(outputs, y, strict=True)])
        assert history.loss[0] == pytest.approx(learnt, rel=1e-9)
        assert history.val_loss[0] == pytest.approx(answered, rel=1e-9)


def test_fit_draws_nothing_of_pythons_own_and_leaves_modes_as_they_were():
    for engine in ("auto", "eager", "numpy"):
        before = random.getstate()
        _, model = fitted(engine, lambda: network().eval())
        assert random.getstate() == before
        assert not model.training


@pytest.mark.parametrize(
    ("p", "error", "message"),
    [(1.0, ValueError, "below 1"), (-0.1, ValueError, "at least 0"), ("a", TypeError, "p must be a number")],
)
def test_a_wrong_share_is_refused(p, error, message):
    with pytest.raises(error, match=message):
        nn.Dropout(p)
