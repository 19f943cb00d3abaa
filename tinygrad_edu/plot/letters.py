"""With this module pictures speak the language that was chosen, where a font has its letters, and else English.

Matplotlib's own font has no Chinese letters: it would draw boxes, and warn. (A page that shows a picture as SVG has
fonts of its own, but how wide a word is matplotlib measures all the same.)
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from .. import words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# From the best to the makeshift; of a collection, older versions of matplotlib see the first font only, the Japanese.
_FONTS = {
    "zh-CN": (
        "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
        "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Heiti SC", "Noto Sans CJK JP", "Source Han Sans",
        "Noto Serif CJK SC", "Noto Serif SC", "SimSun", "Noto Serif CJK JP", "Droid Sans Fallback", "Arial Unicode MS",
    ),
}  # fmt: skip


def say(sentence: str, **places: object) -> str:
    """Say a sentence in a picture, as `words.say` does, but in English where no font could write it.

    Parameters
    ----------
    sentence : str
        A literal, in English, with names in braces for what is put in.
    **places : object
        What is put in.

    Returns
    -------
    str
    """
    if letters_lack():
        return sentence.format_map(places) if places else sentence
    return words.say(sentence, **places)


def letters_lack() -> bool:
    """Tell whether the language that was chosen has letters that no font here can write."""
    tag = words.language_tag()
    return tag in _FONTS and font_of(tag) is None


def lend_letters(figure: Figure) -> None:
    """Let every text of a figure take from another font the letters that its own has not."""
    from matplotlib.text import Text

    font = font_of(words.language_tag())
    if font is None:
        return
    for text in figure.findobj(Text):
        family = text.get_fontfamily()
        if font not in family:
            text.set_fontfamily([*family, font])


@functools.cache
def font_of(tag: str) -> str | None:
    """Find a font on this machine that has the letters of a language; None if its letters are in all, or in none."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    wanted = _FONTS.get(tag, ())
    if wanted and not set(wanted) & {*fontManager.get_font_names()}:
        known = {entry.fname for entry in fontManager.ttflist}  # a list that may be older than the fonts
        for path in {*findSystemFonts()} - known:
            fontManager.addfont(path)
    names = {*fontManager.get_font_names()} if wanted else ()
    return next((font for font in wanted if font in names), None)
