"""An editor may ask at any place of any text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitwf.language.check.checker import check
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import load
from gitwf.lsp.completion import complete
from gitwf.lsp.definition import definition
from gitwf.lsp.hover import hover
from gitwf.lsp.reading import Reading
from gitwf.lsp.symbols import symbols

PIECES = (
    "define:/a x:int=1 y ...\n  ↳ run → echo $x '${y}'\n  ↳ outs → m.txt\n",
    *("/a 1", "/a --x=$x", '/echo ${x.y ?? [1][0]} "n=$x"', "$x = ", "1 + ", "len($x)"),
    *("if:$x == ", "case:$x\n  ↳ a, * → /a\n", "retry:3 delay:2s", "sweep:s=1,2", "barrier"),
    *("context:c → $x", "try: ", "catch: ", "on_failure", "on:commit branch:main", "use:lib.wf"),
    *(" → ", " && ", " | ", " ; ", " & ", "\n", "{ ", " }", " > x", "'", '"', "${", " ", "#", "😀"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=20).map("".join) | st.text(max_size=60)
AROUND = Surroundings(stages=frozenset({"train"}))


@given(TEXTS, st.data())
def test_every_question_has_an_answer(text: str, data: st.DataObject) -> None:
    files = {"main.wf": text, "lib.wf": "define:/b z\n  ↳ run → echo $z\n"}
    program = load("main.wf", files.get)
    reading = Reading("main.wf", program, check(program, AROUND), AROUND)
    offset = data.draw(st.integers(0, len(reading.text)))
    shown = hover(reading, offset)
    assert shown is None or (shown.text and shown.span.start <= offset <= shown.span.end)
    place = definition(reading, offset)
    assert place is None or place.span.end <= len(program.sources[place.path].text)
    for offer in complete(reading, offset):
        assert offer.span.end == offset
        assert offer.text.startswith(reading.words(offer.span))
    for symbol in symbols(reading):
        assert (
            symbol.span.start <= symbol.name_span.start <= symbol.name_span.end <= symbol.span.end
        )
