"""With this module a pytest test runs on random programs, and shows the smallest that fails, as code and drawn."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from ..ops.operation import Op
from ..words import say
from .program import Program
from .strategies import hypothesis_there, programs

DRAWINGS = ".tinygrad_edu"
"""The folder into which `given_program` writes the drawing of what it has found."""


def given_program(
    test: Callable[..., None] | None = None,
    *,
    ops: Iterable[Op] | None = None,
    max_ops: int = 8,
    leaves: int | tuple[int, int] = (1, 3),
) -> Any:
    """Run a pytest test on random programs; if it fails, show the smallest one as code and as a drawing.

    Parameters
    ----------
    test : callable
        Takes a `Program` as its first argument. Used bare, or with the options of `programs`.
    ops, max_ops, leaves
        As for `programs`.

    Returns
    -------
    callable
        The test.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> @tg.check.given_program(max_ops=3)
    ... def test_my_gradients(program):
    ...     tg.check_grads(program, program.point)
    >>> test_my_gradients()
    """
    hypothesis = hypothesis_there()
    strategy = programs(ops, max_ops, leaves)

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        failing: list[Program] = []  # the last one is the smallest: hypothesis ends with it

        @wraps(test)
        def body(program: Program) -> None:
            try:
                test(program)
            except BaseException:
                failing.append(program)
                raise

        checked = hypothesis.given(strategy)(body)

        @wraps(test)
        def run() -> None:
            failing.clear()
            try:
                checked()
            except Exception as error:
                if failing:
                    error.add_note(_shown(failing[-1], test.__name__))
                raise

        # One set of attributes for both: what `hypothesis.settings` notes on ours, above or below, theirs has too.
        run.__dict__ = checked.__dict__
        return run

    return decorate if test is None else decorate(test)


def _shown(program: Program, name: str) -> str:
    """Write the drawing of a program, as a picture if that can be done, and say where it is."""
    lines = [say("the smallest program found that fails:"), "", program.code, ""]
    try:
        os.makedirs(DRAWINGS, exist_ok=True)
        drawing = program.draw()
        try:
            path = os.path.join(DRAWINGS, f"{name}.svg")
            drawing.save(path)
        except Exception:  # Graphviz is missing, most likely; text always works
            path = os.path.join(DRAWINGS, f"{name}.txt")
            drawing.save(path)
        lines.append(say("its drawing: {path}", path=os.path.abspath(path)))
    except Exception as error:  # a picture must never hide the failure it is to show
        lines.append(f"(it could not be drawn: {error})")
    return "\n".join(lines)
