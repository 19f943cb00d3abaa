"""The playground in a real browser, from a server and from a disk: what people do with it, and what it never does.

Its Python takes seconds to start, so that one page is used for many things, one after the other.
"""

import subprocess
import sys
import tarfile

import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from docs.playground.build import CACHE, PACKAGES, SINGLE, build
from tinygrad_edu import Value

START = 240_000  # milliseconds, where many processes share few cores


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    if not all((CACHE / package.archive).exists() for package in PACKAGES):
        pytest.skip("Pyodide and Viz.js are not here: `python -m docs.playground` fetches them from npm's registry")
    return build(tmp_path_factory.mktemp("built") / "playground")


@pytest.fixture
def server(built):
    command = [sys.executable, "-m", "tinygrad_edu", "playground", str(built), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process, process.stdout.readline().split()[4]
        process.kill()


def is_ready(page):
    page.locator("body[data-state=ready]").wait_for(timeout=START)
    page.locator("#formula .box").wait_for(state="attached", timeout=START)


def number(text):
    return float(text.replace("−", "-"))


def choose(page, view):
    page.get_by_role("radio", name=view, exact=True).check()


def shown_text(page):
    return page.locator("#formula [data-part=shown] pre")


def computed(w, x, b):
    w, x, b = Value(w, "w"), Value(x, "x"), Value(b, "b")
    y = tg.tanh(w * x + b * w)
    y.backward()
    return y


def compare(page, y):
    """Compare each number of the player with those of this Python; it has other functions of C than the browser's."""
    for i, node in enumerate(tg.topological_order(y)):
        for part, truth in (("value", node.data), ("grad", node.grad)):
            there = page.locator(f'#formula .tg-node[data-id="n{i}"] [data-part="{part}"]').text_content()
            assert abs(number(there) - truth) <= 1e-12 * max(1.0, abs(truth)), (i, part)


def type_a_formula_turn_a_knob_and_step_to_the_end(page):
    page.get_by_label("Digits").select_option("15")
    page.get_by_role("textbox", name="A formula").fill("tanh(w*x + b*w)")
    page.locator("#formula .tg-node").nth(5).wait_for()
    x = page.get_by_role("textbox", name="x", exact=True)
    x.fill("pi/2")
    page.locator("#formula .tg-node[data-id=n1] [data-part=value]", has_text="1.5707963").wait_for()
    page.locator("#formula .box").press("End")
    compare(page, computed(0.5, 1.5707963267948966, -1.5))
    page.get_by_role("spinbutton", name="w", exact=True).fill("-1.25")
    compare(page, computed(-1.25, 1.5707963267948966, -1.5))
    assert "formula=tanh" in page.url


def look_at_it_in_other_ways(page):
    page.get_by_label("Digits").select_option("4")
    formula, point = "exp(-a**2)*b", (0.7, -1.5)  # b keeps its number
    page.get_by_role("textbox", name="A formula").fill("exp(-a**2)*")
    page.get_by_role("alert").filter(has_text="cannot read").wait_for()
    page.get_by_role("textbox", name="A formula").fill("+".join(["a"] * 900))  # at which a parser would end Python
    page.get_by_role("alert").filter(has_text="write long sums as sum([a, b, c])").wait_for()
    page.get_by_role("textbox", name="A formula").fill(formula)
    page.get_by_role("textbox", name="a", exact=True).fill("0.7")
    choose(page, "Trace table")
    here = tg.trace(lambda a, b: tg.exp(-(a**2)) * b, *point).table(*point)
    shown_text(page).filter(has_text="0.7").wait_for()
    assert shown_text(page).text_content() == str(here)
    choose(page, "Check")
    shown_text(page).filter(has_text="2 of 2 derivatives agree").wait_for()
    choose(page, "Graph")
    page.locator("#formula [data-part=shown] img").wait_for()


def practise_with_a_mistake(page):
    page.get_by_role("button", name="neuron").click()
    choose(page, "Practice")
    page.get_by_role("button", name="v1 → w").click()
    verdict = page.locator("#formula .box").get_by_role("status")
    assert verdict.text_content().startswith("Not yet: v1.grad is not complete")
    page.get_by_role("button", name="v3 → v2").click()
    page.locator("#formula .box").get_by_role("textbox").fill("0.7864")
    page.keyboard.press("Enter")
    assert verdict.text_content() == "Right."


def run_code_and_stop_an_endless_loop(page, stoppable=True):
    page.get_by_role("tab", name="Code").click()
    output = page.locator("#code [data-part=output]")
    page.get_by_role("button", name="Run").click()
    output.locator(".box").wait_for()
    assert "∂y/∂w = 1.57289" in output.locator(".printed").text_content()
    editor = page.get_by_role("textbox", name="Python")
    editor.fill("print('before')\nwhile True:\n    pass")
    editor.press("Control+Enter")
    if stoppable:
        output.get_by_text("before").wait_for()
        page.get_by_role("button", name="Stop").click()
        output.get_by_text("Stopped").wait_for()
    else:
        output.get_by_text("stopped after 15 s").wait_for(timeout=START)
    editor.fill("1 / 0")
    editor.press("Control+Enter")
    output.get_by_text("ZeroDivisionError").wait_for(timeout=START)
    assert "running.py" not in output.text_content()


def go_on_in_chinese_after_code_that_ends_python(page):
    page.get_by_role("tab", name="代码").click()
    output = page.locator("#code [data-part=output]")
    editor = page.get_by_role("textbox", name="Python")
    editor.fill("import os\nos._exit(3)")
    editor.press("Control+Enter")
    output.get_by_text("让 Python 中断了").wait_for()
    editor.fill("tg.play(Value(2.0, 'a') * 3)")
    editor.press("Control+Enter")
    output.locator(".box").get_by_text("播放").first.wait_for(timeout=START)


def train(page):
    page.get_by_role("tab", name="Train").click()
    page.locator("#train [data-part=start]").click()
    said = page.locator("#train [data-part=said]")
    said.get_by_text("epoch 40 of 40").wait_for(timeout=START)
    said.get_by_text("never seen").wait_for(timeout=START)
    assert float(said.text_content().rpartition("never seen")[2].strip(" %")) >= 95.0
    page.locator("#train .box").wait_for()


def train_on_a_table(page):
    page.get_by_role("tab", name="Train").click()
    rows = "\n".join(f"{x},{y},{'up' if x > y else 'down'}" for x in range(8) for y in range(8))
    page.get_by_label("Data").select_option("own")
    table = {"name": "sides.csv", "mimeType": "text/csv", "buffer": f"x,y,side\n{rows}".encode()}
    page.get_by_label("CSV file (it stays").set_input_files(table)
    page.get_by_role("spinbutton", name="Epochs").fill("500")
    page.locator("#train [data-part=start]").click()
    said = page.locator("#train [data-part=said]")
    said.get_by_text("of 500").wait_for(timeout=START)
    page.locator("#train .box").wait_for(timeout=START)  # the film grows while it trains
    if "never seen" not in said.text_content():
        page.locator("#train [data-part=stop]").click()


def is_accessible_and_fits(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core, packed for Playwright")
    for width, scheme in ((400, "light"), (1400, "dark")) if not THOROUGH else (
        (400, "light"), (400, "dark"), (1400, "light"), (1400, "dark"),
    ):  # fmt: skip
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for tab in ("Formula", "Code", "Train"):
            page.get_by_role("tab", name=tab).click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (tab, width)
            found = axe.Axe().run(page).response["violations"]
            assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == [], (tab, width, scheme)


def test_it_is_used_from_a_server_and_goes_on_without_one(open_page, server):
    process, address = server
    page = open_page(f"{address}?lang=en", width=1400, also=(address,), locale="de-DE")
    is_ready(page)
    type_a_formula_turn_a_knob_and_step_to_the_end(page)
    look_at_it_in_other_ways(page)
    practise_with_a_mistake(page)
    run_code_and_stop_an_endless_loop(page)
    train(page)
    if THOROUGH:  # one more start of Python
        train_on_a_table(page)
    is_accessible_and_fits(page)
    page.get_by_text("works without a network").wait_for()
    process.kill()
    process.wait()
    page.goto("about:blank")
    page.goto(f"{address}#formula=a*b&at=a=3;b=-4&view=trace&digits=99&lang=zh")
    shown_text(page).filter(has_text="−12").wait_for(timeout=START)
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.get_by_role("tab", name="公式").get_attribute("aria-selected") == "true"
    if THOROUGH:  # one more start of Python
        go_on_in_chinese_after_code_that_ends_python(page)


@pytest.mark.parametrize("worker", [True, False] if THOROUGH else [True])
def test_the_single_file_works_from_a_disk(open_page, built, worker):
    page = open_page("about:blank", width=1000)
    if not worker:  # as in browsers that start none from a disk
        page.add_init_script("delete window.Worker")
    page.goto(f"{(built / SINGLE).as_uri()}#lang=en")
    is_ready(page)
    type_a_formula_turn_a_knob_and_step_to_the_end(page)
    if THOROUGH:
        run_code_and_stop_an_endless_loop(page, stoppable=worker)
        train(page)


def test_nothing_is_built_from_what_is_not_what_it_was(tmp_path):
    for package in PACKAGES:
        with tarfile.open(tmp_path / package.archive, "w:gz"):
            pass
    with pytest.raises(ValueError, match=r"pyodide 314\.0\.7 is not what it was: its sha512 is"):
        build(tmp_path / "playground", tmp_path)
    assert not (tmp_path / "playground").exists()
