"""With this module one can say where nodes belong, and whether they are recorded.

`scope` and `no_grad` belong to the thread and to the asyncio task, and may end in any order. Entering a scope makes a
new instance of it, so two calls of one cell are two groups in a drawing, and collapsing groups never makes a cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self, overload

from .decorating import Decorator, F


class Scope:
    """One entry into a named scope; the object itself is the instance.

    Attributes
    ----------
    name : str
        What the user called it.
    parent : Scope or None
        The instance it was entered in.
    """

    __slots__ = ("name", "parent")

    def __init__(self, name: str, parent: Scope | None) -> None:
        self.name = name
        self.parent = parent

    def chain(self) -> list[Scope]:
        """List the instances from the outermost one to this one."""
        chain: list[Scope] = []
        scope: Scope | None = self
        while scope is not None:
            chain.append(scope)
            scope = scope.parent
        return chain[::-1]

    @property
    def path(self) -> str:
        """The names from the outermost scope to this one, joined by "/"."""
        return "/".join(scope.name for scope in self.chain())

    def __repr__(self) -> str:
        return f"<Scope {self.path}>"


class Switch:
    """One entry into a context that turns recording off, or on again."""

    __slots__ = ("off",)

    def __init__(self, off: bool) -> None:
        self.off = off


class Frame:
    """Where nodes are made, if the innermost scope does not say it all.

    Usually it does: nothing but scopes is open, each within the one that was entered before it. But recording may be
    off; and a context may end before one that was entered later (two generators, say, that were started one after the
    other). So a frame knows the frame around it, and what was entered, by which a context finds its own frame again.

    Attributes
    ----------
    scope : Scope or None
        The innermost scope.
    off : bool
        Whether nothing is recorded.
    entered : Scope or Switch
        What made the difference to the frame around it.
    outer : Scope, Frame or None
        The frame around it.
    """

    __slots__ = ("entered", "off", "outer", "scope")

    def __init__(self, entered: Scope | Switch, scope: Scope | None, off: bool, outer: Scope | Frame | None) -> None:
        self.entered = entered
        self.scope = scope
        self.off = off
        self.outer = outer


_where: ContextVar[Scope | Frame | None] = ContextVar("tinygrad_edu where", default=None)
current: Callable[[], Scope | Frame | None] = _where.get
"""Gives where this thread, or this asyncio task, is: a frame, or a scope that stands for one, or None outside of all.

A task starts where its maker is.
"""

go_to: Callable[[Scope | Frame | None], object] = _where.set
"""Goes where `current` said. It is one call into C, so that no interrupt finds it half done."""

used: list[None] = []
"""Not empty once any context was entered: until then, nodes need not look where they are."""


def enter(name: str, outer: Scope | Frame | None) -> Scope:
    """Open a new instance of a scope.

    Parameters
    ----------
    name : str
        What to call it.
    outer : Scope, Frame or None
        Where to open it: what `current` gives.

    Returns
    -------
    Scope
        The instance; `leave` wants it back.
    """
    if not used:
        used.append(None)
    if isinstance(outer, Frame):
        scope = Scope(name, outer.scope)
        go_to(Frame(scope, scope, outer.off, outer))
    else:
        scope = Scope(name, outer)
        go_to(scope)
    return scope


def switch(off: bool) -> Switch:
    """Turn recording off or on; `leave` wants the switch back."""
    outer = current()
    if not used:
        used.append(None)
    entered = Switch(off)
    go_to(_inside(outer, entered))
    return entered


def leave(entered: Scope | Switch) -> None:
    """End a context, be it the innermost or not; nothing happens if it was entered in another thread or task.

    Parameters
    ----------
    entered : Scope or Switch
        What `enter` or `switch` returned.
    """
    where = current()
    inner: list[Scope | Switch] = []  # entered later, and still open
    while where is not None:
        latest, where = (where.entered, where.outer) if isinstance(where, Frame) else (where, where.parent)
        if latest is entered:
            break
        inner.append(latest)
    else:
        return
    for other in reversed(inner):
        where = _inside(where, other)
    go_to(where)


def _entered_here() -> Iterator[Scope | Switch]:
    """Go through what is open in this thread or task, from the innermost."""
    where = current()
    while where is not None:
        latest, where = (where.entered, where.outer) if isinstance(where, Frame) else (where, where.parent)
        yield latest


def is_off() -> bool:
    """Say whether nothing is recorded here."""
    where = current()
    return isinstance(where, Frame) and where.off


def _inside(outer: Scope | Frame | None, entered: Scope | Switch) -> Scope | Frame:
    """Give the frame that something entered makes within another."""
    scope, off = (outer.scope, outer.off) if isinstance(outer, Frame) else (outer, False)
    if isinstance(entered, Switch):
        return Frame(entered, scope, entered.off, outer)
    return entered if entered.parent is outer else Frame(entered, entered, off, outer)


class ParameterName(str):
    """The name of a parameter of a module: by its kind a drawing tells a parameter from other leaves.

    A mark on the name, not on the Value, for there are millions of Values that are no parameters.
    """

    __slots__ = ()


class _Context(Decorator):
    """What `scope` and `no_grad` share: they may be entered again, and leave nothing open when interrupted."""

    def __init__(self) -> None:
        self._entered: list[Scope | Switch] = []

    def _enter(self) -> Scope | Switch:
        raise NotImplementedError

    def __enter__(self) -> None:
        before = current()
        try:
            self._entered.append(self._enter())
        except BaseException:
            go_to(before)
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        entered = None
        try:
            entered = self._latest()
            leave(entered)
        except BaseException:  # an interrupt: to leave twice does no harm
            leave(entered or self._latest())
            raise
        self._entered.remove(entered)

    def _latest(self) -> Scope | Switch:
        """Give what was entered last by this object here, for other threads and tasks may have entered it as well."""
        here = set(_entered_here())
        return next((entered for entered in reversed(self._entered) if entered in here), self._entered[-1])


class scope(_Context):
    """Group the nodes made inside under a name; each entry is a new instance.

    Parameters
    ----------
    name : str
        What to call the group.

    Examples
    --------
    >>> from tinygrad_edu import Value, scope
    >>> with scope("attention"):
    ...     y = Value(2.0) * 3.0
    >>> y.scope.name
    'attention'
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str) or not name:
            raise TypeError(f"a scope needs a name, a non-empty str such as 'attention', got {name!r}")
        super().__init__()
        self.name = name

    def _recreate_cm(self) -> scope:
        return scope(self.name)  # as a decorator: one object a call, so threads and recursion do not meet

    def _enter(self) -> Scope:
        return enter(self.name, current())


class no_grad(_Context):
    """Compute without recording: results have no parents. Usable as a decorator too, of coroutines and generators too.

    Examples
    --------
    >>> from tinygrad_edu import Value, no_grad
    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.parents
    (4.0, ())
    """

    @overload
    def __new__(cls) -> Self: ...
    @overload
    def __new__(cls, function: F) -> F: ...  # type: ignore[misc]  # @no_grad without brackets
    def __new__(cls, function: Any = None) -> Any:
        context = super().__new__(cls)
        return context if function is None else context(function)

    def _recreate_cm(self) -> no_grad:
        return no_grad()

    def _enter(self) -> Switch:
        return switch(off=True)


@contextmanager
def recording() -> Iterator[None]:
    """Record even inside `no_grad`: differentiating or tracing a function must see what the function does."""
    if not is_off():
        yield
        return
    entered = switch(off=False)
    try:
        yield
    finally:
        leave(entered)
