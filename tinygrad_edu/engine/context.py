"""With this module one can say where nodes belong, and whether they are recorded.

`scope` and `no_grad` are per thread. Entering a scope makes a new instance of it, so two calls of one cell are two
groups in a drawing, and collapsing groups never makes a cycle.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import ContextDecorator, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any


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


OFF = Scope("no_grad", None)
"""Stands in for the current scope while nothing is recorded, so that a new node reads one thing, not two."""


class _Context(threading.local):
    scope: Scope | None = None
    created: list[Any] | None = None  # leaves made while a function is being differentiated
    compiling: str | None = None  # the function that is being compiled: what Python decides meanwhile is for good


context = _Context()
open_contexts: list[None] = []
"""One item per thread that is inside a context: while it is empty, nodes need not look theirs up. Appending to a list
and popping from it are atomic, so threads need no lock."""


def enter(name: str) -> Scope | None:
    """Open a new instance of a scope and return the one to go back to, by `leave`.

    Parameters
    ----------
    name : str
        What to call it.

    Returns
    -------
    Scope or None
        What was current before.
    """
    previous = context.scope
    if previous is not OFF:
        if previous is None:
            open_contexts.append(None)
        context.scope = Scope(name, previous)
    return previous


def leave(previous: Scope | None) -> None:
    """Go back to the scope that was current before.

    Parameters
    ----------
    previous : Scope or None
        What `enter` returned.
    """
    context.scope = previous
    if previous is None:
        open_contexts.pop()


class Tagged:
    """What has a name and belongs to a scope: Values and graph variables."""

    __slots__ = ()
    # The name, the scope, or a pair of both: most nodes have neither, and a slot costs 8 bytes a node.
    if TYPE_CHECKING:
        _tag: Any  # str | Scope | tuple[str, Scope] | None, a slot of the subclass

    @property
    def name(self) -> str | None:
        """What it is called in drawings, steps and traces."""
        tag = self._tag[0] if isinstance(self._tag, tuple) else self._tag
        return tag if isinstance(tag, str) else None

    @name.setter
    def name(self, name: str | None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"the name of a Value must be a str or None, got {type(name).__name__}: {name!r:.60}")
        where = self.scope
        self._tag = where if name is None else name if where is None else (name, where)

    @property
    def scope(self) -> Scope | None:
        """The scope instance it was made in."""
        tag = self._tag[1] if isinstance(self._tag, tuple) else self._tag
        return tag if isinstance(tag, Scope) else None


class ParameterName(str):
    """The name of a parameter of a module: by its kind a drawing tells a parameter from other leaves.

    A mark on the name, not on the Value, for there are millions of Values that are no parameters.
    """

    __slots__ = ()


class scope(ContextDecorator):
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
        self.name = name
        self._previous: list[Scope | None] = []

    def _recreate_cm(self) -> scope:
        return scope(self.name)  # as a decorator: one object a call, so threads and recursion do not meet

    def __enter__(self) -> None:
        self._previous.append(enter(self.name))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        leave(self._previous.pop())


class no_grad(ContextDecorator):
    """Compute without recording: results have no parents. Usable as a decorator too.

    Examples
    --------
    >>> from tinygrad_edu import Value, no_grad
    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.parents
    (4.0, ())
    """

    def __init__(self) -> None:
        self._previous: list[Scope | None] = []

    def _recreate_cm(self) -> no_grad:
        return no_grad()

    def __enter__(self) -> None:
        previous = context.scope
        if previous is None:
            open_contexts.append(None)
        self._previous.append(previous)
        context.scope = OFF

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        leave(self._previous.pop())


@contextmanager
def recording() -> Iterator[None]:
    """Record even inside `no_grad`: differentiating or tracing a function must see what the function does."""
    previous = context.scope
    if previous is OFF:
        context.scope = None
    try:
        yield
    finally:
        context.scope = previous


def scope_labels(nodes: Iterable[Any]) -> dict[Scope, str]:
    """Name the scope instances of some nodes: ``cell``, ``cell#2``, by first appearance within their parent.

    Parameters
    ----------
    nodes : iterable
        Values or equations, in the order that decides who is first.

    Returns
    -------
    dict of Scope to str
        Outer instances before inner ones.

    Examples
    --------
    >>> from tinygrad_edu import Value, scope
    >>> x = Value(1.0)
    >>> for _ in range(2):
    ...     with scope("cell"):
    ...         x = x * 2.0
    >>> from tinygrad_edu import topological_order
    >>> list(scope_labels(topological_order(x)).values())
    ['cell', 'cell#2']
    """
    labels: dict[Scope, str] = {}
    counts: dict[tuple[Scope | None, str], int] = {}
    for node in nodes:
        if node.scope is None or node.scope in labels:
            continue
        for instance in node.scope.chain():
            if instance not in labels:
                key = (instance.parent, instance.name)
                counts[key] = counts.get(key, 0) + 1
                labels[instance] = instance.name if counts[key] == 1 else f"{instance.name}#{counts[key]}"
    return labels
