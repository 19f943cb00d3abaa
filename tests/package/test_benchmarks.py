"""The benchmarks do as they say: the same work on both sides, memory counted, reports that keep each other's parts."""

import time

import pytest
from support.thoroughness import THOROUGH

import tinygrad_edu as tg
from benchmarks import memory
from benchmarks.compiled.networks import moons_network
from benchmarks.peers import fused_network
from benchmarks.tools import report
from benchmarks.tools.timing import COLLECTOR, Timing, demand_same_losses, interleaved


class Countdown:
    """A program for the clock: it works for some seconds a round, and its losses go down by one."""

    def __init__(self, start, work):
        self.losses = [start]
        self.work = work

    def __call__(self):
        done = time.process_time() + self.work
        while time.process_time() < done:
            pass
        self.losses.append(self.losses[-1] - 1.0)
        return self.losses[-1]


@pytest.mark.parametrize(("collector", "lives"), list(zip(COLLECTOR, (2, 1, 1), strict=True))[: 3 if THOROUGH else 1])
def test_programs_take_turns_each_in_its_own_process(collector, lives):
    timings = interleaved({"slow": (Countdown, (5.0, 0.12)), "quick": (Countdown, (9.0, 0.04))}, lives, collector, 0.1)
    assert timings["slow"].losses == (5.0, 4.0, 3.0)  # in each life a round to warm up, and one that counts
    assert [len(turn) for turn in timings["slow"].turns] == [1] * lives
    assert all(seconds >= 0.12 for (seconds,) in timings["slow"].turns)
    assert timings["quick"].losses[:3] == (9.0, 8.0, 7.0)
    assert [len(turn) for turn in timings["quick"].turns] == [3] * lives  # the third begins within 0.1 s


def test_the_ratio_compares_within_turns_and_ignores_a_disturbed_one():
    ours = Timing(((1.0, 1.0, 9.0), (3.0, 3.0, 3.0), (1.0, 1.0, 1.0)), ())  # the machine was slow in the second turn
    peer = Timing(((4.0,), (12.0,), (50.0,)), ())  # something else ran in the third
    assert ours.median == 1.0
    assert peer.median == 12.0
    assert ours.times_faster_than(peer) == 4.0


@pytest.mark.parametrize(
    ("losses", "complaint"),
    [
        ((0.5, 0.25), None),
        ((0.5 + 1e-14, 0.25 + 1e-8), None),
        ((0.5 + 1e-9, 0.25), "step 0"),
        ((0.5, 0.25 + 1e-5), "step 1"),
        ((0.5, 0.25, 7.0), None),
    ],
)
def test_a_program_that_computes_something_else_is_refused(losses, complaint):
    timings = {"peer": Timing(((1.0,),), (0.5, 0.25)), "ours": Timing(((1.0,),), losses)}
    if complaint is None:
        demand_same_losses(timings)
    else:
        with pytest.raises(AssertionError, match=complaint):
            demand_same_losses(timings)


def test_a_report_replaces_its_own_part_and_keeps_the_others(tmp_path):
    path = tmp_path / "RESULTS.md"
    report.write_section("First", "unum", path)
    report.write_section("Second", "duo\n\n| a |", path)
    report.write_section("First", "tria", path)
    text = path.read_text()
    assert text.startswith("# Results\n")
    assert text.count("## First") == text.count("## Second") == text.count("## Targets") == 1
    assert "unum" not in text
    assert text.index("tria") < text.index("## Second") < text.index("duo\n\n| a |")
    report.write_section("Third", "quattuor", path, order=("Third", "None", "Second"))
    text = path.read_text()
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Targets", "## Third", "## Second", "## First",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "target", "holds"),
    [
        ("**0.75**", "≤ 0.75", True),
        ("**0.76**", "≤ 0.75", False),
        ("**40.87×**", "≥ 45×", False),
        ("**45.00×**", "≥ 45×", True),
        ("**1/1,630**", "≤ 1/2,500", False),
        ("**1/2,875**", "≤ 1/2,500", True),
        ("0.50", "< 0.5 s", False),
        ("**874**", "< 1,000 kB", True),
        ("12", "> 13", False),
        ("12", "–", True),
        ("–", "≤ 3", True),
        ("", "", True),
    ],
)
def test_a_number_is_held_against_its_target_as_both_are_shown(cell, target, holds):
    assert report.holds(cell, target) is holds


def test_what_misses_its_target_is_marked_and_heads_the_results(tmp_path):
    path = tmp_path / "RESULTS.md"
    slow = report.table(
        ["step", "ms", "ratio", "target"], [["slow", "9", "**1.5×**", "≥ 2×"], ["fine", "3", "3×", "≥ 2×"]]
    )
    both = report.table(["n", "ops", "target", "µs", "target"], [["net", "**21**", "≤ 22", "**30**", "≤ 25"]])
    assert "| ≥ 2× ✗ |" in slow
    assert slow.count(report.MISSED) == both.count(report.MISSED) == 1
    report.write_section("Speed", slow, path)
    report.write_section("Size", f"words\n\n{both}\n\nmore words", path)
    summary = path.read_text().partition("## Targets")[2].partition("## Speed")[0]
    assert summary.strip().splitlines() == [
        "2 of 4 are met. Missed:",
        "",
        "- Speed: slow: **1.5×** (≥ 2×)",
        "- Size: net, µs: **30** (≤ 25)",
    ]
    report.write_section("Speed", "| step | s | target |\n| --- | ---: | ---: |\n| slow | 3 | ≤ 2 |", path)
    assert "3 are met. Missed:\n\n- Speed: slow: 3 (≤ 2)\n- Size" in path.read_text()  # marked or not
    report.write_section("Speed", report.table(["step", "s", "target"], [["slow", "1", "≤ 2"]]), path)
    report.write_section("Size", "no table", path)
    assert "All 1 are met." in path.read_text()
    assert path.read_text().count("## Targets") == 1


def test_bytes_are_those_of_what_is_kept():
    assert memory.bytes_per_result(lambda number: None) == pytest.approx(0.0, abs=0.5)
    assert memory.bytes_per_result(lambda number: bytes(1000)) == pytest.approx(1033, abs=16)


def test_a_sum_and_a_product_take_at_most_250_bytes():
    sizes = memory.two_values(tg.Value)
    assert 100 < sizes["+"] <= 250
    assert 100 < sizes["×"] <= 250


def test_any_binary_operation_takes_at_most_320_bytes_with_its_constant(monkeypatch):
    monkeypatch.setattr(memory, "SAMPLES", 1024)  # fill the store of constants, so that none of the second lot is in it
    sizes = memory.our_binary_operations()
    assert {"add", "sub", "mul", "div", "pow", "maximum", "atan2"} <= set(sizes)
    assert max(max(pair) for pair in sizes.values()) <= 320


@pytest.mark.skipif(fused_network.COMPILER is None, reason="needs a C compiler, called cc")
def test_the_network_fused_in_c_computes_what_eager_values_do():
    run = fused_network.fused_network("float64")
    for count in (1, 15):  # one example; eight, four and three single ones
        network = moons_network(count)
        parameters = network.model.parameters()
        pairs = zip(network.X.tolist(), network.Y.tolist(), strict=True)
        loss = tg.mean([network.criterion(network.model(x), y) for x, y in pairs])
        loss.backward()
        value, gradient = run(2, network.X, network.Y, [p.data for p in parameters])
        assert value == pytest.approx(loss.data, rel=1e-13)
        assert gradient.tolist() == pytest.approx([p.grad for p in parameters], rel=1e-12, abs=1e-15)
        assert any(p.grad for p in parameters)
    least = [5e-324]
    assert str(least[0] * 1.0) == "5e-324", "loading it has turned subnormal numbers off"  # == would take both for 0
