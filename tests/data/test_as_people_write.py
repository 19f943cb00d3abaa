"""Tables as people write them: numbers in any hand, names of columns that are numbers, files that are no tables."""

import gzip
import random

import numpy as np
import pytest

from tinygrad_edu import data
from tinygrad_edu.data.cells import number_of


@pytest.fixture
def write(tmp_path):
    def written(content):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def hands(number, draws):
    """Write a number as different people do, each with what it is worth."""
    text = f"{number:.2f}"
    yield text.translate({code: code + 0xFEE0 for code in map(ord, "+-.0123456789")}), number
    for minus in "−–－":
        yield text.replace("-", minus), number
    for percent in ("%", " %", "％"):
        yield text + percent, number / 100.0
    sign, size = ("-" if number < 0 else ""), text.lstrip("-")
    for price in (f"{sign}${size}", f"{text} €", f"{text}€", f"${text}", f"{sign}£ {size}", f"¥{f'{number:,.2f}'}"):
        yield price, number


@pytest.mark.parametrize("seed", range(50))
def test_a_number_is_worth_the_same_in_every_hand(seed):
    draws = random.Random(seed)
    number = round(draws.choice((-1, 1)) * 10 ** draws.uniform(-1, 6), 2)
    for text, worth in hands(number, draws):
        assert number_of(text) == worth, text
        assert number_of(text.translate(str.maketrans(".,．", ",.，")), ",") == worth, text


@pytest.mark.parametrize("cell", ["%", "$", "5%%", "$5€", "$-", "5 $ 5", "€", "-%", "$$5", "10 cm", "5²", "½", "1:2"])
def test_what_is_no_number_stays_none(cell):
    assert number_of(cell) is None


ROWS = "1,2,a\n3,4,b\n5,6,a\n7,8,b\n"
NAMED = ["2019,2020,species\n", "0,1,2\n", '"1","2","kind"\n', ",0,species\n"]


@pytest.mark.parametrize("names", NAMED)
def test_a_first_row_that_may_be_names_is_asked_about_and_never_learned_from(write, names):
    path = write(names + ROWS)
    with pytest.raises(ValueError, match=r"line 1: .* may name the columns.*header=True .*header=False"):
        data.from_csv(path)
    found = data.from_csv(path, header=True)
    assert (len(found), found.class_names) == (4, ("a", "b"))
    assert len(data.from_csv(path, header=False)) == 5
    last = names.strip().split(",")[-1].strip('"')
    assert data.from_csv(path, label=last).class_names == ("a", "b")


@pytest.mark.parametrize("row", ["5,1,a\n", "5,1,a\n9,9,c\n", "5,1,\n"])
def test_a_first_row_like_the_others_is_one(write, row):
    assert len(data.read_table(write(row + ROWS)).rows) == row.count("\n") + 4


def test_a_name_over_numbers_is_told_of(write):
    with pytest.raises(ValueError, match=r"'target' is not a number.*if it names the column say header=True"):
        data.from_csv(write("1,2,target\n1,2,.5\n3,4,.6\n5,6,.7\n7,8,.8\n"))


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff\ufeff"])
@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_a_name(write, mark, encoding):
    found = data.from_csv(write(f"{mark}x,y,c\n{ROWS}"), "c", features=["x"], encoding=encoding)
    assert found.feature_names == ("x",)


WRONG = [
    (gzip.compress(b"x,y\n1,a\n", mtime=0), "table.csv is compressed: unpack it"),
    ("x,y\n1,a\n".encode("utf-16-le"), "say encoding='utf-16-le'"),
    ("<!DOCTYPE html>\n<p>404, not found</p>\n", "is a page or XML, not a table"),
    ('[{"x": 1, "y": "a"},\n {"x": 2, "y": "b"}]\n', "is JSON, not a table"),
    ("price,y\n$5,a\n€7,b\n$6,a\n", r"column 'price' .* in \$ and €.*make one currency"),
    ("x,y\n1,9007199254740992\n2,9007199254740993\n3,9007199254740992\n4,9007199254740993\n", r"say text=\['y'\]"),
]


@pytest.mark.parametrize(("content", "message"), WRONG)
def test_what_is_no_table_is_called_by_its_name(write, content, message):
    with pytest.raises(ValueError, match=message):
        data.from_csv(write(content))


def test_times_of_the_day_are_no_categories(write):
    found = data.from_csv(write("at,x,c\n12:30,1,a\n1:45 pm,2,b\n14:00:05,3,a\n"))
    assert found.feature_names == ("x",)
    assert dict(found.columns.left_out)["at"].startswith("it holds dates")


# ---------------------------------------------------------------------------------------- frames


def frame_of(columns, names=None):
    pandas = pytest.importorskip("pandas", reason="reads DataFrames")
    frame = pandas.DataFrame(columns)
    return frame if names is None else frame.set_axis(names, axis=1)


NUMBERS = [0.5, 0.0, 2.0, 1.5]


@pytest.mark.parametrize("kind", ["float64", "float32", "Float64", "float16", "object", "Sparse[float]", "longdouble"])
def test_numbers_of_a_frame_are_numbers_whatever_keeps_them(kind):
    frame = frame_of({"x": NUMBERS, "y": list("abab")})
    if kind == "object":
        frame["x"] = frame["x"].astype(object).map(np.float64)
    found = data.from_frame(frame.astype({"x": kind}) if kind != "object" else frame)
    assert (found.feature_names, found.X) == (("x",), [[x] for x in NUMBERS])


def test_columns_of_a_frame_are_called_as_they_are_called_there():
    columns = {"a": NUMBERS, "b": [3.5, 1.0, 0.5, 2.0], "c": list("uvuv")}
    for names in (["a", "b", "c"], [0, 1, 2], [7, 8, 9], [("m", "a"), ("m", "b"), ("l", "c")]):
        found = data.from_frame(frame_of(columns, names), label=names[2], features=[names[0]])
        assert (found.class_names, found.X) == (("u", "v"), [[x] for x in NUMBERS])
    assert data.from_frame(frame_of(columns), label=np.int64(2)).class_names == ("u", "v")
    with pytest.raises(ValueError, match=r"2 is the name of one column and the place of another: say '2' or '1'"):
        data.from_frame(frame_of(columns, [0, 2, 1]), label=2)


def test_the_label_is_no_feature_under_another_name(write):
    path = write("c,x,c\n" + "a,1,a\nb,2,b\na,3,a\n")
    with pytest.raises(ValueError, match=r"several columns of table.csv are called 'c'.* place"):
        data.from_csv(path, label="c")
    assert data.from_csv(path, label=0, features=["x"]).class_names == ("a", "b")


def test_spans_of_time_are_no_categories():
    pandas = pytest.importorskip("pandas", reason="reads DataFrames")
    frame = frame_of({"t": pandas.to_timedelta([1, 2, 3, 4], unit="h"), "x": NUMBERS, "y": list("abab")})
    assert data.from_frame(frame).feature_names == ("x",)
