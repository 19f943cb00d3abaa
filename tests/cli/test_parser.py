"""Help says how to call the command, wrong input is answered in one line, and any terminal will do."""

import io
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from support.command import process

WRONG = [
    ((), "COMMAND"),
    (("trian", "iris"), "did you mean 'train'"),
    (("fly",), "commands: train, predict, evaluate, draw, trace, step, check"),
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
    (("train", "iris", "--out", ""), "name a folder, as --out 'iris-out'"),
    (("train", "file.csv", "--header", "perhaps"), "it takes true or false, got 'perhaps'"),
    (("train", "iris", "--header", "yes"), "--header says something of a CSV file"),
    (("draw", "x*x", "x=3", "-o", "a"), "'a' has no ending, which says the format: write graph.svg"),
    (("draw", "x*x", "x=3", "-o", ""), "no ending, which says the format"),
    (("draw", "x*x", "x=1,5"), "decimals come after a point, 1.5"),
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
    (("trace", "x//2", "x=1"), "write / for a quotient"),
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


def test_signs_that_a_terminal_lacks_are_written_as_one_would_type_them():
    done = process("step", "tanh(x)**-2", "x=-3", "--text", PYTHONIOENCODING="ascii")
    assert "dv2/dv1 = -2 * v1^-3" in done.stdout.decode("ascii")


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell for the pipe")
def test_a_closed_pipe_is_no_error():
    command = f'"{sys.executable}" -m tinygrad_edu trace "sum([{", ".join(["x"] * 3000)}])" x=1 | true'
    done = subprocess.run(["sh", "-c", command], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
