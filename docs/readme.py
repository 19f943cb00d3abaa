"""With this module README's links, which lead to files of the project, lead to pages of the site instead."""

from __future__ import annotations

import re

LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#\s:]+)\)")


def with_pages_for_files(text: str, edition: str) -> str:
    """Rewrite a README for an edition: links to files become links to its pages, or to those of the other edition."""
    return LINK.sub(lambda found: link(found[1], found[2], edition), text)


def link(said: str, file: str, edition: str) -> str:
    """One link, to the page that a file of the project has become."""
    home, page = page_of(file, edition)
    if home == edition:
        return f"[{said}]({page})"
    to_the_other = {"en": "zh/", "zh": "../"}[edition]
    address = re.sub(r"\.(md|ipynb)$", ".html", page)
    return f'<a href="{to_the_other}{address}">{said}</a>'  # which Sphinx, that knows one edition, leaves as it is


def page_of(file: str, edition: str) -> tuple[str, str]:
    """Which edition a file is in, and where it lies among its sources."""
    if file == "notebooks/README.md":
        return edition, "notebooks/index.md"
    if file.startswith("docs/pictures/"):
        return edition, file.removeprefix("docs/")
    if file.startswith(("docs/", "notebooks/")):
        home = "zh" if "/zh/" in file else "en"
        return home, file.removeprefix("docs/").removeprefix("zh/")
    return edition, file
