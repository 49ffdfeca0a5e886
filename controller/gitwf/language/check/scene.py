"""What every family of checks is given, with the pieces that several of them go through."""

from __future__ import annotations

from functools import cached_property

from gitwf.language import tree
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import Program
from gitwf.language.runline import RunLine, ShellValue, parse_run_line


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
    def pieces(self) -> tuple[tuple[str, tree.Node], ...]:
        """All trees: the file, the definitions of other files, and the values in run lines."""
        used = ((path, node) for path, node in self.definitions if path != self.path)
        values = (
            (path, part)
            for path, _, line in self.run_lines
            for part in line.parts
            if isinstance(part, ShellValue)
        )
        return ((self.path, self.program.file), *used, *values)
