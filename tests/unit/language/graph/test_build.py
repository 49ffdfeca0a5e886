"""Who follows whom. An edge is written `source → target`, with what stands on it behind a colon."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitwf.language.graph.build import build
from gitwf.language.graph.model import Edge, Graph, Kind, Node, Shape, When
from gitwf.language.program import Program

Make = Callable[[str], Program]


def edges(graph: Graph) -> list[str]:
    names = {node.id: node.text or "•" for node in graph.nodes}
    clusters = {cluster.id: f"[{cluster.text}]" for cluster in graph.clusters}

    def shown(edge: Edge) -> str:
        source = clusters[edge.from_cluster] if edge.from_cluster else names[edge.source]
        when = "" if edge.when is When.SUCCEEDED else edge.when
        said = ", ".join(word for word in (when, edge.text) if word)
        return f"{source} → {names[edge.target]}" + (f": {said}" if said else "")

    return sorted(shown(edge) for edge in graph.edges)


CASES = [
    pytest.param("/a\n/b", ["/a → /b", "on commit → /a"], id="lines"),
    pytest.param("/a && /b", ["/a → /b", "on commit → /a"], id="and"),
    pytest.param("/a → /b", ["/a → /b", "on commit → /a"], id="then"),
    pytest.param("/a || /b", ["/a → /b: failed", "on commit → /a"], id="or"),
    pytest.param("/a ; /b", ["/a → /b: ended", "on commit → /a"], id="semicolon"),
    pytest.param("/a | /b", ["/a → /b: pipe", "on commit → /a"], id="pipe"),
    pytest.param(
        "/a && /b || /c\n/d",
        ["/a → /b", "/a → /c: failed", "/b → /c: failed", "/b → /d", "/c → /d", "on commit → /a"],
        id="either-of-a-chain-fails",
    ),
    pytest.param(
        "if:1 == 1 → /a → /b\n/c",
        [
            "/a → /c",
            "/b → /c",
            "if 1 == 1 → /a: yes",
            "if 1 == 1 → /b: no",
            "on commit → if 1 == 1",
        ],
        id="if-else",
    ),
    pytest.param(
        "if:true → /a\n/b",
        ["/a → /b", "if true → /a: yes", "if true → /b: no", "on commit → if true"],
        id="if",
    ),
    pytest.param(
        "case:$result\n  ↳ x, 'y' → /a\n  ↳ z → {}\n/b",
        [
            "/a → /b",
            "case $result → /a: x, 'y'",
            "case $result → /b: else",
            "case $result → /b: z",
            "on commit → case $result",
        ],
        id="case",
    ),
    pytest.param(
        "case:$result\n  ↳ x → /a\n  ↳ * → /b",
        ["case $result → /a: x", "case $result → /b: *", "on commit → case $result"],
        id="case-with-a-star",
    ),
    pytest.param(
        "fork:2 → /a & /b\n/c",
        ["/a → /c", "/b → /c", "on commit → /a", "on commit → /b"],
        id="fork",
    ),
    pytest.param(
        "fork:2 → /a & /b\nfork:2 → /c & /d",
        ["/a → •", "/b → •", "on commit → /a", "on commit → /b", "• → /c", "• → /d"],
        id="forks-meet-in-a-point",
    ),
    pytest.param(
        "{ retry:3 → /a && /b } || /c",
        ["/a → /b", "[retry 3] → /c: failed", "on commit → /a"],
        id="a-directive-fails-as-one",
    ),
    pytest.param(
        "try: { /a\n/b } → catch: /c → finally: /d\n/e",
        [
            "/a → /b",
            "/b → /d: ended, finally",
            "/c → /d: ended, finally",
            "/d → /e",
            "[try] → /c: failed, catch",
            "on commit → /a",
        ],
        id="try",
    ),
    pytest.param(
        "/a\n/b &\n/c\nbarrier → $all_results_ready → /d",
        [
            "/a → /b: started",
            "/a → /c",
            "/b → barrier: joined",
            "/c → barrier",
            "barrier → if $all_results_ready",
            "if $all_results_ready → /d",
            "on commit → /a",
        ],
        id="barrier",
    ),
    pytest.param(
        "{ /a &\n/b }\n/c",
        ["/a → /c: joined", "/b → /c", "on commit → /a", "on commit → /b"],
        id="a-block-joins-its-jobs",
    ),
    pytest.param("/a\non_failure → /b", ["on commit → /a"], id="a-handler-stands-apart"),
    pytest.param(
        "on:tag tag:v*\non:manual\n/a", ["on tag · tag v*\non manual → /a"], id="triggers"
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_edges(program: Make, text: str, expected: list[str]) -> None:
    assert edges(build(program(text))) == expected


NODES = [
    pytest.param(
        "/train 0.1", Shape.STAGE, "/train 0.1", "models/${sigma}.joblib\non ssh:box", id="stage"
    ),
    pytest.param("/deploy", Shape.EFFECT, "/deploy", "changes production", id="effect"),
    pytest.param("/echo  a", Shape.BUILTIN, "/echo a", None, id="builtin"),
    pytest.param("/a \\\n  b > out.txt", Shape.COMMAND, "/a b > out.txt", None, id="redirect"),
    pytest.param("$x = /a", Shape.COMMAND, "$x = /a", None, id="result"),
    pytest.param("$x   = [1, 2]", Shape.VALUE, "$x = [1, 2]", None, id="value"),
    pytest.param(
        "droid:ada turns:3 -> /fix it", Shape.DROID, "/fix it", "droid ada · turns 3", id="droid"
    ),
    pytest.param("state:save → a.json", Shape.STATE, "save a.json", None, id="state"),
    pytest.param("barrier timeout:60", Shape.BARRIER, "barrier · timeout 60", None, id="barrier"),
]


@pytest.mark.parametrize(("text", "shape", "words", "note"), NODES)
def test_node(program: Make, text: str, shape: Shape, words: str, note: str | None) -> None:
    start, node, *_ = build(program(text)).nodes
    assert start == Node("n1", Shape.START, "on commit")
    assert node == Node("n2", shape, words, note)


CLUSTERS = [
    pytest.param("retry:3 delay:60 backoff:2 → /a", ["retry 3 · delay 60 · backoff 2"], id="retry"),
    pytest.param("timeout:5m → /a", ["timeout 5m"], id="timeout"),
    pytest.param("fork:3 → /a", ["fork 3 copies"], id="copies"),
    pytest.param(
        "$t = sweep:a=1,2 b=x,$y max:2 → retry:1 → /a",
        ["$t = sweep a = 1, 2 × b = x, $y · max 2", "retry 1"],
        id="sweep",
    ),
    pytest.param("context:c → $a, $b → /a", ["context c → $a, $b"], id="context"),
    pytest.param("target:ssh:box → /a", ["on ssh:box"], id="target"),
    pytest.param("$x = /a | /b", ["$x ="], id="result-of-a-pipe"),
    pytest.param("{ /a } > out.txt", ["> out.txt"], id="redirected-group"),
    pytest.param("/a\non_exit → /b\non_success → /c", ["on exit", "on success"], id="handlers"),
    pytest.param("/a &", ["in the background"], id="background"),
]


@pytest.mark.parametrize(("text", "expected"), CLUSTERS)
def test_clusters(program: Make, text: str, expected: list[str]) -> None:
    assert [cluster.text for cluster in build(program(text)).clusters] == expected


def test_clusters_stand_in_one_another(program: Make) -> None:
    graph = build(program("retry:1 → timeout:5 → /a"))
    outer, inner = graph.clusters
    assert (outer.kind, outer.parent, inner.parent) == (Kind.DIRECTIVE, None, outer.id)
    assert graph.nodes[1].cluster == inner.id


def test_a_file_of_definitions_is_drawn_as_what_it_defines(program: Make) -> None:
    graph = build(program("define:/a x y=1\n  ↳ run → true\n  ↳ outs → a.txt"))
    assert graph.nodes == (Node("n1", Shape.STAGE, "/a x [y]", "a.txt"),)
    assert graph.edges == ()
