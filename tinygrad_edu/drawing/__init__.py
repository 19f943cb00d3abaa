"""With this room one can draw computations: nodes become records (data), records become SVG, PNG, PDF, DOT or text."""

from .picture import Drawing as Drawing
from .picture import draw as draw
from .records.edges import ClusterRecord as ClusterRecord
from .records.edges import EdgeRecord as EdgeRecord
from .records.nodes import NodeRecord as NodeRecord
from .records.records import Records as Records
from .scene.graphviz_call import set_graphviz as set_graphviz

__all__ = ["ClusterRecord", "Drawing", "EdgeRecord", "NodeRecord", "Records", "draw", "set_graphviz"]
