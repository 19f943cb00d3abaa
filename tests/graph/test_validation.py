"""Validation of graphs finds what is wrong in them."""

import pytest

import tinygrad_edu as tg
from tinygrad_edu.errors import GraphError


def test_validate_finds_planted_faults():
    def broken(change):
        g = tg.trace(lambda x: tg.tanh(x) * x, 1.0).validate()
        change(g)
        with pytest.raises(GraphError):
            g.validate()

    broken(lambda g: setattr(g, "equations", g.equations[::-1]))
    broken(lambda g: setattr(g.equations[1], "parents", g.inputs))
    broken(lambda g: setattr(g.equations[0], "op", None))
    broken(lambda g: setattr(g, "outputs", g.outputs * 2))
    broken(lambda g: setattr(g, "inputs", g.inputs * 2))
    broken(lambda g: setattr(g, "outputs", tg.trace(lambda x: x * x, 1.0).outputs))
    broken(lambda g: setattr(g.equations[1], "parents", (g.inputs[0], g.inputs[0].tracer.constant("1"))))
