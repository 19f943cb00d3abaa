"""With this module the playground's page is answered: each function below takes what a reader gave, and gives JSON.

It runs in the browser, beside the library, and needs nothing of a browser: `answer` takes the name of a function and
its arguments as JSON, and `tell` is called with JSON for whatever is to be shown before the end.

>>> shown = formula("w*x", {"w": "0.5", "x": "2"}, "trace")
>>> shown["gradients"]
{'w': 2.0, 'x': 0.5}
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import linecache
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.arguments import short
from tinygrad_edu.formulas.expression import Expression, parse
from tinygrad_edu.json_numbers import to_json

Shown = dict[str, Any]
Tell = Callable[[Shown], Any]

STARTS = ("0.5", "2", "-1.5", "3", "1", "-0.5", "0.25", "4")
"""What variables are at first: numbers that differ, so that one sees which is which."""
FILE = "<your code>"
BREAK = 8.0
"""A new film is shown when so many times the time of making the last one has passed: to watch is not to slow down."""

limit: float | None = None
"""Seconds that code and training may take; None where the page can stop them."""


class TooLong(BaseException):
    """Code took longer than `limit`; not an Exception, so that no ``except Exception`` in it holds it up."""


def answer(name: str, arguments: str, tell: Callable[[str], Any]) -> str:
    r"""Call a function of this module by its name.

    Parameters
    ----------
    name : str
    arguments : str
        The arguments by name, a JSON object.
    tell : callable
        Takes JSON, whenever there is something to be shown before the end.

    Returns
    -------
    str
        JSON; with ``error`` where the arguments were wrong.

    Examples
    --------
    >>> answer("formula", '{"text": "sinn(x)", "numbers": {}, "view": "play"}', print)
    '{"error": "unknown function \'sinn\'; did you mean \'sin\'?"}'
    """
    functions: dict[str, Callable[..., Shown]] = {
        "formula": formula, "run": lambda **given: run(**given, tell=heard), "speak": speak,
        "train": lambda **given: train(**given, tell=heard),
    }  # fmt: skip

    def heard(shown: Shown) -> None:
        tell(json.dumps(shown))

    try:
        return json.dumps(functions[name](**json.loads(arguments)))
    except (ValueError, TypeError, OverflowError, OSError, RecursionError, ImportError) as error:
        return json.dumps({"error": " ".join(str(error).split())})


def speak(language: str) -> Shown:
    """Let the library's own pages speak a language, if it has words for it."""
    choose = getattr(tg, "set_language", None)
    if choose is not None:
        choose(language)
    return {"spoken": choose is not None}


# --------------------------------------------------------------------------------------------- a formula


def formula(text: str, numbers: Mapping[str, str], view: str, digits: int = 4, theme: str = "light") -> Shown:
    """Compute a formula at some numbers, and show it in one of the `VIEWS`.

    It is read by the library's own parser, which runs no code: neither a formula nor a number can do more than compute.

    Parameters
    ----------
    text : str
    numbers : mapping of str to str
        Of each variable; may be written as formulas (``pi/2``). Those left out get one of `STARTS`.
    view : str
    digits : int, default 4
        Decimals of numbers of ordinary size.
    theme : "light" or "dark"

    Returns
    -------
    dict
        ``numbers`` as they were read, ``value``, ``gradients``, and what the view shows.
    """
    f = parse(text)
    if not f.variables:
        raise ValueError(f"{short(text)} has no variable, so there is nothing to differentiate: write x*x, say")
    written = dict(zip(f.variables, STARTS * len(f.variables), strict=False))
    written |= {name: number for name, number in numbers.items() if name in f.variables and number.strip()}
    read = {name: _number(name, number) for name, number in written.items()}
    leaves = {name: Value(number, name) for name, number in read.items()}
    y = f(*leaves.values())
    if not y.parents:
        return {"numbers": written, "value": to_json(y.data), "gradients": {next(iter(read)): 1.0}, **_text(repr(y))}
    y.backward()
    shown = VIEWS[view](f, read, y, digits, theme)
    return {
        "numbers": written,
        "value": to_json(y.data),
        "gradients": {name: to_json(leaf.grad) for name, leaf in leaves.items()},
        **shown,
    }


def _number(name: str, text: str) -> float:
    constant = parse(text)
    if constant.variables:
        raise ValueError(f"{short(text)} is not a number for {name}: write 0.5, or pi/2")
    return float(constant())


def _check(f: Expression, read: Mapping[str, float], y: Value, digits: int, theme: str) -> Shown:
    try:
        return _text(str(tg.check_grads(f, tuple(read.values()))))
    except tg.errors.GradientMismatch as mismatch:
        return _text(str(mismatch))


VIEWS: dict[str, Callable[[Expression, Mapping[str, float], Value, int, Any], Shown]] = {
    "play": lambda f, read, y, digits, theme: {"html": tg.play(y, digits=digits).html},
    "graph": lambda f, read, y, digits, theme: _shown(tg.draw(y, digits=digits, theme=theme)),
    "practice": lambda f, read, y, digits, theme: {"html": tg.practice(y, digits=digits).html},
    "trace": lambda f, read, y, digits, theme: _text(str(tg.trace(f, *read.values()).table(*read.values()))),
    "check": _check,
}
"""Ways to look at a formula, by name: each takes it, its numbers, its result, digits and theme."""


def _text(text: str) -> Shown:
    return {"text": text}


def _shown(item: Any) -> Shown:
    """Give an object as a notebook would show it: by its HTML or picture, else as text."""
    if hasattr(item, "_repr_mimebundle_"):
        bundle = item._repr_mimebundle_()
        return {"html": bundle["text/html"]} if "text/html" in bundle else _text(bundle["text/plain"])
    silent = repr(item) == object.__repr__(item)  # an address, which tells nobody anything
    return _text(str(item) if silent or isinstance(item, str) else repr(item))


# --------------------------------------------------------------------------------------------- code


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
    names: dict[str, Any] = {"__name__": "__main__", "tg": tg, "Value": Value, "display": lambda x: tell(_shown(x))}
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
                    tell(_shown(result))
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
    """Break off what takes longer than `limit`, by looking at the clock at every jump and call of Python."""
    if limit is None:
        yield
        return
    deadline = time.monotonic() + limit
    watching: Any = vars(sys)["monitoring"]  # from Python 3.12 on, as the browser's is

    def look(*_: Any) -> None:
        nonlocal deadline
        if time.monotonic() > deadline:
            deadline += 1.0  # so that what is on the way out is not stopped, too
            raise TooLong(
                f"stopped after {limit:g} s: this page runs code on its main thread, where nothing else could stop it"
            )

    watching.use_tool_id(watching.DEBUGGER_ID, "playground")
    try:
        for event in (watching.events.JUMP, watching.events.PY_START):
            watching.register_callback(watching.DEBUGGER_ID, event, look)
        watching.set_events(watching.DEBUGGER_ID, watching.events.JUMP | watching.events.PY_START)
        yield
    finally:
        watching.set_events(watching.DEBUGGER_ID, 0)
        watching.free_tool_id(watching.DEBUGGER_ID)


# --------------------------------------------------------------------------------------------- a training


def train(
    data: str,
    *,
    hidden: list[int],
    activation: str,
    lr: float,
    epochs: int,
    seed: int,
    noise: float | None = None,
    table: str | None = None,
    label: str | None = None,
    tell: Tell,
) -> Shown:
    """Train a network on a data set or a table, and tell how it goes after each epoch.

    Parameters
    ----------
    data : str
        A data set of ours; of a table, what it is called.
    hidden : list of int
        Sizes of the hidden layers.
    activation, lr, epochs, seed, noise
        As for the command ``tinygrad-edu train``.
    table : str, optional
        A CSV file, its text.
    label : str, optional
        The column to learn; the last one if left out.
    tell : callable
        Takes a dict after each epoch: ``epoch``, ``epochs``, ``loss``, ``accuracy`` and ``val_accuracy`` where there
        are classes, and now and then ``html``, the film so far.

    Returns
    -------
    dict
        The same at the end, with ``test``, the accuracy on examples that were kept out; or ``text``, if no film can be
        made.
    """
    from tinygrad_edu.cli.tasks import prepare  # here, so that a formula need not wait for it

    options: dict[str, Any] = {"hidden": hidden, "activation": activation, "seed": seed}
    if table is None:
        task = prepare(data, noise=noise, **options)
    else:
        path = Path("table.csv")
        path.write_text(table, encoding="utf-8")
        task = prepare(str(path), table={"label": label} if label else {}, **options)
    classes = task.whole.kind == "classes"
    filmed = classes and len(task.whole.feature_names) > 1
    until = time.monotonic() + (limit or float("inf"))
    shown_at, cost = time.monotonic(), 0.0

    def after_epoch(history: tg.History) -> bool:
        nonlocal shown_at, cost
        told = _measured(history, epochs)
        now = time.monotonic()
        if filmed and now - shown_at > max(1.0, BREAK * cost):
            told["html"] = tg.play(history).html
            shown_at = time.monotonic()
            cost = shown_at - now
        tell(told)
        return now > until

    history = tg.fit(
        task.model, task.to_train_on, epochs=epochs, lr=lr, seed=seed, progress=False, callback=after_epoch,
        record="film" if filmed else None,
    )  # fmt: skip
    task.settle()
    end = _measured(history, epochs)
    if classes:
        end["test"] = tg.accuracy(task.model, task.kept)
    return {**end, **({"html": tg.play(history).html} if filmed else {"html": f"<pre>{escape(str(history))}</pre>"})}


def _measured(history: tg.History, epochs: int) -> Shown:
    measured: Shown = {"epoch": history.epochs, "epochs": epochs, "stopped": history.stopped}
    for name in ("loss", "accuracy", "val_accuracy"):
        numbers = getattr(history, name)
        if numbers:
            measured[name] = to_json(numbers[-1])
    return measured
