"""A training that is broken off at any moment, and resumed, ends with the numbers of one that was not, bit by bit."""

import json
import math
import random
import signal
import subprocess
import sys

import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import data, nn, optim
from tinygrad_edu.training import EarlyStopping
from tinygrad_edu.training.plain_data import from_json, to_json

MOONS = data.load("moons", n=40, noise=0.3, seed=0)


class Killed(BaseException):
    """Ends a training as nothing that is caught does."""


def train(folder=None, epochs=6, dies=None, **settings):
    """Train as ever from the same beginning; give everything that came of it."""
    make, network = settings.pop("rule", None), nn.MLP(2, [5, 1], "tanh", seed=1)
    model = nn.Sequential(nn.Dropout(0.2), network) if settings.pop("drops", False) else network
    rule = make(model.parameters()) if make else "adam"

    def callback(history):
        if history.epochs == dies:
            raise Killed

    history = tg.fit(model, MOONS, optimizer=rule, epochs=epochs, progress=False, checkpoint=folder, callback=callback,
                     **settings)  # fmt: skip
    return history, model.state_dict(), rule.state_dict() if make else None


RUNS = {
    "plain": {},
    "eager": {"engine": "eager", "record": ["parameters", "gradients"]},
    "momentum and a schedule by steps": {
        "rule": lambda params: optim.SGD(params, lr=0.2, momentum=0.9, nesterov=True),
        "schedule": "onecycle",
    },
    "groups and a plateau": {
        "rule": lambda params: optim.NAdam([{"params": params[:5], "lr": 0.1}, {"params": params[5:]}], lr=0.03),
        "schedule": lambda rule: optim.ReduceLROnPlateau(rule, patience=0, threshold=0.5),
    },
    "early stopping, metrics, weights": {
        "early_stopping": EarlyStopping(2, monitor="val_f1"),
        "metrics": ["f1", "recall"],
        "class_weight": {1: 3.0},
        "clip_norm": 0.3,
    },
    "dropout": {"drops": True},
    "dropout, eagerly": {"drops": True, "engine": "eager", "sample_weight": [1.0, 2.0] * 20},
    "numbers of every kind": {
        "record": {"odd": lambda model: {1: (math.inf, math.nan, "a"), None: [True, {"$": -0.0}]}}
    },
}


@pytest.mark.parametrize("name", RUNS)
def test_a_resumed_run_equals_an_unbroken_one(name, tmp_path):
    settings = RUNS[name]
    whole = train(**settings)
    for every, dies in ((1, 1), (2, 3), (2, 4)) if THOROUGH else ((2, 3),):
        folder = tmp_path / f"{every}-{dies}" / "run"
        with pytest.raises(Killed):
            train(folder, dies=dies, every=every, **settings)
        resumed = train(folder, every=every, resume=True, **settings)
        assert repr(resumed) == repr(whole)  # which tells nan from nan, and -0.0 from 0.0
        assert str(resumed[0].recorded) == str(whole[0].recorded)
        assert resumed[0].to_csv() == whole[0].to_csv()
        assert [file.name for file in folder.iterdir()] == ["checkpoint.json"]
        again = train(folder, every=every, resume=True, **settings)  # what has ended has ended
        assert repr(again) == repr(whole)


def test_more_epochs_may_be_asked_for(tmp_path):
    train(tmp_path, epochs=3, every=5)
    assert train(tmp_path, epochs=6, resume=True) == train()
    history = train(tmp_path, epochs=2, resume=True)[0]
    assert history.epochs == 6


def test_a_model_that_draws_from_pythons_generator_goes_on_drawing(tmp_path):
    class Noisy(nn.MLP):
        def forward(self, x):
            return super().forward(x) * random.choice([0.5, 1.5])

    def run(dies=None, **settings):
        random.seed(3)
        model = Noisy(2, [1], seed=0)
        stop = lambda history: history.epochs == dies and exit_()  # noqa: E731
        tg.fit(model, MOONS, epochs=4, progress=False, engine="eager", callback=stop, **settings)
        return model.state_dict()

    def exit_():
        raise Killed

    with pytest.raises(Killed):
        run(3, checkpoint=tmp_path)
    assert run(checkpoint=tmp_path, resume=True) == run()


# ---------------------------------------------------------------------------------------- killed


SCRIPT = """
import os, random, signal, sys
import tinygrad_edu as tg
from tinygrad_edu import data, nn, optim

moment, engine, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
count, saving = 0, []

def profile(frame, event, argument):
    # The process is killed at the call or return of that number: where one trains, or where files are written.
    global count
    place = frame.f_code.co_filename
    if "training" in place or "optim" in place or "files.py" in place:
        count += 1
        if "files.py" in place or "checkpoints.py" in place:
            saving.append(count)
        if count == moment:
            os.kill(os.getpid(), signal.SIGKILL)

model = nn.Sequential(nn.MLP(2, [5, 4, 1], "tanh", seed=1))
rule = optim.Adam(model.parameters(), lr=0.05, amsgrad=True)
examples = data.load("moons", n=60, noise=0.3, seed=0)
sys.setprofile(profile)
history = tg.fit(model, examples, optimizer=rule, epochs=6, progress=False, checkpoint=folder, resume=True,
                 engine=engine, early_stopping=4, schedule="warmup-cosine", record=["parameters"])
sys.setprofile(None)
print(repr((history.to_csv(), history.recorded, model.state_dict(), rule.state_dict())))
print(count, *saving, file=sys.stderr)
"""


def run_in_a_process(moment, engine, folder):
    command = [sys.executable, "-c", SCRIPT, str(moment), engine, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("engine", ["eager", "numpy"] if THOROUGH else ["eager"])
def test_a_run_that_is_killed_again_and_again_ends_as_one_that_is_not(engine, tmp_path):
    unbroken = run_in_a_process(0, engine, tmp_path / "whole")
    last, *saving = map(int, unbroken.stderr.split())
    assert last > len(saving) > 100
    rng, kills, wanted = random.Random(engine), 0, 20 if THOROUGH else 2
    while kills < wanted:
        folder, killed = tmp_path / str(kills), True
        while killed:  # and resumed; every other time in a save
            moment = (rng.choice(saving) if kills % 2 else rng.randint(1, last)) if kills < wanted else 0
            done = run_in_a_process(moment, engine, folder)
            killed = done.returncode != 0
            kills += killed
        assert done.stdout == unbroken.stdout
        assert [file.name for file in folder.iterdir()] == ["checkpoint.json"]


def test_a_save_that_fails_leaves_the_one_before(tmp_path, monkeypatch):
    train(tmp_path, epochs=2)
    before = (tmp_path / "checkpoint.json").read_bytes()

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        train(tmp_path, epochs=4, resume=True)
    assert (tmp_path / "checkpoint.json").read_bytes() == before


@pytest.mark.parametrize("resume", [False, True])
def test_what_killed_runs_left_unfinished_is_cleared_away(resume, tmp_path):
    train(tmp_path, epochs=2)
    (tmp_path / ".unfinished-0123456789abcdef").write_text('{"format": "tiny')
    (tmp_path / "mine.txt").write_text("kept")
    train(tmp_path, epochs=3, resume=resume)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["checkpoint.json", "mine.txt"]


# ---------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"batch_size": 7}, "batch_size: 4 then, 7 now"),
        ({"seed": 3}, r"data: 32 examples, .* then.*seed: 0 then, 3 now"),
        ({"validation": None}, "validation: 8 examples, .* then, None now"),
        ({"loss": "hinge"}, "loss: binary_cross_entropy then, hinge now"),
        ({"lr": 0.5}, r"optimizer: Adam\(lr=0.01.* then, Adam\(lr=0.5"),
        ({"engine": "eager"}, "engine: auto then, eager now"),
        ({"schedule": "cosine"}, "schedule: None then, cosine over 6 epochs now"),
        ({"early_stopping": 3}, r"early_stopping: None then, EarlyStopping\(patience=3"),
        ({"clip_value": 1.0}, r"clip: None then, Clipping\("),
        ({"class_weight": "balanced", "validation": 0.3}, "data: .* then"),
        ({"metrics": "f1"}, r"its metrics are \[\], not \['f1', 'val_f1'\]"),
        ({"record": "gradients"}, r"its recorded are \[\], not \['gradients'\]"),
    ],
    ids=str,
)
def test_another_run_is_refused_with_what_differs(change, words, tmp_path):
    train(tmp_path, epochs=1)
    model = nn.MLP(2, [5, 1], "tanh", seed=1)
    before = model.state_dict()
    with pytest.raises(ValueError, match=words):
        tg.fit(model, MOONS, epochs=6, checkpoint=tmp_path, resume=True, progress=False, **change)
    assert model.state_dict() == before


def test_another_model_or_data_are_refused(tmp_path):
    train(tmp_path, epochs=1)
    for model in (nn.MLP(2, [6, 1], "tanh"), nn.MLP(2, [5, 1], "relu")):
        with pytest.raises(ValueError, match=r"checkpoint of another run \(model: MLP\(2, \[5, 1\].* begin anew"):
            tg.fit(model, MOONS, checkpoint=tmp_path, resume=True, progress=False)
    other = data.load("moons", n=40, noise=0.3, seed=1)
    with pytest.raises(ValueError, match=r"\(data: 32 examples, "):
        tg.fit(nn.MLP(2, [5, 1], "tanh"), other, checkpoint=tmp_path, resume=True, progress=False)


def spoil(change):
    def write(path):
        document = json.loads(path.read_text(encoding="utf-8"))
        change(document)
        path.write_text(json.dumps(document), encoding="utf-8")

    return write


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b"\x00\xff"),
        lambda path: path.write_text("[" * 100_000),
        lambda path: path.write_text('{"format": "tinygrad_edu model"}'),
        lambda path: path.write_text("9" * 10_000),
        spoil(lambda d: d.update(version=2)),
        spoil(lambda d: d.update(settings=3)),
        spoil(lambda d: d.pop("optimizer")),
        spoil(lambda d: d["optimizer"].update(steps_taken="many")),
        spoil(lambda d: d["model"].pop("layers.0.neurons.0.b")),
        spoil(lambda d: d["history"].update(loss=[1.0, 2.0])),
        spoil(lambda d: d["history"].update(lr=["x"])),
        spoil(lambda d: d["history"].update(engine=7)),
        spoil(lambda d: d["generator"]["items"].pop()),
        spoil(lambda d: d["generator"]["items"][1]["items"].pop()),
        spoil(lambda d: d.update(history={"$": "set"})),
        spoil(lambda d: d.update(others=[1.0])),
        spoil(lambda d: d["watch"].update(parameters=[1.0])),
    ],
)
def test_a_file_that_is_none_is_refused_and_nothing_has_changed(write, tmp_path):
    train(tmp_path, epochs=1, early_stopping=3)
    write(tmp_path / "checkpoint.json")
    model = nn.MLP(2, [5, 1], "tanh", seed=1)
    rule = optim.Adam(model.parameters(), lr=0.01)
    before = model.state_dict(), rule.state_dict()
    with pytest.raises(ValueError, match=r"is not a checkpoint that this package saved|no engine is called"):
        tg.fit(model, MOONS, optimizer=rule, early_stopping=3, checkpoint=tmp_path, resume=True, progress=False)
    assert (model.state_dict(), rule.state_dict()) == before


def test_what_cannot_be_kept_or_written_is_said(tmp_path):
    with pytest.raises(TypeError, match=r"a checkpoint keeps numbers, text, .* but this is object"):
        train(tmp_path / "a", record={"thing": lambda model: object()})
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        train(tmp_path / "file")
    for wrong, words in (({"resume": True}, "say in which folder"), ({"checkpoint": 3}, "checkpoint is a folder")):
        with pytest.raises((TypeError, ValueError), match=words):
            tg.fit(nn.MLP(2, [1]), MOONS, progress=False, **wrong)
    with pytest.raises(ValueError, match="every must be at least 1"):
        train(tmp_path, every=0)


@pytest.mark.parametrize("thing", [{"$": 1}, {"a": {"$": "nan"}}, [(), {}], {(1, 2): None}, -0.0, 2**70, "ä\u2028"])
def test_plain_data_survive(thing):
    assert repr(from_json(json.loads(json.dumps(to_json(thing))))) == repr(thing)
