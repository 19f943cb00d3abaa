"""With this module one sees how far a training has come: a bar in a terminal, or a widget in a notebook."""

from __future__ import annotations

import sys
import warnings
from contextlib import suppress
from typing import Any

from .history import History

_LOST = (OSError, ValueError)  # a full disk, a reader that has left; a closed file


class Bar:
    """A progress bar on stderr, which is no reason to stop training: it goes where it cannot be written.

    Parameters
    ----------
    epochs : int
        How many there are to come; 0 for no bar.
    done : int, default 0
        How many of them were done before.
    """

    def __init__(self, epochs: int, done: int = 0) -> None:
        self._epochs, self._done = epochs, done
        self._bar: Any = None

    def __enter__(self) -> Bar:
        stream = sys.stderr
        if self._epochs and stream is not None and not getattr(stream, "closed", False):
            with suppress(*_LOST), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that a notebook has no widgets: then the bar is text
                try:
                    from tqdm.auto import tqdm
                except ImportError:  # then there is no bar
                    return self

                self._bar = tqdm(
                    total=self._epochs, initial=self._done, unit="epoch", file=stream, dynamic_ncols=True
                )  # fmt: skip
        return self

    def advance(self, history: History) -> None:
        """Count one more epoch, and show how it went."""
        if self._bar is None:
            return
        try:
            self._bar.set_postfix_str(repr(history).partition(": ")[2][:-1], refresh=False)
            self._bar.update()
        except _LOST:
            self._bar.disable, self._bar = True, None

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            with suppress(*_LOST):
                self._bar.close()
