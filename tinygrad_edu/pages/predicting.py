"""With this module one can ask for a prediction: `predict` shows a question whose answer comes after one's own."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

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
        self,
        question: str,
        answer: float | str,
        tolerance: float,
        choices: tuple[str, ...],
        mistakes: Mapping[float | str, str],
        because: str,
    ) -> None:
        self.question, self.answer, self.tolerance = question, answer, tolerance
        self.choices, self.mistakes, self.because = choices, mistakes, because

    def _content(self) -> Content:
        still = f'<p class="still"><b>{say("Predict first:")}</b> {html.escape(self.question)}</p>'
        data = {
            "question": self.question,
            "answer": self.answer,
            "tolerance": self.tolerance,
            "choices": list(self.choices),
            "mistakes": list(self.mistakes.items()),
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
        return self._counts_as(self.answer, given)

    def _counts_as(self, answer: float | str, given: float | str) -> bool:
        if isinstance(answer, str):
            return " ".join(str(given).lower().split()) == " ".join(answer.lower().split())
        return abs(as_number(given, "the prediction") - answer) <= self.tolerance * (abs(answer) or 1.0)


def predict(
    question: str,
    answer: float | str | Value,
    tolerance: float = 0.01,
    *,
    choices: Sequence[str] = (),
    mistakes: Mapping[float | str, str] | None = None,
    because: str = "",
) -> Prediction:
    """Ask a question, and show the answer once one has committed to one's own.

    Watching alone teaches next to nothing; predicting first does (Crouch, Fagen, Callan and Mazur, "Classroom
    demonstrations: learning tools or entertainment?", American Journal of Physics 72, 2004). Who errs learns most from
    hearing where: give the wrong answers that you expect, each with the mistake that leads to it.

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
    mistakes : mapping of number or str to str, optional
        Wrong answers, and what is said to who gives them: the mistake that leads there.
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
        If the answer is not among the choices, or what is called a mistake is right or cannot be given.

    Examples
    --------
    >>> print(predict("Which way does w go?", "down", choices=["up", "down"]).text())
    Predict first: Which way does w go? (up / down)
    >>> twice = predict("b = a + a. What is ∂b/∂a?", 2.0, mistakes={1.0: "One edge only: a is used twice."})
    >>> twice.check(1.0)
    False
    """
    if isinstance(answer, Value):
        answer = answer.data
    if not isinstance(answer, str):
        answer = as_number(answer, "answer")
    offered = tuple(str(choice) for choice in as_list(choices, "choices"))
    if offered and (not isinstance(answer, str) or answer not in offered):
        raise ValueError(f"the answer {answer!r} is not among the choices {', '.join(offered)}: give one of them")
    told = {_mistake(given, answer, offered): str(words) for given, words in (mistakes or {}).items()}
    asked = Prediction(str(question), answer, as_number(tolerance, "tolerance", 0.0), offered, told, str(because))
    for given in told:
        if asked.check(given):
            raise ValueError(f"the mistake {given!r} counts as right, for the answer is {answer!r}: leave it out")
    return asked


def _mistake(given: Any, answer: float | str, offered: tuple[str, ...]) -> float | str:
    """Check a wrong answer that is expected: one that can be given to this question."""
    if not isinstance(answer, str):
        return as_number(given, "a mistake")
    if offered and given not in offered:
        raise ValueError(f"the mistake {given!r} is not among the choices {', '.join(offered)}: give one of them")
    return str(given)
