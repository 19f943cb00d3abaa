"""With this module a saved model answers to a table: `predict` adds a column, `evaluate` says how often it is right."""

from __future__ import annotations

import csv
import io
import math
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from ..arguments import counted
from ..data import Dataset, Table, read_table
from ..data.columns import Reading
from ..files import write_whole
from ..plot.answers import Answers, interval, most_frequent, probabilities_of
from .learned import Learned, load


def predict(
    model: str | os.PathLike[str],
    table: str | os.PathLike[str],
    *,
    output: str | os.PathLike[str] | None = None,
    probabilities: bool = False,
) -> None:
    """Write a table with the model's answer to each row as its last column.

    Parameters
    ----------
    model : path
        What `tinygrad-edu train` wrote.
    table : path
        A CSV file with the columns that the model learned from, found by their names. All others are kept.
    output : path, optional
        The file to write, parted like the table and in UTF-8; printed if left out.
    probabilities : bool, default False
        Whether to add a column with the probability of each class, too.

    Raises
    ------
    ValueError, OSError
        If a file cannot be read or written, or a column is missing.
    """
    if output is not None and os.path.exists(output) and os.path.samefile(output, model):
        raise ValueError(
            f"{os.fspath(output)!r} is the model: answers written there would destroy it; name another file"
        )
    learned = load(model)
    if probabilities and not learned.columns.class_names:
        raise ValueError(f"this model tells a number, {learned.columns.label}: it has no probabilities")
    given = _table_for(learned, table)
    reading = learned.columns.read(given)
    text = _with_answers(given, learned, learned.model.predict(reading.X), probabilities)
    if output is None:
        if sys.stdout is not None:
            sys.stdout.write(text)
    else:
        write_whole(output, text)
        print(f"wrote {counted(len(given.rows), 'answer')} into {os.fspath(output)}")
    _note(reading, given)


def _table_for(learned: Learned, path: str | os.PathLike[str]) -> Table:
    names = [column.name for column in learned.columns.features]
    return read_table(path, expected=[*names, learned.columns.label], fewest=1)


def _with_answers(table: Table, learned: Learned, outputs: Sequence[Any], probabilities: bool) -> str:
    """Write a table as it was, with more columns in the end."""
    classes, label = learned.columns.class_names, learned.columns.label
    added = [f"p({name})" for name in classes] * probabilities
    names = _free([*added, label if label not in table.names else f"predicted {label}"], table.names)
    decimal = table.decimal or "."
    text = io.StringIO()
    writer = csv.writer(text, delimiter=table.delimiter or ",", lineterminator="\n")
    if table.header:
        writer.writerow([*table.names, *names])
    for row, output in zip(table.rows, outputs, strict=True):
        if classes:
            shares = probabilities_of(output)
            answer = classes[max(range(len(shares)), key=shares.__getitem__)]
            more = [f"{share:.4f}".replace(".", decimal) for share in shares] * probabilities
        else:
            answer, more = f"{output:.6g}".replace(".", decimal), []
        writer.writerow([*row, *more, answer])
    return text.getvalue()


def _free(wanted: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Give names that no column has."""
    found = []
    for name in wanted:
        while name in taken:
            name += " (new)"
        found.append(name)
    return found


def _note(reading: Reading, table: Table) -> None:
    """Say on stderr where the answers rest on means."""
    notes = []
    gaps = len({i for i, _ in reading.missing})
    if gaps:
        notes.append(f"{counted(gaps, 'row')} of {len(table.rows)} with missing cells: means stand in for them")
    if reading.unknown:
        more = f" and {len(reading.unknown) - 1} more" if len(reading.unknown) > 1 else ""
        notes.append(f"never seen when the model learned, and taken as missing: {reading.unknown[0]}{more}")
    for note in notes:
        if sys.stderr is not None:
            with suppress(OSError):  # a full disk: the note is lost, the answers are not
                print(f"note: {note}", file=sys.stderr, flush=True)


def evaluate(
    model: str | os.PathLike[str], table: str | os.PathLike[str], *, say: Callable[[str], Any] = print
) -> None:
    """Say how well a model answers to a table whose labels are known.

    Parameters
    ----------
    model : path
        What `tinygrad-edu train` wrote.
    table : path
        A CSV file with the columns that the model learned from, and the label.
    say : callable, default print
        What is called with each line.

    Raises
    ------
    ValueError, OSError
        If a file cannot be read, or a column is missing.
    """
    learned = load(model)
    given = _table_for(learned, table)
    columns = learned.columns
    labels = columns.labels(given)
    labelled = [i for i, y in enumerate(labels) if y is not None]
    if not labelled:
        raise ValueError(f"no row of {given.name} has a label in column {columns.label!r}")
    reading = columns.read(given.take(labelled))
    without = len(labels) - len(labelled)
    left_out = f", {counted(without, 'row')} without it left out" * bool(without)
    say(f"{given.name}: {counted(len(labelled), 'row')} with {columns.label}{left_out}")
    truth = [labels[i] for i in labelled]
    if columns.class_names:
        data = Dataset(reading.X, truth, columns.feature_names, columns.class_names)
        for line in class_lines(Answers.of(learned.model, data), columns.label):
            say(line)
    else:
        for line in number_lines(learned.model.predict(reading.X), truth):
            say(line)
    _note(reading, given)


def class_lines(answers: Answers, label: str) -> list[str]:
    """Say how good the answers of a classifier are, in lines for a terminal.

    Parameters
    ----------
    answers : Answers
    label : str
        What it tells.

    Returns
    -------
    list of str
    """
    count, names = len(answers.truth), answers.class_names
    low, high = interval(answers.right, count)
    usual, share = most_frequent(answers.truth)
    rows = [[label, "examples", "precision", "recall", *(f"told {name}" for name in names)]]
    for k, name in enumerate(names):
        found = answers.confusion[k]
        shares = [f"{x:.1%}" if math.isfinite(x) else "–" for x in (answers.precision(k), answers.recall(k))]
        rows.append([name, str(sum(found)), *shares, *map(str, found)])
    return [
        f"accuracy {answers.accuracy:.1%} ({answers.right} of {count}; {low:.1%} to {high:.1%} with 95 % confidence)",
        f"to say {names[usual]} every time would be right in {share:.1%}",
        f"log loss {answers.log_loss:.4f}",
        *_aligned(rows),
    ]


def number_lines(outputs: Sequence[float], truth: Sequence[float]) -> list[str]:
    """Say how near numbers are to the true ones, in lines for a terminal."""
    errors = [a - b for a, b in zip(outputs, truth, strict=True)]
    mean = math.fsum(truth) / len(truth)
    squares, around = math.fsum(e * e for e in errors), math.fsum((y - mean) ** 2 for y in truth)
    lines = [
        f"mean absolute error {math.fsum(map(abs, errors)) / len(errors):.4g}",
        f"root mean square error {math.sqrt(squares / len(errors)):.4g}; "
        f"to say {mean:.4g} every time would have {math.sqrt(around / len(errors)):.4g}",
    ]
    return [*lines, f"R² {1.0 - squares / around:.4f}"] if around else lines


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
