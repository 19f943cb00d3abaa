"""With this module one can turn a computation into the data of a player: pictures, steps, and reasons.

Everything the player shows is worked out here, as text; its script only looks things up.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from ..drawing.formats.svg import to_live_svg
from ..drawing.records.folding import Collapse
from ..drawing.records.sources import Source
from ..drawing.scene.palette import AUTO, level_of
from ..drawing.scene.scene import make_scene
from ..drawing.style import Style, unit_of
from ..engine.sweep import topological_order
from ..engine.value import Value
from ..errors import GraphvizMissingError
from ..inspection.pathwise import paths
from ..inspection.stepwise import Step, steps
from ..ops.table import CONSTANT
from ..words import say
from .player_views import MOST_NODES_IN_DETAIL, View, make_views
from .stepper import receiver
from .tape import tape_of
from .wording import Wording, between_signs

_PATHS_BUDGET = 200_000  # nodes of the computation × nodes explained; each pair costs about 2 µs
_LONGEST_PATH = 40
_LAYERS = 12  # so many scopes of one level are layers to be walked through at once, more are smaller things


class Frames:
    """The pictures and the data of a player.

    Parameters
    ----------
    x : Value
        The result of the computation.
    style : Style
        How its numbers are written, and where the values flow.
    collapse : "auto", int, callable or None
        What is folded at first.
    max_nodes : int
        How many nodes one picture may show.
    in_detail : int
        How many nodes the pictures of folded scopes may show, all together.
    way : {"topological", "recursive"}
        In which order gradients are handed on; of the wrong one no reasons are given, and no leaf can be turned.
    """

    def __init__(
        self,
        x: Value,
        style: Style,
        collapse: Collapse,
        max_nodes: int,
        in_detail: int = MOST_NODES_IN_DETAIL,
        way: str = "topological",
    ) -> None:
        order, self.way = topological_order(x), way
        self.root, self.style = x, style
        source = Source(order, [x], {})
        self.words = Wording(source.labels, style)
        grads = _final_gradients(x, way)
        self.unit = unit_of(grads.values())
        self.views = make_views(source, style, lambda node: grads.get(node, 0.0), collapse, max_nodes, in_detail)
        self.order = order
        self.places = {node: place for place, node in enumerate(order)}
        scenes = [make_scene(self.views[0].records)]
        try:
            scenes += [make_scene(view.records) for view in self.views[1:]]
        except GraphvizMissingError:  # a network stands in columns without it, its details do not
            self.views = self.views[:1]
            scenes = scenes[:1]
        whole = say("computation of {name}", name=self.words.label(x))
        titles = [view.name or whole for view in self.views]
        self.svgs = [  # the first one stands where no script gives it colours
            to_live_svg(scene, AUTO, title, coloured=not v)
            for v, (scene, title) in enumerate(zip(scenes, titles, strict=True))
        ]
        self._things: dict[Any, int] = {}
        self._things_data: list[list[Any]] = []
        self._rules: dict[str, int] = {}
        self._towards: dict[str, int] = {"": 0}
        self._shown_in: dict[Any, list[int]] = {}
        for v, view in enumerate(self.views):
            for node in view.homes:
                if view.shows(node):
                    self._shown_in.setdefault(node, []).append(v)

    @property
    def operations(self) -> str:
        """The operations of the tape, as JavaScript."""
        return self._tape[1]

    @cached_property
    def _tape(self) -> tuple[dict[str, Any], str]:
        return tape_of(self.order)

    def data(self) -> dict[str, Any]:
        """Give everything but the first picture as plain lists and strings."""
        made = list(self._steps())
        for node in self._shown_in:  # inputs get no gradient and are in no step, yet their numbers may change
            self._thing(node)
        right = self.way == "topological"
        why = self._reasons(_places(made)) if right else {}
        turned = [leaf for leaf in self.order if right and _can_be_turned(leaf)]
        knobs = [[self.places[leaf], self.words.label(leaf)] for leaf in turned]
        return {
            "root": self._thing(self.root),
            "digits": self.style.digits,
            "tape": self._tape[0],
            "knobs": knobs,
            "places": [self.places[node] for node in self._things],
            "layers": self._layers(),
            "inexact": [t for node, t in self._things.items() if node.op is not None and not node.op.exact],
            "steps": made,
            "rules": list(self._rules),
            "towards": list(self._towards),
            "things": [
                [*data, self._operands(node)] for node, data in zip(self._things, self._things_data, strict=True)
            ],
            "views": [
                {
                    "name": view.name,
                    "opens": view.opens,
                    "homes": self._homes(view),
                    "groups": self._groups(view),
                    "svg": svg if v else "",
                }
                for v, (view, svg) in enumerate(zip(self.views, self.svgs, strict=True))
            ],
            "why": why,
        }

    def _steps(self) -> Iterable[list[Any]]:
        """Give the steps as lists; those of which neither end is drawn anywhere are counted together."""
        hidden = 0
        last_view = 0
        phase = ""
        for step in steps(self.root, order=self.way):
            view = self._view_of(step)
            if view is None or step.kind != phase:
                if hidden and step.kind != phase:
                    yield ["h", last_view, hidden, phase]
                    hidden = 0
                phase = step.kind
                if view is None:
                    hidden += 1
                    continue
            if hidden:
                yield ["h", last_view, hidden, phase]
                hidden = 0
            last_view = view
            yield self._step(step, view)
        if hidden:
            yield ["h", last_view, hidden, phase]

    def _step(self, step: Step, view: int) -> list[Any]:
        t = self._thing(step.node)
        if step.kind == "forward":
            return ["f", view, t]
        level = level_of(step.grad_after, self.unit)
        after = self.style.number(step.grad_after)
        if step.kind == "seed":
            return ["s", view, t, after, level]
        numbers = (step.local, step.upstream, step.contribution, step.grad_before)
        rule = self._rules.setdefault(self.words.rule(step), len(self._rules))
        texts = [self.style.factor(x) for x in numbers]
        towards = self._towards.setdefault(self.words.towards(step), len(self._towards))
        ends = [self._thing(step.parent), step.index]
        return ["b", view, t, after, level, *ends, rule, *texts, towards, self.words.multiplies(step)]

    def _view_of(self, step: Step) -> int | None:
        """Choose the picture that shows a step best: the receiver of the gradient first, then the sender."""
        node, to = step.node, receiver(step)
        if to is None or to is node:
            return next(iter(self._shown_in.get(node, ())), None)
        both = [v for v in self._shown_in.get(to, ()) if v in self._shown_in.get(node, ())]
        candidates = both or self._shown_in.get(to) or self._shown_in.get(node) or []
        seeing = (v for v in candidates if node in self.views[v].homes)
        return next(seeing, candidates[0] if candidates else None)

    def _thing(self, node: Any) -> int:
        if node not in self._things:
            self._things[node] = len(self._things)
            words = self.words
            value = words.value(node)
            kind = "constant" if node.op is CONSTANT else "leaf" if not node.parents else "operation"
            formulas = [words.formula(node), words.formula_in_numbers(node)]
            form = [words.form(node), int(between_signs(node))]
            self._things_data.append([words.label(node), value, *formulas, kind, words.equals(node), *form])
        return self._things[node]

    def _operands(self, node: Any) -> list[int]:
        """List what a thing is computed from, as far as the script knows it."""
        return [self._things[parent] for parent in dict.fromkeys(node.parents) if parent in self._things]

    def _homes(self, view: View) -> dict[str, str]:
        """Give the record of each thing: all that the script ever asks for."""
        return {str(t): view.homes[node] for node, t in self._things.items() if node in view.homes}

    def _layers(self) -> list[int]:
        """Number the layer that each thing belongs to: its scope at the deepest level that has but a few of them."""
        chains = {node: node.scope.chain() if node.scope is not None else [] for node in self.order}
        depth = 0
        while len({chain[depth] for chain in chains.values() if len(chain) > depth}) in range(1, _LAYERS + 1):
            depth += 1
        numbers: dict[Any, int] = {None: 0}
        layers = []
        for node in self._things:
            chain = chains[node][:depth]
            layers.append(numbers.setdefault(chain[-1] if chain else None, len(numbers)))
        return layers

    def _groups(self, view: View) -> dict[str, list[int]]:
        """Give for each record that stands for several nodes the places of those that get a gradient."""
        groups: dict[str, list[int]] = {}
        for node, home in view.homes.items():
            if not view.shows(node) and node.op is not CONSTANT:
                groups.setdefault(home, []).append(self.places[node])
        return groups

    def _reasons(self, places: dict[tuple[int, int, str], int]) -> dict[str, Any]:
        """Explain the gradients of the nodes that are drawn as sums over paths, named ones first.

        A path is a list of hops: the place of the backward step that goes the same way, or, where that step is
        counted among hidden ones, the node it leads to, the local derivative, and the place and operand of the edge.
        """
        drawn = [node for node in self._shown_in if node.op is not CONSTANT]
        drawn.sort(key=lambda node: (node.name is None, bool(node.parents)))
        most = max(_PATHS_BUDGET // max(len(self.order), 1), 12)
        top = 6 if len(drawn) <= 60 else 3 if len(drawn) <= 200 else 2
        reasons: dict[str, Any] = {}
        for node in drawn[:most]:
            found = paths(self.root, node, top)
            listed = []
            for path in found:
                if len(path.nodes) > _LONGEST_PATH:
                    continue
                hops: list[Any] = []
                for at, to, local in zip(path.nodes, path.nodes[1:], path.locals, strict=False):
                    text = self.style.factor(local)
                    ends = self._thing(at), self._thing(to)
                    index = next(i for i, p in enumerate(at.parents) if p is to and _same(at.partials[i], local))
                    hops.append(places.get((*ends, text), [ends[1], text, self.places[at], index]))
                listed.append([self.style.factor(path.product), hops])
            rest = found.count - len(listed)
            reasons[str(self._thing(node))] = [
                self.style.number(found.gradient),
                f"{found.count:,}",
                listed,
                f"{rest:,}" if rest else "",
            ]
        return reasons


def _can_be_turned(leaf: Any) -> bool:
    """Whether it is a leaf, or a number of the program that has a name."""
    return not leaf.parents and (leaf.op is not CONSTANT or bool(leaf.name))


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


def _places(made: list[list[Any]]) -> dict[tuple[int, int, str], int]:
    """Find backward steps by the things they lead from and to, and the text of their local derivative."""
    return {(step[2], step[5], step[8]): i for i, step in enumerate(made) if step[0] == "b"}


def _final_gradients(x: Value, way: str) -> dict[Any, float]:
    """Give the gradients that the sweep arrives at, without writing them on the nodes."""
    grads: dict[Any, float] = {}
    for step in steps(x, order=way):
        node = receiver(step)
        if node is not None and step.grad_after is not None:
            grads[node] = step.grad_after
    return grads
