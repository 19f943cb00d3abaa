"""The walk on the whole screen: what each key does, what stands where, and a real terminal around it."""

import math
import os
import re
import select
import subprocess
import sys
import time

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.ink import Ink, wants_colour
from tinygrad_edu.signs import columns
from tinygrad_edu.stepping.screen import ScreenWalk, help_lines


def neuron():
    """Whose variables are called like keys."""
    q, p, n = Value(0.5, "q"), Value(2.0, "p"), Value(-0.4, "n")
    y = tg.tanh(q * p + n)
    y.name = "y"
    return y


def rows(walk):
    """Value and gradient of each node, by name, as they stand on the screen."""
    found = re.findall(r"^[▸ ] (\w+) +(\S+)  grad +(\S+)(?:   .+)?$", "\n".join(walk.screen(80, 24)), re.MULTILINE)
    return {name: (value, grad) for name, value, grad in found}


def pressed(*keys):
    walk = ScreenWalk(neuron())
    for key in keys:
        walk.press(key)
    return walk


def test_the_arrow_keys_walk_on_and_back_and_show_the_same_each_time():
    walk, seen = ScreenWalk(neuron()), []
    for _ in range(9):
        seen.append(walk.screen(80, 24))
        walk.press("right")
    last = walk.screen(80, 24)
    assert "That was the last step." in last
    walk.press("right")
    assert walk.screen(80, 24) == last
    for before in reversed(seen):
        walk.press("left")
        assert walk.screen(80, 24) == before
    assert walk.at == 0


def test_in_the_end_the_gradients_are_those_of_the_closed_form():
    slope = 1 - math.tanh(0.5 * 2.0 - 0.4) ** 2
    numbers = {name: grad for name, (_, grad) in rows(pressed("end")).items()}
    found = [float(numbers[name]) for name in "qpn"]
    assert found == pytest.approx([2.0 * slope, 0.5 * slope, slope], abs=1e-4)
    assert all(grad == "–" for _, grad in rows(pressed("end", "home")).values())
    assert rows(pressed())["y"] == ("–", "–")


def test_a_letter_is_a_key_whatever_the_variables_are_called():
    assert pressed("n", "n", "p").at == 1
    assert pressed("q").leaving
    assert pressed("escape").leaving
    helped = pressed("?")
    assert all(line in helped.screen(80, 30) for line in help_lines())
    helped.press("escape")  # closes the help first
    assert not helped.leaving
    assert help_lines()[0] not in helped.screen(80, 30)


def test_a_node_is_chosen_and_asked_why():
    walk = pressed("end", "home", "end", "up", "up", "up", "up", "up", "up", "enter")
    assert walk.words.label(walk.nodes[walk.chosen]) == "q"
    assert any("q.grad = 1.4232 in the end" in line for line in walk.screen(80, 30))


@pytest.mark.parametrize(("width", "height"), [(20, 6), (40, 12), (80, 24)])
def test_it_keeps_to_the_size_of_the_terminal(width, height):
    x = Value(1.0, "a name that is much longer than the screen is wide, and then some more of it")
    walk = ScreenWalk(tg.sum([x * k for k in range(60)]))
    for key in ("right", "end", "enter", "?", "up"):
        walk.press(key)
        lines = walk.screen(width, height)
        assert len(lines) <= height
        assert max(map(len, lines)) <= max(width, 28)


def test_it_speaks_chinese_and_its_columns_stand_under_each_other():
    tg.set_language("zh")
    try:
        walk = ScreenWalk(tg.tanh(Value(0.5, "豆子") * Value(2.0, "x")))
        shown = []
        for key in ("home", "right", "?", "end", "enter"):
            walk.press(key)
            shown.append(walk.screen(80, 24))
        narrow = walk.screen(30, 24)
    finally:
        tg.set_language("en")
    words = {word for lines in shown for line in lines for word in re.findall(r"[A-Za-z]{2,}", line)}
    assert words <= {"grad", "tanh", "Home", "End", "Enter", "Esc"}
    listed = [line for line in shown[0] if "  grad " in line]
    # Up to the gradient, which is not known yet; what a node is computed from stands behind it.
    assert len({columns(line.rsplit("–", 1)[0]) for line in listed}) == 1
    assert any(line.endswith("   tanh(v1)") for line in listed)
    assert max(map(columns, narrow)) <= 30


def test_colour_is_for_terminals_and_the_variables_have_the_last_word():
    class Terminal:
        def isatty(self):
            return True

    here = {"TERM": "xterm"}
    assert wants_colour(Terminal(), here)
    assert not wants_colour(None, here)
    assert not wants_colour(Terminal(), {**here, "NO_COLOR": "1"})
    assert wants_colour(Terminal(), {**here, "NO_COLOR": ""})  # the standard says: where it is not empty
    assert wants_colour(None, {"FORCE_COLOR": "1"})
    assert not wants_colour(Terminal(), {**here, "FORCE_COLOR": "0"})
    assert not wants_colour(None, {"FORCE_COLOR": "1", "NO_COLOR": "1"})
    plain = ScreenWalk(neuron())
    coloured = ScreenWalk(neuron(), ink=Ink(True))
    for walk in (plain, coloured):
        walk.press("end")
    assert "\x1b" not in "".join(plain.screen(80, 24))
    assert [re.sub(r"\x1b\[[\d;]*m", "", line) for line in coloured.screen(80, 24)] == plain.screen(80, 24)
    assert coloured.screen(80, 24) != plain.screen(80, 24)


@pytest.mark.skipif(os.name != "posix", reason="makes a terminal as POSIX systems do")
def test_in_a_real_terminal_keys_walk_and_leave_it_as_it_was():
    import pty
    import termios

    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [sys.executable, "-m", "tinygrad_edu", "step", "tanh(q*x)", "q=0.5", "x=2"],
        stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm", "NO_COLOR": ""},
    )  # fmt: skip
    shown = b""

    def until(text):
        nonlocal shown
        end = time.monotonic() + 60
        while text not in shown:
            assert time.monotonic() < end, shown.decode()
            if select.select([ours], [], [], 1)[0]:
                shown += os.read(ours, 65536)

    try:
        until(b"leave")
        for keys, wanted in (
            (b"\x1b[C", "step 1"),
            (b"\x1b[F", "That was the last step."),
            (b"\x1b[D", "step 5"),
            (b"?", help_lines()[3]),
        ):
            shown = b""
            os.write(ours, keys)
            until(wanted.encode())
        assert b"\x1b[38;5;" in shown  # in colour
        os.write(ours, b"q")
        until(b"\x1b[?1049l")
        assert process.wait(30) == 0
        assert termios.tcgetattr(theirs) == before
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
