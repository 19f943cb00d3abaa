"""With this module one can draw the measurements as curves, for light and dark pages alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

# Okabe and Ito's colours, told apart with every common form of colour blindness; markers and dashes say it again.
BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#5d6875"
INK, LINES = "#1b2430", "#c3ccd5"
SMALL, APART = 8.5, 12.0  # points: of what stands beside a line, and between two of these
# For a reader in the dark the browser turns light and dark around and keeps the hues; else the picture is a light card.
DARK = "<style>@media (prefers-color-scheme: dark) {svg {filter: invert(0.92) hue-rotate(180deg)}}</style>"

SEEN_FROM = 90_000  # nodes; what a smaller graph takes is lost among the pages that a process holds anyway

Line = tuple[str, Sequence[float], Sequence[float], str, str, str]
"""Label, x, y, colour, marker, style."""


def cost(eager: Mapping[Any, Any], compiled: Mapping[Any, Any], to: Path) -> None:
    """Time and bytes per node against the number of nodes."""
    times: list[Line] = []
    sizes: list[Line] = []
    for (collector,), colour, style in zip(eager, (BLUE, GREY), ("-", "--"), strict=True):
        curve = eager[collector,]
        nodes = [point["nodes"] for point in curve]
        spent = [point["build"] + point["sweep"] for point in curve]
        times.append((f"eager, collector {collector}", nodes, spent, colour, "o", style))
    held = [(point["nodes"], point["bytes"]) for point in next(iter(eager.values())) if point["nodes"] >= SEEN_FROM]
    sizes.append(("eager, at the sweep's peak", *_columns(held), BLUE, "o", "-"))
    colours = {"NumPy": ORANGE, "numba": GREEN}
    for (shape, backend), curve in compiled.items():
        style, marker = ("-", "s") if shape == "wide" else (":", "D")
        nodes, runs = _columns((point["nodes"], point["run"]) for point in curve)
        times.append((f"compiled, {backend}, {shape}", nodes, runs, colours[backend], marker, style))
        if backend == "NumPy" and shape == "wide":
            held = [(point["nodes"], point["compiling"]) for point in curve if point["nodes"] >= SEEN_FROM]
            sizes.append(("compiled, while compiling", *_columns(held), PURPLE, "^", "--"))
            kept = [(point["nodes"], point["bytes"]) for point in curve]
            sizes.append(("compiled, its workspace", *_columns(kept), ORANGE, "s", "-"))
    _draw(to, [("ns per node, value and gradient", times), ("bytes per node", sizes)], "nodes", (9.6, 3.9))


def cheap_gradient(
    inputs: Sequence[int],
    eager: Mapping[str, Sequence[float]],
    compiled: Mapping[str, Sequence[float]],
    eager_bound: float,
    compiled_bound: float,
    to: Path,
) -> None:
    """Cost of value and gradient over cost of the value, against the number of inputs."""
    looks = {"paused": (BLUE, "o", "-"), "on": (GREY, "o", "--")}
    looks |= {"NumPy": (ORANGE, "s", "-"), "numba": (GREEN, "D", "-")}
    lines: list[Line] = [(f"eager, collector {name}", inputs, ratios, *looks[name]) for name, ratios in eager.items()]
    lines += [(f"compiled, {name}", inputs, ratios, *looks[name]) for name, ratios in compiled.items()]
    lines += [
        (f"target, {name}", [inputs[0], inputs[-1]], [bound, bound], INK, "", ":")
        for name, bound in (("eager", eager_bound), ("compiled", compiled_bound))
    ]
    _draw(to, [("value and gradient over value", lines)], "inputs", (6.4, 3.6), scale="linear")


def _columns(points: Iterable[tuple[float, float]]) -> tuple[list[float], list[float]]:
    pairs = list(points)
    return [x for x, _ in pairs], [y for _, y in pairs]


def _draw(
    to: Path, panels: Sequence[tuple[str, Sequence[Line]]], x_label: str, size: tuple[float, float], scale: str = "log"
) -> None:
    """Write panels side by side as one SVG, their axes to the right logarithmic, those upward of a given scale."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": to.name, "font.family": "sans-serif", "font.size": 10}
    ):
        figure = Figure(figsize=size, layout="constrained")
        for axes, (title, lines) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
            seen = [line for line in lines if line[1]]
            for _, x, y, colour, marker, style in seen:
                axes.plot(x, y, style, color=colour, marker=marker, markersize=5, linewidth=1.6 if marker else 1.0)
            axes.set_xscale("log")
            axes.margins(x=0.02)
            axes.set_yscale(scale)
            if scale == "linear":
                axes.set_ylim(bottom=0)
            axes.set_title(title, loc="left", fontsize=11, color=INK)
            axes.set_xlabel(x_label, color=INK)
            axes.grid(color=LINES, linewidth=0.6)
            axes.tick_params(colors=INK, which="both", length=0)
            for side in axes.spines.values():
                side.set_visible(False)
            _label(axes, seen)
        figure.savefig(to, format="svg", metadata={"Date": None})
    text = to.read_text(encoding="utf-8")
    to.write_text(text.replace("<defs>", DARK + "\n <defs>", 1), encoding="utf-8")


def _label(axes: Any, lines: Sequence[Line]) -> None:
    """Write beside the end of every line what it is, in its colour; those that end together make room."""
    pixels = axes.figure.dpi / 72.0
    lowest: dict[float, float] = {}
    for label, x, y, colour, *_ in sorted(lines, key=lambda line: line[2][-1]):
        _, height = axes.transData.transform((x[-1], y[-1])) / pixels
        place = max(height, lowest.get(x[-1], height))
        lowest[x[-1]] = place + APART
        axes.annotate(
            label, (x[-1], y[-1]), xytext=(8, place - height), textcoords="offset points",
            va="center", fontsize=SMALL, color=colour, annotation_clip=False,
        )  # fmt: skip
