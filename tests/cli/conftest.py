"""The command, called in an empty folder."""

import pytest

from tinygrad_edu import cli
from tinygrad_edu.cli.learned import Learned, columns_of, save


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def without_report(monkeypatch):
    """Writes the command into the report, and nothing else: its pictures take longer than all the rest."""
    monkeypatch.setattr("tinygrad_edu.cli.writing.page", lambda run: run.command)


@pytest.fixture
def without_pictures(monkeypatch):
    """Writes the model and the command alone."""

    def write(task, history, folder, command="", table=""):
        save(folder / "model.json", Learned(task.model, columns_of(task.learnt)))
        (folder / "report.html").write_text(command, encoding="utf-8")
        return {"model.json": "what was learnt"}

    monkeypatch.setattr("tinygrad_edu.cli.training_run.write", write)


@pytest.fixture
def run(capsys):
    def run(*arguments):
        code = cli.main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run
