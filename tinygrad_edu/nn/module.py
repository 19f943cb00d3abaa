"""With this module one can write a network as a class: it finds the parameters, names, saves and loads them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from numbers import Real
from typing import Any, NamedTuple

from ..engine.context import ParameterName, current, enter, go_to, no_grad
from ..engine.shown import Shown
from ..engine.value import Value
from ..graph.graph import Graph
from ..graph.tracing import trace
from ..ops.floats import number
from . import model_file


class Module(Shown):
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

    buffers: tuple[str, ...] = ()
    """Attributes that are lists of floats which belong to the state but are not trained."""

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
                enter(self.scope_name, before)
                return self.forward(*args, **keywords)
            finally:
                go_to(before)
        except BaseException:  # perhaps an interrupt, just before that
            go_to(before)
            raise

    def forward(self, *args: Any, **keywords: Any) -> Any:
        """Compute the output; a subclass writes this."""
        raise NotImplementedError(f"{type(self).__name__} computes nothing yet: write its method forward(self, x)")

    def parameters(self) -> list[Value]:
        """Give the parameters in the order in which the attributes were made, each once.

        Returns
        -------
        list of Value
        """
        return [item.content for item in _state(self).values() if isinstance(item.content, Value)]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """Give the parameters with their names.

        Returns
        -------
        list of (str, Value)
            A parameter that is given such a name as its own (``p.name = name``) is drawn as one wherever it occurs.
        """
        state = _state(self).items()
        return [(ParameterName(name), item.content) for name, item in state if isinstance(item.content, Value)]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.0."""
        for p in self.parameters():
            p.grad = 0.0

    def example_input(self) -> Any:
        """Give an example of what `forward` takes, with zeros for numbers; a subclass that can say it writes this.

        Returns
        -------
        list of float, or whatever else one example is; None if the module does not say
        """
        return None

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
                f"{type(self).__name__} does not say what it takes: write its method example_input(self), which gives "
                "an example such as [0.0, 0.0], or trace it with one of yours, tg.trace(model, example)"
            )

        def called(x: Any) -> Any:  # so that the inputs are named x[0], x[1], not args0[0]
            return self(x)

        called.__name__ = type(self).__name__
        return trace(called, example)

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
        with no_grad():
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

    def state_dict(self) -> dict[str, float]:
        """Give all numbers that make up the state, parameters and buffers, by name.

        Returns
        -------
        dict of str to float
            A copy: changing it changes nothing here.
        """
        return {name: float(plain(item.content)) for name, item in _state(self).items()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set every parameter and buffer to the number that `state` has under its name.

        Parameters
        ----------
        state : mapping of str to float
            With exactly the names of `state_dict()`.

        Raises
        ------
        TypeError, ValueError
            If a name is missing or unknown, or something is not a number. Nothing has been changed then.
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"load_state_dict takes a mapping from names to numbers, got {type(state).__name__}")
        items = _state(self)
        _compare_names(list(items), list(state))
        numbers = {name: _as_state_number(name, state[name]) for name in items}
        try:
            _set_numbers(items, numbers)
        except BaseException:  # Ctrl-C: the same once more does no harm, and half of it would
            _set_numbers(items, numbers)
            raise

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
        self.load_state_dict(model_file.read(path)["state"])

    def architecture(self) -> dict[str, Any] | None:
        """Give what `tinygrad_edu.nn.load` needs to build this module, or None if it cannot."""
        return None

    def _name_parts(self, attribute: str) -> None:
        """Name the parameters, and the scopes of the modules in a list, as `named_parameters` does."""
        for i, part in enumerate(getattr(self, attribute)):
            part.scope_name = f"{attribute}.{i}"
        for name, p in self.named_parameters():
            p.name = name


def plain(output: Any) -> Any:
    """Give the number, or list of numbers, behind an output of Values."""
    if isinstance(output, (list, tuple)):
        return [plain(item) for item in output]
    return output.data if isinstance(output, Value) else float(output)


class _Item(NamedTuple):
    name: str
    content: Any
    container: Any
    key: Any
    in_buffer: bool


def _walk(module: Module) -> Iterator[_Item]:
    """Yield all that hangs on the attributes, in order, and look into each module and container once."""
    seen: set[int] = set()
    stack = [_Item("", module, None, None, False)]
    while stack:
        item = stack.pop()
        name, content, _, _, in_buffer = item
        buffers: tuple[str, ...] = ()
        if isinstance(content, Module):
            buffers, content = content.buffers, vars(content)
        if not isinstance(content, (dict, list, tuple)):
            yield item
        elif id(content) not in seen:
            seen.add(id(content))
            prefix = name + "." if name else ""
            pairs = content.items() if isinstance(content, dict) else enumerate(content)
            children = [_Item(f"{prefix}{k}", c, content, k, in_buffer or k in buffers) for k, c in pairs]
            stack.extend(reversed(children))


def _state(module: Module) -> dict[str, _Item]:
    """Give every number of the state, parameters and buffers, by name."""
    items: dict[str, _Item] = {}
    seen: set[int] = set()
    for item in _walk(module):
        if isinstance(item.content, Value) and item.content.op is None:
            if id(item.content) not in seen:
                seen.add(id(item.content))
                items[item.name] = item
        elif item.in_buffer:
            items[item.name] = item
    return items


def _set_numbers(items: Mapping[str, _Item], numbers: Mapping[str, float]) -> None:
    for name, (_, content, container, key, _) in items.items():
        if isinstance(content, Value):
            content.data = numbers[name]
        else:
            container[key] = numbers[name]


def _compare_names(expected: list[str], given: list[str]) -> None:
    missing, unknown = set(expected) - set(given), set(given) - set(expected)
    if missing or unknown:
        parts = [
            f"{len(names)} {what}: {', '.join(map(repr, sorted(names, key=str)[:3]))}{', ...' * (len(names) > 3)}"
            for what, names in (("missing", missing), ("unknown", unknown))
            if names
        ]
        raise ValueError(f"this state is not of this model; {'; '.join(parts)}. Build the model with the same sizes")


def _as_state_number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"the state has {value!r} for {name!r}; it must be a number")
    return number(value)
