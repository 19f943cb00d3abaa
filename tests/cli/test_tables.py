"""From a table of one's own to a report and to predictions, with two commands and no reading."""

import csv
import io
import json
import os
import re
import shlex

import pytest
from support import untidy_tables
from support.thoroughness import THOROUGH

from tinygrad_edu import data, nn
from tinygrad_edu.cli.learned import load
from tinygrad_edu.training.history import layer_gradients


@pytest.mark.parametrize("make", untidy_tables.ALL if THOROUGH else untidy_tables.ALL[:1])
def test_an_untidy_table_is_learnt_and_answered(run, tmp_path, make):
    made = make(5000 if THOROUGH else 160)
    path = tmp_path / made.name
    path.write_bytes(made.content)
    label = () if made.name == "run7.txt" else ("--label", made.label)  # without a word it is the last column
    code, out, err = run(
        "train", str(path), *label, *made.options, "--out", "out", "--quiet", "--epochs", "30", "--hidden", "8"
    )
    assert (code, err) == (0, "")
    assert f"learns {made.label} from {', '.join(made.used)}\n" in out
    assert re.findall(r"^leaves out (.*?):", out, re.MULTILINE) == list(made.left_out)
    if made.lost:
        assert f"{made.lost} rows without {made.label} left out" in out
    right = re.search(r"test accuracy ([\d.]+)%", out) or re.search(r"test R² ([\d.]+)", out)
    assert float(right[1]) > (85.0 if made.classes else 0.8)
    assert (tmp_path / "out" / "report.html").is_file()
    assert load("out/model.json").columns.class_names == made.classes

    # The command that train proposes, as it stands, but for a table without the label and with its columns turned.
    proposed = re.search(r"^next: tinygrad-edu predict (\S+) ", out, re.MULTILINE)[1]
    table = data.read_table(path, expected=[made.label])
    names = [name for name in reversed(table.names) if name != made.label]
    rows = [list(row) for row in zip(*map(table.column, names), strict=True)]
    text = io.StringIO()
    csv.writer(text, delimiter=table.delimiter).writerows([names, *rows])
    (tmp_path / "new.csv").write_text(text.getvalue(), encoding="utf-8")
    code, out, _ = run("predict", proposed, "new.csv", "-o", "answers.csv")
    assert (code, out) == (0, f"wrote {made.rows} answers into answers.csv\n")
    with open("answers.csv", newline="", encoding="utf-8") as file:
        header, *answers = csv.reader(file, delimiter=table.delimiter)
    assert header == [*names, made.label]
    assert [row[:-1] for row in answers] == rows
    truth = table.column(made.label)
    if made.classes:
        right = sum(answer[-1] == label for answer, label in zip(answers, truth, strict=True))
        assert right >= 0.85 * (made.rows - made.lost)
    else:
        pairs = [(float(a[-1]), float(y.replace(",", ""))) for a, y in zip(answers, truth, strict=True) if y != "NA"]
        assert sum(abs(a - y) for a, y in pairs) / len(pairs) < 60_000  # of prices from 90,000 to a million


@pytest.fixture(scope="module")
def penguins(tmp_path_factory):
    """Penguins as a file, and a model that learned them."""
    from importlib import resources

    from tinygrad_edu.cli.training_run import train

    folder = tmp_path_factory.mktemp("penguins")
    text = resources.files("tinygrad_edu.data").joinpath("penguins.csv").read_text(encoding="utf-8")
    path = folder / "penguins.csv"
    path.write_text("".join(line for line in text.splitlines(True) if not line.startswith("#")), encoding="utf-8")
    said = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tinygrad_edu.cli.writing.page", lambda run: run.command)
        train(str(path), folder / "out", label="species", hidden=[8], epochs=15, progress=False, say=said.append)
    return path, folder / "out" / "model.json", "\n".join(said)


def rows_of(text, delimiter=","):
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def test_a_model_file_knows_all_that_predict_needs(run, tmp_path, penguins):
    path, model, _ = penguins
    moved = tmp_path / "elsewhere.json"
    moved.write_bytes(model.read_bytes())
    code, out, err = run("predict", str(moved), str(path), "--probabilities")
    assert code == 0
    assert err == "note: 11 rows of 344 with missing cells: means stand in for them\n"
    header, *rows = rows_of(out)
    names = ["Adelie", "Chinstrap", "Gentoo"]
    assert header[-4:] == [*(f"p({name})" for name in names), "predicted species"]
    whole = data.from_csv(path, label="species")
    network = nn.load(moved)
    means = [mean for column in load(moved).columns.features for mean in column.means]
    gaps = set(whole.missing)
    X = [[means[j] if (i, j) in gaps else x for j, x in enumerate(row)] for i, row in enumerate(whole.X)]
    for row, answer in zip(rows, network.classify(X), strict=True):
        assert row[-1] == names[answer]
        shares = [float(cell) for cell in row[-4:-1]]
        assert sum(shares) == pytest.approx(1.0, abs=2e-4)
        assert max(range(3), key=shares.__getitem__) == answer
    assert sum(row[0] == row[-1] for row in rows) > 330


def test_what_train_prints_of_a_table_is_true(penguins):
    _, model, said = penguins
    assert "344 examples, 9 features, 3 classes" in said
    assert (
        "learns species from island, bill_length_mm, bill_depth_mm, flipper_length_mm, body_mass_g, sex, year" in said
    )
    train, test = data.load("penguins").split(test=0.2, seed=0)
    network = nn.load(model)
    for label, part in (("train", train), ("test", test)):
        right = sum(a == b for a, b in zip(network.classify(part.X), part.y, strict=True))
        assert f"{label} accuracy {right / len(part):.1%} ({right} of {len(part)})" in said
    assert load(model).columns == train.columns  # with the means of those learned from


def test_columns_are_found_by_name_and_what_is_missing_is_named(run, tmp_path, penguins):
    path, model, _ = penguins
    _, whole, _ = run("predict", str(model), str(path))
    header, *rows = rows_of(path.read_text())
    order = [5, 1, 7, 3, 2, 4, 6]
    lines = [[row[j] for j in order] for row in [header, *rows]]
    (tmp_path / "turned.csv").write_text("\n".join(";".join([*line, "more"]) for line in lines))
    code, turned, _ = run("predict", str(model), "turned.csv")
    assert code == 0
    assert [row[-1] for row in rows_of(turned, ";")][1:] == [row[-1] for row in rows_of(whole)][1:]
    (tmp_path / "fewer.csv").write_text("\n".join(",".join(line[:5]) for line in lines).replace("island", "Islnd"))
    code, out, err = run("predict", str(model), "fewer.csv")
    assert (code, out) == (2, "")
    assert "fewer.csv has no column 'island', 'flipper_length_mm', 'sex'; did you mean 'Islnd'?" in err


def test_a_category_that_is_new_is_said(run, tmp_path, penguins):
    path, model, _ = penguins
    text = path.read_text().replace("Torgersen", "Torgerson")
    (tmp_path / "new.csv").write_text(text)
    code, out, err = run("predict", str(model), "new.csv")
    assert code == 0
    assert len(rows_of(out)) == 345
    assert "never seen when the model learned" in err
    assert "new.csv, line 2, column 'island': 'Torgerson'; did you mean 'Torgersen'? and 51 more" in err


def test_decimal_commas_go_in_and_out(run, tmp_path, penguins):
    path, model, _ = penguins
    _, plain, _ = run("predict", str(model), str(path), "--probabilities")
    (tmp_path / "comma.csv").write_text(path.read_text().replace(",", ";").replace(".", ","))
    _, out, _ = run("predict", str(model), "comma.csv", "--probabilities")
    assert "." not in "".join(cell for row in rows_of(out, ";") for cell in row[-4:-1] if "p(" not in cell)
    assert out.replace(",", ".").replace(";", ",") == plain


def test_evaluate_says_what_scikit_learn_says(run, penguins):
    metrics = pytest.importorskip("sklearn.metrics", reason="compares with scikit-learn's metrics")
    path, model, _ = penguins
    _, answered, _ = run("predict", str(model), str(path), "--probabilities")
    rows = rows_of(answered)[1:]
    truth, found = [row[0] for row in rows], [row[-1] for row in rows]
    code, out, _ = run("evaluate", str(model), str(path))
    assert code == 0
    assert "penguins.csv: 344 rows with species" in out
    assert f"accuracy {metrics.accuracy_score(truth, found):.1%}" in out
    assert "to say Adelie every time would be right in 44.2%" in out
    shares = [[float(p) for p in row[-4:-1]] for row in rows]
    shares = [[p / sum(row) for p in row] for row in shares]  # they are rounded to four decimals
    loss = float(re.search(r"log loss ([\d.]+)", out)[1])
    assert loss == pytest.approx(metrics.log_loss(truth, shares), abs=2e-3)
    counts = metrics.confusion_matrix(truth, found).tolist()
    precisions, recalls, _, sizes = metrics.precision_recall_fscore_support(truth, found)
    for k, name in enumerate(("Adelie", "Chinstrap", "Gentoo")):
        line = next(line for line in out.splitlines() if line.startswith(name)).split()
        assert line[1:] == [str(sizes[k]), f"{precisions[k]:.1%}", f"{recalls[k]:.1%}", *map(str, counts[k])]


def test_numbers_are_learnt_answered_and_evaluated_in_their_own_units(run, penguins, without_pictures):
    metrics = pytest.importorskip("sklearn.metrics", reason="compares with scikit-learn's metrics")
    path, _, _ = penguins
    options = ("--label", "body_mass_g", "--epochs", "15", "--quiet", "--out", "mass", "--seed", "1")
    code, out, _ = run("train", str(path), *options)
    assert code == 0
    assert "body_mass_g, a number" in out
    _, answered, _ = run("predict", "mass/model.json", str(path))
    pairs = [(float(row[5]), float(row[-1])) for row in rows_of(answered)[1:] if row[5] != "NA"]
    truth, found = zip(*pairs, strict=True)
    _, out, _ = run("evaluate", "mass/model.json", str(path))
    assert f"mean absolute error {metrics.mean_absolute_error(truth, found):.4g}\n" in out
    assert f"root mean square error {metrics.root_mean_squared_error(truth, found):.4g};" in out
    assert f"R² {metrics.r2_score(truth, found):.4f}" in out
    assert metrics.r2_score(truth, found) > 0.7
    code, _, err = run("predict", "mass/model.json", str(path), "--probabilities")
    assert code == 2
    assert "it has no probabilities" in err


def test_a_made_set_is_answered_by_the_names_of_its_features(run, tmp_path, without_pictures):
    assert run("train", "moons", "--epochs", "20", "--quiet")[0] == 0
    (tmp_path / "points.csv").write_text("x1,x0\n1,0\n-0.5,1\n")
    code, out, _ = run("predict", "moons-out/model.json", "points.csv")
    assert (code, out) == (0, "x1,x0,class\n1,0,upper\n-0.5,1,lower\n")


def test_train_says_how_to_train_the_same_again(run, tmp_path, penguins, without_pictures):
    path, _, _ = penguins
    (tmp_path / "my penguins.csv").write_bytes(path.read_bytes())
    options = ["--label", "species", "--ignore", "year", "sex", "--hidden", "4", "--epochs", "2", "--seed", "3"]
    assert run("train", "my penguins.csv", *options, "--quiet")[0] == 0
    command = shlex.split((tmp_path / "my penguins-out" / "report.html").read_text(encoding="utf-8"))
    assert command[:3] == ["tinygrad-edu", "train", "my penguins.csv"]
    assert run(*command[1:], "--quiet", "--out", "again")[0] == 0
    first, again = (tmp_path / folder / "model.json" for folder in ("my penguins-out", "again"))
    assert first.read_bytes() == again.read_bytes()


def test_a_run_that_was_broken_off_goes_on(run, tmp_path, without_pictures, monkeypatch):
    options = ("train", "xor", "--n", "40", "--hidden", "3", "--epochs", "12", "--quiet", "--schedule", "cosine")
    assert run(*options, "--out", "whole")[0] == 0
    recorded = []

    def interrupts(model):
        recorded.append(1)
        if len(recorded) == 8:
            raise KeyboardInterrupt
        return layer_gradients(model)

    with monkeypatch.context() as patch:
        patch.setattr("tinygrad_edu.cli.training_run.layer_gradients", interrupts)
        code, out, err = run(*options, "--resume", "--out", "parts")
    assert (code, err) == (130, "\ntinygrad-edu train: interrupted\n")
    assert "the same command goes on from there" in out
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["checkpoint"]
    with monkeypatch.context() as patch:
        patch.setattr("tinygrad_edu.cli.training_run.layer_gradients", interrupts)
        assert run(*options, "--resume", "--out", "parts")[0] == 0
    assert 12 <= len(recorded) < 8 + 12  # it did not begin anew
    whole, parts = ((tmp_path / folder / "model.json").read_bytes() for folder in ("whole", "parts"))
    assert whole == parts
    code, _, err = run(*options, "--resume", "--out", "parts", "--seed", "1")
    assert code == 2
    assert "is a checkpoint of another run" in err


WRONG = [
    (("train", "nowhere.csv"), "No such file or directory: nowhere.csv"),
    (
        ("train", "table.csv", "--label", "knd"),
        "no column 'knd'; did you mean 'kind'? Its columns: x, kind",
    ),
    (("train", "table.csv", "--noise", "1"), "measured, not generated"),
    (("train", "table.csv", "--n", "3"), "n must be 10 to 12, got 3"),
    (("train", "junk.csv"), "junk.csv, line 3, column 'x': 'oops' is not a number"),
    (("train", "iris", "--label", "species"), "--label says something of a CSV file, but iris is a data set of ours"),
    (("train", "tabel"), "or give the path of a CSV file"),
    (("train", "table.csv", "--schedule", "cosinus"), "choose from"),
    (("train", "table.csv", "--engine", "numppy"), "choose from"),
    (("predict", "table.csv", "table.csv"), "is not a model that this package saved"),
    (("predict", "plain.json", "table.csv"), "it was not saved by `tinygrad-edu train`"),
    (("predict", "broken.json", "table.csv"), "is not as `tinygrad-edu train` saved it"),
    (("predict", "good.json"), "TABLE"),
    (("predict", "good.json", "nowhere.csv"), "No such file or directory: nowhere.csv"),
    (("predict", "good.json", "table.csv", "-o", "missing/a.csv"), "there is no folder 'missing'"),
    (("evaluate", "good.json", "unlabelled.csv"), "unlabelled.csv has no column 'kind'. Its columns: x, z"),
    (("evaluate", "good.json", "other.csv"), "other.csv, line 3, column 'kind': no class is called 'c'. Known: a, b"),
    (("evaluate", "good.json", "empty.csv"), "no row of empty.csv has a label in column 'kind'"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=lambda part: " ".join(part)[:40])
def test_wrong_tables_and_models_are_answered_in_one_line(run, tmp_path, arguments, message):
    from tinygrad_edu.cli.learned import Learned, save

    rows = "".join(f"{i * 1.5},{'ab'[i % 2]}\n" for i in range(12))
    (tmp_path / "table.csv").write_text("x,kind\n" + rows)
    (tmp_path / "junk.csv").write_text("x,kind\n1,a\noops,b\n2,a\n3,b\n")
    (tmp_path / "unlabelled.csv").write_text("x,z\n1,2\n")
    (tmp_path / "other.csv").write_text("x,kind\n1,a\n2,c\n")
    (tmp_path / "empty.csv").write_text("x,kind\n1,\n2,?\n")
    model, columns = nn.MLP(1, [1], seed=0), data.from_csv("table.csv").columns
    model.save("plain.json")
    save("good.json", Learned(model, columns))
    document = json.loads((tmp_path / "good.json").read_text())
    (tmp_path / "broken.json").write_text(json.dumps({**document, "table": {**document["table"], "features": []}}))
    before = sorted(path.name for path in tmp_path.iterdir())
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert re.fullmatch(r"tinygrad-edu[^\n]*\n", err)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("junk", [".", "oops 'so'", 'he said "no"', "3 [m]", "a, b"])
def test_what_a_refusal_proposes_can_be_typed_as_it_stands(run, tmp_path, junk, without_pictures):
    rows = [f"{i % 7}.5;{i * i % 11};{'yes' if i % 3 else 'no'}" for i in range(40)]
    rows[9] = f"{junk};1;yes" if '"' not in junk else '"he said ""no""";1;yes'
    (tmp_path / "mine.csv").write_text("first one;second;answer\n" + "\n".join(rows) + "\n", encoding="utf-8")
    command = ("train", "mine.csv", "--quiet", "--epochs", "1", "--hidden", "2")
    code, _, err = run(*command)
    assert (code, "line 11, column 'first one'" in err) == (2, True)
    remedies = re.findall(r"\((--\w+ .*?)\)(?=,|\s|$)", err)
    assert [remedy.split()[0] for remedy in remedies] == ["--marks", "--text", "--ignore"]
    for remedy in remedies:
        code, _, err = run(*command, "--out", f"{remedy[2:4]}-out", *shlex.split(remedy))
        assert (code, err) == (0, ""), remedy


def test_a_header_of_years_is_asked_about_and_said(run, tmp_path):
    rows = "".join(f"{i % 7},{i % 5},{'oak' if i % 7 > 3 else 'elm'}\n" for i in range(40))
    (tmp_path / "years.csv").write_text(f"2019,2020,tree\n{rows}")
    code, _, err = run("train", "years.csv", "--hidden", "2", "--epochs", "1", "--quiet")
    assert (code, err.count("\n")) == (2, 1)
    assert "say --header True if these are names, else --header False" in err
    code, out, _ = run("train", "years.csv", "--hidden", "2", "--epochs", "1", "--quiet", "--header", "yes")
    assert code == 0
    assert "learns tree from 2019, 2020" in out
    assert "--header True" in (tmp_path / "years-out" / "report.html").read_text(encoding="utf-8")


def test_answers_do_not_overwrite_the_model_and_names_may_begin_with_a_minus(run, tmp_path):
    rows = "".join(f"{i % 7},{i % 5},{'oak' if i % 7 > 3 else 'elm'}\n" for i in range(40))
    (tmp_path / "-trees.csv").write_text(f"x,y,tree\n{rows}")
    assert run("train", "-trees.csv", "--hidden", "2", "--epochs", "1", "--quiet", "--out", "-made")[0] == 0
    model = tmp_path / "-made" / "model.json"
    before = model.read_bytes()
    for path in ("-made/model.json", str(model), "./-made/../-made/model.json"):
        code, out, err = run("predict", "-made/model.json", "-trees.csv", "-o", path)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "is the model: answers written there would destroy it" in err
        assert model.read_bytes() == before
    assert run("predict", "-made/model.json", "-trees.csv", "-o", "-answers.csv")[0] == 0
    assert (tmp_path / "-answers.csv").read_text().startswith("x,y,tree,predicted tree\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["-answers.csv", "-made", "-trees.csv"]


def test_the_label_may_be_told_by_its_place(run, tmp_path):
    rows = "".join(f"{'oak' if i % 7 > 3 else 'elm'},{i % 7},{i % 5}\n" for i in range(40))
    (tmp_path / "trees.csv").write_text(f"tree,x,tree\n{rows}")
    code, _, err = run("train", "trees.csv", "--label", "tree", "--hidden", "2", "--epochs", "1", "--quiet")
    assert code == 2
    assert "say the place of the label, as --label 0" in err
    code, out, _ = run("train", "trees.csv", "--label", "0", "--hidden", "2", "--epochs", "1", "--quiet")
    assert code == 0
    assert "learns tree from x, tree (2)" in out
    code, _, err = run("train", "trees.csv", "--label", "9")
    assert (code, "has no column '9'" in err or "has no column 9" in err) == (2, True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_table_that_can_be_read_but_once_is_refused_before_it_is_read(run, tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    code, _, err = run("train", "pipe.csv", "--epochs", "1", "--quiet")
    assert (code, err.count("\n")) == (2, 1)
    assert "which can be read once: write it into a file first" in err
    assert [path.name for path in tmp_path.iterdir()] == ["pipe.csv"]
