"""With this module code that a reader typed is run, and what it prints and gives is told.

>>> told = []
>>> run("print(1 + 1); 'the end'", told.append)
{}
>>> told[-1]
{'text': 'the end'}
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import tinygrad_edu as tg
from tinygrad_edu import Value

Shown = dict[str, Any]
Tell = Callable[[Shown], Any]

FILE = "<your code>"

limit: float | None = None
"""Seconds that code and training may take; None where the page can stop them."""


class TooLong(BaseException):
    """Code took longer than `limit`; not an Exception, so that no ``except Exception`` in it holds it up."""


def text_of(text: str) -> Shown:
    """Give what is shown as it stands."""
    return {"text": text}


def shown(item: Any) -> Shown:
    """Give an object as a notebook would show it: by its HTML or picture, else as text."""
    if hasattr(item, "_repr_mimebundle_"):
        bundle = item._repr_mimebundle_()
        return {"html": bundle["text/html"]} if "text/html" in bundle else text_of(bundle["text/plain"])
    silent = repr(item) == object.__repr__(item)  # an address, which tells nobody anything
    return text_of(str(item) if silent or isinstance(item, str) else repr(item))


def run(code: str, tell: Tell) -> Shown:
    """Run lines of Python; what is printed is told at once, and so is the last expression, as a notebook shows it.

    Parameters
    ----------
    code : str
    tell : callable
        Takes ``{"printed": text}``, and ``{"html": ...}`` or ``{"text": ...}`` for what `display` and the end show.

    Returns
    -------
    dict
        Empty, or ``failed`` with the traceback of the reader's own lines.
    """
    linecache.cache[FILE] = (len(code), None, code.splitlines(keepends=True), FILE)
    names: dict[str, Any] = {"__name__": "__main__", "tg": tg, "Value": Value, "display": lambda x: tell(shown(x))}
    with contextlib.redirect_stdout(_Printed(tell)), contextlib.redirect_stderr(_Printed(tell)):
        try:
            tree = ast.parse(code, FILE)
            last = tree.body[-1] if tree.body else None
            ending = None
            if isinstance(last, ast.Expr):
                ending = ast.Expression(last.value)
                tree.body.pop()
            with _limited():
                exec(compile(tree, FILE, "exec"), names)
                result = None if ending is None else eval(compile(ending, FILE, "eval"), names)
                if result is not None:
                    tell(shown(result))
        except (Exception, SystemExit, TooLong) as error:  # whatever the reader's code raises is an answer
            return {"failed": _own_traceback(error)}
    return {}


class _Printed(io.TextIOBase):
    """Tells what is printed."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def write(self, text: str) -> int:
        if text:
            self._tell({"printed": text})
        return len(text)


def _own_traceback(error: BaseException) -> str:
    """Write a traceback without our frames around the reader's code."""
    if isinstance(error, TooLong):
        return str(error)
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != FILE:
        frames = frames.tb_next
    return "".join(traceback.format_exception(error.with_traceback(frames))).rstrip()


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Break off what takes longer than `limit`, by looking at the clock at every jump and call of Python.

    What is raised at a jump finds no ``finally`` and no ``with`` around it, for by then the jump has been made; so from
    the limit on it is raised at the next instruction.
    """
    if limit is None:
        yield
        return
    deadline = time.monotonic() + limit
    watching: Any = vars(sys)["monitoring"]  # from Python 3.12 on, as the browser's is
    jumps = watching.events.JUMP | watching.events.PY_START

    def look(*_: Any) -> None:
        if time.monotonic() > deadline:
            watching.set_events(watching.DEBUGGER_ID, watching.events.INSTRUCTION)

    def stop(*_: Any) -> None:
        nonlocal deadline
        deadline = time.monotonic() + 1.0  # so that what is on the way out is not stopped, too
        watching.set_events(watching.DEBUGGER_ID, jumps)
        raise TooLong(
            f"stopped after {limit:g} s: this page runs code on its main thread, where nothing else could stop it"
        )

    watching.use_tool_id(watching.DEBUGGER_ID, "playground")
    try:
        for event in (watching.events.JUMP, watching.events.PY_START):
            watching.register_callback(watching.DEBUGGER_ID, event, look)
        watching.register_callback(watching.DEBUGGER_ID, watching.events.INSTRUCTION, stop)
        watching.set_events(watching.DEBUGGER_ID, jumps)
        yield
    finally:
        watching.set_events(watching.DEBUGGER_ID, 0)
        watching.free_tool_id(watching.DEBUGGER_ID)
