from __future__ import annotations

from collections.abc import Callable

import pytest

from gitwf.language.graph.outline import outline, to_text
from gitwf.language.program import Program

CASES = [
    pytest.param(
        "on:commit branch:main\n/a   x && /b -> /c\n/d | /e > f.txt",
        "├─ on commit · branch main\n├─ /a x && /b → /c\n╰─ /d | /e > f.txt\n",
        id="lines",
    ),
    pytest.param(
        "$t = sweep:a=1,2 → retry:3 delay:60 → /train --sigma $a\n$b = best($t, 'x')",
        "├─ $t = sweep a = 1, 2 → retry 3 · delay 60 → /train --sigma $a\n╰─ $b = best($t, 'x')\n",
        id="arms",
    ),
    pytest.param(
        "if:$b.x > 1 → /deploy → { /c\n /d }\n/e ; if:true → /f",
        "├─ if $b.x > 1\n"
        "│  ├─ yes → /deploy\n"
        "│  ╰─ no → group\n"
        "│     ├─ /c\n"
        "│     ╰─ /d\n"
        "├─ /e\n"
        "╰─ ; if true\n"
        "   ╰─ yes → /f\n",
        id="if",
    ),
    pytest.param(
        "fork:2 → /a && retry:1 → /b & /c\n/d &\nbarrier → $all_results_ready",
        "├─ fork 2\n"
        "│  ├─ /a\n"
        "│  ├─ && retry 1 → /b\n"
        "│  ╰─ /c\n"
        "├─ in the background → /d\n"
        "╰─ barrier → $all_results_ready\n",
        id="parallel",
    ),
    pytest.param(
        "case:$x\n  ↳ a, b → try: /a → catch: /b → finally: /c\n  ↳ * → state:save → s.json",
        "╰─ case $x\n"
        "   ├─ a, b → try\n"
        "   │  ├─ /a\n"
        "   │  ├─ catch → /b\n"
        "   │  ╰─ finally → /c\n"
        "   ╰─ * → save s.json\n",
        id="case-and-try",
    ),
    pytest.param(
        "$x = droid:ada turns:3 → /fix it\n{ /a } > x.txt | /b\non_failure → /c",
        "├─ $x = droid ada · turns 3 → /fix it\n├─ group > x.txt\n│  ╰─ /a\n├─ | /b\n╰─ on failure → /c\n",
        id="droid-and-groups",
    ),
    pytest.param(
        "define:/a x y=1\n  ↳ run → true", "╰─ define /a x [y]\n", id="a-file-of-definitions"
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_text(program: Callable[[str], Program], text: str, expected: str) -> None:
    assert to_text(outline(program(text))) == f"main.wf\n{expected}"
