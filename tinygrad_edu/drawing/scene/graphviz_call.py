"""With this module one can call Graphviz, wherever it is: in this process, as an executable, or where a program says.

It runs in this process through pygraphviz where that is installed, else the executable ``dot`` is called. A program
that has another Graphviz (a page in a browser has one in JavaScript) gives it by `set_graphviz`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from ...errors import GraphvizMissingError

Graphviz = Callable[[str], str | bytes]

_ONE_AT_A_TIME = threading.Lock()  # Graphviz keeps global state; two layouts at once crash the process.
_given: Graphviz | None = None


def set_graphviz(run: Graphviz | None) -> Graphviz | None:
    """Let another Graphviz lay out all drawings of this process.

    Parameters
    ----------
    run : callable or None
        Takes a text in the DOT language and gives what ``dot -Tjson0`` answers, as text or bytes. It is called by one
        thread at a time. None for the usual: pygraphviz, else the executable ``dot``.

    Returns
    -------
    callable or None
        What was set before, to set it again.

    Raises
    ------
    TypeError
        If `run` can neither be called nor is None.

    Examples
    --------
    A Graphviz on another machine, reached by ssh:

    >>> import subprocess
    >>> def on_another_machine(dot):
    ...     return subprocess.run(["ssh", "other", "dot", "-Tjson0"], input=dot.encode(), stdout=-1, check=True).stdout
    >>> before = set_graphviz(on_another_machine)

    And back to the one that was used before:

    >>> set_graphviz(before) is on_another_machine
    True
    """
    global _given
    if run is not None and not callable(run):
        raise TypeError(f"set_graphviz takes a function from a DOT text to Graphviz's JSON, or None, got {run!r:.60}")
    before, _given = _given, run
    return before


def run_graphviz(dot: str) -> dict[str, Any]:
    """Lay out a DOT text, and give Graphviz's JSON.

    Parameters
    ----------
    dot : str

    Returns
    -------
    dict

    Raises
    ------
    GraphvizMissingError
        If no Graphviz was given, and neither pygraphviz nor an executable ``dot`` is there.
    ValueError
        If the Graphviz that was given answers something else than a layout.
    """
    if _given is not None:
        return _run_given(_given, dot)
    try:
        import pygraphviz
    except ImportError:
        return _run_executable(dot)
    with _ONE_AT_A_TIME:
        graph = pygraphviz.AGraph(string=dot)
        try:
            # The format is fixed: one that Graphviz does not know would end the process.
            return _parse(graph.draw(format="json0", prog="dot"))
        finally:
            graph.close()


def _run_given(run: Graphviz, dot: str) -> dict[str, Any]:
    with _ONE_AT_A_TIME:
        answer = run(dot)
    try:
        layout = _parse(answer)
    except (TypeError, ValueError):
        layout = {}
    if not isinstance(layout, dict) or "bb" not in layout:
        raise ValueError(
            f"the Graphviz given to set_graphviz must answer as `dot -Tjson0` does, in JSON with a bounding box; it "
            f"answered {answer!r:.60}"
        )
    return layout


def _run_executable(dot: str) -> dict[str, Any]:
    try:
        import graphviz
    except ImportError as e:
        raise GraphvizMissingError from e
    try:
        return _parse(graphviz.Source(dot).pipe(format="json0", engine="dot", quiet=True))
    except graphviz.ExecutableNotFound as e:
        raise GraphvizMissingError from e


def _parse(answer: str | bytes) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(answer)
    return result
