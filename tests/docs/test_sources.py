"""What the site is made from: names, terms, numbers and both editions, before anything is built."""

import importlib
import json
import re
import types
from pathlib import Path

import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from docs import contents, readme
from tinygrad_edu import Value

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EDITIONS = {"en": DOCS, "zh": DOCS / "zh"}


def text(path):
    return path.read_text(encoding="utf-8")


def blocks(page):
    return re.findall(r"^```(\w*)\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL)


def numbers(page):
    """The numbers in the cells of tables."""
    rows = [line for line in text(page).splitlines() if line.startswith("|")]
    return [re.findall(r"\d+(?:[.,]\d+)*", row) for row in rows]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    pytest.importorskip("sklearn", reason="the reference shows the estimators, extra [docs]")
    pytest.importorskip("hypothesis", reason="the reference shows the strategies, extra [docs]")
    from docs import reference

    folder = tmp_path_factory.mktemp("reference")
    reference.write(folder)
    return "\n".join(text(page) for page in sorted(folder.glob("*.rst")))


SOURCES = Path(tg.__file__).parent
# What somebody imports from: the package, its errors, and each room that gives names away (`cli` gives a command). They
# are found here in the files, not by what writes the reference.
ROOMS = [
    path.parent.name
    for path in sorted(SOURCES.glob("*/__init__.py"))
    if re.search(r"^(from .+ import (\w+) as \2|__all__ = .+)$", text(path), re.MULTILINE) and path.parent.name != "cli"
]


def test_the_rooms_are_found():
    assert {"check", "data", "nn", "optim", "plot", "sklearn"} <= {*ROOMS}


@pytest.mark.parametrize("name", ["tinygrad_edu", "tinygrad_edu.errors", *(f"tinygrad_edu.{room}" for room in ROOMS)])
def test_every_public_name_is_documented_once(reference, name):
    module = importlib.import_module(name)
    documented = re.findall(r"^\.\. (?:auto\w+|py:data):: (\S+?)(?:\(.*)?$", reference, re.MULTILINE)
    assert len(documented) == len(set(documented))
    offered = getattr(module, "__all__", None) or [
        name
        for name, thing in vars(module).items()
        if not isinstance(thing, types.ModuleType)
        and not name.startswith("_")
        and getattr(thing, "__module__", "tinygrad_edu").startswith("tinygrad_edu")
        and name not in ("TYPE_CHECKING", "annotations")
    ]
    offered = {*offered, *getattr(module, "_ROOMS", {})}
    short = {name.rpartition(".")[2] for name in documented}
    rooms = {name for name in offered if isinstance(getattr(module, name), types.ModuleType)}
    assert not offered - short - rooms


def test_an_operation_is_shown_with_its_arguments_and_its_partial_derivatives(reference):
    assert ".. autofunction:: tinygrad_edu.tanh(x)\n\n    | ∂y/∂x = 1 − y²\n" in reference
    assert ".. autofunction:: tinygrad_edu.hypot(a, b)\n\n    | ∂y/∂a = " in reference
    assert ".. autofunction:: tinygrad_edu.softmax\n" in reference


def test_each_page_of_one_edition_is_in_the_other_with_the_same_parts():
    english, chinese = ({page.name: page for page in folder.glob("*.md")} for folder in EDITIONS.values())
    assert english.keys() == chinese.keys()
    for name, page in english.items():
        twin = chinese[name]
        told = [(kind, body.replace(" --language zh", "")) for kind, body in blocks_alike(twin)]
        assert blocks_alike(page) == told, name
        assert re.findall(r"^#+", text(page), re.MULTILINE) == re.findall(r"^#+", text(twin), re.MULTILINE), name
        assert len(numbers(page)) == len(numbers(twin)), name
        assert re.findall(r"\{notebook\}`\d+`", text(page)) == re.findall(r"\{notebook\}`\d+`", text(twin)), name


def blocks_alike(page):
    return [(kind, body) for kind, body in blocks(page) if kind in ("sh", "python", "text")]


def pictures(page):
    return re.findall(r"\]\((\S+\.svg)\)", text(page))


def test_the_chinese_readme_has_the_code_the_numbers_and_the_pictures_of_the_english_one():
    english, chinese = ROOT / "README.md", ROOT / "README.zh.md"
    for number, (here, there) in enumerate(zip(blocks(english), blocks(chinese), strict=True), 1):
        assert here == there, f"the block of code no. {number} of README.zh.md is not README.md's"
    assert numbers(english) == numbers(chinese)
    assert pictures(english) == [picture.replace(".zh.svg", ".svg") for picture in pictures(chinese)]
    assert re.findall(r"^#+", text(english), re.MULTILINE) == re.findall(r"^#+", text(chinese), re.MULTILINE)
    assert "(README.zh.md)" in text(english).partition("##")[0]
    assert "(README.md)" in text(chinese).partition("##")[0]


@pytest.mark.parametrize(("edition", "name"), [("en", "README.md"), ("zh", "README.zh.md")])
def test_a_readme_links_to_files_and_on_the_site_to_pages(edition, name):
    for _, file in readme.LINK.findall(text(ROOT / name)):
        assert (ROOT / file).is_file(), f"{name} links to {file}, which is not there"
    here = readme.with_pages_for_files("[a](notebooks/01_x.ipynb) [b](notebooks/zh/01_x.ipynb)", edition)
    there = {
        "en": '[a](notebooks/01_x.ipynb) <a href="zh/notebooks/zh/01_x.html">b</a>',
        "zh": '<a href="../notebooks/01_x.html">a</a> [b](notebooks/zh/01_x.ipynb)',
    }
    assert here == there[edition]
    assert readme.page_of("docs/zh/teaching.md", edition) == ("zh", "teaching.md")
    assert readme.page_of("docs/pictures/x.png", edition) == (edition, "pictures/x.png")
    assert readme.page_of("notebooks/README.md", edition) == (edition, "notebooks/index.md")


def test_a_term_of_the_glossary_stands_for_one_thing_in_either_language():
    terms = contents.terms()
    assert len(terms) >= 60
    for column in ("english", "chinese"):
        assert len({row[column] for row in terms}) == len(terms)
    for row in terms:
        assert all(row.values())
        assert re.search(r"[\u4e00-\u9fff]", row["chinese"])
        assert row["meaning"].endswith(".")
        assert row["含义"].endswith("。")


def test_the_list_of_notebooks_is_read_from_their_first_cells(tmp_path):
    first = {"cell_type": "markdown", "source": ["# 3. Tea\n", "\n", "At its end you can brew.\n", "\n", "No."]}
    notebook = {"cells": [first]}
    (tmp_path / "03_tea.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    page = contents.notebooks("en", tmp_path)
    assert "## [3. Tea](03_tea.ipynb)\n\nAt its end you can brew.\n" in page
    assert "No." not in page


def test_the_answers_of_the_lesson_plan_are_true():
    w, x, b = Value(0.5), Value(2.0), Value(-1.5)
    y = tg.tanh(w * x + b)
    y.backward()
    turned = tg.tanh(0.6 * 2.0 - 1.5) - y.data
    a = Value(2.0)
    doubled = a + a
    squared = doubled * doubled
    squared.backward()
    once = a.grad
    squared.backward()
    grind, time, milk = Value(1.5), Value(2.0), Value(0.5)
    complaint = tg.square(grind * time - milk - 1.0)
    complaint.backward()
    steps = [f"{0.0 - rate * 2.0 * (0.0 - 3.0):g}" for rate in (0.1, 0.5, 1.0, 1.1)]
    true = [f"{number:.2f}" for number in (w.grad, x.grad, b.grad)]
    true += [f"{b.grad:.3f}", f"{0.1 * w.grad:.3f}", f"{turned:.3f}", f"{once:g}", f"{a.grad:g}", *steps]
    true += [f"{complaint.data:g}", f"{grind.grad:g}", f"{time.grad:g}", f"{milk.grad:g}".replace("-", "−")]
    for folder in EDITIONS.values():
        plan = text(folder / "teaching.md")
        missing = [number for number in true if not re.search(rf"(?<![\d.]){re.escape(number)}(?![\d]|\.\d)", plan)]
        assert not missing


@pytest.mark.parametrize("language", EDITIONS)
def test_the_code_of_the_lesson_plan_runs(language, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for kind, block in blocks(EDITIONS[language] / "teaching.md"):
        if kind == "python":
            exec(compile(block.replace("epochs=16", "epochs=1"), "teaching.md", "exec"), {"tg": tg})
    assert {path.name for path in tmp_path.iterdir()} == {"bands.html", "moons.html"}
    assert capsys.readouterr().out


def test_the_sheet_shows_what_the_library_computes():
    from docs import sheet

    for language in sheet.WORDS:
        page = sheet.page(language)
        slope = 1.0 - tg.tanh(-0.5) ** 2
        for step in ("y.grad = 1", f"w.grad += 2 × {slope:.4f}", f"x.grad += 0.5 × {slope:.4f}"):
            assert f"<li>{step}</li>" in page
        for row in ("a / b</td><td>1 / b,&nbsp; −y / b", "tanh(x)</td><td>1 − y²", "ln(x)</td><td>1 / x"):
            assert f"<td>{row}</td>" in page
        assert "c: 1, b: 8, a: 16" in page  # c = b², b = 2a, a = 2


@pytest.mark.parametrize("language", EDITIONS)
def test_the_printed_sheet_is_one_page_of_a4(language):
    pdf = (DOCS / "pictures" / f"engine_sheet.{language}.pdf").read_bytes()
    (box,) = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf))
    width, height = (float(side) / 72 * 25.4 for side in box)
    assert (width, height) == (pytest.approx(210, abs=0.5), pytest.approx(297, abs=0.5))
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    assert (DOCS / "pictures" / f"engine_sheet.{language}.png").read_bytes().startswith(b"\x89PNG")


def test_the_moving_pictures_are_written_in_both_kinds(tmp_path, monkeypatch):
    from docs import slides

    monkeypatch.setattr(slides, "WALKS", {"fan_out_steps": slides.fan_out})
    kinds = ("svg", "gif") if THOROUGH else ("svg",)
    slides.write(tmp_path, kinds, film=False)
    slides.write(tmp_path, ["svg"], "zh", film=False)
    assert "梯度" in text(tmp_path / "fan_out_steps.zh.svg")
    assert "<animate" in text(tmp_path / "fan_out_steps.svg") or "@keyframes" in text(tmp_path / "fan_out_steps.svg")
    if "gif" in kinds:
        assert (tmp_path / "fan_out_steps.gif").read_bytes().startswith(b"GIF89a")
