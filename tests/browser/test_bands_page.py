"""The rubber bands in a real browser: dragged by keys, stepped along their pull, and read back."""

import math

import pytest

import tinygrad_edu as tg


@pytest.fixture
def bands(open_page, tmp_path):
    def open_(*arguments, **options):
        path = tg.rubber_band(*arguments).save(tmp_path / "bands.html")
        page = open_page(path.as_uri(), **options)
        page.locator(".box").wait_for()
        return page

    return open_


def pulls(page, panel):
    cells = page.get_by_role("region", name=panel, exact=True).locator("tbody td:last-child").all_text_contents()
    return [float(text.replace("−", "-")) for text in cells]


def test_a_dragged_slider_changes_band_and_pull(bands):
    page = bands([0.1, 0.8], [1.0, 0.0], ["bird", "dog"])
    assert pulls(page, "Squared error") == [0.9, -0.8]
    assert pulls(page, "Cross-entropy") == [0.9, -0.8, -0.1]
    bird = page.get_by_role("slider", name="bird")
    for _ in range(20):
        bird.press("ArrowRight")
    assert float(bird.input_value()) == pytest.approx(0.3)
    assert pulls(page, "Squared error") == [0.7, -0.8]
    q = 0.3 / 1.1  # more than 1 in all: softmax shares it out
    assert pulls(page, "Cross-entropy")[0] == pytest.approx(1 - q, abs=1e-4)
    assert "band 0.7" in page.locator(".rail").first.text_content()


def test_steps_along_the_pull_slacken_the_bands(bands):
    page = bands([0.1, 0.8, 0.1], "bird", ["bird", "dog", "cat"])
    loss = page.get_by_role("region", name="Cross-entropy", exact=True).locator(".loss")
    before = float(loss.text_content().split()[1])
    assert before == pytest.approx(-math.log(0.1), abs=1e-4)
    step = page.get_by_role("button", name="One step along the pull of cross-entropy")
    for _ in range(60):
        step.click()
    assert float(loss.text_content().split()[1]) < 0.05
    assert float(page.get_by_role("slider", name="bird").input_value()) > 0.95
    squared = page.get_by_role("button", name="One step along the pull of squared error")
    for _ in range(60):
        squared.click()
    assert "all bands are slack" in page.get_by_role("status").text_content()
    page.get_by_role("button", name="Put every slider back").click()
    assert float(page.get_by_role("slider", name="dog").input_value()) == 0.8


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_it_fits_and_passes_the_accessibility_checks(bands, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core, packed for Playwright")
    page = bands([0.1, 0.8], [1.0, 0.0], ["bird", "dog"], width=width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []
