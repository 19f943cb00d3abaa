"""With this module one can find the numbers that make up a module: what hangs on its attributes, under which names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from numbers import Real
from typing import Any

from ..engine.context import ParameterName
from ..engine.value import Value
from ..ops.floats import number


class Part:
    """What has attributes to look into, and says which of them are lists of floats that belong to the state."""

    buffers: tuple[str, ...] = ()
    """Attributes that are lists of floats which belong to the state but are not trained."""

    def parameters(self) -> list[Value]:
        """Give the parameters in the order in which the attributes were made, each once.

        Returns
        -------
        list of Value
        """
        found: dict[int, Value] = {}
        seen: set[int] = set()
        stack: list[Any] = [self]
        while stack:  # as `walk` goes, but without the names, which take more than half of its time
            content = stack.pop()
            if content.__class__ is Value:
                if content.op is None:
                    found.setdefault(id(content), content)
                continue
            content = vars(content) if isinstance(content, Part) else content
            if isinstance(content, (dict, list, tuple)) and id(content) not in seen:
                seen.add(id(content))
                stack.extend(reversed(content.values() if isinstance(content, dict) else content))
        return [*found.values()]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """Give the parameters with their names.

        Returns
        -------
        list of (str, Value)
            A parameter that is given such a name as its own (``p.name = name``) is drawn as one wherever it occurs.
        """
        state = state_of(self).values()
        return [(ParameterName(name), content) for name, content, _, _, _ in state if isinstance(content, Value)]

    def _name_parameters(self) -> None:
        """Name the parameters as `named_parameters` does."""
        for name, p in self.named_parameters():
            p.name = name

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.0."""
        for p in self.parameters():
            p.grad = 0.0

    def state_dict(self) -> dict[str, float]:
        """Give all numbers that make up the state, parameters and buffers, by name.

        Returns
        -------
        dict of str to float
            A copy: changing it changes nothing here.
        """
        return {
            name: float(content.data if isinstance(content, Value) else content)
            for name, content, _, _, _ in state_of(self).values()
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set every parameter and buffer to the number that `state` has under its name.

        Parameters
        ----------
        state : mapping of str to float
            With exactly the names of `state_dict()`. Numbers may stand together in arrays or tensors, as in PyTorch's
            state: ``weight`` of shape (2, 3) holds weight.0.0 to weight.1.2.

        Raises
        ------
        TypeError, ValueError
            If a name is missing or unknown, or something is not a number. Nothing has been changed then.
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"load_state_dict takes a mapping from names to numbers, got {type(state).__name__}")
        items = state_of(self)
        numbers = numbers_for(items, state)
        try:
            set_numbers(items, numbers)
        except BaseException:  # Ctrl-C: the same once more does no harm, and half of it would
            set_numbers(items, numbers)
            raise


Item = tuple[str, Any, Any, Any, bool]
"""Something that hangs on a module: the way to it, by attributes and indices; what it is; the container in which it
stands and the key, ``container[key]``; and whether it is a number that belongs to the state but is not trained."""


def walk(module: Part) -> Iterator[Item]:
    """Yield all that hangs on the attributes, in order, the parts too, and look into each part and container once."""
    seen: set[int] = set()
    stack: list[Item] = [("", module, None, None, False)]
    while stack:
        item = stack.pop()
        name, content, _, _, in_buffer = item
        buffers: tuple[str, ...] = ()
        if isinstance(content, Part):
            if id(vars(content)) not in seen:
                yield item
            buffers, content = content.buffers, vars(content)
        if not isinstance(content, (dict, list, tuple)):
            yield item
        elif id(content) not in seen:
            seen.add(id(content))
            prefix = name + "." if name else ""
            pairs = content.items() if isinstance(content, dict) else enumerate(content)
            children = [(f"{prefix}{k}", c, content, k, in_buffer or k in buffers) for k, c in pairs]
            stack.extend(reversed(children))


def state_of(module: Part) -> dict[str, Item]:
    """Give every number of the state, parameters and buffers, by name."""
    items: dict[str, Item] = {}
    seen: set[int] = set()
    for item in walk(module):
        name, content, _, _, in_buffer = item
        if content.__class__ is Value and content.op is None:
            if id(content) not in seen:
                seen.add(id(content))
                items[name] = item
        elif in_buffer:
            items[name] = item
    return items


def set_numbers(items: Mapping[str, Item], numbers: Mapping[str, float]) -> None:
    """Write numbers where the items stand; to do it twice does no harm."""
    for name, (_, content, container, key, _) in items.items():
        if isinstance(content, Value):
            content.data = numbers[name]
        else:
            container[key] = numbers[name]


def numbers_for(items: Mapping[str, Item], state: Mapping[Any, Any]) -> dict[str, float]:
    """Read the number of each item from a state of numbers, or of arrays or tensors that hold several items."""
    single = _taken_apart(state, len(items)) if any(_shape(x) for x in state.values()) else state
    _compare_names(list(items), list(single))
    return {name: _as_state_number(name, single[name]) for name in items}


def _shape(content: Any) -> tuple[int, ...]:
    return tuple(getattr(content, "shape", ()))


def _taken_apart(state: Mapping[Any, Any], count: int) -> dict[Any, Any]:
    """Name every number of arrays as its parameter is named: row 2, column 0 of weight is weight.2.0."""
    given = sum(prod(_shape(content)) for content in state.values())
    if given != count:  # before they are listed
        shapes = [f"{name!r} {'×'.join(map(str, _shape(content))) or 'a number'}" for name, content in state.items()]
        raise ValueError(
            f"this state is not of this model: it holds {given:,} numbers ({', '.join(shapes[:4])}"
            f"{', ...' * (len(shapes) > 4)}), the model {count:,}. Build the model with the same sizes"
        )
    single: dict[Any, Any] = {}
    for name, content in state.items():
        shape = _shape(content)
        if not shape:
            single[name] = content.tolist() if hasattr(content, "tolist") else content
            continue
        numbers = content.reshape(-1).tolist()
        for place, found in zip(product(*map(range, shape)), numbers, strict=True):
            single[".".join(map(str, (name, *place)))] = found
    return single


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
