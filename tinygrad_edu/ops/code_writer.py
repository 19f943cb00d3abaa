"""With this module the code of operations is written in other languages: Python, JavaScript, calls of array libraries.

The writer is the same for all. It first puts the code of each operation in the place of its call, down to arithmetic
and functions of the C library: where a `Dialect` has no function for it, and it does not read better as a function of
its own. Then it has the text written.

>>> from tinygrad_edu.ops import OPS
>>> print(Writer(PYTHON).function(OPS["elu"], "elu"), end="")
def elu(x):
    return x if x > 0.0 else math.expm1(x)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from ..errors import GraphError
from .code import FOLDS, HALVES, SEQUENCE, Node, argument_names
from .code_dialect import PYTHON as PYTHON
from .code_dialect import PYTHON_FORMS as PYTHON_FORMS
from .code_dialect import Dialect as Dialect
from .code_text import Page
from .operation import Op
from .table import maximum, minimum

T = TypeVar("T")

_BRIEF = 9  # nodes up to which the code of an operation is read more easily than a call to it


def transformed(roots: Iterable[Node], change: Callable[[Node, tuple[T, ...]], T]) -> list[T]:
    """Rebuild trees from the leaves up, of nodes or of anything else; what is shared stays shared.

    Parameters
    ----------
    roots : iterable of Node
    change : callable
        ``change(node, parts)`` gives what takes the place of a node whose parts have become `parts`.

    Returns
    -------
    list
        What has taken the place of the roots.
    """
    made: dict[int, T] = {}
    roots = [*roots]
    stack = [*roots]
    while stack:
        node = stack[-1]
        missing = [part for part in node.parts if id(part) not in made]
        if missing:
            stack += missing
            continue
        stack.pop()
        if id(node) not in made:
            made[id(node)] = change(node, tuple([made[id(part)] for part in node.parts]))
    return [made[id(root)] for root in roots]


def _with_parts(node: Node, parts: tuple[Node, ...]) -> Node:
    return node if all(new is old for new, old in zip(parts, node.parts, strict=True)) else node._replace(parts=parts)


def substituted(tree: Node, given: Mapping[str, Node]) -> Node:
    """Put trees in the place of names."""

    def change(node: Node, parts: tuple[Node, ...]) -> Node:
        return given.get(node.what, node) if node.kind == "name" else _with_parts(node, parts)

    return transformed([tree], change)[0]


class Writer:
    """Writes trees in one dialect, and keeps in mind which operations need functions of their own.

    Parameters
    ----------
    dialect : Dialect
    named : callable, optional
        Gives a free name for the function of an operation; the operation's own by default.
    """

    def __init__(self, dialect: Dialect, named: Callable[[Op], str] | None = None) -> None:
        self.dialect = dialect
        self.helpers: dict[Op, str] = {}
        self._named = named or (lambda op: op.name)
        self._whole: dict[Op, Node] = {}
        self._definitions: dict[Op, str] = {}

    # ------------------------------------------------------------------------------------ operations become code

    def whole(self, op: Op) -> Node:
        """Give the code of an operation, with that of the operations it calls put in."""
        if op not in self._whole:
            self._whole[op] = self._expanded([_code_of(op)])[0]
        return self._whole[op]

    def _expanded(self, roots: Sequence[Node]) -> list[Node]:
        outermost = {id(root) for root in roots}

        def change(node: Node, parts: tuple[Node, ...]) -> Node:
            if node.kind == "call" and isinstance(node.what, Op):
                return self._called(node.what, parts, id(node) in outermost)
            return _with_parts(node, parts)

        return transformed(roots, change)

    def _called(self, op: Op, parts: tuple[Node, ...], outermost: bool) -> Node:
        if self.dialect.native(op) is None:
            code = self.whole(op)
            if not self.dialect.helpers or self._reads_well(op, code, parts, outermost):
                if op.arity is None:
                    return self._unrolled(code, parts)
                return substituted(code, dict(zip(argument_names(len(parts)), parts, strict=True)))
            if op not in self.helpers:
                self.helpers[op] = self._named(op)
        return Node("call", parts, op)

    def _reads_well(self, op: Op, code: Node, parts: tuple[Node, ...], outermost: bool) -> bool:
        """Whether code can stand in the place of a call: brief, nothing computed twice, a choice not inside others."""
        kinds, uses = _counts(code)
        if kinds.total() > _BRIEF or (kinds["if"] and not outermost) or kinds["max"] or kinds["min"]:
            return False
        if kinds["sum"] + kinds["prod"] > 1:
            return False
        atoms = all(part.kind in ("name", "number") for part in parts)
        names = argument_names(len(parts)) if op.arity is not None else ()
        return atoms or all(
            uses[name] < 2 or part.kind in ("name", "number") for name, part in zip(names, parts, strict=bool(names))
        )

    def _unrolled(self, code: Node, items: tuple[Node, ...]) -> Node:
        """Write reductions out, the operands being known."""
        half = len(items) // 2

        def change(node: Node, parts: tuple[Node, ...]) -> Node:
            if node.kind == "len":
                return Node("number", (), float(len(items)))
            if node.kind not in FOLDS:
                return _with_parts(node, parts)
            rows = list(zip(items[:half], items[half:], strict=True)) if node.what == HALVES else [(i,) for i in items]
            terms = [substituted(parts[0], dict(zip(node.what, row, strict=True))) for row in rows]
            if len(terms) < 2:
                return terms[0] if terms else Node("number", (), float(node.kind == "prod"))
            if node.kind in _JOINED:
                return Node(_JOINED[node.kind], tuple(terms))
            best = terms[0]
            for term in terms[1:]:
                best = self._called(maximum if node.kind == "max" else minimum, (best, term), False)
            return best

        return transformed([code], change)[0]

    # ------------------------------------------------------------------------------------ text

    def write(self, roots: Sequence[Node], names: Mapping[str, str] | None = None) -> tuple[str, list[str]]:
        """Write trees.

        Parameters
        ----------
        roots : sequence of Node
        names : mapping of str to str, optional
            What names of the trees are called, if not so.

        Returns
        -------
        str, list of str
            The lines that come first, and an expression for each tree.

        Raises
        ------
        GraphError
            If an operation states no code.
        """
        trees = self._expanded(roots)
        page = Page(self.dialect, self.helpers, trees, names or {})
        texts = page.texts(trees)
        return "".join(self.dialect.line.format(name=n, text=t) for t, n in page.lines.items()), texts

    def function(self, op: Op, name: str) -> str:
        """Write the function that an operation is."""
        lines, (result,) = self.write([_code_of(op)])
        arguments = self.dialect.rest.format(SEQUENCE) if op.arity is None else ", ".join(argument_names(op.arity))
        return self.dialect.function.format(name=name, arguments=arguments, lines=lines, result=result)

    def definitions(self) -> list[str]:
        """Write the functions that what was written so far calls, and what these call."""
        while len(self._definitions) < len(self.helpers):
            for op, name in [*self.helpers.items()]:
                if op not in self._definitions:
                    self._definitions[op] = self.function(op, name)
        return [*self._definitions.values()]


_JOINED = {"sum": "+", "prod": "*"}


def _code_of(op: Op) -> Node:
    if op.expression is None:
        raise GraphError(
            f"the operation {op.name!r} states no code, so it runs in Python only: write "
            f"tg.Op({op.name!r}, ..., code='...') with an expression such as 'x * x'"
        )
    return op.expression


def _counts(tree: Node) -> tuple[Counter[str], Counter[str]]:
    """Count nodes by kind, and names."""
    kinds: Counter[str] = Counter()
    names: Counter[str] = Counter()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        kinds[node.kind] += 1
        if node.kind == "name":
            names[node.what] += 1
        waiting += node.parts
    return kinds, names
