"""Drawings as TikZ: balanced, in TeX's own characters, with every text of the picture, and compiled where TeX is."""

import re
import shutil
import subprocess

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, draw

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the picture")


def tex(drawing):
    return drawing.render("tex").decode()


def test_every_text_of_the_picture_is_there_and_nothing_breaks_tex():
    x = Value(0.5, "50% of $x_1 & {y}#~^\\")
    y = tg.tanh(x * 2.0)
    y.backward()
    text = tex(draw(y))
    assert r"50\% of \$x\_1 \& \{y\}\#" in text
    body = text[text.index(r"\begin{document}") :]
    plain = re.sub(r"\\[#$%&_{}]", "", body)
    assert plain.count("{") == plain.count("}")
    assert plain.count("$") % 2 == 0
    assert not re.search(r"(?<!\\)[#&%]", body)
    assert all(line.endswith((";", "}", "")) for line in body.splitlines())


def test_numbers_and_colours_of_the_drawing():
    w, x = Value(0.5, "w"), Value(-2.0, "x")
    y = w * x
    y.backward()
    text = tex(draw(y))
    assert "{$-$2}" in text
    assert "{0.5}" in text
    assert re.search(r"\\definecolor\{tg\d+\}\{HTML\}\{[0-9A-F]{6}\}", text)
    used = set(re.findall(r"(?:fill|draw|text)=(tg\d+)", text))
    assert used <= set(re.findall(r"\\definecolor\{(tg\d+)\}", text))
    assert tex(draw(tg.nn.MLP(2, [3, 1], "tanh", seed=0))).count(r"\path") > 12


def test_it_compiles_where_there_is_tex(tmp_path):
    compiler = shutil.which("pdflatex") or shutil.which("lualatex")
    path = draw(Value(0.5, "w") * Value(2.0, "x")).save(tmp_path / "graph.tex")
    assert path.read_text(encoding="utf-8").startswith("% computation graph")
    if compiler is not None:  # a paper's machine; nothing else here needs one
        run = subprocess.run([compiler, "-interaction=batchmode", path.name], cwd=tmp_path, check=False)
        assert run.returncode == 0
