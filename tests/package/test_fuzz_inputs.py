# ruff: noqa: PT017 (an error is one of two right answers here)
"""Whatever is handed in from outside: only the documented exceptions, no hang, nothing half done, nothing executed."""

import json
import math
import signal
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import tinygrad_edu as tg
import tinygrad_edu.graph.validation  # else loaded by the first graph that is read, which must not count as run
from tinygrad_edu import Graph, Value, nn
from tinygrad_edu.check import programs
from tinygrad_edu.errors import ExpressionError, GraphError
from tinygrad_edu.formulas.expression import parse

HANG = 20  # seconds after which an input is taken to hang


class Hang(BaseException):
    """Not an Exception, so that no handler in between can take it for a documented one."""


@pytest.fixture(autouse=True)
def no_hang():
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def hang(signum, frame):
        raise Hang(f"nothing came back for {HANG} s")

    before = signal.signal(signal.SIGALRM, hang)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def watched(f, *args):
    """Call with a clock running."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, HANG)
    try:
        return f(*args)
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


FORBIDDEN = ("exec", "open", "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "pickle.")
tg.trace(lambda x: x, 1.0).validate()  # what is loaded when first needed is loaded now
watching = {"on": False, "seen": []}


def _audit(event, args):
    if watching["on"] and event.startswith(FORBIDDEN):
        watching["seen"].append(event)


sys.addaudithook(_audit)


def executed(f, *args):
    """Run, and give the events that only executed code can have raised."""
    watching["seen"].clear()
    watching["on"] = True
    try:
        result = watched(f, *args)
    finally:
        watching["on"] = False
    assert not watching["seen"], watching["seen"]
    return result


# ---------------------------------------------------------------------------------------- formulas

SPACED = r"""
    x y w1 π 2 0.5 1e308 1e999 0x1F 1_000 3j True None nan inf pi e + - * / ** // % @ & | ~ << < <= == != ( ) [ ] { }
    , : ; = := . -> \ # ' " exp( sin( sum([ dot([x],[y]) softmax([x,y])[0] max([ where( clip( abs( pow( min mean
    lambda if else for in not and or is import __import__('os') x.__class__ open('/tmp/x') eval('1') exec yield await
    f'{x}' b'x' ... *x **x print(1) (x:=1) lambda:1 σ √ ² × − 𝟙
"""
PIECES = st.sampled_from([*SPACED.split(), "\n", "\t", " ", "\u0000", "\ud800", "[x for x in y]", "x if y else w"])
TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(PIECES, max_size=14).map("".join),
    st.lists(PIECES, max_size=14).map(" ".join),
    st.builds(lambda op, n: op.join(["x"] * n), st.sampled_from(["+", "*", "**", "-", "<", ","]), st.integers(1, 400)),
    st.builds(
        lambda left, right, n: left * n + "x" + right * n,
        st.sampled_from(["(", "-", "exp(", "[", "~"]),
        st.sampled_from([")", "", "]"]),
        st.integers(1, 3000),
    ),
)


@given(TEXTS)
@settings(max_examples=4 * settings.default.max_examples)
@example("9" * 5000)
@example("x" * 100_000)
@example("x." + "__class__." * 50 + "x")
@example("(" * 100_000)
@example("-" * 100_000 + "x")
@example("9**9**9**9")
@example("'a' * 10**9")
@example("[1]*10**9")
@example("\ud800")
@example("x\0")
def test_a_formula_is_read_or_refused(text):
    try:
        f = executed(parse, text)
    except ExpressionError as error:
        assert str(error)
        assert len(str(error)) < 500
        return
    assert all(name.isidentifier() for name in f.variables)
    numbers = [0.5 + 0.25 * i for i in range(len(f.variables))]
    result = executed(f, *numbers)
    assert isinstance(result, float)
    on_values = watched(f, *[Value(x) for x in numbers])
    data = on_values.data if isinstance(on_values, Value) else on_values
    assert data == result or (math.isnan(data) and math.isnan(result))


@given(programs(max_ops=6))
@settings(max_examples=max(5, settings.default.max_examples // 3))
def test_what_a_graph_prints_of_arithmetic_is_a_formula(program):
    """Programs of operators and functions of one argument read back as text are the same function."""
    from tinygrad_edu.check.program import _SIGNS

    texts = list(program.names)
    for op, args in program.lines:
        operands = [f"({texts[a]})" if isinstance(a, int) else f"({a!r})" for a in args]
        if op in _SIGNS:
            texts.append(f"{operands[0]} {_SIGNS[op]} {operands[1]}")
        elif op.arity == 1 and getattr(tg, op.name, None) is op:
            texts.append(f"{op.name}({operands[0]})")
        else:
            return
    if len(texts[-1]) > 900:
        return
    try:
        f = parse(texts[-1])
    except ExpressionError:
        assert "identity" in texts[-1] or len(texts[-1]) > 300
        return
    found = f(**{name: x for name, x in zip(program.names, program.point, strict=True) if name in f.variables})
    assert found == program(*program.point)


# ---------------------------------------------------------------------------------------- graphs as JSON

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 12), st.integers(), st.floats(), st.text(max_size=6),
    st.sampled_from(["nan", "inf", "number", "add", "mul", "constant", "detach", "sum", "list", "tuple", "dict"]),
)  # fmt: skip
JSON = st.recursive(
    SCALARS, lambda c: st.lists(c, max_size=4) | st.dictionaries(st.text(max_size=6), c, max_size=4), max_leaves=12
)


def places(record, path=()):
    """List the paths to everything inside nested JSON."""
    yield path
    items = record.items() if isinstance(record, dict) else enumerate(record) if isinstance(record, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def changed(record, path, how, new):
    """Replace, delete or repeat what is at a path."""
    if not path:
        return new
    container = record
    for key in path[:-1]:
        container = container[key]
    if how == "delete":
        del container[path[-1]]
    elif how == "repeat" and isinstance(container, list):
        container.insert(path[-1], container[path[-1]])
    else:
        container[path[-1]] = new
    return record


def read_or_refused(text):
    try:
        graph = executed(Graph.from_json, text)
    except GraphError as error:
        assert str(error)
        assert len(str(error)) < 500
        return
    graph.validate()
    again = Graph.from_json(graph.to_json())
    assert again.to_json() == graph.to_json()
    numbers = [0.5] * len(graph.inputs)
    results = watched(graph.evaluate, numbers)
    assert all(type(x) is float for x in results)
    str(graph)
    graph.simplify()


DAMAGE = st.tuples(st.integers(0, 400), st.sampled_from(["replace", "delete", "repeat"]), JSON)


@given(programs(max_ops=5), st.lists(DAMAGE, min_size=1, max_size=3))
@settings(max_examples=3 * settings.default.max_examples)
def test_a_damaged_graph_is_read_or_refused(program, damages):
    count = len(program.point)
    graph = tg.trace(lambda v, w: program(*v) * w["k"], [1.0] * count, {"k": 2.0})
    record = json.loads(graph.to_json())
    for where, how, new in damages:
        known = list(places(record))
        record = changed(record, known[where % len(known)], how, new)
        if not isinstance(record, (dict, list)):
            break
    read_or_refused(json.dumps(record))


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60), JSON.map(json.dumps), JSON))
@settings(max_examples=2 * settings.default.max_examples)
@example("[" * 100_000)
@example('{"format": "tinygrad_edu graph", "version": 2}')
@example('{"format": "tinygrad_edu graph", "version": true}')
@example(b"\xff\xfe")
@example(None)
def test_anything_else_is_no_graph(text):
    with pytest.raises(GraphError):
        executed(Graph.from_json, text)


def test_the_schema_is_versioned():
    record = json.loads(tg.trace(lambda x: x * 2.0, 1.0).to_json())
    assert record["format"] == "tinygrad_edu graph"
    assert type(record["version"]) is int
    for version in (0, record["version"] + 1, str(record["version"]), float(record["version"]), None):
        with pytest.raises(GraphError, match="version"):
            Graph.from_json(json.dumps(record | {"version": version}))


# ---------------------------------------------------------------------------------------- states of models

MODEL = nn.MLP(2, [2, 1], seed=0)
STATE = MODEL.state_dict()
NUMBERS = st.one_of(st.floats(-3, 3), st.integers(-3, 3))
NO_NUMBERS = st.one_of(st.none(), st.text(max_size=3), st.lists(st.floats(), max_size=2), st.complex_numbers())
ANYTHING = st.one_of(NUMBERS, st.floats(), st.booleans(), NO_NUMBERS)


@given(
    st.dictionaries(st.sampled_from(sorted(STATE)), ANYTHING, max_size=3),
    st.sets(st.sampled_from(sorted(STATE)), max_size=2),
    st.dictionaries(st.one_of(st.text(max_size=5), st.integers(), st.none()), ANYTHING, max_size=1),
)
@settings(max_examples=2 * settings.default.max_examples)
def test_a_state_is_loaded_whole_or_not_at_all(other, missing, extra):
    MODEL.load_state_dict(STATE)
    state = {name: other.get(name, x) for name, x in STATE.items() if name not in missing} | extra
    try:
        watched(MODEL.load_state_dict, state)
    except (TypeError, ValueError) as error:
        assert str(error)
        assert MODEL.state_dict() == STATE, "a refused state has changed a parameter"
        return
    assert set(state) == set(STATE)
    loaded = MODEL.state_dict()
    assert all(type(x) is float for x in loaded.values())
    assert all(loaded[name] == float(x) or x != x for name, x in state.items())


@given(st.one_of(JSON, st.binary(max_size=5), st.lists(st.tuples(st.text(), st.floats()), max_size=3)))
def test_what_is_no_state_changes_nothing(state):
    MODEL.load_state_dict(STATE)
    with pytest.raises((TypeError, ValueError)):
        MODEL.load_state_dict(state)
    assert MODEL.state_dict() == STATE
