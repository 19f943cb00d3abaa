"""With this module one can find the operation whose own derivative is wrong, in a gradient that is wrong as a whole."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from ..engine.sweep import topological_order
from ..engine.value import Value
from ..inspection.stepwise import label_of
from ..ops.notation import number_text
from ..ops.operation import Op
from ..ops.table import CONSTANT
from ..transforms.derivatives import grad
from ..words import say
from .differences import Estimate, Ray
from .safe_points import in_domain
from .witness import exact_slope


class Suspect:
    """An operation of a computation whose own derivative disagrees with differences.

    Attributes
    ----------
    op : Op
    args : tuple of float
        Where.
    index : int
        The argument towards which.
    second : int or None
        The argument by which the derivative itself was differentiated, for second order.
    recorded, measured : float
        The derivative that the entry gives, and the one that differences give (nan if the operation is not defined).
    """

    def __init__(
        self,
        op: Op,
        args: tuple[float, ...],
        names: tuple[str, ...],
        index: int,
        recorded: float,
        measured: float,
        second: int | None = None,
    ) -> None:
        self.op, self.args, self.index, self.second = op, args, index, second
        self.recorded, self.measured = recorded, measured
        self._names = names

    @property
    def undefined(self) -> bool:
        """Whether the operation is not to blame, but that it is applied where it, or its derivative, is not finite."""
        return math.isnan(self.measured)

    def __str__(self) -> str:
        call = f"{self.op.name}({', '.join(map(number_text, self.args[:6]))}{', …' * (len(self.args) > 6)})"
        which = say("argument {place}", place=self.index + 1)
        if self.second is not None:
            which = say("argument {first} and then {second}", first=self.index + 1, second=self.second + 1)
        towards = {"call": call, "which": which, "name": self._names[self.index]}
        if self.undefined:
            return say(
                "{call} = {value}, its derivative towards {which} ({name}) is {slope}; where its branch is not taken, "
                "0 times that still reaches the gradient as nan: give it a harmless argument there, as in {guarded}",
                value=number_text(self.op(*self.args)), slope=number_text(self.recorded),
                guarded="tg.sqrt(tg.where(x > 0.0, x, 1.0))", **towards,
            )  # fmt: skip
        return say(
            "{call}: its derivative towards {which} ({name}) is given as {given}, differences say {measured}",
            given=f"{self.recorded:.10g}", measured=f"{self.measured:.10g}", **towards,
        )  # fmt: skip

    @cached_property
    def drawing(self) -> Any:
        """The operation alone, with its operands, as a `Drawing`: the wrong edge in red, and both tangents."""
        from ..drawing.picture import draw
        from ..drawing.scene.palette import AUTO
        from .guilty import GuiltyDrawing

        parents = [Value(x, name) for x, name in zip(self.args, self._names, strict=True)]
        result: Value = self.op(*parents)
        result.backward()
        plain = draw(result)
        if self.undefined or self.second is not None:
            return plain

        def f(x: float) -> float:
            return float(self.op(*self.args[: self.index], x, *self.args[self.index + 1 :]))

        name, at = self._names[self.index], self.args[self.index]
        return GuiltyDrawing(plain.records, AUTO, self.index, name, f, at, self.recorded, self.measured)


def slope_of(op: Op, args: Sequence[float], index: int) -> Estimate:
    """Measure the derivative of an operation towards one of its arguments."""
    inside = in_domain(op, args)

    def moved(t: float) -> list[float]:
        there = [*args[:index], args[index] + t, *args[index + 1 :]]
        return [op(*there) if not inside or in_domain(op, there) else math.nan]

    return Ray(moved, args[index]).slope(0)


def second_slope_of(op: Op, args: Sequence[float], index: int, second: int) -> Estimate:
    """Measure the derivative, towards argument `second`, of the partial towards argument `index`."""
    inside = in_domain(op, args)

    def moved(t: float) -> list[float]:
        there = [*args[:second], args[second] + t, *args[second + 1 :]]
        return [op.slopes(op(*there), there)[index] if not inside or in_domain(op, there) else math.nan]

    return Ray(moved, args[second]).slope(0)


def second_partial(op: Op, args: Sequence[float], index: int, second: int) -> float:
    """Give the second partial as `grad` finds it, by reading the entry with Values."""

    def partial(x: Any) -> Any:
        there = [*args[:second], x, *args[second + 1 :]]
        return op.partials(op(*there), *there)[index]

    return float(grad(partial)(args[second]))


def disagree(given: float, estimate: Estimate, rtol: float) -> bool:
    """Tell whether a derivative lies further from its measurement than the measurement may err."""
    if math.isinf(estimate.error):
        return False
    if not math.isfinite(given):
        return True
    return abs(given - estimate.value) > tolerance(given, estimate, rtol)


def tolerance(given: float, estimate: Estimate, rtol: float) -> float:
    """Say how far apart the two may lie: a multiple of the estimated error, and `rtol` of their size."""
    size = max(abs(given) if math.isfinite(given) else 0.0, abs(estimate.value))
    return 4.0 * estimate.error + rtol * size


def _dependent(results: Iterable[Any], leaves: Iterable[Value]) -> Iterator[tuple[Value, Op, set[Value]]]:
    """Give what depends on the leaves and its operation, in order of evaluation, with all that did so up to it."""
    moving = set(leaves)
    for node in topological_order(*[y for y in results if isinstance(y, Value)]):
        if node.op is None or moving.isdisjoint(node.parents):
            continue
        moving.add(node)
        yield node, node.op, moving


def find_suspect(results: Iterable[Any], leaves: Iterable[Value], order: int, rtol: float) -> Suspect | None:
    """Find the first operation, in order of evaluation, whose own derivative disagrees with differences.

    Parameters
    ----------
    results : iterable of Value or float
        What the function gave.
    leaves : iterable of Value
        Its arguments; only what depends on them is looked at.
    order : {1, 2}
        Whether to look at derivatives or at their derivatives; these not at a kink, where the first is a choice.
    rtol : float
        Relative tolerance.

    Returns
    -------
    Suspect or None
    """
    for node, op, _ in _dependent(results, leaves):
        args = tuple([parent.data for parent in node.parents])
        names = tuple([_operand_name(parent, i) for i, parent in enumerate(node.parents)])
        if not all(map(math.isfinite, args)) or (order == 2 and any(zero(*args) == 0.0 for zero, _ in op.kinks)):
            continue
        for i, parent in enumerate(node.parents):
            if parent.op is CONSTANT:
                continue
            if order == 1:
                estimate = slope_of(op, args, i)
                if disagree(node.partials[i], estimate, rtol):
                    return Suspect(op, args, names, i, node.partials[i], estimate.value)
                continue
            for j, other in enumerate(node.parents):
                if other.op is not CONSTANT:
                    estimate = second_slope_of(op, args, i, j)
                    given = second_partial(op, args, i, j)
                    if disagree(given, estimate, rtol):
                        return Suspect(op, args, names, i, given, estimate.value, j)
    return None


def find_wrong_rule(results: Iterable[Any], leaves: Iterable[Value]) -> Suspect | None:
    """Find the first operation, in order of evaluation, whose partial is wrong by the word of precise numbers.

    Parameters
    ----------
    results : iterable of Value or float
        What the function gave.
    leaves : iterable of Value
        Its arguments; only what depends on them is looked at.

    Returns
    -------
    Suspect or None
    """
    for node, op, moving in _dependent(results, leaves):
        args = tuple([parent.data for parent in node.parents])
        for i, parent in enumerate(node.parents):
            exact = exact_slope(op, args, i) if parent in moving else None
            if exact is not None:
                names = tuple([_operand_name(parent, k) for k, parent in enumerate(node.parents)])
                return Suspect(op, args, names, i, node.partials[i], exact)
    return None


def find_undefined(results: Iterable[Any], leaves: Iterable[Value]) -> Suspect | None:
    """Find the first operation, in order of evaluation, that is not finite where it is applied, nor its derivative.

    Parameters
    ----------
    results : iterable of Value or float
        What the function gave.
    leaves : iterable of Value
        Its arguments; only what depends on them is looked at.

    Returns
    -------
    Suspect or None
    """
    for node, op, moving in _dependent(results, leaves):
        for i, (parent, slope) in enumerate(zip(node.parents, node.partials, strict=True)):
            if parent in moving and not math.isfinite(slope):
                args = tuple([parent.data for parent in node.parents])
                if all(map(math.isfinite, args)):
                    names = tuple([_operand_name(parent, k) for k, parent in enumerate(node.parents)])
                    return Suspect(op, args, names, i, slope, math.nan)
    return None


def _operand_name(parent: Value, index: int) -> str:
    if parent.op is CONSTANT:
        return label_of(parent)
    return parent.name or ("abc"[index] if index < 3 else f"x{index}")


def nearby_kinks(results: Iterable[Any], within: float = 1e-4) -> list[str]:
    """Describe the operations that stand at, or next to, a kink that their entries declare."""
    found = []
    for node in topological_order(*[y for y in results if isinstance(y, Value)]):
        args = [parent.data for parent in node.parents]
        for zero, _ in node.op.kinks if node.op is not None else ():
            distance = abs(zero(*args))
            if distance <= within * max(1.0, *map(abs, args)):
                shown = ", ".join(map(number_text, args[:4]))
                found.append(f"{node.op.name}({shown})")
                break
    return found
