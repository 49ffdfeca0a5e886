"""Where what stands at an offset is defined: commands, used files, variables."""

from __future__ import annotations

import posixpath

from gitwf.diagnostics import Span
from gitwf.language import tree
from gitwf.lsp.nodes import nodes_at
from gitwf.lsp.reading import Place, Reading
from gitwf.lsp.variables import origin_of


def definition(reading: Reading, offset: int) -> Place | None:
    """Return where the command, file or variable at ``offset`` comes from."""
    around = nodes_at(reading.program.file, offset)
    match around[-1]:
        case tree.Use(path=path) if path:
            used = posixpath.normpath(posixpath.join(posixpath.dirname(reading.path), path))
            return Place(used, Span(0, 0)) if used in reading.program.files else None
        case tree.Name(name=name):
            origin = origin_of(name, around, reading.program.file)
            return Place(reading.path, origin.span) if origin else None
        case _:
            return _of_command(reading, offset, around)


def _of_command(reading: Reading, offset: int, around: tuple[tree.Node, ...]) -> Place | None:
    command = next((node for node in around if isinstance(node, tree.Command)), None)
    if command is None or not command.name_span.start <= offset <= command.name_span.end:
        return None
    known = reading.program.definitions.get(command.name)
    return Place(known.path, known.definition.name_span) if known else None
