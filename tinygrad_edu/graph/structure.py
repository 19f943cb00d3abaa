"""With this module one can take nested containers and arrays of numbers apart, and put results together alike.

Lists, tuples (named ones too), dicts, dataclasses and NumPy arrays may stand in one another. Numbers come out from left
to right, and derivatives go back where the numbers stood: a list for a list, an array for an array.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from ..arguments import without_gaps
from ..ops.arrays import array_of, is_array, items_of
from ..ops.operation import Op
from ..ops.protocol import Number

_MAX_DEPTH = 100


class Structure:
    """The shape of nested containers: where the numbers stand, not what they are.

    Attributes
    ----------
    kind : {"number", "list", "tuple", "dict", "array"} or type
        The container; a type for a named tuple or a dataclass.
    keys : tuple
        The keys of a dict, the fields of a dataclass, the lengths of the axes of an array; else empty.
    children : tuple of Structure
        None for an array, which holds numbers alone.
    size : int
        How many numbers there are.
    """

    __slots__ = ("children", "keys", "kind", "size")

    def __init__(self, kind: Any, children: tuple[Structure, ...] = (), keys: tuple[Any, ...] = ()) -> None:
        self.kind = kind
        self.children = children
        self.keys = keys
        self.size: int = (
            1 if kind == "number" else math.prod(keys) if kind == "array" else sum(child.size for child in children)
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and self._spec() == other._spec()

    def __hash__(self) -> int:
        return hash(self._spec())

    def _spec(self) -> tuple[Any, ...]:
        return (self.kind, self.keys, self.children)

    def unflatten(self, numbers: Iterable[Any]) -> Any:
        """Put numbers, or what stands in their place, into containers of this structure, in order.

        An array of floats is one of float64, of Values or graph variables one of objects. An array of no axis is
        given to a function as the Value that it holds, as NumPy itself gives an item.
        """
        return self._take(iter(numbers))

    def _take(self, numbers: Iterator[Any]) -> Any:
        if self.kind == "number":
            return next(numbers)
        if self.kind == "array":
            return _stacked(list(islice(numbers, self.size)), self.keys)
        return self.holding([child._take(numbers) for child in self.children])

    def holding(self, parts: list[Any]) -> Any:
        """Put parts, one for each child, into the outermost container."""
        if self.kind == "list":
            return parts
        if self.kind == "tuple":
            return tuple(parts)
        return _filled(self.kind, self.keys, parts)

    def listed(self) -> Structure:
        """Give the same structure with lists of lists for arrays."""
        if self.kind == "array":
            return _lists(self.keys)
        return Structure(self.kind, tuple(child.listed() for child in self.children), self.keys)

    def names(self, prefix: str) -> list[str]:
        """Call every number by its way down: ``x``, ``x[0]``, ``x['bias']``, ``x[0, 2]`` in an array, ``x.bias``."""
        if self.kind == "number":
            return [prefix]
        if self.kind == "array":
            return [f"{prefix}{list(place) or ''}" for place in _places(self.keys)]
        if self.kind in ("list", "tuple", "dict"):
            steps = [f"[{key!r}]" for key in (self.keys if self.kind == "dict" else range(len(self.children)))]
        else:
            steps = [f".{key}" for key in self.keys] or [f"[{i}]" for i in range(len(self.children))]
        return [
            name for step, child in zip(steps, self.children, strict=True) for name in child.names(f"{prefix}{step}")
        ]

    def __str__(self) -> str:
        if self.kind == "number":
            return "number"
        if self.kind == "array":
            return f"array of shape {self.keys}"
        parts = [str(child) for child in self.children[:4]] + ["…"] * (len(self.children) > 4)
        if self.kind == "list":
            return f"[{', '.join(parts)}]" + (f" ({len(self.children)} items)" if len(self.children) > 4 else "")
        if self.kind == "dict":
            return f"{{{', '.join(f'{key!r}: {part}' for key, part in zip(self.keys, parts, strict=False))}}}"
        name = "" if self.kind == "tuple" else self.kind.__name__
        return f"{name}({', '.join(parts)}{',' if len(parts) == 1 and not name else ''})"


NUMBER = Structure("number")


def _filled(kind: Any, keys: Sequence[Any], parts: Sequence[Any]) -> Any:
    """Make a dict, a dataclass or a named tuple of its parts."""
    if kind == "dict":
        return dict(zip(keys, parts, strict=True))
    if not keys:
        return kind(*parts)
    # Not by calling the class: what it demands of its numbers need not hold of their derivatives.
    made = object.__new__(kind)
    for key, part in zip(keys, parts, strict=True):
        object.__setattr__(made, key, part)
    return made


def _stacked(items: list[Any], shape: tuple[int, ...]) -> Any:
    """Put items into an array of that shape; of containers or arrays, the axes go into these, before their own."""
    first: Any = items[0] if items else 0.0
    if isinstance(first, dict):
        return {key: _stacked([item[key] for item in items], shape) for key in first}
    if isinstance(first, (list, tuple)) or hasattr(first, "__dataclass_fields__"):
        if hasattr(first, "__dataclass_fields__"):
            keys = [key for key in first.__dataclass_fields__ if hasattr(first, key)]
            return _filled(type(first), keys, [_stacked([getattr(item, k) for item in items], shape) for k in keys])
        parts = [_stacked(list(part), shape) for part in zip(*items, strict=True)]
        return parts if isinstance(first, list) else type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)
    if is_array(first):
        shape = (*shape, *first.shape)
        items = [number for item in items for number in item.ravel().tolist()]
    if not shape and isinstance(items[0], Number):
        return items[0]
    return array_of(items, shape)


def _lists(shape: tuple[int, ...]) -> Structure:
    return Structure("list", (_lists(shape[1:]),) * shape[0]) if shape else NUMBER


def _places(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    from itertools import product

    return product(*map(range, shape))


def flatten(tree: Any, check: Callable[[Any, str], Any], where: str = "the argument") -> tuple[list[Any], Structure]:
    """List the numbers of nested containers, from left to right, and their structure.

    Parameters
    ----------
    tree : number, Value, array, or nested list, tuple, dict, dataclass of them
        What the user gave.
    check : callable
        ``check(leaf, where)`` returns the leaf, converted if need be, or raises.
    where : str
        What `tree` is called in messages.

    Returns
    -------
    list, Structure

    Raises
    ------
    TypeError
        If a leaf is none, or the nesting is deeper than 100.
    """
    leaves: list[Any] = []
    return leaves, _structure(tree, check, where, leaves, 0)


def _structure(tree: Any, check: Callable[[Any, str], Any], where: str, leaves: list[Any], depth: int) -> Structure:
    if depth > _MAX_DEPTH:
        raise TypeError(f"containers are nested deeper than {_MAX_DEPTH} levels")

    def children(parts: Iterable[tuple[str, Any]]) -> tuple[Structure, ...]:
        return tuple([_structure(part, check, f"{where}{step}", leaves, depth + 1) for step, part in parts])

    if isinstance(tree, dict):
        return Structure("dict", children((f"[{key!r}]", item) for key, item in tree.items()), tuple(tree))
    if isinstance(tree, (list, tuple)):
        kind = "list" if isinstance(tree, list) else type(tree) if hasattr(tree, "_fields") else "tuple"
        return Structure(kind, children((f"[{i}]", item) for i, item in enumerate(tree)))
    if is_array(tree):
        leaves += _numbers_of(tree, check, where)
        return Structure("array", (), tree.shape)
    if hasattr(tree, "__dataclass_fields__") and not isinstance(tree, type):
        from dataclasses import fields

        keys = tuple([field.name for field in fields(tree)])
        return Structure(type(tree), children((f".{key}", getattr(tree, key)) for key in keys), keys)
    leaves.append(check(tree, where))
    return NUMBER


def _numbers_of(array: Any, check: Callable[[Any, str], Any], where: str) -> list[Any]:
    """List the items of an array: floats, or whatever numbers an array of objects holds."""
    array = without_gaps(array, where, "gaps have no derivative")
    if array.dtype.kind in "fiub":
        return [check(item, where) for item in items_of(array)]
    if array.dtype.kind != "O":
        raise TypeError(f"expected {where} as an array of real numbers, got one of dtype {array.dtype}")
    items = items_of(array)
    return [check(item, f"{where}{list(place)}") for item, place in zip(items, _places(array.shape), strict=True)]


def parameter_names(f: Callable[..., Any], count: int) -> list[str]:
    """Name arguments after the parameters of the function: x, y; those of ``*xs`` xs0, xs1."""
    if isinstance(f, Op):
        return [f"{f.sequence}{i}" for i in range(count)] if f.sequence is not None else list(f.arguments)
    from inspect import signature  # here, for it takes long to import

    names: list[str] = []
    try:
        parameters = list(signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}{i}" for i in range(count)]
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            names.append(parameter.name)
    names += [f"x{i}" for i in range(len(names), count)]
    return names[:count]


def tuple_of(count: int) -> Structure:
    return Structure("tuple", (NUMBER,) * count)
