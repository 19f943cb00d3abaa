"""With this module the playground's page is answered: each function below takes what a reader gave, and gives JSON.

It runs in the browser, beside the library, and needs nothing of a browser: `answer` takes the name of a function and
its arguments as JSON, and `tell` is called with JSON for whatever is to be shown before the end.

>>> shown = formula("w*x", {"w": "0.5", "x": "2"}, "trace")
>>> shown["gradients"]
{'w': 2.0, 'x': 0.5}
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.arguments import short
from tinygrad_edu.formulas.expression import Expression, parse
from tinygrad_edu.json_numbers import to_json

from . import running
from .running import Shown, Tell, run, shown, text_of

STARTS = ("0.5", "2", "-1.5", "3", "1", "-0.5", "0.25", "4")
"""What variables are at first: numbers that differ, so that one sees which is which."""
BREAK = 8.0
"""A new film is shown when so many times the time of making the last one has passed: to watch is not to slow down."""


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
    """Let the library's own pages speak a language."""
    tg.set_language(language)
    return {"spoken": language}


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
        return {"numbers": written, "value": to_json(y.data), "gradients": {next(iter(read)): 1.0}, **text_of(repr(y))}
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
        return text_of(str(tg.check_grads(f, tuple(read.values()))))
    except tg.errors.GradientMismatch as mismatch:
        return text_of(str(mismatch))


VIEWS: dict[str, Callable[[Expression, Mapping[str, float], Value, int, Any], Shown]] = {
    "play": lambda f, read, y, digits, theme: {"html": tg.play(y, digits=digits).html},
    "graph": lambda f, read, y, digits, theme: shown(tg.draw(y, digits=digits, theme=theme)),
    "practice": lambda f, read, y, digits, theme: {"html": tg.practice(y, digits=digits).html},
    "trace": lambda f, read, y, digits, theme: text_of(str(tg.trace(f, *read.values()).table(*read.values()))),
    "check": _check,
}
"""Ways to look at a formula, by name: each takes it, its numbers, its result, digits and theme."""


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
        A CSV file, its bytes in base64: which encoding it has, the library finds out.
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
        path.write_bytes(base64.b64decode(table))
        task = prepare(str(path), table={"label": label} if label else {}, **options)
    classes = task.whole.kind == "classes"
    filmed = classes and len(task.whole.feature_names) > 1
    until = time.monotonic() + (running.limit or float("inf"))
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
