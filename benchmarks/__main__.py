"""With this module one can run the whole benchmark: ``python -m benchmarks``, or only the parts that are named."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks.parts import PARTS, Part
from benchmarks.tools import report


def measured(part: Part, options: Sequence[str]) -> str | None:
    """Run a part in a process of its own, so that none pays for what another left behind; None if it fails."""
    command = [sys.executable, "-m", part.module, *options]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return "".join(lines) if process.returncode == 0 else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that were asked for; 1 if one of them could not be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure the library and its peers, and write benchmarks/RESULTS.md.",
        epilog="parts: " + "; ".join(f"{part.name}: {part.about}" for part in PARTS),
    )
    parser.add_argument("parts", nargs="*", metavar="part", help="which to run; all, if none is named")
    parser.add_argument("--quick", action="store_true", help="a short run, to see that it works")
    parser.add_argument("--dry", action="store_true", help="print only; leave benchmarks/RESULTS.md as it is")
    options = parser.parse_args(arguments)
    names = [part.name for part in PARTS]
    for name in options.parts:
        if name not in names:
            parser.error(f"there is no part {name!r}; there are {', '.join(names)}")
    chosen = [part for part in PARTS if part.name in (options.parts or names)]
    flags = [flag for flag, wanted in (("--quick", options.quick), ("--dry", options.dry)) if wanted]
    bodies, failed = [], []
    for part in chosen:
        print(f"\n=== {part.title}\n", flush=True)
        begun = time.perf_counter()
        body = measured(part, flags)
        print(f"\n({time.perf_counter() - begun:.0f} s)", flush=True)
        if body is None:
            failed.append(part.title)
        else:
            bodies.append((part.title, body))
    print(f"\n=== Targets\n\n{report.summary(bodies)}")
    if failed:
        print(f"\nCould not be measured: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
