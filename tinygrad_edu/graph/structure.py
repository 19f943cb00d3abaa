"""With this module one can take nested lists, tuples and dicts of numbers apart, and put results together alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..ops.operation import Op

_MAX_DEPTH = 100


class Structure:
    """The shape of nested containers: where the numbers stand, not what they are.

    Attributes
    ----------
    kind : {"number", "list", "tuple", "dict"} or type
        The container; a type for a named tuple.
    keys : tuple
        The keys of a dict, else empty.
    children : tuple of Structure
    size : int
        How many numbers there are.
    """

    __slots__ = ("children", "keys", "kind", "size")

    def __init__(self, kind: Any, children: tuple[Structure, ...] = (), keys: tuple[Any, ...] = ()) -> None:
        self.kind = kind
        self.children = children
        self.keys = keys
        self.size: int = 1 if kind == "number" else sum(child.size for child in children)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and self._spec() == other._spec()

    def __hash__(self) -> int:
        return hash(self._spec())

    def _spec(self) -> tuple[Any, ...]:
        return (self.kind, self.keys, self.children)

    def unflatten(self, numbers: Iterable[Any]) -> Any:
        """Put numbers, in order, into containers of this structure."""
        return self._take(iter(numbers))

    def _take(self, numbers: Iterator[Any]) -> Any:
        if self.kind == "number":
            return next(numbers)
        return self.holding([child._take(numbers) for child in self.children])

    def holding(self, parts: list[Any]) -> Any:
        """Put parts, one for each child, into the outermost container."""
        if self.kind == "list":
            return parts
        if self.kind == "tuple":
            return tuple(parts)
        if self.kind == "dict":
            return dict(zip(self.keys, parts, strict=True))
        return self.kind(*parts)

    def names(self, prefix: str) -> list[str]:
        """Call every number by its way down: ``x``, ``x[0]``, ``x['bias']``."""
        if self.kind == "number":
            return [prefix]
        keys = self.keys if self.kind == "dict" else range(len(self.children))
        return [
            name for key, child in zip(keys, self.children, strict=True) for name in child.names(f"{prefix}[{key!r}]")
        ]

    def __str__(self) -> str:
        if self.kind == "number":
            return "number"
        parts = [str(child) for child in self.children[:4]] + ["…"] * (len(self.children) > 4)
        if self.kind == "list":
            return f"[{', '.join(parts)}]" + (f" ({len(self.children)} items)" if len(self.children) > 4 else "")
        if self.kind == "dict":
            return f"{{{', '.join(f'{key!r}: {part}' for key, part in zip(self.keys, parts, strict=False))}}}"
        name = "" if self.kind == "tuple" else self.kind.__name__
        return f"{name}({', '.join(parts)}{',' if len(parts) == 1 and not name else ''})"


NUMBER = Structure("number")


def flatten(tree: Any, check: Callable[[Any, str], Any], where: str = "the argument") -> tuple[list[Any], Structure]:
    """List the numbers of nested containers, from left to right, and their structure.

    Parameters
    ----------
    tree : number, Value, or nested list, tuple, dict of them
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
    if isinstance(tree, dict):
        children = [_structure(item, check, f"{where}[{key!r}]", leaves, depth + 1) for key, item in tree.items()]
        return Structure("dict", tuple(children), tuple(tree))
    if isinstance(tree, (list, tuple)):
        children = [_structure(item, check, f"{where}[{i}]", leaves, depth + 1) for i, item in enumerate(tree)]
        kind = "list" if isinstance(tree, list) else type(tree) if hasattr(tree, "_fields") else "tuple"
        return Structure(kind, tuple(children))
    leaves.append(check(tree, where))
    return NUMBER


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
