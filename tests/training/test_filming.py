"""What fit keeps for a film is what the model was at each of its moments."""

import pytest

import tinygrad_edu as tg
from tinygrad_edu import nn, play
from tinygrad_edu.training.filming import MOST_FRAMES, STEPWISE

XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]] * 5, [0, 1, 1, 0] * 5


@pytest.mark.parametrize("engine", ["eager", "numpy"])
def test_frames_are_the_parameters_after_every_epoch_and_every_step_of_the_first(engine):
    model = nn.MLP(2, [3, 1], seed=0)
    start = tuple(p.data for p in model.parameters())
    seen = []

    def note(history):
        seen.append(tuple(p.data for p in model.parameters()))

    history = tg.fit(model, XOR, epochs=4, batch_size=8, progress=False, record="film", callback=note, engine=engine)
    film = history.film
    assert film.frames[0] == (0, 0, start)
    assert [f.parameters for f in film.frames if f.step == 0][1:] == seen
    assert [(f.epoch, f.step) for f in film.frames if f.step] == [(e, 1) for e in range(STEPWISE)]  # of two steps
    assert film.series["loss"] == history.loss
    plain = nn.MLP(2, [3, 1], seed=0)
    losses = [nn.binary_cross_entropy(plain(x), y).data for x, y in zip(film.X, film.y, strict=True)]
    learnt, held_out = losses[: film.learnt], losses[film.learnt :]
    assert film.before["loss"] == pytest.approx(sum(learnt) / len(learnt))
    assert film.before["val_loss"] == pytest.approx(sum(held_out) / len(held_out))
    tg.fit(plain, XOR, epochs=4, batch_size=8, progress=False, engine=engine)
    assert [p.data for p in plain.parameters()] == list(seen[-1])  # filming changes nothing
    assert len(play(history).html) < 200_000
    assert "4 epochs" not in repr(history.film)


def test_a_long_training_keeps_fewer_moments_and_its_end():
    model = nn.MLP(2, [1], seed=0)
    history = tg.fit(
        model, XOR, epochs=MOST_FRAMES * 2 + 3, batch_size=20, progress=False, record=["film", "gradients"]
    )
    frames = history.film.frames
    assert len(frames) <= MOST_FRAMES + 1
    assert frames[-1].epoch == history.epochs
    assert frames[-1].parameters == tuple(p.data for p in model.parameters())
    assert [f.epoch for f in frames] == sorted(f.epoch for f in frames)
    assert set(history.recorded) == {"gradients"}


def test_of_many_features_the_film_shows_the_two_that_part_the_classes_best():
    iris = tg.data.load("iris")
    history = tg.fit(nn.MLP(4, [3, 3], seed=0), iris, epochs=2, progress=False, record="film")
    assert [iris.feature_names[j] for j in history.film.axes] == ["petal length (cm)", "petal width (cm)"]
    assert list(history.film.class_names) == list(iris.class_names)
    assert len(history.film.X) == 150


def test_what_cannot_be_filmed_is_refused_before_anything_is_learnt():
    model = nn.MLP(1, [1], seed=0)
    before = [p.data for p in model.parameters()]
    with pytest.raises(TypeError, match="plane of two inputs"):
        tg.fit(model, ([[1.0], [2.0]], [0, 1]), progress=False, record="film")
    assert [p.data for p in model.parameters()] == before
    history = tg.fit(model, ([[1.0], [2.0]], [0, 1]), epochs=1, progress=False)
    with pytest.raises(ValueError, match='record="film"'):
        play(history)


def test_a_film_and_checkpoints_go_together(tmp_path):
    model = nn.MLP(2, [3, 1], seed=0)
    options = {"batch_size": 8, "progress": False, "record": "film", "checkpoint": tmp_path / "run"}
    tg.fit(model, XOR, epochs=3, **options)
    again = nn.MLP(2, [3, 1], seed=0)
    film = tg.fit(again, XOR, epochs=5, resume=True, **options).film
    assert [f.epoch for f in film.frames] == [3, 4, 5]  # from where it went on
    assert film.before == {}
    assert film.frames[-1].parameters == tuple(p.data for p in again.parameters())
