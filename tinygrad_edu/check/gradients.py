"""With this module one can learn whether the gradient of a function is right, and if not, where and by how much."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from ..engine.sweep import topological_order
from ..engine.value import Value
from ..graph.structure import flatten
from ..transforms.derivatives import jacobian, jvp
from ..words import say
from .differences import Estimate, Ray, complex_slope
from .report import AGREES, KINK, MISMATCH, Comparison, Report, compare, mismatch, reconsidered, within_rounding
from .rounding import rounding_of
from .subject import Subject, plain, refuse_inexact
from .suspects import Suspect, find_suspect, find_undefined, find_wrong_rule, nearby_kinks
from .witness import Testimony, Witness

MODES = ("reverse", "forward")
METHODS = ("differences", "complex")
_FOUND = 5  # wrong coordinates of a large function that are searched for by halving


def check_grads(
    f: Callable[..., Any],
    args: Any,
    order: int = 1,
    modes: Sequence[str] = MODES,
    *,
    method: str = "differences",
    rtol: float = 1e-9,
    coordinates: int = 64,
    directions: int = 16,
    seed: int = 0,
) -> Report:
    """Compare the derivatives of a function with differences of its values.

    Parameters
    ----------
    f : callable
        Takes numbers, nested containers or modules; gives a number or nested containers of numbers.
    args : tuple
        Where to look: the arguments, as for `grad`. Anything that is no tuple counts as the only argument. Of a
        module the parameters are differentiated (in a copy; the module itself is not changed).
    order : {1, 2}, default 1
        2 checks the second derivatives too, as derivatives of the first ones.
    modes : sequence of {"reverse", "forward"}
        How to differentiate.
    method : {"differences", "complex"}, default "differences"
        "complex" steps into the complex plane, which loses no digits, but `f` must then accept complex numbers
        (arithmetic only; order 1).
    rtol : float, default 1e-9
        Relative tolerance; what the measurement itself may err by is added.
    coordinates : int, default 64
        Up to so many numbers each is checked on its own; of more, random directions are.
    directions : int, default 16
        How many random directions.
    seed : int, default 0
        Of the random directions.

    Returns
    -------
    Report
        What was compared, and what could not be decided because the point is too near a kink.

    Raises
    ------
    GradientMismatch
        If a derivative is wrong.
    TypeError, ValueError
        If the arguments are no numbers, or not finite; if an operation says that its backward pass is not its
        derivative, on purpose (``Op(..., exact=False)``).

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> report = check_grads(lambda x, y: tg.exp(x) * y, (0.5, 2.0), order=2)
    >>> report.conclusive, len(report.comparisons)
    (True, 12)
    """
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, got {order!r}")
    modes = (modes,) if isinstance(modes, str) else tuple(modes)
    for what, given, known in [("mode", m, MODES) for m in modes] + [("method", method, METHODS)]:
        if given not in known:
            raise ValueError(f"no {what} is called {given!r}; known: {', '.join(known)}")
    if method == "complex" and order == 2:
        raise ValueError('method="complex" checks first derivatives only; leave it out for order=2')
    subject = Subject(f, args if isinstance(args, tuple) else (args,))
    nodes = topological_order(*[y for y in subject.values(subject.point)[1] if isinstance(y, Value)])
    refuse_inexact([node.op for node in nodes if node.op is not None], subject.title)
    count = len(subject.point)
    if count <= coordinates:
        lines = [[float(i == j) for j in range(count)] for i in range(count)]
    else:
        generator = random.Random(seed)
        lines = [_direction(generator, range(count), count) for _ in range(directions)]
    comparisons: list[Comparison] = []
    for degree in range(1, order + 1):
        check = _Check(subject, degree, modes, method, rtol)
        for line in lines:
            comparisons += check.along(line)
        if any(c.status == MISMATCH for c in comparisons):
            if count > coordinates:
                comparisons = check.pinned_down(random.Random(seed)) or comparisons
            suspect = _suspect(subject, comparisons, degree, rtol)
            if degree == 1 or suspect is not None or not nearby_kinks(subject.values(subject.point)[1], 0.0):
                raise _explained(subject, comparisons, suspect)
            # The first derivative is a choice at this point, and says nothing about the second one.
            comparisons = [c._replace(status=KINK) if c.status == MISMATCH else c for c in comparisons]
    kinks = nearby_kinks(subject.values(subject.point)[1]) if any(c.status == KINK for c in comparisons) else []
    return Report(subject.title, comparisons, kinks)


class _Check:
    """Derivatives of one degree, of one function at one point, along any direction."""

    def __init__(self, subject: Subject, degree: int, modes: Sequence[str], method: str, rtol: float) -> None:
        self.subject, self.degree, self.modes, self.method, self.rtol = subject, degree, modes, method, rtol
        self.recorded: tuple[list[Value], list[Any]] | None = None  # when needed
        self.ancestors: list[set[int]] | None = None
        self.results = subject.evaluate(subject.point)  # also names the outputs
        self.outputs = [f"f{name}" for name in subject.output_names]
        if degree == 2:
            self.outputs = [f"{out}/∂{name}" for out in self.outputs for name in subject.names]
        self.jacobian = self._flat(jacobian(self.function)(subject.point)) if "reverse" in modes else []
        self.witness = Witness(subject, subject.point)

    def function(self, numbers: Sequence[Any]) -> list[Any]:
        """Give what is to be differentiated once more, flat."""
        if self.degree == 1:
            return self.subject(numbers)
        return flatten(jacobian(self.subject)(list(numbers)), lambda leaf, where: leaf)[0]

    def _flat(self, rows: Any) -> list[list[float]]:
        return [[plain(x) for x in row] for row in rows]

    def evaluate(self, numbers: Sequence[float]) -> list[float]:
        if self.degree == 1:
            return self.subject.evaluate(numbers)
        return [plain(x) for x in self.function(list(numbers))]

    def along(self, direction: Sequence[float], name: str = "") -> list[Comparison]:
        """Compare the derivatives of all results along one direction."""
        point = self.subject.point
        moving = [i for i, d in enumerate(direction) if d]
        name = name or (self.subject.names[moving[0]] if len(moving) == 1 else "direction")

        def moved(t: Any) -> list[Any]:
            return [x + t * d if d else x for x, d in zip(point, direction, strict=True)]

        ray = Ray(lambda t: self.evaluate(moved(t)), max(abs(point[i] / direction[i]) for i in moving))
        given: list[tuple[str, list[float]]] = []
        if "reverse" in self.modes:
            given.append(("reverse", [_dot(row, direction) for row in self.jacobian]))
        if "forward" in self.modes:
            tangents = jvp(self.function, (list(point),), (list(direction),))[1]
            given.append(("forward", [plain(x) for x in tangents]))
        comparisons = []
        testimonies: list[Testimony | None] = []
        for index, output in enumerate(self.outputs):
            estimate = self._measured(ray, moved, index)
            kinked = self.method == "differences" and ray.kinked(index)
            for mode, derivatives in given:
                found = compare(
                    f"∂{output}/∂{name}" if self.degree == 1 else f"∂²{output}∂{name}",
                    mode,
                    derivatives[index],
                    estimate,
                    kinked,
                    self.rtol,
                    independent=derivatives[index] == 0.0 and estimate.constant and self.independent(index, moving),
                )
                doubtful = found.status != AGREES or (found.given == 0.0 and estimate.zero)
                if doubtful and self.degree == 1 and self.method == "differences":
                    testimonies = testimonies or self.witness.ask(direction, self.results)
                    found = reconsidered(found, testimonies[index], self.rtol)
                if found.status == MISMATCH and not found.precise:
                    found = within_rounding(found, self.rounding(index, direction, estimate.step))
                comparisons.append(found)
        return comparisons

    def rounding(self, index: int, direction: Sequence[float], step: float) -> float:
        """Say how much rounding a derivative may hold, by the sizes of its paths.

        Second derivatives are measured from first ones at points a step apart, whose rounding comes in, too.
        """
        leaves, results = self.graph()
        own = rounding_of(results[index], dict(zip(leaves, direction, strict=True)))
        if self.degree == 1 or not step:
            return own
        leaves = [Value(x) for x in self.subject.point]
        output, place = divmod(index, len(leaves))
        return own + rounding_of(self.subject(leaves)[output], {leaves[place]: 1.0}) / step

    def graph(self) -> tuple[list[Value], list[Any]]:
        """Give the numbers as leaves, and the results that depend on them."""
        if self.recorded is None:
            leaves = [Value(x) for x in self.subject.point]
            self.recorded = leaves, self.function(leaves)
        return self.recorded

    def independent(self, index: int, moving: Sequence[int]) -> bool:
        """Tell whether no path leads from the numbers that move to a result, in the graph that gradients take."""
        if self.ancestors is None:
            leaves, results = self.graph()
            place = {leaf: i for i, leaf in enumerate(leaves)}
            self.ancestors = [
                {place[node] for node in topological_order(y) if node in place} if isinstance(y, Value) else set()
                for y in results
            ]
        return self.ancestors[index].isdisjoint(moving)

    def _measured(self, ray: Ray, moved: Callable[[Any], list[Any]], index: int) -> Estimate:
        if self.method == "differences":
            return ray.slope(index)

        def results(step: complex) -> list[Any]:
            return flatten(self.subject.f(*self.subject.structure.unflatten(moved(step))), _any, "")[0]

        try:
            return complex_slope(results, index)
        except TypeError as error:
            raise TypeError(
                f'method="complex" needs a function of complex numbers, and {self.subject.title} refuses them '
                f'({error}); leave it out, or write method="differences"'
            ) from error

    def pinned_down(self, generator: random.Random) -> list[Comparison]:
        """Find single coordinates that are wrong, by halving the set of those that move."""
        groups = [range(len(self.subject.point))]
        found: list[Comparison] = []
        while groups and len({c.name for c in found}) < _FOUND:
            group = groups.pop()
            middle = len(group) // 2
            for half in (group[:middle], group[middle:]):
                if not half:
                    continue
                single = len(half) == 1
                direction = _direction(generator, half, len(self.subject.point))
                wrong = self.along([float(d != 0.0) for d in direction] if single else direction)
                if any(c.status == MISMATCH for c in wrong):
                    if single:
                        found += wrong
                    else:
                        groups.append(half)
        return found


def _direction(generator: random.Random, moving: Sequence[int], count: int) -> list[float]:
    """Draw a direction in which the numbers at the places `moving` change, each by a comparable amount."""
    direction = [0.0] * count
    for i in moving:
        direction[i] = generator.choice((-1.0, 1.0)) * generator.uniform(0.5, 1.0) / math.sqrt(len(moving))
    return direction


def _dot(row: Sequence[float], direction: Sequence[float]) -> float:
    terms = [r * d for r, d in zip(row, direction, strict=True) if d]
    return math.fsum(terms) if all(map(math.isfinite, terms)) else sum(terms)


def _any(leaf: Any, where: str) -> Any:
    return leaf


def _suspect(subject: Subject, comparisons: Sequence[Comparison], degree: int, rtol: float) -> Suspect | None:
    """Find the operation that alone explains what is wrong."""
    leaves, results = subject.values(subject.point)
    undefined = any(c.status == MISMATCH and not math.isfinite(c.given) for c in comparisons)
    found = (find_undefined(results, leaves) if undefined else None) or find_suspect(results, leaves, degree, rtol)
    precise = any(c.status == MISMATCH and c.precise for c in comparisons)
    return found or (find_wrong_rule(results, leaves) if precise else None)


def _explained(subject: Subject, comparisons: Sequence[Comparison], suspect: Suspect | None) -> AssertionError:
    """Say what is wrong, and what explains it."""
    explanation = ""
    if suspect is None:
        results = subject.values(subject.point)[1]
        if any(isinstance(y, Value) for y in results):
            explanation = say(
                "every operation's own derivative agrees, so the graph does not show the whole computation: look for "
                "x.data, detach, no_grad, or Python numbers kept from another run"
            )
        else:
            explanation = say(
                "the function gives plain numbers, so nothing flows back: compute with tg.exp(x) and the like"
            )
    wrong = {name for c in comparisons if c.status == MISMATCH for name in c.name.split("∂")[2:]}
    point = sorted(zip(subject.names, subject.point, strict=True), key=lambda item: item[0] not in wrong)
    return mismatch(subject.title, comparisons, point, suspect, explanation)
