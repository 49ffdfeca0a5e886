"""Whatever parses can be drawn, and Graphviz reads what is drawn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pygraphviz import AGraph

from gitwf.language.graph.build import build
from gitwf.language.graph.dot import to_dot
from gitwf.language.graph.mermaid import to_mermaid
from gitwf.language.graph.outline import outline, to_text
from gitwf.language.program import load

PIECES = (
    "define:/a x\n  ↳ run → true\n  ↳ outs → m.txt\n",
    *("/a 1", "/b '<&\">'", "/c \\\\", "$x = ", "$y = 1 + 2"),
    *("if:$x == 1", "case:$x\n  ↳ p, * → /a\n  ↳ q", "retry:3 delay:2s", "timeout:5", "fork:2"),
    *("sweep:s=1,2", "droid:d", "barrier", "state:load → s.json", "context:c → $x", "try: "),
    *("catch: ", "finally: ", "target:ssh:box", "on_failure", "on:commit branch:main"),
    *(" → ", " && ", " || ", " | ", " ; ", " & ", "\n", "{ ", " }", " > x.txt"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=40)


@given(TEXTS)
def test_any_text_is_drawn(text: str) -> None:
    program = load("main.wf", {"main.wf": text}.get)
    graph = build(program)
    nodes = {node.id for node in graph.nodes}
    clusters = {cluster.id for cluster in graph.clusters}
    for edge in graph.edges:
        assert {edge.source, edge.target} <= nodes
        assert edge.from_cluster is None or edge.from_cluster in clusters
    assert {node.cluster for node in graph.nodes} <= {None, *clusters}
    assert to_text(outline(program)).startswith("main.wf\n")
    assert to_mermaid(graph).startswith("flowchart TD\n")
    assert set(AGraph(string=to_dot(graph, "main.wf")).nodes()) == nodes
