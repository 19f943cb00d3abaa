"""With this module one page tells of a training: what was learned, from what, how well, where it errs, and why.

The page is one file that names no address: pictures are inside, in colours that follow the light or dark of the page.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Sequence
from typing import NamedTuple

from .. import __version__, plot
from ..arguments import counted
from ..data.description import described
from ..drawing import draw
from ..engine.value import Value
from ..pages.plane import misled
from ..plot.answers import Answers, interval, most_frequent
from ..plot.curves import in_short
from ..training.history import History
from .answering import number_lines
from .explanation import influences, place_of, signed, steepest, verdict_of
from .html_pieces import code, facts, graph, heading, paragraph, picture, pictures, table, whole_page
from .learned import columns_of
from .tasks import LAYERS, Task

_MOST_NAMED, _MOST_ROWS, _MOST_DRAWN = 8, 12, 24
_FOR_THE_LANDSCAPE = 300  # examples: it is the mean loss of them at some hundred places


class Run(NamedTuple):
    """All that a report tells of.

    Attributes
    ----------
    task : Task
        With the model that was trained.
    history : History
    loss : Value
        Of the hardest example of the test.
    place : int
        Where that example is.
    command : str
        What trains the same once more.
    digest : str
        The SHA-256 of the file learned from; empty if it was none.
    features : pair of int, optional
        The plane of the decision boundary; found if left out.
    """

    task: Task
    history: History
    loss: Value
    place: int
    command: str = ""
    digest: str = ""
    features: tuple[int, int] | None = None


def page(run: Run) -> str:
    """Write the report of a training.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        A page of HTML.
    """
    task = run.task
    parts = [_opening(task), _data(task), _learning(run), _quality(run), _errors(task), _worst(run), _again(run)]
    return whole_page(f"What a network learned from {task.whole.name}", parts)


def _opening(task: Task) -> str:
    whole, learnt, kept, model, *_ = task
    columns = _listed([column.name for column in columns_of(whole).features])
    what = (
        f"{whole.label_name}, a number,"
        if whole.kind == "numbers"
        else f"{whole.label_name} ({_listed(whole.class_names)})"
    )
    lead = paragraph(f"It learned to tell {what} from {columns}.", "lead")
    if whole.kind == "numbers":
        mean = math.fsum(kept.y) / len(kept.y)
        off = math.fsum(abs(a - y) for a, y in zip(model.predict(kept.X), kept.y, strict=True)) / len(kept)
        guess = math.fsum(abs(y - mean) for y in kept.y) / len(kept)
        shown = [
            (f"{off:.4g}", "mean error on the test"),
            (f"{guess:.4g}", f"would be the error of always saying {mean:.4g}"),
        ]
    else:
        answers = Answers.of(model, kept)
        low, high = interval(answers.right, len(kept))
        usual, share = most_frequent(answers.truth)
        sure = f"{low:.0%} to {high:.0%} with 95% confidence"
        shown = [
            (f"{answers.accuracy:.1%}", f"right on the test: {answers.right} of {len(kept)}; {sure}"),
            (f"{share:.1%}", f"would be right by always saying {whole.class_names[usual]}"),
        ]
    sizes = (f"{len(learnt)} + {len(kept)}", "examples learned from + kept out to test on")
    return lead + facts([*shown, sizes, (f"{len(model.parameters())}", f"parameters of {model[-1]!r}")])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _data(task: Task) -> str:
    whole = task.whole
    told = described(whole)
    parts = [heading("From what"), paragraph(f"{told.title}.")]
    if whole.source:
        parts.append(paragraph(f"Read from {whole.source}."))
    if told.classes:
        counts = [(name, str(count), f"{count / len(whole):.1%}") for name, count in told.classes]
        parts.append(table((whole.label_name, "examples", "share"), counts))
    rows = [(name, *(f"{x:.4g}" for x in numbers), str(gaps or "")) for name, *numbers, gaps in told.rows]
    parts.append(table(("feature", "lowest", "mean", "highest", "missing"), rows))
    left_out = columns_of(whole).left_out
    if left_out:
        parts += [heading("Columns that were left out", 3), table(("column", "why"), left_out, text=(1,))]
    return "".join(parts)


def _learning(run: Run) -> str:
    task, history = run.task, run.history
    unit = f", in standard deviations of {task.whole.label_name}" if task.whole.kind == "numbers" else ""
    settings = f"{counted(history.epochs, 'epoch')} of {in_short(history.optimizer)} in {history.seconds:.1f} s"
    shown = [
        picture(plot.loss_curve(history), "loss", f"The loss ({history.loss_name}) in each epoch{unit}."),
        picture(
            plot.gradient_flow(history),
            "flow",
            "How large the gradient was in each layer: it should neither fade on its way back nor explode.",
        ),
        picture(plot.weights(history), "weights", "How the weights of each layer were spread after each epoch."),
        picture(
            plot.activations(history),
            "activations",
            "What each layer put out for some examples: where most of it is at an end, the layer is saturated.",
        ),
    ]
    if task.whole.kind == "classes":  # a model of numbers answers in other units than it learned in
        some = task.learnt.take(range(0, len(task.learnt), max(1, len(task.learnt) // _FOR_THE_LANDSCAPE)))
        landscape = plot.loss_landscape(task.model, some, loss=history.loss_name, resolution=17)
        caption = "The loss if all weights are moved along two random directions: flat ground bears more than a pit."
        shown.insert(3, picture(landscape, "landscape", caption))
    return heading("How it learned") + paragraph(f"{settings}. Engine: {history.engine}.") + pictures(shown)


def _quality(run: Run) -> str:
    task = run.task
    whole, learnt, kept, model, *_ = task
    if whole.kind == "numbers":
        lines = [paragraph(f"{line[0].upper()}{line[1:]}.") for line in number_lines(model.predict(kept.X), kept.y)]
        caption = "Each example of the test: on the dashed line the network is right."
        shown = [picture(plot.predictions(model, kept), "predictions", caption)]
        return "".join([heading("How well"), *lines, pictures(shown)])
    answers, trained = Answers.of(model, kept), Answers.of(model, learnt)
    words = (
        f"Of the examples learned from {trained.accuracy:.1%} are right, of those kept out {answers.accuracy:.1%}. "
        "Precision: how many of the answers that name a class are right. Recall: how many of its examples are found."
    )
    rows = []
    for k, name in enumerate(whole.class_names):
        shares = [f"{x:.1%}" if math.isfinite(x) else "–" for x in (answers.precision(k), answers.recall(k))]
        rows.append((name, str(sum(answers.confusion[k])), *shares))
    shown = []
    if len(whole.feature_names) > 1:
        features = run.features or plot.clearest_features(model, whole)
        misleads = len(whole.feature_names) > 2 and misled(model.classify, kept.X, features)
        others = " The other features stay at their mean." * (len(whole.feature_names) > 2)
        caption = f"What it answers where; the stronger the colour, the surer.{others} A ring marks what it gets wrong."
        if not misleads:
            figure = plot.decision_boundary(model, learnt, test=kept, features=features)
            shown.append(picture(figure, "boundary", caption))
    mixed_up = plot.confusion_matrix(model, kept)
    shown.append(picture(mixed_up, "confusion", "The test: true classes in rows, answers in columns."))
    sure = plot.calibration(model, kept)
    shown.append(picture(sure, "calibration", "How often answers came true, by how sure they were."))
    quality = table((whole.label_name, "in the test", "precision", "recall"), rows)
    return "".join([heading("How well"), paragraph(words), quality, pictures(shown)])


def _errors(task: Task) -> str:
    whole, kept, model = task.whole, task.kept, task.model
    if whole.kind == "numbers":
        outputs = model.predict(kept.X)
        ranked = sorted(range(len(kept)), key=lambda i: -abs(outputs[i] - kept.y[i]))[:_MOST_ROWS]
        numbers = [
            (place_of(kept, i), f"{kept.y[i]:.5g}", f"{outputs[i]:.5g}", signed(outputs[i] - kept.y[i])) for i in ranked
        ]
        head: tuple[str, ...] = ("example", whole.label_name, "predicted", "error")
        return heading("Where it errs") + paragraph("The largest errors of the test.") + table(head, numbers)
    answers = Answers.of(model, kept)
    wrong = [i for i in range(len(kept)) if answers.truth[i] != answers.found[i]]
    if not wrong:
        return heading("Where it errs") + paragraph("On none of the examples of the test.")
    shown = "" if len(wrong) <= _MOST_ROWS else f"; those {_MOST_ROWS} are shown whose truth it held for least likely"
    rows = []
    for i in sorted(wrong, key=lambda i: answers.probabilities[i][answers.truth[i]])[:_MOST_ROWS]:
        truth, found, shares = answers.truth[i], answers.found[i], answers.probabilities[i]
        names = whole.class_names[truth], whole.class_names[found]
        rows.append((place_of(kept, i), *names, f"{shares[found]:.1%}", f"{shares[truth]:.2%}"))
    sentence = f"On {counted(len(wrong), 'example')} of the {len(kept)} of the test{shown}."
    head = ("example", "truth", "answer", "probability of the answer", "of the truth")
    return heading("Where it errs") + paragraph(sentence) + table(head, rows, text=(1, 2))


def _worst(run: Run) -> str:
    task, kept, i = run.task, run.task.kept, run.place
    found = influences(task, i)
    classes = kept.kind == "classes"
    told = f"probability of {kept.label_text(kept.y[i])}" if classes else "prediction"

    def written(x: float) -> str:
        return f"{x:.2%}" if classes else f"{x:.5g}"

    first = found[0]
    parts = [
        heading("Why: the hardest example"),
        paragraph(f"The hardest example of the test is {place_of(kept, i)}. {verdict_of(task, i)}"),
        paragraph(
            f"Its answer hangs most on {first.column}: were that as usual, the {told} would be "
            f"{written(first.without)} in place of {written(first.with_it)}."
        ),
        table(
            ("column", "here", "usual", f"{told}, were it as usual"),
            [(c.column, c.value, c.usual, written(c.without)) for c in found[:_MOST_ROWS]],
            text=(1, 2),
        ),
    ]
    slope = steepest(task, run.loss)
    if slope is not None:
        lines = [(signed(r.product), " → ".join((slope.feature, *r.neurons, "loss"))) for r in slope.routes]
        parts += [
            heading("Who is to blame: the paths of its gradient", 3),
            paragraph(
                f"The loss of this example depends most on {slope.feature}: it changes by {signed(slope.gradient)} "
                f"for each unit more. That slope is the sum over {slope.paths:,} paths through the network, each the "
                "product of the local derivatives on it. The largest are:"
            ),
            table(("adds", "on its way through"), lines, text=(1,)),
        ]
    return "".join([*parts, *_drawn(run)])


def _drawn(run: Run) -> list[str]:
    """Draw the loss of the hardest example; of many inputs, where that is many pages long, the network."""
    if len(run.task.whole.feature_names) > _MOST_DRAWN:
        words = "Its neurons with what they give for this example; the ring around each is its blame."
        drawing = draw(run.task.model, run.task.kept.X[run.place])
        return [heading("The network at this example", 3), paragraph(words), graph(drawing)]
    words = "Each box is a number with its gradient, or a neuron, its numbers folded; a thick edge bears much blame."
    return [heading("The graph of its loss", 3), paragraph(words), graph(draw(run.loss, collapse=LAYERS))]


def _again(run: Run) -> str:
    versions = f"tinygrad_edu {__version__} and Python {platform.python_version()}"
    digest = f" The SHA-256 of the table is {run.digest}." if run.digest else ""
    words = f"With {versions}, on the same machine, this gives the same numbers, bit by bit.{digest}"
    return heading("The same once more") + code(run.command) + paragraph(words)
