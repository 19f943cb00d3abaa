"""With this module moments become one picture that moves by itself: an SVG without a script, or a GIF.

The SVG is animated as SMIL has it, so it moves as an image on a README, too. Each piece is drawn once for each of its
looks, and is there while it looks so; what does not change is drawn once.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from ..drawing.formats.png_pdf import paint
from ..drawing.formats.svg import PieceWriter
from ..drawing.scene.palette import Theme
from ..drawing.scene.shapes import Piece
from ..stepping.moments import Moment

START, STEP, END = 1.2, 1.4, 3.5
"""Seconds that the start, each step, and the end are shown."""


def durations(count: int) -> list[float]:
    """Give how many seconds each moment is shown; quicker where there are many."""
    pace = min(STEP, 60.0 / max(count, 1))
    return [START, *[pace] * (count - 2), END][:count] if count > 1 else [END]


def moving_svg(moments: Sequence[Moment], theme: Theme, title: str) -> str:
    """Write moments as one SVG that moves.

    Parameters
    ----------
    moments : sequence of Moment
        All laid out alike.
    theme : Theme
    title : str
        What a screen reader says.

    Returns
    -------
    str
    """
    writer = PieceWriter(theme)
    seconds = durations(len(moments))
    total = sum(seconds)
    begins = [sum(seconds[:i]) / total for i in range(len(seconds))]
    rows: dict[str, list[str]] = {}
    for i, moment in enumerate(moments):
        for key, piece in _keyed(moment.scene.pieces):
            rows.setdefault(key, [""] * len(moments))[i] = writer.piece(piece)
    body = []
    for looks in rows.values():
        if len({*looks}) == 1:
            body.append(looks[0])
            continue
        for look in dict.fromkeys(filter(None, looks)):
            shown = [text == look for text in looks]
            changes = [i for i in range(len(shown)) if i == 0 or shown[i] != shown[i - 1]]
            values = ";".join("visible" if shown[i] else "hidden" for i in changes)
            times = ";".join(f"{begins[i]:.4f}".rstrip("0").rstrip(".") or "0" for i in changes)
            still = "visible" if shown[-1] else "hidden"  # where nothing moves, the end is seen
            body.append(
                f'<g visibility="{still}"><animate attributeName="visibility" calcMode="discrete" values="{values}" '
                f'keyTimes="{times}" dur="{total:.1f}s" repeatCount="indefinite"/>{look}</g>'
            )
    return writer.opening(moments[-1].scene, title) + "\n".join(body) + "\n</svg>\n"


def moving_gif(moments: Sequence[Moment], theme: Theme, scale: float = 1.5) -> bytes:
    """Paint moments as a GIF that starts again for ever.

    Parameters
    ----------
    moments : sequence of Moment
    theme : Theme
    scale : float, default 1.5
        Pixels per point.

    Returns
    -------
    bytes
    """
    return gif_of([paint(moment.scene, theme, "png", scale) for moment in moments], durations(len(moments)))


def gif_of(pictures: Sequence[bytes], seconds: Sequence[float]) -> bytes:
    """Put pictures, PNGs of one size, into one GIF."""
    from PIL import Image

    images = [Image.open(io.BytesIO(picture)).convert("RGB").quantize(128) for picture in pictures]
    out = io.BytesIO()
    times = [round(1000 * s) for s in seconds]
    images[0].save(out, format="GIF", save_all=True, append_images=images[1:], duration=times, loop=0, optimize=True)
    return out.getvalue()


def _keyed(pieces: Sequence[Piece]) -> list[tuple[str, Piece]]:
    return [(f"{piece.role} {piece.id}" if piece.id else f"{piece.role} alone", piece) for piece in pieces]
