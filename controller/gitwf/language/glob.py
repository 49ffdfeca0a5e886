"""Globs as a shell's `case` has them, and globs over paths as `.gitignore` has them.

Nothing goes back further than to the last star, so the time is at most the product of the lengths
whatever the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

_PIECE = (
    r"(?P<star>\*+)|(?P<one>\?)|\\(?P<escaped>.)"
    r"|\[(?P<not>[!^])?(?P<set>\]?(?:\[:[a-z]+:\]|[^\]])*)\]|(?P<other>.)"
)
_MEMBER = r"\[:(?P<named>[a-z]+):\]|(?P<low>.)-(?P<high>[^\]])|(?P<single>.)"
_NAMED: dict[str, Callable[[str], bool]] = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "digit": lambda c: c in "0123456789",
    "lower": str.islower,
    "punct": lambda c: c.isprintable() and not c.isalnum() and not c.isspace(),
    "space": str.isspace,
    "upper": str.isupper,
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
}

Test = Callable[[str], bool]
_P = TypeVar("_P")
_T = TypeVar("_T")


def matches(pattern: str, text: str) -> bool:
    r"""Return whether a shell glob matches the whole of ``text``.

    ``*`` any characters, ``?`` one, ``[a-z]``, ``[!a-z]`` and ``[[:digit:]]`` one of a set or not,
    ``\c`` the character c (POSIX, Shell Command Language, 2.13). A slash is a character like any
    other, as in a shell's `case`.
    """
    return _aligned(_compiled(pattern), text, None, lambda test, c: test is not None and test(c))


def matches_path(pattern: str, path: str) -> bool:
    """Return whether a glob matches the whole of a path or branch name with slashes.

    As `matches` within each name, so ``*`` ends at a slash; the name ``**`` stands for any number
    of names, at the end for one at least: ``src/**`` is all in the folder ``src``, and so is
    ``src/``.
    """
    names = pattern.removeprefix("./").split("/")
    if names[1:] and names[-1] in {"", "**"}:
        names[-1:] = ["**", "*"]
    return _aligned(names, path.split("/"), "**", matches)


def _aligned(
    pattern: Sequence[_P], items: Sequence[_T], star: _P, matched: Callable[[_P, _T], bool]
) -> bool:
    """Return whether ``pattern`` matches all ``items``, where ``star`` stands for any run of them.

    The leftmost place for what stands between two stars is as good as any, so only the last star
    is ever tried again.
    """
    at = place = 0
    starred, resumed = -1, 0
    while place < len(items):
        if at < len(pattern) and pattern[at] == star:
            starred, resumed = at, place
            at += 1
        elif at < len(pattern) and matched(pattern[at], items[place]):
            at, place = at + 1, place + 1
        elif starred >= 0:
            resumed += 1
            at, place = starred + 1, resumed
        else:
            return False
    return all(part == star for part in pattern[at:])


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[Test | None, ...]:
    """Return a test for each character of a pattern, None for a star."""
    return tuple(map(_test, re.finditer(_PIECE, pattern, re.DOTALL)))


def _test(token: re.Match[str]) -> Test | None:
    if token["star"]:
        return None
    if token["one"]:
        return lambda _: True
    if token["set"] is None:
        return (token["escaped"] or token["other"]).__eq__
    members = [_member(member) for member in re.finditer(_MEMBER, token["set"], re.DOTALL)]
    wanted = not token["not"]
    return lambda c: any(member(c) for member in members) is wanted


def _member(member: re.Match[str]) -> Test:
    if member["named"]:
        return _NAMED.get(member["named"], lambda _: False)
    if member["single"]:
        return member["single"].__eq__
    low, high = member["low"], member["high"]
    return lambda c: low <= c <= high
