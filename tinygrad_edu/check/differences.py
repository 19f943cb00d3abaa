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
_NOISE_STEPS = (2.0**-12, 2.0**-20)  # two spacings, for where one meets a kink or sees no change at all
_NOISE_ORDERS = (4, 5, 6)


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

    def at(self, t: float, index: int) -> float:
        """Give one result at the distance t."""
        results = self._known.get(t)
        if results is None:
            results = self._known[t] = self.function(t)
        return results[index]

    def noise(self, index: int) -> float:
        """Measure how unsteady a result is on a small scale: the rounding errors made in computing it."""
        floor = _EPS * abs(self.at(0.0, index))
        found = []
        for spacing in _NOISE_STEPS:
            table = [self.at(k * spacing * self.scale, index) for k in range(-3, 4)]
            flat = max(table.count(y) for y in table) > len(table) // 2
            if flat or not all(map(math.isfinite, table)):
                continue
            sizes = []
            for order in range(1, 7):
                table = [b - a for a, b in pairwise(table)]
                if order in _NOISE_ORDERS:  # what is smooth has vanished from differences of these orders
                    weight = math.factorial(order) ** 2 / math.factorial(2 * order)
                    sizes.append(math.sqrt(weight * sum(d * d for d in table) / len(table)))
            found.append(sum(sizes) / len(sizes))
        return max(floor, min(found, default=0.0))

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
        noise = self.noise(index)
        differences: list[tuple[float, float]] = []  # of each row: the plain difference and its noise
        candidates: list[tuple[float, float, int]] = []  # error, value, row
        above: list[float] = []
        above_noise: list[float] = []
        step = self.scale / 4.0
        best = math.inf
        for _ in range(_ROWS):
            up, down = self.at(step, index), self.at(-step, index)
            if not (math.isfinite(up) and math.isfinite(down)):
                above, above_noise, differences, candidates, best = [], [], [], [], math.inf  # left the domain
                step /= 2.0
                continue
            row = [(up - down) / (2.0 * step)]
            row_noise = [max(noise, _EPS * abs(up), _EPS * abs(down)) / step]
            for j, (other, other_noise) in enumerate(zip(above[:_COLUMNS], above_noise, strict=False), 1):
                weight = 4.0**j
                row.append(row[-1] + (row[-1] - other) / (weight - 1.0))
                row_noise.append((weight * row_noise[-1] + other_noise) / (weight - 1.0))
                truncation = max(abs(row[j] - row[j - 1]), abs(row[j] - other))
                candidates.append((truncation + row_noise[j], row[j], len(differences)))
                best = min(best, candidates[-1][0])
            differences.append((row[0], row_noise[0]))
            above, above_noise = row, row_noise
            if len(differences) > 5 and (row_noise[0] > 100.0 * best or best <= _SETTLED * abs(row[0])):
                break
            step /= 2.0
        for error, value, row_number in sorted(candidates):
            if _finer_agree(value, error, differences[row_number:]):
                return Estimate(value, error, step * 2.0 ** (len(differences) - 1))
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
        if rises and rises[-1] > max(0.5 * rises[0], 16.0 * noise):
            return True  # a jump
        if len(seen) < 3:
            return False
        (wide, far), (narrow, near) = seen[-5:][0], seen[-1]
        if any(lost < 0.5 * near for lost in hidden):
            return False  # close to the point it is smooth again
        return math.log(far / near) < 0.6 * math.log(wide / narrow)


def _finer_agree(value: float, error: float, finer: Sequence[tuple[float, float]]) -> bool:
    """Tell whether the plain differences at smaller steps lie where `value` says the derivative is."""
    for (wide, _), (narrow, noise) in pairwise(finer):
        if abs(narrow - value) > 4.0 * (noise + abs(narrow - wide) + error):
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
