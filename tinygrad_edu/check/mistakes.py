"""With this module one can name the classical mistakes that people make when they write an engine of their own.

Each has the phrase that says what it is and the remedy; `both` puts two together, as a first version often does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..words import say

Rule = Callable[..., tuple[float, ...]]


@dataclass(frozen=True)
class Mistake:
    """A classical mistake.

    Attributes
    ----------
    phrase : str
        What it is.
    remedy : str
        What to write instead.
    rules : dict
        Derivatives that are wrong.
    sweep : str
        Which way of going backward.
    adds, multiplies, distinct, seed, keeps : bool, bool, bool, float, bool
        Whether contributions add up, whether upstream is multiplied in, whether equal operands count once, with what
        the result starts, and whether interior gradients are kept from one sweep to the next.
    """

    phrase: str
    remedy: str
    rules: tuple[tuple[str, Rule], ...] = ()
    sweep: str = "topological"
    adds: bool = True
    multiplies: bool = True
    distinct: bool = False
    seed: float = 1.0
    keeps: bool = False
    clears: bool = False

    def said(self) -> str:
        """Give the phrase in the language that was chosen."""
        return _say_each(self.phrase)

    def remedy_said(self) -> str:
        """Give the remedy in the language that was chosen."""
        return _say_each(self.remedy)


RIGHT = Mistake("", "")

NO_REFLECTION = Mistake(
    "operators with a number on the left are missing (2 * a, 1 + a)",
    "write __radd__, __rmul__, __rsub__, __rtruediv__: Python asks them when the left operand does not know a Value",
)
RECURSION = Mistake(
    "a long chain of nodes ends in a RecursionError",
    "sort with a stack of your own (a list) in place of a function that calls itself",
)
WRONG_VALUE = Mistake(
    "the forward pass computes a wrong number", "look at what the operation gives, before its gradient"
)

MISTAKES = (
    Mistake("backward never starts: the result's own gradient is 0", "set self.grad = 1.0 before the sweep", seed=0.0),
    Mistake(
        "gradients are put in place of what was there (= for +=)",
        "a value that is used twice gets gradient from both uses: write parent.grad += local * out.grad",
        adds=False,
    ),
    Mistake(
        "the gradient from above is left out",
        "the chain rule multiplies: write parent.grad += local * out.grad, not += local",
        multiplies=False,
    ),
    Mistake(
        "one edge for a + a: parents are kept in a set",
        "keep the parents in a tuple or a list, so that one value used twice has two edges",
        distinct=True,
    ),
    Mistake(
        "no topological order: every node passes its gradient on as soon as it gets some, again and again",
        "sort the nodes first, and let each pass its gradient on once, after all that use it have",
        sweep="recursive",
    ),
    Mistake(
        "no topological order: every edge hands its gradient on at once, and a node hands on again what it had before",
        "sort the nodes first, and let each pass its gradient on once, after all that use it have",
        sweep="edges",
    ),
    Mistake(
        "no topological order: nodes are visited depth first, each once",
        "a node may pass its gradient on only when all that use it have: append it after its parents, then reverse",
        sweep="preorder",
    ),
    Mistake(
        "no topological order: nodes are visited breadth first, each once",
        "a node may pass its gradient on only when all that use it have: sort them topologically",
        sweep="breadth",
    ),
    Mistake(
        "backward stops at the direct operands",
        "go on with the operands of the operands: sweep over all nodes of the graph",
        sweep="shallow",
    ),
    Mistake(
        "gradients of interior nodes are kept, so a second backward() counts them again",
        "set the gradient of every node that is not a leaf to 0 when a sweep begins",
        keeps=True,
    ),
    Mistake(
        "backward sets the gradients of leaves to 0 first, so that two calls do not add up",
        "leave leaves alone: that is what zero_grad is for",
        clears=True,
    ),
    Mistake(
        "of a product each operand gets its own value for a slope, not the other's",
        "∂(a·b)/∂a is b: write self.grad += other.data * out.grad",
        rules=(("mul", lambda y, a, b: (a, b)),),
    ),
    Mistake(
        "the second operand of a difference gets gradient with the wrong sign",
        "∂(a − b)/∂b is −1",
        rules=(("sub", lambda y, a, b: (1.0, 1.0)),),
    ),
    Mistake(
        "the slope of a negation is 1",
        "∂(−a)/∂a is −1",
        rules=(("neg", lambda y, a: (1.0,)),),
    ),
    Mistake(
        "of a quotient the divisor's slope lacks its minus sign",
        "∂(a/b)/∂b is −a/b²",
        rules=(("div", lambda y, a, b: (1.0 / b, a / (b * b))),),
    ),
    Mistake(
        "of a quotient the divisor gets no gradient",
        "∂(a/b)/∂b is −a/b²",
        rules=(("div", lambda y, a, b: (1.0 / b, 0.0)),),
    ),
    Mistake(
        "the exponent of a power is not reduced by 1",
        "∂(aⁿ)/∂a is n·aⁿ⁻¹",
        rules=(("pow", lambda y, a, n: (n * y, 0.0)),),
    ),
    Mistake(
        "the exponent does not come down in front of a power",
        "∂(aⁿ)/∂a is n·aⁿ⁻¹",
        rules=(("pow", lambda y, a, n: (a ** (n - 1.0), 0.0)),),
    ),
    Mistake(
        "the slope of tanh is written with its input",
        "with y = tanh(x) the slope is 1 − y², not 1 − x²",
        rules=(("tanh", lambda y, a: (1.0 - a * a,)),),
    ),
    Mistake(
        "the slope of the sigmoid is written with its input",
        "with y = σ(x) the slope is y·(1 − y), not x·(1 − x)",
        rules=(("sigmoid", lambda y, a: (a * (1.0 - a),)),),
    ),
    Mistake(
        "the slope of exp is its input",
        "exp is its own derivative: self.grad += out.data * out.grad",
        rules=(("exp", lambda y, a: (a,)),),
    ),
    Mistake(
        "relu passes gradient on where its input is negative",
        "the slope of relu is 1 where the input is above 0, and 0 elsewhere",
        rules=(("relu", lambda y, a: (1.0,)),),
    ),
)
"""Each once, the ones that explain most first."""


def _say_each(text: str) -> str:
    return say("; and ").join(say(part) for part in text.split("; and "))


def both(first: Mistake, second: Mistake) -> Mistake | None:
    """Put two mistakes together; None if they cannot be made at once.

    Parameters
    ----------
    first, second : Mistake

    Returns
    -------
    Mistake or None

    Examples
    --------
    >>> both(MISTAKES[0], MISTAKES[1]).remedy.count(" and ")
    1
    >>> both(MISTAKES[4], MISTAKES[5]) is None  # two ways to go backward
    True
    """
    wrong_sweeps = [mistake.sweep for mistake in (first, second) if mistake.sweep != RIGHT.sweep]
    same_rule = {name for name, _ in first.rules} & {name for name, _ in second.rules}
    if len(wrong_sweeps) > 1 or same_rule:
        return None
    return Mistake(
        f"{first.phrase}; and {second.phrase}",
        f"{first.remedy}; and {second.remedy}",
        first.rules + second.rules,
        wrong_sweeps[0] if wrong_sweeps else RIGHT.sweep,
        first.adds and second.adds,
        first.multiplies and second.multiplies,
        first.distinct or second.distinct,
        min(first.seed, second.seed),
        first.keeps or second.keeps,
        first.clears or second.clears,
    )
