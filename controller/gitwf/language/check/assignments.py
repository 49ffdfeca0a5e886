"""What is set: WF204, a name that is taken; WF302, set in vain; WF304, set by two at once."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.diagnostics import Diagnostic, Severity, Span
from gitwf.language import builtins, tree
from gitwf.language.check.scene import Scene
from gitwf.language.walk import push_children

Place = tuple[str, Span]
"""A name, and where it is set."""


def check_assignments(scene: Scene) -> Iterator[Diagnostic]:
    """Yield what is wrong with the names that are set, in the file and in all definitions."""
    for path, definition in scene.definitions:
        for parameter in definition.parameters:
            if parameter.kind != "...":
                yield from _taken(parameter.name, parameter.span, path)
    for kind in (tree.Assignment, tree.Redirect, tree.Axis, tree.Context):
        for node in scene.own(kind):
            for name, span in _set_by(node):
                yield from _taken(name, span, scene.path)
    for fork in scene.own(tree.Fork):
        yield from _set_twice(fork, scene.path)
    for sweep in scene.own(tree.Sweep):
        yield from _axis_twice(sweep, scene.path)
    yield from _set_in_vain(scene)


def _set_by(node: tree.Node) -> Iterator[Place]:
    """Yield the names that ``node`` itself sets or declares."""
    match node:
        case tree.Assignment(name=name, name_span=span) | tree.Axis(name=name, name_span=span):
            yield name, span
        case tree.Redirect(variable=str() as name, span=span):
            yield name, span
        case tree.Context(names=names):
            yield from ((name.name, name.span) for name in names)
        case _:
            pass


def _taken(name: str, span: Span, path: str) -> Iterator[Diagnostic]:
    if name in builtins.VARIABLES:
        message = f"`${name}` is a built-in variable"
        hint = f"it is {builtins.VARIABLES[name]}; choose another name"
        yield Diagnostic("WF204", message, path, span, hint)


def _set_twice(fork: tree.Fork, path: str) -> Iterator[Diagnostic]:
    """Yield a WF304 for each name that a branch sets and one before it has set."""
    before: set[str] = set()
    for branch in fork.branches:
        own = dict(_kept(branch))
        for name in own.keys() & before:
            message = f"two branches of this `fork:` set `${name}`"
            yield Diagnostic("WF304", message, path, own[name], "give each a name of its own")
        before |= own.keys()


def _axis_twice(sweep: tree.Sweep, path: str) -> Iterator[Diagnostic]:
    before: set[str] = set()
    for axis in sweep.axes:
        if axis.name in before:
            message = f"axis `{axis.name}` is there twice"
            hint = f"join their values: `{axis.name}=1,2,3`"
            yield Diagnostic("WF205", message, path, axis.name_span, hint)
        before.add(axis.name)


def _kept(flow: tree.Node) -> Iterator[Place]:
    """Yield what ``flow`` sets for those behind it; trials and copies keep theirs to themselves."""
    waiting = [flow]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (tree.Assignment, tree.Redirect)):
            yield from _set_by(node)
        copies = isinstance(node, tree.Fork) and len(node.branches) == 1
        if not copies and not isinstance(node, tree.Sweep):
            push_children(node, waiting)


def _set_in_vain(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF302 for each variable that nothing reads. `state:save` reads them all."""
    if any(state.action == "save" for state in scene.own(tree.State)):
        return
    used = {name.name for name in scene.own(tree.Name)}
    used |= {context.name for context in scene.own(tree.Context)}
    places: dict[str, Span] = {}
    for kind in (tree.Assignment, tree.Redirect):
        for node in scene.own(kind):
            for name, span in _set_by(node):
                places.setdefault(name, span)
    for name in places.keys() - used - builtins.VARIABLES.keys():
        if not name.startswith("_") and name not in builtins.HEEDED:
            message = f"`${name}` is set and never used"
            hint = "delete it, or begin its name with `_` if it is there for people to see"
            if scene.program.sources[scene.path].text.startswith(">", places[name].start):
                hint = f"`./{name}` is a file of that name; `> {name}` sets the variable"
            yield Diagnostic("WF302", message, scene.path, places[name], hint, Severity.WARNING)
