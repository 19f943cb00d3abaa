"""What a page computes when a leaf is turned is what Python computes of it then, in numbers and in text."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.computations import computations
from support.node import run_module
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from tinygrad_edu import OPS, Op, Value, topological_order
from tinygrad_edu.drawing.style import Style
from tinygrad_edu.ops.notation import constant_text, equals, number_text
from tinygrad_edu.stepping.player_data import Frames
from tinygrad_edu.stepping.tape import tape_of

NUMBERS = [0.0, -0.0, 0.125, 0.375, 2.5, 9.99996, 99999.5, 100000.0, 1e22, 0.0001, 0.00009765625, math.inf, -math.inf]


def literal(x):
    return "NaN" if math.isnan(x) else repr(x).replace("inf", "Infinity")


def literals(xs):
    return f"[{', '.join(map(literal, xs))}]"


def number(text):
    return float(text.replace("Infinity", "inf"))


def test_numbers_are_written_as_python_writes_them():
    numbers = [*NUMBERS, math.nan, 5e-324, 1.7976931348623157e308]
    numbers += [k / 2**n for n in range(12) for k in range(-40, 4000, 37)]  # many lie exactly between two texts
    numbers += [math.sin(k) * 10.0 ** (k % 41 - 20) for k in range(1500)]
    script = f"""
        const both = d => {literals(numbers)}.map(x => [numberText(x, d), constantText(x, d)]);
        console.log(JSON.stringify([1, 2, 4, 8, 17].map(both)));
    """
    written = run_module(script, "numberText, constantText from numbers")
    for digits, rows in zip((1, 2, 4, 8, 17), written, strict=True):
        assert rows == [[number_text(x, digits), constant_text(x, digits)] for x in numbers]


def test_the_sign_of_equality_is_chosen_as_python_chooses_it():
    near = [lambda p: p, lambda p: p + 1e-9, lambda p: p * 1.0004]
    products = [a * b for a in (0.4251, 2.0, -3.0, math.nan) for b in (0.0003, 0.7116, math.inf)]
    pairs = [(p, number_text(f(p))) for p in products for f in near]
    rows = ", ".join(f"[{literal(x)}, {json.dumps(text)}]" for x, text in pairs)
    script = f"console.log(JSON.stringify([{rows}].map(([x, t]) => equalsSign(x, t))))"
    assert run_module(script, "equalsSign from numbers") == [equals(x, text) for x, text in pairs]


def rebuilt(order, numbers):
    """Compute a graph anew, with other numbers at its leaves."""
    made = {}
    for node in order:
        if node.parents:
            made[node] = node.op(*[made[p] for p in node.parents])
            made[node].name = node.name
        else:
            made[node] = node if node.op is OPS["constant"] else Value(numbers.get(node, node.data), node.name)
    return made


def computed_by_a_page(order, numbers):
    tape, operations = tape_of(order)
    turned = ", ".join(f"[{order.index(leaf)}, {literal(x)}]" for leaf, x in numbers.items())
    script = f"""
        const tape = new Tape({json.dumps(tape)}, {operations});
        const {{values, grads, edges}} = tape.compute(new Map([{turned}]));
        const shown = xs => xs.map(String);
        console.log(JSON.stringify([shown(values), shown(grads), edges.map(es => es && es.map(e => String(e.local)))]));
    """
    values, grads, slopes = run_module(script, "Tape from tape")
    return [*map(number, values)], [*map(number, grads)], [row and [*map(number, row)] for row in slopes]


def near(found, truth, scale=1.0):
    if not math.isfinite(truth):
        return repr(found) == repr(truth)
    return abs(found - truth) <= 1e-12 * max(abs(truth), scale)


@settings(max_examples=60 if THOROUGH else 12, deadline=None)
@given(y=computations(), shifts=st.lists(st.floats(-2.0, 2.0).filter(lambda x: abs(x) > 1e-3), min_size=3, max_size=3))
def test_a_turned_leaf_gives_the_values_slopes_and_gradients_that_python_gives(y, shifts):
    order = topological_order(y)
    leaves = [node for node in order if not node.parents and node.op is None]
    numbers = {leaf: leaf.data + shift for leaf, shift in zip(leaves, shifts, strict=False)}
    made = rebuilt(order, numbers)
    made[y].backward()
    values, grads, slopes = computed_by_a_page(order, numbers)
    sizes = [abs(x) for node in order for x in (made[node].grad, *made[node].partials) if math.isfinite(x)]
    scale = max(sizes, default=1.0)
    for node, value, grad, row in zip(order, values, grads, slopes, strict=True):
        assert near(value, made[node].data)
        if node.op is not OPS["constant"]:
            assert near(grad, made[node].grad, scale)
        for slope, truth in zip(row or [], made[node].partials, strict=False):
            assert near(slope, truth, scale)


def data_of(y):
    frames = Frames(y, Style(labels=True), None, 150)
    return frames.data(), frames.operations


def told(data):
    """What a player tells in text: things, steps, and the paths that explain the gradients."""
    things = [thing[:6] for thing in data["things"]]
    why = {t: [size, count, [[p, len(h)] for p, h in paths]] for t, (size, count, paths, _) in data["why"].items()}
    return things, data["steps"], why


def neuron(w=0.5, x=2.0, b=-0.4):
    w, x, b = Value(w, "w"), Value(x, "x"), Value(b, "b")
    y = tg.tanh(w * x + b) ** 2 - 3.0 * w
    y.name = "y"
    return y


@pytest.mark.parametrize("turned", [{"w": -0.75}, {"x": 0.0003, "b": 1.25}, {"w": 0.25, "x": -11.0, "b": 2.0}])
def test_what_the_player_tells_of_a_turned_leaf_is_what_it_tells_of_that_computation(turned):
    data, operations = data_of(neuron())
    truth, _ = data_of(neuron(**turned))
    places = {node.name: place for place, node in enumerate(topological_order(neuron())) if node.name}
    pairs = ", ".join(f"[{places[name]}, {literal(x)}]" for name, x in turned.items())
    script = f"""
        const data = {json.dumps(data)};
        const tape = new Tape(data.tape, {operations});
        const told = leaves => redone(data, tape, tape.compute(new Map(leaves)));
        console.log(JSON.stringify([told([{pairs}]), told([])]));
    """
    made, unturned = run_module(script, "Tape from tape", "redone from redone")
    assert told(made) == told(json.loads(json.dumps(truth)))
    assert told(unturned) == told(json.loads(json.dumps(data)))


def test_an_operation_without_code_is_named_where_a_knob_would_need_it():
    plain = Op("plain", lambda x: 2.0 * x, lambda y, x: (2.0,))
    a, b = Value(1.0, "a"), Value(2.0, "b")
    order = topological_order(plain(a) * b)
    tape, operations = tape_of(order)
    assert [*tape["missing"].values()] == ["plain"]
    script = f"""
        const tape = new Tape({json.dumps(tape)}, {operations});
        console.log(JSON.stringify([{order.index(a)}, {order.index(b)}].map(leaf => tape.obstacles(leaf))));
    """
    assert run_module(script, "Tape from tape") == [["plain"], []]
