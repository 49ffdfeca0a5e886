"""`git wf fsck --repair`: mends records from what else is known of them. Nothing that can be read is deleted."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gitwf.app.session import Session
from gitwf.engine.clone.ownership import is_played
from gitwf.records import notes
from gitwf.records.event import Event, decode, encode
from gitwf.records.fold import RunRecord, fold
from gitwf.records.runs import EVENTS, RECORD, ref_of
from gitwf.records.sharing.incoming import own_refs, remote_refs
from gitwf.records.sharing.places import Places
from gitwf.records.store import Records
from gitwf.repo.commits import Draft, File
from gitwf.repo.configuration import names_of_remotes
from gitwf.repo.refs import RefUpdate
from gitwf.repo.repository import Repository


class Repaired(msgspec.Struct, frozen=True):
    """What was mended, and how."""

    place: str
    how: str

    def __str__(self) -> str:
        return f"{self.place}: {self.how}"


def repair(session: Session) -> list[Repaired]:
    """Mend what can be mended of the records here, and return what was done."""
    repository = session.repository()
    return list(_Repair(repository, Records(repository)).all())


class _Repair:
    """Mends each kind of record from others: copies of a remote, events, the records of runs."""

    def __init__(self, repository: Repository, records: Records) -> None:
        self._repository = repository
        self._records = records

    def all(self) -> Iterator[Repaired]:
        """Mend all, and yield what was done."""
        yield from self._refs()
        yield from self._summaries()
        yield from self._environments()
        yield from self._notes()
        yield from self._ongoing()

    def _refs(self) -> Iterator[Repaired]:
        """Take refs that point nowhere, and runs that cannot be read, from where a remote has them."""
        copies = dict(self._copies())
        for ref, tip in own_refs(self._repository).items():
            if self._is_sound(ref, tip):
                continue
            name, copy = copies.get(ref, ("", None))
            if copy is not None:
                self._repository.refs.swap([RefUpdate(ref, copy, tip)])
                yield Repaired(ref, f"taken from `{name}`")
            elif self._repository.objects.read(tip) is None:
                self._repository.refs.swap([RefUpdate(ref, None, tip)])
                yield Repaired(ref, "deleted: what it pointed to is not here")

    def _copies(self) -> Iterator[tuple[str, tuple[str, str]]]:
        for name in names_of_remotes(self._repository):
            for ref, tip in remote_refs(self._repository, Places(name)).items():
                if self._is_sound(ref, tip):
                    yield ref, (name, tip)

    def _is_sound(self, ref: str, tip: str) -> bool:
        if self._repository.objects.read(tip) is None:
            return False
        return "/runs/" not in ref or _read(self._repository, tip) is not None

    def _summaries(self) -> Iterator[Repaired]:
        """Write `run.json` anew where it is not what the events say."""
        for run, tip in self._records.runs.open_tips().items():
            record = fold(_read(self._repository, tip) or ())
            found = self._repository.commit(tip)
            if record is None or found is None:
                continue
            if _decoded(self._repository.objects.blob(tip, RECORD)) != _plain(record):
                changes = {RECORD: File(msgspec.json.encode(record) + b"\n")}
                draft = Draft(found.tree, changes, found.parents, found.message, found.at)
                [new] = self._repository.commits.write([draft])
                self._repository.refs.swap([RefUpdate(ref_of(run), new, tip)])
                yield Repaired(f"{ref_of(run)}:{RECORD}", "written anew from the run's events")

    def _environments(self) -> Iterator[Repaired]:
        """Record deployments that runs know of and their environments do not, the newest ones."""
        runs = [run for run in self._records.runs.newest() if run.record.envs]
        deployed = [
            (state.since, state.env, run.record, run.tip)
            for run in runs
            for state in run.record.envs
            if state.state == "deployed"
        ]
        for since, env, record, tip in sorted(deployed, key=lambda each: each[:2]):
            history = self._records.environments.history(env)
            is_newer = not history or since > history[0].at
            if is_newer and (record.run, since) not in {(m.run, m.at) for m in history}:
                self._records.environments.change(env, record, tip)
                yield Repaired(f"refs/wf/env/{env}", f"stands at run `{record.run}` again")

    def _notes(self) -> Iterator[Repaired]:
        """Put into the notes of commits what the runs of these commits say."""
        missing: dict[str, list[bytes]] = {}
        for run in self._records.runs.newest():
            commit = run.record.commit
            known = {event.id for event in self._records.notes.events(commit)}
            events = _read(self._repository, run.tip) or []
            lines = [encode(e) for e in events if _is_noted(e) and e.id not in known]
            if lines:
                missing.setdefault(commit, []).extend(lines)
        if missing:
            self._records.notes.append(missing)
        for commit, lines in missing.items():
            yield Repaired(f"{notes.REF}, {commit}", f"{len(lines)} lines added from its runs")

    def _ongoing(self) -> Iterator[Repaired]:
        """Strike off runs that are over, and whole in git."""
        for run in self._records.ongoing.runs():
            here, tip = self._records.ongoing.record(run), self._records.runs.tip(run)
            events = _read(self._repository, tip) if tip else None
            record = fold(events) if events else None
            is_over = here is not None and here.is_over and record is not None and record.is_over
            if is_over and not is_played(self._records.state_dir / "runs" / run):
                self._records.ongoing.end(run)
                yield Repaired(f"run `{run}`", "it is over, and no longer listed as going on")


def _is_noted(event: Event) -> bool:
    return event.type in {
        "run.queued",
        "run.approved",
        "run.started",
        "run.finished",
        "env.changed",
    }


def _read(repository: Repository, tip: str) -> list[Event] | None:
    text = repository.objects.blob(tip, EVENTS)
    try:
        return [decode(line) for line in text.splitlines()] if text else None
    except ValueError:
        return None


def _decoded(record: bytes | None) -> RunRecord | None:
    try:
        return msgspec.json.decode(record or b"", type=RunRecord)
    except msgspec.DecodeError:
        return None


def _plain(record: RunRecord) -> RunRecord | None:
    """Return a record as it reads when it was written."""
    return _decoded(msgspec.json.encode(record))
