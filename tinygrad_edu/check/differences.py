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
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from .extrapolation import EPS, SINGLE, Rung, accepted, settled, vanishing

_RATIO = 2.17
_NARROW, _WIDE = 3, 6  # rungs passed over while climbing: up to the size of the argument, and above it
_FIRST = 5  # rungs that are taken one by one, to know the noise
_BELOW = 8  # rungs filled in below the widest good one
_LOWEST, _UNIT, _HIGHEST = 1e-30, 8.0, 1e12  # steps: the least at 0, and those to climb to: always, and at most
_PRECISE = 1e-12
_BISECTIONS = 40
_TAKES_OFF = 64.0  # times its first jump: a change that no saturation makes in a thousandth of the flat piece
_FEW = 4  # values of a step function
_COARSE, _REAL = 1e-2, 1e-4  # relative jumps that no rounding makes: of what stands still between them, of what moves
_ODD = 2.0**30
_SIGNAL, _DROWNED = 30.0, 1e-3
_ROUNDED = 1e-6
_APART = 1e-3
_MANY = 8
_DOUBLE = 1e-10  # of the argument: nearer, jumps are the rounding of double precision on the way to the result
_FINE, _POOR = 1024.0, 1e-3
_STRIDE = 1e3
_CANCELLED = 64.0 * EPS
_JUMP_RUNGS = 6


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


class _Departure(NamedTuple):
    """How a function leaves the straight line that it follows near the point: by a jump, or by taking off from it."""

    still: bool
    slope: float
    step: float
    jump: float
    takes_off: bool


class Ray:
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

    def __init__(self, function: Callable[[float], Sequence[float]], point: float = 0.0) -> None:
        self.function = function
        self.point = abs(point)
        self._rounding = EPS
        self._known: dict[float, Sequence[float]] = {}
        self._ladders: dict[tuple[int, int], tuple[list[int], list[Rung], _Departure | None]] = {}

    def at(self, t: float, index: int) -> float:
        """Give one result at the distance t: nan outside the domain, where the function raises or is complex."""
        results = self._known.get(t)
        if results is None:
            try:
                results = self.function(t)
            except Exception:  # whatever a user's function raises beside the point
                if t == 0.0:
                    raise
                results = ()
            self._known[t] = results
        return results[index] if index < len(results) and not isinstance(results[index], complex) else math.nan

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
                if not self._climbed(index, -side)[1]:
                    return self._measured(index, side)
        return found

    def _measured(self, index: int, side: int) -> Estimate:
        numbers, rungs, departure = self._climbed(index, side)
        if len(rungs) < 2:
            return _NOTHING_KNOWN
        still = self._standing_still(index, rungs, departure)
        if still is not None:
            return still
        if vanishing(rungs):
            return Estimate(0.0, abs(rungs[0].slope), rungs[0].step, zero=True)
        found = settled(rungs, departure.jump if departure else 0.0)
        if found.singular:
            return _NOTHING_KNOWN
        rest = numbers[found.good + 1 :]
        top = min([*rest[:1], numbers[found.good] + _WIDE])
        filled = {rung.step: rung for rung in rungs[: found.good + 1]}
        for number in range(max(numbers[0], numbers[found.good] - _BELOW), top):
            rung = self._rung(number, index, side)
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

    def _standing_still(self, index: int, rungs: Sequence[Rung], departure: _Departure | None) -> Estimate | None:
        """Measure what stands still around the point; None if it only seems so, for it is rounded to a grid."""
        centre = abs(self.at(0.0, index))
        if all(rung.still for rung in rungs):
            error = self._hidden(_ROUNDED * centre) if centre else 0.0
            return Estimate(0.0, error, rungs[-1].step, zero=centre == 0.0, constant=True)
        if departure is None or not departure.still:
            return None
        exact = Estimate(0.0, EPS * centre / departure.step, departure.step, zero=True)
        if departure.takes_off:
            return exact
        if self._goes_by_jumps(index, departure):
            seen = {value for value in (self.at(t, index) for t in list(self._known)) if math.isfinite(value)}
            if len(seen) <= _FEW and departure.jump > _REAL * max(map(abs, seen)):
                return exact._replace(between=0.0)
            wide = departure.step > _APART * (self.point or 1.0)
            if wide and departure.jump > _COARSE * max(centre, departure.jump):
                return Estimate(0.0, math.inf, departure.step, zero=True, between=0.0)
        return None

    def _goes_by_jumps(self, index: int, departure: _Departure) -> bool:
        """Tell whether a function goes by jumps that rounding of its results in double or single would not make."""
        centre = abs(self.at(0.0, index))
        single = centre != math.floor(centre) and departure.jump <= 2.0 * SINGLE * centre and self._single(index)
        wide = departure.step > _DOUBLE * self.point
        return wide and departure.jump > 8.0 * math.ulp(centre) and not single

    def _hidden(self, amplitude: float) -> float:
        """Say how steep something may be that does not rise above an amplitude, and changes on some part of |x|."""
        return amplitude / (self.point or 1.0)

    def _climbed(self, index: int, side: int) -> tuple[list[int], list[Rung], _Departure | None]:
        """Climb the ladder in big strides until the function has bent; stop sooner where its domain ends."""
        known = self._ladders.get((index, side))
        if known is not None:
            return known
        numbers: list[int] = []
        rungs: list[Rung] = []
        departure: _Departure | None = None
        number = _number_of(2.0 * math.ulp(self.point) if self.point else _LOWEST)
        noise, looked = 0.0, False
        size = max(self.point, 1.0)
        while True:
            rung = self._rung(number, index, side)
            if rung is None:
                break
            if rungs and departure is None:
                still = all(each.still for each in rungs)
                if not rung.still if still else len(rungs) >= _FIRST and not looked and _sudden(rungs, rung, noise):
                    looked = not still
                    departure = self._departure(index, rungs[-1], rung, side, noise)
                    if departure is not None and not still and departure.jump > _REAL * abs(self.at(0.0, index)):
                        break  # beyond, it is another function
            numbers.append(number)
            rungs.append(rung)
            if departure is not None and departure.takes_off:
                break
            found = settled(rungs, departure.jump if departure else 0.0)
            noise = found.noise
            if found.over:
                break
            if rung.step > _UNIT * size and noise <= _PRECISE * abs(rung.slope) * rung.step and not rung.still:
                break
            if rung.step > _HIGHEST * size:
                break
            number += 1 if len(rungs) < _FIRST else _NARROW if rung.step < self.point else _WIDE
            if rung.step > self.point > 0.0:
                number = max(number, _number_of(_LOWEST))
        if self._rounding == EPS and self._single(index):
            self._rounding = SINGLE
            numbers, rungs, departure = self._climbed(index, side)
            self._rounding = EPS
        self._ladders[index, side] = numbers, rungs, departure
        return numbers, rungs, departure

    def _rung(self, number: int, index: int, side: int) -> Rung | None:
        """Difference the function at one step of the ladder; None where that leaves its domain."""
        golden = number * 0.6180339887498949
        step = _RATIO**number * (0.9 + 0.2 * (golden - math.floor(golden)))
        if self.point > 0.0 and step < _ODD * math.ulp(self.point):
            step = (int(step / math.ulp(self.point)) | 1) * math.ulp(self.point)  # even multiples round too regularly
        t = (self.point + step) - self.point  # now the argument moves by t exactly
        centre = self.at(0.0, index)
        if not 0.0 < t < math.inf:
            return None
        if side:
            there = self.at(side * t, index)
            if not math.isfinite(there):
                return None
            slope = (there - centre) / (side * t)
            return Rung(t, slope, 0.0, abs(there - centre), self._floor(slope, there, centre))
        up, down = self.at(t, index), self.at(-t, index)
        if not (math.isfinite(up) and math.isfinite(down) and math.isfinite(up - down)):
            return None
        moved = max(abs(up - centre), abs(down - centre))
        slope = (up - down) / t / 2.0
        return Rung(t, slope, (up - centre) - (centre - down), moved, self._floor(slope, up, down))

    def _single(self, index: int) -> bool:
        """Tell whether all values seen are numbers of single precision."""
        seen = {self.at(t, index) for t in self._known}
        return len(seen) > _MANY and all(map(_is_single, filter(math.isfinite, seen)))

    def _floor(self, slope: float, *values: float) -> float:
        return max(EPS * 0.5 * abs(slope) * self.point, self._rounding * max(map(abs, values)))

    def _departure(self, index: int, lower: Rung, upper: Rung, side: int, noise: float) -> _Departure | None:
        """See how a result leaves its straight line between two steps; None if by no more than it is rounded."""
        centre, slope = self.at(0.0, index), lower.slope
        least = 0.0 if lower.still else 16.0 * max(noise, upper.floor)

        def off(t: float) -> float:
            return abs(self.at(t, index) - centre - slope * t)

        if not side:
            side = 1 if off(upper.step) > off(-upper.step) else -1
        inside, outside = side * lower.step, side * upper.step
        if not off(outside) > max(least, 8.0 * math.ulp(centre)):
            return None
        for _ in range(_BISECTIONS):
            far = abs(outside) > 4.0 * abs(inside)
            middle = side * math.sqrt(inside * outside) if far else (inside + outside) / 2.0
            if off(middle) > least:
                outside = middle
            else:
                inside = middle
        jump = abs(self.at(outside, index) - self.at(inside, index) - slope * (outside - inside))
        change = off(outside + side * lower.step / 1024.0)
        takes_off = change >= _TAKES_OFF * jump
        if not lower.still and (takes_off or jump < 0.25 * least):
            return None  # it only bends
        return _Departure(lower.still, slope, lower.step, jump, takes_off)

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
        _, rungs, departure = self._climbed(index, 0)
        if len(rungs) < 2:
            return math.isinf(self.slope(index).error)
        found = settled(rungs, departure.jump if departure else 0.0)
        if found.singular:
            return True
        noise = found.noise
        rises = [rung.slope * rung.step for rung in rungs[:_JUMP_RUNGS]]
        least, most = sorted((min(rises), max(rises)), key=abs)
        if (
            len(rises) == _JUMP_RUNGS
            and least * most > 0.0
            and abs(least) > max(0.5 * abs(most), 16.0 * EPS * abs(centre))
        ):
            return True  # a jump: noise would not rise by the same amount at every step
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


def _sudden(rungs: Sequence[Rung], rung: Rung, noise: float) -> bool:
    """Tell whether differences change at the next step by more than bending that the last one hid could do."""
    below, lower = rungs[-2:]
    stride = min(rung.step / lower.step, _STRIDE)
    before = max(noise, abs(lower.slope - below.slope) * below.step)
    apart = abs(rung.slope - lower.slope) * lower.step
    return apart > 3.0 * stride**3 * before or abs(rung.gap) > 3.0 * stride**2 * max(noise, abs(lower.gap))


def _is_single(x: float) -> bool:
    """Tell whether single precision holds a number exactly."""
    return (math.frexp(x)[0] * 2.0**24).is_integer()


def _number_of(step: float) -> int:
    """Find the first rung of the ladder that is no smaller than a step."""
    return math.ceil(math.log(step) / math.log(_RATIO))


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
