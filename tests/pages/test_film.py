"""The film of a training: what its page computes from the recorded parameters is what the model computes."""

import json
import math

import pytest
from support.node import run_module

import tinygrad_edu as tg
from tinygrad_edu import nn
from tinygrad_edu.pages.film import Film
from tinygrad_edu.pages.filmstrip import FilmStrip


def strip_of(model, X, y, loss=nn.binary_cross_entropy, **options):
    strip = FilmStrip(model, X, y, len(X), loss, loss.__name__, **options)
    strip.take(0)
    return strip


def computed(film, count):
    """Output, loss and blame of so many examples at the first moment, by the page."""
    _, data, functions = film._content()
    script = f"""
        const data = {json.dumps(data)};
        const functions = {functions};
        const chain = new Chain(data, functions.activations);
        const layers = chain.at(unpacked(data.frames[0][2]));
        const found = data.X.slice(0, {count}).map((x, i) => {{
            const passed = chain.forward(layers, x);
            const l = data.losses.length > 1 ? data.losses.findIndex(({{target}}) => target === data.y[i]) : 0;
            const tape = new Tape(data.losses[l].tape, functions["loss" + l]);
            const leaves = new Map(data.losses[l].outputs.map((place, k) => [place, passed.at(-1).values[k]]));
            data.losses[l].aims.forEach((place, k) => leaves.set(place, [data.y[i]].flat()[k]));
            leaves.delete(-1);
            const {{values, grads}} = tape.compute(leaves);
            const towards = data.losses[l].outputs.map(place => place < 0 ? 0 : grads[place]);
            const blame = chain.blame(layers, passed, towards).slice(1);
            return [passed.at(-1).values, values[tape.root], blame];
        }});
        console.log(JSON.stringify(found));
    """
    return run_module(script, "Chain, unpacked from chain", "Tape from tape")


@pytest.mark.parametrize(
    ("model", "loss", "targets"),
    [
        (nn.MLP(2, [4, 3, 1], "tanh", seed=0), nn.binary_cross_entropy, [1, 0, 1]),
        (nn.MLP(3, [4, 3], "gelu", seed=1), nn.cross_entropy, [2, 0, 1]),
        (nn.MLP(2, [5, 1], "relu", seed=2), nn.mse, [0.25, -3.0, 1.5]),
        (nn.Sequential(nn.Standardize([0.5, -1.0], [2.0, 0.25]), nn.MLP(2, [4, 1], seed=3)), nn.hinge, [1, -1, 1]),
        (nn.Sequential(nn.Linear(2, 4, seed=4), nn.Tanh(), nn.Linear(4, 2, seed=5)), nn.cross_entropy, [1, 0, 1]),
    ],
)
def test_outputs_losses_and_blame_are_those_of_the_engine(model, loss, targets):
    width = len(model.example_input())
    X = [[0.5 * i - 0.7 * j + 0.3 for j in range(width)] for i in range(3)]
    film = Film(strip_of(model, X, targets, loss))
    biases = [p for name, p in model.named_parameters() if name.endswith(".b") or "bias" in name]
    for x, y, (outputs, found, blame) in zip(X, targets, computed(film, len(X)), strict=True):
        output = model(x)
        error = loss(output, y)
        model.zero_grad()
        error.backward()
        truth = [v.data for v in output] if isinstance(output, list) else [output.data]
        assert outputs == pytest.approx(truth, rel=1e-4, abs=1e-5)  # parameters are kept to six digits
        assert found == pytest.approx(error.data, rel=1e-4, abs=1e-5)
        assert [g for column in blame for g in column] == pytest.approx([b.grad for b in biases], rel=1e-3, abs=1e-5)


@pytest.mark.parametrize(("inputs", "sizes"), [(2, [16, 16, 1]), (64, [16, 4, 2])])
def test_a_film_of_two_hundred_points_and_sixty_epochs_is_under_a_megabyte(inputs, sizes):
    model = nn.MLP(inputs, sizes, "tanh", seed=0)
    X = [[math.sin(1.0 + i * j) for j in range(inputs)] for i in range(200)]
    loss = nn.cross_entropy if sizes[-1] > 1 else nn.binary_cross_entropy
    strip = strip_of(model, X, [i % 2 for i in range(200)], loss)
    for epoch in range(60):
        strip.take(epoch + 1)
    assert len(Film(strip).page.encode()) < 1_000_000


def test_parameters_are_packed_as_they_are_be_they_finite_or_not():
    model = nn.MLP(2, [1], seed=0)
    numbers = [0.1, -math.inf, 1e300]
    for p, number in zip(model.parameters(), numbers, strict=True):
        p.data = number
    _, data, _ = Film(strip_of(model, [[0.0, 1.0]], [1]))._content()
    script = f"console.log(JSON.stringify(unpacked({json.dumps(data['frames'][0][2])}).map(String)));"
    found = [float(text.replace("Infinity", "inf")) for text in run_module(script, "unpacked from chain")]
    assert found == [pytest.approx(0.1, rel=1e-7), -math.inf, math.inf]  # the last is beyond 32 bits


def test_what_a_film_cannot_show_is_refused_by_name():
    model = nn.Sequential(nn.Conv2d(1, 2, 3, seed=0), nn.Flatten(), nn.Linear(8, 1, seed=0))
    with pytest.raises(TypeError, match="Conv2d"):
        Film(strip_of(model, [[[[0.0] * 4] * 4]], [1]))


def test_the_film_as_a_gif_has_a_picture_a_moment_and_the_numbers_of_the_model(tmp_path):
    image = pytest.importorskip("PIL.Image", reason="Pillow, which comes with matplotlib")
    from tinygrad_edu.pages.film_gif import outputs_of

    model = nn.Sequential(nn.Standardize([0.5, -1.0], [2.0, 0.25]), nn.MLP(2, [4, 2], "tanh", seed=3))
    strip = strip_of(model, [[0.0, 1.0], [1.0, -1.0], [2.0, 0.5]], [0, 1, 1], nn.cross_entropy)
    strip.series = {"loss": [1.0, 0.5]}
    for epoch in (1, 2):
        for p in model.parameters():
            p.data *= 0.9
        strip.take(epoch)
    film = Film(strip)
    with image.open(film.save(tmp_path / "film.gif")) as moving:
        assert moving.n_frames == 3
    found = outputs_of(film._chain, strip.frames[-1].parameters, strip.X)
    assert [list(row) for row in found] == [pytest.approx(row) for row in model.predict(strip.X)]


@pytest.mark.parametrize(("telling", "tabled"), [(2, False), (6, True)])
def test_a_plane_is_shown_only_where_it_tells_what_the_network_answers(telling, tabled):
    """A network that adds up so many of its six inputs: two of them tell all of it, or little."""
    model = nn.MLP(6, [1], seed=0)
    for p, number in zip(model.parameters(), [1.0] * telling + [0.0] * (7 - telling), strict=True):
        p.data = number
    X = [[math.sin(1.0 + i * (j + 1.5)) for j in range(6)] for i in range(60)]
    answers = [int(math.fsum(x[:telling]) > 0.0) for x in X]
    film = Film(strip_of(model, X, answers))
    means = [math.fsum(column) / 60 for column in zip(*X, strict=True)]
    there = [int(x[0] + x[1] + math.fsum(means[2:telling]) > 0.0) for x in X]
    otherwise = sum(a != b for a, b in zip(answers, there, strict=True))
    assert (2 * otherwise > min(answers.count(0), answers.count(1))) is tabled
    assert film._content().data["misled"] == (otherwise if tabled else 0)


def test_of_very_many_examples_those_held_out_are_shown_in_proportion():
    X, y = [[float(i), 1.0] for i in range(1000)], [i % 2 for i in range(1000)]
    model = nn.MLP(2, [1], seed=0)
    strip = FilmStrip(model, X, y, 800, nn.binary_cross_entropy, "binary_cross_entropy")
    strip.take(0)
    data = Film(strip)._content().data
    assert data["left_out"] == 400
    assert data["learnt"] == 480
    assert [x for x, _ in data["X"]] == [*range(480), *range(800, 920)]
    assert data["y"] == [int(x) % 2 for x, _ in data["X"]]


def test_the_table_of_answers_as_a_gif_has_every_example_in_its_cell():
    from tinygrad_edu.pages.film_gif import in_cells

    truths, answers = [0, 0, 1, 0, 1], [0, 1, 1, 1, 0]
    X, y = in_cells(truths, answers)
    assert [int(v) for v in y] == truths
    assert [int(v) for v in X] == answers
    assert len({*zip([v % 1.0 for v in X], y, strict=True)}) == 5  # no two of a class share a place


def walked(film, i, moments):
    """The loss of one example at some moments, and the gradient of every parameter, by the walk within the page."""
    _, data, functions = film._content()
    script = f"""
        const data = {json.dumps(data)};
        const functions = {functions};
        const w = data.walks.findIndex(({{target}}) => target === null || target === data.y[{i}]);
        const walk = data.walks[w];
        const tape = new Tape(walk.data.tape, functions["walk" + w]);
        const found = {moments}.map(m => {{
            const leaves = leavesOf(walk, data.X[{i}], data.y[{i}], unpacked(data.frames[m][2]));
            const {{values, grads}} = tape.compute(leaves);
            return [values[tape.root], walk.parameters.map(place => grads[place])];
        }});
        console.log(JSON.stringify(found));
    """
    return run_module(script, "Tape from tape", "unpacked from chain", "leavesOf from embedded")


def absolute(output, target):
    """A loss of one's own, which knows the class only as a number of the program."""
    return tg.abs(output - 1.0) if target == 1 else tg.abs(output)


@pytest.mark.parametrize(
    ("model", "loss", "targets"),
    [
        (nn.MLP(2, [4, 3, 1], "tanh", seed=0), nn.binary_cross_entropy, [1, 0]),
        (nn.MLP(3, [4, 3], "gelu", seed=1), nn.cross_entropy, [2, 0]),
        (nn.MLP(2, [5, 2], "relu", seed=2), nn.mse, [[0.0, 1.0], [1.0, 0.0]]),
        (nn.Sequential(nn.Standardize([0.5, -1.0], [2.0, 0.25]), nn.MLP(2, [4, 1], seed=3)), nn.hinge, [1, -1]),
        (nn.MLP(2, [3, 1], "tanh", seed=4), absolute, [1, 0]),
    ],
)
def test_the_steps_of_an_examples_loss_have_the_numbers_of_that_moment(model, loss, targets):
    width = len(model.example_input())
    X = [[0.5 * i - 0.7 * j + 0.3 for j in range(width)] for i in range(2)]
    strip = strip_of(model, X, targets, loss)
    parameters = model.parameters()
    for p in parameters:
        p.data *= 0.75
    strip.take(1)
    film = Film(strip)
    for m, (found, grads) in enumerate(walked(film, 1, [0, 1])):
        for p, number in zip(parameters, strip.frames[m].parameters, strict=True):
            p.data, p.grad = number, 0.0
        error = loss(model(X[1]), targets[1])
        error.backward()
        assert found == pytest.approx(error.data, rel=1e-4, abs=1e-5)
        assert grads == pytest.approx([p.grad for p in parameters], rel=1e-3, abs=1e-5)


def test_what_reads_weights_past_its_layers_has_no_film_that_would_be_wrong():
    points = tg.data.load("xor", n=24, seed=0)
    network = tg.nn.MLP(2, [3, 1], seed=0)
    before = [p.data for p in network.parameters()]
    with pytest.raises(TypeError, match="FeedbackAlignment computes with weights of its own"):
        tg.fit(tg.blame.FeedbackAlignment(network, seed=0), points, epochs=1, progress=False, record="film")
    assert [p.data for p in network.parameters()] == before
    direct = tg.blame.DirectFeedbackAlignment(network, seed=0)
    assert tg.fit(direct, points, epochs=1, progress=False, record="film").film is not None
