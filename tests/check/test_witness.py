"""The sharper witness: programs of ours on numbers of a hundred digits, where floats decide nothing."""

import math
import random
import sys
from collections import Counter
from types import SimpleNamespace

import pytest
from support.families import FAMILIES
from support.readme import check_stated
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import OPS, Op, Value, nn
from tinygrad_edu.check.safe_points import sample
from tinygrad_edu.check.witness import Witness
from tinygrad_edu.errors import GradientMismatch

mpmath = pytest.importorskip("mpmath", reason="numbers of many digits are mpmath's: pip install '.[check]'")

# Functions whose rounding hides the slope, and how that is known: the derivative as one writes it down.
HIDDEN = {
    "offset": (lambda x: 1e9 + 1e-9 * tg.sin(x), 1.0, lambda m, x: m.mpf(1e-9) * m.cos(x)),
    "saturated": (lambda x: tg.sigmoid(x), 40.0, lambda m, x: m.exp(-x) / (1 + m.exp(-x)) ** 2),
    "second scale": (
        lambda x: tg.sin(x) + 1e-16 * tg.sin(1e9 * x),
        0.3,
        lambda m, x: m.cos(x) + m.mpf(1e-16) * 10**9 * m.cos(10**9 * x),
    ),
    "far tail": (lambda x: 1.0 - 1e-3 * tg.exp(-x), 60.0, lambda m, x: m.mpf(1e-3) * m.exp(-x)),
    "tiny beside 1": (lambda x: tg.log(tg.exp(x)), 2.5e-148, lambda m, x: m.mpf(1)),
    "huge beside it": (lambda x: (x + 1e200) * 1e-180, 1.5, lambda m, x: m.mpf(1e-180)),
    "cancelled": (lambda x: (x + 1e17) - 1e17, 1.5, lambda m, x: m.mpf(1)),
}


def scaled(factor):
    """The identity with a slope that is wrong by a factor."""
    return Op("scaled", lambda x: x, lambda y, x: (factor,), code="x")


@pytest.mark.parametrize("name", HIDDEN)
def test_what_floats_leave_undecided_is_decided(name, monkeypatch):
    f, x, truth = HIDDEN[name]
    with mpmath.workdps(60):
        slope = float(truth(mpmath, mpmath.mpf(x)))
    if name != "cancelled":  # where floats give 0, and the program is not found again
        report = tg.check_grads(f, (x,))
        assert report.conclusive, report
        assert report.comparisons[0].measured == pytest.approx(slope, rel=1e-14)
        assert "by 100 digits" in str(report)
        for off in map(scaled, (1.01, 0.5, 0.0, -1.0)):
            with pytest.raises(GradientMismatch, match="by 100 digits") as caught:
                tg.check_grads(lambda x, off=off: f(off(x)), (x,))
            assert caught.value.suspect.op.name == "scaled"
    monkeypatch.setitem(sys.modules, "mpmath", None)
    try:
        assert not tg.check_grads(f, (x,)).conclusive
    except GradientMismatch:
        assert name == "second scale"  # of which floats know nothing


def test_of_functions_on_large_offsets_every_slope_is_decided(monkeypatch):
    """Offsets of up to 1e16 times the function leave floats few digits of it, or none."""
    names = ("exp", "log", "sqrt", "sin", "cos", "tan", "asin", "atan", "tanh", "erf", "erfc")
    known = SimpleNamespace(pi=math.pi, **{name: getattr(tg, name) for name in names})
    generator = random.Random(3)
    families = sorted(FAMILIES) * 13 if THOROUGH else sorted(FAMILIES)[::5]
    alone = Counter()
    for name in families:
        g, low, high, _ = FAMILIES[name]
        x, offset, size = generator.uniform(low, high), 10.0 ** generator.uniform(6, 16), generator.choice((1e-9, -1e6))

        def f(u, g=g, offset=offset, size=size):
            return offset * size + size * g(u, known)

        assert tg.check_grads(f, (x,)).conclusive, name
        for off in map(scaled, (1.01, 0.5, 0.0, -1.0)):
            with pytest.raises(GradientMismatch):
                tg.check_grads(lambda u, off=off, f=f: f(off(u)), (x,))
        with monkeypatch.context() as without:
            without.setitem(sys.modules, "mpmath", None)
            try:
                alone[tg.check_grads(f, (x,)).conclusive] += 1
            except GradientMismatch:
                alone["rejected"] += 1
    assert 0 < alone["rejected"] < 0.03 * len(families) or not THOROUGH  # why README wants the witness
    if THOROUGH:
        check_stated([len(families), alone[True], alone["rejected"], 4 * len(families)])


def test_a_wrong_rule_that_saturation_hides_is_found_and_named():
    flat = Op("flat", math.tanh, lambda y, x: (0.0 * x,), code="tanh(x)")
    with pytest.raises(GradientMismatch, match="by 100 digits") as caught:
        tg.check_grads(lambda x, y: y + flat(x) * 1e-3, (25.0, 1.0))
    assert caught.value.suspect.op is flat
    assert caught.value.suspect.measured == pytest.approx(4 * math.exp(-50.0), rel=1e-12)


def asked(f, point, direction):
    """Ask the witness about a function with one result."""
    result = f(*point)
    return Witness(lambda numbers: [f(*numbers)], point).ask(direction, [getattr(result, "data", result)])[0]


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.code and op.arity != 0], ids=lambda op: op.name)
def test_every_operation_that_states_code_is_known(op):
    known = 0
    for args in sample(op, 4, seed=1):
        for i, slope in enumerate(op.slopes(op(*args), args)):
            found = asked(op, args, [float(i == j) for j in range(len(args))])
            if found is not None:
                known += 1
                assert found.rules_hold or op is OPS["detach"]
                assert found.slope == pytest.approx(slope, rel=1e-9, abs=1e-300) or op is OPS["detach"]
            else:
                assert slope == 0.0, args  # what does not move may have been lost
    assert known or op.name in ("sign", "heaviside", "less", "less_equal", "floor", "ceil", "round", "trunc")


def test_captured_values_modules_and_comparisons_are_known():
    w = Value(2.0, "w")
    found = asked(lambda x: (w * x if x > 0.0 else -x) + abs(x) ** 3 / 4.0 - 0.5, [1.5], [1.0])
    assert found.rules_hold
    assert found.slope == 2.0 + 0.75 * 1.5**2
    assert (w.data, w.grad, w.parents) == (2.0, 0.0, ())
    model = nn.MLP(2, [3, 1], activation="sigmoid", seed=0)
    report = tg.check_grads(lambda net, x: 1e9 + 1e-9 * net([x, 1.0]), (model, 0.5))
    assert report.conclusive
    assert sum(c.precise for c in report.comparisons) >= 20


def dull(x):
    return Op("dull", math.tanh, lambda y, x: (1.0 - y * y,))(x)


def liar(x):
    """Its code is that of another function."""
    return Op("liar", math.tanh, lambda y, x: (1.0 - y * y,), code="tanh(x) + 2e-8 * x")(x)


@pytest.mark.parametrize(
    "f",
    [
        dull,
        liar,
        lambda x: x * float(x),
        tg.abs,
        tg.relu,
        lambda x: tg.exp(tg.exp(tg.exp(tg.exp(x + 9.0)))),
        lambda x: x * x if isinstance(x, float) else x * x * 1.1,  # another program on other numbers
        lambda x: x - x,
        lambda x: (x - 2.5) ** 3,
        lambda x: tg.sqrt(x - 9.0) * 0.0 + x,
    ],
    ids=range(10),
)
def test_the_witness_is_silent_about_what_it_does_not_know(f):
    assert asked(f, [0.0 if f in (tg.abs, OPS["relu"]) else 2.5], [1.0]) is None


def test_a_gradient_that_is_cut_is_no_fault_of_the_rules_and_stays_a_mismatch():
    for f in (lambda x: x * x.data, lambda x: x * x.detach()):
        with pytest.raises(GradientMismatch, match="the graph does not show the whole"):
            tg.check_grads(f, (2.0,))


def test_a_long_program_does_not_try_anybodys_patience(monkeypatch):
    monkeypatch.setattr("tinygrad_edu.check.witness._MOST", 1000)

    def long(x):
        for _ in range(2000):
            x = x + 1.0
        return x

    assert asked(long, [1.0], [1.0]) is None
