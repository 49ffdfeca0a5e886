"""What is read without typer is what typer would have read; whatever is not plain is left to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated

import pytest
import typer

from gitwf.cli.application import typed
from gitwf.cli.parameter import Argument, Option
from gitwf.cli.words import read

DEFAULTS: dict[str, object] = {"given": None, "count": None, "form": "text", "quiet": False}


class Form(StrEnum):
    TEXT = "text"
    DOT = "dot"


def command(
    file: Annotated[str, Argument(help="A file.")],
    more: Annotated[list[str] | None, Argument(help="More files.")] = None,
    given: Annotated[list[str] | None, Option("--set -s", help="A setting.")] = None,
    count: Annotated[int | None, Option("-n", least=1, help="How many.")] = None,
    form: Annotated[Form, Option("--form", help="How.")] = Form.TEXT,
    quiet: Annotated[bool, Option("--quiet -q", help="Say less.")] = False,  # noqa: FBT002
) -> int:
    """Do something."""
    SEEN.update(file=file, more=more, given=given, count=count, form=form, quiet=quiet)
    return 0


SEEN: dict[str, object] = {}


def by_typer(words: Sequence[str]) -> Mapping[str, object]:
    app = typer.Typer(add_completion=False)
    app.command()(typed(command))
    SEEN.clear()
    app(list(words), standalone_mode=False)
    return {name: value for name, value in SEEN.items() if value != DEFAULTS.get(name)}


PLAIN = {
    "a word": ["a.wf"],
    "words before and after options": ["a", "--quiet", "b", "c"],
    "an empty word": [""],
    "a value that follows": ["a", "--form", "dot"],
    "a value after an equals sign": ["a", "--form=dot"],
    "an equals sign in a value": ["a", "--set", "x=1", "--set=y=2"],
    "another spelling": ["-s", "x=1", "a", "-q"],
    "a number": ["a", "-n", "7"],
    "the last of several": ["a", "-n", "7", "-n", "8"],
    "an empty value": ["a", "--set", ""],
    "a flag twice": ["a", "-q", "-q"],
}


@pytest.mark.parametrize("words", PLAIN.values(), ids=PLAIN)
def test_plain_words_are_read_as_typer_does(words: list[str]) -> None:
    assert read(command, words) == by_typer(words)


UNCLEAR = {
    "help": ["a", "--help"],
    "an unknown option": ["a", "--colour"],
    "a missing word": ["--quiet"],
    "a missing value": ["a", "--form"],
    "a value that looks like an option": ["a", "--set", "-x"],
    "a value for a flag": ["a", "--quiet=yes"],
    "a value that is none of these": ["a", "--form", "oil"],
    "no number": ["a", "-n", "many"],
    "a number too small": ["a", "-n", "0"],
    "a value written at its option": ["a", "-n7"],
    "flags written together": ["a", "-qn"],
    "an end of options": ["--", "--quiet"],
}


@pytest.mark.parametrize("words", UNCLEAR.values(), ids=UNCLEAR)
def test_whatever_is_not_plain_is_left_to_typer(words: list[str]) -> None:
    assert read(command, words) is None


def single(run: Annotated[str, Argument(metavar="RUN")]) -> int:
    """Do something with one run."""
    return len(run)


def test_a_word_too_many_is_left_to_typer() -> None:
    assert read(single, ["a", "b"]) is None
