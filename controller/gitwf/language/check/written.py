"""What a run of a program may write into its workspace, as patterns of paths."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from gitwf.language import tree
from gitwf.language.check.outs import OUT_FIELDS
from gitwf.language.glob import matches
from gitwf.language.program import Program
from gitwf.language.upwards import upwards


def written(program: Program) -> Iterator[str]:
    """Yield the paths that a run may write, as patterns: outs, redirects, saved state."""
    for defined in program.definitions.values():
        wdir = defined.definition.field("wdir")
        folder = _starred(wdir.words[0]) if wdir and wdir.words else ""
        for field in defined.definition.fields:
            if field.name in OUT_FIELDS:
                for word in field.words:
                    yield posixpath.normpath(posixpath.join(folder, _starred(word)))
    for redirect in program.own(tree.Redirect):
        if redirect.path:
            yield posixpath.normpath(_starred(redirect.path))
    for state in program.own(tree.State):
        yield posixpath.normpath(_starred(state.path))


def meets(pattern: str, path: str) -> bool:
    """Return whether what ``pattern`` stands for is ``path``, holds it or lies in it."""
    within = any(matches(pattern, folder) for folder in upwards(path))
    return within or any(matches(folder, path) for folder in upwards(pattern))


def escaped(text: str, kept: str = "*") -> str:
    r"""Return ``text`` as a pattern for itself, in which only ``kept`` means what it does in one."""
    return re.sub(r"[\\*?\[]", lambda m: m[0] if m[0] == kept else f"\\{m[0]}", text)


def _starred(word: tree.Word) -> str:
    """Return a pattern for the text of ``word``: values, which may hold slashes, are stars."""
    parts = word.parts
    return "".join(escaped(p.text, "") if isinstance(p, tree.Literal) else "*" for p in parts)
