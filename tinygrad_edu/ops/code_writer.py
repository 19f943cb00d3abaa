"""With this module the code of operations is written in other languages: Python, JavaScript, calls of array libraries.

A language differs from the next in little: how a condition is written, what the functions are called, how a sequence is
reduced. That is a `Dialect`, a few lines of templates; the writer is the same for all. It first puts the code of each
operation in the place of its call, down to arithmetic and functions of the C library, and then writes text from the
leaves up, without recursion, since the derivative of a product of a thousand factors is a thousand deep. What is used
twice gets a line and a name of its own.

>>> from tinygrad_edu.ops import OPS
>>> print(Writer(PYTHON).function(OPS["elu"], "elu"), end="")
def elu(x):
    return x if x > 0.0 else math.expm1(x)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from ..errors import GraphError
from .code import FOLDS, HALVES, SEQUENCE, Node, argument_names
from .operation import Op
from .table import maximum, minimum

_ATOM, _CHOICE, _NEGATIVE = 10, 0, 7
_INFIX = {"or": 1, "and": 2, "<": 4, "<=": 4, ">": 4, ">=": 4, "==": 4, "!=": 4, "+": 5, "-": 5, "*": 6, "/": 6}
"""How tightly the signs between two parts bind, in Python and JavaScript alike."""
_BRIEF = 9  # nodes up to which the code of an operation is read more easily than a call to it


def _no_function(op: Op) -> None:
    return None


class Dialect(NamedTuple):
    """How a language writes the nodes of a tree.

    Attributes
    ----------
    forms : mapping of str to str
        Templates by kind of node: ``if``, ``not``, ``**``, ``len``, the folds (of ``{items}``), ``map`` (of ``{body}``,
        ``{variables}`` and ``{sequence}``), ``halves`` and ``pair``; ``and`` and ``or`` where they are no such words.
    functions : mapping of str to str
        What functions of the C library are called, where that is not `prefix` and their name.
    prefix : str
    number : callable
        Writes a float.
    native : callable
        ``native(op)`` gives the function that the language has for an operation, or None.
    helpers : bool
        Whether an operation too long to be read in place becomes a function of its own.
    bound : mapping of str to str
        What the variables of folds are called, if not as in the tree.
    function, line : str
        Templates of a function, of ``name``, ``arguments``, ``lines`` and ``result``, and of a line in it; where a line
        is nothing, what is used twice is written twice.
    rest, many : str
        Templates of a sequence as parameter, and of the arguments where a function of a sequence is called.
    """

    forms: Mapping[str, str]
    functions: Mapping[str, str] = {}
    prefix: str = ""
    number: Callable[[float], str] = repr
    native: Callable[[Op], str | None] = _no_function
    helpers: bool = False
    bound: Mapping[str, str] = {}
    function: str = "def {name}({arguments}):\n{lines}    return {result}\n"
    line: str = "    {name} = {text}\n"
    rest: str = "{}"
    many: str = "{}"


def _python_number(x: float) -> str:
    return repr(x) if math.isfinite(x) else f"{'-' * (x < 0.0)}math.{'nan' if x != x else 'inf'}"


PYTHON_FORMS = {
    "if": "{1} if {0} else {2}",
    "not": "not {0}",
    "**": "math.pow({0}, {1})",  # never a complex number
    "len": "len({sequence})",
    "map": "{body} for {variables} in {sequence}",
    "halves": "zip({sequence}[: len({sequence}) // 2], {sequence}[len({sequence}) // 2 :])",
    "pair": "{}, {}",
    **{fold: f"{fold}_of({{items}})" for fold in FOLDS},
}
PYTHON = Dialect(
    PYTHON_FORMS,
    prefix="math.",
    functions={"fabs": "abs", **{name: f"float(math.{name}({{0}}))" for name in ("floor", "ceil", "trunc")}},
    number=_python_number,
    helpers=True,
    rest="*{}",
)
"""Plain Python with `math`, which raises where it has no answer; folds are functions called ``sum_of`` and so on."""


def transformed(roots: Iterable[Node], change: Callable[[Node, tuple[Node, ...]], Node]) -> list[Node]:
    """Rebuild trees from the leaves up; what is shared stays shared.

    Parameters
    ----------
    roots : iterable of Node
    change : callable
        ``change(node, parts)`` gives what takes the place of a node whose parts have become `parts`.

    Returns
    -------
    list of Node
    """
    made: dict[int, Node] = {}
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
        page = _Page(self, trees, names or {})
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


def _loops(roots: Sequence[Node]) -> Iterator[Node]:
    waiting, seen = [*roots], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            waiting += node.parts
            if node.kind in FOLDS:
                yield node


class _Page:
    """The text of some trees, and the lines above it: their names by what they compute."""

    def __init__(self, writer: Writer, roots: Sequence[Node], names: Mapping[str, str]) -> None:
        self.dialect = writer.dialect
        loops = Counter(_loops(roots))
        self.repeated = {loop for loop, times in loops.items() if times > 1}
        self.writer = writer
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
        taken = {*self.names.values(), *self.lines.values()}
        return self.lines.setdefault(text, next(t for i in count(1) if (t := f"t{i}") not in taken))

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
        return form.format(*[_inside(part, _ATOM) for part in parts]), _NEGATIVE - 4

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
            function = dialect.native(what) or self.writer.helpers[what]
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
