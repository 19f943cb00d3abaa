"""A real browser for the tests of this folder; without one they are skipped, and say why."""

import os
import shutil

import pytest

try:
    from playwright import sync_api
except ImportError:
    sync_api = None


def executable():
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        if name and (path := shutil.which(name)):
            return path
    return None


@pytest.fixture(scope="session")
def browser():
    if sync_api is None:
        pytest.skip("no Playwright, which drives the browser: pip install playwright")
    path = executable()
    if path is None:
        pytest.skip("no Chromium: install Debian's package chromium, or name one in the variable CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Opens pages, and in the end demands that none complained or asked for anything beyond itself."""
    contexts, complaints, allowed = [], [], ["file:", "data:", "blob:", "about:"]

    def watch(page):
        page.on(
            "console",
            lambda m: complaints.append(f"console {m.type}: {m.text}") if m.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on(
            "request", lambda r: None if r.url.startswith(tuple(allowed)) else complaints.append(f"asked for {r.url}")
        )
        page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def open_(address, *, width=1000, height=800, strict=True, also=(), **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        if strict:
            allowed.extend(also)
            watch(page)
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def show(open_page, tmp_path):
    """Saves a player as a page and opens it."""

    def show_(player, **options):
        path = player.save(tmp_path / "steps.html")
        page = open_page(path.as_uri(), **options)
        page.locator(".box").wait_for()
        return page

    return show_
