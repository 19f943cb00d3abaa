"""What the README says runs, and prints what it says it prints."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines() if line.startswith("tinygrad-edu ")
]


def test_every_python_block_runs_and_prints_what_the_next_block_shows(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "readme"}
    ran = 0
    for (kind, block), (shown, expected) in zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True):
        if kind != "python":
            continue
        exec(compile(block, "README.md", "exec"), namespace)
        ran += 1
        printed = capsys.readouterr().out
        if shown == "text":
            assert [line.rstrip() for line in printed.strip().splitlines()] == expected.strip().splitlines()
    assert ran >= 6
    assert {"neuron.svg", "steps.html"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("command", [line for line in COMMANDS if not re.search(" (train|predict) ", line)])
def test_the_commands_run_where_no_dot_executable_is(tmp_path, command):
    arguments = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "-m", "tinygrad_edu", *arguments[1:]],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "PATH": "", "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    if "-o" in arguments:
        assert (tmp_path / arguments[arguments.index("-o") + 1]).stat().st_size > 1000


def test_the_train_commands_name_what_exists(monkeypatch):
    from tinygrad_edu import cli
    from tinygrad_edu.cli import training_run as report

    asked = []
    monkeypatch.setattr(report, "train", lambda *args, **options: asked.append(args[0]))
    trains = re.findall(r"tinygrad-edu train (?!NAME)(.*)$", README.replace("`", "\n"), re.MULTILINE)
    for rest in trains:
        assert cli.main(["train", *shlex.split(rest)]) == 0
    assert "iris" in asked


def test_both_first_commands_are_stated():
    stated = [block.strip() for kind, block in BLOCKS if kind == "sh"]
    assert stated[:2] == [
        "python -m pip install . && tinygrad-edu train iris",
        'python -m pip install ".[test]" && python -m pytest',
    ]


def test_links_and_pictures_point_to_files():
    targets = [t for t in re.findall(r"\]\(([^)#]+)", README) if "://" not in t]
    missing = [target for target in targets if not (ROOT / target).is_file()]
    assert not missing
    named = set(re.findall(r"`((?:tinygrad_edu|benchmarks|notebooks|tests|\.ci)/[\w./-]*)`", README))
    assert named
    assert not [path for path in named if not (ROOT / path).exists()]


def test_the_table_of_data_sets_is_complete():
    from tinygrad_edu import data

    rows = dict(re.findall(r"^\| (\w+) \| (\d+) \|", README, re.MULTILINE))
    assert set(rows) == set(data.NAMES)
    assert {name: int(n) for name, n in rows.items()} == {name: len(data.load(name)) for name in data.NAMES}
