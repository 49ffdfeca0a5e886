"""What the answers are made from: a workflow as it stands in the editor, read and checked."""

from __future__ import annotations

import msgspec

from gitwf.diagnostics import Diagnostic, Span
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import Program


class Reading(msgspec.Struct, frozen=True):
    """A workflow with all that it uses, what is wrong with it, and what its repository has."""

    path: str
    program: Program
    diagnostics: tuple[Diagnostic, ...]
    surroundings: Surroundings = Surroundings()

    @property
    def text(self) -> str:
        """The text of the workflow itself."""
        return self.program.sources[self.path].text

    def words(self, span: Span) -> str:
        """Return the text of the workflow at ``span``."""
        return self.text[span.start : span.end]


class Place(msgspec.Struct, frozen=True):
    """A range of a file of the repository."""

    path: str
    span: Span
