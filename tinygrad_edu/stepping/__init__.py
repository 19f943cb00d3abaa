"""With this room one can step through a computation: in code, in a terminal, in a notebook or on a web page."""

from .player import Player as Player
from .player import play as play
from .stepper import Stepper as Stepper
from .terminal import walk as walk

__all__ = ["Player", "Stepper", "play", "walk"]
