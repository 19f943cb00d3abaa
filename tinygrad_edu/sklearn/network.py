"""With this module estimators of scikit-learn are made of a network: what classifier and regressor share."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_consistent_length, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from ..arguments import as_count, as_list, as_number, unknown, without_gaps, without_times
from ..compiler import compile
from ..nn.layers import MLP, Neuron
from ..nn.losses import Loss
from ..optim import optimizers as optim
from ..training.answers import Kind
from ..training.examples import Examples
from ..training.fitting import fit
from ..training.history import History
from ..training.stopping import EarlyStopping

Array = Any

_THEIR_NAMES = {"identity": "linear", "logistic": "sigmoid"}
"""What scikit-learn calls operations of this package."""

_MOST_IN_A_BATCH = 200


class Answers:
    """The outputs of a network for many examples; compiled when they are first asked for, and not pickled so."""

    def __init__(self, module: MLP) -> None:
        self.module = module
        self._compiled: Any = None

    def __call__(self, X: Array) -> Array:
        if self._compiled is None:
            self._compiled = compile(self.module, self.module)
        return self._compiled(X)

    def __getstate__(self) -> dict[str, Any]:
        return {"module": self.module, "_compiled": None}


class Network(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """What classifier and regressor share; `MLPRegressor` says what the parameters mean."""

    module_: MLP
    history_: History
    n_iter_: int
    _optimizer: optim.Optimizer
    _answers: Answers
    _watched: str
    _metrics: str | None

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate_init: float = 0.001,
        schedule: Any = None,
        max_iter: int = 200,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: int = 10,
        engine: str = "auto",
        dtype: str = "float64",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.schedule = schedule
        self.max_iter = max_iter
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.engine = engine
        self.dtype = dtype

    @property
    def loss_curve_(self) -> list[float]:
        """The loss of each epoch."""
        check_is_fitted(self)
        return list(self.history_.loss)

    @property
    def loss_(self) -> float:
        """The loss of the last epoch."""
        return self.loss_curve_[-1]

    _kind: Kind

    def _loss(self, outputs: int) -> str | Loss:
        raise NotImplementedError

    # ------------------------------------------------------------------------------------ training

    def _learn(self, X: Array, y: Array, outputs: int, weights: Any, one_epoch: bool = False) -> None:
        """Train on examples that have been looked through: anew, or going on with the network there is."""
        random_state = check_random_state(self.random_state)
        goes_on = hasattr(self, "module_") and (one_epoch or self.warm_start)
        counting = len(X) if weights is None else int((weights > 0.0).sum())
        if self.early_stopping and not one_epoch and not 0 < round(self.validation_fraction * counting) < counting:
            raise ValueError(
                f"early_stopping holds out validation_fraction={self.validation_fraction!r} of the examples, but "
                f"n_samples = {counting} are too few for that (those that weigh nothing do not count)"
            )
        settings: dict[str, Any] = {"epochs": 1, "validation": None}
        if not one_epoch:
            settings = {
                "epochs": as_count(self.max_iter, "max_iter"),
                "validation": self.validation_fraction if self.early_stopping else None,
                "early_stopping": self._stopping(),
                "schedule": self.schedule,
            }
        size = self._size_of_batches(counting)
        if goes_on:
            module, optimizer = self._go_on(X.shape[1], outputs)
        else:
            module, optimizer = self._begin(X.shape[1], outputs, random_state)
        self._penalise(optimizer, size if weights is None else size * float(weights[weights > 0.0].mean()))
        history = fit(
            module,
            Examples(X.tolist(), y.tolist(), self._kind, table=X),
            loss=self._loss(outputs),
            optimizer=optimizer,
            batch_size=size,
            seed=_seed_from(random_state),
            progress=bool(self.verbose),
            engine=self.engine,
            dtype=self.dtype,
            metrics=self._metrics,
            sample_weight=weights,
            **settings,
        )
        if goes_on:
            self.history_.extend(history)
        else:
            self.module_, self._optimizer, self._answers = module, optimizer, Answers(module)
            self.history_ = history
        self.n_iter_ = self.history_.epochs
        if history.stopped.startswith("interrupted"):
            warnings.warn(f"training was {history.stopped}", stacklevel=4)
        elif not one_epoch and not history.stopped:
            warnings.warn(
                f"the network was still getting better after {history.epochs} epochs: raise max_iter, or tol",
                ConvergenceWarning,
                stacklevel=4,
            )

    def _hidden(self) -> list[int]:
        sizes: Any = self.hidden_layer_sizes
        sizes = as_list(sizes, "hidden_layer_sizes") if hasattr(sizes, "__len__") else [sizes]
        return [as_count(size, f"hidden_layer_sizes[{i}]") for i, size in enumerate(sizes)]

    def _begin(self, features: int, outputs: int, random_state: Any) -> tuple[MLP, optim.Optimizer]:
        activation = _THEIR_NAMES.get(self.activation, self.activation)
        module = MLP(features, [*self._hidden(), outputs], activation, seed=0, init="zeros")
        for layer in module.layers:
            _start(layer.neurons, 2.0 if activation == "sigmoid" else 6.0, random_state)
        return module, self._optimizer_of(module)

    def _go_on(self, features: int, outputs: int) -> tuple[MLP, optim.Optimizer]:
        """Give the network there is, and its optimiser with the settings of now."""
        module, optimizer = self.module_, self._optimizer
        activation = MLP(1, [1], _THEIR_NAMES.get(self.activation, self.activation), init="zeros").activation
        sizes = [len(module.layers[0].neurons[0].w), *[len(layer.neurons) for layer in module.layers]]
        wanted = [features, *self._hidden(), outputs]
        if (wanted, activation) != (sizes, module.activation):
            raise ValueError(
                f"training goes on with {module!r}, which cannot become MLP({features}, {wanted[1:]}, "
                f"activation={activation!r}); set warm_start=False and call fit, which begins anew"
            )
        now = self._optimizer_of(module)
        if type(now) is not type(optimizer) or len(now.param_groups) != len(optimizer.param_groups):
            return module, now
        for group, settings in zip(optimizer.param_groups, now.param_groups, strict=True):
            group.clear()
            group.update(settings)
        return module, optimizer

    def _optimizer_of(self, module: MLP) -> optim.Optimizer:
        neurons = [neuron for layer in module.layers for neuron in layer.neurons]
        groups = [{"params": [w for neuron in neurons for w in neuron.w]}, {"params": [n.b for n in neurons]}]
        settings: dict[str, Any] = {"lr": as_number(self.learning_rate_init, "learning_rate_init", 0.0)}
        if self.solver == "sgd":
            momentum = as_number(self.momentum, "momentum", 0.0, 1.0)
            settings |= {"momentum": momentum, "nesterov": bool(self.nesterovs_momentum and momentum > 0.0)}
        elif self.solver in ("adam", "adamw", "nadam"):
            settings |= {"betas": (self.beta_1, self.beta_2), "eps": self.epsilon}
        if self.solver not in optim.OPTIMIZERS:
            raise ValueError(unknown("solver", self.solver, optim.OPTIMIZERS))
        parameters = groups if self.alpha else [p for neuron in neurons for p in (*neuron.w, neuron.b)]
        optimizer: optim.Optimizer = optim.OPTIMIZERS[self.solver](parameters, **settings)
        return optimizer

    def _penalise(self, optimizer: optim.Optimizer, weight: float) -> None:
        """Set the penalty on the weights of the network, not the biases, for batches of that weight in all."""
        if len(optimizer.param_groups) > 1:
            optimizer.param_groups[0]["weight_decay"] = as_number(self.alpha, "alpha", 0.0) / weight
            optimizer.param_groups[1]["weight_decay"] = 0.0

    def _size_of_batches(self, examples: int) -> int:
        if isinstance(self.batch_size, str) and self.batch_size == "auto":
            return max(1, min(_MOST_IN_A_BATCH, examples))
        return as_count(self.batch_size, "batch_size, which is a number or 'auto',")

    def _stopping(self) -> EarlyStopping:
        patience = as_count(self.n_iter_no_change, "n_iter_no_change")
        watched = self._watched if self.early_stopping else "loss"
        return EarlyStopping(patience, as_number(self.tol, "tol", 0.0), watched, restore_best=bool(self.early_stopping))

    def _outputs(self, X: Any) -> Array:
        check_is_fitted(self)
        return self._answers(validate_data(self, checked(X, "X"), reset=False, dtype=np.float64))


@contextmanager
def kept_unless_done(estimator: Any) -> Iterator[None]:
    """Give an estimator back what it had where an error breaks training off: the labels and names of its network."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


def checked(table: Any, name: str) -> Any:
    """Give data as it is, unless there are gaps or times in it, which scikit-learn would read as numbers."""
    without_gaps(table, name)
    return without_times(table, name)


def as_weights(weights: Any, X: Array) -> Any:
    """Read `sample_weight`: None, or one number for each example, one of them above 0."""
    if weights is None:
        return None
    weights = check_array(weights, ensure_2d=False, dtype=np.float64, input_name="sample_weight")
    if weights.ndim != 1:
        raise ValueError(f"sample_weight must be 1D, one number for each example, got shape {weights.shape}")
    check_consistent_length(X, weights)
    if (weights < 0.0).any():
        raise ValueError(f"sample_weight must be at least 0, got {weights.min():g}")
    if not (weights > 0.0).any():
        raise ValueError("the weights of all examples are zero, so there is nothing to learn from")
    return weights


def _start(neurons: Sequence[Neuron], factor: float, random_state: Any) -> None:
    """Draw weights, and then biases, as scikit-learn's networks do: the same from the same random state.

    The range is that of Glorot and Bengio 2010, PMLR 9, page 249.
    """
    inputs = len(neurons[0].w)
    bound = (factor / (inputs + len(neurons))) ** 0.5
    rows = random_state.uniform(-bound, bound, (inputs, len(neurons))).T.tolist()
    for neuron, row, b in zip(neurons, rows, random_state.uniform(-bound, bound, len(neurons)).tolist(), strict=True):
        neuron.b.data = b
        for w, number in zip(neuron.w, row, strict=True):
            w.data = number


def _seed_from(random_state: Any) -> int:
    return int(random_state.randint(2**31 - 1))
