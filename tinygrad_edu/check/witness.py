"""With this module one can ask a sharper witness for a slope: the same program, run on numbers of a hundred digits.

Differences of floats see nothing that is smaller than rounding. But an operation that states its code computes on any
numbers; so a program made of such operations runs on those of mpmath, where a plain difference has thirty right digits.
Along with each number goes its slope, by the partials of the entries, which these numbers read too. Where both agree
the rules are right, whatever floats make of them; where they differ a rule is wrong, however well rounding hides it.

The witness is silent where it does not know the whole program: where an operation states no code, or one that does not
give what its function gives; where a number is taken out of the graph, as by ``x.data``; at a kink; and without mpmath.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple

from ..ops.code import C_LIBRARY
from ..ops.floats import number
from ..ops.operation import Op
from ..ops.protocol import Number, Rank
from ..ops.python_source import over
from .extrapolation import EPS

_DIGITS = 100
_STEP = 1e-30  # of the size of the numbers that move
_SMOOTH = 1e-9  # relative: by how much slopes to the left and to the right may differ
_HOLD = 1e-7  # relative: by how much the rules may be off, which have rounded numbers in them
_SAME = 1e-9  # relative: by how much code and function may differ
_FOUND_AGAIN = 1e-6  # relative: how well the result must be that of floats
_MOST = 30_000  # operations in all: about a second
_SPARE, _BITS = 100, 5000  # binary digits: beyond what is needed, and at most; floats reach from 2^-1074 to 2^1024
_MAGNITUDE = 4096  # of numbers, in bits: far beyond floats


class Testimony(NamedTuple):
    """What precise numbers say of one slope.

    Attributes
    ----------
    slope : float
        What it is.
    rules_hold : bool
        Whether the partials of the entries give the same.
    """

    slope: float
    rules_hold: bool


class _Silent(Exception):
    """The witness does not know the program well enough to speak."""


class Precise(Number):
    """A number of many digits, its slope along the direction that is looked at, and how large the terms of that are."""

    __slots__ = ("run", "size", "slope", "value")
    _rank = Rank.VARIABLE

    def __init__(self, run: _Run, value: Any, slope: Any = 0, size: Any = 0) -> None:
        self.run, self.value, self.slope, self.size = run, value, slope, size

    @staticmethod
    def _apply(op: Op, args: tuple[Any, ...]) -> Precise:
        run: _Run = next(arg.run for arg in args if isinstance(arg, Precise))
        return run.applied(op, args)

    @classmethod
    def _compare(cls, op: Op, args: tuple[Any, ...]) -> bool:
        return bool(cls._apply(op, args))

    def __bool__(self) -> bool:
        return bool(self.value != 0)


class _Run:
    """The context of precise numbers, and the account of how many operations are left."""

    def __init__(self, operations: int) -> None:
        from mpmath import MPContext

        self.mp = MPContext()
        self.mp.dps = _DIGITS
        self.left = operations
        self.largest, self.hidden = 0.0, 0
        self._names = self._library()
        self._codes: dict[Op, Callable[..., Any]] = {}

    def _library(self) -> dict[str, Any]:
        mp = self.mp
        return {name: getattr(mp, name) for name in C_LIBRARY if hasattr(mp, name)} | {
            "number": mp.mpf,
            "inf": mp.inf,
            "nan": mp.nan,
            "exp2": lambda x: mp.mpf(2) ** x,
            "log2": lambda x: mp.log(x, 2),
            "pi": +mp.pi,
            "cbrt": lambda x: mp.cbrt(x) if x >= 0 else -mp.cbrt(-x),
            "fabs": abs,
            "rint": mp.nint,
            "trunc": lambda x: mp.floor(x) if x > 0 else mp.ceil(x),
            "fmod": lambda a, b: a - b * (mp.floor(a / b) if a / b > 0 else mp.ceil(a / b)),
            "copysign": lambda a, b: abs(a) if b >= 0 else -abs(a),
            "pow": operator.pow,
            "abs": abs,
            "sum_of": lambda xs: reduce(operator.add, xs, mp.mpf(0)),
            "prod_of": lambda xs: reduce(operator.mul, xs, mp.mpf(1)),
            "max_of": max,
            "min_of": min,
        }

    def code(self, op: Op) -> Callable[..., Any]:
        if op not in self._codes:
            self._codes[op] = over(op, self._names)
        return self._codes[op]

    def number(self, x: Any) -> Any:
        """Give the number of a precise one, a Value or a float."""
        return x.value if isinstance(x, Precise) else self.mp.mpf(number(getattr(x, "data", x)))

    def applied(self, op: Op, args: Sequence[Any]) -> Precise:
        """Apply an operation: its code to the numbers, its partials to the slopes."""
        self.left -= 1
        if self.left < 0:
            raise _Silent
        numbers = [self.number(arg) for arg in args]
        value = self._value(op, numbers)
        self.largest = max(self.largest, abs(float(value)))
        moving = [(i, arg) for i, arg in enumerate(args) if isinstance(arg, Precise) and arg.size]
        if not moving:
            return Precise(self, value)
        self._examine(op, [float(x) for x in numbers])
        partials = op.partials(Precise(self, value), *[Precise(self, x) for x in numbers])
        slope = sum([self.number(partials[i]) * arg.slope for i, arg in moving])
        size = sum([abs(self.number(partials[i])) * arg.size for i, arg in moving])
        if not self.mp.isfinite(slope):
            raise _Silent
        if value and slope:
            self.hidden = max(self.hidden, self.mp.mag(value) - self.mp.mag(slope))
        return Precise(self, value, slope, size)

    def _value(self, op: Op, numbers: Sequence[Any]) -> Any:
        """Give the result of an operation; nan where it has none that is real and of a size that floats could have."""
        try:
            value = self.code(op)(*numbers)
        except ArithmeticError:
            return self.mp.nan
        real = isinstance(value, self.mp.mpf) and self.mp.isfinite(value)
        return value if real and (not value or self.mp.mag(value) < _MAGNITUDE) else self.mp.nan

    def _examine(self, op: Op, args: Sequence[float]) -> None:
        """Be silent unless the code of an operation gives what its function does."""
        given, coded = float(op.fn(*args)), float(self.code(op)(*map(self.mp.mpf, args)))
        if given != coded and not abs(given - coded) <= _SAME * abs(given):
            raise _Silent


class Witness:
    """Asks for the slopes of one program at one point, until its patience ends.

    Parameters
    ----------
    program : callable
        ``program(numbers)`` gives a list of numbers.
    point : sequence of float
        Where.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> witness = Witness(lambda numbers: [tg.tanh(numbers[0])], [25.0])  # 1.0, says a float
    >>> witness.ask([1.0], [1.0])
    [Testimony(slope=7.7149...e-22, rules_hold=True)]
    """

    def __init__(self, program: Callable[[list[Any]], list[Any]], point: Sequence[float]) -> None:
        self.program, self.point = program, point
        self._run: _Run | None = None

    def ask(self, direction: Sequence[float], results: Sequence[float]) -> list[Testimony | None]:
        """Say what the slopes of all results along a direction are; None where the witness is silent.

        Parameters
        ----------
        direction : sequence of float
        results : sequence of float
            What floats give at the point; if precise numbers give something else, the program is not the same.

        Returns
        -------
        list of (Testimony or None)
        """
        try:
            self._run = self._run or _Run(_MOST)
            return self._slopes(self._run, direction, results)
        except Exception:  # no mpmath, or whatever a user's function makes of numbers that it does not know
            return [None] * len(results)

    def _slopes(self, run: _Run, direction: Sequence[float], results: Sequence[float]) -> list[Testimony | None]:
        size = max(abs(x / d) for x, d in zip(self.point, direction, strict=True) if d)
        step = run.mp.mpf(_STEP) * (size or 1.0)

        def at(t: Any, moving: bool = False) -> list[Precise]:
            numbers = [
                Precise(run, run.mp.mpf(x) + t * d, *([run.mp.mpf(d), abs(d)] if moving else []))
                for x, d in zip(self.point, direction, strict=True)
            ]
            return [y if isinstance(y, Precise) else Precise(run, run.number(y)) for y in self.program(numbers)]

        run.largest, run.hidden = 0.0, 0
        centre = at(0, moving=True)
        digits = run.hidden - run.mp.mag(step) + _SPARE
        if digits > run.mp.prec:  # some number is so large beside what it changes by
            run.mp.prec = min(digits, _BITS)
            centre = at(0, moving=True)
        steps = -step, step, step / 1024
        places = [at(t) for t in steps]
        if run.mp.prec < _BITS and any(y.value == z.value for y, z in zip(centre, places[1], strict=True)):
            run.mp.prec = _BITS
            centre, places = at(0, moving=True), [at(t) for t in steps]
        testimonies: list[Testimony | None] = []
        for middle, result, *moved in zip(centre, results, *places, strict=True):
            slopes = [(y.value - middle.value) / t for y, t in zip(moved, steps, strict=True)]
            slope = (slopes[0] + slopes[1]) / 2
            same = abs(result - float(middle.value)) <= _FOUND_AGAIN * abs(result) + 16.0 * EPS * run.largest
            # A change of 0 may have been lost; one that shrinks faster than its step is no slope, nor is one at a kink.
            known = same and all(s and abs(s - slope) <= _SMOOTH * abs(slope) for s in slopes)
            rules_hold = abs(slope - middle.slope) <= _HOLD * middle.size
            testimonies.append(Testimony(float(slope), bool(rules_hold)) if known else None)
        return testimonies


def exact_slope(op: Op, args: Sequence[float], index: int) -> float | None:
    """Give the slope of an operation towards one argument, if the witness knows it and the entry's partial is wrong."""
    direction = [float(i == index) for i in range(len(args))]
    (found,) = Witness(lambda numbers: [op(*numbers)], args).ask(direction, [op(*args)])
    return None if found is None or found.rules_hold else found.slope
