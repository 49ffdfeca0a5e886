"""What every family of checks is given, with the pieces that several of them go through."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar, cast

from gitwf.diagnostics import Span
from gitwf.language import tree
from gitwf.language.check.sites import Site, sites
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import Program
from gitwf.language.runline import RunLine, ShellValue, parse_run_line
from gitwf.language.walk import walk

_N = TypeVar("_N", bound=tree.Node)

_BLANKS = re.compile(r"[ \t]*+")


class Scene:
    """A program, and what it stands in."""

    def __init__(self, program: Program, surroundings: Surroundings) -> None:
        self.program = program
        self.surroundings = surroundings

    @property
    def path(self) -> str:
        """The path of the program's own file."""
        return self.program.file.path

    @cached_property
    def definitions(self) -> tuple[tuple[str, tree.Definition], ...]:
        """All definitions of all files, each with the path of its file."""
        return tuple(
            (path, item.statement)
            for path, file in self.program.files.items()
            for line in file.block.lines
            for item in line.items
            if isinstance(item.statement, tree.Definition)
        )

    @cached_property
    def run_lines(self) -> tuple[tuple[str, tree.Definition, RunLine], ...]:
        """The run lines of all definitions, parsed."""
        return tuple(
            (path, definition, parse_run_line(field.text.text, field.text.span.start, path))
            for path, definition in self.definitions
            if (field := definition.field("run")) and field.text
        )

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The calls of definitions in the program's own file."""
        return tuple(sites(self.program))

    def is_broken(self, path: str, span: Span) -> bool:
        """Return whether the parser found a mistake at ``span``, or directly behind it.

        What else seems wrong there may come from that alone.
        """
        mistakes = self._mistakes.get(path)
        if not mistakes:
            return False
        after = bisect_left(mistakes, span.start)
        behind = _BLANKS.match(self.program.sources[path].text, span.end)
        return after < len(mistakes) and behind is not None and mistakes[after] <= behind.end()

    @cached_property
    def _mistakes(self) -> Mapping[str, list[int]]:
        """The places of what the parser found, in order, by path."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for diagnostic in self.program.diagnostics:
            insort(found[diagnostic.path], diagnostic.span.start)
        return found

    def own(self, kind: type[_N]) -> Sequence[_N]:
        """Return the nodes of a kind in the program's own file, outer ones first."""
        return self.program.own(kind)

    def all(self, kind: type[_N]) -> Iterator[tuple[str, _N]]:
        """Yield the nodes of a kind, each with the path of its file.

        Of other files these are what stands in definitions; values in run lines come last.
        """
        for node in self.own(kind):
            yield self.path, node
        for path, other in self._other.get(kind, ()):
            yield path, cast("_N", other)

    @cached_property
    def _other(self) -> Mapping[type[tree.Node], list[tuple[str, tree.Node]]]:
        used = [(path, node) for path, node in self.definitions if path != self.path]
        values = [
            (path, part)
            for path, _, line in self.run_lines
            for part in line.parts
            if isinstance(part, ShellValue)
        ]
        found = defaultdict(list)
        for path, root in [*used, *values]:
            for node in walk(root):
                found[type(node)].append((path, node))
        return found
