"""With this room one can see how a network learned, and how well: pictures by matplotlib.

Every function gives a matplotlib figure that shows itself in a notebook and has `savefig`. Matplotlib is imported when
a figure is made, not before.
"""

from .answers import Answers as Answers
from .boundary import decision_boundary as decision_boundary
from .curves import gradient_flow as gradient_flow
from .curves import loss_curve as loss_curve
from .curves import loss_curves as loss_curves
from .descents import Descent as Descent
from .descents import descent_of as descent_of
from .descents import descents as descents
from .features import clearest_features as clearest_features
from .features import telling_features as telling_features
from .landscape import loss_landscape as loss_landscape
from .over_time import activations as activations
from .over_time import activations_of as activations_of
from .over_time import weights as weights
from .pictures import pictures as pictures
from .plain import bars as bars
from .plain import curve as curve
from .plain import lines as lines
from .quality import calibration as calibration
from .quality import confusion_matrix as confusion_matrix
from .quality import predictions as predictions
from .regrouping import matrix_product as matrix_product
