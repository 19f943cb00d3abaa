"""With this module a file or a folder is written whole or not at all.

What is written goes to a neighbour first, which then takes the place of the old file in one step of the system: a
reader meets the old content or the new, never half of either, however the process ends. Else a path means what it
means to ``open(path, "w")``: links are followed, a file must be writable and keeps its mode, a new one gets that of the
umask.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

_DRAFT = ".unfinished-"  # short, so that a file may have the longest name there is


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Parameters
    ----------
    path : path
        The file. It may exist, but as nothing else than a regular file, or a link to one.
    content : str or bytes
        Text is written as UTF-8.

    Raises
    ------
    OSError
        If the file cannot be written. What was there before is untouched, and nothing else is left behind.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        target, before = _target_of(path)
        # Nobody can have put a link where the draft goes: its name cannot be foreseen, and must be free.
        draft = os.path.join(os.path.dirname(target), f"{_DRAFT}{os.urandom(8).hex()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            with open(os.open(draft, flags, 0o666 if before is None else 0o600), "wb") as file:
                file.write(data)
            if before is not None:
                _make_alike(draft, before)
            os.replace(draft, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(draft)
            raise
    except OSError as error:
        raise OSError(error.errno, f"cannot write the file ({error.strerror or error})", os.fspath(path)) from None


def remove_drafts(folder: str | os.PathLike[str]) -> None:
    """Remove what killed processes have left in a folder of `write_whole`; for who alone writes into it.

    Parameters
    ----------
    folder : path
    """
    for draft in Path(folder).glob(f"{_DRAFT}*"):
        with contextlib.suppress(OSError):
            draft.unlink()


def _target_of(path: str | os.PathLike[str]) -> tuple[str, os.stat_result | None]:
    """Follow links to the file that is to be written, and refuse what cannot be; give what is there, if anything."""
    target = os.path.realpath(path)
    try:
        before = os.stat(target)
    except FileNotFoundError:
        named, folder = os.path.dirname(path), os.path.dirname(target)
        if not os.path.isdir(folder):
            folder = folder if os.path.isdir(named or os.curdir) else os.fsdecode(named)  # a link, or what was given
            raise FileNotFoundError(errno.ENOENT, f"there is no folder {folder!r}; make it first") from None
        return target, None
    if stat.S_ISDIR(before.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(before.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file, but a device, a pipe or a socket")
    os.close(os.open(target, os.O_WRONLY))  # to replace a file one need not be allowed to write it; here one must
    return target, before


def _make_alike(draft: str, before: os.stat_result) -> None:
    """Give a draft the owner, as far as one may, and the mode of the file that it is to replace."""
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(draft, before.st_uid, before.st_gid)
    os.chmod(draft, stat.S_IMODE(before.st_mode))


@contextlib.contextmanager
def folder_written_whole(folder: Path) -> Iterator[Path]:
    """Give a draft of the folder, whose files move there in the end; after an error nothing is left of either.

    Drafts that killed processes have left in the folder are removed on the way.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    draft, lock = None, None
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _one_at_a_time(folder):
                _remove_drafts(folder)
                draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=folder))
                lock = _lock(draft)
        except OSError as error:
            reason = "it is a file" if folder.is_file() else (error.strerror or str(error)).lower()
            raise OSError(f"cannot write into the folder {str(folder)!r}: {reason}") from None
        yield draft
        made = sorted(draft.iterdir())
        for file in made:  # all are looked at before the first is written
            _target_of(folder / file.name)
        for file in made:
            write_whole(folder / file.name, file.read_bytes())
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        if lock is not None:
            os.close(lock)
        for path in missing:
            with contextlib.suppress(OSError):  # it holds what was written, or was never made
                path.rmdir()


# The system takes a lock away from a process that ends, however it ends: a draft whose lock is free belongs to nobody.


def _lock(folder: Path, wait: bool = False) -> int | None:
    """Lock a folder until the descriptor given is closed; None where somebody else has the lock, or there is none."""
    handle = None
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except (ImportError, OSError):  # Windows, or a file system without locks
        if handle is not None:
            os.close(handle)
        return None
    return handle


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Let no other process look at the drafts of a folder meanwhile: one is being made, and not locked yet."""
    lock = _lock(folder, wait=True)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _remove_drafts(folder: Path) -> None:
    for draft in folder.glob(f"{_DRAFT}*/"):
        lock = _lock(draft)
        if lock is not None:
            shutil.rmtree(draft, ignore_errors=True)
            os.close(lock)
