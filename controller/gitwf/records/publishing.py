"""A run and the note on its commit, brought into git at once: who sees one sees the other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

from gitwf.records.notes import TRIES, Notes
from gitwf.records.runs import Runs, Snapshot
from gitwf.repo.moving import move
from gitwf.repo.refs import retried
from gitwf.repo.repository import Repository


class Publishing:
    """Brings runs into git, with what their commits' notes say of them."""

    def __init__(self, repository: Repository, runs: Runs, notes: Notes) -> None:
        self._repository = repository
        self._runs = runs
        self._notes = notes

    def publish(self, snapshot: Snapshot, lines: Sequence[bytes]) -> str:
        """Move the run's ref to ``snapshot``, and add ``lines`` to the note on its commit.

        Return the commit that the run's ref stands at. Raises as `Runs.write` and `Notes.append`.
        """
        with self._notes.taking_turns() if lines else nullcontext():
            return retried(lambda: self._moved(snapshot, lines), TRIES)

    def _moved(self, snapshot: Snapshot, lines: Sequence[bytes]) -> str:
        run = self._runs.moved(snapshot, self._runs.tip(snapshot.run))
        note = self._notes.moved({snapshot.commit: lines}) if lines else None
        tip, *_ = move(self._repository, [run, note] if note else [run])
        return tip
