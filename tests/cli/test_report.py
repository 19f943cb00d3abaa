"""The report of a training: one page that asks for nothing, whose numbers are those of the model."""

import html
import random
import re

import pytest

from tinygrad_edu import fit, grad, jacobian, nn
from tinygrad_edu.cli.explanation import influences, steepest, verdict_of
from tinygrad_edu.cli.report import Run, page
from tinygrad_edu.cli.tasks import prepare
from tinygrad_edu.cli.writing import hardest
from tinygrad_edu.plot import activations_of
from tinygrad_edu.training.history import layer_gradients

pytest.importorskip("matplotlib", reason="draws pictures")


def run_of(name, epochs=8, **options):
    task = prepare(name, hidden=[4], **options)
    record = {
        "gradients": layer_gradients,
        "parameters": lambda model: model.state_dict(),
        "activations": activations_of(task.learnt, most=4),
    }
    history = fit(task.model, task.to_train_on, epochs=epochs, progress=False, record=record)
    task.settle()
    loss, place = hardest(task.model, history, task.kept)
    loss.backward()
    return Run(task, history, loss, place, "tinygrad-edu train <this>", "abc123")


@pytest.fixture(scope="module")
def penguins():
    run = run_of("penguins", epochs=3)
    return run, page(run)


def text_of(page):
    """What a reader sees of a page."""
    body = re.sub(r"<(style|svg|title).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", body)))


def test_of_very_many_columns_the_page_folds_the_table_and_shows_the_network_and_no_plane(tmp_path):
    chance = random.Random(0)
    centres = [[chance.gauss(0.0, 0.7) for _ in range(26)] for _ in range(6)]
    rows = [[f"{chance.gauss(m, 1.0):.3f}" for m in centres[k % 6]] + ["abcdef"[k % 6]] for k in range(120)]
    lines = [[*(f"c{j}" for j in range(26)), "kind"], *rows]
    (tmp_path / "wide.csv").write_text("\n".join(map(",".join, lines)))
    run = run_of(str(tmp_path / "wide.csv"), epochs=12)
    written = page(run)
    assert "<details><summary>10 more</summary>" in written
    assert re.findall(r">(c\d+)</th>", written)[:26] == [f"c{j}" for j in range(26)]
    assert "What it answers where" not in written
    assert "true classes in rows" in written
    assert "The network at this example" in text_of(written)
    drawn = written[written.index("wide graph") :]
    numbers = [float(text.replace("−", "-")) for text in re.findall(r">(−?\d+\.\d+)</text>", drawn)]
    for output in run.task.model.predict([run.task.kept.X[run.place]])[0]:
        assert min(abs(output - number) for number in numbers) < 6e-5


def test_the_page_is_one_file_that_names_no_address(penguins):
    _, written = penguins
    assert written.startswith("<!DOCTYPE html>")
    assert "://" not in written
    assert not re.search(r"<script|<link(?! rel=\"icon\" href=\"data:,\")|@import|\bsrc=(?!\"data:)", written)
    ids = re.findall(r' id="([^"]*)"', written)
    assert len(ids) == len(set(ids))
    assert written.count("<figure>") == 8
    labels = re.findall(r'<svg [^>]*role="img"[^>]*>', written)
    assert len(labels) == 9  # eight pictures, and the graph
    assert all("aria-label=" in label for label in labels)


def test_the_page_says_how_well_and_on_what_it_errs(penguins):
    run, written = penguins
    text, (_, learnt, kept, model, *_) = text_of(written), run.task
    found = model.classify(kept.X)
    right = sum(a == b for a, b in zip(found, kept.y, strict=True))
    assert f"{right / len(kept):.1%} right on the test: {right} of {len(kept)};" in text
    trained = sum(a == b for a, b in zip(model.classify(learnt.X), learnt.y, strict=True))
    assert f"Of the examples learned from {trained / len(learnt):.1%} are right" in text
    wrong = [i for i in range(len(kept)) if found[i] != kept.y[i]]
    assert wrong, "choose another number of epochs: this test needs an error"
    for i in wrong[:12]:
        truth, answer = kept.class_names[kept.y[i]], kept.class_names[found[i]]
        assert f"line {kept.lines[i]} {truth} {answer}" in text
    assert "tinygrad-edu train <this>" in text
    assert "SHA-256 of the table is abc123" in text
    for name in ("Adelie", "island", "bill_length_mm"):
        assert name in text


def test_the_verdict_on_the_hardest_example_is_true(penguins):
    run, written = penguins
    kept, model = run.task.kept, run.task.model
    losses = [nn.cross_entropy(out, y) for out, y in zip(model.predict(kept.X), kept.y, strict=True)]
    assert losses[run.place] == max(losses)
    answer, truth = model.classify([kept.X[run.place]])[0], kept.y[run.place]
    verdict = verdict_of(run.task, run.place)
    assert verdict in text_of(written)
    assert f"hardest example of the test is line {kept.lines[run.place]}." in text_of(written)
    assert f"It is {kept.class_names[truth]}, " in verdict
    assert f"says {kept.class_names[answer]}:" in verdict
    assert answer != truth


def test_influences_are_what_becomes_of_the_answer_with_the_mean_in_place(penguins):
    run, _ = penguins
    (whole, learnt, kept, model, *_), i = run.task, run.place
    found = {influence.column: influence for influence in influences(run.task, i)}
    assert set(found) == {column.name for column in whole.columns.features}
    means = [sum(column) / len(learnt) for column in zip(*learnt.X, strict=True)]
    names = list(whole.feature_names)
    for column, features in (("bill_depth_mm", ["bill_depth_mm"]), ("island", names[:3])):
        row = [means[j] if name in features else kept.X[i][j] for j, name in enumerate(names)]
        loss = nn.cross_entropy(model.predict([row])[0], kept.y[i])
        assert found[column].without == pytest.approx(2.718281828459045**-loss)
        assert found[column].with_it == pytest.approx(2.718281828459045**-run.loss.data)
    effects = [abs(c.with_it - c.without) for c in found.values()]
    assert effects == sorted(effects, reverse=True)


def test_the_paths_are_of_the_feature_that_the_loss_depends_on_most(penguins):
    run, written = penguins
    (_, learnt, kept, model, *_), i = run.task, run.place
    slopes = grad(lambda x: nn.cross_entropy(model(x), kept.y[i]))(kept.X[i])
    widths = model[0].std
    ranked = sorted(range(len(slopes)), key=lambda j: -abs(slopes[j].data * widths[j]))
    slope = steepest(run.task, run.loss)
    assert slope.feature == learnt.feature_names[ranked[0]]
    assert slope.gradient == pytest.approx(slopes[ranked[0]].data)
    assert slope.paths == 4 * 3 + 4  # 4 hidden neurons, each to 3 outputs and through logsumexp; one of them directly
    assert [abs(r.product) for r in slope.routes] == sorted((abs(r.product) for r in slope.routes), reverse=True)
    assert all(len(route.neurons) == 2 for route in slope.routes)
    assert f"{slope.feature} → {slope.routes[0].neurons[0]} → " in text_of(written)


def test_a_report_of_numbers(tmp_path):
    path = tmp_path / "line.csv"
    path.write_text("x,sort,y\n" + "".join(f"{i / 7},{'ab'[i % 2]},{3 * i + 5 * (i % 2)}\n" for i in range(60)))
    run = run_of(str(path), table={"label": "y", "task": "numbers"})
    text = text_of(page(run))
    kept, outputs = run.task.kept, run.task.model.predict(run.task.kept.X)
    errors = [a - y for a, y in zip(outputs, kept.y, strict=True)]
    assert f"{sum(map(abs, errors)) / len(errors):.4g} mean error on the test" in text
    worst = max(range(len(errors)), key=lambda i: abs(errors[i]))
    assert worst == run.place
    word = "much" if errors[worst] > 0 else "little"
    assert (
        f"Its y is {kept.y[worst]:.5g}; the network says {outputs[worst]:.5g}, {abs(errors[worst]):.3g} too {word}."
        in text
    )
    slope = jacobian(lambda x: (run.task.model(x) - kept.y[worst]) ** 2)(kept.X[worst])
    assert steepest(run.task, run.loss).gradient in [pytest.approx(s.data) for s in slope]


def test_names_with_angle_brackets_are_text(tmp_path):
    path = tmp_path / "odd.csv"
    rows = "".join(f"{i % 7},{i % 5},{'<b>x' if i % 2 else 'a&amp;b$'}\n" for i in range(40))
    path.write_text('<script>alert(1)</script>,$x_1$,"kind"\n' + rows)
    written = page(run_of(str(path), epochs=2))
    assert "<script" not in written
    assert "<b>x" not in written
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in written
