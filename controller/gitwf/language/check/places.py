"""Where a workflow runs and what it changes: WF207, an unknown target, droid or environment."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gitwf.diagnostics import Diagnostic, nearest
from gitwf.language import tree
from gitwf.language.check.form import literal
from gitwf.language.check.scene import Scene

_TARGETS = ("local", "runpod", "ray")
_NAMED = frozenset({"ssh", "runpod"})
"""Kinds of targets of which there are several: `ssh:NAME` has the table `[target.NAME]`."""


def check_places(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF207 for each name of a place that the repository does not know."""
    around = scene.surroundings
    for node in scene.own(tree.Target):
        yield from _target(node.target, around.targets, scene.path)
    for droid in scene.own(tree.Droid) if around.droids is not None else ():
        yield from _droid(droid, around.droids or (), scene.path)
    for where, definition in scene.definitions:
        if target := definition.field("target"):
            for word in target.words[:1]:
                yield from _target(word, around.targets, where)
        if (effect := definition.field("effect")) and around.environments is not None:
            for word in effect.words[:1]:
                yield from _environment(word, around.environments, where)


def _target(word: tree.Word, targets: frozenset[str] | None, path: str) -> Iterator[Diagnostic]:
    name = literal(word)
    if name is None or name in _TARGETS:
        return
    kind, _, host = name.partition(":")
    if kind not in _NAMED or not host:
        close = nearest(kind, _TARGETS)
        hint = f"did you mean `{close}`?" if close else "`local`, `ssh:NAME` or `runpod`"
        yield Diagnostic("WF207", f"unknown target `{name}`", path, word.span, hint)
    elif targets is not None and host not in targets:
        close = nearest(host, sorted(targets))
        hint = f"did you mean `{kind}:{close}`?" if close else f"`wf.toml` has no `[target.{host}]`"
        yield Diagnostic("WF207", f"unknown target `{name}`", path, word.span, hint)


def _droid(droid: tree.Droid, droids: Collection[str], path: str) -> Iterator[Diagnostic]:
    name = droid.name
    if name and name not in droids:
        close = nearest(name, sorted(droids))
        names = ", ".join(f"`{known}`" for known in sorted(droids))
        others = f"; known are {names}" if names else ", nor any other droid"
        there = f"there is no `droids/{name}.md`{others}"
        hint = f"did you mean `{close}`? Known are {names}" if close else there
        yield Diagnostic("WF207", f"unknown droid `{name}`", path, droid.name_span, hint)


def _environment(word: tree.Word, known: frozenset[str], path: str) -> Iterator[Diagnostic]:
    name = literal(word)
    if name is not None and name not in known:
        close = nearest(name, sorted(known))
        hint = f"did you mean `{close}`?" if close else f"`wf.toml` has no `[env.{name}]`"
        yield Diagnostic("WF207", f"unknown environment `{name}`", path, word.span, hint)
