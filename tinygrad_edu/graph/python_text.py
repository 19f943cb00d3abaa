"""With this module a traced graph becomes Python text: one function of numbers that needs nothing but `math`."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Sequence

from ..engine.sweep import accumulate, dependents, partials_in_kind
from ..ops.code import Node
from ..ops.code_writer import PYTHON, Writer
from ..ops.table import CONSTANT
from .equations import Equations
from .simplifying import simplified
from .structure import NUMBER, Structure, tuple_of
from .variable import Eqn, Tracer, Var

_FOLDS = {
    "sum_of": """
def sum_of(xs):
    total = 0.0
    for x in xs:
        total += x
    return total
""",
    "prod_of": """
def prod_of(xs):
    product = 1.0
    for x in xs:
        product *= x
    return product
""",
    "max_of": """
def max_of(xs):
    top, *others = xs
    for x in others:
        top = top if top >= x or top != top else x
    return top
""",
    "min_of": """
def min_of(xs):
    least, *others = xs
    for x in others:
        least = least if least <= x or least != least else x
    return least
""",
}
"""Reductions from left to right; Python's own lose nan, or add up in another way from version to version."""


def to_python(graph: Equations) -> str:
    """Write a graph of one output as a Python function of its value and gradient; see `Graph.to_python`."""
    graph.only_output("to_python")
    taken = {"math", "float", "abs", "len", "zip", *_FOLDS}
    writer = Writer(PYTHON, lambda op: _identifier(_apart(op.name), "op", taken))
    name = _identifier(graph.name if graph.name.isidentifier() else "f", "f", taken)
    tracer = Tracer()
    sources = [*graph.inputs, *graph.captured_variables]
    labels = [_identifier(var.name or "x", "x", taken) for var in sources]
    inputs = [tracer.input(label) for label in labels]
    own = dict(zip(graph.captured, inputs[len(graph.inputs) :], strict=True))
    (output,) = graph._replay(inputs[: len(graph.inputs)], own.__getitem__)
    output = tracer.lift(output)
    order = list(tracer.equations)
    adjoints = accumulate(order, {output: 1.0}, partials_in_kind, dependents(order, inputs))
    outputs = [output, *[tracer.lift(adjoints.get(var, 0.0)) for var in inputs]]
    flat = Structure("tuple", (NUMBER,) * len(inputs))
    small = simplified(Equations(name, inputs, flat, tracer, outputs, tuple_of(len(outputs))))
    names: dict[Var, str] = dict(zip(small.inputs, labels, strict=True))
    lines = _lines(small.equations, names, taken, writer)
    value, *derivatives = writer.write([_tree(var, names) for var in small.outputs])[1]
    defaults = [PYTHON.number(float(v.data)) for v in graph.captured]
    arguments = labels[: len(graph.inputs)]
    arguments += ["*"] * bool(defaults)
    arguments += [f"{label}={d}" for label, d in zip(labels[len(graph.inputs) :], defaults, strict=True)]
    gradient = ", ".join(f'"{label}": {d}' for label, d in zip(labels, derivatives, strict=True))
    helpers = writer.definitions()
    used = "".join([*helpers, *lines])
    folds = [text.lstrip("\n") for fold, text in _FOLDS.items() if f"{fold}(" in used]
    parts = ["import math\n\n", *[f"{text}\n\n" for text in (*folds, *helpers)]]
    parts += [f"def {name}({', '.join(arguments)}):\n", f'    """Value of {name}, and its derivatives by name."""\n']
    parts += [f"    {line}\n" for line in lines]
    parts.append(f"    return {value}, {{{gradient}}}\n")
    return "".join(parts)


def _lines(variables: Sequence[Eqn], names: dict[Var, str], taken: set[str], writer: Writer) -> list[str]:
    """Write one assignment a variable."""
    lines: list[str] = []
    for number, var in enumerate(variables, 1):
        label = var.name if var.name and var.name.isidentifier() else f"v{number}"
        operands = tuple([_tree(parent, names) for parent in var.parents])
        _, (text,) = writer.write([Node("call", operands, var.op)])
        names[var] = _identifier(label, "v", taken)
        lines.append(f"{names[var]} = {text}")
    return lines


def _tree(var: Var, names: dict[Var, str]) -> Node:
    return Node("number", (), float(var.data)) if var.op is CONSTANT else Node("name", (), names[var])


def _apart(name: str) -> str:
    """Keep the name of a function apart from those that arguments and lines have in functions."""
    return f"{name}_" if re.fullmatch(r"[a-z]\d*|xs", name) else name


def _identifier(text: str, fallback: str, taken: set[str]) -> str:
    """Make a name of its own that Python accepts."""
    base = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", text)).strip("_") or fallback  # as Python reads names
    base = base if base.isidentifier() else fallback + base
    base = base + "_" * keyword.iskeyword(base) if base.isidentifier() else fallback
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name
