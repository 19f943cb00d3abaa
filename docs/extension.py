"""With this Sphinx extension names in docstrings become links, each page names its other edition, and Chinese is found.

Sphinx loads it by the name in `conf.py`.
"""

from __future__ import annotations

import logging
import os
import posixpath
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.search.zh import SearchChinese

from docs.contents import opening
from docs.public_names import rooms

logging.getLogger("jieba").setLevel(logging.WARNING)  # it tells how it loads its words
SPLITTER = (Path(__file__).parent / "split_query.js").read_text(encoding="utf-8")


class ChineseThatIsFound(SearchChinese):  # type: ignore[misc]  # Sphinx is not looked into, being optional
    """Chinese words as jieba cuts them; a query is cut in the browser into the longest words that the index has.

    Sphinx itself would look for the whole query as one word.
    """

    language_name = "English"  # whose stemmer is sent along; Sphinx would call one for Chinese, which does not exist
    js_splitter_code = SPLITTER


def linked_names() -> dict[str, str]:
    """What may stand between backticks in a docstring and link: classes by their bare name, all by their dotted one."""
    found: dict[str, str] = {}
    for room in rooms():
        for full in room.names:
            short = full.removeprefix("tinygrad_edu.")
            found |= {full: full, f"tg.{short}": full}
            bare = short.rpartition(".")[2]
            if bare[0].isupper():  # other bare names are mostly parameters, of which some are called as functions are
                found.setdefault(bare, full)
    return found


def name_role(
    role: str, rawtext: str, text: str, line: int, inliner: Any, options: Any = None, content: Any = None
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """What one pair of backticks means in a docstring: code, which links where it is a public name."""
    literal = nodes.literal(rawtext, text)
    target = NAMES.get(text.removesuffix("()"))
    if target is None:
        return [literal], []
    reference = pending_xref("", literal, refdomain="py", reftype="obj", reftarget=target, refwarn=True)
    return [reference], []


def notebook_role(
    role: str, rawtext: str, text: str, line: int, inliner: Any, options: Any = None, content: Any = None
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """What {notebook}`05` means: a link to the notebook of that number, by its title; the number if it is not there."""
    environment = inliner.document.settings.env
    folder = Path(environment.app.srcdir) / "notebooks"
    folder = folder / environment.config.edition if environment.config.edition != "en" else folder
    for file in folder.glob(f"{text}_*.ipynb"):
        target = "/" + file.relative_to(environment.app.srcdir).with_suffix("").as_posix()
        said = nodes.inline(rawtext, opening(file)[0])
        options = {"refdomain": "std", "reftype": "doc", "refexplicit": True, "refdoc": environment.docname}
        return [pending_xref("", said, reftarget=target, refwarn=True, **options)], []
    return [nodes.inline(rawtext, text.lstrip("0"))], []


NAMES = linked_names()


def mathematics(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Take the bars in a docstring of one line, such as an operation's `log |Γ(x)|`, for what they are."""
    if len(lines) <= 2:
        lines[:] = [line.replace("|", r"\|") for line in lines]


def public_bases(app: Sphinx, name: str, thing: type, options: Any, bases: list[Any]) -> None:
    """Say of a class's bases those that a reader can look up: the public ones, and Python's own."""
    kept = [
        NAMES.get(base.__name__) or base for base in bases if base.__name__ in NAMES or base.__module__ == "builtins"
    ]
    bases[:] = [f":py:class:`{base}`" if isinstance(base, str) else base for base in kept] or [object]


def not_ours(app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Leave out the methods that scikit-learn writes into its estimators; its own pages document them."""
    return True if (getattr(thing, "__module__", None) or "").startswith("sklearn.") else None


def other_edition(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Give the templates the address of this page in the other language, or of its front page where there is none."""
    here = app.config.edition
    there = "zh" if here == "en" else "en"
    twin = pagename.replace("notebooks/", "notebooks/zh/") if here == "en" else pagename.replace("/zh/", "/")
    sources = Path(app.srcdir).parent / there
    page = twin if any(sources.glob(f"{twin}.*")) else "index"
    root = {"en": "", "zh": "zh/"}
    start = posixpath.dirname(root[here] + pagename)
    context["other_edition"] = posixpath.relpath(f"{root[there]}{page}.html", start or ".").replace(os.sep, "/")
    context["other_language"] = {"en": "English", "zh": "中文"}[there]
    context["other_code"] = {"en": "en", "zh": "zh-CN"}[there]


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_role("name", name_role)
    app.add_role("notebook", notebook_role)
    app.add_search_language(ChineseThatIsFound)
    app.add_config_value("edition", "en", "html")
    app.connect("autodoc-process-docstring", mathematics, priority=0)
    app.connect("autodoc-process-bases", public_bases)
    app.connect("autodoc-skip-member", not_ours)
    app.connect("html-page-context", other_edition)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
