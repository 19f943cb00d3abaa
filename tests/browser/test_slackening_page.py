"""The bands of a network in a real browser: they slacken as the film runs, and every number is the network's."""

import pytest

import tinygrad_edu as tg
from tinygrad_edu import nn

PICTURES = [[0.0, 0.9, 0.1, 1.0], [0.1, 1.0, 0.0, 0.8], [1.0, 0.1, 0.9, 0.0], [0.8, 0.0, 1.0, 0.2]]


@pytest.fixture(scope="module")
def recorded():
    """A trained company, and what it said of each picture before and after each epoch."""
    model = nn.Sequential(nn.MLP(4, [4, 3, 2], "tanh", seed=3), nn.Sigmoid())
    seen = [model.predict(PICTURES)]
    truth = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
    options = {"loss": "mse", "epochs": 40, "lr": 0.1, "batch_size": 4, "progress": False, "record": "film"}
    history = tg.fit(model, (PICTURES, truth), callback=lambda h: seen.append(model.predict(PICTURES)), **options)
    return history, seen


@pytest.fixture
def bands(open_page, tmp_path, recorded):
    def open_(**options):
        shown = tg.rubber_band(recorded[0], 0, classes=["bird", "dog"], shape=(2, 2))
        page = open_page(shown.save(tmp_path / "bands.html").as_uri(), **options)
        page.locator(".box").wait_for()
        return page

    return open_


def stretch(page, name):
    """How far the slider of a class is from its pin, in shares of the rail, as they are drawn."""
    track = page.get_by_role("meter", name=name).locator("svg")
    thumb = track.locator(".thumb").evaluate("r => Number(r.getAttribute('x')) + 11")
    pin = track.locator("circle.pin").evaluate("c => Number(c.getAttribute('cx'))")
    return (pin - thumb) / (float(track.get_attribute("viewBox").split()[2]) - 22)


def test_the_bands_are_as_long_as_the_network_was_wrong_then(bands, recorded):
    page = bands()
    for epoch in (0, 2, 40):
        page.get_by_role("slider", name="Moment").fill(str(epoch))
        for i in (0, 3):
            page.locator(".tile").nth(i).click()
            bird, dog = recorded[1][epoch][i]
            assert float(page.get_by_role("meter", name="bird").get_attribute("aria-valuenow")) == pytest.approx(
                bird, abs=1e-3
            )
            assert stretch(page, "bird") == pytest.approx((i == 0) - bird, abs=0.01)
            assert stretch(page, "dog") == pytest.approx((i == 3) - dog, abs=0.01)
            told = page.locator("p[role=status]").text_content()
            assert told.startswith(f"The network says {'bird (' if bird > dog else 'dog ('}")  # the likeliest first
    assert "dog" in page.locator("h2").first.text_content()
    assert page.locator(".tally").text_content().startswith("At epoch 40 the bands of 4 of 4 examples are slack")


def test_it_runs_by_keys_until_all_are_slack(bands):
    page = bands()
    page.keyboard.press("ArrowRight")
    assert page.locator(".count").text_content() == "epoch 1 of 40"
    page.get_by_role("slider", name="Moment").fill("34")
    page.get_by_role("meter", name="bird").click()
    page.keyboard.press(" ")
    page.locator(".count", has_text="epoch 40 of 40").wait_for()
    assert page.locator(".tile.slack").count() == 4
    page.keyboard.press("Home")
    assert page.locator(".tile.slack").count() < 4


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1400, "light")])
def test_it_fits_and_passes_the_accessibility_checks(bands, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core, packed for Playwright")
    page = bands(width=width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []
