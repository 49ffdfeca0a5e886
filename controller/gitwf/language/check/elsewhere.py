"""Commands on other machines: what of the language cannot reach there, WF109, and options, WF106."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitwf.diagnostics import Diagnostic
from gitwf.language import tree
from gitwf.language.check import form
from gitwf.language.check.form import Form, literal
from gitwf.language.check.scene import Scene
from gitwf.language.signature import BUILTINS
from gitwf.language.walk import children

_HOST: Mapping[str, Form] = {
    "identity": form.TEXT,
    "known_hosts": form.TEXT,
    "workdir": form.TEXT,
    "setup": form.TEXT,
    "max_hours": form.AMOUNT,
    "orphan_after": form.DURATION,
    "checkpoints": form.DURATION,
}

_POD: Mapping[str, Form] = {
    "gpu": form.TEXT,
    "count": form.COUNT,
    "cloud": form.shaped(
        "`SECURE`, `COMMUNITY` or both", r"(SECURE|COMMUNITY)(,(SECURE|COMMUNITY))?"
    ),
    "data_centers": form.TEXT,
    "image": form.TEXT,
    "template": form.TEXT,
    "disk": form.COUNT,
    "volume": form.TEXT,
    "budget": form.AMOUNT,
    "idle": form.DURATION,
    "setup": form.TEXT,
    "max_hours": form.AMOUNT,
    "orphan_after": form.DURATION,
    "checkpoints": form.DURATION,
}

TARGET_OPTIONS: Mapping[str, Mapping[str, Form]] = {"local": {}, "ssh": _HOST, "runpod": _POD}
"""The options of the targets that there are, by kind: those of its table that a workflow may give."""

_NO_PIPE = "let it write a file: `/a > part.txt`, or put both into one run line"


def check_elsewhere(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF109 for each command of a pipe that runs on another machine."""
    if not _is_there_any(scene):
        return
    for pipeline in scene.own(tree.Pipeline):
        for command in _elsewhere(pipeline, scene, _around(pipeline, scene)):
            message = f"`/{command.name}` runs on another machine, where no pipe leads"
            yield Diagnostic("WF109", message, scene.path, command.name_span, _NO_PIPE)


def kind_of(word: tree.Word) -> str | None:
    """Return the kind of target that a word names; None where a value stands in it."""
    name = literal(word)
    return name.partition(":")[0] if name else None


def _is_there_any(scene: Scene) -> bool:
    """Return whether anything of the program may run on another machine."""
    words = [target.target for target in scene.own(tree.Target)]
    for _, definition in scene.definitions:
        field = definition.field("target")
        words += field.words[:1] if field else ()
    return any(_is_elsewhere(word) for word in words)


def _is_elsewhere(word: tree.Word) -> bool:
    return kind_of(word) not in {None, "local"}


def _around(pipeline: tree.Pipeline, scene: Scene) -> bool | None:
    """Return whether a `target:` around a pipe, the innermost, is another machine; None without one."""
    around = [target for target in scene.own(tree.Target) if _holds(target, pipeline)]
    if not around:
        return None
    innermost = max(around, key=lambda target: target.span.start)
    return _is_elsewhere(innermost.target)


def _holds(outer: tree.Node, inner: tree.Node) -> bool:
    return outer.span.start <= inner.span.start and inner.span.end <= outer.span.end


def _elsewhere(node: tree.Node, scene: Scene, told: bool | None) -> Iterator[tree.Command]:  # noqa: FBT001
    """Yield the commands in ``node`` that run on another machine; ``told`` is what is said around it."""
    if isinstance(node, tree.Target):
        told = _is_elsewhere(node.target)
    if isinstance(node, tree.Command):
        if told if told is not None else _by_definition(node, scene):
            yield node
        return
    for child in children(node):
        yield from _elsewhere(child, scene, told)


def _by_definition(command: tree.Command, scene: Scene) -> bool:
    if command.name in BUILTINS:
        return command.name == "ssh"
    known = scene.program.definitions.get(command.name)
    field = known.definition.field("target") if known else None
    return field is not None and any(map(_is_elsewhere, field.words[:1]))
