"""With this module one can write measurements down: as Markdown tables, with the machine they were taken on.

A table knows the column `target` and marks the numbers that miss theirs; the results open with a list of those.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "RESULTS.md"
TARGET, MISSED = "target", "✗"
NOT_INSTALLED = "not installed: `pip install 'tinygrad-edu[bench]'`"
INTRODUCTION = f"""# Results

`python -m benchmarks` measures all of this on your machine and writes this file; `python -m benchmarks --help` lists
the parts, and each part names the command that runs it alone. A target stands in the column to the right of the number
that it is for, and {MISSED} marks one that was missed. Times are of the processor, not of the clock on the wall,
unless a part says so: other work on the machine then disturbs little. A ratio is the median of ratios within one turn,
in which both sides run one after the other, so that it is not the ratio of the two medians beside it.
"""

_SUMMARY = "Targets"
_COMPARISONS = {
    "≤": lambda value, bound: value <= bound,
    "<": lambda value, bound: value < bound,
    "≥": lambda value, bound: value >= bound,
    ">": lambda value, bound: value > bound,
}
_NUMBER = re.compile(r"(1/)?(\d[\d,]*(?:\.\d+)?)")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left and the rest to the right; what misses its target is marked."""
    targets = [place for place, title in enumerate(header) if title == TARGET]
    lines = [list(header), ["---", *["---:"] * (len(header) - 1)]]
    for row in rows:
        cells = list(row)
        for place in targets:
            if not holds(cells[place - 1], cells[place]):
                cells[place] += f" {MISSED}"
        lines.append(cells)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def holds(cell: str, target: str) -> bool:
    """Whether a number as it is shown, say "**1.06×**", meets its target as it is shown, say "≥ 2×".

    What has no target, or no number, misses none.
    """
    wanted, value = _NUMBER.search(target), _NUMBER.search(cell)
    if target[:1] not in _COMPARISONS or wanted is None or value is None:
        return True
    return bool(_COMPARISONS[target[0]](_read(value), _read(wanted)))


def _read(number: re.Match[str]) -> float:
    size = float(number[2].replace(",", ""))
    return 1.0 / size if number[1] else size


def missing(title: str, columns: int) -> list[str]:
    """The row of a peer that is not installed."""
    return [title, *["–"] * (columns - 2), NOT_INSTALLED]


def installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def back_ends() -> dict[str, str]:
    """What the tables call the back ends that are timed here, and what `compile` and `fit` call them."""
    return {"NumPy": "numpy"} | ({"numba": "numba"} if installed("numba") else {})


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
    """Name and version of each package that is installed, in one line."""
    found = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(f"{package} {version}" for package, version in found.items())


def command(module: str) -> str:
    """The command line that was run, as one types it."""
    return " ".join(["python -m", module, *sys.argv[1:]])


def write_section(title: str, body: str, path: Path = RESULTS, order: Sequence[str] = ()) -> None:
    """Replace the part of the results that has this title, or append it; other parts stay as they are.

    Titles in `order` come first, in that order.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    sections = {part.partition("\n")[0]: part.partition("\n")[2].strip("\n") for part in text.split("\n## ")[1:]}
    sections[title] = body.strip("\n")
    sections.pop(_SUMMARY, None)
    sections = {name: sections[name] for name in [*order, *sections] if name in sections}
    sections = {_SUMMARY: summary(sections.items()), **sections}
    parts = [f"## {name}\n\n{part}\n" for name, part in sections.items()]
    path.write_text("\n".join([INTRODUCTION, *parts]), encoding="utf-8")


def summary(sections: Iterable[tuple[str, str]]) -> str:
    """How many targets were met, and which were not."""
    judged = [(title, *cells) for title, body in sections for cells in targets(body)]
    missed = [(*cells, value, target) for *cells, value, target in judged if not holds(value, target)]
    if not missed:
        return f"All {len(judged)} are met."
    lines = [f"{len(judged) - len(missed)} of {len(judged)} are met. Missed:", ""]
    for title, row, value, target in missed:
        lines.append(f"- {title}: {row}: {value} ({target})")
    return "\n".join(lines)


def targets(body: str) -> Iterator[tuple[str, str, str]]:
    """For every number of a part that has a target: what it is of, the number, the target."""
    places: list[int] = []
    for line in body.splitlines():
        cells = [cell.strip() for cell in line[2:-2].split(" | ")] if line.startswith("|") else []
        if TARGET in cells:
            header, places = cells, [place for place, title in enumerate(cells) if title == TARGET]
        elif not cells:
            places = []
        for place in places:
            if cells[place][:1] in _COMPARISONS:
                target = cells[place].removesuffix(MISSED).strip()
                yield _row_name(header, cells, places, place - 1), cells[place - 1], target


def _row_name(header: Sequence[str], cells: Sequence[str], places: Sequence[int], value: int) -> str:
    """What a number is of: the words of its row, or its first cell where that is a number; its column if in doubt."""
    words = [f"{header[0]} {cells[0]}" if _is_number(cells[0]) else cells[0]]
    words += [cell for i, cell in enumerate(cells[1:value], 1) if i not in places and not _is_number(cell)]
    return ", ".join([*words, header[value]] if len(places) > 1 else words)


def _is_number(cell: str) -> bool:
    return cell == "–" or _NUMBER.fullmatch(cell.strip("*×")) is not None
