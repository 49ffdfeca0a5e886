"""What this version does not play yet: WF109, so that nothing is ignored in silence.

The tables hold what is missing: whoever makes it work deletes its row.
"""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.diagnostics import Diagnostic, Span
from gitwf.language import builtins, tree
from gitwf.language.check.elsewhere import kind_of
from gitwf.language.check.form import literal
from gitwf.language.check.scene import Scene
from gitwf.language.signature import BUILTINS

TARGETS = frozenset({"ray"})
"""The kinds of targets that are missing."""

_HINT = "this version does not play it; take it out, or wait for one that does"


def check_support(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF109 for each piece of the language that this version cannot run."""
    path = scene.path
    for target in scene.own(tree.Target):
        yield from _target("target:", target.target, path)
    for command in scene.own(tree.Command):
        if command.name in builtins.COMMANDS - BUILTINS.keys():
            yield _missing(f"/{command.name}", command.name_span, path)
    for where, definition in scene.definitions:
        field = definition.field("target")
        for word in field.words[:1] if field else ():
            yield from _target("target → ", word, where)


def _target(what: str, word: tree.Word, path: str) -> Iterator[Diagnostic]:
    if kind_of(word) in TARGETS:
        yield _missing(f"{what}{literal(word)}", word.span, path)


def _missing(word: str, span: Span, path: str) -> Diagnostic:
    return Diagnostic("WF109", f"`{word}` is not there yet", path, span, _HINT)
