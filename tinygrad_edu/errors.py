"""With this module one can look up what went wrong: every exception of the package, documented by its own docstring."""

from __future__ import annotations

from typing import Any


class GraphError(ValueError):
    """A graph is not well formed, or is used with arguments it was not traced for.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> tg.trace(lambda x: [x, x], 1.0).grad()
    Traceback (most recent call last):
    ...
    tinygrad_edu.errors.GraphError: grad needs one output, the graph '<lambda>' has 2: sum them, or trace one of them
    """


class TracedBoolError(TypeError):
    """A traced variable was asked for its number, which it does not have yet.

    While a function is traced its arguments stand for any number, so an ``if``, a ``while``, ``bool()`` or ``float()``
    on them cannot be answered.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> tg.trace(lambda x: x if x > 0 else -x, 1.0)
    Traceback (most recent call last):
    ...
    tinygrad_edu.errors.TracedBoolError: ...

    Choose with `where`, which computes both sides:

    >>> tg.trace(lambda x: tg.where(x > 0, x, -x), 1.0)(-3.0)
    3.0
    """


class LeakedVariableError(TypeError):
    """A variable of one trace was used in another, or after its trace had ended.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> kept = []
    >>> _ = tg.trace(lambda x: kept.append(x) or x * x, 1.0)
    >>> tg.trace(lambda x: x * kept[0], 1.0)
    Traceback (most recent call last):
    ...
    tinygrad_edu.errors.LeakedVariableError: a variable of another trace (input 'x') was used while tracing; ...

    Pass it as an argument instead.
    """


class GraphvizMissingError(RuntimeError):
    """A picture needs Graphviz's layout, and neither of the two ways to it is installed.

    Printing a drawing, and saving it as .txt or .dot, need no layout and always work.
    """

    def __init__(self) -> None:
        super().__init__(
            "placing the nodes of a drawing needs Graphviz: either `pip install pygraphviz` (its wheels bring "
            "Graphviz's libraries along), or install Graphviz itself so that its executable `dot` is on the PATH "
            "(and `pip install graphviz`), or give another one to tinygrad_edu.drawing.set_graphviz; print(drawing) "
            "and .save('graph.txt') work without"
        )


class MissingLibraryError(ImportError):
    """What was asked for needs a library that is not installed; the message says which, and how to get it.

    The engine, drawing as text or SVG, stepping, checking, and training with engine="eager" need no library at all.

    Attributes
    ----------
    name : str
        The module that cannot be imported.
    """

    def __init__(self, library: str, needed_by: str, otherwise: str = "") -> None:
        without = f"; {otherwise}" if otherwise else ""
        super().__init__(
            f"{needed_by} needs {library}, which cannot be imported here: python -m pip install {library}{without}",
            name=library,
        )


class ExpressionError(ValueError):
    """A formula given as text is not one: the message points at the part that cannot be read, and says what can.

    Examples
    --------
    >>> from tinygrad_edu.formulas.expression import parse
    >>> parse("tanhh(w*x + b)")
    Traceback (most recent call last):
    ...
    tinygrad_edu.errors.ExpressionError: unknown function 'tanhh'; did you mean 'tanh'?

    >>> parse("tanh(w*x + b)").variables
    ('w', 'x', 'b')
    """


class GradientMismatch(AssertionError):
    """A derivative that was given disagrees with the one that values alone give.

    Attributes
    ----------
    comparisons : list of Comparison
        What disagrees, the worst first: name, given, measured, its estimated error, tolerance.
    point : dict of str to float
        Where.
    suspect : Suspect or None
        The first operation whose own derivative is wrong, if one is; its `drawing` shows it alone.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> cube = tg.Op("cube", lambda x: x * x * x, lambda y, x: (3.1 * x * x,))
    >>> tg.check_grads(lambda x: tg.sin(cube(x)), (0.5,))
    Traceback (most recent call last):
    ...
    tinygrad_edu.errors.GradientMismatch: <lambda>: 1 of 1 derivatives disagree with differences
    ...
    the first operation that is wrong by itself: cube(0.5): its derivative towards argument 1 (x) is given as 0.775, ...
    """

    def __init__(self, message: str, comparisons: Any = (), point: Any = None, suspect: Any = None) -> None:
        super().__init__(message)
        self.comparisons = list(comparisons)
        self.point = dict(point or {})
        self.suspect = suspect

    @property
    def drawing(self) -> Any:
        """The suspect alone, drawn; None if there is none."""
        return None if self.suspect is None else self.suspect.drawing


class FrozenNumberError(TypeError):
    """A function that is to be compiled takes a number out of its graph, which would then be the same in every call.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> w = tg.Value(2.0)
    >>> tg.compile(lambda x: x * w.data)([1.0, 2.0])
    Traceback (most recent call last):
    ...
    tinygrad_edu.errors.FrozenNumberError: <lambda> reads the number of a Value while it is traced ...

    Compute with the Value itself:

    >>> tg.compile(lambda x: x * w)([1.0, 2.0]).tolist()
    [2.0, 4.0]
    """
