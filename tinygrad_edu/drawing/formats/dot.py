"""With this module one can write records as a DOT text, for those who want to go on with Graphviz themselves."""

from __future__ import annotations

from collections import defaultdict

from ..records.records import EdgeRecord, NodeRecord, Records
from ..scene.cards import describe, heading, rows_of, word
from ..scene.palette import Theme, colour_of, level_of, on_scale, strength, unit_of
from ..scene.scene import edge_text

_SHAPES = {"input": "cds", "constant": "plain", "group": "box3d", "elision": "plaintext"}


def to_dot(records: Records, theme: Theme, direction: str, digits: int) -> str:
    """Write the records as DOT, with plain labels.

    Parameters
    ----------
    records : Records
        The drawing as data.
    theme : Theme
        Its colours.
    direction : "LR" or "TB"
        Where the values flow.
    digits : int
        Significant digits of every number.

    Returns
    -------
    str
        One statement a line; the same text for the same records.
    """
    grad_unit = unit_of(n.grad for n in records.nodes)
    flow_unit = unit_of(e.contribution for e in records.edges)
    lines = [
        "digraph tinygrad_edu {",
        f'  graph [rankdir={direction}, bgcolor="{theme.background}", fontcolor="{theme.muted}", fontname="Helvetica",'
        f" fontsize=11, nodesep=0.22, ranksep=0.4{_caption(records)}];",
        f'  node [fontname="Helvetica", fontsize=12, fontcolor="{theme.ink}", color="{theme.line}", height=0.3];',
        f'  edge [fontname="Helvetica", fontsize=10, fontcolor="{theme.ink}", color="{theme.line}", arrowsize=0.7];',
    ]
    inside: dict[str | None, list[str]] = defaultdict(list)
    for node in records.nodes:
        inside[node.cluster].append(_node(node, records, theme, digits, grad_unit))
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
    lines += [_edge(edge, records, theme, digits, flow_unit) for edge in records.edges]
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


def _node(node: NodeRecord, records: Records, theme: Theme, digits: int, unit: float) -> str:
    alarm, quiet = "alarm" in node.flags, "zero" in node.flags or "dead" in node.flags
    if node.kind == "constant":
        label = quote(describe(node, digits).removeprefix("constant "))
    else:
        label = _lines([heading(node), word(node)] + [f"{w} {x}" for _, w, x in rows_of(node, records.show, digits)])
    role = "alarm_card" if alarm else "dead" if quiet else node.kind if node.kind in _FILLS else "card"
    fill = colour_of(theme, role)
    if node.grad and not alarm and not quiet:
        fill = on_scale(theme, level_of(node.grad, unit))
    styles = ["filled"] + (["rounded"] if node.kind in ("operation", "output") else []) + (["dashed"] if quiet else [])
    border = colour_of(theme, "alarm" if alarm else "accent" if node.highlighted else "line")
    ink = colour_of(theme, f"ink{level_of(node.grad, unit)}") if node.grad and not alarm and not quiet else theme.ink
    extra = ", peripheries=2" if node.kind == "output" else ""
    pen = 2.6 if alarm or node.highlighted else 1.2
    return (
        f'  {node.id} [shape={_SHAPES.get(node.kind, "box")}, style="{",".join(styles)}", label={label}, '
        f'fillcolor="{fill}", color="{border}", fontcolor="{ink}", penwidth={pen}{extra}, '
        f"tooltip={quote(describe(node, digits))}];"
    )


_FILLS = ("leaf", "parameter", "input", "output", "group")


def _edge(edge: EdgeRecord, records: Records, theme: Theme, digits: int, unit: float) -> str:
    text = edge_text(edge, records.edge_labels, digits)
    attributes = [f"label={quote(text)}"] if text else []
    if edge.contribution is not None:
        attributes.append(f"penwidth={0.8 + 3.4 * abs(strength(edge.contribution, unit)):.2f}")
        if edge.contribution == 0.0:
            attributes.append("style=dashed")
    if edge.highlighted:
        attributes.append(f'color="{theme.accent}"')
    return f"  {edge.source} -> {edge.target} [{', '.join(attributes)}];"
