"""What the package prints is read back, and means the same."""

import math
import random

import pytest

import tinygrad_edu as tg
from tinygrad_edu import OPS
from tinygrad_edu.errors import ExpressionError
from tinygrad_edu.formulas.elsewhere import _RECIPES
from tinygrad_edu.formulas.expression import parse
from tinygrad_edu.ops.notation import Text, notation

NAMES = ("a", "b", "x1", "w")
POINT = dict(zip(NAMES, (0.75, 1.25, 0.5, 1.5), strict=True))
APPLIED = [op for op in OPS.values() if op.arity != 0]


def same(text, number):
    f = parse(text)
    found = f(**{name: POINT[name] for name in f.variables})
    assert found == pytest.approx(number, rel=1e-12, nan_ok=True), text


@pytest.mark.parametrize("op", APPLIED, ids=lambda op: op.name)
def test_every_operation_is_read_as_it_is_printed(op):
    for count in [op.arity] if op.arity else (2, 4):
        names = NAMES[:count]
        graph = tg.trace(lambda *xs: op(*xs), *[1.0] * count)
        printed = str(graph).splitlines()[-2].partition(" = ")[2]
        for name, place in zip(reversed(names), reversed([v.name for v in graph.inputs]), strict=True):
            printed = printed.replace(place, name)
        same(printed, op.fn(*[POINT[name] for name in names]))


def random_formula(draws, depth):
    """Print a random formula, and compute it on the way."""
    if depth == 0:
        name = draws.choice(NAMES)
        return Text(name), POINT[name]
    op = draws.choice(APPLIED)
    parts = [random_formula(draws, draws.randrange(depth)) for _ in range(op.arity or 2)]
    return notation(op, *[text for text, _ in parts]), op.fn(*[number for _, number in parts])


@pytest.mark.parametrize("seed", range(300))
def test_random_formulas_are_read_as_they_are_printed(seed):
    text, number = random_formula(random.Random(seed), 4)
    same(str(text), number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ln(a)", math.log(0.75)), ("√a", math.sqrt(0.75)), ("√a²", 0.75), ("√(a + b)", math.sqrt(2.0)),
        ("2×√a×√a", 1.5), ("|−a|", 0.75), ("||a| − |b||", 0.5), ("|a|×|b|", 0.9375), ("|a − |b − a||", 0.25),
        ("π×a", math.pi * 0.75), ("τ", math.tau), ("a²", 0.5625), ("a⁻¹", 4 / 3), ("a¹⁰", 0.75**10), ("−a²", -0.5625),
        ("(a + b)³", 8.0), ("2^a", 2**0.75), ("a^b^x₁", 0.75 ** (1.25**0.5)), ("x₁ + w", 2.0), ("a ≤ b", 1.0),
        ("a ≥ b", 0.0), ("σ(a)", 1 / (1 + math.exp(-0.75))), ("Σ(a, b, w)", 3.5), ("Σ([a, b])", 2.0),
        ("dot(a, b, x1, w)", 0.375 + 1.875), ("3e−07 × a", 2.25e-7), ("a ÷ b", 0.6), ("max(a)", 0.75), ("a·b", 0.9375),
        ("log(|a|)²", math.log(0.75) ** 2), ("|sin(a)|", math.sin(0.75)), ("a * |b|", 0.9375),
    ],
)  # fmt: skip
def test_mathematics_is_read(text, number):
    same(text, number)


@pytest.mark.parametrize(
    "text", ["~a", "a | b", "|a", "a||b", "√", "²", "a**²", "|", "||", "a √ b", "ln a", "dot(a, b, w)"]
)
def test_what_is_no_formula_stays_refused(text):
    with pytest.raises(ExpressionError):
        parse(text)


RAISED = {
    "eˣ": "e**x", "2ˣ": "2**x", "xⁿ": "x**n", "aᵇ": "a**b", "xᵃ⁻ᵇ": "x**(a - b)", "e⁻ˣ": "e**(-x)", "x⁺²": "x**2",
    "xⁿ⁺¹": "x**(n + 1)", "𝑥² + 𝑦²": "x**2 + y**2", "eˣ⁺¹·x": "e**(x + 1)*x",
}  # fmt: skip
TYPED = {
    "ｘ＋（ｙ－１．５）＊２": "x + (y - 1.5)*2", "｜x｜＾2": "|x|**2", "max（x，y）": "max(x, y)", "x – y": "x - y",
    "x—y‐1": "x - y - 1", "x∗y•2∙3": "x*y*2*3", "x∕y⁄2": "x/y/2", "x≦y": "x <= y", "x≧y": "x >= y", "∑(x, y)": "x + y",
    "∏(x, y)": "x*y", "x\u2062y": "x*y", "sin\u2061(x)": "sin(x)", "\ufeffx\u200b + y": "x + y", "3e–2": "3e-2",
    "xˆ2": "x**2",
}  # fmt: skip


@pytest.mark.parametrize("written", {**RAISED, **TYPED})
def test_what_keyboards_and_books_write_means_what_it_says(written):
    """Python reads raised letters as ordinary ones: eˣ would be a variable called ex."""
    meant = {**RAISED, **TYPED}[written]
    point = {name: 0.3 + 0.4 * i for i, name in enumerate(("x", "y", "n", "a", "b"))}
    found, truth = parse(written), parse(meant)
    assert set(found.variables) == set(truth.variables)
    assert found(**{name: point[name] for name in found.variables}) == truth(
        **{name: point[name] for name in truth.variables}
    )


ANSWERS = {
    r"\frac{x}{y}": "LaTeX", r"\sin(x)": "LaTeX", "$x$": "dollar", "“x + y”": "quotes", "'x + y'": "quotes",
    "x'": "a prime is no name", "f′(x)": "a prime is no name", "n!": r"exp\(lgamma\(n \+ 1\)\)", "30°": r"30\*pi/180",
    "sin(30º)": "cannot read", "50%": "of 50 % write 0.5", "50% * x": "of 50 % write 0.5", "50% - x": "of 50 %",
    "x > 0 ? x : 0": "where", "∛x": "cbrt", "⌊x⌋": "floor", "‖x‖": "norm", "x ≠ y": "compare with", "½*x": r"\(1/2\)",
    "sin(x);": "leave the last sign out", "exp{x}": "round brackets", "x mod y": "a % b", "1,5*x": "after a point, 1.5",
    "2π": r"to multiply write \*", "sin(x)cos(x)": r"to multiply write \*", "2|x|": r"to multiply write \*",
    "|x||y|": r"to multiply write \*", "2√x": r"to multiply write \*", "ln|x|": r"round brackets, ln\(\|x\|\)",
    "sin²(x)": r"of its square sin\(x\)\*\*2, of its inverse asin\(x\)", "x²ⁿ": "write an exponent behind",
    "e⁻ˣ²": "write an exponent behind", "～x": "cannot read",
    "log(x, 2)": r"log\(x\)/log\(base\)", "lg(x)": r"write log10\(x\)", "arcsin(x)": "did you mean 'asin'",
    "cot(x)": r"write 1/tan\(x\)", "gamma(x)": r"write exp\(lgamma\(x\)\)", "ReLU(x)": "did you mean 'relu'",
    "H(x)": r"to multiply write \*, for the function heaviside",
}  # fmt: skip


@pytest.mark.parametrize("written", ANSWERS)
def test_what_other_programs_and_books_write_is_answered_by_what_to_write_here(written):
    with pytest.raises(ExpressionError, match=ANSWERS[written]):
        parse(written)


def test_every_recipe_is_a_formula():
    """What is proposed for a function that is called otherwise can be read, and uses no other name."""
    for written in _RECIPES.values():
        recipe = written.partition(" for ")[0].replace("where(condition, a, b)", "where(x < 1, a, b)")
        assert set(parse(recipe).variables) <= {"x", "y", "n", "a", "b"}
