"""With this module layers apply a function to nested sequences: to every number, or to every vector, matrix, image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arguments import as_count


def is_nested(x: Any) -> bool:
    """Tell a sequence or array from a number, which an array of no axes is too, a Value or a graph variable."""
    return hasattr(x, "__len__") and not isinstance(x, (str, bytes)) and getattr(x, "shape", None) != ()


def elementwise(f: Callable[[Any], Any], x: Any) -> Any:
    """Apply a function to every number.

    Examples
    --------
    >>> elementwise(abs, [[1.0, -2.0], [-3.0, 4.0]])
    [[1.0, 2.0], [3.0, 4.0]]
    """
    return [elementwise(f, item) for item in x] if is_nested(x) else f(x)


def added(x: Any, y: Any) -> Any:
    """Add numbers, or nested sequences of one shape, place by place."""
    if not is_nested(x) and not is_nested(y):
        return x + y
    if not (is_nested(x) and is_nested(y)) or len(x) != len(y):
        raise ValueError(f"shapes {shape_text(x)} and {shape_text(y)} cannot be added")
    return [added(a, b) for a, b in zip(x, y, strict=True)]


def flat(x: Any) -> list[Any]:
    """List all numbers, the last axis first."""
    return [number for item in x for number in flat(item)] if is_nested(x) else [x]


def shape_of(x: Any) -> tuple[int, ...]:
    """Give the lengths of the axes, by the first item of each."""
    shape = []
    while is_nested(x):
        shape.append(len(x))
        x = x[0] if len(x) else None
    return tuple(shape)


def shape_text(x: Any) -> str:
    """Write the shape: 3×28×28, number, or one for each item of a tuple.

    Examples
    --------
    >>> shape_text([[1.0, 2.0]]), shape_text(([1.0], 2.0))
    ('1×2', '1, number')
    """
    if isinstance(x, tuple):
        return ", ".join(map(shape_text, x))
    return "×".join(map(str, shape_of(x))) or "number"


def mapped(f: Callable[[Any], Any], x: Any, axes: int) -> Any:
    """Apply a function to every part of so many axes: to every vector (1), matrix (2) or image (3)."""
    return f(x) if len(shape_of(x)) <= axes else [mapped(f, item, axes) for item in x]


def reshaped(numbers: list[Any], shape: tuple[int, ...]) -> Any:
    """Put numbers into nested lists of that shape.

    Examples
    --------
    >>> reshaped([1, 2, 3, 4], (2, 2))
    [[1, 2], [3, 4]]
    """
    for length in reversed(shape[1:]):
        numbers = [numbers[i : i + length] for i in range(0, len(numbers), length)]
    return numbers


def as_shape(shape: Any, name: str) -> tuple[int, ...]:
    """Read a shape that is given as an integer or several."""
    sizes = tuple([as_count(size, f"{name}[{i}]") for i, size in enumerate(shape)]) if is_nested(shape) else None
    if sizes is None:
        return (as_count(shape, name),)
    if not sizes:
        raise ValueError(f"{name} is empty: give an integer, or one for each axis")
    return sizes


def as_pair(size: Any, name: str, least: int = 1) -> tuple[int, int]:
    """Read a size that is given for height and width together, or as a pair."""
    if not is_nested(size):
        one = as_count(size, name, least)
        return one, one
    if len(size) != 2:
        raise ValueError(f"{name} must be an integer, or a pair for height and width, got {size!r}")
    return as_count(size[0], f"{name}[0]", least), as_count(size[1], f"{name}[1]", least)


def refuse_shape(module: Any, x: Any, expected: str) -> ValueError:
    """Give the error for an input of another shape."""
    return ValueError(f"{module!r} takes {expected}, got {shape_text(x)}")
