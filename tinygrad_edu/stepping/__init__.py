"""With this room one can step through a computation, in code and in a terminal; `pages` shows the same walk."""

from .stepper import Stepper as Stepper
from .terminal import walk as walk

__all__ = ["Stepper", "walk"]
