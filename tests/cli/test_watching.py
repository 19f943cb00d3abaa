"""What `train --watch` draws is what the network answers then; `--open` opens the report."""

import io
import re

import pytest

import tinygrad_edu as tg
from tinygrad_edu import nn
from tinygrad_edu.cli.watching import HEIGHT, WIDTH, Watcher

PLAIN = (" ", "·", ":")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def watcher(stream, epochs=3):
    blobs = tg.data.load("blobs", n=30, seed=0)
    model = nn.MLP(2, [6, 3], "tanh", seed=0)
    return model, blobs, Watcher(model, blobs, epochs, stream)


def test_every_sign_is_the_class_that_the_model_names_there():
    model, blobs, watch = watcher(io.StringIO())
    tg.fit(model, blobs, epochs=3, lr=0.05, progress=False, callback=watch, validation=None)
    lines = watch.stream.getvalue().split("\n")[1 : HEIGHT + 1]
    columns = list(zip(*blobs.X, strict=True))
    lows = [min(c) - 0.06 * (max(c) - min(c)) for c in columns]
    spans = [1.12 * (max(c) - min(c)) for c in columns]
    grounds = 0
    for k, line in enumerate(lines):
        assert len(line) == WIDTH
        for i, sign in enumerate(line):
            if sign in PLAIN:
                x = [lows[0] + spans[0] * (i + 0.5) / WIDTH, lows[1] + spans[1] * (1 - (k + 0.5) / HEIGHT)]
                assert PLAIN[model.classify([x])[0]] == sign
                grounds += 1
    assert grounds > WIDTH * HEIGHT - 31
    right = sum(a == b for a, b in zip(model.classify(blobs.X), blobs.y, strict=True))
    assert "epoch 3 of 3" in watch.stream.getvalue()
    assert f"{right} of 30 right" in watch.stream.getvalue()
    assert ("✕" in "".join(lines)) == (right < 30)


def test_on_a_terminal_pictures_take_each_others_place_and_into_a_file_goes_the_last_one(monkeypatch):
    monkeypatch.setattr("tinygrad_edu.cli.watching._PAUSE", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for stream, pictures in ((Terminal(), 3), (io.StringIO(), 1)):
        model, blobs, watch = watcher(stream)
        tg.fit(model, blobs, epochs=3, progress=False, callback=watch)
        written = stream.getvalue()
        assert len(re.findall(r"epoch \d of 3", written)) == pictures
        assert written.count(f"\x1b[{HEIGHT + 2}A") == pictures - 1
        assert ("\x1b[48;5;" in written) == (pictures == 3)


def test_it_speaks_chinese():
    model, blobs, watch = watcher(io.StringIO())
    tg.set_language("zh")
    try:
        tg.fit(model, blobs, epochs=3, progress=False, callback=watch, validation=None)
    finally:
        tg.set_language("en")
    lines = watch.stream.getvalue().splitlines()
    assert lines[0].startswith("第 3 轮（共 3 轮）   损失 ")
    assert lines[-1].endswith("✕ 答错")
    assert "epoch" not in watch.stream.getvalue()


@pytest.mark.usefixtures("without_report")
def test_train_shows_the_boundary_and_opens_the_report(run, monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    code, out, err = run("train", "blobs", "--n", "20", "--epochs", "2", "--watch", "--open")
    assert code == 0
    assert "epoch 2 of 2" in err
    assert "epoch/s" not in err  # no bar beside it
    assert opened == [(tmp_path / "blobs-out" / "report.html").as_uri()]
    assert "--watch" not in out


def test_where_there_is_no_boundary_to_watch_that_is_said_before_anything_is_learnt(run, tmp_path):
    rows = "\n".join(f"{i * 7 % 13 + 0.5},{i * 0.5}" for i in range(30))
    (tmp_path / "line.csv").write_text(f"x,y\n{rows}\n")
    code, _, err = run("train", "line.csv", "--task", "numbers", "--watch")
    assert code == 2
    assert "--watch shows where a network draws the line between classes" in err
    assert not (tmp_path / "line-out").exists()
