"""With this module one can write a network as a class: it finds the parameters, names, saves and loads them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self

from ..engine.context import current, enter, go_to, no_grad
from ..engine.shown import Shown
from ..engine.value import Value
from ..graph.graph import Graph
from ..graph.tracing import trace
from . import model_file, summary
from .description import Described
from .modes import current_mode, evaluated
from .state import Part, walk

if TYPE_CHECKING:
    from ..drawing.records.network import Network
    from .arguments import Dense


class Module(Part, Described, Shown):
    """Base class of everything that has parameters.

    A subclass keeps Values, other modules, and lists, tuples or dicts of these as attributes, and writes `forward`.
    Every attribute that is a leaf Value is a parameter, and its name is the way to it: `layers.0.neurons.3.w.1`.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data
    7.0
    >>> [name for name, _ in line.named_parameters()]
    ['slope', 'offset']
    """

    scope_name: str = ""
    """What the scope of a call is named; the class's name in lower case if empty."""

    keeps_shape = False
    """Whether it takes examples of any shape and gives one of the same."""

    _training = True

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "scope_name" not in cls.__dict__:
            cls.scope_name = cls.__name__.lower()

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Evaluate the module in a scope of its own."""
        # What `with scope(...)` does, without its object: a network is called for every example.
        before = current()
        try:
            try:
                scope = enter(self.scope_name, before)
                output = self.forward(*args, **keywords)
                mode = current_mode()
                if mode is not None and mode.watch is not None:
                    mode.watch(self, scope, output)
                return output
            finally:
                go_to(before)
        except BaseException:  # perhaps an interrupt, just before that
            go_to(before)
            raise

    def forward(self, *args: Any, **keywords: Any) -> Any:
        """Compute the output; a subclass writes this."""
        raise NotImplementedError(f"{type(self).__name__} computes nothing yet: write its method forward(self, x)")

    # ------------------------------------------------------------------------------------ modules within

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """Give this module, under the name "", and all within it, each once, with the way to it.

        Yields
        ------
        tuple of (str, Module)

        Examples
        --------
        >>> from tinygrad_edu.nn import MLP
        >>> [name for name, _ in MLP(2, [1, 1], seed=0).named_modules()]
        ['', 'layers.0', 'layers.0.neurons.0', 'layers.1', 'layers.1.neurons.0']
        """
        return ((name, content) for name, content, _, _, _ in walk(self) if isinstance(content, Module))

    def modules(self) -> Iterator[Module]:
        """Give this module and all within it, each once.

        Yields
        ------
        Module
        """
        return (module for _, module in self.named_modules())

    @property
    def training(self) -> bool:
        """Whether the module is to learn, so that a `Dropout` leaves numbers out: at first, and after `train`."""
        mode = current_mode()
        if mode is None or mode.training is None:
            return self._training
        mode.asked = True
        return mode.training

    def train(self, mode: bool = True) -> Self:
        """Let this module and all within it learn: `Dropout` leaves numbers out.

        `fit` does so by itself, and `predict`, `classify` and `accuracy` do not, however this is set.

        Parameters
        ----------
        mode : bool, default True
            False is `eval`.

        Returns
        -------
        Module
            This one.
        """
        for _, module in list(Module.named_modules(self)):
            module._training = bool(mode)
        return self

    def eval(self) -> Self:
        """Let this module and all within it answer, without chance.

        Returns
        -------
        Module
            This one.
        """
        return self.train(False)

    # ------------------------------------------------------------------------------------ looking at it

    def example_input(self) -> Any:
        """Give an example of what `forward` takes, with zeros for numbers; a subclass that can say it writes this.

        Returns
        -------
        list of float, or whatever else one example is; None if the module does not say
        """
        return None

    def dense(self) -> Dense | None:
        """Give the weights of a layer in which every output reads every input, as a picture of the network shows them.

        Returns
        -------
        Dense or None
            None, unless a layer says otherwise.
        """
        return None

    def as_network(self, x: Any = None) -> Network | None:
        """Tell how people draw this model, as `tinygrad_edu.draw` does.

        Parameters
        ----------
        x : object, optional
            An example, to show what every neuron gives.

        Returns
        -------
        Network or None
            None if no neuron of it is known.
        """
        from .anatomy import anatomy

        return anatomy(self, x)

    def as_graph(self) -> Graph:
        """Trace the module into a graph, as `tinygrad_edu.draw` does.

        Returns
        -------
        Graph
            Of an input like `example_input`; its captured Values are the parameters.

        Raises
        ------
        TypeError
            If the module does not say what it takes.

        Examples
        --------
        >>> from tinygrad_edu.nn import Neuron
        >>> print(Neuron(2, "tanh", seed=0).as_graph())
        Neuron(x[0], x[1]):
          captured w.0 = 0.6888, w.1 = 0.5159, b = 0
          v1 = dot(w.0, w.1, x[0], x[1])
          v2 = v1 + b
          v3 = tanh(v2)
          return v3
        """
        example = self.example_input()
        if example is None:
            raise TypeError(
                f"{type(self).__name__} does not say what it takes: give an example, as in draw(model, x) or "
                "tg.trace(model, x), or write its method example_input(self), which gives one such as [0.0, 0.0]"
            )

        def called(x: Any) -> Any:  # so that the inputs are named x[0], x[1], not args0[0]
            return self(x)

        called.__name__ = type(self).__name__
        return evaluated(trace, called, example)

    def table(self, x: Any = None) -> str:
        """Write a table of the modules within: shape of the output, parameters, and nodes for each example.

        ``print(model)`` writes it too.

        Parameters
        ----------
        x : object, optional
            An example; `example_input()` if left out. Where that says nothing, shapes and nodes are not known.

        Returns
        -------
        str

        Examples
        --------
        >>> from tinygrad_edu.nn import MLP
        >>> print(MLP(2, [16, 1], seed=0))
        MLP(2, [16, 1], activation='relu')
        layer                                  output shape  parameters  nodes
        layers.0  Layer(2, 16, activation='relu')        16          48     48
        layers.1  Layer(16, 1, activation='linear')  number          17      2
        all                                          number          65     50
        """
        return summary.table(self, self.example_input() if x is None else x)

    def __str__(self) -> str:
        try:
            return self.table()
        except Exception:  # whatever a model raises that cannot be called yet: it can be printed
            return summary.table(self, None)

    def predict(self, X: Iterable[Any]) -> list[Any]:
        """Give the outputs for many examples as plain numbers, recording no graph.

        Parameters
        ----------
        X : iterable of examples

        Returns
        -------
        list
            One item an example: a float, or a list of floats if the model has several outputs. For a classifier
            these are scores (logits); `classify` gives the classes.
        """
        return evaluated(self._outputs, X)

    @no_grad()
    def _outputs(self, X: Iterable[Any]) -> list[Any]:
        return [plain(self(x)) for x in X]

    def classify(self, X: Iterable[Any]) -> list[int]:
        """Give the class of each example: the largest of several scores, or 1 where a single score is above 0, else 0.

        Parameters
        ----------
        X : iterable of examples

        Returns
        -------
        list of int
        """
        return [
            max(range(len(out)), key=out.__getitem__) if isinstance(out, list) else int(out > 0.0)
            for out in self.predict(X)
        ]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state, and how the module is built where it is made of this package's modules, as JSON.

        Parameters
        ----------
        path : path
            The file; one that exists is replaced, but only once the new one is complete.

        Raises
        ------
        OSError
            If the file cannot be written. No part of it is left behind.
        """
        model_file.write(path, {"architecture": self.architecture(), "state": self.state_dict()})

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read back the state that `save` wrote. `tinygrad_edu.nn.load` rebuilds the module too.

        Parameters
        ----------
        path : path

        Raises
        ------
        OSError
            If the file cannot be read.
        ValueError
            If it is not such a file, or is of another model. Nothing has been changed then.
        """
        self.load_state_dict(model_file.state_for(self.state_dict(), model_file.read(path)))


def plain(output: Any) -> Any:
    """Give the number, or list of numbers, behind an output of Values."""
    if isinstance(output, (list, tuple)):
        return [plain(item) for item in output]
    return output.data if isinstance(output, Value) else float(output)
