"""With this module one can make an operation: a function on floats together with its partial derivatives."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from types import FunctionType
from typing import Any

from . import floats as num
from .code import Node, read
from .protocol import rank_of

Interval = tuple[float, float]
Domains = Sequence[Interval] | Callable[..., bool] | None
Kink = tuple[Callable[..., float], Sequence[float] | Callable[..., Sequence[float]]]


class Op:
    """One operation: what it computes, its partial derivatives, and what a test must know about it.

    Calling it applies it: to floats it gives a float, to Values a node, to graph variables an equation.

    Parameters
    ----------
    name : str
        What it is called in code, captions and files.
    fn : callable
        ``fn(*floats) -> float``. Should be total (give nan or inf rather than raise).
    partials : callable
        ``partials(y, *args) -> tuple``, one partial derivative per argument, from the result `y` and the
        arguments, written in arithmetic and table functions without branching on a number.
    symbol : str, optional
        Short label for drawings; the name by default.
    domains : sequence of (float, float), callable or None, default None
        Where it is smooth: an open interval per argument, or a predicate on all arguments; None is everywhere.
    kinks : sequence of (callable, sequence), default ()
        Pairs ``(zero, promised)``: ``zero(*args)`` is zero exactly at a nondifferentiable point, where the
        partials are the `promised` ones (a sequence, or a callable of the arguments). In the table, second
        derivatives at a kink are finite where the promised partials are those of one side (relu); where they are the
        mean of both (abs, a tie), there are none, and they are nan.
    neutral : sequence of (float or None), default ()
        ``neutral[i]`` is the constant that leaves the other argument unchanged when it stands at place i
        (``x * 1.0``); used to simplify graphs. Only exact identities may be stated.
    doc : str, optional
        One sentence of documentation.
    code : str, optional
        What `fn` computes, as one portable expression in the arguments of `partials`: numbers, ``+ - * / **``,
        ``a if condition else b``, functions of the C mathematics library and operations of the table by name, and of
        any number of arguments ``sum(xs)``, ``max(xs)``, ``sum(exp(x) for x in xs)`` and the like
        (`tinygrad_edu.ops.code` has the whole language). Compiled programs, `Graph.to_python` and web pages are
        written from it. Without it, an operation runs where Python does: compiled for NumPy or numba it is called
        number by number, and what cannot call Python says so.
    exact : bool, default True
        False says that `partials` are not the derivatives of `fn`, on purpose: such an operation teaches by other
        rules than the chain rule, and `check_grads` refuses it rather than calling it wrong.

    Raises
    ------
    TypeError
        If `fn` or `partials` cannot be called, or disagree about the number of arguments; if `code` is no text.
    ValueError
        If the name is no identifier, or `code` is not of the language.

    Examples
    --------
    >>> from tinygrad_edu import Op, Value
    >>> cube = Op("cube", lambda x: x * x * x, lambda y, x: (3.0 * x * x,), code="x * x * x")
    >>> x = Value(2.0)
    >>> cube(x).backward()
    >>> x.grad
    12.0

    With a line of code it leaves Python:

    >>> import tinygrad_edu as tg
    >>> tg.compile(cube)([1.0, 2.0, 3.0]).tolist()
    [1.0, 8.0, 27.0]
    >>> print(tg.trace(lambda x: cube(x), 1.0).to_python().splitlines()[4].strip())
    v1 = x * x * x
    """

    arity: int | None
    code: str | None

    arguments: tuple[str, ...]
    """What `partials` calls those arguments of which the number is fixed."""

    sequence: str | None
    """What it calls all others together; None if there are none."""

    role: str | None = None
    """What the compiler may rely on: a part in sums and products ("add", "sub", "neg", "mul", "sum", "dot", "mean"),
    that the result is the argument ("copy"), or one of the last two by the first ("choose"). And sweeps: that it makes
    up for rounding and is a constant but for that, so that nothing flows back ("mend")."""

    operands: tuple[str, ...] = ()
    """What sentences call the operands where their own names do not tell them apart, as the two of x × x: a word for
    each; of any number of operands one word for all, or two, one for each half."""

    direct: dict[type, Callable[..., Any]]
    """What applies an operation of one argument, three or any number to a type of number at once, where that type has
    something quicker. It is chosen by the first argument, and may return NotImplemented if the others are different."""

    def __init__(
        self,
        name: str,
        fn: Callable[..., float],
        partials: Callable[..., Sequence[Any]],
        *,
        symbol: str | None = None,
        domains: Domains = None,
        kinks: Sequence[Kink] = (),
        neutral: Sequence[float | None] = (),
        doc: str | None = None,
        code: str | None = None,
        exact: bool = True,
    ) -> None:
        if not (isinstance(name, str) and name.isidentifier()):
            raise ValueError(f"the name of an operation must be an identifier such as 'cube', got {name!r}")
        for what, given in (("fn", fn), ("partials", partials)):
            if not callable(given):
                raise TypeError(f"Op({name!r}): {what} must be callable, got {type(given).__name__}")
        self.name = name
        self.fn = fn
        self.partials = partials
        self.symbol = symbol or name
        self.domains = domains
        self.kinks = tuple(kinks)
        self.neutral = tuple(neutral)
        self.arguments, self.sequence = _arguments(name, partials)
        self.arity = None if self.sequence is not None else len(self.arguments)
        self.direct = {}
        self.code = code
        if code is not None:
            _ = self.expression  # a line that cannot be read is refused here, not where it is first needed
        self.exact = exact
        self.trusted = False  # entries of the table are, for the tests have checked what they give
        self.__doc__ = doc
        self.__name__ = self.__qualname__ = name
        self.__module__ = sys._getframe(1).f_globals.get("__name__", "__main__")

    def __call__(self, *args: Any) -> Any:
        """Apply the operation to floats, Values or graph variables."""
        direct = self.direct.get(type(args[0])) if args else None
        if direct is not None and (self.arity is None or len(args) == self.arity):
            made = direct(*args)
            if made is not NotImplemented:
                return made
        if self.arity is not None and len(args) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} argument{'s' * (self.arity != 1)}, got {len(args)}")
        kinds = {*map(type, args)}
        reader: Any = kinds.pop() if len(kinds) == 1 else max(kinds, key=rank_of, default=float)
        if reader is float and not kinds:
            return float(self.fn(*args))
        if rank_of(reader):
            return reader._apply(self, args)
        return float(self.fn(*[num.number(a, f"a number or Value for {self.name}") for a in args]))

    @cached_property
    def expression(self) -> Node | None:
        """The tree of the line of code, in which arguments are called as `argument_names` says; None without one."""
        if self.code is None:
            return None
        if self.sequence is not None and self.arguments:
            raise ValueError(
                f"Op({self.name!r}): code is for a fixed number of arguments, or for *{self.sequence} alone, but "
                f"partials take {', '.join(self.arguments)} and *{self.sequence}"
            )
        others = {name: op for name, op in entries.items() if op is not self}
        return read(self.code, self.name, self.arguments, self.sequence, others)

    def slopes(self, y: float, args: Sequence[float]) -> tuple[float, ...]:
        """Evaluate the partial derivatives on floats, by IEEE 754 where plain floats raise.

        Parameters
        ----------
        y : float
            The result of the operation.
        args : sequence of float
            Its arguments.

        Returns
        -------
        tuple of float

        Raises
        ------
        TypeError
            If the entry does not give one number per argument.

        Examples
        --------
        >>> from tinygrad_edu.ops import OPS
        >>> OPS["log"].slopes(float("-inf"), (0.0,))
        (inf,)
        """
        try:
            slopes: tuple[float, ...] = self.partials(y, *args)  # type: ignore[assignment]  # checked below
            if self.trusted:
                return slopes
            slopes = tuple(slopes)
            retry = complex in map(type, slopes)  # Python's answer to (-8.0) ** (1 / 3)
        except ArithmeticError:
            retry = True
        if retry:
            slopes = tuple(self.partials(num.IEEEFloat(y), *map(num.IEEEFloat, args)))
            if self.trusted:
                return tuple(map(float, slopes))
        if len(slopes) != len(args):
            raise TypeError(f"the entry of {self.name} gives {len(slopes)} partials for {len(args)} arguments")
        if {*map(type, slopes)} - {float}:
            slopes = tuple(num.number(s, f"a float from the partials of {self.name}") for s in slopes)
        return slopes

    def __repr__(self) -> str:
        return f"<Op {self.name}>"

    def __reduce__(self) -> Any:
        """Pickle by name: that of the attribute of its module which holds it, in the table as in a user's module."""
        module = sys.modules.get(self.__module__)
        for attribute, value in vars(module).items() if module else ():
            if value is self:
                return attribute
        raise TypeError(
            f"cannot pickle the operation {self.name!r}: pickle finds it by a module's global name, so assign it "
            f"to one in {self.__module__} (for instance {self.name} = tg.Op({self.name!r}, ...))"
        )

    def __copy__(self) -> Op:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Op:
        return self


entries: dict[str, Op] = {}
"""All operations of the table, which fills it, by name, inner ones too: what a line of code may call, a file name."""

_VARARGS = 0x04  # of a code object: it takes *args


def _arguments(name: str, partials: Callable[..., Any]) -> tuple[tuple[str, ...], str | None]:
    """Name the arguments after `y`, and what takes any number of them."""
    if isinstance(partials, FunctionType):  # `inspect` takes long to import
        code = partials.__code__
        names, count = code.co_varnames, code.co_argcount
        every = names[count + code.co_kwonlyargcount] if code.co_flags & _VARARGS else None
        return names[1:count], every
    from inspect import Parameter, signature

    try:
        parameters = list(signature(partials).parameters.values())
    except (TypeError, ValueError) as error:
        raise TypeError(f"Op({name!r}): partials must be a Python function of (y, *args)") from error
    every = next((p.name for p in parameters if p.kind is Parameter.VAR_POSITIONAL), None)
    return tuple([p.name for p in parameters if p.name != every][1:]), every
