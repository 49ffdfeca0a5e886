"""The result of a command: the first thing it left that counts (`docs/language.md`, section 4)."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from gitwf.language.value import Value, from_json
from gitwf.targets.job import JobFolder, opened

LIMIT = 1 << 20
"""Bytes above which a result is null."""


class Result(msgspec.Struct, frozen=True):
    """A result, and what the user should know about how it came to be."""

    value: Value
    warning: str | None = None


def result_of(folder: JobFolder, metrics: Value) -> Result:
    """Return the result of the job in ``folder``; ``metrics`` are those it declared, or null."""
    if os.path.lexists(folder.result):
        return _written(folder.result)
    if metrics is not None:
        return Result(metrics)
    return _printed(folder)


def _written(path: Path) -> Result:
    file = opened(path)
    if file is None:
        return Result(None, "what `WF_RESULT` names is no plain file: the result is null")
    with file:
        content = file.read(LIMIT + 1)
    if len(content) > LIMIT:
        return Result(None, "the result is above 1 MiB: it is null")
    try:
        return Result(from_json(content.decode("utf-8")))
    except ValueError:
        return Result(None, "the file of `WF_RESULT` is not valid JSON: the result is null")


def _printed(folder: JobFolder) -> Result:
    content = folder.read("out", limit=LIMIT + 1)
    if len(content) > LIMIT:
        return Result(None, "the output is above 1 MiB: the result is null")
    return Result(printed(content.decode("utf-8", "replace")))


def printed(output: str) -> Value:
    """Return what ``output`` says: all of it as JSON, or its last line, or it is text."""
    text = output.strip()
    if not text:
        return None
    for candidate in (text, text.rpartition("\n")[2]):
        try:
            return from_json(candidate)
        except ValueError:
            continue
    return text
