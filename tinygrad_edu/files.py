"""With this module a file or a folder is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}; make it first")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


@contextlib.contextmanager
def _written_whole(folder: Path) -> Iterator[Path]:
    """Give a draft of the folder, whose files move there in the end; after an error nothing is left of either."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    draft = None
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
        except OSError as error:
            reason = "it is a file" if folder.is_file() else (error.strerror or str(error)).lower()
            raise OSError(f"cannot write into the folder {str(folder)!r}: {reason}") from None
        yield draft
        for file in sorted(draft.iterdir()):
            os.replace(file, folder / file.name)
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        for path in missing:
            with contextlib.suppress(OSError):  # it holds what was written, or was never made
                path.rmdir()
