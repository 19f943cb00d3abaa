"""With this module code that is written for numba is compiled once ever: it is kept on disk, with its machine code.

numba keeps the machine code of what stands in a file, so the code becomes a file, named after all that it says.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any


def digest_of(*modules: ModuleType) -> str:
    """Give what tells modules from other versions of them.

    numba looks at the file alone in which a function stands, to see whether its machine code is still right: so what
    that file imports has to stand in it, by its digest.
    """
    return hashlib.sha256("".join(map(inspect.getsource, modules)).encode()).hexdigest()[:16]


def compiled_once(prefix: str, source: Callable[[bool], str], name: str, start: Callable[[Any], object]) -> Any:
    """Give a function of a module that is written now, compiled now or before.

    Parameters
    ----------
    prefix : str
        What the name of the file begins with.
    source : callable
        ``source(cache)`` writes the module; `cache` is what numba's decorators are told.
    name : str
        Of the function.
    start : callable
        Calls the function for the first time, which compiles it, or reads from disk what was compiled.

    Returns
    -------
    callable
    """
    text = source(True)
    module = f"{prefix}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    for attempt in range(2):
        try:
            folder = _cache_folder()
            path = folder / f"{module}.py"
            if attempt:  # what lies there cannot be read: make it anew
                for kept in folder.glob(f"**/{module}*.nb[ci]"):
                    kept.unlink(missing_ok=True)
            if not (path.exists() and path.read_bytes() == text.encode()):
                draft = path.with_suffix(f".{os.getpid()}.tmp")
                draft.write_text(text, encoding="utf-8")
                os.replace(draft, path)
            function = getattr(_imported(module, path), name)
            start(function)
            return function
        except (OSError, RuntimeError):  # nowhere to keep it, or no home at all
            break
        except Exception:  # whatever a damaged file of numba's raises
            continue
    namespace: dict[str, Any] = {}
    exec(source(False), namespace)  # for this process alone
    return namespace[name]


def _cache_folder() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    folder = (base if base.is_absolute() else Path.home() / ".cache") / "tinygrad_edu"  # as its standard has it
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _imported(name: str, path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
