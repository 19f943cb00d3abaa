"""With this module one can time compiled functions against hand-written arrays, PyTorch, JAX, CasADi and eager Values.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python -m benchmarks.compile

Peers that are not installed are left out. Values and gradients are demanded to be equal before anything is timed.
"""

from __future__ import annotations

import math
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, pairwise
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import tinygrad_edu as tg
from benchmarks import parts, report
from benchmarks.peers import ScriptValue
from benchmarks.report import installed
from benchmarks.scalar_gpt import ScalarGPT
from benchmarks.sized import apart, machine_of
from benchmarks.timing import medians, ratio
from tinygrad_edu import Value, nn

Function = Callable[[], Any]
MICROSECONDS = 1e6
PROCESSES = 5
OURS, FAST, HAND, SCRIPT = "ours, NumPy", "ours, numba", "NumPy by hand", "the microgpt script's Values"
ALONE, READING = ", without copying in", ", parameters read from Values"


# ---------------------------------------------------------------------------------------- networks


def moons_network() -> tuple[Any, Any, dict[str, Function]]:
    """MLP 2-16-16-1 with hinge loss on 100 moons: ours, by hand, PyTorch, JAX."""
    data = tg.data.load("moons", n=100, seed=0)
    X, y = np.array(data.X), 2.0 * np.array(data.y) - 1.0
    model = nn.MLP(2, [16, 16, 1], seed=0)

    def loss(x: Any, t: Any) -> Any:
        return nn.hinge(model(x), t)

    def by_hand(np: Any, layers: Sequence[Any]) -> Any:
        h = X
        for W, b in layers[:-1]:
            h = np.maximum(h @ W.T + b, 0.0)
        W, b = layers[-1]
        return np.maximum(1.0 - y * (h @ W.T + b)[:, 0], 0.0).mean()

    def gradient(layers: Sequence[Any]) -> list[Any]:
        (W1, b1), (W2, b2), (W3, b3) = layers
        z1 = X @ W1.T + b1
        h1 = np.maximum(z1, 0.0)
        z2 = h1 @ W2.T + b2
        h2 = np.maximum(z2, 0.0)
        margin = 1.0 - y * (h2 @ W3.T + b3)[:, 0]
        value = np.maximum(margin, 0.0).mean()
        d3 = (-y * (margin > 0.0) / len(y))[:, None]
        d2 = d3 @ W3 * (z2 > 0.0)
        d1 = d2 @ W2 * (z1 > 0.0)
        return [value, d1.T @ X, d1.sum(0), d2.T @ h1, d2.sum(0), d3.T @ h2, d3.sum(0)]

    return model, (loss, X, y), _peers(model, loss, X, y, by_hand, gradient, [2, 16, 16, 1])


def digits_network() -> tuple[Any, Any, dict[str, Function]]:
    """MLP 64-32-10 with softmax cross-entropy on 128 rows: ours, by hand, PyTorch, JAX."""
    rng = np.random.default_rng(0)
    X, Y = rng.random((128, 64)), np.eye(10)[rng.integers(0, 10, 128)]
    model = nn.MLP(64, [32, 10], seed=0)

    def loss(x: Any, t: Any) -> Any:
        return nn.cross_entropy(model(x), t)

    def by_hand(np: Any, layers: Sequence[Any]) -> Any:
        (W1, b1), (W2, b2) = layers
        logits = np.maximum(X @ W1.T + b1, 0.0) @ W2.T + b2
        top = logits.max(1, keepdims=True)
        return (np.log(np.exp(logits - top).sum(1)) + top[:, 0] - (logits * Y).sum(1)).mean()

    def gradient(layers: Sequence[Any]) -> list[Any]:
        (W1, b1), (W2, b2) = layers
        z = X @ W1.T + b1
        h = np.maximum(z, 0.0)
        logits = h @ W2.T + b2
        top = logits.max(1, keepdims=True)
        e = np.exp(logits - top)
        total = e.sum(1, keepdims=True)
        value = (np.log(total[:, 0]) + top[:, 0] - (logits * Y).sum(1)).mean()
        d2 = (e / total - Y) / len(X)
        d1 = d2 @ W2 * (z > 0.0)
        return [value, d1.T @ X, d1.sum(0), d2.T @ h, d2.sum(0)]

    return model, (loss, X, Y), _peers(model, loss, X, Y, by_hand, gradient, [64, 32, 10])


def _peers(
    model: Any, loss: Any, X: Any, Y: Any, by_hand: Any, gradient: Any, sizes: Sequence[int]
) -> dict[str, Function]:
    """The same value and gradient, every way that is installed; all are checked against ours."""
    parameters = model.parameters()
    theta = np.array([p.data for p in parameters])
    layers, start = [], 0
    for nin, nout in pairwise(sizes):
        block = theta[start : start + nout * (nin + 1)].reshape(nout, nin + 1)
        layers.append((np.ascontiguousarray(block[:, :-1]), block[:, -1].copy()))
        start += block.size

    def flat(parts: Sequence[Any]) -> Any:
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return np.concatenate([np.column_stack([np.asarray(W), np.asarray(b)]).ravel() for W, b in pairs])

    compiled = tg.compile(loss, parameters)
    value, expected = compiled.value_and_grad(X, Y)
    functions: dict[str, Function] = {
        OURS: lambda: compiled.value_and_grad(X, Y, at=theta),
        HAND: lambda: gradient(layers),
    }
    functions[OURS + ALONE] = machine_of(compiled).run
    functions[OURS + READING] = lambda: compiled.value_and_grad(X, Y)
    found = gradient(layers)
    checks = {HAND: (found[0], flat(found[1:]))}
    if installed("numba"):
        fast = tg.compile(loss, parameters, "numba")
        functions[FAST] = lambda: fast.value_and_grad(X, Y, at=theta)
        checks[FAST] = fast.value_and_grad(X, Y)
        functions[FAST + ALONE] = machine_of(fast).run
        functions[FAST + READING] = lambda: fast.value_and_grad(X, Y)
    if installed("torch"):
        functions["PyTorch"], checks["PyTorch"] = _torch(layers, X, Y, flat)
    if installed("jax"):
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        jitted = jax.jit(jax.value_and_grad(lambda layers: by_hand(jnp, layers)))
        functions["jax.jit"] = lambda: jax.block_until_ready(jitted(layers))
        jax_value, jax_gradient = jitted(layers)
        checks["jax.jit"] = (float(jax_value), flat([part for layer in jax_gradient for part in layer]))
    for name, (their_value, their_gradient) in checks.items():
        if not (
            math.isclose(their_value, value, rel_tol=1e-12)
            and np.allclose(their_gradient, expected, rtol=0.0, atol=1e-12 * np.abs(expected).max())
        ):
            raise AssertionError(f"{name} does not agree with ours")
    return functions


def _torch(layers: Any, X: Any, Y: Any, flat: Any) -> tuple[Function, Any]:
    import torch

    torch.set_num_threads(1)
    leaves = [torch.tensor(part, requires_grad=True) for layer in layers for part in layer]
    inputs, targets = torch.tensor(X), torch.tensor(Y)

    def run() -> Any:
        for leaf in leaves:
            leaf.grad = None
        h = inputs
        for W, b in zip(leaves[:-2:2], leaves[1:-2:2], strict=True):
            h = torch.relu(h @ W.T + b)
        out = h @ leaves[-2].T + leaves[-1]
        if targets.ndim == 1:
            loss = torch.relu(1.0 - targets * out[:, 0]).mean()
        else:
            loss = (torch.logsumexp(out, 1) - (out * targets).sum(1)).mean()
        loss.backward()
        return loss

    value = float(run().detach())
    return run, (value, flat([leaf.grad.numpy() for leaf in leaves]))


def network_seconds(make: str, turns: int) -> dict[str, list[float]]:
    """Times of all that one of the networks is run by, from several processes.

    Where its arrays happen to lie makes the same function up to twice as slow for the whole life of a process.
    """
    found = [apart(network_seconds_here, make, -(-turns // PROCESSES)) for _ in range(PROCESSES)]
    return {name: [time for seconds in found for time in seconds[name]] for name in found[0]}


def network_seconds_here(make: str, turns: int) -> dict[str, list[float]]:
    return medians({"moons_network": moons_network, "digits_network": digits_network}[make]()[2], turns)


def network_rows(turns: int) -> list[list[str]]:
    """Ours over each peer, on both back ends."""
    targets = {
        "MLP 2-16-16-1, hinge, N=100": {
            (OURS, HAND): 0.75,
            (OURS, "PyTorch"): 0.3,
            (FAST, HAND): 0.35,
            (FAST, "PyTorch"): 0.12,
        },
        "MLP 64-32-10, cross-entropy, N=128": {
            (OURS, HAND): 1,
            (OURS, "PyTorch"): 0.5,
            (FAST, HAND): 0.85,
            (FAST, "PyTorch"): 0.4,
        },
    }
    rows = []
    for (title, target), make in zip(targets.items(), (moons_network, digits_network), strict=True):
        seconds = network_seconds(make.__name__, turns)
        for ours in [a + b for a in (OURS, FAST) for b in ("", ALONE, READING) if a in seconds]:
            peers = [name for name in seconds if not name.startswith("ours")]
            for peer in peers if ours in (OURS, FAST) else [HAND]:
                wanted = f"≤ {target[ours, peer]:g}" if (ours, peer) in target else "–"
                times = [statistics.median(seconds[name]) * MICROSECONDS for name in (peer, ours)]
                cells = [f"{t:.0f}" for t in times]
                rows.append([title, ours, peer, *cells, f"**{ratio(seconds, ours, peer):.2f}**", wanted])
    return rows


# ---------------------------------------------------------------------------------------- structure


def scalar_nodes(graph: tg.Graph) -> int:
    """Count the nodes of a graph and what it captures, a sum of n terms as the n − 1 additions that it is."""
    count = len(graph.inputs) + len(graph.captured)
    for var in graph.variables:
        terms = {"dot": len(var.parents), "sum": len(var.parents)}.get(var.op.role or "", 2)  # type: ignore[union-attr]
        count += terms - 1
    return count


def term_by_term(model: nn.MLP) -> Callable[[Any], Any]:
    """Write the same network with multiplication and addition alone."""

    def forward(x: Any) -> Any:
        for layer in model.layers:
            sums = [sum((w * xi for w, xi in zip(n.w, x, strict=True)), n.b) for n in layer.neurons]
            x = sums if layer is model.layers[-1] else [z.relu() for z in sums]
        return x if len(x) > 1 else x[0]

    return forward


def structure_rows() -> list[list[str]]:
    """Scalar nodes, array operations, time to compile."""
    rows = []
    for title, make, most in (
        ("MLP 2-16-16-1, hinge", moons_network, 22),
        ("MLP 64-32-10, cross-entropy", digits_network, 22),
    ):
        model, (_, X, Y), _ = make()
        criterion = nn.cross_entropy if Y.ndim > 1 else lambda out, y: tg.relu(1.0 - y * out)
        for style, network in (("", model), (", product by product", term_by_term(model))):

            def loss(x: Any, y: Any, network: Any = network, criterion: Any = criterion) -> Any:
                return criterion(network(x), y)

            nodes = scalar_nodes(tg.trace(loss, X[0].tolist(), Y[0].tolist() if Y.ndim > 1 else 1.0))
            make_one = partial(tg.compile, loss, model.parameters())
            rows.append(_structure(title + style, make_one, (X, Y), nodes, f"≤ {most}", "≤ 25"))
    network, f = gpt()
    nodes = scalar_nodes(tg.trace(f))
    rows.append(
        _structure("scalar GPT, context 16", partial(tg.compile, f, network.parameters()), (), nodes, "≤ 165", "≤ 25")
    )
    program, values = irregular(10_000, deep=False)
    make_one = partial(tg.compile, lambda: program(*values))
    nodes = scalar_nodes(tg.trace(lambda: program(*values)))
    rows.append(_structure("random DAG of 10,000 operations", make_one, (), nodes, "–", "≤ 80"))
    return rows


def _structure(title: str, make: Function, arrays: Any, nodes: int, operations: str, target: str) -> list[str]:
    """Compile several times, small functions more often, and take the median."""
    seconds: list[float] = []
    while len(seconds) < 3 or (sum(seconds) < 0.5 and len(seconds) < 15):
        compiled = make()
        start = time.process_time()
        compiled.value_and_grad(*arrays)
        seconds.append(time.process_time() - start)
    cost = statistics.median(seconds) / nodes * MICROSECONDS
    count = len(compiled.program)
    whole = f"{statistics.median(seconds) * 1000.0:.1f}"
    return [title, f"{nodes:,}", f"**{count}**", operations, whole, f"**{cost:.0f}**", target]


def gpt(script: bool = False) -> tuple[Any, Function]:
    """The scalar GPT on a name of 15 letters, over our Values or those of the microgpt script."""
    network = ScalarGPT(ScriptValue) if script else ScalarGPT(Value, softmax=tg.softmax)
    return network, lambda: network.loss("abcdefghijklmno")


def gpt_eager(script: bool, turns: int) -> tuple[list[float], float, list[float]]:
    """Seconds of the eager engine, or of the microgpt script's, with the loss and the gradient that it found."""
    network, f = gpt(script)
    parameters = network.parameters()

    def swept() -> float:
        for p in parameters:
            p.grad = 0.0
        loss = f()
        loss.backward()
        return float(loss.data)

    return medians({"": swept}, turns)[""], swept(), [p.grad for p in parameters]


def gpt_compiled(backend: str, turns: int) -> tuple[list[float], float, list[float]]:
    """The same of the compiled function."""
    network, f = gpt()
    compiled = tg.compile(f, network.parameters(), backend)
    theta = np.array([p.data for p in compiled.params])
    value, gradient = compiled.value_and_grad()
    return medians({"": lambda: compiled.value_and_grad(at=theta)}, turns)[""], value, gradient.tolist()


def gpt_rows(turns: int) -> list[list[str]]:
    """Ours on both back ends over our eager Values, and over those of the microgpt script, all in own processes."""
    peers = {name: apart(gpt_eager, script, turns) for name, script in (("eager Values", False), (SCRIPT, True))}
    rows = []
    for ours, target in ((OURS, "≤ 1/2,500"), (FAST, "≤ 1/4,000")) if installed("numba") else ((OURS, "≤ 1/2,500"),):
        runs = [apart(gpt_compiled, ours.removeprefix("ours, ").lower(), turns) for _ in range(PROCESSES)]
        fast = statistics.median(chain.from_iterable(times for times, _, _ in runs))
        _, value, gradient = runs[0]
        for peer, (times, loss, truth) in peers.items():
            assert math.isclose(loss, value, rel_tol=1e-12)
            assert np.abs(np.subtract(gradient, truth)).max() < 1e-12 * np.abs(truth).max()
            slow = statistics.median(times)
            cells = [f"{slow * MICROSECONDS:,.0f}", f"{fast * MICROSECONDS:.0f}", f"**1/{slow / fast:,.0f}**"]
            rows.append(["scalar GPT, context 16", ours, peer, *cells, "–" if peer == SCRIPT else target])
    return rows


# ---------------------------------------------------------------------------------------- irregular graphs


def irregular(count: int, deep: bool, seed: int = 0) -> tuple[Callable[..., Any], list[Value]]:
    """A random DAG of so many operations over 20 numbers, and Values for these; deep ones prefer the latest nodes.

    The sine around every sum and product is one of the operations: it keeps the numbers small. The result is the sum
    of all that nothing else uses, so that every operation counts.
    """
    rng = random.Random(seed)
    unary = [tg.sin, tg.cos, tg.tanh, tg.sigmoid]
    plan: list[tuple[Any, ...]] = []
    while len(plan) < count:
        reach = 20 + len(plan)
        low = max(0, reach - 60) if deep else 0
        a, b = rng.randrange(low, reach), rng.randrange(low, reach)
        draw = rng.random()
        if draw < 0.3:
            plan.append((rng.choice(unary), a))
        else:
            plan += [(tg.OPS["mul" if draw < 0.6 else "add"], a, b), (tg.sin, reach)]
    used = {place for _, *places in plan for place in places}
    ends = [place for place in range(20 + len(plan)) if place not in used]

    def program(*xs: Any) -> Any:
        nodes = list(xs)
        for op, *places in plan:
            nodes.append(op(*[nodes[place] for place in places]))
        return tg.sum([nodes[place] for place in ends])

    return program, [Value(rng.uniform(-1.0, 1.0)) for _ in range(20)]


def irregular_rows(turns: int) -> list[list[str]]:
    rows = []
    for deep, target in ((False, 0.7), (True, 1.3)):
        program, values = irregular(10_000, deep)

        def f(program: Any = program, values: Any = values) -> Any:
            return program(*values)

        functions: dict[str, Function] = {}
        for ours in (OURS, FAST) if installed("numba") else (OURS,):
            compiled = tg.compile(f, None, ours.removeprefix("ours, ").lower())
            expected = compiled.value_and_grad()
            theta = np.array([p.data for p in compiled.params])
            functions[ours] = lambda c=compiled, t=theta: c.value_and_grad(at=t)  # type: ignore[misc]
        loss = f()
        functions["eager backward alone"] = loss.backward
        if installed("casadi"):
            functions["CasADi SX"] = _casadi(f, compiled.params, theta, expected)
        seconds = medians(functions, turns)
        title = f"random DAG of 10,000 operations, {'deep' if deep else 'shallow'}, one point"
        for ours in [name for name in (OURS, FAST) if name in functions]:
            for peer in [name for name in functions if name not in (OURS, FAST)]:
                wanted = f"≤ {target:g}" if (ours, peer) == (FAST, "CasADi SX") else "–"
                cells = [f"{statistics.median(seconds[name]) * MICROSECONDS:.0f}" for name in (peer, ours)]
                rows.append([title, ours, peer, *cells, f"**{ratio(seconds, ours, peer):.2f}**", wanted])
    return rows


def points_rows(turns: int) -> list[list[str]]:
    """The same graphs at 100 points at once, a gradient for each."""
    rows = []
    points = np.random.default_rng(0).uniform(-1.0, 1.0, (100, 20))
    for deep, target in ((False, 0.35), (True, 0.4)):
        program, values = irregular(10_000, deep)
        both = tg.value_and_grad(lambda xs, program=program: program(*xs))
        functions: dict[str, Function] = {}
        for ours in (OURS, FAST) if installed("numba") else (OURS,):
            compiled = tg.compile(both, [], ours.removeprefix("ours, ").lower())
            value, gradient = compiled(points)
            functions[ours] = lambda c=compiled: c(points)  # type: ignore[misc]
        if installed("casadi"):
            expected = value, np.stack(gradient, 1)
            functions["CasADi SX"] = _casadi(lambda: program(*values), values, points, expected)  # noqa: B023
        seconds = medians(functions, turns)
        title = f"random DAG of 10,000 operations, {'deep' if deep else 'shallow'}, 100 points"
        for ours in [name for name in (OURS, FAST) if name in functions and "CasADi SX" in functions]:
            cells = [f"{statistics.median(seconds[name]) * MICROSECONDS:.0f}" for name in ("CasADi SX", ours)]
            found = f"**{ratio(seconds, ours, 'CasADi SX'):.2f}**"
            rows.append([title, ours, "CasADi SX, map", *cells, found, f"≤ {target:g}" if ours == FAST else "–"])
    return rows


def _casadi(f: Any, params: Sequence[Value], points: Any, expected: Any) -> Function:
    """CasADi's virtual machine on the same graph, at one point or mapped over several; checked against ours."""
    import casadi

    xs = casadi.SX.sym("x", len(params))
    graph = tg.trace(f)
    known: dict[Any, Any] = {var: xs[params.index(var.data)] for var in graph.captured_variables}
    functions = {"sin": casadi.sin, "cos": casadi.cos, "tanh": casadi.tanh}
    for var in graph.variables:
        args = [known.get(p, p.data) for p in var.parents]
        name = var.op.name  # type: ignore[union-attr]
        if name == "sum":
            made = casadi.sum1(casadi.vertcat(*args))
        elif name == "sigmoid":
            made = 1.0 / (1.0 + casadi.exp(-args[0]))
        elif name in functions:
            made = functions[name](args[0])
        else:
            made = args[0] * args[1] if name == "mul" else args[0] + args[1]
        known[var] = made
    out = known[graph.outputs[0]]
    count = points.size // len(params)
    function = casadi.Function("f", [xs], [out, casadi.gradient(out, xs)])
    if count > 1:
        function = function.map(count)
    buffer, run = function.buffer()
    inputs: Any
    value: Any
    gradient: Any
    inputs, value, gradient = points.copy(), np.zeros(count), np.zeros(points.shape)  # a point is a column there
    buffer.set_arg(0, memoryview(inputs))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(gradient))
    run()
    # Deep graphs magnify rounding: their derivatives at some of the points are about 1e9.
    assert np.allclose(value, expected[0], rtol=1e-7)
    assert np.allclose(gradient, expected[1], rtol=1e-7, atol=1e-5 * np.abs(expected[1]).max())
    kept = (function, buffer, inputs, value, gradient)  # the machine code reads and writes these
    return lambda: (run(), kept)


# ---------------------------------------------------------------------------------------- report


def measure(turns: int) -> str:
    """All measurements, as the text of one part of the results."""
    peers = ("numba", "torch", "jax", "casadi")
    header = ["value and gradient", "", "peer", "peer, µs", "ours, µs", "ratio", report.TARGET]
    absent = [report.missing(package, len(header)) for package in peers if not installed(package)]
    rows = [*network_rows(turns), *gpt_rows(turns), *irregular_rows(turns), *points_rows(turns), *absent]
    return "\n\n".join(
        [
            f"{report.versions('tinygrad-edu', 'numpy', *peers)}.",
            f"Medians of processor time over {turns} turns, each of all programs one after another, those of networks "
            f"spread over {PROCESSES} processes; the ratio is the median of the ratios within a turn. One BLAS thread, "
            "float64. Values and gradients of all were checked to agree to 1e-12 of the largest (CasADi 1e-5). Ours "
            "includes copying inputs and parameters in, these from one array as every peer has them; reading them out "
            "of Values one by one is a row of its own. The study that set the targets took 590 µs for the scalar GPT, "
            "with an eager engine that took 1,534,000 µs.",
            report.table(header, rows),
            "What the compiler makes of them. Nodes are inputs, parameters and operations of one example, each product "
            "and each addition of an inner product for itself, as the study counts them; the time to compile includes "
            "tracing, and the first run:",
            report.table(
                [
                    "function",
                    "scalar nodes forward",
                    "array operations",
                    report.TARGET,
                    "ms to compile",
                    "µs per node to compile",
                    report.TARGET,
                ],
                structure_rows(),
            ),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line."""
    parts.run("compile", measure, arguments, usual=11, quick=3, what="turns of each program")


if __name__ == "__main__":
    main()
