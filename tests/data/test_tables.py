"""Tables from files of which nothing is known: encodings, delimiters, headers, numbers, gaps, and what is wrong."""

import csv
import io
import math
import random

import pytest
from support import untidy_tables

from tinygrad_edu import data
from tinygrad_edu.data.cells import decimal_of, is_date, known_cells, number_of
from tinygrad_edu.data.columns import Columns


@pytest.fixture
def write(tmp_path):
    def write(content, name="table.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


# ---------------------------------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("cell", "decimal", "number"),
    [
        ("12", ".", 12.0), ("-1.5e3", ".", -1500.0), ("+.5", ".", 0.5), ("3.", ".", 3.0), ("−2", ".", -2.0),
        ("1,234.5", ".", 1234.5), ("1,234,567", ".", 1234567.0), ("1 234", ",", 1234.0), ("1'234.5", ".", 1234.5),
        ("1\u00a0234\u00a0567,8", ",", 1234567.8), ("1.234,5", ",", 1234.5), ("0,5", ",", 0.5), ("1e5", ",", 1e5),
        ("1,5", ".", None), ("0,123", ".", None), ("12,34", ".", None), ("1,23,456", ".", None), ("1.234,5", ".", None),
        ("1,234 567", ".", None), ("12 cm", ".", None), ("abc", ".", None), ("", ".", None), ("inf", ".", None),
        ("nan", ".", None), ("1_000", ".", None), ("0x10", ".", None), ("1.2.3", ".", None), ("1e", ".", None),
        ("٣", ".", None), ("1e999", ".", math.inf),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(cell, decimal, number):
    assert number_of(cell, decimal) == number


def test_the_decimal_mark_is_told_by_the_cells_that_can_tell():
    assert decimal_of(["1.234", "1,234"]) is None
    assert decimal_of(["1.234", "1,234.5"]) == "."
    assert decimal_of(["1.234", "1.234,5"]) == ","
    assert decimal_of(["1.234.567"]) == ","
    assert decimal_of(["0.123"]) == "."
    assert decimal_of(["2.5", "text", "1,5 kg", "31.12.2024"]) == "."


def test_dates_and_missing_cells_are_known():
    assert all(map(is_date, ["2024-02-29", "29.02.2024", "2/29/24", "2024-02-29T12:00", "2024/2/9 12:30"]))
    assert not any(map(is_date, ["1.5", "1.2.3", "12", "2024", "a-b-c"]))
    assert known_cells(["", " ", "NA", "N/A", "nan", "null", "?", "-"]) == [None] * 8
    assert known_cells([" Na", "0", "-1", "x"], ["x"]) == ["Na", "0", "-1", None]


# ---------------------------------------------------------------------------------------- how a file is written


ROWS = [["height", "leaf", "kind"], ["1.5", "lobed, green", "oak"], ["2.5", "oval; small", "elm"], ["3", "a|b", "oak"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_though_quoted_cells_hold_the_others(write, delimiter):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(ROWS)
    table = data.read_table(write(text.getvalue()))
    assert [list(table.names), *table.rows] == ROWS
    assert {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}[delimiter] in table.source


def test_decimal_commas_are_not_taken_for_the_delimiter(write):
    table = data.read_table(write("x;y;kind\n1,5;2,5;a\n3,5;4,5;b\n"))
    assert table.names == ("x", "y", "kind")
    assert table.rows == [["1,5", "2,5", "a"], ["3,5", "4,5", "b"]]
    headless = data.read_table(write("1,5;2,5;a\n3,5;4,5;b\n"))
    assert headless.names == ("column 1", "column 2", "column 3")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_the_encoding_is_found(write, encoding):
    table = data.read_table(write("größe,straße\n1,Ä\n2,é\n", encoding=encoding))
    assert table.names == ("größe", "straße")
    assert [row[1] for row in table.rows] == ["Ä", "é"]
    assert ("Windows-1252" in table.source) == (encoding in ("cp1252", "latin-1"))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk", "gb2312"])
def test_chinese_tables_are_read_as_spreadsheets_in_china_save_them(write, encoding):
    table = data.read_table(write("长度,品种\n1.5,山鸢尾\n2.5,变色鸢尾\n", encoding=encoding))
    assert table.names == ("长度", "品种")
    assert [row[1] for row in table.rows] == ["山鸢尾", "变色鸢尾"]
    assert ("GB 18030" in table.source) == (encoding != "utf-8")


def test_letters_by_twos_are_not_taken_for_chinese(write):
    table = data.read_table(write("größe,maß\n1,éàb\n2,ÄÖ\n", encoding="cp1252"))
    assert table.names == ("größe", "maß")
    assert [row[1] for row in table.rows] == ["éàb", "ÄÖ"]


def test_lines_are_those_of_the_file_though_cells_have_line_breaks(write):
    table = data.read_table(write('# a remark\nnote,y\n"two\nlines",1\n\nthree,2\n"quote ""in""",3\r\n'))
    assert table.lines == [3, 6, 7]
    assert [row[0] for row in table.rows] == ["two\nlines", "three", 'quote "in"']


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b\n1,2\n", ("a", "b")),
        ("1,2\n3,4\n", ("column 1", "column 2")),
        ("x,y\np,q\nr,q\n", ("x", "y")),
        ("yes,no\nno,no\nyes,no\nno,yes\n", ("column 1", "column 2")),
        ("?,b\n1,b\n", ("column 1", "column 2")),
        ("a,,a,\n1,2,3,4\n", ("a", "column 2", "a (2)", "column 4")),
        ("a,a (2),a\n1,2,3\n", ("a", "a (2)", "a (3)")),
        ('" two\n words ",b\n1,2\n', ("two words", "b")),
        ("sep=;\na;b\n1;2\n", ("a", "b")),
        ("a,b\nrow 1,1,2\nrow 2,3,4\n", ("column 1", "a", "b")),
        ("a,b\n1,2,\n3,4,\n", ("a", "b")),
        ("a,b,,\n1,2,,\n", ("a", "b")),
        ("a,b,\n1,2,\n1,2,3\n", ("a", "b", "column 3")),
    ],
)
def test_headers(write, text, names):
    table = data.read_table(write(text))
    assert table.names == names
    assert all(len(row) == len(names) for row in table.rows)


def test_a_header_of_numbers_is_one_where_the_label_stands_in_it(write):
    path = write("1990,1991,kind\n1.5,2.5,a\n2.5,1.5,b\n")
    assert data.read_table(path).names == ("column 1", "column 2", "column 3")
    assert data.from_csv(path, label="kind").feature_names == ("1990", "1991")
    assert data.from_csv(path, header=True).feature_names == ("1990", "1991")


# ---------------------------------------------------------------------------------------- what the columns are


def table_of(columns, n=40):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(zip(*([f(i) for i in range(n)] for f in columns.values()), strict=True))
    return text.getvalue()


def test_columns_that_cannot_tell_are_left_out_and_the_reason_is_said(write):
    columns = {
        "id": lambda i: 7 * i % 41 + 100,
        "count": lambda i: i,
        "same": lambda i: "yes",
        "empty": lambda i: "",
        "day": lambda i: f"2024-01-{i % 28 + 1:02}",
        "name": lambda i: f"person {i}",
        "whole": lambda i: i * i,
        "colour": lambda i: "rgb"[i % 3],
        "kind": lambda i: "ab"[i % 2],
    }
    found = data.from_csv(write(table_of(columns)))
    assert found.feature_names == ("whole", "colour=b", "colour=g", "colour=r")
    reasons = dict(found.columns.left_out)
    assert {name: reason.split(",")[0].split(";")[0] for name, reason in reasons.items()} == {
        "id": "it counts or numbers the rows", "count": "it counts or numbers the rows",
        "same": "every cell says 'yes'", "empty": "it is empty", "day": "it holds dates",
        "name": "40 different texts in 40 cells are no categories",
    }  # fmt: skip
    shown = str(found.describe())
    assert all(f"left out: {name!r}" in shown for name in reasons)
    chosen = data.from_csv(write(table_of(columns)), features=["id", "colour"], text=["colour"])
    assert chosen.feature_names == ("id", "colour=b", "colour=g", "colour=r")
    assert "whole" not in data.from_csv(write(table_of(columns)), ignore=["whole"]).feature_names
    assert data.from_csv(write("a,b\n1,x\n2,y\n1,x\n2,y\n"), text=["a"]).feature_names == ("a=2",)


def test_text_becomes_one_feature_for_each_category(write):
    found = data.from_csv(write("c,s,y\nred,m,1\nblue,f,0\ngreen,m,1\nred,f,0\n"))
    assert found.feature_names == ("c=blue", "c=green", "c=red", "s=m")
    assert found.X == [[0, 0, 1, 1], [1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
    assert (found.class_names, found.y, found.label_name) == (("0", "1"), [1, 0, 1, 0], "y")


@pytest.mark.parametrize(
    ("labels", "kind", "classes"),
    [
        (["b", "a", "b", "a"], "classes", ("a", "b")),
        (["1", "0", "1", "0"], "classes", ("0", "1")),
        (["10", "9", "10", "9.0"], "classes", ("9", "10")),
        (["1", "2", "3", "4"], "numbers", ()),
        (["1.5", "2.5", "1.5", "2.5"], "numbers", ()),
        (["+", "-", "+", "-"], "classes", ("+", "-")),
        (["True", "False", "True", "False"], "classes", ("False", "True")),
    ],
)
def test_labels_are_classes_or_numbers(write, labels, kind, classes):
    found = data.from_csv(write("x,y\n" + "".join(f"{i * 1.5},{label}\n" for i, label in enumerate(labels))))
    assert (found.kind, found.class_names) == (kind, classes)
    if kind == "numbers":
        assert found.y == [float(label) for label in labels]
        assert "y from" in repr(found)
    else:
        assert [found.class_names[y] for y in found.y] == [label.removesuffix(".0") for label in labels]


def test_the_task_may_be_said(write):
    path = write("x,y\n0,1\n1.5,2\n2.5,1\n3,2\n")
    assert data.from_csv(path, task="numbers").y == [1.0, 2.0, 1.0, 2.0]
    assert data.from_csv(write("x,y\n0,1\n1.5,2\n2.5,3\n"), task="classes").class_names == ("1", "2", "3")


def test_missing_cells_hold_the_mean_or_their_rows_are_left_out(write):
    path = write("x,c,s,y\n1,r,m,a\nNA,g,f,b\n3,?,m,a\n5,r,-,b\n7,b,f,\n")
    filled = data.from_csv(path)
    assert filled.feature_names == ("x", "c=b", "c=g", "c=r", "s=m")
    assert filled.X == [
        [1.0, 0.0, 0.0, 1.0, 1.0], [3.0, 0.0, 1.0, 0.0, 0.0],
        [3.0, 0.0, 1 / 3, 2 / 3, 1.0], [5.0, 0.0, 0.0, 1.0, 2 / 3],
    ]  # fmt: skip
    assert filled.missing == ((1, 0), (2, 1), (2, 2), (2, 3), (3, 4))
    assert filled.lines == (2, 3, 4, 5)
    assert "1 row without y left out" in filled.source
    assert "missing cells in 3 rows hold the mean" in filled.source
    dropped = data.from_csv(path, missing="drop")
    assert (dropped.X, dropped.y, dropped.lines, dropped.missing) == ([[1.0, 0.0, 0.0, 1.0, 1.0]], [0], (2,), ())
    assert "3 rows with missing cells left out" in dropped.source
    assert data.from_csv(write("x,y\n1,a\n-999,b\n5,a\n"), marks=["-999"]).X == [[1.0], [3.0], [5.0]]


def test_what_fills_a_gap_tells_nothing_of_the_part_held_out(write):
    rows = [(str(i) if i % 5 else "", "ab"[i % 2]) for i in range(50)]
    train, test = data.from_csv(write("x,y\n" + "".join(f"{x},{y}\n" for x, y in rows))).split(test=0.4, seed=1)
    known = [row[0] for i, row in enumerate(train.X) if (i, 0) not in train.missing]
    mean = math.fsum(known) / len(known)
    for part in (train, test):
        assert part.missing
        assert all(part.X[i][j] == pytest.approx(mean) for i, j in part.missing)
        assert [rows[line - 2][0] for line in part.lines] == [
            "" if (i, 0) in part.missing else f"{row[0]:.0f}" for i, row in enumerate(part.X)
        ]
        assert part.columns.features[0].means == (pytest.approx(mean),)


def test_columns_survive_in_json_and_read_later_rows_by_name(write):
    import json

    learnt = data.from_csv(write("x;c;s;y\n1,5;r;m;a\n2,5;g;f;b\n4,5;b;m;a\n"))
    columns = Columns.from_json(json.loads(json.dumps(learnt.columns.to_json())))
    assert columns == learnt.columns
    later = data.read_table(write("s,more,x,c\nf,1,7.25,g\nq,2,,r\n"))
    reading = columns.read(later)
    assert reading.X == [[7.25, 0.0, 1.0, 0.0, 0.0], [17 / 6, 0.0, 0.0, 1.0, 2 / 3]]
    assert reading.missing == ((1, 0), (1, 4))
    assert reading.unknown == ("table.csv, line 3, column 's': 'q'",)
    for broken in (None, {}, {**columns.to_json(), "features": [{"name": "x"}]}, {**columns.to_json(), "features": 3}):
        with pytest.raises(ValueError, match="does not describe the columns"):
            Columns.from_json(broken)


def test_a_dataframe_is_read_as_a_file_would_be(write):
    pandas = pytest.importorskip("pandas", reason="reads DataFrames")
    frame = pandas.DataFrame(
        {
            "x": [1.0, None, 1e-7, 1.234],
            "n": pandas.array([1, 2, None, 4], dtype="Int64"),
            "c": pandas.Categorical(["r", "g", "r", None]),
            "b": [True, False, True, True],
            "day": pandas.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]),
            "y": ["u", "v", "u", "v"],
        }
    )
    found = data.from_frame(frame, "y", name="frame")
    assert found.feature_names == ("x", "n", "c=r", "b=True")
    assert [
        [1.0, 1.0, 1.0, 1.0], [pytest.approx((2.234 + 1e-7) / 3), 2.0, 0.0, 0.0],
        [1e-7, pytest.approx(7 / 3), 1.0, 1.0], [1.234, 4.0, pytest.approx(2 / 3), 1.0],
    ] == found.X  # fmt: skip
    assert [name for name, _ in found.columns.left_out] == ["day"]
    with pytest.raises(ValueError, match="table, row 1, column 'x'"):
        data.from_frame(pandas.DataFrame({"x": ["1", "oops", "2"], "y": ["a", "b", "a"]}))
    with pytest.raises(TypeError, match="takes a DataFrame, got list"):
        data.from_frame([[1]])


def test_numbers_of_a_file_are_read_exactly(write):
    generator = random.Random(0)
    numbers = [generator.choice((-1, 1)) * 10 ** generator.uniform(-300, 300) for _ in range(200)]
    found = data.from_csv(write("x,y\n" + "".join(f"{x!r},{'ab'[x > 0]}\n" for x in numbers)))
    assert [row[0] for row in found.X] == numbers


@pytest.mark.parametrize("make", untidy_tables.ALL)
def test_in_untidy_tables_that_is_found_which_is_there(write, make):
    made = make()
    marks = made.options[1:]
    found = data.from_csv(write(made.content, made.name), -1 if made.label == "column 4" else made.label, marks=marks)
    assert len(found) == made.rows - made.lost
    assert tuple(column.name for column in found.columns.features) == made.used
    assert tuple(name for name, _ in found.columns.left_out) == made.left_out
    assert (found.class_names, found.kind) == (made.classes, "classes" if made.classes else "numbers")
    assert found.missing
    ranges = {row[0]: row[1:4] for row in found.describe().rows}
    if make is untidy_tables.german:
        assert set(found.feature_names) == {
            "Größe (m²)",
            "Umsatz",
            *(f"Zustand={z}" for z in ("gut", "mäßig", "schlecht")),
        }
        assert 900 < ranges["Umsatz"][0] < ranges["Umsatz"][1] < ranges["Umsatz"][2] < 2_000_000
        assert ranges["Umsatz"][2] > 1_900_000
        assert ranges["Größe (m²)"][2] < 200
    elif make is untidy_tables.export:
        assert 4000 < ranges["amount"][1] < 5000
        assert ranges["active=TRUE"][0::2] == (0.0, 1.0)
        assert {"plan name=basic", "plan name=max, yearly", "plan name=pro"} < set(found.feature_names)
    elif make is untidy_tables.instrument:
        assert 3e-6 < ranges["column 1"][1] < 7e-6
        assert ranges["column 2"][0] < -1.0 < 1.0 < ranges["column 2"][2]
    else:
        assert 90_000 < min(found.y) < max(found.y) < 1_200_000
        assert "Windows" not in found.source


# ---------------------------------------------------------------------------------------- looking at a Dataset


def test_batches_go_through_all_examples_once_in_an_order_that_the_seed_decides():
    iris = data.load("iris")
    plain = list(iris.batches(64))
    assert [len(X) for X, _ in plain] == [64, 64, 22]
    assert [row for X, _ in plain for row in X] == iris.X
    mixed = [(tuple(row), label) for X, y in iris.batches(7, seed=3) for row, label in zip(X, y, strict=True)]
    assert sorted(mixed) == sorted((tuple(row), label) for row, label in zip(iris.X, iris.y, strict=True))
    assert list(iris.batches(7, seed=3)) == list(iris.batches(7, seed=3)) != list(iris.batches(7, seed=4))
    with pytest.raises(ValueError, match="size must be at least 1"):
        iris.batches(0)


def test_standardise_as_scikit_learn_does():
    preprocessing = pytest.importorskip("sklearn.preprocessing", reason="compares with StandardScaler")
    train, test = data.load("wine").split(seed=0)
    scaler = preprocessing.StandardScaler().fit(train.X)
    for part, ours in ((train, train.standardise()), (test, test.standardise(like=train))):
        assert ours.y == part.y
        assert [pytest.approx(row) for row in scaler.transform(part.X).tolist()] == ours.X
    with pytest.raises(ValueError, match="13 features"):
        train.standardise(like=data.load("iris"))


def test_a_description_counts_classes_ranges_and_gaps(write):
    found = data.from_csv(write("a <b>,y\n1,u\n,v\n4,u\n"))
    told = found.describe()
    assert told.classes == (("u", 2), ("v", 1))
    assert told.rows == (("a <b>", 1.0, 2.5, 4.0, 1),)
    assert "classes: u (2), v (1)" in str(told)
    for page in (told._repr_html_(), found._repr_html_()):
        assert "a &lt;b&gt;" in page
        assert "<b>," not in page
    assert data.Dataset([[1.0], [2.0]], [0.5, 1.5], kind="numbers").describe().rows[-1][1:4] == (0.5, 1.0, 1.5)


# ---------------------------------------------------------------------------------------- what is wrong is named

GOOD = "x,c,y\n1,r,a\n2,g,b\n3,r,a\n"
WRONG = [
    (GOOD + "4,r\n", {}, "table.csv, line 5: 2 cells, but there are 3 columns"),
    (GOOD + "4,r,a,b\n", {}, "line 5: 4 cells"),
    (GOOD + '4,"r,a\n', {}, "line 5: the quotes of this row do not match"),
    (GOOD + "oops,r,a\n", {}, r"table.csv, line 5, column 'x': 'oops' is not a number.*3 of the 4 cells"),
    (GOOD + "1e999,r,a\n", {}, r"line 5, column 'x': '1e999' is not a finite number"),
    ('x,y\n1.5,a\n2.5,b\n"2,5",a\n', {}, r"line 4, column 'x': '2,5' is not a number written as 1.5"),
    ('x,n,y\n"a\nb",1,u\nb,2,v\nc,3,u\nd,?,v\ne,4a,u\n', {}, r"line 7, column 'n': '4a'"),
    (GOOD, {"label": "kind"}, "table.csv has no column 'kind'. Its columns: x, c, y"),
    ("species,x\na,1\nb,2\n", {"label": "specis"}, "did you mean 'species'"),
    (GOOD, {"label": 3}, "no column 3"),
    (GOOD, {"features": ["z"]}, "no column 'z'"),
    (GOOD, {"features": ["y"]}, "is the label"),
    (GOOD, {"missing": "zero"}, "missing must be 'mean' or 'drop'"),
    (GOOD, {"task": "regression"}, "task must be"),
    (GOOD, {"task": "numbers"}, r"line 2, column 'y': 'a' is not a number"),
    (GOOD, {"delimiter": ";;"}, "one character"),
    (GOOD, {"encoding": "utf-99"}, "no encoding is called 'utf-99'"),
    (GOOD.encode() + "4,ä,a".encode("latin-1"), {"encoding": "utf-8"}, "line 5: byte 0xe4 is none of utf-8"),
    ("", {}, "table.csv is empty"),
    ("\n\n,,\n", {}, "table.csv is empty"),
    ("x,y\n", {"header": True}, "has no rows"),
    ("x\n1\n2\n", {}, "a single column"),
    ("x,y\n1,a\n2,a\n", {}, "every row of table.csv has the label 'a'"),
    ("x,y\n1,\n2,NA\n", {}, "every cell of the label 'y' is missing"),
    ("x,y\n1,a\n1,b\n", {}, "no column to learn 'y' from .x: every cell says '1'."),
    ("x,y\n" + "".join(f"{i},name {i}\n" for i in range(20)), {}, "that is a name, not a class"),
    (b"PK\x03\x04rest", {}, "workbook of Excel"),
    (b"a,b\n1,\x00\n", {}, "not text: there is a zero byte in line 2"),
]


@pytest.mark.parametrize(("content", "options", "message"), WRONG)
def test_what_is_wrong_with_a_file_is_named(write, content, options, message):
    with pytest.raises(ValueError, match=message):
        data.from_csv(write(content), **options)


def test_a_list_of_columns_must_be_a_list(write):
    with pytest.raises(TypeError, match="features must be a list of names"):
        data.from_csv(write(GOOD), features="x")
    with pytest.raises(TypeError, match="marks must be a list of texts"):
        data.from_csv(write(GOOD), marks="?")
    with pytest.raises(FileNotFoundError):
        data.from_csv("nowhere.csv")
