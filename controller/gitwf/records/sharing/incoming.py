"""Brings what a remote has into our own refs, so that nothing of either is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from gitwf.records import accepted, archive, environments, notes, requests, runs, seen
from gitwf.records.belief import BelievedRefs
from gitwf.records.sharing.histories import merge_archive, merge_history, merge_seen
from gitwf.records.sharing.notes import merge_notes
from gitwf.records.sharing.places import OWN, Places, is_shared
from gitwf.records.sharing.runs import merge_run
from gitwf.records.store import Records
from gitwf.repo.errors import ConflictError
from gitwf.repo.refs import RefUpdate
from gitwf.repo.repository import Repository

_TRIES = 20

Merge = Callable[[str, str], str]
"""Makes one commit of two: ours, and the remote's."""


class Incoming:
    """Merges the records of a remote into those of ``repository``."""

    def __init__(self, repository: Repository, records: Records) -> None:
        self._repository = repository
        self._records = records
        clock, history = records.clock, records.environments
        self._merges: dict[str, Merge] = {
            runs.PREFIX: partial(merge_run, repository),
            environments.PREFIX: partial(merge_history, repository, history, clock),
            archive.PREFIX: partial(merge_archive, repository, records.runs.archive),
            seen.PREFIX: partial(merge_seen, repository, clock),
            accepted.PREFIX: partial(accepted.further, repository),
            requests.SUSPENDED: partial(requests.newer, repository),
            notes.REF: partial(merge_notes, repository, clock),
        }

    def merge(self, theirs: Mapping[str, str]) -> bool:
        """Merge what the remote has, ``theirs``; return whether any of our refs moved.

        Raises `ConflictError` where others move them without a pause.
        """
        for _ in range(_TRIES):
            updates = list(self._updates(theirs))
            try:
                if updates:
                    self._repository.refs.swap(updates)
            except ConflictError:
                continue
            return bool(updates)
        raise ConflictError("the records here are moved by others all the time", "try again later")

    def _updates(self, theirs: Mapping[str, str]) -> Iterator[RefUpdate]:
        ours = own_refs(self._repository)
        archived = {**self._records.runs.archive.tips(), **self._archived(theirs)}
        for ref, tip in theirs.items():
            mine = ours.get(ref)
            if mine == tip or (mine is None and self._is_settled(ref, archived)):
                continue
            new = tip if mine is None else self._merged(ref, mine, tip)
            if new != mine:
                yield RefUpdate(ref, new, mine)
        yield from self._superfluous(ours, theirs, archived)

    def _merged(self, ref: str, mine: str, theirs: str) -> str:
        """Return what a ref is to stand at; of a kind that this version does not know theirs counts."""
        found = next((m for prefix, m in self._merges.items() if ref.startswith(prefix)), None)
        return found(mine, theirs) if found else theirs

    def _superfluous(
        self, ours: Mapping[str, str], theirs: Mapping[str, str], archived: Mapping[str, str]
    ) -> Iterator[RefUpdate]:
        """Yield the deletion of refs of ours that others have done away with: archived, or acted on."""
        for ref, tip in ours.items():
            if ref not in theirs and ref.startswith((runs.PREFIX, requests.REQUESTS)):
                known = archived.get(ref.rpartition("/")[2])
                gone = (
                    known == tip if ref.startswith(runs.PREFIX) else self._is_settled(ref, archived)
                )
                if gone:
                    yield RefUpdate(ref, None, tip)

    def _is_settled(self, ref: str, archived: Mapping[str, str]) -> bool:
        """Return whether a ref that the remote has is not to come back: it was archived, or acted on."""
        if ref.startswith(runs.PREFIX):
            return ref.rpartition("/")[2] in archived
        if ref.startswith(requests.REQUESTS):
            return self._records.is_acted_on(ref, archived)
        return False

    def _archived(self, theirs: Mapping[str, str]) -> dict[str, str]:
        packed = (tip for ref, tip in theirs.items() if ref.startswith(archive.PREFIX))
        return {run: at for tip in packed for run, at in self._records.runs.archive.at(tip).items()}


def unfiltered(repository: Repository, prefix: str) -> Mapping[str, str]:
    """Return the refs below ``prefix``, those of records too that nobody vouches for."""
    refs = repository.refs
    return (refs.raw if isinstance(refs, BelievedRefs) else refs).list(prefix)


def own_refs(repository: Repository) -> dict[str, str]:
    """Return the records of this clone that are shared, by ref."""
    found = {ref: tip for ref, tip in repository.refs.list(OWN).items() if is_shared(ref)}
    tip = repository.refs.read(notes.REF)
    return {**found, notes.REF: tip} if tip else found


def remote_refs(repository: Repository, places: Places, *, believed: bool = True) -> dict[str, str]:
    """Return the records that a remote had when it was last asked, by the ref that we call them.

    Without ``believed`` those too that nobody vouches for: what a ref has to be moved from.
    """
    read = repository.refs.list if believed else partial(unfiltered, repository)
    known = read(places.records).items()
    own = ((OWN + ref.removeprefix(places.records), tip) for ref, tip in known)
    found = {ref: tip for ref, tip in own if is_shared(ref)}
    about = repository.refs.read(places.notes)
    return {**found, notes.REF: about} if about else found
