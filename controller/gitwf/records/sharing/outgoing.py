"""What a remote lacks of our records, as moves of its refs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import msgspec

from gitwf.records import environments, notes, requests, runs
from gitwf.records.fold import RunRecord
from gitwf.records.sharing.incoming import own_refs
from gitwf.records.sharing.places import Places
from gitwf.records.store import Records
from gitwf.repo.refs import RefUpdate
from gitwf.repo.repository import Repository

_BY_HAND = frozenset({"manual", "here", "retry"})
"""Triggers of runs whose commit the remote may not have."""


class Outgoing:
    """Compares the records of ``repository`` with those of a remote, whose branches are at ``places``."""

    def __init__(self, repository: Repository, records: Records, places: Places) -> None:
        self._repository = repository
        self._records = records
        self._places = places

    def updates(self, theirs: Mapping[str, str]) -> list[RefUpdate]:
        """Return the moves that bring the remote, which has ``theirs``, to what we have.

        A run that somebody started by hand for a commit that the remote has not stays here, unless it
        has changed an environment: with it the commit would be published, and with what its agents did.
        """
        ours, archived = own_refs(self._repository), self._records.runs.archive.tips()
        ahead = {ref: tip for ref, tip in ours.items() if theirs.get(ref) != tip}
        ahead = {ref: tip for ref, tip in ahead.items() if not self._is_needless(ref, archived)}
        kept = {ref.rpartition("/")[2] for ref in self._unpublished(ahead, theirs)}
        moved = [
            RefUpdate(ref, tip, theirs.get(ref))
            for ref, tip in ahead.items()
            if not kept.intersection(ref.split("/"))
        ]
        return [*moved, *self._deleted(ours, theirs)]

    def _is_needless(self, ref: str, archived: Mapping[str, str]) -> bool:
        is_wish = ref.startswith(requests.REQUESTS)
        return is_wish and self._records.is_acted_on(ref, archived)

    def _deleted(self, ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[RefUpdate]:
        """Yield the deletion of what was archived here, and of wishes that were acted on."""
        archived = self._records.runs.archive.tips()
        for ref, tip in theirs.items():
            if ref in ours:
                continue
            run = ref.rpartition("/")[2]
            if ref.startswith(runs.PREFIX) and archived.get(run) == tip:
                yield RefUpdate(ref, None, tip)
            if ref.startswith(requests.REQUESTS) and self._records.is_acted_on(ref, archived):
                yield RefUpdate(ref, None, tip)

    def _unpublished(self, ahead: Mapping[str, str], theirs: Collection[str]) -> frozenset[str]:
        """Return the refs of runs that are to stay here."""
        new = {r: t for r, t in ahead.items() if r.startswith(runs.PREFIX) and r not in theirs}
        found = {run.ref: run.record for run in self._records.runs.described(new)}
        doubtful = {ref: record for ref, record in found.items() if _is_by_hand(record)}
        commits = {record.commit for record in doubtful.values()}
        missing = self._repository.unreachable(commits, self._places.heads)
        return frozenset(ref for ref, record in doubtful.items() if record.commit in missing)


def _is_by_hand(record: RunRecord) -> bool:
    return record.trigger in _BY_HAND and not record.envs


class Authority(msgspec.Struct, frozen=True):
    """Which moves somebody may make who does not hold the lease: ``owner`` is whoever that is."""

    owner: str

    def allows(self, update: RefUpdate, records: Records) -> bool:
        """Return whether the move decides nothing for others: a wish, a note, a run of one's own."""
        ref = update.ref
        if ref == notes.REF or ref.startswith((requests.REQUESTS, requests.SUSPENDED)):
            return True
        if not ref.startswith(runs.PREFIX) or update.new is None:
            return False
        found = records.runs.described({ref: update.new})
        return any(run.record.owner == self.owner for run in found)


def is_urgent(updates: Collection[RefUpdate]) -> bool:
    """Return whether any of the moves is to be made at once: of an environment, or of a wish."""
    kinds = (environments.PREFIX, requests.REQUESTS, requests.SUSPENDED)
    return any(update.ref.startswith(kinds) for update in updates)
