"""With this module Values apply operations quickly: one Python function an operation, generated from its entry.

The partials of the entry are read as source text and put in line, so that ``a * b`` costs no call to a lambda, no
dispatch and no loop, while multiplication and its derivative still stand in one place, the table. An entry that
cannot be read as text (a user's, calling `math`) is called instead; both give the same floats.

For ``x * y`` of two Values this is what runs, and what a traceback shows::

    def apply(self, other):
        if other.__class__ is Value:
            a = self._data
            b = other._data
            y = (a * b)
            da = b
            db = a
        ...
        node = new(Value)
        node._data = y
        ...
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from ..ops.operation import Op
from .context import Frame, current, used

shared: dict[str, Any] = {"Frame": Frame, "current": current, "used": used, "inf": math.inf, "nan": math.nan}
"""What every generated function knows; `tinygrad_edu.engine.value` adds how nodes are made."""

_RECORD = """\
node = new(Value)
node._data = y
node.grad = 0.0
if used:
    where = current()
    if where.__class__ is Frame:
        if where.off:
            return unrecorded(node)
        where = where.scope
    node._tag = where
else:
    node._tag = None
node.op = op
"""


@cache
def compiled(op: Op, form: str) -> Any:
    """Generate the method by which Values apply an operation of one to three arguments.

    Parameters
    ----------
    op : Op
        An entry of the table.
    form : {"unary", "binary", "reflected", "ternary"}
        Whether the Value is the only operand, the left one or the right one, or any of three.

    Returns
    -------
    callable
    """
    import linecache  # here, for it takes long to import

    functions: dict[str, Any] = {}
    source = "\n".join(_written(op, form, functions)) + "\n"
    file = f"<tinygrad_edu: {op.name}, {form}>"
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    own: dict[str, Any] = {**shared, **functions, "op": op, "fn": op.fn, "slopes_of": op.slopes, "__name__": __name__}
    exec(compile(source, file, "exec"), own)
    return own["apply"]


def stub(kind: type, form: str) -> Callable[[Op], Any]:
    """Make methods that are generated when they are first called: importing costs nothing, unused ones stay unwritten.

    Parameters
    ----------
    kind : type
        The class that gets the method, of numbers that hold floats.
    form : {"unary", "binary", "reflected"}

    Returns
    -------
    callable
        From an entry to its method.
    """

    def factory(op: Op) -> Any:
        def first_call(*args: Any) -> Any:
            method = compiled(op, form)
            method.__name__, method.__doc__ = first_call.__name__, op.__doc__
            setattr(kind, first_call.__name__, method)
            return method(*args)

        return first_call

    return factory


def _written(op: Op, form: str, functions: dict[str, Any]) -> Iterable[str]:
    """Write the method, line by line; `functions` collects what its formulas call."""
    if form == "unary":
        yield "def apply(self):"
        yield "    a = self._data"
        yield from _indented(1, _computed(op, (True,), functions))
        operands = ("self", "None")
    elif form == "binary":
        yield "def apply(self, other):"
        yield "    if other.__class__ is Value:"
        yield "        a = self._data"
        yield "        b = other._data"
        yield from _indented(2, _computed(op, (True, True), functions))
        yield "    else:"
        yield "        given = other"
        yield "        other = lift(other)"
        yield "        if other is NotImplemented:"
        yield "            return meet(op, self, given)"
        yield "        a = self._data"
        yield "        b = other._data"
        yield from _indented(2, _computed(op, (True, False), functions))
        operands = ("self", "other")
    elif form == "ternary":
        names = ("first", "second", "third")
        yield f"def apply({', '.join(names)}):"
        for name, letter in zip(names, _letters(op), strict=True):
            yield f"    if {name}.__class__ is not Value:"
            yield f"        {name} = lift({name})"
            yield f"        if {name} is NotImplemented:"
            yield "            return NotImplemented"
            yield f"    {letter} = {name}.data"
        yield from _indented(1, _computed(op, (True, True, True), functions))
        yield from _indented(1, _RECORD.splitlines())
        yield f"    node._a = {', '.join(names)}"
        yield "    node._b = None"
        yield "    node._da = da, db, dc"
        yield "    return node"
        return
    else:
        yield "def apply(self, other):"
        yield "    given = other"
        yield "    other = lift(other)"
        yield "    if other is NotImplemented:"
        yield "        return meet(op, given, self)"
        yield "    a = other._data"
        yield "    b = self._data"
        yield from _indented(1, _computed(op, (False, True), functions))
        operands = ("other", "self")
    yield from _indented(1, _RECORD.splitlines())
    yield f"    node._a = {operands[0]}"
    yield f"    node._b = {operands[1]}"
    yield from [f"    node._d{letter} = d{letter}" for letter in _letters(op)]
    yield "    return node"


def _computed(op: Op, needed: Sequence[bool], functions: dict[str, Any]) -> Iterable[str]:
    """Write the result and the local derivatives; 0.0 where none is needed, towards a constant."""
    from ..ops.python_source import partials_source, value_source  # with the first operation, not with the package

    letters = _letters(op)
    yield f"y = {value_source(op)}"
    called = [f"slopes = slopes_of(y, ({', '.join(letters)},))"]
    called += [f"d{letter} = {f'slopes[{i}]' if needed[i] else '0.0'}" for i, letter in enumerate(letters)]
    read = partials_source(op)
    if read is None:
        yield from called
        return
    functions.update(read[1])
    direct = [f"d{c} = {text if need else '0.0'}" for c, text, need in zip(letters, read[0], needed, strict=True)]
    if not any("/" in line for line in direct):  # sums and products of floats do not raise, nor does the table
        yield from direct
        return
    yield "try:"
    yield from _indented(1, direct)
    yield "except ArithmeticError:"
    yield from _indented(1, called)


def _letters(op: Op) -> str:
    """Call the operands a, b and c, as `partials_source` does."""
    return "abc"[: op.arity]


def _indented(depth: int, lines: Iterable[str]) -> Iterable[str]:
    return ["    " * depth + line for line in lines]
