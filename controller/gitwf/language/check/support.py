"""What this version does not play yet: WF109, so that nothing is ignored in silence.

Each table holds what is missing: whoever makes it work deletes its row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitwf.diagnostics import Diagnostic, Span
from gitwf.language import builtins, tree
from gitwf.language.check.form import literal
from gitwf.language.check.scene import Scene
from gitwf.language.signature import BUILTINS
from gitwf.language.walk import walk

NODES: Mapping[type[tree.Node], str] = {
    tree.Pipeline: "|",
    tree.Case: "case:",
    tree.Retry: "retry:",
    tree.Timeout: "timeout:",
    tree.Fork: "fork:",
    tree.Sweep: "sweep:",
    tree.Droid: "droid:",
    tree.Barrier: "barrier",
    tree.State: "state:",
    tree.Context: "context:",
    tree.Target: "target:",
}
"""Nodes that the engine does not play, with the word that names each."""

BACKGROUND: str | None = "&"
"""The word of a background job, as long as the engine plays none."""

OPTIONS: Mapping[tuple[str, str], frozenset[str]] = {
    ("commit", "supersede"): frozenset({"cancel", "queue"}),
}
"""Values that an option of a trigger cannot have: by event and key."""

TARGETS = frozenset({"local"})
"""The targets that there are."""

_HINT = "this version does not play it; take it out, or wait for one that does"


def check_support(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF109 for each piece of the language that this version cannot run."""
    path = scene.path
    source = scene.program.sources[path].text
    for node in walk(scene.program.file):
        match node:
            case tree.Pipeline(parts=parts):
                at = source.find("|", parts[0].span.end)
                yield _missing("|", Span(at, at + 1), path)
            case tree.Item(background=True, span=span) if BACKGROUND:
                at = source.find(BACKGROUND, span.end)
                yield _missing(BACKGROUND, Span(at, at + len(BACKGROUND)), path)
            case tree.Trigger():
                yield from _trigger(node, path)
            case tree.Command(name=name, name_span=span):
                if name in builtins.COMMANDS - BUILTINS.keys():
                    yield _missing(f"/{name}", span, path)
            case _:
                if word := NODES.get(type(node)):
                    yield _missing(word, Span(node.span.start, node.span.start + len(word)), path)
    for where, definition in scene.definitions:
        yield from _target(definition, where)


def _trigger(trigger: tree.Trigger, path: str) -> Iterator[Diagnostic]:
    for option in trigger.options:
        value = literal(option.value)
        if value in OPTIONS.get((trigger.event, option.key), ()):
            yield _missing(f"{option.key}:{value}", option.span, path)


def _target(definition: tree.Definition, path: str) -> Iterator[Diagnostic]:
    field = definition.field("target")
    for word in field.words[:1] if field else ():
        name = literal(word)
        if name not in TARGETS:
            yield _missing(f"target → {name or '…'}", word.span, path)


def _missing(word: str, span: Span, path: str) -> Diagnostic:
    return Diagnostic("WF109", f"`{word}` is not there yet", path, span, _HINT)
