"""`/ssh`, `/scp:put`, `/scp:get`, `/pod:up`: WF203, words that are missing; WF207, a machine that is unknown."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.diagnostics import Diagnostic, nearest
from gitwf.language import tree
from gitwf.language.check.form import literal
from gitwf.language.check.scene import Scene
from gitwf.language.signature import HOSTS

_USAGE = {
    "ssh": "/ssh MACHINE COMMAND [WORD…]",
    "scp:put": "/scp:put MACHINE LOCAL REMOTE",
    "scp:get": "/scp:get MACHINE REMOTE LOCAL",
}
_COPIES = 3
"""Words of a copy."""


def check_hosts(scene: Scene) -> Iterator[Diagnostic]:
    """Yield what is wrong with commands whose first word is a machine."""
    for command in scene.own(tree.Command):
        if command.name in HOSTS:
            yield from _words(command, scene)
            if command.words:
                yield from _machine(command.words[0], scene)
        elif command.name == "pod:up" and command.words and not _is_option(command.words[0]):
            yield from _machine(command.words[0], scene)


def _words(command: tree.Command, scene: Scene) -> Iterator[Diagnostic]:
    count = len(command.words)
    is_enough = count > 1 if command.name == "ssh" else count == _COPIES
    if not is_enough and not scene.is_broken(scene.path, command.span):
        message = f"`/{command.name}` takes other words than these {count}"
        hint = f"`{_USAGE[command.name]}`"
        yield Diagnostic("WF203", message, scene.path, command.span, hint)


def _is_option(word: tree.Word) -> bool:
    first = word.parts[0] if word.parts else None
    return isinstance(first, tree.Literal) and ":" in first.text


def _machine(word: tree.Word, scene: Scene) -> Iterator[Diagnostic]:
    name, known = literal(word), scene.surroundings.targets
    if name is None or known is None or name in known:
        return
    close = nearest(name, sorted(known))
    hint = f"did you mean `{close}`?" if close else f"`wf.toml` has no `[target.{name}]`"
    yield Diagnostic("WF207", f"unknown machine `{name}`", scene.path, word.span, hint)
