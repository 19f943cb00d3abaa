"""With this module a class states what its objects are built by; they are printed, saved and built again by that."""

from __future__ import annotations

from typing import Any, Self, TypeVar

M = TypeVar("M", bound="type[Described]")

KINDS: dict[str, type[Described]] = {}
"""The classes that `tinygrad_edu.nn.load` can build, by name; they say so by `rebuilt`."""


def rebuilt(kind: M) -> M:
    """Mark a class whose modules are built again from their `options`."""
    KINDS[kind.__name__] = kind
    return kind


class Described:
    """What may state the arguments it is built by."""

    __slots__ = ()

    def options(self) -> dict[str, Any] | None:
        """Give the arguments by which the constructor builds this module again, by name; None if they do not do it.

        A class that states them is printed by them, and, if it is marked by `rebuilt`, saved and loaded.

        Returns
        -------
        dict of str to object, or None
            Numbers, text, truth values, modules, activations, and lists or tuples of these.
        """
        return None

    @classmethod
    def rebuild(cls, options: dict[str, Any]) -> Self:
        """Build a module by what `options` gave; its numbers are loaded afterwards."""
        return cls(**options)

    def architecture(self) -> dict[str, Any] | None:
        """Give what `tinygrad_edu.nn.load` needs to build this module, or None if it cannot."""
        options = self.options() if KINDS.get(type(self).__name__) is type(self) else None
        if options is None:
            return None
        described = {name: _described(option) for name, option in options.items()}
        return None if _unknown(described) else {"type": type(self).__name__, **described}

    def __repr__(self) -> str:
        options = self.options()
        return f"{type(self).__name__}({'…' if options is None else _arguments(type(self), options)})"


def _described(option: Any) -> Any:
    """Give an option as JSON has it; None for what it has not."""
    if isinstance(option, Described):
        return option.architecture()
    if isinstance(option, (list, tuple)):
        return [_described(item) for item in option]
    return option if isinstance(option, (str, int, float)) else None


def _unknown(described: dict[str, Any]) -> bool:
    return any(item is None or (isinstance(item, list) and None in item) for item in described.values())


def _arguments(kind: type, options: dict[str, Any]) -> str:
    """Write the arguments as one would call the class: by place if they have no default, left out if they are it."""
    from inspect import signature  # here, for it takes long to import

    shown, parameters = [], signature(kind).parameters
    for name, option in options.items():
        text = getattr(option, "__name__", repr(option))
        usual = parameters[name].default
        if usual is parameters[name].empty:
            shown.append(text)
        elif option != usual:
            shown.append(f"{name}={text}")
    return ", ".join(shown)
