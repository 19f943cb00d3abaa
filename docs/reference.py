"""With this module one can write the sources of the API reference: a page for each room, every public name on it."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

from docs.public_names import PACKAGE, Room, find, rooms, said_of
from tinygrad_edu.ops.notation import caption
from tinygrad_edu.ops.operation import Op

TITLES = {"en": "API reference", "zh": "API 参考"}
OPENINGS = {
    "en": "Every public name, by the room of the package that it comes from.",
    "zh": "所有公开的名字，按它们在包里所属的房间排列。说明文字取自源代码，是英文的。",
}


def write(folder: Path, language: str = "en") -> None:
    """Write the reference's index and pages, as reStructuredText, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    all_rooms = rooms()
    for room in all_rooms:
        (folder / f"{room.name}.rst").write_text(page(room), encoding="utf-8")
    lines = [heading(TITLES[language], "="), OPENINGS[language], ""]
    for room in all_rooms:
        lines += [f":doc:`{room.name}`", f"    {one_line(room.about)}", ""]
    lines += [".. toctree::", "    :hidden:", "", *(f"    {room.name}" for room in all_rooms), ""]
    (folder / "index.rst").write_text("\n".join(lines), encoding="utf-8")


def page(room: Room) -> str:
    """The page of a room: what it is for, a table of its names, and each of them in full."""
    whole = inspect.cleandoc(room.module.__doc__ or "")
    about = whole.partition("\nExamples\n--------\n")
    parts = [heading(room.name, "="), f".. py:module:: {PACKAGE}.{room.name}", f".. py:currentmodule:: {PACKAGE}"]
    parts += [about[0].strip(), about[2].strip(), ".. autosummary::\n"]
    parts[-1] += "".join(f"\n    {name.removeprefix(PACKAGE + '.')}" for name in room.names)
    parts += [entry(name, find(name)) for name in room.names]
    return "\n\n".join(part for part in parts if part) + "\n"


def entry(name: str, thing: Any) -> str:
    """The directive that documents one name, by what kind of thing it is."""
    if isinstance(thing, Op):
        return f".. autofunction:: {name}({', '.join(arguments(thing))})\n\n{indented(partials(thing))}"
    if inspect.isclass(thing):
        kind = "autoexception" if issubclass(thing, BaseException) else "autoclass"
        return f".. {kind}:: {name}\n    :members:\n    :show-inheritance:"
    if inspect.isroutine(thing) or inspect.isfunction(thing):
        return f".. autofunction:: {name}"
    module, _, short = name.rpartition(".")
    return f".. py:data:: {name}\n\n{indented(said_of(import_module(module), short))}"


def arguments(op: Op) -> list[str]:
    """What an operation's arguments are called, one after the other."""
    return [*op.arguments, *([f"*{op.sequence}"] if op.sequence else [])]


def partials(op: Op) -> str:
    """An operation's partial derivatives, as the drawings and the stepper write them."""
    lines = [f"| ∂y/∂{argument} = {caption(op, place)}" for place, argument in enumerate(op.arguments)]
    return "\n".join(lines) if op.sequence is None else ""


def heading(text: str, line: str) -> str:
    """A heading with its line beneath."""
    return f"{text}\n{line * 2 * len(text)}\n"


def one_line(text: str) -> str:
    """A paragraph on one line."""
    return " ".join(text.split())


def indented(text: str) -> str:
    """Text four columns to the right."""
    return inspect.cleandoc(text).replace("\n", "\n    ").join(("    ", "")) if text else ""
