"""With this module one can ask for a prediction: `predict` shows a question whose answer comes after one's own."""

from __future__ import annotations

import html
from collections.abc import Sequence

from ..arguments import as_list, as_number
from ..engine.value import Value
from ..words import say
from .live import Content, LivePage


class Prediction(LivePage):
    """A question that is answered before the right answer is shown; made by `predict`."""

    module = "predict"
    styles = ("predict",)

    @property
    def title(self) -> str:
        """What a page of its own is called."""
        return say("Predict first")

    def __init__(
        self, question: str, answer: float | str, tolerance: float, choices: tuple[str, ...], because: str
    ) -> None:
        self.question, self.answer, self.tolerance = question, answer, tolerance
        self.choices, self.because = choices, because

    def _content(self) -> Content:
        still = f'<p class="still"><b>{say("Predict first:")}</b> {html.escape(self.question)}</p>'
        data = {
            "question": self.question,
            "answer": self.answer,
            "tolerance": self.tolerance,
            "choices": list(self.choices),
            "because": self.because,
        }
        return Content(still, data)

    def text(self) -> str:
        """Give the question as text."""
        return say("Predict first: {question}", question=self.question) + (
            f" ({' / '.join(self.choices)})" if self.choices else ""
        )

    def check(self, given: float | str) -> bool:
        """Say whether an answer is right.

        Parameters
        ----------
        given : float or str
            What is predicted.

        Returns
        -------
        bool

        Examples
        --------
        >>> predict("What is 2 × 3?", 6.0).check(6.02)
        True
        """
        if isinstance(self.answer, str):
            return " ".join(str(given).lower().split()) == " ".join(self.answer.lower().split())
        size = abs(self.answer) or 1.0
        return abs(as_number(given, "the prediction") - self.answer) <= self.tolerance * size


def predict(
    question: str,
    answer: float | str | Value,
    tolerance: float = 0.01,
    *,
    choices: Sequence[str] = (),
    because: str = "",
) -> Prediction:
    """Ask a question, and show the answer once one has committed to one's own.

    Watching alone teaches next to nothing; predicting first does (Crouch, Fagen, Callan and Mazur, "Classroom
    demonstrations: learning tools or entertainment?", American Journal of Physics 72, 2004).

    Parameters
    ----------
    question : str
        What is asked.
    answer : number, Value or str
        What is right.
    tolerance : float, default 0.01
        How far a number may be off, as a share of the answer; of an answer of 0, how far at all.
    choices : sequence of str, optional
        Answers to choose from, one of which is `answer`; if left out one types.
    because : str, optional
        What is said with the answer.

    Returns
    -------
    Prediction
        Shows itself in a notebook; `save` it as a page.

    Raises
    ------
    TypeError
        If the answer is neither a number nor text.
    ValueError
        If the answer is not among the choices.

    Examples
    --------
    >>> print(predict("Which way does w go?", "down", choices=["up", "down"]).text())
    Predict first: Which way does w go? (up / down)
    """
    if isinstance(answer, Value):
        answer = answer.data
    if not isinstance(answer, str):
        answer = as_number(answer, "answer")
    offered = tuple(str(choice) for choice in as_list(choices, "choices"))
    if offered and (not isinstance(answer, str) or answer not in offered):
        raise ValueError(f"the answer {answer!r} is not among the choices {', '.join(offered)}: give one of them")
    return Prediction(str(question), answer, as_number(tolerance, "tolerance", 0.0), offered, str(because))
