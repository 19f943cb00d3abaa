"""With this module a table of your own becomes a data set: a CSV file, or a DataFrame of pandas."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ..arguments import counted
from .columns import Columns, feature_means
from .dataset import Dataset
from .learning_columns import learn_columns
from .table import Table, parsed, read_table, table_of_frame


def from_csv(
    path: str | os.PathLike[str],
    label: str | int = -1,
    *,
    missing: str = "mean",
    features: Sequence[str | int] | None = None,
    ignore: Sequence[str | int] = (),
    text: Sequence[str | int] = (),
    marks: Sequence[str] = (),
    task: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
) -> Dataset:
    r"""Read a CSV file of which one need not know how it is written, and make features and labels of its columns.

    Columns of numbers are features as they are; a column of text becomes a feature for each of its categories. What
    was found out and what was left out is said by `Dataset.source` and shown by `Dataset.describe`.

    Parameters
    ----------
    path : path
        The file, with cells parted by commas, semicolons, tabs or bars.
    label : str or int, default -1
        The column to learn, by name or place; the last one if left out. Text and few different whole numbers are
        classes, other numbers are values to approximate.
    missing : {"mean", "drop"}, default "mean"
        What becomes of rows in which a cell is missing ('', NA, N/A, nan, null, ?, - and the like): "mean" puts in the
        mean of the feature over the other rows (for a category its share), "drop" leaves the rows out. A row without
        its label is always left out.
    features, ignore : sequence of str or int, optional
        The columns to learn from, or not to learn from. If nothing is said: all but those that cannot tell
        (of a single value, dates, counts of the rows, and text of more than 50 kinds).
    text : sequence of str or int, optional
        Columns whose cells are names even where they look like numbers, such as codes.
    marks : sequence of str, optional
        More spellings of a missing cell, such as "unknown" or "-999".
    task : {"classes", "numbers"}, optional
        What the label is, where it could be either.
    delimiter, encoding : str, optional
        Found out if left out.
    header : bool, optional
        Whether the first row names the columns; found out if left out.

    Returns
    -------
    Dataset
        With `columns`, which reads later rows in the same way.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no table, or cannot be learned from: the line and the column are named.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "trees.csv"
    >>> _ = path.write_text("height;leaf;tree\n12,5;lobed;oak\n;oval;elm\n20,5;oval;elm\n15,0;lobed;oak\n")
    >>> trees = from_csv(path, label="tree")
    >>> trees.feature_names, trees.class_names
    (('height', 'leaf=oval'), ('elm', 'oak'))
    >>> trees.X
    [[12.5, 0.0], [16.0, 1.0], [20.5, 1.0], [15.0, 0.0]]
    """
    _check_missing(missing)
    expected = [name for name in (label, *(features or ()), *ignore, *text) if isinstance(name, str)]
    table = read_table(path, delimiter=delimiter, encoding=encoding, header=header, expected=expected)
    columns = learn_columns(table, label, features=features, ignore=ignore, text=text, marks=marks, task=task)
    return dataset_of(table, columns, missing)


def from_frame(
    frame: Any,
    label: str | int = -1,
    *,
    missing: str = "mean",
    features: Sequence[str | int] | None = None,
    ignore: Sequence[str | int] = (),
    text: Sequence[str | int] = (),
    marks: Sequence[str] = (),
    task: str | None = None,
    name: str = "table",
) -> Dataset:
    """Make a data set of a DataFrame, as `from_csv` does of a file.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of numbers, truth values, text, categories.
    label, missing, features, ignore, text, marks, task
        As in `from_csv`.
    name : str, default "table"
        What to call the set.

    Returns
    -------
    Dataset

    Raises
    ------
    TypeError
        If it is no DataFrame.
    ValueError
        If it cannot be learned from.
    """
    _check_missing(missing)
    if not (hasattr(frame, "columns") and hasattr(frame, "iloc")):
        raise TypeError(f"from_frame takes a DataFrame, got {type(frame).__name__}; a file is read by from_csv")
    table = table_of_frame(frame, name)

    def called(asked: Any) -> Any:
        return [_in_frame(one, frame, table) for one in asked] if isinstance(asked, (list, tuple)) else asked

    columns = learn_columns(
        table,
        _in_frame(label, frame, table),
        features=called(features),
        ignore=called(ignore),
        text=called(text),
        marks=marks,
        task=task,
    )
    return dataset_of(table, columns, missing)


def _in_frame(asked: Any, frame: Any, table: Table) -> Any:
    """Give the name in the table of a column of a DataFrame, which may be called by a number or a tuple."""
    if isinstance(asked, (str, bool)):
        return asked
    places = [j for j, own in enumerate(frame.columns) if type(own) is not str and own == asked]
    if not places:
        return asked
    count = len(table.names)
    if hasattr(asked, "__index__") and -count <= asked < count and int(asked) % count != places[0]:
        named, placed = table.names[places[0]], table.names[int(asked)]
        raise ValueError(f"{asked!r} is the name of one column and the place of another: say {named!r} or {placed!r}")
    return table.names[places[0]]


def shipped(file: str, label: str, name: str) -> Dataset:
    """Read one of the tables that stand beside this module."""
    from importlib import resources

    text = resources.files("tinygrad_edu.data").joinpath(file).read_text(encoding="utf-8")
    table = parsed(text, name, "UTF-8", header=True)
    return dataset_of(table, learn_columns(table, label), "mean")


def dataset_of(table: Table, columns: Columns, missing: str = "mean") -> Dataset:
    """Make a data set of a table whose columns have been learned.

    Parameters
    ----------
    table : Table
    columns : Columns
        Without means; the set's own have them.
    missing : {"mean", "drop"}, default "mean"

    Returns
    -------
    Dataset
        `lines` says where each example stands in the table.
    """
    labels = columns.labels(table)
    labelled = [i for i, y in enumerate(labels) if y is not None]
    if not labelled:
        raise ValueError(f"no row of {table.name} has a label in column {columns.label!r}")
    notes = [table.source, counted(len(table.rows), "row")]
    if len(labelled) < len(table.rows):
        notes.append(f"{counted(len(table.rows) - len(labelled), 'row')} without {columns.label} left out")
    columns = columns.holding([0.0] * len(columns.feature_names))
    reading = columns.read(table.take(labelled))
    X, places = reading.X, set(reading.missing)
    gaps = {i for i, _ in places}
    if missing == "drop" and gaps:
        whole = [i for i in range(len(labelled)) if i not in gaps]
        if not whole:
            raise ValueError(f"every row of {table.name} has a missing cell: say missing='mean', or ignore=[...]")
        notes.append(f"{counted(len(gaps), 'row')} with missing cells left out")
        X, labelled, places = [X[i] for i in whole], [labelled[i] for i in whole], set()
    elif gaps:
        notes.append(f"missing cells in {counted(len(gaps), 'row')} hold the mean of their feature")
    means = feature_means(X, places, [0.0] * len(columns.feature_names))
    for i, j in places:
        X[i][j] = means[j]
    return Dataset(
        X,
        [labels[i] for i in labelled],
        columns.feature_names,
        columns.class_names,
        table.name.rpartition(".")[0] or table.name,
        kind="classes" if columns.class_names else "numbers",
        label_name=columns.label,
        missing=tuple(sorted(places)),
        lines=tuple(table.lines[i] for i in labelled),
        columns=columns.holding(means),
        source=f"{table.name}: {'; '.join(notes)}",
    )


def _check_missing(missing: Any) -> None:
    if missing not in ("mean", "drop"):
        raise ValueError(f"missing must be 'mean' or 'drop', got {missing!r}")
