"""The course as it is read: six of its notebooks exported as pages, opened from a file, and their pages used."""

import re
from pathlib import Path

import pytest
from support.thoroughness import THOROUGH

nbconvert = pytest.importorskip("nbconvert", reason="exports notebooks as pages: pip install tinygrad-edu[notebook]")

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def shown_by(page, cell):
    """The page that a cell shows: `name="..."` as in the source of the notebook, or the first cell with this code."""
    if named := re.fullmatch('name="(.*)"', cell):
        found = page.locator(f'[id="cell-id={named[1]}"]')
    else:
        found = page.locator(".jp-CodeCell", has=page.locator(".jp-InputArea", has_text=cell)).first
    box = found.locator(".box").first
    box.scroll_into_view_if_needed()
    return box


def number(text):
    return float(text.replace("−", "-"))


def slope(f, at, i, h=1e-6):
    """The derivative towards argument i, measured."""
    up, down = list(at), list(at)
    up[i] += h
    down[i] -= h
    return (f(*up) - f(*down)) / (2 * h)


def rubber_band(page):
    """A slider is dragged by the mouse; its band is as long as it is wrong and pulls against the gradient."""

    def loss(bird, dog):
        return (bird - 1.0) ** 2 / 2 + dog**2 / 2

    box = shown_by(page, 'name="bands"')
    slider, rail = box.get_by_role("slider", name="bird"), box.locator(".rail").first
    squared = box.get_by_role("region", name="Squared error", exact=True)
    pulls = squared.locator("tbody td:last-child")
    place = slider.bounding_box()
    middle = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + 0.1 * place["width"], middle)
    page.mouse.down()
    page.mouse.move(place["x"] + 0.6 * place["width"], middle, steps=4)
    page.mouse.up()
    bird = float(slider.input_value())
    assert 0.55 < bird < 0.65
    length, pull = map(number, re.search(r"band (\S+?)pull (\S+)", rail.text_content()).groups())
    assert length == pytest.approx(1.0 - bird, abs=1e-4)
    assert pull == pytest.approx(-slope(loss, (bird, 0.8), 0), abs=1e-4)
    assert number(pulls.nth(1).text_content()) == pytest.approx(-slope(loss, (bird, 0.8), 1), abs=1e-4)
    squared.get_by_role("button").click()
    moved = float(slider.input_value()) - bird, float(box.get_by_role("slider", name="dog").input_value()) - 0.8
    assert moved[0] / moved[1] == pytest.approx(pull / -0.8, rel=0.05)  # all go along their pull, by one learning rate


def coffee_shop(page):
    """Knobs are turned; every gradient is that of finite differences, and the promise stands beside the truth."""
    box = shown_by(page, "tg.play(bitterness)")

    def bitterness(beans, grind, time, water, milk):
        extraction = grind * time / 10
        return beans * extraction / water * extraction / (1 + milk)

    recipe = {"beans": 1.0, "grind": 6.0, "time": 3.0, "water": 1.2, "milk": 0.2}
    at_first = tuple(recipe.values())
    box.get_by_role("spinbutton", name="time", exact=True).fill("3.3")
    changes = box.locator(".changes")
    promised = 0.3 * slope(bitterness, at_first, 2)
    assert float(changes.get_attribute("data-predicted")) == pytest.approx(promised, rel=1e-6)
    recipe["time"] = 3.3
    truth = bitterness(**recipe) - bitterness(*at_first)
    assert float(changes.get_attribute("data-true")) == pytest.approx(truth, rel=1e-9)
    box.get_by_role("spinbutton", name="milk", exact=True).fill("0.5")
    recipe["milk"] = 0.5
    for i, name in enumerate(recipe):
        box.get_by_label("Why has this node its gradient?").select_option(label=f"{name}.grad")
        shown = re.search(r"grad = (\S+)\?", box.locator(".why h2").text_content())[1]
        assert number(shown) == pytest.approx(slope(bitterness, tuple(recipe.values()), i), rel=1e-3), name


def company(page):
    """The film of the bands is run to its end by itself, where every one of them is slack."""
    box = shown_by(page, 'name="slack"')
    bird = box.get_by_role("meter", name="bird")
    box.press("Home")
    assert float(bird.get_attribute("aria-valuenow")) == pytest.approx(0.1, abs=5e-4)
    assert box.locator(".tile.slack").count() < box.locator(".tile").count()
    box.press("End")
    last = re.search(r"of (\d+)", box.locator(".count").text_content())[1]
    box.get_by_role("slider", name="Moment").fill(str(int(last) - 4))
    box.get_by_role("button", name="Play or pause").click()
    box.locator(".count", has_text=f"epoch {last} of {last}").wait_for()
    assert float(bird.get_attribute("aria-valuenow")) > 0.9
    assert box.locator(".tile.slack").count() == box.locator(".tile").count()


def topological_order(page):
    """A player is stepped to its end: with b = a + a and c = b + b, a's gradient is 4, and no 6."""
    box = shown_by(page, "tg.play(c)")
    last = int(box.locator(".count").text_content().split()[-1])
    for _ in range(last):
        box.press("ArrowRight")
    assert box.locator(".count").text_content() == f"{last} of {last}"
    box.get_by_label("Why has this node its gradient?").select_option(label="a.grad")
    measured = slope(lambda a: (a + a) + (a + a), (3.0,), 0)
    shown = re.search(r"a\.grad = (\S+)\?", box.locator(".why h2").text_content())[1]
    assert number(shown) == pytest.approx(measured)


def classifier(page):
    """One prediction goes wrong and one right; the film of the moons runs from a bad border to a good one."""
    box = shown_by(page, "What is the smallest number of hidden neurons")
    box.get_by_role("button", name="1", exact=True).click()
    told = box.get_by_role("status").text_content()
    assert told.startswith("You said 1.One cut gives half of the plane.It is 3.")  # which a triangle fences in
    assert box.get_by_role("button", name="3", exact=True).is_disabled()
    box = shown_by(page, "How many parameters has nn.MLP(4, [8, 8, 3])?")
    box.get_by_role("textbox").fill("139")
    box.get_by_role("textbox").press("Enter")
    assert box.get_by_role("status").text_content().startswith("You said 139: right.It is 139.")
    box = shown_by(page, 'name="film"')
    right = []
    for key in ("Home", "End"):
        box.press(key)
        right.append(int(re.match(r"(\d+) of 160 right", box.locator(".score").first.text_content())[1]))
    assert right[0] < 120 < 150 < right[1]
    assert box.locator(".plane").first.locator(".missed").count() == 160 - right[1]


def confusions(page):
    """In Chinese: y = a·b + a is gone back through by hand, with one mistake, that of question 2: = for +=."""
    box = shown_by(page, "tg.practice(y)")
    verdict, blank = box.get_by_role("status"), box.get_by_role("textbox")

    def answer(text):
        blank.fill(text)
        blank.press("Enter")

    for edge, *shares in (("y → a", "1"), ("y → v1", "1"), ("v1 → b", "2"), ("v1 → a", "3", "3")):
        box.get_by_role("button", name=edge, exact=True).click()
        for share in shares:
            answer(share)
    assert "用 +=，不是 =" in verdict.text_content()
    a_grad = slope(lambda a, b: a * b + a, (2.0, 3.0), 0)
    answer(f"{a_grad:.4f}")
    assert box.locator(".question").text_content() == "完成：9 题中 8 题一次答对"
    assert "覆盖而没有累加 1×" in box.locator(".score").text_content()
    shown = [number(text) for text in box.locator('.tg-node [data-part="grad"]').all_text_contents()]
    assert sorted(shown) == pytest.approx([1.0, 1.0, 2.0, a_grad])  # y, v1, b, a


USED = {
    "02_rubber_band": rubber_band,
    "03_coffee_shop": coffee_shop,
    "04_the_company": company,
    "05_why_topological_order": topological_order,
    "08_train_a_classifier": classifier,
    "zh/13_confusions": confusions,
}
"""How the pages of each notebook are used."""


@pytest.mark.parametrize("name", USED if THOROUGH else ["02_rubber_band", "03_coffee_shop"])
def test_a_notebook_is_opened_and_its_pages_are_used(open_page, tmp_path, name):
    exporter = nbconvert.HTMLExporter(mathjax_url="", require_js_url="", jquery_url="")
    html, _ = exporter.from_filename(str(NOTEBOOKS / f"{name}.ipynb"))
    path = tmp_path / "exported.html"
    path.write_text(html, encoding="utf-8")
    USED[name](open_page(path.as_uri()))
