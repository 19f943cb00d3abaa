"""With this module one can write the pages made from lists: the notebooks', the glossary, the playground's link."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

HERE = Path(__file__).parent
GLOSSARY = HERE / "glossary.csv"
TITLES = {"en": ("Notebooks", "Glossary"), "zh": ("笔记本", "术语表")}
OPENINGS = {
    "en": "Each opens in Jupyter, and is shown here as it was run, with its players to play with.",
    "zh": "每一篇都可以在 Jupyter 里打开；这里是运行后的样子，里面的播放器可以直接玩。",
}
ABOUT_TERMS = {
    "en": "One term for one thing, in all pages and notebooks; with the Chinese editions' words for them.",
    "zh": "一个词只说一件事，所有页面和笔记本都照此使用；后面附英文。",
}
PLAYGROUND = {
    "en": "[The playground](playground/index.html) runs the engine in your browser, with nothing to install.",
    "zh": "[在线试验场](../playground/index.html)让引擎直接在浏览器里运行，什么都不用安装。",
}


def write(language: str, folder: Path, *, playground: bool) -> None:
    """Write the pages that are made from lists into the sources of an edition."""
    pieces = folder / "pieces"
    pieces.mkdir(parents=True, exist_ok=True)
    (folder / "notebooks" / "index.md").write_text(notebooks(language, folder / "notebooks"), encoding="utf-8")
    (folder / "glossary.md").write_text(glossary(language), encoding="utf-8")
    (pieces / "playground.md").write_text(raw_link(PLAYGROUND[language]) if playground else "", encoding="utf-8")
    words = [row["chinese"].partition("（")[0] for row in terms()]
    (pieces / "words.txt").write_text("".join(f"{word} 1000000\n" for word in words), encoding="utf-8")


def notebooks(language: str, folder: Path) -> str:
    """The page that lists the notebooks, each with its title and what its first cell promises."""
    files = sorted((folder if language == "en" else folder / language).glob("[0-9]*.ipynb"))
    names = [file.relative_to(folder).with_suffix("").as_posix() for file in files]
    lines = [f"# {TITLES[language][0]}", "", OPENINGS[language], ""]
    for file, name in zip(files, names, strict=True):
        title, promise = opening(file)
        lines += [f"## [{title}]({name}.ipynb)", "", promise, ""]
    return "\n".join([*lines, "```{toctree}", ":hidden:", "", *names, "```", ""])


def opening(notebook: Path) -> tuple[str, str]:
    """A notebook's title, and the first paragraph beneath it."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    text = "".join(next(cell["source"] for cell in cells if cell["cell_type"] == "markdown"))
    title, _, rest = text.strip().partition("\n")
    return title.lstrip("# "), rest.strip().partition("\n\n")[0]


def terms() -> list[dict[str, str]]:
    """The rows of the glossary."""
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def glossary(language: str) -> str:
    """The glossary as a page, in the order of the course: what a graph is first."""
    lines = [f"# {TITLES[language][1]}", "", ABOUT_TERMS[language], "", "```{glossary}"]
    for row in terms():
        name, other, meaning = (
            (row["english"], row["chinese"], row["meaning"])
            if language == "en"
            else (row["chinese"], row["english"], row["含义"])
        )
        lines += [name, f"  {other}. {meaning}" if language == "en" else f"  {other}。{meaning}", ""]
    return "\n".join([*lines, "```", ""])


def raw_link(markdown: str) -> str:
    """A link that Sphinx leaves as it is: to what it does not write itself."""
    html = re.sub(r"\[(.*?)\]\((.*?)\)", r'<a href="\2">\1</a>', markdown)
    return f"```{{raw}} html\n<p>{html}</p>\n```\n"
