"""With this module it is found out what the columns of a table are: numbers, categories, or nothing to learn from.

A column of which most cells are numbers is one of numbers, and a cell that is none is an error: a typing mistake must
not turn a measurement into text. What cannot be a feature (a single value, dates, names, a count of the rows) is left
out, and the reason is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..arguments import counted, short
from .cells import is_date, known_cells, number_of
from .columns import Column, Columns, column_named, numbers_in
from .table import Table

MOST_CATEGORIES = 50
"""More different texts than these are no categories, but names or remarks."""

MOST_NUMBERED_CLASSES = 20
"""Whole numbers are classes if there are no more different ones than these, and half as many as rows."""

_COUNTERS = ("id", "index", "nr", "no", "no.", "number", "row", "rowid", "row id", "unnamed: 0")


def learn_columns(
    table: Table,
    label: str | int = -1,
    *,
    features: Sequence[str | int] | None = None,
    ignore: Sequence[str | int] = (),
    text: Sequence[str | int] = (),
    marks: Sequence[str] = (),
    task: str | None = None,
) -> Columns:
    """Find out what the columns of a table are; see `tinygrad_edu.data.from_csv` for the arguments.

    Returns
    -------
    Columns
        Without the means that stand for missing cells, which take the rows: see `Columns.holding`.
    """
    named = {
        key: _names_of(key, given, table) for key, given in (("features", features), ("ignore", ignore), ("text", text))
    }
    marks = _texts("marks", marks)
    asked, label = label, column_named(label, table)
    if (
        isinstance(asked, str) and " ".join(asked.split()) == label and f"{label} (2)" in table.names
    ):  # which tells the label, or is another one
        raise ValueError(
            f"several columns of {table.name} are called {label!r}: say the place of the label, as label=0"
        )
    if label in named["features"] or label in named["ignore"]:
        raise ValueError(f"{label!r} is the label: it can be no feature, and cannot be ignored")
    classes = _classes_of(table, label, label in named["text"], marks, task)
    found, left_out = [], []
    for name in table.names:
        if name == label:
            continue
        if name in named["ignore"] or (features is not None and name not in named["features"]):
            left_out.append((name, "you said so"))
            continue
        column = _column_of(table, name, name in named["text"], marks)
        reason = None if features is not None or name in named["text"] else _reason_against(table, name, column, marks)
        if reason is None:
            found.append(column)
        else:
            left_out.append((name, reason))
    if not found:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in left_out)
        raise ValueError(f"{table.name} has no column to learn {label!r} from ({reasons}); say features=[...]")
    return Columns(tuple(found), label, classes, marks, tuple(left_out))


def _names_of(key: str, given: Sequence[str | int] | None, table: Table) -> tuple[str, ...]:
    if isinstance(given, str) or not (given is None or hasattr(given, "__iter__")):
        raise TypeError(f"{key} must be a list of names of columns, got {given!r}")
    return tuple(column_named(name, table) for name in given or ())


def _texts(key: str, given: Sequence[str]) -> tuple[str, ...]:
    if isinstance(given, str) or not all(isinstance(item, str) for item in given):
        raise TypeError(f"{key} must be a list of texts, got {given!r}")
    return tuple(item.strip() for item in given)


def _column_of(table: Table, name: str, as_text: bool, marks: Sequence[str]) -> Column:
    """Find out the kind of a column: numbers if more than half of its cells are."""
    cells = known_cells(table.column(name), marks)
    decimal = table.decimal_in(cells)
    known = [cell for cell in cells if cell is not None]
    if not as_text and known and 2 * sum(number_of(cell, decimal) is not None for cell in known) > len(known):
        numbers_in(table, name, cells, decimal)  # or an error that names the cell
        return Column(name, "numbers", decimal=decimal)
    return Column(name, "text", tuple(sorted(set(known))))


def _reason_against(table: Table, name: str, column: Column, marks: Sequence[str]) -> str | None:
    """Say why a column can be no feature, None if it can."""
    cells = known_cells(table.column(name), marks)
    known = [cell for cell in cells if cell is not None]
    different = set(known)
    if not known:
        return "it is empty"
    if len(different) == 1:
        return f"every cell says {short(known[0])}"
    if column.kind == "text":
        if 10 * sum(map(is_date, known)) >= 9 * len(known):
            return "it holds dates; make numbers of them (a year, a month, days since, an hour) to learn from"
        if len(different) > MOST_CATEGORIES or (len(different) > 10 and 2 * len(different) > len(known)):
            return f"{counted(len(different), 'different text')} in {counted(len(known), 'cell')} are no categories"
        return None
    numbers = [number_of(cell, column.decimal) for cell in known]
    if len(known) > 10 and len(set(numbers)) == len(cells) and all(x is not None and x.is_integer() for x in numbers):
        counts = numbers == [numbers[0] + i for i in range(len(numbers))]  # type: ignore[operator]  # none is None
        if counts or name.casefold().strip("#_ ") in _COUNTERS:
            return "it counts or numbers the rows"
    return None


def _classes_of(table: Table, label: str, as_text: bool, marks: Sequence[str], task: str | None) -> tuple[str, ...]:
    """Give the names of the classes, none if the label is a number to approximate."""
    if task not in (None, "classes", "numbers"):
        raise ValueError(f"task must be 'classes', 'numbers' or None, got {task!r}")
    cells = known_cells(table.column(label), marks)
    column = _column_of(table, label, as_text, marks)
    known = [cell for cell in cells if cell is not None]
    if not known:
        raise ValueError(f"every cell of the label {label!r} is missing in {table.name}")
    if task == "numbers":
        numbers_in(table, label, cells, table.decimal_in(cells))
        return ()
    if column.kind == "text":
        names: list[str] = list(column.categories)
        if 2 * len(names) > len(known) and len(names) > 10:
            raise ValueError(
                f"the label {label!r} says {counted(len(names), 'different thing')} in {counted(len(known), 'row')}: "
                f"that is a name, not a class; say label=..., one of {', '.join(table.names)}"
            )
    else:
        numbers = {number_of(cell, column.decimal) or 0.0 for cell in known}
        whole = all(number.is_integer() for number in numbers)
        few = len(numbers) <= MOST_NUMBERED_CLASSES and 2 * len(numbers) <= len(known)
        if task is None and not (whole and few):
            return ()
        if not whole:
            raise ValueError(f"task='classes', but {label!r} holds numbers that are not whole; say text=[{label!r}]")
        if max(map(abs, numbers)) >= 2.0**53:
            raise ValueError(f"numbers as large as those of {label!r} cannot all be told apart; say text=[{label!r}]")
        names = [str(int(number)) for number in sorted(numbers)]
    if len(names) < 2:
        raise ValueError(f"every row of {table.name} has the label {names[0]!r}: there is nothing to tell apart")
    return tuple(names)
