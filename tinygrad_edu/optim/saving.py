"""With this module an optimiser's state becomes plain data, which are looked through before they are believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from ..arguments import as_count, counted


def state_of(
    kind: str,
    steps_taken: int,
    slots: Sequence[str],
    state: Sequence[Sequence[float]],
    param_groups: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Give what `Optimizer.state_dict` promises."""
    groups, start = [], 0
    for group in param_groups:
        settings = {k: list(v) if isinstance(v, tuple) else v for k, v in group.items() if k != "params"}
        count = len(group["params"])
        groups.append({**settings, "params": list(range(start, start + count))})
        start += count
    return {
        "optimizer": kind,
        "steps_taken": steps_taken,
        "state": {name: list(slot) for name, slot in zip(slots, state, strict=True)},
        "param_groups": groups,
    }


def checked_state(
    state: Any, kind: str, slots: Sequence[str], counts: Sequence[int]
) -> tuple[int, list[list[float]], list[dict[str, Any]]]:
    """Read what `Optimizer.state_dict` gave.

    Parameters
    ----------
    state : mapping
        What is to be read.
    kind : str
        The name of the optimiser's class.
    slots : sequence of str
        What it remembers of each parameter.
    counts : sequence of int
        How many parameters each of its groups has.

    Returns
    -------
    tuple
        The steps taken, the memory as `Optimizer.state` has it, and the groups.

    Raises
    ------
    TypeError, ValueError
        If it is none, or of another optimiser or other parameters.
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"load_state_dict takes what state_dict gave, a dict, got {state!r:.80}")
    missing = [name for name in ("optimizer", "steps_taken", "state", "param_groups") if name not in state]
    if missing:
        raise ValueError(f"this is not the state of an optimiser of this package: it has no {missing[0]!r}")
    if state["optimizer"] != kind:
        raise ValueError(f"this is the state of the optimiser {state['optimizer']!r:.40}, not of {kind}")
    memory, groups = state["state"], state["param_groups"]
    if not isinstance(memory, Mapping) or set(memory) != set(slots):
        named = ", ".join(slots) or "no slot"
        raise ValueError(f"'state' must be a dict with a list for each slot of {kind} ({named}), got {memory!r:.80}")
    if not isinstance(groups, list) or not all(isinstance(g, Mapping) and "params" in g for g in groups):
        raise TypeError(f"'param_groups' of the state must be a list of dicts with 'params', got {groups!r:.80}")
    found = [len(group["params"]) for group in groups]
    if found != list(counts):
        raise ValueError(
            f"this state is of other parameters: it has groups of {found}, this optimiser has groups of "
            f"{list(counts)}; make the optimiser in the same way"
        )
    steps_taken = as_count(state["steps_taken"], "steps_taken", least=0)
    return steps_taken, [_numbers(memory[name], name, sum(counts)) for name in slots], [dict(g) for g in groups]


def _numbers(items: Any, name: str, count: int) -> list[float]:
    """Read the memory of one slot; what diverged may hold nan and infinities."""
    if not isinstance(items, list) or len(items) != count:
        raise ValueError(f"{name!r} of the state must be a list of {counted(count, 'number')}, got {items!r:.80}")
    for item in items:
        if isinstance(item, bool) or not isinstance(item, Real):
            raise TypeError(f"{name!r} of the state holds {item!r:.40}, which is no number")
    return [float(item) for item in items]
