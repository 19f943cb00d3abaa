"""With this module one can bring a small PyTorch model over, to draw it, step through it and check it number by number.

>>> import torch
>>> theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh()).double()
>>> ours = from_torch(theirs)
>>> x = [0.5, -1.0]
>>> max(abs(a.data - b) for a, b in zip(ours(x), theirs(torch.tensor(x).double()).tolist())) < 1e-12
True
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from .attention import SelfAttention
from .description import KINDS
from .initial import built_blank
from .module import Module
from .pipeline import Sequential

UNLIKE: Mapping[str, Mapping[str, Any]] = {
    "Embedding": {"padding_idx": None, "max_norm": None, "scale_grad_by_freq": False, "sparse": False},
    "Conv2d": {"dilation": (1, 1), "groups": 1, "padding_mode": "zeros"},
    "MaxPool2d": {"dilation": 1, "ceil_mode": False, "return_indices": False},
    "AvgPool2d": {"ceil_mode": False, "count_include_pad": True, "divisor_override": None},
    "Flatten": {"start_dim": 1, "end_dim": -1},
    "Softmax": {"dim": -1},
    "LogSoftmax": {"dim": -1},
    "LeakyReLU": {"negative_slope": 0.01},
    "ELU": {"alpha": 1.0},
    "GELU": {"approximate": "none"},
    "Softplus": {"beta": 1.0, "threshold": 20.0},
    "MultiheadAttention": {"dropout": 0.0, "bias_k": None, "bias_v": None, "add_zero_attn": False},
}
"""The arguments of PyTorch's layers that ours have not, with the only value that we have."""


def from_torch(module: Any) -> Module:
    """Rebuild a PyTorch model out of Values, with its numbers.

    Parameters
    ----------
    module : torch.nn.Module
        A layer that this package has too, or a `torch.nn.Sequential` of such, however deep. `MultiheadAttention`
        becomes `SelfAttention`, which sees all positions; ``causal`` of the result may be set.

    Returns
    -------
    Module
        It takes one example, without PyTorch's axis of examples. In float64 outputs and gradients are the same to
        rounding, in float32 as closely as PyTorch computes. `Softplus` is exact also above PyTorch's threshold, where
        that gives its argument, 2e-9 less.

    Raises
    ------
    TypeError
        If it is no such module, or holds a class that is not known here; its name and place are said.
    ValueError
        If a layer has an option that ours has not, or parameters are used in two places.

    Examples
    --------
    >>> import torch
    >>> from_torch(torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3)))[0]
    Linear(4, 8)
    """
    if isinstance(module, type) or not callable(getattr(module, "named_modules", None)):
        raise TypeError(f"from_torch takes a torch.nn.Module, got {type(module).__name__}: {module!r:.60}")
    if len(list(module.named_parameters(remove_duplicate=False))) > len(list(module.parameters())):
        raise ValueError("the model uses a parameter in two places, which Values brought over would not share")
    return _brought(module, "").train(module.training)


def _brought(module: Any, place: str) -> Module:
    kind = type(module)
    if not kind.__module__.startswith("torch.nn.modules."):
        raise TypeError(_not_known(kind.__name__, place))
    if kind.__name__ == "Sequential":
        parts = [_brought(part, f"{place}.{name}".lstrip(".")) for name, part in module.named_children()]
        return Sequential(*parts)
    ours = SelfAttention if kind.__name__ == "MultiheadAttention" else KINDS.get(kind.__name__)
    if ours is None:
        raise TypeError(_not_known(kind.__name__, place))
    for option, value in UNLIKE.get(kind.__name__, {}).items():
        found = getattr(module, option)
        if found != value:
            raise ValueError(f"{_named(kind.__name__, place)} has {option}={found!r}, but only {value!r} is known here")
    state = module.state_dict()
    built: Module = built_blank(sum(tensor.numel() for tensor in state.values()), _built, ours, module)
    built.load_state_dict(state)
    return built


def _built(ours: Callable[..., Any], module: Any) -> Any:
    """Build our layer by the attributes of PyTorch's that bear the names of its arguments."""
    found = {
        name: getattr(module, name)
        for name, parameter in inspect.signature(ours).parameters.items()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and hasattr(module, name)
    }
    bias = getattr(module, "bias", getattr(module, "in_proj_bias", None))
    if "bias" in inspect.signature(ours).parameters:
        found["bias"] = bias if isinstance(bias, bool) else bias is not None
    if found.get("eps", 0.0) is None:  # RMSNorm's own, by the precision of its numbers
        import torch

        found["eps"] = torch.finfo(torch.float64 if module.weight is None else module.weight.dtype).eps
    return ours(**found)


def _named(kind: str, place: str) -> str:
    return f"{kind} at {place}" if place else kind


def _not_known(kind: str, place: str) -> str:
    """Say what is not known, and what is: all classes of this room, some of which PyTorch has."""
    return (
        f"from_torch does not know {_named(kind, place)}. It knows Sequential, MultiheadAttention and the layers that "
        f"tinygrad_edu.nn has by the same names ({', '.join(sorted(KINDS))}). Build the model of those, and give its "
        "load_state_dict PyTorch's state_dict()"
    )
