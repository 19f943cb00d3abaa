"""What the steps say is true: every rule gives its slope, every sum its result, every name is one of the picture."""

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.computations import computations

import tinygrad_edu as tg
from tinygrad_edu import OPS, Value
from tinygrad_edu.drawing.records.drawables import labels_of
from tinygrad_edu.drawing.style import Style
from tinygrad_edu.ops.code import argument_names
from tinygrad_edu.ops.floats import IEEEFloat
from tinygrad_edu.ops.notation import Text, caption, read_number
from tinygrad_edu.ops.operation import entries
from tinygrad_edu.pages import play
from tinygrad_edu.stepping.player_data import Frames
from tinygrad_edu.stepping.terminal import text_of
from tinygrad_edu.stepping.wording import Wording

# ---------------------------------------------------------------------------------------- reading formulas

SIGNS = {"×": "*", "−": "-", "^": "**", "≤": "<="}
RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
LETTER = rf"[^\W{RAISED}]"
FUNCTIONS = {
    word: lambda *args, op=op: IEEEFloat(op(*map(float, args)))
    for op in entries.values()
    for word in (op.symbol, op.name)
}


def evaluate(text, values):
    """Read a formula as a person would, and compute it; `values` says what the names in it stand for."""
    written = {str(Text.of_name(name)): IEEEFloat(value) for name, value in values.items()}
    names = sorted(written, key=len, reverse=True)
    words = "|".join(map(re.escape, names)) or "(?!)"
    scope, python = {"F": IEEEFloat}, []
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    pattern = (
        rf"(?P<name>(?<!{LETTER})(?:{words})(?!{LETTER}|\())|(?P<number>\d[\d.]*(?:e[+−]\d+)?|\binf\b|\bnan\b)"
        rf"|(?P<word>(?!\d){LETTER}+)|(?P<raised>[{RAISED}]+)|."
    )
    for found in re.finditer(pattern, text):
        token = found[0]
        if found["name"]:
            scope[f"n{len(scope)}"] = written[token]
            python.append(f"n{len(scope) - 1}")
        elif found["number"]:
            python.append(f"F('{token.replace('−', '-')}')")
        elif found["word"]:
            scope[f"n{len(scope)}"] = FUNCTIONS[token]
            python.append(f"n{len(scope) - 1}")
        elif found["raised"]:
            python.append(f"**({token.translate(str.maketrans(RAISED, '-0123456789'))})")
        elif token == "√":
            scope["root"] = FUNCTIONS["sqrt"]
            python.append("root" if text[found.end()] == "(" else "root(")
            continue
        else:
            python.append(SIGNS.get(token, token))
        if len(python) > 1 and python[-2] == "root(":
            python.append(")")
    return float(eval("".join(python), scope))


ELIDED = re.compile(r"(?P<term>\b[^,×(]*x(?P<last>\d+)[^,×]*)(?P<sign>, | × )…(?P=sign)(?=[^,×]*?x(?P<next>\d+))")


def written_out(rule):
    """Fill in what "…" leaves out, as a reader counts on: of x0 × x1 × x2 × … × x5 the factors x3 and x4."""

    def filled(found):
        last, after = int(found["last"]), int(found["next"])
        counted = range(last, after, 1 if last < after else -1)
        return "".join(re.sub(r"x\d+", f"x{k}", found["term"]) + found["sign"] for k in counted)

    return ELIDED.sub(filled, rule)


def test_what_is_left_out_is_counted_on():
    assert written_out("x0 × x1 × x2 × … × x5 × x6") == "x0 × x1 × x2 × x3 × x4 × x5 × x6"
    assert written_out("x1 × (x9 × x8 × … × x5 × x4)") == "x1 × (x9 × x8 × x7 × x6 × x5 × x4)"
    assert written_out("Σ(y ≤ x0, y ≤ x1, …, y ≤ x4)") == "Σ(y ≤ x0, y ≤ x1, y ≤ x2, y ≤ x3, y ≤ x4)"


def shown(text):
    return float(text.replace("−", "-"))


def test_formulas_are_read_as_people_do():
    values = {"x": 3.0, "a + b": 2.0, "v1": 4.0}
    for text, value in {
        "−x²": -9.0,
        "x^(−0.5)": 3.0**-0.5,
        "1 / (x × “a + b”)": 1 / 6,
        "√v1 + |−x|": 5.0,
        "Σ(x, x, 2)": 8.0,
        "2 × x⁻¹": 2 / 3,
        "(x < v1) × v1": 4.0,
    }.items():
        assert math.isclose(evaluate(text, values), value), text


def is_number(node):
    """Whether a node stands in formulas as the number that it is, and not as a name."""
    return node.op is OPS["constant"] and not node.name


def same(a, b):
    """Whether two numbers agree, but for the rounding of the numbers that stand in a formula."""
    return math.isclose(a, b, rel_tol=1e-3, abs_tol=5e-4) or (math.isnan(a) and math.isnan(b))


# ---------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize("number", [1.03125, 1 / 3, 2.00005])
@pytest.mark.parametrize("f", [tg.minimum, tg.maximum, lambda x, c: tg.minimum(c, x), lambda x, c: tg.clip(x, c, 9.0)])
def test_a_rule_that_compares_with_a_plain_number_shows_it_whole(f, number):
    x = Value(number, "x")
    for at in (number, math.nextafter(number, 3.0), math.nextafter(number, 0.0)):
        x.data = at
        (step,) = [step for step in tg.steps(f(x, number)) if step.kind == "backward"]
        words = Wording(labels_of(tg.topological_order(step.node)), Style())
        assert evaluate(words.rule(step), {"x": at, "v1": step.node.data}) == step.local


@given(computations())
def test_every_rule_gives_its_slope_at_the_operands(x):
    words = Wording(labels_of(tg.topological_order(x)), Style())
    for step in tg.steps(x):
        if step.kind != "backward" or not all(math.isfinite(v) and abs(v) < 10 for v in (step.node.data, *step.args)):
            continue
        node = step.node
        named = [n for n in (node, *node.parents) if not is_number(n)]
        by_label = {words.label(n): n.data for n in named}
        as_shown = {words.label(n): read_number(words.value(n)) for n in named}  # where a rule compares with a constant
        by_letter = {"y": node.data, **dict(zip(argument_names(len(step.args)), step.args, strict=True))}
        for rule, values in ((words.rule(step), by_label), (step.rule, by_letter)):
            if "…" not in rule and "∂" not in rule:
                found = evaluate(rule, values)
                agreed = math.isnan(found) and step.local == 0.0 and 0.0 in (node.data, *step.args)  # 0 / 0 counts as 0
                agreed = agreed or (values is by_label and same(evaluate(rule, as_shown), step.local))
                assert same(found, step.local) or agreed, (rule, step.local, step.args)
            else:
                assert node.op.arity is None
                assert len(step.args) > 6
                whole = written_out(caption(node.op, step.index, argument_names(len(step.args))))
                assert same(evaluate(whole, by_letter), step.local), (whole, step.local, step.args)


@given(computations())
def test_no_two_nodes_are_called_the_same(x):
    order = tg.topological_order(x)
    labels = labels_of(order)
    called = [labels[node] for node in order if node.op is not OPS["constant"] or node.name]
    assert len(called) == len(set(called))
    words = Wording(labels, Style(digits=17))  # with fewer a number might be rounded across a jump
    for node in order:
        if node.parents and "…" not in words.formula(node):
            values = {words.label(n): n.data for n in node.parents if not is_number(n)}
            if all(math.isfinite(v) and abs(v) < 10 for v in (node.data, *values.values())):
                assert same(evaluate(words.formula(node), values), node.data), words.formula(node)


@pytest.mark.parametrize("count", [2, 4, 8, 16])
@pytest.mark.parametrize("op", [op for op in OPS.values() if op.arity is None], ids=lambda op: op.name)
def test_the_rule_is_that_of_this_operand_however_many_there_are(op, count):
    """Of many operands the rule shows a few, and names the others in their order: all together give the slope."""
    numbers = [0.5 + 0.1 * (5 * i % 7) for i in range(count)]  # the largest and the smallest come twice
    letters = argument_names(count)
    names = [*"pqrstuvwabcdefgh"][:count]
    y = op(*map(Value, numbers, names))
    y.name = "z"
    values = dict(zip(letters, numbers, strict=True), y=y.data)
    words = Wording(labels_of(tg.topological_order(y)), Style())
    called = dict(zip(letters, names, strict=True), y="z")
    for step in tg.steps(y):
        if step.kind == "backward":
            assert same(evaluate(written_out(step.rule), values), step.local), step.rule
            assert words.rule(step) == re.sub(r"\b(x\d+|[abxy])\b", lambda found: called[found[0]], step.rule)
            assert len(step.rule) < 150
            assert ("…" in step.rule) <= (count > 6)


def test_a_number_that_is_compared_is_not_rounded():
    y = tg.max([Value(0.5, "x"), 1.986328125])
    (back,) = [step for step in tg.steps(y) if step.kind == "backward"]
    assert evaluate(back.rule, {"y": 1.986328125, "a": 0.5}) == back.local == 0.0
    x = Value(1.03125, "x")
    (tied,) = [step for step in tg.steps(tg.minimum(x, 1.03125)) if step.kind == "backward"]
    assert evaluate(tied.rule, {"a": 1.03125}) == tied.local == 0.5
    x = Value(1.71875, "x")
    *_, towards_high = [step for step in tg.steps(tg.clip(x, 1.71875, x)) if step.kind == "backward"]
    words = Wording(labels_of(tg.topological_order(towards_high.node)), Style())
    for rule, values in ((towards_high.rule, {"a": 1.71875, "c": 1.71875}), (words.rule(towards_high), {"x": 1.71875})):
        assert evaluate(rule, values) == towards_high.local == 0.0


# ---------------------------------------------------------------------------------------- repeated operands


x, a = Value(3.0, "x"), Value(0.5, "a")
REPEATED = {
    "left factor|right factor": x * x,
    "left term|right term": x + x,
    "numerator|denominator": x / x,
    "base|exponent": x**x,
    "argument 1 of 2|argument 2 of 2": tg.max([a, a]),
    "term 1 of 3|term 3 of 3": tg.sum([x, a, x]),
    "left factor 1 of 2|right factor 2 of 2": tg.dot([x, a], [a, x]),
    "first branch|second branch": tg.where(a, x, x),
}


@pytest.mark.parametrize("which", REPEATED)
def test_of_one_operand_twice_it_is_said_which_is_meant(which):
    y = REPEATED[which]
    text = text_of(y)
    assert "∂v1/∂x" not in text
    for words in which.split("|"):
        assert re.search(rf"the slope of v1 towards (the )?{words} is ", text), text
        captions = [step.caption for step in tg.steps(y)]
        assert sum(caption.endswith(words) for caption in captions) == 1
    data = Frames(y, Style(labels=True), None, 150).data()
    assert {data["towards"][step[12]].removeprefix("the ") for step in data["steps"] if step[0] == "b"} >= {
        *which.split("|")
    }


def test_where_operands_differ_the_slope_is_a_derivative():
    assert "w.grad += ∂v1/∂w × v1.grad     where ∂v1/∂w = x" in text_of(Value(2.0, "w") * Value(3.0, "x"))


# ---------------------------------------------------------------------------------------- numbers


@given(computations(), st.integers(1, 6))
def test_what_is_said_to_be_equal_is_equal_as_shown(x, digits):
    for line in text_of(x, digits).splitlines():
        sum_ = re.fullmatch(r" +(\S+) \+ (\S+) × (\S+) = (\S+)", line)
        if sum_:
            before, local, upstream, after = (shown(number.strip("()")) for number in sum_.groups())
            total = before + local * upstream
            near = abs(total - after) <= max(0.06, 10.0 ** (1 - digits)) * abs(after)
            assert total == after or math.isnan(after) or near, line
            assert total == after or math.isnan(after) or abs(total - after) <= abs(after) * 10.0**-digits * 10, line


def test_a_product_that_rounding_has_made_false_is_said_to_be_about():
    y = Value(0.42512, "p") * Value(1.0, "q") * 0.0003
    assert "0 + 0.0003 × 1 = 0.0003" in text_of(y)
    assert "= 0.4251 × 0.0003 ≈ 0.0001" in text_of(y)
    data = Frames(y, Style(labels=True), None, 150).data()
    assert [thing[5] for thing in data["things"] if thing[2]] == ["=", "≈"]


@settings(max_examples=settings.default.max_examples // 2)
@given(computations(), st.sampled_from([None, 0, 1, "auto"]), st.integers(3, 30))
def test_every_number_and_name_of_a_step_is_in_the_picture_beside_it(x, collapse, max_nodes):
    style = Style(labels=True)
    frames = Frames(x, style, collapse, max_nodes)
    data, seen = frames.data(), {}
    for step in data["steps"]:
        if step[0] == "h":
            continue
        records = frames.views[step[1]].records
        homes = data["views"][step[1]]["homes"]
        nodes = {node.id: node for node in records.nodes}
        ends = [step[2]] if step[0] != "b" else [step[2], step[5]]
        assert any(nodes[homes[str(t)]].hidden == 0 for t in ends if str(t) in homes)
        for t in ends:
            node = nodes.get(homes.get(str(t)))
            if node is not None and not node.hidden:
                assert node.label == data["things"][t][0]
                assert node.label in (node.name, node.word(style).split(",")[0].split(" ")[-1]) or " " in node.label
                assert style.number(node.value) == data["things"][t][1]
        if step[0] == "b" and {homes.get(str(t), "")[:1] for t in ends} == {"n"}:
            source, target = homes[str(step[5])], homes[str(step[2])]
            (edge,) = [e for e in records.edges if (e.source, e.target, e.index) == (source, target, step[6])]
            assert edge.text(style) == step[8]
        if step[0] != "f":
            seen[ends[-1]] = step[1], homes.get(str(ends[-1])), step[3]
    for view, home, after in seen.values():
        for node in frames.views[view].records.nodes:
            if node.id == home and not node.hidden:
                assert style.number(node.grad) == after


@settings(max_examples=settings.default.max_examples // 2)
@given(computations(), st.sampled_from([0, 1, "auto"]), st.integers(3, 12))
def test_beside_a_fold_no_slope_of_a_hidden_node_is_shown(x, collapse, max_nodes):
    x.backward()
    records = tg.draw(x, collapse=collapse, max_nodes=max_nodes).records
    nodes = {node.id: node for node in records.nodes}
    order = tg.topological_order(x)
    exits = {}
    for node in order:
        for parent in node.parents:
            home, reader = records.homes[order.index(parent)], records.homes[order.index(node)]
            if home != reader:
                exits.setdefault(home, set()).add(parent)
    for edge in records.edges:
        if edge.local is not None and nodes[edge.target].hidden:
            raise AssertionError(edge)
        if edge.local is not None and nodes[edge.source].hidden:
            assert len(exits[edge.source]) == 1


# ---------------------------------------------------------------------------------------- what is not finite


def test_names_stay_where_numbers_are_not_finite():
    y = tg.log(Value(0.0, "x")) * 2 + 1
    words = [node.word(Style(labels=True)) for node in tg.draw(y).records.nodes if node.kind != "constant"]
    assert words == ["leaf", "v1, not finite!", "v2, not finite!", "output v3, not finite!"] or [
        word.split(",")[0].split(" ")[-1] for word in words[1:]
    ] == ["v1", "v2", "v3"]
    assert "v1, not finite!" in Frames(y, Style(labels=True), None, 150).svgs[0]
    assert play(y).text().count("inf") >= 6


def test_a_division_by_zero_and_a_logarithm_of_less_are_told():
    assert "where ∂v1/∂x = inf" in text_of(x / 0.0)
    assert "= ln(−1) = nan" in text_of(tg.log(Value(-1.0, "x")))


def test_a_negative_number_is_bracketed_where_a_sign_would_take_part_of_it():
    assert "= (−2)^x" in text_of(tg.OPS["pow"](-2.0, x))


def test_captions_show_no_signed_zero_and_no_number_whose_digits_rounding_took():
    x, w = Value(0.0, "x"), Value(-0.00014373, "w")
    text = text_of(w * x * 3.0)
    assert not re.search(r"−0(?![.\d])", text)  # 0 × (−0.0004) is −0
    small = text_of(tg.tanh(w * 0.482))
    assert "−0.00014373" in small
    assert "0.0001 " not in small


def test_a_slope_that_loops_is_told_by_its_name():
    """Written out it would be twice as long with each turn: longer than any memory."""

    def partials(y, x):
        for _ in range(60):
            x = 0.5 * (x + x)
        return (2.0 * x,)

    squared = tg.Op("squared", lambda x: x * x, partials, code="x * x")
    y = squared(Value(3.0, "x"))
    assert "∂v1/∂x" in text_of(y)
    assert play(y)._repr_html_()
    pytest.importorskip("numpy", reason="compiling needs NumPy")
    w = Value(3.0)
    assert tg.compile(lambda x: squared(w * x)).value_and_grad([1.0])[1] == [6.0]
