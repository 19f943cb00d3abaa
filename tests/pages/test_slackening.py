"""The rubber bands of a network's examples are what the network said at each moment of its training."""

import math

import pytest

import tinygrad_edu as tg
from tinygrad_edu import nn

PICTURES = [[0.0, 0.9, 0.1, 1.0], [0.1, 1.0, 0.0, 0.8], [1.0, 0.1, 0.9, 0.0], [0.8, 0.0, 1.0, 0.2]]
BIRD_OR_DOG = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]


def company(seed=3):
    return nn.Sequential(nn.MLP(4, [4, 3, 2], "tanh", seed=seed), nn.Sigmoid())


def film(model, data, **options):
    """Train, and give the history with what the model said of every example before and after each epoch."""
    X = data[0]
    seen = [model.predict(X)]
    options = {"epochs": 3, "record": "film", "progress": False, "lr": 0.1, **options}
    history = tg.fit(model, data, callback=lambda h: seen.append(model.predict(X)), **options)
    return history, seen


def ends_of_epochs(bands):
    return [m for m, (_, step) in enumerate(bands.moments) if step == 0]


def test_the_bands_of_squared_error_are_the_distances_and_the_pulls_of_the_company():
    history, seen = film(company(), (PICTURES, BIRD_OR_DOG), loss="mse", epochs=4)
    bands = tg.rubber_band(history, 2, classes=["bird", "dog"], shape=(2, 2))
    ends = ends_of_epochs(bands)
    assert [bands.moments[m][0] for m in ends] == [0, 1, 2, 3, 4]
    for m, outputs in zip(ends, seen, strict=True):
        bird, dog = outputs[2]
        assert bands.predictions[m] == pytest.approx((bird, dog))
        assert bands.stretches[m] == pytest.approx((bird, 1 - dog))
        assert bands.pulls[m] == pytest.approx((0 - bird, 1 - dog))  # of the mean of two squares: truth − prediction
        assert bands.losses[m] == pytest.approx((bird**2 + (1 - dog) ** 2) / 2)
    assert "bird" in bands.text()


def test_of_cross_entropy_the_sliders_are_softmax_and_every_score_is_pulled_by_truth_minus_it():
    history, seen = film(nn.MLP(4, [3, 3], seed=0), (PICTURES, [0, 2, 1, 1]), loss="cross_entropy")
    bands = tg.rubber_band(history, PICTURES[1], classes=["a", "b", "c"])  # found by its inputs
    for m, outputs in zip(ends_of_epochs(bands), seen, strict=True):
        weights = [math.exp(z) for z in outputs[1]]
        p = [w / sum(weights) for w in weights]
        assert bands.predictions[m] == pytest.approx(p)
        assert bands.pulls[m] == pytest.approx([(k == 2) - p[k] for k in range(3)])
        assert bands.losses[m] == pytest.approx(-math.log(p[2]))


@pytest.mark.parametrize(("loss", "labels"), [("binary_cross_entropy", [1, 1, 0, 0]), ("hinge", [1, 1, -1, -1])])
def test_a_single_score_has_a_rail_for_each_of_its_two_classes(loss, labels):
    history, seen = film(nn.MLP(4, [3, 1], seed=0), (PICTURES, labels), loss=loss)
    bands = tg.rubber_band(history, 0, classes=["dog", "bird"])
    for m, outputs in zip(ends_of_epochs(bands), seen, strict=True):
        p = 1 / (1 + math.exp(-outputs[0]))
        assert bands.predictions[m] == pytest.approx((1 - p, p))
        assert bands.stretches[m] == pytest.approx((1 - p, 1 - p))
        assert bands.pulls[m][1] == -bands.pulls[m][0] >= 0
        if loss == "binary_cross_entropy":
            assert bands.pulls[m][1] == pytest.approx(1 - p)


def test_slack_is_said_from_the_epoch_on_after_which_no_band_is_stretched():
    history, seen = film(company(), (PICTURES, BIRD_OR_DOG), loss="mse", epochs=40)
    loose = [
        all(abs(row[k] - target[k]) < 0.1 for row, target in zip(outputs, BIRD_OR_DOG, strict=True) for k in (0, 1))
        for outputs in seen
    ]
    assert loose[-1]
    first = max(epoch for epoch, slack in enumerate(loose) if not slack) + 1
    assert tg.rubber_band(history).slack_from == first
    assert tg.rubber_band(film(company(), (PICTURES, BIRD_OR_DOG), loss="mse", epochs=1)[0]).slack_from is None


def test_an_example_keeps_its_place_in_the_data_where_some_were_held_out():
    blobs = tg.data.load("blobs", n=40, seed=0)
    model = nn.MLP(2, [4, len(blobs.class_names)], seed=0)
    history = tg.fit(model, blobs, epochs=1, progress=False, record="film")
    for place in (0, 7, 39):
        bands = tg.rubber_band(history, place)
        weights = [math.exp(z) for z in model.predict([blobs.X[place]])[0]]
        assert bands.predictions[-1] == pytest.approx([w / sum(weights) for w in weights])
        assert bands.classes == tuple(blobs.class_names)


def test_a_picture_that_was_never_seen_has_bands_too_and_the_model_is_left_alone():
    model = company()
    history, _ = film(model, (PICTURES, BIRD_OR_DOG), loss="mse")
    before = [(p.data, p.grad) for p in model.parameters()]
    bands = tg.rubber_band(history, ([0.5, 0.5, 0.5, 0.5], [0.0, 1.0]))
    assert bands.predictions[-1] == pytest.approx(model.predict([[0.5] * 4])[0])
    assert bands.html
    assert [(p.data, p.grad) for p in model.parameters()] == before


def test_networks_that_no_film_can_be_made_of_have_bands():
    model = nn.Sequential(nn.Conv2d(1, 2, 2, seed=0), nn.ReLU(), nn.Flatten(), nn.Linear(2, 2, seed=1))
    images = [[[row[:2], row[2:]]] for row in PICTURES]
    with pytest.raises(TypeError, match='record "bands"'):
        tg.fit(model, (images, [0, 0, 1, 1]), epochs=1, progress=False, record="film")
    history, seen = film(model, (images, [0, 0, 1, 1]), record="bands", loss="cross_entropy")
    bands = tg.rubber_band(history, 3)
    weights = [math.exp(z) for z in seen[-1][3]]
    assert bands.predictions[-1][1] == pytest.approx(weights[1] / sum(weights))
    assert '"shape":[2,2]' in bands.html  # the picture is known by the shape of the example
    with pytest.raises(TypeError, match="rows of rows"):
        tg.play(history)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((4,), {}, ValueError, "no example 4"),
        (([9.0] * 4,), {}, ValueError, "no example of the training"),
        ((0, ["a"]), {}, ValueError, "2 classes but 1 names"),
        ((0,), {"shape": (3, 2)}, ValueError, "3×2 is 6 numbers"),
    ],
)
def test_what_cannot_be_shown_is_refused(arguments, options, error, words):
    history, _ = film(company(), (PICTURES, BIRD_OR_DOG), loss="mse", epochs=1)
    with pytest.raises(error, match=words):
        tg.rubber_band(history, *arguments, **options)


def test_what_has_no_classes_or_was_not_recorded_is_refused():
    with pytest.raises(TypeError, match="approximates other numbers"):
        tg.fit(nn.MLP(4, [1], seed=0), (PICTURES, [5.0, 2.5, 3.5, 1.5]), epochs=1, progress=False, record="bands")
    history = tg.fit(nn.MLP(4, [1], seed=0), (PICTURES, [0, 0, 1, 1]), epochs=1, progress=False)
    with pytest.raises(ValueError, match='record="film"'):
        tg.rubber_band(history)
    with pytest.raises(ValueError, match="leave it out"):
        tg.rubber_band([0.5], [1.0], shape=(1, 1))
