"""With this module each command of ``tinygrad-edu`` is done, once its arguments have been read.

Each function takes the arguments, prints what was asked for, and gives the exit code.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..arguments import counted, nearest, short
from ..engine.value import Value
from ..errors import GradientMismatch
from ..formulas.expression import Expression, parse
from ..ink import Ink


def train(arguments: argparse.Namespace) -> int:
    """Train on a data set and write what was learned into a folder."""
    from .training_run import train

    options = {name: given for name, given in vars(arguments).items() if name not in ("command", "run")}
    progress = not options.pop("quiet") and sys.stderr is not None
    train(options.pop("data"), options.pop("out"), progress=progress, **options)
    return 0


def predict(arguments: argparse.Namespace) -> int:
    """Write a table with the answers of a model."""
    from .answering import predict

    predict(arguments.model, arguments.table, output=arguments.output, probabilities=arguments.probabilities)
    return 0


def evaluate(arguments: argparse.Namespace) -> int:
    """Say how well a model answers to a table."""
    from .answering import evaluate

    evaluate(arguments.model, arguments.table)
    return 0


def draw(arguments: argparse.Namespace) -> int:
    """Draw a formula into a file, or print it."""
    from ..drawing import draw

    y = _computed(arguments)
    y.backward()
    edges = None if arguments.edges == "none" else arguments.edges
    drawing = draw(y, edges=edges, direction=arguments.direction, digits=arguments.digits, theme=arguments.theme)
    if arguments.output is None:
        print(drawing)
    else:
        print(f"wrote {drawing.save(arguments.output)}")
    _note_nonfinite(y)
    return 0


def trace(arguments: argparse.Namespace) -> int:
    """Print primals and adjoints."""
    from ..graph.tracing import trace

    formula, numbers = _given(arguments.formula, arguments.values)
    print(trace(formula, *numbers).table(*numbers))
    _note_nonfinite(_computed(arguments))
    return 0


def step(arguments: argparse.Namespace) -> int:
    """Walk through the steps of a formula, or write them down."""
    from ..pages import play
    from ..stepping import walk
    from ..stepping.screen import can_walk_on_screen, walk_on_screen
    from ..stepping.terminal import lines_of

    y = _computed(arguments)
    if arguments.html is not None:
        if Path(arguments.html).suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"--html writes a page, and {arguments.html!r} does not end with .html")
        print(f"wrote {play(y, digits=arguments.digits).save(arguments.html)}")
    elif arguments.text:
        for line in lines_of(y, arguments.digits, Ink.on_stream(sys.stdout)):
            print(line)
    elif can_walk_on_screen():
        walk_on_screen(y, arguments.digits)
    else:
        walk(y, input=_ask, digits=arguments.digits)
    return 0


def _ask(prompt: str) -> str:
    """Ask for a line; where there is nobody to ask, that is the end of the file."""
    if sys.stdin is None or sys.stdout is None:  # closed by the shell
        raise EOFError
    if sys.stderr is None:  # Python's own input wants all three
        print(prompt, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line
    return input(prompt)


def check(arguments: argparse.Namespace) -> int:
    """Compare derivatives with finite differences; the exit code is 1 if one is wrong or could not be decided."""
    from ..check import check_grads, gradient_function

    ink = Ink.on_stream(sys.stdout)
    try:
        if arguments.at is None:
            if ":" in arguments.formula or arguments.gradient is not None:
                raise ValueError("say where to check a Python function: package.module:function --at 0.3 1.2")
            formula, numbers = _given(arguments.formula, arguments.values)
            report = check_grads(formula, tuple(numbers), order=arguments.order)
        else:
            if arguments.values:
                raise ValueError(f"give the point after --at, or as {short(arguments.values[0])}, not both")
            function = _imported(arguments.formula)
            if arguments.gradient is None:
                called = f"it is called with {counted(len(arguments.at), 'argument')}, the numbers of --at"
                report = _called(lambda: check_grads(function, tuple(arguments.at), order=arguments.order), called)
            else:
                gradient = _imported(arguments.gradient)
                point = arguments.at[0] if len(arguments.at) == 1 else list(arguments.at)
                called = f"with --gradient both are called with one argument, here {point!r}" + (
                    ", a list of all numbers of --at" if isinstance(point, list) else ""
                )
                report = _called(lambda: gradient_function(function, gradient, point), called)
    except GradientMismatch as mismatch:
        first, _, rest = str(mismatch).partition("\n")
        print("\n".join(filter(None, (ink(first, "wrong"), rest))))
        return 1
    print(ink(str(report), "right") if report.conclusive else report)
    return 0 if report.conclusive else 1


def playground(arguments: argparse.Namespace) -> int:
    """Serve the playground on this machine."""
    from .serving import serve

    serve(arguments.folder, arguments.port, arguments.open, lambda line: print(line, flush=True))
    return 0


def _computed(arguments: argparse.Namespace) -> Value:
    formula, numbers = _given(arguments.formula, arguments.values)
    y: Value = formula(*[Value(number, name) for name, number in zip(formula.variables, numbers, strict=True)])
    return y


def _given(text: str, assignments: list[str]) -> tuple[Expression, list[float]]:
    """Read a formula and the numbers for its variables."""
    formula = parse(text)
    if not formula.variables:
        raise ValueError(f"{short(formula.text)} has no variable, so there is nothing to differentiate; write x*x, x=3")
    values: dict[str, float] = {}
    for assignment in assignments:
        name, equals, number = (part.strip() for part in assignment.partition("="))
        name = unicodedata.normalize("NFKC", name)  # as Python's parser reads the names of the formula
        if not (equals and name.isidentifier() and number):
            raise ValueError(f"cannot read {short(assignment)}: give the value of each variable as x=1.5")
        if name in values:
            raise ValueError(f"two values for {name}: {values[name]!r} and {number}")
        constant = parse(number)
        if constant.variables:
            raise ValueError(f"cannot read {short(assignment)}: {short(number)} is not a number")
        values[name] = float(constant())
    return formula, formula.arrange(values)


def _imported(name: str) -> Callable[..., Any]:
    """Import a function by ``package.module:function``, also from the current folder."""
    module_name, _, path = name.partition(":")
    if not (path and all(part.isidentifier() for part in [*module_name.split("."), *path.split(".")])):
        raise ValueError(f"cannot read {short(name)}: write the function as package.module:function")
    sys.path.insert(0, "")
    try:
        found: Any = importlib.import_module(module_name)
    except ImportError as error:
        raise ValueError(f"cannot import {module_name}: {error}") from None
    finally:
        sys.path.remove("")
    for part in path.split("."):
        if not hasattr(found, part):
            raise ValueError(f"there is no {part!r} in {module_name}{nearest(part, vars(found))}")
        found = getattr(found, part)
    if not callable(found):
        raise ValueError(f"{name} is {short(repr(found))}, not a function")
    return found  # type: ignore[no-any-return]


def _called(run: Callable[[], Any], how: str) -> Any:
    """Run a check of a user's function; what it raises is an answer, not a failure of ours. Say how it is called."""
    try:
        return run()
    except (GradientMismatch, KeyboardInterrupt):
        raise
    except Exception as error:
        raise ValueError(f"the function could not be checked: {type(error).__name__}: {error} ({how})") from error


def _note_nonfinite(y: Value) -> None:
    from ..inspection.nonfinite import find_nonfinite

    found = find_nonfinite(y)
    if found is not None and sys.stderr is not None:
        with suppress(OSError):  # a full disk: the note is lost, the answer is not
            print(f"note: {found}", file=sys.stderr, flush=True)
