"""With this module one can walk through a computation on the whole screen of a terminal, with the arrow keys.

Every key is one key, so no name can be taken for it: a node is chosen by moving a mark, and asked with Enter.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..drawing.records.drawables import labels_of
from ..drawing.style import Style
from ..engine.sweep import topological_order
from ..engine.value import Value
from ..ink import Ink, is_terminal
from ..inspection.stepwise import Step, steps
from ..ops.table import CONSTANT
from ..signs import columns, for_terminal
from ..words import say
from .terminal import phase_of, step_lines, why
from .wording import Wording

_NEXT, _BACK = ("right", " ", "n"), ("left", "p")


def help_lines() -> list[str]:
    """Say what each key does."""
    lines = [
        (f"→, {say('space')}, n", say("the next step")),
        ("←, p", say("the step before")),
        ("Home, End", say("the start, the end")),
        ("↑, ↓", say("choose a node of the list")),
        ("Enter, w", say("why has the chosen node the gradient that it has?")),
        ("?", say("this help, or away with it")),
        ("q, Esc", say("leave")),
    ]
    return [keys + " " * (16 - columns(keys)) + what for keys, what in lines]


class ScreenWalk:
    """Where a walk is, what a key does to it, and how it looks.

    Parameters
    ----------
    value : Value
        The result. No gradient is written on any node.
    digits : int, default 4
        Decimals of numbers of ordinary size.
    ink : Ink, optional
        Colours it; plain if left out.
    """

    def __init__(self, value: Value, digits: int = 4, ink: Ink | None = None) -> None:
        order = topological_order(value)
        self.words = Wording(labels_of(order), Style(digits=digits))
        self.root, self.ink = value, ink or Ink(False)
        self.nodes = [node for node in order if node.op is not CONSTANT or node.name]
        self.at = self.chosen = 0
        self.leaving = False
        self.panel = ""
        self._coming = steps(value)
        self._made: list[Step] = []
        self._known = {node for node in self.nodes if not node.parents}
        self._grads: dict[Any, float] = {}

    def press(self, key: str) -> None:
        """Do what a key says: "right", "left", "up", "down", "home", "end", "enter", "escape", or a character."""
        panel, self.panel = self.panel, ""
        if key in _NEXT:
            self._on()
        elif key in _BACK:
            self._back()
        elif key == "home":
            while self._back():
                pass
        elif key == "end":
            while self._on():
                pass
        elif key in ("up", "down"):
            self.chosen = min(max(self.chosen + (1 if key == "down" else -1), 0), len(self.nodes) - 1)
        elif key in ("enter", "w"):
            self.panel = "why"
        elif key == "?":
            self.panel = "" if panel == "help" else "help"
        elif key in ("q", "escape"):
            self.leaving = not panel or key == "q"

    def _on(self) -> bool:
        if self.at == len(self._made):
            step = next(self._coming, None)
            if step is None:
                return False
            self._made.append(step)
        step = self._made[self.at]
        self.at += 1
        if step.kind == "forward":
            self._known.add(step.node)
        elif step.grad_after is not None:
            self._grads[_receiver(step)] = step.grad_after
        self._choose(step)
        return True

    def _back(self) -> bool:
        if self.at == 0:
            return False
        self.at -= 1
        step = self._made[self.at]
        if step.kind == "forward":
            self._known.discard(step.node)
        else:
            node = _receiver(step)
            before = [other.grad_after for other in self._made[: self.at] if _receiver(other) is node]
            self._grads.pop(node, None)
            if before and before[-1] is not None:
                self._grads[node] = before[-1]
        self._choose(self._made[self.at - 1] if self.at else None)
        return True

    def _choose(self, step: Step | None) -> None:
        """Move the mark to what a step changes; at the start to the first node."""
        if step is None:
            self.chosen = 0
            return
        node = step.node if step.kind == "forward" else _receiver(step)
        if node in self.nodes:
            self.chosen = self.nodes.index(node)

    def screen(self, width: int, height: int) -> list[str]:
        """Give the lines of a screen of this size; none is wider, and there are no more."""
        ink, step = self.ink, self._made[self.at - 1] if self.at else None
        title = say("start: only the leaves have values")
        if step:
            title = f"{phase_of(step)}   {say('step {place}', place=self.at)}"
        keys = say("→ next   ← back   Home End   ↑ ↓ choose a node   Enter why   ? help   q leave")
        head = [ink(_cut(title, width), "title"), ""]
        below = ["", *self._told(step, width)]
        foot = ["", ink(_cut(keys, width), "faint")]
        rows = max(height - len(head) - len(foot) - len(below), 3)
        first = min(max(self.chosen - rows // 2, 0), max(len(self.nodes) - rows, 0))
        wide = min(max((columns(self.words.label(node)) for node in self.nodes), default=1), width // 3)
        listed = [self._row(i, wide, width) for i in range(first, min(first + rows, len(self.nodes)))]
        return [*head, *listed, *below[: max(height - len(head) - len(foot) - len(listed), 0)], *foot][:height]

    def _row(self, i: int, wide: int, width: int) -> str:
        node, write = self.nodes[i], self.words.style.number
        known, grad = node in self._known, self._grads.get(node)
        name, value = _cut(self.words.label(node), wide), write(node.data) if known else "–"
        given = "" if grad is None else write(grad)
        pad = " " * (wide - columns(name))
        plain = _cut(f"{'▸' if i == self.chosen else ' '} {name}{pad}  {value:>12}  grad ", width - 13)
        text = self.ink(plain, "reverse") if i == self.chosen else plain if known else self.ink(plain, "faint")
        number = f"{given or '–':>12}"
        made = self.words.formula(node)
        room = width - columns(plain) - columns(number) - 3
        told = "   " + self.ink(_cut(made, room), "faint") if made and room > 8 else ""
        return text + self.ink.signed(number, grad) + told

    def _told(self, step: Step | None, width: int) -> list[str]:
        if self.panel == "help":
            lines = help_lines()
        elif self.panel == "why":
            node = self.nodes[self.chosen]
            lines = list(why(self.root, node, self.words, self._grads.get(node, 0.0)))
        elif step is None:
            lines = [say("Press → for the first step.")]
        else:
            lines = list(step_lines(step, self.at, self.words))
            if self._is_last():
                lines.append(say("That was the last step."))
        return [_cut(line, width) for line in lines]

    def _is_last(self) -> bool:
        if self.at < len(self._made):
            return False
        following = next(self._coming, None)
        if following is not None:
            self._made.append(following)
        return following is None


def walk_on_screen(value: Value, digits: int = 4) -> None:
    """Walk through a computation on the whole screen, until it is left with q, Esc or Ctrl-C.

    Parameters
    ----------
    value : Value
        The result.
    digits : int, default 4
        Decimals of numbers of ordinary size.
    """
    walk = ScreenWalk(value, digits, Ink.on_stream(sys.stdout))
    write = sys.stdout.write
    with _keys() as read:
        write("\x1b[?1049h\x1b[?25l")  # a screen of its own, without a cursor
        try:
            while not walk.leaving:
                width, height = shutil.get_terminal_size()
                lines = [for_terminal(line) for line in walk.screen(width, height)]
                write("\x1b[H" + "\r\n".join(f"{line}\x1b[K" for line in lines) + "\x1b[J")
                sys.stdout.flush()
                walk.press(read())
        except (KeyboardInterrupt, EOFError):
            pass
        finally:
            write("\x1b[?25h\x1b[?1049l")
            sys.stdout.flush()


def can_walk_on_screen() -> bool:
    """Whether there is a terminal that takes single keys."""
    return is_terminal(sys.stdin) and is_terminal(sys.stdout)


def _receiver(step: Step) -> Any:
    """Give the node whose gradient a step changes; None for a forward one."""
    if step.kind == "forward":
        return None
    return step.node if step.parent is None else step.parent


def _cut(text: str, width: int) -> str:
    if columns(text) <= width:
        return text
    end = min(len(text), max(width - 1, 0))
    while end and columns(text[:end]) > width - 1:  # Han letters take two columns
        end -= 1
    return text[:end] + "…"


_NAMES = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end", "1~": "home", "4~": "end"}
"""What terminals send after Esc and [ or O, by ECMA-48 and the VT220."""


def named_key(sequence: str) -> str:
    r"""Name a key by what a terminal sends for it.

    Examples
    --------
    >>> named_key("\x1b[C"), named_key("\r"), named_key("\x1b"), named_key("q")
    ('right', 'enter', 'escape', 'q')
    """
    if sequence in ("\r", "\n"):
        return "enter"
    if sequence == "\x1b":
        return "escape"
    if sequence.startswith(("\x1b[", "\x1bO")):
        return _NAMES.get(sequence[2:], "")
    return sequence


@contextmanager
def _keys() -> Iterator[Callable[[], str]]:
    """Let the terminal give key by key, and give what reads one; in the end all is as it was."""
    if sys.platform == "win32":
        yield _windows_key
        return
    import select
    import termios
    import tty

    file = sys.stdin.fileno()
    before = termios.tcgetattr(file)

    def read() -> str:
        sent = os.read(file, 1)
        if not sent or sent == b"\x04":
            raise EOFError
        # The rest of a key that sends several signs, or of a letter of several bytes, is there at once.
        while (sent[0] == 0x1B or sent[0] >= 0x80) and select.select([file], [], [], 0.05)[0]:
            sent += os.read(file, 1)
            if sent[:1] == b"\x1b" and len(sent) > 2 and 0x40 <= sent[-1] <= 0x7E:
                break
        return named_key(sent.decode("utf-8", "replace"))

    tty.setcbreak(file)
    try:
        yield read
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)


def _windows_key() -> str:
    import msvcrt  # there is no other way to a single key on Windows

    code = {"H": "up", "P": "down", "M": "right", "K": "left", "G": "home", "O": "end"}
    sign = str(msvcrt.getwch())  # type: ignore[attr-defined]
    if sign in ("\x00", "\xe0"):
        return code.get(str(msvcrt.getwch()), "")  # type: ignore[attr-defined]
    if sign == "\x03":
        raise KeyboardInterrupt
    return named_key(sign)
