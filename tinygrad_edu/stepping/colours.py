"""With this module one can hand the themes of the drawings to a style sheet, so that each colour is written once."""

from __future__ import annotations

from dataclasses import fields

from tinygrad_edu.drawing.palette import DARK, LEVELS, LIGHT, Theme
from tinygrad_edu.drawing.svg import colour_of


def roles() -> list[str]:
    """List every role a shape can have."""
    plain = [field.name for field in fields(Theme) if field.name not in ("name", "scale")]
    levels = range(-LEVELS, LEVELS + 1)
    return plain + [f"scale{i}" for i in levels] + [f"ink{i}" for i in levels]


def theme_rules() -> str:
    """Write the colours of both themes as variables, and the rules that give them to shapes by role.

    Examples
    --------
    >>> "--ink:#1b2430" in theme_rules()
    True
    """
    rules = []
    for theme in (LIGHT, DARK):
        variables = ";".join(f"--{role}:{colour_of(theme, role)}" for role in roles())
        rules.append(f'.box[data-theme="{theme.name}"]{{{variables}}}')
    for role in roles():
        rules.append(f'[data-f="{role}"]{{fill:var(--{role})}}[data-s="{role}"]{{stroke:var(--{role})}}')
    return "".join(rules)
