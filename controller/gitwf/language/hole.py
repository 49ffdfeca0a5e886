"""A hole in a script of `/bin/sh`: the place of a value, and how the value is quoted there."""

from __future__ import annotations

import re

import msgspec

from gitwf.language.tree import Quote

HOLE = "\0"
"""What stands in a script for a value; no script has it, a shell's text ends there."""


PLAIN = r"A-Za-z0-9_./:@%+,\-"
"""Characters that mean themselves in any word, for a character class."""


class Refusal(msgspec.Struct, frozen=True):
    """Why a hole takes no value: ``place`` ends the sentence "a value cannot stand …"."""

    place: str
    hint: str


class Hole(msgspec.Struct, frozen=True):
    """The place of a value.

    ``quote`` is None where it is refused. ``alone``: it is a whole word. ``plain``: what stands
    beside it is such that a value of plain characters needs no quotes.
    """

    quote: Quote | None
    refusal: Refusal | None = None
    alone: bool = False
    plain: bool = False


def quoted(text: str, hole: Hole) -> str:
    """Return ``text`` so that a shell reads exactly it in ``hole``, which is not refused."""
    if hole.quote is Quote.DOUBLE:
        return re.sub(_SPECIAL_IN_DOUBLE, r"\\\g<0>", text)
    inside = text.replace("'", r"'\''")
    if hole.quote is Quote.SINGLE:
        return inside
    return text if hole.plain and re.fullmatch(_PLAIN_VALUE, text) else f"'{inside}'"


_SPECIAL_IN_DOUBLE = r'[\\$"`]'
# A reserved word (`if`, `done`) would be one without quotes; none has a digit or a sign in it.
_PLAIN_VALUE = rf"(?=[{PLAIN}]*[0-9_./:-])[{PLAIN}]+"
