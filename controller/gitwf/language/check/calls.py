"""Commands by name: WF202, one that nothing defines; WF203, arguments that it does not take."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.diagnostics import Diagnostic, nearest
from gitwf.language import builtins, tree
from gitwf.language.arguments import check_call
from gitwf.language.check.form import COMMAND, literal
from gitwf.language.check.scene import Scene
from gitwf.language.signature import BUILTINS


def check_calls(scene: Scene) -> Iterator[Diagnostic]:
    """Yield what is wrong with the calls of the file; what a droid is told may be anything."""
    path = scene.path
    told = {id(droid.command) for droid in scene.own(tree.Droid)}
    known = _known(scene)
    for command in scene.own(tree.Command):
        if id(command) in told:
            continue
        defined = scene.program.definitions.get(command.name)
        callee = BUILTINS.get(command.name) or (defined.definition if defined else None)
        if callee is not None:
            broken = scene.is_broken(path, command.span)
            for fault in () if broken else check_call(callee, command):
                yield Diagnostic("WF203", fault.message, path, fault.span, fault.hint)
        elif command.name not in known and not scene.program.unreadable:
            message, hint = _unknown(command.name, known, scene)
            yield Diagnostic("WF202", message, path, command.name_span, hint)
    for droid in scene.own(tree.Droid):
        yield from _checks(droid, known, scene)


def _checks(droid: tree.Droid, known: frozenset[str], scene: Scene) -> Iterator[Diagnostic]:
    """Report a `check:` that names no command, or one that cannot be called without arguments."""
    for option in droid.options:
        text = literal(option.value) if option.key == "check" else None
        if text is None or not COMMAND.accepts(text):
            continue
        name, span = text.removeprefix("/"), option.value.span
        defined = scene.program.definitions.get(name)
        callee = BUILTINS.get(name) or (defined.definition if defined else None)
        if callee is not None:
            for fault in check_call(callee, tree.Command(span, name, span, ())):
                yield Diagnostic("WF203", fault.message, scene.path, fault.span, fault.hint)
        elif name not in known and not scene.program.unreadable:
            message, hint = _unknown(name, known, scene)
            yield Diagnostic("WF202", message, scene.path, span, hint)


def _known(scene: Scene) -> frozenset[str]:
    around = scene.surroundings
    return builtins.COMMANDS | scene.program.definitions.keys() | around.stages | around.scripts


def _unknown(name: str, known: frozenset[str], scene: Scene) -> tuple[str, str]:
    """Return what is wrong with a command that is not known, and what to do."""
    unfit = scene.surroundings.unfit.get(name)
    if unfit is None:
        return f"unknown command `/{name}`", _hint(name, known)
    message = f"`{unfit}` is not executable, so `/{name}` is no command"
    return message, f"`chmod +x {unfit}`, and commit that"


def _hint(name: str, known: frozenset[str]) -> str:
    close = nearest(name, sorted(known))
    if close:
        return f"did you mean `/{close}`?"
    return f"define it: `define:/{name}`, or write it as `commands/{name}.sh`"
