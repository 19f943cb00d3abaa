"""The Python text of a graph computes the same value and derivatives without the package."""

import subprocess
import sys

import pytest
from support.compiler_programs import CUBE, RandomProgram

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.errors import GraphError


def function_of(graph, name="f"):
    namespace = {}
    exec(graph.to_python(), namespace)
    return namespace[name]


@pytest.mark.parametrize("op", [op for op in tg.OPS.values() if op.arity != 0], ids=lambda op: op.name)
def test_every_operation_is_written_right(op):
    points = [(0.3, 0.7, 0.9), (0.6, 0.25, 0.4)] if op.name != "acosh" else [(1.5, 2.0, 3.0)]
    arity = 4 if op.arity is None else op.arity
    graph = tg.trace(lambda *xs: op(*xs), *[0.5] * arity)
    f = function_of(graph)
    for point in points:
        xs = ([*point, 0.55])[:arity]
        values = [Value(x) for x in xs]
        out = op(*values)
        out.backward()
        value, gradient = f(*xs)
        assert value == pytest.approx(out.data, rel=1e-14)
        assert list(gradient.values()) == pytest.approx([v.grad for v in values], rel=1e-13, abs=1e-300)


def test_random_programs_are_written_right():
    written = 0
    for seed in range(60):
        program = RandomProgram(seed, length=12)
        example = [float(array[0]) for array in program.arrays]
        graph = tg.trace(program, *example)
        try:
            f = function_of(graph, "RandomProgram")
            value, gradient = f(*example)
        except (GraphError, ArithmeticError, ValueError, TypeError):
            continue  # an operation of the user's own, or out of a domain
        inputs = [Value(x) for x in example]
        tg.zero_grad(program.params)
        out = program(*inputs)
        out.backward()
        truth = [v.grad for v in (*inputs, *graph.captured)]
        assert value == pytest.approx(out.data, rel=1e-12, nan_ok=True)
        assert list(gradient.values()) == pytest.approx(truth, rel=1e-11, abs=1e-12, nan_ok=True)
        written += 1
    assert written > 15


def test_the_text_runs_without_the_package(tmp_path):
    w, b = Value(2.0, "layers.0.w"), Value(-0.5, "class")
    graph = tg.trace(lambda x: tg.sigmoid(w * x + b), 1.0)
    script = tmp_path / "exported.py"
    script.write_text(graph.to_python() + "\nprint(f(1.0, layers_0_w=3.0)[0])\n")
    printed = subprocess.run([sys.executable, "-I", script], capture_output=True, text=True, check=True).stdout
    assert float(printed) == tg.sigmoid(2.5)


def test_refusals_say_why():
    with pytest.raises(GraphError, match="'cube' states no code"):
        tg.trace(lambda x: CUBE(x), 1.0).to_python()
    with pytest.raises(GraphError, match="one output"):
        tg.trace(lambda x: [x, x], 1.0).to_python()


@pytest.mark.parametrize("name", ["max", "abs", "float", "sum", "math", "sigmoid", "logsumexp", "softplus", "f"])
def test_a_function_that_is_called_like_what_it_calls_still_runs(name):
    def f(x):
        return tg.sigmoid(x) + tg.logsumexp([x, 2.0 * x]) + tg.max([x, 1.0]) + tg.softplus(abs(x)) + tg.sqrt(x)

    f.__name__ = name
    text = tg.trace(f, 3.0).to_python()
    namespace = {}
    exec(text, namespace)
    value, derivatives = namespace[text.rpartition("def ")[2].partition("(")[0]](3.0)
    assert value == pytest.approx(f(3.0), rel=1e-12)
    assert derivatives["x"] == pytest.approx(tg.grad(f)(3.0), rel=1e-12)


@pytest.mark.parametrize("name", ["w²", "½", "x₁", "ﬁ", "²", "class", "_", "1a", "λ", "x x", "·"])
def test_any_name_of_a_parameter_becomes_one_that_python_reads(name):
    f = function_of(tg.trace(lambda x, fi: Value(2.0, name) * x + fi, 3.0, 1.0))
    value, derivatives = f(3.0, 1.0)
    assert (value, sorted(derivatives.values())) == (7.0, [1.0, 2.0, 3.0])
    assert name != "1a" or "x1a" in derivatives  # as much of it as can be kept
