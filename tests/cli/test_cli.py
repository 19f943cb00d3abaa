"""The command does what its help says, and answers wrong input in one line with exit code 2."""

import io
import json
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from tinygrad_edu import cli, data, jacobian, nn
from tinygrad_edu.training import accuracy

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capsys):
    def run(*arguments):
        code = cli.main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def process(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "tinygrad_edu", *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


# ---------------------------------------------------------------------------------------- trace, draw


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


# ---------------------------------------------------------------------------------------- train


@pytest.mark.parametrize("name", ["iris", "moons"])
def test_train_writes_a_model_and_pictures_of_it(run, tmp_path, name):
    options = ("--hidden", "6", "--activation", "tanh", "--epochs", "30", "--seed", "3")
    code, out, err = run("train", name, *options, "--out", "a/b")
    folder = tmp_path / "a" / "b"
    assert code == 0
    assert "epoch" in err
    files = {path.name: path for path in folder.iterdir()}
    assert {"model.json", "loss_curve.png", "decision_boundary.png", "loss_graph.svg", "steps.html"} <= set(files)
    assert all(file in out for file in files)
    assert all(files[f].read_bytes().startswith(PNG) for f in ("loss_curve.png", "decision_boundary.png"))

    # The printed accuracies are those of the model that was saved, on the examples it says.
    model = nn.load(files["model.json"])
    train, test = data.load(name, seed=3).split(test=0.2, seed=3)
    for label, part in (("train", train), ("test", test)):
        assert f"{label} accuracy {accuracy(model, part):.1%}" in out
    assert accuracy(model, test) > 0.8

    page = files["steps.html"].read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "layers.0" in page
    assert "modules.1" not in page

    # The picture shows the loss of the hardest test example: values and gradients of the saved model.
    text = " ".join(ElementTree.parse(files["loss_graph.svg"]).getroot().itertext())
    outputs = model.predict(test.X)
    if name == "iris":
        assert "the others at their mean" in out
        loss = nn.cross_entropy
        assert all(feature[:12] in text for feature in train.feature_names)
    else:
        loss = nn.binary_cross_entropy
    losses = [loss(output, label) for output, label in zip(outputs, test.y, strict=True)]
    place = losses.index(max(losses))
    slopes = jacobian(lambda x: loss(model(x), test.y[place]))(test.X[place])
    drawn = [float(number) for number in re.findall(r"-?\d+\.\d+", text.replace("−", "-"))]
    for number in (max(losses), *(slope.data for slope in slopes)):
        assert any(math.isclose(number, other, rel_tol=1e-2, abs_tol=1e-4) for other in drawn), number


def test_train_is_reproducible_and_replaces_what_it_wrote(run, tmp_path):
    options = ("train", "xor", "--n", "40", "--hidden", "3", "--epochs", "3", "--quiet")
    _, first, err = run(*options)
    assert err == ""
    folder = tmp_path / "xor-out"
    model = json.loads((folder / "model.json").read_text())
    (folder / "mine.txt").write_text("kept")
    assert run(*options)[1] == first
    assert json.loads((folder / "model.json").read_text()) == model
    assert (folder / "mine.txt").read_text() == "kept"
    assert run(*options, "--seed", "1")[0] == 0
    assert json.loads((folder / "model.json").read_text()) != model
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_train_takes_no_hidden_layer(run):
    assert run("train", "blobs", "--n", "30", "--hidden", "--epochs", "1", "--quiet")[0] == 0


def test_train_loses_nothing_but_the_pictures_where_graphviz_is_missing(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, _ = run("train", "blobs", "--n", "30", "--epochs", "1", "--quiet")
    assert code == 0
    assert "pip install pygraphviz" in out
    files = {path.name for path in (tmp_path / "blobs-out").iterdir()}
    assert files == {"model.json", "loss_curve.png", "decision_boundary.png", "loss_graph.txt"}
    assert "logsumexp" in (tmp_path / "blobs-out" / "loss_graph.txt").read_text(encoding="utf-8")
    code, _, err = run("draw", "x*x", "x=3", "-o", "a.svg")
    assert code == 2
    assert re.fullmatch(r"tinygrad-edu draw: [^\n]*pip install pygraphviz[^\n]*\n", err)


def test_a_broken_run_leaves_nothing_behind(run, tmp_path, monkeypatch):
    from tinygrad_edu.cli import training_run as report

    def fails(*args, **keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr(report, "write", fails)
    code, _, err = run("train", "xor", "--n", "20", "--epochs", "1", "--quiet", "--out", "new/folder")
    assert (code, err) == (130, "\ntinygrad-edu train: interrupted\n")
    assert not list(tmp_path.iterdir())
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "model.json").write_text("before")
    assert run("train", "xor", "--n", "20", "--epochs", "1", "--quiet", "--out", "old")[0] == 130
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["model.json"]
    assert (tmp_path / "old" / "model.json").read_text() == "before"


def test_a_loss_that_explodes_is_an_error_that_leaves_nothing(run, tmp_path):
    options = ("--n", "20", "--epochs", "5", "--quiet", "--activation", "square", "--optimizer", "sgd")
    code, _, err = run("train", "moons", *options, "--lr", "1e6")
    assert code == 2
    assert re.fullmatch(r"tinygrad-edu train: the loss became (nan|inf) in epoch \d; try an lr below 1e\+06\n", err)
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------------------------------- step


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


# ---------------------------------------------------------------------------------------- check


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


# ---------------------------------------------------------------------------------------- wrong input

WRONG = [
    ((), "COMMAND"),
    (("trian", "iris"), "did you mean 'train'"),
    (("fly",), "commands: train, draw, trace, step, check"),
    (("train",), "DATA"),
    (("train", "irs"), "did you mean 'iris'"),
    (("train", "iris", "--epochs", "0"), "whole number of at least 1"),
    (("train", "iris", "--epochs", "many"), "whole number of at least 1"),
    (("train", "iris", "--hidden", "8", "-3"), "whole number of at least 1"),
    (("train", "iris", "--lr", "nan"), "finite number of at least 0"),
    (("train", "iris", "--lr", "inf"), "finite number of at least 0"),
    (("train", "iris", "--lr", "-1"), "finite number of at least 0"),
    (("train", "iris", "--batch-size", "0"), "whole number of at least 1"),
    (("train", "iris", "--activation", "thanh"), "did you mean 'tanh'"),
    (("train", "iris", "--optimizer", "adm"), "did you mean 'adam'"),
    (("train", "iris", "--noise", "1"), "leave noise out"),
    (("train", "iris", "--seed", "x"), "invalid int value"),
    (("train", "iris", "--bogus"), "unrecognized arguments: --bogus"),
    (("train", "iris", "--out", "file"), "cannot write into the folder 'file': it is a file"),
    (("train", "iris", "--out", "file/below"), "cannot write into the folder 'file/below': not a directory"),
    (("step", "x*x", "x=3", "--html", "steps.gif"), ".html"),
    (("step", "x*x", "x=3", "--html", "missing/steps.html"), "there is no folder 'missing'"),
    (("step", "x*x", "x=3", "--html", "a.html", "--text"), "not allowed with"),
    (("draw",), "FORMULA"),
    (("draw", "tanh(w*x + b)", "w=1"), "no value for x, b"),
    (("draw", "x*x", "x=3", "y=2"), "there is no variable 'y'"),
    (("draw", "first*x", "first=3", "x=1", "frist=2"), "did you mean 'first'"),
    (("draw", "x*x", "x"), "give the value of each variable as x=1.5"),
    (("draw", "x*x", "x="), "give the value of each variable as x=1.5"),
    (("draw", "x*x", "x=abc"), "'abc' is not a number"),
    (("draw", "x*x", "x=3", "x=4"), "two values for x"),
    (("draw", "e*x", "x=3", "e=4"), "e is a constant"),
    (("draw", "2*3"), "no variable"),
    (("draw", "x*x", "x=3", "-o", "a.gif"), "Known: svg, png, pdf, dot, txt"),
    (("draw", "x*x", "x=3", "-o", "missing/a.svg"), "there is no folder 'missing'"),
    (("draw", "x*x", "x=3", "-o"), "expected one argument"),
    (("draw", "x*x", "x=3", "--theme", "drak"), "choose from"),
    (("draw", "x*x", "x=3", "--digits", "99"), "from 1 to 17"),
    (("trace", "__import__('os')", "x=1"), "unknown function '__import__'"),
    (("trace", "x^2", "x=1"), "write ** for a power"),
    (("trace", "x +", "x=1"), "not complete"),
    (("trace", "-" * 9_000 + "x", "x=1"), "nested"),
    (("trace", "9**9**9*x", "x=1"), "not a finite number"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=lambda part: " ".join(part)[:30])
def test_wrong_input_is_answered_in_one_line(run, tmp_path, arguments, message):
    (tmp_path / "file").write_text("in the way")
    code, out, err = run(*arguments)
    assert code == 2
    assert message in err
    assert re.fullmatch(r"tinygrad-edu[^\n]*\n", err)
    assert out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_every_command_has_help_with_examples(run):
    code, out, _ = run("--help")
    assert code == 0
    commands = re.findall(r"^    (\w+) ", out, re.MULTILINE)
    assert {"train", "draw", "trace", "step", "check"} <= set(commands)
    for command in commands:
        code, out, _ = run(command, "--help")
        assert code == 0
        assert f"tinygrad-edu {command} " in out.partition("examples:")[2]


def test_examples_in_the_help_run(run, monkeypatch):
    from tinygrad_edu.cli import training_run as report

    trained = []
    monkeypatch.setattr(report, "train", lambda *args, **options: trained.append((args, options)))
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    for command in ("draw", "trace", "train", "step", "check"):
        for line in run(command, "--help")[1].splitlines():
            if line.startswith("  tinygrad-edu ") and "package.module" not in line:
                assert run(*shlex.split(line)[1:])[0] == 0, line
    assert len(trained) >= 2


def test_the_module_runs_as_the_command_without_a_dot_executable():
    done = process("draw", "x*x", "x=3", "-o", "a.svg", PATH="")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"wrote a.svg" + os.linesep.encode(), b"")
    done = process("--version")
    assert done.stdout.startswith(b"tinygrad-edu 0.1.0")
    done = process("trace", "x +", "x=3")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1


def test_a_terminal_without_unicode_still_tells_a_minus():
    done = process("trace", "x*x", "x=-3", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert " ".join(done.stdout.decode("ascii").split()) == "variable primal adjoint x -3 -6 v1 = x^2 9 1"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437"])
def test_a_terminal_of_any_encoding_is_written_to(encoding):
    for command in (("draw", "tanh(x)**-2"), ("step", "tanh(x)**-2", "--text"), ("trace", "sigmoid(x)/3")):
        done = process(command[0], command[1], "x=-3", *command[2:], PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, b"")
        assert "?" not in done.stdout.decode(encoding)


def test_signs_that_a_terminal_lacks_are_written_as_one_would_type_them():
    done = process("step", "tanh(x)**-2", "x=-3", "--text", PYTHONIOENCODING="ascii")
    assert "dv2/dv1 = -2 * v1^-3" in done.stdout.decode("ascii")


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell to close a stream")
@pytest.mark.parametrize("command", ["draw x*x x=3", "step x*x x=3", "draw x+ x=3"])
def test_a_stream_that_is_closed_is_no_traceback(command):
    expected = 2 if "x+" in command else 0
    for closed in ("<&-", ">&-", "<&- >&-"):
        done = subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m tinygrad_edu {command} {closed}'], capture_output=True
        )
        assert done.returncode == expected
        assert done.stderr.count(b"\n") == (expected == 2)
    closed = subprocess.run(["sh", "-c", f'"{sys.executable}" -m tinygrad_edu {command} <&- 2>&-'], capture_output=True)
    assert closed.returncode == expected


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell for the pipe")
def test_a_closed_pipe_is_no_error():
    command = f'"{sys.executable}" -m tinygrad_edu trace "sum([{", ".join(["x"] * 3000)}])" x=1 | true'
    done = subprocess.run(["sh", "-c", command], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
