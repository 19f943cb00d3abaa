"""With this module one can make the engines that learners write on the way: right but for classical mistakes.

`Toy` is a scalar engine of the plainest kind; engines with a mistake are made by `toys_with`. What they give for small
programs is the mark by which the mistake is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

from .mistakes import RIGHT, Mistake, Rule

_RULES: dict[str, Rule] = {
    "add": lambda y, a, b: (1.0, 1.0),
    "sub": lambda y, a, b: (1.0, -1.0),
    "mul": lambda y, a, b: (b, a),
    "div": lambda y, a, b: (1.0 / b, -a / (b * b)),
    "pow": lambda y, a, n: (n * a ** (n - 1.0), 0.0),
    "neg": lambda y, a: (-1.0,),
    "relu": lambda y, a: (float(a > 0.0),),
    "tanh": lambda y, a: (1.0 - y * y,),
    "exp": lambda y, a: (y,),
    "log": lambda y, a: (1.0 / a,),
    "sigmoid": lambda y, a: (y * (1.0 - y),),
}


class Toy:
    """A scalar engine with a mistake, or with none.

    Engines without a mistake give the same, however they are built. With one it shows whether a difference is an
    operation of its own or ``a + (-b)``, as in micrograd, and which operand comes first.
    """

    mistake = RIGHT
    composed = False
    mirrored = False

    def __init__(self, data: float, parents: tuple[Toy, ...] = (), rule: str = "") -> None:
        self.data, self.grad, self.parents, self.rule = float(data), 0.0, parents, rule

    @classmethod
    def _made(cls, x: Any) -> Toy:
        return x if isinstance(x, Toy) else cls(x)

    def _new(self, rule: str, data: float, *parents: Any) -> Toy:
        return type(self)(data, tuple(self._made(p) for p in parents), rule)

    def _slopes(self) -> list[tuple[Toy, float]]:
        rules = {**_RULES, **dict(self.mistake.rules)}
        slopes = rules[self.rule](self.data, *[p.data for p in self.parents]) if self.rule else ()
        edges = list(zip(self.parents, slopes, strict=True))
        return list({id(p): (p, d) for p, d in edges}.values()) if self.mistake.distinct else edges

    def _pass_on(self) -> None:
        edge_by_edge = self.mistake.sweep == "edges"
        for parent, slope in self._slopes()[:: -1 if edge_by_edge and self.mirrored else 1]:
            share = slope * self.grad if self.mistake.multiplies else slope
            parent.grad = parent.grad + share if self.mistake.adds else share
            if edge_by_edge:
                parent._pass_on()  # calling itself is the mistake, and harmless in small programs

    def backward(self) -> None:
        order = _sorted(self)
        for node in order:
            if self.mistake.clears or (node.parents and not self.mistake.keeps):
                node.grad = 0.0
        self.grad = self.mistake.seed
        for node in _SWEEPS[self.mistake.sweep](self, order):
            node._pass_on()

    @property
    def ways(self) -> tuple[Toy, ...]:
        """The parents in the order in which a sweep goes to them."""
        return self.parents[::-1] if self.mirrored else self.parents

    def __add__(self, other: Any) -> Toy:
        return self._new("add", self.data + self._made(other).data, self, other)

    def __sub__(self, other: Any) -> Toy:
        if self.composed:
            return self + (-self._made(other))
        return self._new("sub", self.data - self._made(other).data, self, other)

    def __mul__(self, other: Any) -> Toy:
        return self._new("mul", self.data * self._made(other).data, self, other)

    def __truediv__(self, other: Any) -> Toy:
        if self.composed:
            return self * self._made(other) ** -1
        return self._new("div", self.data / self._made(other).data, self, other)

    def __pow__(self, n: float) -> Toy:
        return self._new("pow", self.data**n, self, n)

    def __neg__(self) -> Toy:
        return self * -1 if self.composed else self._new("neg", -self.data, self)

    def __radd__(self, other: float) -> Toy:
        return self + other if self.composed else self._made(other) + self

    def __rsub__(self, other: float) -> Toy:
        return (-self) + other if self.composed else self._made(other) - self

    def __rmul__(self, other: float) -> Toy:
        return self * other if self.composed else self._made(other) * self

    def __rtruediv__(self, other: float) -> Toy:
        return self**-1 * other if self.composed else self._made(other) / self

    def relu(self) -> Toy:
        return self._new("relu", max(self.data, 0.0), self)

    def tanh(self) -> Toy:
        return self._new("tanh", math.tanh(self.data), self)

    def exp(self) -> Toy:
        return self._new("exp", math.exp(self.data), self)

    def log(self) -> Toy:
        return self._new("log", math.log(self.data), self)

    def sigmoid(self) -> Toy:
        return self._new("sigmoid", 1.0 / (1.0 + math.exp(-self.data)), self)


def toys_with(mistake: Mistake) -> list[type[Toy]]:
    """Make the engines with a mistake, in all the ways that they are built."""
    ways = product((False, True), repeat=2)
    return [type("Toy", (Toy,), {"mistake": mistake, "composed": c, "mirrored": m}) for c, m in ways]


def _sorted(root: Toy) -> list[Toy]:
    """Sort topologically, the root first."""
    order: list[Toy] = []
    seen: set[int] = set()
    stack: list[tuple[Toy, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(p, False) for p in reversed(node.ways)]
    return order[::-1]


def _recursive(root: Toy, order: list[Toy]) -> list[Toy]:
    """As plain recursion goes: a node as often as there are paths to it; of very many the first."""
    visits: list[Toy] = []
    stack = [root]
    while stack and len(visits) < 100_000:
        node = stack.pop()
        visits.append(node)
        stack += reversed(node.ways)
    return visits


def _preorder(root: Toy, order: list[Toy]) -> list[Toy]:
    visits: list[Toy] = []
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            visits.append(node)
            stack += reversed(node.ways)
    return visits


def _breadth(root: Toy, order: list[Toy]) -> list[Toy]:
    visits, seen, k = [root], {id(root)}, 0
    while k < len(visits):
        for parent in visits[k].ways:
            if id(parent) not in seen:
                seen.add(id(parent))
                visits.append(parent)
        k += 1
    return visits


_SWEEPS: dict[str, Callable[[Toy, list[Toy]], list[Toy]]] = {
    "topological": lambda root, order: order,
    "recursive": _recursive,
    "preorder": _preorder,
    "breadth": _breadth,
    "edges": lambda root, order: [root],
    "shallow": lambda root, order: [root],
}
