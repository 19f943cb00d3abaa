"""With this module a history becomes the picture that a notebook shows of it, and that its `plot` gives."""

from __future__ import annotations

import io

from ..training.history import History
from .curves import loss_curve as loss_curve  # which `History.plot` finds here


def picture_of(history: History) -> str | None:
    """Draw the curves of a training as SVG text, the same for the same; None without matplotlib: the table must do."""
    try:
        import matplotlib

        figure = loss_curve(history)
    except ImportError:
        return None
    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "tinygrad_edu"}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue().partition("?>")[2].lstrip()
