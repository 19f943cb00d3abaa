"""With this module one says which example is meant, what its classes are called, and of which shape its picture is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arguments import as_count, as_list, unknown
from ..nn.nested import flat, shape_of
from ..ops.notation import visible
from .filmstrip import FilmStrip


def all_shares(y: Sequence[Any]) -> bool:
    """Whether all of these are shares of a whole, from 0 to 1."""
    return all(0.0 <= v <= 1.0 for v in flat(list(y)))


def names_of(classes: Any, widest: int) -> tuple[str, ...]:
    """Give each class its name: as given, or by its number."""
    given = [visible(str(name)) for name in as_list(classes, "classes")] if len(classes) else []
    if not given:
        return ("prediction",) if widest < 1 else tuple(f"class {k}" for k in range(widest))
    if widest and len(given) != widest:
        raise ValueError(f"there are {widest} classes but {len(given)} names: give one name a class")
    return tuple(given)


def found_in(strip: FilmStrip, example: Any) -> tuple[int | None, Any, Any]:
    """Find the example that is meant: by its place in the data, by its inputs, or as inputs and truth of a new one."""
    places = list(strip.places or range(len(strip.X)))
    if hasattr(example, "__index__"):
        place = example.__index__()
        if place not in places:
            raise ValueError(f"there is no example {place}: the data has {len(places)}, from 0 to {len(places) - 1}")
        return place, strip.X[places.index(place)], strip.y[places.index(place)]
    given = as_list(example, "example")
    if len(given) == 2 and hasattr(given[0], "__len__") and shape_of(given[0]) == shape_of(strip.X[0]):
        x, y = (v.tolist() if hasattr(v, "tolist") else v for v in given)
        if isinstance(y, str):
            if y not in strip.class_names:
                raise ValueError(unknown("class", y, strip.class_names))
            y = list(strip.class_names).index(y)
        return None, x, y if not isinstance(strip.y[0], float) else float(y)
    for place, x, y in zip(places, strip.X, strip.y, strict=True):
        if flat(x) == flat(given):
            return place, x, y
    raise ValueError("no example of the training has these inputs; give inputs and truth of a new one: ([...], 1)")


def picture_shape(x: Any, shape: Sequence[int] | None) -> tuple[int, int] | None:
    """Give rows and columns of the picture that an example is, if it is one."""
    if shape is None:
        found = shape_of(x)
        found = found[1:] if len(found) == 3 and found[0] == 1 else found
        return (found[0], found[1]) if len(found) == 2 else None
    rows, columns = (as_count(n, f"shape[{i}]") for i, n in enumerate(as_list(shape, "shape")))
    if rows * columns != len(flat(x)):
        raise ValueError(f"shape={rows}×{columns} is {rows * columns} numbers, and an example has {len(flat(x))}")
    return rows, columns
