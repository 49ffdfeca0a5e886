"""Definitions against the files of the repository: WF402, WF404."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import msgspec

from gitwf.diagnostics import Diagnostic, nearest
from gitwf.language import tree
from gitwf.language.check.form import literal
from gitwf.language.check.outs import OUT_FIELDS
from gitwf.language.check.paths import is_url, working_folder
from gitwf.language.check.scene import Scene
from gitwf.language.glob import matches_path

_CACHED = frozenset({"outs", "metrics", "plots", "outs_persist"})


def check_facts(scene: Scene) -> Iterator[Diagnostic]:
    """Yield what is wrong with the deps and outs of the definitions that the file calls.

    Without the list of tracked files there is nothing to compare with.
    """
    tracked = scene.surroundings.tracked
    if tracked is None:
        return
    called = {site.definition.name for site in scene.sites}
    provided = _Provided(tracked, scene.surroundings.outs, tuple(_patterns(scene)))
    untracked = scene.surroundings.untracked or frozenset()
    for name in sorted(called):
        defined = scene.program.definitions[name]
        yield from _deps(defined.definition, provided, untracked, defined.path)
        yield from _outs(defined.definition, tracked, defined.path)


class _Provided(msgspec.Struct, frozen=True):
    """What a dep can be: a tracked file, what DVC provides, or an out of the program."""

    tracked: frozenset[str]
    outs: frozenset[str]
    patterns: tuple[str, ...]

    def has(self, path: str) -> bool:
        """Return whether ``path`` is provided, itself, as a folder, or within one."""
        known = self.tracked | self.outs
        within = tuple(posixpath.join(*path.split("/")[:n]) for n in range(1, path.count("/") + 1))
        return (
            path in known
            or any(folder in self.outs for folder in within)
            or any(one.startswith(f"{path}/") for one in known)
            or any(_meets(pattern, path) for pattern in self.patterns)
        )


def _meets(pattern: str, path: str) -> bool:
    """Return whether an out, with stars for its values, is ``path``, holds it or lies in it."""
    depth = path.count("/") + 1
    start = "/".join(pattern.split("/")[:depth])
    within = "/".join(path.split("/")[: pattern.count("/") + 1])
    return matches_path(pattern, within) or matches_path(start, path)


def _patterns(scene: Scene) -> Iterator[str]:
    for defined in scene.program.definitions.values():
        folder = working_folder(defined.definition)
        for field in defined.definition.fields:
            if field.name in OUT_FIELDS:
                for word in field.words:
                    yield posixpath.normpath(posixpath.join(folder, _starred(word)))


def _starred(word: tree.Word) -> str:
    return "".join(part.text if isinstance(part, tree.Literal) else "*" for part in word.parts)


def _deps(
    definition: tree.Definition, provided: _Provided, untracked: frozenset[str], path: str
) -> Iterator[Diagnostic]:
    for word, dep in _literal_paths(definition, frozenset({"deps"})):
        if is_url(dep) or dep.startswith("..") or provided.has(dep):
            continue
        if dep in untracked or any(one.startswith(f"{dep}/") for one in untracked):
            message = f"`{dep}` is tracked by neither git nor DVC"
            hint = f"`dvc add {dep}`, or `git add {dep}` if it is small"
        else:
            close = nearest(dep, sorted(provided.tracked | provided.outs))
            message = f"nothing provides `{dep}`"
            hint = (
                f"did you mean `{close}`?" if close else "no file, out or DVC target has this path"
            )
        yield Diagnostic("WF402", message, path, word.span, hint)


def _outs(definition: tree.Definition, tracked: frozenset[str], path: str) -> Iterator[Diagnostic]:
    for word, out in _literal_paths(definition, _CACHED):
        if out in tracked or any(one.startswith(f"{out}/") for one in tracked):
            message = f"`{out}` is an out in DVC's cache, and git tracks it"
            hint = f"`git rm -r --cached {out}`, or `metrics_no_cache` for metrics in git"
            yield Diagnostic("WF404", message, path, word.span, hint)


def _literal_paths(
    definition: tree.Definition, fields: frozenset[str]
) -> Iterator[tuple[tree.Word, str]]:
    folder = working_folder(definition)
    for field in definition.fields:
        for word in field.words if field.name in fields else ():
            if (text := literal(word)) is not None:
                path = text if is_url(text) else posixpath.normpath(posixpath.join(folder, text))
                yield word, path
