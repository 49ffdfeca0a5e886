"""Laws of the formatter: it changes the layout and nothing else, and leaves what it has written."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from gitwf.language.canonical import same_meaning
from gitwf.language.format.formatter import formatted
from gitwf.language.format.spelling import ASCII, UNICODE, Marks
from gitwf.language.parser import Parsed, parse

Programs = st.SearchStrategy[str]

_PIECES = (
    *("/a", "/b x", " ", "\n", "\n\n", " → ", "->", " && ", "|", "&", ";", "{ ", " }", "\n} "),
    *("$x = ", "$x=", "1", "'a'", '"b $x"', "${x}", "$y", "+", "-", "(", ")", "[", "]", ",", "."),
    *("if:$x", "case:x", "\n ↳ a → ", "\n=> run → ", "\n↳ deps → ", "define:/a", "retry:2"),
    *("fork:2 → ", "try: ", " → catch: ", "on_failure → ", "barrier", "sweep:a=1,2", "> y"),
    *(" # c\n", "\n# d\n", "\\\n", " \\\n ", "\\", "\r", "\r\n", "\t", "not ", "!", "x.y", "="),
)
"""What is a program often enough when it is thrown together."""

texts = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join) | st.text(max_size=20)


def read(text: str) -> Parsed:
    return parse("case.wf", text)


def fmt(text: str, marks: Marks = UNICODE) -> str:
    return formatted(text, read(text), marks)


def comments(parsed: Parsed) -> list[str]:
    return [comment.text.rstrip() for comment in parsed.file.comments]


def changes_the_layout_alone(text: str, marks: Marks) -> None:
    once = fmt(text, marks)
    before, after = read(text), read(once)
    assert after.diagnostics == ()
    assert same_meaning(before.file, after.file)
    assert comments(before) == comments(after)
    assert fmt(once, marks) == once
    assert fmt(once) == fmt(text)


@given(st.data())
def test_generated_programs_have_no_errors(programs: Programs, data: st.DataObject) -> None:
    assert read(data.draw(programs)).diagnostics == ()


@given(st.data(), st.sampled_from([UNICODE, ASCII]))
def test_a_program_changes_in_layout_alone(
    programs: Programs, data: st.DataObject, marks: Marks
) -> None:
    changes_the_layout_alone(data.draw(programs), marks)


@given(texts, st.sampled_from([UNICODE, ASCII]))
def test_any_text_changes_in_layout_alone_or_not_at_all(text: str, marks: Marks) -> None:
    if read(text).diagnostics:
        assert fmt(text, marks) == text
    else:
        changes_the_layout_alone(text, marks)


@given(st.data())
def test_no_two_blank_lines_and_no_space_at_the_end_of_a_line(
    programs: Programs, data: st.DataObject
) -> None:
    text = data.draw(programs)
    assume("run" not in text)
    once = fmt(text)
    assert "\n\n\n" not in once
    assert not once.startswith("\n")
    assert not once.endswith("\n\n")
    assert " \n" not in once
