"""With this module one can write measurements down: as Markdown tables, with the machine they were taken on."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
TITLE = "# Results\n\nMeasured by the commands named in each part; run them to get the numbers of your machine.\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left and the rest to the right."""
    lines = [list(header), ["---", *["---:"] * (len(header) - 1)], *map(list, rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def machine() -> str:
    """One line: processor, number of cores, system, Python."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, {python}"


def versions(*packages: str) -> str:
    """Name and version of each installed package, in one line."""
    return ", ".join(f"{package} {metadata.version(package)}" for package in packages)


def command(module: str) -> str:
    """The command line that was run, as one types it."""
    return " ".join(["python -m", module, *sys.argv[1:]])


def write_section(title: str, body: str, path: Path = RESULTS) -> None:
    """Replace the part of the results that has this title, or append it; other parts stay as they are."""
    text = path.read_text(encoding="utf-8") if path.exists() else TITLE
    head, *parts = text.split("\n## ")
    sections = {part.partition("\n")[0]: part.partition("\n")[2].strip("\n") for part in parts}
    sections[title] = body.strip("\n")
    text = "\n".join([head.rstrip("\n") + "\n", *(f"## {name}\n\n{part}\n" for name, part in sections.items())])
    path.write_text(text, encoding="utf-8")
