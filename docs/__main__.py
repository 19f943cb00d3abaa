"""With this module one can build the site: ``python -m docs``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what was asked for; 1 if Sphinx had anything to complain about."""
    parser = argparse.ArgumentParser(
        prog="python -m docs",
        description="Build the site, English at its root and Chinese under zh/. It opens from the file index.html.",
    )
    parser.add_argument(
        "--target",
        type=Path,
        default=Path(__file__).parent / "_build" / "site",
        help="the folder, which is written anew (default: docs/_build/site)",
    )
    parser.add_argument("--language", choices=["en", "zh"], help="only this edition")
    options = parser.parse_args(arguments)
    try:
        from docs.build import EDITIONS, build
    except ModuleNotFoundError as missing:
        parser.exit(2, f"{missing.name} is not there: python -m pip install '.[docs]'\n")
    complaints = build(options.target.resolve(), [options.language] if options.language else list(EDITIONS))
    print(complaints or options.target / "index.html")
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
