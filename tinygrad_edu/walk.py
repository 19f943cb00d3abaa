"""With this module one can look at a computation: every step of its sweep, every path of a gradient, its first nan.

Nothing here changes a node: gradients are kept aside, and end bit-equal to those of `backward`.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from .numeric import number
from .operation import Op
from .ops import CONSTANT
from .sweep import topological_order
from .text import argument_names, caption, number_text

if TYPE_CHECKING:
    from .value import Value


class Step(NamedTuple):
    """One step of a computation: a node is computed, the root is seeded, or one edge adds to one gradient.

    Attributes
    ----------
    kind : {"forward", "seed", "backward"}
    node : Value
        The node that is computed, seeded, or whose gradient flows on.
    op : Op or None
        Its operation.
    args : tuple of float
        The values of its parents.
    parent : Value or None
        Backward: the operand that receives.
    index : int or None
        Backward: which operand of `node` that is.
    local : float or None
        Backward: the local derivative of `node` towards `parent`.
    upstream : float or None
        Backward: the gradient of `node`.
    contribution : float or None
        Backward: ``local * upstream``; seed: the seed.
    grad_before, grad_after : float or None
        The gradient of `parent` (seed: of `node`) before and after the addition.
    """

    kind: str
    node: Value
    op: Op | None
    args: tuple[float, ...]
    parent: Value | None = None
    index: int | None = None  # type: ignore[assignment]  # hides tuple.index, which nobody misses
    local: float | None = None
    upstream: float | None = None
    contribution: float | None = None
    grad_before: float | None = None
    grad_after: float | None = None

    @property
    def rule(self) -> str:
        """The local derivative as a formula, for instance "1 − y²"; of many arguments one stands for all."""
        if self.op is None or self.index is None:
            return ""
        count = len(self.args)
        constants = tuple(p.data if p.op is CONSTANT and p.name is None else None for p in self.node.parents)
        if self.op.arity is not None:
            return caption(self.op, self.index, argument_names(count), constants)
        if count <= 4:
            return caption(self.op, self.index, argument_names(count))
        # Of a long sum of products, write a short one of the same kind and pick the term that stands for ours.
        half = count // 2
        place = (0 if self.index < half else 1) if count % 2 == 0 else 0
        return caption(self.op, place, argument_names(2))

    @property
    def caption(self) -> str:
        """The step in one line, with names and numbers."""
        label = label_of(self.node)
        if self.kind == "forward" and self.op is not None:
            shown = [number_text(a) for a in self.args[:4]] + ["…"] * (len(self.args) > 4)
            return f"{label} = {self.op.name}({', '.join(shown)}) = {number_text(self.node.data)}"
        assert self.contribution is not None
        assert self.grad_before is not None
        assert self.grad_after is not None
        if self.kind == "seed":
            return f"{label}.grad = {number_text(self.grad_after)}"
        assert self.local is not None
        assert self.upstream is not None
        return (
            f"{label_of(self.parent)}.grad += {number_text(self.local)} × {number_text(self.upstream)}"
            f"   ({number_text(self.grad_before)} → {number_text(self.grad_after)})"
        )


def label_of(node: Any) -> str:
    """Call a node by its name, else by its operation's symbol, else by its number."""
    if node.name is not None:
        return str(node.name)
    if node.op is None or node.op is CONSTANT:
        return number_text(node.data)
    return str(node.op.symbol)


def steps(root: Value, seed: float = 1.0) -> Iterator[Step]:
    """Walk the forward evaluation, the seed and the backward sweep of a computation, one step at a time.

    Parameters
    ----------
    root : Value
        The result to differentiate.
    seed : float, default 1.0
        The gradient of the result itself.

    Yields
    ------
    Step
        In the very order in which `backward` adds. Lazily: a million nodes are no trouble.

    Notes
    -----
    Pure: no node is changed. Gradients start from zero, also those of leaves that hold one.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> x, y = Value(2.0, "x"), Value(3.0, "y")
    >>> for step in steps(x * y):
    ...     print(step.kind, step.caption)
    forward × = mul(2, 3) = 6
    seed ×.grad = 1
    backward x.grad += 3 × 1   (0 → 3)
    backward y.grad += 2 × 1   (0 → 2)
    """
    return _steps(root, number(seed, "a seed"))


def _steps(root: Value, seed: float) -> Iterator[Step]:
    order = [node for node in topological_order(root) if node.parents]
    for node in order:
        yield Step("forward", node, node.op, tuple([parent.data for parent in node.parents]))
    yield Step("seed", root, root.op, (), contribution=seed, grad_before=0.0, grad_after=0.0 + seed)
    grads: dict[Value, float] = {root: 0.0 + seed}
    for node in reversed(order):
        upstream = grads[node]
        args = tuple([parent.data for parent in node.parents])
        for index, (parent, local) in enumerate(zip(node.parents, node.partials, strict=True)):
            if parent.op is CONSTANT:
                continue
            before = grads.get(parent, 0.0)
            contribution = local * upstream
            grads[parent] = before + contribution
            yield Step(
                "backward", node, node.op, args, parent, index, local, upstream, contribution, before, grads[parent]
            )  # fmt: skip


# ---------------------------------------------------------------------------------------- paths


class Path(NamedTuple):
    """One way from a root down to a leaf, and the product of the local derivatives on it.

    Attributes
    ----------
    nodes : tuple of Value
        From the root to the leaf.
    locals : tuple of float
        The local derivative on each edge, one fewer than nodes.
    product : float
        What this path adds to the gradient of the leaf.
    """

    nodes: tuple[Value, ...]
    locals: tuple[float, ...]
    product: float

    def __str__(self) -> str:
        names = " → ".join(label_of(node) for node in self.nodes)
        return f"{number_text(self.product):>10}   {names}   ({' × '.join(map(number_text, self.locals)) or '1'})"


class Paths:
    """The gradient of a leaf as a sum over paths, the largest first; iterate over it or index it.

    Attributes
    ----------
    paths : tuple of Path
        The largest by absolute product.
    count : int
        The number of all paths.
    gradient : float
        The sum over all of them.
    hidden : float
        What the paths that are not shown add up to.
    share_hidden : float
        ``|hidden| / (|hidden| + sum of |shown products|)``, 0.0 when all paths are shown.
    """

    def __init__(
        self, paths: tuple[Path, ...], count: int, gradient: float, hidden: float, share_hidden: float
    ) -> None:
        self.paths = paths
        self.count = count
        self.gradient = gradient
        self.hidden = hidden
        self.share_hidden = share_hidden

    def __iter__(self) -> Iterator[Path]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Path:
        return self.paths[index]

    def __str__(self) -> str:
        rest = self.count - len(self.paths)
        lines = [f"gradient {number_text(self.gradient)} = sum over {self.count:,} path{'s' * (self.count != 1)}"]
        lines += [str(path) for path in self.paths]
        if rest:
            lines.append(
                f"{number_text(self.hidden):>10}   … {rest:,} more ({self.share_hidden:.1%} of the total size)"
            )
        return "\n".join(lines)


def paths(root: Value, leaf: Value, top: int = 10) -> Paths:
    """Write the gradient of a leaf as the sum over paths: who is to blame, and by how much.

    Parameters
    ----------
    root : Value
        The result.
    leaf : Value
        The node whose gradient is to be explained; any node below `root`.
    top : int, default 10
        How many paths to list.

    Returns
    -------
    Paths
        Largest absolute product first; a nan counts as the largest. No path gives a gradient of 0.0.

    Raises
    ------
    ValueError
        If `top` is less than 1.

    Notes
    -----
    A best-first search with the exact largest completion as its bound, so the number of paths, which can be
    astronomical, costs nothing; they are counted by dynamic programming.

    Examples
    --------
    >>> from tinygrad_edu import Value
    >>> x = Value(3.0, "x")
    >>> print(paths(x * x + x, x))
    gradient 7 = sum over 3 paths
             3   + → × → x   (1 × 3)
             3   + → × → x   (1 × 3)
             1   + → x   (1)
    """
    if not isinstance(top, int) or top < 1:
        raise ValueError(f"top is how many paths to list, an int of at least 1, got {top!r}")
    order = topological_order(root)
    count: dict[Value, int] = {leaf: 1}
    best: dict[Value, float] = {leaf: 0.0}  # log of the largest |product| down to the leaf
    gradient: dict[Value, float] = {leaf: 1.0}
    for node in order:
        if node is leaf:
            continue
        below = [
            (p, d) for p, d in zip(node.parents, node.partials, strict=True) if p in count and p.op is not CONSTANT
        ]
        if below:
            count[node] = sum(count[p] for p, _ in below)
            best[node] = max(_log_size(d) + best[p] for p, d in below)
            gradient[node] = math.fsum(_finite_terms([d * gradient[p] for p, d in below]))
    if root not in count:
        return Paths((), 0, 0.0, 0.0, 0.0)

    # What a partial path has lost against the best one; following the best edge loses exactly 0.0, and the latest of
    # equals is taken first, so every path is followed down to the leaf at once and ties cannot fan out.
    found: list[Path] = []
    serial = 0
    heap: list[tuple[float, int, Any, Any]] = [(0.0, 0, root, None)]
    while heap and len(found) < top:
        lost, _, node, link = heapq.heappop(heap)
        if node is leaf:
            found.append(_path(root, link))
            continue
        for parent, local in reversed(list(zip(node.parents, node.partials, strict=True))):
            if parent in count and parent.op is not CONSTANT:
                serial -= 1
                loss = lost + (best[node] - (_log_size(local) + best[parent]))
                heapq.heappush(heap, (loss, serial, parent, (parent, local, link)))
    shown = math.fsum(_finite_terms([path.product for path in found]))
    rest = count[root] - len(found)
    hidden = gradient[root] - shown if rest else 0.0
    sizes = math.fsum(_finite_terms([abs(path.product) for path in found])) + abs(hidden)
    return Paths(tuple(found), count[root], gradient[root], hidden, abs(hidden) / sizes if sizes else 0.0)


def _log_size(x: float) -> float:
    if x == 0.0:
        return -1e9  # finite, so that zeros on a path add up instead of giving inf - inf
    return 1e9 if math.isnan(x) or math.isinf(x) else math.log(abs(x))


def _finite_terms(terms: list[float]) -> list[float]:
    """Let fsum, which refuses inf - inf and overflow, see the plain sum where that is not finite."""
    plain = sum(terms)
    return terms if math.isfinite(plain) else [plain]


def _path(root: Value, link: Any) -> Path:
    nodes, locals_ = [], []
    while link is not None:
        parent, local, link = link
        nodes.append(parent)
        locals_.append(local)
    product = 1.0
    for local in reversed(locals_):
        product = local * product
    return Path((root, *reversed(nodes)), tuple(reversed(locals_)), product)


# ---------------------------------------------------------------------------------------- nan and inf


class Nonfinite(NamedTuple):
    """Where a computation first left the finite numbers.

    Attributes
    ----------
    node : Value
    args : tuple of float
        The values of its parents.
    where : {"value", "partial", "gradient"}
    """

    node: Value
    args: tuple[float, ...]
    where: str

    def __str__(self) -> str:
        made = f" = {self.node.op.name}({', '.join(map(str, self.args))})" if self.node.op is not None else ""
        return f"first nonfinite {self.where} at {label_of(self.node)}{made} = {self.node.data}"


def find_nonfinite(root: Value) -> Nonfinite | None:
    """Find the first node whose value, local derivative or gradient is nan or inf.

    Parameters
    ----------
    root : Value
        The result of the computation.

    Returns
    -------
    Nonfinite or None
        The first in evaluation order with a nonfinite value or local derivative; failing that, the first in
        sweeping order with a nonfinite gradient; None if all is finite.

    Examples
    --------
    >>> from tinygrad_edu import Value, log
    >>> x = Value(0.0, "x")
    >>> print(find_nonfinite(log(x) * 0.0))
    first nonfinite value at ln = log(0.0) = -inf
    """
    finite = math.isfinite
    for node in topological_order(root):
        args = tuple([parent.data for parent in node.parents])
        if not finite(node.data):
            return Nonfinite(node, args, "value")
        for parent, local in zip(node.parents, node.partials, strict=True):
            if parent.op is not CONSTANT and not finite(local):
                return Nonfinite(node, args, "partial")
    for step in steps(root):
        if step.grad_after is not None and not finite(step.grad_after):
            node = step.parent if step.parent is not None else step.node
            return Nonfinite(node, tuple([parent.data for parent in node.parents]), "gradient")
    return None
