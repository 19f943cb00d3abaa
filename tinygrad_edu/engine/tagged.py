"""With this module nodes have a name and belong to a scope, and scopes that are called the same are told apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .context import Scope


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
