"""With this module a traced graph becomes Python text: one function of numbers that needs nothing but `math`."""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from collections.abc import Sequence

from ..engine.sweep import accumulate, dependents, partials_in_kind
from ..errors import GraphError
from ..ops.table import CONSTANT, OPS
from .equations import Equations
from .simplifying import simplified
from .structure import NUMBER, Structure, tuple_of
from .variable import Eqn, Tracer, Var

_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "less": "<", "less_equal": "<="}
_MATH = [
    *("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "erf", "erfc", "hypot"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "atan2"),
]

TEXT: dict[str, str] = {
    **{name: f"{{0}} {sign} {{1}}" for name, sign in _INFIX.items()},
    **{name: f"math.{name}" for name in _MATH},
    "less": "float({0} < {1})",
    "less_equal": "float({0} <= {1})",
    "identity": "{0}",
    "detach": "{0}",
    "neg": "-{0}",
    "abs": "abs({0})",
    "square": "{0} * {0}",
    "reciprocal": "1.0 / {0}",
    "relu": "max({0}, 0.0)",
    "leaky_relu": "{0} if {0} > 0.0 else 0.01 * {0}",
    "elu": "{0} if {0} > 0.0 else math.expm1({0})",
    "silu": "{0} * sigmoid({0})",
    "gelu": "0.5 * {0} * math.erfc(-{0} * math.sqrt(0.5))",
    "sign": "math.copysign(1.0, {0}) if {0} else 0.0",
    "heaviside": "float({0} > 0.0)",
    "minimum": "min({0}, {1})",
    "maximum": "max({0}, {1})",
    "where": "{1} if {0} else {2}",
    "clip": "min(max({0}, {1}), {2})",
    "sigmoid": "sigmoid",
    "softplus": "softplus",
    "logsumexp": "logsumexp",
    "max": "max",
    "min": "min",
    "prod": "math.prod",
    "mean": "mean",
    "sum": "+",
    "dot": "dot",
}
"""How each operation is written: a template with places for its operands, or the name of a function."""

_HELPERS = {
    "sigmoid": """
def sigmoid(x):
    e = math.exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)
""",
    "softplus": """
def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))
""",
    "logsumexp": """
def logsumexp(*xs):
    top = max(xs)
    return top + math.log(sum(math.exp(x - top) for x in xs))
""",
}


def to_python(graph: Equations) -> str:
    """Write a graph of one output as a Python function of its value and gradient; see `Graph.to_python`."""
    graph.only_output("to_python")
    taken = {"math", *_HELPERS, "float", "abs", "max", "min", "sum"}
    name = _identifier(graph.name if graph.name.isidentifier() else "f", "f", taken)
    tracer = Tracer()
    sources = [*graph.inputs, *graph.captured_variables]
    labels = [_identifier(var.name or "x", "x", taken) for var in sources]
    inputs = [tracer.input(label) for label in labels]
    own = dict(zip(graph.captured, inputs[len(graph.inputs) :], strict=True))
    (output,) = graph._replay(inputs[: len(graph.inputs)], own.__getitem__)
    output = tracer.lift(output)
    order = list(tracer.variables)
    adjoints = accumulate(order, {output: 1.0}, partials_in_kind, dependents(order, inputs))
    outputs = [output, *[tracer.lift(adjoints.get(var, 0.0)) for var in inputs]]
    flat = Structure("tuple", (NUMBER,) * len(inputs))
    small = simplified(Equations(name, inputs, flat, tracer, outputs, tuple_of(len(outputs))))
    names: dict[Var, str] = dict(zip(small.inputs, labels, strict=True))
    lines, helpers = _lines(small.variables, names, taken)
    value, *derivatives = [_operand(var, names) for var in small.outputs]
    defaults = [repr(float(v.data)) if math.isfinite(v.data) else f'float("{v.data}")' for v in graph.captured]
    arguments = labels[: len(graph.inputs)]
    arguments += ["*"] * bool(defaults)
    arguments += [f"{label}={d}" for label, d in zip(labels[len(graph.inputs) :], defaults, strict=True)]
    gradient = ", ".join(f'"{label}": {d}' for label, d in zip(labels, derivatives, strict=True))
    parts = ["import math\n\n", *[_HELPERS[helper].lstrip("\n") + "\n\n" for helper in helpers]]
    parts += [f"def {name}({', '.join(arguments)}):\n", f'    """Value of {name}, and its derivatives by name."""\n']
    parts += [f"    {line}\n" for line in lines]
    parts.append(f"    return {value}, {{{gradient}}}\n")
    return "".join(parts)


def _lines(variables: Sequence[Eqn], names: dict[Var, str], taken: set[str]) -> tuple[list[str], list[str]]:
    """Write one assignment a variable, and tell which helpers they call."""
    lines: list[str] = []
    helpers: dict[str, None] = {}
    for number, var in enumerate(variables, 1):
        op = var.op.name
        form = TEXT.get(op) if OPS.get(op) is var.op else None
        if form is None:
            raise GraphError(f"the operation {op!r} is your own: only operations of the table have Python text")
        label = var.name if var.name and var.name.isidentifier() else f"v{number}"
        names[var] = _identifier(label, "v", taken)
        lines.append(f"{names[var]} = {_written(form, [_operand(p, names) for p in var.parents])}")
        helpers.update({helper: None for helper in _HELPERS if re.search(rf"\b{helper}\b", form)})
    return lines, list(helpers)


def _written(form: str, operands: list[str]) -> str:
    half = len(operands) // 2
    if "{" in form:
        return form.format(*operands)
    if form == "+":
        return " + ".join(operands) or "0.0"
    if form == "mean":
        return f"({' + '.join(operands)}) / {len(operands)}"
    if form == "dot":
        return " + ".join(f"{u} * {v}" for u, v in zip(operands[:half], operands[half:], strict=True)) or "0.0"
    if form in ("max", "min", "math.prod"):
        return f"{form}(({', '.join(operands)},))"
    return f"{form}({', '.join(operands)})"


def _operand(var: Var, names: dict[Var, str]) -> str:
    if var.op is not CONSTANT:
        return names[var]
    number = float(var.data)
    text = repr(number) if math.isfinite(number) else f'float("{number}")'
    return f"({text})" if text.startswith("-") else text


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
