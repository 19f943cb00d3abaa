"""Computations for the tests of pictures: repeated operands, many operands, scopes, names of all kinds."""

from hypothesis import strategies as st

import tinygrad_edu as tg
from tinygrad_edu import OPS, Value

NAMES = st.none() | st.sampled_from(
    ["x", "w", "v1", "a + b", "2", "x²", "−1", "inf", "layers.0.w", "the first input", ""]
)
NUMBERS = st.sampled_from([0.5, -0.5, 1.0, 2.0, 3.0, -1.25, 0.00012345]) | st.floats(-3.0, 3.0).filter(
    lambda x: x == 0.0 or abs(x) > 1e-3
)
OPERATIONS = [op for op in OPS.values() if op.arity != 0]


@st.composite
def computations(draw, numbers=NUMBERS, names=NAMES, lines=8, most=4):
    """A computation of any operations, in scopes; its operands are often one and the same."""
    nodes = [Value(draw(numbers), draw(names)) for _ in range(draw(st.integers(1, 3)))]
    for _ in range(draw(st.integers(1, lines))):
        op = draw(st.sampled_from(OPERATIONS))
        count = op.arity or 2 * draw(st.integers(1, most))
        operands = [draw(st.sampled_from(nodes[-4:])) for _ in range(count)]
        if draw(st.integers(0, 3)) == 0:
            operands[draw(st.integers(0, count - 1))] = draw(numbers)
        if not any(isinstance(operand, Value) for operand in operands):
            operands[0] = nodes[-1]
        scopes = draw(st.sampled_from([(), (), ("cell",), ("net", "layer")]))
        nodes.append(applied(op, operands, scopes))
        if draw(st.booleans()):
            nodes[-1].name = draw(names)
    return nodes[-1] if draw(st.booleans()) else tg.sum(nodes)


def applied(op, operands, scopes):
    """Apply an operation inside of scopes."""
    if not scopes:
        return op(*operands)
    with tg.scope(scopes[0]):
        return applied(op, operands, scopes[1:])
