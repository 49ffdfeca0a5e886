"""The arguments of a prompt, and nothing else of it, are put in."""

from __future__ import annotations

import pytest

from gitwf.droids.prompt import as_it_stands, expand


@pytest.mark.parametrize(
    ("body", "words", "expanded"),
    [
        ("Fix $1 in $2.", ("a", "b"), "Fix a in b."),
        ("Fix $ARGUMENTS.", ("a", "b c"), "Fix a b c."),
        ("Fix $1 and $2.", ("a",), "Fix a and ."),
        ("Fix it.", ("a", "b"), "Fix it.\n\nArguments: a b"),
        ("Fix it.", (), "Fix it."),
        ("$1", ("$2 $ARGUMENTS", "x"), "$2 $ARGUMENTS"),
        ("$ARGUMENTSX $10 $0 $$", (), "$ARGUMENTSX $10 $0 $$"),
        ("!`rm -rf $1` @secret.txt", ("x",), "!`rm -rf x` @secret.txt"),
    ],
)
def test_expand(body: str, words: tuple[str, ...], expanded: str) -> None:
    assert expand(body, words) == expanded


def test_as_it_stands() -> None:
    assert as_it_stands("review", ("the", "last commit")) == "/review the last commit"
