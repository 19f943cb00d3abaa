"""The film of a training in a real browser: moved, compared, an example opened, and its numbers read back."""

import json
import re
from collections import Counter
from statistics import fmean

import pytest

import tinygrad_edu as tg
from tinygrad_edu import nn
from tinygrad_edu.pages.film import Film
from tinygrad_edu.pages.filmstrip import FilmStrip


@pytest.fixture(scope="module")
def recorded():
    moons = tg.data.load("moons", n=60, noise=0.1, seed=0)
    model = nn.MLP(2, [6, 4, 1], "tanh", seed=0)
    strip = FilmStrip(model, moons.X, moons.y, 48, nn.binary_cross_entropy, "binary_cross_entropy",
                      moons.feature_names, moons.class_names)  # fmt: skip
    strip.take(0)
    history = tg.fit(
        model, moons, epochs=8, progress=False, validation=None, callback=lambda h: strip.take(len(h.loss))
    )
    strip.series, strip.before = {"loss": history.loss}, {"loss": 1.25}
    return strip


@pytest.fixture
def film(open_page, tmp_path, recorded):
    def open_(**options):
        page = open_page(Film(recorded).save(tmp_path / "film.html").as_uri(), **options)
        page.locator(".box").wait_for()
        return page

    return open_


def number_in(place, pattern):
    return float(re.search(pattern, place.text_content())[1].replace("−", "-"))


def state_at(recorded, frame):
    for p, number in zip(recorded.model.parameters(), recorded.frames[frame].parameters, strict=True):
        p.data = number


def test_the_slider_moves_everything_to_what_the_model_was_then(film, recorded):
    page = film()
    for frame in (8, 3, 0):
        page.get_by_role("slider", name="Moment", exact=True).fill(str(frame))
        state_at(recorded, frame)
        right = sum((o > 0) == y for o, y in zip(recorded.model.predict(recorded.X), recorded.y, strict=True))
        assert page.locator(".score").first.text_content().startswith(f"{right} of 60 right")
        assert page.locator(".plane").first.locator(".missed").count() == 60 - right
    assert page.locator(".count").first.text_content() == "start"


def test_the_curve_begins_with_the_loss_before_training(film, recorded):
    page = film()
    page.keyboard.press("Home")
    points = re.findall(r"[ML]([\d.]+) ([\d.]+)", page.locator(".curve path").first.get_attribute("d"))
    assert len(points) == 9
    assert float(points[0][0]) == float(page.locator(".curve .cursor").get_attribute("x1"))
    base = float(page.locator(".curve .base").get_attribute("y1"))
    heights = [base - float(y) for _, y in points]
    losses = [1.25, *recorded.series["loss"]]
    assert [h / heights[0] for h in heights] == pytest.approx([loss / 1.25 for loss in losses], abs=0.01)


def test_a_click_on_an_example_shows_its_own_loss_at_that_moment(film, recorded):
    page = film()
    page.get_by_role("slider", name="Moment", exact=True).fill("5")
    page.locator(".plane").first.locator(".dot").nth(7).dispatch_event("click")
    state_at(recorded, 5)
    loss = nn.binary_cross_entropy(recorded.model(recorded.X[7]), recorded.y[7])
    detail = page.locator(".detail")
    assert float(detail.get_attribute("data-loss")) == pytest.approx(loss.data, rel=1e-4)
    assert "Example 8 at epoch 5" in detail.text_content()
    assert page.locator(".ring.on").count() == 11
    page.keyboard.press("Escape")
    assert detail.is_hidden()


def test_the_loss_of_an_example_is_stepped_through_at_the_moment_that_is_shown(film, recorded):
    page = film()
    page.locator(".plane").first.locator(".dot").nth(7).dispatch_event("click")
    for frame in (2, 6):
        page.get_by_role("slider", name="Moment", exact=True).fill(str(frame))
        page.locator(".stepping > h2", has_text=f"example 8 at epoch {frame}").wait_for()
        state_at(recorded, frame)
        x = [tg.Value(v) for v in recorded.X[7]]
        loss = nn.binary_cross_entropy(recorded.model(x), recorded.y[7])
        recorded.model.zero_grad()
        loss.backward()
        walk = page.locator(".walk .box")
        walk.press("End")
        assert number_in(walk.locator(".closing p"), r"loss is (\S+)\. ") == pytest.approx(loss.data, rel=2e-3)
        bias = walk.locator("option", has_text="layers.2.neurons.0.b.grad").get_attribute("value")
        walk.get_by_label("Why has this node its gradient?").select_option(bias)
        grad = recorded.model.layers[2].neurons[0].b.grad
        assert number_in(walk.locator(".why h2"), r"grad = (\S+)\?") == pytest.approx(grad, rel=2e-3)
    inputs = walk.locator(".tg-node.input")
    shown = [float(text.replace("−", "-")) for text in inputs.locator("[data-part=value]").all_text_contents()]
    assert sorted(shown) == pytest.approx(sorted([*recorded.X[7], recorded.y[7]]), abs=1e-4)


def test_a_loss_too_large_for_its_nodes_is_stepped_through_column_by_column(monkeypatch, film, recorded):
    monkeypatch.setattr("tinygrad_edu.pages.walks.MOST_NODES", 10)
    page = film()
    page.locator(".plane").first.locator(".dot").nth(7).dispatch_event("click")
    page.locator(".layers .sentence").wait_for()
    state_at(recorded, 8)
    layers, rings = recorded.model.layers, page.locator(".ring.on")
    values = [neuron(recorded.X[7]).data for neuron in layers[0].neurons]
    assert rings.count() == 11
    page.get_by_role("button", name="To the inputs").click()
    on = page.get_by_role("button", name="One column on")
    on.click()
    assert number_in(page.locator(".sentence"), r"tanh makes (\S+) of it") == pytest.approx(
        max(values, key=abs), abs=1e-3
    )
    assert rings.count() == 0
    for blamed in (0, 0, 1, 1 + 4, 1 + 4 + 6):
        on.click()
        assert rings.count() == blamed
    recorded.model.zero_grad()
    nn.binary_cross_entropy(recorded.model(recorded.X[7]), recorded.y[7]).backward()
    blames = [neuron.b.grad for neuron in layers[0].neurons]
    assert number_in(page.locator(".sentence"), r"has most, (\S+)\.$") == pytest.approx(max(blames, key=abs), abs=6e-4)
    assert "too large" in page.locator(".stepping .hint").text_content()


def test_two_moments_are_compared_with_their_scores(film, recorded):
    page = film()
    assert page.locator(".plane:visible").count() == 1
    page.get_by_role("checkbox", name="compare").check()
    page.get_by_role("slider", name="Moment to compare with").fill("2")
    assert page.locator("figcaption:visible").all_text_contents() == ["epoch 8", "epoch 2"]
    for place, frame in enumerate((8, 2)):
        state_at(recorded, frame)
        outputs = recorded.model.predict(recorded.X)
        right = sum((o > 0) == y for o, y in zip(outputs, recorded.y, strict=True))
        loss = nn.binary_cross_entropy([tg.Value(o) for o in outputs], recorded.y).data
        score = page.locator(".score").nth(place)
        assert score.text_content().startswith(f"{right} of 60 right")
        assert number_in(score, r"mean loss (\S+)$") == pytest.approx(loss, abs=1e-4)


def test_it_says_when_it_learned_and_which_examples_it_never_got(film, recorded):
    page = film()
    right = []
    for frame in range(1, 9):
        state_at(recorded, frame)
        outputs = recorded.model.predict(recorded.X)
        right.append([(o > 0) == y for o, y in zip(outputs, recorded.y, strict=True)])
    wrong = right[-1].count(False)
    never = [i for i in range(60) if not any(moment[i] for moment in right)]
    assert 0 < len(never) <= wrong < 60
    said = page.locator(".course", has_text="In the end")
    said.wait_for()
    others = f"the other {wrong}" if len(never) == wrong else f"{len(never)}"
    told = f"In the end {60 - wrong} of 60 are right; .*the network got {others}, ringed twice, wrong after every epoch"
    assert re.search(told, said.text_content())
    dots = page.locator(".plane").first.locator(".dot")
    assert [i for i in range(60) if dots.nth(i).locator(".twice").is_visible()] == never
    losses = [1.25, *recorded.series["loss"]]
    fall = [(losses[0] - x) / (losses[0] - min(losses)) for x in losses]
    half, most = (next(epoch for epoch, done in enumerate(fall) if done >= share) for share in (0.5, 0.9))
    assert f"half of that by epoch {half}, nine tenths by epoch {most}." in said.text_content()


def state_of(strip, frame):
    for p, number in zip(strip.model.parameters(), strip.frames[frame].parameters, strict=True):
        p.data = number
    return strip.model.classify(strip.X)


def test_examples_of_many_inputs_stand_in_the_row_of_their_class_and_the_column_of_the_answer(open_page, tmp_path):
    digits = tg.data.load("digits", n=60, seed=0)
    history = tg.fit(nn.MLP(64, [6, 10], "tanh", seed=0), digits, epochs=6, progress=False, record="film")
    strip = history.film
    page = open_page(Film(strip).save(tmp_path / "film.html").as_uri())
    page.emulate_media(reduced_motion="reduce")
    dots, slider = page.locator(".plane").first.locator(".dot"), page.get_by_role("slider", name="Moment", exact=True)
    field = page.locator(".plane").first.locator(".field")
    for frame in (0, len(strip.frames) - 1):
        slider.fill(str(frame))
        box, answers = field.bounding_box(), state_of(strip, frame)
        cell = box["width"] * (340 - 24) / 340 / 10
        spots = dots.evaluate_all("all => all.map(e => (b => [b.x, b.y])(e.firstChild.getBoundingClientRect()))")
        left, top = box["x"] + box["width"] * 24 / 340, box["y"] + box["height"] * 24 / 340
        assert [(int((y - top) // cell), int((x - left) // cell)) for x, y in spots] == [
            *zip(strip.y, answers, strict=True)
        ]
        assert len({tuple(spot) for spot in spots}) == 60
        right = [a == y for a, y in zip(answers, strip.y, strict=True)]
        assert page.locator(".score").first.text_content().startswith(f"{sum(right)} of 60 right")
        taken = Counter((y, a) for y, a in zip(strip.y, answers, strict=True) if a != y)
        told = re.search(r"(\d) is most often taken for (\d) \((\d+)\)", page.locator(".score").first.text_content())
        assert taken[int(told[1]), int(told[2])] == int(told[3]) == max(taken.values())
    # The picture of an output has a bar for each class: orange where it is positive on average, blue where negative.
    seen = page.evaluate(BARS, "neuron 4 of layers.1")
    outputs = strip.model.predict(strip.X)
    means = [fmean(out[3] for out, y in zip(outputs, strip.y, strict=True) if y == k) for k in range(10)]
    assert [red > blue for red, blue in seen] == [mean > 0.0 for mean in means]
    missed = sum(there != answer for there, answer in zip(strip.model.classify(flattened(strip)), answers, strict=True))
    assert f"the network would answer {missed} of 60 examples otherwise" in page.locator(".right").text_content()


BARS = """async name => {
  const root = document.querySelector(".tinygrad-page > div").shadowRoot;
  const image = new Image();
  image.src = root.querySelector(`[aria-label="${name}"] image`).getAttribute("href");
  await image.decode();
  const context = Object.assign(document.createElement("canvas"), {width: 10, height: 1}).getContext("2d");
  context.drawImage(image, 0, 0);
  const {data} = context.getImageData(0, 0, 10, 1);
  return Array.from({length: 10}, (_, k) => [data[4 * k], data[4 * k + 2]]);
}"""


def flattened(strip):
    """The examples as a plane shows them: all inputs but its two at their means."""
    means = [fmean(column) for column in zip(*strip.X, strict=True)]
    return [[v if j in strip.axes else means[j] for j, v in enumerate(x)] for x in strip.X]


def test_a_neuron_tells_its_sum(film, recorded):
    page = film()
    assert "click an example" in page.locator(".told").text_content()
    page.locator(".plane").first.locator(".dot").nth(0).dispatch_event("click")
    page.get_by_role("button", name="neuron 2 of layers.0").focus()
    state_at(recorded, 8)
    with_sum = re.search(r" = (\S+), so (\S+)\.$", page.locator(".told").text_content())
    value = recorded.model.layers[0].neurons[1](recorded.X[0]).data
    assert float(with_sum[2].replace("−", "-")) == pytest.approx(value, abs=1e-3)


def test_it_plays_and_pauses(film):
    page = film()
    page.keyboard.press("Home")
    page.get_by_role("button", name="Play or pause").click()
    page.locator(".count", has_text="epoch 8 of 8").wait_for()
    page.locator(".play", has_text="Play").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_it_fits_and_passes_the_accessibility_checks(film, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core, packed for Playwright")
    page = film(width=width, color_scheme=scheme)
    page.get_by_role("checkbox", name="compare").check()
    page.locator(".plane").first.locator(".dot").nth(7).dispatch_event("click")
    page.locator(".walk .box").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page).response["violations"]
    assert json.dumps([(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found]) == "[]"
