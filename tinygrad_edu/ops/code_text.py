"""With this module trees of code become text, in any dialect.

It is written from the leaves up, without recursion, since the derivative of a product of a thousand factors is a
thousand deep. Brackets stand where signs bind too loosely; what is used twice gets a line and a name of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from .code import FOLDS, HALVES, SEQUENCE, Node
from .code_dialect import Dialect
from .operation import Op

_CHOICE, _TEST, _NEGATIVE, _ATOM = 0, 3, 7, 10
_INFIX = {"or": 1, "and": 2, "<": 4, "<=": 4, ">": 4, ">=": 4, "==": 4, "!=": 4, "+": 5, "-": 5, "*": 6, "/": 6}
"""How tightly the signs between two parts bind, in Python and JavaScript alike."""


def _loops(roots: Sequence[Node]) -> Iterator[Node]:
    waiting, seen = [*roots], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            waiting += node.parts
            if node.kind in FOLDS:
                yield node


class Page:
    """The text of some trees, and the lines above it.

    Parameters
    ----------
    dialect : Dialect
    helpers : mapping of Op to str
        The functions of operations that are called.
    roots : sequence of Node
        All trees that will be written.
    names : mapping of str to str
        What names of the trees are called, if not so.

    Attributes
    ----------
    lines : dict of str to str
        The names of the lines, by what they compute.
    """

    def __init__(
        self, dialect: Dialect, helpers: Mapping[Op, str], roots: Sequence[Node], names: Mapping[str, str]
    ) -> None:
        self.dialect = dialect
        self.helpers = helpers
        loops = Counter(_loops(roots))
        self.repeated = {loop for loop, times in loops.items() if times > 1}
        self.names = dict(names)
        self.lines: dict[str, str] = {}

    def texts(self, roots: Sequence[Node], looping: bool = False) -> list[str]:
        """Write trees; what is used twice gets a line of its own.

        Within a loop that is only what knows nothing of its variables, which are inner loops.
        """
        order = _in_order(roots)
        uses = Counter([*map(id, roots), *[id(part) for node in order for part in _read(node)]])
        found: dict[int, tuple[str, int]] = {}
        for node in order:
            text, binding = self._text(node, [found[id(part)] for part in _read(node)])
            loop = node.kind in FOLDS
            again = uses[id(node)] > 1 and not looping and node.kind not in ("name", "number")
            if self.dialect.line and (again or (loop and (looping or node in self.repeated))):
                text, binding = self._line(text), _ATOM
            found[id(node)] = text, binding
        return [found[id(root)][0] for root in roots]

    def _line(self, text: str) -> str:
        if text not in self.lines:
            name = f"t{len(self.lines) + 1}"
            while name in self.names.values():
                name += "_"
            self.lines[text] = name
        return self.lines[text]

    def _text(self, node: Node, parts: list[tuple[str, int]]) -> tuple[str, int]:
        """Write one node, and say how tightly it binds."""
        forms, kind = self.dialect.forms, node.kind
        if kind == "number":
            text = self.dialect.number(node.what)
            return text, _NEGATIVE if text.startswith("-") else _ATOM
        if kind == "name":
            return self.names.get(node.what, node.what), _ATOM
        if kind == "len":
            return forms["len"].format(sequence=self.names.get(SEQUENCE, SEQUENCE)), _ATOM
        if kind in FOLDS:
            return forms[kind].format(items=self._items(node)), _ATOM
        if kind == "call":
            return self._call(node, [text for text, _ in parts]), _ATOM
        if kind == "neg":
            return f"-{_inside(parts[0], _NEGATIVE + 1)}", _NEGATIVE
        form = forms.get(kind)
        if form is None:  # a sign between its parts
            binding = _INFIX[kind]
            first, *rest = parts
            return f" {kind} ".join([_inside(first, binding), *[_inside(p, binding + 1) for p in rest]]), binding
        if form.endswith(")"):  # a call
            return form.format(*[text for text, _ in parts]), _ATOM
        if kind == "if":
            (condition, yes, no) = parts
            return form.format(_inside(condition, 1), _inside(yes, 1), no[0]), _CHOICE
        return form.format(*[_inside(part, _ATOM) for part in parts]), _TEST

    def _items(self, fold: Node) -> str:
        """Write what a reduction goes through."""
        forms = self.dialect.forms
        sequence = self.names.get(SEQUENCE, SEQUENCE)
        outside, self.names = self.names, self.names | dict(self.dialect.bound)
        (body,) = self.texts(fold.parts, looping=True)
        self.names = outside
        if fold.what == HALVES:
            variables, sequence = forms["pair"].format(*HALVES), forms["halves"].format(sequence=sequence)
        else:
            (variables,) = fold.what
            if fold.parts[0].kind == "name":  # all as they are
                return sequence
        return forms["map"].format(body=body, variables=variables, sequence=sequence)

    def _call(self, node: Node, arguments: list[str]) -> str:
        dialect, what = self.dialect, node.what
        if isinstance(what, Op):
            function = dialect.native(what) or self.helpers[what]
            if what.arity is None:
                arguments = [dialect.many.format(", ".join(arguments))]
        else:
            function = dialect.functions.get(what, dialect.prefix + what)
        return function.format(*arguments) if "{" in function else f"{function}({', '.join(arguments)})"


def _inside(part: tuple[str, int], binding: int) -> str:
    """The text of a part, in brackets if it binds less tightly than what is around it."""
    return part[0] if part[1] >= binding else f"({part[0]})"


def _read(node: Node) -> tuple[Node, ...]:
    """The parts of a node that are written where it stands; those of a loop stand in the loop."""
    return () if node.kind in FOLDS else node.parts


def _in_order(roots: Sequence[Node]) -> list[Node]:
    """List all nodes, parts first."""
    order: list[Node] = []
    seen: set[int] = set()
    stack = [*reversed(roots)]
    while stack:
        node = stack[-1]
        missing = [part for part in _read(node) if id(part) not in seen]
        if missing:
            stack += reversed(missing)
            continue
        stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
    return order
