"""Laws of the parser: it reads any text, loses nothing of it, and its spans nest."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from gitwf.diagnostics import Span
from gitwf.language.canonical import same_meaning
from gitwf.language.lossless import lossless
from gitwf.language.parser import parse
from gitwf.language.tree import File, Missing, Node
from gitwf.language.walk import children

_PIECES = (
    *("/echo", "/a:b", " ", "  ", "\t", "\n", "\r\n", "\n\n", "\\\n", "# c", "#", "\ufeff", "\x00"),
    *("→", "->", " → ", "&&", "||", "|", "&", ";", ">", ">>", "<", "{", "}", " { ", " }\n", "};"),
    *("if:", "case:$x", "\n  ↳ ", "=> ", "retry:3", "timeout:5s", "fork:2", "sweep:", "a=1,2"),
    *("droid:x", "barrier", "state:save", "context:c", "try: ", "catch: ", "finally:", "target:t"),
    *("use:x.wf", "on:commit", "define:/x", " y:int=3", "run", "deps", "...", "on_failure"),
    *("$x", "$x = ", "$$", "$", "${", "'", '"', "\\", ",", ".", "[", "]", "(", ")", "=", "x", "é"),
    *("1", "0.5", "1e9", "007", "==", "<=", "??", "+", "-", "*", "%", "!", " not ", " in ", "true"),
    *("delay:1", "\u00a0", "“", "⇒", "<<<<<<< x\n", "=======\n", ">>>>>>> y\n", "else:", "then"),
)

programs = st.lists(st.sampled_from(_PIECES), max_size=40).map("".join)
texts = st.one_of(programs, st.text(max_size=80))
deep = st.builds(
    lambda piece, times, end: piece * times + end,
    st.sampled_from(["{ ", "try: ", "if:1 → ", "/a ${", '/a "${', "$x = (", "$x = [", "/a && "])
    | st.sampled_from(["$x = 1 + ", "$x = -", "fork:1 → ", "case:1\n↳ a → ", "$x = not ", "x[0]"]),
    st.integers(1, 3000),
    programs,
)


@given(st.one_of(texts, deep))
@example("{ " * 3000)
@example("$x = " + "(" * 3000)
def test_any_text_is_read_and_nothing_of_it_is_lost(text: str) -> None:
    tokens = lossless(text, parse("case.wf", text).tokens)
    assert "".join(text[token.start : token.end] for token in tokens) == text


@given(texts)
def test_spans_stand_in_their_parents(text: str) -> None:
    file = parse("case.wf", text).file
    assert file.span == Span(0, len(text))
    assert not [(parent, child) for parent, child in _pairs(file) if not _within(child, parent)]


@given(texts)
def test_one_error_for_each_place_and_every_place_in_the_text(text: str) -> None:
    diagnostics = parse("case.wf", text).diagnostics
    starts = [diagnostic.span.start for diagnostic in diagnostics]
    assert len(starts) == len(set(starts))
    assert all(0 <= d.span.start <= d.span.end <= len(text) for d in diagnostics)


@given(programs)
def test_carriage_returns_and_empty_lines_mean_nothing(text: str) -> None:
    read = parse("case.wf", text)
    if not read.diagnostics and "\r" not in text and "\\" not in text:
        respaced = text.replace("\n", "\r\n\r\n")
        assert same_meaning(read.file, parse("case.wf", respaced).file)


def _pairs(file: File) -> list[tuple[Node, Node]]:
    found: list[tuple[Node, Node]] = []
    parents: list[Node] = [file]
    while parents:
        parent = parents.pop()
        found += [(parent, child) for child in children(parent) if not _is_nothing(child)]
        parents += children(parent)
    return found


def _is_nothing(node: Node) -> bool:
    """What is missing stands where the last token ended, which may be before its parent."""
    return isinstance(node, Missing) and node.span.start == node.span.end


def _within(child: Node, parent: Node) -> bool:
    return parent.span.start <= child.span.start <= child.span.end <= parent.span.end
