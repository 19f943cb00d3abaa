"""A network in a real browser: neurons looked at by pointer and keys, opened, and their numbers read back."""

import math
import re

import pytest

import tinygrad_edu as tg
from tinygrad_edu import nn

X = [0.5, -1.0]


@pytest.fixture
def network(open_page, tmp_path):
    def open_(**options):
        model = nn.MLP(2, [4, 3, 1], "tanh", seed=0)
        for name, parameter in model.named_parameters():
            if name.endswith(".b"):  # which start at 0, and nobody would notice if they were left out
                parameter.data = 0.3 if name.startswith("layers.0") else -0.4
        nn.binary_cross_entropy(model(X), 1).backward()
        page = open_page(tg.play(model, X).save(tmp_path / "network.html").as_uri(), **options)
        page.locator(".box").wait_for()
        return model, page

    return open_


def number(text):
    return float(text.replace("−", "-"))


def test_a_neuron_says_what_it_adds_up_and_lights_up_its_weights(network):
    model, page = network()
    page.get_by_role("button", name="layers.1.neurons.2").hover()
    first = [neuron(X).data for neuron in model.layers[0].neurons]
    neuron = model.layers[1].neurons[2]
    rows = {
        row.locator("th").text_content(): [number(text) for text in row.locator("td").all_text_contents() if text]
        for row in page.locator(".told tbody tr").all()
    }
    assert rows["bias"] == pytest.approx([neuron.b.data, neuron.b.grad], abs=1e-4)
    for j, (w, a) in enumerate(zip(neuron.w, first, strict=True)):
        assert rows[f"a{j}"] == pytest.approx([a, w.data, w.data * a, w.grad], abs=1e-4)
    total = math.fsum(w.data * a for w, a in zip(neuron.w, first, strict=True)) + neuron.b.data
    said = re.search(r"sum is (\S+), and tanh makes (\S+) of it", page.locator(".told p").text_content())
    assert [number(text) for text in said.groups()] == pytest.approx([total, math.tanh(total)], abs=1e-4)
    assert page.locator(".tg-weight.into").count() == 4


def test_what_stands_below_the_picture_is_wrapped_on_a_narrow_page(network):
    _, page = network(width=400)
    notes = page.locator(".notes p")
    assert "thumbnails: what each neuron gives" in notes.last.text_content()
    for note in notes.all():
        box = note.bounding_box()
        assert box["x"] + box["width"] <= 400
    assert page.locator(".net svg .tg-note text").count() == 0
    lowest = page.locator(".tg-node").evaluate_all("all => Math.max(...all.map(e => e.getBoundingClientRect().bottom))")
    assert 0 < notes.first.bounding_box()["y"] - lowest < 60


def test_keys_go_from_neuron_to_neuron_and_open_one(network):
    model, page = network()
    page.locator('.tg-node[tabindex="0"]').focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert page.locator(".opened h2").first.text_content() == "layers.1.neurons.1"
    walk = page.locator(".walk .box")
    walk.press("End")
    value = model.layers[1].neurons[1]([neuron(X).data for neuron in model.layers[0].neurons]).data
    said = re.search(r"a is (\S+)\. ", walk.locator(".closing p").text_content())
    assert number(said[1]) == pytest.approx(value, abs=1e-4)
    knob = walk.get_by_role("spinbutton", name="w2", exact=True)
    assert float(knob.input_value()) == pytest.approx(model.layers[1].neurons[1].w[2].data, rel=1e-4)
    page.locator('.tg-node[data-id="u1-3"]').click()  # another one of other numbers, in another layer
    assert float(walk.get_by_role("spinbutton", name="b", exact=True).input_value()) == pytest.approx(
        model.layers[0].neurons[3].b.data, abs=1e-5
    )
    page.locator(".opened").get_by_role("button", name="Close the scalar graph").click()
    assert page.locator(".opened").is_hidden()


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1400, "light")])
def test_it_fits_and_passes_the_accessibility_checks(network, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core, packed for Playwright")
    _, page = network(width=width, color_scheme=scheme)
    page.locator('.tg-node[data-id="u1-0"]').dispatch_event("click")
    page.locator(".walk .box").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []
