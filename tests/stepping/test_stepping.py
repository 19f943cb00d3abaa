"""The step player as data and text, the Stepper, and the walk in a terminal."""

import html.parser
import json
import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from urllib.parse import unquote

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.pages import play
from tinygrad_edu.stepping import Stepper, walk
from tinygrad_edu.stepping.terminal import text_of

pytest.importorskip("pygraphviz", reason="pygraphviz lays out the player's picture")

EVIL = "</script><img onerror=alert(1) src=x>"


def neuron():
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-0.4, "b")
    y = tg.tanh(w * x + b)
    y.name = "y"
    return w, x, b, y


def micrograd_example():
    a, b = Value(-4.0, "a"), Value(2.0, "b")
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + tg.relu(b + a)
    d = d + 3 * d + tg.relu(b - a)
    g = (c - d) ** 2 / 2.0 + 10.0 / (c - d) ** 2
    return a, b, g


def data_of(player):
    (text,) = re.findall(
        r'<script type="application/json" class="tinygrad-page-data">(.*?)</script>', player.html, re.S
    )
    return json.loads(text)


def still(player):
    """The picture inside the <img>, as a browser would decode it."""
    (address,) = re.findall(r'src="data:image/svg\+xml;charset=utf-8,([^"]*)"', player.html)
    return ET.fromstring(unquote(address))


def number(text):
    return float(text.replace("−", "-"))


def numeric_gradient(build, values, i, h=1e-6):
    up, down = list(values), list(values)
    up[i] += h
    down[i] -= h
    return (build(*up) - build(*down)) / (2 * h)


# ---------------------------------------------------------------------------------------- player


def test_the_steps_replayed_from_the_data_give_the_gradients_of_finite_differences():
    *_, y = neuron()
    data = data_of(play(y, digits=12))
    grads = {}
    for step in data["steps"]:
        if step[0] == "b":
            to, contribution, before = step[5], number(step[10]), number(step[11])
            assert grads.get(to, 0.0) == before
            grads[to] = number(step[3])
            assert math.isclose(before + contribution, grads[to], rel_tol=1e-9)
            assert math.isclose(number(step[8]) * number(step[9]), contribution, rel_tol=1e-9)
    by_name = {data["things"][t][0]: g for t, g in grads.items()}
    for i, name in enumerate("wxb"):
        expected = numeric_gradient(lambda w, x, b: math.tanh(w * x + b), (0.5, 2.0, -0.4), i)
        assert math.isclose(by_name[name], expected, rel_tol=1e-6)


def test_each_step_of_a_neuron_is_there_once_and_in_order():
    *_, y = neuron()
    data = data_of(play(y))
    names = [thing[0] for thing in data["things"]]
    told = [
        (s[0], names[s[2]]) if s[0] != "b" else ("b", names[s[5]], names[s[2]], data["rules"][s[7]])
        for s in data["steps"]
    ]
    assert told == [
        ("f", "v1"),
        ("f", "v2"),
        ("f", "y"),
        ("s", "y"),
        ("b", "v2", "y", "1 − y²"),
        ("b", "v1", "v2", "1"),
        ("b", "b", "v2", "1"),
        ("b", "w", "v1", "x"),
        ("b", "x", "v1", "w"),
    ]


def test_playing_changes_no_gradient():
    w, _, _, y = neuron()
    w.grad = 7.0
    player = play(y)
    assert player.html
    assert player.text()
    assert (w.grad, y.grad) == (7.0, 0.0)


def test_every_reason_sums_up_to_its_gradient():
    a, b, g = micrograd_example()
    data = data_of(play(g, digits=12))
    g.backward()
    names = [thing[0] for thing in data["things"]]
    for leaf in (a, b):
        gradient, count, listed, rest = data["why"][str(names.index(leaf.name))]
        assert math.isclose(number(gradient), leaf.grad, rel_tol=1e-9)
        sizes = [abs(number(path[0])) for path in listed]
        assert sizes == sorted(sizes, reverse=True)
        for product, hops in listed:
            steps = [data["steps"][hop] for hop in hops]
            assert math.isclose(number(product), math.prod(number(step[8]) for step in steps), rel_tol=1e-9)
            assert steps[0][2] == data["root"]
            assert all(before[5] == after[2] for before, after in pairwise(steps))
            assert names[steps[-1][5]] == leaf.name
        assert int(count.replace(",", "")) == len(listed) + int((rest or "0").replace(",", ""))


def test_the_colour_of_a_step_is_that_of_the_gradient_it_arrives_at():
    *_, g = micrograd_example()
    data = data_of(play(g - g * 0.5, digits=12))
    seen = sorted((number(step[3]), step[4]) for step in data["steps"] if step[0] in "sb")
    for gradient, level in seen:
        assert (level > 0) - (level < 0) == (gradient > 0) - (gradient < 0)
    assert [level for _, level in seen] == sorted(level for _, level in seen)
    assert len({level for _, level in seen}) >= 5


def test_the_still_picture_shows_the_final_values_and_gradients():
    w, *_, y = neuron()
    picture = still(play(y))
    y.backward()
    shown = ["".join(e.itertext()) for e in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert f"{w.grad:.4f}".rstrip("0") in shown
    assert "–" not in shown


class Page(html.parser.HTMLParser):
    """Collects the elements of a page, scripts' contents apart."""

    def __init__(self):
        super().__init__()
        self.elements = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "name",
    [EVIL, "<!--", "<script>", "]]>", '"><b>', "'", "\u2028", "a\\b", "{x}", "%41", "#", "&lt;", "好🎉", "\ud800"],
)
def test_names_inject_nothing_and_survive(name):
    y = Value(1.0, name) * Value(2.0, "x")
    y.name = name
    with tg.scope(name):
        z = y + 1.0
    player = play(z)
    page = Page()
    page.feed(player.page)
    assert [tag for tag, _ in page.elements].count("script") == 2
    assert [tag for tag, _ in page.elements].count("img") == 1
    assert not any(key.startswith("on") for _, attrs in page.elements for key in attrs)
    tags = {e.tag.removeprefix("{http://www.w3.org/2000/svg}") for e in still(player).iter()}
    assert tags <= {"svg", "style", "g", "rect", "path", "polygon", "text"}
    labels = [thing[0] for thing in data_of(player)["things"]]
    assert any(label[:5] == name.replace("\u2028", " ").replace("\ud800", "\ufffd")[:5] for label in labels)


def test_the_page_asks_nothing_of_the_network_and_has_no_line_comments():
    page = play(neuron()[-1]).page
    addresses = set(re.findall(r"(?:https?:)?//[^\s\"'<>]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    script = re.findall(r"<script>(.*?)</script>", page, re.S)[0]
    assert "//" not in script
    assert not re.search(r"\b(import|fetch|XMLHttpRequest|eval)\b", script)
    assert ' id="' not in page


def test_sizes_stay_within_what_a_notebook_can_hold():
    assert len(play(neuron()[-1]).page.encode()) < 150_000
    values = [Value(0.1 * i, f"x{i}") for i in range(20)]
    while len(values) < 405:
        values.append(tg.tanh(values[-1] * values[-7]) if len(values) % 3 else values[-2] + values[-5])
    player = play(tg.sum(values[-10:]), max_nodes=400)
    drawn = [n for n in still(player).iter("{http://www.w3.org/2000/svg}g") if "tg-node" in n.get("class", "")]
    assert 380 <= len(drawn) <= 400
    assert len(player.page.encode()) < 1_000_000


def test_a_folded_scope_has_a_view_of_its_own_and_its_steps_lead_there():
    random_weights = [[0.1 * (i - j) for j in range(6)] for i in range(12)]
    xs = [Value(float(i), f"x{i}") for i in range(6)]
    outs = []
    for i, row in enumerate(random_weights):
        with tg.scope(f"neuron{i}"):
            total = Value(0.0, f"b{i}")
            for w, x in zip(row, xs, strict=True):
                total = total + x * Value(w, f"w{i}.{len(outs)}")
            outs.append(tg.tanh(total))
    y = tg.sum(outs)
    data = data_of(play(y, max_nodes=40))
    assert [v["name"] for v in data["views"]][:3] == ["", "neuron0", "neuron1"]
    assert {v["opens"][:1] for v in data["views"][1:]} == {"g"}
    # Each step's view draws the node that the step changes by itself.
    for step in data["steps"]:
        if step[0] != "h":
            changed = step[5] if step[0] == "b" else step[2]
            assert data["views"][step[1]]["homes"][str(changed)].startswith("n")
    used = {step[1] for step in data["steps"]}
    assert len(used) > 5


def test_steps_that_are_drawn_nowhere_are_counted():
    y = Value(0.5, "x")
    for _ in range(1000):
        y = tg.sin(y)
    data = data_of(play(y))
    hidden = sum(step[2] for step in data["steps"] if step[0] == "h")
    shown = sum(1 for step in data["steps"] if step[0] != "h")
    assert hidden + shown == len(list(tg.steps(y)))
    assert hidden > 1500


def test_a_computation_of_one_leaf_and_dead_ones_can_be_played():
    for y in (Value(1.0, "x"), tg.relu(Value(-1.0, "x")), tg.log(Value(-1.0, "x")), Value(2.0) * 3.0):
        assert data_of(play(y))["steps"]
        assert play(y).text()


def test_saving_whole_or_not_at_all(tmp_path):
    player = play(neuron()[-1])
    page = player.save(tmp_path / "steps.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert player.save(tmp_path / "steps.txt").read_text(encoding="utf-8") == player.text() + "\n"
    with pytest.raises(ValueError, match=r"\.html"):
        player.save(tmp_path / "steps.mp4")
    with pytest.raises(FileNotFoundError, match="make it first"):
        player.save(tmp_path / "no" / "steps.html")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["steps.html", "steps.txt"]


def test_the_same_computation_gives_the_same_bytes():
    assert play(neuron()[-1]).page == play(neuron()[-1]).page


def test_it_shows_itself():
    player = play(neuron()[-1])
    assert set(player._repr_mimebundle_()) == {"text/plain", "text/html"}
    kind, frame = player._mime_()
    assert kind == "text/html"
    assert frame.startswith("<iframe")
    assert len(repr(player)) < 130


def test_without_graphviz_the_text_is_shown_and_the_remedies(monkeypatch, tmp_path):
    import sys

    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    player = play(neuron()[-1])
    shown = player._repr_mimebundle_()
    assert set(shown) == {"text/plain"}
    assert "pip install pygraphviz" in shown["text/plain"]
    assert "w.grad +=" in shown["text/plain"]
    assert "w.grad +=" in player.text()


@pytest.mark.parametrize("x", [None, 1.0, "x", [Value(1.0)]])
def test_what_cannot_be_played_is_refused(x):
    with pytest.raises(TypeError, match="Value"):
        play(x)
    with pytest.raises(TypeError, match="Value"):
        Stepper(x)


@pytest.mark.parametrize("options", [{"digits": 0}, {"digits": "4"}, {"max_nodes": 2}, {"direction": "up"}])
def test_wrong_options_are_refused(options):
    with pytest.raises(ValueError, match="give"):
        play(Value(1.0), **options)


# ---------------------------------------------------------------------------------------- text


def test_the_text_has_names_numbers_and_rules():
    lines = text_of(neuron()[-1]).splitlines()
    assert "  1  v1 = w × x" in lines
    assert "        = 0.5 × 2 = 1" in lines
    assert "  8  w.grad += ∂v1/∂w × v1.grad     where ∂v1/∂w = x" in lines
    assert "        0 + 2 × 0.7116 = 1.4232" in lines


def test_a_long_computation_is_told_lazily():
    y = Value(0.5, "x")
    for _ in range(20_000):
        y = y + 1.0
    from tinygrad_edu.stepping.terminal import lines_of

    lines = lines_of(y)
    assert [next(lines) for _ in range(3)] == [
        "forward: compute the values",
        "  1  v1 = x + 1",
        "        = 0.5 + 1 = 1.5",
    ]


# ---------------------------------------------------------------------------------------- Stepper


def test_a_stepper_has_the_gradients_of_the_current_step_and_ends_at_those_of_backward():
    a, b, g = micrograd_example()
    nodes = tg.topological_order(g)
    g.backward()
    expected = [n.grad for n in nodes]
    stepper = Stepper(g)
    assert all(n.grad == 0.0 for n in nodes)
    assert stepper.current is None
    trail = [[n.grad for n in nodes]]
    while stepper.next() is not None:
        trail.append([n.grad for n in nodes])
    assert trail[-1] == expected
    for state in reversed(trail[:-1]):
        stepper.back()
        assert [n.grad for n in nodes] == state
    assert stepper.current is None
    assert stepper.back() is None
    while stepper.next() is not None:
        pass
    assert (a.grad, b.grad) == (expected[nodes.index(a)], expected[nodes.index(b)])


def test_breakpoints_on_a_node_and_on_a_condition():
    a = Value(3.0, "a")
    b = a * a
    stepper = Stepper(b)
    assert stepper.run_until(a).contribution == 3.0
    assert a.grad == 3.0
    assert stepper.run_until(a).grad_after == 6.0
    assert stepper.run_until(a) is None
    stepper = Stepper(b)
    assert stepper.run_until(lambda step: step.kind == "seed") is stepper.current
    assert (b.grad, a.grad) == (1.0, 0.0)
    with pytest.raises(TypeError, match="run_until"):
        stepper.run_until("a")


# ---------------------------------------------------------------------------------------- terminal


def walked(y, answers):
    said = []
    answers = iter(answers)

    def ask(_):
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    walk(y, input=ask, output=said.append)
    return said


def test_a_walk_goes_on_back_explains_and_leaves():
    w, _, _, y = neuron()
    said = walked(y, ["", "", "<", "w", "nope", ".", ""])
    text = "\n".join(said)
    assert "  1  v1 = w × x" in text
    assert "  2  v2 = v1 + b" in text
    assert text.count("  1  v1 = w × x") == 2
    assert "w.grad is 0 so far" in text
    assert "w.grad = 1.4232 in the end, summed over 1 path:" in text
    assert "y → v2 → v1 → w   (0.7116 × 1 × 2)" in text
    assert "no node is called 'nope'" in text
    assert w.grad == 0.0


def test_a_walk_to_both_ends_and_beyond():
    *_, y = neuron()
    said = walked(y, ["<", *[""] * 12, "w"])
    assert said[1] == "At the start: only the leaves have values."
    assert sum("That was the last step" in line for line in said) == 3
    assert "  w.grad is 1.4232 so far" in said


def test_a_plain_number_gets_no_gradient():
    assert any("gets no gradient" in line for line in walked(Value(1.0, "x") * 2.0, ["2"]))


def test_names_are_asked_about_and_keys_are_keys_whatever_the_variables_are_called():
    said = walked(neuron()[-1], ["", "b", "why b", "why q"])
    assert said.count("b = −0.4") == 2
    assert any("no node is called 'q'" in line for line in said)
    b, q = Value(2.0, "b"), Value(3.0, "q")
    said = walked(b * q, ["", "q", "b", "<", ".", "", ""])
    assert [line for line in said if line.startswith(("b =", "q =", "At the start"))] == [
        "q = 3", "b = 2", "At the start: only the leaves have values.",
    ]  # fmt: skip
    assert said[-1] == "At the start: only the leaves have values.", "it was left there"
    said = walked(Value(2.0, "x") * 3.0, ["", "b", "q", ""])  # where nothing is called so, the letters do as well
    assert said[-1] == "At the start: only the leaves have values."


def test_a_player_folds_what_a_drawing_folds():
    model = tg.nn.MLP(2, [4, 1], seed=0)
    loss = model([1.0, 2.0])
    folded = tg.play(loss, collapse=2).html
    assert folded != tg.play(loss).html
    assert len(tg.play(loss, collapse=None).text()) == len(tg.play(loss, collapse=2).text())
    long = Value(1.0, "x")
    for _ in range(50_000):
        long = -long
    with pytest.raises(ValueError, match=r"50,001 nodes.* at most 50,000: play a part of it.*collapse=1"):
        tg.play(long)
    with pytest.raises(ValueError, match="collapse=-1 is not possible"):
        tg.play(loss, collapse=-1)


def test_the_wrong_order_is_played_without_knobs_or_reasons_and_not_without_end():
    a = Value(3.0, "a")
    c = (a + a) * 1.0
    c = c + c
    data = play(c, order="recursive")._content().data
    assert (data["knobs"], data["why"]) == ([], {})
    assert [step[3] for step in data["steps"] if step[0] == "b"] == ["1", "1", "1", "2", "2", "3", "5", "8"]
    assert play(c, order="recursive").text().splitlines()[-1].endswith("5 + 1 × 3 = 8")
    assert play(c, order="recursive").title == "Step through plain recursion, a mistake"
    for _ in range(12):
        c = c + c
    with pytest.raises(ValueError, match="more than 2,000 steps"):
        play(c, order="recursive")
    with pytest.raises(ValueError, match="did you mean 'recursive'"):
        play(c, order="recursiv")
