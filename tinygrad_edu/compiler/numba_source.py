"""With this module the virtual machine of the numba back end is written: one function that runs any array program.

Its text is put together from the table below, once; numba compiles it once and keeps the machine code on disk. Programs
are data to it, so that any graph starts at once. Each operation becomes two loops: over the rows of an unbatched
group, and over the examples of a batched row.
"""

from __future__ import annotations

FORMS: dict[str, str] = {
    "identity": "x",
    "add": "x + y",
    "sub": "x - y",
    "mul": "x * y",
    "div": "x / y",
    "neg": "-x",
    "square": "x * x",
    "reciprocal": "1.0 / x",
    "abs": "abs(x)",
    "sqrt": "math.sqrt(x)",
    "relu": "0.0 if x <= 0.0 else x",
    "leaky_relu": "x if x > 0.0 else 0.01 * x",
    "heaviside": "1.0 if x > 0.0 else (0.0 if x <= 0.0 else x)",
    "sign": "1.0 if x > 0.0 else (-1.0 if x < 0.0 else 0.0 * x)",
    "less": "1.0 if x < y else 0.0",
    "less_equal": "1.0 if x <= y else 0.0",
    "minimum": "x if x <= y or x != x else y",
    "maximum": "x if x >= y or x != x else y",
    "where": "y if x != 0.0 else z",
    "exp": "math.exp(x)",
    "expm1": "math.expm1(x)",
    "log": "math.log(x)",
    "log1p": "math.log1p(x)",
    "sin": "math.sin(x)",
    "cos": "math.cos(x)",
    "tanh": "math.tanh(x)",
    "sigmoid": "1.0 / (1.0 + math.exp(-x)) if x >= 0.0 else math.exp(x) / (1.0 + math.exp(x))",
    "softplus": "(x if x > 0.0 else 0.0 * (x != x) if x == x else x) + math.log1p(math.exp(-abs(x)))",
    "pow": "x ** y",
}
"""How each operation is written on floats; operations that are not here run on NumPy."""

SLOW = {"exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "softplus", "pow"}
"""Operations that NumPy does several numbers at a time, and so faster on large arrays."""

CODES = {name: code for code, name in enumerate(FORMS)}
SUM, DOT, MATMUL, BATCH_MATMUL, BATCH_SUM = range(100, 105)

_HEAD = '''
"""Written by tinygrad_edu.compiler.numba_source."""
import math
import numba


@numba.njit(cache={cache}, error_model="numpy", fastmath={{"reassoc", "contract"}})
def run(code, tables, memory, rows, count, spare, first, last):
    for step in range(first, last):
        what, batched, row, height = code[step, 0], code[step, 1], code[step, 2], code[step, 3]
        a, b, c = code[step, 4], code[step, 5], code[step, 6]
        if batched == 0:
'''

_TAIL = """
            elif what == {SUM}:
                starts = code[step, 7]
                for r in range(height):
                    total = 0.0
                    for k in range(tables[starts + r], tables[starts + r + 1]):
                        total += memory[tables[a + k]]
                    memory[row + r] = total
            elif what == {DOT}:
                starts = code[step, 7]
                for r in range(height):
                    total = 0.0
                    for k in range(tables[starts + r], tables[starts + r + 1]):
                        total += memory[tables[a + k]] * memory[tables[b + k]]
                    memory[row + r] = total
            elif what == {MATMUL}:
                blocks, lines, terms, places = code[step, 7], code[step, 8], code[step, 9], code[step, 10]
                for m in range(blocks):
                    for o in range(lines):
                        for t in range(places):
                            total = 0.0
                            for k in range(terms):
                                total += (memory[tables[a + (m * lines + o) * terms + k]]
                                          * memory[tables[b + (m * terms + k) * places + t]])
                            memory[row + (m * lines + o) * places + t] = total
            elif what == {BATCH_MATMUL}:
                blocks, lines, terms, places = code[step, 7], code[step, 8], code[step, 9], code[step, 10]
                for m in range(blocks):
                    for o in range(lines):
                        for t in range(places):
                            total = 0.0
                            for k in range(terms):
                                start = rows + tables[a + (m * lines + o) * terms + k] * count
                                x0 = memory[start : start + count]
                                start = rows + tables[b + (m * places + t) * terms + k] * count
                                x1 = memory[start : start + count]
                                for n in range(count):
                                    total += x0[n] * x1[n]
                            memory[row + (m * lines + o) * places + t] = total
            elif what == {BATCH_SUM}:
                terms = code[step, 7]
                for r in range(height):
                    total = 0.0
                    for k in range(terms):
                        start = rows + tables[a + r * terms + k] * count
                        x0 = memory[start : start + count]
                        for n in range(count):
                            total += x0[n]
                    memory[row + r] = total
            continue
        if what == {SUM} or what == {DOT}:
            starts = code[step, 7]
            for r in range(height):
                start = rows + (row + r) * count
                out = memory[start : start + count]
                for n in range(count):
                    out[n] = 0.0
                for k in range(tables[starts + r], tables[starts + r + 1]):
                    start = rows + tables[a + k] * count
                    x0 = memory[start : start + count]
                    if what == {SUM}:
                        for n in range(count):
                            out[n] += x0[n]
                    else:
                        start = rows + tables[b + k] * count
                        x1 = memory[start : start + count]
                        for n in range(count):
                            out[n] += x0[n] * x1[n]
            continue
        if what == {MATMUL}:
            blocks, lines, terms, places = code[step, 7], code[step, 8], code[step, 9], code[step, 10]
            for m in range(blocks):
                for o in range(lines):
                    u = a + (m * lines + o) * terms
                    for t in range(places):
                        start = rows + (row + (m * lines + o) * places + t) * count
                        out = memory[start : start + count]
                        v = b + m * terms * places + t
                        for n in range(count):
                            out[n] = 0.0
                        k = 0
                        while k + 4 <= terms:
                            w0, w1 = memory[tables[u + k]], memory[tables[u + k + 1]]
                            w2, w3 = memory[tables[u + k + 2]], memory[tables[u + k + 3]]
                            start = rows + tables[v + k * places] * count
                            x0 = memory[start : start + count]
                            start = rows + tables[v + (k + 1) * places] * count
                            x1 = memory[start : start + count]
                            start = rows + tables[v + (k + 2) * places] * count
                            x2 = memory[start : start + count]
                            start = rows + tables[v + (k + 3) * places] * count
                            x3 = memory[start : start + count]
                            for n in range(count):
                                out[n] += w0 * x0[n] + w1 * x1[n] + w2 * x2[n] + w3 * x3[n]
                            k += 4
                        while k < terms:
                            w0 = memory[tables[u + k]]
                            start = rows + tables[v + k * places] * count
                            x0 = memory[start : start + count]
                            for n in range(count):
                                out[n] += w0 * x0[n]
                            k += 1
            continue
        for r in range(height):
            start = rows + (row + r) * count
            out = memory[start : start + count]
            p = q = s = spare
            for place in range(code[step, 8]):
                operand = code[step, 4 + place]
                inside = tables[operand + r]
                if (code[step, 7] >> place) & 1:
                    here = rows + inside * count
                else:  # one number for all examples
                    here = spare + place * count
                    number = memory[inside]
                    for n in range(count):
                        memory[here + n] = number
                if place == 0:
                    p = here
                elif place == 1:
                    q = here
                else:
                    s = here
            xs, ys, zs = memory[p : p + count], memory[q : q + count], memory[s : s + count]
"""


def source(cache: bool) -> str:
    """Write the machine.

    Parameters
    ----------
    cache : bool
        Whether numba keeps the machine code on disk, next to the file with this text.

    Returns
    -------
    str
    """
    numbers = {"SUM": SUM, "DOT": DOT, "MATMUL": MATMUL, "BATCH_MATMUL": BATCH_MATMUL, "BATCH_SUM": BATCH_SUM}
    lines = [_HEAD.format(cache=cache)]
    for name, form in FORMS.items():
        lines.append(f"            {'el' * (CODES[name] > 0)}if what == {CODES[name]}:  # {name}\n")
        lines.append("                for r in range(height):\n")
        lines += [f"                    {x} = memory[tables[{at} + r]]\n" for x, at in _used(form, "abc")]
        lines.append(f"                    memory[row + r] = {form}\n")
    lines.append(_TAIL.format(**numbers).lstrip("\n"))
    for name, form in FORMS.items():
        lines.append(f"            {'el' * (CODES[name] > 0)}if what == {CODES[name]}:  # {name}\n")
        lines.append("                for n in range(count):\n")
        lines += [f"                    {x} = {x}s[n]\n" for x, _ in _used(form, "pqs")]
        lines.append(f"                    out[n] = {form}\n")
    return "".join(lines)


def _used(form: str, places: str) -> list[tuple[str, str]]:
    """Pair the letters that a form uses with where their numbers are."""
    bare = form.replace("exp", "").replace("max", "")
    return [(letter, place) for letter, place in zip("xyz", places, strict=True) if letter in bare]
