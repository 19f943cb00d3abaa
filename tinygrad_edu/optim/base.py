"""With this module one can write an optimiser: what all share, parameters in groups, the memory, `step`, the state.

>>> from tinygrad_edu import Value
>>> class Signed(Optimizer):
...     def update(self, data, grad, memory, t, lr):
...         return data - lr * ((grad > 0.0) * 1.0 - (grad < 0.0) * 1.0), memory
>>> w = Value(3.0)
>>> w.grad = 0.01
>>> Signed([w], lr=0.5).step()
>>> w.data
2.5
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..arguments import unknown
from ..engine.many_values import numbers_of
from ..engine.value import Value
from .groups import as_groups, as_parameters
from .one_pass import on_arrays
from .saving import checked_state, state_of
from .settings import READERS, Reader, as_python, at_least_0
from .writing import set_data as set_data
from .writing import wholly, write_data

if TYPE_CHECKING:
    import numpy as np

    T = TypeVar("T", float, np.ndarray[Any, np.dtype[np.float64]])
    Array = np.ndarray[Any, np.dtype[np.float64]]
    Params = Iterable[Value] | Iterable[Mapping[str, Any]]


INITIAL_LR = "initial_lr"
"""What a schedule calls, in a group, the learning rate that the group began with."""


class Optimizer:
    """What all optimisers share: the parameters in their groups, the memory, `step` and `zero_grad`.

    A subclass says in `slots` what is remembered of each parameter (numbers, 0.0 at first), hands its settings on to
    this class, and writes `update`, which is given them by name.

    Parameters
    ----------
    params : iterable of Value, or of dict
        The parameters to improve, such as `model.parameters()`; or groups of them with settings of their own, such as
        ``[{"params": layer.parameters(), "lr": 0.01}, {"params": others}]``.
    lr : float
        Learning rate: the length of a step, at least 0.
    **settings
        What else the rule has. Like `lr` they hold for every group that does not say otherwise.

    Attributes
    ----------
    params : list of Value
        All parameters, group by group.
    param_groups : list of dict
        As in PyTorch: the settings of each group by name, and its parameters under "params". A setting that is
        changed here holds from the next step on; that is what schedules do.
    defaults : dict
        The settings that a group has if it says nothing.
    state : list of lists of floats
        One list for each slot, aligned with `params`.
    steps_taken : int
        How often `step` has been called.

    Raises
    ------
    TypeError
        If a parameter is not a Value, or a setting not a number.
    ValueError
        If there are no parameters, one is given twice, or a setting is out of range or unknown.
    """

    slots: tuple[str, ...] = ()
    readers: ClassVar[Mapping[str, Reader]] = READERS
    """What reads a setting of that name, and refuses it where it is out of range; others are taken as they are."""

    fit_lr: ClassVar[float] = 0.01
    """The learning rate that `tinygrad_edu.fit` takes if none is given."""

    def __init__(self, params: Params, lr: float, **settings: Any) -> None:
        self.params: list[Value] = []
        self.param_groups: list[dict[str, Any]] = []
        self.state: list[list[float]] = [[] for _ in self.slots]
        self.steps_taken = 0
        self.defaults = self._read({"lr": lr, **settings}, known={"lr", *settings})
        for group in as_groups(params):
            self.add_param_group(group)

    def update(self, data: T, grad: T, memory: tuple[T, ...], t: int, *args: Any, **settings: Any) -> Any:
        """Apply the rule to one parameter or to an array of them.

        A rule is plain arithmetic, element by element, so that the same line runs on floats and on arrays.

        Parameters
        ----------
        data, grad : float or numpy.ndarray
            Value and gradient.
        memory : tuple of float or numpy.ndarray
            What `slots` names; what `starts` gives at first.
        t : int
            The number of this step, counted from 1.
        **settings
            Those of the group, by name.

        Returns
        -------
        tuple
            The new value and the new memory. The arguments are left as they were.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no rule: write its method update(self, data, grad, memory, t, lr)"
        )

    def consistent(self, settings: Mapping[str, Any]) -> None:
        """Raise if settings that are all right by themselves do not go together; a subclass may write this."""

    def starts(self, settings: Mapping[str, Any]) -> tuple[float, ...]:
        """Give what each slot holds before the first step: zeros, unless a subclass says otherwise."""
        return (0.0,) * len(self.slots)

    @property
    def lr(self) -> float:
        """The learning rate, of several groups that of the first; what is assigned holds for every group."""
        rate: float = self.param_groups[0]["lr"]
        return rate

    @lr.setter
    def lr(self, rate: float) -> None:
        checked = self.readers["lr"]("lr", rate)
        for group in self.param_groups:
            group["lr"] = checked
            group.pop(INITIAL_LR, None)  # a schedule that is made from now on begins here

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Take parameters in, with settings of their own.

        Parameters
        ----------
        group : dict
            The parameters under "params", and whatever settings are to differ from the defaults.

        Raises
        ------
        TypeError, ValueError
            As in making the optimiser. Nothing has been changed then.
        """
        if not isinstance(group, Mapping) or "params" not in group:
            raise TypeError(f'a parameter group is a dict such as {{"params": [...], "lr": 0.1}}, got {group!r:.80}')
        params = as_parameters(group["params"], self.params)
        for i, p in enumerate(params):
            if p.op is not None:  # what is written there, the next forward pass does not read
                raise ValueError(f"params must be leaves, but params[{i}] is computed: {p!r}")
        own = {name: value for name, value in group.items() if name != "params"}
        settings = self._read({**self.defaults, **own}, self.defaults)
        self.param_groups.append({"params": params, **settings})
        self.params += params
        for slot, start in zip(self.state, self.starts(settings), strict=True):
            slot += [start] * len(params)

    def step(self) -> None:
        """Move every parameter once, by its `grad`."""
        t = self.steps_taken + 1
        update = self.update
        memories = iter(zip(*self.state, strict=True) if self.slots else [()] * len(self.params))
        moved = [
            update(x, p.grad, next(memories), t, **settings)
            for group in self.param_groups
            for settings in (self.settings_of(group),)
            for p, x in zip(group["params"], numbers_of(group["params"]), strict=True)
        ]
        memory = [[*map(float, slot)] for slot in zip(*[m for _, m in moved], strict=True)]
        self.become([float(data) for data, _ in moved], memory, t)  # a rule may give other numbers

    def step_on_arrays(
        self, data: Array, grad: Array, memory: tuple[Array, ...], t: int, backend: str = "numpy"
    ) -> tuple[Array, tuple[Array, ...]]:
        """Apply the rule to arrays that hold a number for each of `params`, every group by its own settings.

        Parameters
        ----------
        data, grad, memory, t
            As for `update`.
        backend : {"numpy", "numba", "llvm", "jax"}, default "numpy"
            What computes: numba and LLVM compile the rules of this package to one pass over the arrays.

        Returns
        -------
        tuple
            The new values and the new memory. Nothing else has been changed: neither `params` nor `state`.
        """
        parts = []
        start = 0
        for group in self.param_groups:
            place = slice(start, start + len(group["params"]))
            start = place.stop
            rule = on_arrays(self, self.settings_of(group), backend)
            parts.append(rule(data[place], grad[place], tuple([slot[place] for slot in memory]), t))
        if len(parts) == 1:
            new, kept = parts[0]
            return new, tuple(kept)
        import numpy as np

        joined = [np.concatenate(slot) for slot in zip(*[(new, *kept) for new, kept in parts], strict=True)]
        return joined[0], tuple(joined[1:])

    def become(self, data: Sequence[float], state: list[list[float]], steps_taken: int) -> None:
        """Take over the results of a step: all of them, even if Ctrl-C comes on the way.

        Parameters
        ----------
        data : sequence of float
            The new value of each parameter.
        state : list of lists of floats
            The new memory; see the attribute.
        steps_taken : int
            How many steps that makes.
        """

        def take_over() -> None:
            write_data(self.params, data)
            self.state = state
            self.steps_taken = steps_taken

        wholly(take_over)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.0."""
        for p in self.params:
            p.grad = 0.0

    def state_dict(self) -> dict[str, Any]:
        """Give all that an optimiser needs to go on where this one stands, as plain numbers, lists and dicts.

        Returns
        -------
        dict
            "optimizer" (the name of the class), "steps_taken", "state" (a list of numbers for each slot, by its name),
            and "param_groups" as in PyTorch: settings by name, under "params" the places of the parameters. A copy.
        """
        groups = [{**group, **self.settings_of(group)} for group in self.param_groups]
        return state_of(type(self).__name__, self.steps_taken, self.slots, self.state, groups)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where the optimiser stood that gave this state, with its settings.

        Parameters
        ----------
        state : mapping
            What `state_dict` gave, or the same after JSON.

        Raises
        ------
        TypeError, ValueError
            If it is the state of another kind of optimiser, or of other parameters. Nothing has been changed then.
        """
        counts = [len(group["params"]) for group in self.param_groups]
        steps_taken, memory, groups = checked_state(state, type(self).__name__, self.slots, counts)
        settings = []
        for group in groups:
            scheduled = {name: at_least_0(name, group[name]) for name in (INITIAL_LR,) if name in group}
            own = {name: value for name, value in group.items() if name not in ("params", INITIAL_LR)}
            settings.append({**self._read({**self.defaults, **own}, self.defaults), **scheduled})

        def take_over() -> None:
            for group, new in zip(self.param_groups, settings, strict=True):
                group.update(new)
            self.state, self.steps_taken = memory, steps_taken

        wholly(take_over)

    def __repr__(self) -> str:
        texts = [", ".join(f"{k}={v!r}" for k, v in self.settings_of(group).items()) for group in self.param_groups]
        name = type(self).__name__
        if len(texts) == 1:
            return f"{name}({texts[0]})"
        groups = [f"{len(g['params'])} params: {text}" for g, text in zip(self.param_groups, texts, strict=True)]
        return f"{name}({'; '.join(groups)})"

    def settings_of(self, group: Mapping[str, Any]) -> dict[str, Any]:
        """Give the settings of a group as the rule takes them."""
        return {name: as_python(group[name]) for name in self.defaults}

    def _read(self, settings: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
        """Read the settings of a group, each by its reader and all together."""
        for name in settings:
            if name not in known:
                raise ValueError(unknown(f"setting of {type(self).__name__}", name, known))
        read = {name: self.readers.get(name, _as_it_is)(name, value) for name, value in settings.items()}
        self.consistent(read)
        return read


def _as_it_is(name: str, value: Any) -> Any:
    return value
