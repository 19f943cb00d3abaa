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
    usual, quick
        How many repetitions without and with `--quick`.
    what
        What is repeated.
    title
        Of the section it writes.
    about
        What it measures, in a line.
    """

    name: str
    usual: int
    quick: int
    what: str
    title: str
    about: str

    @property
    def module(self) -> str:
        return f"benchmarks.{self.name}"


PARTS = (
    Part("eager", 10, 1, "turns", "Eager engine", "training steps against micrograd and the microgpt script"),
    Part("side_by_side", 10, 1, "turns", "One training step, side by side", "one network in every library"),
    Part("memory", 9, 1, "processes", "Memory and import", "bytes per node, milliseconds to import"),
    Part("curves", 3, 1, "processes", "Cost against size", "time and bytes per node from 100 nodes to 10 million"),
    Part("cheap_gradient", 11, 3, "turns", "The cheap gradient", "value and gradient over value, 10 to 100,000 inputs"),
    Part("compile", 11, 3, "turns", "Compiler", "compiled functions against arrays by hand and compilers"),
    Part("digits", 7, 1, "seeds", "Digits", "a network trained by fit and by scikit-learn"),
    Part("sweep", 9, 2, "turns", "Sweep", "64 small networks trained at once, against one"),
    Part("classifiers", 10, 1, "seeds", "Small classifiers", "networks on seven data sets, beside scikit-learn's"),
    Part("gpt_training", 3, 1, "trainings", "Training a tiny GPT", "1,000 steps of the microgpt algorithm, compiled"),
    Part("accuracy", 10, 1, "seeds", "Accuracy", "what the example networks learn"),
    Part("draw", 5, 1, "runs", "Drawings and players", "time to draw, size of players"),
)


Measured = str | tuple[str, Callable[[], None]]
"""The text of a section, and if it shows a picture, what draws that."""


def run(
    name: str,
    measure: Callable[[int], Measured],
    arguments: Sequence[str] | None = None,
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
    briefly
        Takes the place of `measure` with `--quick`, where fewer repetitions would not be quick.
    """
    part = next(part for part in PARTS if part.name == name)
    parser = argparse.ArgumentParser(prog=f"python -m {part.module}", description=f"Measure {part.about}.")
    parser.add_argument("--repeats", type=int, metavar="N", help=f"how many {part.what} count ({part.usual})")
    parser.add_argument(
        "--quick", action="store_true", help=f"a short run, to see that it works: --repeats {part.quick}"
    )
    parser.add_argument("--dry", action="store_true", help="print only; leave benchmarks/RESULTS.md as it is")
    options = parser.parse_args(arguments)
    repeats = options.repeats if options.repeats is not None else part.quick if options.quick else part.usual
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
