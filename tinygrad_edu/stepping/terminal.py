"""With this module one can read or walk the steps of a computation in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..arguments import nearest
from ..drawing.records.drawables import labels_of
from ..drawing.style import Style
from ..engine.sweep import topological_order
from ..engine.value import Value
from ..ink import Ink
from ..inspection.pathwise import paths
from ..inspection.stepwise import Step, steps
from ..words import say
from .wording import Wording

_PLAIN = Ink(False)


def text_of(x: Value, digits: int = 4, order: str = "topological") -> str:
    """Write all steps of a computation, one or two lines each.

    Parameters
    ----------
    x : Value
        The result.
    digits : int, default 4
        Decimals of numbers of ordinary size.
    order : {"topological", "recursive"}, default "topological"
        As in `tinygrad_edu.steps`.

    Returns
    -------
    str

    Examples
    --------
    >>> print(text_of(Value(0.5, "w") * Value(2.0, "x")))
    forward: compute the values
      1  v1 = w × x
            = 0.5 × 2 = 1
    backward: share out the gradient
      2  v1.grad = 1
      3  w.grad += ∂v1/∂w × v1.grad     where ∂v1/∂w = x
            0 + 2 × 1 = 2
      4  x.grad += ∂v1/∂x × v1.grad     where ∂v1/∂x = w
            0 + 0.5 × 1 = 0.5
    """
    return "\n".join(lines_of(x, digits, order=order))


def lines_of(x: Value, digits: int = 4, ink: Ink = _PLAIN, order: str = "topological") -> Iterator[str]:
    """Give the lines of `text_of` one after the other, coloured if there is ink; a million steps are no trouble."""
    words = Wording(labels_of(topological_order(x)), Style(digits=digits))
    seen = ""
    for i, step in enumerate(steps(x, order=order), 1):
        phase = phase_of(step)
        if phase != seen:
            seen = phase
            yield ink(phase, "title")
        yield from step_lines(step, i, words, ink)


def phase_of(step: Step | None) -> str:
    """Say which of the two passes a step belongs to; before the first one it is the forward pass."""
    if step is None or step.kind == "forward":
        return say("forward: compute the values")
    return say("backward: share out the gradient")


def _help() -> str:
    """Say which keys there are: signs, so that no variable is called like one; b and q too where nothing is."""
    return say(
        "Enter: next step   <: back   a name (w, v1 ...) or 'why NAME': why is its gradient what it is   .: leave"
    )


def step_lines(step: Step, i: int, words: Wording, ink: Ink = _PLAIN) -> Iterator[str]:
    """Say in one or two lines what the i-th step does."""
    names, numbers = words.line(step)
    where = ""
    if step.kind == "backward":
        rule, towards = words.rule(step), words.towards(step)
        if rule:
            slope = words.slope(step)
            told = say("{slope} is {rule}", slope=slope, rule=rule) if towards else f"{slope} = {rule}"
            where = "     " + say("where {equation}", equation=told)
        elif towards:
            where = "     " + say("with {slope}", slope=words.slope(step))
    yield f"{ink(f'{i:>3}', 'faint')}  {ink(names, 'strong')}{ink(where, 'faint')}"
    if step.kind == "forward":
        yield f"        = {numbers}"
    elif step.kind == "backward":
        yield f"        {ink.signed(numbers, step.contribution)}"


def walk(
    value: Value,
    *,
    input: Callable[[str], str] = input,
    output: Callable[[str], None] = print,
    digits: int = 4,
) -> None:
    """Walk through the steps of a computation interactively.

    Parameters
    ----------
    value : Value
        The result. No gradient is written on any node.
    input : callable
        Asks for a line, as the built-in `input` does; end of file leaves.
    output : callable
        Takes a line, as `print` does.
    digits : int, default 4
        Decimals of numbers of ordinary size.
    """
    order = topological_order(value)
    words = Wording(labels_of(order), Style(digits=digits))
    by_label: dict[str, Any] = {}
    for node in order:
        by_label.setdefault(words.labels[node], node)
    coming = steps(value)
    made: list[Step] = []
    at = 0
    output(_help())
    while True:
        try:
            answer = input(f"[{at}] ").strip()
        except (EOFError, KeyboardInterrupt):
            output("")
            return
        asked = answer.removeprefix("why ").strip()
        if asked not in by_label:
            answer = {"b": "<", "q": "."}.get(answer, answer)
        if answer == ".":
            return
        if answer == "<":
            at = max(at - 1, 0)
        elif asked in by_label:
            for line in why(value, by_label[asked], words, _gradient_so_far(made[:at], by_label[asked])):
                output(line)
            continue
        elif answer == "":
            if at == len(made):
                step = next(coming, None)
                if step is None:
                    output(say("That was the last step. <: back, a name: why, .: leave"))
                    continue
                made.append(step)
            at += 1
        else:
            output(f"no node is called {asked!r}{nearest(asked, by_label) or '.'} {_help()}")
            continue
        if at == 0:
            output(say("At the start: only the leaves have values."))
            continue
        step = made[at - 1]
        if at == 1 or step.kind == "seed":
            output(phase_of(step))
        for line in step_lines(step, at, words):
            output(line)


def why(root: Value, node: Any, words: Wording, so_far: float | None = None) -> Iterator[str]:
    """Say why a node's gradient is what it is: its paths to the result, the largest first."""
    label = words.label(node)
    value = words.style.number(node.data)
    yield f"{label} = {words.formula(node) + ' = ' if node.parents else ''}{value}"
    found = paths(root, node)
    if not found.count:
        yield "  " + say(
            "{name} gets no gradient: it is a plain number, or the result does not depend on it", name=label
        )
        return
    if so_far is not None:
        yield "  " + say("{name}.grad is {grad} so far", name=label, grad=words.style.number(so_far))
    final = words.style.number(found.gradient)
    if found.count == 1:
        yield "  " + say("{name}.grad = {grad} in the end, summed over 1 path:", name=label, grad=final)
    else:
        many = f"{found.count:,}"
        yield "  " + say(
            "{name}.grad = {grad} in the end, summed over {count} paths:", name=label, grad=final, count=many
        )
    for path in found:
        chain = " → ".join(words.label(at) for at in path.nodes)
        product = " × ".join(words.style.factor(d) for d in path.locals) or "1"
        yield f"  {words.style.factor(path.product):>10}   {chain}   ({product})"
    if found.count > len(found):
        more = say("… {count} more", count=f"{found.count - len(found):,}")
        yield f"  {words.style.number(found.hidden):>10}   {more}"


def _gradient_so_far(made: list[Step], node: Any) -> float:
    for step in reversed(made):
        if step.grad_after is not None and (step.parent if step.parent is not None else step.node) is node:
            return step.grad_after
    return 0.0
