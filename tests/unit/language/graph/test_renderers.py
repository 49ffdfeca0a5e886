from __future__ import annotations

from collections.abc import Callable

import pytest

from gitwf.language.graph.build import build
from gitwf.language.graph.dot import to_dot
from gitwf.language.graph.mermaid import to_mermaid
from gitwf.language.graph.paragraph import paragraph
from gitwf.language.program import Program

WORKFLOW = """\
/a "#1" || /b
/train "<1>" &
if:$status == 0 → /deploy → retry:2 → /c
"""

MERMAID = """\
flowchart TD
  n1(["on commit"]):::start
  n2("/a #34;#35;1#34;")
  n3("/b")
  n5{{"if $status == 0"}}:::condition
  n6("/deploy<br/>changes production"):::effect
  subgraph c1 ["in the background"]
    n4("/train #34;#60;1#62;#34;<br/>models/${sigma}.joblib<br/>on ssh:box"):::stage
  end
  subgraph c2 ["retry 2"]
    n7("/c")
  end
  n1 --> n2
  n2 -.->|"fails"| n3
  n2 -.-> n4
  n2 --> n5
  n3 -.-> n4
  n3 --> n5
  n5 -->|"yes"| n6
  n5 -->|"no"| n7
  classDef start fill:#1f2933,stroke:#1f2933,color:#ffffff
  classDef stage fill:#e3f2fd,stroke:#4a90d9,color:#1f2933
  classDef effect fill:#fdebd3,stroke:#e08a1e,stroke-width:2px,color:#1f2933
  classDef condition fill:#fffbe6,stroke:#d9b310,color:#1f2933
  style c1 stroke-dasharray:4
"""

DOT = r"""
  n1 [label="on commit" shape="box" fillcolor="#1f2933" fontcolor="white" color="#1f2933"]
  n2 [label="/a \"#1\""]
  n3 [label="/b"]
  n5 [label="if $status == 0" margin="0,0.06" shape="hexagon" style="filled" fillcolor="#fffbe6" color="#d9b310"]
  n6 [label=</deploy<br/><font point-size="10" color="#52606d">changes production</font>> fillcolor="#fdebd3" color="#e08a1e" penwidth="2"]
  subgraph cluster_c1 {
    graph [style="rounded,dotted" labeljust="l" margin="12" fontcolor="#52606d" color="#9aa5b1" fillcolor="white" label="in the background"]
    n4 [label=</train &quot;&lt;1&gt;&quot;<br/><font point-size="10" color="#52606d">models/${sigma}.joblib<br/>on ssh:box</font>> fillcolor="#e3f2fd" color="#4a90d9"]
  }
  subgraph cluster_c2 {
    graph [style="rounded,filled" labeljust="l" margin="12" fontcolor="#52606d" color="#cbd2d9" fillcolor="#f8f9fb" label="retry 2"]
    n7 [label="/c"]
  }
  n1 -> n2
  n2 -> n3 [style="dashed" color="#d64545" fontcolor="#d64545" label=" fails "]
  n2 -> n4 [style="dotted"]
  n2 -> n5
  n3 -> n4 [style="dotted"]
  n3 -> n5
  n5 -> n6 [label=" yes "]
  n5 -> n7 [label=" no "]
}
"""


def test_mermaid(program: Callable[[str], Program]) -> None:
    assert to_mermaid(build(program(WORKFLOW))) == MERMAID


def test_dot(program: Callable[[str], Program]) -> None:
    drawn = to_dot(build(program(WORKFLOW)), 'my "main".wf')
    assert r'tooltip="my \"main\".wf"' in drawn
    assert drawn.endswith(DOT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("short", "short", id="short"),
        pytest.param("/train --rate 0.1\nnote", "/train --rate\n  0.1\nnote", id="wrapped"),
        pytest.param(
            "a " * 60,
            "\n  ".join(["a a a a a a a a", *["a a a a a a a"] * 2, "a a a a a a …"]),
            id="cut",
        ),
    ],
)
def test_paragraph(text: str, expected: str) -> None:
    assert paragraph(text, 15) == expected
