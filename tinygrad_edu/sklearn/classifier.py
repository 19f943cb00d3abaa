"""With this module one can classify: a network of Values as an estimator of scikit-learn."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from ..arguments import without_gaps
from ..training.answers import Kind
from .network import Array, Network, as_weights, checked, kept_unless_done

E = TypeVar("E", bound="MLPClassifier")


def _labels(y: Any, name: str) -> Any:
    """Give labels as they are, unless a list has text among others: NumPy would make text of all, nan included."""
    if isinstance(y, (list, tuple)) and any(isinstance(label, str) for label in y):
        for i, label in enumerate(y):
            if not isinstance(label, str):
                raise TypeError(
                    f"{name}[{i}] is {label!r:.40} among text: leave the example out if a label is missing there, or "
                    "write str(label) for every one"
                )
    without_gaps(y, name)
    return y


class MLPClassifier(ClassifierMixin, Network):  # type: ignore[misc]  # in this order, else some checks do not run
    """A classifier: a network of Values, trained by `tinygrad_edu.fit`.

    It is called with the parameters of `MLPRegressor`, which are those of scikit-learn's where they mean the same.

    Attributes
    ----------
    classes_ : array
        The labels.
    module_ : MLP
        The network; it gives a logit for each class, of two classes one for the second.
    history_ : History
        How training went.
    n_iter_ : int
        Epochs.
    loss_, loss_curve_ : float, list of float
        The loss of the last epoch, and of all.
    """

    _watched = "val_accuracy"
    _metrics = None
    _kind: Kind = "classes"
    classes_: Array

    def fit(self: E, X: Any, y: Any, sample_weight: Any = None) -> E:
        """Train on examples.

        Parameters
        ----------
        X : array, DataFrame, shape (n, features)
        y : array, shape (n,)
            Labels of any kind.
        sample_weight : array, shape (n,), optional
            How much each counts.

        Returns
        -------
        MLPClassifier
        """
        with kept_unless_done(self):
            self._fit(X, y, sample_weight)
        return self

    def partial_fit(self: E, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> E:
        """Go once through some more examples.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        classes : array, optional
            All labels that there will be; needed at the first call.

        Returns
        -------
        MLPClassifier
        """
        first = not hasattr(self, "module_")
        if first and classes is None:
            raise ValueError("the first call of partial_fit needs classes, all the labels that there will be")
        if classes is not None:
            classes = _labels(classes, "classes")
        if not first and classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(f"classes={classes!r} are not those of the first call of partial_fit, {self.classes_}")
        with kept_unless_done(self):
            if first:
                self.classes_ = np.unique(column_or_1d(classes))
            self._fit(X, y, sample_weight, one_epoch=True, first=first)
        return self

    def _fit(self, X: Any, y: Any, weights: Any, one_epoch: bool = False, first: bool = True) -> None:
        X, y = checked(X, "X"), _labels(y, "y")
        X, y = validate_data(self, X, y, multi_output=True, dtype=np.float64, reset=first)
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        if one_epoch:
            unknown = sorted(set(y.tolist()) - set(self.classes_.tolist()))
            if unknown:
                raise ValueError(f"y has the labels {unknown}, which are not among the classes {self.classes_}")
        else:
            found = np.unique(y)
            if self.warm_start and hasattr(self, "module_") and not np.array_equal(found, self.classes_):
                raise ValueError(f"warm_start goes on with the classes {self.classes_}, but y has {found}")
            self.classes_ = found
        if len(self.classes_) < 2:
            raise ValueError(f"a classifier needs at least two classes, but y has one class: {self.classes_[0]!r}")
        weights = as_weights(weights, X)
        if weights is not None and not one_epoch and len(np.unique(y[weights > 0.0])) < 2:
            raise ValueError("a classifier needs at least two classes, but only one class has weights above 0")
        outputs = len(self.classes_) if len(self.classes_) > 2 else 1
        self._learn(X, np.searchsorted(self.classes_, y), outputs, weights, one_epoch)

    def _loss(self, outputs: int) -> str:
        return "cross_entropy" if outputs > 1 else "binary_cross_entropy"

    def predict_log_proba(self, X: Any) -> Array:
        """Give the logarithm of the probability of each class.

        Parameters
        ----------
        X : array, DataFrame, shape (n, features)

        Returns
        -------
        array, shape (n, classes)
        """
        scores = self._outputs(X)
        if scores.ndim == 1:  # of two classes, the first has a logit of 0
            scores = np.column_stack([np.zeros_like(scores), scores])
        scores = scores - scores.max(axis=1, keepdims=True)
        return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))

    def predict_proba(self, X: Any) -> Array:
        """Give the probability of each class; see `predict_log_proba`."""
        return np.exp(self.predict_log_proba(X))

    def predict(self, X: Any) -> Array:
        """Give the label of the likeliest class.

        Parameters
        ----------
        X : array, DataFrame, shape (n, features)

        Returns
        -------
        array, shape (n,)
        """
        scores = self._outputs(X)
        return self.classes_[scores.argmax(axis=1) if scores.ndim > 1 else (scores > 0.0).astype(int)]
