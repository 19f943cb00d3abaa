"""With this module one can walk through a backward pass from code: a debugger for gradients.

>>> import tinygrad_edu as tg
>>> w, x = tg.Value(0.5, "w"), tg.Value(2.0, "x")
>>> stepper = Stepper(w * x)
>>> stepper.run_until(w).caption
'w.grad += 2 × 1   (0 → 2)'
>>> w.grad, x.grad
(2.0, 0.0)
"""

from __future__ import annotations

from collections.abc import Callable

from ..engine.sweep import topological_order
from ..engine.value import Value
from ..inspection.stepwise import Step, steps


class Stepper:
    """A walk through the steps of a computation, with the gradients on the nodes as of the current step.

    Parameters
    ----------
    x : Value
        The result to differentiate. The gradients of everything it depends on are set to 0.0 first.

    Attributes
    ----------
    current : Step or None
        The step that was made last; None at the start.

    Raises
    ------
    TypeError
        If `x` is no Value.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> a = Value(3.0, "a")
    >>> stepper = Stepper(a * a)
    >>> [stepper.next().kind for _ in range(3)], a.grad
    (['forward', 'seed', 'backward'], 3.0)
    >>> stepper.next().grad_after, a.grad
    (6.0, 6.0)
    >>> stepper.back().kind, a.grad
    ('backward', 3.0)
    """

    def __init__(self, x: Value) -> None:
        if not isinstance(x, Value):
            raise TypeError(f"a Stepper walks the computation of a Value, got {type(x).__name__}")
        for node in topological_order(x):
            node.grad = 0.0
        self._coming = steps(x)
        self._made: list[Step] = []
        self._undone: list[Step] = []

    @property
    def current(self) -> Step | None:
        """The step that was made last; None at the start."""
        return self._made[-1] if self._made else None

    def next(self) -> Step | None:
        """Make the next step.

        Returns
        -------
        Step or None
            The step; None, and nothing happens, at the end.
        """
        step = self._undone.pop() if self._undone else next(self._coming, None)
        if step is not None:
            self._made.append(step)
            _set_gradient(step, step.grad_after)
        return step

    def back(self) -> Step | None:
        """Take the last step back.

        Returns
        -------
        Step or None
            The step that is the current one then; None at the start.
        """
        if self._made:
            step = self._made.pop()
            self._undone.append(step)
            _set_gradient(step, step.grad_before)
        return self.current

    def run_until(self, stop: Value | Callable[[Step], bool]) -> Step | None:
        """Go on up to the next step that concerns a node, or that a function picks: a breakpoint.

        Parameters
        ----------
        stop : Value or callable
            A node stops where a gradient is added to it; a function is asked about every step made.

        Returns
        -------
        Step or None
            The step that was stopped at; None if the walk came to its end.

        Raises
        ------
        TypeError
            If `stop` is neither.
        """
        if not isinstance(stop, Value) and not callable(stop):
            raise TypeError(f"run_until takes a Value or a function of a Step, got {type(stop).__name__}")
        wanted = (lambda step: receiver(step) is stop) if isinstance(stop, Value) else stop
        while (step := self.next()) is not None:
            if wanted(step):
                return step
        return None


def receiver(step: Step) -> Value | None:
    """Give the node whose gradient a step changes; None for a forward step."""
    if step.kind == "forward":
        return None
    return step.node if step.parent is None else step.parent


def _set_gradient(step: Step, grad: float | None) -> None:
    node = receiver(step)
    if node is not None and grad is not None:
        node.grad = grad
