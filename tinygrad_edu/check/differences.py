"""With this module one can measure a derivative from values alone, and know how far to trust the measurement.

Central differences at halving steps are extrapolated to step zero (Richardson 1911; Ridders 1982,
doi:10.1016/S0141-1195(82)80057-0). Every entry of the triangle carries two errors: truncation, by how far it lies
from its neighbours, and noise, the rounding of the function itself, which is measured from a table of high
differences (after Moré and Wild 2011, doi:10.1137/100786125). The entry with the least sum wins, if all finer steps
agree with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

_EPS = 2.0**-52
_COLUMNS = 7  # each removes one even power of the step from the error
_ROWS = 60
_SETTLED = 1e-13  # a relative error at which no more steps are needed
_ORDER = 6
_PLACES = (-4.63, -3.27, -2.41, -1.13, -0.21, 0.87, 1.73, 2.91, 3.58, 4.79)  # irregular on purpose
_STEPS = 4
_BISECTIONS = 40
_CANCELLED = 64.0 * _EPS
_SHARES = (2.0**-10, 2.0**-6, 2.0**-4)  # of the distance on which the function is smooth


class Estimate(NamedTuple):
    """A derivative measured from values alone.

    Attributes
    ----------
    value : float
        The derivative; nan if the function is not finite on both sides, however near.
    error : float
        How far the true one may be from it, by estimate; inf if nothing could be measured.
    step : float
        The largest step that `value` rests on.
    """

    value: float
    error: float
    step: float


class Line:
    """A function of one number with any number of results, each point computed once.

    Parameters
    ----------
    function : callable
        ``function(t)`` gives the results at the distance t from the point of interest.
    scale : float, default 1.0
        The distance over which the function may be expected to change: the first step is a quarter of it.

    Examples
    --------
    >>> import math
    >>> line = Line(lambda t: [math.exp(1.0 + t)])
    >>> abs(line.slope(0).value - math.e) < 1e-11
    True
    """

    def __init__(self, function: Callable[[float], Sequence[float]], scale: float = 1.0) -> None:
        self.function = function
        self.scale = 2.0 ** round(math.log2(scale))  # powers of two: x + h then seldom rounds
        self._known: dict[float, Sequence[float]] = {}
        self._noise: dict[int, float] = {}

    def at(self, t: float, index: int) -> float:
        """Give one result at the distance t."""
        results = self._known.get(t)
        if results is None:
            results = self._known[t] = self.function(t)
        return results[index]

    def noise(self, index: int, reach: float | None = None) -> float:
        """Measure how unsteady a result is on a small scale: the rounding errors made in computing it.

        Divided differences of the sixth order make everything smooth vanish. They are taken at irregular places, for at
        regular ones a function that is rounded may rise by equal amounts.

        Parameters
        ----------
        index : int
            Which result.
        reach : float, optional
            A distance within which the function is smooth; by default that on which `slope` settled.

        Returns
        -------
        float
        """
        if reach is None:
            if index not in self._noise:
                self.slope(index)
            return self._noise[index]
        for share in _SHARES:
            places = [reach * share * place for place in _PLACES]
            values = [self.at(t, index) for t in places]
            if max(map(values.count, values)) > len(values) // 2 or not all(map(math.isfinite, values)):
                continue  # it does not change at all here, or has left its domain
            sizes = []
            for first in range(len(places) - _ORDER):
                window = range(first, first + _ORDER + 1)
                weights = [1.0 / math.prod(_PLACES[k] - _PLACES[j] for j in window if j != k) for k in window]
                total = sum(w * values[k] for w, k in zip(weights, window, strict=True))
                sizes.append(total * total / sum(w * w for w in weights))
            return 2.0 * math.sqrt(sum(sizes) / len(sizes))  # few samples, so rather too much than too little
        # It is flat nearby. What has been rounded away on the way was, as far as one can know, of the order of one unit
        # in the last place of 1; or more, if it leaves the flat part by a step, as a rounded function does.
        seen = {results[index] for results in self._known.values() if math.isfinite(results[index])}
        grid = self._jump(index) if len(seen) > _STEPS else 0.0  # with fewer, it is a step function, or saturated
        return max(grid, _EPS * max(1.0, abs(self.at(0.0, index))))

    def _jump(self, index: int) -> float:
        """Measure by how much a result that is flat nearby jumps where it is so no longer: by nothing, at a kink."""
        centre = self.at(0.0, index)
        changed = [t for t, results in self._known.items() if results[index] != centre]
        outside = min(changed, key=abs)
        inside = 0.0
        for _ in range(_BISECTIONS):
            middle = (inside + outside) / 2.0
            if self.at(middle, index) == centre:
                inside = middle
            else:
                outside = middle
        return abs(self.at(outside, index) - centre)

    def slope(self, index: int) -> Estimate:
        """Measure the derivative of one result at t = 0.

        Parameters
        ----------
        index : int
            Which result.

        Returns
        -------
        Estimate
        """
        plain: list[tuple[float, float, float]] = []  # of each row: step, central difference, rounding error
        step, best = self.scale / 4.0, math.inf
        for _ in range(_ROWS):
            up, down = self.at(step, index), self.at(-step, index)
            if not (math.isfinite(up) and math.isfinite(down)):
                plain, best = [], math.inf  # left the domain: start again, nearer
            else:
                rounding = _EPS * max(abs(up), abs(down)) / step
                plain.append((step, (up - down) / (2.0 * step), rounding))
                best = min([best, *[error for error, _, row in _extrapolated(plain[-_COLUMNS:], 0.0) if row]])
                if len(plain) > 5 and (rounding > 100.0 * best or best <= _SETTLED * abs(plain[-1][1])):
                    break
            step /= 2.0
        if not plain:
            self._noise[index] = 0.0
            return Estimate(math.nan, math.inf, step)
        *_, settled = min(_extrapolated(plain, 0.0), default=(0.0, 0.0, 0))
        noise = self._noise[index] = max(self.noise(index, plain[settled][0]), _EPS * abs(self.at(0.0, index)))
        for error, value, row in sorted(_extrapolated(plain, noise)):
            if _finer_agree(value, error, noise, plain[row:]):
                # Terms that cancel at t = 0, as in x - sin(x), round on the way there, unseen by `noise`.
                steepest = max(abs(difference) for _, difference, _ in plain[: row + 1])
                return Estimate(value, error + _CANCELLED * steepest, plain[max(0, row - _COLUMNS)][0])
        return Estimate(math.nan, math.inf, step)

    def kinked(self, index: int) -> bool:
        """Tell whether the slopes to the left and to the right stay apart as the step shrinks, or the values do.

        Of a smooth function both differ in proportion to the step. Out of the domain on one side counts as a kink.

        Parameters
        ----------
        index : int
            Which result.

        Returns
        -------
        bool
        """
        centre = self.at(0.0, index)
        noise = max(self.noise(index), _EPS * abs(centre))
        seen: list[tuple[float, float]] = []  # steps and gaps that stand out from the noise
        hidden: list[float] = []  # what the noise would hide at the finer steps where the gap has gone
        rises: list[float] = []  # from the one side to the other
        for k in range(4, 44):
            step = self.scale * 2.0**-k
            up, down = self.at(step, index), self.at(-step, index)
            if not (math.isfinite(up) and math.isfinite(down)):
                if k > 40:
                    return math.isfinite(centre)
                continue
            rises.append(abs(up - down))
            gap, lost = abs((up - centre) - (centre - down)) / step, 16.0 * noise / step
            if gap > lost:
                seen.append((step, gap))
                hidden = []
            else:
                hidden.append(lost)
        if min(rises, default=0.0) > max(0.5 * max(rises), 16.0 * _EPS * abs(centre)):
            return True  # a jump: noise would not rise by the same amount at every step
        if len(seen) < 3:
            return False
        (wide, far), (narrow, near) = seen[-5:][0], seen[-1]
        if any(lost < 0.5 * near for lost in hidden):
            return False  # close to the point it is smooth again
        return math.log(far / near) < 0.6 * math.log(wide / narrow)


def _extrapolated(plain: Sequence[tuple[float, float, float]], noise: float) -> list[tuple[float, float, int]]:
    """Extrapolate central differences to step zero in every way: error, value and row of each entry of the triangle."""
    entries: list[tuple[float, float, int]] = []
    above: list[float] = []
    above_noise: list[float] = []
    for number, (step, difference, rounding) in enumerate(plain):
        row, row_noise = [difference], [max(noise / step, rounding)]
        for j, (other, other_noise) in enumerate(zip(above[:_COLUMNS], above_noise, strict=False), 1):
            weight = 4.0**j
            row.append(row[-1] + (row[-1] - other) / (weight - 1.0))
            row_noise.append((weight * row_noise[-1] + other_noise) / (weight - 1.0))
            truncation = max(abs(row[j] - row[j - 1]), abs(row[j] - other))
            entries.append((truncation + row_noise[j], row[j], number))
        above, above_noise = row, row_noise
    return entries


def _finer_agree(value: float, error: float, noise: float, finer: Sequence[tuple[float, float, float]]) -> bool:
    """Tell whether the plain differences at smaller steps lie where `value` says the derivative is."""
    for (_, wide, _), (step, narrow, rounding) in pairwise(finer):
        if abs(narrow - value) > 4.0 * (max(noise / step, rounding) + abs(narrow - wide) + error):
            return False
    return True


def complex_slope(function: Callable[[complex], Sequence[complex]], index: int) -> Estimate:
    """Measure a derivative by a step into the complex plane, which loses no digits (Squire and Trapp 1998).

    Parameters
    ----------
    function : callable
        As for `Line`, but of a complex number: it must be analytic, without abs, comparisons or conjugates.
    index : int
        Which result.

    Returns
    -------
    Estimate
    """
    step = 1e-150
    value = complex(function(complex(0.0, step))[index]).imag / step
    return Estimate(value, 8.0 * _EPS * abs(value), step)
