"""With this room one can use it all from a terminal: the command tinygrad-edu."""

from .parser import main as main
