"""With this module one can compute with numbers that remember where they came from.

A `Value` is a number and a node of the computation graph: it holds its parents and the local derivative
towards each of them, recorded at the moment it was computed. `backward()` needs nothing else.

>>> x = Value(3.0, "x")
>>> y = x * x + 1
>>> y.backward()
>>> x.grad
6.0
"""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from ..ops.arrays import is_array, meet
from ..ops.float_sequences import inner
from ..ops.floats import nan, number
from ..ops.operation import Op
from ..ops.operators import install
from ..ops.protocol import Number, Rank, rank_of
from ..ops.table import CONSTANT, DOT
from .changes import changes
from .context import Frame, Scope, current, no_grad, scope
from .edges import Edges
from .float_sweep import backward
from .in_python import InPython
from .methods import compiled, shared, stub
from .micrograd import CalledAsInMicrograd
from .pickling import reduced
from .running import demand_free_choice, running
from .shown import Shown
from .sweep import topological_order
from .tagged import scope_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Scope", "Value", "constant", "inner_product", "lift", "no_grad", "record", "scope", "scope_labels"]


class Value(Edges, CalledAsInMicrograd, InPython, Shown, Number):
    """A number that remembers how it was computed.

    Parameters
    ----------
    data : float
        The number (int, float or NumPy scalar).
    name : str, optional
        What to call it in drawings, steps and traces.
    label : str, optional
        The same, as micrograd's lectures write it.

    Attributes
    ----------
    data : float
        The number.
    grad : float
        The derivative of the last root of `backward` with respect to this; 0.0 at first.
    op : Op or None
        The operation that made it; None for a leaf.
    parents : tuple of Value
        The operands, one entry per operand (``x * x`` has two).
    partials : tuple of float
        The local derivative towards each parent, recorded in the forward pass. Towards a constant nothing flows,
        and 0.0 may stand there.
    name : str or None
    scope : Scope or None
        The scope instance it was made in.

    Raises
    ------
    TypeError
        If `data` is no real number or `name` no str.

    Examples
    --------
    >>> a = Value(2.0, "a")
    >>> b = a * a
    >>> b.backward()
    >>> a.grad
    4.0
    """

    __slots__ = ("_data", "_tag", "grad", "op")
    parents, partials = Edges.parents, Edges.partials  # its own, so that the reference lists them
    _rank = Rank.VALUE

    grad: float
    op: Op | None
    _data: float  # what computes here reads it straight; everybody else by `data`

    def __init__(self, data: float, name: str | None = None, *, label: str | None = None) -> None:
        self._data = data if type(data) is float else number(data, "the data of a Value as a number")
        self.grad = 0.0
        self.op = self._a = self._b = None
        self._tag = None
        if label is not None:
            if name is not None:
                raise TypeError(f"a Value has one name: give name={name!r:.60} or label={label!r:.60}, not both")
            self.label = label
        elif name is not None:
            self.name = name
        created = running.created
        if created is not None:
            created.append(self)

    def _set_data(self, data: float) -> None:
        change = object()
        self._data = data if type(data) is float else number(data, "the data of a Value as a number")
        changes.latest = change

    if TYPE_CHECKING:

        @property
        def data(self) -> float: ...

        @data.setter
        def data(self, data: float) -> None: ...

    else:  # read more than anything else, so by a function written in C
        data = property(
            attrgetter("_data"), _set_data, doc="The number; what is assigned becomes a float, or is refused."
        )

    def __init_subclass__(cls) -> None:
        raise TypeError(
            "Value cannot be subclassed, for operations make plain Values of everything; give it a name, keep data of "
            "your own in a dict with Values as keys, or make a new operation with tg.Op"
        )

    def backward(self, seed: float = 1.0) -> None:
        """Propagate the gradient of this Value to everything it depends on.

        Leaves accumulate into `grad`, so two calls add up, as in PyTorch; the `grad` of every interior
        node is set anew.

        Parameters
        ----------
        seed : float, default 1.0
            The gradient of this Value itself.

        Examples
        --------
        >>> x = Value(3.0)
        >>> (x**2).backward()
        >>> x.grad
        6.0
        """
        backward(self, seed)

    def detach(self) -> Value:
        """Return a leaf with the same data and name: nothing flows back from it.

        Returns
        -------
        Value

        Examples
        --------
        >>> x = Value(3.0)
        >>> (x * x.detach()).backward()
        >>> x.grad
        3.0
        """
        return Value(self.data, self.name)

    @staticmethod
    def _apply(op: Op, args: tuple[Any, ...]) -> Value:
        """Apply an operation to arguments of which at least one is a Value; leave it a quicker way for next time."""
        if op.arity is None:
            op.direct[Value] = partial(_apply_to_values, op)
        if op.trusted and op.arity == 2:
            left, right = args
            if type(left) is Value:
                return cast("Value", compiled(op, "binary")(left, right))
            return cast("Value", compiled(op, "reflected")(right, left))
        if op.trusted and op.arity == 1:
            op.direct[Value] = compiled(op, "unary")
            return cast("Value", op.direct[Value](*args))
        if op.trusted and op.arity == 3:
            op.direct[Value] = compiled(op, "ternary")
            made = op.direct[Value](*args)
            if made is not NotImplemented:
                return cast("Value", made)
        parents = tuple(map(lift, args))
        try:
            data = [parent._data for parent in parents]
        except AttributeError:  # of NotImplemented, which stands for an array
            raise TypeError(
                f"{op.name} takes numbers and Values, got an array among them: apply it to the items one by one"
            ) from None
        return record(op, parents, data)

    # ------------------------------------------------------------------------------------ as a number

    @property
    def _seen(self) -> float:
        return self.data if running.compiling is None else nan  # what is compiled holds for other numbers too

    @classmethod
    def _compare(cls, op: Op, args: tuple[Any, ...]) -> bool:
        demand_free_choice()
        what = "a number or Value to compare with"
        return bool(op.fn(*[arg._data if type(arg) is Value else number(arg, what) for arg in args]))

    # ------------------------------------------------------------------------------------ copying

    def __copy__(self) -> Value:
        return _rebuild(self.data, self.grad, self.op, self.parents, self.partials, self._tag)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        for node in topological_order(self):
            if id(node) not in memo:
                parents = tuple([memo[id(parent)] for parent in node.parents])
                memo[id(node)] = _rebuild(node.data, node.grad, node.op, parents, node.partials, node._tag)
        copied: Value = memo[id(self)]
        return copied

    def __reduce_ex__(self, protocol: Any) -> tuple[Callable[..., Value], tuple[Any, ...]]:
        return reduced(self, _rebuild, (self.data, self.grad, self.op, self.parents, self.partials, self._tag))


# ---------------------------------------------------------------------------------------- making nodes

_new = object.__new__
_CACHED = 1024
_constants: dict[float, Value] = {}


def constant(value: float, name: str | None = None) -> Value:
    """Make a node for a plain number; sweeps skip it.

    Parameters
    ----------
    value : float
        The number.
    name : str, optional
        What to call it, for instance an input of a network.

    Returns
    -------
    Value
        A node of the operation `constant`.

    Examples
    --------
    >>> constant(2.0).op
    <Op constant>
    """
    node: Value = _new(Value)
    node._data = value if type(value) is float else number(value)
    node.grad = 0.0
    node.op = CONSTANT
    node._a = node._b = None
    node._tag = name
    return node


def _unrecorded(node: Value) -> Value:
    """Make a leaf of what was computed under `no_grad`."""
    node.op = node._tag = node._a = node._b = None
    if running.created is not None:
        running.created.append(node)
    return node


def record(op: Op, parents: tuple[Value, ...], data: Sequence[float]) -> Value:
    """Make the node of an operation on Values whose numbers have been read already.

    Parameters
    ----------
    op : Op
        The operation.
    parents : tuple of Value
        Its operands.
    data : sequence of float
        Their numbers.

    Returns
    -------
    Value

    Examples
    --------
    >>> from tinygrad_edu import OPS
    >>> x = Value(3.0)
    >>> record(OPS["mul"], (x, x), (3.0, 3.0))
    Value(data=9, grad=0, op=mul)
    """
    node: Value = _new(Value)
    y = op.fn(*data)
    node._data = y if op.trusted else number(y, f"a float from {op.name}")
    node.grad = 0.0
    where = current()
    if isinstance(where, Frame):
        if where.off:
            return _unrecorded(node)
        where = where.scope
    node._tag = where
    node.op = op
    slopes = op.slopes(y, data)
    if len(parents) > 2:  # the usual case, as in _link
        node._a, node._b, node._da = parents, None, slopes
    else:
        node._link(parents, slopes)
    return node


def inner_product(
    left: tuple[Value, ...], right: tuple[Value, ...], left_data: tuple[float, ...], right_data: tuple[float, ...]
) -> Value:
    """Make the node of an inner product of Values whose numbers have been read already.

    Parameters
    ----------
    left, right : tuple of Value
        The factors. A layer gives all its neurons the same tuple of inputs, which a sweep then walks over once.
    left_data, right_data : tuple of float
        Their numbers, each half of which is the slope towards the other.

    Returns
    -------
    Value
    """
    node: Value = _new(Value)
    node._data = inner(left_data, right_data)
    node.grad = 0.0
    where = current()
    if isinstance(where, Frame):
        if where.off:
            return _unrecorded(node)
        where = where.scope
    node._tag = where
    node.op = DOT
    node._a, node._b, node._da, node._db = left, right, right_data, left_data
    return node


def _apply_to_values(op: Op, *args: Any) -> Any:
    """Apply an operation of any number of arguments to Values alone."""
    data = tuple([parent._data for parent in args if parent.__class__ is Value])
    if len(data) != len(args):
        return NotImplemented
    half, left_over = divmod(len(args), 2)
    if op.role == "dot" and not left_over:
        return inner_product(args[:half], args[half:], data[:half], data[half:])
    return record(op, args, data)


def lift(other: Any) -> Any:
    """Turn an operand into a Value: a number becomes a constant, equal unnamed constants may be one node.

    Parameters
    ----------
    other : Value or number
        The operand.

    Returns
    -------
    Value or NotImplemented
        NotImplemented if the other kind of number is to take us in instead, or if it is an array.

    Raises
    ------
    TypeError
        If it is no number.
    """
    kind = type(other)
    if kind is Value:
        return other
    if kind is float or kind is int:
        node = _constants.get(other)
        if node is not None and (other or kind is int):  # -0.0 == 0.0, so the cached zero serves ints alone
            return node
    elif rank_of(kind) > Value._rank or is_array(other):
        return NotImplemented
    node = constant(number(other, "a number or Value"))
    if node._data or kind is int:
        if len(_constants) >= _CACHED:
            _constants.clear()
        _constants[node._data] = node
    return node


def _rebuild(data: float, grad: float, op: Op | None, parents: Any, partials: Any, tag: Any) -> Value:
    node: Value = _new(Value)
    node._data, node.grad, node.op, node._tag = data, grad, op, tag
    node._link(parents, partials)
    return node


install(Value, *[stub(Value, form) for form in ("binary", "reflected", "unary")])
shared.update({"Value": Value, "new": _new, "lift": lift, "meet": meet, "unrecorded": _unrecorded})
