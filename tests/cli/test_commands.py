"""The commands trace, draw, step and check do what their help says."""

import io
import math
import re
import sys
from xml.etree import ElementTree

import pytest
from support.command import PNG, process


def test_trace_prints_the_evaluation_trace_of_the_survey_literature(run):
    code, out, err = run("trace", "log(x1) + x1*x2 - sin(x2)", "x1=2", "x2=5")
    assert (code, err) == (0, "")
    rows = [re.split(r"\s{2,}", line.strip()) for line in out.splitlines()[1:]]
    numbers = [(name, float(p.replace("−", "-")), float(a.replace("−", "-"))) for name, p, a in rows]
    assert numbers == [
        ("x1", 2.0, 5.5),
        ("x2", 5.0, pytest.approx(1.7163, abs=5e-5)),
        ("v1 = ln(x1)", pytest.approx(0.6931, abs=5e-5), 1.0),
        ("v2 = x1 × x2", 10.0, 1.0),
        ("v3 = v1 + v2", pytest.approx(10.693, abs=5e-4), 1.0),
        ("v4 = sin(x2)", pytest.approx(-0.9589, abs=5e-5), -1.0),
        ("v5 = v3 − v4", pytest.approx(11.652, abs=5e-4), 1.0),
    ]


def test_draw_prints_values_gradients_and_local_derivatives(run):
    code, out, err = run("draw", "tanh(w*x + b)", "w=0.5", "x=2", "b=-1")
    assert (code, err) == (0, "")
    lines = {line.split()[0]: line for line in out.splitlines() if line}
    assert lines["w"].split()[-2:] == ["0.5", "2"]
    assert lines["x"].split()[-2:] == ["2", "0.5"]
    assert lines["b"].split()[-2:] == ["−1", "1"]


@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "dot", "txt"])
def test_draw_writes_every_format(run, tmp_path, ending):
    code, out, _ = run("draw", "tanh(w*x + b)", "w=0.5", "x=2", "b=-1", "-o", f"neuron.{ending}")
    content = (tmp_path / f"neuron.{ending}").read_bytes()
    assert (code, out) == (0, f"wrote neuron.{ending}\n")
    assert content.startswith({"svg": b"<svg", "png": PNG, "pdf": b"%PDF", "dot": b"digraph", "txt": b"node"}[ending])
    if ending == "svg":
        text = " ".join(ElementTree.fromstring(content).itertext())
        assert all(name in text for name in ("w", "x", "b", "tanh", "0.5"))


def test_draw_takes_its_options(run, tmp_path):
    run("draw", "x*x", "x=3", "-o", "plain.svg")
    for i, options in enumerate((["--theme", "dark"], ["--direction", "TB"], ["--edges", "none"])):
        assert run("draw", "x*x", "x=3.14159265", "-o", f"{i}.svg", *options)[0] == 0
        assert (tmp_path / f"{i}.svg").read_bytes() != (tmp_path / "plain.svg").read_bytes()
    assert "3.1415927" in run("draw", "x*x", "x=3.14159265", "--digits", "7")[1]


def test_a_formula_and_a_value_may_begin_with_a_minus(run):
    for formula in ("-x**2", "-x + 1", "-x", "−x"):
        assert run("trace", formula, "x=-3")[0] == 0
    assert "−6" in run("draw", "-x**2", "x=3")[1]
    assert run("trace", "x*x", "ｘ=2")[1] == run("trace", "x*x", "x=2")[1]  # one name to Python
    assert run("trace", "x", "x=−1.5")[1] == run("trace", "x", "x=-1.5")[1]


def test_a_value_may_be_a_constant_formula(run):
    assert run("trace", "sin(x)", "x=pi/2")[1] == run("trace", "sin(x)", f"x={math.pi / 2!r}")[1]


def test_nan_and_infinity_are_pointed_out(run):
    code, out, err = run("trace", "log(x)", "x=0")
    assert (code, "−inf" in out) == (0, True)
    assert err.startswith("note: first nonfinite value at ln")
    assert run("trace", "x**y", "x=10", "y=1e6")[2].startswith("note: ")


def test_step_writes_the_backward_pass_down(run):
    code, out, _ = run("step", "tanh(w*x + b)", "w=0.5", "x=2", "b=-1", "--text")
    assert code == 0
    forward, _, backward = out.partition("backward")
    assert "0.5 × 2 = 1" in forward
    assert all(f"{name}.grad +=" in backward for name in ("w", "x", "b"))
    assert "0 + 2 × 1 = 2" in backward.partition("w.grad")[2]


def test_step_walks_interactively(run, monkeypatch):
    answers = io.StringIO("\n\nb\nw\nnobody\nq\ntoo late\n")
    monkeypatch.setattr("sys.stdin", answers)
    code, out, err = run("step", "w*x + 1", "w=0.5", "x=2")
    assert (code, err) == (0, "")
    assert out.count("v1 = w × x") == 2  # made, then come back to
    assert "w.grad = 2 in the end" in out
    assert "no node is called 'nobody'" in out
    assert answers.read() == "too late\n"


def test_step_without_a_terminal_ends():
    done = process("step", "x*x", "x=3")
    assert (done.returncode, done.stderr) == (0, b"")


def test_step_writes_a_page(run, tmp_path):
    code, out, _ = run("step", "tanh(w*x + b)", "w=0.5", "x=2", "b=-1", "--html", "steps.html")
    page = (tmp_path / "steps.html").read_text(encoding="utf-8")
    assert (code, out) == (0, "wrote steps.html\n")
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" in page


@pytest.fixture
def functions(tmp_path, monkeypatch):
    (tmp_path / "functions_of_a_user.py").write_text(
        "import math, tinygrad_edu as tg\n"
        "def f(x, y): return tg.exp(x) * y\n"
        "cube = tg.Op('cube', lambda x: x**3, lambda y, x: (3.003 * x * x,))\n"
        "def wrong(x): return tg.sin(cube(x))\n"
        "def raises(x): return 1 / 0\n"
        "def shouts(x): raise ValueError('two\\nlines')\n"
        "def kinked(x): return tg.relu(x - 1.0)\n"
        "def sine(x): return math.sin(x)\n"
        "def slope(x): return math.cos(x)\n"
        "def steep(x): return 1.001 * math.cos(x)\n"
        "number = 3\n",
        encoding="utf-8",
    )
    yield "functions_of_a_user"
    sys.modules.pop("functions_of_a_user", None)


def test_check_confirms_a_formula(run):
    code, out, err = run("check", "exp(-x**2)*sin(3*x)", "x=0.7")
    x = 0.7
    expected = math.exp(-x * x) * (3 * math.cos(3 * x) - 2 * x * math.sin(3 * x))
    assert (code, err) == (0, "")
    assert str(expected)[:10] in out
    assert "agrees" in out
    code, out, _ = run("check", "exp(-x**2)*sin(3*x)", "x=0.7", "--order", "2")
    assert code == 0
    assert "∂²f" in out


def test_check_reads_a_python_function(run, functions):
    code, out, err = run("check", f"{functions}:f", "--at", "0.3", "-1.2")
    assert (code, err) == (0, "")
    assert str(math.exp(0.3))[:10] in out
    assert run("check", f"{functions}:sine", "--gradient", f"{functions}:slope", "--at", "1")[0] == 0


def test_check_finds_what_is_wrong_and_says_so_by_its_exit_code(run, functions):
    code, out, err = run("check", f"{functions}:wrong", "--at", "0.5")
    assert (code, err) == (1, "")
    assert "cube(0.5)" in out
    code, out, _ = run("check", f"{functions}:sine", "--gradient", f"{functions}:steep", "--at", "1")
    assert code == 1
    assert str(math.cos(1.0))[:10] in out
    assert str(1.001 * math.cos(1.0))[:10] in out


def test_check_does_not_pass_what_it_cannot_decide(run, functions):
    code, out, _ = run("check", f"{functions}:kinked", "--at", "1")
    assert code == 1
    assert "nondifferentiable" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("{}:raises", "--at", "1"), "ZeroDivisionError: division by zero"),
        (("{}:shouts", "--at", "1"), "two lines"),
        (("{}:sine", "--at", "1"), "tg.sin"),
        (("{}:f", "--at", "1"), "missing 1 required positional argument"),
        (("{}:f",), "say where"),
        (("{}:sin", "--at", "1"), "did you mean 'sine'"),
        (("{}:number", "--at", "1"), "not a function"),
        (("{}:f", "x=1", "--at", "1", "2"), "not both"),
        (("{}", "--at", "1"), "package.module:function"),
        (("no_such_module:f", "--at", "1"), "cannot import no_such_module"),
        (("{}:f", "--at", "1", "nan"), "finite"),
        (("{}:f", "--at", "1", "b"), "invalid float value"),
        (("x*x", "x=1", "--order", "3"), "invalid choice"),
        (("x*x",), "no value for x"),
    ],
    ids=str,
)
def test_wrong_input_of_check_is_answered_in_one_line(run, functions, arguments, message):
    code, out, err = run("check", *(part.format(functions) for part in arguments))
    assert (code, out) == (2, "")
    assert message in err
    assert re.fullmatch(r"tinygrad-edu[^\n]*\n", err)


def test_a_check_says_how_it_calls_the_functions(run, tmp_path, monkeypatch):
    (tmp_path / "two_numbers.py").write_text(
        "def f(a, b): return a * b\ndef df(a, b): return b, a\ndef g(p): return p[0]\n"
    )
    monkeypatch.chdir(tmp_path)
    f, df, g = (f"two_numbers:{name}" for name in ("f", "df", "g"))
    code, _, error = run("check", f, "--gradient", df, "--at", "1", "2")
    assert code == 2
    assert "with --gradient both are called with one argument, here [1.0, 2.0], a list of all numbers of --at" in error
    code, _, error = run("check", g, "--at", "1", "2")
    assert code == 2
    assert "it is called with 2 arguments, the numbers of --at" in error
