"""With this module one can tell at which arguments an operation may be checked: in its domain, away from its kinks.

`sample` draws ordinary ones, at which all is moderate; `spread` looks over the whole of the domain, from tiny arguments
to huge ones and on either side of every kink, so that no region of it goes unseen.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from ..ops.operation import Op

LARGEST_VALUE = 50.0
STEEPEST = 30.0
_MARGIN = 0.03
_SIMPLE = (0.5, 1.0, 2.0, -0.5, -1.0, -2.0, 0.25, 1.5, 3.0, -1.5)
_INNER = 8  # parts of an interval, at whose ends one looks whatever its size
_DECADES = 12  # of magnitudes, on either side of 1
_HALVINGS = 60
_FARTHEST_KINK = 1e6
_BESIDE = (1e-6, 1e-2, 0.5)  # relative distances from a kink
_CLEAR = 1e-9  # of the argument: a kink so near hides what is to be seen
_LONGEST = 4  # arguments of an operation of any number of them


def smooth_at(op: Op, args: Sequence[float], value: float | None = None) -> bool:
    """Tell whether an operation is well-conditioned at some arguments: its value and slopes moderate, no kink near.

    Parameters
    ----------
    op : Op
        The operation.
    args : sequence of float
        Its arguments.
    value : float, optional
        Its result there, if it is known.

    Returns
    -------
    bool
    """
    try:
        if not in_domain(op, args):
            return False
        value = op(*args) if value is None else value
        if not abs(value) <= LARGEST_VALUE:  # nan too
            return False
        if not all(abs(zero(*args)) > _MARGIN for zero, _ in op.kinks):
            return False
        for i, x in enumerate(args):  # no jump, pole or end of the domain close by
            for moved in (x - _MARGIN, x + _MARGIN):
                there = [*args[:i], moved, *args[i + 1 :]]
                if not in_domain(op, there) or not abs(op(*there) - value) <= _MARGIN * STEEPEST:
                    return False
    except (ArithmeticError, ValueError):
        return False
    return True


def in_domain(op: Op, args: Sequence[float]) -> bool:
    """Tell whether some arguments lie in the domain that the entry declares."""
    if op.domains is None:
        return True
    if callable(op.domains):
        return bool(op.domains(*args))
    return all(low < x < high for (low, high), x in zip(op.domains, args, strict=True))


def arities(op: Op) -> tuple[int, ...]:
    """List the numbers of arguments with which to try an operation.

    An operation of any number of arguments is tried with 1 to 4, as far as it works with them; of odd numbers some
    (an inner product) ignore the last.
    """
    if op.arity is not None:
        return (op.arity,)
    return tuple(range(1, _LONGEST + 1)) if takes_odd(op) else tuple(range(2, _LONGEST + 1, 2))


def takes_odd(op: Op) -> bool:
    """Tell whether an operation of any number of arguments takes an odd number, or pairs them up."""
    try:
        slopes = op.partials(op.fn(0.5, 0.25, 0.75), 0.5, 0.25, 0.75)
        return len(slopes) == 3 and op.fn(0.5, 0.25, -2.0) != op.fn(0.5, 0.25, 3.0)
    except (ArithmeticError, ValueError, TypeError, IndexError):
        return False


def is_flat(op: Op) -> bool:
    """Tell whether an operation goes by steps: the entry states slopes of 0 whatever the arguments are."""
    return not any(op.slopes(math.nan, [math.nan] * arities(op)[0]))


def sample(op: Op, count: int, seed: int = 0) -> Iterator[tuple[float, ...]]:
    """Draw arguments at which an operation is smooth, simple ones first.

    Parameters
    ----------
    op : Op
        The operation.
    count : int
        How many points, at most.
    seed : int, default 0

    Yields
    ------
    tuple of float
    """
    generator = random.Random(f"{op.name} {seed}")
    found: set[tuple[float, ...]] = set()
    # Zeros first, one at a time: that is where guards stand, and where a guard may have gone wrong.
    zeros = [tuple(0.0 if i == k else 2.0 - 0.5 * i for i in range(size)) for size in arities(op) for k in range(size)]
    for attempt in range(60 * count):
        size = generator.choice(arities(op))
        if attempt < len(zeros):
            args = zeros[attempt]
        elif attempt < 2 * count and len(found) < count // 3:
            args = tuple(generator.choice(_SIMPLE) for _ in range(size))
        else:
            args = tuple(generator.uniform(-4.0, 6.0) for _ in range(size))
        if args not in found and smooth_at(op, args):
            yield args
            found.add(args)
            if len(found) == count:
                return


def spread(op: Op, count: int, seed: int = 0) -> Iterator[tuple[float, ...]]:
    """Draw arguments from all over the domain: of every magnitude, towards the ends, on both sides of every kink.

    Parameters
    ----------
    op : Op
        The operation.
    count : int
        How many arguments of every magnitude and sign; those beside kinks come on top.
    seed : int, default 0

    Yields
    ------
    tuple of float
    """
    generator = random.Random(f"{op.name} spread {seed}")
    for size in arities(op):
        ladders = [_ladder(op, size, i) for i in range(size)]
        times = max(count, count * len(ladders[0]) // (4 * _DECADES))
        for k in range(times):
            # The magnitudes come in turn, so that each is had, and in another order for each argument.
            args = [ladders[0][k * len(ladders[0]) // times]]
            args += [generator.choice(ladder) for ladder in ladders[1:]]
            if op.domains is None:
                generator.shuffle(args)
            if _finite_at(op, args):
                yield tuple(args)
        for args in _beside_kinks(op, ladders, generator):
            if _finite_at(op, args):
                yield tuple(args)


def _ladder(op: Op, size: int, index: int) -> list[float]:
    """List numbers of every magnitude and both signs, within the interval that an argument may lie in."""
    low, high = -math.inf, math.inf
    if op.domains is not None and not callable(op.domains) and len(op.domains) == size:
        low, high = op.domains[index]
    magnitudes = [1.372468135791 * 10.0**k for k in range(-_DECADES, _DECADES + 1)]
    numbers = [side * m for m in magnitudes for side in (1.0, -1.0)]
    for end, side in ((low, 1.0), (high, -1.0)):
        if math.isfinite(end):
            numbers += [end + side * m * unit for unit in {1.0, max(1.0, abs(end))} for m in magnitudes]
    if math.isfinite(high) and math.isfinite(low):
        numbers += [low + (high / _INNER - low / _INNER) * k for k in range(1, _INNER)]
    return sorted({x for x in numbers if low < x < high})


def _beside_kinks(op: Op, ladders: Sequence[Sequence[float]], generator: random.Random) -> Iterator[list[float]]:
    """Find the kinks along each argument, by halving between places where their functions differ in sign."""
    for zero, _ in op.kinks:
        for i, ladder in enumerate(ladders):
            args = [generator.choice(_SIMPLE) for _ in ladders]

            def side(x: float, args: list[float] = args, i: int = i, zero: Callable[..., float] = zero) -> float:
                try:
                    return zero(*args[:i], x, *args[i + 1 :])
                except (ArithmeticError, ValueError):
                    return math.nan

            numbers = [x for x in ladder if abs(x) < _FARTHEST_KINK]
            for low, high in pairwise(numbers):
                if side(low) * side(high) > 0.0 or math.isnan(side(low) * side(high)):
                    continue
                for _ in range(_HALVINGS):
                    middle = (low + high) / 2.0
                    low, high = (middle, high) if side(low) * side(middle) > 0.0 else (low, middle)
                for distance in _BESIDE:
                    for x in (low - distance * max(1.0, abs(low)), high + distance * max(1.0, abs(high))):
                        if side(x - _CLEAR * abs(x)) * side(x + _CLEAR * abs(x)) > 0.0:  # not beside the next one
                            yield [*args[:i], x, *args[i + 1 :]]


def _finite_at(op: Op, args: Sequence[float]) -> bool:
    """Tell whether an operation and its slopes are finite at some arguments in its domain, and none is a kink."""
    try:
        if not in_domain(op, args) or any(not abs(zero(*args)) > 0.0 for zero, _ in op.kinks):
            return False
        value = op(*args)
        return math.isfinite(value) and all(map(math.isfinite, op.slopes(value, args)))
    except (ArithmeticError, ValueError):
        return False
