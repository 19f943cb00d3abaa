"""The built site in a browser, opened from files: players walk, a search finds, and no request goes out."""

import pytest
from support.site import site as site
from support.thoroughness import THOROUGH

__test__ = THOROUGH  # for the site is built first, in half a minute


@pytest.mark.parametrize("name", ["notebooks/01_first_gradient.html", "zh/notebooks/zh/01_first_gradient.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_player_in_a_notebook_walks_to_the_gradients(site, open_page, name, scheme):
    page = open_page((site / name).as_uri(), color_scheme=scheme)
    box = page.locator(".tinygrad-player .box").first
    box.press("End")
    shown = box.locator('.tg-node [data-part="grad"]').all_text_contents()
    assert "1.5729" in shown  # x · (1 − tanh²(w·x + b)), for w = 0.5, x = 2, b = −1.5
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    ("search", "query", "found"),
    [
        ("search.html", "topological order", "glossary.html"),
        ("search.html", "GradientMismatch", "reference/errors.html"),
        ("zh/search.html", "反向传播", "teaching.html"),
        ("zh/search.html", "节点的拓扑序", "glossary.html"),  # which is no word of the index as a whole
        ("zh/search.html", "softmax", "reference/ops.html"),
    ],
)
def test_a_search_finds(site, open_page, search, query, found):
    page = open_page(f"{(site / search).as_uri()}?q={query}")
    page.locator("#search-results li").first.wait_for()
    addresses = [link.get_attribute("href") for link in page.locator("#search-results li a").all()]
    assert any(address.partition("#")[0].partition("?")[0] == found for address in addresses), addresses


@pytest.mark.parametrize(
    "name", ["index.html", "teaching.html", "zh/index.html", "reference/ops.html", "glossary.html"]
)
def test_a_page_fits_a_telephone(site, open_page, name):
    page = open_page((site / name).as_uri(), width=400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_switch_of_language_leads_there_and_back(site, open_page):
    page = open_page((site / "teaching.html").as_uri(), width=1400)
    page.locator(".language-switch a").click()
    assert page.locator("h1").first.inner_text().startswith("写给老师")
    page.locator(".language-switch a").click()
    assert page.locator("h1").first.inner_text().startswith("Six hours")
