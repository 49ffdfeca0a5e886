"""`git wf fsck`: whether the records are what was written, and agree with one another."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.app.coverage import damage
from gitwf.app.session import Session
from gitwf.data.meter import Meter
from gitwf.engine.clone.leftovers import (
    Runs,
    check_jobs,
    check_processes,
    check_results,
    check_workspaces,
)
from gitwf.engine.clone.ownership import is_played
from gitwf.records.belief import BelievedRefs
from gitwf.records.check.finding import Finding
from gitwf.records.check.history import Change, Note, check_change, check_note
from gitwf.records.check.runs import JournalFile, RunFiles, check_journal, check_run
from gitwf.records.journal import checked, path_of
from gitwf.records.runs import EVENTS, PLAN, RECORD, ref_of
from gitwf.records.store import Records
from gitwf.repo.repository import Repository

_UNBELIEVED = "it counts for nothing; find out who wrote it, and delete it with `git update-ref -d`"


def fsck(session: Session) -> list[Finding]:
    """Return what is wrong with the records of the repository, and what is left of its runs here."""
    return list(_Check(session.repository(), session.meter).findings())


class _Check:
    """Reads everything once and has each kind of record checked."""

    def __init__(self, repository: Repository, meter: Meter) -> None:
        self._meter = meter
        self._repository = repository
        self._records = Records(repository)
        self._state = repository.state_dir
        self._listed = frozenset(self._records.ongoing.runs())
        self._refs = {files.run: files for files in self._run_refs()}
        self._journals = {journal.run: journal for journal in self._read_journals()}

    def findings(self) -> Iterator[Finding]:
        yield from self._unbelieved()
        for files in self._refs.values():
            yield from check_run(files)
        for journal in self._journals.values():
            yield from check_journal(journal, self._refs.get(journal.run))
        yield from self._history()
        yield from self._local()
        yield from damage(self._repository, self._records, self._meter)

    def _unbelieved(self) -> Iterator[Finding]:
        refs = self._repository.refs
        for ref in refs.unbelieved() if isinstance(refs, BelievedRefs) else ():
            yield Finding(ref, "it is signed by nobody who may", _UNBELIEVED)

    def _history(self) -> Iterator[Finding]:
        known = self._refs.keys() | self._listed
        for commit, texts in self._records.notes.all():
            here = self._repository.commit(commit) is not None
            yield from check_note(Note(commit, texts, here), known)
        for env in self._records.environments.names():
            for commit, deployment in self._records.environments.changes(env):
                yield from check_change(Change(env, commit, deployment), known)

    def _local(self) -> Iterator[Finding]:
        runs = Runs(
            over=self._refs.keys() - self._listed,
            ongoing=self._listed,
            played=[run for run in self._listed if is_played(self._state / "runs" / run)],
        )
        yield from check_processes(self._state, runs)
        yield from check_jobs(self._state, runs)
        yield from check_results(self._state)
        yield from check_workspaces(self._state, runs)

    def _run_refs(self) -> Iterator[RunFiles]:
        for run, tip in self._records.runs.tips().items():
            commit = self._repository.commit(tip)
            parents = commit.parents if commit else ()
            record, plan, events = (
                self._repository.objects.blob(tip, path) for path in (RECORD, PLAN, EVENTS)
            )
            yield RunFiles(ref_of(run), run, parents[0] if parents else None, record, plan, events)

    def _read_journals(self) -> Iterator[JournalFile]:
        for folder in sorted((self._state / "runs").glob("*")):
            path = path_of(self._state, folder.name)
            if path.is_file():
                texts = tuple(checked(path.read_bytes()))
                yield JournalFile(str(path), folder.name, texts, folder.name in self._listed)
