"""What was looked at before, where no run tells: which tags there were, since when a schedule counts.

``refs/wf/seen/<what>`` is a commit without parents and files, whose message is one line of JSON: texts by
name. What this clone sees for the first time starts nothing; only what is new after that does.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gitwf.records.clock import Clock
from gitwf.repo.commits import Draft
from gitwf.repo.refs import RefUpdate
from gitwf.repo.repository import Repository

PREFIX = "refs/wf/seen/"

TAGS, TIMES = "tags", "times"


class Seen:
    """What was seen in a repository."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def read(self, what: str) -> dict[str, str] | None:
        """Return what was seen of ``what`` (`TAGS`, `TIMES`); None where nobody ever looked."""
        tip = self._repository.refs.read(PREFIX + what)
        message = self._repository.message(tip) if tip else None
        try:
            return msgspec.json.decode(message, type=dict[str, str]) if message else None
        except msgspec.DecodeError:
            return None

    def write(self, what: str, seen: Mapping[str, str]) -> None:
        """Record what was seen. Raises `ConflictError` where somebody else did at the same time."""
        ref = PREFIX + what
        tip = self._repository.refs.read(ref)
        message = msgspec.json.encode(seen, order="sorted").decode() + "\n"
        draft = Draft(None, {}, [], message, self._clock.now())
        [commit] = self._repository.commits.write([draft])
        self._repository.refs.swap([RefUpdate(ref, commit, tip)])
