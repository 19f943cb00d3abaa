"""With this module one can check an operation of one's own: every promise of its entry, by every reader of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..engine.value import Value
from ..graph.graph import Graph
from ..graph.tracing import trace
from ..ops.code_atoms import Code
from ..ops.notation import Text, argument_names
from ..ops.operation import Op
from ..ops.python_source import on_floats
from ..transforms.derivatives import grad
from .kinks import kinks_of, listed, promises_kept, same
from .report import MISMATCH, UNSETTLED, Comparison, Report, compare, mismatch
from .safe_points import arities, sample, spread
from .subject import refuse_inexact
from .suspects import Suspect, second_partial, second_slope_of, slope_of


def operation(op: Op, points: int = 25, order: int = 2, rtol: float = 1e-9, seed: int = 0) -> Report:
    """Check that an operation is what its entry says, everywhere in its domain, for every reader.

    Its partials against differences; its second derivatives against differences of the partials; the promised
    partials at its kinks; that its line of code, if it states one, computes what its function does; and that floats,
    Values, graph variables and text read the same entry alike.

    Parameters
    ----------
    op : Op
        An operation of the table or of your own.
    points : int, default 25
        At how many arguments to look; simple ones come first, so the one reported is simple.
    order : {1, 2}, default 2
        1 leaves the second derivatives out.
    rtol : float, default 1e-9
        Relative tolerance.
    seed : int, default 0
        Of the choice of arguments.

    Returns
    -------
    Report

    Raises
    ------
    GradientMismatch
        With the first argument at which a promise is not kept.
    TypeError, ValueError
        If `op` is no operation, or no argument could be found in its domain.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> cube = tg.Op("cube", lambda x: x * x * x, lambda y, x: (3.0 * x * x,))
    >>> operation(cube).conclusive
    True
    """
    if not isinstance(op, Op):
        raise TypeError(f"tg.check.operation takes an operation (tg.Op), got {type(op).__name__}")
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, got {order!r}")
    refuse_inexact([op], op.name)
    drawn = list(sample(op, points, seed))
    anywhere = list(spread(op, points, seed))
    if not drawn and not anywhere:
        raise ValueError(
            f"no arguments of {op.name} from -1e12 to 1e12 give a finite result and finite partials within its domain: "
            "look at what fn gives, and state domains and kinks"
        )
    _readable(op)
    comparisons: list[Comparison] = []
    for args in drawn + anywhere:
        found = first_order(op, args, rtol) + (second_order(op, args, rtol) if order == 2 else [])
        wrong = [c for c in found if c.status == MISMATCH]
        if wrong:
            names = argument_names(len(args))
            places: list[tuple[int, int | None]] = [(i, None) for i in range(len(args))]
            places += [(i, j) for i in range(len(args)) for j in range(len(args)) if order == 2]
            index, second = places[found.index(wrong[0])]
            suspect = Suspect(op, args, names, index, wrong[0].given, wrong[0].measured, second)
            raise mismatch(op.name, wrong, list(zip(names, args, strict=True)), suspect)
        comparisons += found
    for args in drawn:
        readings_agree(op, args)
        code_agrees(op, args, rtol)
    for args in kinks_of(op):
        promises_kept(op, args)
        code_agrees(op, args, rtol)
    return Report(op.name, _witnesses(comparisons))


def _witnesses(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Leave out places that decide nothing, where as many others do: they only were in the way of rounding.

    A saturated tanh says nothing about its slope, but then a slope there is asked of nobody.
    """
    kept: list[Comparison] = []
    for name in dict.fromkeys(c.name for c in comparisons):
        same_name = [c for c in comparisons if c.name == name]
        decided = [c for c in same_name if c.status != UNSETTLED]
        kept += decided if 2 * len(decided) >= len(same_name) else same_name
    return kept


def first_order(op: Op, args: Sequence[float], rtol: float = 1e-9) -> list[Comparison]:
    """Compare the partials of an operation at one place with differences of its values."""
    slopes = op.slopes(op(*args), args)
    names = argument_names(len(args))
    return [
        compare(f"∂{op.name}/∂{names[i]}", "partial", slopes[i], slope_of(op, args, i), False, rtol, True)
        for i in range(len(args))
    ]


def second_order(op: Op, args: Sequence[float], rtol: float = 1e-9) -> list[Comparison]:
    """Compare the derivatives of the partials, as `grad` finds them, with differences of the partials."""
    names = argument_names(len(args))
    return [
        compare(
            f"∂²{op.name}/∂{names[i]}∂{names[j]}",
            "grad",
            second_partial(op, args, i, j),
            second_slope_of(op, args, i, j),
            False,
            rtol,
            independent=True,
        )
        for i in range(len(args))
        for j in range(len(args))
    ]


def readings_agree(op: Op, args: Sequence[float]) -> None:
    """Check that floats, Values, graph variables, their gradients and Python source give the same numbers.

    Parameters
    ----------
    op : Op
    args : sequence of float

    Raises
    ------
    GradientMismatch
        If one reading differs.
    """
    expected = op.slopes(op(*args), args)
    leaves = [Value(x) for x in args]
    result = op(*leaves)
    result.backward()
    graph, frozen = trace(lambda *xs: op(*xs), *args), Graph.from_value(result)
    readings: dict[str, tuple[Any, Sequence[float]]] = {
        "Values": (result.data, [leaf.grad for leaf in leaves]),
        "a traced graph": (graph(*args), listed(graph.grad()(*args), len(args))),
        "Graph.from_value": (frozen(*args), listed(frozen.grad()(*args), len(args))),
        "grad within grad": (op(*args), [_nested(op, args, i) for i in range(len(args))]),
    }
    for reader, (value, slopes) in readings.items():
        if not same(value, op(*args)) or not all(map(same, slopes, expected)):
            raise mismatch(
                f"{op.name} read by {reader} gives {value!r} with slopes {list(slopes)!r}, but on floats "
                f"{op(*args)!r} with {list(expected)!r}",
                [],
                list(zip(argument_names(len(args)), args, strict=True)),
            )


def code_agrees(op: Op, args: Sequence[float], rtol: float = 1e-9) -> None:
    """Check that the line of code of an operation computes what its function does.

    Parameters
    ----------
    op : Op
        Without code there is nothing to check.
    args : sequence of float
    rtol : float, default 1e-9
        Relative tolerance.

    Raises
    ------
    GradientMismatch
        If it does not.
    """
    if op.code is None:
        return
    found, expected = on_floats(op)(*args), op(*args)
    if not same(found, expected) and not abs(found - expected) <= rtol * abs(expected):
        raise mismatch(
            f"{op.name} states the code {op.code!r}, which gives {found!r}, but its function gives {expected!r}",
            [],
            list(zip(argument_names(len(args)), args, strict=True)),
        )


def _nested(op: Op, args: Sequence[float], index: int) -> float:
    """Differentiate inside another differentiation, so that the entry is read by Values."""
    kept: list[float] = []

    def inner(outer: Any) -> Any:
        derivative = grad(lambda x: op(*args[:index], x + outer, *args[index + 1 :]))(args[index])
        kept.append(derivative.data if isinstance(derivative, Value) else derivative)
        return derivative

    grad(inner)(0.0)
    return kept[0]


def _readable(op: Op) -> None:
    """Check that the entry can be read as text, which captions and drawings need."""
    for count in arities(op):
        names = argument_names(count)
        readers: dict[str, Callable[[str], Any]] = {"text": Text, "source": Code}
        for kind, reader in readers.items():
            atoms = [reader(name) for name in ("y", *names)]
            try:
                partials = op.partials(*atoms)
            except Exception as error:
                raise mismatch(
                    f"{op.name}: its partials cannot be read as {kind} ({type(error).__name__}: {error}), so they can "
                    "be neither shown as a formula nor differentiated again: write them in arithmetic and table "
                    "functions such as tg.exp, not math.exp, and without if",
                    [],
                    [],
                ) from error
            if len(tuple(partials)) != count:
                raise mismatch(f"{op.name}: {len(tuple(partials))} partials for {count} arguments", [], [])
