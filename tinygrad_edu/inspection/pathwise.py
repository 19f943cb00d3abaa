"""With this module one can ask who is to blame for a gradient, and by how much: the sum over paths, one by one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ..engine.sweep import topological_order
from ..ops.notation import number_text
from ..ops.table import CONSTANT
from ..signs import for_terminal
from ..words import say
from .stepwise import label_of

if TYPE_CHECKING:
    from ..engine.value import Value


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
        slopes = " × ".join(map(number_text, self.locals)) or "1"
        return for_terminal(f"{number_text(self.product):>10}   {names}   ({slopes})")


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
        gradient, count = number_text(self.gradient), f"{self.count:,}"
        lines = [say("gradient {gradient} = sum over {count} paths", gradient=gradient, count=count)]
        if self.count == 1:
            lines = [say("gradient {gradient} = sum over 1 path", gradient=gradient)]
        lines += [str(path) for path in self.paths]
        if rest:
            left = say(
                "… {count} more ({share} of the total size)", count=f"{rest:,}", share=f"{self.share_hidden:.1%}"
            )
            lines.append(f"{number_text(self.hidden):>10}   {left}")
        return for_terminal("\n".join(lines))


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
    import heapq  # here, for it takes long to import

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
