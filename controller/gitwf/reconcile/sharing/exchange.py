"""Pulls and pushes records: what a remote has is merged into ours, what it lacks is moved there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from gitwf.records import runs
from gitwf.records.adopting import Claim
from gitwf.records.fold import RunRecord
from gitwf.records.lease import Lease, read
from gitwf.records.runs import ref_of
from gitwf.records.sharing.incoming import Incoming, remote_refs
from gitwf.records.sharing.outgoing import Outgoing
from gitwf.records.sharing.places import Places
from gitwf.records.store import Records
from gitwf.repo.errors import ConflictError
from gitwf.repo.refs import RefUpdate
from gitwf.repo.remote import LONG_PATIENCE, PATIENCE, Remote
from gitwf.repo.repository import Repository

BATCH = 500
"""Refs that one push moves at most."""


class Exchange:
    """The records of ``repository`` and those of ``remote``."""

    def __init__(self, repository: Repository, records: Records, remote: Remote) -> None:
        self.places = Places(remote.name)
        self._repository = repository
        self._remote = remote
        self._records = records
        self._incoming = Incoming(repository, records)
        self._outgoing = Outgoing(repository, records, self.places)
        self._is_known = False

    def pull(self) -> bool:
        """Fetch everything and merge it; return whether any record of ours moved.

        Raises `RemoteError`, `StorageFullError`, and `ConflictError` as `Incoming.merge`.
        """
        patience = PATIENCE if self._is_known else LONG_PATIENCE
        self._remote.fetch(self.places.all_refspecs, patience)
        self._is_known = True
        return self._incoming.merge(remote_refs(self._repository, self.places))

    def glance(self) -> bool:
        """Fetch branches and what tells of a change; return whether anything has. Raises as `pull`."""
        before = self._hints()
        self._remote.fetch(self.places.hint_refspecs)
        return self._hints() != before

    def pending(self) -> list[RefUpdate]:
        """Return the moves that the remote lacks, runs before what speaks of them.

        What it had when it was last asked is merged first: a person's `git fetch` may have brought more.
        """
        self._incoming.merge(remote_refs(self._repository, self.places))
        updates = self._outgoing.updates(self._on_remote())
        return sorted(updates, key=lambda update: not update.ref.startswith(runs.PREFIX))

    def unpushed(self) -> list[str]:
        """Return the refs that the remote lacks, or has otherwise, as far as was seen of it."""
        return sorted(update.ref for update in self._outgoing.updates(self._on_remote()))

    def _on_remote(self) -> dict[str, str]:
        """Return all that the remote has, whoever vouches for it."""
        return remote_refs(self._repository, self.places, believed=False)

    def push(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs of the remote. Raises `ConflictError` where somebody else has, and `RemoteError`."""
        self._remote.push(updates)
        seen = [(self.places.tracking(update.ref), update.new) for update in updates]
        refs = self._repository.refs
        with suppress(ConflictError):  # somebody fetches at this moment, and gets the same
            refs.swap(
                [RefUpdate(ref, new, old) for ref, new in seen if (old := refs.read(ref)) != new]
            )

    def lease(self) -> tuple[str | None, Lease | None]:
        """Return the commit of the lease as it was last seen on the remote, and what it says."""
        tip = self._repository.refs.read(self.places.lease)
        return tip, read(self._repository.message(tip)) if tip else None

    def ended_elsewhere(self) -> list[str]:
        """Return the runs that go on here, and that another clone has ended on the remote."""
        ongoing = self._records.ongoing
        return [run for run in ongoing.runs() if self._is_ended(run, ongoing.record(run))]

    def _is_ended(self, run: str, here: RunRecord | None) -> bool:
        tip = self._repository.refs.read(self.places.tracking(ref_of(run)))
        if tip is None or here is None or here.is_over:
            return False
        return any(
            found.record.is_over for found in self._records.runs.described({ref_of(run): tip})
        )

    def taken_elsewhere(self) -> list[str]:
        """Return the runs that are listed here, and that another clone has adopted."""
        records = self._records
        return [run for run in records.ongoing.runs() if Claim(records, run).is_taken()]

    def write(self, lease: Lease) -> str:
        """Make the commit that says ``lease``, and return its id."""
        return self._repository.commits.write([lease.draft(self._records.clock.now())])[0]

    def _hints(self) -> dict[str, str]:
        places, refs = self.places, self._repository.refs
        kinds = ("lease", "requests", "suspended", "env")
        prefixes = (places.heads, places.tags, *(f"{places.records}{kind}/" for kind in kinds))
        found = {ref: tip for prefix in prefixes for ref, tip in refs.list(prefix).items()}
        return {**found, places.notes: refs.read(places.notes) or ""}
