"""With this module one can ask the package which names it offers, and in which room each of them lives.

Public is what an `__init__.py` re-exports explicitly (`from .room import name as name`, which type checkers read the
same way) or lists in `__all__`; there is no second list.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

import tinygrad_edu

PACKAGE = tinygrad_edu.__name__
UNNAMED = ("errors", "sklearn")
"""The public modules that the package itself does not name, since they are imported by who wants them."""


@dataclass
class Room:
    """A sub-package or module of the package, with the public names that belong there."""

    name: str
    names: list[str] = field(default_factory=list)

    @property
    def module(self) -> ModuleType:
        """The module itself."""
        return import_module(f"{PACKAGE}.{self.name}")

    @property
    def about(self) -> str:
        """What one can do with it: the paragraph with which its docstring opens."""
        return inspect.cleandoc(self.module.__doc__ or "").partition("\n\n")[0]


def rooms() -> list[Room]:
    """All rooms that have public names, in the order in which the package's own file names them."""
    found: dict[str, Room] = {}
    for name, source in exports(tinygrad_edu):
        home = found.setdefault(source or name, Room(source or name))
        if source:
            home.names.append(f"{PACKAGE}.{name}")
    for room in [*found.values(), *map(Room, UNNAMED)]:
        short = {full.rpartition(".")[2] for full in room.names}
        own = exported_by(room.module)
        room.names += [f"{PACKAGE}.{room.name}.{name}" for name in own if name not in short]
        if room.names:
            found[room.name] = room
    return [room for room in found.values() if room.names]


def exports(module: ModuleType) -> Iterator[tuple[str, str]]:
    """What a package re-exports: the public name, and the room it comes from ("" if it is a room itself)."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            for alias in node.names:
                if alias.asname == alias.name:
                    yield alias.name, (node.module or "").partition(".")[0]


def exported_by(module: ModuleType) -> list[str]:
    """The public names of a room: its `__all__`, else what it re-exports, else the classes it defines."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    names = {name for name, source in exports(module) if source}
    if not names and not hasattr(module, "__path__"):
        names = {name for name, thing in vars(module).items() if defined_in(thing, module) and name[0] != "_"}
    return sorted(names)


def defined_in(thing: Any, module: ModuleType) -> bool:
    """Whether a class or function was written in the module, not imported by it."""
    return (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__ == module.__name__


def find(full: str) -> Any:
    """What a full name stands for."""
    module, _, name = full.rpartition(".")
    return getattr(import_module(module), name)
