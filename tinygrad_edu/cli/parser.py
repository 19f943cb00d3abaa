"""With this module one can use the package from a terminal: the command ``tinygrad-edu``.

Wrong input is answered by one line on stderr and the exit code 2.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import re
import sys
import textwrap
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from typing import Any, NoReturn, TypeVar

from .. import __version__, data
from ..arguments import nearest, short
from ..errors import GraphvizMissingError, MissingLibraryError
from ..formulas.grammar import CONSTANTS, FUNCTIONS, SEQUENCE_FUNCTIONS
from ..optim import optimizers as optim
from ..optim.scheduling import SCHEDULES
from ..signs import IN_ASCII
from ..training.engines import COMPILED, ENGINES
from . import commands
from .tasks import EPOCHS, in_options

_FORMULA = f"""A formula is written as in Python: + - * / **, comparisons, brackets, numbers, names, and the functions
{", ".join(sorted(FUNCTIONS))}. Functions of lists: {", ".join(sorted(SEQUENCE_FUNCTIONS))}, as in sum([a, b]) or
dot([a, b], [c, d]). Constants: {", ".join(CONSTANTS)}. It is read against this list and never run as Python."""

T = TypeVar("T", int, float)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments after the command's name; those of the process if left out.

    Returns
    -------
    int
        The exit code: 0; 1 if `check` finds a wrong derivative; 2 after wrong input; 130 if it was interrupted.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=IN_ASCII)
    name = "tinygrad-edu"
    try:
        arguments = _parsed(given)
        name += f" {arguments.command}"
        code: int = arguments.run(arguments)
        if sys.stdout is not None:  # as it is where the shell has closed it
            sys.stdout.flush()
    except SystemExit as stop:  # argparse has said what is wrong, or printed the help
        return stop.code if isinstance(stop.code, int) else 2
    except BrokenPipeError:  # the reader of our output, such as head, has enough
        _give_up_output()
        return 0
    except KeyboardInterrupt:
        _complain(f"\n{name}: interrupted")
        return 130
    except (ValueError, TypeError, OSError, GraphvizMissingError, MissingLibraryError) as error:
        _complain(f"{name}: {in_options(_one_line(error))}")
        try:
            if sys.stdout is not None:
                sys.stdout.flush()
        except OSError:  # the disk is full: Python would try once more in the end, and fail with a traceback
            _give_up_output()
        return 2
    return code


def _give_up_output() -> None:
    """Let what cannot be written go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str) -> None:
    """Write on stderr, if there is one that can be written: the exit code says the same."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(message, file=sys.stderr, flush=True)


# ---------------------------------------------------------------------------------------- arguments


def _parsed(given: list[str]) -> argparse.Namespace:
    nowhere = io.StringIO()  # the shell may have closed a stream, to which argparse writes before Python 3.11.4
    with redirect_stdout(sys.stdout or nowhere), redirect_stderr(sys.stderr or nowhere):
        parser, known = _parsers()
        if given and not given[0].startswith("-") and given[0] not in known:
            hint = nearest(given[0], known) or f"; commands: {', '.join(known)}"
            parser.error(f"no command is called {short(given[0])}{hint}")
        arguments = parser.parse_args([*given[:1], *map(_shielded, given[1:])])
    for name, value in vars(arguments).items():
        setattr(arguments, name, [*map(_bare, value)] if isinstance(value, list) else _bare(value))
    return arguments


class _Parser(argparse.ArgumentParser):
    """Answers wrong arguments in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {_one_line(message)} (see {self.prog} --help)\n")


def _parsers() -> tuple[_Parser, dict[str, Any]]:
    parser = _Parser(
        prog="tinygrad-edu",
        description="Scalar automatic differentiation that one can read, draw, step through and trust.",
        epilog=_examples("train iris", 'draw "tanh(w*x + b)" w=0.5 x=2 b=-1', 'trace "log(x1) + x1*x2" x1=2 x2=5'),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tinygrad-edu {__version__}")
    added = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)

    def command(name: str, run: Any, summary: str, *examples: str, formula: bool = True) -> argparse.ArgumentParser:
        made = added.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=_examples(*examples) + (f"\n\n{textwrap.fill(_FORMULA, 78)}" if formula else ""),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(run=run)
        if formula:
            made.add_argument("formula", metavar="FORMULA", help='such as "tanh(w*x + b)"')
            made.add_argument("values", metavar="NAME=NUMBER", nargs="*", help="the value of each variable")
        return made

    train = command(
        "train",
        commands.train,
        "train a small network on a data set, and write the model and pictures of it into a folder",
        "train iris",
        "train mine.csv --label species",
        "train moons --hidden 16 --epochs 60 --seed 7 --out my-moons",
        "train spirals --hidden 24 24 --optimizer sgd --lr 0.05",
        formula=False,
    )
    names = ", ".join((*data.NAMES, *data.BORROWED))
    train.add_argument("data", metavar="DATA", help=f"the path of a CSV file, or one of {names}")
    _option(train, "--n", _count, None, "N", "how many examples (default: the data set's own number)")
    _option(train, "--noise", _amount, None, "SD", "noise of a generated data set (default: its own)")
    train.add_argument(
        "--hidden", type=_count, nargs="*", metavar="N", help="sizes of hidden layers (default 16 16; iris, blobs: 8)"
    )
    _option(train, "--activation", str, "tanh", "NAME", "tanh, relu, gelu, ... (default tanh)")
    _option(train, "--optimizer", str, "adam", "NAME", f"{', '.join(optim.OPTIMIZERS)} (default adam)")
    _option(train, "--lr", _amount, None, "RATE", "learning rate (default 0.01; 0.1 for sgd)")
    _option(train, "--epochs", _count, EPOCHS, "N", f"how often every example is seen (default {EPOCHS})")
    _option(train, "--batch-size", _count, None, "N", "examples that share one step (default 16)")
    train.add_argument("--schedule", choices=tuple(SCHEDULES), help="how the learning rate changes (default: it stays)")
    train.add_argument("--resume", action="store_true", help="go on where this command was broken off, if it was")
    train.add_argument("--engine", choices=("auto", *COMPILED, *ENGINES), default="auto", help="what computes")
    train.add_argument("--dtype", choices=("float64", "float32"), default="float64", help="what numbers it keeps")
    _option(train, "--seed", int, 0, "N", "of data, split, weights and order (default 0)")
    _option(train, "--out", str, None, "DIR", "the folder to write into (default DATA-out)")
    train.add_argument("--quiet", action="store_true", help="show no progress bar")
    train.add_argument("--watch", action="store_true", help="show the boundary between the classes while it moves")
    train.add_argument("--open", dest="open_report", action="store_true", help="open the report in a browser")
    table = train.add_argument_group("of a CSV file")
    table.add_argument("--label", metavar="COLUMN", help="the column to learn (default: the last one)")
    table.add_argument("--missing", choices=("mean", "drop"), help="what becomes of rows with missing cells")
    table.add_argument("--header", type=_truth, metavar="TRUE", help="whether the first row names the columns")
    table.add_argument("--task", choices=("classes", "numbers"), help="what the label is, where it could be either")
    for flag, metavar, meaning in (
        ("--features", "COLUMN", "the columns to learn from (default: all that can tell something)"),
        ("--ignore", "COLUMN", "columns not to learn from"),
        ("--text", "COLUMN", "columns of names that look like numbers"),
        ("--marks", "TEXT", "what else says that a cell is missing, such as unknown"),
    ):
        table.add_argument(flag, nargs="+", metavar=metavar, help=meaning)

    predict = command(
        "predict",
        commands.predict,
        "let a trained model answer to each row of a CSV file, in a last column",
        "predict iris-out/model.json new.csv",
        "predict iris-out/model.json new.csv --probabilities -o answers.csv",
        formula=False,
    )
    predict.add_argument("model", metavar="MODEL", help="a model.json that tinygrad-edu train wrote")
    predict.add_argument("table", metavar="TABLE", help="a CSV file with the columns that it learned from")
    predict.add_argument("-o", "--output", metavar="FILE", help="the CSV file to write; printed if left out")
    predict.add_argument("--probabilities", action="store_true", help="add a column with the probability of each class")

    evaluate = command(
        "evaluate",
        commands.evaluate,
        "say how well a trained model answers to a CSV file whose labels are known",
        "evaluate iris-out/model.json more.csv",
        formula=False,
    )
    evaluate.add_argument("model", metavar="MODEL", help="a model.json that tinygrad-edu train wrote")
    evaluate.add_argument("table", metavar="TABLE", help="a CSV file with the columns that it learned from, and labels")

    draw = command(
        "draw",
        commands.draw,
        "draw a formula with its values and gradients, into a file or as text",
        'draw "tanh(w*x + b)" w=0.5 x=2 b=-1 -o neuron.svg',
        'draw "relu(a*b - 1)" a=2 b=3',
    )
    draw.add_argument(
        "-o", "--output", metavar="FILE", help="ends with .svg, .png, .pdf, .dot or .txt; text if left out"
    )
    draw.add_argument("--edges", choices=("local", "contribution", "none"), default="local", help="what edges tell")
    draw.add_argument("--direction", choices=("LR", "TB"), default="LR", help="left to right, or top to bottom")
    draw.add_argument("--theme", choices=("auto", "light", "dark", "print"), default="auto", help="the colours")
    _option(draw, "--digits", int, 4, "N", "decimals of numbers of ordinary size (default 4)")

    command(
        "trace",
        commands.trace,
        "print how a formula is evaluated step by step, with primals and adjoints",
        'trace "log(x1) + x1*x2 - sin(x2)" x1=2 x2=5',
    )

    step = command(
        "step",
        commands.step,
        "walk through the forward and the backward pass of a formula, one step at a time",
        'step "tanh(w*x + b)" w=0.5 x=2 b=-1',
        'step "tanh(w*x + b)" w=0.5 x=2 b=-1 --text',
        'step "tanh(w*x + b)" w=0.5 x=2 b=-1 --html steps.html',
    )
    instead = step.add_mutually_exclusive_group()
    instead.add_argument("--text", action="store_true", help="print all steps")
    instead.add_argument("--html", metavar="FILE", help="write a page that plays the steps")
    _option(step, "--digits", int, 4, "N", "decimals of numbers of ordinary size (default 4)")

    check = command(
        "check",
        commands.check,
        "compare the derivatives of a formula, or of a Python function, with finite differences",
        'check "exp(-x**2)*sin(3*x)" x=0.7 --order 2',
        "check package.module:function --at 0.3 1.2",
        "check package.module:function --gradient package.module:its_gradient --at 0.3",
    )
    check.add_argument("--order", type=int, choices=(1, 2), default=1, help="2 checks second derivatives too")
    check.add_argument("--at", type=float, nargs="+", metavar="NUMBER", help="the arguments of a Python function")
    check.add_argument(
        "--gradient",
        metavar="FUNCTION",
        help="the hand-written gradient of a Python function; both then take one argument, a list if --at says several",
    )

    playground = command(
        "playground",
        commands.playground,
        "serve the playground, the page in which all of this runs in a browser, on this machine",
        "playground --open",
        formula=False,
    )
    playground.add_argument("folder", metavar="FOLDER", nargs="?", help="where it was built (default docs/_build/...)")
    playground.add_argument("--port", type=_port, metavar="N", help="default 8765, or a free one if that is taken")
    playground.add_argument("--open", action="store_true", help="open it in the browser")
    return parser, dict(added.choices)


def _option(parser: argparse.ArgumentParser, flag: str, kind: Any, default: Any, metavar: str, help: str) -> None:
    parser.add_argument(flag, type=kind, default=default, metavar=metavar, help=help)


def _examples(*examples: str) -> str:
    return "\n".join(["examples:", *(f"  tinygrad-edu {example}" for example in examples)])


def _shielded(argument: str) -> str:
    """Let a formula or a file begin with a minus: with a space before it, argparse takes it for no option."""
    is_option = re.match(r"-[oh]$|--$|--[a-z]", argument)
    return f" {argument}" if argument.startswith("-") and not is_option else argument


def _bare(argument: Any) -> Any:
    """Give an argument back without the space that shielded its minus."""
    return argument[1:] if isinstance(argument, str) and argument.startswith(" -") else argument


def _count(text: str) -> int:
    return _checked(int, text, 1, "a whole number of at least 1")


def _port(text: str) -> int:
    number = _checked(int, text, 0, "the number of a port, 0 to 65535")
    if number > 65535:
        raise argparse.ArgumentTypeError(f"a port has a number of at most 65535, got {number}")
    return number


def _truth(text: str) -> bool:
    if text.casefold() not in ("true", "yes", "false", "no"):
        raise argparse.ArgumentTypeError(f"it takes true or false, got {short(text.strip())}")
    return text.casefold() in ("true", "yes")


def _amount(text: str) -> float:
    return _checked(float, text, 0.0, "a finite number of at least 0")


def _checked(kind: Callable[[str], T], text: str, least: T, accepted: str) -> T:
    try:
        number = kind(text)
    except ValueError:
        number = None
    if number is None or not least <= number < math.inf:
        raise argparse.ArgumentTypeError(f"it takes {accepted}, got {short(text.strip())}")
    return number


def _one_line(message: object) -> str:
    if isinstance(message, OSError) and message.strerror:
        message = f"{message.strerror}: {message.filename}" if message.filename else message.strerror
    return " ".join(str(message).split())
