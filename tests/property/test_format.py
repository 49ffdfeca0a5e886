"""Laws of the formatter: it changes the layout, and nothing else; and it has nothing to add to itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitwf.language.canonical import same_meaning
from gitwf.language.format.formatter import formatted
from gitwf.language.format.spelling import ASCII, UNICODE, Marks
from gitwf.language.parser import Parsed, parse

Text = st.SearchStrategy[str]


def read(text: str) -> Parsed:
    return parse("case.wf", text)


def fmt(text: str, marks: Marks = UNICODE) -> str:
    return formatted(text, read(text), marks)


@given(st.data())
def test_generated_programs_have_no_errors(programs: Text, data: st.DataObject) -> None:
    assert read(data.draw(programs)).diagnostics == ()


@given(st.data(), st.sampled_from([UNICODE, ASCII]))
def test_a_formatted_program_means_the_same(
    programs: Text, data: st.DataObject, marks: Marks
) -> None:
    text = data.draw(programs)
    before, after = read(text), read(fmt(text, marks))
    assert after.diagnostics == ()
    assert same_meaning(before.file, after.file)
    assert comments(before) == comments(after)


@given(st.data(), st.sampled_from([UNICODE, ASCII]))
def test_a_formatted_program_stays_as_it_is(
    programs: Text, data: st.DataObject, marks: Marks
) -> None:
    once = fmt(data.draw(programs), marks)
    assert fmt(once, marks) == once


@given(st.data())
def test_a_program_is_formatted_alike_from_either_spelling(
    programs: Text, data: st.DataObject
) -> None:
    text = data.draw(programs)
    assert fmt(fmt(text, ASCII)) == fmt(text)


def comments(parsed: Parsed) -> list[str]:
    return [comment.text.rstrip() for comment in parsed.file.comments]
