"""Make the notebooks from their sources, in both languages: python notebooks/make.py [01 05 ...] [--language zh].

A source, `source/NN_name.py`, is a notebook in jupytext's percent format, which editors open as one. Its code cells are
those of both editions. What is said stands twice, in cells of text marked `lang="en"` and `lang="zh"`. Where a code
cell says something too, in a string or a comment, a cell `lang="zh" strings=true` after it translates line by line,
`English => 中文`. A cell can be given a name, by which `README.md` refers to it: `# %% name="pain"`. Of a cell that asks,
and whose code holds the answer, the code is folded away where notebooks can be folded: `# %% hidden=true`.

The notebooks are run and kept with what they show, for those who only read them: `NN_name.ipynb`, `zh/NN_name.ipynb`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HERE = Path(__file__).parent
LANGUAGES = ("en", "zh")
# From a checkout or a wheel, never by name: nobody is to be given what a stranger may publish under a name like ours.
# With its extra [check], which notebook 07 is about.
FIND = """\
try:
    import tinygrad_edu
except ImportError:  # it is not installed: look for a wheel beside this notebook, or for a checkout around it
    import sys
    from pathlib import Path

    here = Path.cwd().resolve()
    for wheel in here.glob("tinygrad_edu-*.whl"):
        %pip install -q "{wheel}[check]"
    sys.path += [str(folder) for folder in here.parents if (folder / "tinygrad_edu" / "__init__.py").is_file()]
    try:
        import tinygrad_edu
    except ImportError:
        raise ImportError("{not_found}") from None"""
NOT_FOUND = {
    "en": "tinygrad_edu is not installed. In a checkout of it run: python -m pip install . "
    "On another machine put its wheel beside this notebook (python -m pip wheel --no-deps . makes one), "
    "and run this cell again.",
    "zh": "没有装 tinygrad_edu。请在它的源码目录里运行：python -m pip install . "
    "换了别的机器，就把它的 wheel 文件放在这个笔记本旁边（用 python -m pip wheel --no-deps . 来做），再运行一次这个单元格。",
}
IN_LANGUAGE = """

import tinygrad_edu

tinygrad_edu.set_language("{}")"""
HIDDEN = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}  # as JupyterLab says it, and MyST-NB
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def sources() -> list[Path]:
    """All sources, in order."""
    return sorted((HERE / "source").glob("[0-9]*.py"))


def made_from(source: Path, language: str) -> Path:
    """The notebook that is made from a source."""
    folder = HERE if language == "en" else HERE / language
    return folder / f"{source.stem}.ipynb"


def edition(source: Path, language: str) -> nbformat.NotebookNode:
    """One edition of a source, not run: the cells of the language, after one that finds the package."""
    find = FIND.replace("{not_found}", NOT_FOUND[language])
    cells = [new_code_cell(find + ("" if language == "en" else IN_LANGUAGE.format(language)))]
    names = ["install"]
    for cell in jupytext.read(source, fmt="py:percent").cells:
        said_in, text, meta = cell.metadata.get("lang"), cell.source.strip(), cell.metadata
        if cell.cell_type == "code":
            cells.append(new_code_cell(text, metadata=HIDDEN if meta.get("hidden") else {}))
        elif meta.get("strings"):
            if language == said_in:
                cells[-1].source = translated(cells[-1].source, text, source)
            continue
        elif said_in not in LANGUAGES:
            raise ValueError(f'{source.name}: a cell of text without lang="en" or lang="zh": {text[:60]!r}')
        elif said_in == language:
            cells.append(new_markdown_cell(text))
        else:
            continue
        names.append(meta.get("name") or f"cell-{len(cells)}")
    cells.insert(0, cells.pop(1))  # what it is about comes first
    names.insert(0, names.pop(1))
    for cell, name in zip(cells, names, strict=True):
        cell.id = name
    notebook = new_notebook(cells=cells, metadata=METADATA)
    nbformat.validate(notebook)
    return notebook


def translated(code: str, table: str, source: Path) -> str:
    """Translate what a code cell says, longest sentences first, so that none is found inside another."""
    pairs = [tuple(line.split(" => ")) for line in table.splitlines() if line.strip()]
    for english, chinese in sorted(pairs, key=lambda pair: -len(pair[0])):
        if english not in code:
            raise ValueError(f"{source.name}: to be translated, but not in the cell before: {english!r}")
        code = code.replace(english, chinese)
    return code


def run(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Run it from a clean kernel, and keep of it only what does not differ from run to run."""
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            output.get("metadata", {}).clear()


def editions(names: list[str], language: str | None) -> Iterator[tuple[Path, str]]:
    """The sources that were asked for, by the beginnings of their names, with each language."""
    for source in sources():
        if not names or any(source.stem.startswith(name) for name in names):
            for each in LANGUAGES if language is None else (language,):
                yield source, each


def main(argv: list[str] | None = None) -> None:
    """Make those that are asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="beginnings of names, such as 01; all if left out")
    parser.add_argument("--language", choices=LANGUAGES, help="both if left out")
    asked: Any = parser.parse_args(argv)
    for source, language in editions(asked.names, asked.language):
        path, start = made_from(source, language), time.perf_counter()
        notebook = edition(source, language)
        path.parent.mkdir(exist_ok=True)
        run(notebook, path.parent)
        nbformat.write(notebook, path)
        print(f"{path.relative_to(HERE)}  {time.perf_counter() - start:.1f} s  {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
