"""The step player as a page of its own in a real browser: pressed, clicked, and held against finite differences."""

import json
import math
import re

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value

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


def at(page):
    return page.locator(".count").text_content()


def press(page, key, times=1):
    for _ in range(times):
        page.locator(".box").press(key)


def test_keys_work_on_a_saved_page_before_anything_is_clicked(show):
    page = show(tg.play(neuron()))
    for key, count in (("ArrowRight", "1 of 9"), ("End", "9 of 9"), ("ArrowLeft", "8 of 9"), ("Home", "0 of 9")):
        page.keyboard.press(key)
        assert at(page) == count
    page.locator(".box").focus()
    page.keyboard.press("ArrowRight")
    assert at(page) == "1 of 9"  # once, not twice


def test_every_step_shows_the_numbers_of_finite_differences(show):
    page = show(tg.play(neuron(), digits=8))
    ids = {"w": "n0", "x": "n1", "b": "n3", "y": "n5"}

    def f(w, x, b):
        return math.tanh(w * x + b)

    start, h = (0.5, 2.0, -0.4), 1e-6
    slopes = {}
    for i, name in enumerate("wxb"):
        up, down = list(start), list(start)
        up[i] += h
        down[i] -= h
        slopes[name] = (f(*up) - f(*down)) / (2 * h)
    assert [part(page, ids[n], "grad") for n in "wxby"] == ["–"] * 4
    assert [part(page, n, "value") for n in ("n2", "n4", "n5")] == ["–"] * 3
    assert at(page) == "0 of 9"
    assert page.locator("img").is_hidden()  # the still picture has made room
    press(page, "ArrowRight", 3)
    assert math.isclose(number(part(page, "n5", "value")), f(*start), rel_tol=1e-7)
    assert [part(page, ids[n], "grad") for n in "wxby"] == ["–"] * 4
    press(page, "ArrowRight")
    assert part(page, "n5", "grad") == "1"
    seen = {}
    for _ in range(5):
        press(page, "ArrowRight")
        lines = page.locator(".lines div").all_text_contents()
        name, before, after = re.fullmatch(r"(\w+)\.grad: (\S+) → (\S+)", lines[2]).groups()
        _, local, upstream = re.fullmatch(r"(\w+)\.grad \+= \(?([^ )]+)\)? × \(?([^ )]+)\)?", lines[1]).groups()
        assert math.isclose(number(before) + number(local) * number(upstream), number(after), rel_tol=1e-6)
        seen[name] = number(after)
        if name in ids:
            assert part(page, ids[name], "grad") == after
            chip = page.locator(f'.tg-node[data-id="{ids[name]}"] [data-part="chip"]')
            level = int(chip.get_attribute("data-f").removeprefix("scale"))
            assert (level > 0) - (level < 0) == (seen[name] > 0) - (seen[name] < 0)
    for name in "wxb":
        assert math.isclose(seen[name], slopes[name], rel_tol=1e-6)
    assert at(page) == "9 of 9"


def test_keys_buttons_slider_and_list_all_lead_to_the_same_states(show):
    page = show(tg.play(neuron()))
    press(page, "End")
    assert at(page) == "9 of 9"
    end = page.locator(".stage svg").inner_html()
    press(page, "ArrowLeft", 4)
    assert at(page) == "5 of 9"
    assert part(page, "n0", "grad") == "–"
    page.get_by_role("button", name="One step on").click()
    assert at(page) == "6 of 9"
    page.get_by_role("button", name="One step back").click()
    page.get_by_role("slider", name="Step").fill("7")
    assert at(page) == "7 of 9"
    page.get_by_role("button", name="8. w.grad").click()
    assert at(page) == "8 of 9"
    assert page.locator("[aria-current=step]").text_content().startswith("8.")
    page.get_by_role("button", name="To the end").click()
    assert page.locator(".stage svg").inner_html() == end
    page.get_by_role("button", name="To the start").click()
    assert at(page) == "0 of 9"
    press(page, "Home")
    press(page, "ArrowLeft")
    assert at(page) == "0 of 9"


def test_steps_are_as_long_as_a_node_or_a_layer(show):
    y = tg.nn.mse(tg.nn.MLP(2, [6, 6, 6, 1], "tanh", seed=0)([1.0, 2.0]), 1.0)
    page = show(tg.play(y, collapse=None, max_nodes=400))
    total = int(at(page).split()[-1])
    page.get_by_role("combobox", name="Length of a step").select_option("node")
    presses = 0
    while at(page).split()[0] != str(total) and presses < 500:
        press(page, "ArrowRight")
        presses += 1
    assert presses == 2 * sum(1 for node in tg.topological_order(y) if node.parents) + 1  # once forward, once backward
    page.get_by_role("combobox", name="Length of a step").select_option("layer")
    press(page, "Home")
    presses = 0
    while at(page).split()[0] != str(total) and presses < 500:
        press(page, "ArrowRight")
        presses += 1
    assert presses <= 2 * (4 + 1) + 1  # four layers and the loss
    press(page, "ArrowLeft")
    assert int(at(page).split()[0]) < total - 1


def test_the_end_says_what_is_largest_and_what_passes_nothing(show):
    x, w = Value(-2.0, "x"), Value(3.0, "w")
    y = tg.relu(x) + 5.0 * w + x
    y.name = "y"
    page = show(tg.play(y))
    assert page.locator(".closing").is_hidden()
    press(page, "End")
    text = page.locator(".closing").text_content()
    assert "The largest gradients: w 5, x 1." in text
    assert "1 node passes nothing back" in text


def test_a_weight_of_the_way_back_is_not_called_a_slope(show):
    back = tg.Op("back", lambda x: 2.0 * x, lambda y, x: (0.5,), code="2.0 * x", exact=False)
    x = Value(3.0, "x")
    page = show(tg.play(back(x) * 1.0))
    press(page, "End")
    text = page.locator("[aria-live=polite]").text_content()
    assert "goes back to x by the weight 0.5, which is not a derivative, on purpose" in text
    assert page.locator(".rule").text_content() == ""
    assert page.locator(".lines div").first.text_content() == "x.grad += weight back × v1.grad"


def test_a_slope_is_shown_once_its_node_has_a_value(show):
    page = show(tg.play(neuron()))
    shown = page.locator(".tg-edge:not(.unknown) [data-part=label]")
    assert shown.count() == 0
    press(page, "ArrowRight")
    assert sorted(shown.all_text_contents()) == ["0.5", "2"]
    press(page, "ArrowRight", 2)
    assert shown.count() == 5


def test_while_the_gradient_runs_the_arrow_points_back_and_a_chip_lands(show):
    page = show(tg.play(neuron()))
    press(page, "ArrowRight", 5)
    arrow = page.locator(".flow polygon")
    (tip, *_) = arrow.get_attribute("points").split()
    edge = page.locator(".tg-edge.now path").evaluate("p => [p.getPointAtLength(0).x, p.getPointAtLength(0).y]")
    assert [float(v) for v in tip.split(",")] == pytest.approx(edge)
    assert page.locator(".tg-edge.now polygon").is_hidden()
    page.locator(".chip:not([hidden])").wait_for(state="attached")
    page.locator(".chip[hidden]").wait_for(state="attached")
    quiet = show(tg.play(neuron()), reduced_motion="reduce")
    press(quiet, "ArrowRight", 5)
    assert quiet.locator(".flow polygon").count() == 1
    assert quiet.locator(".chip").is_hidden()


def test_playing_and_pausing(show):
    page = show(tg.play(neuron()))
    page.get_by_role("combobox", name="Speed").select_option("20")
    press(page, "Space")
    assert "Pause" in page.locator(".play").text_content()
    page.wait_for_function("() => true")
    page.locator(".count", has_text="9 of 9").wait_for()
    page.locator(".play", has_text="Play").wait_for()
    page.get_by_role("combobox", name="Speed").select_option("0.5")
    page.locator(".play").click()  # starts again from the beginning
    assert at(page) == "0 of 9"
    assert "Pause" in page.locator(".play").text_content()
    page.locator(".play").click()
    assert "Play" in page.locator(".play").text_content()
    page.wait_for_timeout(300)
    assert at(page) == "0 of 9"


def test_the_current_edge_and_its_two_nodes_are_lit_and_the_rest_is_dimmed(show):
    page = show(tg.play(neuron()))
    press(page, "ArrowRight", 8)
    lit = page.locator(".tg-node.now")
    assert sorted(lit.evaluate_all("nodes => nodes.map(n => n.dataset.id)")) == ["n0", "n2"]
    edges = page.locator(".tg-edge.now").evaluate_all("es => es.map(e => e.dataset.source + e.dataset.target)")
    assert edges == ["n0n2"]
    assert page.locator(".tg-node.later").count() == 0  # not x either, for the rule reads: x = 2
    press(page, "ArrowLeft", 3)
    assert page.locator(".tg-node.later").evaluate_all("nodes => nodes.map(n => n.dataset.id)") == [
        "n0",
        "n1",
        "n2",
        "n3",
    ]
    press(page, "ArrowRight", 3)
    assert "∂(w × x)/∂w = x = 2" in page.locator(".rule").text_content()
    assert "is added to w.grad" in page.locator("[aria-live=polite]").text_content()
    press(page, "ArrowLeft", 3)
    assert "1 − y²" in page.locator(".rule").text_content()


def shared():
    a, b = Value(-4.0, "a"), Value(2.0, "b")
    c = a * b + b * b
    return tg.sum([c, a, tg.relu(b - a), c]) / 2.0


def folded():
    return tg.nn.mse(tg.nn.MLP(2, [3, 1], seed=0)([1.0, 2.0]), 1.0)


@pytest.mark.parametrize(
    ("make", "options"), [(neuron, {}), (shared, {}), (folded, {"collapse": 2}), (folded, {"max_nodes": 12})]
)
def test_what_a_step_is_about_is_never_dimmed_and_is_on_the_picture_or_said_where(show, make, options):
    player = tg.play(make(), **options)
    page = show(player)
    data = json.loads(re.search(r'class="tinygrad-page-data">(.*?)</script>', player.html, re.S)[1])
    for step in data["steps"]:
        press(page, "ArrowRight")
        if step[0] == "h":
            continue
        homes = data["views"][step[1]]["homes"]
        ends = [step[2], *([step[5]] if step[0] == "b" else [])]
        operands = data["things"][step[2]][-1]
        dimmed = {*page.locator(".tg-node.later").evaluate_all("nodes => nodes.map(n => n.dataset.id)")}
        assert not dimmed & {homes.get(str(t)) for t in (*ends, *operands)}
        text = page.locator("[aria-live=polite]").text_content()
        for t in ends:
            if homes.get(str(t), "")[:1] != "n":
                name = data["things"][t][0]
                assert f"({name} is inside “" in text or f"({name} is not on this picture.)" in text


def test_of_one_operand_twice_the_player_says_which_is_meant(show):
    page = show(tg.play(Value(3.0, "x") * Value(3.0, "x")))
    press(page, "ArrowRight", 3)
    assert "∂v1/∂x = ∂(x × x#2)/∂x = x#2 = 3" in page.locator(".rule").text_content()  # two of one name
    x = Value(3.0, "x")
    page = show(tg.play(x * x))
    for which in ("left", "right"):
        press(page, "ArrowRight", 3 if which == "left" else 1)
        rule = page.locator(".rule").text_content()
        assert f"the slope of v1 = x² towards the {which} factor is x = 3" in rule
        assert "∂" not in rule
        assert page.locator(".lines div").first.text_content() == "x.grad += slope × v1.grad"


def test_a_newcomer_finds_why_w_has_its_gradient_in_one_click(show):
    page = show(tg.play(neuron()))
    page.locator('.tg-node[data-id="n0"]').click()
    reason = page.locator(".why")
    assert "Why is w.grad = 1.4232?" in reason.text_content()
    assert "y → v2 → v1 → w" in reason.text_content()
    assert "0.7116 × 1 × 2" in reason.text_content()
    assert sorted(page.locator(".tg-node.path").evaluate_all("ns => ns.map(n => n.dataset.id)")) == [
        "n0",
        "n2",
        "n4",
        "n5",
    ]
    assert at(page) == "0 of 9"  # to ask does not move time
    page.get_by_role("button", name="step 8: ").click()
    assert at(page) == "8 of 9"
    press(page, "Escape")
    assert reason.is_hidden()
    assert at(page) == "0 of 9"  # and Escape goes back
    page.get_by_role("combobox", name="Why has this node").select_option(label="b.grad")
    assert "Why is b.grad = 0.7116?" in reason.text_content()


def test_a_node_used_twice_has_two_paths_and_two_steps(show):
    x = Value(3.0, "x")
    page = show(tg.play(x * x))
    page.locator('.tg-node[data-id="n0"]').click()
    text = page.locator(".why").text_content()
    assert "sum over 2 paths" in text
    assert "added up in 2 steps" in text
    page.get_by_role("button", name="step 3: ").click()
    assert part(page, "n0", "grad") == "3"
    press(page, "ArrowRight")
    assert part(page, "n0", "grad") == "6"


def test_zoom_and_pan_move_the_window_and_fit_restores_it(show):
    page = show(tg.play(neuron()))
    svg = page.locator(".stage svg")
    whole = svg.get_attribute("viewBox")
    press(page, "+")
    zoomed = svg.get_attribute("viewBox")
    assert float(zoomed.split()[2]) < float(whole.split()[2])
    box = svg.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 140, steps=4)
    page.mouse.up()
    panned = svg.get_attribute("viewBox")
    assert float(panned.split()[0]) > float(zoomed.split()[0])
    press(page, "0")
    assert svg.get_attribute("viewBox") == whole


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_it_fits_and_passes_the_accessibility_checks(show, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core, packed for Playwright")
    page = show(tg.play(neuron()), width=width, color_scheme=scheme, reduced_motion="reduce")
    assert page.locator(".box").get_attribute("data-theme") == scheme
    for prepare in (
        lambda: None,
        lambda: press(page, "ArrowRight", 7),
        lambda: page.locator('.tg-node[data-id="n1"]').click(),
    ):
        prepare()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = axe.Axe().run(page).response["violations"]
        assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []


@pytest.mark.parametrize("page_of", [tg.play, tg.practice])
def test_the_drawing_is_as_dark_as_the_page_and_can_be_read(show, page_of):
    page = show(page_of(neuron()), color_scheme="dark")
    light_of = """elements => elements.map(e => {
      const [r, g, b] = getComputedStyle(e).fill.match(/[0-9.]+/g).map(Number);
      return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
    })"""

    def light(part):
        return page.locator(f".stage {part}").evaluate_all(light_of)

    grounds = ("svg > rect", ".tg-node [data-part=card]")
    letters = (".tg-node text:not([data-part=grad]):not([data-f^=ink])", ".tg-edge [data-part=label]")
    for dark in (True, False):
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.locator(f".box[data-theme={'dark' if dark else 'light'}]").wait_for()
        on, of = [x for part in grounds for x in light(part)], [x for part in letters for x in light(part)]
        assert len(on) > 6
        assert len(of) > 12
        assert (max(on) < 0.25 and min(of) > 0.55) if dark else (min(on) > 0.75 and max(of) < 0.45)
    # Sphinx's furo has a button, and tells its choice on the body; its third choice is that of the reader.
    for chosen, theme in (("dark", "dark"), ("light", "light"), ("auto", "light")):
        page.evaluate("chosen => { document.body.dataset.theme = chosen; }", chosen)
        page.locator(f".box[data-theme={theme}]").wait_for()


def test_what_is_cut_off_fades_and_nothing_small_hides_the_arrow_it_runs_along(show):
    page = show(tg.play(neuron()), width=400)
    window, note = page.locator(".window"), page.get_by_text("the picture goes on")
    page.locator(".window[data-more=right]").wait_for()
    window.evaluate("e => e.scrollTo({left: 9999, behavior: 'instant'})")
    page.locator(".window[data-more=left]").wait_for()
    assert note.is_visible()
    page.set_viewport_size({"width": 1400, "height": 900})
    page.locator('.window[data-more=""]').wait_for()
    assert note.is_hidden()
    press(page, "End")
    covered = page.evaluate("""() => new Promise(done => {
      const root = document.querySelector(".tinygrad-page > div").shadowRoot;
      const chip = root.querySelector(".chip");
      let seen = 0, worst = 0;
      const look = () => {
        const arrow = root.querySelector(".flow polygon");
        if (chip.hidden || !arrow) return done([seen, worst]);
        const [a, b] = [chip, arrow].map(e => e.getBoundingClientRect());
        seen += 1;
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        worst = Math.max(worst, Math.min(wide, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)));
        requestAnimationFrame(look);
      };
      look();
    })""")
    assert covered[0] > 3
    assert covered[1] <= 1


@pytest.mark.parametrize("width", [400, 1400])
def test_the_far_end_of_a_long_edge_is_told_at_the_rim_and_a_click_brings_it_into_sight(show, width):
    weights = [Value(0.0001 * i, f"w{i}") for i in range(24)]
    total = tg.dot(weights, [2.0 + i for i in range(24)])
    total.name = "total"
    page = show(tg.play(tg.tanh(total)), width=width)
    page.emulate_media(reduced_motion="reduce")  # nothing glides
    rim, window = page.locator(".rim"), page.locator(".window")
    page.locator(".steps button", has_text="w0.grad +=").click()
    slope = 1.0 - math.tanh(math.fsum(0.0001 * i * (2.0 + i) for i in range(24))) ** 2
    told = r"(\S+)\.grad = (\S+) [↑↓]"
    for name, grad in (("total", slope), ("w0", 2.0 * slope), ("total", slope)):
        rim.wait_for()
        found = re.fullmatch(told, rim.text_content())
        assert found[1] == name
        assert number(found[2]) == pytest.approx(grad, abs=6e-5)
        box, ground = rim.bounding_box(), window.bounding_box()
        assert ground["y"] <= box["y"] <= ground["y"] + ground["height"] - box["height"]
        assert ground["x"] <= box["x"] <= ground["x"] + ground["width"] - box["width"]
        rim.click()
        card, ground = page.locator(".tg-node.now", has_text=name).bounding_box(), window.bounding_box()
        assert ground["y"] - 1 <= card["y"] <= ground["y"] + ground["height"] - card["height"] + 1
    page.get_by_role("button", name="Show all (0)").click()
    assert rim.is_hidden()


def test_long_names_can_be_read_on_a_narrow_page(show):
    y = tg.tanh(Value(0.5, "the weight of the first input") * Value(2.0, "the first input itself"))
    page = show(tg.play(y), width=400)
    press(page, "ArrowRight")
    lines = page.locator(".lines")
    assert lines.evaluate("e => { e.scrollLeft = 80; return e.scrollLeft; }") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_motion_is_left_out_for_those_who_asked_for_it(show):
    for wish, animations in (("reduce", 0), ("no-preference", 1)):
        page = show(tg.play(neuron()), reduced_motion=wish)
        press(page, "ArrowRight", 8)
        running = page.evaluate("""() => document.querySelector('.tinygrad-page > div').shadowRoot.getAnimations()
            .filter(a => a.animationName === 'flow').length""")
        assert running == animations


@pytest.mark.parametrize(
    "name", ["</script><img onerror=alert(1) src=x>", "<!--<script>", "'\"><svg onload=alert(1)>", "好🎉"]
)
def test_names_are_shown_and_run_nothing(show, name):
    y = Value(1.0, name) * Value(2.0, "x")
    y.name = name
    with tg.scope(name):
        z = tg.sin(y)
    page = show(tg.play(z))
    press(page, "End")
    page.locator('.tg-node[data-id="n0"]').click()
    assert name[:5] in page.locator(".why").text_content()
    assert page.locator("img[onerror]").count() == 0


def test_stepping_into_a_folded_scope_opens_it(show):
    model = tg.nn.MLP(2, [16, 16, 1], seed=0)
    loss = tg.nn.mse(model([1.0, 2.0]), 1.0)
    page = show(tg.play(loss))
    assert page.locator(".where button").count() == 0
    press(page, "ArrowRight")
    assert page.locator(".where b").text_content().startswith("neurons")
    assert page.locator(".tg-node.now").count() >= 1
    titles = page.locator(".tg-node.parameter > title").all_text_contents()  # what the pointer is told on hover
    assert "layers.0.neurons.0.w.0" in titles
    page.get_by_role("button", name="← whole").click()
    assert page.locator(".where button").count() == 0
    page.locator(".tg-node.group").first.click()
    assert page.locator(".where b").count() == 1


def test_four_hundred_nodes_step_without_a_stutter_that_one_sees(show):
    values = [Value(0.1 * i, f"x{i}") for i in range(20)]
    while len(values) < 400:
        values.append(tg.tanh(values[-1] * values[-7]) if len(values) % 3 else values[-2] + values[-5])
    page = show(tg.play(tg.sum(values[-10:]), max_nodes=420))
    assert page.locator(".tg-node").count() >= 380
    press(page, "ArrowRight", 30)
    press(page, "End")
    assert page.locator(".tg-node.later").count() == 0


def test_where_scripts_do_not_run_the_finished_picture_is_there(open_page, tmp_path):
    path = tg.play(neuron()).save(tmp_path / "steps.html")
    page = open_page(path.as_uri(), java_script_enabled=False)
    picture = page.locator("img")
    assert picture.is_visible()
    assert picture.bounding_box()["width"] > 400
    assert "computation graph of y" in picture.get_attribute("alt")


def test_several_players_on_one_page_do_not_touch_each_other(open_page, tmp_path):
    one, two = tg.play(neuron()), tg.play(Value(3.0, "p") * Value(4.0, "q"))
    path = tmp_path / "both.html"
    head = "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>two</title></head><body>"
    path.write_text(f"{head}{one.html}{two.html}{one.html}</body></html>", encoding="utf-8")
    page = open_page(path.as_uri())
    boxes = page.locator(".box")
    boxes.nth(2).wait_for()
    assert boxes.count() == 3
    boxes.nth(1).press("End")
    assert boxes.nth(1).locator(".count").text_content() == "4 of 4"
    assert boxes.nth(0).locator(".count").text_content() == "0 of 9"
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def layered(x0):
    """A loss whose layers are folded, for an input that can be turned."""
    model = tg.nn.MLP(2, [4, 3, 1], "tanh", seed=0)
    return tg.nn.binary_cross_entropy(model([Value(x0, "x0"), Value(-1.0, "x1")]), 1)


def test_lines_between_layers_change_with_the_knobs(show):
    looks = """edges => Object.fromEntries(edges.map(edge => {
        const {dataset, style} = edge.querySelector("path");
        const {source, target} = edge.dataset;
        return [`${source}>${target}`, [dataset.s, Number.parseFloat(style.strokeWidth || 1.2)]];
    }))"""
    seen = []
    for x0 in (0.5, -2.0):
        page = show(tg.play(layered(x0), collapse=2))
        seen.append(page.locator(".tg-edge.line").evaluate_all(looks))
    page = show(tg.play(layered(0.5), collapse=2))
    page.get_by_role("spinbutton", name="x0", exact=True).fill("-2")
    turned = page.locator(".tg-edge.line").evaluate_all(looks)
    assert seen[0] != seen[1]
    assert {key: role for key, (role, _) in turned.items()} == {key: role for key, (role, _) in seen[1].items()}
    for key, (_, width) in turned.items():
        assert width == pytest.approx(seen[1][key][1], abs=0.4)
