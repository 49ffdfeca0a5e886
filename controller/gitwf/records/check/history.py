"""Checks what points at runs: notes on commits, and the histories of environments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import msgspec

from gitwf.records.check import lines
from gitwf.records.check.finding import Finding
from gitwf.records.environments import PREFIX, Deployment
from gitwf.records.notes import REF

_NOTE = f"take it out with `git notes --ref={REF} edit`"
_ENV = "nothing mends it: the next deployment stands for itself"


class Note(msgspec.Struct, frozen=True):
    """The note on a commit; ``known``: the commit is here."""

    commit: str
    texts: Sequence[bytes]
    known: bool


class Change(msgspec.Struct, frozen=True):
    """A change of an environment: the commit that records it, and what that holds, None if nothing."""

    env: str
    commit: str
    deployment: Deployment | None


def check_note(note: Note, runs: Collection[str]) -> Iterator[Finding]:
    """Yield what is wrong with a note; ``runs`` are those that there are."""
    place = f"{REF}, {note.commit}"
    if not note.known:
        yield Finding(place, "there is no such commit", "fetch it, or `git notes prune`")
    known = lines.read(note.texts, place, _NOTE)
    yield from known.findings
    for number, event in known.events:
        if event.run is not None and event.run not in runs:
            problem = f"it is of run `{event.run}`, which has no ref"
            yield Finding(f"{place}, line {number}", problem, "fetch `refs/wf/runs/*`")


def check_change(change: Change, runs: Collection[str]) -> Iterator[Finding]:
    """Yield what is wrong with a change of an environment; ``runs`` are those that there are."""
    place = f"{PREFIX}{change.env}, {change.commit}"
    made = change.deployment
    if made is None:
        yield Finding(place, "it holds no deployment", _ENV)
        return
    if made.env != change.env:
        yield Finding(place, f"it is of the environment `{made.env}`", _ENV)
    if made.run not in runs:
        problem = f"it stands at run `{made.run}`, which has no ref"
        yield Finding(place, problem, "fetch `refs/wf/runs/*`")
