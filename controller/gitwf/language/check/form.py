"""The forms that the value of an option or a field can have, and what each is called."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from gitwf.cron import parse_cron
from gitwf.duration import parse_duration
from gitwf.language import tree
from gitwf.language.value import Number, parse_number

KINDS = ("exit", "timeout", "cancelled", "lost", "missing", "path", "condition", "type", "start")
"""The kinds of errors (`docs/language.md`, section 4: ``$error``)."""

_DIGITS = 10


class Form(msgspec.Struct, frozen=True):
    """A form of text. ``name`` ends a sentence: "takes a duration such as `60s`"."""

    name: str
    accepts: Callable[[str], bool]


def literal(word: tree.Word) -> str | None:
    """Return the text of ``word``, or None where a value stands in it (or nothing at all)."""
    texts = [part.text for part in word.parts if isinstance(part, tree.Literal)]
    return "".join(texts) if texts and len(texts) == len(word.parts) else None


def shaped(name: str, pattern: str) -> Form:
    """Return the form called ``name`` of the texts that a regular expression matches."""
    return Form(name, lambda text: re.fullmatch(pattern, text, re.ASCII | re.DOTALL) is not None)


def choice(*names: str) -> Form:
    """Return the form of one of ``names``."""
    return Form("one of " + ", ".join(f"`{name}`" for name in names), names.__contains__)


def number(name: str, holds: Callable[[Number], bool]) -> Form:
    """Return the form called ``name`` of the numbers for which ``holds`` is true."""

    def accepts(text: str) -> bool:
        found = parse_number(text)
        return found is not None and holds(found)

    return Form(name, accepts)


def is_whole(found: Number) -> bool:
    """Return whether a number is whole and small enough to count with."""
    return found.decimal.adjusted() < _DIGITS and found.decimal == found.decimal.to_integral_value()


DURATION = Form("a duration such as `60s`", lambda text: parse_duration(text) is not None)
TEXT = Form("a text", bool)
CRON = Form('five fields such as `"0 3 * * *"`', lambda text: parse_cron(text) is not None)
COUNT = number("a whole number from 1 up", lambda n: is_whole(n) and n.decimal >= 1)
NATURAL = number("a whole number from 0 up", lambda n: is_whole(n) and n.decimal >= 0)
FACTOR = number("a number from 1 up", lambda n: n.decimal >= 1)
SHARE = number("a number from 0 to 1", lambda n: 0 <= n.decimal <= 1)
AMOUNT = number("a number above 0", lambda n: n.decimal > 0)
ERROR_KINDS = Form(
    "kinds of errors such as `exit,timeout`",
    lambda text: bool(text) and all(kind in KINDS for kind in text.split(",")),
)
COMMAND = shaped("a command such as `/test`", r"/[\w-]+(?::[\w-]+)*")
ENVIRONMENT = shaped(
    "a name such as `production`: small letters, digits and `._-`", r"[a-z0-9][a-z0-9._-]*"
)
NAME = shaped("a name such as `TOKEN`", r"[A-Za-z_]\w*")
VARIABLE = shaped("`NAME=value`", r"[A-Za-z_]\w*=.*")
RESOURCE = shaped("resources such as `gpus:1`", r"[A-Za-z_][\w-]*:\d+(\.\d+)?")
