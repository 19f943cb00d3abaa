"""With this module one can do regression: a network of Values as an estimator of scikit-learn."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d
from sklearn.utils.validation import validate_data

from ..nn.losses import Loss, mse
from ..training.answers import Kind
from .network import Array, Network, as_weights, checked, kept_unless_done

E = TypeVar("E", bound="MLPRegressor")


def half_squared_error(output: Any, target: Any) -> Any:
    """Give half the squared error, summed over targets: what scikit-learn's networks make small.

    Examples
    --------
    >>> half_squared_error([3.0, 1.0], [1.0, 1.0])
    2.0
    """
    return mse(output, target) * (0.5 * len(output) if isinstance(output, list) else 0.5)


class MLPRegressor(RegressorMixin, Network):  # type: ignore[misc]  # the mixin first
    """A regressor: a network of Values, trained by `tinygrad_edu.fit` to make the squared error small.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default (100,)
        How many neurons each hidden layer has; empty for none.
    activation : str, default "relu"
        Of the hidden layers: "identity", "logistic", "tanh", "relu", or any operation of one argument of this package.
    solver : str, default "adam"
        "sgd", "adam", or another optimiser of `tinygrad_edu.optim` by name.
    alpha : float, default 0.0001
        Strength of the L2 penalty on weights, which is divided by the number of examples in a batch.
    batch_size : int, default "auto"
        Examples in a step; "auto" is 200, or all if there are fewer.
    learning_rate_init : float, default 0.001
        The learning rate.
    schedule : str or callable, optional
        How the rate changes; as in `tinygrad_edu.fit`.
    max_iter : int, default 200
        The most epochs.
    random_state : int, RandomState or None, default None
        Seeds the weights, which are then those of scikit-learn's network, what is held out, and the order of the
        examples.
    tol : float, default 0.0001
        An epoch is better only if the loss (the score, with early stopping) is better by more than that.
    verbose : bool, default False
        Show a progress bar.
    warm_start : bool, default False
        Whether `fit` goes on with the network there is.
    momentum : float, default 0.9
        Of "sgd".
    nesterovs_momentum : bool, default True
        Of "sgd".
    early_stopping : bool, default False
        Hold examples out, watch the score on them instead of the loss, and keep the best network.
    validation_fraction : float, default 0.1
        The share held out then.
    beta_1, beta_2, epsilon : float, default 0.9, 0.999, 1e-8
        Of "adam" and its like.
    n_iter_no_change : int, default 10
        How many epochs without a better one end training.
    engine : str, default "auto"
        What computes; as in `tinygrad_edu.fit`.
    dtype : {"float64", "float32"}, default "float64"
        What numbers it trains with; as in `tinygrad_edu.fit`.

    Attributes
    ----------
    module_ : MLP
        The network.
    history_ : History
        How training went.
    n_iter_ : int
        Epochs.
    loss_, loss_curve_ : float, list of float
        The loss of the last epoch, and of all.
    """

    _watched = "val_r2"
    _metrics = "r2"
    _kind: Kind = "numbers"

    def fit(self: E, X: Any, y: Any, sample_weight: Any = None) -> E:
        """Train on examples.

        Parameters
        ----------
        X : array, DataFrame, shape (n, features)
        y : array, shape (n,) or (n, targets)
        sample_weight : array, shape (n,), optional
            How much each counts.

        Returns
        -------
        MLPRegressor
        """
        with kept_unless_done(self):
            self._fit(X, y, sample_weight)
        return self

    def partial_fit(self: E, X: Any, y: Any, sample_weight: Any = None) -> E:
        """Go once through some more examples; see `fit`."""
        with kept_unless_done(self):
            self._fit(X, y, sample_weight, one_epoch=True, first=not hasattr(self, "module_"))
        return self

    def _fit(self, X: Any, y: Any, weights: Any, one_epoch: bool = False, first: bool = True) -> None:
        X, y = checked(X, "X"), checked(y, "y")
        X, y = validate_data(self, X, y, multi_output=True, y_numeric=True, dtype=np.float64, reset=first)
        y = y.astype(np.float64)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        self._learn(X, y, 1 if y.ndim == 1 else y.shape[1], as_weights(weights, X), one_epoch)

    def _loss(self, outputs: int) -> str | Loss:
        return half_squared_error

    def predict(self, X: Any) -> Array:
        """Give what the network says.

        Parameters
        ----------
        X : array, DataFrame, shape (n, features)

        Returns
        -------
        array, shape (n,) or (n, targets)
        """
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
