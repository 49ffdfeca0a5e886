"""Habits from elsewhere: what people write who come from a shell, from YAML or from prose."""

from __future__ import annotations

import re

STREAM = re.compile(r"(?<!\S)[0-9]>>?(?:&[0-9-])?")
"""A shell's redirect of one stream: ``2>``, ``2>&1``."""

_WORDS = {
    "then": "`if:` takes arrows: `if:$ok → /a → /b`",
    "do": "a group stands in braces: `{ /a ; /b }`",
    "done": "a group stands in braces: `{ /a ; /b }`",
    "fi": "`if:` ends with its line",
    "else": "the second arrow of an `if:` is its else: `if:$ok → /a → /b`",
    "esac": "`case:` ends with its last branch",
    "if": "write `if:condition → /command`",
    "for": "write `fork:` or `sweep:`",
    "while": "write `retry:`",
    "{}": "an empty group is `{ }`",
    "export": "write `$name = value`",
}
DIRECTIVES = {
    "else": "the second arrow of an `if:` is its else: `if:$ok → /a → /b`",
    "elif": "nest an `if:` behind the second arrow: `if:$a → /a → if:$b → /b`",
    "then": "`if:` takes arrows: `if:$ok → /a → /b`",
    "except": "`try: /a → catch: /b`",
    "run": "write the command itself, or `define:` it with a `run` line",
    "steps": "steps are lines of their own: `/prepare`",
    "jobs": "steps are lines of their own: `/prepare`",
    "for": "write `fork:4 → /a` or `sweep:x=1,2 → /a $x`",
    "while": "write `retry:3 → /a`",
    "barrier": "it has no colon: `barrier → /a`",
    "parallel": "write `fork:4 → /a & /b`",
}
"""What is written here in place of the directives and keys of other languages."""

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_COMMAND = re.compile(r"/[\w-]+(?::[\w-]+)*")
_ARROW = re.compile(r"[⇒⟶⟹➔➜]|[–—−]+(?=[\s>])")
_LOOKALIKE = re.compile("[⇒⟶⟹➔➜–—−“”„‟‘’‚‛]")
_QUOTE = re.compile(r"[“”„‟‘’‚‛]")


def not_a_unit(word: str) -> tuple[str, str]:
    """Return message and hint for a word that stands where a command should."""
    if word.startswith("/"):
        message = f"`{word}` is no command's name"
        return message, "a name has letters, digits, `_` and `-`, its parts are joined by `:`"
    message = f"expected a command, found `{word}`"
    if hint := _WORDS.get(word):
        return message, hint
    if match := _ASSIGNMENT.match(word):
        return message, f"write `${match[1]} = {match[2] or '…'}`"
    if word == "-":
        return message, "steps are lines, not the items of a list: write `/command`"
    return message, lookalike(word) or f"a command begins with a slash: `/{_bare(word)}`"


def has_lookalikes(text: str) -> bool:
    """Return whether there may be a word in ``text`` that `lookalike` knows."""
    return not text.isascii() and _LOOKALIKE.search(text) is not None


def lookalike(text: str, at: int = 0) -> str | None:
    """Return a hint if an arrow or a quote of other places stands in ``text`` there, or None."""
    if _ARROW.match(text, at):
        return "write the arrow as `→` or `->`"
    if _QUOTE.match(text, at):
        return 'write straight quotes: `"…"`'
    return None


def _bare(word: str) -> str:
    match = re.match(r"[\w-]+", word)
    return match[0] if match else "command"
