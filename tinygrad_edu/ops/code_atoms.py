"""With this module one can read a derivative as code: the partials of an entry are called with atoms of it.

What comes back is a tree as `code` makes it from a line of code, to be written in any language.

>>> from tinygrad_edu.ops import OPS
>>> (slope,) = partials_of(OPS["tan"], 1)
>>> slope.kind, slope.parts[0].what, slope.parts[1].kind
('+', 1.0, '*')
"""

from __future__ import annotations

from typing import Any

from .code import Node, argument_names
from .floats import number
from .operation import Op
from .operators import BINARY, UNARY
from .protocol import Number, Rank


class Code(Number):
    """A part of a formula as a tree of code.

    Parameters
    ----------
    tree : Node or str
        A name stands for itself.
    """

    __slots__ = ("tree",)
    _rank = Rank.ATOM

    def __init__(self, tree: Node | str) -> None:
        self.tree = Node("name", (), tree) if isinstance(tree, str) else tree

    def __bool__(self) -> bool:
        raise TypeError("the partials of an operation must not branch on a number; write where(...)")

    @staticmethod
    def _apply(op: Op, args: tuple[Any, ...]) -> Code:
        parts = tuple([tree_of(arg) for arg in args])
        kind = _ARITHMETIC.get(op)
        return Code(Node("call", parts, op) if kind is None else Node(kind, parts))


_ARITHMETIC = {
    BINARY["add"]: "+",
    BINARY["sub"]: "-",
    BINARY["mul"]: "*",
    BINARY["truediv"]: "/",
    UNARY["neg"]: "neg",
}
"""What Python's operators apply needs no look at its entry; so the engine starts without reading any code."""


def tree_of(part: Any) -> Node:
    """Give the tree of an atom, or of a number."""
    return part.tree if isinstance(part, Code) else Node("number", (), number(part))


def partials_of(op: Op, count: int) -> list[Node]:
    """Read the partials of an operation as code, of the result ``y`` and the arguments as `argument_names` says.

    Parameters
    ----------
    op : Op
    count : int
        Of arguments.

    Returns
    -------
    list of Node

    Raises
    ------
    TypeError, ValueError, AttributeError
        If they cannot be read, because they branch or call `math`.
    """
    return [tree_of(partial) for partial in op.partials(Code("y"), *map(Code, argument_names(count)))]
