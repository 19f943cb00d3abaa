"""The live pages where notebooks are read: nbconvert's export, JupyterLab live and untrusted, and marimo."""

import os
import re
import socket
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the player's picture")
nbformat = pytest.importorskip("nbformat", reason="the format of notebooks")

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("0[15]_*.ipynb"))
CODE = """\
import tinygrad_edu as tg
w, x, b = tg.Value(0.5, "w"), tg.Value(2.0, "x"), tg.Value(-0.4, "b")
y = tg.tanh(w * x + b)
y.name = "y"
"""


TRAINING = """\
model = tg.nn.MLP(2, [3, 2], "tanh", seed=0)
points = [[0.0, 1.0], [1.0, 0.0], [0.2, 0.9], [0.8, 0.1]], [0, 1, 0, 1]
history = tg.fit(model, points, epochs=3, progress=False, record="film")
"""


def film(box):
    box.get_by_role("slider", name="Moment", exact=True).fill("0")
    assert box.locator(".count").first.text_content() == "start"
    box.locator(".dot").first.dispatch_event("click")
    walk = box.locator(".walk .box")
    walk.wait_for()
    walk.press("End")
    assert "loss is" in walk.locator(".closing p").text_content()


def bands(box):
    box.press("Home")
    assert box.locator(".count").text_content() == "start"
    assert 0.0 <= float(box.get_by_role("meter", name="a").get_attribute("aria-valuenow")) <= 1.0


def practice(box):
    box.get_by_role("button", name="Show the answer and go on").click()
    assert box.locator(".log li").count() == 1


def network(box):
    box.locator('.tg-node[data-id="u1-2"]').dispatch_event("click")
    box.locator(".walk .box").wait_for()
    assert "Its sum is" in box.locator(".told").text_content()


OTHERS = {
    "tg.play(history)": film,
    'tg.rubber_band(history, 1, classes=["a", "b"])': bands,
    "tg.practice(y)": practice,
    "tg.play(model, [0.5, -1.0])": network,
}
"""What else shows itself, and how it is tried."""


def walk_to_the_end(frame):
    """Step through a player, and read w's gradient off the picture."""
    box = frame.locator(".box").first
    box.wait_for(timeout=60_000)
    box.press("End")
    assert box.locator(".count").text_content() == "9 of 9"
    assert box.locator('.tg-node[data-id="n0"] [data-part="grad"]').text_content() == "1.4232"
    box.locator('.tg-node[data-id="n0"]').click()
    assert "Why is w.grad = 1.4232?" in box.locator(".why").text_content()


def notebook(tmp_path, *sources):
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    made.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    path = tmp_path / "test.ipynb"
    nbformat.write(made, path)
    return path


@pytest.fixture
def serve(tmp_path):
    """Starts a server in a home of its own and waits until it answers; stops it in the end."""
    running = []

    def serve_(arguments, path="/"):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "MARIMO", "XDG"))}
        log = (tmp_path / "server.log").open("wb")
        command = [sys.executable, "-m", *(a.format(port=port) for a in arguments)]
        process = subprocess.Popen(command, env={**kept, "HOME": str(home)}, cwd=tmp_path, stdout=log, stderr=log)
        running.append((process, log))
        address = f"http://127.0.0.1:{port}{path}"
        for _ in range(240):
            try:
                with urllib.request.urlopen(address, timeout=5):
                    return f"http://127.0.0.1:{port}"
            except urllib.error.HTTPError as error:
                error.close()
                return f"http://127.0.0.1:{port}"
            except OSError:
                if process.poll() is not None:
                    break
                time.sleep(0.25)
        raise RuntimeError(f"{command} did not come up: {(tmp_path / 'server.log').read_text()[-2000:]}")

    yield serve_
    for process, log in running:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


@pytest.fixture
def jupyter(serve):
    pytest.importorskip("jupyterlab", reason="JupyterLab itself")

    def start():
        arguments = ["jupyterlab", "--no-browser", "--allow-root", "--port={port}", "--IdentityProvider.token=secret"]
        arguments += ["--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
        return serve(arguments, "/api")

    return start


def open_in_lab(open_page, address):
    page = open_page(f"{address}/lab/tree/test.ipynb?token=secret&reset", strict=False, width=1300, height=1000)
    strangers = []
    page.on(
        "request", lambda r: None if r.url.startswith((address, "data:", "blob:", "ws:")) else strangers.append(r.url)
    )
    page.locator(".jp-Notebook").wait_for(timeout=90_000)
    return page, strangers


def run_all(page):
    """Run all cells once the kernel is there; JupyterLab may ask which one to use first."""
    dialog = page.locator(".jp-Dialog-button").get_by_text("Select", exact=True)
    idle = page.locator("#jp-bottom-panel, #jp-main-statusbar").get_by_text("| Idle").first
    for _ in range(60):
        if dialog.count() and dialog.first.is_visible():
            dialog.first.click()
        elif idle.is_visible():
            break
        page.wait_for_timeout(500)
    page.wait_for_timeout(1000)
    if dialog.count() and dialog.first.is_visible():
        dialog.first.click()
        page.wait_for_timeout(3000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".jp-OutputArea .box").nth(1).wait_for(timeout=30_000)


def test_a_live_notebook_in_jupyterlab(open_page, jupyter, tmp_path):
    notebook(tmp_path, CODE + "tg.play(y)", "tg.play(y)", "y.backward(); tg.draw(y)", TRAINING, *OTHERS)
    page, strangers = open_in_lab(open_page, jupyter())
    run_all(page)
    walk_to_the_end(page.locator(".jp-OutputArea").nth(0))
    assert page.locator(".box").nth(1).locator(".count").text_content() == "0 of 9"
    picture = page.locator('.jp-OutputArea img[alt^="computation graph"]').nth(2)  # the players have one each, hidden
    picture.wait_for()
    page.locator(".box").nth(0).click(position={"x": 5, "y": 5})
    page.keyboard.press("x")  # with which JupyterLab cuts a cell
    page.keyboard.press("d")
    page.keyboard.press("d")
    page.wait_for_timeout(500)
    assert page.locator(".jp-CodeCell").count() == 4 + len(OTHERS)
    outer = page.locator(".jp-OutputArea-output").first
    assert outer.evaluate("e => e.scrollHeight - e.clientHeight") <= 2  # the height follows the content
    for i, tried in enumerate(OTHERS.values(), 4):
        cell = page.locator(".jp-CodeCell").nth(i)
        cell.scroll_into_view_if_needed()
        box = cell.locator(".box").first
        box.wait_for()
        tried(box)
    assert [url for url in strangers if "127.0.0.1" not in url] == []


def test_a_saved_untrusted_notebook_in_jupyterlab_shows_the_still_picture(open_page, jupyter, tmp_path):
    nbclient = pytest.importorskip("nbclient", reason="runs the notebook to be saved")
    wide = "z = y\nfor _ in range(20):\n    z = tg.sin(z)\ntg.draw(z)"
    path = notebook(tmp_path, CODE + "tg.play(y)", wide)
    ready = nbformat.read(path, 4)
    nbclient.NotebookClient(ready, kernel_name="python3", timeout=60).execute()
    nbformat.write(ready, path)
    page, _ = open_in_lab(open_page, jupyter())
    picture = page.locator(".jp-OutputArea img").nth(0)
    picture.wait_for()
    drawing = page.locator(".jp-OutputArea img").nth(1)
    drawing.wait_for()
    assert drawing.evaluate("i => i.complete && i.naturalWidth") > 1500
    assert drawing.bounding_box()["width"] <= page.locator(".jp-OutputArea-output").nth(1).bounding_box()["width"]
    page.wait_for_timeout(1500)
    assert page.locator(".box").count() == 0
    assert page.locator(".jp-RenderedSVG").count() == 0
    assert picture.is_visible()
    assert picture.evaluate("i => i.complete && i.naturalWidth") > 300


def test_a_live_notebook_in_the_classic_interface(open_page, serve, tmp_path):
    pytest.importorskip("nbclassic", reason="the classic notebook itself")
    notebook(tmp_path, CODE + "tg.play(y)")
    arguments = ["nbclassic", "--no-browser", "--allow-root", "--port={port}", "--IdentityProvider.token=secret"]
    address = serve(arguments, "/api")
    page = open_page(f"{address}/notebooks/test.ipynb?token=secret", strict=False, width=1300, height=1000)
    page.wait_for_function("() => window.Jupyter?.notebook?.kernel?.is_connected()", timeout=60_000)
    page.evaluate("Jupyter.notebook.execute_all_cells()")
    walk_to_the_end(page)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_exported_page_of_a_notebook(open_page, tmp_path, path):
    nbconvert = pytest.importorskip("nbconvert", reason="exports notebooks as pages")
    exporter = nbconvert.HTMLExporter(mathjax_url="", require_js_url="", jquery_url="")
    html, _ = exporter.from_filename(str(path))
    page_path = tmp_path / "exported.html"
    page_path.write_text(html, encoding="utf-8")
    page = open_page(page_path.as_uri(), strict=False)
    box = page.locator(".tinygrad-player .box").first
    box.wait_for()
    box.press("End")
    last, total = re.findall(r"\d+", box.locator(".count").text_content())
    assert last == total
    assert int(total) >= 7
    assert box.locator(".tg-node.later").count() == 0


def test_an_exported_page_of_all_that_shows_itself(open_page, tmp_path):
    nbconvert = pytest.importorskip("nbconvert", reason="exports notebooks as pages")
    made = {}
    exec(CODE + TRAINING, made)
    ready = nbformat.v4.new_notebook()
    for source in OTHERS:
        data = eval(source, made)._repr_mimebundle_()
        outputs = [nbformat.v4.new_output("display_data", data)]
        ready.cells.append(nbformat.v4.new_code_cell(source, outputs=outputs))
    html, _ = nbconvert.HTMLExporter(mathjax_url="", require_js_url="", jquery_url="").from_notebook_node(ready)
    path = tmp_path / "exported.html"
    path.write_text(html, encoding="utf-8")
    page = open_page(path.as_uri(), strict=False)
    for i, tried in enumerate(OTHERS.values()):
        tried(page.locator(".jp-Cell").nth(i).locator(".box").first)


def test_a_marimo_app(open_page, serve, tmp_path):
    pytest.importorskip("marimo", reason="marimo itself")
    app = tmp_path / "app.py"
    body = textwrap.indent(CODE, "    ")
    app.write_text(
        f"import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n{body}    tg.play(y)\n    return tg, y\n\n\n"
        "@app.cell\ndef _(tg, y):\n    y.backward()\n    tg.draw(y)\n    return\n\n\n"
        f"@app.cell\ndef _(tg):\n{textwrap.indent(TRAINING, '    ')}    return history, model\n\n\n"
        + "".join(f"@app.cell\ndef _(history, model, tg, y):\n    {source}\n    return\n\n\n" for source in OTHERS),
        encoding="utf-8",
    )
    address = serve(["marimo", "run", "app.py", "--headless", "--no-token", "--port={port}", "--host=127.0.0.1"])
    page = open_page(address, strict=False)
    page.locator("iframe").nth(len(OTHERS)).wait_for(timeout=60_000)
    walk_to_the_end(page.frame_locator("iframe").first)
    page.wait_for_timeout(500)
    inside = page.frame_locator("iframe").first.locator("body").evaluate("b => b.getBoundingClientRect().height")
    frame = page.locator("iframe").first
    assert abs(frame.bounding_box()["height"] - inside) <= 2  # the height follows the content
    for i, tried in enumerate(OTHERS.values(), 1):
        tried(page.frame_locator("iframe").nth(i).locator(".box").first)
    drawing = page.locator('svg[aria-label^="computation graph"], img[src^="data:image/svg"]').first
    drawing.wait_for()
