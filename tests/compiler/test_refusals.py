"""What cannot be compiled is refused, with what is wrong and what to write instead."""

import functools
import math
import random
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from types import ModuleType

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.errors import FrozenNumberError, GraphError, TracedBoolError


def test_branches_on_numbers_are_refused():
    with pytest.raises(TracedBoolError):
        tg.compile(lambda x: x if x > 0 else -x)([1.0])


class Plain:
    """Not a module: whatever a program keeps its Values in."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


def test_frozen_numbers_are_refused():
    w = Value(2.0)
    held = Plain(w=w)
    frozen = {
        "data": lambda x: x * w.data,
        "detach": lambda x: x * w.detach(),
        "sign": lambda x: x * math.copysign(1.0, w.data),
        "held elsewhere": lambda x: x * held.w.data,
        "given already": functools.partial(lambda a, x: x * a.data, w),
    }
    for what, f in frozen.items():
        with pytest.raises(FrozenNumberError, match="reads the number"):
            pytest.fail(f"{what}: {tg.compile(f)([1.0])}")
        assert w.data == 2.0
    assert tg.compile(lambda x: x * Value(3.0) * w)([1.0]).tolist() == [6.0]


def test_choices_between_values_are_refused():
    """They would stay as the parameters were when the function was traced."""
    w, v = Value(2.0), Value(1.0)
    choices = (
        lambda x: x * w if w > v else x,
        lambda x: x * w if w >= 0 else x,
        lambda x: x * max([v, w]),
        lambda x: x * w if w else x,
        lambda x: tg.where(w > v, x * w, x),
        lambda x: x * w if w == 2.0 else x,
        lambda x: x * w if w != np.int64(0) else x,
        lambda x: x * w if w in (0.0, 1.0) else x,
        lambda x: x * w if w == np.array(2.0) else x,
    )
    for f in choices:
        with pytest.raises(FrozenNumberError, match=r"compares Values.*tg.where\(tg.less\(0.0, p\), a, b\)"):
            tg.compile(f)([1.0])
    assert w > v  # as ever, outside
    assert tg.compile(lambda x: tg.where(w > x, w, x))([1.0, 3.0]).tolist() == [2.0, 3.0]
    remedied = tg.compile(lambda x: tg.where(tg.less(0.0, w), w * x, 0.0))
    assert remedied([1.0, 3.0]).tolist() == [2.0, 6.0]
    w.data = -2.0
    assert remedied([1.0, 3.0]).tolist() == [0.0, 0.0]


def test_a_function_may_demand_a_range_of_its_parameters():
    scale = Value(2.0)

    def f(x):
        if scale.data <= 0.0:
            raise ValueError("the scale must be positive")
        return scale * x

    assert tg.compile(f)([1.0, 2.0]).tolist() == [2.0, 4.0]


@pytest.mark.parametrize("seed", range(10))
def test_draws_of_random_numbers_are_refused_whatever_they_come_out_as(seed):
    generators = [random.Random(seed), np.random.default_rng(seed), np.random.RandomState(seed), np.random, random]
    for generator in generators:
        model = Plain(generator=generator)  # draws that are nearly always alike
        for f in (lambda x: x * (generator.random() < 0.99), lambda x: x * (model.generator.random() < 0.99)):  # noqa: B023
            with pytest.raises(FrozenNumberError, match="draws random"):
                tg.compile(f)([1.0])
    assert generators[0].random() == random.Random(seed).random()  # as it was


def test_draws_of_pytorch_are_refused():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    own = torch.Generator().manual_seed(0)
    for f in (
        lambda x: x if torch.rand(1).item() < 2.0 else 0.0 * x,
        lambda x: x if torch.rand(1, generator=own).item() < 2.0 else 0.0 * x,
    ):
        before = torch.get_rng_state(), own.get_state()
        with pytest.raises(FrozenNumberError, match="draws random"):
            tg.compile(f)([1.0])
        assert all(map(torch.equal, before, (torch.get_rng_state(), own.get_state())))  # as they were


def test_draws_of_a_library_that_the_function_loads_are_refused():
    """NumPy loads its generators when somebody asks for the first."""
    script = """
import sys
import numpy as np, tinygrad_edu as tg
for name in [name for name in sys.modules if name.startswith("numpy.random")]:
    del sys.modules[name]
vars(np).pop("random", None)
def f(x):
    import numpy.random
    return x if numpy.random.rand() < 2.0 else 0.0 * x
try:
    tg.compile(f)([1.0])
except tg.errors.FrozenNumberError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "draws random" in done.stdout


def test_the_generator_of_the_operating_system_has_no_state_to_watch():
    system = random.SystemRandom()
    assert tg.compile(lambda x: x if system.random() < 2.0 else 0.0 * x)([1.0]).tolist() == [1.0]


DICE = random.Random(0)


def test_draws_inside_a_function_of_the_function_are_refused():
    """From a generator that only the inner code names, and whose draws change nothing in the graph."""
    with pytest.raises(FrozenNumberError, match="draws random"):
        tg.compile(lambda x: x * (lambda: DICE.random() < 2.0)())([1.0])


def thrown(x):
    return x * (DICE.random() < 2.0)


class Thrower:
    __slots__ = ("own",)
    shared = DICE

    def __init__(self, own):
        self.own = own

    def by_class(self, x):
        return x * (self.shared.random() < 2.0)

    def by_slot(self, x):
        return x * (self.own.random() < 2.0)


elsewhere = ModuleType("elsewhere")
elsewhere.DICE, elsewhere.dice, elsewhere.Thrower = DICE, thrown, Thrower


@pytest.mark.parametrize(
    "f",
    [
        lambda x: thrown(x),
        lambda x: elsewhere.dice(x),
        lambda x: x * (elsewhere.DICE.random() < 2.0),
        lambda x, own=DICE: x * (own.random() < 2.0),
        lambda x: elsewhere.Thrower(0).by_class(x),
        Thrower(DICE).by_slot,
        Thrower(frozenset([DICE])).by_class,
    ],
)
def test_draws_are_found_wherever_a_function_can_reach(f):
    """Functions it calls, of other modules too, classes, defaults; all draws are alike, so nothing else shows them."""
    state = DICE.getstate()
    with pytest.raises(FrozenNumberError, match="draws random numbers"):
        tg.compile(f)([1.0])
    assert DICE.getstate() == state


def test_errors_say_what_is_wrong():
    w = Value(1.0)
    compiled = tg.compile(lambda x: [x, w])
    with pytest.raises(GraphError, match="once the function has been called"):
        print(compiled.program)
    with pytest.raises(GraphError, match="one output"):
        compiled.value_and_grad([1.0])
    with pytest.raises(ValueError, match="did you mean 'numpy'"):
        tg.compile(lambda x: x, backend="nunpy")
    with pytest.raises(ValueError, match="leaves"):
        tg.compile(lambda x: x, [w + 1.0])
    with pytest.raises(ValueError, match="no example"):
        compiled([])
    with pytest.raises(ValueError, match="many examples"):
        compiled(1.0)
    with pytest.raises(ValueError, match="equally long"):
        tg.compile(lambda x, y: x + y)([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="equal lengths"):
        compiled([[1.0], [1.0, 2.0]])
    with pytest.raises(ValueError, match="reduce"):
        tg.compile(lambda x: x).value_and_grad([1.0], reduce="max")
    with pytest.raises(TypeError, match=r"such as model.parameters\(\)"):
        tg.compile(lambda x: x, w)
    with pytest.raises(TypeError, match="JAX devices"):
        tg.compile(lambda x: x, backend="jax", devices=["cpu"])


@pytest.mark.parametrize(
    "numbers",
    [[None, 1.0], [1j, 2.0], ["1", "2"], np.ma.masked_array([1.0, 2.0], [True, False]), [Value(1.0), 2.0], [[1.0], []]],
    ids=repr,
)
def test_what_is_no_array_of_real_numbers_is_refused(numbers):
    w = Value(2.0)
    compiled = tg.compile(lambda x: w * x)
    compiled.value_and_grad(np.array([1.0, 2.0]))
    given = numbers if hasattr(numbers, "mask") or [] in numbers else np.array(numbers)
    for call in (compiled, compiled.value_and_grad, compiled.backward):
        with pytest.raises(ValueError, match="argument 1 must be an array"):
            call(given)
    with pytest.raises(ValueError, match="weights must be an array"):
        compiled.value_and_grad([1.0, 2.0], weights=numbers)
    assert (w.data, w.grad) == (2.0, 0.0)


def test_whatever_python_turns_into_a_float_is_taken():
    assert tg.compile(lambda x: 2.0 * x)([Fraction(1, 2), Decimal("1.5"), 10**20, True]).tolist() == [1, 3, 2e20, 2]


def test_batch_mean_is_not_differentiated_inside_the_function():
    """A local derivative cannot say that every example moves the mean of all; the compiler's own sweep can."""
    with pytest.raises(GraphError, match="value_and_grad"):
        tg.compile(tg.grad(lambda x: tg.square(x - tg.batch_mean(x))))([1.0, 2.0])
    assert tg.grad(lambda x: tg.batch_mean(3.0 * x))(1.0) == 3.0  # eagerly there is one example
