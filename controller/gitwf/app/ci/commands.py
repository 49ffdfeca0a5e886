"""What a job prints for GitHub: annotations, and the step's outputs.

The form is that of <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from gitwf.diagnostics import Located
from gitwf.records.fold import RunRecord

_MOST = 50
"""Annotations that are printed: GitHub shows ten of a kind in a step."""


def annotation(level: str, message: str, **about: object) -> str:
    """Return the line that has GitHub show ``message``; ``about`` is ``file``, ``line`` and the like."""
    given = ",".join(f"{name}={_property(str(value))}" for name, value in about.items())
    return f"::{level} {given}::{_data(message)}" if given else f"::{level}::{_data(message)}"


def annotated(found: list[Located]) -> Iterator[str]:
    """Yield the lines that show diagnostics where they stand."""
    for each in found[:_MOST]:
        message = each.message if each.hint is None else f"{each.message}\n{each.hint}"
        yield annotation(
            str(each.severity),
            message,
            file=each.path,
            line=each.line,
            endLine=each.end_line,
            col=each.column,
            endColumn=each.end_column,
            title=each.code,
        )


def failure(record: RunRecord) -> str:
    """Return the line that says why a run did not succeed."""
    why = record.error.words if record.error else "no reason is on record"
    return annotation("error", f"run {record.run} {record.status}: {why}", title=record.workflow)


def quiet() -> tuple[str, str]:
    """Return the lines before and after what may print lines that look like commands."""
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}", f"::{token}::"


def write_outputs(path: Path | None, outputs: Mapping[str, str]) -> None:
    """Add ``outputs`` to the file that takes them; a value may have lines."""
    if path is None:
        return
    with path.open("a", encoding="utf-8") as file:
        for name, value in outputs.items():
            end = secrets.token_hex(16)
            file.write(f"{name}<<{end}\n{value}\n{end}\n")


def write_summary(path: Path | None, markdown: str) -> None:
    """Add Markdown to the summary of the job."""
    if path is not None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{markdown}\n")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
