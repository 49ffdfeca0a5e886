"""Checks lines of events: of a journal, of the record in a run's ref, of a note."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from gitwf.records.check.finding import Finding
from gitwf.records.event import Event, decode


class Lines(msgspec.Struct, frozen=True):
    """The events of some lines, each with its line's number, and what is wrong with the others."""

    events: tuple[tuple[int, Event], ...]
    findings: tuple[Finding, ...]


def read(texts: Iterable[bytes | None], place: str, hint: str) -> Lines:
    """Read ``texts``, lines of ``place`` counted from 1; None is a line known to be damaged."""
    events: list[tuple[int, Event]] = []
    findings: list[Finding] = []
    for number, text in enumerate(texts, 1):
        event = _event(text)
        if event is None:
            findings.append(Finding(f"{place}, line {number}", "it is damaged", hint))
        else:
            events.append((number, event))
    return Lines(tuple(events), tuple(findings))


def of_run(lines: Lines, run: str, place: str, hint: str) -> Iterator[Finding]:
    """Yield what is wrong with the order of ``lines``, and those that belong to no such ``run``."""
    before = ""
    for number, event in lines.events:
        if event.run != run:
            yield Finding(f"{place}, line {number}", f"it is of run `{event.run}`", hint)
        if event.at < before:
            yield Finding(f"{place}, line {number}", "it is older than the line before it", hint)
        before = max(before, event.at)


def _event(text: bytes | None) -> Event | None:
    try:
        return None if text is None else decode(text)
    except msgspec.DecodeError:
        return None
