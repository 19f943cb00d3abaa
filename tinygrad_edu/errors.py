"""With this module one can look up what went wrong: every exception of the package, documented by its own docstring."""

from __future__ import annotations


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
            "placing the nodes of a drawing needs Graphviz: either `pip install pygraphviz` (its wheels bring Graphviz's "
            "libraries along), or install Graphviz itself so that its executable `dot` is on the PATH "
            "(and `pip install graphviz`); print(drawing) and .save('graph.txt') work without"
        )


class ExpressionError(ValueError):
    """A formula given as text is not one: the message points at the part that cannot be read, and says what can.

    Examples
    --------
    >>> from tinygrad_edu.expression import parse
    >>> parse("tanhh(w*x + b)")
    Traceback (most recent call last):
    ...
    tinygrad_edu.errors.ExpressionError: unknown function 'tanhh'; did you mean 'tanh'?

    >>> parse("tanh(w*x + b)").variables
    ('w', 'x', 'b')
    """
