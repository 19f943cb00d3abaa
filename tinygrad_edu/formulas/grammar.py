"""With this module a formula's text is checked against what a formula may hold, and becomes actions on a stack.

The tree that Python's parser makes of the text is walked without recursion, operands first. Whatever is not in the
tables below is refused, by an `ExpressionError` of one line.
"""

from __future__ import annotations

import ast
import keyword
import math
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any, NamedTuple

from ..arguments import counted, short
from ..errors import ExpressionError
from ..ops import sequences
from ..ops import table as ops
from ..ops.operation import Op
from .elsewhere import bare_here, count_here, name_here, sign_here, stands_side_by_side
from .nesting import MAX_BRACKETS, least_depth
from .printed import ALIASES, GREEK, ROOT, as_python

MAX_LENGTH = 20_000
"""Characters of text that are read."""

MAX_DEPTH = 500
"""Operations that may stand inside one another; a sum of many terms counts one a term."""

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}

FUNCTIONS: Mapping[str, Op] = {name: op for name, op in ops.OPS.items() if op.arity}
"""Functions of single numbers, by name."""

SEQUENCE_FUNCTIONS: Mapping[str, Any] = {
    name: function
    for name, function in vars(sequences).items()
    if isinstance(function, FunctionType) and not name.startswith("_") and function.__module__ == sequences.__name__
}
"""Functions of lists, ``sum([a, b])``; those of one list also take ``sum(a, b)``."""

_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: ops.add,
    ast.Sub: ops.sub,
    ast.Mult: ops.mul,
    ast.Div: ops.div,
    ast.Pow: ops.pow,
    ast.Mod: ops.remainder,
    ast.USub: ops.neg,
    ast.UAdd: lambda x: x,
    ast.Invert: ops.sqrt,  # √
    ast.Lt: ops.less,
    ast.LtE: ops.less_equal,
    ast.Gt: lambda a, b: ops.less(b, a),
    ast.GtE: lambda a, b: ops.less_equal(b, a),
}
_HINTS: Mapping[type[ast.AST], str] = {
    ast.FloorDiv: "write / for a quotient",
    ast.Attribute: "write functions by their bare names, sin(x)",
    ast.IfExp: "write where(condition, a, b)",
    ast.BoolOp: "write where(condition, a, b), or multiply the conditions",
    ast.Eq: "compare with <, <=, > or >=",
    ast.Set: "write round brackets",
    ast.Tuple: "write a fraction with a point, 0.5, and a list in square brackets inside a function, sum([a, b])",
}
_TOO_DEEP = f"nested more than {MAX_DEPTH} operations deep; write long sums as sum([a, b, c])"
_ACCEPTED = "only numbers, names, + - * / ** %, comparisons and functions are known"


class StackAction(NamedTuple):
    """One step of evaluation: apply a function to the last operands, or push a number, or a variable (its place)."""

    function: Callable[..., Any] | None
    operands: int
    pushed: float | int


class _Operand(NamedTuple):
    """What the walk knows of an operand: a number (length None) or a list of so many; and its value where constant."""

    length: int | None = None
    known: Any = None


class Reader:
    """Reads one formula: afterwards `variables` are its free names in order of first use, `program` what to do.

    Parameters
    ----------
    text : str
        The formula.

    Raises
    ------
    ExpressionError
        If it is none.
    """

    def __init__(self, text: str) -> None:
        if ROOT in text:
            raise ExpressionError(f"cannot read {short(text.strip())}: {_ACCEPTED}")
        if re.search(r"[0-9]%\s*[-+−]", text):  # 50% - x, of which Python takes the remainder by -x
            raise ExpressionError(f"cannot read {short(text.strip())}: % is the remainder; of 50 % write 0.5")
        self.text = as_python(text.strip())
        self.variables: dict[str, int] = {}
        self.program: list[StackAction] = []
        self._stack: list[_Operand] = []
        todo: list[tuple[ast.AST, int, bool]] = [(_tree_of(self.text, text.strip()), 1, False)]
        while todo:
            node, depth, entered = todo.pop()
            if entered:
                self._leave(node)
                continue
            if depth > MAX_DEPTH:
                raise ExpressionError(_TOO_DEEP)
            todo.append((node, depth, True))
            todo += [(child, depth + 1, False) for child in reversed(self._operands_of(node))]
        if self._stack[0].length is not None:
            raise ExpressionError("the formula gives a list, but one number is needed; pick an item of it with [0]")

    def _source(self, node: ast.AST) -> str:
        return short((ast.get_source_segment(self.text, node) or self.text).replace(ROOT, "√"))

    def _refused(self, node: ast.AST, because: ast.AST | None = None) -> ExpressionError:
        hint = _HINTS.get(type(because or node), _ACCEPTED)
        if isinstance(node, ast.Tuple) and re.search("[0-9],[0-9]", self.text):
            hint = f"decimals come after a point, 1.5; or {hint}"
        if isinstance(node, ast.Constant):
            hint = sign_here(self.text) or hint
        return ExpressionError(f"cannot read {self._source(node)}: {hint}")

    # ------------------------------------------------------------------------------------ on the way down

    def _operands_of(self, node: ast.AST) -> Sequence[ast.AST]:
        """Check one node, and give the operands that are to be read before it."""
        match node:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return [left, right]
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
                return [operand]
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
                return [left, right]
            case ast.Compare(ops=[_, _, *_]):
                raise ExpressionError(f"cannot read {self._source(node)}: write a chain as (a < b) * (b < c)")
            case ast.BinOp(op=op) | ast.UnaryOp(op=op) | ast.Compare(ops=[op]):
                raise self._refused(node, op)
            case ast.Call():
                return self._arguments_of(node)
            case ast.List(elts=items):
                return items
            case ast.Subscript(value=value):
                return [value]
            case ast.Constant() | ast.Name():
                return []
        raise self._refused(node)

    def _arguments_of(self, node: ast.Call) -> Sequence[ast.AST]:
        if not isinstance(node.func, ast.Name):
            hint = "to multiply write *" if not isinstance(node.func, ast.Attribute) else _HINTS[ast.Attribute]
            raise ExpressionError(f"cannot read {self._source(node)}: {hint}")
        name = ALIASES.get(node.func.id, node.func.id)
        if name not in FUNCTIONS and name not in SEQUENCE_FUNCTIONS:
            here = name_here(name, [*FUNCTIONS, *SEQUENCE_FUNCTIONS])
            raise ExpressionError(f"unknown function {short(name)}{here or '; to multiply write *'}")
        if node.keywords:
            raise ExpressionError(f"{name} takes its arguments by place: write {name}(a), not {name}(x=a)")
        return node.args

    # ------------------------------------------------------------------------------------ on the way up

    def _leave(self, node: ast.AST) -> None:
        """Write the action of a node whose operands have been read."""
        match node:
            case ast.BinOp(op=op) | ast.UnaryOp(op=op) | ast.Compare(ops=[op]):
                self._apply(_OPERATORS[type(op)], 1 if isinstance(node, ast.UnaryOp) else 2, node)
            case ast.Call(func=ast.Name(id=name), args=args):
                self._call(ALIASES.get(name, name), len(args), node)
            case ast.List(elts=items):
                self._apply(_listed, len(items), node, len(items))
            case ast.Subscript(slice=index):
                self._pick(index, node)
            case ast.Constant(value=value):
                self._number(value, node)
            case ast.Name(id=name):
                self._name(name)

    def _apply(self, function: Callable[..., Any], count: int, node: ast.AST, length: int | None = None) -> None:
        """Apply a function to numbers."""
        if any(operand.length is not None for operand in self._stack[len(self._stack) - count :]):
            raise ExpressionError(f"{self._source(node)} needs numbers but has a list; pick an item of it with [0]")
        self._push(function, count, node, length)

    def _call(self, name: str, count: int, node: ast.AST) -> None:
        if name in FUNCTIONS:
            if count != FUNCTIONS[name].arity:
                raise ExpressionError(
                    f"{name} takes {counted(FUNCTIONS[name].arity or 0, 'number')}, got {count}"
                    f"{count_here(name, count)}"
                )
            self._apply(FUNCTIONS[name], count, node)
            return
        op, function = ops.OPS.get(name), SEQUENCE_FUNCTIONS[name]
        lists = function.__code__.co_argcount
        numbers = count and all(operand.length is None for operand in self._stack[len(self._stack) - count :])
        if op is not None and numbers and count % lists == 0:  # as the operation is printed: dot(a, b, x, y), mean(a)
            self._apply(op, count, node)
            return
        if lists == 1 and count > 1:  # max(a, b) stands for max([a, b])
            self._apply(_listed, count, node, count)
            count = 1
        lengths = [operand.length for operand in self._stack[len(self._stack) - count :]]
        if count != lists or None in lengths:
            example = f"{name}({', '.join(['[a, b]', '[c, d]'][:lists])})"
            raise ExpressionError(f"{name} takes {counted(lists, 'list')} of numbers, such as {example}")
        try:
            example = function(*[[0.0] * (length or 0) for length in lengths])
        except ValueError as error:
            raise ExpressionError(str(error)) from None
        self._push(function, lists, node, len(example) if isinstance(example, list) else None)

    def _pick(self, index: ast.AST, node: ast.AST) -> None:
        place = _whole(index)
        length = self._stack[-1].length
        if length is None or place is None or not -length <= place < length:
            had = "a number" if length is None else f"a list of {length}"
            raise ExpressionError(
                f"cannot read {self._source(node)}: it picks from {had}; pick an item of a list by its place, [0]"
            )
        self._push(lambda items: items[place], 1, node)

    def _number(self, value: object, node: ast.AST) -> None:
        if type(value) is not int and type(value) is not float:
            raise self._refused(node)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if number == math.inf:
            raise ExpressionError(f"{self._source(node)} is larger than any float; write inf if that is meant")
        self._load(number)

    def _name(self, name: str) -> None:
        name = GREEK.get(name, name)
        if name in CONSTANTS:
            self._load(CONSTANTS[name])
        elif name in FUNCTIONS or name in SEQUENCE_FUNCTIONS:
            power = bare_here(name, self.text, FUNCTIONS)
            raise ExpressionError(f"{name} is a function: write {name}(...){power}, or give the variable another name")
        else:
            self.program.append(StackAction(None, 0, self.variables.setdefault(name, len(self.variables))))
            self._stack.append(_Operand())

    def _load(self, number: float) -> None:
        self.program.append(StackAction(None, 0, number))
        self._stack.append(_Operand(None, number))

    def _push(self, function: Callable[..., Any], count: int, node: ast.AST, length: int | None = None) -> None:
        """Write one application; where all operands are constant, see that a finite result comes of finite ones."""
        start = len(self._stack) - count
        known = [operand.known for operand in self._stack[start:]]
        result = None if None in known else function(*known)
        if isinstance(result, float) and not math.isfinite(result) and all(map(_finite, known)):
            raise ExpressionError(
                f"{self._source(node)} is {result}, not a finite number; write inf or nan if that is meant"
            )
        self._stack[start:] = [_Operand(length, result)]
        self.program.append(StackAction(function, count, 0))


def _tree_of(text: str, given: str) -> ast.AST:
    """Have Python's parser read the text; what it refuses is quoted as it was given."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the formula has {len(text):,} characters; at most {MAX_LENGTH:,} are read")
    if not text:
        raise ExpressionError("the formula is empty; write one such as tanh(w*x + b)")
    operations, brackets = least_depth(text)
    if operations > MAX_DEPTH:
        raise ExpressionError(_TOO_DEEP)
    if brackets > MAX_BRACKETS:
        raise ExpressionError(f"nested more than {MAX_BRACKETS} brackets deep; leave out those that change nothing")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python's parser doubts, such as "1if", is no formula
            return ast.parse(text, mode="eval").body
    except (RecursionError, MemoryError):
        raise ExpressionError("nested too deeply to be read; write long sums as sum([a, b, c])") from None
    except (SyntaxError, ValueError) as error:
        raise ExpressionError(f"cannot read {short(given)}: {_reason(text, given, error)}") from None


def _reason(text: str, given: str, error: SyntaxError | ValueError) -> str:
    """Say in a few words what Python's parser disliked, or what to write instead."""
    message = str(error.msg or "") if isinstance(error, SyntaxError) else "it holds characters that are none"
    sign = sign_here(given)
    if sign:
        return sign
    if "invalid decimal literal" in message:
        return "write * between a number and a name, 2*x"
    if "integer string conversion" in message:
        return "a number has too many digits"
    if re.search("(?<![<>=!])=(?!=)", text):
        return "a formula assigns nothing; give the values apart from it, x=2"
    message = message.partition(". Perhaps")[0]
    if message and "invalid syntax" not in message:
        return f"{message}; {_ACCEPTED}" if "character" in message else message
    side_by_side = re.search(r"([^\W\d]\w*|[\w)\]])\s+\(*([^\W\d]\w*|\d)", text)
    if side_by_side and not any(map(keyword.iskeyword, side_by_side.groups())):
        name = side_by_side[1]
        known = ALIASES.get(name, name)
        is_function = known in FUNCTIONS or known in SEQUENCE_FUNCTIONS
        return f"a function takes round brackets, {name}(x)" if is_function else "to multiply write *"
    if stands_side_by_side(given):
        return "to multiply write *; a function takes round brackets, ln(|x|)"
    return "it is not complete, or no formula"


def _whole(node: ast.AST) -> int | None:
    """Read a whole number, negative or not."""
    match node:
        case ast.Constant(value=int() as place) if type(place) is int:
            return place
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as place)) if type(place) is int:
            return -place
    return None


def _listed(*items: Any) -> list[Any]:
    return list(items)


def _finite(known: Any) -> bool:
    return all(map(math.isfinite, known)) if isinstance(known, list) else math.isfinite(known)
