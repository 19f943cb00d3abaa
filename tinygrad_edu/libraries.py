"""With this module one can ask for a library that not everybody has, and say clearly where it is missing."""

from __future__ import annotations

from importlib import import_module

from .errors import MissingLibraryError


def require(library: str, needed_by: str, otherwise: str = "") -> None:
    """Refuse what a library is needed for where it cannot be imported, before anything is half done.

    Parameters
    ----------
    library : str
        The module that is imported: "numpy".
    needed_by : str
        What was asked for, the subject of the message.
    otherwise : str, optional
        What works without the library.

    Raises
    ------
    MissingLibraryError
        If it cannot be imported.

    Examples
    --------
    >>> require("math", "this example")
    >>> require("nummpy", "this example")
    Traceback (most recent call last):
    ...
    tinygrad_edu.errors.MissingLibraryError: this example needs nummpy, which cannot be imported here: ...
    """
    try:
        import_module(library)
    except ImportError as error:
        raise MissingLibraryError(library, needed_by, otherwise) from error
