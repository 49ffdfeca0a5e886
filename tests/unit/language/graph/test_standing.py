"""How commands stand in a run: steps are found by their places."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitwf.language.graph.build import build
from gitwf.language.graph.dot import to_dot
from gitwf.language.graph.mermaid import to_mermaid
from gitwf.language.graph.model import State
from gitwf.language.graph.outline import outline, to_text
from gitwf.language.graph.places import places
from gitwf.language.graph.standing import Standings
from gitwf.language.parser import parse
from gitwf.language.program import Program

PLACES: dict[str, tuple[str, str]] = {
    "lines": ("use:x.wf\n/a\n/b ; /c", "a 2, b 3.1, c 3.2"),
    "chains": ("/a && /b || /c → /d | /e", "a 1/1, b 1/2, c 1/3, d 1/4/1, e 1/4/2"),
    "groups": ("{ /a\n/b } > x\n$y = /c > z.txt", "a 1/1, b 1/2, c 2"),
    "if": ("if:true → /a → /b", "a 1/then, b 1/else"),
    "case": ("case:1\n  ↳ 1 → /a\n  ↳ * → /b && /c", "a 1/1, b 1/2/1, c 1/2/2"),
    "try": ("try: /a → catch: /b → finally: /c", "a 1/try, b 1/catch, c 1/finally"),
    "retry": ("retry:2 → /a || /b", "a 1[+]/1, b 1[+]/2"),
    "timeout": ("timeout:5s → { /a }", "a 1/timeout/1"),
    "sweep": ("sweep:n=1,2 → /a", "a 1[*]"),
    "copies": ("fork:2 → /a", "a 1[*]"),
    "branches": ("fork:2 → /a & retry:1 → /b", "a 1[0], b 1[1][+]"),
    "barrier": ("/a &\nbarrier → /b", "a 1, b 2/then"),
    "context and target": ("context:c → $x → target:local → /a", "a 1"),
    "handlers": ("{ on_exit → /a && /b\n/c }", "a 1/1/on_exit/1, b 1/1/on_exit/2, c 1/2"),
}


@pytest.mark.parametrize(("text", "expected"), PLACES.values(), ids=PLACES)
def test_places(text: str, expected: str) -> None:
    found = places(parse("main.wf", text).file)
    assert ", ".join(f"{getattr(node, 'name', '')} {place}" for node, place in found) == expected


STANDINGS: dict[str, tuple[str, dict[str, str], str]] = {
    "not run": ("/a", {}, "not run"),
    "once": ("/a", {"1": "restored"}, "restored"),
    "another's": ("/a", {"1/1": "failed", "2": "failed"}, "not run"),
    "the last attempt": ("retry:2 → /a", {"1[0]": "failed", "1[1]": "succeeded"}, "succeeded"),
    "attempts of its own": ("/a", {"1": "failed", "1[1]": "timeout"}, "timeout"),
    "trials": (
        "sweep:n=1,2,3 → /a",
        {"1[0]": "succeeded", "1[1]": "failed", "1[2]": "succeeded"},
        "1 failed, 2 succeeded",
    ),
    "attempts of trials": (
        "sweep:n=1,2 → retry:1 → /a",
        {"1[0][0]": "failed", "1[1][0]": "succeeded", "1[0][1]": "succeeded"},
        "2 succeeded",
    ),
}


@pytest.mark.parametrize(("text", "steps", "expected"), STANDINGS.values(), ids=STANDINGS)
def test_standings(text: str, steps: dict[str, str], expected: str) -> None:
    file = parse("main.wf", text).file
    standings = Standings(file, {step: State(state) for step, state in steps.items()})
    [(node, _)] = places(file)
    standing = standings.of(node)
    assert standing is not None
    assert standing.text == expected


RUN = {"2": State.RESTORED, "3/1": State.FAILED, "3/2": State.RUNNING}

TEXT = """\
main.wf
├─ /train 1 (restored)
├─ /a > x.txt (failed) || /b (running)
╰─ if $status == 0
   ├─ yes → /deploy (not run)
   ╰─ no → load s.json (not run)
"""

MERMAID = """\
flowchart TD
  n1(["on commit"]):::start
  n2("/train 1<br/>models/${sigma}.joblib<br/>on ssh:box<br/>restored"):::restored
  n3("/a #62; x.txt<br/>failed"):::failed
  n4("/b<br/>running"):::running
"""


def test_a_picture_of_a_run(program: Callable[[str], Program]) -> None:
    text = "/train 1\n/a > x.txt || /b\nif:$status == 0 → /deploy → state:load → s.json\n"
    played = program(text)
    standings = Standings(played.file, RUN)
    assert to_text(outline(played, standings)) == TEXT
    drawn = build(played, standings)
    assert to_mermaid(drawn).startswith(MERMAID)
    assert "  classDef failed fill:#fdecec," in to_mermaid(drawn)
    [failed] = [line for line in to_dot(drawn, "main.wf").splitlines() if "n3 [" in line]
    assert 'fillcolor="#fdecec"' in failed
