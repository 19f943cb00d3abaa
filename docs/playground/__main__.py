"""Builds the playground: ``python -m docs.playground``."""

from __future__ import annotations

import argparse
from pathlib import Path

from .build import CACHE, SINGLE, TARGET, build


def main() -> None:
    """Build it, and say what was built."""
    parser = argparse.ArgumentParser(prog="python -m docs.playground", description="Build the playground.")
    parser.add_argument("--target", type=Path, default=TARGET, help=f"the folder to write (default {TARGET})")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where what was fetched is kept")
    given = parser.parse_args()
    folder = build(given.target, given.cache)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name != SINGLE)
    print(f"{folder}: {size / 1e6:.1f} MB, to be served; tinygrad-edu playground does it here")
    print(f"{folder / SINGLE}: {(folder / SINGLE).stat().st_size / 1e6:.1f} MB, opens from a disk")


if __name__ == "__main__":
    main()
