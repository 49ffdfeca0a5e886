"""Paths that lead out of the repository, or into `.git`: WF501."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from gitwf.diagnostics import Diagnostic
from gitwf.language import tree
from gitwf.language.check.form import literal
from gitwf.language.check.scene import Scene

PATH_FIELDS = frozenset(
    ("deps", "outs", "metrics", "plots", "outs_no_cache", "outs_persist", "metrics_no_cache")
)
"""The fields of a definition whose words are paths, relative to its ``wdir``."""

_LOOKS = frozenset(("exists", "read"))
"""The functions that look at a file of the workspace."""


def check_paths(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF501 for each path that leaves the repository whatever its values are."""
    for redirect in scene.own(tree.Redirect):
        if redirect.path:
            yield from _outside(redirect.path, "", scene.path)
    for state in scene.own(tree.State):
        yield from _outside(state.path, "", scene.path)
    for where, call in scene.all(tree.Call):
        if call.function in _LOOKS:
            yield from _looked_at(call.arguments[:1], where)
    for where, definition in scene.definitions:
        folder = working_folder(definition)
        for field in definition.fields:
            base = folder if field.name in PATH_FIELDS else ""
            if field.name in PATH_FIELDS or field.name == "wdir":
                for word in field.words:
                    yield from _outside(word, base, where)


def _looked_at(arguments: tuple[tree.Expression, ...], path: str) -> Iterator[Diagnostic]:
    match arguments:
        case (tree.Constant(value=str() as text, span=span),):
            yield from _outside(tree.Word(span, (tree.Literal(span, text),)), "", path)
        case _:
            pass


def working_folder(definition: tree.Definition) -> str:
    """Return the ``wdir`` of ``definition`` where it is literal, else nothing."""
    field = definition.field("wdir")
    return (literal(field.words[0]) or "") if field and field.words else ""


def literal_path(definition: tree.Definition, text: str | None) -> str | None:
    """Return the path ``text`` of ``definition`` from the repository's root, if it lies in it and no value decides it."""
    wdir = definition.field("wdir")
    if text is None or is_url(text) or (wdir and wdir.words and literal(wdir.words[0]) is None):
        return None
    path = posixpath.normpath(posixpath.join(working_folder(definition), text))
    return path if path.partition("/")[0] not in {"", ".."} else None


def is_url(path: str) -> bool:
    """Return whether ``path`` is one that DVC fetches from elsewhere: `s3://…`, `remote://…`."""
    return "://" in path


def _outside(word: tree.Word, folder: str, path: str) -> Iterator[Diagnostic]:
    beginning = _beginning(word)
    whole = literal(word)
    if is_url(beginning):
        return
    names = posixpath.normpath(posixpath.join(folder, beginning)).split("/")
    shown = whole if whole is not None else f"{beginning}…"
    if beginning.startswith("/") or names[0] == "..":
        message = f"`{shown}` leads outside of the repository"
        hint = "paths are relative to the repository, or to the command's `wdir`"
        yield Diagnostic("WF501", message, path, word.span, hint)
    elif ".git" in (name.lower() for name in names):
        yield Diagnostic("WF501", f"`{shown}` leads into `.git`", path, word.span)


def _beginning(word: tree.Word) -> str:
    """Return the text of ``word`` up to the first value, by whole names where one follows."""
    text = ""
    for part in word.parts:
        if isinstance(part, tree.Interpolation):
            return text[: text.rfind("/") + 1]
        text += part.text
    return text
