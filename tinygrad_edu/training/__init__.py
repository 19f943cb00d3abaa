"""With this room one can train a network, and look at how it went."""

from .fitting import accuracy as accuracy
from .fitting import fit as fit
from .history import History as History
from .history import layer_gradients as layer_gradients
from .stopping import EarlyStopping as EarlyStopping
from .sweeping import sweep as sweep
from .swept import Sweep as Sweep
from .swept import Trained as Trained
