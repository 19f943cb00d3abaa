"""With this module one can hold a whole computation as data: run it on any numbers, print it as Python, draw it.

>>> from tinygrad_edu import OPS
>>> program = Program((2.0,), [Line(OPS["square"], (0,)), Line(OPS["mul"], (1, 0))])
>>> print(program)
import tinygrad_edu as tg
<BLANKLINE>
def program(x):
    a = tg.square(x)
    b = a * x
    return b
<BLANKLINE>
program(2.0)
>>> program(3.0)
27.0
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..engine.value import Value
from ..ops.operation import Op
from ..ops.operators import BINARY, UNARY
from ..ops.table import OPS

if TYPE_CHECKING:
    from ..drawing.picture import Drawing

_PYTHON = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**"}
_SIGNS = {BINARY[method]: sign for method, sign in _PYTHON.items()}
_NEGATIVE = UNARY["neg"]
_INPUTS = ("x", "y", "z", "u", "v", "w")


class Line(NamedTuple):
    """One line of a program.

    Attributes
    ----------
    op : Op
    args : tuple of int or float
        An int is the number of an input or of an earlier line (inputs are counted first), a float is a constant.
    """

    op: Op
    args: tuple[int | float, ...]


class Program:
    """A random computation: some inputs, some lines, the last of which is the result.

    Parameters
    ----------
    point : sequence of float
        The inputs for which it was made, at which it is well-conditioned.
    lines : sequence of Line

    Attributes
    ----------
    point : tuple of float
    lines : tuple of Line
    names : tuple of str
        Of the inputs.
    """

    def __init__(self, point: Sequence[float], lines: Sequence[Line]) -> None:
        self.point = tuple(point)
        self.lines = tuple(lines)
        self.names = tuple(_INPUTS[i] if i < len(_INPUTS) else f"x{i}" for i in range(len(self.point)))
        self.__name__ = "program"

    def __call__(self, *inputs: Any) -> Any:
        """Run on floats, Values or graph variables alike."""
        if len(inputs) != len(self.point):
            raise TypeError(f"the program takes {len(self.point)} numbers, got {len(inputs)}")
        return self.trail(*inputs)[-1]

    def trail(self, *inputs: Any) -> list[Any]:
        """Run, and give the inputs and the result of every line."""
        results = list(inputs)
        for op, args in self.lines:
            results.append(op(*[results[a] if isinstance(a, int) else a for a in args]))
        return results

    def values(self) -> list[Value]:
        """Run on new Values at the point; inputs first, the result last."""
        return self.trail(*[Value(x, name) for x, name in zip(self.point, self.names, strict=True)])

    def _labels(self) -> list[str]:
        letters = "abcdefghijklmnopqrst"
        return [*self.names, *[letters[i] if i < len(letters) else f"a{i}" for i in range(len(self.lines))]]

    def __getattr__(self, name: str) -> Any:
        if name != "__signature__":
            raise AttributeError(f"a Program has no attribute {name!r}")
        from inspect import Parameter, Signature  # here, for it takes long to import

        return Signature([Parameter(name, Parameter.POSITIONAL_ONLY) for name in self.names])

    @property
    def code(self) -> str:
        """The program as Python that can be pasted and run."""
        labels = self._labels()
        body = []
        own: dict[str, Op] = {}
        for label, (op, args) in zip(labels[len(self.point) :], self.lines, strict=True):
            texts = [labels[a] if isinstance(a, int) else repr(a) for a in args]
            body.append(f"    {label} = {_application(op, texts, own)}")
        notes = [
            f"# {name} is an operation of your own: {name} = tg.Op({name!r}, ...) of {op.__module__}"
            for name, op in own.items()
        ]
        head = ["import tinygrad_edu as tg", *notes, "", f"def program({', '.join(self.names)}):"]
        tail = [f"    return {labels[-1]}", "", f"program({', '.join(map(repr, self.point))})"]
        return "\n".join(head + body + tail)

    def __str__(self) -> str:
        return self.code

    __repr__ = __str__

    def draw(self) -> Drawing:
        """Draw the program at its point, with gradients.

        Returns
        -------
        Drawing
        """
        from ..drawing.picture import draw

        *_, result = self.values()
        result.backward()
        return draw(result)


def _application(op: Op, texts: Sequence[str], own: dict[str, Op]) -> str:
    if op in _SIGNS:
        left, right = [f"({text})" if text.startswith("-") else text for text in texts]
        return f"{left} {_SIGNS[op]} {right}"
    if op is _NEGATIVE:
        return f"-({texts[0]})"
    if OPS.get(op.name) is op:
        public = op.arity and op.role != "copy"
        called = op.name if public else f"OPS[{op.name!r}]"
        return f"tg.{called}({', '.join(texts)})"
    own[op.name] = op
    return f"{op.name}({', '.join(texts)})"
