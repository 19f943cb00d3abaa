"""What a reader of the built site relies on: links that lead somewhere, nothing asked of others, words found."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
from support.site import pages

from docs.public_names import rooms

LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data", "use": "href"}
OTHER = r"""\s*["'`]?(?:https?:)?//[^"'`)]*"""
ASKING = re.compile(rf"@import{OTHER}|url\({OTHER}|fetch\({OTHER}")


class Seen(HTMLParser):
    """The anchors of a page, its links, and the addresses that it loads something from."""

    def __init__(self, page):
        super().__init__()
        self.anchors, self.links, self.loaded, self.language = set(), [], [], ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in LOADING and given.get(LOADING[tag]):
            self.loaded.append(given[LOADING[tag]])
        if tag == "link" and {"stylesheet", "icon", "preload", "prefetch"} & set(given.get("rel", "").split()):
            self.loaded.append(given.get("href") or "")


@pytest.fixture(scope="module")
def seen(site):
    return {page: Seen(page) for page in pages(site)}


def test_both_editions_are_there_in_their_languages(site, seen):
    for page, found in seen.items():
        chinese = page.relative_to(site).parts[0] == "zh"
        assert found.language == ("zh-CN" if chinese else "en"), page
    names = {page.relative_to(site).as_posix() for page in seen}
    english = {name for name in names if not name.startswith(("zh/", "notebooks/"))}
    assert len(english) > 25
    assert {f"zh/{name}" for name in english} <= names


def test_every_link_and_every_anchor_on_the_site_leads_somewhere(site, seen):
    lost = []
    for page, found in seen.items():
        for link in [*found.links, *found.loaded]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not target.is_file():
                lost.append(f"{page.relative_to(site)}: {link}")
            elif parts.fragment and target in seen and unquote(parts.fragment) not in seen[target].anchors | {"#"}:
                lost.append(f"{page.relative_to(site)}: {link} (no such anchor)")
    assert lost == []


def test_nothing_is_loaded_from_another_host(site, seen):
    elsewhere = [
        f"{page.relative_to(site)}: {address[:80]}"
        for page, found in seen.items()
        for address in found.loaded
        if urlsplit(address).scheme not in ("", "data") or urlsplit(address).netloc
    ]
    for file in sorted(path for path in site.rglob("*") if path.suffix in (".css", ".js", ".html")):
        text = file.read_text(encoding="utf-8")
        asked = ASKING.findall(text)
        elsewhere += [f"{file.relative_to(site)}: {address[:80]}" for address in asked]
    assert elsewhere == []


def test_every_public_name_has_its_place_in_the_reference_with_what_it_takes_and_says(site):
    for edition in ("", "zh/"):
        for room in rooms():
            page = (site / f"{edition}reference/{room.name}.html").read_text(encoding="utf-8")
            for name in room.names:
                entry = re.search(
                    rf'<dt class="sig[^"]*" id="{re.escape(name)}">(.*?)</dt>\s*<dd>(.*?)</dd>', page, re.DOTALL
                )
                assert entry, name
                assert re.search(r"<p>\S", entry[2]), f"{name} says nothing"
    ops = (site / "reference/ops.html").read_text(encoding="utf-8")
    assert re.search(r'id="tinygrad_edu.tanh">.*?sig-param.*?>x<', ops, re.DOTALL)


def terms(index):
    """The words of a search index, which Sphinx writes as a script."""
    return json.loads(re.search(r"Search\.setIndex\((.*)\)", index.read_text(encoding="utf-8"), re.DOTALL)[1])


def test_the_search_of_each_edition_knows_its_words(site):
    chinese, english = terms(site / "zh/searchindex.js"), terms(site / "searchindex.js")
    known = {*chinese["terms"], *chinese["titleterms"]}
    assert {"梯度", "反向传播", "局部导数", "拓扑序", "橡皮筋", "softmax"} <= known
    assert {"gradient", "softmax"} <= {*english["terms"], *english["titleterms"]}


def test_the_notebooks_are_listed_and_shown_with_their_players(site, seen):
    listed = (site / "notebooks/index.html").resolve()
    assert "01_first_gradient.html" in seen[listed].links
    assert "tinygrad-player" in (site / "notebooks/01_first_gradient.html").read_text(encoding="utf-8")
    assert any(link.endswith("playground/index.html") for link in seen[(site / "index.html").resolve()].links)


def test_each_page_leads_to_its_other_edition(site, seen):
    def twin(name):
        return (site / name).resolve()

    assert "zh/teaching.html" in seen[twin("teaching.html")].links
    assert "../teaching.html" in seen[twin("zh/teaching.html")].links
    assert "../zh/notebooks/zh/01_first_gradient.html" in seen[twin("notebooks/01_first_gradient.html")].links
    assert "../../../notebooks/01_first_gradient.html" in seen[twin("zh/notebooks/zh/01_first_gradient.html")].links
