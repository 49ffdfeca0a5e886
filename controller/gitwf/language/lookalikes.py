"""Characters that look like those of the language, from other keyboards and from programs for prose."""

from __future__ import annotations

import re

_ARROWS = "⇒⟶⟹⇨➔➙➜➝➞➡⮕⭢"
_DASHES = "–—−"
_QUOTES = "“”„‟‘’‚‛"
_WIDE = "＆＜＞｜；"
_ALL = ("-->", "==>", "~>", *_ARROWS, *_DASHES, *_QUOTES, *_WIDE)
_ARROW = rf"[{_ARROWS}]|[{_DASHES}]+(?=[\s>])|-+(?=->)|=+(?==>)|~(?=>)"
_BRANCHES = "⤷↪⮡⮩└╰┗"


def has_lookalikes(text: str) -> bool:
    """Return whether there may be a word in ``text`` that `lookalike` knows."""
    return any(mark in text for mark in _ALL)


def lookalike(text: str, at: int = 0) -> str | None:
    """Return a hint if an arrow or a quote of other places stands in ``text`` there, or None."""
    if re.compile(_ARROW).match(text, at):
        return "write the arrow as `→` or `->`"
    first = text[at : at + 1] or " "
    if first in _QUOTES:
        return 'write straight quotes: `"…"`'
    if first in _WIDE:
        return f"write the plain character: `{chr(ord(first) - 0xFEE0)}`"
    return None


def branch_mark(text: str, at: int = 0) -> str | None:
    """Return a hint if what looks like a branch mark stands in ``text`` there, or None."""
    first = text[at : at + 1] or " "
    return "write the branch mark as `↳` or `=>`" if first in _BRANCHES else None
