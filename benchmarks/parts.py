"""With this module one knows the parts of the benchmark: their names, their order, and how each is run on its own."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.tools import report


@dataclass(frozen=True)
class Part:
    """One part of the results, and the module of this package that measures it.

    Attributes
    ----------
    name
        Of the module.
    title
        Of the section it writes.
    about
        What it measures, in a line.
    """

    name: str
    title: str
    about: str

    @property
    def module(self) -> str:
        return f"benchmarks.{self.name}"


PARTS = (
    Part("eager", "Eager engine", "training steps against micrograd and the microgpt script"),
    Part("side_by_side", "One training step, side by side", "one network in every library, scalars and arrays"),
    Part("memory", "Memory and import", "bytes per node, milliseconds to import"),
    Part("curves", "Cost against size", "time and bytes per node from 100 nodes to 10 million"),
    Part("cheap_gradient", "The cheap gradient", "value and gradient over value, for 10 to 100,000 inputs"),
    Part("compile", "Compiler", "compiled functions against arrays by hand and compilers"),
    Part("digits", "Digits", "a network trained by fit and by scikit-learn"),
    Part("gpt_training", "Training a tiny GPT", "1,000 steps of the microgpt algorithm, compiled"),
    Part("accuracy", "Accuracy", "what the example networks learn"),
    Part("draw", "Drawings and players", "time to draw, size of players"),
)


def named(name: str) -> Part:
    return next(part for part in PARTS if part.name == name)


Measured = str | tuple[str, Callable[[], None]]
"""The text of a section, and if it shows a picture, what draws that."""


def run(
    name: str,
    measure: Callable[[int], Measured],
    arguments: Sequence[str] | None,
    usual: int,
    quick: int,
    what: str,
    briefly: Callable[[int], Measured] | None = None,
) -> None:
    """Run one part from the command line: measure it, print it, and write its section.

    Parameters
    ----------
    name
        Of the part.
    measure
        Gives the section, from a number of repetitions.
    arguments
        Of the command line; None for those of this process.
    usual, quick
        How many repetitions without and with `--quick`.
    what
        What is repeated, for `--help`.
    briefly
        Takes the place of `measure` with `--quick`, where fewer repetitions would not be quick.
    """
    part = named(name)
    parser = argparse.ArgumentParser(prog=f"python -m {part.module}", description=f"Measure {part.about}.")
    parser.add_argument("--repeats", type=int, metavar="N", help=f"{what} ({usual})")
    parser.add_argument("--quick", action="store_true", help=f"a short run, to see that it works: --repeats {quick}")
    parser.add_argument("--dry", action="store_true", help="print only; leave benchmarks/RESULTS.md as it is")
    options = parser.parse_args(arguments)
    repeats = options.repeats if options.repeats is not None else quick if options.quick else usual
    if repeats < 1:
        parser.error(f"--repeats takes a number of at least 1; got {repeats}")
    found = (briefly if options.quick and briefly else measure)(repeats)
    text, draw = (found, None) if isinstance(found, str) else found
    body = f"`{report.command(part.module)}` on {report.machine()}.\n\n{text}"
    print(body)
    if not options.dry:
        if draw is not None:
            draw()
        report.write_section(part.title, body, order=[each.title for each in PARTS])
