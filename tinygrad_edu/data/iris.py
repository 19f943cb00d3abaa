"""With this module one can read Fisher's iris measurements, shipped beside it with their source."""

from __future__ import annotations

import random

from .csv_files import dataset_of
from .dataset import Dataset, stratified


def iris(n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give the 150 irises in the order of Fisher's table, or a stratified sample of `n` of them."""
    from importlib import resources

    if noise:
        raise ValueError(f"iris was measured, not generated: leave noise out (got {noise!r})")
    text = resources.files("tinygrad_edu.data").joinpath("iris.csv").read_text(encoding="utf-8")
    data = dataset_of(text, "iris")
    species = data.class_names
    if n is None or n == len(data):
        return data
    if not 2 * len(species) <= n < len(data):
        raise ValueError(f"iris has {len(data)} examples of {len(species)} classes: n must be 6 to 150, got {n}")
    return data.take(stratified(data.y, n, random.Random(seed)))
