# ruff: noqa: E501 (lines of code stand here as they are)
"""Bugs to plant into the real code: each a line of a file, and what it is to read instead."""

from typing import NamedTuple


class Bug(NamedTuple):
    name: str
    file: str  # within the package
    right: str  # occurs once
    wrong: str
    tests: tuple[str, ...] = ()  # of this suite, before the generic checks, which see only numbers and graphs


PIECES, ELEMENTS, SPECIAL, MANY = "ops/piecewise.py", "ops/elementary.py", "ops/special_functions.py", "ops/many.py"
NUM, SWEEP, VALUE = "ops/floats.py", "engine/sweep.py", "engine/value.py"
FLOATS = "engine/float_sweep.py"
EAGER, TRANSFORMS, RUNNING = "engine/methods.py", "transforms/derivatives.py", "transforms/fresh_call.py"
WALK, BLAME = "inspection/stepwise.py", "inspection/pathwise.py"
RUNNER = "compiler/runner.py"
GRAPH, EQUATIONS = "graph/graph.py", "graph/equations.py"

NOTHING = Bug("(nothing planted)", SWEEP, "", "")  # the control

BUGS = [
    # ------------------------------------------------------------ partials: a sign, a factor, a missing term
    Bug("sub subtracts nothing", ELEMENTS, "lambda y, a, b: (1.0, -1.0), symbol", "lambda y, a, b: (1.0, 1.0), symbol"),
    Bug("mul swaps its partials", ELEMENTS, "lambda y, a, b: (b, a), symbol", "lambda y, a, b: (a, b), symbol"),
    Bug("div off by 0.1 %", ELEMENTS, "(1.0 / b, -y / b)", "(1.001 / b, -y / b)"),
    Bug("div misses a sign", ELEMENTS, "(1.0 / b, -y / b)", "(1.0 / b, y / b)"),
    Bug("pow without its exponent", ELEMENTS, "        return b * pow(a if b", "        return pow(a if b"),
    Bug("pow's exponent forgets the logarithm", ELEMENTS, "        y * log(where(y, where(a", "        y * (where(y, where(a"),
    Bug("neg is positive", ELEMENTS, "operator.neg, lambda y, x: (-1.0,)", "operator.neg, lambda y, x: (1.0,)"),
    Bug("exp off by 0.1 %", ELEMENTS, "num.exp, lambda y, x: (y,)", "num.exp, lambda y, x: (y * 1.001,)"),
    Bug("expm1 uses its result", ELEMENTS, "num.expm1, lambda y, x: (exp(x),)", "num.expm1, lambda y, x: (y,)"),
    Bug("log1p forgets the 1", ELEMENTS, "num.log1p, lambda y, x: (1.0 / (1.0 + x),)", "num.log1p, lambda y, x: (1.0 / x,)"),
    Bug("log2 in base e", ELEMENTS, "(1.0 / (x * math.log(2.0)),)", "(1.0 / x,)"),
    Bug("log10 divides by the wrong base", ELEMENTS, "(1.0 / (x * math.log(10.0)),)", "(1.0 / (x * math.log(2.0)),)"),
    Bug("sqrt without the half", ELEMENTS, "lambda y, x: (0.5 / y,)", "lambda y, x: (1.0 / y,)"),
    Bug("square misses the 2", ELEMENTS, "num.square, lambda y, x: (2.0 * x,)", "num.square, lambda y, x: (x,)"),
    Bug("reciprocal misses a sign", ELEMENTS, "lambda y, x: (-(y * y),)", "lambda y, x: (y * y,)"),
    Bug("cos misses a sign", ELEMENTS, "num.cos, lambda y, x: (-sin(x),)", "num.cos, lambda y, x: (sin(x),)"),
    Bug("tan with a minus", ELEMENTS, "num.tan, lambda y, x: (1.0 + y * y,)", "num.tan, lambda y, x: (1.0 - y * y,)"),
    Bug("acos has asin's slope", ELEMENTS, "lambda y, x: (-1.0 / sqrt(", "lambda y, x: (1.0 / sqrt("),
    Bug("atan loses the square", ELEMENTS, "math.atan, lambda y, x: (1.0 / (1.0 + x * x),)", "math.atan, lambda y, x: (1.0 / (1.0 + x),)"),
    Bug("sinh has its own value as slope", ELEMENTS, "num.sinh, lambda y, x: (cosh(x),)", "num.sinh, lambda y, x: (y,)"),
    Bug("cosh wrong for negative arguments only", ELEMENTS, "num.cosh, lambda y, x: (sinh(x),)", "num.cosh, lambda y, x: (abs(sinh(x)),)"),
    Bug("tanh with a plus", ELEMENTS, "math.tanh, lambda y, x: (tanh_slope(y, x),)", "math.tanh, lambda y, x: (1.0 + y * y,)"),
    Bug("asinh is off far from zero", ELEMENTS, "(1.0 / hypot(1.0, x),)", "(1.0 / (1.0 + 0.5 * x * x),)"),
    Bug("acosh has asinh's slope", ELEMENTS, "(1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)),)", "(1.0 / hypot(1.0, x),)"),
    Bug("atanh has atan's slope", ELEMENTS, "(1.0 / square_rest(x),)", "(1.0 / (1.0 + x * x),)"),
    Bug("sigmoid without its second factor", ELEMENTS, "lambda y, x: (y * sigmoid(-x),), symbol", "lambda y, x: (y,), symbol"),
    Bug("softplus has its own value as slope", ELEMENTS, "num.softplus, lambda y, x: (sigmoid(x),)", "num.softplus, lambda y, x: (tanh(x),)"),
    Bug("relu passes everything", ELEMENTS, "num.relu, lambda y, x: (heaviside(x),)", "num.relu, lambda y, x: (1.0,)"),
    Bug("relu passes at zero", ELEMENTS, "num.relu, lambda y, x: (heaviside(x),)", "num.relu, lambda y, x: (less_equal(0.0, x),)"),
    Bug("leaky_relu leaks ten times as much", ELEMENTS, "(maximum(heaviside(x), 0.01),)", "(maximum(heaviside(x), 0.1),)"),
    Bug("elu is linear on the left", ELEMENTS, "lambda y, x: (exp(-relu(-x)),)", "lambda y, x: (where(less(x, 0.0), y, 1.0),)"),
    Bug("silu misses its second term", ELEMENTS, "(sigmoid(x) + y * sigmoid(-x),)", "(sigmoid(x),)"),
    Bug("gelu misses its second term", SPECIAL, " + x * exp(-0.5 * (x * x)) / math.sqrt(2.0 * math.pi),)", ",)"),
    Bug("erf off by 0.1 %", SPECIAL, "math.erf, lambda y, x: (2.0 /", "math.erf, lambda y, x: (2.002 /"),
    Bug("erfc has erf's sign", SPECIAL, "math.erfc, lambda y, x: (-2.0 /", "math.erfc, lambda y, x: (2.0 /"),
    Bug("abs has slope 1 at zero and below", PIECES, "operator.abs, lambda y, x: (side(x),)", "operator.abs, lambda y, x: (1.0,)"),
    Bug("minimum gives a tie to the left", PIECES, "    num.minimum,\n    lambda y, a, b: (share(a, b), share(b, a)),", "    num.minimum,\n    lambda y, a, b: (less_equal(a, b), less(b, a)),"),
    Bug("maximum chooses the smaller", PIECES, "lambda y, a, b: (share(b, a), share(a, b)),", "lambda y, a, b: (share(a, b), share(b, a)),"),
    Bug("where passes to both", PIECES, "where(condition, 1.0, 0.0), where(condition, 0.0, 1.0)", "where(condition, 1.0, 0.0), 1.0"),
    Bug("clip has slope 0 at its ends", PIECES, "at_most(low, x) * at_most(x, high),", "less(low, x) * less(x, high),"),
    Bug("hypot forgets to divide", PIECES, "(a / divisor(y), b / divisor(y))", "(a / divisor(y), b)"),
    Bug("atan2 swaps a sign", PIECES, "b / r / r, -a / r / r", "b / r / r, a / r / r"),
    Bug("atan2 divides by the radius once", PIECES, "return b / r / r, ", "return b / r, "),
    Bug("prod leaves out the factors on the right", MANY, "        right = right * xs[i]", "        right = right * 1.0"),
    Bug("mean does not divide", MANY, "(1.0 / len(xs),) * len(xs)", "(1.0,) * len(xs)"),
    Bug("dot swaps its halves", MANY, "uv[len(uv) // 2 :] + uv[: len(uv) // 2]", "uv"),
    Bug("max does not share a tie", MANY, "    return tuple(hit / count for hit in hits)", "    return tuple(hits)"),
    Bug("logsumexp forgets to normalise", MANY, "        return tuple([exp(x - total) for x in xs])", "        return tuple([exp(x) for x in xs])"),
    # ------------------------------------------------------------ wrong only here or there, only in second order
    Bug("sin wrong for negative arguments only", ELEMENTS, "num.sin, lambda y, x: (cos(x),)", "num.sin, lambda y, x: (where(less(x, 0.0), 0.0 - cos(x), cos(x)),)"),
    Bug("exp wrong above 1 only", ELEMENTS, "num.exp, lambda y, x: (y,)", "num.exp, lambda y, x: (where(less(1.0, x), 1.0, y),)"),
    Bug("tanh right once, wrong twice", ELEMENTS, "lambda slope, y, x: (-2.0 * y, 0.0),", "lambda slope, y, x: (-1.0 * y, 0.0),"),
    Bug("square right once, constant twice", ELEMENTS, "num.square, lambda y, x: (2.0 * x,)", "num.square, lambda y, x: (2.0 * detach(x),)"),
    Bug("pow wrong in the mixed second derivative at exponent 0", ELEMENTS, "    return where(where(b, 1.0, less(1e-300, abs(a))), b * pow(a, b - 1.0), 0.0 * b)", "    return where(b, b * pow(a, b - 1.0), 0.0 * b)"),
    Bug("abs has a second derivative at zero", PIECES, "lambda y, x: (where(x, 0.0, nan),), inner=True, symbol=\"sign\"", "lambda y, x: (0.0,), inner=True, symbol=\"sign\""),
    Bug("tanh loses its tail", NUM, "    if -4.0 < x < 4.0:\n        return (1.0 - y)", "    if x == x:\n        return (1.0 - y)", tests=("ops/test_numbers.py",)),
    Bug("scores seen small while compiled are taken to stay small", VALUE, "return self.data if running.compiling is None else nan", "return self.data", tests=("ops/test_numbers.py",)),
    Bug("the radius has a slope at the origin", PIECES, "num.divisor, lambda y, x: (where(x, 1.0, nan),)", "num.divisor, lambda y, x: (1.0,)"),
    Bug("mul right once, wrong twice", ELEMENTS, "lambda y, a, b: (b, a), symbol", "lambda y, a, b: (b, detach(a)), symbol"),
    Bug("logsumexp right once, wrong twice", MANY, "        return tuple([exp(x - total) for x in xs])", "        return tuple([exp(x - getattr(total, 'data', total)) for x in xs])"),
    # ------------------------------------------------------------ the functions themselves
    Bug("gelu is the approximation", "ops/special.py", "    return x * ndtr(x) if x < -1.0 else 0.5 * x * math.erfc(-x * _SQRT_HALF)", "    return 0.5 * x * (1.0 + math.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))"),
    Bug("leaky_relu's value leaks more than its slope", NUM, "return x if x > 0.0 else 0.01 * x", "return x if x > 0.0 else 0.02 * x"),
    Bug("relu of nan is 0", NUM, "    return 0.0 if x <= 0.0 else x", "    return x if x > 0.0 else 0.0"),
    Bug("mean divides by one more", "ops/float_sequences.py", "reduce(add, xs, 0.0) / len(xs)", "reduce(add, xs, 0.0) / (len(xs) + 1)"),
    Bug("log of 0 is nan", NUM, "log = _pole(math.log, {0.0: -inf})", "log = _pole(math.log, {})"),
    Bug("division by minus zero loses its sign", NUM, "math.copysign(inf, a) * math.copysign(1.0, b)", "math.copysign(inf, a)"),
    Bug("overflowing power of a negative base is positive", NUM, "return -inf if a < 0.0 and b % 2.0 == 1.0 else inf", "return inf"),
    # ------------------------------------------------------------ the sweep
    Bug("= for += on the left", FLOATS, "left.grad += node._da * upstream\n            if right", "left.grad = node._da * upstream\n            if right"),
    Bug("= for += on the right", FLOATS, "                right.grad += node._db * upstream", "                right.grad = node._db * upstream"),
    Bug("= for += on the only one", FLOATS, "        elif left.op is not constant:\n            left.grad +=", "        elif left.op is not constant:\n            left.grad ="),
    Bug("= for += where there are many", FLOATS, "                    parent.grad += local * upstream", "                    parent.grad = local * upstream"),
    Bug("the right operand counted once if it is the left one", FLOATS, "            if right.op is not constant:", "            if right.op is not constant and right is not left:"),
    Bug("partials of the operands swapped", FLOATS, "left.grad += node._da * upstream\n            if right", "left.grad += node._db * upstream\n            if right"),
    Bug("any half counts as walked over", FLOATS, "right is None or right is walked", "right is None or walked is not None", ("engine/test_sweep.py",)),
    Bug("the second half of an inner product is forgotten", FLOATS, "((left, node._da), (right, node._db))", "((left, node._da),)"),
    Bug("each half of an inner product has its own numbers as slopes", VALUE, "left, right, right_data, left_data\n", "left, right, left_data, right_data\n"),
    Bug("the seed ignored", FLOATS, "    root.grad += seed", "    root.grad += 1.0"),
    Bug("a leaf as root does not accumulate", FLOATS, "    root.grad += seed", "    root.grad = seed"),
    Bug("the root keeps the gradient of an earlier sweep", FLOATS, "    try:\n        order = _interior(root, met)\n        for node in order:\n            node.grad = 0.0\n", "    kept = root.grad\n    try:\n        order = _interior(root, met)\n        for node in order:\n            node.grad = kept if node is root else 0.0\n"),
    Bug("interior gradients stale from the last sweep", FLOATS, "    try:\n        order = _interior(root, met)\n        for node in order:\n            node.grad = 0.0\n", "    kept = {node: node.grad for node in topological_order(root)}\n    try:\n        order = _interior(root, met)\n        for node in order:\n            node.grad = 0.0 if node is root else kept[node]\n"),
    Bug("depth first without coming back", SWEEP, "                order.append(node)\n                if not stack:", "                order.append(node)\n                if len(stack) < 3:"),
    Bug("nodes in the order of discovery", FLOATS, "            else:\n                append(node)\n                if not stack:\n                    return order\n                node = pop()\n        if", "            else:\n                order.insert(0, node)\n                if not stack:\n                    return order\n                node = pop()\n        if"),
    Bug("not reversed", FLOATS, "    constant = CONSTANT\n    for node in reversed(order):", "    constant = CONSTANT\n    for node in order:"),
    Bug("recursion on first visit only", SWEEP, "                if parent not in seen and parent not in known:\n                    seen.add(parent)", "                if parent not in seen and parent not in known:\n                    seen.add(parent)\n                    seen.update(parent.parents[1:])"),
    Bug("the symbolic sweep overwrites", SWEEP, "adjoints[parent] + contribution if parent in adjoints else contribution", "contribution"),
    Bug("the symbolic sweep forgets the upstream", SWEEP, "                contribution = local * upstream", "                contribution = local"),
    Bug("the symbolic sweep takes any float for 1", SWEEP, "if local.__class__ is float and local == 1.0:", "if local.__class__ is float:"),
    Bug("dependents stop at the first", SWEEP, "    found = set(sources)\n    for node in order:\n        if node.parents and not found.isdisjoint(node.parents) and node.op.role != \"mend\":\n            found.add(node)", "    found = set(sources)\n    for node in order:\n        if node.parents and node.parents[0] in found:\n            found.add(node)"),
    # ------------------------------------------------------------ nodes, contexts
    Bug("parents as a set", VALUE, "        node._a, node._b, node._da = parents, None, slopes\n", "        node._a, node._b, node._da = tuple(dict.fromkeys(parents)), None, slopes\n"),
    Bug("no_grad keeps the parents", VALUE, "    node.op = node._tag = node._a = node._b = None\n    if running.created", "    node._tag = None\n    node._link((constant(1.0),), (1.0,))\n    if running.created"),
    Bug("detach returns itself", VALUE, "        return Value(self.data, self.name)", "        return self"),
    Bug("a constant cached under the wrong sign of zero", VALUE, "if node is not None and (other or kind is int):", "if node is not None:"),
    Bug("copies share their gradients wrongly", VALUE, "_rebuild(node.data, node.grad, node.op, parents, node.partials, node._tag)\n        copied: Value = memo[id(self)]\n        return copied\n\n    def __reduce_ex__(self, protocol: Any) -> tuple[Callable", "_rebuild(node.data, 0.0, node.op, parents, node.partials, node._tag)\n        copied: Value = memo[id(self)]\n        return copied\n\n    def __reduce_ex__(self, protocol: Any) -> tuple[Callable", tests=("engine/test_copying.py",)),
    Bug("reflected operands not reflected", EAGER, 'operands = ("other", "self")', 'operands = ("self", "other")'),
    Bug("the right operand's slope dropped", EAGER, '_computed(op, (False, True), functions)', '_computed(op, (False, False), functions)'),
    Bug("new nodes keep the gradient of their operand", EAGER, "\nnode.grad = 0.0\nif used:", "\nnode.grad = 0.5\nif used:"),
    # ------------------------------------------------------------ graphs
    Bug("a graph evaluates by recorded numbers", EQUATIONS, "            append(fn(*[values[i] for i in places]))", "            append(fn(*[values[i] for i in sorted(places)]))"),
    Bug("replay loses constants", EQUATIONS, "made = var.op(*[env.get(p, p.data) for p in var.parents])", "made = var.op(*[env.get(p, 1.0) for p in var.parents])"),
    Bug("the gradient graph in reverse order of inputs", GRAPH, "return [adjoints.get(var, 0.0) for var in inputs], children[0]", "return [adjoints.get(var, 0.0) for var in reversed(inputs)], children[0]"),
    Bug("the gradient graph seeded with 2", GRAPH, "adjoints = accumulate(order, {outputs[0]: 1.0}, partials_in_kind", "adjoints = accumulate(order, {outputs[0]: 2.0}, partials_in_kind"),
    Bug("frozen graphs mix up their leaves", GRAPH, "tracer.lifted.update(zip(leaves, inputs, strict=True))", "tracer.lifted.update(zip(leaves, reversed(inputs), strict=True))"),
    Bug("simplify drops every multiplication by a constant", "graph/simplifying.py", "if all(n is not None and c is not None and repr(n) == repr(c) for n, c in rest):", "if all(n is not None and c is not None for n, c in rest):"),
    Bug("simplify takes all operations for equal", "graph/simplifying.py", "key = (op, *[", "key = (op.arity, *["),
    Bug("JSON loses the order of operands", "graph/json_text.py", '"args": [at(p) for p in var.parents]}', '"args": sorted(at(p) for p in var.parents)}'),
    # ------------------------------------------------------------ transforms, looking
    Bug("a tangent replaces instead of adding", RUNNING, "total = term if total is None else total + term", "total = term"),
    Bug("forward mode forgets the direction", RUNNING, "term = local * tangents[parent]", "term = local * 1.0"),
    Bug("the outer variable is frozen", RUNNING, "self.locals_of = partials_in_kind if self.symbolic else _recorded", "self.locals_of = _recorded"),
    Bug("forward mode freezes the outer variable", RUNNING, "zip(node.parents, self.locals_of(node), strict=True):\n                if parent in tangents", "zip(node.parents, node.partials, strict=True):\n                if parent in tangents"),
    Bug("perturbations confused", RUNNING, "identity(x) if isinstance(x, (Value, Var)) else Value(x) for x in numbers]", "x if isinstance(x, (Value, Var)) else Value(x) for x in numbers]"),
    Bug("chosen arguments given in the order of their places", RUNNING, "renewed = dict(zip(chosen,", "renewed = dict(zip(sorted(chosen),"),
    Bug("negative argnums count from the wrong end", RUNNING, "places = tuple(i % count for i in chosen)", "places = tuple(abs(i) % count for i in chosen)"),
    Bug("hvp multiplies by the gradient", TRANSFORMS, "flatten(jvp(grad(f), (x,), (v,))[1], as_leaf)", "flatten(jvp(grad(f), (x,), (v,))[0], as_leaf)"),
    Bug("steps start from the gradients that are there", WALK, "    contribution = local * upstream\n    grads[parent] = before + contribution", "    contribution = local * upstream\n    grads[parent] = before - contribution"),
    Bug("a slope towards a plain number alarms", "inspection/nonfinite.py", "if parent.op is not CONSTANT and not finite(local):", "if not finite(local):", ("inspection",)),
    Bug("the share of hidden paths has a sign", BLAME, "hidden, abs(hidden) / sizes", "hidden, hidden / sizes", ("inspection",)),
    Bug("hidden paths are weighed against a sum", BLAME, "[abs(path.product) for path in found]", "[path.product for path in found]", ("inspection",)),
    Bug("paths leave out a factor", BLAME, "gradient[node] = math.fsum(_finite_terms([d * gradient[p] for p, d in below]))", "gradient[node] = math.fsum(_finite_terms([gradient[p] for p, d in below]))"),
    Bug("the player's colours come one step late", "stepping/player_data.py", "level_of(step.grad_after, self.unit)", "level_of(step.grad_before, self.unit)", ("stepping/test_stepping.py",)),
    Bug("an ellipsis leaves out the last operand", "ops/notation.py", "*texts[-2:]]", "*texts[-3:-1]]", ("stepping/test_true_captions.py",)),
    # ------------------------------------------------------------ the checks themselves
    Bug("extrapolations alike by chance are believed", "check/extrapolation.py", "_held_apart(sorted(_extrapolated(rungs, noises, power)))", "sorted(_extrapolated(rungs, noises, power))", ("check/test_battery.py::test_differences_that_extrapolate_alike_by_chance_deceive_nobody",)),
    Bug("a fast ripple is taken for noise", "check/extrapolation.py", "_FINER, _ALIKE = 4.0, 0.3", "_FINER, _ALIKE = 4e9, 0.3", ("check/test_battery.py::test_a_ripple_that_wide_steps_take_for_noise_is_part_of_the_slope",)),
    Bug("what is small beside the largest is lost", "ops/float_sequences.py", "math.log1p(reduce(add, below, len(xs) - len(below) - 1.0))", "math.log(reduce(add, below, float(len(xs) - len(below))))", ("ops/test_accuracy.py",)),
    Bug("precise numbers believe any line of code", "check/witness.py", "if given != coded and", "if given is None and", ("check/test_witness.py",)),
    Bug("precise numbers are not precise enough", "check/witness.py", "_SPARE, _BITS = 100, 5000", "_SPARE, _BITS = 100, 300", ("check/test_witness.py",)),
    # ------------------------------------------------------------ the compiler
    Bug("a last part of one example is forgotten", RUNNER, "range(0, size, most)", "range(0, size - (size > 1), most)", ("compiler/test_compiled.py",)),
    Bug("machines are never dropped", RUNNER, "if len(self) > self.most:", "if len(self) > 99 * self.most:", ("compiler/test_runner.py",)),
    Bug("the newest machine is dropped", RUNNER, "self.popitem(last=False)", "self.popitem(last=True)", ("compiler/test_runner.py",)),
    Bug("machines are dropped however much they are used", RUNNER, "        self.move_to_end(key)\n", "        pass\n", ("compiler/test_runner.py",)),
]  # fmt: skip
