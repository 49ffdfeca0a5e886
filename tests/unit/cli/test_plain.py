"""What others wrote reaches a terminal as text, whatever is in it."""

from __future__ import annotations

import pytest

from gitwf.cli.edge import say
from gitwf.cli.output import print_line, print_object, print_table
from gitwf.cli.plain import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ünï → 🚀 \t\n", "ünï → 🚀 \t\n"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("one\rtwo\x00\x07\x7f", r"one\rtwo\x00\x07\x7f"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202eb\u2069", r"a\u202eb\u2069"),
        ("\xa0 ", "\xa0 "),
    ],
)
def test_controls_are_spelled_out(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_all_that_prints_for_people_does_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_line("a\x1b[2Jb")
    print_table([["c\x9bd", "succeeded"]])
    say("git-wf: \x1b]0;title\x07")
    print_object("\x9b")
    shown = capsys.readouterr()
    assert shown.out == 'a\\x1b[2Jb\nc\\x9bd  succeeded\n"\x9b"\n'
    assert shown.err == "git-wf: \\x1b]0;title\\x07\n"
