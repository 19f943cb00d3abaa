"""With this module one can read data that were measured: tables shipped beside it, and two that come with scikit-learn.

The source and the licence of a shipped table stand in its first lines.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from .csv_files import shipped
from .dataset import Dataset, stratified


def _sample(whole: Dataset, n: int | None, noise: float | None, seed: int) -> Dataset:
    """Give a set, or a stratified sample of `n` of its examples."""
    name, classes = whole.name, len(whole.class_names)
    if noise:
        raise ValueError(f"{name} was measured, not generated: leave noise out (got {noise!r})")
    if n is None or n == len(whole):
        return whole
    if not 2 * classes <= n < len(whole):
        raise ValueError(
            f"{name} has {len(whole)} examples of {classes} classes: n must be {2 * classes} to {len(whole)}, got {n}"
        )
    return whole.take(stratified(whole.y, n, random.Random(seed)))


def iris(n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give the 150 irises in the order of Fisher's table, or a stratified sample of `n` of them."""
    return _sample(shipped("iris.csv", "species", "iris"), n, noise, seed)


def wine(n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give 178 wines of three growers by 13 chemical measurements, or a stratified sample of `n` of them."""
    return _sample(shipped("wine.csv", "cultivar", "wine"), n, noise, seed)


def penguins(n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give 344 penguins of three species, with text and missing cells, or a stratified sample of `n` of them."""
    return _sample(shipped("penguins.csv", "species", "penguins"), n, noise, seed)


def borrowed(name: str, n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give a set that comes with scikit-learn, or a stratified sample of `n` of its examples."""
    try:
        from sklearn import datasets
    except ImportError as error:
        raise ImportError(f"the data set {name} comes with scikit-learn: pip install 'tinygrad-edu[data]'") from error
    bunch: Any = getattr(datasets, f"load_{name}")()
    classes = tuple(map(str, bunch.target_names))
    features = tuple(map(str, bunch.feature_names))
    source = f"{name}, of scikit-learn"
    whole = Dataset(bunch.data, bunch.target, features, classes, name, source=source)
    return _sample(whole, n, noise, seed)


digits: Callable[..., Dataset] = partial(borrowed, "digits")
breast_cancer: Callable[..., Dataset] = partial(borrowed, "breast_cancer")
