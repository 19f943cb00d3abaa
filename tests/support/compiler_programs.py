"""Random scalar programs for the tests of the compiler."""

import math
import random

import numpy as np

import tinygrad_edu as tg
from tinygrad_edu import OPS, Value
from tinygrad_edu.compiler import interpreter

CUBE = tg.Op("cube", lambda x: x * x * x, lambda y, x: (3.0 * x * x,))
SPREAD = tg.Op("spread", lambda *xs: max(xs) - min(xs), lambda y, *xs: tuple(0.0 * x for x in xs))
CONSTANTS = [0.0, 1.0, -1.0, 2.0, 0.5, -3.0]
SPECIAL = [0.0, -1.0, 1.0, math.inf, -math.inf, math.nan, 1e200]


class RandomProgram:
    """A scalar function made of any operations, the parameters it captures, and a batch of inputs."""

    def __init__(self, seed, length=30, special=False):
        rng = random.Random(seed)
        self.params = [Value(rng.gauss(0, 1), f"p{i}") for i in range(rng.randint(1, 6))]
        inputs = rng.randint(0, 4)
        self.lines = [self._line(rng) for _ in range(rng.randint(3, length))]
        self.penalty = rng.random() < 0.3
        self.count = rng.choice([1, 2, 5]) if inputs else 1
        self.arrays = [
            np.array(
                [rng.choice(SPECIAL) if special and rng.random() < 0.4 else rng.gauss(0, 1) for _ in range(self.count)]
            )
            for _ in range(inputs)
        ]
        self.weights = np.array([rng.random() + 0.1 for _ in range(self.count)]) if rng.random() < 0.3 else None

    @staticmethod
    def _line(rng):
        groups = {
            0.35: [OPS[name] for name in ("add", "sub", "mul", "neg")],
            0.5: [OPS[name] for name in ("sum", "dot", "mean")],
            0.7: [CUBE, *(op for op in OPS.values() if op.arity == 1)],
            0.8: [op for op in OPS.values() if op.arity == 2],
            0.88: [op for op in OPS.values() if op.arity == 3],
            1.0: [SPREAD, *(op for op in OPS.values() if op.arity is None)],
        }
        draw = rng.random()
        op = rng.choice(next(ops for bound, ops in groups.items() if draw < bound))
        arity = rng.choice([1, 2, 3, 5, 9, 10]) if op.arity is None else op.arity
        if op is OPS["dot"]:
            arity = 2 * rng.choice([1, 2, 3, 9])
        places = [rng.random() ** 0.7 for _ in range(arity)]
        constants = [rng.choice([*CONSTANTS, rng.gauss(0, 1)]) if rng.random() < 0.12 else None for _ in range(arity)]
        constants[0] = None
        return op, places, constants

    def __call__(self, *inputs):
        nodes = [*self.params, *inputs]
        for op, places, constants in self.lines:
            nodes.append(
                op(
                    *[
                        nodes[int(place * len(nodes))] if constant is None else constant
                        for place, constant in zip(places, constants, strict=True)
                    ]
                )
            )
        out = nodes[-1]
        for node in nodes[-4:-1]:
            out = out + node * 0.5
        return out + tg.dot(self.params, self.params) * 0.01 if self.penalty else out


def eager(f, params, *arrays, weights=None):
    """Value, gradient and outputs by the eager engine, one example after the other."""
    count = len(arrays[0]) if arrays else 1
    shares = np.full(count, 1.0 / count) if weights is None else weights / weights.sum()
    for p in params:
        p.grad = 0.0
    outputs = []
    for n, share in enumerate(shares.tolist()):
        out = f(*[as_values(array[n]) for array in arrays])
        out.backward(share)
        outputs.append(out.data)
    value = sum(share * out for share, out in zip(shares.tolist(), outputs, strict=True))
    return value, np.array([p.grad for p in params]), np.array(outputs)


def interpreted(f, params, *arrays, weights=None):
    """The same by the plain interpreter: of one graph of the whole batch."""
    count = len(arrays[0]) if arrays else 1
    shares = np.full(count, 1.0 / count) if weights is None else weights / weights.sum()
    graph = tg.trace(f, *[array[0].tolist() for array in arrays])
    columns = [column for array in arrays for column in array.reshape(count, -1).T]
    value, gradient = interpreter.value_and_grad(graph, columns, params, shares)
    return value, gradient, interpreter.outputs(graph, columns, count)[0]


def as_values(item):
    return [as_values(part) for part in item] if np.ndim(item) else Value(float(item))


def assert_agree(ours, theirs, tolerance=1e-10):
    """The same nan and infinities; the rest equal up to `tolerance` of the largest."""
    ours, theirs = np.atleast_1d(np.asarray(ours, float)), np.atleast_1d(np.asarray(theirs, float))
    finite = np.isfinite(theirs)
    np.testing.assert_array_equal(ours[~finite], theirs[~finite])
    scale = max(1.0, np.abs(theirs[finite]).max(initial=0.0))
    np.testing.assert_allclose(ours[finite], theirs[finite], rtol=0, atol=tolerance * scale)


def agree(f, params, *arrays, weights=None, tolerance=1e-12):
    """Value, gradient and outputs are those of the eager engine."""
    compiled = tg.compile(f, params)
    value, gradient = compiled.value_and_grad(*arrays, weights=weights)
    true_value, true_gradient, outputs = eager(f, params, *arrays, weights=weights)
    assert_agree(gradient, true_gradient, tolerance)
    assert_agree(value, true_value, tolerance)
    assert_agree(compiled(*arrays), outputs, tolerance)
    return compiled


def small_rows(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)
