"""With this module one can try an engine on small programs, from the smallest up, by `TRIALS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Trial(NamedTuple):
    """A small program: what it is called, and how it is computed from leaves ``a`` and ``b``."""

    text: str
    run: Callable[[Any, Any], Any]
    needs: str  # what it is about, for the list of what is missing; "" if an earlier one says so
    sweeps: int = 1


TRIALS = (
    Trial("a + b", lambda a, b: a + b, "+"),
    Trial("a * b", lambda a, b: a * b, "*"),
    Trial("a - b", lambda a, b: a - b, "-"),
    Trial("-a", lambda a, b: -a, "-a"),
    Trial("a / b", lambda a, b: a / b, "/"),
    Trial("a ** 3", lambda a, b: a**3, "**"),
    Trial("a.relu()", lambda a, b: a.relu(), "relu"),
    Trial("(-a).relu()", lambda a, b: (-a).relu(), "relu"),
    Trial("a.tanh()", lambda a, b: a.tanh(), "tanh"),
    Trial("a.exp()", lambda a, b: a.exp(), "exp"),
    Trial("a.log()", lambda a, b: a.log(), "log"),
    Trial("a.sigmoid()", lambda a, b: a.sigmoid(), "sigmoid"),
    Trial("a + 2.0", lambda a, b: a + 2.0, "a + 2.0"),
    Trial("a * 2.0", lambda a, b: a * 2.0, "a * 2.0"),
    Trial("2.0 + a", lambda a, b: 2.0 + a, "2.0 + a"),
    Trial("2.0 * a", lambda a, b: 2.0 * a, "2.0 * a"),
    Trial("2.0 - a", lambda a, b: 2.0 - a, "2.0 - a"),
    Trial("2.0 / a", lambda a, b: 2.0 / a, "2.0 / a"),
    Trial("a + a", lambda a, b: a + a, "+"),
    Trial("a * a", lambda a, b: a * a, "*"),
    Trial("a * b + a", lambda a, b: a * b + a, ""),
    Trial("(a * b) * a", lambda a, b: (a * b) * a, "*"),
    Trial("c = a + b; c * c", lambda a, b: _shared(a, b, lambda c: c * c), ""),
    Trial("c = a * b; c + c * a", lambda a, b: _shared_product(a, b), ""),
    Trial("c = a + a; d = c + c; d * b", lambda a, b: _diamond(a, b), ""),
    Trial("c = a * b; d = c + a; d * c + c", lambda a, b: _knot(a, b), ""),
    Trial("(a * b + b) ** 2 / a - b", lambda a, b: (a * b + b) ** 2 / a - b, ""),
    Trial("y = a * b + a; y.backward(); y.backward()", lambda a, b: a * b + a, "", sweeps=2),
    Trial("y = (a * b) * b; y.backward(); y.backward()", lambda a, b: (a * b) * b, "", sweeps=2),
)


def _shared(a: Any, b: Any, f: Callable[[Any], Any]) -> Any:
    return f(a + b)


def _shared_product(a: Any, b: Any) -> Any:
    c = a * b
    return c + c * a


def _diamond(a: Any, b: Any) -> Any:
    c = a + a
    d = c + c
    return d * b


def _knot(a: Any, b: Any) -> Any:
    c = a * b
    d = c + a
    return d * c + c
