"""With this module one can read a ladder of differences: how noisy they are, where they settle, and at what.

A rung of the ladder is a difference at one step. Two neighbours differ by noise / step on the low rungs, and by what
the function bends on the high ones; between the two lies the best rung.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

EPS, SINGLE = 2.0**-52, 2.0**-23  # units in the last place of 1, in double and single precision
_COLUMNS = 7  # each removes one more power of the step from the error
_RISEN, _SCATTERED = 30.0, 5.0  # times the least doubt, the noise seen below: there the function has begun to bend
_VISIBLE, _BOUNDED = 32.0, 6.0  # times the noise: a second difference, and a change, that is none
_USEFUL = 0.05  # of what the function moves: past that, differences are no longer worth extrapolating
_STEADY = 4
_FARTHEST = 1e9
_NOTHING = 1e-9  # of what the function moves
_LOW, _POWER = 5, 0.4
_AGAIN, _RATIO_AGAIN, _CLOSE = 0.1, 3.0, 1e-3  # a plateau: of its distance; of its steps; of the slope
_FINER, _ALIKE = 4.0, 0.3  # times the noise; of the distance to the slope that is chosen
_NEARLY = 30.0  # times the least error
_HISTORY = 3  # rungs whose scatter must be seen before one is believed


class Rung(NamedTuple):
    """A difference at one step.

    Attributes
    ----------
    step : float
    slope : float
        The difference, divided by the step.
    gap : float
        The second difference: by how much more the function rises on the right than on the left.
    moved : float
        By how much the function differs, at most, from its value at the point.
    floor : float
        The least noise: half a unit in the last place of its results, or what that of the argument makes of it.
    """

    step: float
    slope: float
    gap: float
    moved: float
    floor: float

    @property
    def still(self) -> bool:
        return self.moved == 0.0


class Extrapolated(NamedTuple):
    """A slope at step zero: its error, its value, and the numbers and the step of the rungs that it comes from."""

    error: float
    value: float
    first: int
    last: int
    step: float


class Settled(NamedTuple):
    """Where differences settle.

    Attributes
    ----------
    best : int
        The rung with the least uncertainty before the function bends.
    noise : float
        Of the function, as the rungs up to there show it.
    good : int
        The last rung that is still of use for extrapolation: past it the function has bent too far.
    over : bool
        Whether the function has bent so far that wider steps tell nothing more.
    singular : bool
        Whether the differences grow towards the point, steadily, as those of a square root at 0 do.
    """

    best: int
    noise: float
    good: int
    over: bool
    singular: bool


def settled(rungs: Sequence[Rung], jump: float) -> Settled:
    """Find where differences settle, from the finest up.

    That a function has bent shows in the differences, which leave those at finer steps; or, where it is even or
    bounded, in second differences that have ceased to grow as the square of the step.

    Parameters
    ----------
    rungs : sequence of Rung
        By rising steps.
    jump : float
        The least noise: that of a grid to which the function is known to be rounded.

    Returns
    -------
    Settled
    """
    best, least, noise, best_noise, good = 0, math.inf, jump, jump, 0
    bent, over, flatter, bend = False, False, 0, 0.0
    for k in range(1, len(rungs)):
        lower, rung = rungs[k - 1], rungs[k]
        apart = abs(rung.slope - lower.slope)
        scatter, floor = apart * lower.step, rung.floor
        known = k > _HISTORY
        visible = known and abs(rung.gap) > _VISIBLE * max(best_noise, floor)
        bending = abs(rung.gap) / rung.step / rung.step if visible else 0.0
        bounded = known and _BOUNDED * max(best_noise, floor) < rung.moved < 2.0 * lower.moved
        flatter = flatter + 1 if bounded or (visible and bending < 0.25 * bend) else 0
        bend = bending
        seen = max(noise, scatter, abs(lower.gap) / 4.0 if abs(lower.gap) >= abs(rung.gap) else 0.0)
        doubt = 2.0 * max(seen, floor) / rung.step + apart
        bent = bent or (known and (doubt > _RISEN * least or scatter > _SCATTERED * max(noise, floor)))
        if not bent and not flatter and doubt <= least and (k >= _HISTORY or rung.still):
            best, least, best_noise = k, doubt, seen
        if not flatter and (not bent or apart <= _USEFUL * rung.moved / rung.step):
            good = k
        elif flatter in (0, 3):
            over = True
            break
        noise = seen
    singular = best >= _STEADY and _grows_steadily(rungs[: best + 1])
    return Settled(best, best_noise, max(good, best), over, singular)


def _grows_steadily(rungs: Sequence[Rung]) -> bool:
    """Tell whether slopes rise, or fall, from rung to rung, and by more than noise, which fades as 1 / step, would."""
    changes = [upper.slope - lower.slope for lower, upper in pairwise(rungs)]
    scatters = [abs(change) * lower.step for change, lower in zip(changes, rungs, strict=False)]
    return (
        min(changes) * max(changes) > 0.0
        and all(abs(change) > _USEFUL * abs(rung.slope) for change, rung in zip(changes, rungs, strict=False))
        and all(lower < upper for lower, upper in pairwise(scatters))
    )


def vanishing(rungs: Sequence[Rung]) -> bool:
    """Tell whether slopes fall towards the point as a power of the step does, from the first rungs on: to 0."""
    low = rungs[:_LOW]
    return len(low) == _LOW and all(
        abs(upper.slope) > abs(lower.slope) * (upper.step / lower.step) ** _POWER and lower.slope * upper.slope > 0.0
        for lower, upper in pairwise(low)
    )


def accepted(rungs: Sequence[Rung], noise: float, best: Rung, power: int) -> tuple[Extrapolated | None, bool]:
    """Choose the surest extrapolation that the differences at all finer steps allow.

    Parameters
    ----------
    rungs : sequence of Rung
        By rising steps.
    noise : float
        Of the function.
    best : Rung
        At which that noise was found: where results are larger, so is the noise.
    power : {1, 2}
        The powers of the step in the error: all of them for differences to one side, the even ones for central ones.

    Returns
    -------
    (Extrapolated or None, bool)
        The choice, and whether it is one of a function that turns: a slope of 0 next to all that it moves.
    """
    rungs = rungs[: _bent(rungs, noise, best.step)]
    noises = [max(noise * max(1.0, rung.floor / best.floor if best.floor else 1.0), rung.floor) for rung in rungs]
    doubts = [_doubt(rungs, k, noises[k], power) for k in range(len(rungs))]
    entries = _held_apart(sorted(_extrapolated(rungs, noises, power)))
    chosen: Extrapolated | None = None
    for entry in entries:
        if chosen is not None and entry.error > 1e4 * chosen.error and abs(chosen.value) > 5.0 * chosen.error:
            break
        if any(abs(rungs[k].slope - entry.value) > 1.5 * (doubts[k] + entry.error) for k in range(entry.last + 1)):
            continue
        if chosen is None:
            chosen = entry
            if abs(chosen.value) > 5.0 * chosen.error:
                break
        inner = rungs[entry.first]
        if entry.error <= _NOTHING * inner.moved / inner.step and abs(entry.value) <= 5.0 * entry.error:
            return chosen, True
    return chosen, False


def elsewhere(rungs: Sequence[Rung], chosen: Extrapolated) -> float:
    """Say how far from the choice differences settle once more, at wider steps; 0 if they do not.

    Near the point a function may look straight to many digits only because something within it is rounded: the sum in
    log(1 + e) does not move before its argument moves by an ulp of 1. Then the finer of two plateaus is the false one.
    Which of them is, differences cannot tell, so the doubt must reach from one to the other; the plateaus that rounding
    makes are close together.

    Parameters
    ----------
    rungs : sequence of Rung
        By rising steps.
    chosen : Extrapolated

    Returns
    -------
    float
    """
    far = nearer(rungs, chosen.value, chosen.step)
    for lower, upper in pairwise(rungs):
        off = abs(lower.slope - chosen.value)
        again = abs(upper.slope - lower.slope) < _AGAIN * off and upper.step > _RATIO_AGAIN * lower.step
        if lower.step > chosen.step and again and off <= _CLOSE * abs(chosen.value):
            far = max(far, off)
    return far


def nearer(rungs: Sequence[Rung], slope: float, step: float) -> float:
    """Say how far from a slope differences settle at finer steps already; 0 if they do not.

    A fast ripple, small beside the rest, looks like noise to wide steps. Steps within its period see its slope: there
    neighbours agree with each other and not with the slope, and by far more than the noise at steps still finer. A
    function that only bends comes nearer with every step, and neighbours differ by as much as from the slope.

    Parameters
    ----------
    rungs : sequence of Rung
        By rising steps.
    slope, step : float
        What was found at wider steps, up to which.

    Returns
    -------
    float
    """
    far = noise = 0.0
    for lower, upper in pairwise([rung for rung in rungs if rung.step < step]):
        off, apart = abs(upper.slope - slope), abs(upper.slope - lower.slope)
        settled_there = apart < _ALIKE * off and off * lower.step > _FINER * max(noise, lower.floor)
        if settled_there and off <= _CLOSE * abs(slope):
            far = max(far, off + 2.0 * apart)
        noise = max(noise, apart * lower.step)
    return far


def _held_apart(entries: list[Extrapolated]) -> list[Extrapolated]:
    """Widen the errors of the surest entries up to those at finer steps that are nearly as sure, and sort anew.

    Three differences at wide steps may happen to extrapolate alike, and wrongly; finer ones then say otherwise.
    """
    sure = [entry for entry in entries if entry.error <= _NEARLY * entries[0].error]
    widened = [
        entry._replace(
            error=max([entry.error, *(abs(entry.value - f.value) - f.error for f in sure if f.first < entry.first)])
        )
        for entry in sure
    ]
    return sorted([*widened, *entries[len(sure) :]])


def _bent(rungs: Sequence[Rung], noise: float, best: float) -> int:
    """Count the rungs below those at which the function has bent too far to be extrapolated."""
    steepest = 0.0
    for k, rung in enumerate(rungs):
        if abs(rung.gap) > _VISIBLE * max(noise, rung.floor):
            bending = abs(rung.gap) / rung.step / rung.step
            if bending < 0.125 * steepest:
                return k
            steepest = max(steepest, bending)
        if rung.step > best and abs(rung.slope - rungs[k - 1].slope) > 2.0 * _USEFUL * rung.moved / rung.step:
            return k
    return len(rungs)


def _doubt(rungs: Sequence[Rung], k: int, noise: float, power: int) -> float:
    """Say how far a plain difference may be from the slope: by noise, and by what its neighbours show of bending."""
    rung, lower, upper = rungs[k], rungs[max(k - 1, 0)], rungs[min(k + 1, len(rungs) - 1)]
    bending = abs(rung.slope - lower.slope)
    if upper is not rung:
        share = min(upper.step / rung.step, _FARTHEST) ** power - 1.0
        bending = max(bending, abs(upper.slope - rung.slope) / (share if k else 1.0))
    return 2.0 * noise / rung.step + bending


def _extrapolated(rungs: Sequence[Rung], noises: Sequence[float], power: int) -> list[Extrapolated]:
    """Extrapolate differences to step zero in every way (Neville's scheme in step ** power).

    The error is noise, carried along, and truncation: by how much the value changes if the widest or the finest
    step is left out.
    """
    entries: list[Extrapolated] = []
    column = [(rung.slope, noise / rung.step) for rung, noise in zip(rungs, noises, strict=True)]
    for width in range(1, min(_COLUMNS, len(rungs) - 1) + 1):
        following = []
        for first in range(len(rungs) - width):
            (inner, inner_noise), (outer, outer_noise) = column[first], column[first + 1]
            share = 1.0 / (min(rungs[first + width].step / rungs[first].step, _FARTHEST) ** power - 1.0)
            value = inner + (inner - outer) * share
            rounding = inner_noise * (1.0 + share) + outer_noise * share
            error = max(abs(value - inner), abs(value - outer)) + rounding
            entries.append(Extrapolated(error, value, first, first + width, rungs[first + width].step))
            following.append((value, rounding))
        column = following
    return entries
