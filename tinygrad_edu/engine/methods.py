"""With this module Values apply operations quickly: one Python function an operation, generated from its entry.

The partials of the entry are read as source text and put in line, so that ``a * b`` costs no call to a lambda, no
dispatch and no loop, while multiplication and its derivative still stand in one place, the table. An entry that
cannot be read as text (a user's, calling `math`) is called instead; both give the same floats.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from ..ops.operation import Op
from .context import OFF, context, open_contexts

namespace: dict[str, Any] = {
    "context": context,
    "OFF": OFF,
    "open_contexts": open_contexts,
    "inf": math.inf,
    "nan": math.nan,
}
"""Globals of the generated functions."""

_RECORD = """
    node = new(Value)
    node.data = y
    node.grad = 0.0
    if open_contexts:
        node._tag = where = context.scope
        if where is OFF:
            return unrecorded(node)
    else:
        node._tag = None
    node.op = op_{name}
{links}
    return node
"""

_TEMPLATES = {
    "unary": """
def apply(self):
    a = self.data
    {compute_both}
""",
    "binary": """
def apply(self, other):
    if other.__class__ is Value:
        a = self.data
        b = other.data
        {compute_both}
    else:
        other = lift(other)
        if other is NotImplemented:
            return other
        a = self.data
        b = other.data
        {compute_left}
""",
    "reflected": """
def apply(self, other):
    other = lift(other)
    a = other.data
    b = self.data
    {compute_right}
""",
}
_OPERANDS = {"unary": ("self",), "binary": ("self", "other"), "reflected": ("other", "self")}


@cache
def compiled(op: Op, form: str) -> Any:
    """Generate the method by which Values apply an operation of one or two arguments.

    Parameters
    ----------
    op : Op
        An entry of the table; others may share its name, by which the generated code knows it.
    form : {"unary", "binary", "reflected"}
        Whether the Value is the only operand, the left one or the right one.

    Returns
    -------
    callable
    """
    from ..ops.python_source import partials_source, value_source  # with the first operation, not with the package

    letters = ("a", "b")[: op.arity]
    value = value_source(op)
    read = partials_source(op)
    name = op.name
    namespace.update({f"op_{name}": op, f"fn_{name}": op.fn, f"slopes_{name}": op.slopes})
    if read is not None:
        sources, functions = read
        namespace.update(functions)

    slots = [f"d{letter}" for letter in letters]

    def compute(needed: tuple[bool, ...]) -> str:
        every = f"slopes_{name}(y, ({', '.join(letters)},))"
        fallback = "".join(f"; {slot} = {f'slopes[{i}]' if needed[i] else '0.0'}" for i, slot in enumerate(slots))
        fallback = f"slopes = {every}{fallback}"
        if read is None:
            return f"y = {value}\n    {fallback}"
        direct = "".join(
            f"\n        {slot} = {source if need else '0.0'}"
            for slot, source, need in zip(slots, sources, needed, strict=True)
        )
        return f"y = {value}\n    try:{direct}\n    except ArithmeticError:\n        {fallback}"

    blocks = {
        "compute_both": compute((True,) * len(letters)),
        "compute_left": compute((True, False)) if len(letters) == 2 else "",
        "compute_right": compute((False, True)) if len(letters) == 2 else "",
    }
    source = _TEMPLATES[form]
    for key, block in blocks.items():
        place = source.find("{" + key + "}")
        if place >= 0:
            indent = place - source.rfind("\n", 0, place) - 1
            source = source.replace("{" + key + "}", block.replace("\n    ", "\n" + " " * indent))
    made: dict[str, Any] = {}
    operands = dict(zip(letters, _OPERANDS[form], strict=True)) | ({"b": "None"} if len(letters) == 1 else {})
    links = [f"node._{letter} = {operand}" for letter, operand in operands.items()]
    links += [f"node._{slot} = {slot}" for slot in slots]
    record = _RECORD.format(name=name, links="\n".join(f"    {line}" for line in links))
    exec(source.rstrip() + record, namespace, made)
    return made["apply"]
