"""With this module one can print the engine on one page, A4, as PDF and PNG: ``python -m docs.sheet``.

The numbers, drawings and derivatives on it are the library's own; Chromium prints it.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import tinygrad_edu as tg
from docs.slides import PICTURES, fan_out, neuron, speaking
from tinygrad_edu import Value
from tinygrad_edu.ops.notation import caption

HERE = Path(__file__).parent
SHOWN = ("add", "sub", "mul", "div", "tanh", "relu", "exp", "log")
"""The operations whose local derivatives are on the sheet; what they are is read from the table of operations."""
FORMULAS = {"add": "a + b", "sub": "a − b", "mul": "a × b", "div": "a / b", "log": "ln(x)"}

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "The engine on one page",
        "under": "gradients, from the output back",
        "node": "A node",
        "node text": "Every number of a computation is a <b>node</b>. It remembers its <b>parents</b>, and towards "
        "each of them a <b>local derivative</b>: how many times as fast it changes as that parent does.",
        "named value": "value",
        "value": "the number, computed forward",
        "named grad": "grad",
        "grad": "how fast the output changes with it",
        "edge": "on each arrow: the local derivative",
        "local": "Local derivatives",
        "local text": "One line each, written once. y is the result.",
        "operation": "operation",
        "towards": "towards 1st, 2nd",
        "sweep": "The sweep",
        "sweep text": "<b>Forward</b>, every value, each after its parents. <b>Backward</b>, from the output, whose "
        "gradient is 1, each node after everything that was made from it:",
        "rule": "parent’s gradient &nbsp;<b>+=</b>&nbsp; local derivative &nbsp;<b>×</b>&nbsp; upstream gradient",
        "whole": "All of it, in Python",
        "three": "Three things to remember",
        "one": "<b>Add, never set.</b> A number used twice hears from both: its shares are added.",
        "two": "<b>Order matters.</b> Pass on a gradient only when all of it has arrived.",
        "third": "<b>Begin at zero.</b> Gradients of leaves pile up from sweep to sweep until they are set to 0.",
        "you": "Now you",
        "you text": "Write a gradient into every box, beginning at the right with 1.",
        "answer": "turn the page",
    },
    "zh": {
        "title": "一页纸看懂引擎",
        "under": "从输出往回，算出每个梯度",
        "node": "节点",
        "node text": "计算中的每个数都是一个<b>节点</b>。它记得自己的<b>父节点</b>，以及对每个父节点的<b>局部导数</b>："
        "父节点变一点，它就变那一点的几倍。",
        "named value": "数值",
        "value": "前向传播时算出",
        "named grad": "梯度",
        "grad": "它变一点，输出变多少；反向传播时算出",
        "edge": "箭头上：局部导数",
        "local": "局部导数",
        "local text": "每种运算一行，只写一次。y 是结果。",
        "operation": "运算",
        "towards": "对第一个、第二个数",
        "sweep": "一趟扫描",
        "sweep text": "<b>前向</b>：父节点先算，逐个算出所有数值。<b>反向</b>：从输出开始，它的梯度是 1；"
        "一个节点，要等所有用到它的节点都处理完，才轮到它：",
        "rule": "父节点的梯度 &nbsp;<b>+=</b>&nbsp; 局部导数 &nbsp;<b>×</b>&nbsp; 上游梯度",
        "whole": "全部算法，写成 Python",
        "three": "记住三件事",
        "one": "<b>是累加，不是赋值。</b>一个数用了两次，两边都会传回一份，要加起来。",
        "two": "<b>顺序要紧。</b>一个节点的梯度全部到齐了，才能往下传。",
        "third": "<b>从零开始。</b>叶节点的梯度会一趟趟累积，直到你把它清零。",
        "you": "轮到你了",
        "you text": "从最右边的 1 开始，把每个方框里的梯度填上。",
        "answer": "把纸倒过来看答案",
    },
}
MARGIN = 14
"""How much stands around the boxes of a drawing."""
PROGRAM = """\
root.grad = 1.0
for node in reversed(topological_order(root)):
    for parent, local in zip(node.parents, node.partials):
        parent.grad += local * node.grad"""


def page(language: str) -> str:
    """The sheet as one page of HTML."""
    with speaking(language):
        return spoken_page(language)


def spoken_page(language: str) -> str:
    """The sheet, while drawings speak its language."""
    said = WORDS[language]
    style = (HERE / "sheet.css").read_text(encoding="utf-8")
    y = neuron()
    y.backward()
    w, x = Value(3.0, "w"), Value(2.0, "x")
    product = w * x
    product.name = "z"
    product.backward()
    exercise = fan_out()
    blank = picture(tg.draw(exercise))
    exercise.backward()
    answers = ", ".join(f"{n.name}: {n.grad:g}" for n in reversed(tg.topological_order(exercise)) if n.name)
    steps = "".join(f"<li>{html.escape(step)}</li>" for step in backward_steps(y))
    rows = "".join(f"<tr><td>{formula(name)}</td><td>{slopes(name)}</td></tr>" for name in SHOWN)
    return f"""<!doctype html><html lang="{"en" if language == "en" else "zh-CN"}"><meta charset="utf-8">
<title>{said["title"]}</title><style>{style}</style>
<header><h1>{said["title"]}</h1><p>{said["under"]}</p></header>
<main>
<section class="node"><h2><i>1</i>{said["node"]}</h2><p>{said["node text"]}</p>
  <figure>{picture(tg.draw(product))}
  <figcaption><span><b>{said["named value"]}</b> {said["value"]}</span>
  <span><b>{said["named grad"]}</b> {said["grad"]}</span>
  <span><b>3, 2</b> {said["edge"]}</span></figcaption></figure></section>
<section class="local"><h2><i>2</i>{said["local"]}</h2><p>{said["local text"]}</p>
  <table><tr><th>{said["operation"]}</th><th>{said["towards"]}</th></tr>{rows}</table></section>
<section class="sweep"><h2><i>3</i>{said["sweep"]}</h2><p>{said["sweep text"]}</p>
  <p class="rule">{said["rule"]}</p>
  <div class="walk"><figure>{picture(tg.draw(y))}</figure><ol>{steps}</ol></div></section>
<section class="whole"><h2>{said["whole"]}</h2><pre>{html.escape(PROGRAM)}</pre></section>
<section class="three"><h2>{said["three"]}</h2><ul><li>{said["one"]}<li>{said["two"]}<li>{said["third"]}</ul></section>
<section class="you"><h2><i>✎</i>{said["you"]}</h2><div><p>{said["you text"]}</p><figure>{blank}</figure></div>
  <p class="answer">{answers}</p></section>
</main><footer>tinygrad_edu</footer></html>"""


def picture(drawing: tg.Drawing) -> str:
    """A drawing's SVG, to stand in the page."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "drawing.svg"
        drawing.save(file)
        text = file.read_text(encoding="utf-8")
    # The sheet says itself what stands on the edges, so the line beneath goes, and the picture ends with its boxes.
    text = re.sub(r'<g class="tg-note">.*?</g>', "", text, flags=re.DOTALL)
    boxes = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', text)
    right, bottom = (max(float(box[i]) + float(box[i + 2]) for box in boxes) + 2 * MARGIN for i in (0, 1))
    size = f'width="{right:g}" height="{bottom:g}" viewBox="-{MARGIN} -{MARGIN} {right:g} {bottom:g}"'
    text = re.sub(r'width="\S+" height="\S+" viewBox="[^"]+"', size, text, count=1)
    return re.sub(r"^.*?(?=<svg)", "", text, flags=re.DOTALL)


def backward_steps(y: Value) -> list[str]:
    """The lines of the backward pass, as the player lists them."""
    captions = [step.caption for step in tg.steps(y) if step.kind != "forward"]
    return [re.sub(r"\s*(\(|, towards).*", "", caption) for caption in captions]


def formula(name: str) -> str:
    """An operation as one writes it."""
    op = tg.OPS[name]
    return FORMULAS.get(name) or f"{name}({', '.join(op.arguments)})"


def slopes(name: str) -> str:
    """Its local derivatives, read from its entry."""
    op = tg.OPS[name]
    if name == "relu":
        return "1 if x > 0 else 0"
    return ",&nbsp; ".join(html.escape(caption(op, i)) for i in range(len(op.arguments)))


def chromium() -> str:
    """The browser that prints."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        if name and (path := shutil.which(name)):
            return path
    raise SystemExit("printing the sheet needs Chromium: install it, or name one in the variable CHROMIUM")


def write(language: str, folder: Path) -> list[Path]:
    """Print the sheet in one language, as PDF and as PNG of 150 dots an inch."""
    browser = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    pdf, png = (folder / f"engine_sheet.{language}.{kind}" for kind in ("pdf", "png"))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        file = Path(work) / "sheet.html"
        file.write_text(page(language), encoding="utf-8")
        for options in (
            [f"--print-to-pdf={pdf.resolve()}", "--no-pdf-header-footer"],
            [f"--screenshot={png.resolve()}", "--window-size=794,1123", "--force-device-scale-factor=1.5625"],
        ):
            profile = f"--user-data-dir={work}/profile"
            subprocess.run([*browser, profile, *options, file.as_uri()], check=True, capture_output=True)
    return [pdf, png]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the sheet in both languages."""
    parser = argparse.ArgumentParser(prog="python -m docs.sheet", description="Print the engine on one page.")
    parser.add_argument("folder", type=Path, nargs="?", default=PICTURES, help="where to (default: docs/pictures)")
    folder = parser.parse_args(arguments).folder
    for language in WORDS:
        print(*write(language, folder), sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
