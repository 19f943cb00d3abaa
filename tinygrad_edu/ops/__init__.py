"""With this room one can say what an operation is: the table of all of them, and how each is read."""

from . import operators as operators  # which gives every kind of number its operators
from .table import *  # noqa: F403  # the names of the table, which alone lists them
