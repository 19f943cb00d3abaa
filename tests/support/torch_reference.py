"""What PyTorch calls the operations of the table: an independent truth to compare with."""

import math
from functools import reduce

import torch

DOUBLE = torch.float64


def _with_slope(function, slope):
    class Function(torch.autograd.Function):
        @staticmethod
        def forward(context, x):
            context.save_for_backward(x)
            return function(x)

        @staticmethod
        def backward(context, gradient):
            (x,) = context.saved_tensors
            return gradient * slope(x)

    return Function.apply


# PyTorch's own trigamma has eight digits, its zeta function all.
trigamma = _with_slope(lambda x: torch.special.zeta(torch.tensor(2.0), x), lambda x: torch.polygamma(2, x))
digamma = _with_slope(torch.digamma, trigamma)
lgamma = _with_slope(torch.lgamma, digamma)


def sinc(x):
    """PyTorch's own loses the slope near 0; there, the series."""
    near = torch.abs(x) < 0.5
    square = torch.where(near, math.pi * x, 0.0) ** 2
    series = sum((-square) ** k / float(math.factorial(2 * k + 1)) for k in range(13))
    return torch.where(near, series, torch.sinc(torch.where(near, 1.0, x)))


TORCH = {
    "identity": lambda x: x * 1.0,
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "pow": torch.pow,
    "neg": torch.neg,
    "exp": torch.exp,
    "exp2": torch.exp2,
    "cbrt": lambda x: torch.sign(x) * torch.abs(x) ** (1.0 / 3.0),
    "remainder": torch.remainder,
    "logaddexp": torch.logaddexp,
    "xlogy": torch.xlogy,
    "lgamma": lgamma,
    "digamma": digamma,
    "erfinv": torch.erfinv,
    "ndtr": torch.special.ndtr,
    "log_ndtr": torch.special.log_ndtr,
    "sinc": sinc,
    "floor": torch.floor,
    "ceil": torch.ceil,
    "trunc": torch.trunc,
    "round": torch.round,
    "norm": lambda *xs: torch.linalg.vector_norm(torch.stack(xs)),
    "expm1": torch.expm1,
    "log": torch.log,
    "log1p": torch.log1p,
    "log2": torch.log2,
    "log10": torch.log10,
    "sqrt": torch.sqrt,
    "square": torch.square,
    "reciprocal": torch.reciprocal,
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "asin": torch.asin,
    "acos": torch.acos,
    "atan": torch.atan,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "tanh": torch.tanh,
    "asinh": torch.asinh,
    "acosh": torch.acosh,
    "atanh": torch.atanh,
    "sigmoid": torch.sigmoid,
    # PyTorch's own softplus turns into x past a threshold, and its logaddexp has the exact gradient
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "elu": torch.nn.functional.elu,
    "silu": torch.nn.functional.silu,
    # PyTorch's own gelu loses digits in the left tail, where 1 + erf cancels
    "gelu": lambda x: 0.5 * x * torch.erfc(-x * math.sqrt(0.5)),
    "erf": torch.erf,
    "erfc": torch.erfc,
    "abs": torch.abs,
    "sign": torch.sign,
    "heaviside": lambda x: torch.where(x > 0, 1.0, torch.where(x <= 0, 0.0, x.detach())).to(DOUBLE),
    "less": lambda a, b: (a < b).to(DOUBLE),
    "less_equal": lambda a, b: (a <= b).to(DOUBLE),
    "minimum": torch.minimum,
    "maximum": torch.maximum,
    "where": lambda c, a, b: torch.where(c != 0, a, b),
    "clip": lambda x, low, high: torch.minimum(torch.maximum(x, low), high),
    "hypot": torch.hypot,
    "atan2": torch.atan2,
    "sum": lambda *xs: torch.stack(xs).sum(),
    "prod": lambda *xs: reduce(torch.mul, xs),  # torch.prod divides by the factors, and rounds
    "mean": lambda *xs: torch.stack(xs).mean(),
    "dot": lambda *uv: torch.dot(torch.stack(uv[: len(uv) // 2]), torch.stack(uv[len(uv) // 2 :])),
    "max": lambda *xs: torch.stack(xs).amax(),
    "min": lambda *xs: torch.stack(xs).amin(),
    "logsumexp": lambda *xs: torch.logsumexp(torch.stack(xs), 0),
}


def tensor(x):
    return torch.tensor(x, dtype=DOUBLE, requires_grad=True)


def run(program, point):
    """Run a program on PyTorch's doubles: its inputs, its result."""
    inputs = [tensor(x) for x in point]
    results = list(inputs)
    for op, args in program.lines:
        given = [results[a] if isinstance(a, int) else torch.tensor(a, dtype=DOUBLE) for a in args]
        results.append(TORCH[op.name](*given))
    return inputs, results[-1]


def gradient(result, inputs, create_graph=False):
    """Differentiate; zeros where nothing flows."""
    if not result.requires_grad:
        return [torch.zeros((), dtype=DOUBLE) for _ in inputs]
    found = torch.autograd.grad(result, inputs, create_graph=create_graph, retain_graph=True, allow_unused=True)
    return [torch.zeros((), dtype=DOUBLE) if g is None else g for g in found]
