"""Files are written whole or not at all, and a path means what it means to `open(path, "w")`."""

import contextlib
import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from tinygrad_edu import Value, draw, nn, play
from tinygrad_edu.files import folder_written_whole, write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="links, modes and devices as POSIX has them")

SAVES = {
    "write_whole": lambda path: write_whole(path, "å"),
    "a model": lambda path: nn.Neuron(1, seed=0).save(path),
}


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@contextlib.contextmanager
def umask(mask):
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@contextlib.contextmanager
def nobody_special():
    """The rights of an ordinary user, and a folder where that user may write: root may write everywhere."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            if root:
                os.seteuid(0)


@posix
@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
def test_a_new_file_gets_the_mode_of_the_umask_and_an_old_one_keeps_its_own(save, tmp_path):
    for mask, expected in ((0o022, 0o644), (0o077, 0o600), (0o002, 0o664)):
        with umask(mask):
            save(tmp_path / f"{mask}")
        assert mode(tmp_path / f"{mask}") == expected
    for kept in (0o600, 0o640, 0o755):
        os.chmod(tmp_path / "18", kept)
        save(tmp_path / "18")
        assert mode(tmp_path / "18") == kept


@posix
def test_what_only_the_owner_may_read_is_never_open_to_others_on_the_way(tmp_path, monkeypatch):
    write_whole(tmp_path / "f", "old")
    os.chmod(tmp_path / "f", 0o600)
    seen, chmod = [], os.chmod
    monkeypatch.setattr(os, "chmod", lambda path, new: (seen.append(mode(path)), chmod(path, new)))
    write_whole(tmp_path / "f", "secret")
    assert seen == [0o600]


@posix
@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
def test_links_are_followed_and_stay_links(save, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "target"
    target.write_text("old")
    for name, to in {"link": target, "chain": tmp_path / "link", "dangling": "elsewhere/new"}.items():
        (tmp_path / name).symlink_to(to)
        save(tmp_path / name)
        assert (tmp_path / name).is_symlink()
    assert target.read_text(encoding="utf-8") != "old"
    assert sorted(os.listdir(tmp_path / "elsewhere")) == ["new", "target"]
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(OSError, match="cannot write the file"):
        save(tmp_path / "round")


@posix
@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
def test_what_is_no_regular_file_is_refused_and_stays(save, tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)  # the path of a socket must be short
        server.bind("socket")
        for path in ("pipe", "socket", "/dev/null"):
            with pytest.raises(OSError, match="no regular file"):
                save(path)
    assert sorted(os.listdir(tmp_path)) == ["pipe", "socket"]
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        save(tmp_path)
    with pytest.raises(FileNotFoundError, match="make it first"):
        save(tmp_path / "nowhere" / "file")


@posix
def test_a_file_that_may_not_be_written_is_not_replaced():
    with nobody_special() as folder:
        (folder / "file").write_text("old")
        os.chmod(folder / "file", 0o444)
        with pytest.raises(PermissionError, match="cannot write the file"):
            write_whole(folder / "file", "new")
        assert (folder / "file").read_text() == "old"
        assert os.listdir(folder) == ["file"]


@pytest.mark.parametrize("name", ["a" * 245, "a" * 255, "é" * 127, " ", "-o", "\n", "a.part"])
def test_any_name_that_a_file_may_have_will_do(name, tmp_path):
    for content in ("first", "second"):
        write_whole(tmp_path / name, content)
        assert (tmp_path / name).read_text() == content
    assert os.listdir(tmp_path) == [name]


def test_text_is_utf8_and_its_lines_end_as_they_did_whatever_the_locale(tmp_path):
    text = "σ\n\r\nü"
    code = f"from tinygrad_edu.files import write_whole; write_whole({str(tmp_path / 'f')!a}, {text!a})"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"}, check=True)
    assert (tmp_path / "f").read_bytes() == text.encode()


def test_threads_that_save_to_one_path_leave_one_whole_file(tmp_path):
    path, barrier, errors = tmp_path / "f", threading.Barrier(8), []
    contents = [str(i) * 100_000 for i in range(8)]

    def save(content):
        barrier.wait()
        for _ in range(20):
            try:
                write_whole(path, content)
                assert path.read_text() in contents
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=save, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize("step", ["open", "chmod", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_save_that_fails_at_any_step_leaves_what_was_there(step, error, tmp_path, monkeypatch):
    write_whole(tmp_path / "f", "old")
    with monkeypatch.context() as patch:
        patch.setattr(os, step, lambda *_, **__: (_ for _ in ()).throw(error))
        with pytest.raises(type(error)):
            write_whole(tmp_path / "f", "new")
    assert (tmp_path / "f").read_text() == "old"
    assert os.listdir(tmp_path) == ["f"]


@posix
def test_a_link_planted_where_the_draft_might_go_is_not_followed(tmp_path, monkeypatch):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    monkeypatch.setattr(os, "urandom", bytes)  # even if the name of the draft could be foreseen
    (tmp_path / f".unfinished-{bytes(8).hex()}").symlink_to(victim)
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "f", "new")
    assert victim.read_text() == "precious"


# ------------------------------------------------------------------------------------------- folders


def test_a_folder_takes_what_was_made_and_keeps_the_rest(tmp_path):
    with folder_written_whole(tmp_path / "a" / "b") as draft:
        (draft / "one").write_text("1")
    with folder_written_whole(tmp_path / "a" / "b") as draft:
        (draft / "two").write_text("2")
        assert not (tmp_path / "a" / "b" / "two").exists()
    assert {p.name: p.read_text() for p in (tmp_path / "a" / "b").iterdir()} == {"one": "1", "two": "2"}


def test_a_folder_that_was_begun_leaves_nothing_after_an_error(tmp_path):
    def begin(error):
        with folder_written_whole(tmp_path / "a" / "b") as draft:
            (draft / "one").write_text("1")
            raise error

    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error):
            begin(error)
        assert os.listdir(tmp_path) == []


@posix
def test_no_file_of_a_folder_is_written_where_one_cannot_be(tmp_path):
    os.mkfifo(tmp_path / "two")

    def write():
        with folder_written_whole(tmp_path) as draft:
            (draft / "one").write_text("1")
            (draft / "two").write_text("2")

    with pytest.raises(OSError, match="no regular file"):
        write()
    assert os.listdir(tmp_path) == ["two"]


@posix
def test_what_a_killed_run_left_is_removed_by_the_next_and_what_a_living_one_makes_is_not(tmp_path):
    code = (
        "import pathlib, time; from tinygrad_edu.files import folder_written_whole as whole\n"
        f"with whole(pathlib.Path({str(tmp_path)!r})): print('begun', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as run:
        assert run.stdout.readline() == b"begun\n"
        (left,) = os.listdir(tmp_path)
        with folder_written_whole(tmp_path):
            assert left in os.listdir(tmp_path)
        assert os.listdir(tmp_path) == [left]
        run.kill()
    assert os.listdir(tmp_path) == [left]
    with folder_written_whole(tmp_path):
        assert left not in os.listdir(tmp_path)
    assert os.listdir(tmp_path) == []


def test_everything_that_saves_writes_whole(tmp_path, monkeypatch):
    y = Value(2.0, "x") * 3.0
    saves = {
        "g.svg": draw(y).save,
        "g.png": draw(y).save,
        "g.txt": draw(y).save,
        "p.html": play(y).save,
        "p.txt": play(y).save,
        "m.json": nn.Neuron(1, seed=0).save,
    }
    for name, save in saves.items():
        save(tmp_path / name)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    for name, save in saves.items():
        with pytest.raises(OSError, match=rf"cannot write the file \(No space left on device\).*{name}"):
            save(tmp_path / name)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
