"""`git wf cancel`: ends a run wherever it is played, and also one that nobody plays."""

from __future__ import annotations

import time
from contextlib import suppress

import msgspec

from gitwf.app.history import find, known
from gitwf.app.left import heard_of
from gitwf.app.person import whoami
from gitwf.app.session import Session
from gitwf.engine.clone.ownership import is_played
from gitwf.engine.replay.recorder import Listener
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.apply import Applier
from gitwf.reconcile.clone import Clone
from gitwf.records.fold import WAITING, RunRecord
from gitwf.records.journal import DamagedJournalError
from gitwf.records.lock import LockedError
from gitwf.records.requests import CANCEL, Wish

_PAUSE = 0.05
"""Seconds between two looks at a run that somebody else ends."""


class Cancelled(msgspec.Struct, frozen=True):
    """How a run stands after it was to be cancelled.

    ``before``: it had ended already. ``heard`` says what is known of one that goes on in another clone.
    """

    record: RunRecord
    before: bool = False
    heard: str = ""


def cancel(session: Session, run: str, why: str | None, listener: Listener) -> Cancelled:
    """End ``run`` as cancelled; return when it has ended.

    Whoever plays it hears of it and ends it; where nobody does, that is done here: its jobs end, and its
    handlers run. A run of another clone goes on until that clone hears of it. One whose journal is
    damaged ends as lost.

    Raises:
        UnknownRunError: if there is no such run.
    """
    clone = session.clone()
    records = clone.records
    id_ = find(clone.repository, records, run)
    record = known(records, id_)
    if record.is_over and id_ not in records.ongoing.runs():
        return Cancelled(record, before=True)
    wish = records.requests.ask(id_, CANCEL, whoami(session), why)
    if record.owner in (None, records.owner):
        _until_over(clone, id_, wish, listener)
    record = known(records, id_)
    return Cancelled(record, heard="" if record.is_over else heard_of(clone, record))


def _until_over(clone: Clone, run: str, wish: Wish, listener: Listener) -> None:
    """Wait until whoever plays ``run`` has ended it, or end it where nobody plays it."""
    records = clone.records
    applier = Applier(clone, Stop(), listener)
    folder = records.state_dir / "runs" / run
    while True:
        if is_played(folder):
            time.sleep(_PAUSE)
            continue
        record = known(records, run)
        if record.is_over and run not in records.ongoing.runs():
            records.requests.settle(run)
            return
        with suppress(LockedError):  # a controller was faster, and plays it now
            _end(applier, record, wish)


def _end(applier: Applier, record: RunRecord, wish: Wish) -> None:
    """End a run that nobody plays; one whose journal cannot be believed is lost."""
    try:
        if record.status == WAITING:
            applier.drop(record.run, f"cancelled {wish}")
        else:
            applier.resume(record.run)
    except DamagedJournalError:
        applier.lose(record.run, "its journal is damaged")
