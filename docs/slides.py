"""With this module one can make the moving pictures of the lesson plan: ``python -m docs.slides FOLDER``.

Each is written as SVG, which moves by itself in browsers and on web pages, and as GIF, for presentation programs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tinygrad_edu as tg
from tinygrad_edu import Value

PICTURES = Path(__file__).parent / "pictures"


def neuron() -> Value:
    """Make one neuron: three leaves, three operations."""
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-1.5, "b")
    product = w * x
    product.name = "v1"
    total = product + b
    total.name = "v2"
    y: Value = tg.tanh(total)
    y.name = "y"
    return y


def fan_out() -> Value:
    """Use a number twice, and what was made of it twice again: four paths lead back to it."""
    a = Value(2.0, "a")
    b = a + a
    b.name = "b"
    c = b * b
    c.name = "c"
    return c


def coffee() -> Value:
    """Brew a cup that is too bitter, of which grind, time and milk each have a share."""
    grind, time, milk, wish = Value(1.5, "grind"), Value(2.0, "time"), Value(0.5, "milk"), Value(1.0, "wish")
    bitter = grind * time - milk
    bitter.name = "bitter"
    complaint: Value = tg.square(bitter - wish)
    complaint.name = "complaint"
    return complaint


def moons() -> tg.History:
    """Film a network that learns to tell two moons apart."""
    model = tg.nn.MLP(2, [6, 4, 1], activation="tanh", seed=1)
    return tg.fit(model, tg.data.load("moons", n=120, seed=0), epochs=16, record="film", progress=False)


WALKS: dict[str, Callable[[], Value]] = {"neuron_steps": neuron, "fan_out_steps": fan_out, "coffee_steps": coffee}
CHINESE = {"grind": "研磨", "time": "时间", "milk": "牛奶", "wish": "期望", "bitter": "苦味", "complaint": "不满"}


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let drawings and players speak a language for a while."""
    tg.set_language(language)
    try:
        yield
    finally:
        tg.set_language("en")


def named(root: Value, language: str) -> Value:
    """Call the nodes what they are called in a language."""
    for node in tg.topological_order(root):
        if language == "zh" and node.name in CHINESE:
            node.name = CHINESE[node.name]
    return root


def write(folder: Path, kinds: Sequence[str] = ("svg", "gif"), language: str = "en", *, film: bool = True) -> None:
    """Write the moving pictures into a folder; with `film`, that of a training too (GIF)."""
    folder.mkdir(parents=True, exist_ok=True)
    ending = "" if language == "en" else f".{language}"
    with speaking(language):
        for name, made in WALKS.items():
            for kind in kinds:
                tg.play(named(made(), language)).save(folder / f"{name}{ending}.{kind}")
        if film:
            tg.play(moons()).save(folder / f"moons_film{ending}.gif")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what was asked for, and say what it is."""
    parser = argparse.ArgumentParser(prog="python -m docs.slides", description="Make moving pictures for slides.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("slides"), help="where to (default: slides)")
    parser.add_argument("--language", choices=["en", "zh"], default="en", help="of what they say (default: en)")
    parser.add_argument("--pages", action="store_true", help="only those of the lesson plan, into docs/pictures")
    options = parser.parse_args(arguments)
    if options.pages:
        for language in ("en", "zh"):
            write(PICTURES, ["svg"], language, film=False)
        return 0
    write(options.folder, language=options.language)
    for picture in sorted(options.folder.iterdir()):
        print(picture, f"{picture.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
