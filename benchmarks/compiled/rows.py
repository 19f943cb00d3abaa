"""With this module one can write rows of the compiler's table: compiled functions beside their peers."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.tools import report
from benchmarks.tools.timing import ratio

Function = Callable[[], Any]
MICROSECONDS = 1e6
PROCESSES = 5
OURS, FAST = "ours, NumPy", "ours, numba"


def back_ends() -> dict[str, str]:
    """What the rows call ours, and what `compile` calls its back end."""
    return {f"ours, {name}": backend for name, backend in report.back_ends().items()}


def shown(number: float) -> str:
    """Three digits, or whole numbers."""
    return f"{number:.3g}" if number < 1000 else f"{number:,.0f}"


def compared(
    title: str, seconds: Mapping[str, Sequence[float]], most: Mapping[tuple[str, str], float]
) -> list[list[str]]:
    """A row for each of ours and each peer: medians in µs, the ratio, and the most that it should be."""
    peers = [name for name in seconds if not name.startswith("ours")]
    rows = []
    for ours in (name for name in seconds if name not in peers):
        for peer in peers:
            cells = [shown(statistics.median(seconds[name]) * MICROSECONDS) for name in (peer, ours)]
            target = f"≤ {most[ours, peer]:g}" if (ours, peer) in most else "–"
            rows.append([title, ours, peer, *cells, f"**{ratio(seconds, ours, peer):.2f}**", target])
    return rows
