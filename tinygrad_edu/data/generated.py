"""With this module one can generate what a network must learn to part: points in the plane, and small grey pictures.

Each function takes `n`, `noise` and `seed` as `load` does. For points the shape is a rule from a class and a place `t`
along the shape (0 to 1) to a point; `_generate` does the rest for all of them alike.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from ..arguments import as_number
from .dataset import Dataset

Shape = Callable[[int, float, random.Random], tuple[float, float]]


def _generate(
    name: str, shape: Shape, class_names: tuple[str, ...], n: int, noise: float | None, usual_noise: float, seed: int
) -> Dataset:
    classes = len(class_names)
    if n < 2 * classes:
        raise ValueError(f"{name} has {classes} classes and needs n of at least {2 * classes}, got {n}")
    deviation = usual_noise if noise is None else as_number(noise, "noise", 0.0)
    generator = random.Random(seed)
    points: list[tuple[list[float], int]] = []
    for label in range(classes):
        count = n // classes + (label < n % classes)
        for i in range(count):
            x, y = shape(label, i / (count - 1), generator)
            points.append(([x + generator.gauss(0.0, deviation), y + generator.gauss(0.0, deviation)], label))
    generator.shuffle(points)
    return Dataset([point for point, _ in points], [label for _, label in points], (), class_names, name)


def moons(n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give two interleaved half circles of radius 1."""

    def shape(label: int, t: float, _: random.Random) -> tuple[float, float]:
        x, y = math.cos(math.pi * t), math.sin(math.pi * t)
        return (x, y) if label == 0 else (1.0 - x, 0.5 - y)

    return _generate("moons", shape, ("upper", "lower"), n or 200, noise, 0.08, seed)


def circles(n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give a circle of radius 1 around one of radius 0.5."""

    def shape(label: int, t: float, generator: random.Random) -> tuple[float, float]:
        radius = 1.0 if label == 0 else 0.5
        angle = 2.0 * math.pi * generator.random()
        return radius * math.cos(angle), radius * math.sin(angle)

    return _generate("circles", shape, ("outer", "inner"), n or 200, noise, 0.06, seed)


def spirals(n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give two spiral arms of one and a quarter turns, wound around each other, from radius 0.15 to 1.15."""

    def shape(label: int, t: float, _: random.Random) -> tuple[float, float]:
        radius = 0.15 + t
        angle = 2.5 * math.pi * t + math.pi * label
        return radius * math.cos(angle), radius * math.sin(angle)

    return _generate("spirals", shape, ("first arm", "second arm"), n or 300, noise, 0.03, seed)


def xor(n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give four clouds at the corners (±1, ±1): equal signs are one class, unequal ones the other."""

    def shape(label: int, t: float, generator: random.Random) -> tuple[float, float]:
        x = generator.choice((-1.0, 1.0))
        return x, x if label == 0 else -x

    return _generate("xor", shape, ("equal signs", "unequal signs"), n or 200, noise, 0.25, seed)


def blobs(n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give three clouds on a circle of radius 2."""

    def shape(label: int, t: float, _: random.Random) -> tuple[float, float]:
        angle = 2.0 * math.pi * (label / 3 + 0.25)
        return 2.0 * math.cos(angle), 2.0 * math.sin(angle)

    return _generate("blobs", shape, ("top", "left", "right"), n or 200, noise, 0.5, seed)


_ANIMALS = (
    """
    ........
    ....##..
    ....o##.
    .####...
    ..####..
    ...##...
    ...#.#..
    ........
    """,
    """
    ........
    .....#..
    .#...o#.
    .######.
    ..####..
    ..#..#..
    ..#..#..
    ........
    """,
)
_GREY = {".": 0.0, "o": 0.3, "#": 1.0}


def birds_and_dogs(n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """Give grey pictures of 8 × 8 pixels, bright animals on a dark ground: a bird or a dog.

    An animal looks to the right or to the left, stands in the middle or up to one pixel beside it, and is more or less
    bright; then noise comes over all pixels, which stay from 0 (dark) to 1 (bright).
    """
    count = n or 200
    if count < 4:
        raise ValueError(f"birds_and_dogs has 2 classes and needs n of at least 4, got {n}")
    deviation = 0.1 if noise is None else as_number(noise, "noise", 0.0)
    generator = random.Random(seed)
    labels = [i % 2 for i in range(count)]
    generator.shuffle(labels)
    rows = [_animal(label, deviation, generator) for label in labels]
    pixels = tuple(f"row {i} column {j}" for i in range(8) for j in range(8))
    return Dataset(rows, labels, pixels, ("bird", "dog"), "birds_and_dogs")


def _animal(label: int, deviation: float, generator: random.Random) -> list[float]:
    drawn = [[_GREY[sign] for sign in line] for line in _ANIMALS[label].split()]
    if generator.random() < 0.5:
        drawn = [line[::-1] for line in drawn]
    down, across, light = generator.randint(-1, 1), generator.randint(-1, 1), generator.uniform(0.7, 1.0)
    clean = [light * drawn[(i - down) % 8][(j - across) % 8] for i in range(8) for j in range(8)]
    return [min(max(grey + generator.gauss(0.0, deviation), 0.0), 1.0) for grey in clean]
