"""Sequences of calls against an independent model: what every grad must be after anything a user may do.

The model knows the mathematics of a few operations by its own formulas, and finds every derivative forwards, node by
node, so that it shares neither code nor method with the engine.
"""

import copy
import math
import pickle

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule

import tinygrad_edu as tg
from tinygrad_edu import Value

NUMBERS = st.sampled_from([1.0, 2.0, -1.0, 0.5, -0.25, 3.0])
SEEDS = st.sampled_from([1.0, -1.0, 0.5, 2.0, 0.0])


class Node:
    """What the model knows of one Value."""

    def __init__(self, data, parents=(), slopes=(), name=None, scope=()):
        self.data, self.parents, self.slopes = data, tuple(parents), tuple(slopes)
        self.grad, self.name, self.scope = 0.0, name, tuple(scope)


UNARY = {
    "tanh": (math.tanh, lambda x: 1.0 / math.cosh(x) ** 2),
    "sin": (math.sin, math.cos),
    "atan": (math.atan, lambda x: 1.0 / (1.0 + x**2)),
    "neg": (lambda x: -x, lambda x: -1.0),
    "square": (lambda x: x**2, lambda x: 2 * x),
    "relu": (lambda x: max(x, 0.0), lambda x: 1.0 if x > 0 else 0.0),
    "abs": (abs, lambda x: (x > 0) - (x < 0)),
    "sigmoid": (lambda x: 1 / (1 + math.exp(-x)), lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2),
}
BINARY = {
    "+": (lambda a, b: a + b, lambda a, b: (1.0, 1.0)),
    "-": (lambda a, b: a - b, lambda a, b: (1.0, -1.0)),
    "*": (lambda a, b: a * b, lambda a, b: (b, a)),
    "/": (lambda a, b: a / (b * b + 1.0), lambda a, b: (1 / (b * b + 1), -2 * a * b / (b * b + 1) ** 2)),
}
ENGINE = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / (b * b + 1.0),
}


class Engine(RuleBasedStateMachine):
    """Does the same to Values and to the model, and compares all of them after every step."""

    values = Bundle("values")

    def __init__(self):
        super().__init__()
        self.pairs = []  # (Value, Node) in order of creation
        self.open = []  # context managers that are entered: ("scope", manager, name) or ("no_grad", manager)
        self.entries = 0

    def teardown(self):
        while self.open:
            self.open.pop()[1].__exit__(None, None, None)

    # ---------------------------------------------------------------------------------------- helpers

    @property
    def recording(self):
        return not any(kind == "no_grad" for kind, *_ in self.open)

    def chain(self):
        return [entry[2] for entry in self.open if entry[0] == "scope"]

    def keep(self, value, node):
        assert isinstance(value, Value)
        self.pairs.append((value, node))
        return len(self.pairs) - 1

    def computed(self, value, data, parents, slopes):
        """Keep a result; inside no_grad it is a leaf. Too large numbers become a new start, to stay comparable."""
        if not abs(data) < 1e3:
            return self.leaf_of(1.0)
        if self.recording:
            return self.keep(value, Node(data, parents, slopes, scope=self.chain()))
        return self.keep(value, Node(data))

    def leaf_of(self, x, name=None):
        return self.keep(Value(x, name), Node(x, name=name))

    def derivatives(self, root):
        """Find d root / d node for every node, forwards: one pass per node. None where there is no path."""
        found = {}
        for start, (_, node) in enumerate(self.pairs):
            reached = {node: 1.0}
            for _, later in self.pairs[start + 1 :]:
                terms = [s * reached[p] for s, p in zip(later.slopes, later.parents, strict=True) if p in reached]
                if terms:
                    reached[later] = math.fsum(terms)
            found[node] = reached.get(root)
        return found

    # ---------------------------------------------------------------------------------------- rules

    @initialize(target=values)
    def start(self):
        return multiple(self.leaf_of(2.0, "a"), self.leaf_of(-0.5))

    @rule(target=values, x=NUMBERS, name=st.sampled_from([None, "w", "x"]))
    def leaf(self, x, name):
        return self.leaf_of(x, name)

    @rule(target=values, a=values, name=st.sampled_from(sorted(UNARY)), as_method=st.booleans())
    def unary(self, a, name, as_method):
        value, node = self.pairs[a]
        f, slope = UNARY[name]
        made = getattr(value, name)() if as_method else tg.OPS[name](value)
        return self.computed(made, f(node.data), (node,), (slope(node.data),))

    @rule(target=values, a=values, b=values, sign=st.sampled_from(sorted(BINARY)))
    def binary(self, a, b, sign):
        (u, m), (v, n) = self.pairs[a], self.pairs[b]
        f, slopes = BINARY[sign]
        return self.computed(ENGINE[sign](u, v), f(m.data, n.data), (m, n), slopes(m.data, n.data))

    @rule(target=values, a=values, x=NUMBERS, sign=st.sampled_from(sorted(BINARY)), left=st.booleans())
    def with_a_number(self, a, x, sign, left):
        value, node = self.pairs[a]
        f, slopes = BINARY[sign]
        if left:
            return self.computed(ENGINE[sign](x, value), f(x, node.data), (node,), (slopes(x, node.data)[1],))
        return self.computed(ENGINE[sign](value, x), f(node.data, x), (node,), (slopes(node.data, x)[0],))

    @rule(target=values, a=values, b=values)
    def augmented(self, a, b):
        """`+=` makes a new Value and leaves the old one as it was."""
        (u, m), (v, n) = self.pairs[a], self.pairs[b]
        kept = u
        u += v
        assert u is not kept
        return self.computed(u, m.data + n.data, (m, n), (1.0, 1.0))

    @rule(target=values, many=st.lists(values, min_size=1, max_size=5))
    def many_at_once(self, many):
        made = tg.sum([self.pairs[i][0] for i in many])
        nodes = [self.pairs[i][1] for i in many]
        return self.computed(made, sum(n.data for n in nodes), nodes, [1.0] * len(nodes))

    @rule(target=values, a=values, b=values, c=values)
    def inner_product(self, a, b, c):
        (u, m), (v, n), (w, o) = (self.pairs[i] for i in (a, b, c))
        made = tg.dot([u, v], [w, u])
        data = m.data * o.data + n.data * m.data
        return self.computed(made, data, (m, n, o, m), (o.data, m.data, m.data, n.data))

    @rule(target=values, a=values)
    def detach(self, a):
        value, node = self.pairs[a]
        return self.keep(value.detach(), Node(node.data, name=node.name))

    @precondition(lambda self: len(self.open) < 3)
    @rule(name=st.sampled_from(["cell", "layer"]))
    def enter_scope(self, name):
        manager = tg.scope(name)
        manager.__enter__()
        self.entries += 1
        self.open.append(("scope", manager, (name, self.entries)))

    @precondition(lambda self: len(self.open) < 3)
    @rule()
    def enter_no_grad(self):
        manager = tg.no_grad()
        manager.__enter__()
        self.open.append(("no_grad", manager))

    @precondition(lambda self: self.open)
    @rule()
    def leave(self):
        self.open.pop()[1].__exit__(None, None, None)

    @rule(a=values, seed=SEEDS)
    def backward(self, a, seed):
        value, node = self.pairs[a]
        found = self.derivatives(node)
        value.backward(seed)
        for other, derivative in found.items():
            if derivative is not None:
                other.grad = seed * derivative + (0.0 if other.parents else other.grad)

    @rule(many=st.lists(values, max_size=4))
    def zero_grad(self, many):
        tg.zero_grad([self.pairs[i][0] for i in many])
        for i in many:
            self.pairs[i][1].grad = 0.0

    @rule(a=values)
    def look(self, a):
        """Looking changes nothing."""
        value, _ = self.pairs[a]
        repr(value)
        list(tg.steps(value))
        tg.find_nonfinite(value)
        order = tg.topological_order(value)
        if len(order) < 40:
            tg.paths(value, order[0], top=3)
            tg.Graph.from_value(value).grad()

    @rule(target=values, a=values, how=st.sampled_from([copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))]))
    def copied(self, a, how):
        """A deep copy is a computation of its own, with gradients of its own."""
        value, _ = self.pairs[a]
        made = how(value)
        by_value = dict(self.pairs)
        copies = {}
        for old, new in zip(tg.topological_order(value), tg.topological_order(made), strict=True):
            if old in by_value:
                model = by_value[old]
                scope = [(name, None) for name, _ in model.scope]
                twin = Node(model.data, [copies[p] for p in model.parents], model.slopes, model.name, scope)
                twin.grad = model.grad
                copies[model] = twin
                self.pairs.append((new, twin))
            elif old.op is not tg.OPS["constant"] and old.parents:
                return self.unmodelled()
        return next(i for i, (v, _) in enumerate(self.pairs) if v is made)

    def unmodelled(self):
        """The division of the table above has inner nodes that the model does not keep: start again from a leaf."""
        return self.leaf_of(1.0)

    # ---------------------------------------------------------------------------------------- what must hold

    @invariant()
    def data_and_gradients_are_those_of_the_model(self):
        for value, node in self.pairs:
            assert math.isclose(value.data, node.data, rel_tol=1e-12, abs_tol=1e-12)
            assert math.isclose(value.grad, node.grad, rel_tol=1e-9, abs_tol=1e-9), (value, node.grad)
            assert value.name == node.name

    @invariant()
    def scopes_are_those_entered(self):
        instances = {}
        for value, node in self.pairs:
            if not node.parents:
                continue
            chain = value.scope.chain() if value.scope is not None else []
            assert [s.name for s in chain] == [name for name, _ in node.scope]
            for scope, (_, entry) in zip(chain, node.scope, strict=True):
                if entry is not None:  # whether a copy shares the instance is left open
                    assert instances.setdefault(entry, scope) is scope, "one entry is one instance"
        assert len(set(map(id, instances.values()))) == len(instances), "every entry is an instance of its own"


TestEngine = Engine.TestCase
TestEngine.settings = settings(max_examples=settings.default.max_examples, stateful_step_count=40, deadline=None)
