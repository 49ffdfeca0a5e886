"""`git wf approve`: lets a run begin that waits for a person's word."""

from __future__ import annotations

import msgspec

from gitwf.app.history import find, known
from gitwf.app.person import whoami
from gitwf.app.session import Session, UsageError
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.hold import hold_of_run
from gitwf.records.fold import WAITING, RunRecord
from gitwf.records.lock import ControllerLock
from gitwf.records.requests import APPROVE


class Approved(msgspec.Struct, frozen=True):
    """A run that was approved. ``waits``: for what it still waits; ``watched``: a controller acts."""

    record: RunRecord
    by: str
    waits: str
    watched: bool


def approve(session: Session, run: str, why: str | None) -> Approved:
    """Approve ``run``; whoever reconciles begins it.

    Raises:
        UnknownRunError: if there is no such run.
        UsageError: if it does not wait for approval.
    """
    clone = session.clone()
    records = clone.records
    record = known(records, find(clone.repository, records, run))
    earlier = records.requests.find(record.run, APPROVE)
    by = record.approved or (earlier.by if earlier else None)
    if by is None:
        _refuse(clone, record)
        by = records.requests.ask(record.run, APPROVE, whoami(session), why).by
    waits = hold_of_run(clone, record) if record.status == WAITING else ""
    holder = ControllerLock(records.state_dir, records.clock).holder()
    return Approved(record, by, waits, watched=holder is not None)


def _refuse(clone: Clone, record: RunRecord) -> None:
    if record.status != WAITING:
        words = f"has ended: {record.status}" if record.is_over else "goes on"
        raise UsageError(f"run `{record.run}` does not wait for approval: it {words}")
    waits = hold_of_run(clone, record)
    if "approval" not in waits:
        raise UsageError(f"run `{record.run}` needs no approval", f"it waits for {waits}")
