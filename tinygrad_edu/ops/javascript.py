"""With this module operations and their derivatives become JavaScript, for pages that compute a graph anew.

The text is one expression, an object with what `uses` names, and needs nothing around it:

>>> from tinygrad_edu.ops import OPS
>>> text = javascript({"square": (OPS["square"], 1)})
>>> print(text[text.index("return {"):])
return {
  "square": {
    value: ([x]) => { return x * x; },
    partials: (y, [x]) => { return [2.0 * x]; },
  },
};
})()

So ``operations.square.partials(9.0, [3.0])`` is ``[6.0]``. JavaScript computes as IEEE 754 says, but its power differs
from C's where a base of ±1 meets an infinite exponent or nan, and it has no error function; these stand in front.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..errors import GraphError
from .code import FOLDS, SEQUENCE, argument_names
from .code_atoms import partials_of
from .code_writer import Dialect, Writer
from .error_series import NEAR, TAIL
from .operation import Op

_LIBRARY = f"""\
const pow = (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b));
const copysign = (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a));
const polynomial = (coefficients, x) => coefficients.reduceRight((sum, c) => sum * x + c, 0);
const NEAR = {NEAR};
const TAIL = {TAIL};
const erfc = (x) => {{
  const y = Math.min(Math.abs(x), 28); /* beyond, it is 0 in floats */
  const u = (63.5 / 28) * (y / (y + 3.75));
  const short = Math.fround(y); /* so few digits that its square is exact */
  const exponential = Math.exp(-short * short) * Math.exp((short - y) * (short + y));
  const tail = ((1 + u * polynomial(TAIL, u - 1)) * exponential) / (1 + 2 * y);
  return x < 0 ? 2 - tail : tail;
}};
const erf = (x) => (Math.abs(x) > 1 ? copysign(1 - erfc(Math.abs(x)), x) : x * polynomial(NEAR, x * x));
const rint = (x) => (Math.abs(x) < 2 ** 52 ? copysign(Math.abs(x) + 2 ** 52 - 2 ** 52, x) : x);
const sum_of = (xs) => xs.reduce((a, b) => a + b, 0);
const prod_of = (xs) => xs.reduce((a, b) => a * b, 1);
const max_of = (xs) => xs.reduce((a, b) => (a >= b || a !== a ? a : b));
const min_of = (xs) => xs.reduce((a, b) => (a <= b || a !== a ? a : b));
const halves = (xs) => xs.slice(0, xs.length / 2).map((u, i) => [u, xs[xs.length / 2 + i]]);
"""


def _number(x: float) -> str:
    return repr(x) if math.isfinite(x) else "NaN" if x != x else "Infinity" if x > 0.0 else "-Infinity"


JAVASCRIPT = Dialect(
    {
        "if": "{0} ? {1} : {2}",
        "not": "!({0})",
        "and": "({0} && {1})",
        "or": "({0} || {1})",
        "==": "{0} === {1}",
        "!=": "{0} !== {1}",
        "**": "pow({0}, {1})",
        "len": "{sequence}.length",
        "map": "{sequence}.map(({variables}) => {body})",
        "halves": "halves({sequence})",
        "pair": "[{}, {}]",
        **{fold: f"{fold}_of({{items}})" for fold in FOLDS},
    },
    prefix="Math.",
    functions={
        **{name: name for name in ("copysign", "erf", "erfc", "rint")},
        "fabs": "Math.abs",
        "fmod": "({0} % {1})",
        "exp2": "Math.pow(2, {0})",
    },
    number=_number,
    helpers=True,
    function="const {name} = ({arguments}) => {{ {lines}return {result}; }};\n",
    line="const {name} = {text}; ",
    many="[{}]",
)
"""JavaScript, with the functions of this module in front."""


def javascript(uses: Mapping[str, tuple[Op, int]]) -> str:
    """Write operations and their partials as JavaScript.

    Parameters
    ----------
    uses : mapping of str to (Op, int)
        What the page calls an operation, the operation, and how many arguments it is given there.

    Returns
    -------
    str
        An expression: an object with ``value(args)`` and ``partials(y, args)`` for each, both of arrays of numbers.

    Raises
    ------
    GraphError
        If an operation states no code, or its partials cannot be read as code.

    Examples
    --------
    >>> from tinygrad_edu.ops import OPS
    >>> "Math.tanh(x)" in javascript({"tanh": (OPS["tanh"], 1)})
    True
    """
    names: dict[str, Op] = {}

    def named(op: Op) -> str:
        name = f"{op.name}_op"
        while names.setdefault(name, op) is not op:  # another of that name
            name += "_"
        return name

    writer = Writer(JAVASCRIPT, named)
    entries = [_entry(writer, key, op, count) for key, (op, count) in uses.items()]
    functions = "".join([_LIBRARY, *writer.definitions()])
    return f"(() => {{\n{functions}return {{\n{''.join(entries)}}};\n}})()"


def _entry(writer: Writer, key: str, op: Op, count: int) -> str:
    import json

    whole = writer.whole(op)
    before, (value,) = writer.write([whole])
    names = f"[{', '.join(argument_names(count))}]"
    arguments = SEQUENCE if op.arity is None else names
    try:
        trees = partials_of(op, count)
    except (TypeError, ValueError, AttributeError) as error:
        raise GraphError(
            f"the partials of {op.name!r} cannot be read as code ({error}): write them in arithmetic and table "
            "functions such as tg.exp, not math.exp, and without if"
        ) from error
    lines, partials = writer.write(trees)
    quoted = json.dumps(key).replace("<", "\\u003c")  # it may stand within a page
    return (
        f"  {quoted}: {{\n"
        f"    value: ({arguments}) => {{ {before}return {value}; }},\n"
        f"    partials: (y, {names}) => {{ {lines}return [{', '.join(partials)}]; }},\n"
        "  },\n"
    )
