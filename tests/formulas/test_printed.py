"""What the package prints is read back, and means the same."""

import math
import random

import pytest

import tinygrad_edu as tg
from tinygrad_edu import OPS
from tinygrad_edu.errors import ExpressionError
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
