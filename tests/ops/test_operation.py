"""Operations of one's own, and the mistakes one can make in writing an entry."""

import functools
import math
import pickle

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.engine.value import constant
from tinygrad_edu.ops import OPS


def test_an_operation_of_ones_own_is_usable_everywhere_at_once():
    cube = tg.Op("cube", lambda x: x**3, lambda y, x: (3 * x**2,), symbol="∛⁻¹")
    x = Value(2.0, "x")
    y = cube(x)
    assert y.data == 8.0
    y.backward()
    assert x.grad == 12.0
    assert cube(2) == 8.0
    assert tg.grad(tg.grad(cube))(2.0) == 12.0
    assert tg.trace(cube, 1.0).grad()(2.0) == 12.0
    assert [s.rule for s in tg.steps(y) if s.kind == "backward"] == ["3 × x²"]
    x = Value(1e200)
    tg.Op("big", lambda x: x, lambda y, x: (x**2,))(x).backward()
    assert x.grad == math.inf  # overflow in a float's ** raises; the line runs once more by IEEE 754
    x = Value(-8.0)
    tg.Op("root", lambda x: x, lambda y, x: (x ** (1 / 3),))(x).backward()
    assert math.isnan(x.grad)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("no name", abs, lambda y, x: (1.0,)), ValueError),
        (("f", 3, lambda y, x: (1.0,)), TypeError),
        (("f", abs, None), TypeError),
    ],
)
def test_a_wrong_entry_is_refused(arguments, error):
    with pytest.raises(error):
        tg.Op(*arguments)


@pytest.mark.parametrize("partials", [lambda y, x: (1.0, 2.0), lambda y, x: (1.0 / x, 2.0)])
def test_an_entry_that_gives_the_wrong_number_of_partials_is_named(partials):
    wrong = tg.Op("wrong", lambda x: x, partials)
    with pytest.raises(TypeError, match="wrong gives 2 partials for 1 arguments"):
        wrong(Value(0.0))  # where the second entry divides by zero, and is evaluated again
    with pytest.raises(TypeError, match="fewer gives 0 partials for 1 arguments"):
        tg.Op("fewer", lambda x: x, lambda y, x: ())(Value(1.0))


def test_numbers_of_other_kinds_become_floats():
    whole = tg.Op("whole", lambda x: int(x), lambda y, x: (0.0,))
    assert type(whole(Value(2.5)).data) is float
    assert type((Value(2.5) + 1).parents[1].data) is float
    assert type(constant(2).data) is float


def test_partials_of_other_kinds_of_number_become_floats():
    double = tg.Op("double", lambda x: 2.0 * x, lambda y, x: (2,))
    assert [type(p) for p in double(Value(1.0)).partials] == [float]
    wrong = tg.Op("wrong", lambda x: x, lambda y, x: ("2",))
    with pytest.raises(TypeError, match="a float from the partials of wrong"):
        wrong(Value(1.0))


def test_partials_may_be_any_callable_that_tells_its_arguments():
    class Slopes:
        def __call__(self, y, a, b):
            return (b, a)

    def slopes(y, *xs):
        return tuple(2.0 * x for x in xs)

    product = tg.Op("product", lambda a, b: a * b, Slopes())
    assert product.arity == 2
    assert product(Value(2.0), 5.0).partials[0] == 5.0
    with pytest.raises(TypeError, match="product takes 2 arguments, got 1"):
        product(Value(2.0))
    with pytest.raises(TypeError, match="tanh takes 1 argument, got 2"):
        tg.tanh(Value(2.0), 1.0)
    squares = tg.Op("squares", lambda *xs: sum(x * x for x in xs), functools.partial(slopes))
    assert squares.arity is None
    assert squares(Value(1.0), Value(2.0), Value(3.0)).partials == (2.0, 4.0, 6.0)


def test_partials_that_do_not_tell_their_arguments_are_refused():
    class Closed:
        __signature__ = "none"

        def __call__(self, y, x):
            return (1.0,)

    for unreadable in (max, Closed()):  # inspect raises ValueError and TypeError for these
        with pytest.raises(TypeError, match="must be a Python function of"):
            tg.Op("closed", abs, unreadable)


def test_operations_pickle_by_name():
    for op in OPS.values():
        assert pickle.loads(pickle.dumps(op)) is op
    assert pickle.loads(pickle.dumps(MODULE_OP)) is MODULE_OP
    with pytest.raises(TypeError, match="global name"):
        pickle.dumps(tg.Op("local", abs, lambda y, x: (1.0,)))


MODULE_OP = tg.Op("scaled", lambda x: 2 * x, lambda y, x: (2.0,))


def test_an_entry_that_cannot_be_read_as_text_still_works():
    soft = tg.Op("soft", lambda x: math.sin(x), lambda y, x: (math.cos(x),))
    branching = tg.Op("branching", abs, lambda y, x: (1.0 if x > 0 else -1.0,))
    for op, slope in ((soft, math.cos(-2.0)), (branching, -1.0)):
        x = Value(-2.0, "x")
        y = op(x)
        y.backward()
        assert x.grad == slope
        (back,) = [s for s in tg.steps(y) if s.kind == "backward"]
        assert back.rule == f"∂{op.name}/∂x"


def test_an_operation_of_ones_own_may_share_a_name_with_the_table():
    other = tg.Op("tanh", lambda x: 2.0 * x, lambda y, x: (2.0,))
    x = Value(0.5)
    assert (other(x).data, tg.tanh(x).data) == (1.0, math.tanh(0.5))
    assert other(x).op is other
