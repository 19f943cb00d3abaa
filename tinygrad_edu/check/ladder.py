"""With this module one can climb a ladder of steps beside a point, and see what a function does at each of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .extrapolation import EPS, SINGLE, Rung, settled

NARROW, WIDE = 3, 6  # rungs passed over while climbing: up to the size of the argument, and above it
REAL = 1e-4  # a relative jump that no rounding makes
_RATIO = 2.17  # of the steps of neighbouring rungs, on average: no period is shared by them
_FIRST = 5  # rungs that are taken one by one, to know the noise
_LOWEST, _UNIT, _HIGHEST = 1e-30, 8.0, 1e12  # steps: the least at 0, and those to climb to: always, and at most
_PRECISE = 1e-12  # a relative noise at which there is no need to climb on
_TOPMOST = math.floor(math.log(1e308) / math.log(_RATIO))  # the last rung that is a float
_BISECTIONS = 40
_TAKES_OFF = 64.0  # times its first jump: a change that no saturation makes in a thousandth of the flat piece
_STAIRS = 1024.0  # jumps between two steps that follow each other, at most
_ODD = 2.0**30  # units in the last place, below which steps are odd multiples of one
_MANY = 8  # values of single precision that are no accident
_STRIDE = 1e3
ORDINARY = 64.0 * EPS  # steps below are lost in a sum with a number of ordinary size
_INSIDE = 16.0  # units in the last place by which that may move a result


class Departure(NamedTuple):
    """How a function leaves the straight line that it follows near the point: by a jump, or by taking off from it."""

    still: bool
    slope: float
    step: float
    jump: float
    takes_off: bool


class Ladder:
    """A function along a line, each place computed once, and its differences at the steps of a ladder.

    Parameters
    ----------
    function : callable
        ``function(t)`` gives the results at the distance t from the point.
    point : float
        The number to which t is added there.
    """

    def __init__(self, function: Callable[[float], Sequence[float]], point: float = 0.0) -> None:
        self.function = function
        self.point = abs(point)
        self._rounded_to_single: set[int] = set()
        self._known: dict[float, Sequence[float]] = {}
        self._ladders: dict[tuple[int, int, float], tuple[list[int], list[Rung], Departure | None]] = {}

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

    def climbed(self, index: int, side: int, least: float = 0.0) -> tuple[list[int], list[Rung], Departure | None]:
        """Climb the ladder, from a least step, in big strides until the function has bent, or its domain ends."""
        known = self._ladders.get((index, side, least))
        if known is not None:
            return known
        numbers: list[int] = []
        rungs: list[Rung] = []
        departure: Departure | None = None
        number = _number_of(max(least, 2.0 * math.ulp(self.point) if self.point else _LOWEST))
        noise, looked = 0.0, False
        size = max(self.point, 1.0)
        while True:
            rung = self.rung(number, index, side)
            if rung is None:
                break
            if rungs and departure is None:
                still = all(each.still for each in rungs)
                if not rung.still if still else len(rungs) >= _FIRST and not looked and _sudden(rungs, rung, noise):
                    looked = not still
                    departure = self._departure(index, rungs[-1], rung, side, noise)
                    if departure is not None and math.isinf(departure.jump):
                        departure = None
                        break  # its domain has ended, and begins again
                    if departure is not None and not still and departure.jump > REAL * abs(self.at(0.0, index)):
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
            number += 1 if len(rungs) < _FIRST else NARROW if rung.step < self.point else WIDE
            if rung.step > self.point > 0.0:
                number = max(number, _number_of(_LOWEST))
        if index not in self._rounded_to_single and self.single(index):
            self._rounded_to_single.add(index)
            return self.climbed(index, side, least)
        self._ladders[index, side, least] = numbers, rungs, departure
        return numbers, rungs, departure

    def rung(self, number: int, index: int, side: int) -> Rung | None:
        """Difference the function at one step of the ladder; None where that leaves its domain."""
        if number > _TOPMOST:
            return None
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
            return Rung(t, slope, 0.0, abs(there - centre), self._floor(t, slope, index, there, centre))
        up, down = self.at(t, index), self.at(-t, index)
        if not (math.isfinite(up) and math.isfinite(down) and math.isfinite(up - down)):
            return None
        moved = max(abs(up - centre), abs(down - centre))
        slope = (up - down) / t / 2.0
        return Rung(t, slope, (up - centre) - (centre - down), moved, self._floor(t, slope, index, up, down))

    def single(self, index: int) -> bool:
        """Tell whether all values seen are numbers of single precision."""
        seen = {self.at(t, index) for t in self._known}
        return len(seen) > _MANY and all(map(_is_single, filter(math.isfinite, seen)))

    def _floor(self, step: float, slope: float, index: int, *values: float) -> float:
        """Give the least noise at a step; beside 0, a small one is lost where it is added to a number of ordinary size.

        What that number does is then not seen before the step reaches its ulp, and all at once: as x - 6 in
        log(exp(x) + exp(x - 6)).
        """
        ulps = _INSIDE if step < ORDINARY else 1.0
        rounding = SINGLE if index in self._rounded_to_single else EPS
        return max(EPS * 0.5 * abs(slope) * self.point, ulps * rounding * max(map(abs, values)))

    def _departure(self, index: int, lower: Rung, upper: Rung, side: int, noise: float) -> Departure | None:
        """See how a result leaves its straight line between two steps; None if by no more than it is rounded.

        Where its domain ends in between, the jump is infinite.
        """
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
            if off(middle) <= least:
                inside = middle
            else:
                outside = middle
        if not math.isfinite(self.at(outside, index)):
            return Departure(lower.still, slope, lower.step, math.inf, False)
        jump = abs(self.at(outside, index) - self.at(inside, index) - slope * (outside - inside))
        change = off(outside + side * lower.step / 1024.0)
        takes_off = change >= _TAKES_OFF * jump
        if not math.isfinite(jump) or (not lower.still and (takes_off or jump < 0.25 * least)):
            return None  # it ends there, or only bends
        return Departure(lower.still, slope, lower.step, jump, takes_off)

    def _leap(self, index: int, lower: Rung, upper: Rung) -> float:
        """Find the jump by which a result leaves its straight line between two steps; 0 if it only bends.

        The interval is halved, and the half is kept in which the line is left farther: bending fades with each, a jump
        stays.
        """
        centre = self.at(0.0, index)

        def off(t: float) -> float:
            return self.at(t, index) - centre - lower.slope * t

        side = 1 if abs(off(upper.step)) > abs(off(-upper.step)) else -1
        inside, outside = side * lower.step, side * upper.step
        jump = abs(off(outside) - off(inside))
        least = max(16.0 * upper.floor, jump / _STAIRS)
        for _ in range(_BISECTIONS):
            if not jump > least:
                return 0.0
            middle = (inside + outside) / 2.0
            if abs(off(middle) - off(inside)) > abs(off(outside) - off(middle)):
                outside = middle
            else:
                inside = middle
            jump = abs(off(outside) - off(inside))
        return jump


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
