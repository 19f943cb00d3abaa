"""Every part of the benchmark runs, in small, and writes well-formed tables; every peer trains the network we train."""

import importlib.util
import math
import os
import platform
import re
import sys
from xml.etree import ElementTree

import pytest

import tinygrad_edu as tg
from benchmarks import __main__ as everything
from benchmarks import accuracy, cheap_gradient, curves, draw, eager, memory, parts, side_by_side
from benchmarks.compiled import dags, structure
from benchmarks.peers import libraries
from benchmarks.tools import plots, report
from benchmarks.tools.timing import COLLECTOR, Timing
from benchmarks.workloads import eager_steps, scalar_gpt, sized

EXAMPLES = 6
# Where a peer has no wheel there is nothing to test; where it has one, the extra `bench` installs it.
NO_WHEEL = {"xad"} if sys.version_info >= (3, 13) or platform.machine() not in ("x86_64", "AMD64") else set()
PEERS = {
    f"{library.title}, {library.numbers}": library
    for library in side_by_side.LIBRARIES
    if library.program[0].__module__ == libraries.__name__ and library.package not in NO_WHEEL
}


def demand_tables(text):
    """Every table has a line under its header and as many cells in all its rows."""
    tables = [part.splitlines() for part in text.split("\n\n") if part.startswith("|")]
    assert tables
    for header, line, *rows in tables:
        assert set(line) <= set("|-: ")
        assert rows
        assert {row.count(" | ") for row in rows} == {header.count(" | ")}
        assert {line.count("|")} == {header.count(" | ") + 2}


@pytest.fixture(scope="module")
def truth():
    """Losses of three steps, by our eager engine from the same numbers, and by nothing else of the benchmark."""
    X, y = eager_steps.moons(EXAMPLES)
    training = eager_steps.OurTraining()
    losses = []
    for _ in range(3):
        weights = training.parameters
        margins = [tg.relu(1.0 - label * training.model(row)) for row, label in zip(X, y, strict=True)]
        loss = tg.mean(margins) + eager_steps.DECAY * sum(w * w for w in weights)
        tg.zero_grad(weights)
        loss.backward()
        for w in weights:
            w.data -= eager_steps.LEARNING_RATE * w.grad
        losses.append(loss.data)
    return losses


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_takes_the_steps_that_we_take(name, truth):
    library = PEERS[name]
    pytest.importorskip(library.package, reason="a peer of the benchmark: pip install 'tinygrad-edu[bench]'")
    make, arguments = library.program
    program = make(*arguments, examples=EXAMPLES)
    for expected in truth:
        assert program() == pytest.approx(expected, rel=1e-12)
    assert program.losses == pytest.approx(truth, rel=1e-12)
    assert truth[0] > truth[1] > truth[2]


def test_libraries_stand_side_by_side_and_one_that_is_missing_says_so():
    ours = side_by_side.LIBRARIES[0]
    absent = side_by_side.Library("Absent", "scalars", "no_such_package", (libraries.XAD, ()), 2)
    text = report.table(side_by_side.HEADER, side_by_side.rows(1, (ours, absent)))
    demand_tables(text)
    assert "| ours, eager | scalars |" in text
    assert "| nan× | **1×** | – |" in text
    assert f"| Absent | – | – | – | – | {report.NOT_INSTALLED} |" in text


def test_ratios_are_written_as_multiples_or_as_parts():
    assert list(map(side_by_side.times, (1234.5, 45.67, 0.5, 0.02, 0.0004))) == [
        "1,234×",
        "45.7×",
        "0.5×",
        "1/50",
        "1/2,500",
    ]


def test_eager_rows_hold_each_ratio_against_its_target(monkeypatch):
    def canned(programs, repeats, collector):
        losses = (0.5, 0.25) if programs[eager.PEER][0] is eager_steps.MicrogradTraining else scalar_gpt.FIRST_LOSSES
        seconds = {name: 2.0 if "import changed" in name else 4.0 if name == eager.PEER else 1.0 for name in programs}
        return {name: Timing(((seconds[name],),) * repeats, losses) for name in programs}

    monkeypatch.setattr(eager, "interleaved", canned)
    monkeypatch.setattr(report, "installed", lambda package: True)
    text = eager.measure(2)
    demand_tables(text)
    assert text.count("**4.00×**") == 2 * len(COLLECTOR) + 1  # once with a pause of our own
    assert text.count("**2.00×**") == 2 * len(COLLECTOR)
    assert re.search(r"our `MLP` against micrograd's \| 4000\.0 \| 1000\.0 \| \*\*4\.00×\*\* \| ≥ 50× ✗ \|", text)
    assert re.search(r"microgpt step, only the import changed \|.*\*\*2\.00×\*\* \| ≥ 1\.3× \|$", text, re.MULTILINE)
    assert re.search(r"with `dot` and `sum` \|.*\*\*4\.00×\*\* \| ≥ 8× ✗ \|$", text, re.MULTILINE)
    monkeypatch.setattr(report, "installed", lambda package: False)
    micrograd, _ = eager.GROUPS
    assert {row[-1] for row in eager.rows(micrograd, 1)} == {report.NOT_INSTALLED}


def test_memory_is_reported_without_micrograd_too(monkeypatch):
    monkeypatch.setattr(memory, "SAMPLES", 64)
    monkeypatch.setattr(memory, "import_milliseconds", lambda repeats: 61.0)
    monkeypatch.setattr(report, "installed", lambda package: False)
    text = memory.measure(1)
    demand_tables(text)
    assert f"| micrograd | – | {report.NOT_INSTALLED} |" in text
    assert text.count("**") == 2 * 5
    assert "| **61** | < 60 ✗ |" in text


def test_a_size_is_measured_in_a_process_of_its_own():
    assert sized.apart(os.getpid) != os.getpid()
    assert sized.apart(sized.eager, 40, sized.DEEP, True)["nodes"] == 33


def test_cost_is_measured_for_every_size_and_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "installed", lambda package: False)
    monkeypatch.setattr(sized, "LASTING", 0.0)
    monkeypatch.setattr(curves, "apart", lambda function, *arguments: function(*arguments))
    eager_found = curves.eager_costs((40, 100), 1)
    compiled_found = curves.compiled_costs((40, 100), 1)
    plots.cost(eager_found, compiled_found, tmp_path / curves.PICTURE)
    text = curves.write_up(eager_found, compiled_found, 1)
    demand_tables(text)
    assert "| 97 | paused |" in text
    assert "| 97 | on |" in text
    assert "| 97 | wide | NumPy |" in text
    assert f"({curves.PICTURE})" in text
    drawn = (tmp_path / curves.PICTURE).read_text()
    assert "eager, collector paused" in drawn
    assert "compiled, NumPy, deep" in drawn
    assert "prefers-color-scheme: dark" in drawn
    ElementTree.fromstring(drawn)


def test_flatness_and_slope_are_those_of_the_curve():
    quadratic = [{"nodes": n, "build": 3.0 * n, "sweep": 1.0 * n} for n in (100, 10_000, 20_000)]
    assert curves.slope(quadratic, curves.per_node) == pytest.approx(2.0)
    assert curves.flatness(quadratic, curves.per_node) == pytest.approx(2.0)  # of the sizes from 10,000 on


@pytest.mark.parametrize("shape", [sized.DEEP, sized.WIDE])
def test_a_network_has_the_nodes_it_says(shape):
    network = sized.Network(3_000, shape)
    root = network()
    made = [node for node in tg.topological_order(root) if node.parents]
    assert network.nodes == len(made)
    assert network.nodes == pytest.approx(3_000, rel=0.05)
    assert (network.width if shape == sized.DEEP else network.layers) == sized.NARROW
    assert math.isfinite(root.data)


def test_the_cheap_gradient_is_measured_and_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "installed", lambda package: False)
    sizes = (3, 10)
    found = cheap_gradient.eager_curves(sizes, 1), cheap_gradient.compiled_curves(sizes, 1)
    cheap_gradient.picture(sizes, *found, tmp_path / cheap_gradient.PICTURE)
    text = cheap_gradient.write_up(sizes, 1, *found)
    demand_tables(text)
    assert len(list(report.targets(text))) == 2 + 1  # eager with and without the collector, and NumPy
    drawn = (tmp_path / cheap_gradient.PICTURE).read_text()
    assert "target, compiled" in drawn
    ElementTree.fromstring(drawn)


def test_labels_of_lines_that_end_together_make_room(tmp_path):
    levels = {"a": 1.0, "b": 1.01, "high": 9.0}
    flat = [(name, [1, 10], [1.0, y], plots.BLUE, "o", "-") for name, y in levels.items()]
    plots._draw(tmp_path / "p.svg", [("title", flat)], "x", (4, 3))
    drawn = ElementTree.fromstring((tmp_path / "p.svg").read_text())
    texts = {e.text: e.get("transform") or e.get("y") for e in drawn.iter() if e.tag.endswith("text")}
    heights = [float(re.findall(r"-?\d+\.?\d*", texts[label])[-1 if "," not in texts[label] else 1]) for label in "ab"]
    assert abs(heights[0] - heights[1]) >= plots.APART - 0.1


def test_accuracy_and_drawings_are_reported(monkeypatch):
    assert accuracy.row("blobs", seeds=1, epochs=1)[:3] == ["blobs", "200", "8"]
    monkeypatch.setattr(accuracy.data, "NAMES", ("blobs",))
    monkeypatch.setattr(accuracy, "shares", lambda name, seeds, epochs: [0.5, 1.0])
    assert "| blobs | 200 | 8 | 75.0 % | 50.0 % |" in accuracy.measure(2)
    small = draw.neuron
    monkeypatch.setattr(draw, "random_graph", lambda nodes: small())
    monkeypatch.setattr(draw, "network", lambda sizes, examples=1: small())
    demand_tables(draw.measure(1))


@pytest.mark.parametrize("part", parts.PARTS, ids=lambda part: part.name)
def test_every_part_is_a_module_that_writes_its_own_section(part):
    source = importlib.util.find_spec(part.module).loader.get_source(part.module)
    calls = re.sub(r"\s", "", source)
    assert f'parts.run("{part.name}",' in calls
    assert part.usual >= part.quick >= 1


def test_a_part_measures_prints_and_writes(capsys, monkeypatch):
    written = []
    monkeypatch.setattr(report, "write_section", lambda title, body, order: written.append((title, body)))
    parts.run("memory", lambda repeats: f"{repeats} times", ["--dry"])
    assert "9 times" in capsys.readouterr().out
    assert written == []
    parts.run("memory", lambda repeats: f"{repeats} times", ["--quick"])
    parts.run("memory", lambda repeats: f"{repeats} times", ["--repeats", "4"])
    drawn = []
    parts.run("memory", lambda repeats: ("seen", lambda: drawn.append(repeats)), ["--dry"])
    assert drawn == []
    brief = ("in brief", lambda: drawn.append("brief"))
    parts.run("memory", lambda repeats: "", ["--quick"], briefly=lambda repeats: brief)
    assert drawn == ["brief"]
    assert [title for title, _ in written] == ["Memory and import"] * 3
    assert [body.splitlines()[-1] for _, body in written] == ["1 times", "4 times", "in brief"]
    with pytest.raises(SystemExit):
        parts.run("memory", str, ["--repeats", "0"])


def test_one_command_runs_the_parts_each_in_its_own_process(capfd, monkeypatch):
    broken = parts.Part("no_such_module", 1, 1, "times", "Broken", "nothing")
    monkeypatch.setattr(everything, "PARTS", (broken, *parts.PARTS))
    assert everything.main(["accuracy", "no_such_module", "--quick", "--dry"]) == 1
    out = capfd.readouterr().out
    demand_tables(out.partition("=== Accuracy")[2].partition("\n(")[0])
    assert "=== Targets" in out
    assert "Could not be measured: Broken" in out
    with pytest.raises(SystemExit):
        everything.main(["nonsense"])


def test_the_compiler_is_measured_on_all_it_is_said_to_be():
    """A network counts the same nodes however it is written, and every operation of a random graph is needed."""
    model = tg.nn.MLP(2, [16, 16, 1])
    written = model, structure.term_by_term(model)
    counts = {structure.scalar_nodes(tg.trace(net, [0.5, -0.5])) for net in written}
    assert counts == {2 + 337 + 2 * (2 * 16 + 16 * 16 + 16) + 32}  # inputs, parameters, products and sums, relu
    assert model([0.5, -2.0]).data == pytest.approx(written[1]([0.5, -2.0]).data, rel=1e-12)
    for deep in (False, True):
        program, values = dags.random_dag(300, deep)
        operations = [var for var in tg.trace(lambda: program(values)).equations if var.op is not tg.OPS["sum"]]  # noqa: B023
        assert 300 <= len(operations) <= 301  # none of them for nothing
