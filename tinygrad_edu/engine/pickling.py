"""With this module a graph of Values is pickled, however deep it is.

Pickle recurses into what an object is made of, and a chain of a million nodes is an ordinary graph. So the Value that
pickle meets first lists its ancestors in topological order, and each of them finds its parents written already. Two
marks, before and behind the list, tell the ancestors that they need not list theirs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from .sweep import topological_order


class _Writing(threading.local):
    listed: frozenset[Any] = frozenset()  # the nodes that are in a list which is being written


_writing = _Writing()


class _Mark:
    """Says, at the moment pickle reaches it, which nodes are listed."""

    def __init__(self, listed: Any) -> None:
        self.listed = listed

    def __reduce_ex__(self, protocol: Any) -> tuple[type, tuple[()]]:
        _writing.listed = frozenset(self.listed)
        return tuple, ()


def reduced(
    node: Any, rebuild: Callable[..., Any], fields: tuple[Any, ...]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Give pickle what it wants to know of a node: a function that makes it, and that function's arguments.

    Parameters
    ----------
    node : Value
    rebuild : callable
        ``rebuild(*fields)`` makes the node.
    fields : tuple

    Returns
    -------
    callable, tuple
    """
    if not node.parents or node in _writing.listed:
        return rebuild, fields
    ancestors = topological_order(node)[:-1]
    return _rebuilt, (rebuild, len(fields), _Mark(ancestors), *ancestors, _Mark(()), *fields)


def _rebuilt(rebuild: Callable[..., Any], count: int, *ancestors_and_fields: Any) -> Any:
    """Make a node from its fields, the last so many; its ancestors have been made by now."""
    return rebuild(*ancestors_and_fields[-count:])
