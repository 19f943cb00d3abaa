"""The notebooks are what their sources make: the same code in both languages, kept with what it shows."""

import ast
import json
import re
import subprocess
import sys
from functools import cache

import pytest

pytest.importorskip("jupytext", reason="the notebooks are made with the extra [notebook]")
nbformat = pytest.importorskip("nbformat")

from notebooks import make  # noqa: E402  (needs both)
from tinygrad_edu.pages.live import bundle  # noqa: E402

SOURCES = make.sources()
EDITIONS = [(source, language) for source in SOURCES for language in make.LANGUAGES]
TABLE = (make.HERE / "README.md").read_text(encoding="utf-8")
ROWS = [row for row in re.findall(r"^\| (.+?) \| (.*?) ?\|$", TABLE, re.MULTILINE) if row[0][0].isupper()]
PAGE = re.compile(r'class="tinygrad-page tinygrad-(\w+)"')
CELL = re.compile(r"\[\d\d\]\((\w+)\.ipynb\) `([\w-]+)`")


def name(edition):
    source, language = edition
    return f"{source.stem[:2]}-{language}"


def without_words(code):
    """The code of a cell with every string emptied; comments fall away by themselves."""
    tree = ast.parse(re.sub(r"^(\s*)%.*$", r"\1pass", code, flags=re.MULTILINE))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@pytest.mark.parametrize("edition", EDITIONS, ids=name)
def test_a_notebook_is_what_its_source_makes(edition):
    stored, fresh = nbformat.read(make.made_from(*edition), as_version=4), make.edition(*edition)
    made = f"made anew by: python notebooks/make.py {edition[0].stem[:2]}"
    assert [(cell.id, cell.source) for cell in stored.cells] == [(cell.id, cell.source) for cell in fresh.cells], made


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem[:2])
def test_editions_have_the_same_code_and_the_same_order_of_text(source):
    first, *others = (make.edition(source, language).cells for language in make.LANGUAGES)
    for cells in others:
        assert [(cell.id, cell.cell_type) for cell in cells] == [(cell.id, cell.cell_type) for cell in first]
        for cell, counterpart in zip(cells, first, strict=True):
            if cell.cell_type == "code" and cell.id != "install":
                assert without_words(cell.source) == without_words(counterpart.source)


@pytest.mark.parametrize("edition", EDITIONS, ids=name)
def test_a_notebook_is_kept_with_what_it_shows_and_small(edition):
    path = make.made_from(*edition)
    assert path.stat().st_size < 2_000_000
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.execution_count, f"{cell.id} was not run"
            assert all(output.output_type != "error" for output in cell.outputs), cell.id


# What a reader writes in 14, one method at a time, is no helper.
THE_READERS_OWN = {("14", "MyValue")}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem[:2])
def test_no_helper_in_a_notebook_is_longer_than_ten_lines(source):
    nodes = [
        node
        for cell in make.edition(source, "en").cells
        if cell.cell_type == "code" and cell.id != "install"
        for node in ast.parse(cell.source).body
        if (source.stem[:2], getattr(node, "name", "")) not in THE_READERS_OWN
    ]
    helpers = [part for node in nodes for part in ast.walk(node) if isinstance(part, ast.FunctionDef | ast.ClassDef)]
    long = [helper.name for helper in helpers if helper.end_lineno - helper.lineno >= 10]
    assert long == []


def run_first_cell(folder, language="en"):
    """Run the first cell where no package is installed, in a folder; what pip would be asked is printed."""
    [cell] = [cell for cell in make.edition(SOURCES[0], language).cells if cell.id == "install"]
    code = f"""
class get_ipython:
    def run_line_magic(self, name, line):
        print(name, line.format(**globals()))  # as IPython puts in what stands in braces

{pytest.importorskip("IPython.core.inputtransformer2").TransformerManager().transform_cell(cell.source)}
print(tinygrad_edu.__file__)
"""
    command = [sys.executable, "-S", "-E", "-X", "utf8", "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("language", make.LANGUAGES)
def test_the_first_cell_finds_the_checkout_that_a_notebook_lies_in(language):
    done = run_first_cell(make.made_from(SOURCES[0], language).parent, language)
    assert done.stdout.splitlines() == [str(make.HERE.parent / "tinygrad_edu" / "__init__.py")], done.stderr


def test_the_first_cell_installs_a_wheel_that_lies_beside_and_nothing_by_name(tmp_path):
    wheel = tmp_path / "tinygrad_edu-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"")
    assert run_first_cell(tmp_path).stdout.splitlines() == [f'pip install -q "{wheel.resolve()}[check]"']


@pytest.mark.parametrize(
    ("language", "said"), [("en", "is not installed. In a checkout"), ("zh", "没有装 tinygrad_edu")]
)
def test_where_nothing_is_found_the_first_cell_says_what_to_do(language, said, tmp_path):
    done = run_first_cell(tmp_path, language)
    assert said in done.stderr.splitlines()[-1]
    assert done.stdout == ""


def pages_of(notebook):
    """The live pages that a notebook is kept with: the module of script that moves each, and its HTML."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            shown = output.get("data", {}).get("text/html", "")
            yield from ((module, shown) for module in PAGE.findall(shown))


def test_notebooks_are_kept_with_the_pages_of_today():
    scripts = cache(bundle)
    stored = [
        (source.stem[:2], page)
        for source, language in EDITIONS
        for page in pages_of(nbformat.read(make.made_from(source, language), as_version=4))
    ]
    assert {module for _, (module, _) in stored} >= {"player", "practice", "bands", "film"}
    outdated = {number for number, (module, shown) in stored if scripts(module) not in shown}
    assert not outdated, f"made anew by: python notebooks/make.py {' '.join(sorted(outdated))}"


@pytest.mark.parametrize("edition", EDITIONS, ids=name)
def test_every_question_has_a_reason_and_tells_where_a_wrong_answer_comes_from(edition):
    pages = pages_of(nbformat.read(make.made_from(*edition), as_version=4))
    given = [
        re.search(r'tinygrad-page-data">(.*?)</script>', page, re.DOTALL)[1]
        for kind, page in pages
        if kind == "predict"
    ]
    asked = [json.loads(data) for data in given]
    assert len(asked) >= 5
    assert [data["question"] for data in asked if not (data["mistakes"] and data["because"])] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_every_point_of_the_course_is_shown_by_a_cell_that_runs(row):
    shown = CELL.findall(row[1])
    assert shown
    assert row[1] == ", ".join(f"[{name[:2]}]({name}.ipynb) `{cell}`" for name, cell in shown)
    for notebook, cell in shown:
        [found] = [c for c in nbformat.read(make.HERE / f"{notebook}.ipynb", as_version=4).cells if c.id == cell]
        assert found.get("outputs"), f"{cell} shows nothing"
