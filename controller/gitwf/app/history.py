"""`git wf log` and `git wf show`: what is on record."""

from __future__ import annotations

from itertools import islice

import msgspec

from gitwf.app.session import Session
from gitwf.records.event import StepFinished, decode
from gitwf.records.fold import RunRecord
from gitwf.records.store import Records


class Filter(msgspec.Struct, frozen=True):
    """Which runs to list; None: any."""

    branch: str | None = None
    workflow: str | None = None
    env: str | None = None
    count: int | None = None

    def fits(self, record: RunRecord) -> bool:
        """Return whether ``record`` is one of them."""
        return (
            self.branch in (None, record.branch)
            and self.workflow in (None, record.workflow)
            and (self.env is None or any(e.env == self.env for e in record.envs))
        )


def log(session: Session, wanted: Filter) -> list[RunRecord]:
    """Return the runs that are wanted, newest first, without their steps."""
    records = Records(session.repository())
    found = (run.record for run in records.runs.newest())
    return list(islice((r for r in found if wanted.fits(r)), wanted.count))


def log_with_steps(session: Session, wanted: Filter) -> list[RunRecord]:
    """Return the runs that are wanted, newest first, with their steps."""
    records = Records(session.repository())
    return [records.runs.read(record.run) for record in log(session, wanted)]


def logs_of(session: Session, record: RunRecord) -> list[str]:
    """Return the files here that hold what the failed steps of a run printed to standard error."""
    folder = session.repository().state_dir / "runs" / record.run / "jobs"
    bodies = (decode(bytes(step)).body for step in record.steps)
    failed = [b.step for b in bodies if isinstance(b, StepFinished) and b.error]
    paths = [folder / step.replace("/", ".") / "err" for step in failed]
    return [str(path) for path in paths if path.exists() and path.stat().st_size]


def show(session: Session, run: str) -> RunRecord:
    """Return the run whose id begins with ``run``.

    Raises:
        UnknownRunError: if there is none, or more than one.
    """
    records = Records(session.repository())
    return records.runs.read(records.runs.find(run))
