"""With this room the pages and the drawings speak a language: `set_language` chooses it, `say` says a sentence in it.

A sentence stands in English where it is said, ``say("{name} gets no gradient", name="w")``; another language is one
file beside this one, a table from the English sentence to its own. Places have names, so that their order is free. The
scripts of the pages say their sentences by the same table, of which each page carries what its own script says.

>>> say("{name} gets no gradient", name="w")
'w gets no gradient'
"""

from __future__ import annotations

from collections.abc import Iterable

LANGUAGES = {"en": "en", "zh": "zh-CN"}
"""The languages there are, and what HTML calls each."""

_language = "en"
_table: dict[str, str] = {}


def set_language(language: str) -> None:
    """Choose the language that drawings, players, films and exercises speak from now on.

    Pictures of `plot` need a font that has the letters, and stay in English where there is none. What is said by errors
    (but for the report of a check), by `repr` and by code stays in English, and so do the names that you give.

    Parameters
    ----------
    language : {"en", "zh"}
        English, with which a session begins, or Chinese.

    Raises
    ------
    ValueError
        If there is no such language.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> tg.set_language("zh")
    >>> print(tg.draw(tg.Value(0.5, "w") * 2.0, edges=None))
    节点  =       数值  梯度
    w     叶节点   0.5     –
    v1    w × 2      1     –
    <BLANKLINE>
    >>> tg.set_language("en")
    """
    global _language, _table
    if language not in LANGUAGES:
        from ..arguments import unknown  # looks for the nearest name, which takes a library that is else not needed

        raise ValueError(unknown("language", language, LANGUAGES))
    _table = {} if language == "en" else table_of(language)
    _language = language


def say(sentence: str, **places: object) -> str:
    """Say a sentence in the language that was chosen.

    Parameters
    ----------
    sentence : str
        In English, with names in braces for what is put in. It stands where it is said as a literal, by which the
        tests find it and demand that every language has it.
    **places : object
        What is put in.

    Returns
    -------
    str
    """
    said = _table.get(sentence, sentence)
    return said.format_map(places) if places else said


def language_tag() -> str:
    """Give the language that was chosen, as HTML calls it."""
    return LANGUAGES[_language]


def translated(sentences: Iterable[str]) -> dict[str, str]:
    """Give the part of the table that is needed to say these; none of it in English."""
    return {sentence: _table[sentence] for sentence in sentences if sentence in _table}


def table_of(language: str) -> dict[str, str]:
    """Read the table of a language: what it says for each English sentence."""
    import json  # neither is needed where English is spoken
    from importlib.resources import files

    table: dict[str, str] = json.loads((files(__package__) / f"{language}.json").read_text(encoding="utf-8"))
    return table
