"""With this room one can see how a network learned: pictures by matplotlib."""

from .features import telling_features as telling_features
from .figures import decision_boundary as decision_boundary
from .figures import gradient_flow as gradient_flow
from .figures import loss_curve as loss_curve
