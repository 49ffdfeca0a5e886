"""What an agent is told: a prompt file with its arguments put in, or the command as it stands.

Nothing else of the file is touched: what it embeds for other programs (``!`command` ``, ``@file``) is
text, and nothing of it is run or read here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLACE = re.compile(r"\$(?:ARGUMENTS\b|(?P<number>[1-9])(?!\d))")


def expand(body: str, words: Sequence[str]) -> str:
    """Return a prompt with ``$ARGUMENTS`` and ``$1`` … ``$9`` replaced, once, by ``words``.

    A missing one is empty, as in a shell. Where the prompt has no place for them they stand below it:
    no argument is lost.
    """

    def word(place: re.Match[str]) -> str:
        if place["number"] is None:
            return " ".join(words)
        number = int(place["number"])
        return words[number - 1] if number <= len(words) else ""

    expanded, places = _PLACE.subn(word, body)
    if words and not places:
        return f"{expanded}\n\nArguments: {' '.join(words)}"
    return expanded


def as_it_stands(command: str, words: Sequence[str]) -> str:
    """Return what an agent is told by a command that has no prompt file."""
    return " ".join((f"/{command}", *words))
