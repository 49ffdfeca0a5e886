"""The checker as a whole: all files, all families, one report for each place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gitwf.language.check.surroundings import Surroundings

LIBRARY = "define:/train sigma\n  ↳ run → train $sigma $sgima\n/nope $unset\n"

SHELL = "`$$sgima` is a variable of the shell; did you mean `$sigma`?"


class Said(Protocol):
    def __call__(
        self, text: str, surroundings: Surroundings = ..., files: Mapping[str, str] = ...
    ) -> list[str]: ...


def test_all_errors_in_one_pass_in_the_order_of_the_file(said: Said) -> None:
    text = "/ecko\n/echo 'x\n/slepe 1\nretry:x → /echo ${1 +}\n/echo $y > .git/z.txt\n"
    assert said(text) == [
        "1:1 WF202 unknown command `/ecko` | did you mean `/echo`?",
        "2:7 WF102 unterminated quote | close it on its line",
        "3:1 WF202 unknown command `/slepe` | did you mean `/sleep`?",
        "4:7 WF106 `x` is not a whole number",
        "4:22 WF107 expected a value",
        "5:7 WF201 `$y` is never set",
        "5:12 WF501 `.git/z.txt` leads into `.git`",
    ]


def test_definitions_of_used_files_are_checked_and_their_jobs_are_not(said: Said) -> None:
    assert said("use:lib.wf\n/train 1\n/train\n", files={"lib.wf": LIBRARY}) == [
        "3:1 WF203 `/train` needs `sigma` | it is called as `/train sigma`",
        "lib.wf:2:24 WF201 `$sgima` is no parameter of `/train` | " + SHELL,
    ]


def test_commands_may_be_in_a_file_that_cannot_be_read(said: Said) -> None:
    assert said("use:lib.wf\n/train\n") == ["1:5 WF208 there is no file `lib.wf`"]


def test_commands_of_the_repository(said: Said) -> None:
    repository = Surroundings(stages=frozenset({"train"}), scripts=frozenset({"deploy"}))
    assert said("/train --fast\n/deploy now\n", repository) == []


def test_variables_given_with_the_run(said: Said) -> None:
    assert said("/echo $sigma\n", Surroundings(variables=frozenset({"sigma"}))) == []


def test_a_missing_piece_is_reported_once(said: Said) -> None:
    assert said("if: → /echo\n$_x =\nretry: → /echo\n") == [
        "1:4 WF107 expected a value",
        "2:6 WF107 expected a value",
        "3:7 WF103 expected a number",
    ]
