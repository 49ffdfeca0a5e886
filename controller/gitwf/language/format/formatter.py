"""The canonical form of a file's text.

The tokens stay; what stands between them is written anew. So the line breaks are the author's,
and indentation, spaces and arrows are the same in all files.
"""

from __future__ import annotations

import msgspec

from gitwf.diagnostics import Diagnostic, Source, has_errors
from gitwf.language.characters import unified
from gitwf.language.format.layout import layout
from gitwf.language.format.render import render
from gitwf.language.format.spelling import UNICODE, Marks, spelled
from gitwf.language.parser import Parsed, parse


class Reformatted(msgspec.Struct, frozen=True):
    """A file's canonical text, or None and what is wrong with ``source``, its text as it is read."""

    text: str | None
    source: Source
    diagnostics: tuple[Diagnostic, ...]


def reformat(path: str, text: str, marks: Marks = UNICODE) -> Reformatted:
    """Return the canonical form of the file at ``path``, whose content is ``text``."""
    source = Source(path, unified(text))
    parsed = parse(path, source.text)
    broken = has_errors(parsed.diagnostics)
    form = None if broken else formatted(source.text, parsed, marks)
    return Reformatted(form, source, parsed.diagnostics)


def formatted(text: str, parsed: Parsed, marks: Marks = UNICODE) -> str:
    """Return ``text``, which was ``parsed``, in canonical form; with errors in it as it stands.

    The result means the same, has the same comments, and is its own canonical form.
    """
    if has_errors(parsed.diagnostics):
        return text
    return render(layout(text, spelled(text, parsed.tokens, marks)))
