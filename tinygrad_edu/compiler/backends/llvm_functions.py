"""With this module operations become LLVM's vector instructions: from their code, as every machine reads it.

Arithmetic, comparisons and choices are instructions; exp and tanh are series, as in `numba_functions`. The rest of the
C library is called lane by lane.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ...ops import table as ops
from ...ops.code import C_LIBRARY, Node, argument_names
from ...ops.code_dialect import Dialect
from ...ops.code_writer import Writer, transformed
from ...ops.operation import Op
from .llvm_code import LANES, MASK, VECTOR, Code, constants

_ARITHMETIC = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
_COMPARISONS = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}
_INSTRUCTIONS = {"sqrt", "fabs", "floor", "ceil", "trunc", "rint", "copysign"}
_QUICKER_ELSEWHERE = {"erf", "erfc", "sin", "cos"}  # numba has series for these

_LOG2_HIGH, _LOG2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # as fdlibm cuts it
_EXPM1 = tuple(1.0 / math.factorial(n) for n in range(14, 1, -1))

_WRITER = Writer(Dialect({}, native=lambda op: "sigmoid" if op is ops.sigmoid else None))


def can_write(op: Op) -> bool:
    """Whether an operation of one to three arguments is written, and would not be quicker in numba.

    Parameters
    ----------
    op : Op

    Returns
    -------
    bool
    """
    if op.arity is None or op.expression is None:
        return False
    waiting = [_WRITER.whole(op)]
    while waiting:
        node = waiting.pop()
        waiting += node.parts
        if node.kind == "call" and node.what in _QUICKER_ELSEWHERE:
            return False
    return True


def apply(code: Code, op: Op, arguments: Sequence[str]) -> str:
    """Write an operation on vectors.

    Parameters
    ----------
    code : Code
    op : Op
    arguments : sequence of str

    Returns
    -------
    str
        Its value.
    """
    if op in _SERIES:
        return _SERIES[op](code, *arguments)
    given = dict(zip(argument_names(len(arguments)), arguments, strict=True))
    (value,) = transformed([_WRITER.whole(op)], lambda node, parts: _node(code, node, parts, given))
    return value


def _node(code: Code, node: Node, parts: Sequence[str], given: dict[str, str]) -> str:
    kind = node.kind
    if kind == "name":
        return given[node.what]
    if kind == "number":
        return constants(node.what)
    if kind in _ARITHMETIC:
        return code.arithmetic(_ARITHMETIC[kind], *parts)
    if kind == "neg":
        return code.get(f"fneg {VECTOR} {parts[0]}")
    if kind in _COMPARISONS:
        return code.compare(_COMPARISONS[kind], *parts)
    if kind in ("and", "or"):
        whole = parts[0]
        for part in parts[1:]:
            whole = code.get(f"{kind} {MASK} {whole}, {part}")
        return whole
    if kind == "not":
        return code.get(f"xor {MASK} {parts[0]}, <{', '.join(['i1 true'] * LANES)}>")
    if kind == "if":
        return code.choose(*parts)
    if kind == "**":
        return by_lane(code, "pow", *parts)
    assert kind == "call", kind
    if node.what in _INSTRUCTIONS:
        return code.call(node.what, *parts)
    if node.what in _SERIES:
        return _SERIES[node.what](code, *parts)
    return by_lane(code, node.what, *parts)


def by_lane(code: Code, name: str, *vectors: str) -> str:
    """Call a function of the C library for every lane.

    Parameters
    ----------
    code : Code
    name : str
    *vectors : str

    Returns
    -------
    str
    """
    assert name in C_LIBRARY or name == "pow"
    code.called.add(name)
    names = [f"%x{place}" for place in range(len(vectors))]
    lines = [f"declare double @{name}({', '.join(['double'] * len(vectors))})"]
    lines.append(f"define private {VECTOR} @each_{name}({', '.join(f'{VECTOR} {x}' for x in names)}) {{")
    whole = "poison"
    for lane in range(LANES):
        lines += [f"{x}l{lane} = extractelement {VECTOR} {x}, i32 {lane}" for x in names]
        lines.append(f"%y{lane} = call double @{name}({', '.join(f'double {x}l{lane}' for x in names)})")
        lines.append(f"%w{lane} = insertelement {VECTOR} {whole}, double %y{lane}, i32 {lane}")
        whole = f"%w{lane}"
    code.declare("\n".join([*lines, f"ret {VECTOR} {whole}", "}"]))
    return code.get(f"call {VECTOR} @each_{name}({', '.join(f'{VECTOR} {x}' for x in vectors)})")


def _power_of_two(code: Code, exponent: str) -> str:
    """Two to a whole number from −1022 to 1023, which are put where a float has its exponent."""
    biased = code.get(f"add <8 x i64> {exponent}, {_eight(1023)}")
    return code.get(f"bitcast <8 x i64> {code.get(f'shl <8 x i64> {biased}, {_eight(52)}')} to {VECTOR}")


def _eight(number: int) -> str:
    return f"<{', '.join([f'i64 {number}'] * LANES)}>"


def _reduced(code: Code, y: str) -> tuple[str, str, str]:
    """Give k and eʳ − 1 for y = k log 2 + r, and k as a whole number too."""
    k = code.call("floor", code.added_product(y, constants(1.0 / math.log(2.0)), constants(0.5)))
    minus = code.get(f"fneg {VECTOR} {k}")
    r = code.added_product(minus, constants(_LOG2_LOW), code.added_product(minus, constants(_LOG2_HIGH), y))
    series = constants(_EXPM1[0])
    for c in _EXPM1[1:]:
        series = code.added_product(series, r, constants(c))
    whole = code.get(f"sext <8 x i32> {code.get(f'fptosi {VECTOR} {k} to <8 x i32>')} to <8 x i64>")
    return k, code.added_product(code.arithmetic("fmul", r, r), series, r), whole


def exp(code: Code, x: str) -> str:
    """A power of two, and a series for what remains; nan for nan.

    Parameters
    ----------
    code : Code
    x : str

    Returns
    -------
    str
    """
    y = code.choose(code.compare("olt", x, constants(709.8)), x, constants(709.8))
    y = code.choose(code.compare("ogt", y, constants(-746.0)), y, constants(-746.0))
    _, rest, k = _reduced(code, y)
    half = code.get(f"ashr <8 x i64> {k}, {_eight(1)}")  # in two steps: either power is a normal float
    other = code.get(f"sub <8 x i64> {k}, {half}")
    e = code.arithmetic("fmul", code.arithmetic("fadd", rest, constants(1.0)), _power_of_two(code, half))
    e = code.arithmetic("fmul", e, _power_of_two(code, other))
    e = code.choose(code.compare("ugt", x, constants(709.782712893384)), constants(math.inf), e)
    return code.choose(code.compare("uno", x, x), x, e)


def _tanh(code: Code, x: str) -> str:
    """By e²ˣ − 1, which stays exact near zero."""
    y = code.arithmetic("fmul", code.call("fabs", x), constants(2.0))
    y = code.choose(code.compare("olt", y, constants(40.0)), y, constants(40.0))
    _, rest, k = _reduced(code, y)
    power = _power_of_two(code, k)
    e = code.added_product(power, rest, code.arithmetic("fsub", power, constants(1.0)))
    t = code.arithmetic("fdiv", e, code.arithmetic("fadd", e, constants(2.0)))
    return code.choose(code.compare("uno", x, x), x, code.call("copysign", t, x))


def _sigmoid(code: Code, x: str) -> str:
    """One exponential for both signs."""
    e = exp(code, code.get(f"fneg {VECTOR} {code.call('fabs', x)}"))
    above = code.choose(code.compare("oge", x, constants(0.0)), constants(1.0), e)
    return code.arithmetic("fdiv", above, code.arithmetic("fadd", e, constants(1.0)))


_SERIES: dict[str | Op, Callable[..., str]] = {"exp": exp, "tanh": _tanh, ops.sigmoid: _sigmoid}
