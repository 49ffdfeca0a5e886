"""A program: a workflow file with the files that it uses, and what all of them define."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TypeVar, cast

import msgspec

from gitwf.diagnostics import Diagnostic, Source, Span
from gitwf.language import tree
from gitwf.language.characters import unified
from gitwf.language.parser import parse
from gitwf.language.walk import walk

_N = TypeVar("_N", bound=tree.Node)

_DEPTH = 50
"""How many files may stand between a workflow and a file that it uses."""

_parsed = lru_cache(maxsize=16)(parse)
"""A run is checked, planned and played, each from the same texts."""


class Defined(msgspec.Struct, frozen=True):
    """A definition, and the file that it stands in."""

    path: str
    definition: tree.Definition


class Program(msgspec.Struct, frozen=True, dict=True):
    """A parsed workflow with all that it uses.

    ``files`` and ``sources`` are by path and hold the workflow's own file first, then the used
    ones in the order in which they were met. ``definitions`` are by command name. ``unreadable``
    are the paths of used files that are not there: what they define cannot be known.
    """

    file: tree.File
    files: dict[str, tree.File]
    sources: dict[str, Source]
    definitions: dict[str, Defined]
    diagnostics: tuple[Diagnostic, ...]
    unreadable: tuple[str, ...]

    def own(self, kind: type[_N]) -> Sequence[_N]:
        """Return the nodes of a kind in the program's own file, outer ones first."""
        return cast("Sequence[_N]", self._own.get(kind, ()))

    @cached_property
    def _own(self) -> Mapping[type[tree.Node], list[tree.Node]]:
        found = defaultdict(list)
        for node in walk(self.file):
            found[type(node)].append(node)
        return found


def load(path: str, read: Callable[[str], str | None]) -> Program:
    """Parse the file at ``path`` and, transitively, the files that it uses.

    Args:
        path: of the workflow, relative to the repository, with forward slashes.
        read: gives the text of a file of the repository by such a path, or None.

    Raises:
        FileNotFoundError: if there is no file at ``path`` itself.

    """
    text = read(path)
    if text is None:
        raise FileNotFoundError(path)
    loader = _Loader(read)
    loader.add(path, text, ())
    definitions = loader.definitions()
    return Program(
        loader.files[path],
        loader.files,
        loader.sources,
        definitions,
        tuple(loader.diagnostics),
        tuple(loader.unreadable),
    )


class _Loader:
    """The files that have been read so far, and what was wrong with them."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self.files: dict[str, tree.File] = {}
        self.sources: dict[str, Source] = {}
        self.diagnostics: list[Diagnostic] = []
        self.unreadable: list[str] = []
        self._read = read

    def add(self, path: str, text: str, users: tuple[str, ...]) -> None:
        """Add the file at ``path`` and what it uses; ``users`` lead from the workflow to it."""
        text = unified(text)
        parsed = _parsed(path, text)
        self.files[path] = parsed.file
        self.sources[path] = Source(path, text)
        self.diagnostics += parsed.diagnostics
        for use in _statements(parsed.file):
            if isinstance(use, tree.Use) and use.path:
                self._use(path, use, (*users, path))

    def _use(self, path: str, use: tree.Use, users: tuple[str, ...]) -> None:
        used = posixpath.normpath(posixpath.join(posixpath.dirname(path), use.path))
        if _leads_outside(used):
            self._report(
                "WF501", f"`{use.path}` leads outside of the repository", path, use.path_span
            )
        elif used in users:
            message = f"`{used}` uses itself" if used == path else f"`{used}` is used in a circle"
            self._report("WF208", message, path, use.path_span, _circle(users, used))
        elif len(users) > _DEPTH:
            self._report("WF208", "files use each other too deeply", path, use.path_span)
        elif used not in self.files:
            self._read_used(path, use, used, users)

    def _read_used(self, path: str, use: tree.Use, used: str, users: tuple[str, ...]) -> None:
        text = self._read(used)
        if text is not None:
            self.add(used, text, users)
            return
        if used not in self.unreadable:
            self.unreadable.append(used)
        hint = "the path is relative to this file" if "/" in path else None
        self._report("WF208", f"there is no file `{used}`", path, use.path_span, hint)

    def definitions(self) -> dict[str, Defined]:
        """Return all definitions by name, the workflow's own first; doubles are reported."""
        found: dict[str, Defined] = {}
        for path, file in self.files.items():
            for statement in _statements(file):
                if isinstance(statement, tree.Definition) and statement.name:
                    new = Defined(path, statement)
                    if found.setdefault(statement.name, new) is not new:
                        self._defined_twice(found[statement.name], new)
        return found

    def _defined_twice(self, first: Defined, second: Defined) -> None:
        """Report a double where it was made: in the workflow's own file if it takes part."""
        here, other = (second, first)
        if first.path != second.path and first.path == next(iter(self.files)):
            here, other = (first, second)
        line, _ = self.sources[other.path].position(other.definition.span.start)
        message = f"`/{here.definition.name}` is defined twice"
        hint = f"the other one is `{other.path}:{line}`"
        self._report("WF205", message, here.path, here.definition.name_span, hint)

    def _report(
        self, code: str, message: str, path: str, span: Span, hint: str | None = None
    ) -> None:
        self.diagnostics.append(Diagnostic(code, message, path, span, hint))


def _statements(file: tree.File) -> Iterator[tree.Statement]:
    return (item.statement for line in file.block.lines for item in line.items)


def _circle(users: tuple[str, ...], used: str) -> str | None:
    around = users[users.index(used) :]
    return " → ".join(f"`{path}`" for path in (*around, used)) if len(around) > 1 else None


def _leads_outside(path: str) -> bool:
    """Return whether a normalised path leaves the repository or enters ``.git``."""
    return path.startswith("/") or path.split("/", 1)[0] in {"..", ".git"}
