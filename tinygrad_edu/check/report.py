"""With this module one can read how a check went: every comparison, the worst ones first."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from ..errors import GradientMismatch
from ..signs import columns, for_terminal
from ..words import say
from .differences import Estimate
from .suspects import Suspect, tolerance
from .witness import Testimony

_SHOWN = 5
_WIDTH = 118  # of a screen
AGREES, MISMATCH, KINK, UNSETTLED = "agrees", "mismatch", "kink", "unsettled"
_ROUNDED = 1e-6  # relative: what rounding may have made of a slope that is right
_TELLING = 6e-3  # the relative tolerance up to which a derivative that is 1 % off would have been noticed


class Comparison(NamedTuple):
    """One derivative, given and measured.

    Attributes
    ----------
    name : str
        What is differentiated by what, for instance ``∂f/∂x``.
    mode : str
        How the derivative was got: "reverse", "forward", or what the caller calls it.
    given : float
        The derivative to be checked.
    measured : float
        The same from values alone.
    error : float
        How far off the measurement may be, by its own estimate.
    tolerance : float
        How far apart the two may lie.
    status : {"agrees", "mismatch", "kink", "unsettled"}
        "kink": too near a nondifferentiable point; "unsettled": the differences do not settle, so decide nothing.
    precise : bool
        Whether the measurement is that of the same program on numbers of a hundred digits, for floats did not decide.
    """

    name: str
    mode: str
    given: float
    measured: float
    error: float
    tolerance: float
    status: str
    precise: bool = False

    @property
    def excess(self) -> float:
        """How many tolerances the two lie apart."""
        gap = abs(self.given - self.measured)
        return math.inf if math.isnan(gap) else gap / self.tolerance if self.tolerance else gap and math.inf


def compare(
    name: str, mode: str, given: float, estimate: Estimate, kinked: bool, rtol: float, independent: bool = False
) -> Comparison:
    """Compare a derivative with its measurement.

    Parameters
    ----------
    name, mode : str
        As in `Comparison`.
    given : float
        The derivative to be checked.
    estimate : Estimate
        The measurement.
    kinked : bool
        Whether the point is nondifferentiable: of abs at 0 the differences on either side cancel, and agree with the
        promised 0.
    rtol : float
        Relative tolerance.
    independent : bool, default False
        Whether it is known otherwise that a function that does not change does not depend on the number.

    Returns
    -------
    Comparison
    """
    allowed = tolerance(given, estimate, rtol)
    gap = abs(given - estimate.value)
    size = max(abs(estimate.value), abs(given) if math.isfinite(given) else 0.0)
    if kinked:
        status = KINK
    elif given == 0.0 and (estimate.zero or (estimate.constant and independent)):
        status = AGREES
    elif math.isinf(estimate.error):
        status = UNSETTLED
    elif gap <= allowed:
        status = AGREES if tolerance(given, estimate, 0.0) <= _TELLING * size else UNSETTLED
    elif estimate.between is not None and abs(given - estimate.between) <= _TELLING * abs(estimate.between):
        status = UNSETTLED
    else:
        status = MISMATCH
    return Comparison(name, mode, given, estimate.value, estimate.error, allowed, status)


def reconsidered(comparison: Comparison, testimony: Testimony | None, rtol: float) -> Comparison:
    """Decide once more by what precise numbers say, if they know it: of rules that hold, and of those that do not.

    A slope that is neither what precise numbers say, nor comes from a wrong rule, stays as it is called: rounding made
    it, or it was cut off from a part of the computation.
    """
    if testimony is None:
        return comparison
    slope = testimony.slope
    right = abs(comparison.given - slope) <= _ROUNDED * abs(slope)
    if not right and testimony.rules_hold:
        return comparison
    status = AGREES if right else MISMATCH
    return comparison._replace(measured=slope, error=0.0, tolerance=rtol * abs(slope), status=status, precise=True)


def within_rounding(comparison: Comparison, rounding: float) -> Comparison:
    """Leave undecided what may be nothing but so much rounding of the derivative that was given."""
    allowed = comparison.tolerance + rounding
    if not abs(comparison.given - comparison.measured) <= allowed < math.inf:
        return comparison
    return comparison._replace(tolerance=allowed, status=UNSETTLED)


class Report:
    """What a check has found where nothing was wrong; prints as a table.

    Attributes
    ----------
    title : str
    comparisons : tuple of Comparison
    near_kinks : tuple of Comparison
        Those that could not be decided, because the point is too near a nondifferentiable one.
    unsettled : tuple of Comparison
        Those that could not be decided, because the differences do not settle.
    """

    def __init__(self, title: str, comparisons: Sequence[Comparison], kinks: Sequence[str] = ()) -> None:
        self.title = title
        self.comparisons = tuple(comparisons)
        self.kinks = tuple(kinks)

    @property
    def near_kinks(self) -> tuple[Comparison, ...]:
        return tuple(c for c in self.comparisons if c.status == KINK)

    @property
    def unsettled(self) -> tuple[Comparison, ...]:
        return tuple(c for c in self.comparisons if c.status == UNSETTLED)

    @property
    def conclusive(self) -> bool:
        """Whether every comparison could be decided."""
        return all(c.status == AGREES for c in self.comparisons)

    def __str__(self) -> str:
        total, open_ = count_names(self.comparisons), [c for c in self.comparisons if c.status != AGREES]
        places = {"title": self.title, "count": total - count_names(open_), "all": total}
        lines = [say("{title}: {count} of {all} derivatives agree with differences", **places)]
        if self.near_kinks:
            kinks = f" ({', '.join(self.kinks[:4])})" if self.kinks else ""
            said = say(
                "{count} too near a nondifferentiable point to be checked{kinks}: {names}; move the point a little",
                count=count_names(self.near_kinks), kinks=kinks, names=_first_names(self.near_kinks),
            )  # fmt: skip
            lines.append(said)
        if self.unsettled:
            said = say(
                "{count} not decided, for the differences do not settle: {names}",
                count=count_names(self.unsettled), names=_first_names(self.unsettled),
            )  # fmt: skip
            lines.append(said)
        return for_terminal("\n".join([*lines, *table(self.comparisons)]))

    def __repr__(self) -> str:
        return f"<Report {str(self).splitlines()[0]}>"


def _first_names(comparisons: Sequence[Comparison]) -> str:
    return ", ".join(dict.fromkeys(c.name for c in comparisons[:_SHOWN]))


def table(comparisons: Sequence[Comparison], shown: int = _SHOWN) -> list[str]:
    """Tabulate the worst of some comparisons."""
    worst = _merged(sorted(comparisons, key=lambda c: (c.status == MISMATCH, c.excess), reverse=True))
    rows = [(say("derivative"), say("mode"), say("given"), say("measured"), say("its error"), say("tolerance"), "")]
    rows += [
        (
            c.name if len(c.name) <= 44 else f"{c.name[:20]}…{c.name[-22:]}",
            ", ".join(map(_mode_said, c.mode.split(", "))),
            f"{c.given:.12g}",
            f"{c.measured:.12g}",
            f"{c.error:.1e}",
            f"{c.tolerance:.1e}",
            _verdict(c),
        )
        for c in worst[:shown]
    ]
    widths = [max(columns(row[i]) for row in rows) for i in range(7)]
    lines = []
    for row in rows:
        gaps = [" " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [cell + gap if i < 2 else gap + cell for i, (cell, gap) in enumerate(zip(row, gaps, strict=True))]
        lines.append("  ".join(cells).rstrip())
    rest = len(worst) - shown
    if rest > 0:
        lines.append(say("… and {count} more", count=f"{rest:,}"))
    return [f"  {line}" for line in lines]


def _mode_said(mode: str) -> str:
    """Say in words how a derivative was got, where it was got in one of our ways."""
    ways = {"reverse": say("reverse"), "forward": say("forward"), "given": say("given"), "partial": say("partial")}
    return ways.get(mode, mode)


def _verdict(comparison: Comparison) -> str:
    """Say the status in words."""
    said = {AGREES: say("agrees"), MISMATCH: say("mismatch"), KINK: say("kink"), UNSETTLED: say("unsettled")}
    verdict = said[comparison.status]
    return say("{verdict}, by 100 digits", verdict=verdict) if comparison.precise else verdict


def _merged(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Put the modes that give the same derivative, to all digits shown, into one row."""
    rows: dict[tuple[str, str, str], Comparison] = {}
    for c in comparisons:
        key = (c.name, f"{c.given:.9g}", c.status)
        if key not in rows:
            rows[key] = c
        elif c.mode not in rows[key].mode.split(", "):
            rows[key] = rows[key]._replace(mode=f"{rows[key].mode}, {c.mode}")
    return list(rows.values())


def count_names(comparisons: Sequence[Comparison]) -> int:
    """Count derivatives, each once however many modes it was checked in."""
    return len({c.name for c in comparisons})


def mismatch(
    title: str,
    comparisons: Sequence[Comparison],
    point: Sequence[tuple[str, float]],
    suspect: Suspect | None = None,
    explanation: str = "",
) -> GradientMismatch:
    """Make the error that shows the worst comparisons on one screen."""
    wrong = sorted((c for c in comparisons if c.status == MISMATCH), key=lambda c: c.excess, reverse=True)
    places = {"title": title, "count": count_names(wrong), "all": count_names(comparisons)}
    counted = say("{title}: {count} of {all} derivatives disagree with differences", **places)
    lines = [counted, *table(wrong)] if wrong else [title]
    if suspect is not None and suspect.undefined:
        lines.append(say("the first operation that is not finite: {suspect}", suspect=suspect))
    elif suspect is not None:
        lines.append(say("the first operation that is wrong by itself: {suspect}", suspect=suspect))
    if explanation:
        lines.append(explanation)
    at = [f"{name} = {x!r}" for name, x in point[:12]] + ["…"] * (len(point) > 12)
    lines.append(say("at {point}", point=", ".join(at)))
    lines = [part for line in lines for part in _wrapped(line)]
    return GradientMismatch("\n".join(lines), wrong, dict(point), suspect)


def _wrapped(line: str) -> list[str]:
    """Break a line that is wider than a screen, but no word of it; rows of tables are narrower."""
    if len(line) <= _WIDTH:
        return [line]
    kept = line.replace(" = ", "\u00a0=\u00a0")  # no-break spaces, so that a name stays with its number
    parts = textwrap.wrap(kept, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    return [part.replace("\u00a0", " ") for part in parts]
