"""`git wf fmt`: workflow files in canonical form. Runs nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from gitwf.app.validate import Findings, chosen_files, root_of
from gitwf.data.atomic import write_whole
from gitwf.diagnostics import Diagnostic, Source, ordered
from gitwf.language.format.formatter import reformat
from gitwf.language.format.spelling import Marks


class Change(msgspec.Struct, frozen=True):
    """A file that is not in canonical form: its text, and that form."""

    path: str
    before: str
    after: str

    def diff(self) -> str:
        """Return the change as a patch that `git apply` takes."""
        from difflib import unified_diff

        before, after = _lines(self.before), _lines(self.after)
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in unified_diff(before, after, f"a/{self.path}", f"b/{self.path}")
        )


class Formatted(msgspec.Struct, frozen=True):
    """What was found: the files that change, how many there are, and what keeps others from it."""

    changes: tuple[Change, ...]
    files: int
    findings: Findings


def fmt(directory: Path, paths: Iterable[str], marks: Marks, *, write: bool) -> Formatted:
    """Bring the files at ``paths`` into canonical form; without ``write`` only say what changes.

    Files are named as `validate` names them. One that has errors stays as it is.

    Raises:
        UsageError: if there is no file at a path.
    """
    root = root_of(directory)
    chosen = chosen_files(root, directory, paths)
    changes: list[Change] = []
    found: list[Diagnostic] = []
    sources: dict[str, Source] = {}
    for path in chosen:
        before = (root / path).read_bytes().decode("utf-8", "surrogateescape")
        made = reformat(path, before, marks)
        if made.text is None:
            found += made.diagnostics
            sources[path] = made.source
        elif made.text != before:
            changes.append(Change(path, before, made.text))
    if write:
        for change in changes:
            write_whole((root / change.path).resolve(), change.after.encode())
    findings = Findings(tuple(ordered(found)), sources, len(sources))
    return Formatted(tuple(changes), len(chosen), findings)


def _lines(text: str) -> list[str]:
    """Return the lines of ``text``, each with its LF: other characters end no line here."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
