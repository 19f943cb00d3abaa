"""With this module a node holds its edges, its parents and the slopes towards them, in little memory.

There are millions of nodes. One or two parents and partials have slots of their own: two tuples a node would double the
memory, and more than double what the garbage collector has to look through. More than two stand as tuples in the first
slots; those of an inner product as two tuples each, for many share a half: the neurons of a layer have the same inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .value import Value


class Edges:
    """What has parents, and a local derivative towards each."""

    __slots__ = ("_a", "_b", "_da", "_db")

    _a: Any  # Value, tuple of Values, or None: no parents
    _b: Any  # Value, tuple of Values, or None: no more parents
    _da: Any  # float or tuple of floats, as _a is; unset where there are no parents
    _db: Any  # likewise

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands, one entry per operand."""
        if self._b is not None:
            return self._a + self._b if type(self._b) is tuple else (self._a, self._b)
        if self._a is None:
            return ()
        return self._a if type(self._a) is tuple else (self._a,)

    @property
    def partials(self) -> tuple[float, ...]:
        """The local derivative towards each parent."""
        if self._b is not None:
            return self._da + self._db if type(self._b) is tuple else (self._da, self._db)
        if self._a is None:
            return ()
        return self._da if type(self._a) is tuple else (self._da,)

    def _link(self, parents: tuple[Value, ...], partials: Sequence[float]) -> None:
        """Keep the parents, and the derivatives towards them."""
        self._b = None
        if len(parents) > 2:
            self._a, self._da = parents, partials
        elif len(parents) == 2:
            self._a, self._b = parents
            self._da, self._db = partials
        elif parents:
            (self._a,), (self._da,) = parents, partials
        else:
            self._a = None
