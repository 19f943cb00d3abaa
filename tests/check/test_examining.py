"""A learner's own engine is examined: the mistakes that people really make are called by their names."""

import math

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.check import engine

# An engine as one writes it after the lectures: closures on nodes, and a sweep over a sorted list.
RIGHT = """
import math

class Scalar:
    def __init__(self, data, parents=()):
        self.data, self.grad = data, 0.0
        self.parents = list(parents)
        self.step = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.data + other.data, (self, other))
        def step():
            self.grad += out.grad
            other.grad += out.grad
        out.step = step
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.data * other.data, (self, other))
        def step():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.step = step
        return out

    def __pow__(self, n):
        out = Scalar(self.data ** n, (self,))
        def step():
            self.grad += n * self.data ** (n - 1) * out.grad
        out.step = step
        return out

    def tanh(self):
        y = math.tanh(self.data)
        out = Scalar(y, (self,))
        def step():
            self.grad += (1 - y * y) * out.grad
        out.step = step
        return out

    def relu(self):
        out = Scalar(self.data if self.data > 0 else 0.0, (self,))
        def step():
            self.grad += (self.data > 0) * out.grad
        out.step = step
        return out

    def __neg__(self): return self * -1.0
    def __sub__(self, other): return self + (-other if isinstance(other, Scalar) else -other)
    def __truediv__(self, other): return self * (other ** -1 if isinstance(other, Scalar) else 1.0 / other)
    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __rsub__(self, other): return (-self) + other
    def __rtruediv__(self, other): return self ** -1 * other

    def order(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((p, False) for p in node.parents)
        return order[::-1]

    def backward(self):
        order = self.order()
        for node in order:
            if node.parents:
                node.grad = 0.0
        self.grad = 1.0
        for node in order:
            node.step()
"""

CLEARED = "            if node.parents:\n                node.grad = 0.0"
WRONG = [
    ("= for +=", [("self.grad += ", "self.grad = "), ("other.grad += ", "other.grad = ")]),
    ("0", [("self.grad = 1.0\n", "pass\n")]),
    ("above is left out", [(" * out.grad", ""), ("+= out.grad", "+= 1.0")]),
    ("slope, not the other's", [("self.grad += other.data", "self.grad += self.data "),
                                ("other.grad += self.data", "other.grad += other.data")]),
    ("again and again", [("order = self.order()", "order = self.every()"), ("    def backward", '''    def every(self):
        visits, stack = [], [self]
        while stack and len(visits) < 100000:
            node = stack.pop()
            visits.append(node)
            stack.extend(reversed(node.parents))
        return visits

    def backward''')]),
    ("breadth first", [("order = self.order()", "order = self.layers()"), ("    def backward", '''    def layers(self):
        visits = [self]
        for node in visits:
            visits.extend(p for p in dict.fromkeys(node.parents) if p not in visits)
        return visits

    def backward''')]),
    ("stops at the direct operands", [("for node in order:\n            node.step()", "self.step()")]),
    ("interior nodes are kept", [(CLEARED, "            pass")]),
    ("do not add up", [(CLEARED, "            node.grad = 0.0")]),
    ("exponent of a power is not reduced", [("** (n - 1)", "** n")]),
    ("tanh is written with its input", [("(1 - y * y)", "(1 - self.data ** 2)")]),
    ("relu passes gradient on", [("(self.data > 0) * out.grad", "out.grad")]),
    ("number on the left", [(f"__r{name}__", name) for name in ("add", "mul", "sub", "truediv")]),
    ("RecursionError", [("order = self.order()", "order = self.deep()"), ("    def backward", '''    def deep(self):
        order, seen = [], set()
        def visit(node):
            if node not in seen:
                seen.add(node)
                for p in node.parents:
                    visit(p)
                order.append(node)
        visit(self)
        return order[::-1]

    def backward''')]),
]  # fmt: skip


def written(changes=()):
    source = RIGHT
    for right, wrong in changes:
        assert right in source
        source = source.replace(right, wrong)
    namespace = {}
    exec(source, namespace)
    return namespace["Scalar"]


def test_a_right_engine_passes_and_what_it_lacks_is_listed():
    report = engine(written())
    assert report.passed
    assert report.mistake is None
    assert report.program is None
    assert set(report.missing) == {"exp", "log", "sigmoid"}
    assert "Nothing is wrong" in str(report)


def test_ours_passes_with_everything():
    report = engine(Value)
    assert (report.passed, report.missing) == (True, ())


@pytest.mark.parametrize(("phrase", "changes"), WRONG, ids=[phrase for phrase, _ in WRONG])
def test_the_mistakes_that_learners_make_are_named(phrase, changes):
    report = engine(written(changes))
    assert not report.passed
    assert phrase in report.mistake
    assert report.remedy
    assert report.program
    assert report.mistake in str(report)


def test_the_smallest_program_that_fails_is_drawn_as_it_should_be():
    report = engine(written(WRONG[0][1]))
    assert report.program == "a + a"
    assert "a.grad is 1, and should be 2" in report.failures[0]
    pytest.importorskip("pygraphviz", reason="pygraphviz lays out the picture")
    assert ">a<" in report.drawing.svg
    assert report.drawing.records.nodes[0].grad == 2.0


def test_two_mistakes_at_once_are_both_named():
    report = engine(written([(CLEARED, "            pass"), ("(1 - y * y)", "(1 - self.data ** 2)")]))
    assert "interior nodes are kept" in report.mistake
    assert "tanh is written with its input" in report.mistake
    assert report.program == "a.tanh()"
    assert "is not a leaf to 0 when a sweep begins; and with y = tanh(x)" in report.remedy


class First:
    """What one writes first: every edge hands on what its node has so far, and nothing is ever cleared."""

    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        return First(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return First(self.data * other.data, ((self, other.data), (other, self.data)))

    def backward(self, upstream=1.0):
        self.grad = upstream
        self.hand_on()

    def hand_on(self):
        for parent, slope in self.edges:
            parent.grad += slope * self.grad
            parent.hand_on()


def test_a_first_version_by_plain_recursion_is_told_what_it_does():
    report = engine(First)
    assert report.program == "c = a + b; c * c"
    assert "every edge hands its gradient on at once" in report.mistake
    assert "interior nodes are kept" in report.mistake
    assert {"a + 2.0", "a * 2.0", "tanh"} <= set(report.missing)


def test_numbers_on_the_left_are_asked_for_only_where_those_on_the_right_work():
    kept = [(f"__r{name}__", name) for name in ("add", "mul", "sub", "truediv")]
    plain = [("        other = other if isinstance(other, Scalar) else Scalar(other)\n", "")]
    report = engine(written(kept + plain))
    assert (report.passed, report.mistake) == (True, None)
    assert {"a + 2.0", "a * 2.0"} <= set(report.missing)


def test_an_engine_that_has_no_operation_yet_makes_no_mistake():
    report = engine(type("Empty", (), {"data": 0.0, "grad": 0.0, "__init__": lambda *_: None, "backward": print}))
    assert (report.passed, report.works, report.mistake) == (True, (), None)
    assert report.missing[:2] == ("+", "*")
    assert "a + 2.0" not in report.missing


def test_it_is_told_in_the_language_chosen():
    tg.set_language("zh")
    try:
        report = engine(First)
    finally:
        tg.set_language("en")
    assert "没有拓扑序" in report.mistake
    assert "；而且中间节点的梯度留着没清" in report.mistake
    assert "a.grad 是 −2.25，应该是 −1.5；b.grad 是" in report.failures[0]
    assert "not" not in report.mistake + report.remedy.replace("backward()", "")


def test_of_a_mistake_that_nobody_knows_the_smallest_program_is_said():
    report = engine(
        written(
            [("self.grad += out.grad\n            other.grad", "self.grad += 1.25 * out.grad\n            other.grad")]
        )
    )
    assert not report.passed
    assert report.mistake is None
    assert report.program == "a + b"
    assert "begin with the smallest program" in str(report)


def test_a_wrong_number_of_the_forward_pass_is_told_from_a_wrong_gradient():
    report = engine(written([("self.data + other.data", "self.data + other.data + 0.5")]))
    assert report.mistake == "the forward pass computes a wrong number"
    assert "the value is −0.25, and should be −0.75" in report.failures[0]


def test_micrograd_has_its_one_known_mistake_and_no_other():
    micrograd = pytest.importorskip("micrograd.engine", reason="micrograd itself, extra [bench]")
    report = engine(micrograd.Value)
    assert "interior nodes are kept" in report.mistake
    assert all(failure.count("backward()") == 2 for failure in report.failures if "chain" not in failure)


def test_what_is_no_engine_is_refused():
    with pytest.raises(TypeError, match="lack grad and backward"):
        engine(type("Half", (), {"__init__": lambda self, x: setattr(self, "data", x)}))
    with pytest.raises(TypeError, match="makes a leaf of a number"):
        engine(math.sin.__class__)
    assert tg.check.engine is engine
