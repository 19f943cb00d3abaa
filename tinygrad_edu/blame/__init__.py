"""With this room one can train networks by other ways to share blame than backpropagation, on the same Values."""

from .feedback import DirectFeedbackAlignment as DirectFeedbackAlignment
from .feedback import FeedbackAlignment as FeedbackAlignment
from .feedback import feedback as feedback
from .feedback import stopped as stopped
from .forward_forward import ForwardForward as ForwardForward
from .target_propagation import TargetPropagation as TargetPropagation
