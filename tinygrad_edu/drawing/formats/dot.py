"""With this module one can write records as a DOT text, for those who want to go on with Graphviz themselves."""

from __future__ import annotations

from collections import defaultdict

from ..records.edges import EdgeRecord
from ..records.nodes import NodeRecord
from ..records.records import Records
from ..scene.palette import Theme, colour_of, level_of, on_scale, strength
from ..style import Style

_SHAPES = {"input": "cds", "constant": "plain", "group": "box3d", "elision": "plaintext"}


def to_dot(records: Records, theme: Theme) -> str:
    """Write the records as DOT, with plain labels.

    Parameters
    ----------
    records : Records
        The drawing as data.
    theme : Theme
        Its colours.

    Returns
    -------
    str
        One statement a line; the same text for the same records.
    """
    style = records.fitted_style()
    lines = [
        "digraph tinygrad_edu {",
        f'  graph [rankdir={style.direction}, bgcolor="{theme.background}", fontcolor="{theme.muted}",'
        f' fontname="Helvetica",'
        f" fontsize=11, nodesep=0.22, ranksep=0.4{_caption(records)}];",
        f'  node [fontname="Helvetica", fontsize=12, fontcolor="{theme.ink}", color="{theme.line}", height=0.3];',
        f'  edge [fontname="Helvetica", fontsize=10, fontcolor="{theme.ink}", color="{theme.line}", arrowsize=0.7];',
    ]
    inside: dict[str | None, list[str]] = defaultdict(list)
    for node in records.nodes:
        inside[node.cluster].append(_node(node, style, theme))
    children: dict[str | None, list[str]] = defaultdict(list)
    for cluster in records.clusters:
        children[cluster.parent].append(cluster.id)
    label_of = {cluster.id: cluster.label for cluster in records.clusters}
    lines += inside[None]
    stack: list[str | None] = list(reversed(children[None]))
    while stack:
        at = stack.pop()
        if at is None:
            lines.append("  }")
            continue
        lines.append(
            f"  subgraph cluster_{at} {{ label={quote(label_of[at])}; labeljust=l; style=rounded;"
            f' color="{theme.cluster_line}";'
        )
        lines += inside[at]
        stack.append(None)
        stack += reversed(children[at])
    lines += [_edge(edge, style, theme) for edge in records.edges]
    return "\n".join([*lines, "}", ""])


def quote(text: str) -> str:
    r"""Write any text as a DOT string: nothing in it ends the string, starts an escape or names an entity.

    Examples
    --------
    >>> print(quote('a "b" \\N &lt;'))
    "a \"b\" \\N &amp;lt;"
    """
    return '"' + text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lines(parts: list[str]) -> str:
    return '"' + "\\n".join(quote(part)[1:-1] for part in parts if part) + '"'


def _caption(records: Records) -> str:
    return f", label={quote(records.note)}" if records.note else ""


def _node(node: NodeRecord, style: Style, theme: Theme) -> str:
    alarm, quiet = "alarm" in node.flags, "zero" in node.flags or "dead" in node.flags
    rows = [f"{row.word} {row.number}" for row in node.rows(style)]
    label = _lines([node.heading(style), node.word(style), *rows])
    role = "alarm_card" if alarm else "dead" if quiet else node.kind if node.kind in _FILLS else "card"
    fill = colour_of(theme, role)
    shaded = node.grad and not alarm and not quiet
    if shaded:
        fill = on_scale(theme, level_of(node.grad, style.grad_unit))
    styles = ["filled"] + (["rounded"] if node.kind in ("operation", "output") else []) + (["dashed"] if quiet else [])
    border = colour_of(theme, "alarm" if alarm else "accent" if node.highlighted else "line")
    ink = colour_of(theme, f"ink{level_of(node.grad, style.grad_unit)}") if shaded else theme.ink
    extra = ", peripheries=2" if node.kind == "output" else ""
    pen = 2.6 if alarm or node.highlighted else 1.2
    return (
        f'  {node.id} [shape={_SHAPES.get(node.kind, "box")}, style="{",".join(styles)}", label={label}, '
        f'fillcolor="{fill}", color="{border}", fontcolor="{ink}", penwidth={pen}{extra}, '
        f"tooltip={quote(node.description(style))}];"
    )


_FILLS = ("leaf", "parameter", "input", "output", "group")


def _edge(edge: EdgeRecord, style: Style, theme: Theme) -> str:
    text = edge.text(style)
    attributes = [f"label={quote(text)}"] if text else []
    if edge.contribution is not None:
        attributes.append(f"penwidth={0.8 + 3.4 * abs(strength(edge.contribution, style.contribution_unit)):.2f}")
        if edge.contribution == 0.0:
            attributes.append("style=dashed")
    if edge.highlighted:
        attributes.append(f'color="{theme.accent}"')
    return f"  {edge.source} -> {edge.target} [{', '.join(attributes)}];"
