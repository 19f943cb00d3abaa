"""The command where streams are closed, full or narrow: no traceback, and the exit code that says how it went."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu

FORMULA = "tanh(w*x)**-2"
VALUES = ["w=0.5", "x=2"]
RUNS = {
    "trace": (["trace", FORMULA, *VALUES], 0),
    "walk": (["step", FORMULA, *VALUES], 0),
    "text": (["step", FORMULA, *VALUES, "--text"], 0),
    "draw": (["draw", FORMULA, *VALUES], 0),
    "check": (["check", "x*x", "x=2"], 0),
    "wrong": (["trace", "tanhh(x)", "x=1"], 2),
    "not finite": (["trace", "log(x)", "x=0"], 0),
    "help": (["--help"], 0),
}


def some(names, ways):
    """Pair the commands with what may befall them: each with each, in a plain run each way with a command or two."""
    pairs = list(itertools.product(names, ways))
    return pairs if THOROUGH else pairs[:: len(ways) + 1]


def run(arguments, redirections, encoding="utf-8"):
    root = str(Path(tinygrad_edu.__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": root, "PYTHONIOENCODING": encoding}
    words = " ".join(f"'{word}'" for word in [sys.executable, "-m", "tinygrad_edu", *arguments])
    return subprocess.run(
        ["sh", "-c", f"{words} {redirections}"],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
    )  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="closes streams as POSIX shells do")
@pytest.mark.parametrize(("name", "redirections"), some(RUNS, ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full"]))
def test_closed_streams(name, redirections):
    arguments, code = RUNS[name]
    done = run(arguments, redirections)
    assert b"Traceback" not in done.stdout + done.stderr
    assert b"Exception" not in done.stdout + done.stderr
    assert done.returncode == code
    if name == "wrong" and "2>" not in redirections:
        assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_said_in_a_line():
    done = run(RUNS["trace"][0], ">/dev/full")
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"No space left" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX shells do")
def test_a_reader_that_leaves_early_is_no_error():
    done = run(RUNS["text"][0], "| true")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("name", "encoding"), some(["trace", "text", "check", "draw"], ["ascii", "cp1252", "latin-1", "cp437"])
)
def test_narrow_encodings_show_every_sign_somehow(name, encoding):
    done = run(RUNS[name][0], "", encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"?" not in done.stdout
