"""With this module one can put modules in a row, and in front of them one that brings the inputs to a common scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

from ..arguments import as_count, as_rows
from ..data.scales import scales_of
from .arguments import listed, wrong_length
from .description import rebuilt
from .initial import draws
from .module import Module
from .nested import added


@rebuilt
class Sequential(Module):
    """Modules, each fed by the one before: ``model[0]``, ``len(model)``, ``for module in model``.

    As in PyTorch a module's place is its name: the parameters of the first are 0.weight.0.0 and so on.

    Parameters
    ----------
    *modules : Module
        At least one.

    Raises
    ------
    TypeError
        If something given is not a Module.
    ValueError
        If nothing is given.

    Examples
    --------
    >>> from tinygrad_edu import data
    >>> from tinygrad_edu.nn import MLP
    >>> iris = data.load("iris")
    >>> model = Sequential(Standardize.of(iris.X), MLP(4, [8, 3], seed=0))
    >>> len(model(iris.X[0]))
    3
    """

    def __init__(self, *modules: Module) -> None:
        for module in modules:
            if not isinstance(module, Module):
                raise TypeError(f"{type(self).__name__} takes modules, got {module!r}")
        if not modules:
            raise ValueError(f"{type(self).__name__} needs at least one module")
        for place, module in enumerate(modules):
            setattr(self, str(place), module)
            module.scope_name = f"{place}.{type(module).__name__.lower()}"
        self._name_parameters()

    def __len__(self) -> int:
        return sum(name.isdecimal() for name in vars(self))

    def __getitem__(self, place: int) -> Module:
        return list(self)[place]

    def __iter__(self) -> Iterator[Module]:
        return iter([module for name, module in vars(self).items() if name.isdecimal()])

    def forward(self, x: Any) -> Any:
        """Evaluate the modules one after the other."""
        for module in self:
            x = module(x)
        return x

    def example_input(self) -> Any:
        """Give what the first module takes that takes not just anything."""
        return next((module.example_input() for module in self if not module.keeps_shape), None)

    def options(self) -> dict[str, Any]:
        """Give the modules."""
        return {"modules": list(self)}

    @classmethod
    def rebuild(cls, options: dict[str, Any]) -> Self:
        """Build it of its modules."""
        return cls(*options["modules"])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self))})"


@rebuilt
class Residual(Sequential):
    """Give ``x + f(x)``, where f is some modules in a row that keep the shape.

    Source: He et al. 2016, arXiv:1512.03385.

    Parameters
    ----------
    *modules : Module
        At least one.

    Examples
    --------
    >>> from tinygrad_edu.nn import Activation
    >>> Residual(Activation("square"))([2.0, 3.0])
    [6.0, 12.0]
    """

    def forward(self, x: Any) -> Any:
        """Add what comes out to what goes in."""
        return added(x, super().forward(x))


@rebuilt
class Standardize(Module):
    """Shift and scale each input to mean 0 and standard deviation 1; part of the model, saved with it, not trained.

    Parameters
    ----------
    mean, std : sequence of float, shape (features,)
        What is subtracted, and what it is then divided by. `Standardize.of(X)` measures both.

    Raises
    ------
    ValueError
        If the lengths differ, or a standard deviation is not above 0.

    Examples
    --------
    >>> Standardize([1.0, 2.0], [1.0, 4.0])([3.0, 4.0])
    [2.0, 0.5]
    """

    buffers = ("mean", "std")

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        self.mean, self.std = [float(m) for m in mean], [float(s) for s in std]
        if len(self.mean) != len(self.std) or not self.mean:
            raise ValueError(f"Standardize needs as many means as deviations, got {len(self.mean)} and {len(self.std)}")
        if not all(s > 0.0 for s in self.std):
            raise ValueError(f"every standard deviation must be above 0, got {self.std}")

    @classmethod
    def of(cls, X: Sequence[Sequence[float]]) -> Standardize:
        """Measure mean and standard deviation of each column; a column that is constant is only shifted.

        Parameters
        ----------
        X : sequence of sequences of float, shape (n, features)
            The examples to learn from, without those held out.

        Returns
        -------
        Standardize
        """
        means, deviations = scales_of(as_rows(X))
        return cls(means, deviations)

    def forward(self, x: Sequence[Any]) -> list[Any]:
        """Standardise one example; plain numbers stay plain."""
        x = listed(self, x)
        if len(x) != len(self.mean):
            raise wrong_length(self, len(x), len(self.mean))
        return [(xi - m) / s for xi, m, s in zip(x, self.mean, self.std, strict=True)]

    def example_input(self) -> list[float]:
        """Give as many zeros as there are features."""
        return [0.0] * len(self.mean)

    def options(self) -> dict[str, Any]:
        """Give the number of features."""
        return {"features": len(self.mean)}

    @classmethod
    def rebuild(cls, options: dict[str, Any]) -> Self:
        """Build it with numbers yet to be loaded."""
        size = as_count(options["features"], "features")
        draws(2 * size)
        return cls([0.0] * size, [1.0] * size)

    def __repr__(self) -> str:
        return f"Standardize({len(self.mean)} features)"
