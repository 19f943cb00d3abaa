"""With this module one can build networks that read sequences number by number: recurrent cells, and what runs them.

Names, arguments, parameters and their order are PyTorch's; the weights start as there, from U(±1/√hidden_size).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arguments import as_count
from ..ops.table import sigmoid, tanh
from ..transforms.scanning import scan
from .arguments import Activation, Seed, activation_of, generator_of
from .description import rebuilt
from .initial import Init, made, start
from .linear import affine
from .module import Module
from .nested import is_nested, refuse_shape

Vector = Sequence[Any]


class _Cell(Module):
    """What the cells have in common: weights for the input and for the state, one block of rows for each gate."""

    gates = 1

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, *, init: Init = "uniform", seed: Seed = None
    ) -> None:
        nin, size = as_count(input_size, "input_size"), as_count(hidden_size, "hidden_size")
        rows, generator = self.gates * size, generator_of(seed)
        draw = start(init, size, size)
        self.weight_ih = made("weight_ih", (rows, nin), draw, generator)
        self.weight_hh = made("weight_hh", (rows, size), draw, generator)
        self.bias_ih = made("bias_ih", (rows,), draw, generator) if bias else None
        self.bias_hh = made("bias_hh", (rows,), draw, generator) if bias else None

    @property
    def hidden_size(self) -> int:
        """How many numbers the state has."""
        return len(self.weight_hh[0])

    def sums(self, x: Vector, h: Vector) -> tuple[list[list[Any]], list[list[Any]]]:
        """Give what the input and what the state add to each gate, as one vector a gate each."""
        nin, size = len(self.weight_ih[0]), self.hidden_size
        if not is_nested(x) or len(x) != nin:
            raise refuse_shape(self, x, f"vectors of {nin} numbers")
        if not is_nested(h) or len(h) != size:
            raise refuse_shape(self, h, f"a state of {size} numbers")
        pairs = ((self.weight_ih, x, self.bias_ih), (self.weight_hh, h, self.bias_hh))
        inputs, states = (affine(weight, vector, bias) for weight, vector, bias in pairs)
        return _blocks(inputs, size), _blocks(states, size)

    def blank(self) -> Any:
        """Give the state before the first input: zeros."""
        return [0.0] * self.hidden_size

    def example_input(self) -> list[float]:
        """Give as many zeros as there are inputs."""
        return [0.0] * len(self.weight_ih[0])

    def options(self) -> dict[str, Any]:
        """Give the sizes."""
        return {
            "input_size": len(self.weight_ih[0]),
            "hidden_size": self.hidden_size,
            "bias": self.bias_ih is not None,
        }


def _blocks(numbers: list[Any], size: int) -> list[list[Any]]:
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]


def _sum(u: Vector, v: Vector) -> list[Any]:
    return [a + b for a, b in zip(u, v, strict=True)]


@rebuilt
class RNNCell(_Cell):
    """Give the next state ``tanh(W_ih x + b_ih + W_hh h + b_hh)``, as `torch.nn.RNNCell` does.

    Source: Elman 1990, doi:10.1207/s15516709cog1402_1.

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool, default True
    nonlinearity : str or callable, default "tanh"
        An activation; PyTorch has "tanh" and "relu".
    init, seed
        As in `Linear`.

    Examples
    --------
    >>> cell = RNNCell(2, 3, seed=0)
    >>> h = cell([1.0, 0.0])
    >>> len(cell([0.0, 1.0], h))
    3
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: Activation = "tanh",
        *,
        init: Init = "uniform",
        seed: Seed = None,
    ) -> None:
        self.nonlinearity, self._activate = activation_of(nonlinearity)
        super().__init__(input_size, hidden_size, bias, init=init, seed=seed)

    def forward(self, x: Vector, h: Vector | None = None) -> list[Any]:
        """Give the next state; before the first input it is zeros."""
        (inputs,), (states,) = self.sums(x, self.blank() if h is None else h)
        out = _sum(inputs, states)
        return out if self._activate is None else [self._activate(z) for z in out]

    def options(self) -> dict[str, Any]:
        """Give sizes and nonlinearity."""
        return {**super().options(), "nonlinearity": self.nonlinearity}


@rebuilt
class GRUCell(_Cell):
    """Give the next state of a gated recurrent unit, as `torch.nn.GRUCell` does.

    With r = σ(W_ir x + b_ir + W_hr h + b_hr) and z likewise, n = tanh(W_in x + b_in + r ∘ (W_hn h + b_hn)), and the
    next state is (1 − z) ∘ n + z ∘ h. Source: Cho et al. 2014, arXiv:1406.1078, in the form of PyTorch's documentation.

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool, default True
    init, seed
        As in `Linear`.
    """

    gates = 3

    def forward(self, x: Vector, h: Vector | None = None) -> list[Any]:
        """Give the next state; before the first input it is zeros."""
        h = self.blank() if h is None else h
        (xr, xz, xn), (hr, hz, hn) = self.sums(x, h)
        reset, keep = ([sigmoid(s) for s in _sum(u, v)] for u, v in ((xr, hr), (xz, hz)))
        new = [tanh(a + r * b) for a, r, b in zip(xn, reset, hn, strict=True)]
        return [(1.0 - z) * n + z * old for z, n, old in zip(keep, new, h, strict=True)]


@rebuilt
class LSTMCell(_Cell):
    """Give the next state of a long short-term memory, a pair (h, c), as `torch.nn.LSTMCell` does.

    With the gates i, f, o = σ(W x + b + V h + d) and g = tanh of the same form, each with rows of its own,
    c' = f ∘ c + i ∘ g and h' = o ∘ tanh(c'). Source: Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735;
    f: Gers, Schmidhuber and Cummins 2000, doi:10.1162/089976600300015015.

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool, default True
    init, seed
        As in `Linear`.
    """

    gates = 4

    def blank(self) -> tuple[list[float], list[float]]:
        """Give the pair before the first input: zeros."""
        return [0.0] * self.hidden_size, [0.0] * self.hidden_size

    def forward(self, x: Vector, state: tuple[Vector, Vector] | None = None) -> tuple[list[Any], list[Any]]:
        """Give the next pair; before the first input it is zeros."""
        h, c = self.blank() if state is None else state
        sums = [_sum(u, v) for u, v in zip(*self.sums(x, h), strict=True)]
        enter, keep, show = ([sigmoid(s) for s in sums[gate]] for gate in (0, 1, 3))
        new = [tanh(s) for s in sums[2]]
        cell = [f * old + i * g for f, old, i, g in zip(keep, c, enter, new, strict=True)]
        return [o * tanh(number) for o, number in zip(show, cell, strict=True)], cell


def _output_of(state: Any) -> Any:
    return state[0] if isinstance(state, tuple) else state


@rebuilt
class Recurrent(Module):
    """Run a cell along a sequence, from a state of zeros, and give its output at every position, or at the last.

    In PyTorch the outputs are those of `torch.nn.RNN`, `torch.nn.GRU` and `torch.nn.LSTM` of one layer. Compiled the
    cell is traced once, whatever the length, see `tinygrad_edu.scan`.

    Parameters
    ----------
    cell : Module
        ``cell(x, state)`` gives the next state, a vector, or a tuple that begins with the output; ``cell.blank()`` the
        first one. All cells here are such.
    last : bool, default False
        Whether to give only the output at the last position.

    Examples
    --------
    >>> model = Recurrent(LSTMCell(1, 4, seed=0), last=True)
    >>> len(model([[0.5], [-1.0], [2.0]]))
    4
    """

    def __init__(self, cell: Module, last: bool = False) -> None:
        if not isinstance(cell, Module) or not callable(getattr(cell, "blank", None)):
            raise TypeError(f"Recurrent runs a cell such as LSTMCell(2, 8), with a method blank, got {cell!r}")
        self.cell: Any = cell
        self.last = bool(last)
        self._name_parameters()

    def forward(self, sequence: Sequence[Vector]) -> Any:
        """Run the cell."""
        if not is_nested(sequence) or not (sequence if isinstance(sequence, list) else len(sequence)):
            raise refuse_shape(self, sequence, "a sequence of at least one vector")
        # An argument of a function that is compiled is passed on as it is, so that its length may be any.
        items = list(sequence) if isinstance(sequence, tuple) else sequence
        state, outputs = scan(self._step, self.cell.blank(), items)
        return _output_of(state) if self.last else outputs

    def _step(self, state: Any, x: Vector) -> tuple[Any, Any]:
        state = self.cell(x, state)
        return state, None if self.last else _output_of(state)

    def example_input(self) -> Any:
        """Give a sequence of one input."""
        x = self.cell.example_input()
        return None if x is None else [x]

    def options(self) -> dict[str, Any]:
        """Give the cell, and what is asked of it."""
        return {"cell": self.cell, "last": self.last}
