"""With this module the playground is served on this machine: the page in which the library runs in a browser."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PORT = 8765
HOST = "127.0.0.1"
BUILT = Path("docs", "_build", "playground")
"""Where ``python -m docs.playground`` puts it, from the root of the repository."""


def serve(folder: str | None, port: int | None, open_: bool, say: Callable[[str], Any] = print) -> None:
    """Serve the playground until Ctrl-C; nobody but this machine can reach it.

    Parameters
    ----------
    folder : str or None
        Where it was built; if None, where it is built by default.
    port : int or None
        0 for a free one; if None, `PORT`, or a free one if that is taken.
    open_ : bool
        Open it in the browser.
    say : callable, default print
        What is called with each line.

    Raises
    ------
    FileNotFoundError
        If it has not been built there.
    OSError
        If the port is taken.
    """
    handler = partial(_Files, directory=str(built_in(folder)))
    try:
        server = ThreadingHTTPServer((HOST, PORT if port is None else port), handler)
    except OSError as error:
        if port is not None:
            raise OSError(f"port {port} cannot be served ({error.strerror}): give another --port, or none") from None
        server = ThreadingHTTPServer((HOST, 0), handler)
    with server:
        address = f"http://{HOST}:{server.server_port}/"
        say(f"the playground is at {address} until Ctrl-C")
        if open_:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("stopped")


def built_in(folder: str | None) -> Path:
    """Give the folder of the built playground: the one named, or else where it is built, here or beside the package.

    Raises
    ------
    FileNotFoundError
        If it is not there; the message says how to build it.
    """
    beside = Path(__file__).parents[2] / BUILT
    for place in (BUILT, beside) if folder is None else (Path(folder),):
        if (place / "index.html").is_file():
            return place
    raise FileNotFoundError(
        f"no playground has been built in {BUILT if folder is None else folder}: in a clone of the repository, "
        "`python -m docs.playground` builds it (npm's registry must be in reach the first time)"
    )


class _Files(SimpleHTTPRequestHandler):
    """Gives the files with the types that browsers insist on, whatever this system calls them, and says nothing."""

    extensions_map = {  # noqa: RUF012  # so it is in the class above
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".json": "application/json",
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
    }

    def log_message(self, format: str, *args: Any) -> None:
        """Keep what was asked for to itself."""
