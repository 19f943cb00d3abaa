"""With this room functions become equations: traced, printed, differentiated, simplified, saved."""

from .equations import Eqn as Eqn
from .graph import Graph as Graph
