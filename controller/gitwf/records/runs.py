"""Run refs: a run with all that is known of it, as a commit beside the one that triggered it.

``refs/wf/runs/<yyyy-mm>/<run id>`` holds the triggering commit's files with the run's own over them, and the
records below `.wf/`. The first parent is the triggering commit: the two live and die together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from gitwf.records.archive import Archive
from gitwf.records.archive import ref_of as archive_of
from gitwf.records.catalogue import Catalogue, Run
from gitwf.records.clock import Clock
from gitwf.records.event import Event, decode, encode
from gitwf.records.fold import RunRecord, fold, ordered
from gitwf.records.ids import is_id, month_of
from gitwf.repo.commits import Change, Draft, File
from gitwf.repo.errors import RepositoryError
from gitwf.repo.moving import Move, move
from gitwf.repo.refs import RefUpdate, retried
from gitwf.repo.repository import Repository

PREFIX = "refs/wf/runs/"
_FOLDER = ".wf"
RECORD = f"{_FOLDER}/run.json"
PLAN = f"{_FOLDER}/plan.json"
EVENTS = f"{_FOLDER}/events.jsonl"
_RESULTS = f"{_FOLDER}/results"


class UnknownRunError(RepositoryError):
    """No run has that id, or more than one begins with it."""


class Snapshot(msgspec.Struct, frozen=True):
    """A run at some moment.

    ``files`` are the run's own, over those of ``commit``: `dvc.yaml`, `dvc.lock`, kept files; None
    deletes one. ``results`` are JSON texts by stage key.
    """

    run: str
    commit: str
    events: Sequence[Event]
    plan: bytes
    files: Mapping[str, Change] = {}
    results: Mapping[str, bytes] = {}


class Runs:
    """The runs of a repository."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock
        self.archive = Archive(repository, clock)
        self._catalogue = Catalogue(repository, self._describe)
        self._listed: tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str]] = ({}, {}, {})
        self._indexed: tuple[Mapping[str, str], dict[str, Run]] = ({}, {})

    def write(self, snapshot: Snapshot, previous: str | None) -> str:
        """Move the run's ref from ``previous`` (None: it is new) to ``snapshot``; return the new tip.

        Raises `ConflictError` where the ref stands elsewhere (another owner took the run),
        `StorageFullError`, and `RepositoryError` where the triggering commit is not here.
        """
        [tip] = move(self._repository, [self.moved(snapshot, previous)])
        return tip

    def moved(self, snapshot: Snapshot, previous: str | None) -> Move:
        """Return the move of the run's ref from ``previous`` to ``snapshot``.

        Raises `RepositoryError` where the triggering commit is not here.
        """
        record = fold(snapshot.events)
        if record is None:
            raise ValueError("a run begins with `run.queued` or `run.started`")
        base = self._repository.commit(snapshot.commit)
        if base is None:
            raise RepositoryError(f"there is no commit `{snapshot.commit}`", "fetch it first")
        message = f"{record.status}: {record.workflow} at {base.id[:10]}\n\nRun: {record.run}\n"
        changes = {_FOLDER: None, **snapshot.files, **_records(snapshot, record)}
        draft = Draft(base.tree, changes, [base.id], message, self._clock.now())
        return Move(ref_of(snapshot.run), previous, draft)

    def pack(self, runs: Iterable[str]) -> list[str]:
        """Move ``runs`` from refs of their own into the archives, at once; return those that were moved.

        Raises `ConflictError` where others move them without a pause.
        """
        wanted = list(runs)
        return retried(lambda: self._pack(wanted))

    def keep(self, file: Path) -> str:
        """Put a file into the repository for a snapshot that will hold it; return the blob's id."""
        return self._repository.objects.write_file(file)

    def newest(self, limit: int | None = None) -> list[Run]:
        """Return the runs, newest first, at most ``limit``; their records without steps."""
        tips = self._tips()
        chosen = sorted(tips, reverse=True)[:limit]
        return self._catalogue.look_up({ref_of(run): tips[run] for run in chosen})

    def newest_id(self) -> str:
        """Return the id of the newest run, or "" where there is none."""
        return max(self._tips(), default="")

    def described(self, tips: Mapping[str, str]) -> list[Run]:
        """Return what the refs of runs say that stand at ``tips``; one without a record is left out."""
        return self._catalogue.look_up(tips)

    def tips(self) -> dict[str, str]:
        """Return the commits of all runs, by run, oldest first."""
        tips = self._tips()
        return {run: tips[run] for run in sorted(tips)}

    def open_tips(self) -> dict[str, str]:
        """Return the commits of the runs that have refs of their own, by run: none is archived."""
        refs = self._repository.refs.list(PREFIX)
        return {run: tip for ref, tip in refs.items() if is_id(run := _id_of(ref))}

    def find(self, id_or_prefix: str) -> str:
        """Return the id of the run that ``id_or_prefix`` names. Raises `UnknownRunError`."""
        wanted = id_or_prefix.upper()
        if is_id(wanted) and self.tip(wanted) is not None:
            return wanted
        found = [run for run in self.tips() if run.startswith(wanted)]
        if len(found) > 1 and wanted:
            raise UnknownRunError(
                f"{len(found)} runs begin with `{id_or_prefix}`", f"write more of it: `{found[-1]}`"
            )
        if not found or not wanted:
            raise UnknownRunError(f"there is no run `{id_or_prefix}`", "`git wf log` lists them")
        return found[0]

    def read(self, run: str) -> RunRecord:
        """Return what is known of ``run``, steps included. Raises `UnknownRunError`."""
        record = fold(self.events(run))
        if record is None:
            raise _unreadable(run)
        return record

    def tip(self, run: str) -> str | None:
        """Return the commit of ``run`` (a whole id), or None; a ref of its own goes before an archive."""
        return self._repository.refs.read(ref_of(run)) or self.archive.tips().get(run)

    def events(self, run: str) -> list[Event]:
        """Return the events of ``run`` in order. Raises `UnknownRunError`."""
        text = self.file(run, EVENTS) or b""
        try:
            return ordered(decode(line) for line in text.splitlines())
        except msgspec.DecodeError as error:
            raise _unreadable(run) from error

    def plan(self, run: str) -> bytes | None:
        """Return the plan that ``run`` keeps to. Raises `UnknownRunError`."""
        return self.file(run, PLAN)

    def file(self, run: str, path: str) -> bytes | None:
        """Return a file of the run's tree, or None where it has none. Raises `UnknownRunError`."""
        tip = self.tip(run)
        if tip is None:
            raise UnknownRunError(f"there is no run `{run}`", "`git wf log` lists them")
        return self._repository.objects.blob(tip, path)

    def find_result(self, key: str) -> bytes | None:
        """Return the newest recorded result for the stage ``key``, or None."""
        run = self._results().get(key)
        return self._repository.objects.blob(run.tip, f"{_RESULTS}/{key}.json") if run else None

    def files_named(self, run: str, name: str) -> list[bytes]:
        """Return the files of this name in all folders of the run's tree. Raises `UnknownRunError`."""
        tip = self.tip(run)
        paths = self._repository.objects.list(tip) if tip else ()
        found = (path for path in paths if path.rpartition("/")[2] == name)
        return [text for path in found if (text := self.file(run, path)) is not None]

    def results(self, run: str) -> list[bytes]:
        """Return the results that ``run`` recorded for its stages. Raises `UnknownRunError`."""
        tip = self.tip(run)
        names = self._repository.objects.list(tip, _RESULTS) if tip else ()
        return [text for name in names if (text := self.file(run, name)) is not None]

    def _pack(self, wanted: Iterable[str]) -> list[str]:
        tips = self.open_tips()
        months: dict[str, dict[str, str]] = {}
        for run in sorted(tips.keys() & set(wanted)):
            months.setdefault(archive_of(run), {})[run] = tips[run]
        updates: list[RefUpdate] = []
        for ref, packed in months.items():
            before = self._repository.refs.read(ref)
            updates.append(RefUpdate(ref, self.archive.extend(before, packed), before))
            updates += (RefUpdate(ref_of(run), None, tip) for run, tip in packed.items())
        if updates:
            self._repository.refs.swap(updates)
        return [run for packed in months.values() for run in packed]

    def _tips(self) -> Mapping[str, str]:
        """Return the commits of all runs, by run; the same object where none has changed."""
        refs, archived = self._repository.refs.list(PREFIX), self.archive.tips()
        if refs is not self._listed[0] or archived is not self._listed[1]:
            own = {run: tip for ref, tip in refs.items() if is_id(run := _id_of(ref))}
            self._listed = (refs, archived, {**archived, **own})
        return self._listed[2]

    def _results(self) -> dict[str, Run]:
        """Return the newest run that has a result, by stage key; kept while no run changes."""
        tips, index = self._indexed
        now = self._tips()
        if now is not tips:
            oldest_first = {ref_of(run): now[run] for run in sorted(now)}
            index = {
                key: run for run in self._catalogue.look_up(oldest_first) for key in run.results
            }
            self._indexed = (now, index)
        return index

    def _describe(self, ref: str, tip: str) -> Run | None:
        """Return what the catalogue keeps of a run; None for a ref that holds no record of one."""
        text = self._repository.objects.blob(tip, RECORD)
        try:
            record = msgspec.json.decode(text or b"", type=RunRecord)
        except msgspec.DecodeError:
            return None
        if record.run != _id_of(ref):
            return None
        names = self._repository.objects.list(tip, _RESULTS)
        keys = (path.rpartition("/")[2].removesuffix(".json") for path in names)
        return Run(ref, tip, record.summary(), tuple(keys))


def ref_of(run: str) -> str:
    """Return the ref of a run: its month is that of its id."""
    return f"{PREFIX}{month_of(run)}/{run}"


def _unreadable(run: str) -> UnknownRunError:
    return UnknownRunError(f"the record of run `{run}` cannot be read", "see `git wf fsck`")


def _id_of(ref: str) -> str:
    return ref.rpartition("/")[2]


def _records(snapshot: Snapshot, record: RunRecord) -> dict[str, Change]:
    lines = b"".join(encode(event) + b"\n" for event in ordered(snapshot.events))
    results = {f"{_RESULTS}/{key}.json": File(text) for key, text in snapshot.results.items()}
    return {
        RECORD: File(msgspec.json.encode(record) + b"\n"),
        PLAN: File(snapshot.plan),
        EVENTS: File(lines),
        **results,
    }
