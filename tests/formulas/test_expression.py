"""A formula read from text computes what Python computes, and nothing but numbers can come of it."""

import ast
import math
import random
import re
import sys
import threading
import warnings

import pytest

import tinygrad_edu as tg
from tinygrad_edu.errors import ExpressionError
from tinygrad_edu.formulas.expression import parse
from tinygrad_edu.formulas.grammar import CONSTANTS, FUNCTIONS, MAX_DEPTH, MAX_LENGTH, SEQUENCE_FUNCTIONS
from tinygrad_edu.ops import sequences

FORMULAS = [
    "a + b*c - a/b",
    "-a**2",
    "(-a)**2",
    "2**-a",
    "a**b**0.5",
    "a - b - c",
    "a / b / c",
    "-(a - -b) * +c",
    "1_000*a + 1e-3*b + .5*c + 0x10",
    "sin(a)*cos(b) + tanh(c)*exp(-a)",
    "pi*a + e*b - tau*c",
    "atan2(a, b) + hypot(b, c)",
    "sqrt(a**2 + b**2)",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_give_what_python_gives(text):
    names = {
        name: getattr(math, name) for name in ("sin", "cos", "tanh", "exp", "atan2", "hypot", "sqrt", "pi", "e", "tau")
    }
    values = {"a": 0.7, "b": 1.9, "c": -0.4}
    f = parse(text)
    expected = eval(text, {"__builtins__": {}}, {**names, **values})
    assert f(**{name: values[name] for name in f.variables}) == pytest.approx(expected, rel=1e-15)


def test_random_arithmetic_binds_as_in_python():
    generator = random.Random(1)
    for _ in range(300):
        text = "a"
        for _ in range(generator.randrange(1, 9)):
            sign = generator.choice(["-", "+", ""])
            text = f"{text} {generator.choice('+-*/')} {sign}{generator.choice(['b', '2', '(a - b)', 'b**2', '3**-b'])}"
        f = parse(text)
        values = {"a": 1.25, "b": -0.5}
        expected = eval(text, {}, values)
        assert f(**{name: values[name] for name in f.variables}) == pytest.approx(expected, rel=1e-13), text


def test_variables_are_listed_by_first_use_and_constants_are_none():
    assert parse("z*a + sin(b) + a*pi - z").variables == ("z", "a", "b")
    assert parse("c > b").variables == ("c", "b")
    assert parse("2*pi").variables == ()


def test_every_function_of_the_package_can_be_called():
    for name, op in FUNCTIONS.items():
        letters = "abcd"[: op.arity]
        numbers = [0.3, 0.6, 0.9][: op.arity]
        assert parse(f"{name}({', '.join(letters)})")(*numbers) == pytest.approx(op(*numbers), abs=0.0, nan_ok=True), (
            name
        )
    assert {op.name for op in tg.OPS.values() if op.arity} == set(FUNCTIONS)
    for name in SEQUENCE_FUNCTIONS:
        if name not in ("dot", "softmax", "log_softmax"):
            expected = getattr(sequences, name)([0.3, 0.6, 0.9])
            assert parse(f"{name}([a, b, 0.9])")(0.3, 0.6) == parse(f"{name}(a, b, 0.9)")(0.3, 0.6) == expected
    assert parse("dot([a, 2], [b, c])")(2.0, 3.0, 4.0) == 14.0
    assert parse("softmax([a, b])[0] + softmax([a, b])[-1]")(1.0, 3.0) == pytest.approx(1.0)
    assert parse("[a, 2, 3][-3] - [4, 5*a, 6][1]")(1.0) == -4.0
    assert parse("dot(softmax([a, a]), [1, 3])")(1.0) == pytest.approx(2.0)


def test_comparisons_give_one_or_zero_and_choose():
    assert [parse(f"a {sign} b")(1.0, 1.0) for sign in ("<", "<=", ">", ">=")] == [0.0, 1.0, 0.0, 1.0]
    assert [parse("a < b")(x, 0.0) for x in (-1.0, 1.0)] == [1.0, 0.0]
    f = parse("where(x > 0, x, 0.1*x)")
    assert (f(2.0), f(-2.0)) == (2.0, -0.2)


def test_values_and_variables_go_through_it():
    f = parse("log(x1) + x1*x2 - sin(x2)")
    x1, x2 = tg.Value(2.0), tg.Value(5.0)
    y = f(x2=x2, x1=x1)
    y.backward()
    assert y.data == pytest.approx(11.652071455223084)
    assert (x1.grad, x2.grad) == (5.5, pytest.approx(2 - math.cos(5.0)))
    graph = tg.trace(f, 1.0, 1.0)
    assert [var.name for var in graph.inputs] == ["x1", "x2"]
    assert graph.grad()(2.0, 5.0) == pytest.approx((5.5, 2 - math.cos(5.0)))
    assert tg.grad(tg.grad(parse("x**3")))(2.0) == pytest.approx(12.0)


def test_signs_that_are_printed_can_be_read_back():
    assert parse("−x × 2 ÷ y · 3")(1.0, 4.0) == -1.5
    assert parse("ｘ + x").variables == ("x",)  # Python reads both as one name


REFUSED = {
    "": "empty",
    "   ": "empty",
    "2x": "write * between",
    "2(x)": "to multiply write *",
    "x y": "to multiply write *",
    "2 π r": "to multiply write *",
    "x (y + 1)": "unknown function 'x'; to multiply",
    "(x + 1) y": "to multiply write *",
    "sin x": "a function takes round brackets, sin(x)",
    "1 + σ x": "a function takes round brackets, σ(x)",
    "lambda x y": "no formula",
    "x +": "not complete",
    "sin(x": "never closed",
    "x = 2": "assigns nothing",
    "(x := 2)": "cannot read",
    "tanhh(x)": "did you mean 'tanh'",
    "Sin(x)": "did you mean 'sin'",
    "eval('1')": "unknown function 'eval'",
    "__import__('os').system('true')": "cannot read",
    "__import__('os')": "unknown function '__import__'",
    "().__class__": "cannot read",
    "x.__class__.__bases__": "bare names",
    "math.sin(x)": "bare names",
    "(lambda: 1)()": "cannot read",
    "[a for a in b]": "cannot read",
    "{a: b}": "cannot read",
    "{a}": "round brackets",
    "a, b": "square brackets",
    "f'{x}'": "cannot read",
    "'x'": "cannot read",
    "True": "cannot read",
    "None": "cannot read",
    "...": "cannot read",
    "2j": "cannot read",
    "x if x > 0 else y": "where",
    "a and b": "where",
    "a == b": "compare with",
    "a in b": "cannot read",
    "a < b < c": "(a < b) * (b < c)",
    "a // b": "write / for",
    "a @ b": "cannot read",
    "~a": "cannot read",
    "sin": "is a function",
    "sin()": "takes 1 number, got 0",
    "sin(a, b)": "takes 1 number, got 2",
    "sin(x=a)": "by place",
    "sin(*a)": "cannot read",
    "sin(**a)": "by place",
    "mean([])": "at least one",
    "dot([a], [a, b])": "equal length",
    "dot(a, b, c)": "2 lists",
    "[a, b]": "gives a list",
    "softmax([a, b])": "gives a list",
    "[a] + [b]": "has a list",
    "[[a]]": "has a list",
    "x[0]": "picks from a number",
    "[a, b][2]": "picks from a list of 2",
    "[a, b][-3]": "picks from a list of 2",
    "[a, b][a]": "picks from",
    "[a, b][0:1]": "picks from",
    "[a, b][True]": "picks from",
    "10**400": "not a finite number",
    "9**9**9**9": "not a finite number",
    "x**(9**9**9)": "not a finite number",
    "x**1e999": "larger than any float",
    f"x**{'9' * 400}": "larger than any float",
    "9" * 10_000: "too many digits",
    "1/0": "not a finite number",
    "x\0": "cannot read",
    "x\ud800": "cannot read",
    "x\n\ny": "cannot read",
    "1if x else 2": "cannot read",
    "lambda": "cannot read",
    "(" * 300 + "x" + ")" * 300: "nested",
    "-" * 100_000 + "x": "at most",
    "-" * 15_000 + "x": "nested",
    "**".join("x" * 5_000): "nested",
    "+".join("x" * (MAX_DEPTH + 1)): "nested more than",
    "x" * (MAX_LENGTH + 1): "at most",
}


@pytest.mark.parametrize("text", ["√2x", "sin²x", "x²y", "|x| y", "x₁ x₂", "2×π r", "(x^2) y"])
def test_what_cannot_be_read_is_quoted_as_it_was_written(text):
    with pytest.raises(ExpressionError, match=re.escape(repr(text))):
        parse(text)


def test_a_part_that_is_refused_is_quoted_with_its_root():
    with pytest.raises(ExpressionError, match="√x // 2"):
        parse("1 + (√x // 2)")


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text[:24]))
def test_what_is_no_formula_is_refused_in_one_short_line(text):
    with pytest.raises(ExpressionError, match=re.escape(REFUSED[text])) as caught:
        parse(text)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 250
    assert isinstance(caught.value, ValueError)


def test_infinite_constants_may_be_written():
    assert parse("inf")() == math.inf
    assert parse("-inf")() == -math.inf
    assert math.isnan(parse("inf - inf + nan")())
    assert parse("x**1000000")(2.0) == math.inf


def test_long_and_deep_formulas_within_the_limits_are_read_and_run():
    terms = "+".join(["x"] * MAX_DEPTH)
    assert parse(terms[: -len("+x")])(1.0) == MAX_DEPTH - 1
    assert parse(f"sum([{', '.join(['x'] * 5000)}])")(1.0) == 5000.0
    x = tg.Value(1.0)
    parse("-" * (MAX_DEPTH - 1) + "x")(x).backward()
    assert x.grad == -1.0


@pytest.mark.parametrize(
    "text",
    [
        "+".join(["x"] * 900), "sum([1, " + " - ".join(["x*y"] * 900) + "])", "*".join(["x"] * 900),
        "**-".join(["x"] * 900), "-" * 900 + "x", "√" * 900 + "x", "x" + "[0]" * 900, "x" + "(y)" * 900,
        "(" * 300 + "x",
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_what_is_too_deep_is_refused_before_a_parser_can_end_python(text, monkeypatch):
    monkeypatch.setattr(ast, "parse", lambda *given, **options: pytest.fail("it was parsed"))
    with pytest.raises(ExpressionError, match="nested more than"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "+".join(["x*y/2"] * 450), "+".join(["1e-5"] * 450) + "+x", "+".join(["-x"] * 450), "*".join(["x**-2"] * 450),
        "+".join(["(x - y - 1)"] * 450), "+".join(["[x, y][0]"] * 450), "sum([" + ", ".join(["x + y"] * 900) + "])",
        "+".join(["x"] * 300) + " < " + "+".join(["y"] * 300), "(" * 150 + "x" + ")" * 150,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_what_is_long_and_shallow_is_read(text):
    assert set(parse(text).variables) <= {"x", "y"}


def test_reading_does_not_hang_on_hostile_brackets():
    pieces = ["(", "[", "{", "sin(", "x[", "lambda:", "f(a=", "{1:", "not ", "x for ", "*", "-("]
    for piece in pieces:
        for tail in ("", "x", "x)", "x]" * 30):
            with pytest.raises(ExpressionError):
                parse(piece * 60 + tail)


def test_nothing_is_evaluated_and_no_warning_leaks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for text in ("open('made', 'w')", "print(1)", "1 is 1", "(1)(2)", "'\\d'", "0xfor x in y"):
            with pytest.raises(ExpressionError):
                parse(text)
    assert not seen
    assert not list(tmp_path.iterdir())


def test_reading_deep_in_a_thread_with_a_small_stack_is_safe():
    answers = []

    def read():
        try:
            answers.append(parse("-" * 2_000 + "x")(1.0))
        except ExpressionError as error:
            answers.append(str(error))

    before = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert "nested" in answers[0]


def test_values_are_matched_by_name_or_place():
    f = parse("w*x + b")
    assert f(2.0, 3.0, 1.0) == f(2.0, b=1.0, x=3.0) == f(b=1.0, w=2.0, x=3.0) == 7.0
    for args, named, message in [
        ((1.0,), {}, "no value for x, b"),
        ((1.0, 2.0, 3.0, 4.0), {}, "has 3 variables, got 4"),
        ((1.0,), {"w": 2.0, "x": 1.0, "b": 1.0}, "two values for 'w'"),
        ((), {"w": 2.0, "x": 1.0, "bb": 1.0}, "did you mean 'b'"),
        ((), {"w": 2.0, "x": 1.0, "b": 1.0, "e": 1.0}, "e is a constant"),
    ]:
        with pytest.raises(ExpressionError, match=message):
            f(*args, **named)
    with pytest.raises(TypeError, match="must be a string"):
        parse(3)


def test_constants_are_those_of_the_math_module():
    assert {name: getattr(math, name) for name in CONSTANTS if name != "nan"} == {
        name: value for name, value in CONSTANTS.items() if name != "nan"
    }
    assert math.isnan(CONSTANTS["nan"])
    assert sys.float_info.max == parse("1.7976931348623157e308")()
