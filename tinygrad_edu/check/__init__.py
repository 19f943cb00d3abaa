"""With this room one can learn whether a derivative is right, and if not, on which smallest case and by how much.

>>> import tinygrad_edu as tg
>>> tg.check_grads(lambda x: tg.sin(x) * x, (0.7,)).conclusive
True

The strategies (`finite_values`, `points`, `programs`) and `given_program` need hypothesis, the extra ``[check]``.
"""

from .differences import Estimate as Estimate
from .differences import Ray as Ray
from .examining import EngineReport as EngineReport
from .examining import engine as engine
from .given import given_program as given_program
from .gradients import check_grads as check_grads
from .hand_written import gradient_function as gradient_function
from .operations import operation as operation
from .program import Line as Line
from .program import Program as Program
from .report import Comparison as Comparison
from .report import Report as Report
from .strategies import finite_values as finite_values
from .strategies import points as points
from .strategies import programs as programs
from .suspects import Suspect as Suspect
