"""With this module one can have an engine of one's own examined: `engine` says what works and which mistake it makes.

Small programs are run on it and on ours, from the smallest up. Where it goes wrong, the mistake is found by trying them
all: for every classical mistake there is an engine that makes it and nothing else, and the one whose numbers are those
that were seen, in every program, is the explanation. If there is none, two mistakes at a time are tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

from ..engine.value import Value
from ..ops.notation import number_text
from ..words import say
from .mistakes import MISTAKES, NO_REFLECTION, RECURSION, WRONG_VALUE, Mistake, both
from .toys import toys_with
from .trials import TRIALS, Trial

_LONG = 5_000
_CLOSE = 1e-6


@dataclass(frozen=True)
class EngineReport:
    """What was found out about an engine; it prints itself.

    Attributes
    ----------
    passed : bool
        Whether all that it has is right. What follows is told in the language that was chosen.
    mistake : str or None
        The classical mistake that explains all that was seen, or the two that do together ("...; and ..."); None if
        nothing is wrong, or nothing known explains it.
    remedy : str
        What to write instead; "" if there is no `mistake`.
    program : str or None
        The smallest program that fails.
    missing : tuple of str
        Operations that it does not have. That is no failure.
    works : tuple of str
        Programs that give what they should.
    failures : tuple of str
        What went wrong, program by program.
    """

    passed: bool
    mistake: str | None = None
    remedy: str = ""
    program: str | None = None
    missing: tuple[str, ...] = ()
    works: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    _result: Any = field(default=None, repr=False, compare=False)

    @property
    def drawing(self) -> Any:
        """The smallest program that fails, as it should be, as a `Drawing`; None if nothing fails."""
        if self._result is None:
            return None
        from ..drawing.picture import draw

        return draw(self._result)

    def __str__(self) -> str:
        """Tell it in words."""
        right, count = len(self.works), len(self.works) + len(self.failures)
        lines = [say("{right} of {count} small programs give the right numbers.", right=right, count=count)]
        if self.passed:
            lines.append(say("Nothing is wrong with what it has."))
        else:
            lines.append(say("The smallest that fails: {program}", program=self.program))
            lines.append(f"  {self.failures[0]}")
            if self.mistake is None:
                lines.append(say("No classical mistake explains all of this: begin with the smallest program."))
            else:
                lines.append(say("What explains all that was seen: {mistake}.", mistake=self.mistake))
                lines.append(say("Instead: {remedy}.", remedy=self.remedy))
        if self.missing:
            lines.append(say("Not there yet: {names}.", names=", ".join(self.missing)))
        return "\n".join(lines)


def engine(cls: Callable[..., Any]) -> EngineReport:
    """Examine a scalar engine that somebody wrote, and say which mistake it makes, if it makes one.

    Parameters
    ----------
    cls : class
        Anything like micrograd's `Value`: ``cls(2.0)`` has `data` and `grad`, operators, and `backward()`.

    Returns
    -------
    EngineReport

    Raises
    ------
    TypeError
        If it is no engine at all: ``cls(2.0)`` fails, or has no `data`, `grad` or `backward`.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> report = engine(Value)
    >>> report.passed, report.mistake, report.missing
    (True, None, ())
    """
    _look_at(cls)
    missing: list[str] = []
    works: list[str] = []
    failures: list[tuple[Trial, str]] = []
    seen: list[tuple[Trial, _Outcome]] = []
    for trial in TRIALS:
        found, truth = _tried(cls, trial), _tried(Value, trial)
        if found.error is not None:
            if found.lacks:
                missing.append(trial.needs)
            else:
                failures.append((trial, say("it raises {error}", error=found.error)))
            continue
        seen.append((trial, found))
        if found.agrees(truth):
            works.append(trial.text)
        else:
            failures.append((trial, found.against(truth)))
    mistake = _explained(seen, failures, missing)
    if not failures or mistake is None:
        deep = _deep(cls)
        if deep is not None:
            failures.append((Trial(say("a chain of {count} additions", count=f"{_LONG:,}"), lambda a, b: a, ""), deep))
            mistake = RECURSION if len(failures) == 1 else mistake
    listed = tuple(dict.fromkeys(name for name in missing if _worth_listing(name, missing)))
    passed = not failures and mistake is None
    first = failures[0][0] if failures else None
    program = first.text if first else (_first_reflected(missing) if mistake is NO_REFLECTION else None)
    lines = tuple(f"{trial.text}: {what}" for trial, what in failures) or (
        (say("{program}: Python finds no operator for a number on the left", program=program),) if program else ()
    )
    return EngineReport(
        passed,
        None if mistake is None else mistake.said(),
        "" if mistake is None else mistake.remedy_said(),
        program,
        listed,
        tuple(works),
        lines,
        None if first is None else _drawn(first),
    )


class _Outcome(NamedTuple):
    """What a program gave: its value, and the gradients of both leaves."""

    value: float = math.nan
    a: float = math.nan
    b: float = math.nan
    error: str | None = None
    lacks: bool = False

    def agrees(self, other: _Outcome) -> bool:
        return all(map(_close, self[:3], other[:3]))

    def against(self, truth: _Outcome) -> str:
        parts = []
        for name, mine, right in zip((say("the value"), "a.grad", "b.grad"), self[:3], truth[:3], strict=True):
            if not _close(mine, right):
                numbers = {"found": number_text(mine), "right": number_text(right)}
                parts.append(say("{name} is {found}, and should be {right}", name=name, **numbers))
        return say("; ").join(parts)


def _close(x: float, y: float) -> bool:
    return x == y or abs(x - y) <= _CLOSE * max(abs(x), abs(y), 1.0)


def _look_at(cls: Any) -> None:
    try:
        leaf = cls(2.0)
    except Exception as error:  # whatever a learner's class raises, it is told
        raise TypeError(f"an engine makes a leaf of a number, but {cls!r}(2.0) raises {error!r}") from error
    lacking = [name for name in ("data", "grad", "backward") if not hasattr(leaf, name)]
    if lacking:
        raise TypeError(
            f"an engine's values have data, grad and backward(), and those of {getattr(cls, '__name__', cls)!r} lack "
            f"{' and '.join(lacking)}"
        )


def _tried(cls: Any, trial: Trial) -> _Outcome:
    a, b = cls(1.5), cls(-2.25)
    try:
        y = trial.run(a, b)
    except (TypeError, AttributeError, NotImplementedError) as error:
        return _Outcome(error=f"{type(error).__name__}: {error}", lacks=True)
    except Exception as error:  # a learner's code may raise anything
        return _Outcome(error=f"{type(error).__name__}: {error}")
    try:
        for _ in range(trial.sweeps):
            y.backward()
        return _Outcome(float(y.data), float(a.grad), float(b.grad))
    except Exception as error:  # as above
        return _Outcome(error=f"{type(error).__name__}: {error}")


def _explained(seen: list[tuple[Trial, _Outcome]], failures: list[Any], missing: list[str]) -> Mistake | None:
    if failures:
        alone = _first_that_gives(seen, MISTAKES)
        if alone is not None:
            return alone
        if any(not _close(found.value, _tried(Value, trial).value) for trial, found in seen):
            return WRONG_VALUE
        pairs = (both(*pair) for pair in combinations(MISTAKES, 2))
        return _first_that_gives(seen, (pair for pair in pairs if pair is not None))
    reflected = {"2.0 + a": "a + 2.0", "2.0 * a": "a * 2.0"}
    if any(name in missing and plain not in missing for name, plain in reflected.items()):
        return NO_REFLECTION
    return None


def _first_that_gives(seen: list[tuple[Trial, _Outcome]], mistakes: Iterable[Mistake]) -> Mistake | None:
    """Find a mistake that makes an engine give, in every program, just what was seen."""
    for mistake in mistakes:
        for toy in toys_with(mistake):
            if all(found.agrees(_tried(toy, trial)) for trial, found in seen):
                return mistake
    return None


def _first_reflected(missing: list[str]) -> str:
    return next(name for name in missing if name.startswith("2.0 "))


def _worth_listing(name: str, missing: list[str]) -> bool:
    """Tell whether what is missing is said by nothing else: numbers on the left have a mistake of their own."""
    plain = name.removeprefix("a ").removesuffix(" 2.0")
    return bool(name) and not name.startswith("2.0 ") and (plain == name or plain not in missing)


def _deep(cls: Any) -> str | None:
    """Say what goes wrong with a long chain, if anything does."""
    a = cls(1.0)
    y = a
    try:
        for _ in range(_LONG):
            y = y + a
        y.backward()
    except RecursionError:
        return say("it raises {error}", error="RecursionError")
    except (TypeError, AttributeError, NotImplementedError):
        return None  # there is no addition yet
    except Exception as error:  # as above
        return say("it raises {error}", error=f"{type(error).__name__}: {error}")
    return None if _close(a.grad, _LONG + 1.0) else _Outcome(y.data, a.grad).against(_Outcome(y.data, _LONG + 1.0))


def _drawn(trial: Trial) -> Any:
    a, b = Value(1.5, "a"), Value(-2.25, "b")
    y = trial.run(a, b)
    y.backward()
    return y
