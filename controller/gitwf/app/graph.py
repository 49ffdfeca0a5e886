"""`git wf graph`: a workflow as a picture, or a run of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from gitwf.app.session import Session, UsageError
from gitwf.app.validate import Findings, path_in, root_of
from gitwf.data.facts import FileFacts, TreeFiles
from gitwf.diagnostics import has_errors
from gitwf.language.graph.build import build
from gitwf.language.graph.dot import to_dot
from gitwf.language.graph.mermaid import to_mermaid
from gitwf.language.graph.outline import outline, to_text
from gitwf.language.graph.standing import Standings
from gitwf.language.parser import parse
from gitwf.language.program import Program, load

_STDERR = 2


class Format(StrEnum):
    """What the picture is written in."""

    TEXT = "text"
    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"


def graph(session: Session, of: str, form: Format) -> str | Findings:
    """Return the picture of a workflow file, or of a run; or what the parser does not understand.

    ``of`` is the path of a file, else what `find` takes for a run.

    Raises:
        OSError: if it is a file that cannot be read.
        UsageError: if it is neither a file nor a run, or if what draws an SVG is not installed.
    """
    root = root_of(session.directory)
    path = path_in(root, session.directory, of)
    if not (root / path).exists():
        from gitwf.app.played import played

        return _picture(*played(session, of), form)
    (root / path).open("rb").close()
    program = load(path, FileFacts(TreeFiles(root)).text)
    misread = parse(path, program.sources[path].text).diagnostics
    if has_errors(misread):
        return Findings(misread, program.sources, 1)
    return _picture(program, None, form)


def _picture(program: Program, standings: Standings | None, form: Format) -> str:
    if form is Format.TEXT:
        return to_text(outline(program, standings))
    drawn = build(program, standings)
    if form is Format.MERMAID:
        return to_mermaid(drawn)
    dot = to_dot(drawn, program.file.path)
    return dot if form is Format.DOT else _drawn(dot)


def _drawn(dot: str) -> str:
    """Return the SVG that Graphviz draws."""
    try:
        from pygraphviz import AGraph
    except ImportError:
        message = "Graphviz is not installed, which draws an SVG"
        raise UsageError(message, "`pip install 'git-wf[graph]'`, or `--format mermaid`") from None
    with _silenced():
        drawn: bytes = AGraph(string=dot).draw(format="svg", prog="dot")
    return drawn.decode()


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep standard error from libraries in C: fontconfig complains of settings newer than it."""
    kept = os.dup(_STDERR)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), _STDERR)
    try:
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
