"""Definitions against the files of the repository: WF402, WF404."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from gitwf.diagnostics import Diagnostic, Span, nearest
from gitwf.language import tree
from gitwf.language.check.form import literal
from gitwf.language.check.params import literal_params
from gitwf.language.check.paths import literal_path
from gitwf.language.check.scene import Scene
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.check.written import escaped, meets, written
from gitwf.language.program import Program
from gitwf.language.upwards import upwards

_DEPS = frozenset({"deps"})
_CACHED = frozenset({"outs", "metrics", "plots", "outs_persist"})
_MANY = 2_000
"""Of more paths than this the nearest one is not looked for: that would take seconds."""


def named_paths(program: Program) -> frozenset[str]:
    """Return the paths of definitions that are called, of which `check_facts` asks who has them."""
    called = {command.name for command in program.own(tree.Command)}
    return frozenset(
        path
        for name in called & program.definitions.keys()
        for path in _named(program.definitions[name].definition)
    )


def _named(definition: tree.Definition) -> Iterator[str]:
    yield from (path for _, path in _literal_paths(definition, _DEPS | _CACHED))
    yield from (path for _, path, _ in literal_params(definition))


def check_facts(scene: Scene) -> Iterator[Diagnostic]:
    """Yield what is wrong with the deps, params and outs of the definitions that the file calls.

    Without the list of tracked files there is nothing to compare with.
    """
    tracked = scene.surroundings.tracked
    if tracked is None:
        return
    called = {site.definition.name for site in scene.sites}
    provided = _Provided(scene.surroundings, tracked, written(scene.program))
    for name in sorted(called):
        defined = scene.program.definitions[name]
        yield from _deps(defined.definition, provided, defined.path)
        yield from _params(defined.definition, provided, defined.path)
        yield from _outs(defined.definition, provided, defined.path)


class _Provided:
    """What a dep can be: a tracked file, what others than git provide, or what the run writes."""

    def __init__(
        self, around: Surroundings, tracked: frozenset[str], written: Iterable[str]
    ) -> None:
        self._tracked = _listing(tracked)
        self._untracked = _listing(around.untracked or frozenset())
        self._outs = _listing(around.outs)
        self._patterns = (*written, *self._outs.patterns)

    def has(self, path: str) -> bool:
        """Return whether ``path`` is provided, itself, as a folder, or within one."""
        return (
            path == "."
            or self._tracked.has(path)
            or self._outs.has(path)
            or any(folder in self._outs.paths for folder in upwards(path))
            or any(meets(pattern, path) for pattern in self._patterns)
        )

    def in_git(self, path: str) -> bool:
        """Return whether git tracks ``path``, or a file below it."""
        return self._tracked.has(path)

    def is_there(self, path: str) -> bool:
        """Return whether a file that nobody tracks is at ``path``, or below it."""
        return self._untracked.has(path)

    def like(self, path: str) -> str | None:
        """Return what ``path`` was probably meant to be, of its own folder or by its own name."""
        close = self._tracked.beside(path) | self._outs.beside(path)
        return nearest(path, sorted(close)) if len(close) <= _MANY else None


class _Listing:
    """Paths of files and folders, and among them patterns."""

    def __init__(self, paths: frozenset[str]) -> None:
        self.patterns = tuple(escaped(path) for path in paths if "*" in path)
        self.paths = frozenset(path for path in paths if "*" not in path)
        self.ordered = sorted(self.paths)

    def has(self, path: str) -> bool:
        """Return whether ``path`` is among them, or what lies below it."""
        at = bisect_left(self.ordered, f"{path}/")
        below = at < len(self.ordered) and self.ordered[at].startswith(f"{path}/")
        return below or path in self.paths

    def beside(self, path: str) -> set[str]:
        """Return the paths that are in the same folder as ``path``, or have its name."""
        folder, name = posixpath.split(path)
        return {*self._by_folder.get(folder, ()), *self._by_name.get(name, ())}

    @cached_property
    def _by_folder(self) -> Mapping[str, list[str]]:
        return _grouped(self.paths, posixpath.dirname)

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        return _grouped(self.paths, posixpath.basename)


def _grouped(paths: Iterable[str], part: Callable[[str], str]) -> Mapping[str, list[str]]:
    found = defaultdict(list)
    for path in paths:
        found[part(path)].append(path)
    return found


@lru_cache(maxsize=8)
def _listing(paths: frozenset[str]) -> _Listing:
    """Return ``paths`` listed; workflows of one repository share what is tracked."""
    return _Listing(paths)


def _deps(definition: tree.Definition, provided: _Provided, path: str) -> Iterator[Diagnostic]:
    for word, dep in _literal_paths(definition, _DEPS):
        if not provided.has(dep):
            add = f"`dvc add {dep}`, or `git add {dep}` if it is small"
            nowhere = "no file, out or DVC target has this path"
            yield _absent(dep, provided, path, word.span, add, nowhere)


def _params(definition: tree.Definition, provided: _Provided, path: str) -> Iterator[Diagnostic]:
    for word, file, keys in literal_params(definition):
        if not provided.has(file):
            nowhere = "no file, out or DVC target has this path"
            if keys and keys[0] == literal(word):
                nowhere = f"`{keys[0]}` is looked up there: one of another file is `FILE:{keys[0]}`"
            yield _absent(file, provided, path, word.span, f"`git add {file}`", nowhere)


def _absent(
    needed: str, provided: _Provided, path: str, span: Span, add: str, nowhere: str
) -> Diagnostic:
    if provided.is_there(needed):
        message = f"`{needed}` is tracked by neither git nor DVC"
        return Diagnostic("WF402", message, path, span, add)
    close = provided.like(needed)
    hint = f"did you mean `{close}`?" if close else nowhere
    return Diagnostic("WF402", f"nothing provides `{needed}`", path, span, hint)


def _outs(definition: tree.Definition, provided: _Provided, path: str) -> Iterator[Diagnostic]:
    for word, out in _literal_paths(definition, _CACHED):
        if provided.in_git(out):
            message = f"`{out}` is an out in DVC's cache, and git tracks it"
            hint = f"`git rm -r --cached {out}`, or `metrics_no_cache` for metrics in git"
            yield Diagnostic("WF404", message, path, word.span, hint)


def _literal_paths(
    definition: tree.Definition, fields: frozenset[str]
) -> Iterator[tuple[tree.Word, str]]:
    """Yield the paths that no value decides, from the repository's root, and that are inside."""
    for field in definition.fields:
        for word in field.words if field.name in fields else ():
            path = literal_path(definition, literal(word))
            if path is not None:
                yield word, path
