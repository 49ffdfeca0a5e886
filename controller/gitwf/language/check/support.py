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

NODES: Mapping[type[tree.Node], str] = {
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
"""Directives that the engine does not play, with the word that names each."""

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
    for kind, word in NODES.items():
        for node in scene.own(kind):
            yield _missing(word, _at(node.span.start, word), path)
    yield from _operators(scene)
    for command in scene.own(tree.Command):
        if command.name in builtins.COMMANDS - BUILTINS.keys():
            yield _missing(f"/{command.name}", command.name_span, path)
    for trigger in scene.own(tree.Trigger):
        yield from _trigger(trigger, path)
    for where, definition in scene.definitions:
        yield from _target(definition, where)


def _operators(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF109 for each pipe and each background job."""
    text = scene.program.sources[scene.path].text
    for pipeline in scene.own(tree.Pipeline):
        for part in pipeline.parts[:-1]:
            yield _missing("|", _at(text.find("|", part.span.end), "|"), scene.path)
    for item in scene.own(tree.Item):
        if item.background:
            yield _missing("&", _at(text.find("&", item.span.end), "&"), scene.path)


def _at(start: int, word: str) -> Span:
    return Span(start, start + len(word))


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
