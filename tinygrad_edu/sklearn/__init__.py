"""With this module scikit-learn can use a network of Values like any of its own estimators, and you can look inside.

Parameters are called as those of scikit-learn's networks where they mean the same. What was trained is in the attribute
`module_`, to draw and to step through.

Examples
--------
>>> from sklearn.datasets import load_iris
>>> from sklearn.pipeline import make_pipeline
>>> from sklearn.preprocessing import StandardScaler
>>> from tinygrad_edu.sklearn import MLPClassifier
>>> X, y = load_iris(return_X_y=True)
>>> network = MLPClassifier((8,), learning_rate_init=0.02, tol=0.01, random_state=0)
>>> pipeline = make_pipeline(StandardScaler(), network).fit(X, y)
>>> pipeline.score(X, y) > 0.95
True
>>> network.module_
MLP(4, [8, 3], activation='relu')
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .classifier import MLPClassifier as MLPClassifier
    from .regressor import MLPRegressor as MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]

# Only who asks for an estimator needs scikit-learn.
_MODULES = {"MLPClassifier": "classifier", "MLPRegressor": "regressor"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        found = globals()[name] = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sklearn":
            raise
        raise ImportError(f"{name} needs scikit-learn: pip install 'tinygrad-edu[sklearn]'") from error
    return found
