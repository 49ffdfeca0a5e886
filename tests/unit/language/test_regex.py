from __future__ import annotations

import re

import pytest

from gitwf.language.regex import RegexError, fullmatch


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("release/[0-9.]+", "release/1.2", True),
        ("release", "release/1.2", False),
        ("", "", True),
        ("", "x", False),
        ("a|b|", "", True),
        ("^v\\d+$", "v12", True),
        ("^a$|^b$", "b", True),
        ("(?:ab)*?c", "ababc", True),
        ("(a?){3}", "aa", True),
        ("a{2,}", "a", False),
        ("a{,2}", "aa", True),
        ("a{1,2}b", "aaab", False),
        ("x{y}", "x{y}", True),
        ("[]a]+", "]a", True),
        ("[^]a]", "]", False),
        (r"[\]\[]+", "[]", True),
        ("é.", "éx", True),
        (".", "\n", False),
        (r"\x41\u00e9\.", "Aé.", True),
        (r"\w+@\w+\.\w{2,3}", "ada@example.org", True),
        ("(a*)*", "aaaa", True),
    ],
)
def test_fullmatch(pattern: str, text: str, matched: bool) -> None:  # noqa: FBT001
    assert fullmatch(pattern, text) is matched
    assert bool(re.fullmatch(pattern, text)) is matched


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "`(` at 1 is not closed"),
        ("a)", "`)` at 2 closes nothing"),
        ("*a", "`*` at 1 cannot stand there"),
        ("a**", "a repeat of a repeat at 3"),
        ("a{3}{2}", "a repeat of a repeat at 5"),
        ("{3}", "a count at 1 repeats nothing"),
        ("a{3,2}", "bad count `{3,2}`"),
        ("[a", "`[a` at 1 is not closed"),
        ("[z-a]", "`[z-a]`: bad character range z-a"),
        ("[[:digit:]]", "`[` in `[[:digit:]` needs a backslash"),
        (r"(a)\1", r"`\1` at 4 is not supported"),
        (r"\bword", r"`\b` at 1 is not supported"),
        ("(?=a)", "`(?=` is not supported"),
        ("(?P<n>a)", "`(?P` is not supported"),
        ("a^b", "`^` at 2 cannot stand there"),
        ("(a$)", "`$` at 3 cannot stand there"),
        ("(" * 200 + ")" * 200, "it is nested too deeply"),
        ("a" * 1001, "it is longer than 1000 characters"),
        ("(a{100}){1000}", "it repeats too much"),
        ("((((a{9}){9}){9}){9}){9}", "it repeats too much"),
    ],
)
def test_what_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(RegexError) as caught:
        fullmatch(pattern, "a")
    assert str(caught.value) == message


def test_a_text_may_be_too_long_for_a_large_pattern() -> None:
    with pytest.raises(RegexError, match="the text is too long for it"):
        fullmatch("(a|b)*a(a|b){400}", "ab" * 10_000)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)b"])
def test_no_pattern_makes_it_hang(pattern: str) -> None:
    assert not fullmatch(pattern, "a" * 20_000)
