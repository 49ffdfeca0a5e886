"""A graph in Graphviz's language (https://graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from gitwf.language.graph.model import Cluster, Edge, Graph, Kind, Node, Shape, State, When
from gitwf.language.graph.paragraph import paragraph

_FAINT = "#52606d"
_FONT = "Helvetica,Arial,sans-serif"
_GRAPH = {
    "rankdir": "TB",
    "compound": "true",
    "fontname": _FONT,
    "fontsize": "11",
    "nodesep": "0.35",
    "ranksep": "0.45",
    "pad": "0.3",
    "bgcolor": "white",
}
_NODE = {
    "shape": "box",
    "style": "rounded,filled",
    "fontname": _FONT,
    "fontsize": "12",
    "fontcolor": "#1f2933",
    "color": "#9aa5b1",
    "fillcolor": "#ffffff",
    "margin": "0.18,0.1",
    "height": "0.4",
}
_EDGE = {
    "fontname": _FONT,
    "fontsize": "10",
    "fontcolor": _FAINT,
    "color": "#7b8794",
    "arrowsize": "0.7",
}

_SHAPES: Mapping[Shape, Mapping[str, str]] = {
    Shape.START: {"shape": "box", "fillcolor": "#1f2933", "fontcolor": "white", "color": "#1f2933"},
    Shape.COMMAND: {},
    Shape.BUILTIN: {"fillcolor": "#f5f7fa", "color": "#cbd2d9"},
    Shape.STAGE: {"fillcolor": "#e3f2fd", "color": "#4a90d9"},
    Shape.EFFECT: {"fillcolor": "#fdebd3", "color": "#e08a1e", "penwidth": "2"},
    Shape.DROID: {"fillcolor": "#efe7fb", "color": "#8a63d2"},
    Shape.VALUE: {"shape": "plain", "style": "", "fontcolor": _FAINT},
    Shape.CONDITION: {
        "margin": "0,0.06",
        "shape": "hexagon",
        "style": "filled",
        "fillcolor": "#fffbe6",
        "color": "#d9b310",
    },
    Shape.BARRIER: {
        "style": "filled",
        "fillcolor": _FAINT,
        "fontcolor": "white",
        "height": "0.25",
    },
    Shape.STATE: {
        "shape": "cylinder",
        "style": "filled",
        "fillcolor": "#e6f6ec",
        "color": "#3f9142",
    },
    Shape.POINT: {"shape": "point", "width": "0.06", "color": "#7b8794"},
}
_BROKEN = {"fillcolor": "#fdecec", "color": "#d64545", "penwidth": "2"}
_STATES: Mapping[State, Mapping[str, str]] = {
    State.FAILED: _BROKEN,
    State.TIMEOUT: _BROKEN,
    State.LOST: _BROKEN,
    State.CANCELLED: {"fillcolor": "#f5f7fa", "color": _FAINT, "penwidth": "2"},
    State.RUNNING: {"fillcolor": "#fffbe6", "color": "#d9b310", "penwidth": "2"},
    State.SUCCEEDED: {"fillcolor": "#e6f6ec", "color": "#3f9142", "penwidth": "1"},
    State.RESTORED: {"fillcolor": "#e3f2fd", "color": "#4a90d9", "penwidth": "1"},
    State.NOT_RUN: {
        "style": "rounded,dashed",
        "fontcolor": "#9aa5b1",
        "color": "#cbd2d9",
        "penwidth": "1",
    },
}
_EDGES: Mapping[When, Mapping[str, str]] = {
    When.SUCCEEDED: {},
    When.FAILED: {
        "style": "dashed",
        "color": "#d64545",
        "fontcolor": "#d64545",
        "label": " fails ",
    },
    When.ENDED: {"label": " either way "},
    When.PIPE: {"label": " pipe ", "penwidth": "2", "arrowhead": "vee"},
    When.STARTED: {"style": "dotted"},
    When.JOINED: {"style": "dotted"},
}
_CLUSTERS: Mapping[Kind, Mapping[str, str]] = {
    Kind.DIRECTIVE: {"color": "#cbd2d9", "fillcolor": "#f8f9fb"},
    Kind.BACKGROUND: {"color": "#9aa5b1", "fillcolor": "white", "style": "rounded,dotted"},
    Kind.HANDLER: {"color": "#e6a5a5", "fillcolor": "#fdf3f3"},
}
_WIDTH = 44


def to_dot(graph: Graph, name: str) -> str:
    """Return the text from which `dot` draws ``graph``; ``name`` is the picture's title."""
    return "\n".join(["digraph {", *_indented(_body(graph, name)), "}", ""])


def _body(graph: Graph, name: str) -> Iterator[str]:
    yield f"graph [{_attributes({**_GRAPH, 'tooltip': name})}]"
    yield f"node [{_attributes(_NODE)}]"
    yield f"edge [{_attributes(_EDGE)}]"
    yield from _inside(graph, None)
    yield from map(_edge, graph.edges)


def _inside(graph: Graph, parent: str | None) -> Iterator[str]:
    yield from (_node(node) for node in graph.nodes if node.cluster == parent)
    for cluster in graph.clusters:
        if cluster.parent == parent:
            yield f"subgraph cluster_{cluster.id} {{"
            yield from _indented(_cluster(graph, cluster))
            yield "}"


def _cluster(graph: Graph, cluster: Cluster) -> Iterator[str]:
    look = {"style": "rounded,filled", "labeljust": "l", "margin": "12", "fontcolor": _FAINT}
    yield f"graph [{_attributes({**look, **_CLUSTERS[cluster.kind], 'label': cluster.text})}]"
    yield from _inside(graph, cluster.id)


def _node(node: Node) -> str:
    text = paragraph(node.text, _WIDTH)
    label = _html(text, paragraph(node.note, _WIDTH)) if node.note else _quoted(text)
    look = {**_SHAPES[node.shape], **(_STATES[node.state] if node.state else {})}
    return f"{node.id} [label={label}{_attributes(look, ' ')}]"


def _html(text: str, note: str) -> str:
    """Return an HTML-like label: ``text``, and ``note`` in small below it."""
    large, small = (escape(part).replace("\n", "<br/>") for part in (text, note))
    return f'<{large}<br/><font point-size="10" color="{_FAINT}">{small}</font>>'


def _edge(edge: Edge) -> str:
    look = dict(_EDGES[edge.when])
    if edge.text:
        look["label"] = f" {edge.text} "
    if edge.from_cluster:
        look["ltail"] = f"cluster_{edge.from_cluster}"
    return f"{edge.source} -> {edge.target}" + (f" [{_attributes(look)}]" if look else "")


def _attributes(values: Mapping[str, str], before: str = "") -> str:
    return before * bool(values) + " ".join(f"{n}={_quoted(v)}" for n, v in values.items())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'"{escaped}"'


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
