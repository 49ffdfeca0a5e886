"""`git wf log` and `git wf show`: what is on record."""

from __future__ import annotations

from itertools import islice
from typing import NoReturn

import msgspec

from gitwf.app.session import Session
from gitwf.diagnostics import nearest
from gitwf.engine.replay.folders import newest_folder
from gitwf.records.event import StepFinished, decode
from gitwf.records.fold import RunRecord
from gitwf.records.runs import UnknownRunError
from gitwf.records.store import Records
from gitwf.repo.repository import Repository
from gitwf.targets.silence import silences

_FILTERS = {"branch": "is of the branch {}", "workflow": "is of {}", "env": "has changed {}"}
_SHOWN = 5

LATEST = "latest"
"""What names the newest run."""


class Filter(msgspec.Struct, frozen=True):
    """Which runs to list; None: any."""

    branch: str | None = None
    workflow: str | None = None
    env: str | None = None
    count: int | None = None

    def fits(self, record: RunRecord) -> bool:
        """Return whether ``record`` is one of them; a workflow may be named without its folders."""
        return (
            self.branch in (None, record.branch)
            and (self.workflow is None or _is_end_of(self.workflow, record.workflow))
            and (self.env is None or any(e.env == self.env for e in record.envs))
        )


def _is_end_of(name: str, path: str) -> bool:
    return f"/{path}".endswith(f"/{name}")


def log(session: Session, wanted: Filter) -> list[RunRecord]:
    """Return the runs that are wanted, newest first, without their steps."""
    records = Records(session.repository())
    found = (run.record for run in records.runs.newest())
    return list(islice((r for r in found if wanted.fits(r)), wanted.count))


def unmatched(session: Session, wanted: Filter) -> list[str]:
    """Return for each thing that is wanted and that no run on record has a sentence that says so."""
    records = Records(session.repository())
    listed = [run.record for run in records.runs.newest()]
    known = {
        "branch": {r.branch for r in listed if r.branch},
        "workflow": {r.workflow for r in listed},
        "env": {state.env for r in listed for state in r.envs},
    }
    said = []
    for name, there in known.items():
        value = getattr(wanted, name)
        alone = Filter(**{name: value})
        if value is not None and not any(alone.fits(record) for record in listed):
            said.append(_unmatched(name, value, sorted(there)))
    return said


def _unmatched(name: str, value: str, known: list[str]) -> str:
    what = _FILTERS[name].format(f"`{value}`")
    meant = nearest(value, known)
    listed = ", ".join(f"`{each}`" for each in known[:_SHOWN]) + (", …" if known[_SHOWN:] else "")
    hint = f"did you mean `{meant}`?" if meant else f"there are {listed}" if known else ""
    return f"no run on record {what}" + (f": {hint}" if hint else "")


def log_with_steps(session: Session, wanted: Filter) -> list[RunRecord]:
    """Return the runs that are wanted, newest first, with their steps."""
    records = Records(session.repository())
    return [records.runs.read(record.run) for record in log(session, wanted)]


def logs_of(session: Session, record: RunRecord) -> list[str]:
    """Return the files here that hold what the failed steps of a run printed to standard error."""
    folder = session.repository().state_dir / "runs" / record.run
    bodies = (decode(bytes(step)).body for step in record.steps)
    failed = [b.step for b in bodies if isinstance(b, StepFinished) and b.error]
    paths = [newest_folder(folder, step) / "err" for step in failed]
    return [str(path) for path in paths if path.exists() and path.stat().st_size]


def silences_of(session: Session, record: RunRecord) -> list[str]:
    """Return the machines that cannot be reached on which jobs of a run of this clone go on, for people."""
    folder = session.repository().state_dir / "runs" / record.run
    return [] if record.is_over else [silence.words for silence in silences(folder)]


def show(session: Session, run: str) -> RunRecord:
    """Return the run that ``run`` names. Raises as `find`."""
    repository = session.repository()
    records = Records(repository)
    return known(records, find(repository, records, run))


def find(repository: Repository, records: Records, word: str) -> str:
    """Return the id of the run that ``word`` names.

    It is an id or the beginning of one, ``latest``, or a commit in any of git's ways: its newest run,
    those of a working tree left out.

    Raises:
        UnknownRunError: if there is none, or more than one.
    """
    if word == LATEST:
        return _newest(records) or records.runs.find(word)
    try:
        return records.runs.find(word)
    except UnknownRunError:
        if (ongoing := _ongoing(records, word)) is not None:
            return ongoing
        commit = repository.resolve(word) if word else None
        if commit is None:
            raise
    return _of_commit(records, commit) or _refuse_commit(word)


def known(records: Records, run: str) -> RunRecord:
    """Return what is known of ``run``: of one that goes on here more than its ref has."""
    ongoing = records.ongoing.record(run) if run in records.ongoing.runs() else None
    return ongoing or records.runs.read(run)


def _ongoing(records: Records, beginning: str) -> str | None:
    """Return the one run that began a moment ago, so that no ref of it is written yet."""
    found = [run for run in records.ongoing.runs() if run.startswith(beginning.upper() or "-")]
    return found[0] if len(found) == 1 else None


def _refuse_commit(word: str) -> NoReturn:
    raise UnknownRunError(f"the commit `{word}` has no run", f"`git wf why {word}` says why")


def _of_commit(records: Records, commit: str) -> str | None:
    listed = (run.record for run in records.runs.newest())
    found = (r for r in (*records.ongoing.records(), *listed) if r.commit == commit)
    return max((r.run for r in found if not r.dirty), default=None)


def _newest(records: Records) -> str | None:
    """Return the run that began last; its ref may still be to come."""
    listed = (run.record.run for run in records.runs.newest(1))
    return max((*records.ongoing.runs(), *listed), default=None)
