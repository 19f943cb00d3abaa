"""The knobs of a player in a real browser: turned by keys, by typing and by address, and read back."""

import math

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Op, Value

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the player's picture")


def neuron():
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-0.4, "b")
    y = tg.tanh(w * x + b)
    y.name = "y"
    return y


def number(text):
    return float(text.replace("−", "-"))


def part(page, node, name):
    return page.locator(f'.tg-node[data-id="{node}"] [data-part="{name}"]').text_content()


def spin(page, name):
    return page.get_by_role("spinbutton", name=name, exact=True)


def test_a_typed_number_computes_values_slopes_and_gradients_anew(show):
    page = show(tg.play(neuron(), digits=15))
    spin(page, "w").fill("-1.25")
    y = math.tanh(-1.25 * 2.0 - 0.4)
    slope = 1.0 - y * y
    for node, what, truth in [
        ("n0", "value", -1.25), ("n2", "value", -2.5), ("n5", "value", y),
        ("n5", "grad", 1.0), ("n4", "grad", slope), ("n0", "grad", 2.0 * slope), ("n1", "grad", -1.25 * slope),
    ]:  # fmt: skip
        assert math.isclose(number(part(page, node, what)), truth, rel_tol=1e-12), (node, what)
    label = page.locator('.tg-edge[data-source="n1"][data-target="n2"] [data-part="label"]')
    assert label.text_content() == "−1.25"
    page.locator(".box").press("ArrowLeft")
    assert part(page, "n1", "grad") == "–"  # the walk is that of the turned computation
    page.get_by_role("button", name="Put every knob back").click()
    assert number(part(page, "n5", "value")) == pytest.approx(math.tanh(0.6), rel=1e-14)
    assert label.text_content() == "0.5"


def test_keys_turn_a_knob_and_the_prediction_stands_beside_what_comes_out(show):
    page = show(tg.play(neuron()))
    knob = spin(page, "w")
    knob.press("ArrowUp")
    knob.press("ArrowUp")
    turned = float(knob.input_value())
    assert turned > 0.5
    changes = page.locator(".changes")
    start, slope = math.tanh(0.6), 2.0 * (1.0 - math.tanh(0.6) ** 2)
    assert math.isclose(float(changes.get_attribute("data-predicted")), slope * (turned - 0.5), rel_tol=1e-9)
    true = math.tanh(turned * 2.0 - 0.4) - start
    assert math.isclose(float(changes.get_attribute("data-true")), true, rel_tol=1e-9)
    assert "predicted" in changes.text_content()
    assert "true" in changes.text_content()
    assert page.locator(".count").text_content() == "9 of 9"  # from the start it went to where all can be seen
    assert "A knob was turned at the start" in page.locator(".sentence").text_content()
    page.get_by_role("button", name="Put w back").click()
    assert page.locator(".count").text_content() == "0 of 9"
    page.locator(".box").press("End")
    assert number(part(page, "n5", "value")) == pytest.approx(start, abs=5e-5)


def test_a_knob_turned_amid_the_walk_leaves_it_where_it_is(show):
    page = show(tg.play(neuron()))
    for key, at, y, grad in (
        ("ArrowRight", 3, math.tanh(1.0), "–"),
        ("End", 9, math.tanh(1.0), 2.0 / math.cosh(1.0) ** 2),
    ):
        page.locator(".box").press("Home")
        for _ in range(3 if key == "ArrowRight" else 1):
            page.locator(".box").press(key)
        spin(page, "w").fill("0.7")
        assert page.locator(".count").text_content() == f"{at} of 9"
        assert number(part(page, "n5", "value")) == pytest.approx(y, abs=5e-5)
        assert (
            part(page, "n0", "grad") == grad
            if grad == "–"
            else number(part(page, "n0", "grad")) == pytest.approx(grad, abs=5e-5)
        )
        page.get_by_role("button", name="Put every knob back").click()
        assert page.locator(".count").text_content() == f"{at} of 9"


def test_a_link_keeps_the_setting(show, open_page):
    page = show(tg.play(neuron()))
    spin(page, "w").fill("0.75")
    spin(page, "b").fill("-1")
    page.get_by_role("button", name="Make the address").click()
    other = open_page(page.url)
    other.locator(".box").wait_for()
    assert float(spin(other, "w").input_value()) == 0.75
    assert number(part(other, "n5", "value")) == pytest.approx(math.tanh(0.5), abs=5e-5)
    assert number(part(other, "n3", "value")) == -1.0


def test_a_leaf_below_an_operation_without_code_says_why_it_is_no_knob(show):
    plain = Op("plain", lambda x: 2.0 * x, lambda y, x: (2.0,))
    page = show(tg.play(plain(Value(1.0, "a")) * Value(3.0, "b")))
    assert "cannot be turned here: plain states no code" in page.locator(".knobs").text_content()
    assert spin(page, "a").count() == 0
    assert spin(page, "b").count() == 1


def test_a_click_on_a_leaf_chooses_its_knob(show):
    page = show(tg.play(neuron()))
    page.locator('.tg-node[data-id="n1"]').click()
    assert page.locator(".row.active").text_content().startswith("x")
    assert "y over x" in page.locator(".curve svg").first.get_attribute("aria-label")


def test_a_dead_unit_wakes_up_and_is_not_called_dead_any_more(show):
    x = Value(-1.0, "x")
    y = tg.relu(x)
    y.name = "y"
    page = show(tg.play(y * 3.0))
    word = page.locator('.tg-node[data-id="n1"] [data-part="word"]')
    assert "passes nothing" in word.text_content()
    spin(page, "x").fill("2")
    assert "passes nothing" not in word.text_content()
    assert part(page, "n0", "grad") == "3"
    spin(page, "x").fill("-2")
    assert "passes nothing" in word.text_content()
