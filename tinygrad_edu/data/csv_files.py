"""With this module a table in a CSV file becomes a data set."""

from __future__ import annotations

from .dataset import Dataset


def dataset_of(text: str, name: str) -> Dataset:
    r"""Read a table whose first line names the columns and whose last column is the class.

    Parameters
    ----------
    text : str
        What a CSV file holds; lines that begin with # are remarks.
    name : str
        What to call the data set.

    Returns
    -------
    Dataset
        The classes in alphabetical order.

    Examples
    --------
    >>> dataset_of("x,y,kind\n1.5,0,b\n2,1,a\n", "two")
    Dataset('two': 2 examples, 2 features, classes a (1), b (1))
    """
    import csv

    header, *rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    classes = sorted({row[-1] for row in rows})
    X = [[float(cell) for cell in row[:-1]] for row in rows]
    return Dataset(X, [classes.index(row[-1]) for row in rows], tuple(header[:-1]), tuple(classes), name)
