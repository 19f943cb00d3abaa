"""With this module a model file knows the table that its model learned from, so that it can answer to another one."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from .. import nn
from ..arguments import counted
from ..data import Column, Columns, Dataset
from ..nn import model_file


class Learned(NamedTuple):
    """A model, and how the columns of a table become what it takes.

    Attributes
    ----------
    model : Module
    columns : Columns
    """

    model: Any
    columns: Columns


def columns_of(data: Dataset) -> Columns:
    """Give the columns that a data set was read from, or, of one that was made, a column for each feature."""
    if data.columns is not None:
        return data.columns
    means = [sum(values) / len(values) for values in zip(*data.X, strict=True)]
    features = tuple(
        Column(name, "numbers", means=(mean,)) for name, mean in zip(data.feature_names, means, strict=True)
    )
    return Columns(features, data.label_name, data.class_names)


def save(path: str | os.PathLike[str], learned: Learned) -> None:
    """Write a model with its columns, as `tinygrad_edu.nn.load` and `load` read it.

    Parameters
    ----------
    path : path
    learned : Learned

    Raises
    ------
    OSError
        If the file cannot be written. No part of it is left behind.
    """
    model, columns = learned
    state = {"architecture": model.architecture(), "state": model.state_dict(), "table": columns.to_json()}
    model_file.write(path, state)


def load(path: str | os.PathLike[str]) -> Learned:
    """Read a model with its columns.

    Parameters
    ----------
    path : path

    Returns
    -------
    Learned

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no model, or one that does not know its columns.
    """
    name, model = os.fspath(path), nn.load(path)
    table = model_file.read(path)["table"]
    if table is None:
        raise ValueError(
            f"{name!r} holds a model, but not the columns of a table that it takes: it was not saved by `tinygrad-edu "
            "train`; in Python, read it by tinygrad_edu.nn.load"
        )
    try:
        columns = Columns.from_json(table)
        outputs = model.predict([[0.0] * len(columns.feature_names)])[0]
        count = len(outputs) if isinstance(outputs, list) else 1
        expected = len(columns.class_names) if len(columns.class_names) > 2 else 1
        if count != expected:
            raise ValueError(f"{counted(count, 'output')} of the model cannot tell {columns.class_names or 'a number'}")
    except ValueError as error:
        raise ValueError(f"{name!r} is not as `tinygrad-edu train` saved it: {error}") from None
    return Learned(model, columns)
