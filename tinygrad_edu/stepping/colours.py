"""With this module one can hand the themes of the drawings to a style sheet, so that each colour is written once."""

from __future__ import annotations

from ..drawing.scene.palette import DARK, LIGHT, colour_of, roles


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
    rules += [f"[data-f={role}]{{fill:var(--{role})}}[data-s={role}]{{stroke:var(--{role})}}" for role in roles()]
    rules.append("[data-part=label]{fill:var(--ink);stroke:var(--background)}")
    return "".join(rules)
