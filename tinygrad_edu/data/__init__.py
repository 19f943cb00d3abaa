"""With this room one can get data to learn from, of one's own or of ours, look at them, and cut them into parts.

`from_csv` reads a file of which one need not know how it is written, `from_frame` a DataFrame of pandas. `load` gives
small sets by name. Generated ones are pure Python and seeded: the same arguments give the same numbers. Iris, wine and
penguins are shipped; digits and breast_cancer come with scikit-learn.

Examples
--------
>>> from tinygrad_edu import data
>>> moons = data.load("moons", n=200, seed=0)
>>> train, test = moons.split(test=0.2, seed=0)
>>> len(train), len(test)
(160, 40)
"""

from __future__ import annotations

from collections.abc import Callable

from ..arguments import as_count, as_seed, unknown
from .columns import Column as Column
from .columns import Columns as Columns
from .csv_files import from_csv as from_csv
from .csv_files import from_frame as from_frame
from .dataset import Dataset as Dataset
from .generated import birds_and_dogs, blobs, circles, moons, spirals, xor
from .measured import breast_cancer, digits, iris, penguins, wine
from .table import Table as Table
from .table import read_table as read_table

__all__ = ["BORROWED", "NAMES", "Column", "Columns", "Dataset", "Table", "from_csv", "from_frame", "load", "read_table"]

_LOADERS: dict[str, Callable[[int | None, float | None, int], Dataset]] = {
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "xor": xor,
    "blobs": blobs,
    "birds_and_dogs": birds_and_dogs,
    "iris": iris,
    "wine": wine,
    "penguins": penguins,
}

NAMES: tuple[str, ...] = tuple(_LOADERS)
"""The names that `load` always knows."""

_LOADERS |= {"digits": digits, "breast_cancer": breast_cancer}

BORROWED: tuple[str, ...] = tuple(_LOADERS)[len(NAMES) :]
"""The names of the sets that come with scikit-learn, the extra [data]."""


def load(name: str, n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give the data set of that name.

    Parameters
    ----------
    name : str
        Generated: "moons", "circles", "spirals", "xor" (two classes), "blobs" (three), and grey pictures of 8 × 8
        pixels, "birds_and_dogs". Measured: "iris", "wine", "penguins" (three; the last with text and missing cells),
        and from scikit-learn "digits" (ten classes) and "breast_cancer" (two).
    n : int, optional
        How many examples, at least two for each class. Generated sets have 200 if nothing is said (spirals 300).
        Of a measured set, a smaller `n` takes a stratified sample.
    noise : float, optional
        Standard deviation of the Gaussian noise added to every coordinate. If nothing is said: moons 0.08,
        circles 0.06, spirals 0.03, xor 0.25, blobs 0.5, birds_and_dogs 0.1 (of pixels from 0 to 1). None can be added
        to what was measured.
    seed : int, default 0
        Seeds the noise, the places along each shape and the order of the examples. It seeds nothing else:
        `Dataset.split`, a model and `fit` have seeds of their own.

    Returns
    -------
    Dataset
        With `X`, `y`, `feature_names`, `class_names` and `split`.

    Raises
    ------
    ValueError
        For a name that is not known, or for a number out of range.
    TypeError
        For an argument of the wrong type.
    ImportError
        For "digits" and "breast_cancer" without scikit-learn.

    Examples
    --------
    >>> load("iris").class_names
    ('setosa', 'versicolor', 'virginica')
    >>> load("moon")
    Traceback (most recent call last):
      ...
    ValueError: no data set is called 'moon'; did you mean 'moons'? Known: moons, circles, spirals, xor, ...
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of a data set must be a string, not {name!r}; known: {', '.join(NAMES)}")
    loader = _LOADERS.get(name)
    if loader is None:
        raise ValueError(unknown("data set", name, _LOADERS))
    return loader(None if n is None else as_count(n, "n"), noise, as_seed(seed))
