"""Blocks of other languages, which are passed over as a whole: where they end."""

from __future__ import annotations

import re

_OPENS = {"if": "fi", "case": "esac", "for": "done", "while": "done", "until": "done"}
_KEYWORD = (
    r"(?m:^|[;&|]|(?<![^\s;])(?:do|then|else)(?=\s))[ \t]*+"
    rf"({'|'.join((*_OPENS, *sorted(set(_OPENS.values()))))})(?![^\s;])"
)
_DEEP = 8


def block_end(text: str, start: int) -> int:
    """Return where the block of another language ends that begins at ``start``, or ``start``.

    It ends with the word that closes it (``if … fi``), or where lines are indented no further.
    """
    first = re.compile(r"\w+(?![^\s;])").match(text, start)
    closing = _OPENS.get(first[0]) if first else None
    end = _closed(text, start, closing) if closing else None
    return end or _indented_end(text, start)


def _closed(text: str, start: int, closing: str) -> int | None:
    """Return where ``closing`` closes the shell's block at ``start``, or None."""
    waiting = [closing]
    for match in re.compile(_KEYWORD).finditer(text, start + 1):
        if further := _OPENS.get(match[1]):
            waiting.append(further)
        elif match[1] == waiting[-1]:
            waiting.pop()
        if not waiting:
            return match.end()
        if len(waiting) > _DEEP:
            return None
    return None


def _indented_end(text: str, start: int) -> int:
    """Return where the lines end that are indented further than that of ``start``."""
    line = start
    while line and text[line - 1] in " \t":
        line -= 1
    if line and text[line - 1] != "\n":
        return start
    indent = text[line:start]
    end = text.find("\n", start)
    further = re.compile(rf"(?>(?:\n[ \t\r]*+(?=\n))*)\n{indent}[ \t]++(?![}}↳=\n]|\Z)[^\n]*+")
    while end >= 0 and (match := further.match(text, end)):
        start = end = match.end()
    return start
