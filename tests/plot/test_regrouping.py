"""The picture of a matrix product shows the very scalars that were written, each where it went."""

import pytest

np = pytest.importorskip("numpy", reason="compiled functions run on NumPy")
pytest.importorskip("matplotlib", reason="the pictures are matplotlib's")

import tinygrad_edu as tg  # noqa: E402  (needs both)

SIGNS = {"=", "+", "·", "@", "…", "↓"}


def rows_of(figure):
    """Give what is written in cells, row by row from the top, each from left to right."""
    rows = {}
    for text in figure.axes[0].texts:
        if text.get_text() not in SIGNS | {""}:
            rows.setdefault(round(-text.get_position()[1], 3), []).append((text.get_position()[0], text.get_text()))
    return [[name for _, name in sorted(rows[y])] for y in sorted(rows, reverse=True)]


def compiled_layer():
    layer = tg.nn.Layer(2, 3, seed=0)
    compiled = tg.compile(lambda x: layer(x))
    compiled(np.ones((5, 2)))
    return compiled


def test_every_neuron_is_a_sum_above_and_a_row_below():
    *rows, sizes = rows_of(tg.plot.matrix_product(compiled_layer()))
    assert sizes == ["3×3", "3×N", "3×N"]
    for i, (above, below) in enumerate(zip(rows[:3], rows[3:], strict=True)):
        w0, w1, b = f"{i}.w.0", f"{i}.w.1", f"{i}.b"
        assert above == [f"a1[{i}]", w0, "x[0]", w1, "x[1]", b, "1"]
        assert below == [w0, w1, b, ["x[0]", "x[1]", "1"][i], f"a1[{i}]"]


def test_a_convolution_uses_its_kernel_in_every_column():
    kernels = [[tg.Value(1.0, f"{name}{i}") for i in range(2)] for name in "pq"]
    compiled = tg.compile(lambda x: [[tg.dot(k, x[t : t + 2]) for t in range(3)] for k in kernels])
    compiled(np.ones((5, 4)))
    rows = rows_of(tg.plot.matrix_product(compiled))
    assert rows[2:4] == [
        ["p0", "p1", "x[0]", "x[1]", "x[2]", "a1[0]", "a1[1]", "a1[2]"],
        ["q0", "q1", "x[1]", "x[2]", "x[3]", "a1[3]", "a1[4]", "a1[5]"],
    ]


def test_what_a_later_product_reads_is_named_by_the_line_that_computed_it():
    model = tg.nn.MLP(2, [2, 1], seed=0)
    compiled = tg.compile(lambda x: model(x))
    compiled(np.ones((5, 2)))
    above = rows_of(tg.plot.matrix_product(compiled, "a3"))[0]
    assert above == ["a3[0]", "w.0", "a2[0]", "w.1", "a2[1]", "b", "1"]


def test_plain_numbers_are_shown_as_they_are():
    compiled = tg.compile(lambda x: [tg.dot([0.1 + 0.01 * i + 0.001 * k for k in range(9)], x) for i in range(1, 9)])
    compiled(np.ones((5, 9)))
    sums = [row[1:] for row in rows_of(tg.plot.matrix_product(compiled)) if row[0].startswith("a1")]
    assert ["0.11", "x[0]", "0.111", "x[1]", "0.112", "x[2]"] in [row[:6] for row in sums]


def test_asking_for_another_line_names_those_that_there_are():
    with pytest.raises(ValueError, match=r"no matrix product is called 'a2'.*a1"):
        tg.plot.matrix_product(compiled_layer(), "a2")
    square = tg.compile(lambda x: x * x)
    square([1.0, 2.0])
    with pytest.raises(ValueError, match="no line of this program is a matrix product"):
        tg.plot.matrix_product(square)
