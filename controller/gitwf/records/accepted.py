"""How far the commits of each branch were found trusted: ``refs/wf/accepted/<branch>``.

A commit without files on top of the accepted one, which so stays in the repository. Its message says in one
line of JSON which commit of which branch. It only moves forward, but where a person says otherwise.

Refs travel, and others can write them. What this clone itself has accepted is in its state folder too, and
that goes before.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from gitwf.records.clock import Clock
from gitwf.repo import disk
from gitwf.repo.commits import Draft
from gitwf.repo.refs import RefUpdate, retried
from gitwf.repo.repository import Repository

PREFIX = "refs/wf/accepted/"


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a mark says: all commits of ``branch`` up to ``commit`` were accepted; by whom, if a person said so."""

    branch: str
    commit: str
    by: str | None = None


class Accepted:
    """The marks of a repository."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock
        self._file = repository.state_dir / "accepted.json"

    def pinned(self, branch: str) -> str | None:
        """Return the last commit of ``branch`` that this clone accepted, or None."""
        return self.pins().get(branch)

    def pins(self) -> dict[str, str]:
        """Return the last commit that this clone accepted, by branch."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}

    def shared(self, branch: str) -> str | None:
        """Return the last commit of ``branch`` that any clone accepted, or None."""
        tip = self._repository.refs.read(_ref(branch))
        mark = self.at(tip) if tip else None
        return mark.commit if mark and mark.branch == branch else None

    def all(self) -> dict[str, Mark]:
        """Return all marks, by branch."""
        tips = self._repository.refs.list(PREFIX).values()
        marks = (mark for tip in tips if (mark := self.at(tip)))
        return {mark.branch: mark for mark in marks}

    def move(self, branch: str, commit: str, by: str | None = None) -> None:
        """Note that ``branch`` was accepted up to ``commit``."""
        retried(lambda: self._move(branch, commit, by))
        pins = self.pins() | {branch: commit}
        disk.replace(self._file, msgspec.json.encode(pins, order="sorted"))

    def at(self, tip: str) -> Mark | None:
        """Return what the commit of a mark says, or None: what it names has to be its parent."""
        found = self._repository.commit(tip)
        try:
            mark = msgspec.json.decode(found.message if found else "", type=Mark)
        except msgspec.DecodeError:
            return None
        return mark if found and found.parents == (mark.commit,) else None

    def _move(self, branch: str, commit: str, by: str | None) -> None:
        ref = _ref(branch)
        tip = self._repository.refs.read(ref)
        message = msgspec.json.encode(Mark(branch, commit, by)).decode() + "\n"
        [new] = self._repository.commits.write(
            [Draft(None, {}, [commit], message, self._clock.now())]
        )
        self._repository.refs.swap([RefUpdate(ref, new, tip)])


def further(repository: Repository, ours: str, theirs: str) -> str:
    """Return which of two marks of a branch counts: the one that is further on, else ours."""
    return theirs if repository.is_ancestor(f"{ours}^", f"{theirs}^") else ours


def _ref(branch: str) -> str:
    name = quote(branch, safe="").replace("~", "%7E").replace(".", "%2E")
    return PREFIX + name
