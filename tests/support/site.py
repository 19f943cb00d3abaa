"""The site, built once for all tests that look at it, whichever process they run in."""

import os
import time
from pathlib import Path

import pytest


def once(folder, make):
    """Let the first of several processes make a folder, and the others wait for it; what `make` gives, to all."""
    folder.mkdir(parents=True, exist_ok=True)
    result = folder / "result.txt"
    try:
        os.close(os.open(folder / "begun", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        while not result.is_file():
            time.sleep(0.2)
    else:
        said = "it was broken off"
        try:
            said = make()
        finally:
            (folder / "result.part").write_text(said, encoding="utf-8")
            (folder / "result.part").replace(result)
    return result.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site; the test fails with Sphinx's words if there was any warning."""
    for module in ("sphinx", "myst_nb", "furo", "numpydoc", "sphinx_copybutton", "jieba"):
        pytest.importorskip(module, reason="the site is built by Sphinx and its extensions, extra [docs]")
    from docs.build import build

    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "site-of-all-tests"
    said = once(folder, lambda: build(folder / "site", work=folder / "work", playground=made_up_playground(folder)))
    assert said == "", said
    return folder / "site"


def made_up_playground(folder):
    """Something where the playground would be: whether it is linked does not depend on what it can do."""
    playground = folder / "playground"
    playground.mkdir()
    (playground / "index.html").write_text("<!doctype html><title>playground</title>", encoding="utf-8")
    return playground


def pages(site):
    """All pages of both editions."""
    return sorted(path for path in Path(site).rglob("*.html") if "playground" not in path.relative_to(site).parts)
