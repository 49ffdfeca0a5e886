"""A graph as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html).

GitHub and GitLab draw it where it stands in a Markdown file, in a block called ``mermaid``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitwf.language.graph.model import Edge, Graph, Kind, Node, Shape, State, When
from gitwf.language.graph.paragraph import paragraph

_SHAPES: Mapping[Shape, tuple[str, str]] = {
    Shape.START: ("([", "])"),
    Shape.COMMAND: ("(", ")"),
    Shape.BUILTIN: ("(", ")"),
    Shape.STAGE: ("(", ")"),
    Shape.EFFECT: ("(", ")"),
    Shape.DROID: ("(", ")"),
    Shape.VALUE: ("[", "]"),
    Shape.CONDITION: ("{{", "}}"),
    Shape.BARRIER: ("[", "]"),
    Shape.STATE: ("[(", ")]"),
    Shape.POINT: ("((", "))"),
}
_LOOKS: Mapping[Shape, str] = {
    Shape.START: "fill:#1f2933,stroke:#1f2933,color:#ffffff",
    Shape.BUILTIN: "fill:#f5f7fa,stroke:#cbd2d9,color:#1f2933",
    Shape.STAGE: "fill:#e3f2fd,stroke:#4a90d9,color:#1f2933",
    Shape.EFFECT: "fill:#fdebd3,stroke:#e08a1e,stroke-width:2px,color:#1f2933",
    Shape.DROID: "fill:#efe7fb,stroke:#8a63d2,color:#1f2933",
    Shape.VALUE: "fill:none,stroke:none",
    Shape.CONDITION: "fill:#fffbe6,stroke:#d9b310,color:#1f2933",
    Shape.BARRIER: "fill:#52606d,stroke:#52606d,color:#ffffff",
    Shape.STATE: "fill:#e6f6ec,stroke:#3f9142,color:#1f2933",
}
_BROKEN = "fill:#fdecec,stroke:#d64545,stroke-width:2px,color:#1f2933"
_STATES: Mapping[State, str] = {
    State.FAILED: _BROKEN,
    State.TIMEOUT: _BROKEN,
    State.LOST: _BROKEN,
    State.CANCELLED: "fill:#f5f7fa,stroke:#52606d,stroke-width:2px,color:#1f2933",
    State.RUNNING: "fill:#fffbe6,stroke:#d9b310,stroke-width:2px,color:#1f2933",
    State.SUCCEEDED: "fill:#e6f6ec,stroke:#3f9142,color:#1f2933",
    State.RESTORED: "fill:#e3f2fd,stroke:#4a90d9,color:#1f2933",
    State.NOT_RUN: "fill:none,stroke:#cbd2d9,stroke-dasharray:4,color:#9aa5b1",
}
_CLASSES = {
    **{shape.value: look for shape, look in _LOOKS.items()},
    **{state.name.lower(): look for state, look in _STATES.items()},
}
"""What nodes look like, by the name of a class."""
_LINES: Mapping[When, tuple[str, str]] = {
    When.SUCCEEDED: ("-->", ""),
    When.FAILED: ("-.->", "fails"),
    When.ENDED: ("-->", "either way"),
    When.PIPE: ("==>", "pipe"),
    When.STARTED: ("-.->", ""),
    When.JOINED: ("-.->", ""),
}
_BACKGROUND = "stroke-dasharray:4"
_WIDTH = 44


def to_mermaid(graph: Graph) -> str:
    """Return the flowchart of ``graph``."""
    return "\n".join(["flowchart TD", *(f"  {line}" for line in _body(graph)), ""])


def _body(graph: Graph) -> Iterator[str]:
    yield from _inside(graph, None)
    yield from map(_edge, graph.edges)
    used = {_class(node) for node in graph.nodes}
    yield from (f"classDef {name} {look}" for name, look in _CLASSES.items() if name in used)
    for cluster in graph.clusters:
        if cluster.kind is Kind.BACKGROUND:
            yield f"style {cluster.id} {_BACKGROUND}"


def _inside(graph: Graph, parent: str | None) -> Iterator[str]:
    yield from (_node(node) for node in graph.nodes if node.cluster == parent)
    for cluster in graph.clusters:
        if cluster.parent == parent:
            yield f"subgraph {cluster.id} [{_quoted(cluster.text)}]"
            yield from (f"  {line}" for line in _inside(graph, cluster.id))
            yield "end"


def _node(node: Node) -> str:
    opening, closing = _SHAPES[node.shape]
    text = paragraph("\n".join(filter(None, (node.text, node.note))), _WIDTH)
    name = _class(node)
    look = f":::{name}" if name in _CLASSES else ""
    return f"{node.id}{opening}{_quoted(text)}{closing}{look}"


def _class(node: Node) -> str:
    return node.state.name.lower() if node.state else node.shape


def _edge(edge: Edge) -> str:
    line, text = _LINES[edge.when]
    text = edge.text or text
    label = f"|{_quoted(text)}|" if text else ""
    return f"{edge.from_cluster or edge.source} {line}{label} {edge.target}"


def _quoted(text: str) -> str:
    """Return ``text`` in quotes, with all that Mermaid or HTML would read as its numbers."""
    return f'"{"".join(_ESCAPES.get(c, c) for c in text)}"'


_ESCAPES = {c: f"#{ord(c)};" for c in '#"<>&;`\\'} | {"\n": "<br/>"}
