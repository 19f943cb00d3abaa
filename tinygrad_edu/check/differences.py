"""With this module one can measure a derivative from values alone, and know how far to trust the measurement.

Nothing is assumed about the distance on which a function changes: it is found. A ladder of steps climbs from the
rounding of the argument upwards, and at each rung the function is differenced. On the lowest rungs the rounding of the
function drowns everything; the scatter there measures that noise. Higher up it fades, until at some rung the function
itself begins to bend. Just there the ladder is filled in, and differences are extrapolated to step zero (Richardson
1911; Ridders 1982, doi:10.1016/S0141-1195(82)80057-0). What they give counts only if the differences at all finer steps
allow it: so a wide step that happens to hit the period of a function, or to leap over a peak, deceives nobody. The
ratio of the steps is irregular, for the same reason.

Two kinds of function need more thought. One that stands still around the point either really does (beside a kink), or
is rounded to a grid (single precision, say), or has saturated, its slope drowned in the rounding: how it takes off
where it moves again tells which. And beside the end of a domain there are differences to one side only.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from .extrapolation import EPS, SINGLE, Rung, accepted, elsewhere, nearer, settled, vanishing
from .ladder import ORDINARY, REAL, WIDE, Departure, Ladder

_UNDERFLOWN = 1e-300  # of a result: below, floats lose their digits
_BELOW = 8  # rungs filled in below the widest good one
_FEW = 4  # values of a step function
_COARSE = 1e-2  # relative jumps that rounding inside does not make, nor any of what stands still between them
_APART = 1e-3  # of the argument: no rounding keeps a function still so far
_CANCELLED = 64.0 * EPS
_JUMP_RUNGS = 6  # on which a jump is of the same size
_SIGNAL, _DROWNED = 30.0, 1e-3  # what rises less far above the noise shows nothing; and noise so large hides all
_ROUNDED = 1e-6  # of the value: what single precision may have swallowed
_DOUBLE = 1e-10  # of the argument: nearer, jumps are the rounding of double precision on the way to the result
_NEAR, _BEYOND, _SURE = REAL, 4.0, 1e-3  # of the argument; times a step; of a slope
_FINE, _POOR = 1024.0, 1e-3  # roundings of the argument within which an estimate is no better than this


class Estimate(NamedTuple):
    """A derivative measured from values alone.

    Attributes
    ----------
    value : float
        The derivative; nan if the function is not finite beside the point, however near.
    error : float
        How far the true one may be from it, by estimate; inf if nothing could be measured.
    step : float
        The largest step that `value` rests on.
    zero : bool
        Whether the function is seen to stand still, or to turn, at the point: then a slope of exactly 0 is right.
    constant : bool
        Whether the function does not change at all, however wide the step: it stands still, or has saturated.
    between : float or None
        If the function goes by small jumps, its slope between them, which cannot be called wrong either.
    """

    value: float
    error: float
    step: float
    zero: bool = False
    constant: bool = False
    between: float | None = None


_NOTHING_KNOWN = Estimate(math.nan, math.inf, 0.0)


class Ray(Ladder):
    """A function of one number with any number of results, along a line through a point, each place computed once.

    Parameters
    ----------
    function : callable
        ``function(t)`` gives the results at the distance t from the point. Where it raises, or gives nan or a complex
        number, it is outside its domain.
    point : float, default 0.0
        The number to which t is added there (the largest, if there are several): its rounding is the finest step.

    Examples
    --------
    >>> import math
    >>> ray = Ray(lambda t: [math.exp(1.0 + t)], 1.0)
    >>> abs(ray.slope(0).value - math.e) < 1e-11
    True
    """

    def slope(self, index: int) -> Estimate:
        """Measure the derivative of one result at t = 0; to one side where the other lies outside the domain.

        Parameters
        ----------
        index : int
            Which result.

        Returns
        -------
        Estimate
        """
        found = self._measured(index, 0)
        if math.isinf(found.error) and math.isfinite(self.at(0.0, index)):
            for side in (1, -1):
                if not self.climbed(index, -side)[1]:
                    return self._measured(index, side)
        if 0.0 < found.step < _NEAR * max(self.point, 1.0) and not found.zero and math.isfinite(found.error):
            return self._beyond_rounding(index, found)
        return found

    def _beyond_rounding(self, index: int, found: Estimate) -> Estimate:
        """Say what to think of a slope seen only at small steps, which a sum inside may have lost.

        As of ln(exp(x)) + x at 0, whose first term stands still up to an ulp of 1, and then jumps: it is the slope at
        wider steps that counts. Without a jump the function bends so near; but at steps that any ordinary number loses,
        nobody knows.
        """
        _, rungs, departure = self.climbed(index, 0)
        least = max(ORDINARY, _BEYOND * found.step)
        above = self._measured(index, 0, least)
        _, beyond, _ = self.climbed(index, 0, least)
        sure = not above.constant and above.error <= _SURE * max(abs(above.value), abs(found.value))
        apart = abs(above.value - found.value)
        if sure and apart <= found.error + above.error:
            surest = min(found, above, key=lambda estimate: estimate.error)
            return surest._replace(error=surest.error + nearer(rungs, surest.value, surest.step))
        lost = found.step < ORDINARY
        if lost and departure is not None:
            jump = departure.jump
        else:
            last = max(rung for rung in rungs if rung.step <= found.step)
            jump = self._leap(index, last, beyond[0]) if beyond else 0.0
        if not jump:
            return found._replace(error=found.error + apart) if lost and sure else found
        near = max((rung.moved for rung in beyond if rung.step <= max(self.point, 1.0)), default=0.0)
        if jump > _COARSE * max(near, abs(self.at(0.0, index))):
            return found  # no rounding, but another function
        if sure and jump <= REAL * near:
            return above._replace(between=found.value)
        doubt = apart + above.error if math.isfinite(above.error) else abs(found.value)
        return found._replace(error=found.error + doubt)

    def _measured(self, index: int, side: int, least: float = 0.0) -> Estimate:
        numbers, rungs, departure = self.climbed(index, side, least)
        if len(rungs) < 2:
            return _NOTHING_KNOWN
        still = self._standing_still(index, rungs, departure)
        if still is not None:
            return still
        if 0.0 < abs(self.at(0.0, index)) < sys.float_info.min:
            return _NOTHING_KNOWN  # a number so small has few digits, and seems to stand still, or to turn
        if vanishing(rungs):
            return Estimate(0.0, abs(rungs[0].slope), rungs[0].step, zero=True)
        found = settled(rungs, self._grid(index, departure))
        if found.singular:
            return _NOTHING_KNOWN
        rest = numbers[found.good + 1 :]
        top = min([*rest[:1], numbers[found.good] + WIDE])
        filled = {rung.step: rung for rung in rungs[: found.good + 1]}
        for number in range(max(numbers[0], numbers[found.good] - _BELOW), top):
            rung = self.rung(number, index, side)
            if rung is None:
                break  # out of the domain
            filled[rung.step] = rung
        ordered = sorted(filled.values())
        between = departure.slope if departure is not None and self._goes_by_jumps(index, departure) else None
        chosen, zero = accepted(ordered, found.noise, rungs[found.best], 1 if side else 2)
        if chosen is None:
            return _NOTHING_KNOWN._replace(between=between)
        used = ordered[chosen.first : chosen.last + 1]
        # Terms that cancel at t = 0, as in x - sin(x), round on the way there; and the point itself may be rounded.
        error = chosen.error + _CANCELLED * max(abs(rung.slope) for rung in used)
        error += elsewhere(rungs, chosen)
        rounded = departure.step if departure is not None and departure.jump else EPS * self.point
        error += rounded * max(abs(rung.gap) / rung.step / rung.step for rung in used)
        if chosen.step < _FINE * math.ulp(self.point) and error > _POOR * abs(chosen.value):
            return _NOTHING_KNOWN._replace(between=between)  # a few roundings of the argument are no ground to stand on
        moved = max(rung.moved for rung in rungs[: found.good + 1])
        if moved < _SIGNAL * found.noise:
            if found.noise > _DROWNED * (abs(self.at(0.0, index)) + moved):
                return _NOTHING_KNOWN._replace(between=between)  # it looks like noise all through, as a fast tone may
            error += self._hidden(_SIGNAL * found.noise)
        return Estimate(chosen.value, error, chosen.step, zero, between=between)

    def _standing_still(self, index: int, rungs: Sequence[Rung], departure: Departure | None) -> Estimate | None:
        """Measure what stands still around the point; None if it only seems so, for it is rounded to a grid."""
        centre = abs(self.at(0.0, index))
        if all(rung.still for rung in rungs):
            error = self._hidden(_ROUNDED * centre or EPS)  # a sum with 1 on the way to 0 may have swallowed so much
            return Estimate(0.0, error, rungs[-1].step, zero=centre == 0.0, constant=True)
        if departure is None or not departure.still:
            return None
        if departure.jump < _UNDERFLOWN:
            return _NOTHING_KNOWN  # it stands still because numbers so small are rounded to a grid, or to 0
        exact = Estimate(0.0, EPS * centre / departure.step, departure.step, zero=True)
        if departure.takes_off:
            return exact
        if self._goes_by_jumps(index, departure):
            seen = {value for value in (self.at(t, index) for t in list(self._known)) if math.isfinite(value)}
            if len(seen) <= _FEW and departure.jump > REAL * max(map(abs, seen)):
                return exact._replace(between=0.0)
            wide = departure.step > _APART * (self.point or 1.0)
            if wide and departure.jump > _COARSE * max(centre, departure.jump):
                return Estimate(0.0, math.inf, departure.step, zero=True, between=0.0)
        return None

    def _grid(self, index: int, departure: Departure | None) -> float:
        """Give the jumps of a grid to which a result is rounded; beyond a larger jump it is another function."""
        if departure is None or (not departure.still and departure.jump > REAL * abs(self.at(0.0, index))):
            return 0.0
        return departure.jump

    def _goes_by_jumps(self, index: int, departure: Departure) -> bool:
        """Tell whether a function goes by jumps that rounding of its results in double or single would not make.

        The place from which it does not move far to one side may stand at the very end of it.
        """
        centre = abs(self.at(0.0, index))
        single = centre != math.floor(centre) and departure.jump <= 2.0 * SINGLE * centre and self.single(index)
        least = _DOUBLE * self.point
        beside = [abs(self.at(t, index)) for t in (least, -least)]
        wide = departure.step > least or (departure.still and centre in beside)
        return wide and departure.jump > 8.0 * math.ulp(centre) and not single

    def _hidden(self, amplitude: float) -> float:
        """Say how steep something may be that does not rise above an amplitude, and changes on some part of |x|."""
        return amplitude / (self.point or 1.0)

    def kinked(self, index: int) -> bool:
        """Tell whether the slopes to the left and to the right stay apart as the step shrinks, or the values do.

        Of a smooth function both differ in proportion to the step. Out of the domain on one side counts as a kink,
        unless the slope to the other side settles.

        Parameters
        ----------
        index : int
            Which result.

        Returns
        -------
        bool
        """
        centre = self.at(0.0, index)
        if not math.isfinite(centre):
            return False
        _, rungs, departure = self.climbed(index, 0)
        if len(rungs) < 2:
            return math.isinf(self.slope(index).error)
        found = settled(rungs, self._grid(index, departure))
        if found.singular:
            return True
        noise = found.noise
        low = rungs[:_JUMP_RUNGS]
        if _steady([rung.slope * rung.step for rung in low], 16.0 * EPS * abs(centre), 0.5):
            return True  # a jump: noise would not rise by the same amount at every step
        if _steady([rung.gap for rung in low], REAL * max(abs(centre), *[rung.moved for rung in rungs]), 0.99):
            return True  # the value at the point stands alone
        seen: list[tuple[float, float]] = []  # steps and gaps that stand out from the noise
        hidden: list[float] = []  # what the noise would hide at the finer steps where the gap has gone
        for rung in reversed(rungs):
            gap, lost = abs(rung.gap) / rung.step, 16.0 * max(noise, rung.floor) / rung.step
            if gap > lost:
                seen.append((rung.step, gap))
                hidden = []
            else:
                hidden.append(lost)
        if len(seen) < 3 or any(lost < 0.5 * seen[-1][1] for lost in hidden):
            return False  # nothing to see, or close to the point it is smooth again
        return all(
            abs(math.log(far / near)) < 0.6 * math.log(wide / narrow)
            for (wide, far), (narrow, near) in pairwise(seen[-3:])
        )


def _steady(changes: Sequence[float], least: float, alike: float) -> bool:
    """Tell whether changes at different steps are of one sign and alike in size, above a least one."""
    small, large = sorted((min(changes), max(changes)), key=abs)
    return len(changes) == _JUMP_RUNGS and small * large > 0.0 and abs(small) > max(alike * abs(large), least)


def complex_slope(function: Callable[[complex], Sequence[complex]], index: int) -> Estimate:
    """Measure a derivative by a step into the complex plane, which loses no digits (Squire and Trapp 1998).

    Parameters
    ----------
    function : callable
        As for `Ray`, but of a complex number: it must be analytic, without abs, comparisons or conjugates.
    index : int
        Which result.

    Returns
    -------
    Estimate
    """
    step = 1e-150
    value = complex(function(complex(0.0, step))[index]).imag / step
    return Estimate(value, 8.0 * EPS * abs(value), step, zero=value == 0.0)
