"""The canonical form of a file's text.

The tokens stay; what stands between them is written anew. So the line breaks are the author's,
and indentation, spaces and arrows are the same in all files.
"""

from __future__ import annotations

from gitwf.diagnostics import has_errors
from gitwf.language.format.layout import layout
from gitwf.language.format.render import render
from gitwf.language.format.spelling import UNICODE, Marks, spelled
from gitwf.language.parser import Parsed


def formatted(text: str, parsed: Parsed, marks: Marks = UNICODE) -> str:
    """Return ``text``, which was ``parsed``, in canonical form; with errors in it as it stands.

    The result means the same, has the same comments, and is its own canonical form.
    """
    if has_errors(parsed.diagnostics):
        return text
    return render(layout(text, spelled(text, parsed.tokens, marks)))
