"""With this room one can turn gradients into better parameters: optimisers with PyTorch's names and conventions."""

from .optimizers import OPTIMIZERS as OPTIMIZERS
from .optimizers import SGD as SGD
from .optimizers import Adagrad as Adagrad
from .optimizers import Adam as Adam
from .optimizers import AdamW as AdamW
from .optimizers import Lion as Lion
from .optimizers import NAdam as NAdam
from .optimizers import Optimizer as Optimizer
from .optimizers import RMSprop as RMSprop
from .optimizers import create as create
from .phases import OneCycleLR as OneCycleLR
from .phases import SequentialLR as SequentialLR
from .plateau import ReduceLROnPlateau as ReduceLROnPlateau
from .schedules import CosineAnnealingLR as CosineAnnealingLR
from .schedules import ExponentialLR as ExponentialLR
from .schedules import LambdaLR as LambdaLR
from .schedules import LinearLR as LinearLR
from .schedules import MultiStepLR as MultiStepLR
from .schedules import Schedule as Schedule
from .schedules import StepLR as StepLR
from .scheduling import SCHEDULES as SCHEDULES
from .scheduling import create_schedule as create_schedule
