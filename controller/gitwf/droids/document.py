"""Agents and prompts: Markdown with YAML front matter, as Factory and Claude Code have them.

Their front matter is often no YAML (``description: Use it when: …``), and the programs that read it
do not mind; nor does this.
"""

from __future__ import annotations

import re

import msgspec

from gitwf.language.document import from_yaml
from gitwf.language.value import Value, to_text

_FENCE = re.compile(r"---[ \t]*\n(?P<head>.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"(?P<key>[A-Za-z][\w-]*):[ \t]*(?P<value>.*)")
_INHERIT = "inherit"


class Document(msgspec.Struct, frozen=True):
    """The front matter of a Markdown file, and what stands below it."""

    head: dict[str, Value]
    body: str

    def text(self, key: str) -> str | None:
        """Return a value of the front matter as text; None where it is missing or says nothing."""
        value = self.head.get(key)
        return None if value is None or isinstance(value, list | dict) else to_text(value) or None

    def names(self, key: str) -> tuple[str, ...] | None:
        """Return a list of the front matter, written as one or with commas; None: it is not there."""
        value = self.head.get(key)
        if key not in self.head or isinstance(value, dict):
            return None
        items = value if isinstance(value, list) else to_text(value).split(",")
        return tuple(name for item in items if (name := to_text(item).strip()))

    @property
    def model(self) -> str | None:
        """The model that it asks for; None: whatever the program takes by itself."""
        model = self.text("model")
        return None if model == _INHERIT else model


def parse(text: str) -> Document:
    """Return what ``text`` says; without front matter all of it is body."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    fence = _FENCE.match(plain)
    if fence is None:
        return Document({}, plain.strip())
    return Document(_head(fence["head"]), plain[fence.end() :].strip())


def _head(text: str) -> dict[str, Value]:
    try:
        head = from_yaml(text)
    except ValueError:
        return {
            m["key"]: m["value"].strip("\"' \t") for m in map(_LINE.match, text.split("\n")) if m
        }
    return head if isinstance(head, dict) else {}
