from __future__ import annotations

import pytest

from gitwf.language.glob import matches, matches_path


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("*", "", True),
        ("*", "a/b", True),
        ("gpu", "gpu", True),
        ("gpu", "gpu2", False),
        ("gpu*", "gpu2", True),
        ("?pu", "gpu", True),
        ("?", "", False),
        ("[a-c]x", "bx", True),
        ("[!a-c]x", "bx", False),
        ("[^a-c]x", "dx", True),
        ("[]x]", "]", True),
        ("[a-]", "-", True),
        ("[[:digit:]_]*", "7th", True),
        ("[ab", "[ab", True),
        (r"\*", "*", True),
        (r"\*", "a", False),
        ("a.c", "abc", False),
        ("*a*b", "xaybzb", True),
        ("", "", True),
        ("0.10", "0.1", False),
    ],
)
def test_matches(pattern: str, text: str, matched: bool) -> None:  # noqa: FBT001
    assert matches(pattern, text) is matched


@pytest.mark.parametrize(
    ("pattern", "path", "matched"),
    [
        ("main", "main", True),
        ("*", "main", True),
        ("*", "feature/x", False),
        ("feature/*", "feature/x", True),
        ("feature/*", "feature/x/y", False),
        ("src/**", "src/a/b.py", True),
        ("src/**", "src", False),
        ("src/", "src/a/b.py", True),
        ("src", "src/a.py", False),
        ("**", "a/b", True),
        ("**/*.py", "a.py", True),
        ("**/*.py", "a/b/c.py", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b/**/c", "a/b/x/b/y/c", True),
        ("./data/*.csv", "data/x.csv", True),
        ("data/*.csv", "data/.csv", True),
        ("", "a", False),
    ],
)
def test_matches_path(pattern: str, path: str, matched: bool) -> None:  # noqa: FBT001
    assert matches_path(pattern, path) is matched


@pytest.mark.timeout(10)
def test_many_stars_take_no_longer() -> None:
    assert not matches("*a" * 500 + "b", "a" * 5000)
    assert not matches_path("**/a/" * 100 + "b", "/".join("a" * 1000))
