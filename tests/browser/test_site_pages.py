"""The built site in a browser, opened from files: players play, a search finds, and no request goes out."""

import pytest
from support.site import site as site
from support.thoroughness import THOROUGH

if not THOROUGH:
    __test__ = False


@pytest.mark.parametrize("name", ["notebooks/01_first_gradient.html", "zh/notebooks/zh/01_first_gradient.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_player_in_a_notebook_walks_to_the_gradients(site, open_page, name, scheme):
    page = open_page((site / name).as_uri(), color_scheme=scheme)
    player = page.locator(".tinygrad-player").first
    player.locator(".box").first.wait_for()
    player.get_by_role("button", name="▶|").click()
    assert "1.5729" in player.inner_text()
