"""With this room functions become equations: traced, printed, differentiated, simplified, saved."""

from .graph import Graph as Graph
from .variable import Eqn as Eqn
