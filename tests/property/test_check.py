"""The checker takes any text, and says where things are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitwf.diagnostics import render
from gitwf.language.check.checker import check
from gitwf.language.check.codes import CODES
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import load

PIECES = (
    "define:/a x:int=1 y ...\n  ↳ run → echo $x '$y' $$(id)\n  ↳ outs → ${x}/m.txt\n",
    "  ↳ effect → prod\n",
    *("/a 1", "/a $x", "/a --x=2", '/echo ${x.y ?? [1][0]} "n=$x"', "$x = ", "$x = 1 + ", "$y"),
    *("if:$x == ", "case:$x\n  ↳ a, * → /a\n", "retry:3 delay:2s", "timeout:$x", "fork:2"),
    *("sweep:s=1,2", "droid:d", "barrier", "state:load → s.json", "context:c → $x", "try: "),
    *(
        "catch: ",
        "finally: ",
        "target:ssh:box",
        "on_failure",
        "on:commit branch:main",
        "use:lib.wf",
    ),
    *(" → ", " && ", " || ", " | ", " ; ", " & ", "\n", "{ ", " }", " > x", " > ../y"),
    *("'", '"', "$x.y", "${", "not ", "[", "]", "(", ")", " ", "=", ","),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=80)


@given(TEXTS)
def test_any_text_gets_diagnostics_with_places_and_known_codes(text: str) -> None:
    surroundings = Surroundings(tracked=frozenset({"a.py"}), targets=frozenset({"box"}))
    program = load("case.wf", {"case.wf": text, "lib.wf": "define:/a\n  ↳ run → true\n"}.get)
    found = check(program, surroundings)
    for diagnostic in found:
        source = program.sources[diagnostic.path]
        assert diagnostic.code in CODES
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(source.text) + 1
        assert "\n" not in diagnostic.message
        assert render(diagnostic, source)
    places = [(diagnostic.path, diagnostic.span.start) for diagnostic in found]
    assert len(set(places)) == len(places)
