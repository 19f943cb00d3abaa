"""With this module one can read the portable line of code of an operation: an expression in a small language.

An operation says what it computes once as a function on floats, the reference, and once as a line like
``"x if x > 0.0 else expm1(x)"``. The line is for machines that Python functions cannot reach: a browser, a compiler, an
array library. It is a Python expression in the arguments, of these parts and nothing else:

- numbers, and ``inf``, ``nan``, ``pi``
- ``+ - * / **``, and ``-x``
- ``a if condition else b``, with conditions made of ``< <= > >= == !=``, ``and``, ``or``, ``not``
- functions of the C mathematics library, and operations of the table, by name
- of any number of arguments `xs`: ``sum(xs)``, ``prod``, ``max``, ``min``, ``len(xs)``, ``sum(exp(x) for x in xs)``,
  and ``sum(u * v for u, v in halves(xs))`` for the first half beside the second

Arithmetic is that of IEEE 754, which raises nothing. Nothing is run to read a line: the text becomes a tree of nodes,
and whoever writes it in another language walks that tree (`code_writer`).

>>> read("-exp(t)", "f", ("t",), None, {})
Node(kind='neg', parts=(Node(kind='call', parts=(Node(kind='name', parts=(), what='x'),), what='exp'),), what=None)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import ast

    from .operation import Op

C_LIBRARY = {
    name: 1 + (name in ("atan2", "copysign", "fmod", "hypot"))
    for name in (
        *("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "copysign", "cos", "cosh"),
        *("erf", "erfc", "exp", "exp2", "expm1", "fabs", "floor", "fmod", "hypot", "log", "log10", "log1p", "log2"),
        *("rint", "sin", "sinh", "sqrt", "tan", "tanh", "trunc"),
    )
}
"""The functions of the C mathematics library that every reader offers, and how many arguments they take."""

FOLDS = ("sum", "prod", "max", "min")
"""What reduces a sequence; of these `max` and `min` give nan as soon as one number is nan."""

CONSTANTS = {"inf": math.inf, "nan": math.nan, "pi": math.pi}


class Node(NamedTuple):
    """A part of an expression.

    Attributes
    ----------
    kind : str
        ``number`` or ``name`` (of an argument); a sign such as ``+``, ``**``, ``<``, ``and``; ``neg``; ``if``, whose
        parts are the condition and both values; ``call``; a fold such as ``sum``; or ``len``.
    parts : tuple of Node
        What it is made of; of a fold its body.
    what : float, str, Op or tuple, optional
        The number, the name, the function that is called (a name of `C_LIBRARY`, or an operation), or the variables
        of a fold: ``("x",)``, or ``("u", "v")`` for both halves.
    """

    kind: str
    parts: tuple[Node, ...] = ()
    what: Any = None


SEQUENCE = "xs"
ELEMENT, HALVES = ("x",), ("u", "v")


def argument_names(count: int) -> tuple[str, ...]:
    """Names for the arguments of an operation: x, or a, b, c, or x0, x1 and so on.

    Parameters
    ----------
    count : int
        How many.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> argument_names(1), argument_names(2)
    (('x',), ('a', 'b'))
    """
    if count == 1:
        return ("x",)
    return tuple("abc"[:count]) if count <= 3 else tuple(f"x{i}" for i in range(count))


def read(text: str, name: str, arguments: Sequence[str], sequence: str | None, entries: Mapping[str, Op]) -> Node:
    """Read a line of code.

    Parameters
    ----------
    text : str
    name : str
        Of the operation.
    arguments : sequence of str
        What the arguments are called in the line; in the tree they are called as `argument_names` says.
    sequence : str or None
        What all arguments together are called, if there may be any number of them; in the tree ``xs``.
    entries : mapping of str to Op
        The operations that may be called. A name that is not there is that of a function of the C library, as ``exp``
        is in the code of `exp` itself.

    Returns
    -------
    Node

    Raises
    ------
    TypeError
        If `text` is no text.
    ValueError
        If it is not of the language: with the part that is not, and what would be.
    """
    import ast  # only now: most programs read no code

    if not isinstance(text, str):
        raise TypeError(f"Op({name!r}): code must be text such as 'x * x', got {type(text).__name__}: {text!r:.60}")
    reader = _Reader(text, name, arguments, sequence, entries)
    try:
        return reader.value(ast.parse(text.strip(), mode="eval").body, {})
    except SyntaxError as error:
        raise ValueError(f"{reader.opening} is no expression: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise ValueError(f"Op({name!r}): the code is nested too deeply to be read") from None


class _Reader:
    """Reads one line. Values and conditions are told apart, so that no dialect needs a truth value that is a number."""

    def __init__(
        self, text: str, name: str, arguments: Sequence[str], sequence: str | None, entries: Mapping[str, Op]
    ) -> None:
        self.text = text
        self.renamed = dict(zip(arguments, argument_names(len(arguments)), strict=True))
        self.sequence = sequence
        self.entries = entries
        self.opening = f"Op({name!r}): the code {text!r:.200}"

    def value(self, node: ast.expr, bound: dict[str, str]) -> Node:
        """Read a part that is a number; `bound` are the variables of the fold it stands in."""
        import ast

        match node:
            case ast.Constant(value=float() | int() as number) if not isinstance(number, bool):
                try:
                    return Node("number", (), float(number))
                except OverflowError:
                    raise self._refusal(node, "is larger than any float") from None
            case ast.Name(id=name):
                return self._named(node, name, bound)
            case ast.BinOp(left, operator, right) if type(operator).__name__ in _SIGNS:
                return Node(_SIGNS[type(operator).__name__], (self.value(left, bound), self.value(right, bound)))
            case ast.UnaryOp(ast.USub(), operand):
                return Node("neg", (self.value(operand, bound),))
            case ast.UnaryOp(ast.UAdd(), operand):
                return self.value(operand, bound)
            case ast.IfExp(test, body, orelse):
                return Node("if", (self.condition(test, bound), self.value(body, bound), self.value(orelse, bound)))
            case ast.Call(ast.Name(id=name), args, []):
                return self._call(node, name, args, bound)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(ast.Not(), _):
                raise self._refusal(node, "is a condition where a number is needed; write 1.0 if ... else 0.0")
        raise self._refusal(node, "is not of the language; see tinygrad_edu.ops.code for what is")

    def condition(self, node: ast.expr, bound: dict[str, str]) -> Node:
        """Read a part that is true or false."""
        import ast

        match node:
            case ast.Compare(left, operators, comparators):
                operands = [self.value(operand, bound) for operand in (left, *comparators)]
                found = []
                for i, operator in enumerate(operators):
                    if type(operator).__name__ not in _SIGNS:
                        raise self._refusal(node, "compares in a way that is not of the language; use < <= > >= == !=")
                    found.append(Node(_SIGNS[type(operator).__name__], (operands[i], operands[i + 1])))
                return _joined("and", found)
            case ast.BoolOp(operator, values):
                return _joined(type(operator).__name__.lower(), [self.condition(v, bound) for v in values])
            case ast.UnaryOp(ast.Not(), operand):
                return Node("not", (self.condition(operand, bound),))
        raise self._refusal(node, "is a number where a condition is needed; write ... != 0.0")

    def _named(self, node: ast.expr, name: str, bound: dict[str, str]) -> Node:
        if name in bound:
            return Node("name", (), bound[name])
        if name in self.renamed:
            return Node("name", (), self.renamed[name])
        if name == self.sequence:
            raise self._refusal(
                node, f"is all arguments at once; write sum({name}), max({name}), len({name}) and the like"
            )
        if name in CONSTANTS:
            return Node("number", (), CONSTANTS[name])
        raise self._refusal(node, f"is no argument{self._hint(name, [*bound, *self.renamed, *CONSTANTS])}")

    def _call(self, node: ast.expr, name: str, args: list[ast.expr], bound: dict[str, str]) -> Node:
        import ast

        entry = self.entries.get(name)
        whole = len(args) == 1 and isinstance(args[0], ast.Name) and args[0].id == self.sequence
        match args:
            case [ast.GeneratorExp() as loop]:
                return self._fold(node, name, loop)
            case [ast.Name()] if whole and (name in FOLDS or name == "len"):
                return Node("len") if name == "len" else Node(name, (Node("name", (), ELEMENT[0]),), ELEMENT)
        if entry is not None and entry.code is not None:
            count: int | None = entry.arity
            if whole and count is None and entry.expression is not None:
                return entry.expression
        elif name in C_LIBRARY:
            count = C_LIBRARY[name]
        else:
            functions = [*C_LIBRARY, *(other for other, e in self.entries.items() if e.code is not None)]
            functions += [*FOLDS, "len"] if self.sequence else []
            raise self._refusal(node, f"calls no function that is known{self._hint(name, functions)}")
        if count is not None and len(args) != count:
            raise self._refusal(node, f"gives {len(args)} arguments to {name}, which takes {count}")
        if not args:
            raise self._refusal(node, f"gives {name} nothing")
        return Node("call", tuple([self.value(arg, bound) for arg in args]), entry if entry is not None else name)

    def _fold(self, node: ast.expr, name: str, loop: ast.GeneratorExp) -> Node:
        """Read a reduction. Its body knows its own variables alone, so that it means the same wherever it stands."""
        import ast

        if name not in FOLDS:
            raise self._refusal(node, f"reduces by {name}; known are {', '.join(FOLDS)}")
        match loop.generators:
            case [ast.comprehension(ast.Name(id=x), ast.Name(id=over), [], 0)] if over == self.sequence:
                bound = {x: ELEMENT[0]}
            case [
                ast.comprehension(
                    ast.Tuple([ast.Name(id=u), ast.Name(id=v)]),
                    ast.Call(ast.Name(id="halves"), [ast.Name(id=over)], []),
                    [],
                    0,
                )
            ] if over == self.sequence and u != v:
                bound = {u: HALVES[0], v: HALVES[1]}
            case _:
                over = self.sequence or "xs, and this operation has a fixed number of arguments"
                raise self._refusal(node, f"is no plain loop; write for x in {over}, or for u, v in halves({over})")
        body = self.value(loop.elt, bound)
        if not _mentions(body, (*bound.values(),)):
            raise self._refusal(node, "does not use the variable of its loop")
        return Node(name, (body,), tuple(bound.values()))

    def _hint(self, name: str, known: Sequence[str]) -> str:
        from ..arguments import nearest

        return nearest(name, known) or f"; known are {', '.join(dict.fromkeys(known)) or 'none'}"

    def _refusal(self, node: ast.AST, why: str) -> ValueError:
        import ast

        return ValueError(f"{self.opening} cannot be read: {ast.unparse(node)!r:.200} {why}")


def _mentions(node: Node, names: tuple[str, ...]) -> bool:
    """Whether a tree uses one of the names; within a fold others may bear them."""
    if node.kind in FOLDS:
        return False
    return (node.kind == "name" and node.what in names) or any(_mentions(part, names) for part in node.parts)


def _joined(word: str, conditions: list[Node]) -> Node:
    first, *rest = conditions
    for condition in rest:
        first = Node(word, (first, condition))
    return first


_SIGNS = {
    "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "Pow": "**",
    "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "Eq": "==", "NotEq": "!=",
}  # fmt: skip
