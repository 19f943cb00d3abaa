"""Drawings on light and dark pages: as images, inside a page, and where a notebook or site has a switch of its own."""

import io

import pytest

import tinygrad_edu as tg
from tinygrad_edu.drawing.scene.palette import DARK, LIGHT

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the drawing")
image = pytest.importorskip("PIL.Image", reason="Pillow, which comes with matplotlib")

PAPERS = {theme.background: theme.name for theme in (LIGHT, DARK)}


def paper_of(page, what):
    """Which theme a picture has been painted in, by the pixel of its corner."""
    with image.open(io.BytesIO(page.locator(what).screenshot())) as shot:
        return PAPERS["#{:02x}{:02x}{:02x}".format(*shot.convert("RGB").getpixel((2, 2)))]


def test_a_drawing_is_dark_where_its_page_is(open_page, tmp_path):
    y = tg.tanh(tg.Value(0.5, "w") * tg.Value(2.0, "x"))
    y.backward()
    shown = tg.draw(y)._repr_mimebundle_()
    path = tmp_path / "page.html"
    body = f"<body>{shown['text/html']}<div id=inside>{shown['image/svg+xml']}</div>"
    path.write_text(f"<!DOCTYPE html><html lang=en><link rel=icon href=data:,><title>t</title>{body}", encoding="utf-8")
    for reader in ("light", "dark"):
        page = open_page(path.as_uri(), color_scheme=reader)
        other = "dark" if reader == "light" else "light"
        assert paper_of(page, "img") == reader
        # A page that knows but the light stays light all over.
        assert paper_of(page, "#inside svg") == "light"
        page.evaluate("document.documentElement.style.colorScheme = 'light dark'")
        assert paper_of(page, "#inside svg") == reader
        # Whoever switches a notebook or the site wants it so, whatever the machine prefers.
        for attribute, value in (("data-jp-theme-light", str(other == "light").lower()), ("data-theme", other)):
            page.evaluate("([name, value]) => document.body.setAttribute(name, value)", [attribute, value])
            assert paper_of(page, "img") == other
            page.evaluate("name => document.body.removeAttribute(name)", attribute)
        page.evaluate("name => document.body.classList.add(name)", f"vscode-{other}")
        assert paper_of(page, "img") == other


def test_what_was_asked_for_stays_as_it_is(open_page, tmp_path):
    for theme in ("light", "dark"):
        path = tg.draw(tg.Value(1.0, "x") * 2.0, theme=theme).save(tmp_path / f"{theme}.svg")
        page = open_page(path.as_uri(), color_scheme="dark" if theme == "light" else "light")
        assert paper_of(page, "svg") == theme


def test_a_film_for_a_readme_follows_its_reader(open_page, tmp_path):
    path = tg.play(tg.Value(1.0, "x") * 2.0).save(tmp_path / "steps.svg")
    for reader in ("light", "dark"):
        assert paper_of(open_page(path.as_uri(), color_scheme=reader), "svg") == reader
