"""With this module one can get small classification data sets, generated or shipped, and cut them into parts.

Generated sets are pure Python and seeded: the same arguments give the same numbers. Iris is shipped.

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
from .dataset import Dataset as Dataset
from .generated import blobs, circles, moons, spirals, xor
from .iris import iris

__all__ = ["NAMES", "Dataset", "load"]

_LOADERS: dict[str, Callable[[int | None, float | None, int], Dataset]] = {
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "xor": xor,
    "blobs": blobs,
    "iris": iris,
}

NAMES: tuple[str, ...] = tuple(_LOADERS)
"""The names that `load` knows."""


def load(name: str, n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give the data set of that name.

    Parameters
    ----------
    name : str
        "moons", "circles", "spirals", "xor" (two classes), "blobs" or "iris" (three classes).
    n : int, optional
        How many examples, at least two for each class. Generated sets have 200 if nothing is said (spirals 300);
        iris has 150, and a smaller `n` takes a stratified sample of them.
    noise : float, optional
        Standard deviation of the Gaussian noise added to every coordinate. If nothing is said: moons 0.08,
        circles 0.06, spirals 0.03, xor 0.25, blobs 0.5. Iris was measured, not made: no noise can be added to it.
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

    Examples
    --------
    >>> load("iris").class_names
    ('setosa', 'versicolor', 'virginica')
    >>> load("moon")
    Traceback (most recent call last):
      ...
    ValueError: no data set is called 'moon'; did you mean 'moons'? Known: moons, circles, spirals, xor, blobs, iris
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of a data set must be a string, not {name!r}; known: {', '.join(NAMES)}")
    loader = _LOADERS.get(name)
    if loader is None:
        raise ValueError(unknown("data set", name, NAMES))
    return loader(None if n is None else as_count(n, "n"), noise, as_seed(seed))
