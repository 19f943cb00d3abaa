"""With this module a function can be given a list that notes whether anybody looks at its items, or counts them.

What is only passed on, from an argument to `scan`, or from one `scan` to the next, may have any length: that of the
example is known to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Unread(list[Any]):
    """A list whose items are made when it is first looked at.

    Parameters
    ----------
    length : int
        How many there are; not 0.
    make : callable
        ``make()`` gives them.

    Attributes
    ----------
    read : bool
        Whether anybody has looked.

    Examples
    --------
    >>> items = Unread(2, lambda: [1.0, 2.0])
    >>> items.read, bool(items), items.read
    (False, True, False)
    >>> [0.0] + items, items.read
    ([0.0, 1.0, 2.0], True)
    """

    def __init__(self, length: int, make: Callable[[], list[Any]]) -> None:
        super().__init__()
        self.length, self.make, self.read = length, make, False

    def look(self) -> None:
        """Make the items."""
        if not self.read:
            self.read = True
            list.extend(self, self.make())

    def __bool__(self) -> bool:
        """Whether there are items: there are, which tells nobody how many."""
        return not self.read or list.__len__(self) > 0

    def __radd__(self, other: list[Any]) -> list[Any]:
        """Stand to the right of another list, as lists themselves would without looking."""
        return [*other, *self]


def _looking_first(name: str) -> Callable[..., Any]:
    method = getattr(list, name)

    def looked(self: Unread, *args: Any) -> Any:
        self.look()
        return method(self, *args)

    looked.__name__ = name
    return looked


_OF_OBJECTS_TOO = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__repr__", "__reduce_ex__"}
for _name in {*dir(list)} - ({*dir(object)} - _OF_OBJECTS_TOO) - {"__class_getitem__"}:
    if callable(getattr(list, _name)):
        setattr(Unread, _name, _looking_first(_name))
