"""How a compiled function is called: batches, weights, parameters, structures; and its program shown."""

import numpy as np
import pytest
from support.compiler_programs import assert_agree, small_rows

import tinygrad_edu as tg
from tinygrad_edu import Value, nn
from tinygrad_edu.engine.many_values import give_numbers
from tinygrad_edu.errors import FrozenNumberError


def test_batch_sizes_vary_and_data_are_read_at_every_call():
    w = Value(2.0)
    compiled = tg.compile(lambda x: w * x)
    for count in (3, 1, 7, 3, 2, 9, 11):
        np.testing.assert_allclose(compiled(np.arange(count)), 2.0 * np.arange(count))
    w.data = -1.0
    np.testing.assert_allclose(compiled([1.0, 2.0]), [-1.0, -2.0])


def test_results_are_not_overwritten_by_the_next_call():
    w = Value(2.0)
    compiled = tg.compile(lambda x: [w * x, w])
    first = compiled([1.0, 2.0])
    _, gradient = tg.compile(lambda x: w * x).value_and_grad([1.0, 3.0])
    compiled([5.0, 6.0])
    assert first.tolist() == [[2.0, 2.0], [4.0, 2.0]]
    assert gradient.tolist() == [2.0]


def test_large_batches_run_in_parts():
    model = nn.MLP(2, [50, 50, 1], seed=0)
    X = small_rows(18_000, 2)
    compiled = tg.compile(lambda x: tg.square(model(x)), model.parameters())
    value, gradient = compiled.value_and_grad(X, weights=np.arange(18_000.0))
    assert compiled.program.part_of(18_000) < 9_000
    halves = [compiled.value_and_grad(X[i::2], reduce="sum", weights=np.arange(18_000.0)[i::2]) for i in (0, 1)]
    total = np.arange(18_000.0).sum()
    assert value == pytest.approx(sum(v for v, _ in halves) / total, rel=1e-11)
    assert_agree(gradient, sum(g for _, g in halves) / total, 1e-11)


def test_the_last_part_may_be_a_single_example():
    w = Value(3.0)
    compiled = tg.compile(lambda x: w * tg.sin(x))
    compiled([0.0])
    X = np.arange(compiled.program.part_of(10**9) + 1.0)
    np.testing.assert_allclose(compiled(X), 3.0 * np.sin(X), rtol=1e-12)
    last = np.zeros(len(X))
    last[-1] = 1.0
    value, gradient = compiled.value_and_grad(X, weights=last)
    assert value == pytest.approx(3.0 * np.sin(X[-1]))
    assert gradient.tolist() == pytest.approx([np.sin(X[-1])])


def test_outputs_keep_their_structure():
    compiled = tg.compile(lambda x: {"sum": x[0] + x[1], "both": [x[1], x[0]], "one": 1.0})
    out = compiled([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert out["sum"].tolist() == [3.0, 7.0, 11.0]
    assert out["both"].tolist() == [[2.0, 1.0], [4.0, 3.0], [6.0, 5.0]]
    assert out["one"].tolist() == [1.0, 1.0, 1.0]


def test_dicts_of_arrays_for_dicts():
    w = Value(3.0)
    compiled = tg.compile(lambda p: w * p["a"] - p["b"][1])
    assert compiled({"a": [1.0, 2.0], "b": [[9.0, 1.0], [9.0, 2.0]]}).tolist() == [2.0, 4.0]


def test_reduce_and_weights():
    w = Value(2.0)
    compiled = tg.compile(lambda x: w * x)
    assert compiled.value_and_grad([1.0, 2.0, 6.0])[0] == 6.0
    assert compiled.value_and_grad([1.0, 2.0, 6.0], reduce="sum")[1].tolist() == [9.0]
    value, gradient = compiled.value_and_grad([1.0, 2.0, 6.0], weights=[1.0, 1.0, 0.0])
    assert (value, gradient.tolist()) == (3.0, [1.5])
    assert compiled.value_and_grad([1.0, 2.0], weights=[2.0, 1.0], reduce="sum")[1].tolist() == [4.0]


def test_backward_adds_to_grad():
    w, b = Value(2.0), Value(1.0)
    compiled = tg.compile(lambda x: w * x + b, [b, w])
    w.grad = 10.0
    assert compiled.backward([1.0, 3.0]) == 5.0
    assert (w.grad, b.grad) == (12.0, 1.0)


def test_params_choose_what_is_differentiated():
    w, b = Value(2.0, "w"), Value(1.0, "b")
    unused = Value(5.0)
    compiled = tg.compile(lambda x: w * x + b, [unused, w])
    assert compiled.params == [unused, w]
    assert compiled.value_and_grad([1.0, 3.0])[1].tolist() == [0.0, 2.0]
    free = tg.compile(lambda x: w * x + b)
    free([1.0])
    assert free.params == [w, b]


def test_numbers_can_be_given_in_place_of_the_params():
    w = Value(2.0)
    compiled = tg.compile(lambda x: w * w * x, [w])
    assert compiled.value_and_grad([1.0], at=[5.0]) == (25.0, np.array([10.0]))
    assert w.data == 2.0
    with pytest.raises(ValueError, match="one number for each"):
        compiled.value_and_grad([1.0], at=[1.0, 2.0])


def test_the_program_prints():
    model = nn.MLP(2, [3, 1], seed=0)
    compiled = tg.compile(lambda x: model(x))
    compiled([[1.0, 2.0]])
    text = str(compiled.program)
    assert "relu" in text
    assert "@ [x;1]" in text
    assert len(text.splitlines()) == len(compiled.program) + 1


def test_numbers_of_a_matrix_are_not_taken_for_a_family_of_names():
    rows = [[0.1 + 0.01 * i + 0.001 * k for k in range(9)] for i in range(9)]
    compiled = tg.compile(lambda x: [tg.dot(row, x) for row in rows])
    compiled(np.ones((5, 9)))
    assert str(compiled.program).startswith("a1 = constants @ x ")


def test_the_program_can_be_drawn():
    model = nn.MLP(2, [3, 1], seed=0)
    compiled = tg.compile(lambda x, t: tg.square(model(x) - t), model.parameters())
    compiled.value_and_grad([[1.0, 2.0]], [1.0])
    graph = compiled.as_graph()
    assert len(graph.equations) == len(compiled.program)
    assert [eqn.op.symbol for eqn in graph.equations].count("@") == 2
    assert "layers.0.neurons.w|b" in str(tg.draw(compiled))


def test_programs_that_only_give_back_what_they_are_given_can_be_drawn():
    w = Value(2.0, "w")
    for f, shown in ((lambda x: x, "x"), (lambda x: w, "w"), (lambda x: 4.0, "4")):
        compiled = tg.compile(f)
        compiled([1.0, 2.0])
        assert shown in str(tg.draw(compiled)).split()


def test_every_way_to_change_a_number_shows_in_the_next_call():
    w, outside = Value(2.0, "w"), Value(3.0)
    compiled = tg.compile(lambda x: w * x + outside, [w])
    X = np.array([1.0, 3.0])

    def value():
        return compiled.value_and_grad(X)[0]

    assert [value(), value()] == [7.0, 7.0]
    w.data = 1.0
    assert value() == 5.0
    outside.data = 4.0
    assert value() == 6.0
    assert compiled.value_and_grad(X, at=[10.0])[0] == 24.0
    assert value() == 6.0
    w.grad = 1.0
    tg.optim.SGD([w], lr=0.5).step()
    assert value() == 5.0
    with pytest.raises(ZeroDivisionError):  # none of several
        give_numbers([w, outside], (1.0 / n for n in (4.0, 0.0)))
    assert value() == 5.0
    with pytest.raises(ValueError, match="shorter"):  # one of two
        give_numbers([w, outside], [0.25])
    assert value() == 4.5


def test_a_function_that_reads_numbers_by_calling_a_compiled_one_is_refused():
    w = Value(2.0)
    inner = tg.compile(lambda x: w * x, [w])
    X = np.array([1.0])
    assert inner.value_and_grad(X)[0] == 2.0
    with pytest.raises(FrozenNumberError):
        tg.compile(lambda x: w * x * inner.value_and_grad(X)[0], [w])([1.0])
    assert inner.value_and_grad(X)[0] == 2.0


def test_arrays_of_another_type_or_shape_are_not_taken_for_those_before():
    w = Value(2.0)
    compiled = tg.compile(lambda x, y: w * x * y, [w])
    X = np.array([1.0, 2.0])
    for _ in range(2):
        assert compiled.value_and_grad(X, X)[0] == 5.0
    assert compiled.value_and_grad(X.astype(int), np.array([True, False]))[0] == 1.0
    with pytest.raises(ValueError, match="equally long"):
        compiled.value_and_grad(X, X[:1])
    with pytest.raises(ValueError, match="numbers"):
        compiled.value_and_grad(X, X.astype(complex))
    with pytest.raises(ValueError, match="masked"):
        compiled.value_and_grad(X, np.ma.masked_array(X, [True, False]))
    assert compiled.value_and_grad(X, X)[0] == 5.0
