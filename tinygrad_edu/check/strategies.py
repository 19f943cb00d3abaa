"""With this module hypothesis can draw numbers, arguments and whole programs that a correct gradient must get right.

>>> from hypothesis import find
>>> from tinygrad_edu import OPS
>>> print(find(programs(), lambda p: OPS["sin"] in [line.op for line in p.lines]))
import tinygrad_edu as tg
<BLANKLINE>
def program(x):
    a = tg.sin(x)
    return a
<BLANKLINE>
program(1.0)
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

from ..ops.operation import Op
from ..ops.table import OPS, detach
from ..words import say
from .program import Line, Program
from .safe_points import LARGEST_VALUE, STEEPEST, arities, is_flat, smooth_at

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

_CONSTANTS = (2.0, 0.5, 3.0, -1.0, 1.0, -2.5)
_FIRST_PICKS = (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3)  # mostly the latest result, so that few lines end up unused
_PICKS = (0, 1, 2, 3, 4, 5, 6, 7, 10)
_STEEPEST_PROGRAM = 300.0
DRAWINGS = ".tinygrad_edu"
"""The folder into which `given_program` writes the drawing of what it has found."""


def _hypothesis() -> Any:
    try:
        import hypothesis
        import hypothesis.strategies
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "random programs are drawn by hypothesis, which is not installed: pip install 'tinygrad-edu[check]'; "
            "tg.check_grads and tg.check.operation work without it"
        ) from error
    return hypothesis


_SMALLEST = 1e-6  # of drawn arguments that are not 0


def finite_values(low: float = -4.0, high: float = 4.0) -> SearchStrategy[float]:
    """Draw finite floats of ordinary size, simple ones first.

    Parameters
    ----------
    low, high : float
        The closed interval they lie in.

    Returns
    -------
    hypothesis strategy of float

    Examples
    --------
    >>> from hypothesis import find
    >>> find(finite_values(), lambda x: x > 1.25)
    2.0
    """
    st = _hypothesis().strategies
    if not low < high:
        raise ValueError(f"finite_values needs low < high, got {low!r} and {high!r}")
    floats: SearchStrategy[float] = st.floats(low, high, allow_nan=False, allow_subnormal=False)
    simple = [x for x in (1.0, 2.0, 0.5, -1.0, 3.0, 0.0, -0.5) if low <= x <= high]
    mixed: SearchStrategy[float] = st.one_of(st.sampled_from(simple), floats) if simple else floats
    return mixed


def points(op: Op) -> SearchStrategy[tuple[float, ...]]:
    """Draw arguments of an operation, within its domain and away from its kinks.

    Parameters
    ----------
    op : Op
        An operation of the table or of your own.

    Returns
    -------
    hypothesis strategy of tuple of float

    Examples
    --------
    >>> from hypothesis import find
    >>> import tinygrad_edu as tg
    >>> find(points(tg.log), lambda args: True)
    (1.0,)
    """
    st = _hypothesis().strategies
    sizes = arities(op)
    drawn = st.sampled_from(sizes).flatmap(lambda size: st.tuples(*[finite_values()] * size))
    smooth: SearchStrategy[tuple[float, ...]] = drawn.filter(lambda args: _moderate(args) and smooth_at(op, args))
    return smooth


def _moderate(args: tuple[float, ...]) -> bool:
    """Tell whether no argument is so small that rounding loses it beside numbers of ordinary size."""
    return all(x == 0.0 or abs(x) > _SMALLEST for x in args)


def default_ops() -> list[Op]:
    """List the operations of the table that programs are made of.

    `constant` is no operation on numbers, and `detach` states, on purpose, a derivative that is not its own.
    """
    return [op for op in OPS.values() if op.arity != 0 and op is not detach]


def programs(
    ops: Iterable[Op] | None = None, max_ops: int = 8, leaves: int | tuple[int, int] = (1, 3)
) -> SearchStrategy[Program]:
    """Draw whole programs: with sharing and fan-out, well-conditioned at their point, shrinking to the smallest.

    What goes by steps is rare in them, and not the end, if there is something else: all gradients would be 0.

    Parameters
    ----------
    ops : iterable of Op, optional
        What they are made of; by default the whole table.
    max_ops : int, default 8
        The most lines.
    leaves : int or (int, int), default (1, 3)
        How many inputs, or from how many to how many.

    Returns
    -------
    hypothesis strategy of Program

    Raises
    ------
    ValueError
        If there are no operations, or fewer than one line or input is asked for.
    """
    st = _hypothesis().strategies
    known = default_ops() if ops is None else list(ops)
    fewest, most = (leaves, leaves) if isinstance(leaves, int) else leaves
    if not known or max_ops < 1 or not 1 <= fewest <= most:
        raise ValueError(
            "programs needs at least one operation, max_ops of at least 1 and leaves of at least 1, "
            f"got {len(known)} operations, max_ops={max_ops!r}, leaves={leaves!r}"
        )
    sizes = {op: arities(op) for op in known}
    bent = [op for op in known if not is_flat(op)]
    chosen = st.sampled_from(bent + known)
    first, other = st.sampled_from(_FIRST_PICKS), st.sampled_from(_PICKS)
    picks = {count: st.tuples(first, *[other] * (count - 1)) for counts in sizes.values() for count in counts}

    def build(draw: DrawFn) -> Program:
        point = draw(st.lists(finite_values(), min_size=fewest, max_size=most))
        builder = _Builder(point)
        for left in range(draw(st.integers(1, max_ops)) - 1, -1, -1):
            op = draw(chosen)  # of the same choices for each line, else lines could not be left out in shrinking
            if not left and bent and op not in bent:
                op = bent[0]
            count = sizes[op]
            builder.append(op, draw(picks[count[0] if len(count) == 1 else draw(st.sampled_from(count))]))
        made = builder.finished()
        _hypothesis().assume(made is not None)
        assert made is not None
        return made

    built: SearchStrategy[Program] = st.composite(build)()
    return built


class _Builder:
    """Adds one line after the other, each only with arguments at which it is well-conditioned."""

    def __init__(self, point: Sequence[float]) -> None:
        self.point = tuple(point)
        self.data = list(point)
        self.steepness = [1.0] * len(point)  # a bound on the derivative by any input
        self.lines: list[Line] = []
        self.used: set[int] = set()

    def append(self, op: Op, picks: Sequence[int]) -> None:
        """Add a line whose arguments are the picked ones, or the next ones that suit; nothing if none do."""
        for shift in range(8):
            args = self._arguments([pick + shift for pick in picks])
            numbers = [self.data[a] if isinstance(a, int) else a for a in args]
            if not smooth_at(op, numbers):
                continue
            result = op(*numbers)
            slopes = op.slopes(result, numbers)
            if not all(abs(slope) <= STEEPEST for slope in slopes):
                continue
            steep = sum(
                abs(slope) * self.steepness[a] for slope, a in zip(slopes, args, strict=True) if isinstance(a, int)
            )
            if steep <= _STEEPEST_PROGRAM and abs(result) <= LARGEST_VALUE:
                self.lines.append(Line(op, args))
                self.used.update(a for a in args if isinstance(a, int))
                self.data.append(result)
                self.steepness.append(max(steep, 1.0))
                return

    def _arguments(self, picks: Sequence[int]) -> tuple[int | float, ...]:
        """Turn picks into arguments: 0 is the latest result not used yet; 5 and 10 are constants, but not all."""
        results = range(len(self.data) - 1, -1, -1)
        order = [i for i in results if i not in self.used] + [i for i in results if i in self.used]
        args: list[int | float] = [
            _CONSTANTS[pick % len(_CONSTANTS)] if pick in (5, 10) else order[pick % len(order)] for pick in picks
        ]
        if not any(isinstance(a, int) for a in args):
            args[0] = order[0]
        return tuple(args if sum(picks) % 2 == 0 else args[::-1])

    def finished(self) -> Program | None:
        """Drop what the last line does not need, inputs included."""
        if not self.lines:
            return None
        first = len(self.point)
        needed = {len(self.data) - 1}
        for i in range(len(self.lines) - 1, -1, -1):
            if first + i in needed:
                needed.update(a for a in self.lines[i].args if isinstance(a, int))
        kept = sorted(needed)
        place = {old: new for new, old in enumerate(kept)}
        lines = [
            Line(op, tuple(place[a] if isinstance(a, int) else a for a in args))
            for i, (op, args) in enumerate(self.lines)
            if first + i in needed
        ]
        return Program([self.point[i] for i in kept if i < first], lines)


_serial = itertools.count(1)


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
    hypothesis = _hypothesis()
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
