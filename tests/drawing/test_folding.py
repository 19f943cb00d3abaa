"""What a large picture leaves out, and that it says so."""

import math
import random

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.drawing import draw
from tinygrad_edu.drawing.scene.palette import DARK, LEVELS, LIGHT, THEMES, contrast, ink_on, level_of
from tinygrad_edu.drawing.style import unit_of
from tinygrad_edu.engine.value import constant


def network(sizes, inputs):
    """A network in which every weight is a node of its own, in scopes as modules make them."""
    random.seed(0)
    with tg.scope("net"):
        values = [constant(x, f"x{i}") for i, x in enumerate(inputs)]
        for layer, width in enumerate(sizes):
            with tg.scope(f"layer{layer}"):
                made = []
                for n in range(width):
                    with tg.scope(f"neuron{n}"):
                        total = Value(0.1, f"layers.{layer}.{n}.b")
                        for i, value in enumerate(values):
                            total = total + Value(random.uniform(-1, 1), f"layers.{layer}.{n}.w.{i}") * value
                        made.append(tg.tanh(total))
            values = made
    return values[0] ** 2


def names(records, kind):
    return [node.name for node in records.nodes if node.kind == kind]


def test_scopes_become_nested_clusters_that_hold_their_parameters():
    records = draw(network([2, 1], [1.0])).records
    labels = {c.id: c.label for c in records.clusters}
    parent = {c.label: labels.get(c.parent) for c in records.clusters}
    assert parent["net"] is None
    assert parent["layer0"] == "net"
    assert parent["neuron1"] == "layer0"
    assert labels[records.node("layers.0.1.w.0").cluster] == "neuron1"
    assert records.node("x0").cluster is None or labels[records.node("x0").cluster] == "net"
    assert records.note == ""


def test_a_parameter_inside_its_modules_clusters_is_headed_by_its_last_name():
    model = tg.nn.MLP(2, [3, 1], seed=0)
    drawing = draw(model([1.0, 2.0]))
    assert drawing.records.node("layers.0.neurons.1.w.0").short_name == "w.0"
    assert ">w.0</text>" in drawing.svg
    assert ">layers.0.neurons.1.w.0</text>" not in drawing.svg
    assert "layers.0.neurons.1.w.0 " in str(drawing)


def test_entering_a_scope_twice_gives_two_clusters():
    x = Value(1.0, "x")
    for _ in range(2):
        with tg.scope("cell"):
            x = tg.tanh(x * 2.0)
    assert [c.label for c in draw(x).records.clusters] == ["cell", "cell#2"]


@pytest.mark.parametrize(
    ("levels", "groups"), [(0, ["net"]), (1, ["layer0", "layer1"]), (2, ["neuron0", "neuron1", "neuron0#2"])]
)
def test_a_number_leaves_so_many_levels_open(levels, groups):
    records = draw(network([2, 1], [1.0]), collapse=levels).records
    assert [name.split("#")[0] for name in names(records, "group")] == [g.split("#")[0] for g in groups]
    assert "folded into their scopes" in records.note


def test_a_function_chooses_the_scopes_to_fold():
    records = draw(network([2, 1], [1.0]), collapse=lambda scope: scope.name == "neuron1").records
    assert names(records, "group") == ["neuron1"]


def test_a_group_tells_its_size_and_the_norm_of_its_gradients():
    y = network([1], [1.0, 2.0])
    y.backward()
    (group,) = [n for n in draw(y, collapse=0).records.nodes if n.kind == "group"]
    inside = [n for n in tg.topological_order(y) if n.op is not tg.OPS["constant"] and n is not y]
    assert group.hidden == len(inside)
    assert math.isclose(group.grad, math.sqrt(sum(n.grad**2 for n in inside)))
    assert f"{group.hidden} nodes" in draw(y, collapse=0).svg


@pytest.mark.parametrize("levels", [0, 1, 2])
def test_inputs_stay_outside_of_what_reads_them_and_folds_inside_of_their_parents(levels):
    y = network([2, 1], [1.0, 2.0])
    records = draw(y, collapse=levels).records
    assert names(records, "input") == ["x0", "x1"]
    model = tg.nn.MLP(2, [3, 1], seed=0)
    records = draw(model([Value(1.0, "a"), Value(2.0, "b")]), collapse=levels).records
    assert names(records, "leaf") == ["a", "b"]
    labels = {c.id: c.label for c in records.clusters}
    above = {0: {None}, 1: {"mlp"}, 2: {"layers.0", "layers.1"}}[levels]
    assert {labels.get(node.cluster) for node in records.nodes if node.kind == "group"} == above


def test_what_is_drawn_and_what_is_hidden_add_up():
    y = network([6, 6, 1], [1.0, 2.0, 3.0])
    for collapse in (0, 1, 2, "auto", None):
        records = draw(y, collapse=collapse, max_nodes=40).records
        single = sum(1 for n in records.nodes if n.kind not in ("group", "elision"))
        hidden = sum(n.hidden for n in records.nodes)
        assert single + hidden == len(draw(y, collapse=None, max_nodes=10_000).records.nodes)
        assert bool(hidden) == bool(records.note)


@pytest.mark.parametrize("sizes", [[4, 4, 1], [16, 16, 1], [30, 30, 30, 1]])
def test_auto_keeps_to_the_limit_and_keeps_the_output(sizes):
    y = network(sizes, [1.0, 2.0])
    y.backward()
    records = draw(y).records
    assert len(records.nodes) <= 150
    assert names(records, "output") == [""]
    ids = {n.id for n in records.nodes}
    assert all(e.source in ids and e.target in ids and e.source != e.target for e in records.edges)


def test_a_network_of_5000_nodes_is_drawn_with_its_layers():
    y = network([40, 20, 1], [0.1] * 20)
    y.backward()
    drawing = draw(y)
    assert len(tg.topological_order(y)) > 5000
    assert len(drawing.records.nodes) <= 150
    assert "layer0" in drawing.svg
    assert drawing.svg.count("<text") < 1000


def test_folding_makes_no_cycle():
    y = network([5, 5, 1], [1.0, 2.0])
    for options in ({"collapse": 1}, {"collapse": 2}, {"max_nodes": 20}, {"max_nodes": 5}):
        records = draw(y, **options).records
        waiting = {n.id: sum(e.target == n.id for e in records.edges) for n in records.nodes}
        ready = [i for i, count in waiting.items() if not count]
        done = 0
        while ready:
            at = ready.pop()
            done += 1
            for edge in records.edges:
                if edge.source == at:
                    waiting[edge.target] -= 1
                    if not waiting[edge.target]:
                        ready.append(edge.target)
        assert done == len(records.nodes), options


def test_a_long_chain_is_elided_in_the_middle():
    x = y = Value(1.0, "x")
    for _ in range(5000):
        y = tg.sin(y)
    y.backward()
    records = draw(y).records
    (middle,) = [n for n in records.nodes if n.kind == "elision"]
    assert len(records.nodes) == 150
    assert middle.hidden == 5001 - 149
    assert records.nodes[0].kind == "leaf"
    assert records.nodes[-1].kind == "output"
    assert f"… {middle.hidden:,} nodes …" in draw(y).svg
    assert f"{middle.hidden:,} of 5,001 nodes are left out in the middle" in records.note
    assert records.node("x").grad == x.grad


def test_a_wide_fan_is_elided_too():
    leaves = [Value(float(i), f"a{i}") for i in range(3000)]
    records = draw(tg.sum(leaves), max_nodes=50).records
    assert len(records.nodes) == 50
    (middle,) = [n for n in records.nodes if n.kind == "elision"]
    (edge,) = [e for e in records.edges if e.source == middle.id]
    assert edge.count == middle.hidden == 3001 - 49


def test_a_chain_whose_leaf_is_read_everywhere_is_laid_out():
    x = y = Value(1.0, "x")
    for _ in range(2000):
        y = y + x
    assert draw(y).svg.count("tg-node") == 150


def test_none_hides_nothing():
    x = y = Value(1.0, "x")
    for _ in range(200):
        y = tg.sin(y)
    records = draw(y, collapse=None).records
    assert len(records.nodes) == 201
    assert records.note == ""
    assert x.grad == 0.0


def test_one_huge_gradient_leaves_the_others_their_colours():
    ordinary = [0.1, -0.2, 0.3, -0.4, 0.5, 0.25, -0.3]
    for outlier in (1e6, 1e300, math.inf):
        unit = unit_of([*ordinary, outlier])
        levels = [level_of(g, unit) for g in ordinary]
        assert len(set(levels)) >= 4
        assert level_of(outlier, unit) == LEVELS
    assert [level_of(g, 1.0) for g in (0.0, math.nan)] == [0, 0]
    assert level_of(-1e-30, 1.0) == -1  # small is not zero


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_texts_can_be_read_on_every_fill(theme):
    for fill in (
        *theme.scale,
        theme.card,
        theme.leaf,
        theme.parameter,
        theme.input,
        theme.output,
        theme.group,
        theme.dead,
    ):
        assert contrast(ink_on(theme, fill), fill) >= 4.5
        if fill not in theme.scale:
            assert contrast(theme.muted, fill) >= 4.5
    assert contrast(theme.alarm, theme.alarm_card) >= 4.5
    assert contrast(theme.muted, theme.background) >= 4.5


def brightness_for_the_colour_blind(colour):
    """Deuteranopia: what is left of red and green is one channel (Viénot, Brettel, Mollon 1999, in linear light)."""
    r, g, b = (((int(colour[i : i + 2], 16) / 255) ** 2.2) for i in (1, 3, 5))
    return 0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_the_scale_can_be_told_apart_without_telling_red_from_green(theme):
    for i, a in enumerate(theme.scale):
        for b in theme.scale[i + 1 :]:
            (yellow_a, blue_a), (yellow_b, blue_b) = map(brightness_for_the_colour_blind, (a, b))
            assert math.hypot(yellow_a**0.45 - yellow_b**0.45, max(blue_a, 0) ** 0.45 - max(blue_b, 0) ** 0.45) > 0.04


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_every_theme_draws_the_same_records(theme):
    y = network([2, 1], [1.0])
    y.backward()
    assert draw(y, theme=theme).records == draw(y).records
    assert THEMES[theme].background in draw(y, theme=theme).svg
