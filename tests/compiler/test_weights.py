"""Derivatives towards whole layers of weights are matrix products; what does not fit in gets its right share too."""

import numpy as np
import pytest
from support.compiler_programs import agree, small_rows

import tinygrad_edu as tg
from tinygrad_edu import Value

W = [[Value(0.1 * (i + 1) * (-1) ** j - 0.05 * j) for j in range(3)] for i in range(2)]
B = [Value(0.3), Value(-0.2)]
ALL = [*W[0], *W[1], *B]


def scores(x, biases=(0, 1)):
    return [tg.dot(W[i], x) + B[i] if i in biases else tg.dot(W[i], x) for i in range(2)]


FUNCTIONS = {
    "a layer": lambda x: tg.tanh(scores(x)[0]) * scores(x)[1],
    "numbers before weights": lambda x: tg.tanh(tg.dot(x, W[0])) + tg.sin(tg.dot(x, W[1]) + B[1]),
    "one neuron without its bias": lambda x: tg.tanh(scores(x, (1,))[0]) * scores(x, (1,))[1],
    "a neuron with two biases": lambda x: tg.tanh(tg.dot(W[0], x) + B[0] + B[1]),
    "one bias for two neurons": lambda x: tg.tanh(tg.dot(W[0], x) + B[0]) * tg.tanh(tg.dot(W[1], x) + B[0]),
    "two inner products in one sum": lambda x: tg.tanh(tg.dot(W[0], x) + tg.dot(W[1], [tg.sin(a) for a in x]) + B[0]),
    "numbers that overlap": lambda x: tg.tanh(tg.dot(W[0], x)) + tg.sin(tg.dot(W[1][:2], x[1:])),
    "one number twice": lambda x: tg.tanh(tg.dot(W[0], [x[0], x[0], x[1]]) + B[0]),
    "the same into two neurons": lambda x: tg.sin(tg.dot(W[0], x) + tg.dot(W[1], x) + B[1]),
    "weights that are used elsewhere": lambda x: tg.tanh(tg.dot(W[0], x)) + W[0][1] * W[0][1] + tg.sin(tg.dot(W[1], x)),
    "nothing after it": lambda x: tg.dot(W[0], x) + B[0],
    "layers on layers": lambda x: tg.tanh(tg.dot(W[1][:2], [tg.tanh(tg.dot(W[0], x) + B[0]), x[0]]) + B[1]),
    "a choice that is settled": lambda x: tg.tanh(tg.dot(W[0], [tg.where(1.0, 2.0, x[0]), x[1], x[2]]) + B[0]),
    "only choices that are settled": lambda x: (
        tg.tanh(tg.dot(W[0][:2], [tg.where(1.0, 2.0, x[0]), tg.where(0.0, x[0], -1.0)])) * x[1]
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("weights", [None, np.array([1.0, 0.5, 2.0, 0.25, 3.0])], ids=["mean", "weighted"])
def test_each_weight_gets_its_share(name, weights):
    agree(FUNCTIONS[name], ALL, small_rows(5, 3), weights=weights)


def test_what_is_shared_in_a_layer_is_one_product():
    compiled = tg.compile(lambda x: tg.tanh(scores(x)[0]) * scores(x)[1], ALL)
    compiled.value_and_grad(small_rows(5, 3))
    products = [step for step in compiled.program.instructions if step.kind == "batch_matmul"]
    assert [step.shape for step in products] == [(1, 2, 4)]
