"""With this module one can use the package from a terminal: the command ``tinygrad-edu``.

Wrong input is answered by one line on stderr and the exit code 2.
"""

from __future__ import annotations

import argparse
import codecs
import math
import os
import re
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

from . import __version__, data, optim
from .errors import GraphvizMissingError
from .expression import Expression, parse
from .grammar import CONSTANTS, FUNCTIONS, SEQUENCE_FUNCTIONS, nearest, short
from .value import Value

_FORMULA = f"""A formula is written as in Python: + - * / **, comparisons, brackets, numbers, names, and the functions
{", ".join(sorted(FUNCTIONS))}. Functions of lists: {", ".join(sorted(SEQUENCE_FUNCTIONS))}, as in sum([a, b]) or
dot([a, b], [c, d]). Constants: {", ".join(CONSTANTS)}. It is read against this list and never run as Python."""

_PLAIN = {"−": "-", "–": "-", "×": "*", "²": "^2", "³": "^3", "√": "sqrt", "σ": "sigmoid", "Σ": "sum", "…": "..."}
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
        The exit code: 0, or 2 after wrong input, or 130 if it was interrupted.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    codecs.register_error("tinygrad_edu", _in_ascii)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="tinygrad_edu")
    name = "tinygrad-edu"
    try:
        parser, commands = _parsers()
        if given and not given[0].startswith("-") and given[0] not in commands:
            known = f"; commands: {', '.join(commands)}"
            parser.error(f"no command is called {short(given[0])}{nearest(given[0], commands) or known}")
        arguments = parser.parse_args([*given[:1], *map(_shielded, given[1:])])
        name += f" {arguments.command}"
        arguments.run(arguments)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse has said what is wrong, or printed the help
        return stop.code if isinstance(stop.code, int) else 2
    except BrokenPipeError:  # the reader of our output, such as head, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print(f"\n{name}: interrupted", file=sys.stderr)
        return 130
    except (ValueError, TypeError, OSError, GraphvizMissingError) as error:
        print(f"{name}: {_one_line(error)}", file=sys.stderr)
        return 2
    return 0


# ---------------------------------------------------------------------------------------- commands


def _train(arguments: argparse.Namespace) -> None:
    from .report import train

    options = vars(arguments).copy()
    for key in ("command", "run"):
        del options[key]
    train(options.pop("data"), options.pop("out"), progress=not options.pop("quiet"), **options)


def _draw(arguments: argparse.Namespace) -> None:
    from .drawing import draw

    y = _computed(arguments)
    y.backward()
    edges = None if arguments.edges == "none" else arguments.edges
    drawing = draw(y, edges=edges, direction=arguments.direction, digits=arguments.digits, theme=arguments.theme)
    if arguments.output is None:
        print(drawing)
    else:
        print(f"wrote {drawing.save(arguments.output)}")
    _note_nonfinite(y)


def _trace(arguments: argparse.Namespace) -> None:
    from .tracing import trace

    formula, numbers = _given(arguments)
    print(trace(formula, *numbers).table(*numbers))
    _note_nonfinite(_computed(arguments))


def _computed(arguments: argparse.Namespace) -> Value:
    formula, numbers = _given(arguments)
    y: Value = formula(*[Value(number, name) for name, number in zip(formula.variables, numbers, strict=True)])
    return y


def _given(arguments: argparse.Namespace) -> tuple[Expression, list[float]]:
    """Read the formula and the numbers for its variables."""
    formula = parse(arguments.formula)
    if not formula.variables:
        raise ValueError(f"{short(formula.text)} has no variable, so there is nothing to differentiate; write x*x, x=3")
    values: dict[str, float] = {}
    for assignment in arguments.values:
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


def _note_nonfinite(y: Value) -> None:
    from .walk import find_nonfinite

    found = find_nonfinite(y)
    if found is not None:
        print(f"note: {found}", file=sys.stderr)


# ---------------------------------------------------------------------------------------- arguments


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
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)

    def command(name: str, run: Any, summary: str, *examples: str, formula: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=_examples(*examples) + (f"\n\n{textwrap.fill(_FORMULA, 78)}" if formula else ""),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        added.set_defaults(run=run)
        if formula:
            added.add_argument("formula", metavar="FORMULA", help='such as "tanh(w*x + b)"')
            added.add_argument("values", metavar="NAME=NUMBER", nargs="*", help="the value of each variable")
        return added

    train = command(
        "train",
        _train,
        "train a small network on a data set, and write the model and pictures of it into a folder",
        "train iris",
        "train moons --hidden 16 --epochs 60 --seed 7 --out my-moons",
        "train spirals --hidden 24 24 --optimizer sgd --lr 0.05",
        formula=False,
    )
    train.add_argument("data", metavar="DATA", help=f"one of {', '.join(data.NAMES)}")
    _option(train, "--n", _count, None, "N", "how many examples (default: the data set's own number)")
    _option(train, "--noise", _amount, None, "SD", "noise of a generated data set (default: its own)")
    train.add_argument(
        "--hidden",
        type=_count,
        nargs="*",
        default=[16, 16],
        metavar="N",
        help="sizes of the hidden layers (default 16 16)",
    )
    _option(train, "--activation", str, "tanh", "NAME", "tanh, relu, gelu, ... (default tanh)")
    _option(train, "--optimizer", str, "adam", "NAME", f"{', '.join(optim.OPTIMIZERS)} (default adam)")
    _option(train, "--lr", _amount, None, "RATE", "learning rate (default 0.01; 0.1 for sgd)")
    _option(train, "--epochs", _count, 60, "N", "how often every example is seen (default 60)")
    _option(train, "--batch-size", _count, None, "N", "examples that share one step (default 16)")
    _option(train, "--seed", int, 0, "N", "of data, split, weights and order (default 0)")
    _option(train, "--out", str, None, "DIR", "the folder to write into (default DATA-out)")
    train.add_argument("--quiet", action="store_true", help="show no progress bar")

    draw = command(
        "draw",
        _draw,
        "draw a formula with its values and gradients, into a file or as text",
        'draw "tanh(w*x + b)" w=0.5 x=2 b=-1 -o neuron.svg',
        'draw "relu(a*b - 1)" a=2 b=3',
    )
    draw.add_argument(
        "-o", "--output", metavar="FILE", help="ends with .svg, .png, .pdf, .dot or .txt; text if left out"
    )
    draw.add_argument("--edges", choices=("local", "contribution", "none"), default="local", help="what edges tell")
    draw.add_argument("--direction", choices=("LR", "TB"), default="LR", help="left to right, or top to bottom")
    draw.add_argument("--theme", choices=("light", "dark", "print"), default="light", help="the colours")
    _option(draw, "--digits", int, 4, "N", "significant digits of each number (default 4)")

    command(
        "trace",
        _trace,
        "print how a formula is evaluated step by step, with primals and adjoints",
        'trace "log(x1) + x1*x2 - sin(x2)" x1=2 x2=5',
    )
    return parser, dict(commands.choices)


def _option(parser: argparse.ArgumentParser, flag: str, kind: Any, default: Any, metavar: str, help: str) -> None:
    parser.add_argument(flag, type=kind, default=default, metavar=metavar, help=help)


def _examples(*examples: str) -> str:
    return "\n".join(["examples:", *(f"  tinygrad-edu {example}" for example in examples)])


def _shielded(argument: str) -> str:
    """Let a formula begin with a minus: with a space before it, argparse takes it for no option."""
    is_option = re.match(r"-[oh]$|--$|--[a-z]", argument)
    return f" {argument}" if argument.startswith("-") and not is_option else argument


def _count(text: str) -> int:
    return _checked(int, text, 1, "a whole number of at least 1")


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


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Write what a terminal cannot show in signs that every one has; a minus must not become a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


def _one_line(message: object) -> str:
    if isinstance(message, OSError) and message.strerror:
        message = f"{message.strerror}: {message.filename}" if message.filename else message.strerror
    return " ".join(str(message).split())
